"""Waiting: how many, how long, and how many were in within the standard.

A wait counts for the service or list waited for; `outside` rows are the waits of people who have not been admitted
anywhere yet. Those who found the queue full or the service without places for good never waited: they are
no waits here, and are counted as turned away.

What may be changed here: with new expected results.
"""

from collections.abc import Mapping

import numpy as np

from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.inputs.scenario import SECONDS_PER_DAY, SECONDS_PER_HOUR
from sim.model.records import ADMITTED, DIED_WAITING, GAVE_UP, NO_PLACE, OUTSIDE, TURNED_AWAY, WAIT_ENDINGS, Column
from sim.results.step_functions import Mask
from sim.results.window import Row, Window

IN_2_DAYS = 2 * SECONDS_PER_DAY
IN_4_HOURS = 4 * SECONDS_PER_HOUR
COUNTED_AS = {
    "admitted": (ADMITTED,),
    "turned_away": (TURNED_AWAY, NO_PLACE),  # a full queue; no place any more, found at once or after waiting
    "gave_up": (GAVE_UP,),
    "died": (DIED_WAITING,),
}
"""Every way in which a wait may end, each under one name."""


def rows(window: Window) -> list[Row]:
    """Queue and wait rows of every service and list, of `out` and of outside."""
    waits, found = window.ledger.waits, []
    for number, name in enumerate(window.names):
        joined, ended, ending = (window.waits_for(number, column) for column in ("joined", "ended", "ending"))
        waited = _has_waited(joined, ended, ending)
        joined, ended = joined[waited], ended[waited]
        if number in window.in_line or window.clipped(joined, ended).any():
            found += _wait_rows(window, name, joined, ended)
    outside = np.flatnonzero(waits["held"] == OUTSIDE)
    joined, ended, ending = (waits[column][outside] for column in ("joined", "ended", "ending"))
    waited = _has_waited(joined, ended, ending)
    found += _wait_rows(window, OUTSIDE_NAME, joined[waited], ended[waited])
    return found + _within_4_hours(window) + _within_2_days(window) + _turned_away(window)


def _has_waited(joined: Column, ended: Column, ending: Column) -> Mask:
    """All but those who were turned away the moment they came."""
    return np.asarray(~np.isin(ending, COUNTED_AS["turned_away"]) | (ended > joined))


def _wait_rows(window: Window, name: str, joined: Column, ended: Column) -> list[Row]:
    """Over these waits, those that did not begin in the window only as people in the queue."""

    def row(measure: str, value: float) -> Row:
        return Row(name, measure, "", "", value)

    found = [row("queue_mean", mean_in_line(window, joined, ended))]
    lengths = lengths_of_waits(window, joined, ended)
    if not len(lengths):
        return found
    median, p90 = (float(value) for value in np.percentile(lengths, (50, 90)))
    return [
        *found,
        row("wait_mean_days", mean_days(lengths)),
        row("wait_median_days", median / SECONDS_PER_DAY),
        row("wait_p90_days", p90 / SECONDS_PER_DAY),
        row("waited_share", int((lengths > 0).sum()) / len(lengths)),
    ]


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


def _within_4_hours(window: Window) -> list[Row]:
    """Hospitals, and lists of hospitals: of those who came from outside in the window, the share admitted within 4 hours."""
    found = []
    for number in np.flatnonzero(window.waits_for_kind("acute")):
        held, joined, ended, ending = _columns(window, int(number))
        came = (held == OUTSIDE) & window.inside(joined)
        too_late_to_say = (ended >= window.end) & (joined > window.end - IN_4_HOURS)
        in_time = (ending == ADMITTED) & (ended - joined <= IN_4_HOURS)
        found += _share_in_time(window.names[number], "admitted_within_4_hours", came & ~too_late_to_say, in_time)
    return found


def _columns(window: Window, number: int) -> list[Column]:
    return [window.waits_for(number, column) for column in ("held", "joined", "ended", "ending")]


def _share_in_time(name: str, measure: str, chosen: Mask, in_time: Mask) -> list[Row]:
    if not chosen.any():
        return []
    return [Row(name, measure, "", "", int((chosen & in_time).sum()) / int(chosen.sum()))]


def _within_2_days(window: Window) -> list[Row]:
    """Bed-based intermediate care: of the waits that ended in admission, the share of at most 2 days."""
    found = []
    for number in np.flatnonzero(window.waits_for_kind("reablement_unit", "community_beds")):
        _, joined, ended, ending = _columns(window, int(number))
        accepted = window.inside(joined) & (ending == ADMITTED) & (ended < window.end)
        found += _share_in_time(window.names[number], "started_within_2_days", accepted, ended - joined <= IN_2_DAYS)
    return found


def endings(window: Window, which: Mask | None = None) -> Mapping[str, Column]:
    """How many waits (all, or these) ended in the window in each way, by destination."""
    waits = window.ledger.waits
    chosen = window.inside(waits["ended"]) if which is None else window.inside(waits["ended"]) & which
    ways, size = len(WAIT_ENDINGS), len(window.names)
    each = np.bincount(waits["to"][chosen] * ways + waits["ending"][chosen], minlength=size * ways).reshape(size, ways)
    return {what: each[:, list(these)].sum(axis=1) for what, these in COUNTED_AS.items()}


def _turned_away(window: Window) -> list[Row]:
    waits = window.ledger.waits
    at_once = endings(window, waits["joined"] == waits["ended"])["turned_away"]
    return [
        *_by_service(window, "turned_away", endings(window)["turned_away"]),
        *(row for row in _by_service(window, "turned_away_at_once", at_once) if row.value),
    ]


def _by_service(window: Window, measure: str, counts: Column) -> list[Row]:
    found = [(window.names[number], int(counts[number])) for number in window.in_line]
    return [Row(name, measure, "", "", float(count)) for name, count in (*found, ("all", counts.sum()))]
