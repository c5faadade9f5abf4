"""The midnight census, day by day: people in each service, those of them delayed, and those waiting for it.

What may be changed here: with new expected results.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY, Scenario
from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.model.records import NEVER, OUTSIDE, Column, Ledger
from sim.results.split import Split, everybody, present
from sim.results.step_functions import count_at
from sim.results.window import Window

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


def daily(scenario: Scenario, ledger: Ledger) -> DailyCensus:
    """The midnight census of one replication: after everything that happens at that instant."""
    return daily_cut(Window(scenario, ledger))


def daily_cut(window: Window) -> DailyCensus:
    """The same, for somebody who has the window already."""
    return window.cached("daily census", "all", lambda: _daily(window))


def _daily(window: Window) -> DailyCensus:
    waits, series = window.ledger.waits, {}
    total = {measure: np.zeros(window.days, dtype=np.int64) for measure in CENSUS_MEASURES}
    for number in range(window.home):
        here = _of_service(window, number)
        for measure, counts in here.items():
            series[window.names[number], measure] = counts
            total[measure] = total[measure] + counts
    for number in window.lists:
        series[window.names[number], "waiting"] = _waiting(window, number)
        total["waiting"] = total["waiting"] + series[window.names[number], "waiting"]
    outside = waits["held"] == OUTSIDE
    series[OUTSIDE_NAME, "waiting"] = count_at(waits["joined"][outside], waits["ended"][outside], window.midnights)
    for measure, counts in total.items():
        series["all", measure] = counts
        if window.hospitals:
            series[ALL_HOSPITALS, measure] = _of_all_hospitals(window, series, measure)
    return DailyCensus(window.days, series)


def _of_all_hospitals(window: Window, series: Mapping[tuple[str, str], Column], measure: str) -> Column:
    """The sum over the hospitals; nobody is in a list, or delayed there."""
    places = [(window.names[number], measure) for number in window.hospitals]
    return np.asarray(sum(series[place] for place in places if place in series))


def _of_service(window: Window, number: int) -> dict[str, Column]:
    return {
        "midnight_census": people_at_midnights(window, number),
        "delayed": delayed_at_midnights(window, number),
        "waiting": _waiting(window, number),
    }


def _waiting(window: Window, number: int) -> Column:
    """People who wait for a service, or on a list, at each midnight of the window."""
    return count_at(window.waits_for(number, "joined"), window.waits_for(number, "ended"), window.midnights)


def people_at_midnights(window: Window, number: int) -> Column:
    """People in a service at each midnight of the window."""
    return np.asarray(at_midnights(window, everybody(window))[0, number], dtype=np.int64)


def at_midnights(window: Window, split: Split) -> Column:
    """People by item, place and midnight of the window."""
    return window.cached("people at midnights", split.by, lambda: _at_midnights(window, split))


def _at_midnights(window: Window, split: Split) -> Column:
    cells, start, end = present(window, split)
    days = window.days
    shape = (len(split.items), len(split.places), days + 1)  # the last day stands for later ones
    changes = np.zeros(shape, dtype=np.int64).reshape(-1)
    for instants, sign in ((start, 1), (end, -1)):
        day = np.clip(-((window.first - instants) // SECONDS_PER_DAY), 0, days)  # of the first midnight not before it
        changes += sign * np.bincount(cells * (days + 1) + day, minlength=len(changes))
    return split.with_hospitals(np.cumsum(changes.reshape(shape)[..., :days], axis=2))


def delayed_at_midnights(window: Window, number: int) -> Column:
    """Those of them who are delayed."""
    ready, left = window.stays_in(number, "ready"), window.stays_in(number, "left")
    is_ready = ready < NEVER
    late = ready[is_ready], left[is_ready]
    return window.cached("delayed at midnights", window.names[number], lambda: count_at(*late, window.midnights))


def over_replications(found: Sequence[DailyCensus]) -> list[CensusRow]:
    """Mean and middle 95% of the replications by service, measure and day (0 is the window's first)."""
    return [
        row for place in found[0].series for row in rows_by_day(*place, np.stack([one.series[place] for one in found]))
    ]


def rows_by_day(service: str, measure: str, people: Column) -> Iterator[CensusRow]:
    """The rows of one count, which is given as replications x days; a few days at a time, whatever the replications."""
    replications, days = people.shape
    for first in range(0, days, DAYS_AT_ONCE):
        some = people[:, first : first + DAYS_AT_ONCE].astype(np.int64)
        mean = some.sum(axis=0) / replications
        low, high = np.percentile(some, MIDDLE, axis=0)
        for day, figures in enumerate(zip(mean.tolist(), low.tolist(), high.tolist(), strict=True), first):
            yield CensusRow(day, service, measure, *figures)
