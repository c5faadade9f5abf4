"""Common random numbers: a generator of known quality, independent of the order in which it is read."""

import random

import numpy as np
import pytest

from sim.model.random_numbers import (
    MASK_64,
    PAGE,
    PAGED_VISITS,
    RandomNumbers,
    name_key,
    philox,
    quantity_key,
    to_uniform,
)


def numpy_philox(key: tuple[int, int], counter: tuple[int, int, int, int]) -> int:
    """NumPy's own Philox; it counts one up before its first word, so it starts one below."""
    whole = sum(word << (64 * place) for place, word in enumerate(counter)) - 1
    words = [(whole >> (64 * place)) & MASK_64 for place in range(4)]
    generator = np.random.Philox(counter=np.array(words, np.uint64), key=np.array(key, np.uint64))
    return int(generator.random_raw())


def test_both_ways_of_looking_up_are_numpys_philox() -> None:
    draw = random.Random(7)
    for _ in range(200):
        key = (draw.getrandbits(64), draw.getrandbits(64))
        counter = (draw.getrandbits(64), draw.getrandbits(64), draw.getrandbits(64), draw.getrandbits(64))
        expected = numpy_philox(key, counter)
        assert philox(*key, counter) == expected
        group, service, quantity = counter[1:]
        (many,) = RandomNumbers(*key).uniforms(group, counter[0] >> 1, 1, service, 0, quantity)
        assert many == to_uniform(philox(*key, (counter[0] >> 1, group, service, quantity)))


def test_a_uniform_number_is_never_0_and_never_1() -> None:
    assert 0.0 < to_uniform(0) < 1e-15
    assert 1 - 1e-15 < to_uniform(MASK_64) < 1.0


@pytest.mark.parametrize("visit", [0, PAGED_VISITS - 1, PAGED_VISITS, 40])
def test_a_number_does_not_depend_on_what_was_looked_up_before(visit: int) -> None:
    quantity = quantity_key("stay")
    fresh = RandomNumbers(3, 5).number(name_key("a"), PAGE + 7, name_key("unit"), visit, quantity)
    read = RandomNumbers(3, 5)
    for person in range(PAGE + 20, 0, -97):
        read.number(name_key("a"), person, name_key("unit"), visit, quantity)
    assert read.number(name_key("a"), PAGE + 7, name_key("unit"), visit, quantity) == fresh
    words = philox(3, 5, (PAGE + 7, name_key("a"), name_key("unit"), quantity | visit))
    assert fresh == to_uniform(words)


def test_every_part_of_the_key_matters() -> None:
    def look_up(
        seed: int = 1, replication: int = 0, group: str = "a", person: int = 4, service: str = "s",
        visit: int = 0, quantity: str = "stay",
    ) -> float:  # fmt: skip
        random = RandomNumbers(seed, replication)
        return random.number(name_key(group), person, name_key(service), visit, quantity_key(quantity))

    others = [
        look_up(seed=2), look_up(replication=1), look_up(group="b"), look_up(person=5), look_up(service="t"),
        look_up(visit=1), look_up(visit=2), look_up(quantity="next"),
    ]  # fmt: skip
    assert len({look_up(), *others}) == len(others) + 1


def test_numbers_are_uniform_and_neighbours_are_unrelated() -> None:
    # 60,000 people each; limits are five standard errors of what independent uniform numbers give.
    random, count = RandomNumbers(1, 0), 60_000
    quantities = ["stay", "next", "needs hub", "takes hub"]
    pages = {
        name: np.array(random.numbers(name_key("all"), 0, count, name_key("hospital"), 0, quantity_key(name)))
        for name in quantities
    }
    for numbers in pages.values():
        counts = np.histogram(numbers, bins=100, range=(0, 1))[0]
        chi_square = float(((counts - count / 100) ** 2 / (count / 100)).sum())
        assert abs(chi_square - 99) < 5 * np.sqrt(2 * 99)
        assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 5 / np.sqrt(count)
    for one in quantities:
        for other in quantities:
            if one < other:
                assert abs(np.corrcoef(pages[one], pages[other])[0, 1]) < 5 / np.sqrt(count)
    next_visit = np.array(random.numbers(name_key("all"), 0, count, name_key("hospital"), 1, quantity_key("stay")))
    assert abs(np.corrcoef(pages["stay"], next_visit)[0, 1]) < 5 / np.sqrt(count)


def test_the_book_says_the_same_in_every_version() -> None:
    # Moving one of these moves every result of the project: a change of contract.
    random = RandomNumbers(1, 0)
    read = [
        random.number(name_key("everyone"), person, name_key("hospital"), visit, quantity_key("stay"))
        for person, visit in [(0, 0), (1, 0), (0, 1), (0, 2)]
    ]
    assert [f"{number:.15f}" for number in read] == EXPECTED


EXPECTED = ["0.527735122821241", "0.581889446720069", "0.881154581800502", "0.477767300417154"]
