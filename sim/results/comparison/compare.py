"""Replications put together, and scenarios compared on the same people.

A summary is the mean over replications with its 95% interval (`statistics.py`). A difference is scenario minus baseline,
replication by replication, so that the random numbers that both share cancel; its interval is the interval of the
difference. No interval reaches beyond what a measure can be: it is cut there, which leaves out no value that
could be true. The verdict is "better" or "worse" where the measure has a good direction and "higher" or
"lower" where it has none; it is "cannot tell" when the interval contains no difference (0 on its edge
included) and when there is one replication only.

With k scenarios compared to one baseline, `low_all` and `high_all` hold for all k differences of a measure
at once with 95% (Bonferroni: each at 1 - 0.05 / k). They are beside low and high and decide nothing.

A row that one replication or scenario lacks counts as 0 where the table of measures says so (people, bed days,
nights, money); for shares, means of people and percentiles there is nothing to compare, and the replication
is left out. Rows by a trait that one of the scenarios does not have are not compared. `replications` says in how many the row is defined, of a difference in how many both rows are.

The rule of the verdict is a contract.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.results.comparison.statistics import Interval, spread, standard_deviation
from sim.results.comparison.table import ReplicationTable, by_key
from sim.results.measure_table import BY, HIGHER, LOWER, is_of_people, limits_of_difference, measures
from sim.results.measures.order import MeasureKey, SortKey

CANNOT_TELL = "cannot tell"


class Estimate(NamedTuple):
    """A row over the replications; sd and interval are None with one replication."""

    scenario: str
    service: str
    measure: str
    by: str
    item: str
    unit: str
    mean: float
    sd: float | None
    low: float | None
    high: float | None
    replications: int


class PairedDifference(NamedTuple):
    """A row's difference to the baseline; `share_better` is None where no direction is good."""

    scenario: str
    baseline: str
    service: str
    measure: str
    by: str
    item: str
    unit: str
    mean: float
    sd: float | None
    low: float | None
    high: float | None
    replications: int
    verdict: str
    share_better: float | None
    low_all: float | None
    high_all: float | None
    variance_ratio: float | None = (
        None  # that of the difference over the sum of both, which other people in each would give
    )


def summarise(table: ReplicationTable) -> list[Estimate]:
    """Mean, sd and 95% interval of every row."""
    found = []
    for key, unit, values in zip(table.keys, table.units, table.values, strict=True):
        here = spread(values[~np.isnan(values)].tolist())
        low, high = cut(here.interval, measures()[key[1]].limits())
        found.append(Estimate(table.scenario, *key, unit, here.mean, here.sd, low, high, here.replications))
    return found


def differences(
    baseline: ReplicationTable, scenario: ReplicationTable, place: Callable[[MeasureKey], SortKey], scenarios: int = 1
) -> list[PairedDifference]:
    """Scenario minus baseline, row by row; `scenarios` is how many are compared to it altogether."""
    units = dict(zip(baseline.keys, baseline.units, strict=True))
    units.update(zip(scenario.keys, scenario.units, strict=True))
    comparable = {
        *BY,
        *({key[2] for key in baseline.keys} & {key[2] for key in scenario.keys}),
    }  # a trait, if both have it
    before, after = _rows_of(baseline), _rows_of(scenario)
    found = []
    for key in sorted((key for key in units if key[2] in comparable), key=place):
        ours, theirs = before(key), after(key)
        changes = theirs - ours
        known = ~np.isnan(changes)
        if known.any():
            row = _difference(baseline.scenario, scenario.scenario, key, units[key], changes[known].tolist(), scenarios)
            apart = (ours[known].tolist(), theirs[known].tolist())
            found.append(row._replace(variance_ratio=variance_ratio(row.sd, *apart)))
    return found


def _rows_of(table: ReplicationTable) -> Callable[[MeasureKey], NDArray[np.float64]]:
    """A function that gives a row over the replications: nothing, or no figure, where the table has no such row."""
    numbers = by_key(table)

    def row(key: MeasureKey) -> NDArray[np.float64]:
        if key in numbers:
            return table.values[numbers[key]]
        return np.full(table.values.shape[1], 0.0 if measures()[key[1]].absent_is_zero else np.nan)

    return row


def _difference(
    baseline: str, scenario: str, key: MeasureKey, unit: str, changes: list[float], scenarios: int
) -> PairedDifference:
    here = spread(changes, scenarios)
    within = limits_of_difference(unit)
    low, high = cut(here.interval, within)
    direction = measures()[key[1]].better_of("" if is_of_people(key[2]) else key[3])
    said = difference_verdict(low, high, direction)
    good = share_better(changes, direction)
    all_ = cut(here.interval_all, within)
    return PairedDifference(
        scenario, baseline, *key, unit, here.mean, here.sd, low, high, here.replications, said, good, *all_
    )


def variance_ratio(sd: float | None, before: Sequence[float], after: Sequence[float]) -> float | None:
    """What common random numbers bought: the variance of the difference over the sum of the variances; None of what never varies."""
    if sd is None:
        return None
    apart = sum((standard_deviation(values) or 0.0) ** 2 for values in (before, after))
    return sd * sd / apart if apart else None


def cut(interval: Interval | None, within: tuple[float, float]) -> tuple[float | None, float | None]:
    """The ends of an interval, cut where no value can lie; none with one replication."""
    if interval is None:
        return None, None
    least, most = within
    return max(interval.low, least), min(interval.high, most)


def difference_verdict(low: float | None, high: float | None, direction: str) -> str:
    """Return the verdict on a difference with this interval."""
    if low is None or high is None or low <= 0.0 <= high:
        return CANNOT_TELL
    if direction == LOWER:
        return "better" if high < 0.0 else "worse"
    if direction == HIGHER:
        return "better" if low > 0.0 else "worse"
    return "higher" if low > 0.0 else "lower"


def share_better(changes: Sequence[float], direction: str) -> float | None:
    """The share of replications in which the scenario was better; None where no direction is good."""
    if direction not in (LOWER, HIGHER):
        return None
    sign = 1.0 if direction == HIGHER else -1.0
    return sum(change * sign > 0.0 for change in changes) / len(changes)
