"""Does anybody enter a full service, or wait beside a free place? Loops for a compiler.

The answer is no, nobody does, or *ask*: then the plain version in `checks.py` looks at each row and says which one is wrong, if any
is.

Change it together with `checks.py`: tests run both on every planted fault.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import Calendar, Hours, Service
from sim.machine_code import Column, Passes
from sim.model.records import OUTSIDE
from sim.results.measures.occupancy import free_over_time, held_over_time, hours_over_time, open_over_time
from sim.results.step_functions import ALWAYS, StepFunction
from sim.results.window import Window

# -- for the compiler ---------------------------------------------------------------------------------------------------


class Waits(NamedTuple):
    """Of waits what is looked at."""

    held: Column
    to: Column
    clear: Column
    ended: Column


class Paths(NamedTuple):
    """Paths of 0 and 1, one after the other: `first[i]` to `first[i + 1]` are those of path i."""

    first: Column
    times: Column
    values: Column


def never_too_full(held: StepFunction, planned: StepFunction, extra: int) -> bool:
    """Whether the places held never rise above those planned and so many more; before its first time a path is 0."""
    most, least = 0, planned.values[0] if len(planned.values) else 0
    for i in range(len(held.values)):
        most = max(most, held.values[i])
    for i in range(len(planned.values)):
        least = min(least, planned.values[i])
    if most <= least and (len(held.times) == 0 or planned.times[0] <= held.times[0]):
        return True  # as nearly always
    before, place = 0, -1
    for i in range(len(held.times)):
        while place + 1 < len(planned.times) and planned.times[place + 1] <= held.times[i]:
            place += 1
        room = planned.values[place] if place >= 0 else 0
        if held.values[i] > before and room >= 0 and held.values[i] > room + extra:
            return False
        before = held.values[i]
    return True


def place_at(times: Column, first: int, end: int, instant: int) -> int:
    """The last of these times, from `first` on and before `end`, that is not after the instant; `first` - 1 if none is."""
    low, high = first, end
    while low < high:
        middle = (low + high) // 2
        if times[middle] <= instant:
            low = middle + 1
        else:
            high = middle
    return low - 1


def closed_until(paths: Paths, path: int, instant: int, end: int) -> int:
    """Until when a path stays 0; the instant itself where it is not 0."""
    first, last = paths.first[path], paths.first[path + 1]
    place = place_at(paths.times, first, last, instant)
    if place >= first and paths.values[place] != 0:
        return instant
    return min(end, paths.times[place + 1]) if place + 1 < last else end


class Places(NamedTuple):
    """Where people wait, and when there is a place; of the hours the numbers are those of services."""

    first: Column  # by destination: where its services begin among the members, and at last where all end
    member: Column  # services; home, out and death are numbers beyond them
    free: Paths  # by member, in the same order
    doors: Paths
    own_hours: Paths
    until: int  # the second at which the run ended


def nobody_waits_beside(waits: Waits, places: Places) -> bool:
    """Whether nobody who is clear waits while a place, its opening hours and the hours of where they are are open."""
    for i in range(len(waits.clear)):
        now, end, to = max(waits.clear[i], 0), min(waits.ended[i], places.until), waits.to[i]
        if now < end:
            for place in range(places.first[to], places.first[to + 1]):
                if is_open_between(places, place, waits.held[i], now, end):
                    return False
    return True


def is_open_between(places: Places, place: int, held: int, now: int, end: int) -> bool:
    """Whether somebody who is in a service, or outside, may go to a place at any time in between."""
    member = places.member[place]
    while now < end:
        later = closed_until(places.free, place, now, end)
        if later == now and member < len(places.doors.first) - 1:
            later = closed_until(places.doors, member, now, end)
        if later == now and held != OUTSIDE:
            later = closed_until(places.own_hours, held, now, end)
        if later == now:
            return True
        now = later
    return False


def nobody_waits_while(free: Paths, start: Column, end: Column) -> bool:
    """Whether the one path is 0 in all of these spans."""
    for i in range(len(start)):  # noqa: SIM110 - a generator would be another function, which Numba does not inline
        if start[i] < end[i] and closed_until(free, 0, start[i], end[i]) < end[i]:
            return False
    return True


PASSES = Passes(__file__, never_too_full, nobody_waits_beside, nobody_waits_while)


# -- and what is handed to it -------------------------------------------------------------------------------------------


def surely_not_too_full(window: Window, service: Service, extra: int) -> bool:
    """Whether compiled code is at hand and says that nobody enters a full service, census people included."""
    passes = window.passes(PASSES)
    if passes is None:
        return False
    return bool(passes.never_too_full(held_over_time(window, service), open_over_time(window, service), extra))


def surely_nobody_waits(window: Window, asked: Sequence[Sequence[int]]) -> bool:
    """Whether compiled code is at hand and says that nobody waits while a place is free in one of the members that are asked.

    Those are given by destination.
    """
    passes, waits = window.passes(PASSES), window.ledger.waits
    if passes is None:
        return False
    members = [member for these in asked for member in these]
    calendar, services = window.scenario.calendar, window.scenario.services
    places = Places(
        first=np.cumsum([0, *map(len, asked)], dtype=np.int64),
        member=np.array(members, dtype=np.int64),
        free=_together([free_over_time(window, member) for member in members]),
        doors=_hours(calendar, tuple(one.admission_hours for one in services)),
        own_hours=_hours(calendar, tuple(one.discharge_hours for one in services)),
        until=window.ledger.until,
    )
    return bool(passes.nobody_waits_beside(Waits(*(waits[name] for name in Waits._fields)), places))


def surely_no_step_waits(window: Window, free: StepFunction, start: Column, end: Column) -> bool:
    """Whether compiled code is at hand and says that in none of these spans a team has a free place."""
    passes = window.passes(PASSES)
    return passes is not None and bool(passes.nobody_waits_while(_together([free]), start, end))


def _together(paths: Sequence[StepFunction]) -> Paths:
    """Some paths one after the other."""
    first = np.cumsum([0, *(len(path.times) for path in paths)], dtype=np.int64)
    return Paths(first, *(np.concatenate(columns) for columns in zip(*(paths or [ALWAYS]), strict=True)))


@lru_cache(maxsize=16)
def _hours(calendar: Calendar, hours: tuple[Hours | None, ...]) -> Paths:
    return _together([hours_over_time(calendar, one) for one in hours])
