"""What decides a result, as a name to keep it under: the meaning of a scenario, its seed, the program and what it stands on.

The names of files, scenarios and questions, comments, and how many replications are wanted decide no result; everything else is
taken to, also where it would not have to be: a name too many costs a run, one too few would be a wrong answer.

What may be changed here: towards more that counts; never towards less without proof.
"""

import hashlib
import platform
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.home import CODE
from sim.inputs.scenario import Scenario

DECIDE_NOTHING = ("id", "name", "question", "file", "replications", "values", "changes", "notices", "files")
ENGINE_ROOMS = (
    "home.py",
    "machine_code.py",
    "inputs",
    "model",
    "results/event_history.py",
    "runs/engines.py",
    "runs/meaning.py",
)
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
    told = ((one.name, getattr(scenario, one.name)) for one in fields(scenario) if one.name not in DECIDE_NOTHING)
    return "\n".join(f"{name}: {_text(value)}" for name, value in told)


def _text(value: Any) -> str:
    """A value of a scenario, whatever it is made of, in words that no other value has."""
    if is_dataclass(value):
        inner = (f"{one.name}={_text(getattr(value, one.name))}" for one in fields(value))
        return f"{type(value).__name__}({', '.join(inner)})"
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))},)"
    if value is None or isinstance(value, str | int | float | date):
        return repr(value)
    raise TypeError(f"a scenario holds {type(value).__name__}, which has no place in its meaning yet")


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
    return bool(scenario.census) or any(group.arrivals is not None for group in scenario.people)
