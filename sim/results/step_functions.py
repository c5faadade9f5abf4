"""Arithmetic of time spans [start, end) in whole seconds: overlaps, midnights, how many go on at once.

Every measure of time goes through these few functions: a change here moves results.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.model.records import NEVER, Column
from sim.results import path_passes

Mask = NDArray[np.bool_]
SPAN, SHIFT = 2**36, 2**35  # a person's times, from 1,000 years before the run to as long after it


def column(*values: int) -> Column:
    """A few whole numbers as a column."""
    return np.array(values, dtype=np.int64)


def of_person(person: Column, instants: Column) -> Column:
    """One number for each person and instant, in the order of people and, for each, of time."""
    return person * SPAN + instants + SHIFT


def is_first(values: Column) -> Mask:
    """Which of these values differ from the one before: the first row of each owner, in rows in the order of owners."""
    first = np.ones(len(values), dtype=bool)
    first[1:] = values[1:] != values[:-1]
    return first


def is_last(values: Column) -> Mask:
    """Which of these values differ from the one after."""
    last = np.ones(len(values), dtype=bool)
    last[:-1] = values[1:] != values[:-1]
    return last


def total_by(index: Column, amount: Column, size: int) -> Column:
    """Whole amounts added up by index."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, index, amount)
    return total


def overlap(start: Column, end: Column, first: int, last: int) -> Column:
    """Seconds of each span that lie inside [first, last)."""
    inside: Column = np.minimum(end, last) - np.maximum(start, first)
    return np.maximum(inside, 0)


def _midnights_before(instants: Column) -> Column:
    rounded_up: Column = -(-instants // SECONDS_PER_DAY)
    return rounded_up


def midnights(start: Column, end: Column, first: int, last: int) -> Column:
    """How many midnights lie inside each span and inside [first, last)."""
    low = np.maximum(start, first)
    high = np.maximum(np.minimum(end, last), low)
    return _midnights_before(high) - _midnights_before(low)


def _after(values: Column, changes: NDArray[np.intp]) -> Column:
    """The value after so many changes."""
    if not len(values):
        return np.zeros(len(changes), dtype=np.int64)
    return np.asarray(np.where(changes > 0, values[changes - 1], 0), dtype=np.int64)


class StepFunction(NamedTuple):
    """A number that changes: `values[i]` holds from `times[i]` to the next time; 0 before the first."""

    times: Column
    values: Column

    def at(self, instants: Column) -> Column:
        """The value at each instant, after everything that happens at it."""
        return _after(self.values, np.searchsorted(self.times, instants, side="right"))

    def before(self, instants: Column) -> Column:
        """The value just before each instant."""
        return _after(self.values, np.searchsorted(self.times, instants, side="left"))

    def between(self, start: Column, end: Column) -> Column:
        """Value times seconds over each span [start, end) of the run."""
        starts = np.maximum(self.times, 0)
        added = np.append(column(0), np.cumsum(self.values[:-1] * np.diff(starts)))

        def until(instants: Column) -> Column:
            last = np.searchsorted(self.times, instants, side="right") - 1
            found = added[last] + self.values[last] * (instants - starts[last])
            return np.asarray(np.where(last < 0, 0, found), dtype=np.int64)

        return until(end) - until(start)

    def integral(self, first: int, last: int) -> int:
        """Value times seconds over [first, last)."""
        inside = np.clip(np.append(self.times, NEVER), first, last)
        return int(self.values @ np.diff(inside))


ALWAYS = StepFunction(column(-NEVER), column(1))


def steps_of(times: Column, changes: Column) -> StepFunction:
    """The step function that changes by so much at these instants (in any order; NEVER is left out)."""
    happens = times < NEVER
    times, changes = times[happens], changes[happens]
    order = np.argsort(times, kind="stable")
    times = times[order]
    values = np.cumsum(changes[order])
    last = is_last(times)
    return StepFunction(times[last], values[last])


def going_on(start: Column, end: Column, passes: SimpleNamespace | None = None) -> StepFunction:
    """How many of the spans are going on at each time."""
    if passes is not None:
        return _going_on(start, end, passes)
    begun, over = start[start < NEVER], end[end < NEVER]
    changes = np.concatenate((2 * begun + 1, 2 * over))  # what happens in the last bit: sorted with its time, at once
    changes.sort()
    times = changes >> 1
    values = np.cumsum(2 * (changes & 1) - 1)
    last = is_last(times)
    return StepFunction(times[last], values[last])


def _going_on(start: Column, end: Column, passes: SimpleNamespace) -> StepFunction:
    times, values = np.empty((2, len(start) + len(end)), dtype=np.int64)
    size = passes.going_on(path_passes.Path(times, values), _room(len(times)), start, end)
    return StepFunction(times[:size], values[:size])


def _room(size: int) -> path_passes.Room:
    keys, spare = np.empty((2, size), dtype=np.int64)
    return path_passes.Room(keys, spare, np.empty(2**path_passes.BITS, dtype=np.int64))


def order_of(values: Column, passes: SimpleNamespace) -> Column:
    """Rows in the order of their values, which are not negative, without those of 0."""
    order = np.empty(len(values), dtype=np.int64)
    return order[: passes.order_of(order, _room(len(values)), values, len(values).bit_length())]


def aligned(
    function: StepFunction, other: StepFunction, passes: SimpleNamespace | None = None
) -> tuple[Column, Column, Column]:
    """Every instant at which one of two step functions changes, and both after it."""
    if passes is None:
        times = instants_of(function.times, other.times)
        return times, function.at(times), other.at(times)
    times, first, second = np.empty((3, len(function.times) + len(other.times)), dtype=np.int64)
    size = passes.aligned(times, first, second, path_passes.Path(*function), path_passes.Path(*other))
    return times[:size], first[:size], second[:size]


def instants_of(*times: Column) -> Column:
    """All these instants in order, each once."""
    together = np.concatenate(times)
    together.sort(kind="stable")  # quick where each part is in order already
    return together[is_first(together)]


def larger(function: StepFunction, other: StepFunction) -> StepFunction:
    """The larger of two step functions at each time."""
    times = instants_of(function.times, other.times)
    return StepFunction(times, np.maximum(function.at(times), other.at(times)))


def both(function: StepFunction, other: StepFunction) -> StepFunction:
    """1 while two step functions of 0 and 1 are both 1."""
    if function is ALWAYS or other is ALWAYS:
        return other if function is ALWAYS else function
    times = instants_of(function.times, other.times)
    return StepFunction(times, function.at(times) * other.at(times))


def either(function: StepFunction, other: StepFunction) -> StepFunction:
    """1 while one of two step functions of 0 and 1 is 1."""
    return ALWAYS if function is ALWAYS or other is ALWAYS else larger(function, other)


def count_at(start: Column, end: Column, instants: Column) -> Column:
    """How many of the spans are going on at each instant (start <= instant < end)."""
    begun = np.searchsorted(np.sort(start), instants, side="right")
    return np.asarray(begun - np.searchsorted(np.sort(end), instants, side="right"), dtype=np.int64)
