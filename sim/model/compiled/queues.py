"""Queues of the fast engine: what will be due, and lines of who waits, chains with a head and a tail, at a service or at a team.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.engine_state import KIND_BITS, KINDS, MORE_EVENTS, EngineState, Rows, fetch_ahead
from sim.model.records import NONE


def post(state: EngineState, at: int, kind: int, whom: int) -> None:
    """Something will be due: at once, in this instant, or later by way of the calendar."""
    count, posted = state.counters[0], state.posted
    n = count.posted
    if n < len(posted):
        posted[n].at, posted[n].what = at, whom * KINDS + kind
        count.posted = n + 1
    else:
        count.too_small = MORE_EVENTS  # this run is void


def push(state: EngineState, event: int, size: int) -> None:
    """Put an event into the heap of `size` events."""
    heap, events = state.heap, state.events
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if events[heap[above]].at <= events[event].at:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = event


def take_first(state: EngineState) -> int:
    """What is due first in the present span, and no longer in the heap."""
    count, heap, events = state.counters[0], state.heap, state.events
    event = heap[0]
    events[event].next, count.free_event = count.free_event, event
    size = count.heap_size - 1
    count.heap_size = size
    if size > 0:  # the last one sinks from the top to its place
        last, place = heap[size], 0
        while True:
            below = 2 * place + 1
            if below >= size:
                break
            if below + 1 < size and events[heap[below + 1]].at < events[heap[below]].at:
                below += 1
            if events[heap[below]].at >= events[last].at:
                break
            heap[place] = heap[below]
            place = below
        heap[place] = last
    return int(events[event].what)


def open_span(state: EngineState) -> None:
    """The events of the next span go to the heap; most are about a stay, of which nothing has been heard for long."""
    count, events = state.counters[0], state.events
    count.bucket += 1
    event = state.buckets[count.bucket]
    while event >= 0:
        whom = events[event].what >> KIND_BITS
        fetch_ahead(state.stays, whom)
        fetch_ahead(state.admissions, whom)
        following = events[event].next
        push(state, event, count.heap_size)
        count.heap_size += 1
        event = following


def schedule(state: EngineState, at: int, what: int) -> None:
    """Put something that is due later into the calendar: its span of time, or the heap of the present one."""
    count, events, buckets = state.counters[0], state.events, state.buckets
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
    span = at >> state.bucket_shift
    if span <= count.bucket:
        push(state, event, count.heap_size)
        count.heap_size += 1
    else:
        events[event].next = buckets[span]
        buckets[span] = event


def due_at(state: EngineState, until: int, at: int, kind: int, whom: int) -> None:
    """As `post`, without a detour where it is due later."""
    if at <= state.counters[0].now:
        post(state, at, kind, whom)
    elif at < until:
        schedule(state, at, whom * KINDS + kind)


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
