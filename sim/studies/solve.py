"""`solve`: the smallest (or largest) value of a setting, or the cheapest mix of several, with which a target is met with stated confidence.

A target is typed as in `hospital.midnight_delayed_mean <= 35`. A total, of a target or of cost, is of an average year where a year or
more is measured, else of the days measured: what its label says, as `run` and `compare` have it. One setting is found by bisection, a mix by ranking and
selection (`solve_search.py` has both). Every run has the same seed, and so the same people, so that differences between mixes
are the settings' doing; what was finished before comes from the store. Where nothing reaches the target, what is left of the
delay says why.
docs/solve.md says how it works for users.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, isfinite, log2

import numpy as np

from sim.inputs.loading import Question
from sim.inputs.part import setting_at
from sim.inputs.problems import Mark, Problems, capital, listed, quoted
from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings, is_lever
from sim.results.measure_table import SHARES, limits_of_difference, measures
from sim.results.words.labels import LACK_WORDS, counted, figure, per, reason_label
from sim.results.words.labels import Setting as Named
from sim.runs.collecting import paired
from sim.runs.experiment import HowToRun
from sim.studies.settings import Figure, MixRuns, Setting, Settings, Target, World, figure_of, settings_of, target_of
from sim.studies.solve_search import (
    CANNOT_TELL,
    DOMINATED,
    LEAST_REPLICATIONS,
    MISSES,
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

AT_MIDNIGHT = ("midnight_delayed_mean", "delayed_nights")


# -- why not -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Left:
    """Delayed people at the best value, by what they wait for, scaled to the target's measure; `cured`: whether the setting moves that."""

    reason: str
    lack: str
    people: float
    was: float  # at the other end
    cured: bool


def _what_is_left(target: Target, runs: MixRuns, best: Point, worst: Point, confidence: float) -> tuple[Left, ...]:
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
        left = _what_is_left(study.target, runs, (found.best,), (worst,), study.looks.confidence)
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
        left = _what_is_left(study.target, runs, found.best, _farthest(trials), study.looks.confidence)
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


# -- what a solution says ----------------------------------------------------------------------------------------------


MOST_REASONS = 6
LEAST_LEFT = 0.05  # people, below which nobody is left in words
MOST_TIMES_MORE = 100  # replications, of which it is still worth to speak
SMALL = 100  # figures below have two decimals
HEADS = ("", "mean", "bounds", "replications", "the target")
HEAD_OF_BOTH = "of cost and figure"


def question_words(study: Study) -> str:
    """The question in a sentence."""
    moved = " and ".join(f"{said(one)} {ends(one)}" for one in study.world.all)
    start = "the cheapest mix of " if study.several else ""
    return f"Asked: {start}{moved}, so that {aim_words(study)}."


def aim_words(study: Study) -> str:
    """What is aimed at, and how surely."""
    return f"{label(study)}: {study.target.shown}, with {_sure(study)}"


def label(study: Study) -> str:
    """The figure that is aimed at, beside the base where there is one."""
    return _changed(study, study.target.figure.label(study.days))


def _changed(study: Study, text: str) -> str:
    """A label inside a sentence; beside a base it is the change that is shown."""
    return f"the change of {text[:1].lower()}{text[1:]}" if study.world.base else f"{text[:1].lower()}{text[1:]}"


def answer_words(solved: Solved) -> Iterator[str]:
    """The answer, how sure it is, and what is not known."""
    study, best, found = solved.study, solved.best, solved.found
    if solved.answer is not None:
        yield f"Answer: {_named(solved)}. {capital(label(study))}: {_figure(study, best.mean)}, {_bound(study, best)} with {_sure(study)}."
    elif found.is_reachable is None:
        yield (
            f"Cannot tell: {_none(solved)} surely meets the target, but some may. "
            f"The nearest is {solved.text(best.point)}, with {_with_bounds(study, best)}."
        )
        yield from _how_many_more(solved, best)
    else:
        yield f"Not reachable: {_none(solved)} meets the target. The best is {_with_bounds(study, best)}, with {_at(solved, best)}."
    yield from _of_mixes(solved, found) if isinstance(found, Chosen) else _of_values(solved, found)
    yield from _why(solved)


def ends(setting: Setting) -> str:
    """`from 0 to 60 in steps of 5`, or the values one by one where they were typed so."""
    if not setting.of.is_range:
        return ", ".join(map(setting.shown, range(len(setting.numbers))))
    step = f" in steps of {setting.of.step}" if setting.of.step else ""
    return f"from {setting.shown(0)} to {setting.shown(len(setting.numbers) - 1)}{step}"


def _names(study: Study) -> str:
    return " and ".join(map(said, study.world.all))


def _sure(study: Study) -> str:
    return f"{100 * study.looks.confidence:g}% confidence"


def _named(solved: Solved) -> str:
    """What the answer is called: a cheapest mix, or the smallest or largest value."""
    text = solved.text(solved.best.point)
    if isinstance(solved.found, Chosen):
        return f"{text}, the cheapest mix that meets the target ({_cost_label(solved.study)} {_cost_words(solved, solved.best)})"
    (setting,) = solved.study.world.all
    end = "smallest" if solved.found.helps_upwards or not solved.found.one_way else "largest"
    return f"{said(setting)} {text}, the {end} value that meets the target{_of_which(solved, setting)}"


def _none(solved: Solved) -> str:
    if solved.study.several:
        return f"none of {counted(len(solved.tried), 'mix', 'mixes')}"
    return f"no value of {_names(solved.study)} {ends(solved.study.world.all[0])}"


def _of_which(solved: Solved, setting: Setting) -> str:
    """Of what the answer is the smallest, where that is not every value between the ends."""
    if isinstance(solved.found, Found) and not solved.found.one_way and len(solved.tried) < solved.study.sizes[0]:
        return f", of the {len(solved.tried)} values that were run"
    if not setting.of.is_range:
        return ", of the values asked for"
    return f", in steps of {setting.of.step}" if setting.of.step else ""


def _at(solved: Solved, one: Tried) -> str:
    """A mix as it is called; of one setting also its name."""
    text = solved.text(one.point)
    return text if solved.study.several else f"{_names(solved.study)} {text}"


def _of_values(solved: Solved, found: Found) -> Iterator[str]:
    if solved.answer is not None:
        yield from _beside_the_answer(solved, found)
    elif found.is_reachable is None and found.undecided:
        yield f"These runs cannot tell for {_undecided(solved, found)}; all others miss the target."
    if not found.one_way:
        met = [solved.text(one.point) for one in solved.tried if one.verdict not in (MISSES, CANNOT_TELL)]
        yield (
            f"A larger value is sometimes better and sometimes worse here, so {counted(len(solved.tried), 'value')} were run, and all "
            f"statements about them hold together." + (f" These meet the target: {', '.join(met)}." if met else "")
        )
    if found.moves:
        yield from _flat(solved, found)
    else:
        yield "Between the two ends these runs see no change."


def _beside_the_answer(solved: Solved, found: Found) -> Iterator[str]:
    """The value next to the answer: missed, undecided, or not there."""
    if found.undecided:
        first, last = ((end,) for end in found.undecided)
        yield f"For {_undecided(solved, found)} these runs cannot tell; for {solved.text(solved.best.point)} they can."
        edge = last if found.helps_upwards else first
        yield from _how_many_more(solved, next(one for one in solved.tried if one.point == edge))
        return
    assert found.answer is not None
    beside = found.answer + (-1 if found.helps_upwards else 1)
    missed = next((one for one in solved.tried if one.point == (beside,)), None)
    if missed and missed.verdict == MISSES:
        yield f"With {solved.text(missed.point)} the target is missed: {_figure(solved.study, missed.mean)} ({_bounds(solved.study, missed)})."
    elif not 0 <= beside < solved.study.sizes[0]:
        yield "This is the end of the range, so every value in it meets the target; beyond it nothing was tried."


def _undecided(solved: Solved, found: Found) -> str:
    """The values for which nobody can tell: a range where more always helps, else one by one."""
    assert found.undecided is not None
    unknown = [one for one in solved.tried if one.verdict == CANNOT_TELL]
    if not found.one_way:
        return listed([solved.text(one.point) for one in unknown], "and")
    first, last = ((end,) for end in found.undecided)
    if first == last:
        return solved.text(first)
    between = [solved.text(one.point) for one in unknown if first <= one.point <= last]
    return f"{solved.text(first)} to {solved.text(last)} ({listed(between, 'and')} were run)"


def _flat(solved: Solved, found: Found) -> Iterator[str]:
    """From which value on nothing changes any more that could be seen."""
    *others, last = sorted(solved.tried, key=lambda one: one.point, reverse=not found.helps_upwards)
    first = last
    for other in reversed(others):
        if solved.differ(other.point, last.point):
            break
        first = other
    if first is not last and solved.answer is None:
        yield f"From {solved.text(first.point)} to {solved.text(last.point)} these runs see no change."


def _of_mixes(solved: Solved, found: Chosen) -> Iterator[str]:
    if found.perhaps:
        texts = "; ".join(solved.text(one) for one in found.perhaps[:MOST_REASONS])
        more = len(found.perhaps) - MOST_REASONS
        others = f", and {more} more" if more > 0 else ""
        what = counted(len(found.perhaps), "other mix", "other mixes")
        yield f"For {what} these runs cannot tell whether they meet the target, or cost less: {texts}{others}."
    study = solved.study
    free = [said(one) for one in study.world.all if any(is_lever(path, study.stated) for path in one.of.paths)]
    if study.cost and study.cost.unit == "GBP" and free:
        yield (
            f"Not priced: {listed(free, 'and')}. The scenario has no price for it, so it looks cheap here. Give it one under `costs`, or "
            "use --price to say what each additional one costs."
        )
    kept = sum(one.mark != DOMINATED for one in solved.tried)
    yield f"{kept} of {counted(len(solved.tried), 'mix', 'mixes')} are not dominated: no other mix surely costs no more and is surely as good."


def _how_many_more(solved: Solved, near: Tried) -> Iterator[str]:
    """About how many replications would tell of one value, from the spread that was seen."""
    study, half = solved.study, (near.high - near.low) / 2
    gap, step = abs(near.mean - study.target.goal.value), study.looks.first
    if not (isfinite(half) and gap > 0):
        return
    needed = ceil(near.replications * (half / gap) ** 2 / step) * step
    if near.replications < needed <= MOST_TIMES_MORE * near.replications:
        yield f"If the mean stays where it is, about {needed:,} replications would tell for {solved.text(near.point)}: --most-replications {needed}."


def _why(solved: Solved) -> Iterator[str]:
    """What the people who are still delayed wait for: what the settings do not change, and what they change and leave."""
    if not solved.left:
        return
    study = solved.study
    names = _names(study)
    verb = "do" if study.several or names.endswith("s") else "does"
    kept, moved = ([one for one in solved.left if one.cured is cured] for cured in (False, True))
    moved = [one for one in moved if one.people >= LEAST_LEFT]
    everybody, unmoved = (sum(one.people for one in some) for some in (solved.left, kept))
    reasons = "; ".join(f"{_reason(one)} {figure(one.people, '')}" for one in kept[:MOST_REASONS])
    rest = "; ".join(f"{_reason(one)} {figure(one.people, '')} ({figure(one.was, '')})" for one in moved[:MOST_REASONS])
    yield (
        f"Why: {figure(unmoved, '')} of the {figure(everybody, '')} people still delayed there wait for something that {names} {verb} not "
        f"change, as far as these runs can tell{f': {reasons}' if reasons else ''}"
        + (f". The others, and how many at the other end: {rest}" if rest else "")
        + f"{_scaled(study)}."
    )


def _scaled(study: Study) -> str:
    """Where reasons are known over the whole day, and the target counts midnights."""
    return " (reasons over the whole day, scaled to midnight)" if study.target.figure.key[1] in AT_MIDNIGHT else ""


def _reason(left: Left) -> str:
    return f"{reason_label(left.reason)}, {LACK_WORDS.get(left.lack, left.lack)}"


# -- tables ------------------------------------------------------------------------------------------------


def heads(solved: Solved) -> tuple[str, ...]:
    """The heads of the table of what was run."""
    return (
        names(solved.study),
        *HEADS[1:],
        *((_cost_label(solved.study), HEAD_OF_BOTH) if solved.study.several else ()),
    )


def names(study: Study) -> str:
    """What the values of a mix are, in their order."""
    return ", ".join(map(said, study.world.all))


def values(solved: Solved, one: Tried) -> str:
    """The values of a mix, in their order."""
    return ", ".join(setting.shown(at) for setting, at in zip(solved.study.world.all, one.point, strict=True))


def rows(solved: Solved, shown: Sequence[Tried]) -> list[tuple[str, ...]]:
    """What was run, value by value."""
    study = solved.study
    return [
        (
            values(solved, one),
            _figure(study, one.mean),
            _bounds(study, one),
            f"{one.replications:,}",
            one.verdict,
            *((_cost_words(solved, one), one.mark) if study.several else ()),
        )
        for one in shown
    ]


def _cost_label(study: Study) -> str:
    """What makes a mix cheap, with the time that it is of; prices are of whatever time who gave them means."""
    return _changed(study, study.cost.label(study.days)) if study.cost else "cost by --price"


def _cost_words(solved: Solved, one: Tried) -> str:
    """What a mix costs: simulated cash beside the best, which is nearly all the same; what prices say, and the best itself, in all."""
    cost = solved.study.cost
    assert one.cost is not None and solved.best.cost is not None
    if cost is None or one is solved.best:
        return figure(
            one.cost, cost.unit if cost else "GBP", signed=cost is not None and solved.study.world.base is not None
        )
    return figure(one.cost - solved.best.cost, cost.unit, signed=True)


def _figure(study: Study, value: float) -> str:
    """A figure with two decimals where it is small, so that it can be held against the target."""
    signed, unit = study.world.base is not None, study.target.figure.unit
    if unit in ("GBP", *SHARES) or not abs(value) < SMALL:
        return figure(value, unit, signed=signed)
    return f"{value:{'+' if signed else ''}.2f}"


def _bounds(study: Study, one: Tried) -> str:
    if not (isfinite(one.low) and isfinite(one.high)):
        return ""
    return f"{_figure(study, one.low)} to {_figure(study, one.high)}"


def _with_bounds(study: Study, one: Tried) -> str:
    return f"{label(study)} {_figure(study, one.mean)} ({_bounds(study, one)})"


def _bound(study: Study, one: Tried) -> str:
    end, words = (one.high, "at most") if study.target.goal.at_most else (one.low, "at least")
    return f"{words} {_figure(study, end)}"
