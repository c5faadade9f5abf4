"""Does anybody enter a full service, or wait beside a free place? And how much care was there? Loops for a compiler.

The first two answer yes, nobody does, or *ask*: then the plain version in `checks.py` looks at each row and says which one is wrong,
if any is. The third counts the same as `care_of` without a compiler does.

What may be changed here: together with `checks.py`; tests run both on every planted fault.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Calendar, Hours, Service
from sim.machine_code import Column, Grid, Passes
from sim.model.records import OUTSIDE
from sim.results.measures.availability import door_over_time, free_over_time, hours_over_time
from sim.results.measures.occupancy import held_over_time, open_over_time
from sim.results.step_functions import ALWAYS, StepFunction, count_at
from sim.results.window import Window

# -- for the compiler ---------------------------------------------------------------------------------------------------


class Waiting(NamedTuple):
    """Waits for one destination."""

    held: Column
    clear: Column
    ended: Column


class Paths(NamedTuple):
    """Paths of 0 and 1, one after the other: `first[i]` to `first[i + 1]` are those of path i."""

    first: Column
    times: Column
    values: Column


def never_too_full(held: StepFunction, planned: StepFunction, extra: int) -> bool:
    """Whether the places held never rise above those planned and so many more."""
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


def nobody_waits_beside(waiting: Waiting, place: Paths, own_hours: Paths, until: int) -> bool:
    """Whether nobody who is clear waits while all paths of the place, and that of the hours where they are, are 1."""
    for i in range(len(waiting.clear)):
        now, end, held = max(waiting.clear[i], 0), min(waiting.ended[i], until), waiting.held[i]
        if not OUTSIDE <= held < len(own_hours.first) - 1:
            return False
        path = 0
        while now < end and path <= len(place.first) - 1:
            if path < len(place.first) - 1:
                later = closed_until(place, path, now, end)
            else:
                later = now if held == OUTSIDE else closed_until(own_hours, held, now, end)
            path = path + 1 if later == now else 0
            now = later
        if now < end:
            return False
    return True


def count_care(service: Column, start: Column, end: Column, window: Column, found: Grid) -> None:
    """By service: seconds of these spans inside the window [first, last), and midnights of the window, which begins at one."""
    first, last = window[0], window[1]
    for i in range(len(service)):
        if 0 <= service[i] < found.shape[1]:
            begun, over = max(start[i], first), min(end[i], last)
            found[0, service[i]] += max(over - begun, 0)
            over = min(max(end[i], first), last)
            begun = min(begun, last)
            found[1, service[i]] += (over + SECONDS_PER_DAY - 1) // SECONDS_PER_DAY
            found[1, service[i]] -= (begun + SECONDS_PER_DAY - 1) // SECONDS_PER_DAY


PASSES = Passes(__file__, never_too_full, nobody_waits_beside, count_care, helpers=(place_at, closed_until))


# -- and what is handed to it -------------------------------------------------------------------------------------------


def surely_not_too_full(window: Window, service: Service, extra: int) -> bool:
    """Whether compiled code is at hand and says that nobody enters a full service, census people included."""
    passes = PASSES.loaded() if window.is_fast else None
    if passes is None:
        return False
    return bool(passes.never_too_full(held_over_time(window, service), open_over_time(window, service), extra))


def surely_nobody_waits(window: Window, number: int, member: int) -> bool:
    """Whether compiled code is at hand and says that nobody waits for a destination while a place is free in this member of it."""
    passes = PASSES.loaded() if window.is_fast else None
    if passes is None:
        return False
    services = window.scenario.services
    place = [free_over_time(window, member)]
    if member < len(services):
        place.append(door_over_time(window, services[member]))
    own_hours = _own_hours(window.scenario.calendar, tuple(one.discharge_hours for one in services))
    waiting = Waiting(*(window.waits_for(number, name) for name in Waiting._fields))
    return bool(passes.nobody_waits_beside(waiting, _together(place), own_hours, window.ledger.until))


def _together(paths: list[StepFunction]) -> Paths:
    """Some paths one after the other; those that are always 1 say nothing."""
    told = [path for path in paths if path is not ALWAYS] or [ALWAYS]
    first = np.cumsum([0, *(len(path.times) for path in told)])
    return Paths(first, *(np.concatenate(columns) for columns in zip(*told, strict=True)))


@lru_cache(maxsize=16)
def _own_hours(calendar: Calendar, hours: tuple[Hours | None, ...]) -> Paths:
    paths = [hours_over_time(calendar, one) for one in hours]
    first = np.cumsum([0, *(len(path.times) for path in paths)])
    return Paths(first, *(np.concatenate(columns) for columns in zip(*paths, strict=True)))


def care_of(window: Window) -> Grid:
    """By service, from admission to ready: seconds inside the window, and at how many midnights each was still cared for."""
    stays, found = window.ledger.stays, np.zeros((2, window.home), dtype=np.int64)
    passes = PASSES.loaded() if window.is_fast else None
    if passes is not None:
        until = np.minimum(stays["ready"], stays["left"])
        passes.count_care(stays["service"], stays["admitted"], until, np.array([window.first, window.end]), found)
        return found
    for number in range(window.home):
        admitted, ready, left = (window.stays_in(number, column) for column in ("admitted", "ready", "left"))
        until = np.minimum(ready, left)
        found[0, number] = window.clipped(admitted, until).sum()
        found[1, number] = count_at(admitted, until, window.midnights).sum()
    return found
