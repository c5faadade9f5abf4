"""Finished replications on disk, so that an interrupted run can go on; each run has a store of its own.

What may be changed here: freely, as long as no run ever takes away what another still reads.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

LOCK = "lock"  # held, in the store's folder, by the run that works there
REMOVED = ".removed-"


class ResumeStore:
    """One small file a finished replication; only numbers and JSON text, never pickles.

    Equal commands at the same time get a store each: the first the folder asked for, the others `-2`, `-3` ... beside it. What
    an interrupted run has left is taken up by the next equal one. A file that cannot be read counts as not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._asked = folder
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Takes a folder in which nobody else works."""
        self.folder, self._lock = _taken(self._asked)
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """Leaves the folder to the next equal run."""
        if self._lock:
            self._lock.close()

    def load(self, name: str) -> tuple[Any, dict[str, Any]] | None:
        """The header and the arrays saved under this name; None if there are none."""
        try:
            with np.load(self.folder / f"{name}.npz", allow_pickle=False) as saved:
                arrays = {key: saved[key] for key in saved.files}
            return json.loads(arrays.pop("header").tobytes()), arrays
        except (OSError, ValueError, KeyError, EOFError):
            return None
        except Exception as problem:  # a truncated zip raises zipfile.BadZipFile, which we need not import
            if type(problem).__name__ == "BadZipFile":
                return None
            raise

    def save(self, name: str, header: Any, arrays: Mapping[str, Any]) -> None:
        """Keeps a header and arrays under this name; a full disk or a removed folder is no reason to stop."""
        text = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self.folder, suffix=".part")
            try:
                with open(handle, "wb") as file:
                    np.savez(file, allow_pickle=False, header=text, **arrays)
                os.replace(part, self.folder / f"{name}.npz")
            finally:
                Path(part).unlink(missing_ok=True)

    def remove(self) -> None:
        """Forgets everything, also what equal runs have left behind; and the folder of all stores when it was the last."""
        _remove(self.folder, self._lock)
        for other in (self._asked, *self._asked.parent.glob(f"{self._asked.name}-*")):
            lock = _locked(other) if other.is_dir() else None
            if lock:
                _remove(other, lock)
        for rest in self._asked.parent.glob(f"{REMOVED}*"):
            shutil.rmtree(rest, ignore_errors=True)
        with suppress(OSError):
            self._asked.parent.rmdir()


def _taken(asked: Path) -> tuple[Path, IO[bytes] | None]:
    """The first folder of this name or `-2`, `-3` ... that nobody holds, and the lock on it; without one where that cannot be."""
    try:
        for folder in _candidates(asked):
            lock = _locked(folder)
            if lock:
                return folder, lock
    except OSError:  # a full disk, or a drive that knows no locks: a folder that nobody else can know of
        return asked.with_name(f"{asked.name}-{os.getpid()}-{os.urandom(4).hex()}"), None
    raise AssertionError("there is always another number")


def _candidates(asked: Path) -> Iterator[Path]:
    yield asked
    for number in count(2):
        yield asked.with_name(f"{asked.name}-{number}")


def _locked(folder: Path) -> IO[bytes] | None:
    """The open lock of a store; None where another run holds it, or has removed the store meanwhile."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("ab")
    except FileNotFoundError:
        return None
    try:
        _hold(file)
        if os.path.samestat(os.fstat(file.fileno()), (folder / LOCK).stat()):
            return file
    except (BlockingIOError, PermissionError, FileNotFoundError):
        pass
    except OSError:
        file.close()
        raise
    file.close()
    return None


def _hold(file: IO[bytes]) -> None:
    """Locks a file for as long as it is open; the system lets go of it however a run ends."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(folder: Path, lock: IO[bytes] | None) -> None:
    """Takes a store out of the way before its files go one by one, so that nobody finds half of them."""
    if lock and os.name == "nt":  # where no folder with an open file is moved
        lock.close()
    with suppress(OSError):  # it is not there, or somebody has taken it up
        aside = folder.with_name(f"{REMOVED}{os.urandom(8).hex()}")
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
    if lock:
        lock.close()
