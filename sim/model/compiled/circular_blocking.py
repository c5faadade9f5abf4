"""Circular blocking, for the fast engine: people who hold the places that they wait for among each other.

Plain Python that a compiler can read; see `operations.py`. What may be changed here: with new expected results, and only together with
the reference engine.
"""

from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.capacity import is_open
from sim.model.compiled.engine_state import FOUND, FOUND_FROM, MEMBER, MEMBER_TO, SEEN, EngineState
from sim.model.compiled.queues import next_of_line, start_line
from sim.model.records import NEVER, NONE


def first_of_holders(plan: PlanArrays, state: EngineState, held: int, to: int) -> int:
    """The first in the line for one service of those who hold a place in another and are clear."""
    waits = state.waits
    start_line(plan, state, to)
    wait = next_of_line(state)
    while waits[wait].held != held or waits[wait].clear == NEVER:
        wait = next_of_line(state)
    return wait


def is_held_by_clear(plan: PlanArrays, state: EngineState, service: int) -> bool:
    """Does anybody who holds a place here, and is clear, wait for one that may be exchanged for it?"""
    found = False
    for to in plan.exchanges[service]:
        found |= to >= 0 and state.clear_pairs[service, to] > 0
    return found


def find_circle(plan: PlanArrays, state: EngineState, now: int) -> int:
    """The shortest circle through the service that stands last in the file; how many are in it, which `state.circle` says."""
    circle, count_circle = state.circle, 0
    start = len(plan.services)
    while start > 0 and count_circle == 0:
        start -= 1
        if not is_held_by_clear(plan, state, start):
            continue
        circle[SEEN] = 0
        circle[SEEN, start] = 1
        circle[FOUND, 0] = start
        looked, found, end = 0, 1, NONE
        while looked < found and end < 0:
            service = circle[FOUND, looked]
            looked += 1
            for to in plan.exchanges[service]:
                if (
                    to >= 0
                    and state.clear_pairs[service, to] > 0
                    and (to == start or circle[SEEN, to] == 0)
                    and is_open(plan, state, plan.services[to].door, now)
                    and is_open(plan, state, plan.services[service].own_hours, now)
                ):
                    if to == start:
                        end = service
                        break
                    circle[SEEN, to] = 1
                    circle[FOUND_FROM, to] = service
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
