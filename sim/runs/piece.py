"""One replication: which it is, and what it found.

What may be changed here: freely; nothing in it comes from a clock, but for how long the stages took.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.results.comparison.same_people import Departures
from sim.results.measure_table import measures
from sim.results.measures import census
from sim.results.measures.periods import Period
from sim.results.window import Row

Key = tuple[str, str, str, str, str]  # service, measure, by, item, unit
NO_VALUES = np.zeros(0)
NO_DAYS = np.zeros((0, 0), dtype=np.int64)
NO_DEPARTURES = np.zeros((0, 6), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one scenario, both by number."""

    scenario: int
    replication: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What one replication found: a value for each key, and one a day for each (service, measure)."""

    task: Task
    keys: tuple[Key, ...]
    values: NDArray[np.float64]
    daily_keys: tuple[tuple[str, str], ...]
    daily: NDArray[np.int64]  # one row for each daily key
    departures: Departures  # when each person first left hospital, to follow the same people through scenarios
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage; empty where it was kept by an earlier run
    periods: Mapping[Period, "Piece"] = field(default_factory=dict)  # the same of parts of the window, without days

    def rows(self) -> list[Row]:
        """The values as rows of the vocabulary."""
        return [
            Row(service, name, by, item, float(value), in_hours=unit != measures()[name].unit)
            for (service, name, by, item, unit), value in zip(self.keys, self.values, strict=True)
        ]

    def with_rows(self, rows: Sequence[Row]) -> "Piece":
        """The same replication with other rows."""
        keys = tuple((row.service, row.measure, row.by, row.item, row.unit) for row in rows)
        return replace(self, keys=keys, values=np.array([row.value for row in rows], dtype=np.float64))

    def census(self) -> census.DailyCensus:
        """The daily counts as the census takes them."""
        return census.DailyCensus(self.daily.shape[1], dict(zip(self.daily_keys, self.daily, strict=True)))
