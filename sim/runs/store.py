"""The store of finished blocks: what one command has found, no other finds again; under a name made of all that decides a result.

A block has a name that says what decides its content (`name_of_results`), so it is right or not there, no matter who wrote it. It is written
whole or not at all, read without executing anything, and believed only if its checksum holds. The store never grows beyond
`most_bytes`: what was used least lately goes first. It may be thrown away at any time, and nothing stops where it cannot be written.

The names of files, scenarios and questions, comments, and how many replications are wanted decide no result; everything else is
taken to, also where it would not have to be: a name too many costs a run, one too few would be a wrong answer.

Rows of real people never reach the store: a scenario with a starting census, or with arrivals one by one, is run anew every time, because what
became of each person is in a block. Of its cross-check only the verdict is kept, under a hash.
"""

import hashlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Hashable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple, cast

from sim.home import CODE, named_folder, users_cache
from sim.inputs.scenario import Scenario

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
        for block in blocks:
            if size <= self.most_bytes:
                break
            with suppress(OSError):
                block.file.unlink(missing_ok=True)
                size -= block.bytes
            with suppress(OSError):
                block.file.parent.rmdir()  # if it was the last
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
    if named.strip().lower() == OFF:
        return None
    place = users_cache()
    folder = named_folder(named) if named else place and place / "results"
    return Store(folder, fresh=fresh) if folder else None


def _checksum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=DIGEST).digest()


DECIDE_NOTHING = ("id", "name", "question", "file", "replications", "values", "changes", "notices", "files", "sweep")
ENGINE_ROOMS = (
    "home.py", "machine_code.py", "inputs", "model", "results/event_history.py", "runs/engines.py", "runs/store.py",
)  # fmt: skip
RESULT_ROOMS = ("home.py", "machine_code.py", "inputs", "model", "results", "runs")
TELL_ONLY = ("results/charts", "results/files", "results/report")  # rooms that come after the last figure
PACKAGES = ("numpy", "numba", "llvmlite", "simpy")
SHORT = 8
LETTERS = 32  # of a name; more of the hash would tell no more


def name_of_results(scenario: Scenario, engine: str) -> str:
    """The name of everything that this scenario's replications find by an engine."""
    return _hashed(meaning(scenario), engine, program(RESULT_ROOMS))


def name_of_verdict(scenario: Scenario, replication: int) -> str:
    """The name of what the comparison of both engines said of one replication."""
    return _hashed(meaning(scenario), str(replication), program(ENGINE_ROOMS))


def meaning(scenario: Scenario) -> str:
    """A scenario as text, without what decides no result; two scenarios of the same text are the same experiment."""
    return scenario.once("meaning", lambda: _meaning(scenario))


def _meaning(scenario: Scenario) -> str:
    told = (
        (field.name, getattr(scenario, field.name)) for field in fields(scenario) if field.name not in DECIDE_NOTHING
    )
    return "\n".join(f"{name}: {_text(value)}" for name, value in told)


def _text(value: Any) -> str:
    """A value of a scenario, whatever it is made of, in words that no other value has."""
    kind: Any = type(value)
    if value is None or isinstance(value, (str, int, float, date)):
        return repr(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))},)"
    if is_dataclass(value):
        inner = [f"{name}={_text(getattr(value, name))}" for name in _names_of(kind)]
        return f"{kind.__name__}({', '.join(inner)})"
    raise TypeError(f"a scenario holds {kind.__name__}, which has no place in its meaning yet")


@cache
def _names_of(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cast(Any, kind)))


@lru_cache
def program(rooms: tuple[str, ...]) -> str:
    """A hash of the sources in these rooms, of Python, the packages that compute, and the kind of computer."""
    return _hashed(*_stands_on(), sources(rooms))


@lru_cache
def sources(rooms: tuple[str, ...]) -> str:
    """A hash of the sources in these rooms."""
    digest = hashlib.sha256()
    for file in _sources(rooms):
        digest.update(file.relative_to(CODE).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _stands_on() -> Iterator[str]:
    yield from (sys.version, platform.system(), platform.machine())
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"no {name}"


def _sources(rooms: tuple[str, ...]) -> list[Path]:
    """Python files and tables of these rooms, but for those that only tell."""
    found = {
        file
        for room in rooms
        for file in ([CODE / room] if (CODE / room).is_file() else (CODE / room).rglob("*"))
        if file.suffix in (".py", ".csv")
    }
    return sorted(file for file in found if not file.relative_to(CODE).as_posix().startswith(TELL_ONLY))


def short_hash(text: str) -> str:
    """A few letters for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:LETTERS]


def has_rows_of_people(scenario: Scenario) -> bool:
    """Whether it holds rows of real people: a starting census, or arrivals one by one."""
    return bool(scenario.census) or any(group.has_times for group in scenario.people)
