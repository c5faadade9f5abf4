"""Statistics over replications: intervals of means, the choice of the best scenario, and whether the warm-up is long enough.

Queues, waits and delays are skewed: most years are quiet, a few are very bad. Student's interval then misses the mean on
one side. Each end here is the further one of Student's (1908) and of Willink's (2005, Communications in Statistics: Theory
and Methods 34), which corrects Student's for the skewness of the values. So it is never narrower than Student's, it is
Student's where the values are symmetric, and the long side gets longer. It takes no random numbers.

How often it holds is measured in `tests/theory/test_coverage.py` and stated in `docs/precision.md`. A contract.

The choice of the best scenario follows Clark and Yang (1986, A Bonferroni selection procedure when using common random numbers with unknown variances; Winter
Simulation Conference): the best has k - 1 rivals, so each pair is compared at 1 - 0.05 / (k - 1) on one side, paired. The bounds are
the intervals above. Who is surely worse than somebody cannot be the best; the one with the smallest mean is at most so much
worse than the best as it might be than any rival. Where that is within the indifference zone, it may be chosen; else nobody
can tell, and their second stage says how many replications would do. Both statements hold with 95%, whichever is the best.

The warm-up is judged by MSER-5 (White 1997, Simulation 69; White, Cobb and Spratt 2000), which cuts a series, averaged here over the replications and over
five days each, where the standard error of the mean of what is left is smallest; only in its first half, as the last few batches are alike by chance.
Any series has a cut: a count is unsteady only where people before it differ from those after it by more than chance and by enough to
matter, and is nowhere steady where the two halves of what is left still differ so.

Where arrivals differ by month, or places change on a date, a count that changes says nothing of the warm-up, and where a run starts
from people who are there, nothing is meant to be steady: nothing is said. Where arrivals grow by the year, the first measured year is judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cbrt, ceil, fsum, sqrt
from operator import mul
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.measures.periods import calendar_years, division

LEVEL = 0.95


@cache
def t_quantile(probability: float, degrees: int) -> float:
    """Student's t quantile."""
    from scipy.special import stdtrit  # here: a third of a second that most commands do not need

    return float(stdtrit(degrees, probability))


class Interval(NamedTuple):
    """Both ends."""

    low: float
    high: float


class Spread(NamedTuple):
    """Mean, standard deviation, the interval and the simultaneous one; none of these with one replication."""

    mean: float
    sd: float | None
    interval: Interval | None
    interval_all: Interval | None
    replications: int


def spread(values: Sequence[float], scenarios: int = 1, *, tail: float | None = None) -> Spread:
    """Mean, sd and interval of values, at 95% and at 95% for so many scenarios together, or with so much beyond each end."""
    count = len(values)
    if count == 1:
        return Spread(values[0], None, None, None, count)
    mean, sd, error, skewness = _moments(values)
    tail_of_one, tail_of_all = (1 - LEVEL) / 2, (1 - LEVEL) / (2 * scenarios) if tail is None else tail
    one = _interval(mean, error, skewness, tail_of_one, count)
    all_ = one if tail_of_all == tail_of_one else _interval(mean, error, skewness, tail_of_all, count)
    return Spread(mean, sd, one, all_, count)


def standard_deviation(values: Sequence[float]) -> float | None:
    """The sd of `spread` alone; None with one replication."""
    return _away(values)[1] if len(values) > 1 else None


def leaving_out(values: Sequence[float], tail: float) -> Interval:
    """The same interval of two values or more, with so much left out at each end."""
    mean, _, error, skewness = _moments(values)
    return _interval(mean, error, skewness, tail, len(values))


def _moments(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Mean, sd, standard error, and the skewness of the mean over six."""
    count = len(values)
    mean, sd, away, squares = _away(values)
    return mean, sd, sd / sqrt(count), _skewness(fsum(map(mul, squares, away)), sd, count)


def _away(values: Sequence[float]) -> tuple[float, float, list[float], list[float]]:
    """Mean and sd; how far each value is from the mean, and the squares of that."""
    count = len(values)
    mean = fsum(values) / count
    away = [value - mean for value in values]
    squares = [one * one for one in away]
    return mean, sqrt(fsum(squares) / (count - 1)), away, squares


def _skewness(cubes: float, sd: float, count: int) -> float:
    """Skewness of the mean over six, from an unbiased third moment; 0 where two values, or none that differ, know of none."""
    if count < 3 or sd**3 == 0.0:
        return 0.0
    third = cubes * count / ((count - 1) * (count - 2))
    return third / sd**3 / (6 * sqrt(count))


def _interval(mean: float, error: float, skewness: float, tail: float, count: int) -> Interval:
    """The interval that leaves so much out at each end."""
    student = t_quantile(1 - tail, count - 1)
    below, above = max(student, willink(student, skewness)), max(student, -willink(-student, skewness))
    return Interval(mean - below * error, mean + above * error)


def willink(student: float, skewness: float) -> float:
    """Willink's G: (cube root of (1 + 6a(t - a)) - 1) / 2a, in a form that loses no digits where a is nearly or exactly 0."""
    root = cbrt(1 + 6 * skewness * (student - skewness))
    return (student - skewness) * (3 / (root * root + root + 1))


@dataclass(frozen=True, slots=True)
class Choice:
    """The scenario with the smallest mean, those that may be best as well, and by how much one of them may be better."""

    best: str
    rivals: tuple[str, ...]
    at_most_worse: float  # than the best of all
    replications: int


def choose_smallest(values: Mapping[str, Sequence[float]]) -> Choice | None:
    """The choice among scenarios by a figure in each replication, of which little is good; None of fewer than two replications."""
    names = list(values)
    count = min((len(value) for value in values.values()), default=0)
    if count < 2 or len(names) < 2:
        return None
    means = {name: spread(values[name]).mean for name in names}
    best = min(names, key=lambda name: means[name])
    rivals = tuple(one for one in names if one != best and not _surely_worse(one, values))
    reach = max(_worse_than(best, other, values).high for other in names if other != best)
    return Choice(best, rivals, max(reach, 0.0), count)


def replications_for(choice: Choice, indifference: float) -> int:
    """About how many replications bring the choice within the zone: the bound shrinks with the root of their number."""
    return ceil(choice.replications * (choice.at_most_worse / indifference) ** 2)


def _surely_worse(one: str, values: Mapping[str, Sequence[float]]) -> bool:
    """Whether it is worse than some other by more than chance."""
    return any(_worse_than(one, other, values).low > 0 for other in values if other != one)


def _worse_than(one: str, other: str, values: Mapping[str, Sequence[float]]) -> Interval:
    """By how much one is above another; each end alone holds at 1 - 0.05 / (k - 1)."""
    changes = [mine - theirs for mine, theirs in zip(values[one], values[other], strict=True)]
    bounds = spread(changes, tail=(1 - LEVEL) / (len(values) - 1)).interval_all
    assert bounds is not None
    return bounds


BATCH = 5  # days, as the name says
FEWEST_DAYS = 60  # shorter windows say nothing
FEWEST_REPLICATIONS = 3
CHANCE = 1e-4  # a difference that chance makes so seldom is none; by Student, for there may be few replications
MATTERS = 0.05  # of the mean
FEWEST_PEOPLE = 0.5
COUNTS = ("midnight_census", "delayed")  # queues that grow have a warning of their own
TOGETHER = ("all", "outside", ALL_HOSPITALS)

Counts = NDArray[Any]  # replications x days


class Unsteady(NamedTuple):
    """People in a service who are not steady in the measured days."""

    service: str
    measure: str
    steady_after: int | None  # so many of the measured days; None: no part of them is known to be steady


def mser5(days: NDArray[np.float64]) -> int:
    """After how many days a series is steady, if it is at all; at most half of them."""
    batches = days[: len(days) // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1)
    count = len(batches)
    cuts = range(count // 2 + 1)
    return BATCH * int(np.argmin([np.sum((batches[c:] - batches[c:].mean()) ** 2) / (count - c) ** 2 for c in cuts]))


def unsteady(scenario: Scenario, daily: Mapping[tuple[str, str], Counts]) -> Iterator[Unsteady]:
    """Every count of people in a service that the warm-up is too short for."""
    if _is_meant_to_change(scenario):
        return
    years = calendar_years(scenario.calendar, [scenario])
    first = years[0].days if years else None  # arrivals grow from year to year, and not within one
    for service, measure in daily:
        if measure in COUNTS and service not in TOGETHER:
            days = np.asarray(daily[service, measure], dtype=np.float64)[:, :first]
            if days.shape[0] >= FEWEST_REPLICATIONS and days.shape[1] >= FEWEST_DAYS:
                cut = mser5(days.mean(axis=0))
                if _changes(days[:, cut:], (days.shape[1] - cut) // 2):
                    yield Unsteady(service, measure, None)
                elif _changes(days, cut):
                    yield Unsteady(service, measure, cut)


def _changes(days: Counts, cut: int) -> bool:
    """Whether people before a day differ from those after it by more than chance, and by enough to matter."""
    if cut == 0:
        return False
    change = days[:, cut:].mean(axis=1) - days[:, :cut].mean(axis=1)
    size = abs(float(change.mean()))
    error = float(change.std(ddof=1)) / len(change) ** 0.5
    return size > t_quantile(1 - CHANCE / 2, len(change) - 1) * error and size >= max(
        MATTERS * float(days.mean()), FEWEST_PEOPLE
    )


def _is_meant_to_change(scenario: Scenario) -> bool:
    """Whether what comes or what there is differs over the measured days, or the run starts from people who are there."""
    uneven = any(len(set(group.by_month)) > 1 or group.has_times for group in scenario.people)
    return uneven or bool(scenario.census) or division(None, scenario) is not None
