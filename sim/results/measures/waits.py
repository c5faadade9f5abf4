"""Waiting: how many, how long, and how many were in within the standard.

A wait counts for the service or list waited for; `outside` rows are the waits of people who have not been admitted
anywhere yet. Those who found the queue full or the service without places for good never waited: they are
no waits here, and are counted as turned away.

What may be changed here: with new expected results.
"""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, SECONDS_PER_HOUR
from sim.model.records import ADMITTED, DIED_WAITING, GAVE_UP, NO_PLACE, OUTSIDE, TURNED_AWAY, WAIT_ENDINGS, Column
from sim.results.measures import chains
from sim.results.split import Split, Told, percentiles, ratio
from sim.results.step_functions import Mask
from sim.results.window import Window

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


def told(window: Window, split: Split) -> list[Told]:
    """Queues and waits of every service and list, of `out` and of outside, and those who got in nowhere."""
    return [*_waits(window, split), *_standards(window, split), *_failed(window, split)]


class Waited(NamedTuple):
    """Waits that touch the window, by the place that they count for: those outside for outside, too."""

    rows: Column
    places: Column
    seconds: Column  # inside the window
    begun: Column  # which of them began in the window: their numbers here
    lengths: Column  # of those that began in it


def _waited(window: Window) -> Waited:
    return window.cached("waited", "all", lambda: _find_waited(window))


def _find_waited(window: Window) -> Waited:
    """All but those who were turned away the moment they came."""
    waits, passes = window.ledger.waits, window.passes(chains.PASSES)
    if passes is not None:
        asked = chains.Asked(waits["joined"], waits["ended"], waits["held"], waits["to"], waits["ending"])
        found, sizes = np.empty((5, 2 * len(waits["to"])), dtype=np.int64), np.zeros(2, dtype=np.int64)
        passes.waited(chains.Waited(*found), sizes, asked, window.first, window.end, len(window.names))
        return Waited(*found[:3, : sizes[0]], *found[3:, : sizes[1]])
    rows = np.flatnonzero((waits["joined"] < window.end) & (waits["ended"] >= window.first))
    joined, ended = waits["joined"][rows], waits["ended"][rows]
    rows = rows[(ended > joined) | ~IS_TURNED_AWAY[waits["ending"][rows]]]
    outside = rows[waits["held"][rows] == OUTSIDE]
    places = np.concatenate((waits["to"][rows], np.full(len(outside), len(window.names))))
    rows = np.concatenate((rows, outside))
    joined, ended = waits["joined"][rows], waits["ended"][rows]
    begun, lengths = np.flatnonzero(window.inside(joined)), lengths_of_waits(window, joined, ended)
    return Waited(rows, places, window.clipped(joined, ended), begun, lengths)


def _waits(window: Window, split: Split) -> list[Told]:
    """Over all waits, those that did not begin in the window only as people in the queue."""
    found = _waited(window)
    profiles, places, lengths = split.waiting[found.rows], found.places, found.lengths
    in_line = split.total(profiles, places, found.seconds)
    profiles, places = profiles[found.begun], places[found.begun]
    number, some = split.count(profiles, places), np.flatnonzero(lengths)
    median, p90 = percentiles(split, profiles, places, lengths, (50, 90))
    measured = {
        "queue_mean": in_line / (window.end - window.first),
        "wait_mean_days": ratio(split.total(profiles, places, lengths), number) / SECONDS_PER_DAY,
        "wait_median_days": median / SECONDS_PER_DAY,
        "wait_p90_days": p90 / SECONDS_PER_DAY,
        "waited_share": ratio(split.count(profiles[some], places[some]), number),
    }
    nobody = [place for place in range(split.outside) if place not in window.in_line and not in_line[0, place]]
    return split.told(measured, range(split.outside + 1), hidden=nobody)


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


def _standards(window: Window, split: Split) -> list[Told]:
    """Hospitals and bed-based intermediate care, and lists of them: the shares admitted within 4 hours and 2 days."""
    found = []
    for measure, in_time, kinds in (
        ("admitted_within_4_hours", _within_4_hours, ("acute",)),
        ("started_within_2_days", _within_2_days, ("reablement_unit", "community_beds")),
    ):
        rows, kept = window.cached(measure, "all", partial(in_time, window))
        share = ratio(split.waits(rows[kept]), split.waits(rows))
        found += split.told({measure: share}, np.flatnonzero(window.waits_for_kind(*kinds)).tolist())
    return found


def ended(window: Window) -> Mapping[str, Column]:
    """Rows of the waits that ended in the window, by how."""

    def work() -> dict[str, Column]:
        rows = np.flatnonzero(window.inside(window.ledger.waits["ended"]))
        ending = window.ledger.waits["ending"][rows]
        return {what: rows[np.isin(ending, these)] for what, these in COUNTED_AS.items()}

    return window.cached("ended waits", "all", work)


def _failed(window: Window, split: Split) -> list[Told]:
    """People who were turned away, and those who gave up, by the destination that they waited for and all together."""
    waits, failed = window.ledger.waits, ended(window)
    turned_away = failed["turned_away"]
    at_once = turned_away[waits["joined"][turned_away] == waits["ended"][turned_away]]
    found = {"turned_away": turned_away, "gave_up": failed["gave_up"], "turned_away_at_once": at_once}
    counts = {measure: split.with_all(split.waits(rows), range(split.outside)) for measure, rows in found.items()}
    *whole, of_them = split.told(counts, (*window.in_line, split.all))
    of_them.values[of_them.values == 0] = np.nan
    return [*whole, of_them]
