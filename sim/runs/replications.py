"""All replications of a run in order, set aside packed and unpacked one by one: memory does not grow with their number.

What may be changed here: freely; the order in which they arrive decides nothing.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

from sim.results.comparison.keys import KeyTable
from sim.results.spill import Slot, Spill
from sim.runs.finished import PackedPiece
from sim.runs.packing import unpacked
from sim.runs.piece import Piece, Task
from sim.runs.timing import Stopwatch


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


class SetAside:
    """Replications as they arrive, in any order; one that arrives again is not counted twice."""

    def __init__(self) -> None:
        self._spill = Spill()
        self._slots: dict[Task, Slot] = {}
        self._watches: dict[int, Stopwatch] = {}  # by scenario

    def __len__(self) -> int:
        """How many have arrived."""
        return len(self._slots)

    def __contains__(self, task: Task) -> bool:
        """Whether it has arrived."""
        return task in self._slots

    def keep(self, piece: PackedPiece) -> None:
        """Sets one aside."""
        if piece.task not in self._slots:
            self._watches.setdefault(piece.task.scenario, Stopwatch()).add(piece.seconds)
            self._slots[piece.task] = self._spill.keep(
                pickle.dumps(piece)
            )  # a file of our own, which nobody else can write

    def of(self, scenario: int, replications: int) -> Replications:
        """All of a scenario, which have arrived."""
        slots = [self._slots[Task(scenario, number)] for number in range(replications)]
        seconds = self._watches[scenario].seconds if replications else {}
        table = KeyTable()
        return Replications(replications, lambda number: _piece(self._spill.read(slots[number]), table), seconds)


def _piece(data: bytes, table: KeyTable) -> Piece:
    found: PackedPiece = pickle.loads(data)
    periods = {period: unpacked(part, found.task, table) for period, part in found.periods.items()}
    return replace(unpacked(found.data, found.task, table), seconds=found.seconds, periods=periods)
