"""`solve`: the smallest (or largest) value of a setting, or the cheapest mix of several, with which a target is met with stated confidence.

A target is typed as in `hospital.midnight_delayed_mean <= 35`. A total, of a target or of cost, is of an average year where a year or
more is measured, else of the days measured: what its label says, as `run` and `compare` have it. One setting is found by bisection, a mix by ranking and
selection (`solve_search.py` has both). Every run has the same seed, and so the same people, so that differences between mixes
are the settings' doing; what was finished before comes from the store. Where nothing reaches the target, what is left of the
delay says why.
docs/solve.md says how it works for users.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil, log2

import numpy as np

from sim.inputs.loading import Question
from sim.inputs.part import setting_at
from sim.inputs.problems import Mark, Problems, did_you_mean, listed, quoted
from sim.inputs.scenario import Scenario
from sim.results.comparison.accounts import keeping_fixed_costs
from sim.results.comparison.findings import Findings
from sim.results.measure_table import SHARES, limits_of_difference, measures
from sim.results.measures.periods import Divisions, Period, division
from sim.results.words.labels import Setting as Named
from sim.results.words.labels import factor, per
from sim.runs.collecting import beside, gathered, named_apart, paired, warning_words
from sim.runs.experiment import HowToRun, ScenarioRuns, Work
from sim.runs.piece import Piece, Replications
from sim.studies.precision import LIKE, Figure, Key, figure_of
from sim.studies.settings import Setting, Settings, settings_of
from sim.studies.solve_search import (
    CANNOT_TELL,
    LEAST_REPLICATIONS,
    Choice,
    Chosen,
    Found,
    Goal,
    Looks,
    Point,
    Search,
    Trials,
    Values,
    bounds,
    lattice,
    mean,
)

SIGNS = {"<=": True, "<": True, "≤": True, ">=": False, ">": False, "≥": False}  # whether it is at most
TARGET = re.compile(r"(.+?)(<=|>=|<|>|≤|≥)(.+)")
NUMBER = re.compile(r"([-+]?)£?(\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(%|k|m)?", re.ASCII)
TIMES = {"": 1.0, "%": 0.01, "k": 1e3, "m": 1e6}
AT_MIDNIGHT = ("midnight_delayed_mean", "delayed_nights")


@dataclass(frozen=True, slots=True)
class Target:
    """A row of the results, and what its mean has to be."""

    figure: Figure
    goal: Goal
    typed: str

    @property
    def shown(self) -> str:
        """`at most 35`, the number as it was typed."""
        found = TARGET.fullmatch(self.typed)
        assert found is not None
        return f"{'at most' if self.goal.at_most else 'at least'} {found[3].strip()}"


def target_of(typed: str, scenario: Scenario, problems: Problems, option: str = "--target") -> Target | None:
    """The target that was typed; None after noting what is wrong with it."""
    mark = Mark(file=option)
    found = TARGET.fullmatch(typed.strip())
    if found is None:
        problems.add(mark, f"{quoted(typed)} has no `<=` or `>=`; {LIKE}")
        return None
    address, sign, value = (part.strip() for part in found.groups())
    of = figure_of(address, scenario, option, problems)
    if of is None:
        return None
    try:
        return Target(of, Goal(SIGNS[sign], _number(value, of.unit)), typed.strip())
    except ValueError as error:
        problems.add(mark, str(error))
        return None


def _number(text: str, unit: str) -> float:
    found = NUMBER.fullmatch(text.replace(" ", "").replace("\u2212", "-").lower())
    if found is None:
        raise ValueError(f"{quoted(text)} is no number to hold a measure to; {LIKE}")
    sign, digits, times = found[1], found[2].replace(",", ""), found[3] or ""
    value = float(digits) * TIMES[times] * (-1 if sign == "-" else 1)
    if unit in SHARES and not -1 <= value <= 1:
        raise ValueError(f"{quoted(text)} is held against a share; write {digits}% or a number from 0 to 1")
    if times == "%" and unit not in SHARES:
        raise ValueError(f"{quoted(text)} is held against {unit}, which are no share; write a number without %")
    return value


Rows = Mapping[Key, float]


@dataclass(frozen=True)
class World:
    """A scenario whose settings move, and the one that it is compared with, if any."""

    settings: Settings
    base: Scenario | None

    @cached_property
    def period(self) -> Period | None:
        """The days that a comparison is about, where something dated divides them; None: all of them."""
        found = division(self.base, self.stated) if self.base else None
        return found.headline if found else None

    @property
    def days(self) -> int:
        """The days that every figure is of."""
        return self.period.days if self.period else self.stated.calendar.measured_days

    @property
    def all(self) -> tuple[Setting, ...]:
        """Each setting."""
        return self.settings.all

    @property
    def stated(self) -> Scenario:
        """The scenario as it is."""
        return self.settings.stated


class MixRuns:
    """What mixes of settings showed of some figures, and of all where that is asked."""

    def __init__(self, world: World, how: HowToRun) -> None:
        self.world = world
        self.base = world.base
        self._period = world.period
        self._runs = ScenarioRuns(how, Divisions(common=self._period))
        self._read: dict[Point, Scenario] = {}
        self._pieces: dict[Point, Replications] = {}

    def scenario(self, point: Point, replications: int) -> Scenario:
        """The scenario at a mix."""
        if point not in self._read:
            (self._read[point],) = self.world.settings.scenarios([point])
        found = replace(self._read[point], replications=replications)
        return keeping_fixed_costs(self.base, found) if self.base else found

    def run(self, points: Sequence[Point], replications: int, figures: Sequence[Figure]) -> dict[Point, list[Values]]:
        """So many replications of each mix: some figures, or how much more they are than in the base.

        Totals are those of their label: of an average year, or of the days measured where these are fewer.
        """
        scenarios = [self.scenario(point, replications) for point in points]
        base = [replace(self.base, replications=replications)] if self.base else []
        found = self._run([*base, *scenarios])
        self._check_items(found, figures)
        before = self._values(found[0], figures) if base else [np.zeros(replications) for _ in figures]
        told = {}
        for point, pieces in zip(points, found[len(base) :], strict=True):
            self._pieces[point] = pieces
            told[point] = [after - was for after, was in zip(self._values(pieces, figures), before, strict=True)]
        return told

    def _check_items(self, found: Sequence[Replications], figures: Sequence[Figure]) -> None:
        """ScenarioError where a part of a measure is in no replication at all: misspelt, or zero at every value."""
        problems = Problems()
        for figure in figures:
            service, measure, by, item = figure.key
            if not by:
                continue
            rows = [key for pieces in found for piece in pieces for key in self._rows(piece)]
            items = sorted({key[3] for key in rows if key[:3] == (service, measure, by)})
            if item not in items:
                known = f"; there are: {listed(items, 'and')}" if items else ""
                what = f"`{service}.{measure}[{by}={item}]` is in no replication{did_you_mean(item, items)}{known}"
                problems.add(Mark(file="--target or --cost"), what)
        problems.stop_if_any()

    def rows(self, point: Point) -> list[Rows]:
        """All rows of each replication of a mix that was run."""
        return [self._rows(piece) for piece in self._pieces[point]]

    def findings(self, point: Point) -> tuple[tuple[Scenario, ...], Findings]:
        """All that was found at a mix, beside the base if there is one; here both engines are compared, where that is asked."""
        number = len(self._pieces[point])
        base = [replace(self.base, replications=number)] if self.base else []
        scenarios = tuple(named_apart([*base, self.scenario(point, number)]))
        found = self._run(scenarios, checked=True)
        return scenarios, gathered(scenarios, found, compared=bool(base), warnings=warning_words(scenarios))

    def seconds_for(self, work: Work, processes: int) -> float:
        """About how long that takes, by running two replications of the scenario as stated."""
        return self._runs.seconds_for(self.world.stated, work, processes)

    def _run(self, scenarios: Sequence[Scenario], *, checked: bool = False) -> Sequence[Replications]:
        found = self._runs(scenarios, checked=checked)
        return beside(scenarios, found) if self.base else found

    def _values(self, pieces: Replications, figures: Sequence[Figure]) -> list[Values]:
        rows = [self._rows(piece) for piece in pieces]
        days = self.world.days
        return [factor(one.key[1], days) * np.array([one.of(row) for row in rows], dtype=np.float64) for one in figures]

    def _rows(self, piece: Piece) -> Rows:
        told = piece.periods[self._period] if self._period else piece
        return {key[:4]: float(value) for key, value in zip(told.keys, told.values, strict=True)}


# -- why not -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Left:
    """Delayed people at the best value, by what they wait for, scaled to the target's measure; `cured`: whether the setting moves that."""

    reason: str
    lack: str
    people: float
    was: float  # at the other end
    cured: bool


def what_is_left(target: Target, runs: MixRuns, best: Point, worst: Point, confidence: float) -> tuple[Left, ...]:
    """What the people who are still delayed wait for, most first; nothing where the target is not one of delay.

    Reasons are counted over the whole day. Where the target counts midnights, they are scaled to the people of a midnight.
    """
    service, measure, by, _ = target.figure.key
    if by or "delay" not in measure or runs.base:
        return ()
    after, before = (_delayed(rows, service, runs.world.days) for rows in (runs.rows(best), runs.rows(worst)))
    times = _of_midnights(runs.rows(best), service) if measure in AT_MIDNIGHT else 1.0
    items, found = sorted(set(after) | set(before)), []
    for item in items:
        now, was = (np.array(table.get(item, [0.0])) for table in (after, before))
        both = min(len(now), len(was))
        low, high = bounds(now[:both] - was[:both], (1 - confidence) / (2 * len(items)))
        reason, _, lack = item.partition(", ")
        found.append(Left(reason, lack, times * float(now.mean()), times * float(was.mean()), high < 0 or low > 0))
    return tuple(sorted(found, key=lambda one: -one.people))


def _of_midnights(rows: Sequence[Mapping[tuple[str, str, str, str], float]], service: str) -> float:
    """How many people are delayed at midnight for each one over the whole day."""
    at_midnight, all_day = (
        sum(table.get((service, measure, "", ""), 0.0) for table in rows)
        for measure in ("midnight_delayed_mean", "delayed_people_mean")
    )
    return at_midnight / all_day if all_day else 1.0


def _delayed(
    rows: Sequence[Mapping[tuple[str, str, str, str], float]], service: str, days: int
) -> dict[str, list[float]]:
    """Delayed people on an average day by reason and lack, in each replication."""
    found: dict[str, list[float]] = {}
    for number, table in enumerate(rows):
        for (where, measure, by, item), value in table.items():
            if (where, measure, by) == (service, "delayed_bed_days", "reason_and_lack"):
                found.setdefault(item, [0.0] * len(rows))[number] = value / days
    return found


# -- the question, and the answer --------------------------------------------------------------------------------------


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
        """The days that every figure is of."""
        return self.world.days

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

    def differ(self, point: Point, other: Point) -> bool:
        """Whether two points surely differ in the figure aimed at."""
        low, high = bounds(self.trials.changes(point, other), (1 - self.study.looks.confidence) / 2)
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
            "totals_are": per(self.study.days),
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
    beside_it = base.read() if base else None
    for one in paired([beside_it, stated])[1] if beside_it else ():
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
    return Study(asked, World(_settings(asked, question), beside_it), target, looks, cost)


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


def solve(study: Study, how: HowToRun, told: Callable[[str], None] = lambda _: None) -> Solved:
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
