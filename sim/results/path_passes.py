"""Paths over time from spans, and where waits ended: passes for a compiler.

`step_functions.py` and `window.py` say the same in plain NumPy, which is their reference.
"""

from typing import NamedTuple

from sim.machine_code import Column, Passes
from sim.model.records import ADMITTED, NEVER, NONE

BITS = 11  # of a key that are sorted by at a time


class Path(NamedTuple):
    """A number that changes, as in `step_functions.py`."""

    times: Column
    values: Column


class Room(NamedTuple):
    """Where keys are sorted."""

    keys: Column
    spare: Column
    counts: Column  # 2 ** BITS of them


def in_order(room: Room, size: int, most: int, shift: int) -> bool:
    """Sort so many keys, none below 0 nor above `most`, by the bits from `shift` on; whether they are in `spare` at the end."""
    is_in_spare = False
    mask = len(room.counts) - 1
    while most >> shift > 0:
        come, go = (room.spare, room.keys) if is_in_spare else (room.keys, room.spare)
        for digit in range(len(room.counts)):
            room.counts[digit] = 0
        for number in range(size):
            room.counts[(come[number] >> shift) & mask] += 1
        before = 0
        for digit in range(len(room.counts)):
            here = room.counts[digit]
            room.counts[digit] = before
            before += here
        for number in range(size):
            digit = (come[number] >> shift) & mask
            go[room.counts[digit]] = come[number]
            room.counts[digit] += 1
        is_in_spare = not is_in_spare
        shift += BITS
    return is_in_spare


def going_on(found: Path, room: Room, start: Column, end: Column) -> int:
    """How many of the spans are going on at each time; how many times those are."""
    low, high, size = NEVER, -NEVER, 0
    for column, begins in ((start, 1), (end, 0)):
        for row in range(len(column)):
            if column[row] < NEVER:
                low, high = min(low, column[row]), max(high, column[row])
                room.keys[size] = 2 * column[row] + begins
                size += 1
    if size == 0:
        return 0
    for number in range(size):
        room.keys[number] -= 2 * low
    keys = room.spare if in_order(room, size, 2 * (high - low) + 1, 0) else room.keys
    value, times = 0, 0
    for number in range(size):
        value += 1 if keys[number] & 1 else -1
        if number + 1 == size or keys[number + 1] >> 1 != keys[number] >> 1:
            found.times[times], found.values[times] = low + (keys[number] >> 1), value
            times += 1
    return times


def order_of(order: Column, room: Room, values: Column, bits: int) -> int:
    """Rows in the order of their values without those of 0; how many. A row's number has at most so many bits."""
    size, most = 0, 0
    for row in range(len(values)):
        if values[row] > 0:
            room.keys[size] = values[row] << bits | row
            most = max(most, room.keys[size])
            size += 1
    keys = room.spare if in_order(room, size, most, bits) else room.keys
    for number in range(size):
        order[number] = keys[number] & ((1 << bits) - 1)
    return size


def aligned(times: Column, first: Column, second: Column, one: Path, other: Path) -> int:
    """Every instant at which one of two paths changes, and both after it, 0 before their first; how many instants those are."""
    index, also, count, here, there = 0, 0, 0, 0, 0
    while index < len(one.times) or also < len(other.times):
        at = NEVER
        if index < len(one.times):
            at = one.times[index]
        if also < len(other.times):
            at = min(at, other.times[also])
        while index < len(one.times) and one.times[index] == at:
            here = one.values[index]
            index += 1
        while also < len(other.times) and other.times[also] == at:
            there = other.values[also]
            also += 1
        times[count], first[count], second[count] = at, here, there
        count += 1
    return count


class Days(NamedTuple):
    """The window, in seconds, and its midnights."""

    first: int
    end: int
    midnights: Column


class OfPlaces(NamedTuple):
    """What comes of the places of a service, planned and held."""

    times: Column  # at which it changes whether somebody finds a place
    free: Column  # whether they do
    held: Column  # at each midnight
    available: Column  # at each midnight
    sums: Column  # how many times those are; and seconds of available places


def of_places(found: OfPlaces, planned: Path, held: Path, needed: int, days: Days) -> None:
    """Places through the window; of a path there is nothing before its first time."""
    midnights, first, end = days.midnights, days.first, days.end
    index, also, here, there, since, day, size, total = 0, 0, 0, 0, first, 0, 0, 0
    while index < len(planned.times) or also < len(held.times):
        at = NEVER
        if index < len(planned.times):
            at = planned.times[index]
        if also < len(held.times):
            at = min(at, held.times[also])
        while day < len(midnights) and midnights[day] < at:
            found.held[day], found.available[day] = there, max(here, there)
            day += 1
        until = min(max(at, first), end)
        total += max(here, there) * (until - since)
        since = until
        while index < len(planned.times) and planned.times[index] == at:
            here = planned.values[index]
            index += 1
        while also < len(held.times) and held.times[also] == at:
            there = held.values[also]
            also += 1
        is_free = 1 if here < 0 or here - there >= needed else 0
        if size == 0 or found.free[size - 1] != is_free:
            found.times[size], found.free[size] = at, is_free
            size += 1
    while day < len(midnights):
        found.held[day], found.available[day] = there, max(here, there)
        day += 1
    found.sums[0], found.sums[1] = size, total + max(here, there) * (end - since)


def rows_by(rows: Column, ends: Column, numbers: Column) -> None:
    """Rows by their number, in order for each; and where those of each number end, of as many numbers as there are."""
    for number in range(len(ends)):
        ends[number] = 0
    for row in range(len(numbers)):
        if numbers[row] + 1 < len(ends):
            ends[numbers[row] + 1] += 1
    for number in range(1, len(ends)):
        ends[number] += ends[number - 1]
    for row in range(len(numbers)):
        number = numbers[row]
        rows[ends[number]] = row
        ends[number] += 1


class Waits(NamedTuple):
    """Of waits, in the order of people, what says where they ended."""

    person: Column
    stay: Column
    to: Column
    ending: Column


class Stays(NamedTuple):
    """Of stays, in the order of people, what says where people went."""

    person: Column
    service: Column
    to: Column


def admitted_to(found: Column, waits: Waits, stays: Stays, out: int) -> None:
    """By wait: the destination that it ended in, of a list (they are behind `out`) the service that admitted; NONE where none did."""
    first = 0
    for row in range(len(found)):
        found[row] = NONE
        if waits.ending[row] == ADMITTED:
            if waits.to[row] <= out:
                found[row] = waits.to[row]
            elif waits.stay[row] != NONE:
                found[row] = stays.to[waits.stay[row]]
            elif len(stays.person):
                while first + 1 < len(stays.person) and stays.person[first] < waits.person[row]:
                    first += 1
                found[row] = stays.service[first]


PASSES = Passes(__file__, going_on, order_of, aligned, of_places, rows_by, admitted_to)
