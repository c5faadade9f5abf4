"""After the events: the rows, which are in the order of what happened, are put into the records' one order.

By person and number; steps by stay and step. Plain Python that a compiler can read, as `event_loop.py` is. The records' columns are filled, which
are as long as there are stays, waits and steps.

The records of both engines must stay equal.
"""

from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.capacity import other_way, other_way_of, other_way_outside
from sim.model.compiled.compact_columns import StayProfiles, Stays, Steps, WaitProfiles, Waits
from sim.model.compiled.engine_state import EngineState, by_reference, fetch_ahead
from sim.model.records import ADMITTED, NEVER, NONE, OUTSIDE

AHEAD = 16  # a stay is fetched so many rows before it is written down


def write_down(
    plan: PlanArrays,
    state: EngineState,
    stays: Stays,
    waits: Waits,
    steps: Steps,
    stay_profiles: StayProfiles,
    wait_profiles: WaitProfiles,
) -> int:
    """Fill the records' tables; how many steps ever started."""
    plan, state = by_reference(plan), by_reference(state)
    find_first_rows(state)
    find_stays(state)
    write_stays(plan, state, stays, waits)
    write_waits(plan, state, waits)
    if plan.has_traits:
        write_profiles(plan, state, stays, waits, stay_profiles, wait_profiles)
    started = find_first_steps(state)
    write_steps(state, steps)
    return started


def find_first_rows(state: EngineState) -> None:
    """Where the stays and waits of each person begin."""
    persons, first_stay, first_wait = state.persons, state.first_stay, state.first_wait
    next_stay = next_wait = 0
    for person in range(len(persons)):
        first_stay[person], first_wait[person] = next_stay, next_wait
        next_stay += persons[person].stays
        next_wait += persons[person].waits


def find_stays(state: EngineState) -> None:
    """Which stay of the run is in each row: reading here and there costs less than writing here and there."""
    for i in range(state.counters[0].stay_rows):
        if state.origins[i].number >= 0:  # else it is a time outside
            state.stay_of_row[row_of_stay(state, i)] = i


def write_stays(plan: PlanArrays, state: EngineState, into: Stays, waits: Waits) -> None:
    """Every stay in its row, and every wait that was over at once."""
    count = state.counters[0].stay_rows - state.counters[0].outside_rows
    for row in range(count):
        fetch_stay_ahead(state, state.stay_of_row[min(row + AHEAD, count - 1)])
        i = state.stay_of_row[row]
        stay, admission, origin = state.stays[i], state.admissions[i], state.origins[i]
        into.person[row], into.stay[row], into.visit[row] = origin.person, origin.number, admission.visit
        into.service[row], into.to[row], into.planned_to[row] = stay.service, stay.to, stay.planned_to
        into.admitted[row], into.units[row], into.need[row] = admission.admitted, admission.units, admission.need
        into.ready[row], into.clear[row], into.left[row] = stay.ready, stay.clear, stay.left
        if origin.came_at_once >= 0:
            wait = state.first_wait[origin.person] + origin.came_at_once
            waits.person[wait], waits.wait[wait], waits.stay[wait] = origin.person, origin.came_at_once, NONE
            waits.held[wait], waits.to[wait], waits.ending[wait] = OUTSIDE, stay.service, ADMITTED
            waits.joined[wait] = waits.clear[wait] = waits.ended[wait] = admission.admitted
            waits.otherwise[wait] = other_way_outside(plan, state, origin.person, origin.came_at_once, stay.service)
        if stay.left_at_once >= 0:
            wait = state.first_wait[stay.person] + stay.left_at_once
            waits.person[wait], waits.wait[wait], waits.stay[wait] = stay.person, stay.left_at_once, row
            waits.held[wait], waits.to[wait], waits.ending[wait] = stay.service, stay.to, ADMITTED
            waits.joined[wait] = waits.clear[wait] = waits.ended[wait] = stay.left
            waits.otherwise[wait] = other_way_of(plan, stay.route)


def write_waits(plan: PlanArrays, state: EngineState, into: Waits) -> None:
    """Every wait that was longer to its row."""
    for i in range(state.counters[0].wait_rows):
        wait = state.waits[i]
        row = state.first_wait[wait.person] + wait.number
        held_in = state.first_stay[wait.person] + wait.number_of_stay if wait.stay >= 0 else NONE
        into.person[row], into.wait[row], into.stay[row] = wait.person, wait.number, held_in
        into.held[row], into.to[row], into.ending[row] = wait.held, wait.to, wait.ending
        into.joined[row], into.clear[row], into.ended[row] = wait.joined, wait.clear, wait.ended
        into.otherwise[row] = other_way(plan, state, i)


def write_profiles(
    plan: PlanArrays, state: EngineState, stays: Stays, waits: Waits, of_stays: StayProfiles, of_waits: WaitProfiles
) -> None:
    """With which levels people came to each stay, left it and waited; nobody changes outside or between two stays."""
    for row in range(len(of_stays.found)):
        is_first = stays.stay[row] == 0
        of_stays.found[row] = profile_of(plan, state, stays.person[row]) if is_first else of_stays.after[row - 1]
        of_stays.after[row] = state.profiles[state.stay_of_row[row]]
    for row in range(len(of_waits.profile)):
        stay = waits.stay[row]
        of_waits.profile[row] = of_stays.after[stay] if stay >= 0 else profile_of(plan, state, waits.person[row])


def profile_of(plan: PlanArrays, state: EngineState, person: int) -> int:
    """The profile with which somebody came."""
    row = state.profile_row_of[person]
    return int(row - plan.groups[row].first_row)


def is_written(state: EngineState, step: int) -> bool:
    """Whether a step belongs in the table of steps: it ever started, and in a stay."""
    return bool(state.steps[step].started != NEVER and state.origins[state.steps[step].stay].number >= 0)


def find_first_steps(state: EngineState) -> int:
    """Where the steps of each stay begin, by the stay's row in the records; how many steps ever started."""
    count_stays = state.counters[0].stay_rows - state.counters[0].outside_rows
    for row in range(count_stays):
        state.steps_before[row] = 0
    for i in range(state.counters[0].step_rows):
        if is_written(state, i):
            state.steps_before[row_of_stay(state, state.steps[i].stay)] += 1
    before = 0
    for row in range(count_stays):
        started = state.steps_before[row]
        state.steps_before[row] = before
        before += started
    return before


def write_steps(state: EngineState, into: Steps) -> None:
    """Every step that ever started to its row: after those of its stay that are before it by name, then by when they were asked for."""
    for i in range(state.counters[0].step_rows):
        step = state.steps[i]
        if is_written(state, i):
            stay_row = row_of_stay(state, step.stay)
            row, other = state.steps_before[stay_row], state.admissions[step.stay].first_step
            while other >= 0:
                name = state.steps[other].step
                if state.steps[other].started != NEVER and (name < step.step or (name == step.step and other < i)):
                    row += 1
                other = state.steps[other].next_step
            into.stay[row], into.step[row], into.dropped_at[row] = stay_row, step.step, step.dropped_at
            into.started[row], into.team_joined[row], into.due[row] = step.started, step.team_joined, step.due
            into.finished[row], into.after[row] = step.finished, step.after


def fetch_stay_ahead(state: EngineState, stay: int) -> None:
    """Have what is written down of a stay fetched: a person's stays lie far apart, and without it half the time is waiting."""
    fetch_ahead(state.stays, stay)
    fetch_ahead(state.admissions, stay)
    fetch_ahead(state.origins, stay)


def row_of_stay(state: EngineState, stay: int) -> int:
    """Its row in the records."""
    return int(state.first_stay[state.origins[stay].person] + state.origins[stay].number)
