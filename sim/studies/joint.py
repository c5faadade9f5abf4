"""Two scenarios with every assumption somewhere between its ends at once, run on the same people.

A point is a position for each assumption: 0 at its low end, 1 at its high end. Both files take the value that lies
there in their own range (so many times their own value, say), as far as they have its paths.
What may be changed here: freely, as long as no result depends on the number of workers or of points run together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from sim.fitting.settings import Settings, settings_of
from sim.inputs.movable import Question as OneFile
from sim.inputs.movable import sets_for_each
from sim.inputs.part import has
from sim.inputs.problems import Mark, Problem, Problems, ScenarioError, quoted
from sim.inputs.scenario import Scenario
from sim.inputs.sheets import Range
from sim.results.measure_table import measures
from sim.results.measures.periods import Divisions, Period, division
from sim.runs.collecting import beside, paired
from sim.runs.piece import Piece
from sim.runs.scenario_runs import BATCH, HowToRun, ScenarioRuns, Work
from sim.runs.timing import Stopwatch

Floats = NDArray[np.float64]
AT_ONCE = BATCH // 2  # points that are run and gathered together: more of them would only take memory
MEDIAN = 0.5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A measure of a service, of which the difference between the two scenarios is wanted."""

    service: str
    measure: str

    def of(self, piece: Piece) -> float:
        """Its figure in one replication; NaN where it has none."""
        key = (self.service, self.measure, "", "")
        for known, value in zip(piece.keys, piece.values.tolist(), strict=True):
            if known[:4] == key:
                return float(value)
        return 0.0 if measures()[self.measure].absent_is_zero else np.nan


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
        self.stated = tuple(file.read() for file in self._files)
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
        found = division(*self.stated)
        self.period: Period | None = found.headline if found else None

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


def differences_at(
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
        told = piece.periods[period] if period else piece
        yield [one.of(told) for one in wanted]
