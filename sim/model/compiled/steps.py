"""Steps and their teams, for the fast engine.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

import numpy as np

from sim.inputs.calendar import end_of_work
from sim.model.compiled.arrays import KEY_OUTSIDE, PlanArrays
from sim.model.compiled.engine_state import MORE_STEPS, STEP_DUE, TRY_STEPS, EngineState
from sim.model.compiled.queues import due_at, join_team_queue, post, step_out
from sim.model.compiled.sampling import conditional_seconds, drawn, uniform
from sim.model.records import NEVER, NONE
from sim.model.rules import begins, follows_on, seconds, start_of_step


def own_start(plan: PlanArrays, state: EngineState, stay: int, planned: int) -> int:
    """When a step would start if it waited for nothing."""
    step = plan.steps[planned]
    return start_of_step(step.starts, state.admissions[stay].admitted, state.stays[stay].ready_due, step.before)


def is_over(state: EngineState, step: int) -> bool:
    """Is a step finished, or no longer needed?"""
    steps = state.steps
    return steps[step].finished != NEVER or steps[step].dropped_at != NEVER


def drop(plan: PlanArrays, state: EngineState, step: int) -> None:
    """A step is no longer needed: its team place and its place in the team's queue are free at once."""
    planned_steps, stays, steps, teams = plan.steps, state.stays, state.steps, state.teams
    if not is_over(state, step):
        steps[step].dropped_at = state.counters[0].now
        stays[steps[step].stay].open_steps -= 1
        team = planned_steps[steps[step].planned].team
        if team >= 0 and steps[step].started != NEVER:
            if steps[step].has_team:
                steps[step].has_team = 0
                teams[team].taken -= 1
            else:
                step_out(teams, steps, team, step)


def is_outside(state: EngineState, stay: int) -> bool:
    """Is this the time outside of somebody for whom things must be done before they wait?"""
    return bool(state.origins[stay].number < 0)


def key_of_place(plan: PlanArrays, state: EngineState, stay: int) -> np.uint64:
    """The key of random numbers of where somebody is."""
    if is_outside(state, stay):
        return plan.plain_keys[KEY_OUTSIDE]
    return plan.services[state.stays[stay].service].key


def entry_of(plan: PlanArrays, state: EngineState, stay: int) -> int:
    """The census entry of somebody who waited in this stay when the clock started; NONE of anybody else."""
    entry = state.census_entry[state.stays[stay].person]
    if entry < 0 or state.origins[stay].number != 0 or plan.census[entry].service < 0:
        return NONE
    return int(entry) if plan.census[entry].waiting_for >= 0 else NONE


def first_start(plan: PlanArrays, state: EngineState, stay: int, planned: int, waits_by: int) -> int:
    """When a step would start or, for somebody of a census entry, began, as given, but not before they were admitted."""
    if waits_by >= 0:
        ago = plan.begun[waits_by, plan.steps[planned].number]
        if ago >= 0:
            return int(max(-ago, state.admissions[stay].admitted))
        # Nobody knows when a step ended that was done before the clock started, so what comes after it starts then.
        if plan.steps[planned].afters < plan.steps[planned].afters_end:
            return int(state.counters[0].now)
    return own_start(plan, state, stay, planned)


def step_takes(plan: PlanArrays, state: EngineState, step: int, begins: int) -> int:
    """Seconds that a step takes, or seconds of working days, which goes on from then."""
    planned_steps, stay, planned = plan.steps, state.steps[step].stay, state.steps[step].planned
    key, person, waits_by = key_of_place(plan, state, stay), state.stays[stay].person, entry_of(plan, state, stay)
    u = uniform(state, person, key, state.admissions[stay].visit, planned_steps[planned].takes_key)
    begun = begins
    if waits_by >= 0 and plan.begun[waits_by, planned_steps[planned].number] >= 0:
        begun = state.steps[step].own_start
    if begun < 0 and waits_by >= 0:  # known not to be done; before the run every day counts
        return max(0, -begins) + conditional_seconds(plan, planned_steps[planned].takes, -begun, u)
    return seconds(drawn(plan, planned_steps[planned].takes, u))


def step_end(plan: PlanArrays, planned: int, start: int, need: int) -> int:
    """When a step that starts then is done."""
    planned_steps, working = plan.steps, plan.working
    if planned_steps[planned].working:
        return end_of_work(working, start, need)
    return start + need


def begin_step(plan: PlanArrays, state: EngineState, step: int, begins: int) -> None:
    """A step is under way, its team with it if it has one."""
    planned, steps = state.steps[step].planned, state.steps
    due = step_end(plan, planned, begins, step_takes(plan, state, step, begins))
    steps[step].team_joined, steps[step].due = begins, due
    due_at(state, plan.until, due, STEP_DUE, step)


def priority_of(plan: PlanArrays, state: EngineState, stay: int) -> int:
    """The priority of somebody's route, or of those outside, which a team goes by."""
    if is_outside(state, stay):
        return int(plan.groups[state.persons[state.stays[stay].person].profile_row].priority)
    return int(plan.routes[state.stays[stay].route].priority)


def try_steps(plan: PlanArrays, state: EngineState, stay: int) -> None:
    """Start the steps of a stay whose own start has come and that wait for no other step: at once, or in the line of their team."""
    steps, step_afters, now = state.steps, state.step_afters, state.counters[0].now
    step = state.admissions[stay].first_step
    while step >= 0:
        may_start = steps[step].started == NEVER and steps[step].dropped_at == NEVER and steps[step].own_start <= now
        last_end, last_step = -NEVER, NONE
        i = steps[step].afters
        while may_start and i < steps[step].afters_end:
            earlier = step_afters[i]
            may_start = is_over(state, earlier)
            if steps[earlier].dropped_at == NEVER:
                end, name = steps[earlier].finished, steps[earlier].step
                if end > last_end or (end == last_end and name < last_step):
                    last_end, last_step = end, name
            i += 1
        if may_start:
            if follows_on(steps[step].own_start, last_end, now):
                steps[step].after = last_step
            team = plan.steps[steps[step].planned].team
            started = begins(steps[step].own_start, last_end, now, team >= 0)
            steps[step].started = started
            if team < 0:
                begin_step(plan, state, step, started)
            else:
                steps[step].priority = priority_of(plan, state, stay)
                join_team_queue(state, step, team, now)
        step = steps[step].next_step


def serve_team(plan: PlanArrays, state: EngineState, team: int) -> bool:
    """Free places of a team go to those who wait longest for them; were there any?"""
    teams, steps, now = state.teams, state.steps, state.counters[0].now
    serves = False
    while teams[team].head >= 0 and teams[team].taken < teams[team].open:
        step = teams[team].head
        step_out(teams, steps, team, step)
        teams[team].taken += 1
        steps[step].has_team = 1
        begin_step(plan, state, step, now)
        serves = True
    return serves


def step_named(state: EngineState, stay: int, name: int, required: bool) -> int:
    """The latest step of that name that this stay has asked for, or that its route asks for; NONE without one."""
    steps = state.steps
    step = state.admissions[stay].first_step
    while step >= 0 and (steps[step].step != name or (required and not steps[step].required)):
        step = steps[step].next_step
    return int(step)


def clear_of_census(state: EngineState, stay: int) -> int:
    """Since when somebody has been clear who is clear when the clock starts: perhaps since before it."""
    steps, clear, step = state.steps, state.stays[stay].ready, state.admissions[stay].first_step
    while step >= 0:
        if steps[step].required and steps[step].dropped_at == NEVER:
            clear = max(clear, steps[step].finished)
        step = steps[step].next_step
    return min(0, clear)


def is_needed(plan: PlanArrays, state: EngineState, stay: int, planned: int) -> bool:
    """Does this person need this step?"""
    if plan.steps[planned].share >= 1.0:
        return True
    key, visit = key_of_place(plan, state, stay), state.admissions[stay].visit
    u = uniform(state, state.stays[stay].person, key, visit, plan.steps[planned].needs_key)
    return bool(u < plan.steps[planned].share)


def goes_on(state: EngineState, stay: int, name: int) -> bool:
    """A step that was asked for before and not dropped is asked for again."""
    steps = state.steps
    step = state.admissions[stay].first_step
    while step >= 0 and (steps[step].step != name or steps[step].dropped_at != NEVER):
        step = steps[step].next_step
    if step >= 0:
        steps[step].required = 1
    return bool(step >= 0)


def add_step(plan: PlanArrays, state: EngineState, stay: int, planned: int, starts: int) -> None:
    """A step that has not been asked for before, with its own start."""
    steps, admissions, count = state.steps, state.admissions, state.counters[0]
    step = count.step_rows
    count.step_rows = step + 1
    steps[step].stay, steps[step].step = stay, plan.steps[planned].number
    steps[step].started = steps[step].team_joined = NEVER
    steps[step].due = steps[step].finished = steps[step].dropped_at = NEVER
    steps[step].after, steps[step].planned, steps[step].required, steps[step].has_team = NONE, planned, 1, 0
    steps[step].afters = steps[step].afters_end = 0
    steps[step].next_step = admissions[stay].first_step
    admissions[stay].first_step = step
    state.stays[stay].open_steps += 1
    steps[step].own_start = starts
    post(state, starts, TRY_STEPS, stay)


def tie_to_earlier(plan: PlanArrays, state: EngineState, stay: int, step: int) -> None:
    """Which steps of this stay a step comes after, of those that the route asks for."""
    steps, count = state.steps, state.counters[0]
    planned = steps[step].planned
    steps[step].afters = count.after_rows
    for i in range(plan.steps[planned].afters, plan.steps[planned].afters_end):
        earlier = step_named(state, stay, plan.afters[i], True)
        if earlier >= 0:
            if count.after_rows >= len(state.step_afters):
                count.too_small = MORE_STEPS
                return
            state.step_afters[count.after_rows] = earlier
            count.after_rows += 1
    steps[step].afters_end = count.after_rows


def steps_asked_for(plan: PlanArrays, state: EngineState, stay: int) -> tuple[int, int]:
    """Where the steps of somebody's route begin and end in the plan, or those of people outside."""
    if is_outside(state, stay):
        row = state.persons[state.stays[stay].person].profile_row
        return int(plan.groups[row].steps), int(plan.groups[row].steps_end)
    route = state.stays[stay].route
    return int(plan.routes[route].steps), int(plan.routes[route].steps_end)


def ask_for_steps(plan: PlanArrays, state: EngineState, stay: int, starts_now: bool) -> None:
    """The steps that a route asks for: what is done counts, what is not asked for is dropped, the rest gets its start.

    Anybody who goes another way after a wait without a place starts them now.
    """
    steps, admissions, count = state.steps, state.admissions, state.counters[0]
    now, (first, end) = count.now, steps_asked_for(plan, state, stay)
    step = admissions[stay].first_step
    while step >= 0:
        steps[step].required = 0
        step = steps[step].next_step
    first_new = count.step_rows
    waits_by = NONE if starts_now else entry_of(plan, state, stay)
    for planned in range(first, end):
        number = plan.steps[planned].number
        needs = is_needed(plan, state, stay, planned) if waits_by < 0 else plan.is_left[waits_by, number]
        if needs and not goes_on(state, stay, number):
            if count.step_rows >= len(steps):
                count.too_small = MORE_STEPS
                return
            start = now if starts_now else first_start(plan, state, stay, planned, waits_by)
            add_step(plan, state, stay, planned, start)
    step = admissions[stay].first_step
    while step >= 0:
        if not steps[step].required:
            drop(plan, state, step)
        step = steps[step].next_step
    if starts_now:  # what came after a dropped step waits for it no longer
        post(state, now, TRY_STEPS, stay)
    for step in range(first_new, count.step_rows):
        tie_to_earlier(plan, state, stay, step)
