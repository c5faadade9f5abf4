"""Many random numbers at once, as loops that a compiler can read. NumPy does the same in `random_numbers.py`.

Another number here changes every result of every scenario.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sim.model.random_numbers import uniform_of

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
GROUP, SERVICE, QUANTITY = range(3)


def fill_uniforms(seed: np.uint64, replication: np.uint64, first: int, keys: Keys, into: NDArray[np.float64]) -> None:
    """The numbers of people from `first` on; `keys` are those of group, service and quantity (visit included)."""
    for i in range(len(into)):
        into[i] = uniform_of(seed, replication, first + i, keys[GROUP], keys[SERVICE], keys[QUANTITY], 0)


def fill_points(
    seed: np.uint64, replication: np.uint64, first: int, last: float, end: float, keys: Keys, into: NDArray[np.float64]
) -> int:
    """The points of a unit-rate process after `last`, as many as come before `end` and have room; how many there are."""
    fill_uniforms(seed, replication, first, keys, into)  # by themselves they do not wait for a sum
    for i in range(len(into)):
        last -= math.log(1.0 - into[i])
        if last >= end:
            return i
        into[i] = last
    return len(into)


def fill_seconds(points: Floats, expected: Floats, rates: Floats, span: int, into: NDArray[np.int64]) -> None:
    """The seconds of points in rising order, where so many are expected by the start of each span and within it."""
    place = 0
    for i in range(len(points)):
        while expected[place + 1] <= points[i]:
            place += 1
        within = (points[i] - expected[place]) / rates[place]
        into[i] = place * span + min(int(within * span), span - 1)
