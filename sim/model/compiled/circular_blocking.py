"""Circular blocking, for the fast engine: people who hold the places that they wait for among each other.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.capacity import bay_of, is_open
from sim.model.compiled.engine_state import FOUND, FOUND_FROM, MEMBER, MEMBER_TO, SEEN, EngineState
from sim.model.compiled.queues import next_of_line, start_line
from sim.model.records import NEVER, NONE


def first_of_holders(plan: PlanArrays, state: EngineState, held: int, to: int) -> int:
    """The first in the line for one bay of those who hold a place in another and are clear."""
    start_line(plan, state, plan.bays[to].service)
    wait = next_of_line(state)
    while not holds_and_may_come(plan, state, wait, held, to):
        wait = next_of_line(state)
    return wait


def holds_and_may_come(plan: PlanArrays, state: EngineState, wait: int, held: int, to: int) -> bool:
    """Does somebody hold a place in one bay, is clear, and is one of those whom the other is for?"""
    waits = state.waits
    if waits[wait].held < 0 or waits[wait].clear == NEVER or bay_of(plan, state, waits[wait].stay) != held:
        return False
    return bool(plan.is_for[to, state.persons[waits[wait].person].profile_row])


def is_held_by_clear(plan: PlanArrays, state: EngineState, bay: int) -> bool:
    """Does anybody who holds a place here, and is clear, wait for one that may be exchanged for it?"""
    found = False
    for to in plan.exchanges[bay]:
        found |= to >= 0 and state.clear_pairs[bay, to] > 0
    return found


def find_circle(plan: PlanArrays, state: EngineState, now: int) -> int:
    """The shortest circle through the bay that is last in the file; how many are in it, which `state.circle` says."""
    circle, count_circle = state.circle, 0
    start = len(plan.bays)
    while start > 0 and count_circle == 0:
        start -= 1
        if not is_held_by_clear(plan, state, start):
            continue
        circle[SEEN] = 0
        circle[SEEN, start] = 1
        circle[FOUND, 0] = start
        looked, found, end = 0, 1, NONE
        while looked < found and end < 0:
            bay = circle[FOUND, looked]
            looked += 1
            for to in plan.exchanges[bay]:
                if (
                    to >= 0
                    and state.clear_pairs[bay, to] > 0
                    and (to == start or circle[SEEN, to] == 0)
                    and is_open(plan, state, plan.services[plan.bays[to].service].door, now)
                    and is_open(plan, state, plan.services[plan.bays[bay].service].own_hours, now)
                ):
                    if to == start:
                        end = bay
                        break
                    circle[SEEN, to] = 1
                    circle[FOUND_FROM, to] = bay
                    circle[FOUND, found] = to
                    found += 1
        to = start
        while end >= 0:  # back along the circle: the first in line of those who hold each place
            circle[MEMBER, count_circle] = first_of_holders(plan, state, end, to)
            circle[MEMBER_TO, count_circle] = to
            count_circle += 1
            to = end
            end = NONE if end == start else circle[FOUND_FROM, end]
    return count_circle
