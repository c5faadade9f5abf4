"""Clear to move and joining a queue, for the compiled engine: who may join, what a wait claims, how long it may last.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

from sim.model.compiled.arrays import KEY_OUTSIDE, PlanArrays
from sim.model.compiled.capacity import (
    bay_for,
    count_clear,
    has_opened,
    is_divided,
    is_open,
    never_fits,
    other_way,
    touch_all_of,
    units_needed,
)
from sim.model.compiled.engine_state import LONGEST_WAIT, LOOK, MORE_EVENTS, MORE_WAITS, RISE, STEP_DUE, EngineState
from sim.model.compiled.queues import due_at, join_queue, leave_queue, post
from sim.model.compiled.sampling import due_after, uniform
from sim.model.compiled.stays import move_at_once
from sim.model.compiled.steps import clear_of_census, is_over, own_start, step_named
from sim.model.records import NEVER, NONE, OUTSIDE, WAITING
from sim.model.rules import next_clock_time


def join_after_steps(
    plan: PlanArrays, state: EngineState, stay: int, goes_another_way: bool, now: int, joins: int
) -> int:
    """Who joins a queue now that steps have been asked for: somebody who goes another way does so at once."""
    stays, routes = state.stays, plan.routes
    early = routes[stays[stay].route].join_after
    if goes_another_way:
        if stays[stay].ready == NEVER or stays[stay].open_steps > 0:
            stays[stay].clear = NEVER
        elif stays[stay].clear == NEVER:
            stays[stay].clear = now
        return int(stays[stay].person)
    # who does not need the step joins when it would have started
    if early >= 0 and step_named(state, stay, plan.steps[early].number, False) < 0:
        post(state, own_start(plan, state, stay, early), LOOK, stay)
    return joins


def look_at(plan: PlanArrays, state: EngineState, stay: int, now: int) -> int:
    """Something about a stay changed: who may join the next queue (NONE: nobody), or is clear to move in it?"""
    stays, waits, routes = state.stays, state.waits, plan.routes
    if stays[stay].left != NEVER or stays[stay].route < 0:
        return NONE
    person, early = stays[stay].person, routes[stays[stay].route].join_after
    is_clear = stays[stay].ready != NEVER and stays[stay].open_steps == 0
    if is_clear and stays[stay].clear == NEVER:
        stays[stay].clear = clear_of_census(state, stay) if now == 0 else now
    wait = state.persons[person].wait_of
    if wait < 0:
        if is_clear or (early >= 0 and may_join_early(plan, state, stay, early, now)):
            return int(person)
    elif is_clear and waits[wait].clear == NEVER:
        waits[wait].clear = max(waits[wait].joined, stays[stay].clear)
        if plan.has_circles:
            count_clear(plan, state, wait, 1)
        if is_open(plan, state, plan.services[stays[stay].service].own_hours, now):
            touch_all_of(plan, state, waits[wait].to)
    return NONE


def may_join_early(plan: PlanArrays, state: EngineState, stay: int, early: int, now: int) -> bool:
    """May somebody join the next queue while steps still run?"""
    step = step_named(state, stay, plan.steps[early].number, True)
    return is_over(state, step) if step >= 0 else own_start(plan, state, stay, early) <= now


def waits_since(state: EngineState, person: int, now: int) -> int:
    """Since when somebody has waited outside who begins to be here: now, or before the run for those of the census."""
    return int(state.arrives[person]) if state.census_entry[person] >= 0 else now


def join(plan: PlanArrays, state: EngineState, person: int, kind: int, now: int) -> None:
    """Somebody joins a queue, or moves in the same instant where there is room and it cannot be anybody else's turn."""
    persons, stays, waits, routes, groups = state.persons, state.stays, state.waits, plan.routes, plan.groups
    stay, row, number = persons[person].stay_of, persons[person].profile_row, persons[person].waits
    persons[person].waits = number + 1
    joined, clear = now, NEVER
    if stay < 0:
        to = state.arrives_at[person] if number == 0 else groups[row].otherwise
        if number == 0:
            joined = waits_since(state, person, now)
        clear, moves_now = joined, True
    else:
        to, moves_now = routes[stays[stay].route].to, False
        if stays[stay].ready != NEVER and stays[stay].open_steps == 0:
            if number == 0:  # somebody of the census: they joined when they were clear
                joined = stays[stay].clear
            clear = max(joined, stays[stay].clear)
            moves_now = is_open(plan, state, plan.services[stays[stay].service].own_hours, now)
    if moves_now and joined == now and goes_at_once(plan, state, person, to, kind, now):
        move_at_once(plan, state, person, stay, to, number, now)
        return
    wait = state.counters[0].wait_rows
    if wait >= len(waits):
        state.counters[0].too_small = MORE_WAITS
        return
    state.counters[0].wait_rows = wait + 1
    persons[person].wait_of = wait
    begin_wait(plan, state, wait, person, number, to, joined, clear)
    if to < len(plan.services) or to > len(plan.services) + 1:
        claim(plan, state, wait, now)
    join_queue(plan, state, wait)
    let_priority_rise(plan, state, wait, now)
    if moves_now:
        touch_all_of(plan, state, to)
    start_longest_wait(plan, state, wait, now)


def goes_at_once(plan: PlanArrays, state: EngineState, person: int, to: int, kind: int, now: int) -> bool:
    """Is there room, and can it be nobody else's turn in this instant?"""
    count, service = state.counters[0], state.service_states[to]
    if to > len(plan.services):
        return to == len(plan.services) + 1  # on a list who is before them is another matter
    is_alone = (
        count.gathered == 1
        and (kind != STEP_DUE or len(state.teams) == 0)
        and count.posted == 0
        and count.touched == 0
        and count.next_arrival > now
        and count.next_seated >= len(state.seated)
        and (count.heap_size == 0 or state.events[state.heap[0]].at > now)
        and (count.next_change >= len(plan.changes) or plan.changes[count.next_change].at > now)
    )
    return (
        is_alone
        and service.open - service.held - service.cleaning >= 1
        and not plan.services[to].counts_units
        and (not is_divided(plan, to) or bay_for(plan, state, state.persons[person].profile_row, to) >= 0)
        and is_open(plan, state, plan.services[to].door, now)
    )


def begin_wait(
    plan: PlanArrays, state: EngineState, wait: int, person: int, number: int, to: int, joined: int, clear: int
) -> None:
    """Write down a wait that begins."""
    persons, stays, waits = state.persons, state.stays, state.waits
    stay = persons[person].stay_of
    if stay < 0:
        route, where, priority = NONE, OUTSIDE, plan.groups[persons[person].profile_row].priority
    else:
        route, where = stays[stay].route, stays[stay].service
        priority = plan.routes[route].priority
    waits[wait].person, waits[wait].number, waits[wait].stay = person, number, stay
    waits[wait].held, waits[wait].to, waits[wait].joined = where, to, joined
    waits[wait].clear, waits[wait].ended, waits[wait].ending = clear, NEVER, WAITING
    waits[wait].route, waits[wait].priority, waits[wait].units = route, priority, 1
    waits[wait].number_of_stay = persons[person].stays - 1
    if plan.has_circles:
        count_clear(plan, state, wait, 1)


def claim(plan: PlanArrays, state: EngineState, wait: int, now: int) -> None:
    """What a wait for a service or list claims: hours of care, a place in a queue with a limit, a service that has opened."""
    waits, count, noted = state.waits, state.counters[0], state.noted
    to = waits[wait].to
    waits[wait].units = units_needed(plan, state, waits[wait].person, waits[wait].stay, to)
    if plan.queue_limits[to] >= 0:
        state.service_states[to].has_newcomers = count.has_newcomers = count.unsettled = 1
    if never_fits(plan, state, wait) or not has_opened(plan, to, now):
        if count.nowhere >= len(noted):
            count.too_small = MORE_EVENTS
            return
        noted[count.nowhere].nowhere = wait
        count.nowhere += 1
        count.unsettled = 1


def let_priority_rise(plan: PlanArrays, state: EngineState, wait: int, now: int) -> None:
    """After so long in this queue the priority in it is another (rule 23)."""
    route, group = state.waits[wait].route, plan.groups[state.persons[state.waits[wait].person].profile_row]
    after, until, joined = group.rises_after, group.rises_until, state.waits[wait].joined
    if route >= 0:
        after, until = plan.routes[route].rises_after, plan.routes[route].rises_until
    if after >= 0 or until >= 0:
        instant = next_clock_time(joined, until) if until >= 0 else joined + after
        if instant <= now:
            raise_priority(plan, state, wait)
        else:
            due_at(state, plan.until, instant, RISE, wait)


def raise_priority(plan: PlanArrays, state: EngineState, wait: int) -> None:
    """Somebody moves up in the queue that they have waited in for so long."""
    waits = state.waits
    route, to = waits[wait].route, plan.groups[state.persons[waits[wait].person].profile_row].rises_to
    leave_queue(plan, state, wait)
    waits[wait].priority = plan.routes[route].rises_to if route >= 0 else to
    join_queue(plan, state, wait)
    touch_all_of(plan, state, waits[wait].to)


def start_longest_wait(plan: PlanArrays, state: EngineState, wait: int, now: int) -> None:
    """A longest wait runs from joining; nobody gives up for what has not opened yet."""
    waits, groups, services, keys = state.waits, plan.groups, plan.services, plan.plain_keys
    person, stay, row = waits[wait].person, waits[wait].stay, state.persons[waits[wait].person].profile_row
    longest, until, u = NONE, NONE, 0.0
    if stay >= 0:
        route = plan.routes[waits[wait].route]
        longest, until = route.longest, route.until
        if longest >= 0:
            visit = state.admissions[stay].visit
            u = uniform(state, person, services[waits[wait].held].key, visit, route.longest_key)
    elif waits[wait].number == 0:
        longest, until = groups[row].longest, groups[row].until
        if longest >= 0:
            u = uniform(state, person, keys[KEY_OUTSIDE], 0, groups[row].longest_key)
    if longest >= 0 or until >= 0:
        other, due = other_way(plan, state, wait), next_clock_time(waits[wait].joined, until)
        if longest >= 0:
            due = due_after(plan, longest, waits[wait].joined, now, u)
        if other >= 0:
            due = max(due, plan.opens_second[other])
        due_at(state, plan.until, due, LONGEST_WAIT, wait)
