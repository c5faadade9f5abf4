"""Delay cut into pieces and followed to what lacked, in two passes over the records, for a compiler.

What they come to is said in `delay_episodes.py` and `root_causes.py` in plain NumPy, which counts where nothing can be
compiled and is their reference in tests: whole numbers only.
"""

from typing import NamedTuple

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.machine_code import Column, Grid, Passes
from sim.model.records import NEVER, NONE
from sim.results.measure_table import LACKS
from sim.results.path_passes import Room, in_order
from sim.results.table_passes import inside, midnights_in

ARRANGING, TEAM, LACK_ITEMS = LACKS.index("arranging"), LACKS.index("team"), len(LACKS)
LONG_STAY_SECONDS = 7 * SECONDS_PER_DAY
FREE, DOOR, OWN_HOURS = range(3)  # what changes in a place


class Stays(NamedTuple):
    """Of stays, person by person, what says when and for what people were delayed."""

    service: Column
    admitted: Column
    ready: Column
    clear: Column
    left: Column
    planned_to: Column


class Waits(NamedTuple):
    """Of waits, person by person, what says for what people in a stay waited."""

    stay: Column
    to: Column
    otherwise: Column
    clear: Column
    ended: Column


class Steps(NamedTuple):
    """Of steps, stay by stay."""

    stay: Column
    step: Column
    started: Column
    team_joined: Column
    due: Column
    finished: Column
    dropped_at: Column
    after: Column


class World(NamedTuple):
    """By destination and by step: the number of the reason; by step: the number of its team, or NONE."""

    of_place: Column
    of_step: Column
    team: Column


class Delayed(NamedTuple):
    """Seconds of delay by service held, as in `delays.py`; and the pieces in which a place was awaited in the window."""

    by_reason: Grid
    by_next: Grid
    by_lack: Grid  # by reason and lack; for a place or an hour it is left open
    by_step: Grid  # by team, then by step
    long_nights: Grid
    awaited: Grid  # of a place or an hour alone
    held: Column
    to: Column
    start: Column
    end: Column
    size: Column  # how many pieces


def last_step(steps: Steps, row: int, stay: int, start: int, clear: int, end: int) -> int:
    """The row of the step of a stay that finishes last in a segment, ties in file order; NONE if there is none."""
    found, due = NONE, 0
    while row < len(steps.stay) and steps.stay[row] == stay:
        is_in_time = steps.finished[row] <= clear or clear == NEVER
        dropped_at = steps.dropped_at[row]
        is_kept = dropped_at == NEVER or (clear == NEVER and end < NEVER and dropped_at > start)
        if steps.started[row] < min(clear, end) and steps.finished[row] > start and is_in_time and is_kept:
            is_later = found == NONE or steps.due[row] > due
            if is_later or (steps.due[row] == due and steps.step[row] <= steps.step[found]):
                found, due = row, steps.due[row]
        row += 1
    return found


def waited_for(steps: Steps, row: int, stay: int, step: int) -> int:
    """The row of what a step of a stay waited for: it was finished, and only once; NONE if there is none."""
    while row < len(steps.stay) and steps.stay[row] == stay:
        if steps.step[row] == step and steps.dropped_at[row] == NEVER:
            return row
        row += 1
    return NONE


def add_to(
    found: Delayed, service: int, reason: int, to: int, span: tuple[int, int, int], window: tuple[int, int]
) -> int:
    """Count a piece of delay, which lies in a stay since an instant; its seconds in the window."""
    admitted, start, end = span
    first, last = window
    seconds = inside(start, end, first, last)
    found.by_reason[service, reason] += seconds
    found.by_next[service, to] += seconds
    long = max(start, admitted + LONG_STAY_SECONDS)
    found.long_nights[service, reason] += midnights_in(long, max(end, long), first, last)
    return seconds


def add_step(
    found: Delayed,
    world: World,
    steps: Steps,
    row: int,
    service: int,
    span: tuple[int, int, int],
    window: tuple[int, int],
) -> None:
    """Give the seconds of a piece on the critical path to its step, and to the team that it waited for."""
    _, start, end = span
    first, last = window
    step = steps.step[row]
    team, reason = world.team[step], world.of_step[step]
    joined = start if team == NONE else min(max(steps.team_joined[row], start), end)
    waited, worked = inside(start, joined, first, last), inside(joined, end, first, last)
    teams = found.by_step.shape[1] - len(world.team)
    found.by_step[service, teams + step] += worked
    found.by_lack[service, reason * LACK_ITEMS + ARRANGING] += worked
    found.by_lack[service, reason * LACK_ITEMS + TEAM] += waited
    if team != NONE:
        found.by_step[service, team] += waited


def add_segment(
    found: Delayed,
    world: World,
    steps: Steps,
    place: tuple[int, int, int, int],
    span: tuple[int, int, int, int],
    window: tuple[int, int],
) -> None:
    """Cut a segment of a stay into its steps, then the place awaited."""
    stay, service, to, first_step = place
    admitted, start, clear, end = span
    if end <= start:
        return
    clear = max(clear, start) if clear <= end else NEVER
    awaits_from = min(clear, end)
    row = last_step(steps, first_step, stay, start, clear, end) if awaits_from > start else NONE
    until = awaits_from
    if row == NONE:
        awaits_from = start
    for _ in range(len(world.of_step) + 1):
        if row == NONE or until <= start:
            break
        before = NONE if steps.after[row] == NONE else waited_for(steps, first_step, stay, steps.after[row])
        since = start if before == NONE else max(start, steps.started[row])
        if until > since:
            add_to(found, service, world.of_step[steps.step[row]], to, (admitted, since, until), window)
            add_step(found, world, steps, row, service, (admitted, since, until), window)
        row, until = before, since
    if end <= awaits_from:
        return
    seconds = add_to(found, service, world.of_place[to], to, (admitted, awaits_from, end), window)
    if seconds > 0:
        number = found.size[0]
        found.awaited[service, to] += seconds
        found.held[number], found.to[number] = service, to
        found.start[number], found.end[number] = awaits_from, end
        found.size[0] = number + 1


def delayed(
    found: Delayed, world: World, stays: Stays, waits: Waits, steps: Steps, services: int, first: int, last: int
) -> int:
    """Every delayed stay in a service, cut at the ends of its waits; whether all it was waiting for is known."""
    wait, step = 0, 0
    for stay in range(len(stays.service)):
        ready, left = stays.ready[stay], stays.left[stay]
        if stays.service[stay] >= services or inside(ready, left, first, last) == 0:
            continue
        while wait < len(waits.stay) and waits.stay[wait] < stay:
            wait += 1
        while step < len(steps.stay) and steps.stay[step] < stay:
            step += 1
        service, admitted, start, to = stays.service[stay], stays.admitted[stay], ready, stays.planned_to[stay]
        while wait < len(waits.stay) and waits.stay[wait] == stay:
            end = max(min(waits.ended[wait], left), start)
            place, span = (stay, service, waits.to[wait], step), (admitted, start, waits.clear[wait], end)
            add_segment(found, world, steps, place, span, (first, last))
            start, to = max(ready, waits.ended[wait]), waits.otherwise[wait]
            wait += 1
        if start < left:
            if to == NONE:
                return 0
            clear = stays.clear[stay] if stays.clear[stay] >= start else NEVER
            add_segment(found, world, steps, (stay, service, to, step), (admitted, start, clear, left), (first, last))
    return 1


class Changes(NamedTuple):
    """When something opens or closes: FREE, DOOR or OWN_HOURS of a place, in the order of time for each."""

    at: Column
    what: Column
    place: Column
    value: Column


class Pieces(NamedTuple):
    """Spans in which a place was awaited, in the order of clear."""

    held: Column
    to: Column
    start: Column
    end: Column


class Scene(NamedTuple):
    """How things are at an instant; destinations are services, then lists of services."""

    state: Grid  # FREE, DOOR and OWN_HOURS by destination
    head: Column  # by service: the piece of its longest-clear person
    tail: Column
    before: Column  # by piece: the next one of the same service who was clear before
    after: Column
    next: Column  # by destination: what its longest-clear person waits for, NONE where there is nobody
    held_by_next: Column  # and the service in which they are
    seen: Column  # by destination: the last chain that came by
    first_member: Column  # by destination, and one more: where its services stand among `members`
    members: Column


class Pairs(NamedTuple):
    """Who waits for what, each combination once: how many, and what lacks them."""

    number_of: Grid  # by service held and destination
    held: Column
    to: Column
    waiting: Column
    end_of_chain: Column  # the cell of the table of causes
    lacks_an_hour: Column  # whether it is an hour that lacks at the beginning of the chain


def enters(scene: Scene, pieces: Pieces, piece: int) -> int:
    """Somebody becomes clear, after all others who are; whether the service had nobody before."""
    service = pieces.held[piece]
    last = scene.tail[service]
    scene.before[piece], scene.after[piece], scene.tail[service] = last, NONE, piece
    if last != NONE:
        scene.after[last] = piece
        return 0
    scene.head[service] = piece
    return 1


def leaves(scene: Scene, pieces: Pieces, piece: int) -> int:
    """Somebody who was clear is gone; whether it was the longest-clear of the service."""
    service, before, after = pieces.held[piece], scene.before[piece], scene.after[piece]
    if after == NONE:
        scene.tail[service] = before
    else:
        scene.before[after] = before
    if before != NONE:
        scene.after[before] = after
        return 0
    scene.head[service] = after
    return 1


def look_at(scene: Scene, pieces: Pieces, services: int) -> None:
    """Who is longest clear in each service and list, and whether a list is free and open: where one of its services is."""
    for place in range(len(scene.next)):
        begin, end = scene.first_member[place], scene.first_member[place + 1]
        longest, free, door = NONE, 0, 0
        for index in range(begin, end):
            member = scene.members[index]
            piece = scene.head[member] if member < services else NONE
            if piece != NONE and (longest == NONE or piece < longest):
                longest = piece
            free |= scene.state[FREE, member]
            door |= scene.state[FREE, member] & scene.state[DOOR, member]
        if scene.members[begin] != place:
            scene.state[FREE, place], scene.state[DOOR, place] = free, door
        scene.next[place] = NONE if longest == NONE else pieces.to[longest]
        scene.held_by_next[place] = place if longest == NONE else pieces.held[longest]


def lacks_an_hour(scene: Scene, holds: int, awaits: int) -> int:
    """Whether a place is free, and the admission hours or the hours at which people may leave are closed."""
    is_closed = scene.state[DOOR, awaits] == 0 or scene.state[OWN_HOURS, holds] == 0
    return 1 if is_closed and scene.state[FREE, awaits] == 1 else 0


def follow(scene: Scene, pairs: Pairs, size: int, chain: int) -> int:
    """The end of the chain of everybody who waits; the number of the last chain."""
    for pair in range(size):
        if pairs.waiting[pair] == 0:
            continue
        chain += 1
        holds, awaits = pairs.held[pair], pairs.to[pair]
        pairs.lacks_an_hour[pair] = lacks_an_hour(scene, holds, awaits)
        while True:
            scene.seen[awaits] = chain
            further = scene.next[awaits]
            if scene.state[FREE, awaits] or further == NONE or scene.seen[further] == chain:
                break
            holds, awaits = scene.held_by_next[awaits], further
        pairs.end_of_chain[pair] = 0 if lacks_an_hour(scene, holds, awaits) else 1 + awaits
    return chain


def ordered(room: Room, changes: Changes, pieces: Pieces, bits: int, first: int, last: int) -> int:
    """All that happens in the window, in order, each with its number: changes, then beginnings, then ends; how many."""
    kinds = (len(changes.at), len(pieces.start), len(pieces.end))
    size, number = 0, 0
    for kind in range(3):
        for index in range(kinds[kind]):
            at = changes.at[index] if kind == 0 else pieces.start[index] if kind == 1 else pieces.end[index]
            if at < last:
                room.keys[size] = (max(at, first) - first) << bits | number
                size += 1
            number += 1
    if in_order(room, size, (last - first) << bits, bits):
        for index in range(size):
            room.keys[index] = room.spare[index]
    return size


def happens(scene: Scene, pairs: Pairs, pieces: Pieces, changes: Changes, number: int) -> int:
    """One of these events; whether chains may end elsewhere from now on."""
    if number < len(changes.at):
        what, place = changes.what[number], changes.place[number]
        scene.state[what, place] = changes.value[number]
        return 0 if what == DOOR and scene.state[FREE, place] == 0 else 1  # the hours of a full place matter to nobody
    piece = number - len(changes.at)
    is_over = piece >= len(pieces.held)
    if is_over:
        piece -= len(pieces.held)
    pair = pairs.number_of[pieces.held[piece], pieces.to[piece]]
    if is_over:
        pairs.waiting[pair] -= 1
        return leaves(scene, pieces, piece)
    pairs.waiting[pair] += 1
    is_new = 1 if pairs.waiting[pair] == 1 else 0
    return enters(scene, pieces, piece) | is_new


def ends_of_chains(
    causes: Grid,
    hours: Grid,
    scene: Scene,
    pairs: Pairs,
    pieces: Pieces,
    changes: Changes,
    room: Room,
    bits: int,
    first: int,
    last: int,
) -> None:
    """Seconds awaited by service held and what lacks at the end of the chain, hours first; and those that lack an hour at once."""
    size = ordered(room, changes, pieces, bits, first, last)
    number, chain, mask = 0, 0, (1 << bits) - 1
    while number < size:
        now, has_changed = room.keys[number] >> bits, 0
        while number < size and room.keys[number] >> bits == now:
            has_changed |= happens(scene, pairs, pieces, changes, room.keys[number] & mask)
            number += 1
        if has_changed:
            look_at(scene, pieces, len(scene.head))
            chain = follow(scene, pairs, len(pairs.held), chain)
        seconds = (room.keys[number] >> bits if number < size else last - first) - now
        for pair in range(len(pairs.held)):
            waited = pairs.waiting[pair] * seconds
            if waited == 0:
                continue
            causes[pairs.held[pair], pairs.end_of_chain[pair]] += waited
            hours[pairs.held[pair], pairs.to[pair]] += waited * pairs.lacks_an_hour[pair]


PASSES = Passes(__file__, delayed, ends_of_chains)
