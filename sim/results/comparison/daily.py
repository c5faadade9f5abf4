"""Every midnight of a scenario in every replication: added replication by replication, read back count by count.

As in `table.py`, what is put together lies set aside and not in memory.

What may be changed here: freely.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.results.spill import Slot, Spill, smallest

IN_A_BLOCK = 64  # replications that are put together in memory

Series = tuple[str, str]  # service, measure
Counts = NDArray[Any]  # replications x days, whole numbers


class _Block(NamedTuple):
    """Some replications together: series x replications x days."""

    slot: Slot
    shape: tuple[int, ...]
    kind: np.dtype[Any]


class Days(Mapping[Series, Counts]):
    """Replications x days of each series; a series is read when it is asked for."""

    def __init__(self, spill: Spill, blocks: Sequence[_Block], places: Mapping[Series, int]) -> None:
        self._spill, self._blocks, self.places = spill, blocks, places

    def under(self, places: Mapping[Series, int]) -> "Days":
        """The same under other names, or under more."""
        return Days(self._spill, self._blocks, places)

    def __getitem__(self, series: Series) -> Counts:
        """Replications x days."""
        return np.concatenate([self._part(block, self.places[series]) for block in self._blocks])

    def _part(self, block: _Block, number: int) -> Counts:
        _, replications, days = block.shape
        count = replications * days * block.kind.itemsize
        data = self._spill.read(block.slot, number * count, count)
        return np.frombuffer(data, block.kind).reshape(replications, days)

    def __iter__(self) -> Iterator[Series]:
        """Every series."""
        return iter(self.places)

    def __len__(self) -> int:
        """How many series there are."""
        return len(self.places)


class GatheringDays:
    """One scenario's midnights as its replications come, in order."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._series: tuple[Series, ...] = ()
        self._open: list[NDArray[Any]] = []
        self._blocks: list[_Block] = []

    def add(self, series: tuple[Series, ...], counts: NDArray[np.int64]) -> None:
        """The next replication: a row of counts for each series, the same in every replication."""
        assert self._series in ((), series)
        self._series = series
        self._open.append(smallest(counts))
        if len(self._open) == IN_A_BLOCK:
            self._close_block()

    def _close_block(self) -> None:
        together = np.stack(self._open, axis=1)  # of the largest type among them
        self._blocks.append(_Block(self._spill.keep(together.tobytes()), together.shape, together.dtype))
        self._open = []

    def days(self) -> Days:
        """All of them."""
        if self._open:
            self._close_block()
        return Days(self._spill, self._blocks, {one: number for number, one in enumerate(self._series)})
