"""When: what will be due, for the fast engine. A bucket for each span of time, a heap for the present one, a stack for this instant.

Plain Python that a compiler can read; see `operations.py`. What may be changed here: with new expected results, and only together with
the reference engine.
"""

from sim.model.compiled.state import KIND_BITS, KINDS, MORE_EVENTS, Room, fetch_ahead


def post(room: Room, at: int, kind: int, whom: int) -> None:
    """Something will be due: at once, in this instant, or later by way of the calendar."""
    count, posted = room.counters[0], room.posted
    n = count.posted
    if n < len(posted):
        posted[n].at, posted[n].what = at, whom * KINDS + kind
        count.posted = n + 1
    else:
        count.too_small = MORE_EVENTS  # this walk is void


def push(room: Room, event: int, size: int) -> None:
    """Put an event into the heap of `size` events."""
    heap, events = room.heap, room.events
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if events[heap[above]].at <= events[event].at:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = event


def take_first(room: Room) -> int:
    """What is due first in the present span, and no longer in the heap."""
    count, heap, events = room.counters[0], room.heap, room.events
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


def open_span(room: Room) -> None:
    """The events of the next span go to the heap; most are about a stay, of which nothing has been heard for long."""
    count, events = room.counters[0], room.events
    count.bucket += 1
    event = room.buckets[count.bucket]
    while event >= 0:
        whom = events[event].what >> KIND_BITS
        fetch_ahead(room.stays, whom)
        fetch_ahead(room.admissions, whom)
        following = events[event].next
        push(room, event, count.heap_size)
        count.heap_size += 1
        event = following


def schedule(room: Room, at: int, what: int) -> None:
    """Put something that is due later into the calendar: its span of time, or the heap of the present one."""
    count, events, buckets = room.counters[0], room.events, room.buckets
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
    span = at >> room.bucket_shift
    if span <= count.bucket:
        push(room, event, count.heap_size)
        count.heap_size += 1
    else:
        events[event].next = buckets[span]
        buckets[span] = event


def due_at(room: Room, until: int, at: int, kind: int, whom: int) -> None:
    """As `post`, without a detour where it is due later."""
    if at <= room.counters[0].now:
        post(room, at, kind, whom)
    elif at < until:
        schedule(room, at, whom * KINDS + kind)
