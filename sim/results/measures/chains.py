"""Chains of people who wait for each other's places, and what became of people after hospital: passes for a compiler.

What they follow is said in `root_causes.py` and `followup.py` in plain NumPy, which follows where nothing can be compiled and is
their reference in tests: whole numbers only.

What may be changed here: freely, together with these.
"""

from typing import NamedTuple

from sim.machine_code import Column, Grid, Mask, MaskGrid, Passes
from sim.model.records import ADMITTED, NEVER, NO_PLACE, NONE, OUTSIDE, TURNED_AWAY


class Instants(NamedTuple):
    """By destination and instant of a grid: as in `root_causes.py`."""

    seconds: Column  # until the next instant
    next: Grid  # what the longest-clear person waits for, NONE where there is nobody
    held_by_next: Grid  # the service in which they are
    is_free: MaskGrid
    door: MaskGrid
    own_hours: MaskGrid


def ends_of_chains(table: Grid, seen: Column, held: Column, to: Column, waiting: Grid, at: Instants) -> None:
    """Seconds by service held and item: hours first, then the destinations at the end of the chain.

    `held` and `to` say who waits for what, `waiting` how many more of them do from each instant on.
    """
    chain = 0
    for pair in range(len(held)):
        number = 0
        for instant in range(len(at.seconds)):
            number += waiting[pair, instant]
            if number == 0:
                continue
            chain += 1
            holds, awaits = held[pair], to[pair]
            while True:
                seen[awaits] = chain
                further = at.next[awaits, instant]
                if at.is_free[awaits, instant] or further == NONE or seen[further] == chain:
                    break
                holds, awaits = at.held_by_next[awaits, instant], further
            lacks_an_hour = at.is_free[awaits, instant] and not (
                at.door[awaits, instant] and at.own_hours[holds, instant]
            )
            table[held[pair], 0 if lacks_an_hour else 1 + awaits] += number * at.seconds[instant]


class Awaiting(NamedTuple):
    """People who await a place, longest clear first: the service they hold, what they wait for, and from which instant to which."""

    held: Column
    to: Column
    first: Column
    last: Column


def longest_clear(next_: Grid, held_by_next: Grid, is_member: MaskGrid, pieces: Awaiting) -> None:
    """By destination and instant: what the longest-clear person in one of its services waits for, and which service that is."""
    for number in range(len(next_)):
        until = 0
        for row in range(len(pieces.held)):
            if is_member[number, pieces.held[row]] and pieces.last[row] > until:
                for instant in range(max(pieces.first[row], until), pieces.last[row]):
                    next_[number, instant] = pieces.to[row]
                    held_by_next[number, instant] = pieces.held[row]
                until = pieces.last[row]


class Asked(NamedTuple):
    """Of waits: from when until when, from where, for what, and how they ended."""

    joined: Column
    ended: Column
    held: Column
    to: Column
    ending: Column


class Waited(NamedTuple):
    """As in `waits.py`."""

    rows: Column
    places: Column
    seconds: Column
    begun: Column
    lengths: Column


def waited(found: Waited, sizes: Column, waits: Asked, first: int, end: int, outside: int) -> None:
    """Waits that touch the window, then those outside once more; how many there are, and how many of them began in it."""
    for again in range(2):
        for row in range(len(waits.joined)):
            joined, ended = waits.joined[row], waits.ended[row]
            if joined >= end or ended < first or (again and waits.held[row] != OUTSIDE):
                continue
            if ended == joined and (waits.ending[row] == TURNED_AWAY or waits.ending[row] == NO_PLACE):
                continue
            size = sizes[0]
            found.rows[size], found.places[size] = row, outside if again else waits.to[row]
            found.seconds[size] = min(ended, end) - max(joined, first)
            if joined >= first:
                found.begun[sizes[1]], found.lengths[sizes[1]] = size, min(ended, end) - joined
                sizes[1] += 1
            sizes[0] += 1


class Stays(NamedTuple):
    """The stays, person by person, and what sort of place each is in."""

    person: Column
    admitted: Column
    left: Column
    died: Mask
    at_home: Mask
    not_home: Mask  # in a hospital or a care home
    out_at_home: Mask


def later_row(stays: Stays, row: int, instant: int) -> int:
    """The last stay of the same person that had begun by an instant."""
    while (
        row + 1 < len(stays.person)
        and stays.person[row + 1] == stays.person[row]
        and stays.admitted[row + 1] <= instant
    ):
        row += 1
    return row


def stayed_home(found: Column, stays: Stays, rows: Column, seconds: int) -> None:
    """Whether these stays' people neither died nor entered a hospital or a care home for so long after leaving."""
    for index in range(len(rows)):
        until, last = (
            stays.left[rows[index]] + seconds,
            later_row(stays, rows[index], stays.left[rows[index]] + seconds),
        )
        is_home = not (stays.died[last] and stays.left[last] <= until)
        for row in range(rows[index] + 1, last + 1):
            is_home = is_home and not stays.not_home[row]
        found[index] = is_home


def home_then(found: Column, stays: Stays, rows: Column, seconds: int) -> None:
    """Whether these stays' people are at home so long after leaving."""
    for index in range(len(rows)):
        later = stays.left[rows[index]] + seconds
        row = later_row(stays, rows[index], later)
        found[index] = stays.out_at_home[row] if stays.left[row] <= later else not stays.not_home[row]


def home_until(stays: Stays, first: int, row: int, instant: int) -> int:
    """Seconds at home from the beginning of the first of these stays to an instant in the last."""
    spent = 0
    for before in range(first, row):
        if stays.at_home[before] and stays.left[before] < NEVER:
            spent += stays.left[before] - stays.admitted[before]
    if stays.at_home[row]:
        spent += min(instant, stays.left[row]) - stays.admitted[row]
    if stays.out_at_home[row]:
        spent += max(instant - stays.left[row], 0)
    return spent


def days_at_home(found: Column, stays: Stays, rows: Column, seconds: int) -> None:
    """Seconds at home within so many after leaving."""
    for index in range(len(rows)):
        since = stays.left[rows[index]]
        first = later_row(stays, rows[index], since)
        last = later_row(stays, first, since + seconds)
        found[index] = home_until(stays, first, last, since + seconds) - home_until(stays, first, first, since)


class Left(NamedTuple):
    """Who left a service, and when."""

    person: Column
    at: Column


class Back(NamedTuple):
    """Of waits, person by person, what says who asked for a hospital from elsewhere and got in."""

    person: Column
    joined: Column
    ending: Column
    held: Column
    admitted_to: Column


def is_back(found: Column, first: Column, waits: Back, is_acute: Mask, left: Left, seconds: int) -> None:
    """Whether these people asked for a hospital, and got in, within so long after leaving."""
    for row in range(len(waits.person)):
        if first[waits.person[row]] == NONE:
            first[waits.person[row]] = row
    for index in range(len(left.person)):
        row = first[left.person[index]]
        while NONE < row < len(waits.person) and waits.person[row] == left.person[index]:
            got_in = waits.ending[row] == ADMITTED and is_acute[waits.admitted_to[row]]
            if got_in and not is_acute[waits.held[row]] and waits.joined[row] >= left.at[index]:
                found[index] = waits.joined[row] <= left.at[index] + seconds
                break
            row += 1


class Used(NamedTuple):
    """Of stays, person by person, what says how long which service was used."""

    person: Column
    service: Column
    admitted: Column
    ready: Column
    left: Column


def care_used(seconds: Column, entered: Column, stays: Used, rows: Column, lasts: int, end: int) -> None:
    """Seconds held and admissions by service, of these stays' people from ready on: so long, and no longer than the window."""
    for index in range(len(rows)):
        first = rows[index]
        start, row = stays.ready[first], first
        while row < len(stays.person) and stays.person[row] == stays.person[first]:
            left = stays.left[row] if stays.left[row] < NEVER else end
            inside = min(left, start + lasts) - max(stays.admitted[row], start)
            if inside > 0:
                seconds[stays.service[row]] += inside
                if row != first or stays.admitted[row] > start:
                    entered[stays.service[row]] += 1
            row += 1


PASSES = Passes(
    __file__,
    waited,
    longest_clear,
    ends_of_chains,
    stayed_home,
    home_then,
    days_at_home,
    is_back,
    care_used,
    helpers=(later_row, home_until),
)
