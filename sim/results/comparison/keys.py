"""What figures are about: every key of a scenario once, with a number, so that thousands of replications name theirs by number.

What may be changed here: freely.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from sim.results.window import Key

Numbers = NDArray[np.int32]

BITS_OF_A_WORD = 12  # five words make one whole number
MOST_WORDS = 1 << BITS_OF_A_WORD


class KeyTable:
    """Keys, numbered as they come up."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self._numbers: dict[Key, int] = {}
        self._words: dict[str, int] = {}
        self._codes, self._of_codes = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
        self._chosen: dict[Callable[[str], bool], list[bool]] = {}

    def number(self, key: Key) -> int:
        """The number of a key."""
        if key not in self._numbers:
            self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return self._numbers[key]

    def numbers(self, words: Sequence[str], columns: NDArray[np.int64]) -> Numbers:
        """The numbers of keys that are written as words and which of them stand in each of five columns."""
        known = [self._words.setdefault(word, len(self._words)) for word in words]
        if len(self._words) > MOST_WORDS:
            return np.array([self.number(key) for key in _spelt(words, columns)], dtype=np.int32)
        codes = np.zeros(columns.shape[1], dtype=np.int64)
        for column in np.array(known, dtype=np.int64)[columns]:
            codes = codes << BITS_OF_A_WORD | column
        places = np.searchsorted(self._codes, codes)
        new = np.append(self._codes, -1)[places] != codes
        if new.any():
            self._learn(codes[new], _spelt(words, columns[:, new]))
            places = np.searchsorted(self._codes, codes)
        return self._of_codes[places]

    def _learn(self, codes: NDArray[np.int64], keys: Iterable[Key]) -> None:
        numbers = np.array([self.number(key) for key in keys], dtype=np.int32)
        every, first = np.unique(np.append(self._codes, codes), return_index=True)
        self._codes, self._of_codes = every, np.append(self._of_codes, numbers)[first]

    def are_about(self, is_meant: Callable[[str], bool]) -> NDArray[np.bool_]:
        """By number, whether a key's measure is one of those that are meant."""
        chosen = self._chosen.setdefault(is_meant, [])
        chosen += [is_meant(key[1]) for key in self.keys[len(chosen) :]]
        return np.array(chosen, dtype=bool)


class Keys(Sequence[Key]):
    """The keys of one replication, by number."""

    def __init__(self, table: KeyTable, numbers: Numbers) -> None:
        self.table, self.numbers = table, numbers

    @staticmethod
    def of(keys: Sequence[Key], table: KeyTable) -> "Keys":
        """Keys by number: of the table that they have, or else of this one."""
        if isinstance(keys, Keys):
            return keys
        return Keys(table, np.array([table.number(key) for key in keys], dtype=np.int32))

    def places(self, is_meant: Callable[[str], bool]) -> NDArray[np.int64]:
        """Where those stand whose measure is meant."""
        return np.flatnonzero(self.table.are_about(is_meant)[self.numbers])

    def at(self, places: NDArray[np.int64]) -> "Keys":
        """Those that stand in some places."""
        return Keys(self.table, self.numbers[places])

    def and_also(self, keys: Iterable[Key]) -> "Keys":
        """These, and others behind them."""
        more = np.array([self.table.number(key) for key in keys], dtype=np.int32)
        return Keys(self.table, np.append(self.numbers, more))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Key: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Key, ...]: ...
    def __getitem__(self, place: int | slice) -> Key | tuple[Key, ...]:
        """One of them, or some."""
        if isinstance(place, slice):
            return tuple(self.table.keys[number] for number in self.numbers[place].tolist())
        return self.table.keys[int(self.numbers[place])]

    def __iter__(self) -> Iterator[Key]:
        """Each in order."""
        return map(self.table.keys.__getitem__, self.numbers.tolist())

    def __eq__(self, other: object) -> bool:
        """Whether others name the same in the same order."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type, tuple[tuple[Key, ...]]]:
        """To another process they go without their table."""
        return tuple, (tuple(self),)


def _spelt(words: Sequence[str], columns: NDArray[np.int64]) -> list[Key]:
    return [
        (words[service], words[measure], words[by], words[item], words[unit])
        for service, measure, by, item, unit in columns.T.tolist()
    ]
