"""What one replication found, as bytes: workers send them, long runs set them aside, the store keeps them.

A line of JSON says what is there; tables of numbers follow, each in the smallest whole-number type that holds it, and floating-point
numbers as they are. Nothing in them is ever executed, and what comes back is equal to the last bit.

What may be changed here: freely; blocks that another version wrote are never read.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.results.comparison.keys import Keys, KeyTable
from sim.results.spill import WHOLE, smallest
from sim.results.window import Key
from sim.runs.piece import Piece, Task

FLOAT = np.dtype("<f8")
TYPES = {kind.str: kind for kind in (*WHOLE, FLOAT)}
FASTEST = 1  # of the levels of compression; others take longer than they spare


def packed(piece: Piece) -> bytes:
    """A replication as bytes, without its periods and without how long it took."""
    words, numbers = _numbered(piece.keys)
    arrays = [
        _steps(numbers, 1),
        np.asarray(piece.values, FLOAT),
        _steps(piece.daily, 1),
        _steps(piece.departures, 0),
    ]
    about = [[one.dtype.str, one.shape] for one in arrays]
    header = json.dumps({"words": words, "daily": piece.daily_keys, "arrays": about}).encode()
    return zlib.compress(b"".join((header, b"\n", *(one.tobytes() for one in arrays))), FASTEST)


def unpacked(data: bytes, task: Task, table: KeyTable | None = None) -> Piece:
    """The replication that was packed, its keys those of a table that others of its scenario share."""
    text, _, rest = zlib.decompress(data).partition(b"\n")
    said = json.loads(text)
    numbers, values, daily, departures = _arrays(said["arrays"], rest)
    table = table or KeyTable()
    keys = Keys(table, table.numbers(said["words"], _summed(numbers, 1)))
    daily_keys = tuple((str(service), str(measure)) for service, measure in said["daily"])
    return Piece(task, keys, values, daily_keys, _summed(daily, 1), _summed(departures, 0))


def _arrays(about: Sequence[Any], data: bytes) -> Iterator[NDArray[Any]]:
    start = 0
    for kind, shape in about:
        count = int(np.prod(shape, dtype=np.int64))
        yield np.frombuffer(data, TYPES[kind], count, start).reshape(shape)
        start += count * TYPES[kind].itemsize


def _numbered(keys: Sequence[Key]) -> tuple[list[str], NDArray[Any]]:
    """Every word of the keys once, and which of them each key is made of: a row for each of its five places."""
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(word, len(numbers)) for word in column] for column in zip(*keys, strict=True)]
    return list(numbers), np.array(rows, dtype=np.int64).reshape(5, len(keys))


def _steps(whole: NDArray[np.int64], axis: int) -> NDArray[Any]:
    """Each number as the step from the one before it, which packs better: people are numbered in order."""
    small = smallest(whole)
    return np.diff(small, axis=axis, prepend=small.dtype.type(0))


def _summed(steps: NDArray[Any], axis: int) -> NDArray[np.int64]:
    return np.cumsum(steps, axis=axis, dtype=np.int64)
