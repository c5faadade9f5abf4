"""Many numbers of the book of luck at once, as loops that a compiler can read. NumPy does the same in `chance.py`.

What may be changed here: by agreement only.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sim.model.chance import uniform_of

Keys = NDArray[np.uint64]
GROUP, SERVICE, QUANTITY = range(3)


def fill_uniforms(seed: np.uint64, replication: np.uint64, first: int, keys: Keys, into: NDArray[np.float64]) -> None:
    """The numbers of people from `first` on; `keys` are those of group, service and quantity (visit included)."""
    for i in range(len(into)):
        into[i] = uniform_of(seed, replication, first + i, keys[GROUP], keys[SERVICE], keys[QUANTITY], 0)


def fill_points(
    seed: np.uint64, replication: np.uint64, first: int, last: float, end: float, keys: Keys, into: NDArray[np.float64]
) -> int:
    """The points of a unit-rate process after `last`, as many as come before `end` and have room; how many there are."""
    for i in range(len(into)):
        last -= math.log1p(-uniform_of(seed, replication, first + i, keys[GROUP], keys[SERVICE], keys[QUANTITY], 0))
        if last >= end:
            return i
        into[i] = last
    return len(into)
