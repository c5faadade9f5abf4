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
    waits = cut.ledger.waits
    waited = (waits["ending"] != TURNED_AWAY) & (waits["ending"] != NO_PLACE)
    found = []
    for number, name in enumerate(cut.names):
        chosen = waited & (waits["to"] == number)
        if number < cut.home or _somebody_waited(cut, chosen):
            found += _wait_rows(cut, name, chosen)
    found += _wait_rows(cut, OUTSIDE_NAME, waited & (waits["held"] == OUTSIDE))
    return found + _within_4_hours(cut) + _within_2_days(cut) + _turned_away_and_gave_up(cut)


def _lengths(cut: Cut, chosen: Mask) -> Column:
    """Seconds waited, up to the end of the window, of those of these waits that began in it."""
    waits = cut.ledger.waits
    begun = chosen & cut.inside(waits["joined"])
    return np.asarray(np.minimum(waits["ended"][begun], cut.end) - waits["joined"][begun], dtype=np.int64)


def _somebody_waited(cut: Cut, chosen: Mask) -> bool:
    waits = cut.ledger.waits
    return bool((cut.clipped(waits["joined"], waits["ended"])[chosen] > 0).any())


def _wait_rows(cut: Cut, name: str, chosen: Mask) -> list[Row]:
    def row(measure: str, value: float, unit: str) -> Row:
        return Row(name, measure, "", "", value, unit)

    waits = cut.ledger.waits
    waiting = int(cut.clipped(waits["joined"][chosen], waits["ended"][chosen]).sum())
    found = [row("queue_mean", waiting / (cut.end - cut.first), "people")]
    lengths = _lengths(cut, chosen)
    if not len(lengths):
        return found
    median, p90 = (float(value) for value in np.percentile(lengths, (50, 90)))
    return [
        *found,
        row("wait_mean_days", int(lengths.sum()) / len(lengths) / SECONDS_PER_DAY, "days"),
        row("wait_median_days", median / SECONDS_PER_DAY, "days"),
        row("wait_p90_days", p90 / SECONDS_PER_DAY, "days"),
        row("waited_share", int((lengths > 0).sum()) / len(lengths), "share"),
    ]


def _within_4_hours(cut: Cut) -> list[Row]:
    """Hospitals: of those who came from outside in the window, the share admitted within 4 hours."""
    waits, found = cut.ledger.waits, []
    came = (waits["held"] == OUTSIDE) & cut.inside(waits["joined"]) & (waits["ending"] != NO_PLACE)
    too_late_to_say = (waits["ended"] >= cut.end) & (waits["joined"] > cut.end - IN_4_HOURS)
    in_time = (waits["ending"] == ADMITTED) & (waits["ended"] - waits["joined"] <= IN_4_HOURS)
    for service in cut.declared:
        chosen = came & ~too_late_to_say & (waits["to"] == cut.number(service))
        if service.kind == "acute" and chosen.any():
            share = int((chosen & in_time).sum()) / int(chosen.sum())
            found.append(Row(service.name, "admitted_within_4_hours", "", "", share, "share"))
    return found


def _within_2_days(cut: Cut) -> list[Row]:
    """Bed-based intermediate care: of the waits that ended in admission, the share of at most 2 days."""
    waits, found = cut.ledger.waits, []
    accepted = cut.inside(waits["joined"]) & (waits["ending"] == ADMITTED) & (waits["ended"] < cut.end)
    in_time = waits["ended"] - waits["joined"] <= IN_2_DAYS
    for service in cut.declared:
        chosen = accepted & (waits["to"] == cut.number(service))
        if service.kind in ("reablement_unit", "community_beds") and chosen.any():
            share = int((chosen & in_time).sum()) / int(chosen.sum())
            found.append(Row(service.name, "started_within_2_days", "", "", share, "share"))
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
