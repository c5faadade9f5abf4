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
    KEY_NEXT,
    KEY_REMAINING,
    KEY_REVIEW_TIME,
    KEY_STAY,
    KEY_TURNAROUND,
    KEY_UNITS,
    KEY_WAITED,
    KEY_WORSE,
    ON_ADMISSION,
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
    CLEAN,
    GROUP_KEYS,
    KINDS,
    MORE_EVENTS,
    MORE_PLACES,
    MORE_STAYS,
    OPENING,
    READY,
    REPLICATION,
    REQUIRE,
    SEED,
    TAPER,
    UNLIMITED,
    Room,
    Rows,
)


def post(room: Room, at: int, kind: int, whom: int) -> None:
    """Something will be due: at once, in this instant, or later by way of the calendar."""
    count, posted = room.counters[0], room.posted
    n = count.posted
    if n < len(posted):
        posted[n].at, posted[n].what = at, whom * KINDS + kind
        count.posted = n + 1
    else:
        count.too_small = MORE_EVENTS  # this walk is void


def touch(room: Room, service: int) -> None:
    """Somebody may move into this service, if anybody waits for it; whoever joins its line touches it again."""
    count, touched, wards = room.counters[0], room.touched, room.wards
    if wards[service].is_touched == 0 and wards[service].head >= 0:
        wards[service].is_touched = 1
        touched[count.touched] = service
        count.touched += 1
        count.unsettled = 1


def luck(room: Room, person: int, service_key: np.uint64, visit: int, quantity: np.uint64) -> float:
    """A number of this person's in the book of luck."""
    book, persons = room.book, room.persons
    key = book[persons[person].book_row]
    return uniform_of(book[SEED], book[REPLICATION], persons[person].number, key, service_key, quantity, visit)


def drawn(plan: Packed, length: int, u: float) -> float:
    """Days of a length at a uniform number."""
    lengths, tables = plan.lengths, plan.tables
    code = lengths[length].code
    if code < TABLE:
        return closed_form(code, lengths[length].a, lengths[length].b, lengths[length].c, u)
    return tabled(code, tables[lengths[length].table_from : lengths[length].table_to], u)


def within(plan: Packed, length: int, days: float) -> float:
    """The share of lengths that are over after so many days."""
    lengths, tables = plan.lengths, plan.tables
    table = tables[lengths[length].table_from : lengths[length].table_to]
    return share_within(lengths[length].code, lengths[length].a, lengths[length].b, lengths[length].c, table, days)


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
        day = room.counters[0].day
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
    day = room.counters[0].day
    if opens[hours, day] <= now < closes[hours, day]:
        return True
    knock(plan, room, hours, now)
    return False


def plan_places(plan: Packed, room: Room, service: int, now: int) -> None:
    """The places that the calendar and the surge give at this instant, as a row of the ledger too."""
    services, wards, places, count = plan.services, room.wards, room.places, room.counters[0]
    wards[service].open = wards[service].planned_open
    if wards[service].surge_is_open and wards[service].planned_open != UNLIMITED:
        wards[service].open += services[service].surge_places
    row = wards[service].places_row
    if row < 0 or places[row, 1] != now:
        row = count.places
        if row >= len(places):
            count.too_small = MORE_PLACES
            return
        count.places = row + 1
        wards[service].places_row = row
    places[row, 0], places[row, 1] = service, now
    places[row, 2] = -1 if wards[service].open == UNLIMITED else wards[service].open
    touch(room, service)


def leave_queue(room: Room, wait: int) -> None:
    """Step out of the line."""
    wards, waits = room.wards, room.waits
    to, before, behind = waits[wait].to, waits[wait].before, waits[wait].behind
    if before >= 0:
        waits[before].behind = behind
    else:
        wards[to].head = behind
    if behind >= 0:
        waits[behind].before = before
    else:
        wards[to].tail = before
    wards[to].length -= 1


def count_clear(plan: Packed, room: Room, wait: int, change: int) -> None:
    """Keep count of who, holding a place that somebody else may wait for, is clear to go where."""
    can_ring, count, clear_pairs, waits = plan.can_ring, room.counters[0], room.clear_pairs, room.waits
    where, to = waits[wait].held, waits[wait].to
    if where >= 0 and to < len(can_ring) and can_ring[where, to] and waits[wait].clear != NEVER:
        clear_pairs[where, to] += change
        count.clear_in_rings += change
        count.look_for_rings = count.unsettled = 1


def visits_made(room: Room, stay: int, service: int) -> int:
    """How often somebody has been in a service whose latest stay this is."""
    while stay >= 0:
        if room.stays[stay].service == service:
            return int(room.admissions[stay].visit + 1)
        stay = room.stays[stay].previous
    return 0


def own_start(plan: Packed, room: Room, stay: int, planned: int) -> int:
    """When a step would start if it waited for nothing."""
    planned_steps, stays = plan.steps, room.stays
    starts, ready = planned_steps[planned].starts, stays[stay].ready_due
    if starts == ON_ADMISSION:
        return room.admissions[stay].admitted
    if starts == BEFORE_READY and ready < NEVER:
        return max(room.admissions[stay].admitted, ready - planned_steps[planned].before)
    return ready


def leave_team_queue(room: Room, step: int, team: int) -> None:
    """Step out of a team's line."""
    teams, steps = room.teams, room.steps
    before, behind = steps[step].before, steps[step].behind
    if before >= 0:
        steps[before].behind = behind
    else:
        teams[team].head = behind
    if behind >= 0:
        steps[behind].before = before
    else:
        teams[team].tail = before


def drop(plan: Packed, room: Room, step: int) -> None:
    """A step is no longer needed: its team place and its place in the team's queue are free at once."""
    planned_steps, stays, steps, teams = plan.steps, room.stays, room.steps, room.teams
    if not is_over(room, step):
        steps[step].dropped = 1
        stays[steps[step].stay].open_steps -= 1
        team = planned_steps[steps[step].planned].team
        if team >= 0 and steps[step].started != NEVER:
            if steps[step].has_team:
                steps[step].has_team = 0
                teams[team].taken -= 1
            else:
                leave_team_queue(room, step, team)


def is_over(room: Room, step: int) -> bool:
    """Is a step finished, or no longer needed?"""
    steps = room.steps
    return steps[step].finished != NEVER or steps[step].dropped != 0


def end_wait(room: Room, wait: int, ending: int, now: int) -> None:
    """The wait is over, one way or another."""
    waits, persons = room.waits, room.persons
    waits[wait].ended, waits[wait].ending = now, ending
    persons[waits[wait].person].wait_of = NONE


def due_at(room: Room, until: int, at: int, kind: int, whom: int) -> None:
    """As `post`, without a detour where it is due later."""
    if at <= room.counters[0].now:
        post(room, at, kind, whom)
    elif at < until:
        schedule(room, at, whom * KINDS + kind)


def leave_place(plan: Packed, room: Room, stay: int, to: int, is_exchange: bool, now: int) -> None:
    """Nobody holds the place any more; it is free at once, or once it is clean."""
    wards, stays = room.wards, room.stays
    stays[stay].left, stays[stay].to = now, to
    person, service, units = stays[stay].person, stays[stay].service, stays[stay].units_now
    wards[service].held -= units
    room.persons[person].stay_of = NONE
    if plan.services[service].turnaround >= 0 and not is_exchange:
        u = luck(room, person, plan.services[service].key, room.admissions[stay].visit, plan.plain_keys[KEY_TURNAROUND])
        takes = seconds(drawn(plan, plan.services[service].turnaround, u))
        if takes > 0:
            wards[service].cleaning += units
            due_at(room, plan.until, now + takes, CLEAN, stay)
    touch(room, service)


def step_takes(plan: Packed, room: Room, stay: int, planned: int) -> int:
    """Seconds that a step of this stay takes, or seconds of working days."""
    planned_steps, stays = plan.steps, room.stays
    key = plan.services[stays[stay].service].key
    u = luck(room, stays[stay].person, key, room.admissions[stay].visit, planned_steps[planned].takes_key)
    return seconds(drawn(plan, planned_steps[planned].takes, u))


def step_end(plan: Packed, planned: int, start: int, need: int) -> int:
    """When a step that starts then is done."""
    planned_steps, working = plan.steps, plan.working
    if planned_steps[planned].working:
        return end_of_work(working, start, need)
    return start + need


def push(room: Room, event: int, size: int) -> None:
    """Put an event into the heap of `size` events."""
    heap, events = room.heap, room.events
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if events[heap[above]].at <= events[event].at:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = event


def schedule(room: Room, at: int, what: int) -> None:
    """Put something that is due later into the calendar: its span of time, or the heap of the present one."""
    count, events, buckets = room.counters[0], room.events, room.buckets
    event = count.free_event
    if event >= 0:
        count.free_event = events[event].next
    else:
        event = count.event_rows
        if event >= len(events):
            count.too_small = MORE_EVENTS
            return
        count.event_rows = event + 1
    events[event].at, events[event].what = at, what
    span = at >> room.bucket_shift
    if span <= count.bucket:
        push(room, event, count.heap_size)
        count.heap_size += 1
    else:
        events[event].next = buckets[span]
        buckets[span] = event


def expect(room: Room, person: int, group: int, number: int, is_from_census: bool) -> None:
    """Somebody will come, or is here when the clock starts; nothing has happened to them yet."""
    persons = room.persons
    persons[person].stays = persons[person].waits = persons[person].gone = 0
    persons[person].group, persons[person].number = group, number
    persons[person].book_row = GROUP_KEYS + 2 * group + (1 if is_from_census else 0)
    persons[person].stay_of = persons[person].wait_of = NONE


def review_after(plan: Packed, room: Room, stay: int, needs_until: int) -> int:
    """The first review at or after that instant which takes place; NEVER if none is near enough to matter."""
    service, person = room.stays[stay].service, room.stays[stay].person
    key, visit, until = plan.services[service].key, room.admissions[stay].visit, plan.until
    time_of_day = plan.services[service].review_from
    span = plan.services[service].review_to - time_of_day
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
    service, visit, admitted = stays[stay].service, stays[stay].visit_plan, room.admissions[stay].admitted
    planned_to = plan.routes[route].to if route >= 0 else NONE
    room.admissions[stay].need = NEVER if needs_until == NEVER else needs_until - admitted
    stays[stay].planned_to, stays[stay].route = planned_to, route
    room.admissions[stay].first_step, stays[stay].open_steps = NONE, 0
    lives_on = route >= 0 and planned_to != len(plan.services)
    ready_due = needs_until
    if lives_on and has_steps and plan.services[service].review_from >= 0 and needs_until < until + FORESEEN:
        ready_due = review_after(plan, room, stay, needs_until)
    stays[stay].ready_due = ready_due
    due_at(room, until, ready_due, READY, stay)
    # Posted after READY, so that it comes off the stack first: nobody is clear before their steps are known.
    if lives_on and has_steps and plan.routes[route].steps < plan.routes[route].steps_end:
        post(room, 0, REQUIRE, stay)
    if visit >= 0 and visits[visit].tapers < visits[visit].tapers_end:
        room.admissions[stay].next_taper = visits[visit].tapers
        post(room, admitted + plan.tapers[visits[visit].tapers].after, TAPER, stay)


def settle(plan: Packed, room: Room, stay: int, delay: int, now: int) -> None:
    """Somebody was admitted: where they will go next and how long they need care, with the ground lost in a delay before."""
    stays, visits, routes = room.stays, plan.visits, plan.routes
    person, visit = stays[stay].person, stays[stay].visit_plan
    route, needs_until = NONE, NEVER
    if visit >= 0:
        key, number = plan.services[stays[stay].service].key, room.admissions[stay].visit
        route = visits[visit].routes
        stay_luck = luck(room, person, key, number, plan.plain_keys[KEY_STAY])  # a processor works both out at once
        if visits[visit].drawn > 1:
            first = visits[visit].shares
            u = luck(room, person, key, number, plan.plain_keys[KEY_NEXT])
            route += chosen(plan.shares[first : first + visits[visit].drawn], u)
        if delay > 0 and visits[visit].worse_from >= 0 and routes[route].to == visits[visit].worse_from:
            chance = chance_over(plan.visits[visit].worse_chance, delay / SECONDS_PER_DAY)
            if luck(room, person, key, number, plan.plain_keys[KEY_WORSE]) < chance:
                route = visits[visit].worse_to
        days = drawn(plan, routes[route].stay, stay_luck)
        if delay > 0:
            days += plan.visits[visit].longer_stay * (delay / SECONDS_PER_DAY)
        needs_until = now + seconds(days)
    begin_stay(plan, room, stay, route, needs_until, True)


def seat(plan: Packed, room: Room, census: Rows, person: int, service: int, entry: int, arrived: int) -> None:
    """The stay of somebody who was here when the clock started (rule 16 of the model)."""
    stays, visits, count = room.stays, plan.visits, room.counters[0]
    stay = count.stay_rows
    if stay >= len(stays):
        count.too_small = MORE_STAYS
        return
    count.stay_rows = stay + 1
    visit = plan.visit_of[room.persons[person].group, service]
    stays[stay].person, room.admissions[stay].number, room.admissions[stay].visit = person, 0, 0
    stays[stay].service, room.admissions[stay].admitted, stays[stay].visit_plan = service, arrived, visit
    stays[stay].ready = stays[stay].clear = stays[stay].left = NEVER
    stays[stay].to = stays[stay].left_at_once = stays[stay].previous = room.admissions[stay].came_at_once = NONE
    room.persons[person].stays = 1
    room.persons[person].stay_of = stay
    key, units = plan.services[service].key, 1
    if plan.services[service].counts_units and visit >= 0:
        units = minutes(drawn(plan, visits[visit].units, luck(room, person, key, 0, plan.plain_keys[KEY_UNITS])))
    room.admissions[stay].units = stays[stay].units_now = units
    room.wards[service].held += units
    route, needs_until, waits_already = NONE, NEVER, census[entry].waiting_for >= 0
    if waits_already:
        if visit >= 0:  # a visit's routes stand together, and one of them leads there
            route = visits[visit].routes
            while plan.routes[route].to != census[entry].waiting_for:
                route += 1
        needs_until = 0
        if census[entry].waited >= 0:
            u = luck(room, person, key, 0, plan.plain_keys[KEY_WAITED])
            needs_until = -seconds(drawn(plan, census[entry].waited, u))
        room.admissions[stay].admitted = min(arrived, needs_until)
    elif visit >= 0:
        route = visits[visit].routes + route_after(plan, room, visit, -arrived, person, key)
        if census[entry].remaining >= 0:
            u = luck(room, person, key, 0, plan.plain_keys[KEY_REMAINING])
            needs_until = seconds(drawn(plan, census[entry].remaining, u))
        else:
            u = luck(room, person, key, 0, plan.plain_keys[KEY_STAY])
            needs_until = conditional_seconds(plan, plan.routes[route].stay, -arrived, u)
    begin_stay(plan, room, stay, route, needs_until, not waits_already)


def route_after(plan: Packed, room: Room, visit: int, elapsed: int, person: int, key: np.uint64) -> int:
    """Which of a visit's routes somebody takes who has been here for so long: the likelier, the longer its people stay."""
    first, drawable, first_share = (
        plan.visits[visit].routes,
        plan.visits[visit].drawn,
        plan.visits[visit].shares,
    )
    weights, total, low = room.weights, 0.0, 0.0
    for i in range(drawable):
        high = plan.shares[first_share + i]
        weights[i] = (high - low) * (1.0 - within(plan, plan.routes[first + i].stay, elapsed / SECONDS_PER_DAY))
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
    """Somebody who waited moves: their wait ends, and they hold the next place or leave the model."""
    waits = room.waits
    if plan.has_rings:
        count_clear(plan, room, wait, -1)
    end_wait(room, wait, ADMITTED, now)
    take_place(
        plan, room, waits[wait].person, waits[wait].stay, waits[wait].to, waits[wait].units, NONE, is_exchange, now
    )


def move_at_once(plan: Packed, room: Room, person: int, stay: int, to: int, number: int, now: int) -> None:
    """Somebody moves in the instant in which they joined the line, as their wait of that number."""
    room.counters[0].waits_at_once += 1
    if stay >= 0:
        room.stays[stay].left_at_once = number
        number = NONE
    take_place(plan, room, person, stay, to, 1, number, False, now)


def take_place(
    plan: Packed,
    room: Room,
    person: int,
    stay: int,
    to: int,
    units: int,
    came_at_once: int,
    is_exchange: bool,
    now: int,
) -> None:
    """The place that somebody held is free, and they hold the next one or leave the model."""
    stays, persons, count, previous, delay = room.stays, room.persons, room.counters[0], stay, 0
    if stay >= 0:
        delay = now - stays[stay].ready
        leave_place(plan, room, stay, to, is_exchange, now)
    if to >= len(plan.services):
        persons[person].gone = 1
        return
    stay = count.stay_rows
    if stay >= len(stays):
        count.too_small = MORE_STAYS
        return
    count.stay_rows = stay + 1
    stays[stay].person, room.admissions[stay].number = person, persons[person].stays
    stays[stay].service, room.admissions[stay].visit = to, visits_made(room, previous, to)
    room.admissions[stay].admitted, room.admissions[stay].units, stays[stay].units_now = now, units, units
    stays[stay].ready = stays[stay].clear = stays[stay].left = NEVER
    stays[stay].to, stays[stay].left_at_once, stays[stay].previous = NONE, NONE, previous
    room.admissions[stay].came_at_once = came_at_once
    stays[stay].visit_plan = plan.visit_of[persons[person].group, to]
    persons[person].stays += 1
    persons[person].stay_of = stay
    room.wards[to].held += units
    settle(plan, room, stay, delay, now)


# In an order in which each knows those before it.
VERBS: tuple[Callable[..., Any], ...] = (
    post, touch, luck, drawn, within, conditional_seconds, due_after, knock, is_open, plan_places, leave_queue, count_clear,
    visits_made, own_start, is_over, leave_team_queue, drop, end_wait, step_takes, step_end, push, schedule, expect, due_at, leave_place,
    review_after, begin_stay, settle, route_after, seat,
    take_place, move, move_at_once,
)  # fmt: skip
