"""The compiled engine's event loop: the same people, the same rules and the same records as the reference engine.

It is plain Python over tables of numbers that a compiler can read (`numba_setup.py` hands it to Numba), so it can also be run,
slowly, as it stands. An instant is gathered (`gathering.py`), then its phases follow in the order of rule 3, then the clock
goes on. The tables are in `engine_state.py`, the small operations are listed in `numba_setup.py`.

A change here needs the same change in the reference engine, and moves results.
"""

from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.capacity import (
    bay_for,
    find_circle,
    goes_back,
    has_free_bay,
    has_opened,
    is_divided,
    is_open,
    may_go_elsewhere,
    plan_places,
    touch,
    units_in,
)
from sim.model.compiled.engine_state import (
    BALK,
    DIE,
    DONE,
    MEMBER,
    MEMBER_TO,
    NO_PLACE_FOR,
    NOT_LOOKED,
    NOTHING_DUE,
    RENEGE,
    EngineState,
    by_reference,
)
from sim.model.compiled.gathering import happen, next_due
from sim.model.compiled.queues import goes_before, leave_queue, next_of_line, open_span, post, start_line
from sim.model.compiled.stays import expect, move
from sim.model.compiled.steps import serve_team
from sim.model.records import NEVER, NONE
from sim.model.rules import SECONDS_PER_DAY, surge_opens


def turn_back(plan: PlanArrays, state: EngineState, now: int) -> bool:
    """Who waits where they will never get a place goes the other way."""
    waits, count, acted = state.waits, state.counters[0], False
    if count.is_replanned:
        for queue in range(len(state.service_states)):
            wait = state.service_states[queue].head
            while wait >= 0:
                if goes_back(plan, state, wait, now):
                    post(state, now, NO_PLACE_FOR, wait)
                    acted = True
                wait = waits[wait].behind
    else:
        for i in range(count.nowhere):
            wait = state.noted[i].nowhere
            if waits[wait].ended == NEVER and goes_back(plan, state, wait, now):
                post(state, now, NO_PLACE_FOR, wait)
                acted = True
    count.is_replanned = count.nowhere = 0
    return acted


def serve_teams(plan: PlanArrays, state: EngineState) -> bool:
    """Free team places go to those who wait longest for them."""
    acted = False
    for team in range(len(state.teams)):
        acted |= serve_team(plan, state, team)
    return acted


def place(plan: PlanArrays, state: EngineState, now: int) -> bool:
    """People move one by one until nobody can any more; who moves next is for `next_to_move` to say."""
    count, services, acted = state.counters[0], plan.services, False
    count.serving = NONE
    count.circle_left = count.is_exchange = count.has_stopped_lines = 0
    state.firsts[:] = NOT_LOOKED
    count.looked = 0
    while True:
        wait, to = next_to_move(plan, state, acted, now)
        if wait < 0:
            return acted
        acted = True
        leave_queue(plan, state, wait)
        if plan.has_lists:
            look_again(plan, state, wait)
        move(plan, state, wait, to, count.is_exchange != 0, now)
        if (
            count.serving >= 0
            and count.serving < len(services)
            and (services[count.serving].counts_units or is_divided(plan, count.serving))
        ):  # who was passed over may now no longer fit and stop the line, or find the bed in a bay that was left
            count.cursor = state.service_states[count.serving].head


def next_to_move(plan: PlanArrays, state: EngineState, acted: bool, now: int) -> tuple[int, int]:
    """The wait that ends next in a place, and in which; NONE when nobody can move any more. Circles come last."""
    count = state.counters[0]
    if not count.is_exchange:
        wait, to = next_in_one_order(plan, state, now) if plan.has_lists else next_line_by_line(plan, state, now)
        if wait >= 0 or acted or not begin_circle(plan, state, now):
            return wait, to
    if count.circle_left == 0:
        return NONE, NONE
    count.circle_left -= 1
    count.exchange_bay = state.circle[MEMBER_TO, count.circle_left]
    return int(state.circle[MEMBER, count.circle_left]), int(plan.bays[count.exchange_bay].service)


def next_line_by_line(plan: PlanArrays, state: EngineState, now: int) -> tuple[int, int]:
    """Without waiting lists: down each line to the first who does not fit; then one who may pass."""
    count, services, service_states = state.counters[0], plan.services, state.service_states
    while True:
        if count.serving >= 0:
            wait = next_in_line(plan, state, count.serving, count.cursor, now)
            if wait >= 0:
                count.cursor = state.waits[wait].behind
                return wait, int(count.serving)
            count.serving = NONE
        elif count.touched > 0:
            count.touched -= 1
            service = state.touched[count.touched]
            service_states[service].is_touched = 0
            is_served = service >= len(services) or is_open(plan, state, services[service].door, now)
            if service_states[service].head >= 0 and is_served:
                count.serving, count.cursor = service, service_states[service].head
        else:
            return first_who_may_pass(plan, state, now)


def next_in_line(plan: PlanArrays, state: EngineState, service: int, wait: int, now: int) -> int:
    """From somebody on, the first who may move in the line of a service; NONE from the first on who does not fit."""
    waits, here = state.waits, state.service_states[service]
    free, divided = here.open - here.held - here.cleaning, is_divided(plan, service)
    if divided and not has_free_bay(plan, state, service):
        return NONE
    while wait >= 0:
        if divided:
            if bay_for(plan, state, state.persons[waits[wait].person].profile_row, service) < 0:
                wait = waits[wait].behind
                continue
        elif waits[wait].units > free:
            if service < len(plan.services) and plan.services[service].may_pass:
                here.is_stopped = state.counters[0].has_stopped_lines = 1
            return NONE
        if waits[wait].clear != NEVER:
            held = waits[wait].held
            if held < 0 or is_open(plan, state, plan.services[held].own_hours, now):
                return wait
        wait = waits[wait].behind
    return NONE


def first_who_may_pass(plan: PlanArrays, state: EngineState, now: int) -> tuple[int, int]:
    """In the first line in the file that is stopped and may be passed, the first who fits and may move; NONE if nobody does."""
    waits, services, count = state.waits, plan.services, state.counters[0]
    if not count.has_stopped_lines:
        return NONE, NONE
    for service in range(len(services)):
        here = state.service_states[service]
        if here.is_stopped:
            free, wait = here.open - here.held - here.cleaning, here.head
            while wait >= 0:
                held = waits[wait].held
                if (
                    waits[wait].units <= free
                    and waits[wait].clear != NEVER
                    and (held < 0 or is_open(plan, state, services[held].own_hours, now))
                ):
                    return int(wait), service
                wait = waits[wait].behind
    for service in range(len(services)):
        state.service_states[service].is_stopped = 0
    count.has_stopped_lines = 0
    return NONE, NONE


def begin_circle(plan: PlanArrays, state: EngineState, now: int) -> bool:
    """Nobody else can move: is there a circle of people who exchange places?"""
    count = state.counters[0]
    if count.look_for_circles == 0:
        return False
    count.look_for_circles = 0
    if count.clear_in_circles == 0:
        return False
    count.circle_left = find_circle(plan, state, now)
    if count.circle_left == 0:
        return False
    count.look_for_circles = count.is_exchange = 1
    return True


# -- the same with waiting lists: one move at a time ---------------------------------------------------------------------


def next_in_one_order(plan: PlanArrays, state: EngineState, now: int) -> tuple[int, int]:
    """Of all who may move the first in order, and the first of their services; then one who may pass.

    Before them go those who leave for home or out of the model.
    """
    count, firsts = state.counters[0], state.firsts
    while count.touched > 0:
        count.touched -= 1
        service = state.touched[count.touched]
        state.service_states[service].is_touched = 0
        if firsts[service] == NOT_LOOKED:
            state.looked[count.looked] = service
            count.looked += 1
        firsts[service] = first_in_line(plan, state, service, now)
    wait = first_of_firsts(plan, state)
    if wait < 0:
        return first_who_may_pass_on_lists(plan, state, now)
    return wait, first_member(plan, state, wait)


def look_again(plan: PlanArrays, state: EngineState, wait: int) -> None:
    """Somebody moves to one of the services that they wait for: all of these are looked at again."""
    for member in plan.members[state.waits[wait].to]:
        if member >= 0:
            if state.firsts[member] >= 0:
                state.firsts[member] = NONE
            touch(state, member)


def first_in_line(plan: PlanArrays, state: EngineState, service: int, now: int) -> int:
    """The first who may move to a service, unless somebody before them does not fit."""
    here, is_service = state.service_states[service], service < len(plan.services)
    if is_service and not is_open(plan, state, plan.services[service].door, now):
        return NONE
    free, divided = here.open - here.held - here.cleaning, is_divided(plan, service)
    if divided and not has_free_bay(plan, state, service):
        return NONE
    start_line(plan, state, service)
    wait = next_of_line(state)
    while wait >= 0:
        if divided:
            if bay_for(plan, state, state.persons[state.waits[wait].person].profile_row, service) < 0:
                wait = next_of_line(state)
                continue
        elif units_in(plan, state, wait, service) > free:
            if is_service and plan.services[service].may_pass:
                here.is_stopped = state.counters[0].has_stopped_lines = 1
            return NONE
        if may_move_to(plan, state, wait, service, now):
            return wait
        wait = next_of_line(state)
    return NONE


def may_move_to(plan: PlanArrays, state: EngineState, wait: int, service: int, now: int) -> bool:
    """Clear, with open discharge hours; and nobody on a list is sent to a service of it that has not opened."""
    waits = state.waits
    if waits[wait].clear == NEVER:
        return False
    held = waits[wait].held
    if held >= 0 and not is_open(plan, state, plan.services[held].own_hours, now):
        return False
    return waits[wait].to == service or has_opened(plan, service, now)


def first_of_firsts(plan: PlanArrays, state: EngineState) -> int:
    """Of those who are first in the line of a service and may move there, the first in order; NONE if nobody may."""
    found, home, out = NONE, len(plan.services) - 1, len(plan.services) + 1
    if state.firsts[out] >= 0:
        return int(state.firsts[out])
    if state.firsts[home] >= 0:
        return int(state.firsts[home])
    for i in range(state.counters[0].looked):  # nobody else is first anywhere
        wait = state.firsts[state.looked[i]]
        if wait >= 0 and (found < 0 or goes_before(state, wait, found)):
            found = wait
    return found


def first_member(plan: PlanArrays, state: EngineState, wait: int) -> int:
    """The first of the services that somebody waits for in whose line they are the first who may move."""
    for member in plan.members[state.waits[wait].to]:
        if member >= 0 and state.firsts[member] == wait:
            return int(member)
    return NONE


def may_pass(plan: PlanArrays, state: EngineState, wait: int, service: int, now: int) -> bool:
    """Does somebody fit into a service whose line is stopped and may be passed?"""
    here = state.service_states[service]
    if not here.is_stopped or units_in(plan, state, wait, service) > here.open - here.held - here.cleaning:
        return False
    return may_move_to(plan, state, wait, service, now)


def first_who_may_pass_on_lists(plan: PlanArrays, state: EngineState, now: int) -> tuple[int, int]:
    """In the first stopped line in the file that somebody may pass, the first, and the first of their services where they may."""
    if not state.counters[0].has_stopped_lines:
        return NONE, NONE
    for service in range(len(plan.services)):
        if state.service_states[service].is_stopped:
            start_line(plan, state, service)
            wait = next_of_line(state)
            while wait >= 0:
                if may_pass(plan, state, wait, service, now):
                    for member in plan.members[state.waits[wait].to]:
                        if member >= 0 and may_pass(plan, state, wait, member, now):
                            return wait, int(member)
                wait = next_of_line(state)
    for service in range(len(plan.services)):
        state.service_states[service].is_stopped = 0
    state.counters[0].has_stopped_lines = 0
    return NONE, NONE


def judge_clocks(state: EngineState, now: int) -> bool:
    """Longest waits and deaths that are due, together: who was placed is placed, and death wins."""
    persons, stays, waits, noted = state.persons, state.stays, state.waits, state.noted
    count, acted = state.counters[0], False
    for i in range(count.due_deaths):
        stay = max(NONE, noted[i].death)  # the one in which they died, or outside
        person = stays[stay].person if stay >= 0 else -1 - noted[i].death
        if not persons[person].gone and persons[person].stay_of == stay:
            persons[person].gone = 1
            post(state, now, DIE, person)
            acted = True
    for i in range(count.due_waits):
        wait = noted[i].wait
        if waits[wait].ended == NEVER and not persons[waits[wait].person].gone:
            post(state, now, RENEGE, wait)
            acted = True
    count.due_deaths = count.due_waits = 0
    return acted


def turn_away(plan: PlanArrays, state: EngineState, now: int) -> bool:
    """Queues that are too long turn away newcomers of this instant, last in order first."""
    waits, count, acted = state.waits, state.counters[0], False
    if not count.has_newcomers:
        return False
    for queue in range(len(state.service_states)):
        here = state.service_states[queue]
        if here.has_newcomers:
            excess, wait = here.length - plan.queue_limits[queue], here.tail
            while excess > 0 and wait >= 0:
                if waits[wait].joined == now and may_go_elsewhere(plan, state, wait, now):
                    post(state, now, BALK, wait)
                    excess -= 1
                    acted = True
                wait = waits[wait].before
    if not acted:
        for queue in range(len(state.service_states)):
            state.service_states[queue].has_newcomers = 0
        count.has_newcomers = 0
    return acted


def open_surge(plan: PlanArrays, state: EngineState, now: int) -> None:
    """Surge places open when so many wait, and close when few do."""
    services = plan.services
    for service in range(len(services)):
        if services[service].surge_places >= 0:
            here = state.service_states[service]
            was_open, high, low = here.surge_is_open != 0, services[service].surge_high, services[service].surge_low
            is_open = surge_opens(was_open, here.length + here.on_lists, high, low)
            if is_open != was_open:
                here.surge_is_open = is_open
                plan_places(plan, state, service, now)


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
