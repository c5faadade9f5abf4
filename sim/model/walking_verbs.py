"""The verbs of a walk: what the fast engine does again and again to one person, place, step or line.

Each takes the plan and the room and changes the room's tables. They are plain Python that a compiler can read, and are built into
the loop of `walking.py` wherever it calls them, so that they cost nothing there.

What may be changed here: with new expected results, and only together with the reference engine.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.inputs.distributions import (
    TABLE,
    closed_form,
    share_within,
    tabled,
)
from sim.inputs.timetable import (
    end_of_work,
)
from sim.model.chance import (
    uniform_of,
)
from sim.model.ledger import (
    ADMITTED,
    NEVER,
    NONE,
)
from sim.model.packing import (
    BEFORE_READY,
    CENSUS_REMAINING,
    CENSUS_WAITED,
    CENSUS_WAITING_FOR,
    CODE,
    COUNTS_UNITS,
    KEY_NEXT,
    KEY_REMAINING,
    KEY_REVIEW_TIME,
    KEY_STAY,
    KEY_TURNAROUND,
    KEY_UNITS,
    KEY_WAITED,
    KEY_WORSE,
    LONGER_STAY,
    ON_ADMISSION,
    REVIEW_FROM,
    REVIEW_TO,
    ROUTE_STAY,
    ROUTE_STEPS,
    ROUTE_STEPS_END,
    ROUTE_TO,
    STEP_BEFORE,
    STEP_STARTS,
    STEP_TAKES,
    STEP_TEAM,
    STEP_WORKING,
    SURGE_PLACES,
    TABLE_FROM,
    TABLE_TO,
    TAKES_KEY,
    TAPER_AFTER,
    TURNAROUND,
    VISIT_DRAWN,
    VISIT_ROUTES,
    VISIT_SHARES,
    VISIT_TAPERS,
    VISIT_TAPERS_END,
    VISIT_UNITS,
    WORSE_CHANCE,
    WORSE_FROM,
    WORSE_TO,
    Packed,
)
from sim.model.rules import (
    SECONDS_PER_DAY,
    chance_over,
    chosen,
    late_luck,
    minutes,
    seconds,
    still_to_come,
)
from sim.model.settling import (
    FORESEEN,
)
from sim.model.walking_room import (
    AT,
    BEFORE,
    BEHIND,
    BOOK_ROW,
    BUCKET,
    CLEAN,
    CLEANING,
    CLEAR_IN_RINGS,
    EVENT_ROWS,
    FIRST_STEP,
    FREE_EVENT,
    GONE,
    GROUP,
    GROUP_KEYS,
    HAS_TEAM,
    HEAD,
    HEAP_SIZE,
    HELD,
    IN_TEAM_BEFORE,
    IN_TEAM_BEHIND,
    IS_TOUCHED,
    K_DROPPED,
    K_FINISHED,
    K_STARTED,
    K_STAY,
    KINDS,
    LENGTH,
    LOOK_FOR_RINGS,
    MORE_EVENTS,
    MORE_PLACES,
    MORE_STAYS,
    NEXT,
    NEXT_TAPER,
    NOW,
    NUMBER,
    OF_UNITS,
    OPEN,
    OPEN_STEPS,
    OPENING,
    PLACES,
    PLACES_ROW,
    PLANNED,
    PLANNED_OPEN,
    POSTED,
    READY,
    READY_DUE,
    REPLICATION,
    REQUIRE,
    ROUTE,
    S_ADMITTED,
    S_CLEAR,
    S_LEFT,
    S_NEED,
    S_NUMBER,
    S_PERSON,
    S_PLANNED_TO,
    S_READY,
    S_SERVICE,
    S_TO,
    S_UNITS,
    S_VISIT,
    SEED,
    STAY_OF,
    STAY_ROWS,
    STAYS,
    SURGE_IS_OPEN,
    TAIL,
    TAPER,
    TEAM_HEAD,
    TEAM_TAIL,
    TEAM_TAKEN,
    TOO_SMALL,
    TOUCHED,
    UNITS_NOW,
    UNLIMITED,
    VISIT_PLAN,
    VISITS,
    W_CLEAR,
    W_ENDED,
    W_ENDING,
    W_HELD,
    W_PERSON,
    W_STAY,
    W_TO,
    WAIT_OF,
    WHAT,
    Ints,
    Room,
)


def post(room: Room, at: int, kind: int, whom: int) -> None:
    """Something will be due: at once, in this instant, or later by way of the calendar."""
    count, posted = room.counters, room.posted
    n = count[POSTED]
    if n < len(posted):
        posted[n, 0], posted[n, 1] = at, whom * KINDS + kind
        count[POSTED] = n + 1
    else:
        count[TOO_SMALL] = MORE_EVENTS  # this walk is void


def touch(room: Room, service: int) -> None:
    """Somebody may move into this service."""
    count, touched, wards = room.counters, room.touched, room.wards
    if wards[service, IS_TOUCHED] == 0:
        wards[service, IS_TOUCHED] = 1
        touched[count[TOUCHED]] = service
        count[TOUCHED] += 1


def luck(room: Room, person: int, service_key: np.uint64, visit: int, quantity: np.uint64) -> float:
    """A number of this person's in the book of luck."""
    book, persons = room.book, room.persons
    key = book[persons[person, BOOK_ROW]]
    return uniform_of(book[SEED], book[REPLICATION], persons[person, NUMBER], key, service_key, quantity, visit)


def drawn(plan: Packed, length: int, u: float) -> float:
    """Days of a length at a uniform number."""
    lengths, numbers, tables = plan.lengths, plan.length_numbers, plan.tables
    code = lengths[length, CODE]
    if code < TABLE:
        return closed_form(code, numbers[length, 0], numbers[length, 1], numbers[length, 2], u)
    return tabled(code, tables[lengths[length, TABLE_FROM] : lengths[length, TABLE_TO]], u)


def within(plan: Packed, length: int, days: float) -> float:
    """The share of lengths that are over after so many days."""
    lengths, numbers, tables = plan.lengths, plan.length_numbers, plan.tables
    table = tables[lengths[length, TABLE_FROM] : lengths[length, TABLE_TO]]
    return share_within(lengths[length, CODE], numbers[length, 0], numbers[length, 1], numbers[length, 2], table, days)


def conditional_seconds(plan: Packed, length: int, elapsed: int, u: float) -> int:
    """Seconds still to come of a length that has already lasted so many."""
    days = elapsed / SECONDS_PER_DAY
    still = late_luck(within(plan, length, days), u)
    return seconds(still_to_come(drawn(plan, length, still), days))


def due_after(plan: Packed, length: int, since: int, now: int, u: float) -> int:
    """When a length that began then is over, for somebody who is known to have come as far as now."""
    if since < now:
        return now + conditional_seconds(plan, length, now - since, u)
    return now + seconds(drawn(plan, length, u))


def knock(plan: Packed, room: Room, hours: int, now: int) -> None:
    """Whoever finds hours closed is told of the next opening."""
    opens, closes, knocked = plan.opens, plan.closes, room.knocked
    if not knocked[hours]:
        knocked[hours] = True
        day = now // SECONDS_PER_DAY
        while day < opens.shape[1]:
            if now < opens[hours, day] < closes[hours, day]:
                post(room, opens[hours, day], OPENING, hours)
                break
            day += 1


def is_open(plan: Packed, room: Room, hours: int, now: int) -> bool:
    """Are these hours open?"""
    opens, closes = plan.opens, plan.closes
    if hours < 0:
        return True
    day = now // SECONDS_PER_DAY
    if opens[hours, day] <= now < closes[hours, day]:
        return True
    knock(plan, room, hours, now)
    return False


def plan_places(plan: Packed, room: Room, service: int, now: int) -> None:
    """The places that the calendar and the surge give at this instant, as a row of the ledger too."""
    services, wards, places, count = plan.services, room.wards, room.places, room.counters
    wards[service, OPEN] = wards[service, PLANNED_OPEN]
    if wards[service, SURGE_IS_OPEN] and wards[service, PLANNED_OPEN] != UNLIMITED:
        wards[service, OPEN] += services[service, SURGE_PLACES]
    row = wards[service, PLACES_ROW]
    if row < 0 or places[row, 1] != now:
        row = count[PLACES]
        if row >= len(places):
            count[TOO_SMALL] = MORE_PLACES
            return
        count[PLACES] = row + 1
        wards[service, PLACES_ROW] = row
    places[row, 0], places[row, 1] = service, now
    places[row, 2] = -1 if wards[service, OPEN] == UNLIMITED else wards[service, OPEN]
    touch(room, service)


def leave_queue(room: Room, wait: int) -> None:
    """Step out of the line."""
    wards, waits = room.wards, room.waits
    to, before, behind = waits[wait, W_TO], waits[wait, BEFORE], waits[wait, BEHIND]
    if before >= 0:
        waits[before, BEHIND] = behind
    else:
        wards[to, HEAD] = behind
    if behind >= 0:
        waits[behind, BEFORE] = before
    else:
        wards[to, TAIL] = before
    wards[to, LENGTH] -= 1


def count_clear(plan: Packed, room: Room, wait: int, change: int) -> None:
    """Keep count of who, holding a place that somebody else may wait for, is clear to go where."""
    can_ring, count, clear_pairs, waits = plan.can_ring, room.counters, room.clear_pairs, room.waits
    where, to = waits[wait, W_HELD], waits[wait, W_TO]
    if where >= 0 and to < len(can_ring) and can_ring[where, to] and waits[wait, W_CLEAR] != NEVER:
        clear_pairs[where, to] += change
        count[CLEAR_IN_RINGS] += change
        count[LOOK_FOR_RINGS] = 1


def own_start(plan: Packed, room: Room, stay: int, planned: int) -> int:
    """When a step would start if it waited for nothing."""
    planned_steps, stays = plan.steps, room.stays
    starts, ready = planned_steps[planned, STEP_STARTS], stays[stay, READY_DUE]
    if starts == ON_ADMISSION:
        return stays[stay, S_ADMITTED]
    if starts == BEFORE_READY and ready < NEVER:
        return max(stays[stay, S_ADMITTED], ready - planned_steps[planned, STEP_BEFORE])
    return ready


def leave_team_queue(room: Room, step: int, team: int) -> None:
    """Step out of a team's line."""
    teams, steps = room.teams, room.steps
    before, behind = steps[step, IN_TEAM_BEFORE], steps[step, IN_TEAM_BEHIND]
    if before >= 0:
        steps[before, IN_TEAM_BEHIND] = behind
    else:
        teams[team, TEAM_HEAD] = behind
    if behind >= 0:
        steps[behind, IN_TEAM_BEFORE] = before
    else:
        teams[team, TEAM_TAIL] = before


def drop(plan: Packed, room: Room, step: int) -> None:
    """A step is no longer needed: its team place and its place in the team's queue are free at once."""
    planned_steps, stays, steps, teams = plan.steps, room.stays, room.steps, room.teams
    if not is_over(room, step):
        steps[step, K_DROPPED] = 1
        stays[steps[step, K_STAY], OPEN_STEPS] -= 1
        team = planned_steps[steps[step, PLANNED], STEP_TEAM]
        if team >= 0 and steps[step, K_STARTED] != NEVER:
            if steps[step, HAS_TEAM]:
                steps[step, HAS_TEAM] = 0
                teams[team, TEAM_TAKEN] -= 1
            else:
                leave_team_queue(room, step, team)


def is_over(room: Room, step: int) -> bool:
    """Is a step finished, or no longer needed?"""
    steps = room.steps
    return steps[step, K_FINISHED] != NEVER or steps[step, K_DROPPED] != 0


def end_wait(room: Room, wait: int, ending: int, now: int) -> None:
    """The wait is over, one way or another."""
    waits, persons = room.waits, room.persons
    waits[wait, W_ENDED], waits[wait, W_ENDING] = now, ending
    persons[waits[wait, W_PERSON], WAIT_OF] = NONE


def leave_place(plan: Packed, room: Room, stay: int, to: int, is_exchange: bool, now: int) -> None:
    """Nobody holds the place any more; it is free at once, or once it is clean."""
    wards, stays = room.wards, room.stays
    stays[stay, S_LEFT], stays[stay, S_TO] = now, to
    person, service, units = stays[stay, S_PERSON], stays[stay, S_SERVICE], stays[stay, UNITS_NOW]
    wards[service, HELD] -= units
    room.persons[person, STAY_OF] = NONE
    if plan.services[service, TURNAROUND] >= 0 and not is_exchange:
        u = luck(room, person, plan.service_keys[service], stays[stay, S_VISIT], plan.plain_keys[KEY_TURNAROUND])
        takes = seconds(drawn(plan, plan.services[service, TURNAROUND], u))
        if takes > 0:
            wards[service, CLEANING] += units
            post(room, now + takes, CLEAN, stay)
    touch(room, service)


def step_takes(plan: Packed, room: Room, stay: int, planned: int) -> int:
    """Seconds that a step of this stay takes, or seconds of working days."""
    planned_steps, step_keys, service_keys, stays = plan.steps, plan.step_keys, plan.service_keys, room.stays
    key = service_keys[stays[stay, S_SERVICE]]
    u = luck(room, stays[stay, S_PERSON], key, stays[stay, S_VISIT], step_keys[planned, TAKES_KEY])
    return seconds(drawn(plan, planned_steps[planned, STEP_TAKES], u))


def step_end(plan: Packed, planned: int, start: int, need: int) -> int:
    """When a step that starts then is done."""
    planned_steps, working = plan.steps, plan.working
    if planned_steps[planned, STEP_WORKING]:
        return end_of_work(working, start, need)
    return start + need


def push(room: Room, event: int, size: int) -> None:
    """Put an event into the heap of `size` events."""
    heap, events = room.heap, room.events
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if events[heap[above], AT] <= events[event, AT]:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = event


def schedule(room: Room, at: int, what: int) -> None:
    """Put something that is due later into the calendar: its span of time, or the heap of the present one."""
    count, events, buckets = room.counters, room.events, room.buckets
    event = count[FREE_EVENT]
    if event >= 0:
        count[FREE_EVENT] = events[event, NEXT]
    else:
        event = count[EVENT_ROWS]
        if event >= len(events):
            count[TOO_SMALL] = MORE_EVENTS
            return
        count[EVENT_ROWS] = event + 1
    events[event, AT], events[event, WHAT] = at, what
    span = at >> room.bucket_shift
    if span <= count[BUCKET]:
        push(room, event, count[HEAP_SIZE])
        count[HEAP_SIZE] += 1
    else:
        events[event, NEXT] = buckets[span]
        buckets[span] = event


def due_at(room: Room, until: int, at: int, kind: int, whom: int) -> None:
    """As `post`, without a detour where it is due later."""
    if at <= room.counters[NOW]:
        post(room, at, kind, whom)
    elif at < until:
        schedule(room, at, whom * KINDS + kind)


def come(room: Room, person: int, group: int, number: int, is_from_census: bool) -> None:
    """Somebody comes, who was not here before."""
    persons = room.persons
    for column in range(persons.shape[1]):
        persons[person, column] = 0
    persons[person, GROUP], persons[person, NUMBER] = group, number
    persons[person, BOOK_ROW] = GROUP_KEYS + 2 * group + (1 if is_from_census else 0)
    persons[person, STAY_OF] = persons[person, WAIT_OF] = NONE


def review_after(plan: Packed, room: Room, stay: int, needs_until: int) -> int:
    """The first review at or after that instant which takes place; NEVER if none is near enough to matter."""
    service, person = room.stays[stay, S_SERVICE], room.stays[stay, S_PERSON]
    key, visit, until = plan.service_keys[service], room.stays[stay, S_VISIT], plan.until
    time_of_day = plan.services[service, REVIEW_FROM]
    span = plan.services[service, REVIEW_TO] - time_of_day
    if span > 0:
        time_of_day += int(luck(room, person, key, visit, plan.plain_keys[KEY_REVIEW_TIME]) * span)
    day, attempt = max(0, needs_until // SECONDS_PER_DAY), 0
    while day * SECONDS_PER_DAY < until + 2 * FORESEEN:
        instant = day * SECONDS_PER_DAY + time_of_day
        if instant >= needs_until:
            chance = plan.review_chances[service, (plan.first_weekday + day) % 7]
            if chance >= 1.0 or luck(room, person, key, visit, plan.review_keys[attempt]) < chance:
                return instant
            attempt += 1
        day += 1
    return NEVER


def begin_stay(plan: Packed, room: Room, stay: int, route: int, needs_until: int, has_steps: bool) -> None:
    """The clocks of a stay: when they will be declared ready, which steps are asked for, how their need falls."""
    stays, visits, until = room.stays, plan.visits, plan.until
    service, visit, admitted = stays[stay, S_SERVICE], stays[stay, VISIT_PLAN], stays[stay, S_ADMITTED]
    planned_to = plan.routes[route, ROUTE_TO] if route >= 0 else NONE
    stays[stay, S_NEED] = NEVER if needs_until == NEVER else needs_until - admitted
    stays[stay, S_PLANNED_TO], stays[stay, ROUTE] = planned_to, route
    stays[stay, FIRST_STEP], stays[stay, OPEN_STEPS] = NONE, 0
    lives_on = route >= 0 and planned_to != len(plan.services)
    ready_due = needs_until
    if lives_on and has_steps and plan.services[service, REVIEW_FROM] >= 0 and needs_until < until + FORESEEN:
        ready_due = review_after(plan, room, stay, needs_until)
    stays[stay, READY_DUE] = ready_due
    due_at(room, until, ready_due, READY, stay)
    # Posted after READY, so that it comes off the stack first: nobody is clear before their steps are known.
    if lives_on and has_steps and plan.routes[route, ROUTE_STEPS] < plan.routes[route, ROUTE_STEPS_END]:
        post(room, 0, REQUIRE, stay)
    if visit >= 0 and visits[visit, VISIT_TAPERS] < visits[visit, VISIT_TAPERS_END]:
        stays[stay, NEXT_TAPER] = visits[visit, VISIT_TAPERS]
        post(room, admitted + plan.tapers[visits[visit, VISIT_TAPERS], TAPER_AFTER], TAPER, stay)


def settle(plan: Packed, room: Room, stay: int, delay: int, now: int) -> None:
    """Somebody was admitted: where they will go next and how long they need care, with the ground lost in a delay before."""
    stays, visits, routes = room.stays, plan.visits, plan.routes
    person, visit = stays[stay, S_PERSON], stays[stay, VISIT_PLAN]
    route, needs_until = NONE, NEVER
    if visit >= 0:
        key, number = plan.service_keys[stays[stay, S_SERVICE]], stays[stay, S_VISIT]
        route = visits[visit, VISIT_ROUTES]
        if visits[visit, VISIT_DRAWN] > 1:
            first = visits[visit, VISIT_SHARES]
            u = luck(room, person, key, number, plan.plain_keys[KEY_NEXT])
            route += chosen(plan.shares[first : first + visits[visit, VISIT_DRAWN]], u)
        if delay > 0 and visits[visit, WORSE_FROM] >= 0 and routes[route, ROUTE_TO] == visits[visit, WORSE_FROM]:
            chance = chance_over(plan.lost_ground[visit, WORSE_CHANCE], delay / SECONDS_PER_DAY)
            if luck(room, person, key, number, plan.plain_keys[KEY_WORSE]) < chance:
                route = visits[visit, WORSE_TO]
        days = drawn(plan, routes[route, ROUTE_STAY], luck(room, person, key, number, plan.plain_keys[KEY_STAY]))
        if delay > 0:
            days += plan.lost_ground[visit, LONGER_STAY] * (delay / SECONDS_PER_DAY)
        needs_until = now + seconds(days)
    begin_stay(plan, room, stay, route, needs_until, True)


def seat(plan: Packed, room: Room, census: Ints, person: int, service: int, entry: int, arrived: int) -> None:
    """The stay of somebody who was here when the clock started (rule 16 of the model)."""
    stays, visits, count = room.stays, plan.visits, room.counters
    stay = count[STAY_ROWS]
    if stay >= len(stays):
        count[TOO_SMALL] = MORE_STAYS
        return
    count[STAY_ROWS] = stay + 1
    visit = plan.visit_of[room.persons[person, GROUP], service]
    stays[stay, S_PERSON], stays[stay, S_NUMBER], stays[stay, S_VISIT] = person, 0, 0
    stays[stay, S_SERVICE], stays[stay, S_ADMITTED], stays[stay, VISIT_PLAN] = service, arrived, visit
    stays[stay, S_READY] = stays[stay, S_CLEAR] = stays[stay, S_LEFT] = NEVER
    stays[stay, S_TO] = NONE
    room.persons[person, VISITS + service] = room.persons[person, STAYS] = 1
    room.persons[person, STAY_OF] = stay
    key, units = plan.service_keys[service], 1
    if plan.services[service, COUNTS_UNITS] and visit >= 0:
        units = minutes(drawn(plan, visits[visit, VISIT_UNITS], luck(room, person, key, 0, plan.plain_keys[KEY_UNITS])))
    stays[stay, S_UNITS] = stays[stay, UNITS_NOW] = units
    room.wards[service, HELD] += units
    route, needs_until, waits_already = NONE, NEVER, census[entry, CENSUS_WAITING_FOR] >= 0
    if waits_already:
        if visit >= 0:  # a visit's routes stand together, and one of them leads there
            route = visits[visit, VISIT_ROUTES]
            while plan.routes[route, ROUTE_TO] != census[entry, CENSUS_WAITING_FOR]:
                route += 1
        needs_until = 0
        if census[entry, CENSUS_WAITED] >= 0:
            u = luck(room, person, key, 0, plan.plain_keys[KEY_WAITED])
            needs_until = -seconds(drawn(plan, census[entry, CENSUS_WAITED], u))
        stays[stay, S_ADMITTED] = min(arrived, needs_until)
    elif visit >= 0:
        route = visits[visit, VISIT_ROUTES] + route_after(plan, room, visit, -arrived, person, key)
        if census[entry, CENSUS_REMAINING] >= 0:
            u = luck(room, person, key, 0, plan.plain_keys[KEY_REMAINING])
            needs_until = seconds(drawn(plan, census[entry, CENSUS_REMAINING], u))
        else:
            u = luck(room, person, key, 0, plan.plain_keys[KEY_STAY])
            needs_until = conditional_seconds(plan, plan.routes[route, ROUTE_STAY], -arrived, u)
    begin_stay(plan, room, stay, route, needs_until, not waits_already)


def route_after(plan: Packed, room: Room, visit: int, elapsed: int, person: int, key: np.uint64) -> int:
    """Which of a visit's routes somebody takes who has been here for so long: the likelier, the longer its people stay."""
    first, drawable, first_share = (
        plan.visits[visit, VISIT_ROUTES],
        plan.visits[visit, VISIT_DRAWN],
        plan.visits[visit, VISIT_SHARES],
    )
    weights, total, low = room.weights, 0.0, 0.0
    for i in range(drawable):
        high = plan.shares[first_share + i]
        weights[i] = (high - low) * (1.0 - within(plan, plan.routes[first + i, ROUTE_STAY], elapsed / SECONDS_PER_DAY))
        total += weights[i]
        low = high
    u = luck(room, person, key, 0, plan.plain_keys[KEY_NEXT])
    if total <= 0.0:
        return chosen(plan.shares[first_share : first_share + drawable], u)
    reached = 0.0
    for i in range(drawable):
        reached += weights[i] / total
        weights[i] = reached
    return chosen(weights[:drawable], u)


def move(plan: Packed, room: Room, wait: int, is_exchange: bool, now: int) -> None:
    """Somebody moves: their wait ends, their place is free, and they hold the next one or leave the model."""
    waits, stays, persons, count = room.waits, room.stays, room.persons, room.counters
    person, stay, to, delay = waits[wait, W_PERSON], waits[wait, W_STAY], waits[wait, W_TO], 0
    if plan.has_rings:
        count_clear(plan, room, wait, -1)
    end_wait(room, wait, ADMITTED, now)
    if stay >= 0:
        delay = now - stays[stay, S_READY]
        leave_place(plan, room, stay, to, is_exchange, now)
    if to >= len(plan.services):
        persons[person, GONE] = 1
        return
    stay = count[STAY_ROWS]
    if stay >= len(stays):
        count[TOO_SMALL] = MORE_STAYS
        return
    count[STAY_ROWS] = stay + 1
    units = waits[wait, OF_UNITS]
    stays[stay, S_PERSON], stays[stay, S_NUMBER] = person, persons[person, STAYS]
    stays[stay, S_SERVICE], stays[stay, S_VISIT] = to, persons[person, VISITS + to]
    stays[stay, S_ADMITTED], stays[stay, S_UNITS], stays[stay, UNITS_NOW] = now, units, units
    stays[stay, S_READY] = stays[stay, S_CLEAR] = stays[stay, S_LEFT] = NEVER
    stays[stay, S_TO], stays[stay, VISIT_PLAN] = NONE, plan.visit_of[persons[person, GROUP], to]
    persons[person, STAYS] += 1
    persons[person, VISITS + to] += 1
    persons[person, STAY_OF] = stay
    room.wards[to, HELD] += units
    settle(plan, room, stay, delay, now)


# In an order in which each knows those before it.
VERBS: tuple[Callable[..., Any], ...] = (
    post, touch, luck, drawn, within, conditional_seconds, due_after, knock, is_open, plan_places, leave_queue, count_clear,
    own_start, is_over, leave_team_queue, drop, end_wait, step_takes, step_end, push, schedule, come, due_at, leave_place,
    review_after, begin_stay, settle, route_after, seat, move,
)  # fmt: skip
