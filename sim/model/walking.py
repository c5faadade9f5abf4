"""The fast engine's loop: the same people, the same rules and the same ledger as the reference engine, in flat tables of numbers.

This is plain Python that a compiler can read (`compiling.py` hands it to Numba), so it can also be run, slowly, as it stands. It
is one long loop on purpose: what happens at an instant, in the order of rule 3. It reads in three parts, each under a banner: gathering
(what happens to one person), the phases, and the clock. Its verbs are in `walking_verbs.py`, its tables in `walking_room.py`.
`reference.py`, with its bed manager, moves and steps, says the same as a story.

What may be changed here: with new expected results, and only together with the reference engine.
"""

from sim.model.ledger import (
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
    CHANGE_AT,
    CHANGE_OF_TEAM,
    CHANGE_PLACES,
    CHANGE_WHAT,
    COUNTS_UNITS,
    DOOR,
    GROUP_DEATH,
    GROUP_LONGEST,
    GROUP_OTHERWISE,
    GROUP_PRIORITY,
    KEY_DEATH,
    KEY_OUTSIDE,
    KEY_UNITS,
    LAST_WITH_PLACES,
    MAY_PASS,
    NEEDS_KEY,
    OWN_HOURS,
    PLACES_AT_START,
    QUEUE_LIMIT,
    ROUTE_JOIN_AFTER,
    ROUTE_LONGEST,
    ROUTE_OTHERWISE,
    ROUTE_PRIORITY,
    ROUTE_STEPS,
    ROUTE_STEPS_END,
    ROUTE_TO,
    STEP_AFTERS,
    STEP_AFTERS_END,
    STEP_NUMBER,
    STEP_TEAM,
    SURGE_HIGH,
    SURGE_LOW,
    SURGE_PLACES,
    TAPER_AFTER,
    VISIT_DEATH,
    VISIT_TAPERS_END,
    VISIT_UNITS,
    Packed,
)
from sim.model.rules import (
    minutes,
    tapered,
)
from sim.model.walking_room import (
    AFTERS,
    AFTERS_END,
    ARRIVE,
    AT,
    BACK_FOR_NO_PLACE,
    BACK_FOR_PATIENCE,
    BACK_FOR_QUEUE,
    BEFORE,
    BEHIND,
    BUCKET,
    CHANGE,
    CLEAN,
    CLEANING,
    CLEAR_IN_RINGS,
    DEATH,
    DEATH_OUTSIDE,
    DIE,
    DONE,
    DUE_DEATH,
    DUE_WAIT,
    FIRST_STEP,
    FOUND,
    FOUND_FROM,
    FREE_EVENT,
    GONE,
    GROUP,
    HAS_NEWCOMERS,
    HAS_TEAM,
    HEAD,
    HEAP_SIZE,
    HELD,
    IN_TEAM_BEFORE,
    IN_TEAM_BEHIND,
    IS_STOPPED,
    IS_TOUCHED,
    K_AFTER,
    K_DROPPED,
    K_DUE,
    K_FINISHED,
    K_STARTED,
    K_STAY,
    K_STEP,
    K_TEAM_JOINED,
    KINDS,
    LENGTH,
    LOOK,
    LOOK_FOR_RINGS,
    MEMBER,
    MORE_EVENTS,
    MORE_STEPS,
    MORE_WAITS,
    NEXT,
    NEXT_STEP,
    NEXT_TAPER,
    NOW,
    NOWHERE,
    OF_ROUTE,
    OF_UNITS,
    OPEN,
    OPEN_STEPS,
    OPENING,
    OWN_START,
    PATIENCE,
    PLACES,
    PLANNED,
    PLANNED_OPEN,
    POSTED,
    PRIORITY,
    READY,
    READY_DUE,
    REQUIRE,
    REQUIRED,
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
    S_UNITS,
    S_VISIT,
    SEAT,
    SEEN,
    STAY_OF,
    STAY_ROWS,
    STAYS,
    STEP_DUE,
    SURGE_IS_OPEN,
    TAIL,
    TAPER,
    TEAM_HEAD,
    TEAM_OPEN,
    TEAM_PRIORITY,
    TEAM_TAIL,
    TEAM_TAKEN,
    TOO_SMALL,
    TOUCHED,
    TRY_STEPS,
    UNITS_NOW,
    VISIT_PLAN,
    VISITS,
    W_CLEAR,
    W_ENDED,
    W_ENDING,
    W_HELD,
    W_JOINED,
    W_NUMBER,
    W_PERSON,
    W_STAY,
    W_TO,
    WAIT_OF,
    WAITS,
    WHAT,
    Ints,
    Room,
)
from sim.model.walking_verbs import (
    come,
    count_clear,
    drawn,
    drop,
    due_after,
    end_wait,
    is_open,
    is_over,
    leave_place,
    leave_queue,
    leave_team_queue,
    luck,
    move,
    own_start,
    plan_places,
    post,
    push,
    schedule,
    seat,
    step_end,
    step_takes,
    touch,
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
) -> tuple[int, int, int, int, int]:
    """Walk everybody to the end of the run; how it ended, and how many stays, waits, steps and rows of places there are.

    `seated` are the ranks of those who hold a place when the clock starts, `coming` those of the others in order of arrival.
    """
    until, services, service_keys, groups = plan.until, plan.services, plan.service_keys, plan.groups
    visits, routes, route_keys, keys = plan.visits, plan.routes, plan.route_keys, plan.plain_keys
    planned_steps, step_shares, step_keys, afters = plan.steps, plan.step_shares, plan.step_keys, plan.afters
    tapers, taper_shares, is_door_of, can_ring = plan.tapers, plan.taper_shares, plan.is_door_of, plan.can_ring
    visit_of, changes, census, longest_outside_keys = (
        plan.visit_of,
        plan.changes,
        plan.census,
        plan.longest_outside_keys,
    )
    persons, stays, waits, steps = room.persons, room.stays, room.waits, room.steps
    step_afters, events, buckets, heap = room.step_afters, room.events, room.buckets, room.heap
    posted, noted, wards = room.posted, room.noted, room.wards
    teams, clear_pairs, ring, knocked = room.teams, room.clear_pairs, room.ring, room.knocked
    count, shift = room.counters, room.bucket_shift

    count_services, count_teams = len(services), len(teams)
    has_surge, has_rings = False, plan.has_rings
    for service in range(count_services):
        has_surge |= services[service, SURGE_PLACES] >= 0
    died, out = count_services, count_services + 1

    # == the start ==================================================================================================

    count_waits = count_steps = count_afters = 0
    count_due_waits = count_due_deaths = count_nowhere = 0
    count[FREE_EVENT] = NONE
    next_coming = next_change = 0
    next_arrival = arrives[coming[0]] if len(coming) > 0 else NEVER
    has_newcomers = False
    now = 0
    for service in range(count_services):
        wards[service, PLANNED_OPEN] = services[service, PLACES_AT_START]
        plan_places(plan, room, service, 0)
    next_seat = 0

    while True:
        # == gathering: what is due happens, to one person at a time, in any order ==================================
        while True:
            if count[POSTED] > 0:
                count[POSTED] -= 1
                at = posted[count[POSTED], 0]
                if at > now:
                    if at < until:
                        schedule(room, at, posted[count[POSTED], 1])
                    continue
                what = posted[count[POSTED], 1]
            elif count[HEAP_SIZE] > 0 and events[heap[0], AT] <= now:
                event = heap[0]
                what = events[event, WHAT]
                events[event, NEXT], count[FREE_EVENT] = count[FREE_EVENT], event
                size = count[HEAP_SIZE] - 1
                count[HEAP_SIZE] = size
                if size > 0:  # the last one sinks from the top to its place
                    last, place = heap[size], 0
                    while True:
                        below = 2 * place + 1
                        if below >= size:
                            break
                        if below + 1 < size and events[heap[below + 1], AT] < events[heap[below], AT]:
                            below += 1
                        if events[heap[below], AT] >= events[last, AT]:
                            break
                        heap[place] = heap[below]
                        place = below
                    heap[place] = last
            elif next_arrival <= now:
                what = coming[next_coming] * KINDS + ARRIVE
                next_coming += 1
                next_arrival = arrives[coming[next_coming]] if next_coming < len(coming) else NEVER
            elif next_change < len(changes) and changes[next_change, CHANGE_AT] <= now:
                what = next_change * KINDS + CHANGE
                next_change += 1
            elif next_seat < len(seated):
                what = seated[next_seat] * KINDS + SEAT
                next_seat += 1
            else:
                break
            kind, whom = what & (KINDS - 1), what // KINDS
            looks_at = joins = leaves = requires = NONE
            starts_now = False

            # -- somebody comes, or was here when the clock started --------------------------------------------------
            if kind == ARRIVE:
                come(room, whom, group_of[whom], number_of[whom], census_entry[whom] >= 0)
                joins = whom
                length = groups[persons[whom, GROUP], GROUP_DEATH]
                if length >= 0:
                    u = luck(room, whom, keys[KEY_OUTSIDE], 0, keys[KEY_DEATH])
                    post(
                        room,
                        due_after(plan, length, min(arrives[whom], now), now, u),
                        DEATH_OUTSIDE,
                        whom,
                    )

            elif kind == SEAT:
                come(room, whom, group_of[whom], number_of[whom], True)
                seat(plan, room, census, whom, arrives_at[whom], census_entry[whom], arrives[whom])

            elif kind == REQUIRE:
                requires = whom

            # -- needs no more care here ------------------------------------------------------------------------------
            elif kind == READY:
                person = stays[whom, S_PERSON]
                ready = stays[whom, READY_DUE]
                stays[whom, S_READY] = ready
                if stays[whom, S_PLANNED_TO] == died:
                    stays[whom, S_CLEAR] = ready
                    leaves = person
                else:
                    looks_at = whom
                    visit = stays[whom, VISIT_PLAN]
                    if visit >= 0 and visits[visit, VISIT_DEATH] >= 0:
                        u = luck(
                            room, person, service_keys[stays[whom, S_SERVICE]], stays[whom, S_VISIT], keys[KEY_DEATH]
                        )
                        post(
                            room,
                            due_after(plan, visits[visit, VISIT_DEATH], ready, now, u),
                            DEATH,
                            whom,
                        )

            # -- steps ------------------------------------------------------------------------------------------------
            elif kind == TRY_STEPS:  # a step's own start has come, or one before it is over
                step = stays[whom, FIRST_STEP]
                while step >= 0:
                    may_start = (
                        steps[step, K_STARTED] == NEVER and not steps[step, K_DROPPED] and steps[step, OWN_START] <= now
                    )
                    last_end, last_step = -NEVER, NONE
                    i = steps[step, AFTERS]
                    while may_start and i < steps[step, AFTERS_END]:
                        earlier = step_afters[i]
                        may_start = is_over(room, earlier)
                        if not steps[earlier, K_DROPPED]:
                            end, name = steps[earlier, K_FINISHED], steps[earlier, K_STEP]
                            if end > last_end or (end == last_end and name < last_step):
                                last_end, last_step = end, name
                        i += 1
                    if may_start:
                        if last_end > steps[step, OWN_START]:
                            steps[step, K_AFTER] = last_step
                        planned = steps[step, PLANNED]
                        team = planned_steps[planned, STEP_TEAM]
                        started = now
                        if now == 0 and team < 0:  # somebody of the census may have begun before the clock started
                            started = min(0, max(steps[step, OWN_START], last_end))
                        steps[step, K_STARTED] = started
                        if team < 0:
                            steps[step, K_TEAM_JOINED] = started
                            need = step_takes(
                                plan,
                                room,
                                whom,
                                planned,
                            )
                            due = step_end(plan, planned, started, need)
                            steps[step, K_DUE] = due
                            post(room, max(due, now), STEP_DUE, step)
                        else:  # into the team's queue: by priority, start, person and step
                            route = stays[whom, ROUTE]
                            priority = routes[route, ROUTE_PRIORITY]
                            steps[step, TEAM_PRIORITY] = priority
                            person, name = stays[whom, S_PERSON], steps[step, K_STEP]
                            before, ahead = teams[team, TEAM_TAIL], teams[team, TEAM_HEAD]
                            while before >= 0:
                                other = steps[before, TEAM_PRIORITY]
                                if other < priority:
                                    break
                                if other == priority:
                                    if steps[before, K_STARTED] < now:
                                        break
                                    who = stays[steps[before, K_STAY], S_PERSON]
                                    if who < person or (who == person and steps[before, K_STEP] < name):
                                        break
                                other = steps[ahead, TEAM_PRIORITY]
                                if other >= priority:
                                    who = stays[steps[ahead, K_STAY], S_PERSON]
                                    if other > priority or (
                                        steps[ahead, K_STARTED] == now
                                        and (who > person or (who == person and steps[ahead, K_STEP] > name))
                                    ):
                                        before = steps[ahead, IN_TEAM_BEFORE]
                                        break
                                before, ahead = steps[before, IN_TEAM_BEFORE], steps[ahead, IN_TEAM_BEHIND]
                            behind = teams[team, TEAM_HEAD] if before < 0 else steps[before, IN_TEAM_BEHIND]
                            steps[step, IN_TEAM_BEFORE], steps[step, IN_TEAM_BEHIND] = before, behind
                            if before >= 0:
                                steps[before, IN_TEAM_BEHIND] = step
                            else:
                                teams[team, TEAM_HEAD] = step
                            if behind >= 0:
                                steps[behind, IN_TEAM_BEFORE] = step
                            else:
                                teams[team, TEAM_TAIL] = step
                    step = steps[step, NEXT_STEP]

            elif kind == STEP_DUE:
                if not steps[whom, K_DROPPED]:
                    stay = steps[whom, K_STAY]
                    steps[whom, K_FINISHED] = steps[whom, K_DUE]
                    stays[stay, OPEN_STEPS] -= 1
                    if steps[whom, HAS_TEAM]:
                        steps[whom, HAS_TEAM] = 0
                        teams[planned_steps[steps[whom, PLANNED], STEP_TEAM], TEAM_TAKEN] -= 1
                    if stays[stay, OPEN_STEPS] > 0:
                        post(room, now, TRY_STEPS, stay)
                    looks_at = stay

            elif kind == LOOK:
                looks_at = whom

            # -- places and hours -------------------------------------------------------------------------------------
            elif kind == TAPER:
                if stays[whom, S_LEFT] == NEVER:
                    taper, service = stays[whom, NEXT_TAPER], stays[whom, S_SERVICE]
                    units = tapered(stays[whom, S_UNITS], taper_shares[taper])
                    wards[service, HELD] += units - stays[whom, UNITS_NOW]
                    stays[whom, UNITS_NOW] = units
                    touch(room, service)
                    visit = stays[whom, VISIT_PLAN]
                    if taper + 1 < visits[visit, VISIT_TAPERS_END]:
                        stays[whom, NEXT_TAPER] = taper + 1
                        post(room, stays[whom, S_ADMITTED] + tapers[taper + 1, TAPER_AFTER], TAPER, whom)

            elif kind == CLEAN:
                wards[stays[whom, S_SERVICE], CLEANING] -= stays[whom, UNITS_NOW]
                touch(room, stays[whom, S_SERVICE])

            elif kind == OPENING:
                knocked[whom] = False
                if is_door_of[whom] >= 0:
                    touch(room, is_door_of[whom])
                else:
                    for service in range(count_services + 2):
                        touch(room, service)
                count[LOOK_FOR_RINGS] = 1

            elif kind == CHANGE:
                service = changes[whom, CHANGE_WHAT]
                if changes[whom, CHANGE_OF_TEAM]:
                    teams[service, TEAM_OPEN] = changes[whom, CHANGE_PLACES]
                else:
                    wards[service, PLANNED_OPEN] = changes[whom, CHANGE_PLACES]
                    plan_places(plan, room, service, now)

            # -- longest waits and deaths: only noted, and judged after placing ---------------------------------------
            elif kind == PATIENCE:
                if waits[whom, W_ENDED] == NEVER:
                    if count_due_waits >= len(noted):
                        return MORE_EVENTS, count[STAY_ROWS], count_waits, count_steps, count[PLACES]
                    noted[count_due_waits, DUE_WAIT] = whom
                    count_due_waits += 1

            elif kind == DEATH or kind == DEATH_OUTSIDE:
                if count_due_deaths >= len(noted):
                    return MORE_EVENTS, count[STAY_ROWS], count_waits, count_steps, count[PLACES]
                noted[count_due_deaths, DUE_DEATH] = whom if kind == DEATH else -1 - whom
                count_due_deaths += 1

            # -- what the phases decided ------------------------------------------------------------------------------
            elif kind == DIE:
                wait, stay = persons[whom, WAIT_OF], persons[whom, STAY_OF]
                if wait >= 0:
                    leave_queue(room, wait)
                    touch(room, waits[wait, W_TO])
                    if has_rings:
                        count_clear(plan, room, wait, -1)
                    end_wait(room, wait, DIED_WAITING, now)
                if stay >= 0:
                    step = stays[stay, FIRST_STEP]
                    while step >= 0:
                        drop(plan, room, step)
                        step = steps[step, NEXT_STEP]
                leaves = whom

            else:  # a wait ended without a place: the person goes the other way
                wait, person, stay = whom, waits[whom, W_PERSON], waits[whom, W_STAY]
                ending = NO_PLACE
                if kind != BACK_FOR_NO_PLACE:
                    ending = GAVE_UP if kind == BACK_FOR_PATIENCE else TURNED_AWAY
                    leave_queue(room, wait)
                    touch(room, waits[wait, W_TO])
                if has_rings:
                    count_clear(plan, room, wait, -1)
                end_wait(room, wait, ending, now)
                if stay >= 0:
                    stays[stay, ROUTE] = routes[waits[wait, OF_ROUTE], ROUTE_OTHERWISE]
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
                route = stays[stay, ROUTE]
                step = stays[stay, FIRST_STEP]
                while step >= 0:
                    steps[step, REQUIRED] = 0
                    step = steps[step, NEXT_STEP]
                first_new = count_steps
                for planned in range(routes[route, ROUTE_STEPS], routes[route, ROUTE_STEPS_END]):
                    if step_shares[planned] < 1.0:
                        key = service_keys[stays[stay, S_SERVICE]]
                        u = luck(room, person, key, stays[stay, S_VISIT], step_keys[planned, NEEDS_KEY])
                        if u >= step_shares[planned]:
                            continue
                    name = planned_steps[planned, STEP_NUMBER]
                    step = stays[stay, FIRST_STEP]
                    while step >= 0 and (steps[step, K_STEP] != name or steps[step, K_DROPPED]):
                        step = steps[step, NEXT_STEP]
                    if step >= 0:
                        steps[step, REQUIRED] = 1
                        continue
                    if count_steps >= len(steps):
                        return MORE_STEPS, count[STAY_ROWS], count_waits, count_steps, count[PLACES]
                    step = count_steps
                    count_steps += 1
                    steps[step, K_STAY], steps[step, K_STEP] = stay, name
                    steps[step, K_STARTED] = steps[step, K_TEAM_JOINED] = NEVER
                    steps[step, K_DUE] = steps[step, K_FINISHED] = NEVER
                    steps[step, K_DROPPED], steps[step, K_AFTER] = 0, NONE
                    steps[step, PLANNED], steps[step, REQUIRED], steps[step, HAS_TEAM] = planned, 1, 0
                    steps[step, NEXT_STEP] = stays[stay, FIRST_STEP]
                    stays[stay, FIRST_STEP] = step
                    stays[stay, OPEN_STEPS] += 1
                    starts = now if starts_now else own_start(plan, room, stay, planned)
                    steps[step, OWN_START] = starts
                    post(room, starts, TRY_STEPS, stay)
                step = stays[stay, FIRST_STEP]
                while step >= 0:
                    if not steps[step, REQUIRED]:
                        drop(plan, room, step)
                    step = steps[step, NEXT_STEP]
                if starts_now:  # what came after a dropped step waits for it no longer
                    post(room, now, TRY_STEPS, stay)
                for step in range(first_new, count_steps):
                    planned = steps[step, PLANNED]
                    steps[step, AFTERS] = count_afters
                    for i in range(planned_steps[planned, STEP_AFTERS], planned_steps[planned, STEP_AFTERS_END]):
                        earlier = stays[stay, FIRST_STEP]
                        while earlier >= 0 and not (steps[earlier, REQUIRED] and steps[earlier, K_STEP] == afters[i]):
                            earlier = steps[earlier, NEXT_STEP]
                        if earlier >= 0:
                            if count_afters >= len(step_afters):
                                return MORE_STEPS, count[STAY_ROWS], count_waits, count_steps, count[PLACES]
                            step_afters[count_afters] = earlier
                            count_afters += 1
                    steps[step, AFTERS_END] = count_afters
                if starts_now:  # the other queue is joined at once
                    if stays[stay, S_READY] == NEVER or stays[stay, OPEN_STEPS] > 0:
                        stays[stay, S_CLEAR] = NEVER
                    elif stays[stay, S_CLEAR] == NEVER:
                        stays[stay, S_CLEAR] = now
                    joins = person
                elif routes[route, ROUTE_JOIN_AFTER] >= 0:
                    name = planned_steps[routes[route, ROUTE_JOIN_AFTER], STEP_NUMBER]
                    step = stays[stay, FIRST_STEP]
                    while step >= 0 and steps[step, K_STEP] != name:
                        step = steps[step, NEXT_STEP]
                    if step < 0:  # who does not need the step joins when it would have started
                        post(
                            room,
                            own_start(plan, room, stay, routes[route, ROUTE_JOIN_AFTER]),
                            LOOK,
                            stay,
                        )

            # -- something about a stay changed: may this person join the next queue, or move? ------------------------
            if looks_at >= 0 and stays[looks_at, S_LEFT] == NEVER and stays[looks_at, ROUTE] >= 0:
                stay, person, route = looks_at, stays[looks_at, S_PERSON], stays[looks_at, ROUTE]
                is_clear = stays[stay, S_READY] != NEVER and stays[stay, OPEN_STEPS] == 0
                if is_clear and stays[stay, S_CLEAR] == NEVER:
                    clear = now
                    if now == 0:  # somebody of the census may have been clear before the clock started
                        clear = stays[stay, S_READY]
                        step = stays[stay, FIRST_STEP]
                        while step >= 0:
                            if steps[step, REQUIRED] and not steps[step, K_DROPPED]:
                                clear = max(clear, steps[step, K_FINISHED])
                            step = steps[step, NEXT_STEP]
                        clear = min(0, clear)
                    stays[stay, S_CLEAR] = clear
                wait = persons[person, WAIT_OF]
                if wait < 0:
                    may_join = is_clear
                    early = routes[route, ROUTE_JOIN_AFTER]
                    if not is_clear and early >= 0:
                        name = planned_steps[early, STEP_NUMBER]
                        step = stays[stay, FIRST_STEP]
                        while step >= 0 and not (steps[step, REQUIRED] and steps[step, K_STEP] == name):
                            step = steps[step, NEXT_STEP]
                        may_join = is_over(room, step) if step >= 0 else own_start(plan, room, stay, early) <= now
                    if may_join:
                        joins = person
                elif is_clear and waits[wait, W_CLEAR] == NEVER:
                    waits[wait, W_CLEAR] = max(waits[wait, W_JOINED], stays[stay, S_CLEAR])
                    if has_rings:
                        count_clear(plan, room, wait, 1)
                    if is_open(plan, room, services[stays[stay, S_SERVICE], OWN_HOURS], now):
                        touch(room, waits[wait, W_TO])

            # -- joining a queue --------------------------------------------------------------------------------------
            if joins >= 0:
                person, stay, group = joins, persons[joins, STAY_OF], persons[joins, GROUP]
                if count_waits >= len(waits):
                    return MORE_WAITS, count[STAY_ROWS], count_waits, count_steps, count[PLACES]
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
                    route, where = stays[stay, ROUTE], stays[stay, S_SERVICE]
                    to, priority = routes[route, ROUTE_TO], routes[route, ROUTE_PRIORITY]
                    has_no_alternative = routes[route, ROUTE_OTHERWISE] < 0
                    moves_now = False
                    if stays[stay, S_READY] != NEVER and stays[stay, OPEN_STEPS] == 0:
                        if number == 0:  # somebody of the census: they joined when they were clear
                            joined = stays[stay, S_CLEAR]
                        clear = max(joined, stays[stay, S_CLEAR])
                        moves_now = is_open(plan, room, services[where, OWN_HOURS], now)
                waits[wait, W_PERSON], waits[wait, W_NUMBER], waits[wait, W_STAY] = person, number, stay
                waits[wait, W_HELD], waits[wait, W_TO], waits[wait, W_JOINED] = where, to, joined
                waits[wait, W_CLEAR], waits[wait, W_ENDED], waits[wait, W_ENDING] = clear, NEVER, WAITING
                waits[wait, OF_ROUTE], waits[wait, PRIORITY], waits[wait, OF_UNITS] = route, priority, 1
                if (
                    moves_now and to == out
                ):  # there is always room, it is nobody else's turn, and no ring goes through it
                    move(plan, room, wait, False, now)
                    continue
                if has_rings:
                    count_clear(plan, room, wait, 1)
                if to < died and now > services[to, LAST_WITH_PLACES] and not has_no_alternative:
                    if count_nowhere >= len(noted):
                        return MORE_EVENTS, count[STAY_ROWS], count_waits, count_steps, count[PLACES]
                    noted[count_nowhere, NOWHERE] = wait
                    count_nowhere += 1
                else:
                    if to < died:
                        if services[to, COUNTS_UNITS]:
                            u = luck(room, person, service_keys[to], persons[person, VISITS + to], keys[KEY_UNITS])
                            waits[wait, OF_UNITS] = minutes(drawn(plan, visits[visit_of[group, to], VISIT_UNITS], u))
                        if services[to, QUEUE_LIMIT] >= 0:
                            wards[to, HAS_NEWCOMERS] = 1
                            has_newcomers = True
                    # into line, by priority, time joined and rank: looked for from both ends at once
                    before, ahead = wards[to, TAIL], wards[to, HEAD]
                    while before >= 0:
                        other = waits[before, PRIORITY]
                        if other < priority:
                            break
                        if other == priority:
                            since = waits[before, W_JOINED]
                            if since < joined or (since == joined and waits[before, W_PERSON] < person):
                                break
                        other = waits[ahead, PRIORITY]
                        if other >= priority:
                            since = waits[ahead, W_JOINED]
                            if (
                                other > priority
                                or since > joined
                                or (since == joined and waits[ahead, W_PERSON] > person)
                            ):
                                before = waits[ahead, BEFORE]
                                break
                        before, ahead = waits[before, BEFORE], waits[ahead, BEHIND]
                    behind = wards[to, HEAD] if before < 0 else waits[before, BEHIND]
                    waits[wait, BEFORE], waits[wait, BEHIND] = before, behind
                    if before >= 0:
                        waits[before, BEHIND] = wait
                    else:
                        wards[to, HEAD] = wait
                    if behind >= 0:
                        waits[behind, BEFORE] = wait
                    else:
                        wards[to, TAIL] = wait
                    wards[to, LENGTH] += 1
                    if moves_now:
                        touch(room, to)
                    # patience runs from joining
                    if stay >= 0:
                        longest = routes[route, ROUTE_LONGEST]
                        if longest >= 0:
                            u = luck(room, person, service_keys[where], stays[stay, S_VISIT], route_keys[route])
                            post(
                                room,
                                due_after(plan, longest, joined, now, u),
                                PATIENCE,
                                wait,
                            )
                    elif number == 0 and groups[group, GROUP_LONGEST] >= 0:
                        u = luck(room, person, keys[KEY_OUTSIDE], 0, longest_outside_keys[group])
                        post(
                            room,
                            due_after(plan, groups[group, GROUP_LONGEST], joined, now, u),
                            PATIENCE,
                            wait,
                        )

            # -- leaving the model, dead ------------------------------------------------------------------------------
            if leaves >= 0:
                persons[leaves, GONE] = 1
                if persons[leaves, STAY_OF] >= 0:
                    leave_place(plan, room, persons[leaves, STAY_OF], died, False, now)

        # == the phases of an instant: after the first that moves somebody, gathering starts again ==================

        # -- who would wait where no place will ever be goes the other way
        if count_nowhere > 0:
            for i in range(count_nowhere):
                post(room, now, BACK_FOR_NO_PLACE, noted[i, NOWHERE])
            count_nowhere = 0
            continue

        # -- free team places go to those who wait longest for them
        acted = False
        for team in range(count_teams):
            while teams[team, TEAM_HEAD] >= 0 and teams[team, TEAM_TAKEN] < teams[team, TEAM_OPEN]:
                step = teams[team, TEAM_HEAD]
                leave_team_queue(room, step, team)
                teams[team, TEAM_TAKEN] += 1
                steps[step, HAS_TEAM] = 1
                steps[step, K_TEAM_JOINED] = now
                planned, stay = steps[step, PLANNED], steps[step, K_STAY]
                need = step_takes(
                    plan,
                    room,
                    stay,
                    planned,
                )
                due = step_end(plan, planned, now, need)
                steps[step, K_DUE] = due
                post(room, max(due, now), STEP_DUE, step)
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
                    if waits[pick, OF_UNITS] > free:
                        if serving < died and services[serving, MAY_PASS]:
                            wards[serving, IS_STOPPED] = 1
                            has_stopped_lines = True
                        pick = NONE
                        break
                    if waits[pick, W_CLEAR] != NEVER:
                        where = waits[pick, W_HELD]
                        if where < 0 or is_open(plan, room, services[where, OWN_HOURS], now):
                            break
                    pick = waits[pick, BEHIND]
                if pick < 0:
                    serving = NONE
                    continue
                cursor = waits[pick, BEHIND]
            elif count[TOUCHED] > 0:
                count[TOUCHED] -= 1
                service = room.touched[count[TOUCHED]]
                wards[service, IS_TOUCHED] = 0
                if wards[service, HEAD] >= 0 and (service >= died or is_open(plan, room, services[service, DOOR], now)):
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
                                waits[pick, OF_UNITS] <= free
                                and waits[pick, W_CLEAR] != NEVER
                                and (where < 0 or is_open(plan, room, services[where, OWN_HOURS], now))
                            ):
                                break
                            pick = waits[pick, BEHIND]
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
                                    and is_open(plan, room, services[to, DOOR], now)
                                    and is_open(plan, room, services[service, OWN_HOURS], now)
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
                                member = waits[member, BEHIND]
                            ring[MEMBER, ring_left] = member
                            ring_left += 1
                            to = end
                            end = NONE if end == start else ring[FOUND_FROM, end]
                    if ring_left == 0:
                        break
                    count[LOOK_FOR_RINGS] = 1
                    is_exchange = True
                    continue

            acted = True
            leave_queue(room, pick)
            move(plan, room, pick, is_exchange, now)
            if serving >= 0 and serving < died and services[serving, COUNTS_UNITS]:
                cursor = wards[serving, HEAD]  # who was passed over may now no longer fit, and stop the line
        if acted and (count[POSTED] > 0 or count[LOOK_FOR_RINGS] > 0):
            continue
        acted = False  # whoever moved left nothing else to gather or to place

        # -- longest waits and deaths that are due, together: who was placed is placed, and death wins
        for i in range(count_due_deaths):
            stay = max(NONE, noted[i, DUE_DEATH])  # the one in which they died, or outside
            person = stays[stay, S_PERSON] if stay >= 0 else -1 - noted[i, DUE_DEATH]
            if not persons[person, GONE] and persons[person, STAY_OF] == stay:
                persons[person, GONE] = 1
                post(room, now, DIE, person)
                acted = True
        for i in range(count_due_waits):
            wait = noted[i, DUE_WAIT]
            if waits[wait, W_ENDED] == NEVER and not persons[waits[wait, W_PERSON], GONE]:
                post(room, now, BACK_FOR_PATIENCE, wait)
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
                        post(room, now, BACK_FOR_QUEUE, wait)
                        excess -= 1
                        acted = True
                    wait = waits[wait, BEFORE]
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
                    plan_places(plan, room, service, now)
                elif wards[service, SURGE_IS_OPEN] and waiting <= services[service, SURGE_LOW]:
                    wards[service, SURGE_IS_OPEN] = 0
                    plan_places(plan, room, service, now)
        if acted or count[POSTED] > 0:
            continue

        # == the clock: on to the next instant at which anything is due ==============================================
        now = min(until, next_arrival)
        if next_change < len(changes):
            now = min(now, changes[next_change, CHANGE_AT])
        # no further than that, or what is posted then would come too late
        last_span = min(now >> shift, len(buckets) - 1)
        while count[HEAP_SIZE] == 0 and count[BUCKET] < last_span:
            count[BUCKET] += 1
            event = buckets[count[BUCKET]]
            while event >= 0:
                following = events[event, NEXT]
                push(room, event, count[HEAP_SIZE])
                count[HEAP_SIZE] += 1
                event = following
        if count[HEAP_SIZE] > 0:
            now = min(now, events[heap[0], AT])
        count[NOW] = now
        if count[TOO_SMALL] > 0:
            return count[TOO_SMALL], count[STAY_ROWS], count_waits, count_steps, count[PLACES]
        if now >= until:
            return DONE, count[STAY_ROWS], count_waits, count_steps, count[PLACES]


def write_down(room: Room, count_waits: int, stay_columns: Ints, wait_columns: Ints, step_columns: Ints) -> int:
    """Put rows into the ledger's one order: by person and number, steps by stay and step; how many steps ever started.

    The tables with a row a column are filled: as many columns long as there are stays, waits and steps.
    """
    persons, stays, waits, steps = room.persons, room.stays, room.waits, room.steps
    first_stay, first_wait, steps_before = room.first_stay, room.first_wait, room.steps_before
    count_stays = room.counters[STAY_ROWS]
    next_stay = next_wait = 0
    for person in range(len(persons)):
        first_stay[person], first_wait[person] = next_stay, next_wait
        next_stay += persons[person, STAYS]
        next_wait += persons[person, WAITS]
    for stay in range(count_stays):
        row = first_stay[stays[stay, S_PERSON]] + stays[stay, S_NUMBER]
        for column in range(S_NEED + 1):
            stay_columns[column, row] = stays[stay, column]
    for wait in range(count_waits):
        person, stay = waits[wait, W_PERSON], waits[wait, W_STAY]
        row = first_wait[person] + waits[wait, W_NUMBER]
        for column in range(W_ENDING + 1):
            wait_columns[column, row] = waits[wait, column]
        if stay >= 0:
            wait_columns[W_STAY, row] = first_stay[person] + stays[stay, S_NUMBER]
    if step_columns.shape[1] == 0:
        return 0
    for stay in range(count_stays):
        row, started = first_stay[stays[stay, S_PERSON]] + stays[stay, S_NUMBER], 0
        step = stays[stay, FIRST_STEP]
        while step >= 0:
            if steps[step, K_STARTED] != NEVER:
                started += 1
            step = steps[step, NEXT_STEP]
        steps_before[row] = started
    count_steps = 0
    for row in range(count_stays):
        started = steps_before[row]
        steps_before[row] = count_steps
        count_steps += started
    for stay in range(count_stays):
        row = first_stay[stays[stay, S_PERSON]] + stays[stay, S_NUMBER]
        first = end = steps_before[row]
        step = stays[stay, FIRST_STEP]
        while step >= 0:  # the last one begun stands first
            if steps[step, K_STARTED] != NEVER:
                place = end
                while place > first and step_columns[K_STEP, place - 1] >= steps[step, K_STEP]:
                    for column in range(K_AFTER + 1):
                        step_columns[column, place] = step_columns[column, place - 1]
                    place -= 1
                for column in range(K_AFTER + 1):
                    step_columns[column, place] = steps[step, column]
                step_columns[K_STAY, place] = row
                end += 1
            step = steps[step, NEXT_STEP]
    return count_steps
