"""The fast engine's loop: the same people, the same rules and the same ledger as the reference engine, in flat tables of numbers.

This is plain Python that a compiler can read (`compiled.py` hands it to Numba), so it can also be run, slowly, as it stands. It
is one long function on purpose: handing tables from function to function would cost more than the work in them. It reads in
four parts, each under a banner: the small verbs, gathering (what happens to one person at one instant), the phases of an
instant in the order of rule 3, and the clock. `reference.py`, with its bed manager and steps, says the same as a story.

What may be changed here: with new expected results, and only together with the reference engine.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.distributions import TABLE, closed_form, share_within, tabled
from sim.inputs.timetable import end_of_work
from sim.model.chance import uniform_of
from sim.model.ledger import (
    ADMITTED,
    DIED_WAITING,
    GAVE_UP,
    NEVER,
    NO_PLACE,
    NONE,
    OUTSIDE,
    TURNED_AWAY,
    WAITING,
)
from sim.model.packing import (
    BEFORE_READY,
    CENSUS_REMAINING,
    CENSUS_WAITED,
    CENSUS_WAITING_FOR,
    CHANGE_AT,
    CHANGE_OF_TEAM,
    CHANGE_PLACES,
    CHANGE_WHAT,
    CODE,
    COUNTS_UNITS,
    DOOR,
    GROUP_DEATH,
    GROUP_LONGEST,
    GROUP_OTHERWISE,
    GROUP_PRIORITY,
    KEY_DEATH,
    KEY_NEXT,
    KEY_OUTSIDE,
    KEY_REMAINING,
    KEY_REVIEW_TIME,
    KEY_STAY,
    KEY_TURNAROUND,
    KEY_UNITS,
    KEY_WAITED,
    KEY_WORSE,
    LAST_WITH_PLACES,
    LONGER_STAY,
    MAY_PASS,
    NEEDS_KEY,
    ON_ADMISSION,
    OWN_HOURS,
    PLACES_AT_START,
    QUEUE_LIMIT,
    REVIEW_FROM,
    REVIEW_TO,
    ROUTE_JOIN_AFTER,
    ROUTE_LONGEST,
    ROUTE_OTHERWISE,
    ROUTE_PRIORITY,
    ROUTE_STAY,
    ROUTE_STEPS,
    ROUTE_STEPS_END,
    ROUTE_TO,
    STEP_AFTERS,
    STEP_AFTERS_END,
    STEP_BEFORE,
    STEP_NUMBER,
    STEP_STARTS,
    STEP_TAKES,
    STEP_TEAM,
    STEP_WORKING,
    SURGE_HIGH,
    SURGE_LOW,
    SURGE_PLACES,
    TABLE_FROM,
    TABLE_TO,
    TAKES_KEY,
    TAPER_AFTER,
    TURNAROUND,
    VISIT_DEATH,
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
    tapered,
)
from sim.model.settling import FORESEEN

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]

UNLIMITED = NEVER

# Columns of the tables that become the ledger, in the order of `ledger.py`.
W_PERSON, W_NUMBER, W_STAY, W_HELD, W_TO, W_JOINED, W_CLEAR, W_ENDED, W_ENDING = range(9)
S_PERSON, S_NUMBER, S_SERVICE, S_VISIT, S_ADMITTED, S_READY, S_CLEAR, S_LEFT, S_TO, S_PLANNED_TO, S_UNITS, S_NEED = (
    range(12)
)
K_STAY, K_STEP, K_STARTED, K_TEAM_JOINED, K_DUE, K_FINISHED, K_DROPPED, K_AFTER = range(8)

# What else is known while things go on.
GROUP, NUMBER, BOOK_ROW, STAY_OF, WAIT_OF, STAYS, WAITS, GONE, VISITS = range(
    9
)  # of a person; from VISITS on a column a service
READY_DUE, DELAY_BEFORE = range(2)  # of a stay, in seconds
ROUTE, UNITS_NOW, FIRST_STEP, OPEN_STEPS, NEXT_TAPER = range(5)  # of a stay
OF_ROUTE, OF_UNITS, BEFORE, BEHIND, PRIORITY = range(5)  # of a wait; BEFORE and BEHIND: who stands there in the queue
PLANNED, NEXT_STEP, REQUIRED, HAS_TEAM, AFTERS, AFTERS_END, IN_TEAM_BEFORE, IN_TEAM_BEHIND, TEAM_PRIORITY = range(
    9
)  # of a step

# Of a service: its places now, and its line. `died` and `out` have rows too.
(
    OPEN, PLANNED_OPEN, HELD, CLEANING, SURGE_IS_OPEN, HEAD, TAIL, LENGTH, IS_TOUCHED, IS_STOPPED, HAS_NEWCOMERS, PLACES_ROW,
) = range(12)  # fmt: skip
TEAM_OPEN, TEAM_TAKEN, TEAM_HEAD, TEAM_TAIL = range(4)
MEMBER, FOUND, FOUND_FROM, SEEN = range(4)  # of a ring, and of the search for one
SEED, REPLICATION, GROUP_KEYS = range(3)  # of the book: from GROUP_KEYS on two keys a group

# What can be due at an instant, to whom.
READY, SEAT, SETTLE, TRY_STEPS, STEP_DUE, LOOK, TAPER, CLEAN, OPENING, PATIENCE, DEATH, DEATH_OUTSIDE = range(12)
DIE, BACK_FOR_NO_PLACE, BACK_FOR_PATIENCE, BACK_FOR_QUEUE, ARRIVE, CHANGE = range(12, 18)
KINDS = 32  # a power of two above them all

# Counters that several verbs share.
POSTED, LOST_POSTS, TOUCHED, LOOK_FOR_RINGS, CLEAR_IN_RINGS, PLACES = range(6)

# How a walk ends: done, or a table was too small and it has to begin again in a larger room.
DONE, MORE_STAYS, MORE_WAITS, MORE_STEPS, MORE_EVENTS, MORE_PLACES = range(6)


class Room(NamedTuple):
    """The tables in which one replication is walked; rows as many as may be needed."""

    persons: Small
    stays: Ints
    stay_times: Ints
    stay_more: Small
    waits: Ints
    wait_more: Small
    steps: Ints
    step_starts: Ints  # when it would start if it waited for nothing
    step_more: Small
    step_afters: Small  # the rows of the steps that a step comes after
    events_at: Ints
    events_what: Ints
    events_next: Small
    buckets: Small  # the calendar: the first event of each span of time
    bucket_shift: int  # a span is 2**shift seconds
    heap: Small  # the events of the present span, the earliest first
    posted: Ints  # when, and what
    due_waits: Small
    due_deaths: Small
    nowhere: Small
    places: Ints
    wards: Ints
    teams: Ints
    touched: Ints
    clear_pairs: Ints  # how many hold a place here, are clear, and wait for a place there
    ring: Ints  # members, then for each service: found in this order, found from, has been seen
    knocked: Flags  # somebody found these hours closed and will be told of the next opening
    weights: Floats
    counters: Ints
    book: Keys
    first_stay: Small  # for the ledger's order: the row of each person's first stay ...
    first_wait: Small
    stay_at: Small  # ... and which stay comes into which row
    wait_at: Small


# == the small verbs ================================================================================================


def post(count: Ints, posted: Ints, at: int, kind: int, whom: int) -> None:
    """Something will be due: at once, in this instant, or later by way of the calendar."""
    n = count[POSTED]
    if n < len(posted):
        posted[n, 0], posted[n, 1] = at, whom * KINDS + kind
        count[POSTED] = n + 1
    else:
        count[LOST_POSTS] += 1  # this walk is void


def touch(count: Ints, touched: Ints, wards: Ints, service: int) -> None:
    """Somebody may move into this service."""
    if wards[service, IS_TOUCHED] == 0:
        wards[service, IS_TOUCHED] = 1
        touched[count[TOUCHED]] = service
        count[TOUCHED] += 1


def luck(book: Keys, persons: Small, person: int, service_key: np.uint64, visit: int, quantity: np.uint64) -> float:
    """A number of this person's in the book of luck."""
    key = book[persons[person, BOOK_ROW]]
    return uniform_of(book[SEED], book[REPLICATION], persons[person, NUMBER], key, service_key, quantity, visit)


def drawn(lengths: Ints, numbers: Floats, tables: Floats, length: int, u: float) -> float:
    """Days of a length at a uniform number."""
    code = lengths[length, CODE]
    if code < TABLE:
        return closed_form(code, numbers[length, 0], numbers[length, 1], numbers[length, 2], u)
    return tabled(code, tables[lengths[length, TABLE_FROM] : lengths[length, TABLE_TO]], u)


def within(lengths: Ints, numbers: Floats, tables: Floats, length: int, days: float) -> float:
    """The share of lengths that are over after so many days."""
    table = tables[lengths[length, TABLE_FROM] : lengths[length, TABLE_TO]]
    return share_within(lengths[length, CODE], numbers[length, 0], numbers[length, 1], numbers[length, 2], table, days)


def conditional_seconds(lengths: Ints, numbers: Floats, tables: Floats, length: int, elapsed: int, u: float) -> int:
    """Seconds still to come of a length that has already lasted so many."""
    days = elapsed / SECONDS_PER_DAY
    still = late_luck(within(lengths, numbers, tables, length, days), u)
    return seconds(still_to_come(drawn(lengths, numbers, tables, length, still), days))


def due_after(lengths: Ints, numbers: Floats, tables: Floats, length: int, since: int, now: int, u: float) -> int:
    """When a length that began then is over, for somebody who is known to have come as far as now."""
    if since < now:
        return now + conditional_seconds(lengths, numbers, tables, length, now - since, u)
    return now + seconds(drawn(lengths, numbers, tables, length, u))


def is_open(opens: Ints, closes: Ints, knocked: Flags, count: Ints, posted: Ints, hours: int, now: int) -> bool:
    """Are these hours open? Whoever finds them closed is told of the next opening."""
    if hours < 0:
        return True
    day = now // SECONDS_PER_DAY
    if opens[hours, day] <= now < closes[hours, day]:
        return True
    if not knocked[hours]:
        knocked[hours] = True
        while day < opens.shape[1]:
            if now < opens[hours, day] < closes[hours, day]:
                post(count, posted, opens[hours, day], OPENING, hours)
                break
            day += 1
    return False


def plan_places(services: Ints, wards: Ints, places: Ints, count: Ints, touched: Ints, service: int, now: int) -> None:
    """The places that the calendar and the surge give at this instant, as a row of the ledger too."""
    wards[service, OPEN] = wards[service, PLANNED_OPEN]
    if wards[service, SURGE_IS_OPEN] and wards[service, PLANNED_OPEN] != UNLIMITED:
        wards[service, OPEN] += services[service, SURGE_PLACES]
    row = wards[service, PLACES_ROW]
    if row < 0 or places[row, 1] != now:
        row = count[PLACES]
        count[PLACES] = row + 1
        wards[service, PLACES_ROW] = row
    places[row, 0], places[row, 1] = service, now
    places[row, 2] = -1 if wards[service, OPEN] == UNLIMITED else wards[service, OPEN]
    touch(count, touched, wards, service)


def leave_queue(wards: Ints, waits: Ints, wait_more: Small, wait: int) -> None:
    """Step out of the line."""
    to, before, behind = waits[wait, W_TO], wait_more[wait, BEFORE], wait_more[wait, BEHIND]
    if before >= 0:
        wait_more[before, BEHIND] = behind
    else:
        wards[to, HEAD] = behind
    if behind >= 0:
        wait_more[behind, BEFORE] = before
    else:
        wards[to, TAIL] = before
    wards[to, LENGTH] -= 1


def count_clear(count: Ints, can_ring: Flags, clear_pairs: Ints, waits: Ints, wait: int, change: int) -> None:
    """Keep count of who, holding a place that somebody else may wait for, is clear to go where."""
    where, to = waits[wait, W_HELD], waits[wait, W_TO]
    if where >= 0 and to < len(can_ring) and can_ring[where, to] and waits[wait, W_CLEAR] != NEVER:
        clear_pairs[where, to] += change
        count[CLEAR_IN_RINGS] += change
        count[LOOK_FOR_RINGS] = 1


def own_start(planned_steps: Ints, stays: Ints, stay_times: Ints, stay: int, planned: int) -> int:
    """When a step would start if it waited for nothing."""
    starts, ready = planned_steps[planned, STEP_STARTS], stay_times[stay, READY_DUE]
    if starts == ON_ADMISSION:
        return stays[stay, S_ADMITTED]
    if starts == BEFORE_READY and ready < NEVER:
        return max(stays[stay, S_ADMITTED], ready - planned_steps[planned, STEP_BEFORE])
    return ready


def leave_team_queue(teams: Ints, step_more: Small, step: int, team: int) -> None:
    """Step out of a team's line."""
    before, behind = step_more[step, IN_TEAM_BEFORE], step_more[step, IN_TEAM_BEHIND]
    if before >= 0:
        step_more[before, IN_TEAM_BEHIND] = behind
    else:
        teams[team, TEAM_HEAD] = behind
    if behind >= 0:
        step_more[behind, IN_TEAM_BEFORE] = before
    else:
        teams[team, TEAM_TAIL] = before


def drop(planned_steps: Ints, steps: Ints, step_more: Small, stay_more: Small, teams: Ints, step: int) -> None:
    """A step is no longer needed: its team place and its place in the team's queue are free at once."""
    if not is_over(steps, step):
        steps[step, K_DROPPED] = 1
        stay_more[steps[step, K_STAY], OPEN_STEPS] -= 1
        team = planned_steps[step_more[step, PLANNED], STEP_TEAM]
        if team >= 0 and steps[step, K_STARTED] != NEVER:
            if step_more[step, HAS_TEAM]:
                step_more[step, HAS_TEAM] = 0
                teams[team, TEAM_TAKEN] -= 1
            else:
                leave_team_queue(teams, step_more, step, team)


def is_over(steps: Ints, step: int) -> bool:
    """Is a step finished, or no longer needed?"""
    return steps[step, K_FINISHED] != NEVER or steps[step, K_DROPPED] != 0


def end_wait(
    count: Ints, can_ring: Flags, clear_pairs: Ints, waits: Ints, persons: Small, wait: int, ending: int, now: int
) -> None:
    """The wait is over, one way or another."""
    count_clear(count, can_ring, clear_pairs, waits, wait, -1)
    waits[wait, W_ENDED], waits[wait, W_ENDING] = now, ending
    persons[waits[wait, W_PERSON], WAIT_OF] = NONE


def cleaning_takes(
    services: Ints,
    service_keys: Keys,
    keys: Keys,
    lengths: Ints,
    numbers: Floats,
    tables: Floats,
    book: Keys,
    persons: Small,
    stays: Ints,
    stay: int,
) -> int:
    """Seconds that the place of this stay is cleaned after it."""
    service = stays[stay, S_SERVICE]
    if services[service, TURNAROUND] < 0:
        return 0
    u = luck(book, persons, stays[stay, S_PERSON], service_keys[service], stays[stay, S_VISIT], keys[KEY_TURNAROUND])
    return seconds(drawn(lengths, numbers, tables, services[service, TURNAROUND], u))


def give_up_place(
    wards: Ints, persons: Small, stays: Ints, stay_more: Small, stay: int, to: int, cleans_for: int, now: int
) -> None:
    """Nobody holds the place any more; it is free at once, or once it is clean."""
    stays[stay, S_LEFT], stays[stay, S_TO] = now, to
    service, units = stays[stay, S_SERVICE], stay_more[stay, UNITS_NOW]
    wards[service, HELD] -= units
    if cleans_for > 0:
        wards[service, CLEANING] += units
    persons[stays[stay, S_PERSON], STAY_OF] = NONE


def step_takes(
    planned_steps: Ints,
    step_keys: Keys,
    service_keys: Keys,
    lengths: Ints,
    numbers: Floats,
    tables: Floats,
    book: Keys,
    persons: Small,
    stays: Ints,
    stay: int,
    planned: int,
) -> int:
    """Seconds that a step of this stay takes, or seconds of working days."""
    key = service_keys[stays[stay, S_SERVICE]]
    u = luck(book, persons, stays[stay, S_PERSON], key, stays[stay, S_VISIT], step_keys[planned, TAKES_KEY])
    return seconds(drawn(lengths, numbers, tables, planned_steps[planned, STEP_TAKES], u))


def step_end(planned_steps: Ints, working: Flags, planned: int, start: int, need: int) -> int:
    """When a step that starts then is done."""
    if planned_steps[planned, STEP_WORKING]:
        return end_of_work(working, start, need)
    return start + need


def push(heap: Small, events_at: Ints, event: int, size: int) -> None:
    """Put an event into the heap of `size` events."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if events_at[heap[above]] <= events_at[event]:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = event


# In an order in which each knows those before it.
VERBS: tuple[Callable[..., Any], ...] = (
    post, touch, luck, drawn, within, conditional_seconds, due_after, is_open, plan_places, leave_queue, count_clear,
    own_start, is_over, leave_team_queue, drop, end_wait, cleaning_takes, give_up_place, step_takes, step_end, push,
)  # fmt: skip
# Called so often that the call itself would count.
SMALL_VERBS = (post, touch, luck, drawn, leave_queue, count_clear, is_over, end_wait, give_up_place, push)


def walk(  # noqa: PLR0915
    plan: Packed,
    census_entry: Ints,
    arrives: Ints,
    arrives_at: Ints,
    seated: Ints,
    coming: Ints,
    room: Room,
) -> tuple[int, int, int, int, int]:
    """Walk everybody to the end of the run; how it ended, and how many stays, waits, steps and rows of places there are.

    `seated` are the ranks of those who hold a place when the clock starts, `coming` those of the others in order of arrival.
    """
    until, first_weekday, services, service_keys = plan.until, plan.first_weekday, plan.services, plan.service_keys
    review_chances, review_keys, opens, closes = plan.review_chances, plan.review_keys, plan.opens, plan.closes
    is_door_of, groups, longest_outside_keys = plan.is_door_of, plan.groups, plan.longest_outside_keys
    visit_of, visits, lost_ground, shares = plan.visit_of, plan.visits, plan.lost_ground, plan.shares
    tapers, taper_shares, routes, route_keys = plan.tapers, plan.taper_shares, plan.routes, plan.route_keys
    step_shares, step_keys, afters, lengths = plan.step_shares, plan.step_keys, plan.afters, plan.lengths
    tables, working, changes, census = plan.tables, plan.working, plan.changes, plan.census
    can_ring, planned_steps, numbers, keys = plan.can_ring, plan.steps, plan.length_numbers, plan.plain_keys
    persons, stays, stay_times, stay_more = room.persons, room.stays, room.stay_times, room.stay_more
    waits, wait_more, steps, step_starts = room.waits, room.wait_more, room.steps, room.step_starts
    step_more, step_afters, events_at = room.step_more, room.step_afters, room.events_at
    events_what, events_next, buckets, heap = room.events_what, room.events_next, room.buckets, room.heap
    posted, due_waits, due_deaths, nowhere = room.posted, room.due_waits, room.due_deaths, room.nowhere
    places, wards, teams, touched = room.places, room.wards, room.teams, room.touched
    clear_pairs, ring, knocked, weights = room.clear_pairs, room.ring, room.knocked, room.weights
    count, book, shift = room.counters, room.book, room.bucket_shift
    count_services, count_teams = len(services), len(teams)
    has_surge = False
    for service in range(count_services):
        has_surge |= services[service, SURGE_PLACES] >= 0
    died, out = count_services, count_services + 1

    # == the start ==================================================================================================

    count_stays = count_waits = count_steps = count_afters = 0
    count_due_waits = count_due_deaths = count_nowhere = 0
    count_events, free_event, heap_size, bucket = 0, NONE, 0, 0
    next_coming = next_change = 0
    has_newcomers = False
    now = 0
    for service in range(count_services):
        wards[service, PLANNED_OPEN] = services[service, PLACES_AT_START]
        plan_places(services, wards, places, count, touched, service, 0)
    next_seat = 0

    while True:
        # == gathering: what is due happens, to one person at a time, in any order ==================================
        while True:
            if count[POSTED] > 0:
                count[POSTED] -= 1
                at = posted[count[POSTED], 0]
                if at > now:
                    if at < until:  # into the calendar
                        if free_event >= 0:
                            event = free_event
                            free_event = events_next[event]
                        else:
                            event = count_events
                            count_events += 1
                            if event >= len(events_at):
                                return MORE_EVENTS, count_stays, count_waits, count_steps, count[PLACES]
                        events_at[event], events_what[event] = at, posted[count[POSTED], 1]
                        span = at >> shift
                        if span <= bucket:
                            push(heap, events_at, event, heap_size)
                            heap_size += 1
                        else:
                            events_next[event] = buckets[span]
                            buckets[span] = event
                    continue
                what = posted[count[POSTED], 1]
            elif heap_size > 0 and events_at[heap[0]] <= now:
                event = heap[0]
                what = events_what[event]
                events_next[event], free_event = free_event, event
                heap_size -= 1
                if heap_size > 0:  # the last one sinks from the top to its place
                    last, place = heap[heap_size], 0
                    while True:
                        below = 2 * place + 1
                        if below >= heap_size:
                            break
                        if below + 1 < heap_size and events_at[heap[below + 1]] < events_at[heap[below]]:
                            below += 1
                        if events_at[heap[below]] >= events_at[last]:
                            break
                        heap[place] = heap[below]
                        place = below
                    heap[place] = last
            elif next_coming < len(coming) and arrives[coming[next_coming]] <= now:
                what = coming[next_coming] * KINDS + ARRIVE
                next_coming += 1
            elif next_change < len(changes) and changes[next_change, CHANGE_AT] <= now:
                what = next_change * KINDS + CHANGE
                next_change += 1
            elif next_seat < len(seated):
                what = seated[next_seat] * KINDS + SEAT
                next_seat += 1
            else:
                break
            kind, whom = what & (KINDS - 1), what >> 5
            looks_at = joins = leaves = requires = NONE
            starts_now = False

            # -- somebody comes, or was here when the clock started --------------------------------------------------
            if kind == ARRIVE:
                joins = whom
                length = groups[persons[whom, GROUP], GROUP_DEATH]
                if length >= 0:
                    u = luck(book, persons, whom, keys[KEY_OUTSIDE], 0, keys[KEY_DEATH])
                    post(
                        count,
                        posted,
                        due_after(lengths, numbers, tables, length, min(arrives[whom], now), now, u),
                        DEATH_OUTSIDE,
                        whom,
                    )

            elif kind == SETTLE or kind == SEAT:
                if kind == SETTLE:
                    stay = whom
                    person, service = stays[stay, S_PERSON], stays[stay, S_SERVICE]
                else:  # the stay of somebody of the census
                    if count_stays >= len(stays):
                        return MORE_STAYS, count_stays, count_waits, count_steps, count[PLACES]
                    stay, person, service = count_stays, whom, arrives_at[whom]
                    count_stays += 1
                    stays[stay, S_PERSON], stays[stay, S_NUMBER], stays[stay, S_VISIT] = person, 0, 0
                    stays[stay, S_SERVICE], stays[stay, S_ADMITTED] = service, arrives[person]
                    stays[stay, S_READY] = stays[stay, S_CLEAR] = stays[stay, S_LEFT] = NEVER
                    stays[stay, S_TO] = NONE
                    stay_times[stay, DELAY_BEFORE] = 0
                    persons[person, VISITS + service] = 1
                    persons[person, STAYS] = 1
                    persons[person, STAY_OF] = stay
                visit = visit_of[persons[person, GROUP], service]
                number, key = stays[stay, S_VISIT], service_keys[service]
                route, has_steps = NONE, True
                needs_until = NEVER
                if kind == SETTLE:
                    delay = stay_times[stay, DELAY_BEFORE]
                    if visit >= 0:
                        # where next
                        first, drawable = visits[visit, VISIT_ROUTES], visits[visit, VISIT_DRAWN]
                        route = first
                        if drawable > 1:
                            from_share = visits[visit, VISIT_SHARES]
                            u = luck(book, persons, person, key, number, keys[KEY_NEXT])
                            route = first + chosen(shares[from_share : from_share + drawable], u)
                        if (
                            delay > 0
                            and visits[visit, WORSE_FROM] >= 0
                            and routes[route, ROUTE_TO] == visits[visit, WORSE_FROM]
                        ):
                            chance = chance_over(lost_ground[visit, WORSE_CHANCE], delay / SECONDS_PER_DAY)
                            if luck(book, persons, person, key, number, keys[KEY_WORSE]) < chance:
                                route = visits[visit, WORSE_TO]
                        # how long
                        days = drawn(
                            lengths,
                            numbers,
                            tables,
                            routes[route, ROUTE_STAY],
                            luck(book, persons, person, key, number, keys[KEY_STAY]),
                        )
                        if delay > 0:
                            days += lost_ground[visit, LONGER_STAY] * (delay / SECONDS_PER_DAY)
                        needs_until = now + seconds(days)
                else:
                    units = 1
                    if services[service, COUNTS_UNITS] and visit >= 0:
                        u = luck(book, persons, person, key, 0, keys[KEY_UNITS])
                        units = minutes(drawn(lengths, numbers, tables, visits[visit, VISIT_UNITS], u))
                    stays[stay, S_UNITS] = units
                    stay_more[stay, UNITS_NOW] = units
                    wards[service, HELD] += units
                    entry = census_entry[person]
                    if census[entry, CENSUS_WAITING_FOR] >= 0:
                        has_steps = False
                        if visit >= 0:
                            # a visit's routes stand together, and no two lead to one place
                            route = visits[visit, VISIT_ROUTES]
                            while routes[route, ROUTE_TO] != census[entry, CENSUS_WAITING_FOR]:
                                route += 1
                        needs_until = 0
                        if census[entry, CENSUS_WAITED] >= 0:
                            u = luck(book, persons, person, key, 0, keys[KEY_WAITED])
                            needs_until = -seconds(drawn(lengths, numbers, tables, census[entry, CENSUS_WAITED], u))
                        stays[stay, S_ADMITTED] = min(stays[stay, S_ADMITTED], needs_until)
                    elif visit >= 0:
                        # where next: the likelier, the longer its people stay
                        first, drawable = visits[visit, VISIT_ROUTES], visits[visit, VISIT_DRAWN]
                        from_share = visits[visit, VISIT_SHARES]
                        elapsed = -stays[stay, S_ADMITTED]
                        total, low = 0.0, 0.0
                        for i in range(drawable):
                            high = shares[from_share + i]
                            share = within(
                                lengths, numbers, tables, routes[first + i, ROUTE_STAY], elapsed / SECONDS_PER_DAY
                            )
                            weights[i] = (high - low) * (1.0 - share)
                            total += weights[i]
                            low = high
                        u = luck(book, persons, person, key, 0, keys[KEY_NEXT])
                        if total <= 0.0:
                            route = first + chosen(shares[from_share : from_share + drawable], u)
                        else:
                            reached = 0.0
                            for i in range(drawable):
                                reached += weights[i] / total
                                weights[i] = reached
                            route = first + chosen(weights[:drawable], u)
                        if census[entry, CENSUS_REMAINING] >= 0:
                            u = luck(book, persons, person, key, 0, keys[KEY_REMAINING])
                            needs_until = seconds(drawn(lengths, numbers, tables, census[entry, CENSUS_REMAINING], u))
                        else:
                            u = luck(book, persons, person, key, 0, keys[KEY_STAY])
                            needs_until = conditional_seconds(
                                lengths, numbers, tables, routes[route, ROUTE_STAY], elapsed, u
                            )
                stays[stay, S_NEED] = NEVER if needs_until == NEVER else needs_until - stays[stay, S_ADMITTED]
                planned_to = routes[route, ROUTE_TO] if route >= 0 else NONE
                stays[stay, S_PLANNED_TO] = planned_to
                stay_more[stay, ROUTE] = route
                stay_more[stay, FIRST_STEP] = NONE
                stay_more[stay, OPEN_STEPS] = 0
                # declared ready: at once, or at a review
                ready_due = needs_until
                has_review = route >= 0 and planned_to != died and has_steps and services[service, REVIEW_FROM] >= 0
                if has_review and needs_until < until + FORESEEN:
                    ready_due = NEVER
                    time_of_day = services[service, REVIEW_FROM]
                    span_of_day = services[service, REVIEW_TO] - time_of_day
                    if span_of_day > 0:
                        time_of_day += int(
                            luck(book, persons, person, key, number, keys[KEY_REVIEW_TIME]) * span_of_day
                        )
                    day, attempt = max(0, needs_until // SECONDS_PER_DAY), 0
                    while day * SECONDS_PER_DAY < until + 2 * FORESEEN:
                        instant = day * SECONDS_PER_DAY + time_of_day
                        chance = review_chances[service, (first_weekday + day) % 7]
                        if instant >= needs_until:
                            if chance >= 1.0 or luck(book, persons, person, key, number, review_keys[attempt]) < chance:
                                ready_due = instant
                                break
                            attempt += 1
                        day += 1
                stay_times[stay, READY_DUE] = ready_due
                post(count, posted, ready_due, READY, stay)
                if has_steps and route >= 0 and planned_to != died:
                    requires = stay
                if visit >= 0 and visits[visit, VISIT_TAPERS] < visits[visit, VISIT_TAPERS_END]:
                    stay_more[stay, NEXT_TAPER] = visits[visit, VISIT_TAPERS]
                    post(
                        count,
                        posted,
                        stays[stay, S_ADMITTED] + tapers[visits[visit, VISIT_TAPERS], TAPER_AFTER],
                        TAPER,
                        stay,
                    )

            # -- needs no more care here ------------------------------------------------------------------------------
            elif kind == READY:
                person = stays[whom, S_PERSON]
                ready = stay_times[whom, READY_DUE]
                stays[whom, S_READY] = ready
                if stays[whom, S_PLANNED_TO] == died:
                    stays[whom, S_CLEAR] = ready
                    leaves = person
                else:
                    looks_at = whom
                    service = stays[whom, S_SERVICE]
                    visit = visit_of[persons[person, GROUP], service]
                    if visit >= 0 and visits[visit, VISIT_DEATH] >= 0:
                        u = luck(book, persons, person, service_keys[service], stays[whom, S_VISIT], keys[KEY_DEATH])
                        post(
                            count,
                            posted,
                            due_after(lengths, numbers, tables, visits[visit, VISIT_DEATH], ready, now, u),
                            DEATH,
                            whom,
                        )

            # -- steps ------------------------------------------------------------------------------------------------
            elif kind == TRY_STEPS:  # a step's own start has come, or one before it is over
                step = stay_more[whom, FIRST_STEP]
                while step >= 0:
                    may_start = (
                        steps[step, K_STARTED] == NEVER and not steps[step, K_DROPPED] and step_starts[step] <= now
                    )
                    last_end, last_step = -NEVER, NONE
                    i = step_more[step, AFTERS]
                    while may_start and i < step_more[step, AFTERS_END]:
                        earlier = step_afters[i]
                        may_start = is_over(steps, earlier)
                        if not steps[earlier, K_DROPPED]:
                            end, name = steps[earlier, K_FINISHED], steps[earlier, K_STEP]
                            if end > last_end or (end == last_end and name < last_step):
                                last_end, last_step = end, name
                        i += 1
                    if may_start:
                        if last_end > step_starts[step]:
                            steps[step, K_AFTER] = last_step
                        planned = step_more[step, PLANNED]
                        team = planned_steps[planned, STEP_TEAM]
                        started = now
                        if now == 0 and team < 0:  # somebody of the census may have begun before the clock started
                            started = min(0, max(step_starts[step], last_end))
                        steps[step, K_STARTED] = started
                        if team < 0:
                            steps[step, K_TEAM_JOINED] = started
                            need = step_takes(
                                planned_steps,
                                step_keys,
                                service_keys,
                                lengths,
                                numbers,
                                tables,
                                book,
                                persons,
                                stays,
                                whom,
                                planned,
                            )
                            due = step_end(planned_steps, working, planned, started, need)
                            steps[step, K_DUE] = due
                            post(count, posted, max(due, now), STEP_DUE, step)
                        else:  # into the team's queue: by priority, start, person and step
                            route = stay_more[whom, ROUTE]
                            priority = routes[route, ROUTE_PRIORITY]
                            step_more[step, TEAM_PRIORITY] = priority
                            person, name = stays[whom, S_PERSON], steps[step, K_STEP]
                            before = teams[team, TEAM_TAIL]
                            while before >= 0:
                                other = step_more[before, TEAM_PRIORITY]
                                if other < priority:
                                    break
                                if other == priority:
                                    if steps[before, K_STARTED] < now:
                                        break
                                    who = stays[steps[before, K_STAY], S_PERSON]
                                    if who < person or (who == person and steps[before, K_STEP] < name):
                                        break
                                before = step_more[before, IN_TEAM_BEFORE]
                            behind = teams[team, TEAM_HEAD] if before < 0 else step_more[before, IN_TEAM_BEHIND]
                            step_more[step, IN_TEAM_BEFORE], step_more[step, IN_TEAM_BEHIND] = before, behind
                            if before >= 0:
                                step_more[before, IN_TEAM_BEHIND] = step
                            else:
                                teams[team, TEAM_HEAD] = step
                            if behind >= 0:
                                step_more[behind, IN_TEAM_BEFORE] = step
                            else:
                                teams[team, TEAM_TAIL] = step
                    step = step_more[step, NEXT_STEP]

            elif kind == STEP_DUE:
                if not steps[whom, K_DROPPED]:
                    stay = steps[whom, K_STAY]
                    steps[whom, K_FINISHED] = steps[whom, K_DUE]
                    stay_more[stay, OPEN_STEPS] -= 1
                    if step_more[whom, HAS_TEAM]:
                        step_more[whom, HAS_TEAM] = 0
                        teams[planned_steps[step_more[whom, PLANNED], STEP_TEAM], TEAM_TAKEN] -= 1
                    if stay_more[stay, OPEN_STEPS] > 0:
                        post(count, posted, now, TRY_STEPS, stay)
                    looks_at = stay

            elif kind == LOOK:
                looks_at = whom

            # -- places and hours -------------------------------------------------------------------------------------
            elif kind == TAPER:
                if stays[whom, S_LEFT] == NEVER:
                    taper, service = stay_more[whom, NEXT_TAPER], stays[whom, S_SERVICE]
                    units = tapered(stays[whom, S_UNITS], taper_shares[taper])
                    wards[service, HELD] += units - stay_more[whom, UNITS_NOW]
                    stay_more[whom, UNITS_NOW] = units
                    touch(count, touched, wards, service)
                    visit = visit_of[persons[stays[whom, S_PERSON], GROUP], service]
                    if taper + 1 < visits[visit, VISIT_TAPERS_END]:
                        stay_more[whom, NEXT_TAPER] = taper + 1
                        post(count, posted, stays[whom, S_ADMITTED] + tapers[taper + 1, TAPER_AFTER], TAPER, whom)

            elif kind == CLEAN:
                wards[stays[whom, S_SERVICE], CLEANING] -= stay_more[whom, UNITS_NOW]
                touch(count, touched, wards, stays[whom, S_SERVICE])

            elif kind == OPENING:
                knocked[whom] = False
                if is_door_of[whom] >= 0:
                    touch(count, touched, wards, is_door_of[whom])
                else:
                    for service in range(count_services + 2):
                        touch(count, touched, wards, service)
                count[LOOK_FOR_RINGS] = 1

            elif kind == CHANGE:
                service = changes[whom, CHANGE_WHAT]
                if changes[whom, CHANGE_OF_TEAM]:
                    teams[service, TEAM_OPEN] = changes[whom, CHANGE_PLACES]
                else:
                    wards[service, PLANNED_OPEN] = changes[whom, CHANGE_PLACES]
                    plan_places(services, wards, places, count, touched, service, now)
                    if count[PLACES] >= len(places) - 2 * count_services:
                        return MORE_PLACES, count_stays, count_waits, count_steps, count[PLACES]

            # -- longest waits and deaths: only noted, and judged after placing ---------------------------------------
            elif kind == PATIENCE:
                if waits[whom, W_ENDED] == NEVER:
                    if count_due_waits >= len(due_waits):
                        return MORE_EVENTS, count_stays, count_waits, count_steps, count[PLACES]
                    due_waits[count_due_waits] = whom
                    count_due_waits += 1

            elif kind == DEATH or kind == DEATH_OUTSIDE:
                if count_due_deaths >= len(due_deaths):
                    return MORE_EVENTS, count_stays, count_waits, count_steps, count[PLACES]
                due_deaths[count_due_deaths] = whom if kind == DEATH else -1 - whom
                count_due_deaths += 1

            # -- what the phases decided ------------------------------------------------------------------------------
            elif kind == DIE:
                wait, stay = persons[whom, WAIT_OF], persons[whom, STAY_OF]
                if wait >= 0:
                    leave_queue(wards, waits, wait_more, wait)
                    touch(count, touched, wards, waits[wait, W_TO])
                    end_wait(count, can_ring, clear_pairs, waits, persons, wait, DIED_WAITING, now)
                if stay >= 0:
                    step = stay_more[stay, FIRST_STEP]
                    while step >= 0:
                        drop(planned_steps, steps, step_more, stay_more, teams, step)
                        step = step_more[step, NEXT_STEP]
                leaves = whom

            else:  # a wait ended without a place: the person goes the other way
                wait, person, stay = whom, waits[whom, W_PERSON], waits[whom, W_STAY]
                ending = NO_PLACE
                if kind != BACK_FOR_NO_PLACE:
                    ending = GAVE_UP if kind == BACK_FOR_PATIENCE else TURNED_AWAY
                    leave_queue(wards, waits, wait_more, wait)
                    touch(count, touched, wards, waits[wait, W_TO])
                end_wait(count, can_ring, clear_pairs, waits, persons, wait, ending, now)
                if stay >= 0:
                    stay_more[stay, ROUTE] = routes[wait_more[wait, OF_ROUTE], ROUTE_OTHERWISE]
                    requires, starts_now = stay, True
                else:
                    other = groups[persons[person, GROUP], GROUP_OTHERWISE]
                    if waits[wait, W_NUMBER] == 0 and other != waits[wait, W_TO] and other != out:
                        joins = person
                    else:
                        persons[person, GONE] = 1

            # -- the steps that a route asks for: what is done counts, what is not asked for is dropped, the rest gets its start
            if requires >= 0:
                stay, person = requires, stays[requires, S_PERSON]
                route = stay_more[stay, ROUTE]
                step = stay_more[stay, FIRST_STEP]
                while step >= 0:
                    step_more[step, REQUIRED] = 0
                    step = step_more[step, NEXT_STEP]
                first_new = count_steps
                for planned in range(routes[route, ROUTE_STEPS], routes[route, ROUTE_STEPS_END]):
                    if step_shares[planned] < 1.0:
                        key = service_keys[stays[stay, S_SERVICE]]
                        u = luck(book, persons, person, key, stays[stay, S_VISIT], step_keys[planned, NEEDS_KEY])
                        if u >= step_shares[planned]:
                            continue
                    name = planned_steps[planned, STEP_NUMBER]
                    step = stay_more[stay, FIRST_STEP]
                    while step >= 0 and (steps[step, K_STEP] != name or steps[step, K_DROPPED]):
                        step = step_more[step, NEXT_STEP]
                    if step >= 0:
                        step_more[step, REQUIRED] = 1
                        continue
                    if count_steps >= len(steps):
                        return MORE_STEPS, count_stays, count_waits, count_steps, count[PLACES]
                    step = count_steps
                    count_steps += 1
                    steps[step, K_STAY], steps[step, K_STEP] = stay, name
                    steps[step, K_STARTED] = steps[step, K_TEAM_JOINED] = NEVER
                    steps[step, K_DUE] = steps[step, K_FINISHED] = NEVER
                    steps[step, K_DROPPED], steps[step, K_AFTER] = 0, NONE
                    step_more[step, PLANNED], step_more[step, REQUIRED], step_more[step, HAS_TEAM] = planned, 1, 0
                    step_more[step, NEXT_STEP] = stay_more[stay, FIRST_STEP]
                    stay_more[stay, FIRST_STEP] = step
                    stay_more[stay, OPEN_STEPS] += 1
                    starts = now if starts_now else own_start(planned_steps, stays, stay_times, stay, planned)
                    step_starts[step] = starts
                    post(count, posted, starts, TRY_STEPS, stay)
                step = stay_more[stay, FIRST_STEP]
                while step >= 0:
                    if not step_more[step, REQUIRED]:
                        drop(planned_steps, steps, step_more, stay_more, teams, step)
                    step = step_more[step, NEXT_STEP]
                if starts_now:  # what came after a dropped step waits for it no longer
                    post(count, posted, now, TRY_STEPS, stay)
                for step in range(first_new, count_steps):
                    planned = step_more[step, PLANNED]
                    step_more[step, AFTERS] = count_afters
                    for i in range(planned_steps[planned, STEP_AFTERS], planned_steps[planned, STEP_AFTERS_END]):
                        earlier = stay_more[stay, FIRST_STEP]
                        while earlier >= 0 and not (
                            step_more[earlier, REQUIRED] and steps[earlier, K_STEP] == afters[i]
                        ):
                            earlier = step_more[earlier, NEXT_STEP]
                        if earlier >= 0:
                            if count_afters >= len(step_afters):
                                return MORE_STEPS, count_stays, count_waits, count_steps, count[PLACES]
                            step_afters[count_afters] = earlier
                            count_afters += 1
                    step_more[step, AFTERS_END] = count_afters
                if starts_now:  # the other queue is joined at once
                    if stays[stay, S_READY] == NEVER or stay_more[stay, OPEN_STEPS] > 0:
                        stays[stay, S_CLEAR] = NEVER
                    elif stays[stay, S_CLEAR] == NEVER:
                        stays[stay, S_CLEAR] = now
                    joins = person
                elif routes[route, ROUTE_JOIN_AFTER] >= 0:
                    name = planned_steps[routes[route, ROUTE_JOIN_AFTER], STEP_NUMBER]
                    step = stay_more[stay, FIRST_STEP]
                    while step >= 0 and steps[step, K_STEP] != name:
                        step = step_more[step, NEXT_STEP]
                    if step < 0:  # who does not need the step joins when it would have started
                        post(
                            count,
                            posted,
                            own_start(planned_steps, stays, stay_times, stay, routes[route, ROUTE_JOIN_AFTER]),
                            LOOK,
                            stay,
                        )

            # -- something about a stay changed: may this person join the next queue, or move? ------------------------
            if looks_at >= 0 and stays[looks_at, S_LEFT] == NEVER and stay_more[looks_at, ROUTE] >= 0:
                stay, person, route = looks_at, stays[looks_at, S_PERSON], stay_more[looks_at, ROUTE]
                is_clear = stays[stay, S_READY] != NEVER and stay_more[stay, OPEN_STEPS] == 0
                if is_clear and stays[stay, S_CLEAR] == NEVER:
                    clear = now
                    if now == 0:  # somebody of the census may have been clear before the clock started
                        clear = stays[stay, S_READY]
                        step = stay_more[stay, FIRST_STEP]
                        while step >= 0:
                            if step_more[step, REQUIRED] and not steps[step, K_DROPPED]:
                                clear = max(clear, steps[step, K_FINISHED])
                            step = step_more[step, NEXT_STEP]
                        clear = min(0, clear)
                    stays[stay, S_CLEAR] = clear
                wait = persons[person, WAIT_OF]
                if wait < 0:
                    may_join = is_clear
                    early = routes[route, ROUTE_JOIN_AFTER]
                    if not is_clear and early >= 0:
                        name = planned_steps[early, STEP_NUMBER]
                        step = stay_more[stay, FIRST_STEP]
                        while step >= 0 and not (step_more[step, REQUIRED] and steps[step, K_STEP] == name):
                            step = step_more[step, NEXT_STEP]
                        may_join = (
                            is_over(steps, step)
                            if step >= 0
                            else own_start(planned_steps, stays, stay_times, stay, early) <= now
                        )
                    if may_join:
                        joins = person
                elif is_clear and waits[wait, W_CLEAR] == NEVER:
                    waits[wait, W_CLEAR] = max(waits[wait, W_JOINED], stays[stay, S_CLEAR])
                    count_clear(count, can_ring, clear_pairs, waits, wait, 1)
                    if is_open(opens, closes, knocked, count, posted, services[stays[stay, S_SERVICE], OWN_HOURS], now):
                        touch(count, touched, wards, waits[wait, W_TO])

            # -- joining a queue --------------------------------------------------------------------------------------
            if joins >= 0:
                person, stay, group = joins, persons[joins, STAY_OF], persons[joins, GROUP]
                if count_waits >= len(waits):
                    return MORE_WAITS, count_stays, count_waits, count_steps, count[PLACES]
                wait, number = count_waits, persons[person, WAITS]
                count_waits += 1
                persons[person, WAITS] += 1
                persons[person, WAIT_OF] = wait
                joined, clear = now, NEVER
                if stay < 0:
                    route, where, priority = NONE, OUTSIDE, groups[group, GROUP_PRIORITY]
                    to = arrives_at[person] if number == 0 else groups[group, GROUP_OTHERWISE]
                    if number == 0:
                        joined = min(arrives[person], now)
                    clear = joined
                    has_no_alternative, moves_now = False, True
                else:
                    route, where = stay_more[stay, ROUTE], stays[stay, S_SERVICE]
                    to, priority = routes[route, ROUTE_TO], routes[route, ROUTE_PRIORITY]
                    has_no_alternative = routes[route, ROUTE_OTHERWISE] < 0
                    moves_now = False
                    if stays[stay, S_READY] != NEVER and stay_more[stay, OPEN_STEPS] == 0:
                        if number == 0:  # somebody of the census: they joined when they were clear
                            joined = stays[stay, S_CLEAR]
                        clear = max(joined, stays[stay, S_CLEAR])
                        moves_now = is_open(opens, closes, knocked, count, posted, services[where, OWN_HOURS], now)
                waits[wait, W_PERSON], waits[wait, W_NUMBER], waits[wait, W_STAY] = person, number, stay
                waits[wait, W_HELD], waits[wait, W_TO], waits[wait, W_JOINED] = where, to, joined
                waits[wait, W_CLEAR], waits[wait, W_ENDED], waits[wait, W_ENDING] = clear, NEVER, WAITING
                wait_more[wait, OF_ROUTE], wait_more[wait, PRIORITY], wait_more[wait, OF_UNITS] = route, priority, 1
                count_clear(count, can_ring, clear_pairs, waits, wait, 1)
                if to < died and now > services[to, LAST_WITH_PLACES] and not has_no_alternative:
                    if count_nowhere >= len(nowhere):
                        return MORE_EVENTS, count_stays, count_waits, count_steps, count[PLACES]
                    nowhere[count_nowhere] = wait
                    count_nowhere += 1
                else:
                    if to < died:
                        if services[to, COUNTS_UNITS]:
                            u = luck(
                                book, persons, person, service_keys[to], persons[person, VISITS + to], keys[KEY_UNITS]
                            )
                            wait_more[wait, OF_UNITS] = minutes(
                                drawn(lengths, numbers, tables, visits[visit_of[group, to], VISIT_UNITS], u)
                            )
                        if services[to, QUEUE_LIMIT] >= 0:
                            wards[to, HAS_NEWCOMERS] = 1
                            has_newcomers = True
                    # into line, by priority, time joined and rank: looked for from both ends at once
                    before, ahead = wards[to, TAIL], wards[to, HEAD]
                    while before >= 0:
                        other = wait_more[before, PRIORITY]
                        if other < priority:
                            break
                        if other == priority:
                            since = waits[before, W_JOINED]
                            if since < joined or (since == joined and waits[before, W_PERSON] < person):
                                break
                        other = wait_more[ahead, PRIORITY]
                        if other >= priority:
                            since = waits[ahead, W_JOINED]
                            if (
                                other > priority
                                or since > joined
                                or (since == joined and waits[ahead, W_PERSON] > person)
                            ):
                                before = wait_more[ahead, BEFORE]
                                break
                        before, ahead = wait_more[before, BEFORE], wait_more[ahead, BEHIND]
                    behind = wards[to, HEAD] if before < 0 else wait_more[before, BEHIND]
                    wait_more[wait, BEFORE], wait_more[wait, BEHIND] = before, behind
                    if before >= 0:
                        wait_more[before, BEHIND] = wait
                    else:
                        wards[to, HEAD] = wait
                    if behind >= 0:
                        wait_more[behind, BEFORE] = wait
                    else:
                        wards[to, TAIL] = wait
                    wards[to, LENGTH] += 1
                    if moves_now:
                        touch(count, touched, wards, to)
                    # patience runs from joining
                    if stay >= 0:
                        longest = routes[route, ROUTE_LONGEST]
                        if longest >= 0:
                            u = luck(
                                book, persons, person, service_keys[where], stays[stay, S_VISIT], route_keys[route]
                            )
                            post(
                                count,
                                posted,
                                due_after(lengths, numbers, tables, longest, joined, now, u),
                                PATIENCE,
                                wait,
                            )
                    elif number == 0 and groups[group, GROUP_LONGEST] >= 0:
                        u = luck(book, persons, person, keys[KEY_OUTSIDE], 0, longest_outside_keys[group])
                        post(
                            count,
                            posted,
                            due_after(lengths, numbers, tables, groups[group, GROUP_LONGEST], joined, now, u),
                            PATIENCE,
                            wait,
                        )

            # -- leaving the model, dead ------------------------------------------------------------------------------
            if leaves >= 0:
                persons[leaves, GONE] = 1
                stay = persons[leaves, STAY_OF]
                if stay >= 0:
                    cleans_for = cleaning_takes(
                        services, service_keys, keys, lengths, numbers, tables, book, persons, stays, stay
                    )
                    give_up_place(wards, persons, stays, stay_more, stay, died, cleans_for, now)
                    touch(count, touched, wards, stays[stay, S_SERVICE])
                    if cleans_for > 0:
                        post(count, posted, now + cleans_for, CLEAN, stay)

        # == the phases of an instant: after the first that moves somebody, gathering starts again ==================

        # -- who would wait where no place will ever be goes the other way
        if count_nowhere > 0:
            for i in range(count_nowhere):
                post(count, posted, now, BACK_FOR_NO_PLACE, nowhere[i])
            count_nowhere = 0
            continue

        # -- free team places go to those who wait longest for them
        acted = False
        for team in range(count_teams):
            while teams[team, TEAM_HEAD] >= 0 and teams[team, TEAM_TAKEN] < teams[team, TEAM_OPEN]:
                step = teams[team, TEAM_HEAD]
                leave_team_queue(teams, step_more, step, team)
                teams[team, TEAM_TAKEN] += 1
                step_more[step, HAS_TEAM] = 1
                steps[step, K_TEAM_JOINED] = now
                planned, stay = step_more[step, PLANNED], steps[step, K_STAY]
                need = step_takes(
                    planned_steps,
                    step_keys,
                    service_keys,
                    lengths,
                    numbers,
                    tables,
                    book,
                    persons,
                    stays,
                    stay,
                    planned,
                )
                due = step_end(planned_steps, working, planned, now, need)
                steps[step, K_DUE] = due
                post(count, posted, max(due, now), STEP_DUE, step)
                acted = True
        if acted:
            continue

        # -- beds: down each line to the first who does not fit; then one who may pass; then one ring
        serving, cursor, ring_left, is_exchange, has_stopped_lines = NONE, NONE, 0, False, False
        while True:
            pick = NONE
            if ring_left > 0:
                ring_left -= 1
                pick = ring[MEMBER, ring_left]
            elif is_exchange:
                break
            elif serving >= 0:
                free = wards[serving, OPEN] - wards[serving, HELD] - wards[serving, CLEANING]
                pick = cursor
                while pick >= 0:
                    if wait_more[pick, OF_UNITS] > free:
                        if serving < died and services[serving, MAY_PASS]:
                            wards[serving, IS_STOPPED] = 1
                            has_stopped_lines = True
                        pick = NONE
                        break
                    if waits[pick, W_CLEAR] != NEVER:
                        where = waits[pick, W_HELD]
                        if where < 0 or is_open(opens, closes, knocked, count, posted, services[where, OWN_HOURS], now):
                            break
                    pick = wait_more[pick, BEHIND]
                if pick < 0:
                    serving = NONE
                    continue
                cursor = wait_more[pick, BEHIND]
            elif count[TOUCHED] > 0:
                count[TOUCHED] -= 1
                service = touched[count[TOUCHED]]
                wards[service, IS_TOUCHED] = 0
                if wards[service, HEAD] >= 0 and (
                    service >= died or is_open(opens, closes, knocked, count, posted, services[service, DOOR], now)
                ):
                    serving, cursor = service, wards[service, HEAD]
                continue
            else:
                for service in range(count_services if has_stopped_lines else 0):
                    if wards[service, IS_STOPPED] and pick < 0:
                        free = wards[service, OPEN] - wards[service, HELD] - wards[service, CLEANING]
                        pick = wards[service, HEAD]
                        while pick >= 0:
                            where = waits[pick, W_HELD]
                            if (
                                wait_more[pick, OF_UNITS] <= free
                                and waits[pick, W_CLEAR] != NEVER
                                and (
                                    where < 0
                                    or is_open(opens, closes, knocked, count, posted, services[where, OWN_HOURS], now)
                                )
                            ):
                                break
                            pick = wait_more[pick, BEHIND]
                if pick < 0:
                    if has_stopped_lines:
                        wards[:, IS_STOPPED] = 0
                        has_stopped_lines = False
                    if acted or count[LOOK_FOR_RINGS] == 0:
                        break
                    count[LOOK_FOR_RINGS] = 0
                    if count[CLEAR_IN_RINGS] == 0:
                        break
                    # the shortest ring through the service that stands last in the file
                    start = count_services
                    while start > 0 and ring_left == 0:
                        start -= 1
                        ring[SEEN] = 0
                        ring[SEEN, start] = 1
                        ring[FOUND, 0] = start
                        looked, found, end = 0, 1, NONE
                        while looked < found and end < 0:
                            service = ring[FOUND, looked]
                            looked += 1
                            for to in range(count_services):
                                if (
                                    can_ring[service, to]
                                    and clear_pairs[service, to] > 0
                                    and (to == start or ring[SEEN, to] == 0)
                                    and is_open(opens, closes, knocked, count, posted, services[to, DOOR], now)
                                    and is_open(
                                        opens, closes, knocked, count, posted, services[service, OWN_HOURS], now
                                    )
                                ):
                                    if to == start:
                                        end = service
                                        break
                                    ring[SEEN, to] = 1
                                    ring[FOUND_FROM, to] = service
                                    ring[FOUND, found] = to
                                    found += 1
                        to = start
                        while end >= 0:  # back along the ring: the first in line of those who hold each place
                            member = wards[to, HEAD]
                            while waits[member, W_HELD] != end or waits[member, W_CLEAR] == NEVER:
                                member = wait_more[member, BEHIND]
                            ring[MEMBER, ring_left] = member
                            ring_left += 1
                            to = end
                            end = NONE if end == start else ring[FOUND_FROM, end]
                    if ring_left == 0:
                        break
                    count[LOOK_FOR_RINGS] = 1
                    is_exchange = True
                    continue

            # somebody moves: their wait ends, their place is free, and they hold the next one
            acted = True
            wait, person, stay, to = pick, waits[pick, W_PERSON], waits[pick, W_STAY], waits[pick, W_TO]
            leave_queue(wards, waits, wait_more, wait)
            end_wait(count, can_ring, clear_pairs, waits, persons, wait, ADMITTED, now)
            delay = 0
            if stay >= 0:
                delay = now - stays[stay, S_READY]
                cleans_for = 0
                if not is_exchange:
                    cleans_for = cleaning_takes(
                        services, service_keys, keys, lengths, numbers, tables, book, persons, stays, stay
                    )
                give_up_place(wards, persons, stays, stay_more, stay, to, cleans_for, now)
                touch(count, touched, wards, stays[stay, S_SERVICE])
                if cleans_for > 0:
                    post(count, posted, now + cleans_for, CLEAN, stay)
            if to >= died:
                persons[person, GONE] = 1
            else:
                if count_stays >= len(stays):
                    return MORE_STAYS, count_stays, count_waits, count_steps, count[PLACES]
                stay, units = count_stays, wait_more[wait, OF_UNITS]
                count_stays += 1
                stays[stay, S_PERSON], stays[stay, S_NUMBER] = person, persons[person, STAYS]
                stays[stay, S_SERVICE], stays[stay, S_VISIT] = to, persons[person, VISITS + to]
                stays[stay, S_ADMITTED], stays[stay, S_UNITS] = now, units
                stays[stay, S_READY] = stays[stay, S_CLEAR] = stays[stay, S_LEFT] = NEVER
                stays[stay, S_TO] = NONE
                stay_times[stay, DELAY_BEFORE] = delay
                stay_more[stay, UNITS_NOW] = units
                persons[person, STAYS] += 1
                persons[person, VISITS + to] += 1
                persons[person, STAY_OF] = stay
                wards[to, HELD] += units
                post(count, posted, now, SETTLE, stay)
            if serving >= 0 and serving < died and services[serving, COUNTS_UNITS]:
                cursor = wards[serving, HEAD]  # who was passed over may now no longer fit, and stop the line
        if acted:
            continue

        # -- longest waits and deaths that are due, together: who was placed is placed, and death wins
        for i in range(count_due_deaths):
            stay = max(NONE, due_deaths[i])  # the one in which they died, or outside
            person = stays[stay, S_PERSON] if stay >= 0 else -1 - due_deaths[i]
            if not persons[person, GONE] and persons[person, STAY_OF] == stay:
                persons[person, GONE] = 1
                post(count, posted, now, DIE, person)
                acted = True
        for i in range(count_due_waits):
            wait = due_waits[i]
            if waits[wait, W_ENDED] == NEVER and not persons[waits[wait, W_PERSON], GONE]:
                post(count, posted, now, BACK_FOR_PATIENCE, wait)
                acted = True
        count_due_deaths = count_due_waits = 0
        if acted:
            continue

        # -- queues that are too long turn away newcomers of this instant, last in order first
        for service in range(count_services if has_newcomers else 0):
            if wards[service, HAS_NEWCOMERS]:
                excess, wait = wards[service, LENGTH] - services[service, QUEUE_LIMIT], wards[service, TAIL]
                while excess > 0 and wait >= 0:
                    if waits[wait, W_JOINED] == now:
                        post(count, posted, now, BACK_FOR_QUEUE, wait)
                        excess -= 1
                        acted = True
                    wait = wait_more[wait, BEFORE]
        if acted:
            continue
        if has_newcomers:
            wards[:, HAS_NEWCOMERS] = 0
            has_newcomers = False

        # -- surge places open when so many wait, and close when few do
        for service in range(count_services if has_surge else 0):
            if services[service, SURGE_PLACES] >= 0:
                waiting = wards[service, LENGTH]
                if not wards[service, SURGE_IS_OPEN] and waiting >= services[service, SURGE_HIGH]:
                    wards[service, SURGE_IS_OPEN] = 1
                    acted = True
                    plan_places(services, wards, places, count, touched, service, now)
                elif wards[service, SURGE_IS_OPEN] and waiting <= services[service, SURGE_LOW]:
                    wards[service, SURGE_IS_OPEN] = 0
                    plan_places(services, wards, places, count, touched, service, now)
        if count[PLACES] >= len(places) - 2 * count_services:
            return MORE_PLACES, count_stays, count_waits, count_steps, count[PLACES]
        if acted or count[POSTED] > 0:
            continue

        # == the clock: on to the next instant at which anything is due ==============================================
        while heap_size == 0 and bucket + 1 < len(buckets):
            bucket += 1
            event = buckets[bucket]
            while event >= 0:
                push(heap, events_at, event, heap_size)
                heap_size += 1
                event = events_next[event]
        now = until
        if heap_size > 0:
            now = events_at[heap[0]]
        if next_coming < len(coming):
            now = min(now, arrives[coming[next_coming]])
        if next_change < len(changes):
            now = min(now, changes[next_change, CHANGE_AT])
        if count[LOST_POSTS] > 0:
            return MORE_EVENTS, count_stays, count_waits, count_steps, count[PLACES]
        if now >= until:
            return DONE, count_stays, count_waits, count_steps, count[PLACES]


def write_down(
    room: Room, count_stays: int, count_waits: int, stay_columns: Ints, wait_columns: Ints, step_columns: Ints
) -> int:
    """Put rows into the ledger's one order: by person and number, steps by stay and step; how many steps ever started.

    The tables with a row a column are filled: as many columns long as there are stays, waits and steps.
    """
    persons, stays, waits, steps = room.persons, room.stays, room.waits, room.steps
    stay_more, step_more = room.stay_more, room.step_more
    first_stay, first_wait, stay_at, wait_at = room.first_stay, room.first_wait, room.stay_at, room.wait_at
    first_stay[0] = first_wait[0] = 0
    for person in range(len(persons)):
        first_stay[person + 1] = first_stay[person] + persons[person, STAYS]
        first_wait[person + 1] = first_wait[person] + persons[person, WAITS]
    for stay in range(count_stays):
        stay_at[first_stay[stays[stay, S_PERSON]] + stays[stay, S_NUMBER]] = stay
    for wait in range(count_waits):
        wait_at[first_wait[waits[wait, W_PERSON]] + waits[wait, W_NUMBER]] = wait
    for row in range(count_waits):
        wait = wait_at[row]
        for column in range(W_ENDING + 1):
            wait_columns[column, row] = waits[wait, column]
        stay = waits[wait, W_STAY]
        if stay >= 0:
            wait_columns[W_STAY, row] = first_stay[stays[stay, S_PERSON]] + stays[stay, S_NUMBER]
    count_steps = 0
    for row in range(count_stays):
        stay = stay_at[row]
        for column in range(S_NEED + 1):
            stay_columns[column, row] = stays[stay, column]
        first = count_steps
        step = stay_more[stay, FIRST_STEP]
        while step >= 0:  # the last one begun stands first
            if steps[step, K_STARTED] != NEVER:
                place = count_steps
                while place > first and step_columns[K_STEP, place - 1] >= steps[step, K_STEP]:
                    for column in range(K_AFTER + 1):
                        step_columns[column, place] = step_columns[column, place - 1]
                    place -= 1
                for column in range(K_AFTER + 1):
                    step_columns[column, place] = steps[step, column]
                step_columns[K_STAY, place] = row
                count_steps += 1
            step = step_more[step, NEXT_STEP]
    return count_steps
