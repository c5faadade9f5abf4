"""Every figure of every replication as Parquet, for thousands of replications: the only module that knows pyarrow.

The columns are those of replications.csv: words are stored once and numbered, figures with all their bits.

Users' scripts rely on the columns.
"""

from collections.abc import Iterator, Sequence
from typing import IO, Any

import numpy as np
import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from sim.inputs.scenario import Scenario
from sim.results.window import Key
from sim.runs.collecting import REPLICATION
from sim.runs.piece import Piece

AT_ONCE = 20  # replications in a group of rows
WORDS = ("service", "measure", "by", "item", "unit")  # in the order of a key
WORD = pa.dictionary(pa.int32(), pa.string())
TYPES = {"replication": pa.int32(), "value": pa.float64()}
SCHEMA = pa.schema([(name, TYPES.get(name, WORD)) for name in REPLICATION])


def write_parquet(to: IO[bytes], scenarios: Sequence[Scenario], pieces: Sequence[Sequence[Piece]]) -> None:
    """Writes every replication of every scenario, some at a time."""
    with ParquetWriter(to, SCHEMA, compression="zstd") as writer:
        for scenario, theirs in zip(scenarios, pieces, strict=True):
            words = _Words()
            for some in _batches(theirs):
                writer.write_table(_rows(scenario, some, words))


def _batches(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    for first in range(0, len(pieces), AT_ONCE):
        yield [pieces[number] for number in range(first, min(first + AT_ONCE, len(pieces)))]


class _Words:
    """The words of a scenario's keys, numbered as they come up, and which of them each key is made of."""

    def __init__(self) -> None:
        self._keys: dict[Key, int] = {}
        self._numbers: list[dict[str, int]] = [{} for _ in WORDS]
        self._of_keys: list[tuple[int, ...]] = []

    def columns(self, keys: Sequence[Key]) -> dict[str, Any]:
        """A column for each place of a key."""
        rows = np.array([self._number(key) for key in keys], dtype=np.int32)
        of_keys = np.array(self._of_keys, dtype=np.int32).reshape(-1, len(WORDS))[rows]
        return {
            name: pa.DictionaryArray.from_arrays(of_keys[:, place], pa.array(list(self._numbers[place]), pa.string()))
            for place, name in enumerate(WORDS)
        }

    def _number(self, key: Key) -> int:
        if key not in self._keys:
            self._keys[key] = len(self._keys)
            pairs = zip(self._numbers, key, strict=True)
            self._of_keys.append(tuple(known.setdefault(word, len(known)) for known, word in pairs))
        return self._keys[key]


def _rows(scenario: Scenario, pieces: Sequence[Piece], words: _Words) -> Any:
    lengths = [len(piece.keys) for piece in pieces]
    columns = words.columns([key for piece in pieces for key in piece.keys])
    columns["value"] = np.concatenate([piece.values for piece in pieces])
    columns["replication"] = np.repeat([piece.task.replication + 1 for piece in pieces], lengths).astype(np.int32)
    name = np.zeros(sum(lengths), dtype=np.int32)
    columns["scenario"] = pa.DictionaryArray.from_arrays(name, pa.array([scenario.id]))
    return pa.table([columns[one] for one in REPLICATION], schema=SCHEMA)
