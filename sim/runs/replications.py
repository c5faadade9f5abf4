"""All replications of a run in order, packed and set aside one by one, so that memory does not grow with their number.

A line of JSON says what is there; tables of numbers follow, each in the smallest whole-number type that holds it and compressed as suits
it, and floating-point numbers as they are, which hardly get smaller. Nothing in them is ever executed, and what comes back is equal to
the last bit.
"""

import json
import pickle
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from sim.results.comparison.compare import Keys, KeyTable
from sim.results.comparison.same_people import NUMBER
from sim.results.spill import WHOLE, Slot, Spill, smallest
from sim.results.window import Key
from sim.runs.piece import Piece, Task
from sim.runs.store import PackedPiece
from sim.runs.timing import Stopwatch

FLOAT = np.dtype("<f8")
TYPES = {kind.str: kind for kind in (*WHOLE, FLOAT)}
FASTEST = 1  # of the levels of compression; others take longer than they spare
MOST_KEYS = 100_000  # that a process remembers

Table = NDArray[Any]


def packed(piece: Piece) -> bytes:
    """A replication as bytes, without its periods and without how long it took."""
    words, numbers = _numbered(piece.keys)
    people, events = np.split(piece.departures.T, [NUMBER + 1])
    keys, counts = [_steps(numbers, 1)], [_steps(piece.daily, 1), _steps(people, 1), *map(smallest, events)]
    parts = [_squeezed(keys, zlib.Z_DEFAULT_STRATEGY), _squeezed(counts, zlib.Z_RLE)]
    header = {
        "words": words,
        "daily": piece.daily_keys,
        "keys": _said(keys),
        "counts": _said(counts),
        "bytes": [len(part) for part in parts],
    }
    values = np.asarray(piece.values, FLOAT).tobytes()
    return b"".join((json.dumps(header).encode(), b"\n", *parts, values))


def unpacked(data: bytes, task: Task, table: KeyTable | None = None) -> Piece:
    """The replication that was packed, its keys those of a table that others of its scenario share."""
    text, _, rest = data.partition(b"\n")
    said = json.loads(text)
    first, second = np.cumsum(said["bytes"]).tolist()
    (numbers,) = _arrays(said["keys"], zlib.decompress(rest[:first]))
    daily, people, *events = _arrays(said["counts"], zlib.decompress(rest[first:second]))
    table = table or KeyTable()
    keys = Keys(table, table.numbers(said["words"], _summed(numbers, 1)))
    daily_keys = tuple((str(service), str(measure)) for service, measure in said["daily"])
    departures = np.stack([*_summed(people, 1), *events], axis=1, dtype=np.int64)
    return Piece(task, keys, np.frombuffer(rest, FLOAT, offset=second), daily_keys, _summed(daily, 1), departures)


def _squeezed(tables: Sequence[Table], strategy: int) -> bytes:
    """Tables, compressed: of runs of equal numbers alone in a third of the time, and no larger where there is little else."""
    squeeze = zlib.compressobj(FASTEST, strategy=strategy)
    return squeeze.compress(b"".join(_by_byte(one) for one in tables)) + squeeze.flush()


def _by_byte(table: Table) -> bytes:
    """A table's numbers, the lower bytes of all first: the higher ones are nearly all alike."""
    return table.reshape(-1).view(np.uint8).reshape(-1, table.itemsize).T.tobytes()


def _said(tables: Sequence[Table]) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.dtype.str, one.shape) for one in tables]


def _arrays(said: Sequence[Any], data: bytes) -> Iterator[Table]:
    start = 0
    for kind, shape in said:
        count, size = int(np.prod(shape, dtype=np.int64)), TYPES[kind].itemsize
        by_byte = np.frombuffer(data, np.uint8, count * size, start).reshape(size, count)
        yield np.ascontiguousarray(by_byte.T).view(TYPES[kind]).reshape(shape)
        start += count * size


def _numbered(keys: Sequence[Key]) -> tuple[list[str], NDArray[np.int64]]:
    """Every word of the keys once, and which of them each key is made of: a row for each of its five places."""
    if len(_known().keys) > MOST_KEYS:
        _known.cache_clear()
    numbered = Keys.of(keys, _known())
    return numbered.table.in_words(numbered.numbers)


@lru_cache(maxsize=1)
def _known() -> KeyTable:
    """The keys that this process has packed: its next replication has nearly all of them again."""
    return KeyTable()


def _steps(whole: NDArray[np.int64], axis: int) -> Table:
    """Each number as the step from the one before it, which packs better: people are numbered in order."""
    small = smallest(whole)
    steps: Table = np.diff(small, axis=axis, prepend=small.dtype.type(0))
    return steps if small.dtype == WHOLE[-1] else smallest(steps)  # of the largest type they may lie beyond it


def _summed(steps: NDArray[Any], axis: int) -> NDArray[np.int64]:
    return np.cumsum(steps, axis=axis, dtype=np.int64)


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
        """All of a scenario, each to be read once it has arrived."""
        table = KeyTable()

        def read(number: int) -> Piece:
            return _piece(self._spill.read(self._slots[Task(scenario, number)]), table)

        return Replications(replications, read, self._watches.setdefault(scenario, Stopwatch()).seconds)


def _piece(data: bytes, table: KeyTable) -> Piece:
    found: PackedPiece = pickle.loads(data)
    periods = {period: unpacked(part, found.task, table) for period, part in found.periods.items()}
    return replace(unpacked(found.data, found.task, table), seconds=found.seconds, periods=periods)
