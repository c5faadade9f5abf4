"""Waiting: how many, how long, how many within the standard, and how many gave up and what became of them.

A wait counts for the service or list waited for; `outside` rows are the waits of people who have not been admitted
anywhere yet. Those who found the queue full or the service without places for good never waited: they are
no waits here, and are counted as turned away.

- moved by design: `otherwise` leads to another service of the same sort, so people only changed lists: two hospitals, or
  two services of the same pathway of discharge;
- elsewhere: it leads to another declared service, so they get other care than they needed;
- with nothing: it leads home or out of the model.

Who finds the next list full or closed at that instant, and goes on at once, is reported by where that leads. A service on
pathway 0 (kind `other`, unless it says otherwise) is of no sort: two of them have nothing in common.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY, SECONDS_PER_HOUR
from sim.model.records import ADMITTED, DIED_WAITING, GAVE_UP, NO_PLACE, OUTSIDE, TURNED_AWAY, WAIT_ENDINGS, Column
from sim.results.measure_table import ENDINGS
from sim.results.measures.flow import pathways
from sim.results.split import Figures, Split, SplitMeasure, Table, percentiles, percentiles_of, ratio
from sim.results.step_functions import Mask, is_first, total_by
from sim.results.tables import counted, tables_of
from sim.results.window import Row, Window, kept

MEDIAN_AND_P90 = (50, 90)
IN_2_DAYS = 2 * SECONDS_PER_DAY
IN_4_HOURS = 4 * SECONDS_PER_HOUR
COUNTED_AS = {
    "admitted": (ADMITTED,),
    "turned_away": (TURNED_AWAY, NO_PLACE),  # a full queue; no place any more, found at once or after waiting
    "gave_up": (GAVE_UP,),
    "died": (DIED_WAITING,),
}
"""Every way in which a wait may end, each under one name."""
IS_TURNED_AWAY = np.isin(np.arange(len(WAIT_ENDINGS)), COUNTED_AS["turned_away"])  # by ending


def split_measures(window: Window, split: Split) -> list[SplitMeasure]:
    """Queues and waits of every service and list, of `out` and of outside, and those who got in nowhere."""
    return [*_waits(window, split), *_standards(window, split), *_failed(window, split)]


class Waited(NamedTuple):
    """Waits that touch the window, by the place that they count for: those outside for outside, too."""

    rows: Column
    places: Column
    seconds: Column  # inside the window
    begun: Column  # which of them began in the window: their numbers here
    lengths: Column  # of those that began in it


@kept
def _waited(window: Window) -> Waited:
    """All but those who were turned away the moment they came."""
    waits = window.ledger.waits
    rows = np.flatnonzero((waits["joined"] < window.end) & (waits["ended"] >= window.first))
    joined, ended = waits["joined"][rows], waits["ended"][rows]
    rows = rows[(ended > joined) | ~IS_TURNED_AWAY[waits["ending"][rows]]]
    outside = rows[waits["held"][rows] == OUTSIDE]
    places = np.concatenate((waits["to"][rows], np.full(len(outside), len(window.names))))
    rows = np.concatenate((rows, outside))
    joined, ended = waits["joined"][rows], waits["ended"][rows]
    begun, lengths = np.flatnonzero(window.inside(joined)), lengths_of_waits(window, joined, ended)
    return Waited(rows, places, window.clipped(joined, ended), begun, lengths)


def _waits(window: Window, split: Split) -> list[SplitMeasure]:
    """Over all waits, those that did not begin in the window only as people in the queue."""
    found = _waiting(window, split)
    measured = {
        "queue_mean": found.in_line / (window.end - window.first),
        "wait_mean_days": ratio(found.seconds, found.number) / SECONDS_PER_DAY,
        "wait_median_days": found.median / SECONDS_PER_DAY,
        "wait_p90_days": found.p90 / SECONDS_PER_DAY,
        "waited_share": ratio(found.some, found.number),
    }
    nobody = [place for place in range(split.outside) if place not in window.in_line and not found.in_line[0, place]]
    return split.reported(measured, range(split.outside + 1), hidden=nobody)


class Waiting(NamedTuple):
    """By item and place: seconds in line; waits that began, those that took time, and how long."""

    in_line: Table
    number: Table
    some: Table
    seconds: Table
    median: Figures
    p90: Figures


def _waiting(window: Window, split: Split) -> Waiting:
    tables = tables_of(window)
    if tables is not None:
        number, some = tables.by_item["waits"], tables.by_item["waited at all"]
        of_lengths = percentiles_of(split, tables.waited, number, some, MEDIAN_AND_P90)
        return Waiting(tables.by_item["in line"], number, some, tables.by_item["waited"], *of_lengths)
    found = _waited(window)
    profiles, places, lengths = split.waiting[found.rows], found.places, found.lengths
    in_line = split.total(profiles, places, found.seconds)
    profiles, places = profiles[found.begun], places[found.begun]
    number, took_time = split.count(profiles, places), np.flatnonzero(lengths)
    some, seconds = split.count(profiles[took_time], places[took_time]), split.total(profiles, places, lengths)
    return Waiting(in_line, number, some, seconds, *percentiles(split, profiles, places, lengths, MEDIAN_AND_P90))


def mean_in_line(window: Window, joined: Column, ended: Column) -> float:
    """How many of these wait, on average over the window."""
    return int(window.clipped(joined, ended).sum()) / (window.end - window.first)


def lengths_of_waits(window: Window, joined: Column, ended: Column) -> Column:
    """Seconds of the waits that began in the window, those still going on up to its end."""
    begun = window.inside(joined)
    return np.asarray(np.minimum(ended[begun], window.end) - joined[begun])


def mean_days(lengths: Column) -> float:
    """The mean of some lengths in seconds, in days."""
    return int(lengths.sum()) / len(lengths) / SECONDS_PER_DAY


class InTime(NamedTuple):
    """Waits that a standard is about, and which of them kept it."""

    rows: Column
    kept: Mask


def _within_4_hours(window: Window) -> InTime:
    """Of those who came from outside, who was admitted within 4 hours."""
    waits = window.ledger.waits
    joined, ended = waits["joined"], waits["ended"]
    too_late_to_say = (ended >= window.end) & (joined > window.end - IN_4_HOURS)
    rows = np.flatnonzero((waits["held"] == OUTSIDE) & window.inside(joined) & ~too_late_to_say)
    return InTime(rows, (waits["ending"][rows] == ADMITTED) & (ended[rows] - joined[rows] <= IN_4_HOURS))


def _within_2_days(window: Window) -> InTime:
    """Of the waits that ended in admission, those of at most 2 days."""
    waits = window.ledger.waits
    joined, ended = waits["joined"], waits["ended"]
    rows = np.flatnonzero(window.inside(joined) & (waits["ending"] == ADMITTED) & (ended < window.end))
    return InTime(rows, ended[rows] - joined[rows] <= IN_2_DAYS)


def _standards(window: Window, split: Split) -> list[SplitMeasure]:
    """Hospitals and bed-based intermediate care, and lists of them: the shares admitted within 4 hours and 2 days."""
    found = []
    for measure, in_time, tables, kinds in (
        ("admitted_within_4_hours", _within_4_hours, ("in 4 hours", "from outside"), ("acute",)),
        ("started_within_2_days", _within_2_days, ("in 2 days", "admitted"), ("reablement_unit", "community_beds")),
    ):
        kept, of_all = counted(window, partial(_kept, window, split, in_time), *tables)
        found += split.reported({measure: ratio(kept, of_all)}, np.flatnonzero(window.waits_for_kind(*kinds)).tolist())
    return found


def _kept(window: Window, split: Split, in_time: Callable[[Window], InTime]) -> Sequence[Table]:
    rows, kept = in_time(window)
    return split.waits(rows[kept]), split.waits(rows)


@kept
def ended(window: Window) -> Mapping[str, Column]:
    """Rows of the waits that ended in the window, by how."""
    rows = np.flatnonzero(window.inside(window.ledger.waits["ended"]))
    ending = window.ledger.waits["ending"][rows]
    return {what: rows[np.isin(ending, these)] for what, these in COUNTED_AS.items()}


def _failed(window: Window, split: Split) -> list[SplitMeasure]:
    """People who were turned away, and those who gave up, by the destination that they waited for and all together."""
    names = ("turned_away", "gave_up", "turned_away_at_once")
    tables = counted(window, partial(_in_vain, window, split), "turned away", "gave up", "turned away at once")
    counts = {name: split.with_all(table, range(split.outside)) for name, table in zip(names, tables, strict=True)}
    *whole, of_them = split.reported(counts, (*window.in_line, split.all))
    of_them.values[of_them.values == 0] = np.nan
    return [*whole, of_them]


def _in_vain(window: Window, split: Split) -> Sequence[Table]:
    """Waits whose people were turned away, who gave up, and those turned away the moment they came."""
    waits, failed = window.ledger.waits, ended(window)
    turned_away = failed["turned_away"]
    at_once = turned_away[waits["joined"][turned_away] == waits["ended"][turned_away]]
    return [split.waits(rows) for rows in (turned_away, failed["gave_up"], at_once)]


NO_SORT = 0  # pathway 0: `other`, home and out
HOSPITAL = -1  # the sort of hospitals; all others are the pathway that they are on
DESIGN, ELSEWHERE, NOTHING = range(len(ENDINGS))


def rows(window: Window) -> list[Row]:
    """Those who gave up waiting for each declared service and list, and for all destinations, by ending."""
    by_ending = given_up(window)
    names = [*((window.names[number], by_ending[number]) for number in window.in_line), ("all", by_ending.sum(axis=0))]
    if window.hospitals:
        names.append((ALL_HOSPITALS, by_ending[list(window.hospitals)].sum(axis=0)))
    return [
        Row(name, "gave_up", "ending", item, float(count))
        for name, counts in names
        for item, count in zip(ENDINGS, counts, strict=True)
        if count
    ]


@kept
def given_up(window: Window) -> Column:
    """People who gave up in the window, by destination waited for and ending."""
    size, tables = len(window.names), tables_of(window)
    if tables is None:
        waits = window.ledger.waits
        number = np.flatnonzero(window.inside(waits["ended"]) & (waits["ending"] == GAVE_UP))
        to, next_to = waits["to"][number], _went_to(window, number)
        people = np.ones_like(to)
    else:
        to, next_to = np.nonzero(tables.given_up)
        people = tables.given_up[to, next_to]
    cells = to * len(ENDINGS) + _ending(window, to, next_to)
    return total_by(cells, people, size * len(ENDINGS)).reshape(size, len(ENDINGS))


def _ending(window: Window, to: Column, next_to: Column) -> Column:
    """By what was given up and what came next."""
    sort = _sorts(window)
    alike = (sort[to] == sort[next_to]) & (sort[to] != NO_SORT)
    found = np.where(alike, DESIGN, ELSEWHERE)
    return np.where((next_to >= window.home) & (next_to <= window.out), NOTHING, found)


def _sorts(window: Window) -> Column:
    """By destination: which services are of one sort; a list is of the sort of its services if that is one."""
    found = np.maximum(pathways(window), NO_SORT)
    found[window.waits_for_kind("acute")] = HOSPITAL
    return found


def _went_to(window: Window, number: Column) -> Column:
    """By wait: the destination that `otherwise` leads to, on past lists that were full or closed at that instant."""
    passes_on, row = _passes_on(window), number.copy()
    while (goes_on := passes_on[row]).any():
        row[goes_on] += 1
    return window.ledger.waits["otherwise"][row]


def _passes_on(window: Window) -> Mask:
    """By wait: whether the next one is of the same person and stay, and failed in the instant in which it began."""
    waits = window.ledger.waits
    found = np.zeros(len(waits["ended"]), dtype=bool)
    failed = np.isin(waits["ending"], (TURNED_AWAY, NO_PLACE)) & (waits["joined"] == waits["ended"])
    same = ~is_first(waits["person"])[1:] & ~is_first(waits["stay"])[1:]
    found[:-1] = same & failed[1:] & (waits["joined"][1:] == waits["ended"][:-1])
    return found
