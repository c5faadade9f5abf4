"""People and their stays, for the fast engine: who is here, what was settled on admission, moving from place to place.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

import numpy as np

from sim.model.compiled.arrays import (
    KEY_NEXT,
    KEY_REMAINING,
    KEY_REVIEW_TIME,
    KEY_STAY,
    KEY_UNITS,
    KEY_WAITED,
    KEY_WORSE,
    PlanArrays,
)
from sim.model.compiled.capacity import bay_for, count_clear, hold_place, is_divided, leave_place, units_in, visits_made
from sim.model.compiled.engine_state import GROUP_KEYS, MORE_STAYS, READY, REQUIRE, TAPER, EngineState
from sim.model.compiled.queues import due_at, post
from sim.model.compiled.sampling import conditional_seconds, drawn, uniform, within
from sim.model.records import ADMITTED, NEVER, NONE
from sim.model.rules import (
    FORESEEN,
    SECONDS_PER_DAY,
    chance_over,
    chosen,
    level_in,
    minutes,
    reach_of_those_here,
    seconds,
    time_of_review,
    with_level,
    with_lost_ground,
)


def end_wait(state: EngineState, wait: int, ending: int, now: int) -> None:
    """The wait is over, one way or another."""
    waits, persons = state.waits, state.persons
    waits[wait].ended, waits[wait].ending = now, ending
    persons[waits[wait].person].wait_of = NONE


def expect(plan: PlanArrays, state: EngineState, person: int) -> None:
    """Somebody will come, or is here when the clock starts; nothing has happened to them yet."""
    persons, row = state.persons, state.profile_row_of[person]
    persons[person].stays = persons[person].waits = persons[person].gone = 0
    persons[person].profile_row, persons[person].number = row, state.number_of[person]
    persons[person].key_row = GROUP_KEYS + 2 * plan.groups[row].group + (1 if state.census_entry[person] >= 0 else 0)
    persons[person].stay_of = persons[person].wait_of = NONE


def visit_at(plan: PlanArrays, visit: int, now: int) -> int:
    """A visit as it is for those who are admitted now: its routes may have dates."""
    while visit >= 0 and plan.visits[visit].later >= 0 and plan.visits[plan.visits[visit].later].from_second <= now:
        visit = plan.visits[visit].later
    return visit


def note_profile(plan: PlanArrays, state: EngineState, person: int, stay: int) -> None:
    """What a person's profile is from this stay on."""
    if plan.has_traits:
        row = state.persons[person].profile_row
        state.profiles[stay] = row - plan.groups[row].first_row


def change_levels(plan: PlanArrays, state: EngineState, stay: int, visit: int, delay: int) -> int:
    """What the delay before and this stay do to somebody who is admitted; the visit of those who are changed in this way."""
    person, changes, targets = state.stays[stay].person, plan.level_changes, plan.targets
    key, number = plan.services[state.stays[stay].service].key, state.admissions[stay].visit
    row = state.persons[person].profile_row
    first_row = plan.groups[row].first_row
    found = after = row - first_row
    for i in range(plan.visits[visit].changes, plan.visits[visit].changes_end):
        chance, is_lost = 1.0, changes[i].per_day >= 0.0
        if level_in(found, changes[i].divisor, changes[i].levels) != changes[i].from_level or (is_lost and delay <= 0):
            continue
        if is_lost:
            chance = chance_over(changes[i].per_day, delay / SECONDS_PER_DAY)
        u = uniform(state, person, key, number, changes[i].key)
        for target in range(changes[i].targets, changes[i].targets_end):
            if u < chance * targets[target].high:  # where lost ground moved the same trait, the stay's own change holds
                after = with_level(after, changes[i].divisor, changes[i].levels, targets[target].level)
                break
    state.persons[person].profile_row = first_row + after
    if after != found and plan.visits[visit].pairs >= 0:
        block, profiles = plan.visits[visit].pairs, plan.groups[row].profiles
        visit = plan.pairs[block + plan.pairs[block + found] + plan.pairs[block + profiles + after]]
    return int(visit)


def review_after(plan: PlanArrays, state: EngineState, stay: int, needs_until: int) -> int:
    """The first review at or after that instant which takes place; NEVER if none is near enough to matter."""
    service, person = state.stays[stay].service, state.stays[stay].person
    key, visit, until = plan.services[service].key, state.admissions[stay].visit, plan.until
    u = uniform(state, person, key, visit, plan.plain_keys[KEY_REVIEW_TIME])
    time_of_day = time_of_review(plan.services[service].review_from, plan.services[service].review_to, u)
    day, attempt = max(0, needs_until // SECONDS_PER_DAY), 0
    while day * SECONDS_PER_DAY < until + 2 * FORESEEN:
        instant = day * SECONDS_PER_DAY + time_of_day
        if instant >= needs_until:
            chance = plan.review_chances[service, (plan.first_weekday + day) % 7]
            if chance >= 1.0 or uniform(state, person, key, visit, plan.review_keys[attempt]) < chance:
                return instant
            attempt += 1
        day += 1
    return NEVER


def are_steps_left(plan: PlanArrays, entry: int) -> bool:
    """Whether any step of a census entry is not done when the clock starts; a loop, as NumPy's `any` makes Numba load SciPy."""
    for step in range(plan.is_left.shape[1]):  # noqa: SIM110
        if plan.is_left[entry, step]:
            return True
    return False


def begin_stay(plan: PlanArrays, state: EngineState, stay: int, route: int, needs_until: int, waits_by: int) -> None:
    """The clocks of a stay: when they will be declared ready, which steps are asked for, how their need falls.

    `waits_by` is the census entry of somebody who waits when the clock starts, else NONE.
    """
    stays, visits, until = state.stays, plan.visits, plan.until
    service, visit, admitted = stays[stay].service, stays[stay].visit_plan, state.admissions[stay].admitted
    planned_to = plan.routes[route].to if route >= 0 else NONE
    state.admissions[stay].need = NEVER if needs_until == NEVER else needs_until - admitted
    stays[stay].planned_to, stays[stay].route = planned_to, route
    state.admissions[stay].first_step, stays[stay].open_steps = NONE, 0
    lives_on = route >= 0 and planned_to != len(plan.services)
    ready_due = needs_until
    if lives_on and waits_by < 0 and plan.services[service].review_from >= 0 and needs_until < until + FORESEEN:
        ready_due = review_after(plan, state, stay, needs_until)
    stays[stay].ready_due = ready_due
    due_at(state, until, ready_due, READY, stay)
    # Posted after READY, so that it comes off the stack first: nobody is clear before their steps are known.
    has_steps = lives_on and plan.routes[route].steps < plan.routes[route].steps_end
    if has_steps and (waits_by < 0 or are_steps_left(plan, waits_by)):
        post(state, 0, REQUIRE, stay)
    if visit >= 0 and visits[visit].tapers < visits[visit].tapers_end:
        state.admissions[stay].next_taper = visits[visit].tapers
        post(state, admitted + plan.tapers[visits[visit].tapers].after, TAPER, stay)


def settle(plan: PlanArrays, state: EngineState, stay: int, delay: int, now: int) -> None:
    """Somebody was admitted: where they will go next and how long they need care, with the ground lost in a delay before."""
    stays, visits, routes = state.stays, plan.visits, plan.routes
    person, visit = stays[stay].person, stays[stay].visit_plan
    route, needs_until = NONE, NEVER
    if visit >= 0:
        key, number = plan.services[stays[stay].service].key, state.admissions[stay].visit
        route = visits[visit].routes
        # a processor works both out at once
        stay_number = uniform(state, person, key, number, plan.plain_keys[KEY_STAY])
        if visits[visit].drawn > 1:
            first = visits[visit].shares
            u = uniform(state, person, key, number, plan.plain_keys[KEY_NEXT])
            route += chosen(plan.shares[first : first + visits[visit].drawn], u)
        if delay > 0 and visits[visit].worse_from >= 0 and routes[route].to == visits[visit].worse_from:
            chance = chance_over(plan.visits[visit].worse_chance, delay / SECONDS_PER_DAY)
            if uniform(state, person, key, number, plan.plain_keys[KEY_WORSE]) < chance:
                route = visits[visit].worse_to
        days = with_lost_ground(drawn(plan, routes[route].stay, stay_number), visits[visit].longer_stay, delay)
        needs_until = now + seconds(days)
    begin_stay(plan, state, stay, route, needs_until, NONE)


def route_after(
    plan: PlanArrays, state: EngineState, visit: int, elapsed: int, person: int, key: np.uint64, stay: int
) -> int:
    """Which of a visit's routes somebody takes who has been here for so long: the likelier, the longer its people stay.

    A `stay` that the census gives says nothing of them.
    """
    first, drawable, first_share = plan.visits[visit].routes, plan.visits[visit].drawn, plan.visits[visit].shares
    shares, left = plan.shares[first_share : first_share + drawable], state.weights[:drawable]
    for i in range(drawable):
        left[i] = within(plan, plan.routes[first + i].stay, elapsed / SECONDS_PER_DAY)
    u = uniform(state, person, key, 0, plan.plain_keys[KEY_NEXT])
    return chosen(left if stay < 0 and reach_of_those_here(shares, left) else shares, u)


def seat(plan: PlanArrays, state: EngineState, person: int, service: int) -> int:
    """The bay of somebody who was here when the clock started: the first for them, with a free bed if there is one."""
    first = plan.services[service].bays
    if not is_divided(plan, service):
        return int(first)
    row = state.persons[person].profile_row
    free = bay_for(plan, state, row, service)
    if free >= 0:
        return free
    for bay in range(first, plan.services[service].bays_end):
        if plan.is_for[bay, row]:
            return bay
    return int(first)


def place_from_census(plan: PlanArrays, state: EngineState, person: int) -> None:
    """The stay of somebody who was here when the clock started (rule 16 of the model)."""
    census, entry, service = plan.census, state.census_entry[person], state.arrives_at[person]
    arrived = state.arrives[person]
    stays, visits, count = state.stays, plan.visits, state.counters[0]
    stay = count.stay_rows
    if stay >= len(stays):
        count.too_small = MORE_STAYS
        return
    count.stay_rows = stay + 1
    visit = plan.visit_of[state.persons[person].profile_row, service]
    note_profile(plan, state, person, stay)
    stays[stay].person = state.origins[stay].person = person
    state.origins[stay].number = state.admissions[stay].visit = 0
    stays[stay].service, state.admissions[stay].admitted, stays[stay].visit_plan = service, arrived, visit
    stays[stay].ready = stays[stay].clear = stays[stay].left = NEVER
    stays[stay].to = stays[stay].left_at_once = stays[stay].previous = state.origins[stay].came_at_once = NONE
    state.persons[person].stays = 1
    state.persons[person].stay_of = stay
    key, units = plan.services[service].key, 1
    if plan.services[service].counts_units and visit >= 0:
        units = minutes(drawn(plan, visits[visit].units, uniform(state, person, key, 0, plan.plain_keys[KEY_UNITS])))
    state.admissions[stay].units = stays[stay].units_now = units
    hold_place(plan, state, stay, service, seat(plan, state, person, service), units)
    route, needs_until, waits_already = NONE, NEVER, census[entry].waiting_for >= 0
    if waits_already:
        if visit >= 0:  # a visit's routes are together, and one of them leads there
            route = visits[visit].routes
            while plan.routes[route].to != census[entry].waiting_for:
                route += 1
        needs_until = 0
        if census[entry].waited >= 0:
            u = uniform(state, person, key, 0, plan.plain_keys[KEY_WAITED])
            needs_until = -seconds(drawn(plan, census[entry].waited, u))
        state.admissions[stay].admitted = min(arrived, needs_until)
    elif visit >= 0:
        route = visits[visit].routes + route_after(plan, state, visit, -arrived, person, key, census[entry].stay)
        if census[entry].remaining >= 0:
            u = uniform(state, person, key, 0, plan.plain_keys[KEY_REMAINING])
            needs_until = seconds(drawn(plan, census[entry].remaining, u))
        else:
            u = uniform(state, person, key, 0, plan.plain_keys[KEY_STAY])
            given = census[entry].stay
            needs_until = conditional_seconds(plan, given if given >= 0 else plan.routes[route].stay, -arrived, u)
    begin_stay(plan, state, stay, route, needs_until, entry if waits_already else NONE)


def take_place(
    plan: PlanArrays,
    state: EngineState,
    person: int,
    stay: int,
    to: int,
    units: int,
    came_at_once: int,
    is_exchange: bool,
    now: int,
) -> None:
    """The place that somebody held is free, and they hold the next one or leave the model."""
    stays, persons, count, previous, delay = state.stays, state.persons, state.counters[0], stay, 0
    bay = NONE if to >= len(plan.services) else plan.services[to].bays
    if is_divided(plan, to):  # by the levels with which they waited, and before they leave their place
        bay = count.exchange_bay if is_exchange else bay_for(plan, state, persons[person].profile_row, to)
    if stay >= 0:
        delay = now - stays[stay].ready
        leave_place(plan, state, stay, to, is_exchange, now)
    if to >= len(plan.services):
        persons[person].gone = 1
        return
    stay = count.stay_rows
    if stay >= len(stays):
        count.too_small = MORE_STAYS
        return
    count.stay_rows = stay + 1
    stays[stay].person = state.origins[stay].person = person
    state.origins[stay].number = persons[person].stays
    stays[stay].service, state.admissions[stay].visit = to, visits_made(state, previous, to)
    state.admissions[stay].admitted, state.admissions[stay].units, stays[stay].units_now = now, units, units
    stays[stay].ready = stays[stay].clear = stays[stay].left = NEVER
    stays[stay].to, stays[stay].left_at_once, stays[stay].previous = NONE, NONE, previous
    state.origins[stay].came_at_once = came_at_once
    visit = plan.visit_of[persons[person].profile_row, to]
    if visit >= 0 and plan.visits[visit].changes < plan.visits[visit].changes_end:
        visit = change_levels(plan, state, stay, visit, delay)
    note_profile(plan, state, person, stay)
    stays[stay].visit_plan = visit_at(plan, visit, now)
    persons[person].stays += 1
    persons[person].stay_of = stay
    hold_place(plan, state, stay, to, bay, units)
    settle(plan, state, stay, delay, now)


def move(plan: PlanArrays, state: EngineState, wait: int, to: int, is_exchange: bool, now: int) -> None:
    """Somebody who waited moves: their wait ends, and they hold the next place or leave the model."""
    waits = state.waits
    if plan.has_circles:
        count_clear(plan, state, wait, -1)
    end_wait(state, wait, ADMITTED, now)
    units = units_in(plan, state, wait, to)
    take_place(plan, state, waits[wait].person, waits[wait].stay, to, units, NONE, is_exchange, now)


def move_at_once(plan: PlanArrays, state: EngineState, person: int, stay: int, to: int, number: int, now: int) -> None:
    """Somebody moves in the instant in which they joined the line, as their wait of that number."""
    state.counters[0].waits_at_once += 1
    if stay >= 0:
        state.stays[stay].left_at_once = number
        number = NONE
    take_place(plan, state, person, stay, to, 1, number, False, now)
