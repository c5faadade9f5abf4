"""Which scenario is best: by pencil, and how often the stated 95% hold."""

import numpy as np
import pytest

from sim.results.comparison.statistics import Choice, choose_smallest, replications_for


def test_one_that_is_always_better_by_the_same_has_no_rival() -> None:
    values = {"base": [5.0, 7.0, 9.0], "more": [4.0, 6.0, 8.0], "most": [2.0, 4.0, 6.0]}
    assert choose_smallest(values) == Choice("most", (), 0.0, 3)


def test_the_bound_by_pencil() -> None:
    # differences a - b: -1, 1, -3, -1: mean -1, sd sqrt(8/3), error sqrt(2/3), no skewness; one rival, so t of 3 at 95%: 2.353363
    found = choose_smallest({"a": [1.0, 3.0, 1.0, 3.0], "b": [2.0, 2.0, 4.0, 4.0]})
    assert found is not None
    assert (found.best, found.rivals) == ("a", ("b",))
    assert found.at_most_worse == pytest.approx(-1 + 2.353363 * (2 / 3) ** 0.5)
    assert replications_for(found, found.at_most_worse / 2) == 16


def test_nothing_is_chosen_of_one_replication_or_one_scenario() -> None:
    assert choose_smallest({"a": [1.0], "b": [2.0]}) is None
    assert choose_smallest({"a": [1.0, 2.0]}) is None


def test_the_best_is_kept_and_the_bound_holds_in_95_of_100() -> None:
    """Five scenarios on the same people, each a little worse than the one before: the hardest case."""
    draw = np.random.Generator(np.random.PCG64(6))
    kept = bounded = 0
    for _ in range(600):
        people = draw.gamma(0.45, 4.0, 30)
        values = {str(n): (people + draw.normal(n / 10, 1, 30)).tolist() for n in range(5)}
        found = choose_smallest(values)
        assert found is not None
        kept += "0" in (found.best, *found.rivals)
        bounded += int(found.best) / 10 <= found.at_most_worse
    assert kept >= 0.93 * 600
    assert bounded >= 0.93 * 600


def test_what_is_better_by_more_than_the_zone_is_chosen() -> None:
    draw = np.random.Generator(np.random.PCG64(7))
    right = within = 0
    for _ in range(300):
        people = draw.gamma(0.45, 4.0, 30)
        values = {str(n): (people + draw.normal(n, 1, 30)).tolist() for n in range(4)}
        found = choose_smallest(values)
        assert found is not None
        right += found.best == "0"
        within += found.at_most_worse <= 1
    assert right >= 0.95 * 300
    assert within >= 0.95 * 300
