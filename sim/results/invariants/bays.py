"""Invariants of services with bays: who comes in is somebody whom the bay is for, and nobody waits beside a free bed for them.

What may be changed here: invariants may be added; removing one needs agreement.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from sim.inputs.scenario import Bay, Service
from sim.machine_code import Mask
from sim.model.records import OUTSIDE, Column
from sim.results.invariants.records import require_rows
from sim.results.measures.occupancy import (
    door_over_time,
    free_between,
    free_in_bay,
    held_in_bay,
    own_hours_over_time,
    planned_over_time,
)
from sim.results.step_functions import StepFunction, both, either
from sim.results.window import Window

FOR_WHOM_IT_IS = "who comes into a bay is somebody whom it is for"
NOBODY_ENTERS_A_FULL_BAY = "nobody enters a full bay"
NOBODY_WAITS_BESIDE_A_FREE_BED = "nobody waits beside a free bed in a bay that is for them"
NEVER_FREE = free_between(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))


def check_bays(window: Window) -> None:
    """Check every service that has bays."""
    for service in window.declared:
        if service.bays:
            _comings(window, service)
            if service.turnaround is None:
                _waits(window, service)


def _comings(window: Window, service: Service) -> None:
    """Of everybody who was admitted during the run: the bay is for them, and had a bed."""
    number = window.number(service)
    rows, which = window.stay_rows(number), window.stays_in(number, "bay")
    person, profile = window.stays_in(number, "person"), window.stays_in(number, "found")
    seated, group = window.is_seated[rows], window.ledger.people["group"][person]
    for place, bay in enumerate(service.bays):
        mine = which == place
        fits = is_for(window, bay, group, profile) | seated | ~mine
        require_rows(window, FOR_WHOM_IT_IS, "stays", rows, fits)
        admitted, held = window.stays_in(number, "admitted")[mine], held_in_bay(window, service, place)
        most = np.maximum(planned_over_time(bay.capacity).at(admitted), held.before(admitted))
        require_rows(window, NOBODY_ENTERS_A_FULL_BAY, "stays", rows[mine], (held.at(admitted) <= most) | seated[mine])


def is_for(window: Window, bay: Bay, group: Column, profile: Column) -> Mask:
    """Whom a bay is for, of people of these groups with these profiles."""
    fits = [np.array([bay.is_for(levels) for levels in one.profiles]) for one in window.scenario.people]
    found = np.zeros(len(group), dtype=bool)
    for number, of_group in enumerate(fits):
        found[group == number] = of_group[profile[group == number]]
    return found


def _waits(window: Window, service: Service) -> None:
    """Who is clear waits for no time in which a bed for them, the opening hours and their own discharge hours are open."""
    number = window.number(service)
    door = door_over_time(window, service)
    free = [free_in_bay(window, service, place) for place in range(len(service.bays))]
    for rows, theirs, held in _alike(window, service, number):
        eligible = both(_any(free, theirs), door)
        if held != OUTSIDE:
            eligible = both(eligible, own_hours_over_time(window, window.scenario.services[held]))
        clear = np.maximum(window.ledger.waits["clear"][rows], 0)
        ended = np.minimum(window.ledger.waits["ended"][rows], window.ledger.until)
        some = np.flatnonzero(clear < ended)
        holds = eligible.between(clear[some], ended[some]) == 0
        require_rows(window, NOBODY_WAITS_BESIDE_A_FREE_BED, "waits", rows[some], holds)


def _alike(window: Window, service: Service, number: int) -> Iterator[tuple[Column, Sequence[bool], int]]:
    """The waits for a service, alone or on a list, by the bays that are for them and where they are."""
    waits = window.ledger.waits
    to = [queue for queue, members in enumerate(window.members) if number in members]
    rows = np.flatnonzero(np.isin(waits["to"], to))
    group = window.ledger.people["group"][waits["person"][rows]]
    fits = np.stack([is_for(window, bay, group, waits["profile"][rows]) for bay in service.bays], axis=1)
    kinds, of_kind = np.unique(fits, axis=0, return_inverse=True)
    held = waits["held"][rows]
    for kind, theirs in enumerate(kinds.tolist()):
        for here in np.unique(held).tolist():
            yield rows[(of_kind.ravel() == kind) & (held == here)], theirs, here


def _any(free: Sequence[StepFunction], theirs: Sequence[bool]) -> StepFunction:
    """1 while a bed is free in any of these bays."""
    found = NEVER_FREE
    for one, mine in zip(free, theirs, strict=True):
        found = either(found, one) if mine else found
    return found
