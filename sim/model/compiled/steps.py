"""Steps and their teams, for the fast engine.

Plain Python that a compiler can read; see `operations.py`. What may be changed here: with new expected results, and only together with
the reference engine.
"""

from sim.inputs.timetable import end_of_work
from sim.model.compiled.arrays import BEFORE_READY, ON_ADMISSION, Packed
from sim.model.compiled.event_queue import due_at, post
from sim.model.compiled.queues import join_team_queue, step_out
from sim.model.compiled.random_lookup import drawn, uniform
from sim.model.compiled.state import MORE_STEPS, STEP_DUE, TRY_STEPS, Room
from sim.model.records import NEVER, NONE
from sim.model.rules import seconds


def own_start(plan: Packed, room: Room, stay: int, planned: int) -> int:
    """When a step would start if it waited for nothing."""
    planned_steps, stays = plan.steps, room.stays
    starts, ready = planned_steps[planned].starts, stays[stay].ready_due
    if starts == ON_ADMISSION:
        return room.admissions[stay].admitted
    if starts == BEFORE_READY and ready < NEVER:
        return max(room.admissions[stay].admitted, ready - planned_steps[planned].before)
    return ready


def is_over(room: Room, step: int) -> bool:
    """Is a step finished, or no longer needed?"""
    steps = room.steps
    return steps[step].finished != NEVER or steps[step].dropped != 0


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
                step_out(teams, steps, team, step)


def step_takes(plan: Packed, room: Room, stay: int, planned: int) -> int:
    """Seconds that a step of this stay takes, or seconds of working days."""
    planned_steps, stays = plan.steps, room.stays
    key = plan.services[stays[stay].service].key
    u = uniform(room, stays[stay].person, key, room.admissions[stay].visit, planned_steps[planned].takes_key)
    return seconds(drawn(plan, planned_steps[planned].takes, u))


def step_end(plan: Packed, planned: int, start: int, need: int) -> int:
    """When a step that starts then is done."""
    planned_steps, working = plan.steps, plan.working
    if planned_steps[planned].working:
        return end_of_work(working, start, need)
    return start + need


def begin_step(plan: Packed, room: Room, stay: int, step: int, begins: int) -> None:
    """A step is under way, its team with it if it has one."""
    planned, steps = room.steps[step].planned, room.steps
    due = step_end(plan, planned, begins, step_takes(plan, room, stay, planned))
    steps[step].team_joined, steps[step].due = begins, due
    due_at(room, plan.until, due, STEP_DUE, step)


def try_steps(plan: Packed, room: Room, stay: int) -> None:
    """Start the steps of a stay whose own start has come and that wait for no other step: at once, or in the line of their team."""
    steps, step_afters, now = room.steps, room.step_afters, room.counters[0].now
    step = room.admissions[stay].first_step
    while step >= 0:
        may_start = steps[step].started == NEVER and not steps[step].dropped and steps[step].own_start <= now
        last_end, last_step = -NEVER, NONE
        i = steps[step].afters
        while may_start and i < steps[step].afters_end:
            earlier = step_afters[i]
            may_start = is_over(room, earlier)
            if not steps[earlier].dropped:
                end, name = steps[earlier].finished, steps[earlier].step
                if end > last_end or (end == last_end and name < last_step):
                    last_end, last_step = end, name
            i += 1
        if may_start:
            if last_end > steps[step].own_start and (now == 0 or last_end == now):  # else for one that was dropped now
                steps[step].after = last_step
            team = plan.steps[steps[step].planned].team
            started = now
            if now == 0 and team < 0:  # somebody of the census may have begun before the clock started
                started = min(0, max(steps[step].own_start, last_end))
            steps[step].started = started
            if team < 0:
                begin_step(plan, room, stay, step, started)
            else:
                steps[step].priority = plan.routes[room.stays[stay].route].priority
                join_team_queue(room, step, team, now)
        step = steps[step].next_step


def serve_team(plan: Packed, room: Room, team: int) -> bool:
    """Free places of a team go to those who wait longest for them; were there any?"""
    teams, steps, now = room.teams, room.steps, room.counters[0].now
    serves = False
    while teams[team].head >= 0 and teams[team].taken < teams[team].open:
        step = teams[team].head
        step_out(teams, steps, team, step)
        teams[team].taken += 1
        steps[step].has_team = 1
        begin_step(plan, room, steps[step].stay, step, now)
        serves = True
    return serves


def ask_for_steps(plan: Packed, room: Room, stay: int, is_back: bool) -> None:
    """The steps that a route asks for: what is done counts, what is not asked for is dropped, the rest gets its start.

    Whoever is back from a queue without a place starts them now.
    """
    planned_steps, afters, stays = plan.steps, plan.afters, room.stays
    steps, step_afters, admissions, count = room.steps, room.step_afters, room.admissions, room.counters[0]
    person, route, now = stays[stay].person, plan.routes[stays[stay].route], count.now
    step = admissions[stay].first_step
    while step >= 0:
        steps[step].required = 0
        step = steps[step].next_step
    first_new = count.step_rows
    for planned in range(route.steps, route.steps_end):
        if planned_steps[planned].share < 1.0:
            key = plan.services[stays[stay].service].key
            u = uniform(room, person, key, admissions[stay].visit, planned_steps[planned].needs_key)
            if u >= planned_steps[planned].share:
                continue
        name = planned_steps[planned].number
        step = admissions[stay].first_step
        while step >= 0 and (steps[step].step != name or steps[step].dropped):
            step = steps[step].next_step
        if step >= 0:
            steps[step].required = 1
            continue
        step = count.step_rows
        if step >= len(steps):
            count.too_small = MORE_STEPS
            return
        count.step_rows = step + 1
        steps[step].stay, steps[step].step = stay, name
        steps[step].started = steps[step].team_joined = NEVER
        steps[step].due = steps[step].finished = NEVER
        steps[step].dropped, steps[step].after = 0, NONE
        steps[step].planned, steps[step].required, steps[step].has_team = planned, 1, 0
        steps[step].afters = steps[step].afters_end = 0
        steps[step].next_step = admissions[stay].first_step
        admissions[stay].first_step = step
        stays[stay].open_steps += 1
        starts = now if is_back else own_start(plan, room, stay, planned)
        steps[step].own_start = starts
        post(room, starts, TRY_STEPS, stay)
    step = admissions[stay].first_step
    while step >= 0:
        if not steps[step].required:
            drop(plan, room, step)
        step = steps[step].next_step
    if is_back:  # what came after a dropped step waits for it no longer
        post(room, now, TRY_STEPS, stay)
    for step in range(first_new, count.step_rows):
        planned = steps[step].planned
        steps[step].afters = count.after_rows
        for i in range(planned_steps[planned].afters, planned_steps[planned].afters_end):
            earlier = admissions[stay].first_step
            while earlier >= 0 and not (steps[earlier].required and steps[earlier].step == afters[i]):
                earlier = steps[earlier].next_step
            if earlier >= 0:
                if count.after_rows >= len(step_afters):
                    count.too_small = MORE_STEPS
                    return
                step_afters[count.after_rows] = earlier
                count.after_rows += 1
        steps[step].afters_end = count.after_rows
