"""One replication: which it is, and what it found.

Nothing in it comes from a clock, except how long the stages took.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from sim.results.comparison.compare import Departures, Keys, KeyTable, key_of
from sim.results.measure_table import measures
from sim.results.measures import census
from sim.results.measures.periods import Period
from sim.results.window import Block, Key, Row

NO_DAYS = np.zeros((0, 0), dtype=np.int64)
NO_DEPARTURES = np.zeros((0, 6), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one scenario, both by number."""

    scenario: int
    replication: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What one replication found: a value for each key, and one a day for each (service, measure)."""

    task: Task
    keys: Sequence[Key]
    values: NDArray[np.float64]
    daily_keys: tuple[tuple[str, str], ...]
    daily: NDArray[np.int64]  # one row for each daily key
    departures: Departures  # when each person first left hospital, to follow the same people through scenarios
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage; empty where it was kept by an earlier run
    periods: Mapping[Period, "Piece"] = field(default_factory=dict)  # the same of parts of the window, without days

    def of(self, period: Period | None) -> "Piece":
        """What it found in a period that it was measured in; None: in the whole window."""
        return self.periods[period] if period else self

    def rows(self) -> list[Row]:
        """The values as rows of the vocabulary."""
        return [
            Row(service, name, by, item, float(value), in_hours=unit != measures()[name].unit)
            for (service, name, by, item, unit), value in zip(self.keys, self.values, strict=True)
        ]

    def block(self) -> Block:
        """The values without a row for each."""
        return Block(tuple(self.keys), self.values)

    def with_rows(self, rows: Sequence[Row]) -> "Piece":
        """The same replication with other rows."""
        keys = tuple(map(key_of, rows))
        return replace(self, keys=keys, values=np.array([row.value for row in rows], dtype=np.float64))

    def with_some(self, are_meant: Callable[[str], bool], change: Callable[[list[Row]], list[Row]]) -> "Piece":
        """The same replication with other rows of some measures: those that are there keep their place, new ones come last."""
        keys = Keys.of(self.keys, KeyTable())
        places = keys.places(are_meant)
        changed = change(self.some_rows(are_meant))
        assert [key_of(row) for row in changed[: len(places)]] == list(keys.at(places))
        found = np.array([row.value for row in changed], dtype=np.float64)
        values = np.concatenate([self.values, found[len(places) :]])
        values[places] = found[: len(places)]
        return replace(self, keys=keys.and_also(map(key_of, changed[len(places) :])), values=values)

    def some_rows(self, are_meant: Callable[[str], bool]) -> list[Row]:
        """The rows of some measures."""
        return self.only(are_meant).rows()

    def only(self, are_meant: Callable[[str], bool]) -> "Piece":
        """The same replication with the rows of some measures only."""
        keys = Keys.of(self.keys, KeyTable())
        places = keys.places(are_meant)
        return replace(self, keys=keys.at(places), values=self.values[places])

    def census(self) -> census.DailyCensus:
        """The daily counts as the census takes them."""
        return census.DailyCensus(self.daily.shape[1], dict(zip(self.daily_keys, self.daily, strict=True)))


@dataclass(frozen=True, slots=True)
class PackedPiece:
    """What one replication found, packed; that of each period beside it, and how long the stages took."""

    task: Task
    data: bytes
    periods: Mapping[Period, bytes]
    seconds: Mapping[str, float]


class Replications(Sequence[Piece]):
    """The replications of one scenario; each is made when it is asked for, and the last one stays at hand."""

    def __init__(self, count: int, make: Callable[[int], Piece], seconds: Mapping[str, float]) -> None:
        self._count, self._make = count, make
        self.seconds = seconds  # that they took together, by stage
        self._at_hand: tuple[int, Piece] | None = None

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    @overload
    def __getitem__(self, number: int) -> Piece: ...
    @overload
    def __getitem__(self, number: slice) -> list[Piece]: ...
    def __getitem__(self, number: int | slice) -> Piece | list[Piece]:
        """A replication, counted from 0; or some of them."""
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(self._count))]
        number = range(self._count)[number]
        if self._at_hand is None or self._at_hand[0] != number:
            self._at_hand = number, self._make(number)
        return self._at_hand[1]

    def __iter__(self) -> Iterator[Piece]:
        """Each in order."""
        return map(self.__getitem__, range(self._count))

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process, or a file, they go as a plain list."""
        return list, (list(self),)
