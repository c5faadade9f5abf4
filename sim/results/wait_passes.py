"""Every table of counts and sums of waits that measures need, in one pass over them, for a compiler.

The definition of each is in `waits.py` and `flow.py` in plain NumPy, which counts where nothing can be compiled and is
the reference in tests: whole numbers only.
"""

from typing import NamedTuple

from sim.inputs.scenario import SECONDS_PER_DAY, SECONDS_PER_HOUR
from sim.machine_code import Column, Grid, Mask, Passes
from sim.model.records import ADMITTED, DIED_WAITING, GAVE_UP, NEVER, NO_PLACE, NONE, OUTSIDE, TURNED_AWAY
from sim.results.table_passes import Lengths, Sums, When, Where, midnight, row_of, took

IN_2_DAYS = 2 * SECONDS_PER_DAY
IN_4_HOURS = 4 * SECONDS_PER_HOUR

OF_WAITS = (
    "in line", "waits", "waited at all", "waited", "from outside", "in 4 hours", "admitted", "in 2 days", "turned away",
    "turned away at once", "gave up", "dead outside", "gone from outside",
)  # fmt: skip
(
    IN_LINE,
    WAITS,
    WAITED_AT_ALL,
    WAITED,
    FROM_OUTSIDE,
    WITHIN_4_HOURS,
    GOT_IN,
    WITHIN_2_DAYS,
    TURNED,
    TURNED_AT_ONCE,
    GAVE,
    DEAD_OUTSIDE,
    GONE_FROM_OUTSIDE,
) = range(len(OF_WAITS))


class Waits(NamedTuple):
    """Waits, person by person."""

    person: Column
    stay: Column
    held: Column
    to: Column
    otherwise: Column
    joined: Column
    ended: Column
    ending: Column
    profile: Column


class OfWaits(NamedTuple):
    """What comes of waits."""

    sums: Sums  # OF_WAITS
    waiting: Grid  # by destination, the last for those outside; midnights
    given_up: Grid  # by destination, and where `otherwise` led
    waited_on: Grid  # people admitted by destination and what they had waited for
    lengths: Lengths


def has_failed(ending: int) -> bool:
    """Whether this is how the wait of somebody ends who is turned away."""
    return ending in (TURNED_AWAY, NO_PLACE)


def gives_up(found: OfWaits, waits: Waits, row: int) -> None:
    """Where `otherwise` led, on past lists that were full or closed at that instant."""
    last = row
    while last + 1 < len(waits.person):
        then = last + 1
        is_same = waits.person[then] == waits.person[last] and waits.stay[then] == waits.stay[last]
        at_once = waits.joined[then] == waits.ended[then] and waits.joined[then] == waits.ended[last]
        if not (is_same and at_once and has_failed(waits.ending[then])):
            break
        last = then
    found.given_up[waits.to[row], waits.otherwise[last]] += 1


def has_ended(found: OfWaits, waits: Waits, row: int, admitted_to: Column, here: int) -> None:
    """A wait that ended in the window; `here` is the row of its sums."""
    amounts, ending = found.sums.amounts, waits.ending[row]
    if ending == ADMITTED:
        if admitted_to[row] != NONE:
            found.waited_on[admitted_to[row], waits.to[row]] += 1
    elif ending == GAVE_UP:
        amounts[here, GAVE] += 1
        gives_up(found, waits, row)
    elif has_failed(ending):
        amounts[here, TURNED] += 1
        amounts[here, TURNED_AT_ONCE] += waits.joined[row] == waits.ended[row]


def waited(found: OfWaits, waits: Waits, row: int, where: Where, when: When, here: int) -> None:
    """A wait that touches the window; outside, it is one of those outside, too."""
    sums, profile, to = found.sums, waits.profile[row], waits.to[row]
    joined, over, is_outside = waits.joined[row], min(waits.ended[row], when.end), waits.held[row] == OUTSIDE
    add_wait(sums.amounts, here, joined, over, when.first)
    if is_outside:
        add_wait(sums.amounts, row_of(sums, profile, when.outside), joined, over, when.first)
    if joined >= when.first and over > joined:
        took(found.lengths, where.also[to], profile, to, over - joined)
        if is_outside:
            took(found.lengths, NONE, profile, when.outside, over - joined)


def add_wait(amounts: Grid, here: int, joined: int, over: int, first: int) -> None:
    """Add a wait to a row of sums: its time in line, and how long it took if it began in the window."""
    amounts[here, IN_LINE] += over - max(joined, first)
    if joined >= first:
        amounts[here, WAITS] += 1
        amounts[here, WAITED] += over - joined
        amounts[here, WAITED_AT_ALL] += over > joined


def keeps_standards(amounts: Grid, here: int, waits: Waits, row: int, end: int) -> None:
    """A wait that began in the window: admitted within 4 hours, where they can be seen; and within 2 days."""
    seconds = waits.ended[row] - waits.joined[row]
    is_in = waits.ending[row] == ADMITTED
    if waits.held[row] == OUTSIDE and (waits.ended[row] < end or waits.joined[row] <= end - IN_4_HOURS):
        amounts[here, FROM_OUTSIDE] += 1
        amounts[here, WITHIN_4_HOURS] += is_in and seconds <= IN_4_HOURS
    if is_in and waits.ended[row] < end:
        amounts[here, GOT_IN] += 1
        amounts[here, WITHIN_2_DAYS] += seconds <= IN_2_DAYS


def ended_outside(sums: Sums, waits: Waits, row: int, came: Column, when: When, has_stay: bool) -> None:
    """A wait outside that ended in the window: dead, or gone for good without ever having been in a stay."""
    person = waits.person[row]
    if waits.ending[row] == DIED_WAITING:
        sums.amounts[row_of(sums, waits.profile[row], when.outside), DEAD_OUTSIDE] += 1
    if not has_stay and (row + 1 == len(waits.person) or waits.person[row + 1] != person):
        sums.amounts[row_of(sums, came[person], when.all), GONE_FROM_OUTSIDE] += 1


def of_waits(
    found: OfWaits, waits: Waits, with_stays: Column, admitted_to: Column, came: Column, where: Where, when: When
) -> None:
    """Every wait that touches the window, in every table; `with_stays` are the people of the stays, `came` the profiles of all."""
    first, end = when.first, when.end
    stay, out = 0, len(found.waiting) - 1
    for row in range(len(waits.person)):
        person, to, joined, over = waits.person[row], waits.to[row], waits.joined[row], waits.ended[row]
        if joined >= end or over < first:
            continue
        here = row_of(found.sums, waits.profile[row], to)
        if over > joined or not has_failed(waits.ending[row]):
            waited(found, waits, row, where, when, here)
        if over > joined and over > first:
            begin, until = midnight(joined, first, when.days), midnight(over, first, when.days)
            found.waiting[to, begin] += 1
            found.waiting[to, until] -= 1
            if waits.held[row] == OUTSIDE:
                found.waiting[out, begin] += 1
                found.waiting[out, until] -= 1
        if joined >= first:
            keeps_standards(found.sums.amounts, here, waits, row, end)
        if first <= over < end:
            has_ended(found, waits, row, admitted_to, here)
        if waits.held[row] == OUTSIDE and first <= over < end:
            while stay < len(with_stays) and with_stays[stay] < person:
                stay += 1
            has_stay = stay < len(with_stays) and with_stays[stay] == person
            ended_outside(found.sums, waits, row, came, when, has_stay)


class People(NamedTuple):
    """By person, who it is: as `compare.py` names them."""

    group: Column
    from_census: Column
    number: Column


class Places(NamedTuple):
    """The stays, person by person."""

    person: Column
    service: Column
    left: Column
    to: Column


class Queues(NamedTuple):
    """The waits, person by person."""

    stay: Column
    to: Column
    ending: Column


def departures(found: Grid, people: People, stays: Places, waits: Queues, is_acute: Mask) -> int:
    """Of everybody who was ever in a hospital: who, the day on which they first left one, where to, waited on which list; how many."""
    size, last, wait = 0, NONE, 0
    for row in range(len(stays.person)):
        person = stays.person[row]
        if not is_acute[stays.service[row]] or person == last:
            continue
        last, waited_on = person, NONE
        while wait < len(waits.stay) and waits.stay[wait] < row:
            wait += 1
        while wait < len(waits.stay) and waits.stay[wait] == row:
            if waits.ending[wait] == ADMITTED:
                waited_on = waits.to[wait]
            wait += 1
        found[size, 0], found[size, 1] = people.group[person], people.from_census[person]
        found[size, 2] = people.number[person]
        found[size, 3] = stays.left[row] // SECONDS_PER_DAY if stays.left[row] < NEVER else NONE
        found[size, 4], found[size, 5] = stays.to[row], waited_on
        size += 1
    return size


PASSES = Passes(__file__, of_waits, departures)
