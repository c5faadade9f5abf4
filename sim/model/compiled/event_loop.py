"""The compiled engine's event loop: the same people, the same rules and the same records as the reference engine.

It is plain Python over tables of numbers that a compiler can read (`numba_setup.py` hands it to Numba), so it can also be run,
slowly, as it stands. An instant is gathered (`gathering.py`), then its phases follow in the order of rule 3 (`phases.py`), then
the clock goes on. The tables are in `engine_state.py`, the small operations are listed in `numba_setup.py`.

A change here needs the same change in the reference engine, and moves results.
"""

from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.capacity import is_divided, plan_places
from sim.model.compiled.engine_state import DONE, NOTHING_DUE, EngineState, by_reference
from sim.model.compiled.event_queue import open_span
from sim.model.compiled.gathering import happen, next_due
from sim.model.compiled.phases import judge_clocks, open_surge, place, serve_teams, turn_away, turn_back
from sim.model.compiled.stays import expect
from sim.model.records import NEVER, NONE
from sim.model.rules import SECONDS_PER_DAY


def run_events(plan: PlanArrays, state: EngineState) -> int:
    """Run to the end of the run; DONE, or which table was too small. How many rows were filled is in the counters."""
    plan, state = by_reference(plan), by_reference(state)
    count, has_surge = state.counters[0], start(plan, state)
    now = int(count.now)  # the literal 0 would have Numba compile everything for that number alone, and then again
    while True:
        what = next_due(plan, state, now)
        while what != NOTHING_DUE:
            happen(plan, state, what, now)
            what = next_due(plan, state, now)
        if count.too_small > 0:
            return int(count.too_small)
        if not count.unsettled:  # nothing waits for a phase of this instant
            now = next_instant(plan, state)
            if now >= plan.until:
                return DONE
            count.unsettled = has_surge
            continue
        # After the first phase that moves somebody, gathering starts again.
        if turn_back(plan, state, now) or serve_teams(plan, state):
            continue
        has_placed = place(plan, state, now)
        if has_placed and (count.posted > 0 or count.look_for_circles > 0):
            continue  # else anybody who moved left nothing to gather or to place
        if judge_clocks(state, now) or turn_away(plan, state, now):
            continue
        count.unsettled = 0
        if has_surge:
            open_surge(plan, state, now)


def start(plan: PlanArrays, state: EngineState) -> bool:
    """Everything as it is before the first event; has any service surge places?"""
    count, services, coming, has_surge = state.counters[0], plan.services, state.coming, False
    count.free_event = NONE
    for person in range(len(state.persons)):  # one after the other, which memory likes better than each when they come
        expect(plan, state, person)
    count.next_arrival = state.arrives[coming[0]] if len(coming) > 0 else NEVER
    count.unsettled = 1
    for service in range(len(services)):
        has_surge |= services[service].surge_places >= 0
        first = services[service].bays
        state.service_states[service].planned_open = plan.bays[first].places_at_start
        state.service_states[service].most_to_come = plan.bays[first].most_to_come
        if is_divided(plan, service):
            state.service_states[service].planned_open = 0
            for bay in range(first, services[service].bays_end):
                state.service_states[service].planned_open += plan.bays[bay].places_at_start
                state.bay_states[bay].open = plan.bays[bay].places_at_start
                state.bay_states[bay].most_to_come = plan.bays[bay].most_to_come
        plan_places(plan, state, service, 0)
    return has_surge


def next_instant(plan: PlanArrays, state: EngineState) -> int:
    """The next instant at which anything is due."""
    count, changes = state.counters[0], plan.changes
    now, count.gathered = min(plan.until, count.next_arrival), 0
    if count.next_change < len(changes):
        now = min(now, changes[count.next_change].at)
    # no further than that, or what is posted then would come too late
    last_span = min(now >> state.bucket_shift, len(state.buckets) - 1)
    while count.heap_size == 0 and count.bucket < last_span:
        open_span(state)
    if count.heap_size > 0:
        now = min(now, state.events[state.heap[0]].at)
    count.now = now
    if len(plan.is_door_of) > 0:
        count.day = now // SECONDS_PER_DAY
    return int(now)
