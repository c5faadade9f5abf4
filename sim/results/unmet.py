"""Unmet need for pathway 2: people who need a bed of a reablement unit or community hospital and have none.

Who needs one is who was bound for such a bed when they were admitted, or came to one from outside. They count

- while only the place is awaited (ready, every step done; outside: from joining), and
- from giving the wait up, or being turned away, until they leave, and after leaving for anywhere else for as
  long as people like them stay in that bed on average, because what they would have needed is never drawn.

Who dies counts until then; days of arranging are no unmet need. The average stay is the scenario's own, so two
scenarios that say different stays for the bed first waited for are not alike here.

What may be changed here: with new expected results.
"""

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Group
from sim.model.ledger import GAVE_UP, NEVER, NO_PLACE, NONE, OUTSIDE, TURNED_AWAY, Column
from sim.results.cut import Cut, Row
from sim.results.spans import Mask, total_by

PATHWAY_2 = ("reablement_unit", "community_beds")
IN_VAIN = (GAVE_UP, TURNED_AWAY, NO_PLACE)


def rows(cut: Cut) -> list[Row]:
    """People without the pathway 2 bed that they need, mean over time, by the service that they were bound for."""
    is_bed = cut.of_kind(*PATHWAY_2)
    if not is_bed.any():
        return []
    bound_for, waited, in_vain = _waits(cut, is_bed)
    seconds = total_by(bound_for, waited + in_vain, len(cut.names))
    span = cut.days * SECONDS_PER_DAY
    found = [
        Row(cut.names[number], "unmet_need_people_mean", "", "", int(seconds[number]) / span, "people")
        for number in np.flatnonzero(is_bed)
    ]
    return [*found, Row("all", "unmet_need_people_mean", "", "", int(seconds.sum()) / span, "people")]


def _waits(cut: Cut, is_bed: Mask) -> tuple[Column, Column, Column]:
    """By wait for a bed that is needed: what its person was bound for, seconds waited, seconds without it after."""
    waits, stays = cut.ledger.waits, cut.ledger.stays
    outside = waits["held"] == OUTSIDE
    planned = np.append(stays["planned_to"], NONE)[waits["stay"]]
    bound_for = np.where(outside, waits["to"], planned)
    needed = is_bed[waits["to"]] & (bound_for != NONE) & is_bed[bound_for]
    number = np.flatnonzero(needed)
    bound_for = bound_for[number]
    waited = cut.clipped(waits["clear"][number], waits["ended"][number])
    in_vain = _is_last(waits["person"], waits["stay"], number) & np.isin(waits["ending"][number], IN_VAIN)
    until = np.where(in_vain, _until(cut, number, bound_for, is_bed), waits["ended"][number])
    return bound_for, waited, cut.clipped(waits["ended"][number], until)


def _is_last(person: Column, stay: Column, number: Column) -> Mask:
    """Which of these waits are the last for a bed of their person in their stay; rows are by person and time."""
    person, stay = person[number], stay[number]
    last = np.ones(len(number), dtype=bool)
    last[:-1] = (person[1:] != person[:-1]) | (stay[1:] != stay[:-1])
    return last


def _until(cut: Cut, number: Column, bound_for: Column, is_bed: Mask) -> Column:
    """By wait: when the need of somebody who gave it up ends; at once for who got a bed after all."""
    waits, stays = cut.ledger.waits, cut.ledger.stays
    held = waits["stay"][number]
    left = np.append(stays["left"], NONE)[held]
    to = np.append(stays["to"], NONE)[held]
    left = np.where(held == NONE, waits["ended"][number], left)
    group = cut.ledger.people["group"][waits["person"][number]]
    average = _average_stays(cut)[group, bound_for]
    until = np.where(to == cut.died, left, np.minimum(left + average, NEVER))
    got_one = (held != NONE) & (to != NONE) & is_bed[np.maximum(to, 0)]
    return np.asarray(np.where(got_one, waits["ended"][number], until), dtype=np.int64)


def _average_stays(cut: Cut) -> Column:
    """Seconds that each group stays in each service on average, by what the scenario says."""
    found = np.zeros((len(cut.scenario.people), len(cut.names)), dtype=np.int64)
    for row, group in enumerate(cut.scenario.people):
        for number, name in enumerate(cut.names):
            found[row, number] = round(_average_days(group, name) * SECONDS_PER_DAY)
    return found


def _average_days(group: Group, service: str) -> float:
    visit = group.visit(service)
    if visit is None:
        return 0.0
    shared = 0.0 if visit.stay is None else visit.stay.mean_days
    return sum(route.share * (route.stay.mean_days if route.stay else shared) for route in visit.then)
