"""The distribution of the midnight census: shares of midnights, counted by hand."""

import numpy as np
import pytest

from sim.results.midnights import midnight_shares, shares_by_number


def test_each_midnight_of_each_replication_counts_once() -> None:
    counts = np.array([[3, 3, 5, 3], [5, 5, 5, 6]])  # two replications of four midnights
    least, shares = shares_by_number(counts)
    assert least == 3
    assert shares.tolist() == [[0.75, 0, 0.25, 0], [0, 0, 0.75, 0.25]]
    rows = list(midnight_shares(counts))
    assert [(row.number, row.share) for row in rows] == [(3, 0.375), (4, 0.0), (5, 0.5), (6, 0.125)]
    assert sum(row.share for row in rows) == pytest.approx(1)
    assert all(
        row.low is not None and row.high is not None and 0 <= row.low <= row.share <= row.high <= 1 for row in rows
    )


def test_with_one_replication_there_is_no_interval() -> None:
    (row,) = midnight_shares(np.array([[2, 2, 2]]))
    assert row == (2, 1.0, None, None)


def test_the_mean_of_the_distribution_is_the_mean_census() -> None:
    counts = np.random.default_rng(1).poisson(7, size=(5, 90))
    rows = list(midnight_shares(counts))
    assert sum(row.number * row.share for row in rows) == pytest.approx(float(counts.mean()))
