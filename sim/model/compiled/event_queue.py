"""When: what will be due, for the fast engine. A bucket for each span of time, a heap for the present one, a stack for this instant.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

from sim.model.compiled.engine_state import KIND_BITS, KINDS, MORE_EVENTS, EngineState, fetch_ahead


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
