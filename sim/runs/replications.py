"""All replications of a run in order, set aside packed and unpacked one by one: memory does not grow with their number.

What may be changed here: freely; the order in which they arrive decides nothing.
"""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, overload

from sim.results.spill import Slot, Spill
from sim.runs.finished import PackedPiece
from sim.runs.packing import unpacked
from sim.runs.piece import Piece, Task


class Replications(Sequence[Piece]):
    """The replications of one scenario; each is unpacked when it is asked for, and the last one stays at hand."""

    def __init__(self, spill: Spill, slots: Sequence[Slot]) -> None:
        self._spill, self._slots = spill, slots
        self._at_hand: tuple[int, Piece] | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self._slots)

    @overload
    def __getitem__(self, number: int) -> Piece: ...
    @overload
    def __getitem__(self, number: slice) -> "Replications": ...
    def __getitem__(self, number: int | slice) -> "Piece | Replications":
        """A replication, counted from 0; or some of them."""
        if isinstance(number, slice):
            return Replications(self._spill, self._slots[number])
        if self._at_hand is None or self._at_hand[0] != number:
            self._at_hand = number, _piece(self._spill.read(self._slots[number]))
        return self._at_hand[1]

    def __iter__(self) -> Iterator[Piece]:
        """Each in order."""
        return (self[number] for number in range(len(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process, or a file, they go as a plain list."""
        return list, (list(self),)


class SetAside:
    """Replications as they arrive, in any order; one that arrives again is not counted twice."""

    def __init__(self) -> None:
        self._spill = Spill()
        self._slots: dict[Task, Slot] = {}

    def __len__(self) -> int:
        """How many have arrived."""
        return len(self._slots)

    def __contains__(self, task: Task) -> bool:
        """Whether it has arrived."""
        return task in self._slots

    def keep(self, piece: PackedPiece) -> None:
        """Sets one aside."""
        if piece.task not in self._slots:
            self._slots[piece.task] = self._spill.keep(
                pickle.dumps(piece)
            )  # a file of our own, which nobody else can write

    def of(self, scenario: int, replications: int) -> Replications:
        """All of a scenario, which have arrived."""
        return Replications(self._spill, [self._slots[Task(scenario, number)] for number in range(replications)])


def _piece(data: bytes) -> Piece:
    found: PackedPiece = pickle.loads(data)
    periods = {period: unpacked(part, found.task) for period, part in found.periods.items()}
    return replace(unpacked(found.data, found.task), seconds=found.seconds, periods=periods)
