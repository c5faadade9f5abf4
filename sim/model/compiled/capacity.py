"""Places and lines, for the fast engine: opening hours, who may move, what the calendar and the surge give, circular blocking.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

from sim.model.compiled.arrays import KEY_TURNAROUND, KEY_UNITS, PlanArrays
from sim.model.compiled.engine_state import (
    CLEAN,
    FOUND,
    FOUND_FROM,
    MEMBER,
    MEMBER_TO,
    MORE_PLACES,
    OPENING,
    SEEN,
    UNLIMITED,
    EngineState,
)
from sim.model.compiled.queues import due_at, next_of_line, post, start_line
from sim.model.compiled.sampling import drawn, uniform
from sim.model.records import NEVER, NONE
from sim.model.rules import minutes, seconds, way_from_outside


def touch(state: EngineState, service: int) -> None:
    """Somebody may move into this service, if anybody waits for it; anybody who joins its line touches it again."""
    count, touched, service_states = state.counters[0], state.touched, state.service_states
    is_waited_for = service_states[service].head >= 0 or service_states[service].on_lists > 0
    if service_states[service].is_touched == 0 and is_waited_for:
        service_states[service].is_touched = 1
        touched[count.touched] = service
        count.touched += 1
        count.unsettled = 1


def touch_all_of(plan: PlanArrays, state: EngineState, to: int) -> None:
    """Somebody may move into this service, or into one of this list."""
    if to <= len(plan.services) + 1:
        touch(state, to)
        return
    for member in plan.members[to]:
        if member >= 0:
            touch(state, member)


def note_opening(plan: PlanArrays, state: EngineState, hours: int, now: int) -> None:
    """Somebody found hours closed: the next opening becomes an event."""
    opens, closes, opening_is_noted = plan.opens, plan.closes, state.opening_is_noted
    if not opening_is_noted[hours]:
        opening_is_noted[hours] = True
        day = state.counters[0].day
        while day < opens.shape[1]:
            if now < opens[hours, day] < closes[hours, day]:
                post(state, opens[hours, day], OPENING, hours)
                break
            day += 1


def is_open(plan: PlanArrays, state: EngineState, hours: int, now: int) -> bool:
    """Are these hours open?"""
    opens, closes = plan.opens, plan.closes
    if hours < 0:
        return True
    day = state.counters[0].day
    if opens[hours, day] <= now < closes[hours, day]:
        return True
    note_opening(plan, state, hours, now)
    return False


def plan_places(plan: PlanArrays, state: EngineState, service: int, now: int) -> None:
    """The places that the calendar and the surge give at this instant, as a row of the records too."""
    services, service_states, places, count = plan.services, state.service_states, state.places, state.counters[0]
    service_states[service].open = service_states[service].planned_open
    if service_states[service].surge_is_open and service_states[service].planned_open != UNLIMITED:
        service_states[service].open += services[service].surge_places
    row = service_states[service].places_row
    if row < 0 or places[row, 1] != now:
        row = count.places
        if row >= len(places):
            count.too_small = MORE_PLACES
            return
        count.places = row + 1
        service_states[service].places_row = row
    places[row, 0], places[row, 1] = service, now
    places[row, 2] = -1 if service_states[service].open == UNLIMITED else service_states[service].open
    touch(state, service)


def is_divided(plan: PlanArrays, service: int) -> bool:
    """Has this destination bays of its own?"""
    return bool(plan.has_bays and service < len(plan.services) and plan.services[service].is_divided)


def bay_for(plan: PlanArrays, state: EngineState, profile_row: int, service: int) -> int:
    """The first bay of a divided service that is for people with a profile and has a free bed; NONE if there is none."""
    for bay in range(plan.services[service].bays, plan.services[service].bays_end):
        here = state.bay_states[bay]
        if plan.is_for[bay, profile_row] and here.open - here.held - here.cleaning >= 1:
            return bay
    return NONE


def has_free_bay(plan: PlanArrays, state: EngineState, service: int) -> bool:
    """Is there a free bed in any bay of a divided service, for whomever?"""
    found = False
    for bay in range(plan.services[service].bays, plan.services[service].bays_end):
        here = state.bay_states[bay]
        found |= here.open - here.held - here.cleaning >= 1
    return found


def bay_of(plan: PlanArrays, state: EngineState, stay: int) -> int:
    """The bay in which somebody has their place; without bays each service is one."""
    return int(state.bays[stay]) if plan.has_bays else int(state.stays[stay].service)


def hold_place(plan: PlanArrays, state: EngineState, stay: int, service: int, bay: int, units: int) -> None:
    """Somebody holds a place from now on."""
    state.service_states[service].held += units
    if plan.has_bays:
        state.bays[stay] = bay
        if is_divided(plan, service):
            state.bay_states[bay].held += units


def most_in_bays(plan: PlanArrays, state: EngineState, profile_row: int, service: int) -> int:
    """The most beds that any bay for people with a profile has, now or on any later date."""
    most = 0
    for bay in range(plan.services[service].bays, plan.services[service].bays_end):
        if plan.is_for[bay, profile_row]:
            most = max(most, state.bay_states[bay].most_to_come)
    return int(most)


def visits_made(state: EngineState, stay: int, service: int) -> int:
    """How often somebody has been in a service whose latest stay this is."""
    while stay >= 0:
        if state.stays[stay].service == service:
            return int(state.admissions[stay].visit + 1)
        stay = state.stays[stay].previous
    return 0


def units_needed(plan: PlanArrays, state: EngineState, person: int, stay: int, service: int) -> int:
    """Places (or minutes a week) that somebody needs in a service to which they go from a stay."""
    if service >= len(plan.services) or not plan.services[service].counts_units:
        return 1
    number = visits_made(state, stay, service)
    u = uniform(state, person, plan.services[service].key, number, plan.plain_keys[KEY_UNITS])
    return minutes(drawn(plan, plan.visits[plan.visit_of[state.persons[person].profile_row, service]].units, u))


def units_in(plan: PlanArrays, state: EngineState, wait: int, service: int) -> int:
    """The same of somebody who waits; on a list it is worked out each time, for there it is rarely asked."""
    waits = state.waits
    if waits[wait].to == service:
        return int(waits[wait].units)
    return units_needed(plan, state, waits[wait].person, waits[wait].stay, service)


def never_fits(plan: PlanArrays, state: EngineState, wait: int) -> bool:
    """Will there be no place for this person, now or on any later date?"""
    for member in plan.members[state.waits[wait].to]:
        if member >= 0:
            units, most = units_in(plan, state, wait, member), state.service_states[member].most_to_come
            if is_divided(plan, member):
                most = most_in_bays(plan, state, state.persons[state.waits[wait].person].profile_row, member)
            if max(1, units) <= most:
                return False
    return True


def has_opened(plan: PlanArrays, to: int, now: int) -> bool:
    """Has this destination had a place, on this or any earlier date? Before that people are not sent there."""
    return bool(now >= plan.opens_second[to])


def other_way(plan: PlanArrays, state: EngineState, wait: int) -> int:
    """The destination of somebody who does not get in; NONE where there is none, and they wait on."""
    waits = state.waits
    if waits[wait].stay < 0:
        return other_way_outside(plan, state, waits[wait].person, waits[wait].number, waits[wait].to)
    return other_way_of(plan, waits[wait].route)


def other_way_outside(plan: PlanArrays, state: EngineState, person: int, number: int, to: int) -> int:
    """The same of somebody outside, whose wait has this number: only the first has another way but out."""
    otherwise = plan.groups[state.profile_row_of[person]].otherwise
    return int(way_from_outside(otherwise, to, number, len(plan.services) + 1))


def other_way_of(plan: PlanArrays, route: int) -> int:
    """The same of somebody who waits by this route."""
    otherwise = plan.routes[route].otherwise
    return NONE if otherwise < 0 else int(plan.routes[otherwise].to)


def may_go_elsewhere(plan: PlanArrays, state: EngineState, wait: int, now: int) -> bool:
    """Is there another way, and does it lead to a place that has opened?"""
    other = other_way(plan, state, wait)
    return other != NONE and has_opened(plan, other, now)


def goes_back(plan: PlanArrays, state: EngineState, wait: int, now: int) -> bool:
    """No place for them will ever be, or people are not sent there before it opens; and they have where to go."""
    if state.waits[wait].stay >= 0 and not has_opened(plan, state.waits[wait].to, now):
        return other_way(plan, state, wait) != NONE
    return never_fits(plan, state, wait) and may_go_elsewhere(plan, state, wait, now)


def count_clear(plan: PlanArrays, state: EngineState, wait: int, change: int) -> None:
    """Keep count of who, holding a place that somebody else may wait for, is clear to go where."""
    count, clear_pairs, waits = state.counters[0], state.clear_pairs, state.waits
    if waits[wait].held < 0 or waits[wait].clear == NEVER:
        return
    where, profile_row = bay_of(plan, state, waits[wait].stay), state.persons[waits[wait].person].profile_row
    for to in plan.members[waits[wait].to]:
        if 0 <= to < len(plan.services):
            for bay in range(plan.services[to].bays, plan.services[to].bays_end):
                if plan.can_exchange[where, bay] and plan.is_for[bay, profile_row]:
                    clear_pairs[where, bay] += change
                    count.clear_in_circles += change
                    count.look_for_circles = 1


def leave_place(plan: PlanArrays, state: EngineState, stay: int, to: int, is_exchange: bool, now: int) -> None:
    """Nobody holds the place any more; it is free at once, or once it is clean."""
    service_states, stays = state.service_states, state.stays
    stays[stay].left, stays[stay].to = now, to
    person, service, units = stays[stay].person, stays[stay].service, stays[stay].units_now
    service_states[service].held -= units
    is_in_bay = is_divided(plan, service)
    if is_in_bay:
        state.bay_states[state.bays[stay]].held -= units
    state.persons[person].stay_of = NONE
    if plan.services[service].turnaround >= 0 and not is_exchange:
        u = uniform(
            state, person, plan.services[service].key, state.admissions[stay].visit, plan.plain_keys[KEY_TURNAROUND]
        )
        takes = seconds(drawn(plan, plan.services[service].turnaround, u))
        if takes > 0:
            service_states[service].cleaning += units
            if is_in_bay:
                state.bay_states[state.bays[stay]].cleaning += units
            due_at(state, plan.until, now + takes, CLEAN, stay)
    touch(state, service)


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
