"""Waiting: how many, how long, and how many were in within the standard.

A wait counts for the service waited for; `outside` rows are the waits of people who have not been admitted
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
from sim.results.window import Cut, Row

IN_2_DAYS = 2 * SECONDS_PER_DAY
IN_4_HOURS = 4 * SECONDS_PER_HOUR
COUNTED_AS = {
    "admitted": (ADMITTED,),
    "turned_away": (TURNED_AWAY, NO_PLACE),  # a full queue; no place any more, found at once or after waiting
    "gave_up": (GAVE_UP,),
    "died": (DIED_WAITING,),
}
"""Every way in which a wait may end, each under one name."""


def rows(cut: Cut) -> list[Row]:
    """Queue and wait rows of every service, of `out` and of outside."""
    waits, found = cut.ledger.waits, []
    for number, name in enumerate(cut.names):
        joined, ended, ending = (cut.waits_for(number, column) for column in ("joined", "ended", "ending"))
        waited = _has_waited(joined, ended, ending)
        joined, ended = joined[waited], ended[waited]
        if number < cut.home or cut.clipped(joined, ended).any():
            found += _wait_rows(cut, name, joined, ended)
    outside = np.flatnonzero(waits["held"] == OUTSIDE)
    joined, ended, ending = (waits[column][outside] for column in ("joined", "ended", "ending"))
    waited = _has_waited(joined, ended, ending)
    found += _wait_rows(cut, OUTSIDE_NAME, joined[waited], ended[waited])
    return found + _within_4_hours(cut) + _within_2_days(cut) + _turned_away(cut)


def _has_waited(joined: Column, ended: Column, ending: Column) -> Mask:
    """All but those who were turned away the moment they came."""
    return np.asarray(~np.isin(ending, COUNTED_AS["turned_away"]) | (ended > joined))


def _wait_rows(cut: Cut, name: str, joined: Column, ended: Column) -> list[Row]:
    """Over these waits, those that did not begin in the window only as people in the queue."""

    def row(measure: str, value: float, unit: str) -> Row:
        return Row(name, measure, "", "", value, unit)

    found = [row("queue_mean", mean_in_line(cut, joined, ended), "people")]
    lengths = lengths_of_waits(cut, joined, ended)
    if not len(lengths):
        return found
    median, p90 = (float(value) for value in np.percentile(lengths, (50, 90)))
    return [
        *found,
        row("wait_mean_days", mean_days(lengths), "days"),
        row("wait_median_days", median / SECONDS_PER_DAY, "days"),
        row("wait_p90_days", p90 / SECONDS_PER_DAY, "days"),
        row("waited_share", int((lengths > 0).sum()) / len(lengths), "share"),
    ]


def mean_in_line(cut: Cut, joined: Column, ended: Column) -> float:
    """How many of these wait, on average over the window."""
    return int(cut.clipped(joined, ended).sum()) / (cut.end - cut.first)


def lengths_of_waits(cut: Cut, joined: Column, ended: Column) -> Column:
    """Seconds of the waits that began in the window, those still going on up to its end."""
    begun = cut.inside(joined)
    return np.asarray(np.minimum(ended[begun], cut.end) - joined[begun])


def mean_days(lengths: Column) -> float:
    """The mean of some lengths in seconds, in days."""
    return int(lengths.sum()) / len(lengths) / SECONDS_PER_DAY


def _within_4_hours(cut: Cut) -> list[Row]:
    """Hospitals: of those who came from outside in the window, the share admitted within 4 hours."""
    found = []
    for number in np.flatnonzero(cut.is_acute):
        held, joined, ended, ending = _columns(cut, int(number))
        came = (held == OUTSIDE) & cut.inside(joined)
        too_late_to_say = (ended >= cut.end) & (joined > cut.end - IN_4_HOURS)
        in_time = (ending == ADMITTED) & (ended - joined <= IN_4_HOURS)
        found += _share_in_time(cut.names[number], "admitted_within_4_hours", came & ~too_late_to_say, in_time)
    return found


def _columns(cut: Cut, number: int) -> list[Column]:
    return [cut.waits_for(number, column) for column in ("held", "joined", "ended", "ending")]


def _share_in_time(name: str, measure: str, chosen: Mask, in_time: Mask) -> list[Row]:
    if not chosen.any():
        return []
    return [Row(name, measure, "", "", int((chosen & in_time).sum()) / int(chosen.sum()), "share")]


def _within_2_days(cut: Cut) -> list[Row]:
    """Bed-based intermediate care: of the waits that ended in admission, the share of at most 2 days."""
    found = []
    for number in np.flatnonzero(cut.of_kind("reablement_unit", "community_beds")):
        _, joined, ended, ending = _columns(cut, int(number))
        accepted = cut.inside(joined) & (ending == ADMITTED) & (ended < cut.end)
        found += _share_in_time(cut.names[number], "started_within_2_days", accepted, ended - joined <= IN_2_DAYS)
    return found


def endings(cut: Cut, which: Mask | None = None) -> Mapping[str, Column]:
    """How many waits (all, or these) ended in the window in each way, by destination."""
    waits = cut.ledger.waits
    chosen = cut.inside(waits["ended"]) if which is None else cut.inside(waits["ended"]) & which
    ways, size = len(WAIT_ENDINGS), len(cut.names)
    each = np.bincount(waits["to"][chosen] * ways + waits["ending"][chosen], minlength=size * ways).reshape(size, ways)
    return {what: each[:, list(these)].sum(axis=1) for what, these in COUNTED_AS.items()}


def _turned_away(cut: Cut) -> list[Row]:
    waits = cut.ledger.waits
    at_once = endings(cut, waits["joined"] == waits["ended"])["turned_away"]
    return [
        *_by_service(cut, "turned_away", endings(cut)["turned_away"]),
        *(row for row in _by_service(cut, "turned_away_at_once", at_once) if row.value),
    ]


def _by_service(cut: Cut, measure: str, counts: Column) -> list[Row]:
    found = [(service.name, int(counts[cut.number(service)])) for service in cut.declared]
    return [Row(name, measure, "", "", float(count), "people") for name, count in (*found, ("all", counts.sum()))]
