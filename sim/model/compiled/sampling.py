"""Many random numbers at once, as loops that a compiler can read. NumPy does the same in `random_numbers.py`.

Another number here changes every result of every scenario.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sim.model.random_numbers import uniform_of

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
GROUP, SERVICE, QUANTITY = range(3)


def fill_uniforms(seed: np.uint64, replication: np.uint64, first: int, keys: Keys, into: Floats) -> None:
    """The numbers of people from `first` on; `keys` are those of group, service and quantity (visit included)."""
    group, service, quantity = keys[GROUP], keys[SERVICE], keys[QUANTITY]  # what is read once is worked out once
    for i in range(len(into)):
        into[i] = uniform_of(seed, replication, first + i, group, service, quantity, 0)


def fill_chosen(
    seed: np.uint64,
    replication: np.uint64,
    first: int,
    keys: Keys,
    cumulative: Floats,
    last: Numbers,
    row_of: Numbers,
    profile: Numbers,
    into: Numbers,
) -> None:
    """The alternatives that people from `first` on draw by their profiles; where one is certain, nothing need be drawn."""
    group, service, quantity = keys[GROUP], keys[SERVICE], keys[QUANTITY]
    for i in range(len(into)):
        row = row_of[profile[i]]
        end = into[i] = last[row]
        if end > 0 and cumulative[row, end - 1] > 0.0:
            u, found = uniform_of(seed, replication, first + i, group, service, quantity, 0), 0
            for k in range(end):  # to the end: a processor guesses where it would be left
                found += cumulative[row, k] <= u
            into[i] = found


def fill_points(
    seed: np.uint64, replication: np.uint64, first: int, last: float, end: float, keys: Keys, into: Floats
) -> int:
    """The points of a unit-rate process after `last`, as many as come before `end` and have room; how many there are."""
    fill_uniforms(seed, replication, first, keys, into)  # by themselves they do not wait for a sum
    for i in range(len(into)):
        last -= math.log(1.0 - into[i])
        if last >= end:
            return i
        into[i] = last
    return len(into)


def fill_seconds(points: Floats, expected: Floats, rates: Floats, span: int, into: Numbers) -> None:
    """The seconds of points in rising order, where so many are expected by the start of each span and within it."""
    place = 0
    for i in range(len(points)):
        while expected[place + 1] <= points[i]:
            place += 1
        within = (points[i] - expected[place]) / rates[place]
        into[i] = place * span + min(int(within * span), span - 1)
