"""Tables of the records as the fast engine writes them: each column as narrow as its numbers allow, so that less memory is filled.

Anybody who reads the records sees int64 columns, as `records.py` says: a narrow one is widened when it is first asked for.

No number is ever cut off.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.records import Column

Narrow = NDArray[Any]
Instants = NDArray[np.int64]  # and whatever else may be large
Rows = NDArray[np.int32]  # numbers of people and rows, counts, and minutes a week
Names = NDArray[np.int16]  # numbers of services, destinations and steps
Flags = NDArray[np.int8]
MOST_NAMES = 2**15 - 1


class Stays(NamedTuple):
    """The columns of stays; the widest first, so that each begins where a processor likes it."""

    admitted: Instants
    ready: Instants
    clear: Instants
    left: Instants
    need: Instants
    units: Rows
    person: Rows
    stay: Rows
    visit: Rows
    service: Names
    to: Names
    planned_to: Names


class Waits(NamedTuple):
    """The columns of waits."""

    joined: Instants
    clear: Instants
    ended: Instants
    person: Rows
    wait: Rows
    stay: Rows
    held: Names
    to: Names
    otherwise: Names
    ending: Flags


class Steps(NamedTuple):
    """The columns of steps."""

    started: Instants
    team_joined: Instants
    due: Instants
    finished: Instants
    dropped_at: Instants
    stay: Rows
    step: Names
    after: Names


class StayProfiles(NamedTuple):
    """Columns of stays where there are traits, else empty."""

    found: Rows
    after: Rows


class WaitProfiles(NamedTuple):
    """The column of waits where there are traits, else empty."""

    profile: Rows


def width(table: type[tuple[Any, ...]]) -> int:
    """Bytes of a row."""
    return sum(kind.itemsize for kind in _kinds(table))


def laid_out(table: Any, memory: NDArray[np.uint8], rows: int) -> Any:
    """The columns of a table, one after the other in this memory: `width(table) * rows` bytes."""
    columns, begin = [], 0
    for kind in _kinds(table):
        end = begin + kind.itemsize * rows
        columns.append(memory[begin:end].view(kind))
        begin = end
    return table(*columns)


@cache
def _kinds(table: Any) -> tuple[np.dtype[Any], ...]:
    kinds = {Instants: np.int64, Rows: np.int32, Names: np.int16, Flags: np.int8}
    return tuple(np.dtype(kinds[column]) for column in table.__annotations__.values())


class Columns(Mapping[str, Column]):
    """Such a table's columns as the records' readers want them: the first `rows` of each, and others, int64, in the records' order."""

    def __init__(self, names: tuple[str, ...], table: Any, rows: int, others: Mapping[str, Narrow]) -> None:
        self._columns: dict[str, Narrow] = {
            name: others[name] if name in others else getattr(table, name)[:rows] for name in names
        }

    def __getitem__(self, name: str) -> Column:
        column = self._columns[name]
        if column.dtype != np.int64:
            self._columns[name] = column.astype(np.int64)
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
