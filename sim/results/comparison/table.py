"""Every figure of a scenario in every replication: added replication by replication, read back row by row.

What is put together lies set aside (`spill.py`), not in memory, so that ten thousand replications take no more of it than thirty.
A figure comes back with the bits that it went in with, in the order of the replications.

What may be changed here: freely, as long as that holds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.results.comparison.keys import Keys, KeyTable, Numbers
from sim.results.measure_table import measures
from sim.results.measures.order import MeasureKey, SortKey
from sim.results.spill import Slot, Spill
from sim.results.window import Key, Row

IN_A_BLOCK = 128  # replications that are put together in memory
BYTES = 8  # of a figure

Figures = NDArray[np.float64]


class Rows(Protocol):
    """Figures row by row, each over the replications; an array of rows and replications is one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many rows and replications."""

    def __getitem__(self, row: int, /) -> Figures:
        """One row over the replications."""

    def __iter__(self) -> Iterator[Figures]:
        """Every row."""


class ReplicationTable(NamedTuple):
    """One scenario's rows by replication: `values[row]` over the replications, NaN for a row that is not there."""

    scenario: str
    keys: tuple[MeasureKey, ...]
    units: tuple[str, ...]
    values: Rows


class _Block(NamedTuple):
    """Some replications together: a row for each figure that was known by then."""

    slot: Slot
    rows: int
    replications: int


class Gathering:
    """One scenario's figures as its replications come, in order."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._own = KeyTable()
        self._translated: dict[KeyTable, Numbers] = {}  # by the number of another table, the number in our own
        self._blocks: list[_Block] = []
        self._open: list[tuple[NDArray[np.int32], Figures]] = []
        self._defined = np.zeros(0, dtype=np.int64)
        self.replications = 0

    def add(self, keys: Sequence[Key], values: Figures) -> None:
        """The next replication."""
        places = self._places(Keys.of(keys, self._own))
        counts = np.bincount(places, minlength=len(self._own.keys))
        counts[: len(self._defined)] += self._defined
        self._defined = counts
        self._open.append((places, values))
        self.replications += 1
        if len(self._open) == IN_A_BLOCK:
            self._close_block()

    def _places(self, keys: Keys) -> Numbers:
        """The numbers of the keys in our own table."""
        if keys.table is self._own:
            return keys.numbers
        known = self._translated.get(keys.table, np.zeros(0, dtype=np.int32))
        if len(known) < len(keys.table.keys):
            more = [self._own.number(key) for key in keys.table.keys[len(known) :]]
            known = self._translated[keys.table] = np.append(known, np.array(more, dtype=np.int32))
        return known[keys.numbers]

    def _close_block(self) -> None:
        together = np.full((len(self._own.keys), len(self._open)), np.nan)
        for replication, (places, values) in enumerate(self._open):
            together[places, replication] = values
        self._blocks.append(_Block(self._spill.keep(together.tobytes()), *together.shape))
        self._open = []

    @property
    def defined(self) -> dict[MeasureKey, int]:
        """In how many replications each figure was there."""
        return {key[:4]: int(number) for key, number in zip(self._own.keys, self._defined, strict=True) if number}

    def table(self, scenario: str, place: Callable[[MeasureKey], SortKey]) -> ReplicationTable:
        """All of them, in the canonical order."""
        if self._open:
            self._close_block()
        there = [(number, key) for number, key in enumerate(self._own.keys) if self._defined[number]]
        numbers = {key[:4]: number for number, key in there}
        units = {key[:4]: key[4] for _, key in there}
        assert len(units) == len(there), "a figure has one unit"
        keys = tuple(sorted(numbers, key=place))
        values = _SetAside(self._spill, self._blocks, [numbers[key] for key in keys], keys)
        return ReplicationTable(scenario, keys, tuple(units[key] for key in keys), values)


class _SetAside:
    """The rows of a table, read when they are asked for."""

    def __init__(
        self, spill: Spill, blocks: Sequence[_Block], numbers: Sequence[int], keys: Sequence[MeasureKey]
    ) -> None:
        self._spill, self._blocks, self._numbers = spill, blocks, numbers
        self._absent = [0.0 if measures()[key[1]].absent_is_zero else np.nan for key in keys]
        self.shape: tuple[int, ...] = len(keys), sum(block.replications for block in blocks)

    def __getitem__(self, row: int) -> Figures:
        """One row over the replications."""
        parts = [self._part(block, self._numbers[row]) for block in self._blocks]
        values = np.concatenate(parts) if parts else np.zeros(0)
        values[np.isnan(values)] = self._absent[row]
        return values

    def __iter__(self) -> Iterator[Figures]:
        """Every row."""
        return map(self.__getitem__, range(len(self._numbers)))

    def _part(self, block: _Block, number: int) -> Figures:
        if number >= block.rows:  # it came up for the first time later
            return np.full(block.replications, np.nan)
        width = block.replications * BYTES
        return np.frombuffer(self._spill.read(block.slot, number * width, width), np.float64)


def gather(
    scenario: str, place: Callable[[MeasureKey], SortKey], replications: Iterable[Sequence[Row]]
) -> ReplicationTable:
    """The rows of all replications side by side, in the canonical order."""
    found = Gathering(Spill())
    for rows in replications:
        found.add([key_of(row) for row in rows], np.array([row.value for row in rows], dtype=np.float64))
    return found.table(scenario, place)


def key_of(row: Row) -> Key:
    """What a row is about, and its unit."""
    return row.service, row.measure, row.by, row.item, row.unit


def by_key(table: ReplicationTable) -> Mapping[MeasureKey, int]:
    """The number of each row."""
    return {key: number for number, key in enumerate(table.keys)}
