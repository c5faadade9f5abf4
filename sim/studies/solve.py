"""`solve`: the smallest (or largest) value of a setting, or the cheapest mix of several, with which a target is met with stated confidence.

One setting is found by bisection (`solve_search.py`), a mix by ranking and selection (`solve_search.py`), both on the same people
throughout. Where nothing reaches the target, what is left of the delay says why.
What may be changed here: freely, with docs/solve.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, log2

import numpy as np

from sim.inputs.loading import Question
from sim.inputs.part import setting_at
from sim.inputs.problems import Mark, Problems, quoted
from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings
from sim.results.measure_table import limits_of_difference, measures
from sim.results.words.labels import Setting as Named
from sim.runs.collecting import paired
from sim.runs.experiment import HowToRun
from sim.studies.settings import Setting, Settings, settings_of
from sim.studies.solve_search import (
    CANNOT_TELL,
    LEAST_REPLICATIONS,
    Choice,
    Chosen,
    Found,
    Looks,
    Point,
    Search,
    Trials,
    Values,
    bounds,
    lattice,
    mean,
)
from sim.studies.solve_target import Figure, Left, MixRuns, Target, World, figure_of, target_of, what_is_left

CASH = "all.cost_cash_gbp"
MOST_MIXES = 400  # that may be asked for
MOST_TIMES = 8  # the first replications, where no other most is said


@dataclass(frozen=True)
class Asked:
    """A question as it was typed."""

    file: str
    changes: Sequence[tuple[str, str]]  # a path, and between what
    target: str
    confidence: float = 0.95
    base: str | None = None
    cost: str = ""  # SERVICE.MEASURE; all cash where nothing is said
    prices: Mapping[str, float] = field(default_factory=dict)  # by path, of one more: the cost instead
    sets: tuple[str, ...] = ()
    base_sets: tuple[str, ...] = ()
    replications: int | None = None  # of the first look
    most: int | None = None  # replications of a value
    seed: int | None = None
    indifference: float = 0.0  # costs that differ by no more are alike


@dataclass(frozen=True)
class Study:
    """A question that makes sense: what may move, what is aimed at, and what counts as cost."""

    asked: Asked
    world: World
    target: Target
    looks: Looks
    cost: Figure | None  # None: by prices, or there is nothing to choose by cost

    @property
    def stated(self) -> Scenario:
        """The scenario as it is."""
        return self.world.stated

    @property
    def several(self) -> bool:
        """Whether more than one setting moves."""
        return len(self.world.all) > 1

    @property
    def days(self) -> int:
        """The days measured."""
        return self.stated.calendar.measured_days

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each setting has."""
        return tuple(len(one.numbers) for one in self.world.all)

    @property
    def fewest(self) -> int:
        """Replications where every value is sure at once."""
        values = int(np.prod(self.sizes)) if self.several else min(self.sizes[0], 2 + ceil(log2(max(2, self.sizes[0]))))
        return values * self.looks.first

    @property
    def most(self) -> int:
        """Replications where none is sure before the last."""
        return self.fewest // self.looks.first * self.looks.sizes[-1]


@dataclass(frozen=True)
class Tried:
    """One value, or mix, that was run."""

    point: Point
    mean: float
    low: float
    high: float
    replications: int
    verdict: str
    cost: float | None = None
    mark: str = ""  # of the frontier


@dataclass(frozen=True)
class Solved:
    """The answer, and all that it rests on."""

    study: Study
    found: Found | Chosen
    tried: tuple[Tried, ...]  # in the order of the values
    left: tuple[Left, ...]  # where the target is not reached and is one of delay
    runs: MixRuns
    trials: Trials

    @property
    def answer(self) -> Point | None:
        """The answer as a point; None where nothing is sure to meet the target."""
        if isinstance(self.found, Chosen):
            return self.found.answer
        return None if self.found.answer is None else (self.found.answer,)

    @property
    def best(self) -> Tried:
        """The answer, or the nearest to the target."""
        best = self.found.best if isinstance(self.found, Chosen) else (self.found.best,)
        return next(one for one in self.tried if one.point == best)

    @property
    def replications(self) -> int:
        """All that the answer rests on."""
        return sum(one.replications for one in self.tried)

    def differ(self, one: Point, other: Point) -> bool:
        """Whether two points surely differ in the figure aimed at."""
        low, high = bounds(self.trials.changes(one, other), (1 - self.study.looks.confidence) / 2)
        return not low <= 0 <= high

    def value(self, point: Point) -> object:
        """A value for programs: one number, or one for each path."""
        values = self.study.world.settings.named(point)
        return values if self.study.several else next(iter(values.values()))

    def text(self, point: Point) -> str:
        """A value as a planner writes it."""
        at = list(zip(self.study.world.all, point, strict=True))
        if not self.study.several:
            return at[0][0].shown(at[0][1])
        return ", ".join(f"{said(one)} {one.shown(number)}" for one, number in at)

    @cached_property
    def findings(self) -> tuple[tuple[Scenario, ...], Findings]:
        """Everything at the answer, or the best, as `run` and `compare` have it."""
        return self.runs.findings(self.best.point)

    def as_object(self) -> dict[str, object]:
        """What a JSON file says."""
        best = self.best
        found: dict[str, object] = {
            "answer": None if self.answer is None else self.value(self.answer),
            "reachable": self.found.is_reachable,
            "best": {"value": self.value(best.point), "mean": best.mean, "low": best.low, "high": best.high},
            "confidence": self.study.looks.confidence,
            "replications": best.replications,
            "target": self.study.asked.target,
            "tried": [{"value": self.value(one.point), **self.row(one)} for one in self.tried],
            "left": [
                {"reason": one.reason, "lack": one.lack, "people": one.people, "cured": one.cured} for one in self.left
            ],
        }
        if isinstance(self.found, Chosen):
            return found | {"cannot_tell": [self.value(point) for point in self.found.perhaps]}
        unsure = self.found.undecided
        between = [] if unsure is None else [self.value((end,)) for end in unsure]
        unknown = [self.value(one.point) for one in self.tried if one.verdict == CANNOT_TELL]
        return found | {"cannot_tell_between": between, "cannot_tell": unknown, "monotone": self.found.one_way}

    def row(self, one: Tried) -> dict[str, object]:
        """What is known of a value or mix, for programs."""
        row: dict[str, object] = {"mean": one.mean, "low": one.low, "high": one.high}
        row |= {"replications": one.replications, "verdict": one.verdict}
        return row | ({"cost": one.cost, "frontier": one.mark} if one.cost is not None else {})


def study_of(asked: Asked) -> Study:
    """The question with everything in it looked up; ScenarioError lists all that makes no sense."""
    question = Question(asked.file, asked.sets, asked.replications, asked.seed)
    base = Question(asked.base, asked.base_sets, asked.replications, asked.seed) if asked.base else None
    stated, problems = question.read(), Problems()
    for one in paired([base.read(), stated])[1] if base else ():
        problems.add(Mark(file=f"--base {asked.base}"), one.reason)
    if not 0 < asked.confidence < 1:
        text = f"{100 * asked.confidence:g}% is no confidence that replications can give; 95% is usual, and it lies between 0% and 100%"
        problems.add(Mark(file="--confidence"), text)
    target = target_of(asked.target, stated, problems)
    _check_limits(asked, target, problems)
    looks = _looks(asked, stated, problems)
    cost = _cost(asked, stated, problems) if len(asked.changes) > 1 else None
    problems.stop_if_any()
    assert target is not None
    return Study(asked, World(_settings(asked, question), base), target, looks, cost)


def _check_limits(asked: Asked, target: Target | None, problems: Problems) -> None:
    """A target that every value meets or none can, since the figure never lies beyond it, is no question."""
    if target is None:
        return
    of, value = measures()[target.figure.key[1]], target.goal.value
    low, high = limits_of_difference(of.unit) if asked.base else of.limits()
    if low <= value <= high:
        return
    text = f"{quoted(asked.target)} is {'below' if value < low else 'above'} all that {quoted(of.name)} can be"
    if value < 0 and not asked.base:
        text += "; a target for the change to another scenario needs that scenario: --base FILE"
    problems.add(Mark(file="--target"), text)


def solve(
    study: Study,
    how: HowToRun,
    told: Callable[[str], None] = lambda _: None,
) -> Solved:
    """Runs what is needed, and no more."""
    runs = MixRuns(study.world, how)
    costs: dict[Point, Values] = {}
    figures = [study.target.figure, *([study.cost] if study.cost else [])]

    def evaluate(points: Sequence[Point], replications: int) -> list[Values]:
        found = runs.run(points, replications, figures)
        costs.update(
            {point: values[-1] if study.cost else _priced(study, point, values[0]) for point, values in found.items()}
        )
        return [values[0] for values in found.values()]

    trials = Trials(evaluate, study.looks, study.target.goal)
    if study.several:
        return _mix(study, trials, costs, runs, told)
    (setting,) = study.world.all
    words = f"{said(setting)} {{}}: {{}}"
    found = Search(trials, study.sizes[0], lambda verdict, at: told(words.format(setting.shown(at), verdict))).run()
    tried = tuple(_tried(study, trials, point, found.statements) for point in sorted(trials.found))
    left: tuple[Left, ...] = ()
    if found.answer is None:
        worst = 0 if found.helps_upwards else study.sizes[0] - 1
        left = what_is_left(study.target, runs, (found.best,), (worst,), study.looks.confidence)
    return Solved(study, found, tried, left, runs, trials)


def _mix(
    study: Study, trials: Trials, costs: Mapping[Point, Values], runs: MixRuns, told: Callable[[str], None]
) -> Solved:
    choice = Choice(
        trials,
        lattice(study.sizes),
        costs.__getitem__,
        study.asked.indifference,
        lambda mixes, size: told(f"{mixes} mixes left, {size} replications each"),
    )
    found = choice.run()
    marks = choice.frontier()
    tried = tuple(
        _tried(study, trials, point, found.statements, choice.cost(point), marks[point])
        for point in sorted(trials.found)
    )
    left: tuple[Left, ...] = ()
    if found.answer is None:
        left = what_is_left(study.target, runs, found.best, _farthest(trials), study.looks.confidence)
    return Solved(study, found, tried, left, runs, trials)


def _farthest(trials: Trials) -> Point:
    return max(trials.found, key=trials.distance)


def _tried(
    study: Study, trials: Trials, point: Point, statements: int, cost: float | None = None, mark: str = ""
) -> Tried:
    """A row of the table; no bound reaches beyond what the figure can be."""
    values, unit = trials.found[point], study.target.figure.unit
    least, most = limits_of_difference(unit) if study.world.base else measures()[study.target.figure.key[1]].limits()
    low, high = bounds(values, trials.error(point, statements))
    verdict = trials.verdicts.get(point, CANNOT_TELL)
    return Tried(point, mean(values), max(low, least), min(high, most), len(values), verdict, cost, mark)


def said(setting: Setting) -> str:
    """A setting in words: `cedarwood beds`."""
    return " and ".join(Named(path, "", "").words for path in setting.of.paths)


def _settings(asked: Asked, question: Question) -> Settings:
    """What may be changed, value by value; ScenarioError where it cannot, or where there are too many mixes."""
    problems = Problems()
    marked = [(path, between, Mark(file=f"--change {path} --between {between}")) for path, between in asked.changes]
    typed = [setting_at(path, between, mark, problems) for path, between, mark in marked]
    problems.stop_if_any()
    found = settings_of(question, [one for one in typed if one], fine=len(typed) == 1)
    if len(found.all) > 1 and len(found.points) > MOST_MIXES:
        sizes = " x ".join(str(len(one.numbers)) for one in found.all)
        text = f"{sizes} values are {len(found.points):,} mixes, more than {MOST_MIXES}; write coarser steps, as in `5..60:5`"
        problems.add(Mark(file="--between"), text)
    problems.stop_if_any()
    return found


def _looks(asked: Asked, stated: Scenario, problems: Problems) -> Looks:
    first = stated.replications
    most = MOST_TIMES * first if asked.most is None else asked.most
    if first < LEAST_REPLICATIONS:
        text = "1 tells nothing of the spread, so nothing can be said with confidence; 2 are the least, 30 usual"
        problems.add(Mark(file="--replications"), text)
    if most < first:
        problems.add(Mark(file="--most-replications"), f"{most} is fewer than the {first} of the first look")
    return Looks(max(first, 1), max(most, first, 1), asked.confidence)


def _cost(asked: Asked, stated: Scenario, problems: Problems) -> Figure | None:
    """What makes a mix cheap: what was asked for, prices by path, or all cash where the scenario has prices."""
    if asked.prices:
        paths = {path.strip() for path, _ in asked.changes}
        for path in set(asked.prices) - paths:
            problems.add(Mark(file="--price"), f"{quoted(path)} is no path of --change")
        for path in paths - set(asked.prices):
            problems.add(Mark(file="--price"), f"{quoted(path)} is not priced; add --price {path}=AMOUNT, of one more")
        return None
    if not asked.cost and not stated.costs.prices:
        text = "the scenario has no prices, so no mix is the cheapest; add --price PATH=AMOUNT for each --change, or --cost SERVICE.MEASURE"
        problems.add(Mark(file=asked.file), text)
        return None
    return figure_of(asked.cost or CASH, stated, "--cost", problems)


def _priced(study: Study, point: Point, like: Values) -> Values:
    """The cost of a mix by prices: the same in every replication."""
    prices = study.asked.prices
    cost = sum(
        prices.get(one.path, 0.0) * float(one.numbers[at]) for one, at in zip(study.world.all, point, strict=True)
    )
    return np.full(len(like), cost)
