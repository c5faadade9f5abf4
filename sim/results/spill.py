"""Bytes set aside while a run goes on, so that memory does not grow with the number of replications.

They go into a file without a name, which the system takes back however the run ends. While they are few they stay in memory, and
so do those for which the disk has no room.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

WHOLE = tuple(np.dtype(f"<i{size}") for size in (1, 2, 4, 8))
MOST_IN_MEMORY = 8_000_000
ON_DISK = Path("/var/tmp")  # where a folder for temporary files is part of the memory, this one is not

Slot = bytes | tuple[int, int]  # the bytes themselves, or where in the file they begin and how many there are


class Spill:
    """Keeps bytes and gives them back, whole or in part."""

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._room = most_in_memory
        self._file: IO[bytes] | None = None
        self._end = 0

    def keep(self, data: bytes) -> Slot:
        """Where the bytes can be read again."""
        if len(data) <= self._room:
            self._room -= len(data)
            return data
        try:
            return self._written(data)
        except OSError:  # no room on the disk, or no place to write
            return data

    def read(self, slot: Slot, first: int = 0, count: int | None = None) -> bytes:
        """So many bytes from the first on; all of them by default."""
        if isinstance(slot, bytes):
            return slot[first:] if count is None else slot[first : first + count]
        start, length = slot
        assert self._file is not None
        self._file.seek(start + first)
        return self._file.read(length - first if count is None else count)

    def _written(self, data: bytes) -> Slot:
        if self._file is None:
            self._file = _nameless_file()
        self._file.seek(self._end)
        if self._file.write(data) < len(data):
            raise OSError("the disk took only a part")
        slot = self._end, len(data)
        self._end += len(data)
        return slot


def _nameless_file() -> IO[bytes]:
    """A file of our own, unbuffered, so that a full disk is known at once."""
    if ON_DISK.is_dir() and not os.environ.get("TMPDIR"):
        with suppress(OSError):
            return tempfile.TemporaryFile(buffering=0, dir=ON_DISK)
    return tempfile.TemporaryFile(buffering=0)


def smallest(whole: NDArray[np.int64]) -> NDArray[Any]:
    """The same numbers in the smallest type that holds them and the step between any two of them."""
    low, high = (int(whole.min()), int(whole.max())) if whole.size else (0, 0)
    most = max(-low, high, high - low)
    return whole.astype(next(kind for kind in WHOLE if most <= np.iinfo(kind).max))
