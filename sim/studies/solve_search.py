"""The search of `solve`: when a mean surely meets a target, bisection for one setting, ranking and selection for several.

Which way the setting helps is seen from its two ends. A value counts as meeting the goal only where that is sure; of the others
it is said whether they surely miss it or nobody can tell. Bisection asks for no correction for the number of values that it
tries: with the same people at each, a value can hardly be accepted wrongly unless the one next to the right answer is, which
is a fixed sequence of tests (Maurer, Hothorn and Lehmacher 1995). A step that goes the other way than the ends, and surely so, ends
the bisection: then every value is run, and each statement holds for all of them together.

A look is a one-sided bound on the mean, an end of the interval that all means here have; replications double from one look to the next. The error that the stated
confidence leaves is shared out over all looks that could be made, in proportion to their replications, and over all statements
that must hold together (Bonferroni), so that looking again makes no statement less sure: repeated confidence intervals
(Jennison and Turnbull 1989).

A fully sequential choice under a constraint (Andradottir and Kim 2010), by repeated looks: a mix that surely misses the
goal is out (feasibility), and so is one that surely costs more than another which surely meets it (screening by paired
differences, Nelson, Swann, Goldsman and Song 2001; common random numbers need no more than Bonferroni's inequality, Nelson
and Matejcik 1995). The others get twice as many replications. Half of the error goes to each of the two.
The frontier marks every mix by what all cheaper ones show.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product, takewhile
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.results.comparison.statistics import leaving_out

Values = NDArray[np.float64]  # one a replication; NaN where a replication has no figure
Point = tuple[int, ...]  # which value of each setting, by number
Evaluate = Callable[[Sequence[Point], int], Sequence[Values]]  # points, and how many replications of each

MEETS, MISSES, CANNOT_TELL = "meets", "misses", "cannot tell"
LEAST_REPLICATIONS = 2  # below that nothing is known of the spread


@dataclass(frozen=True, slots=True)
class Goal:
    """What a mean has to be: at most, or at least, a value."""

    at_most: bool
    value: float

    def distances(self, values: Values) -> Values:
        """How far values are on the wrong side; below 0 they meet the goal."""
        return values - self.value if self.at_most else self.value - values


@dataclass(frozen=True, slots=True)
class Looks:
    """Replications of the first look and at most, and with what confidence each statement has to hold."""

    first: int
    most: int
    confidence: float

    @property
    def sizes(self) -> tuple[int, ...]:
        """Replications at each look."""
        doubled = takewhile(lambda size: size < self.most, (self.first << number for number in range(self.most)))
        return (*doubled, max(self.first, self.most))

    def error(self, size: int, statements: int = 1) -> float:
        """What one look, at one of several statements, may go wrong by."""
        return (1 - self.confidence) * size / sum(self.sizes) / statements


def bounds(values: Values, error: float) -> tuple[float, float]:
    """Below and above which the mean does not lie, each with this error; without limit where nothing is known of the spread."""
    known = values[~np.isnan(values)].tolist()
    return leaving_out(known, error) if len(known) >= LEAST_REPLICATIONS else (-inf, inf)


def mean(values: Values) -> float:
    """The mean of the replications that have a figure; NaN where none has."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def verdict(goal: Goal, values: Values, error: float) -> str:
    """Whether a mean meets a goal, as far as one look can tell."""
    low, high = bounds(goal.distances(values), error)
    return MEETS if high <= 0 else MISSES if low > 0 else CANNOT_TELL


@dataclass
class Trials:
    """What was run so far; nothing is run twice."""

    evaluate: Evaluate
    looks: Looks
    goal: Goal
    found: dict[Point, Values] = field(default_factory=dict)
    verdicts: dict[Point, str] = field(default_factory=dict)

    @property
    def replications(self) -> int:
        """All that were run."""
        return sum(map(len, self.found.values()))

    def run(self, points: Sequence[Point], replications: int) -> None:
        """Runs what is missing, side by side."""
        new = [point for point in dict.fromkeys(points) if len(self.found.get(point, ())) < replications]
        if new:
            self.found.update(zip(new, self.evaluate(new, replications), strict=True))

    def decide(self, points: Sequence[Point], statements: int = 1) -> None:
        """Adds replications to each point until it is sure whether it meets the goal, or there are no more looks."""
        for size in self.looks.sizes:
            self.look(points, size, statements)

    def look(self, points: Sequence[Point], size: int, statements: int = 1) -> None:
        """One look at those points of which nobody could tell so far."""
        undecided = [point for point in points if self.verdicts.get(point, CANNOT_TELL) == CANNOT_TELL]
        self.run(undecided, size)
        for point in undecided:
            error = self.error(point, statements)
            self.verdicts[point] = verdict(self.goal, self.found[point], error)

    def error(self, point: Point, statements: int = 1) -> float:
        """What a look at a point, with the replications that it has, may go wrong by."""
        return self.looks.error(len(self.found[point]), statements)

    def mean(self, point: Point) -> float:
        """The mean at a point."""
        return mean(self.found[point])

    def distance(self, point: Point) -> float:
        """How far the mean at a point is on the wrong side."""
        return mean(self.goal.distances(self.found[point]))

    def changes(self, before: Point, after: Point) -> Values:
        """How much worse the same replications are at another point."""
        both = min(len(self.found[before]), len(self.found[after]))
        return self.goal.distances(self.found[after][:both]) - self.goal.distances(self.found[before][:both])


MOST_VALUES = 60  # of a setting that does not go one way; of more, so many are tried, evenly spread
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of the values of a setting, by their numbers."""

    answer: int | None  # the last value, coming from the good end, that surely meets the goal
    helps_upwards: bool  # whether larger values are nearer to the goal
    moves: bool  # whether the ends differ at all, as far as these runs can tell
    undecided: tuple[int, int] | None  # values, the first and the last, of which nobody can tell
    one_way: bool  # whether nothing that was run goes against the direction of the ends
    best: int
    statements: int  # that hold together

    @property
    def is_reachable(self) -> bool | None:
        """Whether a value meets the goal; None where nobody can tell."""
        return True if self.answer is not None else None if self.undecided else False


@dataclass
class Search:
    """A search over so many values of one setting."""

    trials: Trials
    values: int
    told: Callable[[str, int], None] | None = None

    def run(self) -> Found:
        """The answer, as far as it can be known."""
        ends = [0, self.values - 1]
        self._decide(ends)
        upwards, moves = self._direction()
        order = list(range(self.values)) if upwards else list(range(self.values - 1, -1, -1))  # towards the good end
        if self._verdict(order[-1]) == MEETS:
            bad, good = self._bisected(order)
        else:
            self._look_between(order)
            bad, good = self.values - 1, self.values
        if not self._is_one_way(order):
            return self._every_value(order, moves)
        undecided = self._undecided(order, bad) if bad >= 0 else None
        answer = order[good] if good < self.values else None
        return Found(answer, upwards, moves, undecided, True, self._best(order) if answer is None else answer, 1)

    # -- one way ---------------------------------------------------------------------------------------------

    def _bisected(self, order: list[int]) -> tuple[int, int]:
        """The last place that is not shown to meet the goal, and the first that is, side by side; -1 where all are."""
        bad, good = (-1, 0) if self._verdict(order[0]) == MEETS else (0, self.values - 1)
        while good - bad > 1:
            middle = (bad + good) // 2
            if self._verdict(order[middle]) == MEETS:
                good = middle
            else:
                bad = middle
        return bad, good

    def _look_between(self, order: list[int]) -> None:
        """One look at some values between the ends, of which one could be better than both."""
        chosen = {order[round(part * (self.values - 1) / QUARTERS)] for part in range(1, QUARTERS)}
        self.trials.look([(value,) for value in sorted(chosen)], self.trials.looks.first)

    def _undecided(self, order: list[int], last: int) -> tuple[int, int] | None:
        """From which value on nobody can tell, up to a place that is not shown to meet the goal; None where it surely misses."""
        if self._verdict(order[last]) == MISSES:
            return None
        misses = max((place for place in range(last) if self._known(order[place]) == MISSES), default=-1)
        first = last
        while first - misses > 1:
            middle = (misses + first) // 2
            if self._verdict(order[middle]) == MISSES:
                misses = middle
            else:
                first = middle
        low, high = sorted((order[first], order[last]))
        return low, high

    def _direction(self) -> tuple[bool, bool]:
        """Whether larger values are nearer to the goal, and whether the ends differ."""
        changes = self.trials.changes((0,), (self.values - 1,))
        low, high = bounds(changes, (1 - self.trials.looks.confidence) / 2)
        # of the replications that have a figure at both ends; where none has, more is taken to help
        middle = mean(changes)
        return not middle > 0, not low <= 0 <= high

    def _is_one_way(self, order: list[int]) -> bool:
        """Whether no step between values that were run surely leads away from the goal; said of all steps together."""
        tried = [place for place in order if (place,) in self.trials.found]
        error = (1 - self.trials.looks.confidence) / max(1, len(tried) - 1)
        return all(bounds(self.trials.changes((one,), (other,)), error)[0] <= 0 for one, other in pairwise(tried))

    # -- not one way ----------------------------------------------------------------------------------------

    def _every_value(self, order: list[int], moves: bool) -> Found:
        """Each value for itself, and all statements together: the smallest that meets the goal."""
        step = max(1, self.values / MOST_VALUES)
        chosen = sorted({round(number * step) for number in range(int(self.values / step))} | {0, self.values - 1})
        chosen = [one for one in chosen if one < self.values]
        self.trials.verdicts.clear()
        self.trials.decide([(one,) for one in chosen], len(chosen))
        met = [one for one in chosen if self._known(one) == MEETS]
        unknown = [one for one in chosen if self._known(one) == CANNOT_TELL and (not met or one < met[0])]
        answer = met[0] if met else None
        undecided = (unknown[0], unknown[-1]) if unknown else None
        best = self._best(order) if answer is None else answer
        return Found(answer, order[0] == 0, moves, undecided, False, best, len(chosen))

    # -- what is known ---------------------------------------------------------------------------------------

    def _verdict(self, value: int) -> str:
        self._decide([value])
        return self.trials.verdicts[value,]

    def _known(self, value: int) -> str:
        return self.trials.verdicts.get((value,), "")

    def _decide(self, values: Iterable[int], statements: int = 1) -> None:
        points: list[Point] = [(value,) for value in values]
        before = self.trials.replications
        self.trials.decide(points, statements)
        if self.told and self.trials.replications > before:
            for (value,) in points:
                self.told(self.trials.verdicts[value,], value)

    def _best(self, order: list[int]) -> int:
        """The value with the best mean; of equal ones the first, coming from the bad end."""
        return min(
            (value for value in order if (value,) in self.trials.found), key=lambda one: self.trials.distance((one,))
        )


Costs = Callable[[Point], Values]  # one for each replication of a point that was run

ON_FRONTIER, DOMINATED = "on the frontier", "dominated"
PARTS = 2  # of the error: meeting the goal, and costing least


def lattice(sizes: Sequence[int]) -> list[Point]:
    """Every mix of so many values of each setting."""
    return list(product(*(range(size) for size in sizes)))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is known of the mixes."""

    answer: Point | None  # the cheapest that surely meets the goal
    perhaps: tuple[Point, ...]  # cheaper or as cheap, as far as anybody can tell, and perhaps meeting it
    best: Point  # the answer, or where there is none the mix nearest to the goal
    statements: int  # that hold together

    @property
    def is_reachable(self) -> bool | None:
        """Whether a mix meets the goal; None where nobody can tell."""
        return True if self.answer is not None else None if self.perhaps else False


@dataclass
class Choice:
    """A choice between mixes; costs that differ by no more than `indifference` are alike."""

    trials: Trials
    points: Sequence[Point]
    costs: Costs
    indifference: float = 0.0
    told: Callable[[int, int], None] | None = None  # hears how many mixes are looked at, with how many replications

    def run(self) -> Chosen:
        """The cheapest mix that meets the goal, as far as it can be known."""
        alive = list(self.points)
        for size in self.trials.looks.sizes:
            if self.told:
                self.told(len(alive), size)
            self.trials.run(alive, size)
            self.trials.look(alive, size, PARTS * len(self.points))
            alive = self._survivors(alive)
            if self._is_decided(alive):
                break
        answer = self._cheapest(alive)
        perhaps = tuple(point for point in alive if point != answer)
        best = min(self.trials.found, key=self.trials.distance) if answer is None else answer
        return Chosen(answer, perhaps, best, PARTS * len(self.points))

    def frontier(self) -> dict[Point, str]:
        """Each mix: on the frontier where surely better than every cheaper one, dominated where another is surely as good."""
        return {one: self._mark(one) for one in self.trials.found}

    def cost(self, point: Point) -> float:
        """The mean cost of a mix."""
        return mean(self.costs(point))

    def _survivors(self, alive: Sequence[Point]) -> list[Point]:
        """Those that may meet the goal, and surely cost no more than another that meets it."""
        trials = self.trials
        kept = [point for point in alive if trials.verdicts[point] != MISSES]
        met = [one for one in kept if trials.verdicts[one] == MEETS]
        return [one for one in kept if not any(self._is_dearer(one, other) for other in met if other != one)]

    def _is_dearer(self, point: Point, other: Point) -> bool:
        low, high = self._bounds_of_more(point, other)
        if low == high == 0:  # the same cost whatever happens: the one nearer to the goal
            return (self.trials.distance(point), point) > (self.trials.distance(other), other)
        return low > 0

    def _more(self, point: Point, other: Point) -> Values:
        """What a mix costs more than another in the same replications."""
        these, those = self.costs(point), self.costs(other)
        both = min(len(these), len(those))
        return these[:both] - those[:both]

    def _bounds_of_more(self, point: Point, other: Point) -> tuple[float, float]:
        more = self._more(point, other)
        return bounds(more, self.trials.looks.error(len(more), PARTS * max(1, len(self.points) - 1)))

    def _is_decided(self, alive: Sequence[Point]) -> bool:
        """Whether what is left is one mix, or several that meet the goal at costs that are alike."""
        if any(self.trials.verdicts[point] == CANNOT_TELL for point in alive):
            return False
        answer = self._cheapest(alive)
        others = [point for point in alive if point != answer]
        return answer is None or all(self._bounds_of_more(answer, other)[1] <= self.indifference for other in others)

    def _cheapest(self, alive: Sequence[Point]) -> Point | None:
        met = [point for point in alive if self.trials.verdicts[point] == MEETS]
        return min(met, key=lambda one: (self.cost(one), self.trials.distance(one)), default=None)

    def _mark(self, point: Point) -> str:
        """What all other mixes say of one; the error is shared out over them."""
        error = (1 - self.trials.looks.confidence) / max(1, len(self.trials.found) - 1)
        is_sure = True
        for other in self.trials.found:
            if other == point:
                continue
            cheaper, dearer = bounds(self._more(other, point), error)
            better, worse = bounds(self.trials.changes(point, other), error)
            if dearer <= 0 and worse <= 0 and min(dearer, worse) < 0:
                return DOMINATED
            if cheaper <= 0 and better <= 0:  # it may cost no more, and may be no worse
                is_sure = False
        return ON_FRONTIER if is_sure else CANNOT_TELL
