"""The settings of a study, the figures and targets that it asks for, and runs at many points.

A point is a choice of one value for each setting, by number. How a setting is typed is `sim/inputs/part.py`. Every point has the
same seed, and so the same people and random numbers: differences between points are the settings' doing. What the store holds is
not run again, so a study that was stopped goes on where it was. Costs are reported beside one scenario, the base: what it
releases, and which fixed costs stay. Where something dated divides the window beside a base that was named, as a unit that opens
within it does, the days after it are measured, as in a comparison.

No figure depends on the number of workers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from itertools import product
from math import nan

import numpy as np

from sim.diagnostics.warnings import left_behind
from sim.inputs.loading import Question
from sim.inputs.part import Setting, Typed, factor_of, sets_at, varied
from sim.inputs.problems import Mark, Problems, ScenarioError, did_you_mean, listed, quoted
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.accounts import keeping_fixed_costs
from sim.results.comparison.compare import (
    Estimate,
    Figures,
    Gathering,
    Keys,
    KeyTable,
    PairedDifference,
    ReplicationTable,
    differences,
    summarise,
)
from sim.results.comparison.findings import Findings
from sim.results.comparison.statistics import Interval, spread
from sim.results.measure_table import BY, ITEMS, SHARES, measures
from sim.results.measures.hospitals import has_several, main_place
from sim.results.measures.order import MeasureKey, canonical
from sim.results.measures.periods import Divisions, Period, days_of, period_of_comparison
from sim.results.spill import Spill
from sim.results.split import trait_names
from sim.results.words.labels import factor, measure_label
from sim.runs.collecting import beside, gathered, named_apart, nothing_to_compare, paired, warning_words
from sim.runs.experiment import HowToRun, ScenarioRuns, Work, batches
from sim.runs.piece import Piece, Replications
from sim.runs.store import meaning
from sim.studies.solve_search import Goal, Values

__all__ = ["Point", "Setting", "Settings", "settings_of"]

Point = tuple[int, ...]  # for each setting, the number of its value
MOST_POINTS = 1_000
ALMOST_ALL = 1 - 1e-9  # of people: values that are overridden for so many move nobody


class Settings:
    """All settings of a study, and the scenario at each point."""

    def __init__(self, question: Question, stated: Scenario, settings: Sequence[Setting]) -> None:
        self.question, self.stated = question, stated
        self.all = tuple(settings)
        self._values = {value.path: value.text for value in stated.values}

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every combination of values, the last setting moving first."""
        return tuple(product(*(range(len(one.numbers)) for one in self.all)))

    def moved(self, point: Point) -> dict[str, str]:
        """What to set, by path; what is as stated is left out. ValueError where it cannot be set."""
        ends = {
            path: text
            for setting, number in zip(self.all, point, strict=True)
            for path, text in zip(setting.of.paths, setting.texts[number], strict=True)
        }
        found = sets_at(self._values, tuple(ends), tuple(ends.values()))
        return {path: text for path, text in found.items() if self._values.get(path) != text}

    def named(self, point: Point) -> dict[str, int | float | str]:
        """The value of each setting by its path."""
        return {one.path: one.value(number) for one, number in zip(self.all, point, strict=True)}

    def words(self, point: Point) -> str:
        """As in `services.unit.beds=5, services.hospital.beds=300`."""
        return ", ".join(f"{one.path}={one.shown(number)}" for one, number in zip(self.all, point, strict=True))

    def scenarios(self, points: Sequence[Point]) -> list[Scenario]:
        """The scenario at each point; ScenarioError lists each thing that is wrong at some of them once."""
        problems, found, said = Problems(), [], set[str]()
        for point in points:
            try:
                found.append(self.question.read(self.moved(point)))
            except (ScenarioError, ValueError) as error:
                for text in _texts(error):
                    if text not in said:
                        said.add(text)
                        problems.add(self.all[0].of.mark, f"at {self.words(point)}: {text}")
        problems.stop_if_any()
        return found

    def warnings(self) -> list[str]:
        """A sentence for each setting that moves fewer people than it seems to, since routes override it."""
        return [
            f"{one.path} is {found.where}; {found.cure}"
            for one in self.all
            for found in left_behind(self.stated, one.of.paths)
        ]


def settings_of(question: Question, typed: Sequence[Typed], *, fine: bool = False) -> Settings:
    """The settings of a study; ScenarioError lists all that is wrong with them.

    `fine`: a range without a step goes in steps of about a five-hundredth of it, not only one of whole numbers.
    """
    stated, problems = question.read(), Problems()
    values = {value.path: value.text for value in stated.values}
    _check_apart(question, typed, problems)
    found = [varied(one, values, problems, fine=fine) for one in typed]
    settings = Settings(question, stated, [one for one in found if one is not None])
    for setting in settings.all:
        for value in left_behind(stated, setting.of.paths):
            if value.share >= ALMOST_ALL:
                problems.add(setting.of.mark, f"{quoted(value.path)} is {value.where}; {value.cure}")
    problems.stop_if_any()
    points = 1
    for setting in settings.all:
        points *= len(setting.numbers)
    if points > MOST_POINTS and not fine:
        problems.add(settings.all[0].of.mark, f"makes {points:,} combinations; {MOST_POINTS:,} are the most")
    problems.stop_if_any()
    return settings


def _check_apart(question: Question, typed: Sequence[Typed], problems: Problems) -> None:
    """No path is moved twice, nor set by the command line to what would not count."""
    moved: set[str] = set()
    fixed = {one.split("=", 1)[0].strip().removesuffix(".fixed") for one in question.typed}  # of a bare number
    for one in typed:
        for path in one.paths:
            if path in moved:
                problems.add(one.mark, f"{quoted(path)} is varied already; put all its values into one setting")
            moved.add(path)
            is_factor = all(factor_of(text) is not None for text in (one.values or (one.low,)))
            if path.removesuffix(".fixed") in fixed and not is_factor:
                problems.add(one.mark, f"{quoted(path)} is fixed by --set too, which would not count; drop one of them")


def _texts(error: ScenarioError | ValueError) -> Iterator[str]:
    if isinstance(error, ScenarioError):
        yield from (problem.text for problem in error.problems)
    else:
        yield str(error)


# -- runs at many settings ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """What one scenario of a study showed: every figure that is not divided further, in every replication."""

    scenario: Scenario
    table: ReplicationTable

    @cached_property
    def _rows(self) -> Mapping[MeasureKey, int]:
        return {key: number for number, key in enumerate(self.table.keys)}

    def values(self, service: str, measure: str) -> Figures | None:
        """A figure over the replications, NaN where one has none; None where the results hold no such figure."""
        row = self._rows.get((service, measure, "", ""))
        return None if row is None else self.table.values[row]

    def estimate(self, service: str, measure: str) -> Estimate | None:
        """A figure with its 95% interval; None where no replication has it."""
        return next(iter(summarise(self._only(service, measure))), None)

    def minus(self, before: "Measured", service: str, measure: str) -> PairedDifference | None:
        """A figure less that of another scenario, on the same people; None where no replication has both."""
        pair = (before._only(service, measure), self._only(service, measure))
        return next(iter(differences(*pair, canonical(before.scenario, self.scenario))), None)

    def interval_less(self, before: "Measured", service: str, measure: str) -> Interval | None:
        """The interval of `minus`, alone: many times faster where every value is held against every other; None with one replication."""
        ours, theirs = before.values(service, measure), self.values(service, measure)
        if ours is None or theirs is None:
            found = self.minus(before, service, measure)
            return (
                Interval(found.low, found.high) if found and found.low is not None and found.high is not None else None
            )
        known = (theirs - ours)[~np.isnan(theirs - ours)]
        return spread(known.tolist()).interval if len(known) else None

    @cached_property
    def estimates(self) -> list[Estimate]:
        """Every figure with its 95% interval."""
        return [row for row in summarise(self.table) if row.replications]

    def all_minus(self, before: "Measured") -> list[PairedDifference]:
        """Every figure less that of another scenario."""
        return differences(before.table, self.table, canonical(before.scenario, self.scenario))

    def _only(self, service: str, measure: str) -> ReplicationTable:
        """The table of one figure; of none where it is nowhere."""
        row = self._rows.get((service, measure, "", ""))
        values = None if row is None else self.table.values[row]
        if row is None or values is None or np.isnan(values).all():
            return ReplicationTable(self.scenario.id, (), (), np.zeros((0, self.scenario.replications)))
        return ReplicationTable(
            self.scenario.id, (self.table.keys[row],), (self.table.units[row],), values.reshape(1, -1)
        )


class PointRuns:
    """What the points of a study showed, each run once; `base` is what costs and differences are reported beside: the scenario as stated, unless named."""

    def __init__(self, settings: Settings, how: HowToRun, base: Scenario | None = None) -> None:
        """ValueError says why the base cannot be compared."""
        if base is not None and len(paired([base, settings.stated])[0]) < 2:
            raise ValueError(nothing_to_compare(paired([base, settings.stated])[1]))
        self.period = (
            period_of_comparison(base, settings.stated) if base else None
        )  # that is measured; None: all of the window
        self._settings, self._run = settings, ScenarioRuns(how, Divisions(common=self.period))
        self._base = settings.stated if base is None else base
        self._base_pieces: Replications | None = None
        self._known: dict[str, Measured] = {}
        self._spill = Spill()

    @property
    def base(self) -> Measured:
        """What the scenario that the others are reported beside showed."""
        return self._measured([self._base])[0]

    def __call__(self, points: Sequence[Point]) -> list[Measured]:
        """What each point showed, in order."""
        return self._measured(self._settings.scenarios(points))

    def work(self, points: Sequence[Point]) -> Work:
        """How much these points and the base are."""
        first, *others = self._distinct([self._base, *self._settings.scenarios(points)]).values()
        parts = self._run.work([first], checked=True), self._run.work(others)
        return Work(*(sum(numbers) for numbers in zip(*map(astuple, parts), strict=True)))

    def seconds_for(self, work: Work, processes: int = 1) -> float:
        """About how long that takes."""
        return self._run.seconds_for(self._settings.stated, work, processes)

    def _distinct(self, scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
        """The scenarios that mean different things, each with the fixed costs that it keeps beside the base."""
        kept = [keeping_fixed_costs(self._base, scenario) for scenario in scenarios]
        return {meaning(one): one for one in kept}

    def _measured(self, scenarios: Sequence[Scenario]) -> list[Measured]:
        """What scenarios showed; what means the same is run once."""
        wanted = self._distinct([self._base, *scenarios])
        new = [name for name in wanted if name not in self._known]
        self._run.expect(sum(wanted[name].replications for name in new))
        if self._base_pieces is None:
            first, *new = new
            (self._base_pieces,) = self._run([self._base], checked=True)
            self._keep({first: self._base}, [])
        for some in batches(new):
            others = {name: wanted[name] for name in some}
            self._keep(others, self._run(list(others.values())))
        names = [meaning(keeping_fixed_costs(self._base, scenario)) for scenario in scenarios]
        return [replace(self._known[name], scenario=scenario) for name, scenario in zip(names, scenarios, strict=True)]

    def _keep(self, scenarios: Mapping[str, Scenario], pieces: Sequence[Replications]) -> None:
        """Puts together what scenarios showed, beside the base; of the base itself where no pieces of others are given."""
        assert self._base_pieces is not None
        found = beside([self._base, *scenarios.values()][: len(pieces) + 1], [self._base_pieces, *pieces])
        mine = found[1:] or found
        for (name, scenario), theirs in zip(scenarios.items(), mine, strict=True):
            measured = (piece.of(self.period) for piece in theirs)
            self._known[name] = Measured(scenario, _undivided(scenario, measured, self._spill))


def _undivided(scenario: Scenario, pieces: Iterable[Piece], spill: Spill) -> ReplicationTable:
    """Every figure that is not divided by anything, over the replications."""
    found, table = Gathering(spill), KeyTable()
    is_whole = np.zeros(0, dtype=bool)  # by number of a key
    for piece in pieces:
        keys = Keys.of(piece.keys, table)
        table = keys.table
        is_whole = np.append(is_whole, [not key[2] for key in table.keys[len(is_whole) :]]).astype(bool)
        places = np.flatnonzero(is_whole[keys.numbers])
        found.add(keys.at(places), piece.values[places])
    return found.table(scenario.id, canonical(scenario))


# -- a figure as it is typed -------------------------------------------------------------------------------------------


ADDRESS = re.compile(r"(?:([^.\[\]]+)\.)?([^.\[\]]+?)(?:\[([^=\]]+)=([^\]]+)\])?")
LIKE = "write it as in `hospital.midnight_delayed_mean <= 35`"

Key = tuple[str, str, str, str]  # service, measure, by, item


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the results."""

    key: Key
    unit: str

    def of(self, rows: Mapping[Key, float]) -> float:
        """Its value in a replication; where there is no such row, nothing or no figure, as the table of measures says."""
        return rows.get(self.key, 0.0 if measures()[self.key[1]].absent_is_zero else nan)

    def label(self, measured_days: int) -> str:
        """What it is, in words; a total is that of the whole window."""
        return measure_label(self.key[1], self.key[0], self.key[2], self.key[3], measured_days=measured_days)


def figure_of(typed: str, scenario: Scenario, option: str, problems: Problems) -> Figure | None:
    """The row that `SERVICE.MEASURE` names, or `SERVICE.MEASURE[by=item]`; None after noting what is wrong."""
    mark = Mark(file=option)
    found = ADDRESS.fullmatch(typed.strip())
    if found is None:
        problems.add(mark, f"{quoted(typed.strip())} names no figure; {LIKE}")
        return None
    service, measure, by, item = (part.strip() if part else "" for part in found.groups())
    service = service or main_place(scenario)
    before = len(problems.found)
    for word, known, what in _words_of(service, measure, by, scenario):
        if word not in known:
            problems.add(mark, f"{quoted(word)} is no {what}{did_you_mean(word, sorted(known))}")
    if by in ITEMS and item not in ITEMS[by]:  # of others it is known only when something has run
        problems.add(mark, f"{quoted(item)} is no {by}{did_you_mean(item, ITEMS[by])}")
    return None if len(problems.found) > before else Figure((service, measure, by, item), measures()[measure].unit)


def _words_of(service: str, measure: str, by: str, scenario: Scenario) -> Iterator[tuple[str, set[str], str]]:
    """Each word of an address with those that are known, and what it should be."""
    total = {ALL_HOSPITALS} if has_several(scenario) else set()
    yield service, {*scenario.destinations, "all", "outside"} | total, "service of this scenario"
    yield measure, set(measures()), "measure"
    yield by, {*BY, *trait_names(scenario.people)}, "division of a measure"


# -- a target -----------------------------------------------------------------------------------------------------------


SIGNS = {"<=": True, "<": True, "≤": True, ">=": False, ">": False, "≥": False}  # whether it is at most
TARGET = re.compile(r"(.+?)(<=|>=|<|>|≤|≥)(.+)")
NUMBER = re.compile(r"([-+]?)£?(\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(%|k|m)?", re.ASCII)
TIMES = {"": 1.0, "%": 0.01, "k": 1e3, "m": 1e6}


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


# -- mixes of settings, beside a base ------------------------------------------------------------------------------------


Rows = Mapping[Key, float]


@dataclass(frozen=True)
class World:
    """A scenario whose settings move, and the one that it is compared with, if any."""

    settings: Settings
    base: Scenario | None

    @cached_property
    def period(self) -> Period | None:
        """The days that a comparison is about, where something dated divides them; None: all of them."""
        return period_of_comparison(self.base, self.stated) if self.base else None

    @property
    def days(self) -> int:
        """The days that every figure is of."""
        return days_of(self.period, self.stated)

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
        measured = piece.of(self._period)
        return {key[:4]: float(value) for key, value in zip(measured.keys, measured.values, strict=True)}
