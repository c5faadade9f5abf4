"""The store of finished blocks: what one command has found, no other finds again.

A block has a name that says what decides its content (`meaning.py`), so it is right or not there, whoever wrote it. It is written
whole or not at all, read without executing anything, and believed only if its checksum holds. The store never grows beyond
`most_bytes`: what was used least lately goes first. It may be thrown away at any time, and nothing stops where it cannot be written.

What may be changed here: freely, as long as a block that is not whole is never read.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sim.home import users_cache

FOLDER = "BEDFLOW_STORE"  # an environment variable: where the store is, or `off`
OFF = "off"
MARK = b"bedflow block 1\n"
DIGEST = 16  # bytes of a checksum
ENDING, PART = ".block", ".part"
MOST_BYTES = 2_000_000_000
BETWEEN_LOOKS = MOST_BYTES // 20  # bytes written before the size is looked at again
LEFT_BEHIND = 24 * 3600  # seconds after which nobody writes to a part any more


class Kept(NamedTuple):
    """One file of the store."""

    used: float  # when it was written or read last
    bytes: int
    file: Path


class Store:
    """A folder of blocks, shared by all commands; with `fresh` nothing in it is believed, and everything is written anew."""

    def __init__(self, folder: Path, *, fresh: bool = False, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.fresh, self.most_bytes = folder, fresh, most_bytes
        self.taken = 0  # replications that a run had from here
        self.proved: dict[str, str] = {}  # scenarios that were cross-checked before, and on which day
        self._since_look = 0
        self.is_writable = True

    def read(self, name: str) -> bytes | None:
        """A block that is there and whole; None of any other."""
        if self.fresh:
            return None
        file = self._file(name)
        try:
            data = file.read_bytes()
        except OSError:
            return None
        with suppress(OSError):
            os.utime(file)  # used now
        checksum, content = data[len(MARK) : len(MARK) + DIGEST], data[len(MARK) + DIGEST :]
        return content if data.startswith(MARK) and checksum == _checksum(content) else None

    def write(self, name: str, content: bytes) -> None:
        """Keeps a block; a full disk or a folder that is not ours is no reason to stop, nor to try again with each block."""
        if not self.is_writable:
            return
        try:
            self._write(self._file(name), MARK + _checksum(content) + content)
        except OSError:
            self.is_writable = False
            return
        self._since_look += len(content)
        if self._since_look > BETWEEN_LOOKS:
            self.tidy()

    def _write(self, file: Path, data: bytes) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=file.parent, suffix=PART)
        try:
            with open(handle, "wb") as to:
                to.write(data)
            os.replace(part, file)
        finally:
            with suppress(OSError):
                Path(part).unlink(missing_ok=True)

    def tidy(self) -> int:
        """Removes what was used least lately, down to what the store may hold; the bytes that are left."""
        self._since_look = 0
        blocks = sorted(self._blocks())
        size = sum(one.bytes for one in blocks)
        for one in blocks:
            if size <= self.most_bytes:
                break
            with suppress(OSError):
                one.file.unlink(missing_ok=True)
                size -= one.bytes
            with suppress(OSError):
                one.file.parent.rmdir()  # if it was the last
        return size

    def _blocks(self) -> Iterator[Kept]:
        """Every block, and what a stopped command has left of one long ago."""
        for file in self.folder.glob("*/*"):
            with suppress(OSError):
                found = file.stat()
                if file.suffix == ENDING:
                    yield Kept(found.st_mtime, found.st_size, file)
                elif file.suffix == PART and found.st_mtime < time.time() - LEFT_BEHIND:
                    file.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}{ENDING}"


def default_store(*, fresh: bool = False) -> Store | None:
    """The user's own store; None where there is no place for one, or none is wanted."""
    named = os.environ.get(FOLDER, "")
    if named == OFF:
        return None
    place = users_cache()
    folder = Path(named) if named else place and place / "results"
    return Store(folder, fresh=fresh) if folder else None


def _checksum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=DIGEST).digest()
