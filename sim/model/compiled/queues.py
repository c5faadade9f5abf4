"""Lines of who waits, for the fast engine: chains with a head and a tail, at a service or at a team.

Plain Python that a compiler can read; see `operations.py`. What may be changed here: with new expected results, and only together with
the reference engine.
"""

from sim.model.compiled.engine_state import EngineState, Rows


def tie(lines: Rows, members: Rows, line: int, before: int, behind: int) -> None:
    """Two stand next to each other; nobody (NONE) before the head and behind the tail."""
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


def join_queue(state: EngineState, wait: int) -> None:
    """Into the line of a service, by priority, time joined and rank: the place is looked for from both ends at once."""
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


def leave_queue(state: EngineState, wait: int) -> None:
    """Out of the line of a service."""
    to = state.waits[wait].to
    step_out(state.service_states, state.waits, to, wait)
    state.service_states[to].length -= 1


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
