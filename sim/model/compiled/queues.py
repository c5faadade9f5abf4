"""Lines of who waits, for the fast engine: chains with a head and a tail, at a service or at a team.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.engine_state import EngineState, Rows
from sim.model.records import NONE


def tie(lines: Rows, members: Rows, line: int, before: int, behind: int) -> None:
    """Two are next to each other; nobody (NONE) before the head and behind the tail."""
    if before >= 0:
        members[before].behind = behind
    else:
        lines[line].head = behind
    if behind >= 0:
        members[behind].before = before
    else:
        lines[line].tail = before


def step_in(lines: Rows, members: Rows, line: int, member: int, before: int) -> None:
    """Stand in a line behind somebody, or at its head."""
    behind = lines[line].head if before < 0 else members[before].behind
    tie(lines, members, line, before, member)
    tie(lines, members, line, member, behind)


def step_out(lines: Rows, members: Rows, line: int, member: int) -> None:
    """Leave a line."""
    tie(lines, members, line, members[member].before, members[member].behind)


def goes_before(state: EngineState, one: int, other: int) -> bool:
    """Is one wait before another, by priority, time joined and rank?"""
    waits = state.waits
    if waits[one].priority != waits[other].priority:
        return bool(waits[one].priority < waits[other].priority)
    if waits[one].joined != waits[other].joined:
        return bool(waits[one].joined < waits[other].joined)
    return bool(waits[one].person < waits[other].person)


def start_line(plan: PlanArrays, state: EngineState, service: int) -> None:
    """Stand before the first who waits for a place in a service, directly or on a list."""
    for i in range(len(state.cursors)):
        queue = plan.queues_of[service, i]
        state.cursors[i] = NONE if queue < 0 else state.service_states[queue].head


def next_of_line(state: EngineState) -> int:
    """The next in that line; NONE at its end."""
    which = NONE
    for i in range(len(state.cursors)):
        if state.cursors[i] >= 0 and (which < 0 or goes_before(state, state.cursors[i], state.cursors[which])):
            which = i
    if which < 0:
        return NONE
    wait = state.cursors[which]
    state.cursors[which] = state.waits[wait].behind
    return int(wait)


def count_on_lists(plan: PlanArrays, state: EngineState, to: int, change: int) -> None:
    """Somebody joins or leaves a list: keep count of it at each of its services."""
    for member in plan.members[to]:
        if member >= 0:
            state.service_states[member].on_lists += change


def join_queue(plan: PlanArrays, state: EngineState, wait: int) -> None:
    """Into the line of a service or list, by priority, time joined and rank: the place is looked for from both ends at once."""
    service_states, waits = state.service_states, state.waits
    to, person, joined, priority = waits[wait].to, waits[wait].person, waits[wait].joined, waits[wait].priority
    before, ahead = service_states[to].tail, service_states[to].head
    while before >= 0:
        other = waits[before].priority
        if other < priority:
            break
        if other == priority:
            since = waits[before].joined
            if since < joined or (since == joined and waits[before].person < person):
                break
        other = waits[ahead].priority
        if other >= priority:
            since = waits[ahead].joined
            if other > priority or since > joined or (since == joined and waits[ahead].person > person):
                before = waits[ahead].before
                break
        before, ahead = waits[before].before, waits[ahead].behind
    step_in(service_states, waits, to, wait, before)
    service_states[to].length += 1
    if to > len(plan.services) + 1:
        count_on_lists(plan, state, to, 1)


def leave_queue(plan: PlanArrays, state: EngineState, wait: int) -> None:
    """Out of the line of a service or list."""
    to = state.waits[wait].to
    step_out(state.service_states, state.waits, to, wait)
    state.service_states[to].length -= 1
    if to > len(plan.services) + 1:
        count_on_lists(plan, state, to, -1)


def join_team_queue(state: EngineState, step: int, team: int, now: int) -> None:
    """Into the line of a team, by priority, start, person and step: the place is looked for from both ends at once."""
    teams, steps, stays = state.teams, state.steps, state.stays
    person, name, priority = stays[steps[step].stay].person, steps[step].step, steps[step].priority
    before, ahead = teams[team].tail, teams[team].head
    while before >= 0:
        other = steps[before].priority
        if other < priority:
            break
        if other == priority:
            if steps[before].started < now:
                break
            who = stays[steps[before].stay].person
            if who < person or (who == person and steps[before].step < name):
                break
        other = steps[ahead].priority
        if other >= priority:
            who = stays[steps[ahead].stay].person
            if other > priority or (
                steps[ahead].started == now and (who > person or (who == person and steps[ahead].step > name))
            ):
                before = steps[ahead].before
                break
        before, ahead = steps[before].before, steps[ahead].behind
    step_in(teams, steps, team, step, before)
    state.counters[0].unsettled = 1
