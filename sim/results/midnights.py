"""How many people were there at midnight, and how often: the distribution of the midnight census.

Each midnight of the measured window counts once, in every replication; the share of a number is its mean over the replications,
with the interval of every other mean. Columns may be added at the end.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS
from sim.results.comparison.compare import Counts
from sim.results.comparison.findings import Findings
from sim.results.comparison.statistics import spread
from sim.results.measures.hospitals import has_several

MIDNIGHTS = ("scenario", "service", "measure", "number", "share", "low", "high")


class MidnightShare(NamedTuple):
    """On this share of midnights exactly so many people were there; no interval with one replication."""

    number: int
    share: float
    low: float | None
    high: float | None


def shares_by_number(counts: Counts) -> tuple[int, NDArray[np.float64]]:
    """The least number of people of a count, replications x days, and the share of midnights of it and each number up to the most.

    The shares are replications x numbers; those of a replication add up to 1.
    """
    least, times = _times_by_number(counts)
    return least, times / counts.shape[1]


def _times_by_number(counts: Counts) -> tuple[int, NDArray[np.int32]]:
    """The least number of people of a count, and on how many midnights there was each number: replications x numbers."""
    least, most = int(counts.min()), int(counts.max())
    times = np.empty((len(counts), most - least + 1), dtype=np.int32)
    for row, count in zip(times, counts, strict=True):
        row[:] = np.bincount(count.astype(np.int64) - least, minlength=len(row))
    return least, times


def midnight_shares(counts: Counts) -> Iterator[MidnightShare]:
    """The distribution of one count, from the least number seen to the most; numbers between that were never seen have 0."""
    least, times = _times_by_number(counts)
    for number, found in enumerate(times.T, least):  # one after the other: as floats, all take ten times the memory
        mean, _, interval, _, _ = spread((found / counts.shape[1]).tolist())
        low, high = (None, None) if interval is None else (max(0.0, interval.low), min(1.0, interval.high))
        yield MidnightShare(number, mean, low, high)


def midnight_rows(findings: Findings) -> Iterator[tuple[Any, ...]]:
    """The rows of midnights.csv: who was there, delayed and waiting, in the order of census.csv."""
    for scenario in findings.scenarios:
        daily = findings.daily[scenario.id]
        for service, measure in daily:
            if service == ALL_HOSPITALS and not has_several(scenario):
                continue  # its only hospital, which has its own rows
            for row in midnight_shares(daily[service, measure]):
                yield scenario.id, service, measure, *row
