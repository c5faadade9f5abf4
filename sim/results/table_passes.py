"""Every table of counts and sums of stays that measures need, in one pass over them, for a compiler; of waits: `wait_passes.py`.

The definition of each is beside it in the module of its measure in plain NumPy, which counts where nothing can be compiled and is the
reference in tests: whole numbers only, so both come to the same whatever the order.
"""

from typing import NamedTuple

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.machine_code import Column, Grid, Mask, Passes
from sim.model.records import NONE

LONG_STAY_SECONDS = 7 * SECONDS_PER_DAY

OF_STAYS = (
    "occupied", "begun", "late", "nights", "long nights", "left", "left alive", "left late", "nights of discharges",
    "dead", "stayed", "stayed at all", "needed", "went", "remained", "gone",
)  # fmt: skip
(
    OCCUPIED,
    BEGUN,
    LATE,
    NIGHTS,
    LONG_NIGHTS,
    LEFT,
    LEFT_ALIVE,
    LEFT_LATE,
    NIGHTS_OF_LEAVERS,
    DEAD,
    STAYED,
    STAYED_AT_ALL,
    NEEDED,
    WENT,
    REMAINED,
    GONE,
) = range(len(OF_STAYS))


class Sums(NamedTuple):
    """What is added up first for each profile and place that there are: few, beside the rows."""

    number_of: Grid  # by profile and place: the row of the sums, 0 where there is none yet
    profiles: Column  # by row
    places: Column
    amounts: Grid
    size: Column  # how many rows, the first of which stays empty


class Where(NamedTuple):
    """What sort of place each destination is."""

    is_acute: Mask
    also: Column  # the place of all hospitals, of those that count in it; else NONE


class When(NamedTuple):
    """The window, in seconds and days; and numbers of destinations."""

    first: int
    end: int
    days: int
    home: int
    died: int
    outside: int  # the place of those who are outside
    all: int


class Stays(NamedTuple):
    """Stays, person by person."""

    person: Column
    stay: Column
    service: Column
    admitted: Column
    ready: Column
    left: Column
    to: Column
    found: Column
    after: Column


class Lengths(NamedTuple):
    """Stays or waits that took some time: the person's profile, the place, and how long."""

    profiles: Column
    places: Column
    seconds: Column
    size: Column


class OfStays(NamedTuple):
    """What comes of stays. Of numbers over days, what changes on each."""

    sums: Sums  # OF_STAYS
    people: Grid  # by item and place; midnights
    late: Grid  # by service; midnights
    ways: Grid  # people who left, by service and destination
    nights: Grid  # those alive by service and nights of delay
    went: Grid  # by hospital and day
    remained: Grid  # by hospital and midnight that ends a day
    came_from: Grid  # people admitted by service and service before
    lengths: Lengths


def inside(start: int, end: int, first: int, last: int) -> int:
    """How many seconds of a span lie inside [first, last)."""
    return max(min(end, last) - max(start, first), 0)


def midnights_in(start: int, end: int, first: int, last: int) -> int:
    """How many midnights lie inside a span and inside [first, last)."""
    low = max(start, first)
    high = max(min(end, last), low)
    return -(-high // SECONDS_PER_DAY) + -low // SECONDS_PER_DAY


def midnight(at: int, first: int, days: int) -> int:
    """The number of the first midnight that is not before an instant; the last number stands for later ones."""
    return min(max(-((first - at) // SECONDS_PER_DAY), 0), days)


def row_of(sums: Sums, profile: int, place: int) -> int:
    """The row of the sums of a profile in a place."""
    row = int(sums.number_of[profile, place])
    if row == 0:
        row = int(sums.size[0])
        sums.number_of[profile, place], sums.profiles[row], sums.places[row] = row, profile, place
        sums.size[0] = row + 1
        for what in range(sums.amounts.shape[1]):
            sums.amounts[row, what] = 0
    return row


def by_item(tables: Grid, item_of: Grid, places: int, sums: Sums) -> None:
    """The sums of all profiles under the item of each division: by item and place."""
    for row in range(1, sums.size[0]):
        for division in range(item_of.shape[1]):
            cell = item_of[sums.profiles[row], division] * places + sums.places[row]
            for what in range(tables.shape[1]):
                tables[cell, what] += sums.amounts[row, what]


def is_there(people: Grid, item_of: Grid, profile: int, place: int, places: int, begin: int, end: int) -> None:
    """Somebody is there from one midnight until another."""
    if begin < end:
        for division in range(item_of.shape[1]):
            cell = item_of[profile, division] * places + place
            people[cell, begin] += 1
            if end < people.shape[1]:
                people[cell, end] -= 1


def took(lengths: Lengths, also: int, profile: int, place: int, seconds: int) -> None:
    """A stay or wait took so long; in a hospital among several it is one of all hospitals, too."""
    size = lengths.size[0]
    for here in (place, also):
        if here != NONE:
            lengths.profiles[size], lengths.places[size], lengths.seconds[size] = profile, here, seconds
            size += 1
    lengths.size[0] = size


def in_hospital(found: OfStays, stays: Stays, row: int, when: When) -> None:
    """Who left on each day, and who was still there at the midnight that ends it: at the end of the window, it is the day after."""
    service, ready, left = stays.service[row], stays.ready[row], stays.left[row]
    if when.first <= left < when.end and stays.to[row] != when.died:
        found.went[service, (left - when.first) // SECONDS_PER_DAY] += 1
    if ready < when.end + SECONDS_PER_DAY and left > when.first:
        found.remained[service, midnight(ready, when.first + SECONDS_PER_DAY, when.days)] += 1
        until = midnight(left, when.first + SECONDS_PER_DAY, when.days) if left < when.end else when.days
        found.remained[service, until] -= 1


def ended(found: OfStays, stays: Stays, row: int, where: Where, when: When, here: int) -> None:
    """A stay that ended in the window; `here` is the row of its sums."""
    amounts, service, to = found.sums.amounts, stays.service[row], stays.to[row]
    admitted, ready, left = stays.admitted[row], stays.ready[row], stays.left[row]
    amounts[here, LEFT] += 1
    amounts[here, GONE] += to >= when.died
    found.ways[service, to] += 1
    if service < when.home:
        amounts[here, STAYED] += left - admitted
        amounts[here, NEEDED] += ready - admitted
        if left > admitted:
            amounts[here, STAYED_AT_ALL] += 1
            took(found.lengths, where.also[service], stays.after[row], service, left - admitted)
    if to == when.died:
        amounts[here, DEAD] += 1
        return
    nights = left // SECONDS_PER_DAY - ready // SECONDS_PER_DAY
    amounts[here, LEFT_ALIVE] += 1
    amounts[here, WENT] += where.is_acute[service]
    amounts[here, NIGHTS_OF_LEAVERS] += nights
    amounts[here, LEFT_LATE] += nights > 0
    found.nights[service, min(max(nights, 0), found.nights.shape[1] - 1)] += 1


def of_stays(found: OfStays, stays: Stays, item_of: Grid, where: Where, is_seated: Mask, when: When) -> None:
    """Every stay that touches the window, in every table."""
    places, first, end = found.sums.number_of.shape[1], when.first, when.end
    amounts = found.sums.amounts
    for row in range(len(stays.service)):
        service, admitted, ready, left = stays.service[row], stays.admitted[row], stays.ready[row], stays.left[row]
        if where.is_acute[service]:
            in_hospital(found, stays, row, when)
        if admitted >= end or left < first:
            continue
        profile, after = stays.found[row], stays.after[row]
        here, late = row_of(found.sums, after, service), inside(ready, left, first, end)
        if late > 0:
            amounts[here, LATE] += late
            amounts[here, NIGHTS] += midnights_in(ready, left, first, end)
            amounts[here, LONG_NIGHTS] += midnights_in(max(ready, admitted + LONG_STAY_SECONDS), left, first, end)
            found.late[service, midnight(ready, first, when.days)] += 1
            found.late[service, midnight(left, first, when.days)] -= 1
        if where.is_acute[service]:
            until = left if left < end else end + SECONDS_PER_DAY
            amounts[here, REMAINED] += midnights_in(ready, until, first + SECONDS_PER_DAY, end + SECONDS_PER_DAY)
        if first <= left < end:
            ended(found, stays, row, where, when, here)
        has_begun = 1 if admitted >= first and not is_seated[row] else 0
        if has_begun and len(found.came_from):
            found.came_from[service, when.home + 1 if stays.stay[row] == 0 else stays.service[row - 1]] += 1
        begins, ends = midnight(admitted, first, when.days), midnight(left, first, when.days)
        if profile == after:
            amounts[here, BEGUN] += has_begun
            amounts[here, OCCUPIED] += inside(admitted, left, first, end)
            is_there(found.people, item_of, profile, service, places, begins, ends)
        else:
            until = min(ready, left)
            before = row_of(found.sums, profile, service)
            amounts[before, BEGUN] += has_begun
            amounts[before, OCCUPIED] += inside(admitted, until, first, end)
            amounts[here, OCCUPIED] += inside(ready, left, first, end)
            changes = midnight(until, first, when.days)
            is_there(found.people, item_of, profile, service, places, begins, changes)
            is_there(found.people, item_of, after, service, places, changes, ends)


def add_up(changes: Grid) -> None:
    """From what changes to what is: along each row."""
    for row in range(len(changes)):
        so_far = 0
        for column in range(changes.shape[1]):
            so_far += changes[row, column]
            changes[row, column] = so_far


PASSES = Passes(__file__, of_stays, by_item, add_up)
