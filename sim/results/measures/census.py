"""The midnight census, day by day: people in each service, those of them delayed, and those waiting for it.

A change here moves results, which are then recorded anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY
from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.model.records import OUTSIDE, Column
from sim.results.split import Grid, late, present, split_of
from sim.results.tables import tables_of
from sim.results.window import Window, kept

CENSUS_MEASURES = ("midnight_census", "delayed", "waiting")
MIDDLE = (2.5, 97.5)  # percentiles of the replications
DAYS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class DailyCensus:
    """People at each midnight of the window, by (service, measure); `all` adds up the declared services, `all_hospitals` those."""

    days: int
    series: Mapping[tuple[str, str], Column]


class CensusRow(NamedTuple):
    """One day of one service over the replications: the mean, and the range of the middle 95% of them."""

    day: int
    service: str
    measure: str
    mean: float
    low: float
    high: float


@kept
def daily_cut(window: Window) -> DailyCensus:
    """The midnight census of one replication: after everything that happens at that instant."""
    people, delayed, waiting = at_midnights(window)[0], late_at_midnights(window), waiting_at_midnights(window)
    series, total = {}, dict.fromkeys(CENSUS_MEASURES, np.zeros(window.days, dtype=np.int64))
    for number in window.in_line:
        name, tables = window.names[number], (people, delayed, waiting)
        for measure, table in zip(CENSUS_MEASURES, tables, strict=True):
            if measure == "waiting" or number < window.home:
                series[name, measure] = table[number]
                total[measure] = total[measure] + table[number]
    series[OUTSIDE_NAME, "waiting"] = waiting[-1]
    for measure, counts in total.items():
        series["all", measure] = counts
        if window.hospitals:
            series[ALL_HOSPITALS, measure] = _of_all_hospitals(window, series, measure)
    return DailyCensus(window.days, series)


def _of_all_hospitals(window: Window, series: Mapping[tuple[str, str], Column], measure: str) -> Column:
    """The sum over the hospitals; nobody is in a list, or delayed there."""
    places = [(window.names[number], measure) for number in window.hospitals]
    return np.asarray(sum(series[place] for place in places if place in series))


def waiting_at_midnights(window: Window) -> Grid:
    """People who wait, by destination and last of all those outside, and midnight of the window."""
    tables = tables_of(window)
    if tables is not None:
        return tables.waiting
    waits = window.ledger.waits
    each = _waiting(window, waits["to"], len(window.names), np.arange(len(waits["to"])))
    outside = _waiting(window, np.zeros_like(waits["to"]), 1, np.flatnonzero(waits["held"] == OUTSIDE))
    return np.concatenate((each, outside))


def _waiting(window: Window, places: Column, size: int, rows: Column) -> Grid:
    """People in these waits by place and midnight of the window."""
    waits = window.ledger.waits
    joined, ended = waits["joined"][rows], waits["ended"][rows]
    rows = rows[(ended > joined) & (joined < window.end) & (ended > window.first)]
    return going_on_at_midnights(window, places[rows], size, waits["joined"][rows], waits["ended"][rows])


@kept
def late_at_midnights(window: Window) -> Grid:
    """People who are delayed, by service and midnight of the window."""
    tables = tables_of(window)
    if tables is not None:
        return tables.late
    stays, (rows, _) = window.ledger.stays, late(window)
    return going_on_at_midnights(
        window, stays["service"][rows], window.home + 1, stays["ready"][rows], stays["left"][rows]
    )


def going_on_at_midnights(window: Window, places: Column, size: int, start: Column, end: Column) -> Grid:
    """How many of the spans go on at each midnight of the window, by place."""
    days, changes = window.days + 1, np.zeros(size * (window.days + 1), dtype=np.int64)
    for instants, sign in ((start, 1), (end, -1)):
        changes += sign * np.bincount(places * days + _midnight(window, instants), minlength=len(changes))
    return np.cumsum(changes.reshape(size, days)[:, :-1], axis=1)


def _midnight(window: Window, instants: Column) -> Column:
    """The number of the first midnight of the window that is not before each instant; the last number stands for later ones."""
    return np.clip(-((window.first - instants) // SECONDS_PER_DAY), 0, window.days)


@kept
def at_midnights(window: Window) -> Grid:
    """People by item, place and midnight of the window."""
    split, tables = split_of(window), tables_of(window)
    if tables is not None:
        return tables.people
    profiles, places, start, end = present(window)
    first, last = _midnight(window, start), _midnight(window, end)
    return split.with_hospitals(split.paths(profiles, places, first, last, window.days))


def rows_by_day(service: str, measure: str, people: Column) -> Iterator[CensusRow]:
    """The rows of one count, which is given as replications x days."""
    for day, figures in enumerate(middle_by_day(people).tolist()):
        yield CensusRow(day, service, measure, *figures)


def middle_by_day(people: Column) -> NDArray[np.float64]:
    """Mean, low and high of each day of a count, replications x days; a few days at a time, whatever the replications."""
    found = np.empty((people.shape[1], 1 + len(MIDDLE)))
    for first in range(0, len(found), DAYS_AT_ONCE):
        some = people[:, first : first + DAYS_AT_ONCE].astype(np.int64)
        found[first : first + DAYS_AT_ONCE, 0] = some.sum(axis=0) / len(people)
        found[first : first + DAYS_AT_ONCE, 1:] = np.percentile(some, MIDDLE, axis=0).T
    return found
