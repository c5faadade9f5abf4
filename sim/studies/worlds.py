"""All assumptions drawn together: in how many possible worlds is a scenario better, and on what does that depend?

Each assumption lies below what is stated in half of the worlds and above it in the other half, evenly in between; one
that is stated at an end of its range lies evenly over all of it. Worlds are a Latin hypercube (McKay, Beckman and Conover
1979): cut into as many equal parts as there are worlds, each assumption lies once in every part. They are drawn by
name, so that one more assumption moves no other. Assumptions are drawn independently of each other.
What may be changed here: freely; what is drawn is a contract, as results depend on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from sim.inputs.scenario import Scenario
from sim.model.random_numbers import RandomNumbers, name_key, quantity_key
from sim.results.comparison.compare import CANNOT_TELL, cut, difference_verdict
from sim.results.comparison.statistics import spread
from sim.results.measure_table import HIGHER, LOWER, limits_of_difference, measures
from sim.runs.scenario_runs import HowToRun
from sim.studies.joint import Floats, JointQuestion, JointRanges, Wanted, differences_at

BETTER, WORSE = "better", "worse"
NOISE = 1.96  # standard errors within which a rank correlation is chance


@dataclass(frozen=True, slots=True)
class InWorld:
    """A difference (other minus base) in one world: mean and 95% interval over its replications."""

    mean: float
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Worlds:
    """Every world with its values and differences."""

    joint: JointRanges
    wanted: tuple[Wanted, ...]
    stated: tuple["InWorld", ...]  # with every assumption as stated, in the order of `wanted`
    points: Floats  # worlds x assumptions: positions between low and high end
    found: tuple[tuple[InWorld, ...], ...]  # by world, in the order of `wanted`

    @property
    def scenarios(self) -> tuple[Scenario, Scenario]:
        """Base and other as stated."""
        base, other = self.joint.stated
        return base, other

    def verdicts(self, *numbers: int) -> dict[str, int]:
        """In how many worlds the other is better, worse or neither, of these wanted measures together.

        Better on all of them; worse on at least one and better on none is worse; what is neither is "cannot tell".
        """
        counts = {BETTER: 0, WORSE: 0, CANNOT_TELL: 0}
        for world in self.found:
            said = {world[number].verdict for number in numbers}
            both = BETTER if said == {BETTER} else WORSE if WORSE in said and BETTER not in said else CANNOT_TELL
            counts[both] += 1
        return counts

    def means(self, number: int) -> Floats:
        """The difference in each world."""
        return np.array([world[number].mean for world in self.found])

    def dependence(self, number: int) -> list[tuple[int, float]]:
        """Spearman's rank correlation of each assumption with a difference, the strongest first; by its number."""
        from scipy.stats import rankdata  # slow to import

        ranks = np.column_stack([rankdata(column) for column in self.points.T])
        of_means = rankdata(self.means(number))
        found = [(one, _correlation(ranks[:, one], of_means)) for one in range(ranks.shape[1])]
        return sorted(found, key=lambda pair: -abs(pair[1]))

    @property
    def noise(self) -> float:
        """The rank correlation that an assumption without any effect stays below in 95 of 100 cases."""
        return NOISE / sqrt(max(len(self.found) - 1, 1))


def _correlation(first: Floats, second: Floats) -> float:
    first, second = first - first.mean(), second - second.mean()
    size = sqrt(float((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / size if size else 0.0


def worlds(joint: JointRanges, wanted: Sequence[Wanted], number: int, run: HowToRun) -> Worlds:
    """Runs both scenarios in so many worlds; ScenarioError names a world whose values cannot hold together."""
    points = positions(drawn(joint, number), joint.starts)
    changes = differences_at(joint, points, wanted, run, stated=True)
    stated, *found = (
        tuple(_in_world(one, here[~np.isnan(here)]) for one, here in zip(wanted, world, strict=True))
        for world in changes
    )
    return Worlds(joint, tuple(wanted), stated, points, tuple(found))


def drawn(joint: JointRanges, number: int) -> Floats:
    """Worlds x assumptions, each column once in every one of `number` equal parts of 0 to 1."""
    numbers = RandomNumbers(joint.stated[0].seed, 0)
    columns = [_column(numbers, name_key(one.says), number) for one in joint.ranges]
    return np.column_stack(columns) if columns else np.empty((number, 0))


def _column(numbers: RandomNumbers, key: int, number: int) -> Floats:
    order, within = (numbers.uniforms(key, 0, number, 0, 0, quantity_key(name)) for name in ("world", "within"))
    found: Floats = (np.argsort(np.argsort(order, kind="stable"), kind="stable") + within) / number
    return found


def positions(uniforms: Floats, starts: Floats) -> Floats:
    """Where each assumption lies for a uniform number: half of them to either side of where it is stated."""
    inside = (starts > 0) & (starts < 1)
    below, above = 2 * uniforms * starts, starts + (2 * uniforms - 1) * (1 - starts)
    found: Floats = np.where(inside, np.where(uniforms < 0.5, below, above), uniforms)
    return found


def _in_world(one: Wanted, changes: Floats) -> InWorld:
    measure = measures()[one.measure]
    if not len(changes):
        return InWorld(float("nan"), None, None, CANNOT_TELL)
    found = spread(changes.tolist())
    low, high = cut(found.interval, limits_of_difference(measure.unit))
    verdict = difference_verdict(low, high, measure.better)
    return InWorld(found.mean, low, high, verdict)


def is_directed(one: Wanted) -> bool:
    """Whether less, or more, of a measure is better, so that a scenario can be better on it."""
    return measures()[one.measure].better in (LOWER, HIGHER)


def question_of(
    base: str, other: str, sets: Sequence[str], replications: int | None, seed: int | None
) -> JointQuestion:
    """The two files and how they are run."""
    return JointQuestion(base, other, tuple(sets), replications, seed)
