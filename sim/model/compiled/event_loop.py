"""The fast engine's loop: the same people, the same rules and the same ledger as the reference engine, in flat tables of numbers.

This is plain Python that a compiler can read (`numba_setup.py` hands it to Numba), so it can also be run, slowly, as it stands. It
is one long loop on purpose: what happens at an instant, in the order of rule 3. It reads in three parts, each under a banner: gathering
(what happens to one person), the phases, and the clock. Its verbs are listed in `operations.py`, its tables are in `state.py`.
`journey.py`, with its bed manager, moves and steps, says the same as a story.

What may be changed here: with new expected results, and only together with the reference engine.
"""

from sim.model.compiled.arrays import KEY_DEATH, KEY_OUTSIDE, KEY_UNITS, Packed
from sim.model.compiled.capacity import (
    count_clear,
    goes_back,
    has_opened,
    is_open,
    leave_place,
    may_go_elsewhere,
    never_fits,
    other_way,
    plan_places,
    touch,
)
from sim.model.compiled.circular_blocking import find_ring
from sim.model.compiled.event_queue import due_at, open_span, post, schedule, take_first
from sim.model.compiled.queues import join_queue, leave_queue
from sim.model.compiled.random_lookup import drawn, due_after, uniform
from sim.model.compiled.state import (
    ARRIVE,
    BACK_FOR_NO_PLACE,
    BACK_FOR_PATIENCE,
    BACK_FOR_QUEUE,
    CHANGE,
    CLEAN,
    DEATH,
    DEATH_OUTSIDE,
    DIE,
    DONE,
    KIND_BITS,
    KINDS,
    LOOK,
    MEMBER,
    MORE_EVENTS,
    MORE_WAITS,
    OPENING,
    PATIENCE,
    READY,
    REQUIRE,
    SEAT,
    STEP_DUE,
    TAPER,
    TRY_STEPS,
    Ints,
    Room,
)
from sim.model.compiled.stays import end_wait, expect, move, move_at_once, seat, visits_made
from sim.model.compiled.steps import ask_for_steps, drop, is_over, own_start, serve_team, try_steps
from sim.model.records import DIED_WAITING, GAVE_UP, NEVER, NO_PLACE, NONE, OUTSIDE, TURNED_AWAY, WAITING
from sim.model.rules import (
    SECONDS_PER_DAY,
    minutes,
    tapered,
)


def walk(
    plan: Packed,
    group_of: Ints,
    number_of: Ints,
    census_entry: Ints,
    arrives: Ints,
    arrives_at: Ints,
    seated: Ints,
    coming: Ints,
    room: Room,
) -> int:
    """Walk everybody to the end of the run; how it ended. How many rows were filled stands in the room's counters.

    `seated` are the ranks of those who hold a place when the clock starts, `coming` those of the others in order of arrival.
    """
    until, services, groups, visits, routes = plan.until, plan.services, plan.groups, plan.visits, plan.routes
    planned_steps, tapers, changes, census = plan.steps, plan.tapers, plan.changes, plan.census
    is_door_of, visit_of, keys = plan.is_door_of, plan.visit_of, plan.plain_keys
    persons, stays, waits, steps = room.persons, room.stays, room.waits, room.steps
    events, buckets, heap, posted, noted = room.events, room.buckets, room.heap, room.posted, room.noted
    wards, teams, ring, knocked = room.wards, room.teams, room.ring, room.knocked
    admissions, count, shift = room.admissions, room.counters[0], room.bucket_shift

    count_services, count_teams = len(services), len(teams)
    has_surge, has_rings, has_hours = False, plan.has_rings, len(is_door_of) > 0
    for service in range(count_services):
        has_surge |= services[service].surge_places >= 0
    died, out = count_services, count_services + 1

    # == the start ==================================================================================================

    count.free_event = NONE
    for person in range(len(persons)):  # one after the other, which memory likes better than each when they come
        expect(room, person, group_of[person], number_of[person], census_entry[person] >= 0)
    next_coming = next_change = 0
    next_arrival = arrives[coming[0]] if len(coming) > 0 else NEVER
    count.unsettled = 1
    now = gathered = 0
    for service in range(count_services):
        wards[service].planned_open = services[service].places_at_start
        wards[service].most_to_come = services[service].most_to_come
        plan_places(plan, room, service, 0)
    next_seat = 0

    while True:
        # == gathering: what is due happens, to one person at a time, in any order ==================================
        while True:
            if count.posted > 0:
                count.posted -= 1
                at = posted[count.posted].at
                if at > now:
                    if at < until:
                        schedule(room, at, posted[count.posted].what)
                    continue
                what = posted[count.posted].what
            elif count.heap_size > 0 and events[heap[0]].at <= now:
                what = take_first(room)
            elif next_arrival <= now:
                what = coming[next_coming] * KINDS + ARRIVE
                next_coming += 1
                next_arrival = arrives[coming[next_coming]] if next_coming < len(coming) else NEVER
            elif next_change < len(changes) and changes[next_change].at <= now:
                what = next_change * KINDS + CHANGE
                next_change += 1
            elif next_seat < len(seated):
                what = seated[next_seat] * KINDS + SEAT
                next_seat += 1
            else:
                break
            kind, whom = what & (KINDS - 1), what >> KIND_BITS
            gathered += 1
            looks_at = joins = leaves = requires = NONE
            starts_now = False

            # -- somebody comes, or was here when the clock started --------------------------------------------------
            if kind == ARRIVE:
                joins = whom
                length = groups[persons[whom].group].death
                if length >= 0:
                    u = uniform(room, whom, keys[KEY_OUTSIDE], 0, keys[KEY_DEATH])
                    due_at(room, until, due_after(plan, length, min(arrives[whom], now), now, u), DEATH_OUTSIDE, whom)

            elif kind == SEAT:
                seat(plan, room, census, whom, arrives_at[whom], census_entry[whom], arrives[whom])

            elif kind == REQUIRE:
                requires = whom

            # -- needs no more care here ------------------------------------------------------------------------------
            elif kind == READY:
                person = stays[whom].person
                ready = stays[whom].ready_due
                stays[whom].ready = ready
                if stays[whom].planned_to == died:
                    stays[whom].clear = ready
                    leaves = person
                else:
                    looks_at = whom
                    visit = stays[whom].visit_plan
                    if visit >= 0 and visits[visit].death >= 0:
                        u = uniform(
                            room, person, services[stays[whom].service].key, admissions[whom].visit, keys[KEY_DEATH]
                        )
                        due_at(room, until, due_after(plan, visits[visit].death, ready, now, u), DEATH, whom)

            # -- steps ------------------------------------------------------------------------------------------------
            elif kind == TRY_STEPS:  # a step's own start has come, or one before it is over
                try_steps(plan, room, whom)

            elif kind == STEP_DUE:
                if not steps[whom].dropped:
                    stay = steps[whom].stay
                    steps[whom].finished = steps[whom].due
                    stays[stay].open_steps -= 1
                    if steps[whom].has_team:
                        steps[whom].has_team = 0
                        teams[planned_steps[steps[whom].planned].team].taken -= 1
                        count.unsettled = 1
                    if stays[stay].open_steps > 0:
                        post(room, now, TRY_STEPS, stay)
                    looks_at = stay

            elif kind == LOOK:
                looks_at = whom

            # -- places and hours -------------------------------------------------------------------------------------
            elif kind == TAPER:
                if stays[whom].left == NEVER:
                    taper, service = admissions[whom].next_taper, stays[whom].service
                    units = tapered(admissions[whom].units, tapers[taper].share)
                    wards[service].held += units - stays[whom].units_now
                    stays[whom].units_now = units
                    touch(room, service)
                    visit = stays[whom].visit_plan
                    if taper + 1 < visits[visit].tapers_end:
                        admissions[whom].next_taper = taper + 1
                        post(room, admissions[whom].admitted + tapers[taper + 1].after, TAPER, whom)

            elif kind == CLEAN:
                wards[stays[whom].service].cleaning -= stays[whom].units_now
                touch(room, stays[whom].service)

            elif kind == OPENING:
                knocked[whom] = False
                if is_door_of[whom] >= 0:
                    touch(room, is_door_of[whom])
                else:
                    for service in range(count_services + 2):
                        touch(room, service)
                count.look_for_rings = 1

            elif kind == CHANGE:
                service = changes[whom].what
                if changes[whom].of_team:
                    teams[service].open = changes[whom].places
                    count.unsettled = 1
                else:
                    wards[service].planned_open = changes[whom].places
                    wards[service].most_to_come = changes[whom].most_to_come
                    count.is_replanned = count.unsettled = 1
                    plan_places(plan, room, service, now)

            # -- longest waits and deaths: only noted, and judged after placing ---------------------------------------
            elif kind == PATIENCE:
                if waits[whom].ended == NEVER:
                    if count.due_waits >= len(noted):
                        return MORE_EVENTS
                    noted[count.due_waits].wait = whom
                    count.due_waits += 1
                    count.unsettled = 1

            elif kind == DEATH or kind == DEATH_OUTSIDE:
                if count.due_deaths >= len(noted):
                    return MORE_EVENTS
                noted[count.due_deaths].death = whom if kind == DEATH else -1 - whom
                count.due_deaths += 1
                count.unsettled = 1

            # -- what the phases decided ------------------------------------------------------------------------------
            elif kind == DIE:
                wait, stay = persons[whom].wait_of, persons[whom].stay_of
                if wait >= 0:
                    leave_queue(room, wait)
                    touch(room, waits[wait].to)
                    if has_rings:
                        count_clear(plan, room, wait, -1)
                    end_wait(room, wait, DIED_WAITING, now)
                if stay >= 0:
                    step = admissions[stay].first_step
                    while step >= 0:
                        drop(plan, room, step)
                        step = steps[step].next_step
                leaves = whom

            else:  # a wait ended without a place: the person goes the other way
                wait, person, stay = whom, waits[whom].person, waits[whom].stay
                ending = NO_PLACE
                if kind != BACK_FOR_NO_PLACE:
                    ending = GAVE_UP if kind == BACK_FOR_PATIENCE else TURNED_AWAY
                leave_queue(room, wait)
                touch(room, waits[wait].to)
                if has_rings:
                    count_clear(plan, room, wait, -1)
                end_wait(room, wait, ending, now)
                if stay >= 0:
                    stays[stay].route = routes[waits[wait].route].otherwise
                    requires, starts_now = stay, True
                elif other_way(plan, room, wait) != out:
                    joins = person
                else:
                    persons[person].gone = 1

            # -- the steps that a route asks for: what is done counts, what is not asked for is dropped, the rest gets its start
            if requires >= 0:
                stay, route = requires, stays[requires].route
                ask_for_steps(plan, room, stay, starts_now)
                if starts_now:  # the other queue is joined at once
                    if stays[stay].ready == NEVER or stays[stay].open_steps > 0:
                        stays[stay].clear = NEVER
                    elif stays[stay].clear == NEVER:
                        stays[stay].clear = now
                    joins = stays[stay].person
                elif routes[route].join_after >= 0:
                    name = planned_steps[routes[route].join_after].number
                    step = admissions[stay].first_step
                    while step >= 0 and steps[step].step != name:
                        step = steps[step].next_step
                    if step < 0:  # who does not need the step joins when it would have started
                        post(
                            room,
                            own_start(plan, room, stay, routes[route].join_after),
                            LOOK,
                            stay,
                        )

            # -- something about a stay changed: may this person join the next queue, or move? ------------------------
            if looks_at >= 0 and stays[looks_at].left == NEVER and stays[looks_at].route >= 0:
                stay, person, route = looks_at, stays[looks_at].person, stays[looks_at].route
                is_clear = stays[stay].ready != NEVER and stays[stay].open_steps == 0
                if is_clear and stays[stay].clear == NEVER:
                    clear = now
                    if now == 0:  # somebody of the census may have been clear before the clock started
                        clear = stays[stay].ready
                        step = admissions[stay].first_step
                        while step >= 0:
                            if steps[step].required and not steps[step].dropped:
                                clear = max(clear, steps[step].finished)
                            step = steps[step].next_step
                        clear = min(0, clear)
                    stays[stay].clear = clear
                wait = persons[person].wait_of
                if wait < 0:
                    may_join = is_clear
                    early = routes[route].join_after
                    if not is_clear and early >= 0:
                        name = planned_steps[early].number
                        step = admissions[stay].first_step
                        while step >= 0 and not (steps[step].required and steps[step].step == name):
                            step = steps[step].next_step
                        may_join = is_over(room, step) if step >= 0 else own_start(plan, room, stay, early) <= now
                    if may_join:
                        joins = person
                elif is_clear and waits[wait].clear == NEVER:
                    waits[wait].clear = max(waits[wait].joined, stays[stay].clear)
                    if has_rings:
                        count_clear(plan, room, wait, 1)
                    if is_open(plan, room, services[stays[stay].service].own_hours, now):
                        touch(room, waits[wait].to)

            # -- joining a queue --------------------------------------------------------------------------------------
            if joins >= 0:
                person, stay, group = joins, persons[joins].stay_of, persons[joins].group
                number = persons[person].waits
                persons[person].waits = number + 1
                joined, clear = now, NEVER
                if stay < 0:
                    to = arrives_at[person] if number == 0 else groups[group].otherwise
                    if number == 0:
                        joined = min(arrives[person], now)
                    clear, moves_now = joined, True
                else:
                    to, moves_now = routes[stays[stay].route].to, False
                    if stays[stay].ready != NEVER and stays[stay].open_steps == 0:
                        if number == 0:  # somebody of the census: they joined when they were clear
                            joined = stays[stay].clear
                        clear = max(joined, stays[stay].clear)
                        moves_now = is_open(plan, room, services[stays[stay].service].own_hours, now)
                if moves_now and joined == now:  # where there is room and it cannot be anybody else's turn
                    goes_at_once = to == out
                    if not goes_at_once:
                        is_alone = (
                            gathered == 1
                            and (kind != STEP_DUE or count_teams == 0)
                            and count.posted == 0
                            and count.touched == 0
                            and next_arrival > now
                            and next_seat >= len(seated)
                            and (count.heap_size == 0 or events[heap[0]].at > now)
                            and (next_change >= len(changes) or changes[next_change].at > now)
                        )
                        goes_at_once = (
                            is_alone
                            and wards[to].open - wards[to].held - wards[to].cleaning >= 1
                            and not services[to].counts_units
                            and is_open(plan, room, services[to].door, now)
                        )
                    if goes_at_once:
                        move_at_once(plan, room, person, stay, to, number, now)
                        continue
                wait = count.wait_rows
                if wait >= len(waits):
                    return MORE_WAITS
                count.wait_rows = wait + 1
                if stay < 0:
                    route, where, priority = NONE, OUTSIDE, groups[group].priority
                else:
                    route, where = stays[stay].route, stays[stay].service
                    priority = routes[route].priority
                persons[person].wait_of = wait
                waits[wait].person, waits[wait].number, waits[wait].stay = person, number, stay
                waits[wait].held, waits[wait].to, waits[wait].joined = where, to, joined
                waits[wait].clear, waits[wait].ended, waits[wait].ending = clear, NEVER, WAITING
                waits[wait].route, waits[wait].priority, waits[wait].units = route, priority, 1
                waits[wait].number_of_stay = persons[person].stays - 1
                if has_rings:
                    count_clear(plan, room, wait, 1)
                if to < died:
                    if services[to].counts_units:
                        u = uniform(room, person, services[to].key, visits_made(room, stay, to), keys[KEY_UNITS])
                        waits[wait].units = minutes(drawn(plan, visits[visit_of[group, to]].units, u))
                    if services[to].queue_limit >= 0:
                        wards[to].has_newcomers = count.has_newcomers = count.unsettled = 1
                    if never_fits(room, wait) or not has_opened(plan, to, now):
                        if count.nowhere >= len(noted):
                            return MORE_EVENTS
                        noted[count.nowhere].nowhere = wait
                        count.nowhere += 1
                        count.unsettled = 1
                join_queue(room, wait)
                if moves_now:
                    touch(room, to)
                # patience runs from joining; nobody gives up for what has not opened yet
                longest, longest_number = NONE, 0.0
                if stay >= 0:
                    longest = routes[route].longest
                    if longest >= 0:
                        longest_number = uniform(
                            room, person, services[where].key, admissions[stay].visit, routes[route].longest_key
                        )
                elif number == 0:
                    longest = groups[group].longest
                    if longest >= 0:
                        longest_number = uniform(room, person, keys[KEY_OUTSIDE], 0, groups[group].longest_key)
                if longest >= 0:
                    other, due = other_way(plan, room, wait), due_after(plan, longest, joined, now, longest_number)
                    if 0 <= other < died:
                        due = max(due, services[other].opens)
                    due_at(room, until, due, PATIENCE, wait)

            # -- leaving the model, dead ------------------------------------------------------------------------------
            if leaves >= 0:
                persons[leaves].gone = 1
                if persons[leaves].stay_of >= 0:
                    leave_place(plan, room, persons[leaves].stay_of, died, False, now)

        # == the clock: where nothing waits for a phase of this instant, on to the next at which anything is due =======
        if not count.unsettled:
            now, gathered = min(until, next_arrival), 0
            if next_change < len(changes):
                now = min(now, changes[next_change].at)
            # no further than that, or what is posted then would come too late
            last_span = min(now >> shift, len(buckets) - 1)
            while count.heap_size == 0 and count.bucket < last_span:
                open_span(room)
            if count.heap_size > 0:
                now = min(now, events[heap[0]].at)
            count.now = now
            if has_hours:
                count.day = now // SECONDS_PER_DAY
            if count.too_small > 0:
                return int(count.too_small)
            if now >= until:
                return DONE
            count.unsettled = has_surge
            continue

        # == the phases of an instant: after the first that moves somebody, gathering starts again ==================

        # -- who waits where they will never get a place goes the other way
        acted = False
        if count.is_replanned:
            for service in range(count_services):
                wait = wards[service].head
                while wait >= 0:
                    if goes_back(plan, room, wait, now):
                        post(room, now, BACK_FOR_NO_PLACE, wait)
                        acted = True
                    wait = waits[wait].behind
        else:
            for i in range(count.nowhere):
                wait = noted[i].nowhere
                if waits[wait].ended == NEVER and goes_back(plan, room, wait, now):
                    post(room, now, BACK_FOR_NO_PLACE, wait)
                    acted = True
        count.is_replanned = count.nowhere = 0
        if acted:
            continue

        # -- free team places go to those who wait longest for them
        for team in range(count_teams):
            acted |= serve_team(plan, room, team)
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
                free = wards[serving].open - wards[serving].held - wards[serving].cleaning
                pick = cursor
                while pick >= 0:
                    if waits[pick].units > free:
                        if serving < died and services[serving].may_pass:
                            wards[serving].is_stopped = 1
                            has_stopped_lines = True
                        pick = NONE
                        break
                    if waits[pick].clear != NEVER:
                        where = waits[pick].held
                        if where < 0 or is_open(plan, room, services[where].own_hours, now):
                            break
                    pick = waits[pick].behind
                if pick < 0:
                    serving = NONE
                    continue
                cursor = waits[pick].behind
            elif count.touched > 0:
                count.touched -= 1
                service = room.touched[count.touched]
                wards[service].is_touched = 0
                if wards[service].head >= 0 and (service >= died or is_open(plan, room, services[service].door, now)):
                    serving, cursor = service, wards[service].head
                continue
            else:
                for service in range(count_services if has_stopped_lines else 0):
                    if wards[service].is_stopped and pick < 0:
                        free = wards[service].open - wards[service].held - wards[service].cleaning
                        pick = wards[service].head
                        while pick >= 0:
                            where = waits[pick].held
                            if (
                                waits[pick].units <= free
                                and waits[pick].clear != NEVER
                                and (where < 0 or is_open(plan, room, services[where].own_hours, now))
                            ):
                                break
                            pick = waits[pick].behind
                if pick < 0:
                    if has_stopped_lines:
                        for service in range(count_services):
                            wards[service].is_stopped = 0
                        has_stopped_lines = False
                    if acted or count.look_for_rings == 0:
                        break
                    count.look_for_rings = 0
                    if count.clear_in_rings == 0:
                        break
                    ring_left = find_ring(plan, room, now)
                    if ring_left == 0:
                        break
                    count.look_for_rings = 1
                    is_exchange = True
                    continue

            acted = True
            leave_queue(room, pick)
            move(plan, room, pick, is_exchange, now)
            if serving >= 0 and serving < died and services[serving].counts_units:
                cursor = wards[serving].head  # who was passed over may now no longer fit, and stop the line
        if acted and (count.posted > 0 or count.look_for_rings > 0):
            continue
        acted = False  # whoever moved left nothing else to gather or to place

        # -- longest waits and deaths that are due, together: who was placed is placed, and death wins
        for i in range(count.due_deaths):
            stay = max(NONE, noted[i].death)  # the one in which they died, or outside
            person = stays[stay].person if stay >= 0 else -1 - noted[i].death
            if not persons[person].gone and persons[person].stay_of == stay:
                persons[person].gone = 1
                post(room, now, DIE, person)
                acted = True
        for i in range(count.due_waits):
            wait = noted[i].wait
            if waits[wait].ended == NEVER and not persons[waits[wait].person].gone:
                post(room, now, BACK_FOR_PATIENCE, wait)
                acted = True
        count.due_deaths = count.due_waits = 0
        if acted:
            continue

        # -- queues that are too long turn away newcomers of this instant, last in order first
        for service in range(count_services if count.has_newcomers else 0):
            if wards[service].has_newcomers:
                excess, wait = wards[service].length - services[service].queue_limit, wards[service].tail
                while excess > 0 and wait >= 0:
                    if waits[wait].joined == now and may_go_elsewhere(plan, room, wait, now):
                        post(room, now, BACK_FOR_QUEUE, wait)
                        excess -= 1
                        acted = True
                    wait = waits[wait].before
        if acted:
            continue
        if count.has_newcomers:
            for service in range(count_services):
                wards[service].has_newcomers = 0
            count.has_newcomers = 0

        # -- surge places open when so many wait, and close when few do
        count.unsettled = 0
        for service in range(count_services if has_surge else 0):
            if services[service].surge_places >= 0:
                waiting = wards[service].length
                if not wards[service].surge_is_open and waiting >= services[service].surge_high:
                    wards[service].surge_is_open = 1
                    plan_places(plan, room, service, now)
                elif wards[service].surge_is_open and waiting <= services[service].surge_low:
                    wards[service].surge_is_open = 0
                    plan_places(plan, room, service, now)
