"""Gathering, for the compiled engine: what is due at an instant happens, to one person at a time, in any order (rule 3).

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

from sim.model.compiled.arrays import KEY_DEATH, KEY_OUTSIDE, PlanArrays
from sim.model.compiled.capacity import (
    count_clear,
    is_divided,
    leave_place,
    other_way,
    plan_places,
    touch,
    touch_all_of,
)
from sim.model.compiled.engine_state import (
    ARRIVE,
    BALK,
    CHANGE,
    CLEAN,
    DEATH,
    DEATH_OUTSIDE,
    DIE,
    FROM_CENSUS,
    KIND_BITS,
    KINDS,
    LONGEST_WAIT,
    LOOK,
    MORE_EVENTS,
    MORE_STAYS,
    NO_PLACE_FOR,
    NOTHING_DUE,
    OPENING,
    READY,
    RENEGE,
    REQUIRE,
    RISE,
    STEP_DUE,
    TAPER,
    TRY_STEPS,
    EngineState,
)
from sim.model.compiled.joining import join, join_after_steps, look_at, raise_priority, waits_since
from sim.model.compiled.queues import due_at, leave_queue, post, schedule, take_first
from sim.model.compiled.sampling import due_after, uniform
from sim.model.compiled.stays import end_wait, place_from_census
from sim.model.compiled.steps import ask_for_steps, drop, is_outside, try_steps
from sim.model.records import DIED_WAITING, GAVE_UP, NEVER, NO_PLACE, NONE, TURNED_AWAY
from sim.model.rules import tapered


def next_due(plan: PlanArrays, state: EngineState, now: int) -> int:
    """What happens next at this instant, as a kind and whom it is about; NOTHING_DUE when all has been gathered."""
    count, posted, coming = state.counters[0], state.posted, state.coming
    while count.posted > 0:
        count.posted -= 1
        at = posted[count.posted].at
        if at <= now:
            return int(posted[count.posted].what)
        if at < plan.until:
            schedule(state, at, posted[count.posted].what)
    if count.heap_size > 0 and state.events[state.heap[0]].at <= now:
        return take_first(state)
    if count.next_arrival <= now:
        what = coming[count.next_coming] * KINDS + ARRIVE
        count.next_coming += 1
        count.next_arrival = state.arrives[coming[count.next_coming]] if count.next_coming < len(coming) else NEVER
        return int(what)
    if count.next_change < len(plan.changes) and plan.changes[count.next_change].at <= now:
        count.next_change += 1
        return int((count.next_change - 1) * KINDS + CHANGE)
    if count.next_seated < len(state.seated):
        count.next_seated += 1
        return int(state.seated[count.next_seated - 1] * KINDS + FROM_CENSUS)
    return NOTHING_DUE


def happen(plan: PlanArrays, state: EngineState, what: int, now: int) -> None:
    """One thing that is due happens, and what follows from it for the same person."""
    kind, whom = what & (KINDS - 1), what >> KIND_BITS
    state.counters[0].gathered += 1
    requires = looks_at = joins = leaves = NONE
    goes_another_way = False
    if kind == ARRIVE:
        joins = come(plan, state, whom, now)
    elif kind == FROM_CENSUS:
        place_from_census(plan, state, whom)
    elif kind == REQUIRE:
        requires = whom
    elif kind == READY:
        if become_ready(plan, state, whom, now):
            looks_at = whom
        else:
            leaves = state.stays[whom].person
    elif kind == TRY_STEPS:  # a step's own start has come, or one before it is over
        try_steps(plan, state, whom)
    elif kind == STEP_DUE:
        looks_at = end_step(plan, state, whom, now)
    elif kind == LOOK:
        looks_at = whom
    elif kind == RISE:
        if state.waits[whom].ended == NEVER:
            raise_priority(plan, state, whom)
    elif kind == LONGEST_WAIT or kind == DEATH or kind == DEATH_OUTSIDE:
        note_due(state, kind, whom)
    elif kind == DIE:
        die(plan, state, whom, now)
        leaves = whom
    elif kind == NO_PLACE_FOR or kind == RENEGE or kind == BALK:
        leave_the_queue(plan, state, whom, kind, now)
        requires, joins = after_the_queue(plan, state, whom)
        goes_another_way = requires >= 0
    else:
        change_capacity(plan, state, kind, whom, now)
    if requires >= 0:
        ask_for_steps(plan, state, requires, goes_another_way)
        joins = join_after_steps(plan, state, requires, goes_another_way, now, joins)
    if looks_at >= 0:
        joins = (
            look_outside(plan, state, looks_at, now)
            if is_outside(state, looks_at)
            else look_at(plan, state, looks_at, now)
        )
    if joins >= 0:
        join(plan, state, joins, kind, now)
    if leaves >= 0:
        leave_dead(plan, state, leaves, now)


# -- what happens to a person ---------------------------------------------------------------------------------------


def come(plan: PlanArrays, state: EngineState, person: int, now: int) -> int:
    """Somebody comes: who joins a queue (NONE: nobody, as things must be done before; rule 26)."""
    row = state.persons[person].profile_row
    if state.census_entry[person] < 0 and plan.groups[row].steps < plan.groups[row].steps_end:
        outside = begin_outside(plan, state, person, now)
        return NONE if outside < 0 else look_outside(plan, state, outside, now)
    start_death_clock_outside(plan, state, person, now)
    return person


def begin_outside(plan: PlanArrays, state: EngineState, person: int, now: int) -> int:
    """The time outside until every step there is done; NONE where there is no room for its row."""
    stays, count = state.stays, state.counters[0]
    stay = count.stay_rows
    if stay >= len(stays):
        count.too_small = MORE_STAYS
        return NONE
    count.stay_rows = stay + 1
    count.outside_rows += 1
    stays[stay].person = state.origins[stay].person = person
    stays[stay].service = stays[stay].route = stays[stay].visit_plan = stays[stay].previous = NONE
    stays[stay].to = stays[stay].planned_to = stays[stay].left_at_once = NONE
    state.origins[stay].number = state.origins[stay].came_at_once = state.admissions[stay].first_step = NONE
    stays[stay].open_steps = stays[stay].units_now = state.admissions[stay].units = 0
    stays[stay].ready_due = stays[stay].ready = state.admissions[stay].admitted = now
    stays[stay].clear = stays[stay].left = NEVER
    state.admissions[stay].need = state.admissions[stay].visit = 0
    ask_for_steps(plan, state, stay, False)
    return int(stay)


def look_outside(plan: PlanArrays, state: EngineState, stay: int, now: int) -> int:
    """Who joins the queue now that every step outside is done; NONE while one is not."""
    if state.stays[stay].open_steps > 0:
        return NONE
    person = int(state.stays[stay].person)
    start_death_clock_outside(plan, state, person, now)
    return person


def start_death_clock_outside(plan: PlanArrays, state: EngineState, person: int, now: int) -> None:
    """Somebody begins to wait outside; from now on they may die there."""
    length = plan.groups[state.persons[person].profile_row].death
    if length >= 0:
        keys = plan.plain_keys
        u = uniform(state, person, keys[KEY_OUTSIDE], 0, keys[KEY_DEATH])
        due = due_after(plan, length, waits_since(state, person, now), now, u)
        due_at(state, plan.until, due, DEATH_OUTSIDE, person)


def become_ready(plan: PlanArrays, state: EngineState, stay: int, now: int) -> bool:
    """Somebody needs no more care here; do they live on?"""
    stays, visits = state.stays, plan.visits
    ready = stays[stay].ready_due
    stays[stay].ready = ready
    if stays[stay].planned_to == len(plan.services):
        stays[stay].clear = ready
        return False
    visit = stays[stay].visit_plan
    if visit >= 0 and visits[visit].death >= 0:
        key = plan.services[stays[stay].service].key
        u = uniform(state, stays[stay].person, key, state.admissions[stay].visit, plan.plain_keys[KEY_DEATH])
        due_at(state, plan.until, due_after(plan, visits[visit].death, ready, now, u), DEATH, stay)
    return True


def end_step(plan: PlanArrays, state: EngineState, step: int, now: int) -> int:
    """A step ends, unless it was dropped; the stay that it was for, NONE if it was dropped."""
    steps, count = state.steps, state.counters[0]
    if steps[step].dropped_at != NEVER:
        return NONE
    stay = steps[step].stay
    steps[step].finished = steps[step].due
    state.stays[stay].open_steps -= 1
    if steps[step].has_team:
        steps[step].has_team = 0
        state.teams[plan.steps[steps[step].planned].team].taken -= 1
        count.unsettled = 1
    if state.stays[stay].open_steps > 0:
        post(state, now, TRY_STEPS, stay)
    return int(stay)


def note_due(state: EngineState, kind: int, whom: int) -> None:
    """A longest wait or a death is due: it is only noted, and judged after placing."""
    count, noted = state.counters[0], state.noted
    if kind == LONGEST_WAIT:
        if state.waits[whom].ended != NEVER:
            return
        if count.due_waits >= len(noted):
            count.too_small = MORE_EVENTS
            return
        noted[count.due_waits].wait = whom
        count.due_waits += 1
        count.unsettled = 1
    else:
        if count.due_deaths >= len(noted):
            count.too_small = MORE_EVENTS
            return
        noted[count.due_deaths].death = whom if kind == DEATH else -1 - whom
        count.due_deaths += 1
        count.unsettled = 1


def die(plan: PlanArrays, state: EngineState, person: int, now: int) -> None:
    """Somebody dies while they wait: their wait ends, and their steps are needed no longer."""
    wait, stay = state.persons[person].wait_of, state.persons[person].stay_of
    if wait >= 0:
        step_out_of_line(plan, state, wait, DIED_WAITING, now)
    if stay >= 0:
        step = state.admissions[stay].first_step
        while step >= 0:
            drop(plan, state, step)
            step = state.steps[step].next_step


def step_out_of_line(plan: PlanArrays, state: EngineState, wait: int, ending: int, now: int) -> None:
    """A wait ends without a place."""
    leave_queue(plan, state, wait)
    touch_all_of(plan, state, state.waits[wait].to)
    if plan.has_circles:
        count_clear(plan, state, wait, -1)
    end_wait(state, wait, ending, now)


def leave_the_queue(plan: PlanArrays, state: EngineState, wait: int, kind: int, now: int) -> None:
    """Somebody will never get a place, has waited too long, or found the queue full."""
    ending = NO_PLACE
    if kind != NO_PLACE_FOR:
        ending = GAVE_UP if kind == RENEGE else TURNED_AWAY
    step_out_of_line(plan, state, wait, ending, now)


def after_the_queue(plan: PlanArrays, state: EngineState, wait: int) -> tuple[int, int]:
    """Where somebody goes after a wait without a place: the stay that takes its other route, or who joins from outside."""
    waits = state.waits
    stay = waits[wait].stay
    if stay >= 0:
        state.stays[stay].route = plan.routes[waits[wait].route].otherwise
        return int(stay), NONE
    if other_way(plan, state, wait) != len(plan.services) + 1:
        return NONE, int(waits[wait].person)
    state.persons[waits[wait].person].gone = 1
    return NONE, NONE


def leave_dead(plan: PlanArrays, state: EngineState, person: int, now: int) -> None:
    """Somebody leaves the model, dead."""
    state.persons[person].gone = 1
    if state.persons[person].stay_of >= 0:
        leave_place(plan, state, state.persons[person].stay_of, len(plan.services), False, now)


# -- places and hours -----------------------------------------------------------------------------------------------


def change_capacity(plan: PlanArrays, state: EngineState, kind: int, whom: int, now: int) -> None:
    """Care tapers, a place is clean, hours open, or the calendar changes a capacity."""
    if kind == TAPER:
        taper(plan, state, whom)
    elif kind == CLEAN:
        service = state.stays[whom].service
        state.service_states[service].cleaning -= state.stays[whom].units_now
        if is_divided(plan, service):
            state.bay_states[state.bays[whom]].cleaning -= state.stays[whom].units_now
        touch(state, service)
    elif kind == OPENING:
        open_hours(plan, state, whom)
    elif kind == CHANGE:
        follow_calendar(plan, state, whom, now)


def taper(plan: PlanArrays, state: EngineState, stay: int) -> None:
    """From now on somebody needs fewer hours of care."""
    stays, visits, tapers, admission = state.stays, plan.visits, plan.tapers, state.admissions[stay]
    if stays[stay].left == NEVER:
        this, service = admission.next_taper, stays[stay].service
        units = tapered(admission.units, tapers[this].share)
        state.service_states[service].held += units - stays[stay].units_now
        stays[stay].units_now = units
        touch(state, service)
        if this + 1 < visits[stays[stay].visit_plan].tapers_end:
            admission.next_taper = this + 1
            post(state, admission.admitted + tapers[this + 1].after, TAPER, stay)


def open_hours(plan: PlanArrays, state: EngineState, hours: int) -> None:
    """Hours that somebody found closed open."""
    state.opening_is_noted[hours] = False
    if plan.is_door_of[hours] >= 0:
        touch(state, plan.is_door_of[hours])
    else:
        for service in range(len(plan.services) + 2):
            touch(state, service)
    state.counters[0].look_for_circles = 1


def follow_calendar(plan: PlanArrays, state: EngineState, change: int, now: int) -> None:
    """The calendar gives a service or a team other places from now on."""
    changes, count, service_states = plan.changes, state.counters[0], state.service_states
    what = changes[change].what
    if changes[change].of_team:
        state.teams[what].open = changes[change].places
        count.unsettled = 1
    else:
        service = plan.bays[what].service
        if is_divided(plan, service):
            service_states[service].planned_open += changes[change].places - state.bay_states[what].open
            state.bay_states[what].open = changes[change].places
            state.bay_states[what].most_to_come = changes[change].most_to_come
        else:
            service_states[service].planned_open = changes[change].places
            service_states[service].most_to_come = changes[change].most_to_come
        count.is_replanned = count.unsettled = 1
        plan_places(plan, state, service, now)
