"""A sweep: a scenario at every combination of one or two settings, on the same people; its figures as tidy rows.

Beside each figure stands the marginal effect, what the next step of a setting changes, as a paired difference; and where the values
are that these replications cannot tell from the last one, or the first: the flat region. There each value is held against the end, for
small steps that nobody can see may still come to something together. On the same people very small differences are seen too, so the knee
is reported as well: where nearly all that the range does is done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import Any, NamedTuple

from sim.inputs.problems import did_you_mean
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.compare import Estimate, PairedDifference
from sim.results.measure_table import HEADLINE, measures
from sim.results.measures.hospitals import has_several, main_place
from sim.studies.runs import Measured, PointRuns
from sim.studies.settings import Point, Setting, Settings

LEFT = 0.05  # of what the whole range does, behind the knee


class Figure(NamedTuple):
    """A service and a measure of it."""

    service: str
    measure: str


class Step(NamedTuple):
    """From one value of a setting to the next, the other setting staying where it is."""

    setting: int
    start: Point
    end: Point
    change: PairedDifference | None  # None: no replication has both figures


class Flat(NamedTuple):
    """Values of a setting, by number, that cannot be told from the one at an end of its range."""

    first: int
    last: int
    most: float  # beyond this no difference between them lies, 95%
    is_nothing: bool  # every replication shows the very same figure


@dataclass(frozen=True)
class Sweep:
    """Every point and what it showed, beside the base: the scenario as stated, or another one that was named."""

    settings: Settings
    measured: Mapping[Point, Measured]
    base: Measured
    has_base: bool

    @property
    def scenario(self) -> Scenario:
        """The scenario as stated."""
        return self.settings.stated

    @property
    def all(self) -> tuple[Setting, ...]:
        """The settings that were varied."""
        return self.settings.all

    @property
    def points(self) -> tuple[Point, ...]:
        """Every combination, the last setting moving first."""
        return self.settings.points

    def estimate(self, point: Point, figure: Figure) -> Estimate | None:
        """A figure at a point."""
        return self.measured[point].estimate(*figure)

    def from_base(self, point: Point, figure: Figure) -> PairedDifference | None:
        """A figure less that of the base."""
        return self.measured[point].minus(self.base, *figure)

    def has_difference(self, figure: Figure) -> bool:
        """Whether a base was named, and it has the figure too."""
        return self.has_base and any(self.from_base(point, figure) for point in self.points)

    def has(self, figure: Figure) -> bool:
        """Whether any point shows it."""
        return any(self.estimate(point, figure) for point in self.points)

    def lines(self, setting: int) -> Iterator[tuple[Point, ...]]:
        """The points along one setting, for each value of the other."""
        others = dict.fromkeys((*point[:setting], 0, *point[setting + 1 :]) for point in self.points)
        count = len(self.all[setting].numbers)
        for other in others:
            yield tuple((*other[:setting], number, *other[setting + 1 :]) for number in range(count))

    def steps(self, setting: int, figure: Figure) -> Iterator[Step]:
        """What each next value of a setting changes."""
        for line in self.lines(setting):
            for start, end in zip(line, line[1:], strict=False):
                yield Step(setting, start, end, self.measured[end].minus(self.measured[start], *figure))

    @cached_property
    def flats(self) -> dict[tuple[Sequence[Point], Figure], tuple[Flat, ...]]:
        """What was found flat before."""
        return {}

    def flat(self, line: tuple[Point, ...], setting: int, figure: Figure) -> tuple[Flat, ...]:
        """Along one setting, the values that cannot be told from the last, and those that cannot be told from the first."""
        key = (line, figure)
        if key not in self.flats:
            upper, lower = self._flat(line, setting, figure, -1), self._flat(line, setting, figure, 0)
            is_all = upper is not None and upper.first == 0
            self.flats[key] = tuple(one for one in (upper, None if is_all else lower) if one is not None)
        return self.flats[key]

    def knee(self, figure: Figure) -> tuple[int, float] | None:
        """Of one setting: the value, by number, from which on a twentieth of what the range does is left at most, and what share is done there.

        None where the two ends cannot be told apart, or a value in between lies outside of what they span.
        """
        first, last = self.points[0], self.points[-1]
        whole = self.measured[last].minus(self.measured[first], *figure)
        if whole is None or whole.low is None or whole.low <= 0.0 <= (whole.high or 0.0):
            return None
        changes = [self.measured[point].minus(self.measured[first], *figure) for point in self.points]
        done = [change.mean / whole.mean if change else nan for change in changes]
        if any(not -LEFT <= share <= 1 + LEFT for share in done):
            return None
        number = next(number for number in range(len(done)) if all(share >= 1 - LEFT for share in done[number:]))
        return number, done[number]

    def _flat(self, line: Sequence[Point], setting: int, figure: Figure, end: int) -> Flat | None:
        """Values next to one another that cannot be told from the one at an end; None where that is the end alone."""
        inwards = list(line[::-1] if end else line)
        changes = []
        for point in inwards[1:]:
            change = self.measured[point].minus(self.measured[inwards[0]], *figure)
            if change is None or change.low is None or change.high is None or not change.low <= 0.0 <= change.high:
                break
            changes.append(change)
        if not changes:
            return None
        numbers = sorted((inwards[0][setting], inwards[len(changes)][setting]))
        most = max(max(-(one.low or 0.0), one.high or 0.0) for one in changes)
        return Flat(numbers[0], numbers[1], most, all(one.mean == 0.0 and one.sd == 0.0 for one in changes))


def sweep(runs: PointRuns, settings: Settings, *, has_base: bool) -> Sweep:
    """Runs every point."""
    found = runs(settings.points)
    return Sweep(settings, dict(zip(settings.points, found, strict=True)), runs.base, has_base)


COST, OCCUPANCY = "cost_cash_gbp", "occupancy"


def figures_of(settings: Settings, named: Sequence[str], service: str) -> list[Figure]:
    """What is reported; ValueError for unknown names: as asked for, else the hospital's delayed people, cost, and how full the varied service is."""
    scenario = settings.stated
    known = (*scenario.destinations, "outside", "all", *((ALL_HOSPITALS,) if has_several(scenario) else ()))
    wrong = [f"{one} is no measure{did_you_mean(one, tuple(measures()))}" for one in named if one not in measures()]
    if service and service not in known:
        wrong.append(f"{service} is no service of {scenario.file}{did_you_mean(service, known)}")
    if wrong:
        raise ValueError("\n".join(wrong))
    place = service or main_place(scenario)
    if named:
        return [Figure("all" if one == COST and not service else place, one) for one in dict.fromkeys(named)]
    varied = dict.fromkeys(name for setting in settings.all for name in _services(setting.path, scenario))
    full = [Figure(name, OCCUPANCY) for name in (varied or [place])]
    return [Figure(place, HEADLINE), Figure("all", COST), *full]


def _services(path: str, scenario: Scenario) -> list[str]:
    """The service that a path is about, if any."""
    names = [service.name for service in scenario.services if not service.is_unlimited]
    return [part for part in path.split(".")[1:] if part in names][:1]


ROW = ("service", "measure", "unit", "mean", "low", "high", "replications")
DIFFERENCE = ("difference", "difference_low", "difference_high", "verdict")
STEP = ("setting", "from", "to", "service", "measure", "unit", "difference", "low", "high", "replications", "verdict")


def point_columns(found: Sweep) -> list[str]:
    """The columns of `cells`."""
    return [*(one.path for one in found.all), *ROW, *(DIFFERENCE if found.has_base else ())]


def point_rows(found: Sweep) -> Iterator[dict[str, Any]]:
    """Every figure that is not divided, at every point; beside a base also how far it is from it."""
    for point in found.points:
        measured, named = found.measured[point], found.settings.named(point)
        changes = {row[2:6]: row for row in measured.all_minus(found.base)} if found.has_base else {}
        for row in measured.estimates:
            one = {"settings": named, **{name: getattr(row, name) for name in ROW}}
            change = changes.get(row[1:5])
            if found.has_base:
                values = (change.mean, change.low, change.high, change.verdict) if change else (None,) * 4
                one |= dict(zip(DIFFERENCE, values, strict=True))
            yield one


def step_rows(found: Sweep, figures: Sequence[Figure]) -> Iterator[dict[str, Any]]:
    """What each next value changes of what is reported."""
    for one in figures:
        for number, setting in enumerate(found.all):
            for step in found.steps(number, one):
                change = step.change
                if change is None:
                    continue
                ends = (setting.value(step.start[number]), setting.value(step.end[number]))
                others = {
                    path: value for path, value in found.settings.named(step.start).items() if path != setting.path
                }
                cells = (setting.path, *ends, *one, change.unit, change.mean, change.low, change.high,
                         change.replications, change.verdict)  # fmt: skip
                other = ", ".join(f"{path}={value}" for path, value in others.items())
                yield dict(zip((*STEP, "other"), (*cells, other), strict=True))


def cells(row: dict[str, Any]) -> Iterator[Any]:
    """A row of a table: the value of each setting, then the others."""
    yield from row["settings"].values()
    yield from (value for name, value in row.items() if name != "settings")
