"""Common random numbers: the only generator in the project.

Every random number is fixed before the clock starts. It is a pure function of

    (seed, replication, group, person, service held, n-th visit to that service, quantity)

and of nothing else: not of the order in which it is looked up, the scenario's other services, the engine or the worker. The
function is Philox 4x64 with ten rounds (Salmon and others 2011, "Parallel random numbers: as easy as 1, 2, 3"), whose key is
(seed, replication) and whose counter is (person, group, service, quantity and visit); names enter by a hash of their own,
so that adding a service leaves everybody else's numbers alone.

It is here for one number in plain Python, and for many NumPy's own Philox is asked; a compiled engine has it too, and
the tests hold both against NumPy's own Philox. Another number here changes every result of every scenario.
"""

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MASK_64 = 0xFFFFFFFFFFFFFFFF
MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
ROUNDS = 10
VISIT_BITS = 20
PAGE = 4096  # people whose numbers are worked out together
PAGED_VISITS = 2  # later visits are rare: looked up one by one


def name_key(name: str) -> int:
    """A 64-bit number for a name, the same on every machine and in every run."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def quantity_key(quantity: str) -> int:
    """A name's key with room below it for the number of the visit."""
    return name_key(quantity) >> VISIT_BITS << VISIT_BITS


def philox(seed: int, replication: int, counter: tuple[int, int, int, int]) -> int:
    """The first 64-bit word of Philox 4x64-10 for one counter."""
    c0, c1, c2, c3 = counter
    k0, k1 = seed, replication
    for _ in range(ROUNDS):
        first, second = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (second >> 64) ^ c1 ^ k0, second & MASK_64, (first >> 64) ^ c3 ^ k1, first & MASK_64
        k0, k1 = (k0 + WEYL[0]) & MASK_64, (k1 + WEYL[1]) & MASK_64
    return c0


def to_uniform(word: int) -> float:
    """A uniform number, never 0 and never 1, from the upper 52 bits of a word (53 and a half would round up to 1)."""
    return ((word >> 12) + 0.5) * 2.0**-52


def uniform_of(seed: int, replication: int, person: int, group: int, service: int, quantity: int, visit: int) -> float:
    """One random number; every argument but person and visit is a key."""
    return to_uniform(
        philox(int(seed), int(replication), (int(person), int(group), int(service), int(quantity) | int(visit)))
    )


class Alternatives(NamedTuple):
    """By which shares people draw one of several alternatives: a row of shares for each kind of people."""

    cumulative: NDArray[np.float64]  # rows x alternatives
    last: NDArray[np.int64]  # by row, the last alternative with any share
    row_of: NDArray[np.int64]  # by profile


def alternatives(cumulative: Sequence[Sequence[float]], row_of: Sequence[int]) -> Alternatives:
    """These shares as tables; every row has as many."""
    shares = np.array(cumulative, dtype=np.float64)
    last = [np.searchsorted(row, row[-1]) for row in shares]  # those after it add nothing
    return Alternatives(shares, np.array(last, dtype=np.int64), np.array(row_of, dtype=np.int64))


class RandomNumbers:
    """One replication's random numbers. They are worked out by the page when first needed; their values do not depend on when."""

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed & MASK_64
        self.replication = replication & MASK_64
        self._pages: dict[tuple[int, int, int, int], list[float]] = {}

    def number(self, group: int, person: int, service: int, visit: int, quantity: int) -> float:
        """A uniform number 0 < u < 1; group, service and quantity are keys, person and visit count from 0."""
        if visit >= PAGED_VISITS:
            counter = (person, group, service, quantity | visit)
            return to_uniform(philox(self.seed, self.replication, counter))
        page = (person // PAGE, group, service, quantity | visit)
        lines = self._pages.get(page)
        if lines is None:
            lines = self._pages[page] = self.numbers(group, page[0] * PAGE, PAGE, service, visit, quantity)
        return lines[person % PAGE]

    def numbers(self, group: int, first: int, count: int, service: int, visit: int, quantity: int) -> list[float]:
        """The numbers of `count` people of a group from person `first` on."""
        uniforms: list[float] = self.uniforms(group, first, count, service, visit, quantity).tolist()
        return uniforms

    def uniforms(
        self, group: int, first: int, count: int, service: int, visit: int, quantity: int
    ) -> NDArray[np.float64]:
        """The same as an array."""
        counter = first | group << 64 | service << 128 | (quantity | visit) << 192
        key = self.seed | self.replication << 64
        # NumPy's own Philox counts on from person to person, one up before the first, and gives four words for each.
        numpys = np.random.Philox(counter=(counter - 1) % 2**256, key=key)
        words = np.asarray(numpys.random_raw(4 * count)[::4])
        return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def chosen(
        self, group: int, first: int, service: int, quantity: int, of: Alternatives, profile: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """`rules.chosen` for people from `first` on, by their profiles: the number of the alternative that each draws."""
        draw, row = self.uniforms(group, first, len(profile), service, 0, quantity), of.row_of[profile]
        found = np.zeros(len(profile), dtype=np.int64)
        for number, (cumulative, last) in enumerate(zip(of.cumulative, of.last, strict=True)):
            these = row == number
            found[these] = np.minimum(np.searchsorted(cumulative, draw[these], side="right"), last)
        return found

    def unit_rate_points(self, group: int, service: int, quantity: int, end: float) -> NDArray[np.float64]:
        """The points below `end` of a Poisson process with one point per unit: person k of the group is the k-th."""
        points: list[float] = []
        last = 0.0
        while last < end:
            for u in self.numbers(group, len(points), PAGE, service, 0, quantity):
                last -= math.log(1.0 - u)
                points.append(last)
        found = np.array(points)
        return found[found < end]

    def spread_over_time(
        self, points: NDArray[np.float64], expected: NDArray[np.float64], rates: NDArray[np.float64], span: int
    ) -> NDArray[np.int64]:
        """The seconds of such points, where so many are expected by the start of each span of seconds and within it."""
        spans = np.searchsorted(expected, points, side="right") - 1
        within = (points - expected[spans]) / rates[spans]
        return spans * span + np.minimum((within * span).astype(np.int64), span - 1)
