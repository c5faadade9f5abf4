"""Keys of figures by number: the same keys, whatever came before and however many words they are made of."""

import pickle
from collections.abc import Sequence

import numpy as np
import pytest

from sim.results.comparison import compare as module
from sim.results.comparison.compare import Keys, KeyTable
from sim.results.window import Key

A, B, C = (("unit", "arrivals", "", name, "people") for name in "abc")
D: Key = ("hospital", "occupancy", "", "a", "share")


def written(keys: Sequence[Key]) -> tuple[list[str], np.ndarray]:
    words = list(dict.fromkeys(word for key in keys for word in key))
    columns = [[words.index(key[place]) for key in keys] for place in range(5)]
    return words, np.array(columns, dtype=np.int64).reshape(5, len(keys))


@pytest.mark.parametrize("most_words", [module.MOST_WORDS, 5])
def test_each_key_has_one_number_in_whatever_words_it_is_written(
    monkeypatch: pytest.MonkeyPatch, most_words: int
) -> None:
    monkeypatch.setattr(module, "MOST_WORDS", most_words)
    table = KeyTable()
    for keys in ([A, B], [C, A], [], [B, D, C, A]):
        found = Keys(table, table.numbers(*written(keys)))
        assert list(found) == keys and found == tuple(keys)
    assert sorted(table.keys) == sorted([A, B, C, D])


def test_keys_of_some_measures_are_found_and_others_put_behind() -> None:
    table = KeyTable()
    keys = Keys.of([A, D, B], table)
    places = keys.places(lambda measure: measure == "arrivals")
    assert places.tolist() == [0, 2] and list(keys.at(places)) == [A, B]
    assert list(keys.and_also([C])) == [A, D, B, C] and list(keys) == [A, D, B]
    assert keys[1] == D and keys[1:] == (D, B) and Keys.of(keys, KeyTable()) is keys


def test_keys_travel_without_their_table() -> None:
    assert pickle.loads(pickle.dumps(Keys.of([A, B], KeyTable()))) == (A, B)
