"""A target as it is typed, `hospital.midnight_delayed_mean <= 35`, and what the simulator says of it at a mix of settings.

Every run has the same seed, so that differences between mixes are the settings' doing. What was finished before comes from
the store.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np

from sim.inputs.loading import Question
from sim.inputs.problems import Mark, Problems, did_you_mean, listed, quoted
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.accounts import keeping_fixed_costs
from sim.results.comparison.findings import Findings
from sim.results.measure_table import BY, ITEMS, SHARES, measures
from sim.results.measures.hospitals import has_several, main_place
from sim.results.measures.periods import Divisions, Period, division
from sim.results.split import trait_names
from sim.results.words.labels import measure_label
from sim.runs.collecting import beside, gathered, named_apart, warning_words
from sim.runs.experiment import HowToRun, ScenarioRuns, Work
from sim.runs.piece import Piece, Replications
from sim.studies.settings import Setting, Settings
from sim.studies.solve_search import Goal, Point, Values, bounds

SIGNS = {"<=": True, "<": True, "≤": True, ">=": False, ">": False, "≥": False}  # whether it is at most
TARGET = re.compile(r"(.+?)(<=|>=|<|>|≤|≥)(.+)")
ADDRESS = re.compile(r"(?:([^.\[\]]+)\.)?([^.\[\]]+?)(?:\[([^=\]]+)=([^\]]+)\])?")
NUMBER = re.compile(r"([-+]?)£?(\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(%|k|m)?", re.ASCII)
TIMES = {"": 1.0, "%": 0.01, "k": 1e3, "m": 1e6}
AT_MIDNIGHT = ("midnight_delayed_mean", "delayed_nights")
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
    for word, known, what in _words(service, measure, by, scenario):
        if word not in known:
            problems.add(mark, f"{quoted(word)} is no {what}{did_you_mean(word, sorted(known))}")
    if by in ITEMS and item not in ITEMS[by]:  # of others it is known only when something has run
        problems.add(mark, f"{quoted(item)} is no {by}{did_you_mean(item, ITEMS[by])}")
    return None if len(problems.found) > before else Figure((service, measure, by, item), measures()[measure].unit)


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


def _words(service: str, measure: str, by: str, scenario: Scenario) -> Iterator[tuple[str, set[str], str]]:
    """Each word of an address with those that are known, and what it should be."""
    total = {ALL_HOSPITALS} if has_several(scenario) else set()
    yield service, {*scenario.destinations, "all", "outside"} | total, "service of this scenario"
    yield measure, set(measures()), "measure"
    yield by, {*BY, *trait_names(scenario.people)}, "division of a measure"


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
    base: Question | None

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
        self.base = world.base.read() if world.base else None
        self._period = self._told_period()
        self._runs = ScenarioRuns(how, Divisions(common=self._period))
        self._read: dict[Point, Scenario] = {}
        self._pieces: dict[Point, Replications] = {}

    @property
    def days(self) -> int:
        """The days that every figure is of."""
        return self._period.days if self._period else self.world.stated.calendar.measured_days

    def scenario(self, point: Point, replications: int) -> Scenario:
        """The scenario at a mix."""
        if point not in self._read:
            (self._read[point],) = self.world.settings.scenarios([point])
        found = replace(self._read[point], replications=replications)
        return keeping_fixed_costs(self.base, found) if self.base else found

    def run(self, points: Sequence[Point], replications: int, figures: Sequence[Figure]) -> dict[Point, list[Values]]:
        """So many replications of each mix: some figures, or how much more they are than in the base."""
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
        return [np.array([figure.of(row) for row in rows], dtype=np.float64) for figure in figures]

    def _rows(self, piece: Piece) -> Rows:
        told = piece.periods[self._period] if self._period else piece
        return {key[:4]: float(value) for key, value in zip(told.keys, told.values, strict=True)}

    def _told_period(self) -> Period | None:
        """The days that a comparison is about, where something dated divides them; None: all of them."""
        found = division(self.base, self.world.stated) if self.base else None
        return found.headline if found else None


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
    after, before = (_delayed(rows, service, runs.days) for rows in (runs.rows(best), runs.rows(worst)))
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
