"""Short fingerprints of a ledger: one for each block of people, one for who comes at all, one for the open places.

A block's fingerprint depends on its own people only: rows are named by person and number, never by their place in a
table, so that a person more in the first block does not change the second.

What may be changed here: by agreement only; every expected file holds these.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from sim.model.records import (
    NONE,
    PEOPLE_COLUMNS,
    PLACES_COLUMNS,
    STAY_COLUMNS,
    STEP_COLUMNS,
    WAIT_COLUMNS,
    Column,
    Ledger,
)

PEOPLE_IN_BLOCK = 500
DIGITS = 12  # hexadecimal, of SHA-256


class Digests(NamedTuple):
    """One replication's fingerprints: of the people who come, of the open places, and of each block of people."""

    people: str
    places: str
    blocks: tuple[str, ...]


def digests(ledger: Ledger) -> Digests:
    """The fingerprints of one replication's ledger."""
    people = _bytes(ledger.people[name] for name in PEOPLE_COLUMNS)
    places = _bytes(ledger.places[name] for name in PLACES_COLUMNS)
    return Digests(_short(people), _short(places), tuple(_short(block) for block in _blocks(ledger)))


def bytes_digest(data: bytes) -> str:
    """The fingerprint of some bytes."""
    return _short(data)


def short_digest(text: str) -> str:
    """The fingerprint of a text."""
    return _short(text.encode())


def _blocks(ledger: Ledger) -> list[bytes]:
    count = len(ledger.people["group"])
    stays = ledger.stays
    owner_of_stay, number_of_stay = np.append(stays["person"], NONE), np.append(stays["stay"], NONE)
    in_wait, in_step = ledger.waits["stay"], ledger.steps["stay"]  # row numbers, to be said by person and number
    tables = (
        (np.arange(count, dtype=np.int64), [ledger.people[name] for name in PEOPLE_COLUMNS]),
        (ledger.waits["person"], [_own(number_of_stay, in_wait, name, ledger.waits[name]) for name in WAIT_COLUMNS]),
        (stays["person"], [stays[name] for name in STAY_COLUMNS]),
        (
            owner_of_stay[in_step],
            [_own(number_of_stay, in_step, name, ledger.steps[name]) for name in STEP_COLUMNS],
        ),
    )
    firsts = range(0, count, PEOPLE_IN_BLOCK)
    return [b"|".join(_rows(owner, columns, first) for owner, columns in tables) for first in firsts]


def _own(number_of_stay: Column, rows: Column, name: str, column: Column) -> Column:
    return number_of_stay[rows] if name == "stay" else column


def _rows(owner: Column, columns: list[Column], first: int) -> bytes:
    """The rows of the people of one block; every table is sorted by person."""
    start, end = np.searchsorted(owner, [first, first + PEOPLE_IN_BLOCK])
    return _bytes(column[start:end] for column in columns)


def _bytes(columns: Iterable[Column]) -> bytes:
    """Columns as 64-bit whole numbers, lowest byte first, on every machine."""
    return b"".join(np.ascontiguousarray(column, dtype="<i8").tobytes() for column in columns)


def _short(data: bytes) -> str:
    return sha256(data).hexdigest()[:DIGITS]
