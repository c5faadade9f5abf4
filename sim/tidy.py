"""Findings as tidy rows: the frozen columns of the result files, for CSV, JSON and pandas alike.

What may be changed here: columns may be added at the end; the others are frozen in the vocabulary.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from sim.experiment import Piece
from sim.inputs.scenario import Scenario
from sim.results.census import over_replications
from sim.results.findings import Contrast, Estimate

SUMMARY = (
    "scenario",
    "service",
    "measure",
    "by",
    "item",
    "unit",
    "mean",
    "sd",
    "low",
    "high",
    "replications",
)
DIFFERENCE = (*SUMMARY, "baseline", "verdict", "share_better", "low_all", "high_all")
REPLICATION = ("scenario", "replication", "service", "measure", "by", "item", "value", "unit")
CENSUS = ("scenario", "day", "service", "measure", "mean", "low", "high", "date")


def estimate_cells(row: Estimate) -> tuple[Any, ...]:
    """A summary row's cells in the order of `SUMMARY`."""
    return tuple(getattr(row, name) for name in SUMMARY)


def contrast_cells(row: Contrast) -> tuple[Any, ...]:
    """A difference row's cells in the order of `DIFFERENCE`."""
    return tuple(getattr(row, name) for name in DIFFERENCE)


def replication_rows(scenarios: Iterable[Scenario], pieces: Sequence[Sequence[Piece]]) -> Iterator[tuple[Any, ...]]:
    """Every measure of every replication, in the order of `REPLICATION`."""
    for scenario, found in zip(scenarios, pieces, strict=True):
        for piece in found:
            number = piece.task.replication + 1  # from 1, as people count them and as messages say
            for (service, name, by, item, unit), value in zip(piece.keys, piece.values.tolist(), strict=True):
                yield scenario.id, number, service, name, by, item, value, unit


def census_rows(scenarios: Iterable[Scenario], pieces: Sequence[Sequence[Piece]]) -> Iterator[tuple[Any, ...]]:
    """Day by day over the replications: mean, and the range of the middle 95% of them."""
    for scenario, found in zip(scenarios, pieces, strict=True):
        first = scenario.calendar.start + timedelta(days=scenario.calendar.warm_up_days)
        dates = [(first + timedelta(days=day)).isoformat() for day in range(scenario.calendar.measured_days)]
        for row in over_replications([piece.census() for piece in found]):
            yield scenario.id, row.day, row.service, row.measure, row.mean, row.low, row.high, dates[row.day]
