"""Waiting: how many, how long, and how many were in within the standard.

A wait counts for the service waited for; `outside` rows are the waits of people who have not been admitted
anywhere yet. Those who found the queue full or the service without places for good never waited: they are
no waits here.

What may be changed here: with new expected results.
"""

import numpy as np

from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.inputs.scenario import SECONDS_PER_DAY, SECONDS_PER_HOUR
from sim.model.ledger import ADMITTED, GAVE_UP, NO_PLACE, OUTSIDE, TURNED_AWAY, Column
from sim.results.cut import Cut, Row
from sim.results.spans import Mask

IN_2_DAYS = 2 * SECONDS_PER_DAY
IN_4_HOURS = 4 * SECONDS_PER_HOUR


def rows(cut: Cut) -> list[Row]:
    """Queue and wait rows of every service, of `out` and of outside."""
    waits, found = cut.ledger.waits, []
    for number, name in enumerate(cut.names):
        waited = _has_waited(cut.waits_for(number, "ending"))
        joined, ended = cut.waits_for(number, "joined")[waited], cut.waits_for(number, "ended")[waited]
        if number < cut.home or cut.clipped(joined, ended).any():
            found += _wait_rows(cut, name, joined, ended)
    outside = np.flatnonzero(waits["held"] == OUTSIDE)
    outside = outside[_has_waited(waits["ending"][outside])]
    found += _wait_rows(cut, OUTSIDE_NAME, waits["joined"][outside], waits["ended"][outside])
    return found + _within_4_hours(cut) + _within_2_days(cut) + _turned_away_and_gave_up(cut)


def _has_waited(ending: Column) -> Mask:
    return np.asarray((ending != TURNED_AWAY) & (ending != NO_PLACE))


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
        came = (held == OUTSIDE) & cut.inside(joined) & (ending != NO_PLACE)
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


def _turned_away_and_gave_up(cut: Cut) -> list[Row]:
    waits, found = cut.ledger.waits, []
    ended = cut.inside(waits["ended"])
    for measure, ending in (("turned_away", TURNED_AWAY), ("gave_up", GAVE_UP)):
        to = waits["to"][ended & (waits["ending"] == ending)]
        counts = np.bincount(to, minlength=len(cut.names))
        for service in cut.declared:
            found.append(Row(service.name, measure, "", "", float(counts[cut.number(service)]), "people"))
        found.append(Row("all", measure, "", "", float(counts.sum()), "people"))
    return found
