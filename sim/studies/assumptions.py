"""Which part of a difference is whose, on the same people: every assumption moved at once (possible worlds, indices), levers together.

Assumptions: two scenarios with every assumption somewhere between its ends at once. A point is a position for each assumption: 0 at
its low end, 1 at its high end. Both files take the value that lies
there in their own range (so many times their own value, say), as far as they have its paths.

Worlds: in how many is a scenario better, and on what does that depend? Each assumption lies below what is stated in half of them
and above it in the other half, evenly in between; one that is stated at an end of its range lies evenly over all of it. They are a
Latin hypercube (McKay, Beckman and Conover 1979): cut into as many equal parts as there are worlds, each assumption lies once in
every part. They are drawn by name, so that one more assumption moves no other. Assumptions are drawn independently of each other.

Indices: which assumptions does a difference depend on, when all of them move? Morris (1991; mean of absolute effects by
Campolongo and others 2007): each trajectory moves one assumption after the other; mu* is the mean change of the difference when an
assumption moves over its whole range, sigma how much that change depends on the others. Sobol (first order and total effect, with
the design of Saltelli 2010): the part of the variance of the difference that one assumption explains alone, and with all that it
interacts with. Both are SALib's, with the scenario's seed.

Levers: what does each do alone, what does it add? A lever is a file that extends the base. Every selection of up to six of them is
run. The share of a lever is its Shapley value (1953): what it adds, on average over all orders in which the levers could come. Of
more levers the selections are too many: each is run alone and on top of all others, and all are put one on top of the other, in the
order in which they are named and in its reverse. The share is then what a lever adds on average over these two orders (antithetic
permutations, as in Mitchell and others 2022, Journal of Machine Learning Research 23). Either way the shares add up to what all do
together in every replication, not only on average.

No result depends on the number of workers or of points run together. Results depend on what is drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import combinations, islice
from math import factorial, isnan, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.fitting.settings import Settings, settings_of
from sim.inputs.files import Range
from sim.inputs.loading import Question as OneFile
from sim.inputs.loading import read_together, sets_for_each
from sim.inputs.part import has
from sim.inputs.problems import Mark, Problem, Problems, ScenarioError, quoted
from sim.inputs.scenario import Scenario
from sim.model.random_numbers import RandomNumbers, name_key, quantity_key
from sim.results.comparison.compare import CANNOT_TELL, cut, difference_verdict
from sim.results.comparison.statistics import spread
from sim.results.measure_table import limits_of_difference, measures
from sim.results.measures.periods import Divisions, Period, period_of_comparison
from sim.runs.collecting import beside, named_apart, paired
from sim.runs.experiment import BATCH, HowToRun, ScenarioRuns, Work
from sim.runs.piece import Piece
from sim.runs.workers import Stopwatch

Floats = NDArray[np.float64]
AT_ONCE = BATCH // 2  # points that are run and gathered together: more of them would only take memory
MEDIAN = 0.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A measure of a service, or one part of it, of which the difference between the two scenarios is wanted."""

    service: str
    measure: str
    by: str = ""
    item: str = ""

    def of(self, piece: Piece) -> float:
        """Its figure in one replication; NaN where it has none."""
        key = (self.service, self.measure, self.by, self.item)
        for known, value in zip(piece.keys, piece.values.tolist(), strict=True):
            if known[:4] == key:
                return float(value)
        return 0.0 if measures()[self.measure].absent_is_zero else np.nan


CASH = Wanted("all", "cost_cash_gbp")


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference: mean and 95% interval over the replications."""

    mean: float
    low: float | None
    high: float | None
    verdict: str


def _effect_of(wanted: Wanted, changes: Floats) -> Effect:
    """The effect on a measure from what changes in each replication; mean NaN where none has it in all scenarios."""
    here = changes[~np.isnan(changes)]
    if not len(here):
        return Effect(np.nan, None, None, CANNOT_TELL)
    found, measure = spread(here.tolist()), measures()[wanted.measure]
    ends = cut(found.interval, limits_of_difference(measure.unit))
    return Effect(found.mean, *ends, difference_verdict(*ends, measure.better))


@dataclass(frozen=True, slots=True)
class JointQuestion:
    """Two files, and how their runs are made."""

    base: str
    other: str
    sets: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None


class JointRanges:
    """Both files with every assumption at a position."""

    def __init__(self, question: JointQuestion, ranges: Sequence[Range]) -> None:
        """Reads both files; ScenarioError lists, with their lines, all assumptions that cannot lie at their ends."""
        self.ranges = tuple(ranges)
        files = (question.base, question.other)
        typed = sets_for_each(files, question.sets)
        self._files = [
            OneFile(file, tuple(sets), question.replications, question.seed)
            for file, sets in zip(files, typed, strict=True)
        ]
        base, other = (file.read() for file in self._files)
        self.stated = base, other
        self._mine: list[list[int]] = []  # of each file, the numbers of the ranges that it has
        self._settings: list[Settings] = []
        problems = Problems()
        known = [{value.path: value.text for value in scenario.values} for scenario in self.stated]
        for one in self.ranges:
            for path in one.paths:
                if not any(has(values, path) for values in known):
                    problems.add(one.mark, f"{quoted(path)} is in neither of the two scenarios")
        for file, values in zip(self._files, known, strict=True):
            self._take(file, values, problems)
        problems.stop_if_any()
        self.period = period_of_comparison(*self.stated)

    def _take(self, file: OneFile, values: dict[str, str], problems: Problems) -> None:
        parts = [_part_of(one, values) for one in self.ranges]
        self._mine.append([number for number, part in enumerate(parts) if part is not None])
        try:
            self._settings.append(settings_of(file, [part for part in parts if part is not None], ends_alone=False))
        except ScenarioError as error:
            for problem in error.problems:
                problems.add(Mark(file=problem.file, line=problem.line, column=problem.column), problem.text)

    @property
    def starts(self) -> Floats:
        """Where each assumption lies as stated: in the base, or in the other file where only that has it."""
        found = np.full(len(self.ranges), MEDIAN)
        for mine, settings in reversed(list(zip(self._mine, self._settings, strict=True))):
            found[mine] = [setting.start for setting in settings.all]
        return found

    def at(self, point: Floats) -> tuple[Scenario, Scenario]:
        """Base and other with each assumption at its position; ScenarioError where they cannot lie there together."""
        base, other = (
            settings.scenario(point[mine]) for mine, settings in zip(self._mine, self._settings, strict=True)
        )
        return base, other

    def shown(self, point: Floats) -> tuple[str, ...]:
        """The value of each assumption there, as a planner writes it."""
        texts = [""] * len(self.ranges)
        for mine, settings in reversed(list(zip(self._mine, self._settings, strict=True))):
            for number, setting in zip(mine, settings.all, strict=True):
                texts[number] = setting.shown(setting.value(point[number]))
        return tuple(texts)


def _part_of(one: Range, values: dict[str, str]) -> Range | None:
    """An assumption as far as a file has its paths; None where it has none."""
    here = [number for number, path in enumerate(one.paths) if has(values, path)]
    if not here:
        return None
    paths, low, high = (tuple(texts[number] for number in here) for texts in (one.paths, one.low, one.high))
    return replace(one, paths=paths, low=low, high=high)


def _differences_at(
    joint: JointRanges, points: Floats, wanted: Sequence[Wanted], run: HowToRun, *, stated: bool = False
) -> Floats:
    """Other minus base at each point (points x wanted x replications); NaN where a replication has no such figure.

    `stated`: the two files as they are come first, whatever an assumption would give both of them alike.
    """
    runs, rows = ScenarioRuns(run, Divisions(common=joint.period)), []
    pairs = _pairs(joint, points, stated=stated)
    runs.expect((len(points) + stated) * sum(scenario.replications for scenario in joint.stated))
    while some := [scenario for pair in islice(pairs, AT_ONCE) for scenario in _paired(*pair)]:
        pieces = runs(some, checked=True)
        for at in range(0, len(some), 2):
            both = beside(some[at : at + 2], pieces[at : at + 2])
            base, other = (list(_figures(one, wanted, joint.period)) for one in both)
            rows.append(np.array(other).T - np.array(base).T)
    return np.array(rows) if rows else np.empty((0, len(wanted), 0))


def _pairs(joint: JointRanges, points: Floats, *, stated: bool) -> Iterator[tuple[Scenario, ...]]:
    if stated:
        yield joint.stated
    yield from map(joint.at, points)


def _paired(*pair: Scenario) -> tuple[Scenario, ...]:
    """Both, the other with the fixed costs that it keeps; ScenarioError where they cannot be compared."""
    chosen, left_out = paired(pair)
    if left_out:
        raise ScenarioError([Problem(one.file, 0, 0, one.reason) for one in left_out])
    return chosen


def work_at(joint: JointRanges, points: Floats, run: HowToRun, processes: int, *, stated: bool) -> tuple[Work, float]:
    """How much these points are, and about how many seconds they take, the reading of the scenarios included."""
    watch = Stopwatch()
    scenarios = [scenario for pair in _pairs(joint, points, stated=stated) for scenario in _paired(*pair)]
    reading, runs = watch.elapsed, ScenarioRuns(run, Divisions(common=joint.period))
    work = runs.work(scenarios, checked=True)
    return work, reading + runs.seconds_for(scenarios[-1], work, processes)


def _figures(pieces: Sequence[Piece], wanted: Sequence[Wanted], period: Period | None) -> Iterator[list[float]]:
    for piece in pieces:
        measured = piece.of(period)
        yield [one.of(measured) for one in wanted]


# -- possible worlds ---------------------------------------------------------------------------------------------------


BETTER, WORSE = "better", "worse"
NOISE = 1.96  # standard errors within which a rank correlation is chance


@dataclass(frozen=True, slots=True)
class Worlds:
    """Every world with its values and differences."""

    joint: JointRanges
    wanted: tuple[Wanted, ...]
    stated: tuple[Effect, ...]  # with every assumption as stated, in the order of `wanted`
    points: Floats  # worlds x assumptions: positions between low and high end
    found: tuple[tuple[Effect, ...], ...]  # by world, in the order of `wanted`

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
    changes = _differences_at(joint, points, wanted, run, stated=True)
    stated, *found = (
        tuple(_effect_of(one, here) for one, here in zip(wanted, world, strict=True)) for world in changes
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


# -- indices -----------------------------------------------------------------------------------------------------------


MORRIS, SOBOL = "morris", "sobol"
LEVELS = 4  # of a Morris design, as usual
SEEDS = 2**32  # that SALib takes


@dataclass(frozen=True, slots=True)
class Index:
    """What one assumption does to the difference. Morris: in its unit; Sobol: parts of its variance, 0 to 1."""

    assumption: int  # its number
    alone: float  # sigma, or the first-order index
    alone_half: float | None  # half of its 95% interval
    total: float  # mu*, or the total index
    total_half: float


@dataclass(frozen=True, slots=True)
class Indices:
    """All assumptions, the one that matters most first."""

    method: str
    joint: JointRanges
    wanted: Wanted
    points: int
    mean: float  # of the difference over the points
    sd: float
    found: tuple[Index, ...]


def runs_of(method: str, size: int, assumptions: int) -> int:
    """How many points a design has: of trajectories, or of base samples (a power of two)."""
    return size * (assumptions + 1) if method == MORRIS else size * (assumptions + 2)


def indices(joint: JointRanges, wanted: Wanted, method: str, size: int, run: HowToRun) -> Indices:
    """Runs a design of SALib and works its indices out; ScenarioError where a point has no figure."""
    number, seed = len(joint.ranges), joint.stated[0].seed % SEEDS
    design = design_of(method, number, size, seed)
    points = design if method == MORRIS else positions(design, joint.starts)  # Morris moves by equal parts of the range
    changes = _differences_at(joint, points, [wanted], run)[:, 0, :]
    if np.isnan(changes).any():
        text = f"`{wanted.measure}` of `{wanted.service}` is missing in a replication; ask for another measure"
        raise ScenarioError([Problem(joint.stated[1].file, 0, 0, text)])
    figures = changes.mean(axis=1)
    found = indices_of(method, number, design, figures, seed)
    return Indices(method, joint, wanted, len(design), float(figures.mean()), float(figures.std(ddof=1)), found)


def indices_of(method: str, assumptions: int, design: Floats, figures: Floats, seed: int) -> tuple[Index, ...]:
    """The indices of figures at the points of a design, the largest total first."""
    if not np.ptp(figures):  # nothing varies, so that no part of it is anybody's
        return tuple(Index(one, 0.0, None if method == MORRIS else 0.0, 0.0, 0.0) for one in range(assumptions))
    analyse = _analysed_by_morris if method == MORRIS else _analysed_by_sobol
    return tuple(sorted(analyse(_problem(assumptions), design, figures, seed), key=lambda one: -one.total))


def _problem(number: int) -> dict[str, Any]:
    return {"num_vars": number, "names": [f"x{one}" for one in range(number)], "bounds": [[0.0, 1.0]] * number}


def design_of(method: str, assumptions: int, size: int, seed: int) -> Floats:
    """The points of a design: positions between 0 and 1, so many trajectories or base samples."""
    problem = _problem(assumptions)
    from SALib.sample import morris, sobol  # slow to import

    if method == MORRIS:
        return np.asarray(morris.sample(problem, size, num_levels=LEVELS, seed=seed))
    return np.asarray(sobol.sample(problem, size, calc_second_order=False, seed=seed))


def _analysed_by_morris(problem: Mapping[str, Any], design: Floats, figures: Floats, seed: int) -> list[Index]:
    from SALib.analyze import morris

    found = morris.analyze(problem, design, figures, num_levels=LEVELS, seed=seed)
    numbers = range(problem["num_vars"])
    return [
        Index(
            number,
            float(found["sigma"][number]),
            None,
            float(found["mu_star"][number]),
            float(found["mu_star_conf"][number]),
        )
        for number in numbers
    ]


def _analysed_by_sobol(problem: Mapping[str, Any], _: Floats, figures: Floats, seed: int) -> list[Index]:
    from SALib.analyze import sobol

    found = sobol.analyze(problem, figures, calc_second_order=False, seed=seed)
    columns: Sequence[str] = ("S1", "S1_conf", "ST", "ST_conf")
    return [Index(one, *(float(found[name][one]) for name in columns)) for one in range(problem["num_vars"])]


# -- levers together ---------------------------------------------------------------------------------------------------


MOST_IN_ALL_ORDERS = 6  # 64 scenarios
MOST_LEVERS = 12  # 44 scenarios
Selection = tuple[int, ...]  # numbers of levers, rising


@dataclass(frozen=True, slots=True)
class LeverEffects:
    """What one lever does to one measure."""

    lever: Scenario
    alone: Effect  # beside the base
    step: Effect  # on top of those named before it
    last: Effect  # on top of all others
    share: Effect  # of the whole; the shares add up


@dataclass(frozen=True, slots=True)
class Together:
    """What levers do to one measure, each and together."""

    wanted: Wanted
    base: Scenario
    all_of_them: Scenario
    levers: tuple[LeverEffects, ...]
    whole: Effect
    parts_alone: Effect  # what they do alone, added up


@dataclass(frozen=True, slots=True)
class Step:
    """What one lever does to one measure, in one order of the levers."""

    alone: Effect  # beside the base
    adds: Effect  # on top of those before it
    up_to_here: Effect  # with those before it, beside the base


@dataclass(frozen=True, slots=True)
class InOrder:
    """What levers do to one measure, one put on top of the other; the steps add up to the whole in every replication."""

    steps: tuple[Step, ...]
    whole: Effect
    parts_alone: Effect  # what they do alone, added up
    difference: Effect  # the whole less its parts


def in_order(wanted: Wanted, base: Floats, alone: Sequence[Floats], up_to_here: Sequence[Floats]) -> InOrder:
    """Figures by replication of the base, of each lever alone, and of the first one, two, three ... levers together."""
    befores = (base, *up_to_here[:-1])
    steps = [
        Step(_effect(wanted, one - base), _effect(wanted, after - before), _effect(wanted, after - base))
        for one, before, after in zip(alone, befores, up_to_here, strict=True)
    ]
    whole, parts = up_to_here[-1] - base, sum((one - base for one in alone), np.zeros_like(base))
    return InOrder(tuple(steps), _effect(wanted, whole), _effect(wanted, parts), _effect(wanted, whole - parts))


def selections(levers: int) -> list[Selection]:
    """What is run of so many levers, the empty selection first and all of them last."""
    if levers <= MOST_IN_ALL_ORDERS:
        return [chosen for size in range(levers + 1) for chosen in combinations(range(levers), size)]
    every = tuple(range(levers))
    found = {(), every}
    for one in every:
        found |= {(one,), every[:one], every[one:], every[:one] + every[one + 1 :]}
    return sorted(found, key=lambda chosen: (len(chosen), chosen))


def read_selections(
    base: str, levers: Sequence[str], sets: Sequence[str], replications: int | None, seed: int | None
) -> dict[Selection, Scenario]:
    """The base with every selection of the levers; ScenarioError says which two change the same value."""
    if not 2 <= len(levers) <= MOST_LEVERS:
        text = f"{len(levers)} levers: name 2 to {MOST_LEVERS}, as selections of them are run"
        raise ScenarioError([Problem(base, 0, 0, text)])
    whole = read_together(base, levers, sets, replications, seed)  # what cannot be together is reported first, once
    found = {
        chosen: read_together(base, [levers[number] for number in chosen], sets, replications, seed)
        for chosen in selections(len(levers))[:-1]
    }
    found[tuple(range(len(levers)))] = whole
    alone = {chosen: replace(one, id=Path(levers[chosen[0]]).stem) for chosen, one in found.items() if len(chosen) == 1}
    chosen_ones, left_out = paired(named_apart(list((found | alone).values())))
    if left_out:
        wrong = [(levers[chosen[0]], paired((found[()], one))[1]) for chosen, one in alone.items()]
        raise ScenarioError([Problem(file, 0, 0, why.reason) for file, whys in wrong for why in whys])
    return dict(zip(found, chosen_ones, strict=True))


def together(scenarios: dict[Selection, Scenario], wanted: Sequence[Wanted], run: HowToRun) -> list[Together]:
    """Runs every selection on the same people, and what each lever does to each measure."""
    every = tuple(scenarios.values())
    side_by_side = beside(every, ScenarioRuns(run)(every, checked=True))
    return [
        _effects_of(
            one,
            scenarios,
            {
                chosen: np.array([one.of(piece) for piece in theirs])
                for chosen, theirs in zip(scenarios, side_by_side, strict=True)
            },
        )
        for one in wanted
    ]


def work_together(scenarios: dict[Selection, Scenario], run: HowToRun, processes: int) -> tuple[Work, float]:
    """How much every selection is, and about how many seconds it takes."""
    runs, every = ScenarioRuns(run), tuple(scenarios.values())
    work = runs.work(every, checked=True, at_once=len(every))
    return work, runs.seconds_for(every[-1], work, processes)


def _effects_of(wanted: Wanted, scenarios: dict[Selection, Scenario], values: dict[Selection, Floats]) -> Together:
    """What each lever does, of the figures of every selection by replication."""
    whole, number = max(values, key=len), max(map(len, values))
    changes = {chosen: found - values[()] for chosen, found in values.items()}
    levers = []
    for one in range(number):
        others = tuple(other for other in whole if other != one)
        levers.append(
            LeverEffects(
                scenarios[(one,)],
                _effect(wanted, changes[(one,)]),
                _effect(wanted, changes[tuple(range(one + 1))] - changes[tuple(range(one))]),
                _effect(wanted, changes[whole] - changes[others]),
                _effect(wanted, share(changes, one, number)),
            )
        )
    alone = sum((changes[(one,)] for one in range(number)), np.zeros_like(changes[()]))
    return Together(
        wanted, scenarios[()], scenarios[whole], tuple(levers), _effect(wanted, changes[whole]), _effect(wanted, alone)
    )


def share(values: dict[Selection, Floats], one: int, number: int) -> Floats:
    """The part of the whole of one of `number` levers, replication by replication; the parts add up."""
    if number <= MOST_IN_ALL_ORDERS:
        return shapley(values, one, number)
    every = tuple(range(number))
    as_named = values[every[: one + 1]] - values[every[:one]]
    reversed_ = values[every[one:]] - values[every[one + 1 :]]
    found: Floats = (as_named + reversed_) / 2
    return found


def shapley(values: dict[Selection, Floats], one: int, number: int) -> Floats:
    """What one of `number` levers adds, on average over all orders, replication by replication."""
    total = np.zeros_like(values[()])
    for chosen, before in values.items():
        if one not in chosen:
            weight = factorial(len(chosen)) * factorial(number - len(chosen) - 1)
            total += weight * (values[tuple(sorted((*chosen, one)))] - before)
    found: Floats = total / factorial(number)
    return found


def _effect(wanted: Wanted, changes: Floats) -> Effect:
    found = _effect_of(wanted, changes)
    if isnan(found.mean):
        text = f"no replication has `{wanted.measure}` of `{wanted.service}` in all scenarios; ask for another measure"
        raise ScenarioError([Problem("", 0, 0, text)])
    return found


LEVER_KINDS = ("alone", "step", "last", "share")
LEVER_COLUMNS = ("service", "measure", "lever", "kind", "mean", "low", "high", "verdict")


def lever_rows(found: Together) -> Iterator[tuple[str | float | None, ...]]:
    """The cells of LEVER_COLUMNS: each lever in every way, then all of them, added up and together."""
    effects = [(one.lever.id, kind, getattr(one, kind)) for one in found.levers for kind in LEVER_KINDS]
    effects += [("all", "added up", found.parts_alone), ("all", "together", found.whole)]
    for lever, kind, effect in effects:
        yield (found.wanted.service, found.wanted.measure, lever, kind, *astuple(effect))
