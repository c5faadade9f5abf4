"""Care, delay, queues and people counted again, from the records alone: one pass over stays, one over waits, one over people.

The invariants hold the measures' figures against these. Loops for a compiler, and the same in plain NumPy, which counts where
nothing can be compiled and is their reference. Whether a need is one of somebody who has a bed is answered yes, nobody's is, or
*ask*: then the plain version in `people.py` says whose it is, if anybody's.

Tests hold both equal.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.machine_code import Column, Grid, Mask, Passes
from sim.model.records import DIED_WAITING, NEVER, NONE, OUTSIDE, WAIT_ENDINGS
from sim.results.measures import flow
from sim.results.measures.occupancy import people_over_time
from sim.results.measures.unmet import Need
from sim.results.split import split_of
from sim.results.step_functions import column, count_at
from sim.results.window import Window, kept

# -- for the compiler ---------------------------------------------------------------------------------------------------


class Span(NamedTuple):
    """The window: from its first second, which is a midnight, to its last, in so many days."""

    first: int
    end: int
    days: int


class Stays(NamedTuple):
    """Of stays what care and delay are counted from; `found` and `after` are numbers among the profiles of all groups."""

    service: Column
    admitted: Column
    ready: Column
    left: Column
    found: Column
    after: Column


class Waits(NamedTuple):
    """Of waits what queues are counted from."""

    person: Column
    wait: Column
    held: Column
    to: Column
    joined: Column
    ended: Column
    ending: Column
    admitted_to: Column


class People(NamedTuple):
    """Of people what arrivals are counted from."""

    arrives: Column
    from_census: Column


class Model(NamedTuple):
    """Of stays and of waits what says when people left the model."""

    person: Column
    to: Column
    left: Column
    whose: Column  # of waits
    held: Column
    ended: Column


class Beds(NamedTuple):
    """What speaks against needing a bed: to have one, or to be dead."""

    is_bed: Mask  # by destination
    died: int
    person: Column  # of stays
    service: Column
    to: Column
    admitted: Column
    left: Column
    whose: Column  # of waits
    held: Column
    ending: Column
    ended: Column


def inside(start: int, end: int, window: Span) -> int:
    """Seconds of a span in the window."""
    return max(min(end, window.end) - max(start, window.first), 0)


def midnight(instant: int, window: Span) -> int:
    """The number of the first midnight of the window that is not before an instant; of later ones, the number of its days."""
    return min(max((instant - window.first + SECONDS_PER_DAY - 1) // SECONDS_PER_DAY, 0), window.days)


def rest(instant: int, window: Span) -> int:
    """Seconds of the window after an instant: what one more person from then on adds to those who are there."""
    return window.end - min(max(instant, window.first), window.end)


NEEDED, MIDNIGHTS, PRESENT = range(3)
"""Of stays, by service and at home: seconds of care, midnights at which people are cared for, and seconds of people there at each time."""


def count_stays(care: Grid, table: Grid, stays: Stays, item_of: Grid, window: Span) -> None:
    """What is counted of stays by service; by item and place, seconds of care and of delay."""
    for i in range(len(stays.service)):
        service, left = stays.service[i], stays.left[i]
        until = min(stays.ready[i], left)
        if min(stays.admitted[i], until) >= window.end or max(stays.admitted[i], left) <= window.first:
            continue
        needed, late = inside(stays.admitted[i], until, window), inside(until, left, window)
        if service < care.shape[1]:
            care[NEEDED, service] += needed
            care[MIDNIGHTS, service] += midnight(until, window) - midnight(stays.admitted[i], window)
            care[PRESENT, service] += rest(stays.admitted[i], window) - rest(left, window)
        for division in range(item_of.shape[1] if needed > 0 else 0):
            table[item_of[stays.found[i], division], service] += needed
        for division in range(item_of.shape[1] if late > 0 else 0):
            table[item_of[stays.after[i], division], service] += late


JOINED, STILL, FROM_LISTS = range(3)
"""Of queues, by destination: who waited in the window, who still does after it, and who got in there from a list."""


class WaitsAgain(NamedTuple):
    """Queues, by what is reported and destination; outside, who waited before or went on, and who still waits; waits that ended, by how."""

    queues: Grid
    outside: Column
    endings: Grid


def count_waits(found: WaitsAgain, waits: Waits, people: People, window: Span, out: int) -> None:
    """Queues by destination; outside: who waited at the start or went on to another queue in the window, and who waits after it.

    Waits that ended in the window by how, by destination, and at last outside.
    """
    for i in range(len(waits.person)):
        joined, ended, to = waits.joined[i], waits.ended[i], waits.to[i]
        if joined < window.end and ended >= window.first:
            found.queues[JOINED, to] += 1
            found.queues[STILL, to] += ended >= window.end
        if window.first <= ended < window.end:
            if to > out and waits.admitted_to[i] != NONE:  # on a list
                found.queues[FROM_LISTS, waits.admitted_to[i]] += 1
            if 0 <= waits.ending[i] < len(found.endings):
                found.endings[waits.ending[i], to] += 1
                found.endings[waits.ending[i], found.endings.shape[1] - 1] += waits.held[i] == OUTSIDE
        if waits.held[i] == OUTSIDE:
            person, is_first = waits.person[i], waits.wait[i] == 0
            since = people.arrives[person] if is_first else joined
            is_before = since < window.first or (is_first and people.from_census[person] == 1)
            found.outside[0] += is_before and ended >= window.first
            found.outside[0] += not is_first and window.first <= since < window.end
            found.outside[1] += since < window.end and ended >= window.end


def leave_the_model(left: Column, was_in: Column, model: Model, died: int) -> None:
    """When people died or went out: from their stays, or of who was in none from their waits outside, of which the last counts."""
    for i in range(len(model.person)):
        was_in[model.person[i]] = 1
        if model.to[i] >= died:
            left[model.person[i]] = model.left[i]
    for i in range(len(model.whose)):
        if model.held[i] == OUTSIDE and was_in[model.whose[i]] == 0:
            left[model.whose[i]] = model.ended[i]


def count_people(found: Column, arrives: Column, left: Column, window: Span) -> None:
    """Who has come and has not left the model, at each midnight of the window, and at its end."""
    for i in range(len(arrives)):
        found[midnight(arrives[i], window)] += 1
        found[midnight(left[i], window)] -= 1
    for day in range(1, len(found)):
        found[day] += found[day - 1]


def is_apart(need: Need, first: int, person: int, start: int, end: int) -> bool:
    """Whether a span lies beside all needs of a person, of which the first is there, if any does."""
    i = first
    while i < len(need.person) and need.person[i] == person:
        if need.end[i] > start and end > need.start[i]:
            return False
        i += 1
    return True


def place_of(numbers: Column, number: int) -> int:
    """Where a number stands among others in order, or would."""
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] < number:
            low = middle + 1
        else:
            high = middle
    return low


def needs_follow_on(need: Need) -> bool:
    """Whether they are in order of person and time, and none begins before another of the person has ended."""
    for i in range(len(need.person)):
        if need.start[i] > need.end[i] or (i > 0 and need.person[i] < need.person[i - 1]):
            return False
        if i > 0 and need.person[i] == need.person[i - 1] and need.start[i] < need.end[i - 1]:
            return False
    return True


def nobody_has_what_they_need(need: Need, beds: Beds, end: int) -> bool:
    """Whether no need, bed and death of one person overlap; anybody who died outside has been in no place."""
    if not needs_follow_on(need):
        return False
    over, first = -NEVER, 0
    for i in range(len(beds.person)):
        if i > 0 and beds.person[i] < beds.person[i - 1]:
            return False
        if i == 0 or beds.person[i] > beds.person[i - 1]:
            over = -NEVER
            while first < len(need.person) and need.person[first] < beds.person[i]:
                first += 1
        if beds.is_bed[beds.service[i]]:
            start, last = min(beds.admitted[i], end), min(beds.left[i], end)
            if start < over or last < start or not is_apart(need, first, beds.person[i], start, last):
                return False
            over = last
        if beds.to[i] == beds.died:
            start = min(beds.left[i], end)
            if start < over or not is_apart(need, first, beds.person[i], start, end):
                return False
            over = end
    return nobody_died_outside_in_need(need, beds, end)


def nobody_died_outside_in_need(need: Need, beds: Beds, end: int) -> bool:
    """The same of those who died before they were in any place."""
    for i in range(len(beds.whose)):
        if beds.held[i] == OUTSIDE and beds.ending[i] == DIED_WAITING:
            person = beds.whose[i]
            place = place_of(beds.person, person)
            if place < len(beds.person) and beds.person[place] == person:
                return False
            if not is_apart(need, place_of(need.person, person), person, min(beds.ended[i], end), end):
                return False
    return True


PASSES = Passes(__file__, count_stays, count_waits, leave_the_model, count_people, nobody_has_what_they_need)


# -- and what is handed to it -------------------------------------------------------------------------------------------


class StaysAgain(NamedTuple):
    """What is counted of stays, by service and at home; seconds of care and of delay, by item and place."""

    care: Grid
    table: Grid


@kept
def stays_again(window: Window) -> StaysAgain:
    """Care and delay: care with the level found, delay with the level after."""
    split, stays = split_of(window), window.ledger.stays
    passes = window.passes(PASSES) if split.passes else None
    if passes is None:
        return StaysAgain(_care(window), _care_and_delay(window))
    found = StaysAgain(np.zeros((3, window.home + 1), dtype=np.int64), np.zeros(split.shape, dtype=np.int64))
    these = Stays(stays["service"], stays["admitted"], stays["ready"], stays["left"], split.found, split.after)
    passes.count_stays(*found, these, split.item_of, _span(window))
    return found


def _span(window: Window) -> Span:
    return Span(window.first, window.end, window.days)


def _care(window: Window) -> Grid:
    found = np.zeros((3, window.home + 1), dtype=np.int64)
    for number, service in enumerate(window.scenario.services):
        admitted, ready, left = (window.stays_in(number, column) for column in ("admitted", "ready", "left"))
        until = np.minimum(ready, left)
        found[NEEDED, number] = window.clipped(admitted, until).sum()
        found[MIDNIGHTS, number] = count_at(admitted, until, window.midnights).sum()
        found[PRESENT, number] = people_over_time(window, service).integral(window.first, window.end)
    return found


def _care_and_delay(window: Window) -> Grid:
    stays, split = window.ledger.stays, split_of(window)
    until = np.minimum(stays["ready"], stays["left"])
    care, delay = window.clipped(stays["admitted"], until), window.clipped(until, stays["left"])
    return split.total(split.found, split.service, care) + split.total(split.after, split.service, delay)


def waits_again(window: Window) -> WaitsAgain:
    """Who waited in the window, by destination and outside, and what became of the waits that ended."""
    passes, rows, people = window.passes(PASSES), window.ledger.waits, window.ledger.people
    if passes is None:
        return WaitsAgain(_queues(window), _outside(window), _endings(window))
    size = len(window.names)
    found = WaitsAgain(*(np.zeros(shape, dtype=np.int64) for shape in ((3, size), 2, (len(WAIT_ENDINGS), size + 1))))
    waits = Waits(**{name: rows[name] for name in Waits._fields if name in rows}, admitted_to=window.admitted_to)
    came = People(people["arrives"], people["from_census"])
    passes.count_waits(found, waits, came, _span(window), window.out)
    return found


def _endings(window: Window) -> Grid:
    rows, size = window.ledger.waits, len(window.names)
    found = np.zeros((len(WAIT_ENDINGS), size + 1), dtype=np.int64)
    for ending in range(len(WAIT_ENDINGS)):
        these = window.inside(rows["ended"]) & (rows["ending"] == ending)
        found[ending, :-1] = np.bincount(rows["to"][these], minlength=size)
        found[ending, -1] = (rows["held"][these] == OUTSIDE).sum()
    return found


def _queues(window: Window) -> Grid:
    rows, size = window.ledger.waits, len(window.names)
    came = rows["joined"] < window.end
    joined = np.bincount(rows["to"][came & (rows["ended"] >= window.first)], minlength=size)
    still = np.bincount(rows["to"][came & (rows["ended"] >= window.end)], minlength=size)
    admitted = window.admitted_to[(rows["to"] > window.out) & window.inside(rows["ended"])]
    return np.stack((joined, still, np.bincount(admitted[admitted != NONE], minlength=size)))


def _outside(window: Window) -> Column:
    rows, people = window.ledger.waits, window.ledger.people
    outside = rows["held"] == OUTSIDE
    person, ended, is_first = rows["person"][outside], rows["ended"][outside], rows["wait"][outside] == 0
    since = np.where(is_first, people["arrives"][person], rows["joined"][outside])
    before = (since < window.first) | (is_first & (people["from_census"][person] == 1))
    went_on = window.inside(since) & ~is_first  # to another queue, after having found no place in one
    after = (since < window.end) & (ended >= window.end)
    return column(int((before & (ended >= window.first)).sum() + went_on.sum()), int(after.sum()))


def in_the_model(window: Window) -> Column:
    """People who have come and are neither dead nor gone out, at each midnight of the window."""
    passes, ledger = window.passes(PASSES), window.ledger
    if passes is None:
        return count_at(ledger.people["arrives"], flow.left_model(window), window.midnights)
    left, was_in = np.full((2, len(ledger.people["arrives"])), NEVER, dtype=np.int64)
    was_in[:] = 0
    of_stays = (ledger.stays[name] for name in ("person", "to", "left"))
    of_waits = (ledger.waits[name] for name in ("person", "held", "ended"))
    passes.leave_the_model(left, was_in, Model(*of_stays, *of_waits), window.died)
    found = np.zeros(window.days + 1, dtype=np.int64)
    passes.count_people(found, ledger.people["arrives"], left, _span(window))
    return found[:-1]


def surely_nobody_has_what_they_need(window: Window, need: Need, is_bed: Mask) -> bool:
    """Whether compiled code is at hand and says that nobody who needs a bed has one or is dead, and everybody needs one at most."""
    passes, stays, waits = window.passes(PASSES), window.ledger.stays, window.ledger.waits
    if passes is None:
        return False
    of_stays = (stays[name] for name in ("person", "service", "to", "admitted", "left"))
    of_waits = (waits[name] for name in ("person", "held", "ending", "ended"))
    return bool(passes.nobody_has_what_they_need(need, Beds(is_bed, window.died, *of_stays, *of_waits), window.end))
