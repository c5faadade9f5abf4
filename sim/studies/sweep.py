"""A sweep: a scenario at every combination of one or two settings, on the same people; its figures as tidy rows.

Beside each figure stands the marginal effect, what the next step of a setting changes, as a paired difference; and where the values up
to the last one, or the first, are that these replications cannot tell apart: the flat region. There each value is held against all others,
for small steps that nobody can see may still come to something together. On the same people very small differences are seen too, so the knee
is reported as well: where nearly all that the range does is done.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan
from textwrap import wrap
from typing import Any, NamedTuple

from sim.inputs.problems import capital, did_you_mean, listed
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.compare import Estimate, PairedDifference
from sim.results.comparison.findings import NOT_PRICED, is_lever
from sim.results.comparison.statistics import Interval
from sim.results.measure_table import HEADLINE, measures
from sim.results.measures.hospitals import has_several, main_place
from sim.results.measures.periods import Period, days_of
from sim.results.words import labels
from sim.results.words.labels import change_and_interval, counted, figure, interval, measure_label
from sim.studies.settings import Measured, Point, PointRuns, Setting, Settings

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
    """Values of a setting next to one another, by number, up to an end of its range, of which no two can be told apart."""

    first: int
    last: int
    most: float  # beyond this no difference between two of them lies, 95%
    is_nothing: bool  # every replication shows the very same figure


@dataclass(frozen=True)
class Sweep:
    """Every point and what it showed, beside the base: the scenario as stated, or another one that was named."""

    settings: Settings
    measured: Mapping[Point, Measured]
    base: Measured
    has_base: bool
    period: Period | None = None  # the days that every figure is of; None: the whole window

    @property
    def scenario(self) -> Scenario:
        """The scenario as stated."""
        return self.settings.stated

    @property
    def days(self) -> int:
        """How many days every figure is of."""
        return days_of(self.period, self.scenario)

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
        """Along one setting, the values up to the last that cannot be told apart, and those from the first on."""
        key = (line, figure)
        if key not in self.flats:
            upper, lower = self._flat(line, setting, figure, -1), self._flat(line, setting, figure, 0)
            is_all = upper is not None and upper.first == 0
            self.flats[key] = tuple(one for one in (upper, None if is_all else lower) if one is not None)
        return self.flats[key]

    def flat_from(self, figure: Figure) -> int:
        """Of one setting: the first value, by number, of those up to the last that cannot be told apart; the last where there are none."""
        last = len(self.points) - 1
        return next((flat.first for flat in self.flat(self.points, 0, figure) if flat.last == last), last)

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
        """Values next to one another up to an end, of which no two can be told apart; None where that is the end alone."""
        first, *others = line[::-1] if end else line
        alike, most = [first], 0.0
        for point in others:
            furthest = self._furthest(point, alike, figure)
            if furthest is None:
                break
            alike.append(point)
            most = max(most, furthest)
        if len(alike) == 1:
            return None
        numbers = sorted((first[setting], alike[-1][setting]))
        return Flat(numbers[0], numbers[1], most, most == 0.0)

    def _furthest(self, point: Point, others: Sequence[Point], figure: Figure) -> float | None:
        """How far the intervals of its differences to others reach; None where one of them leaves out 0, or there is none."""
        furthest = 0.0
        for other in reversed(others):
            low, high = self._change(point, other, figure) or (inf, -inf)
            if not low <= 0.0 <= high:
                return None
            furthest = max(furthest, -low, high)
        return furthest

    def _change(self, point: Point, other: Point, figure: Figure) -> Interval | None:
        """The interval of a difference between two points; None where nothing is known of its spread."""
        key = (min(point, other), max(point, other), figure)
        if key not in self._changes:
            self._changes[key] = self.measured[key[1]].interval_less(self.measured[key[0]], *figure)
        return self._changes[key]

    @cached_property
    def _changes(self) -> dict[tuple[Point, Point, Figure], Interval | None]:
        """The intervals that were worked out before."""
        return {}


def sweep(runs: PointRuns, settings: Settings, *, has_base: bool) -> Sweep:
    """Runs every point."""
    found = runs(settings.points)
    return Sweep(settings, dict(zip(settings.points, found, strict=True)), runs.base, has_base, runs.period)


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


# -- in words and in columns -------------------------------------------------------------------------------------------


HEAD_WIDTH = 20
BASE_WIDTH = 40  # letters of the base's name
NO_FIGURE = "-"
MOST_LINES_SAID = 6  # of the values of another setting, one by one
NOTHING_SEEN = "nothing changes that {replications} could see"


def label(sweep: Sweep, one: Figure) -> str:
    """A figure in words, with its time."""
    return measure_label(one.measure, one.service, measured_days=sweep.days)


def factor(sweep: Sweep, one: Figure) -> float:
    """What a figure is multiplied with to be reported as its label says."""
    return labels.factor(one.measure, sweep.days)


def level_text(sweep: Sweep, point: Point, one: Figure) -> str:
    """A figure with its interval, as in `33.8 (32.1 to 35.5)`."""
    found = sweep.estimate(point, one)
    if found is None:
        return NO_FIGURE
    unit, times = measures()[one.measure].unit, factor(sweep, one)
    ends = interval(found.low, found.high, unit, times)
    like = times * max(abs(found.mean), abs(found.high or 0.0))
    return figure(times * found.mean, unit, like=like) + (f" ({ends})" if ends else "")


def _change_text(sweep: Sweep, change: PairedDifference | None, one: Figure) -> str:
    """A difference with its interval, as in `-0.3 (-0.4 to -0.2)`."""
    if change is None:
        return NO_FIGURE
    unit = measures()[one.measure].unit
    text, ends = change_and_interval(change.mean, change.low, change.high, unit, factor(sweep, one))
    return f"{text} ({ends})" if ends else text


# -- columns -----------------------------------------------------------------------------------------------


def heads(sweep: Sweep, figures: Sequence[Figure]) -> list[list[str]]:
    """The heading of `rows`, on as many lines as it needs."""
    texts = [short(setting.path) for setting in sweep.all]
    for one in figures:
        texts.append(label(sweep, one))
        texts += ["less the base"] if sweep.has_difference(one) else []
        texts += ["what the next step changes"] if _has_steps(sweep, one) else []
    lines = [wrap(text, HEAD_WIDTH) for text in texts]
    height = max(map(len, lines))
    return [[line[row] if row < len(line) else "" for line in lines] for row in range(height)]


def rows(sweep: Sweep, figures: Sequence[Figure]) -> list[list[str]]:
    """A row for each point: its figures, how far they are from the base, and of one setting what the next step changes."""
    changes = {
        (step.start, one): step.change for one in figures if _has_steps(sweep, one) for step in sweep.steps(0, one)
    }
    found = []
    for point in sweep.points:
        cells = [setting.shown(number) for setting, number in zip(sweep.all, point, strict=True)]
        for one in figures:
            is_compared = sweep.has_difference(one)
            cells.append(shown(sweep, point, one) if is_compared else level_text(sweep, point, one))
            cells += [_change_text(sweep, sweep.from_base(point, one), one)] if is_compared else []
            if _has_steps(sweep, one):
                is_last = (point, one) not in changes
                cells.append("" if is_last else _change_text(sweep, changes[point, one], one))
        found.append(cells)
    return found


def matrices(sweep: Sweep, one: Figure) -> Iterator[tuple[str, list[list[str]]]]:
    """Of two settings, the first down and the second across, each with its heading: one figure's means, and how far they are from a base."""
    yield label(sweep, one), _matrix(sweep, lambda point: shown(sweep, point, one))
    if sweep.has_difference(one):
        yield _label_less_base(sweep, one), _matrix(sweep, lambda point: shown_change(sweep, point, one))


def _matrix(sweep: Sweep, text: Callable[[Point], str]) -> list[list[str]]:
    down, across = sweep.all
    texts = [[text((row, column)) for column in range(len(across.numbers))] for row in range(len(down.numbers))]
    top = [
        f"{short(down.path)} \\ {short(across.path)}",
        *(across.shown(number) for number in range(len(across.numbers))),
    ]
    return [top, *([down.shown(row), *cells] for row, cells in enumerate(texts))]


def shown(sweep: Sweep, point: Point, one: Figure) -> str:
    """A figure without its interval."""
    found = sweep.estimate(point, one)
    if found is None:
        return NO_FIGURE
    return figure(factor(sweep, one) * found.mean, measures()[one.measure].unit)


def shown_change(sweep: Sweep, point: Point, one: Figure) -> str:
    """How far a figure is from the base, without its interval: `-0.3`, and `-0.3?` where that holds 0."""
    change = sweep.from_base(point, one)
    if change is None:
        return NO_FIGURE
    text = figure(factor(sweep, one) * change.mean, change.unit, signed=True)
    is_known = change.low is None or change.high is None or change.low == change.high or change.low * change.high > 0
    return text if is_known else f"{text}?"


def _label_less_base(sweep: Sweep, one: Figure) -> str:
    """A difference from the base in words, the base named."""
    return f"{label(sweep, one)}, less {base_name(sweep)}"


def base_name(sweep: Sweep) -> str:
    """What the base is called."""
    return labels.shortened(labels.title(sweep.base.scenario), BASE_WIDTH)


def short(path: str) -> str:
    """The end of a path that still says what it is: `cedarwood.beds`, `stay_days.lognormal.mean`."""
    parts = path.split(".")
    if parts[0] == "people" and "journey" in parts[:-1]:
        return ".".join(parts[parts.index("journey") + 1 :])
    return ".".join(parts[1:]) if len(parts) > 2 else path


def _has_steps(sweep: Sweep, one: Figure) -> bool:
    """Of one setting; a share of places is what it is."""
    return len(sweep.all) == 1 and one.measure != OCCUPANCY


# -- sentences ---------------------------------------------------------------------------------------------


def sentences(sweep: Sweep, figures: Sequence[Figure]) -> list[str]:
    """Where nothing changes any more, what the steps before do and cost, and what has no price."""
    mains = [one for one in figures if one.measure not in (OCCUPANCY, COST)] or list(figures[:1])
    varied = [number for number, setting in enumerate(sweep.all) if len(setting.numbers) > 1]
    said = [text for one in mains for number in varied for text in _along(sweep, number, one)]
    if len(sweep.all) == 1 and varied:
        said += [text for one in mains for text in _knee(sweep, one)]
        said += list(_steps_words(sweep, mains[0], figures))
    said += [f"Every figure is of the days {sweep.period.words}."] if sweep.period else []
    return [*said, *_not_priced(sweep, figures)]


def _along(sweep: Sweep, number: int, one: Figure) -> Iterator[str]:
    """Where one figure is flat along one setting, for each value of the other: those of which the same is true, together."""
    told: dict[tuple[tuple[int, int, bool], ...], list[tuple[Point, ...]]] = {}
    for line in sweep.lines(number):
        shape = tuple((flat.first, flat.last, flat.is_nothing) for flat in sweep.flat(line, number, one))
        told.setdefault(shape, []).append(line)
    what = capital(label(sweep, one))
    for shape, lines in list(told.items())[:MOST_LINES_SAID]:
        flats = [sweep.flat(line, number, one) for line in lines]
        widest = [
            Flat(first, last, max(each[index].most for each in flats), is_nothing)
            for index, (first, last, is_nothing) in enumerate(shape)
        ]
        where = "" if len(sweep.all) == 1 else _where(sweep, number, lines, is_all=len(told) == 1)
        yield f"{what}{where}: {_flat_words(sweep, number, widest, one)}."
    if len(told) > MOST_LINES_SAID:
        yield f"{what} along {short(sweep.all[number].path)} elsewhere: see steps.csv."


def _where(sweep: Sweep, number: int, lines: Sequence[tuple[Point, ...]], *, is_all: bool) -> str:
    """As in ` along cedarwood.beds, where stay_times is 0.8 or 1`."""
    other = sweep.all[1 - number]
    along = f" along {short(sweep.all[number].path)}"
    if is_all:
        return f"{along}, wherever {short(other.path)} lies"
    return f"{along}, where {short(other.path)} is {listed([other.shown(line[0][1 - number]) for line in lines])}"


def _flat_words(sweep: Sweep, number: int, flats: Sequence[Flat], one: Figure) -> str:
    """As in `from 28 on nothing changes that 30 replications could see; what they could miss is at most 0.4`."""
    setting = sweep.all[number]
    if not flats:
        return "it goes on changing to both ends of the range"
    said, last = [], len(setting.numbers) - 1
    for flat in flats:
        if flat.first == 0 and flat.last == last:
            where = f"between {setting.shown(0)} and {setting.shown(last)}"
        else:
            where = f"up to {setting.shown(flat.last)}" if flat.first == 0 else f"from {setting.shown(flat.first)} on"
        said.append(f"{where} {_nothing(sweep, flat, one)}")
    return ", and ".join(said)


def _nothing(sweep: Sweep, flat: Flat, one: Figure) -> str:
    if flat.is_nothing:
        return "nothing changes at all, in any replication"
    seen = NOTHING_SEEN.format(replications=counted(sweep.scenario.replications, "replication"))
    most = figure(factor(sweep, one) * flat.most, measures()[one.measure].unit, signed=True).lstrip("+")
    return f"{seen}; a change of more than {most} either way is ruled out (95%)"


def _knee(sweep: Sweep, one: Figure) -> Iterator[str]:
    """What the whole range does, and where nearly all of it is done."""
    found, (setting,) = sweep.knee(one), sweep.all
    last = len(setting.numbers) - 1
    whole = sweep.measured[sweep.points[last]].minus(sweep.measured[sweep.points[0]], *one)
    if whole is None or whole.mean == whole.sd == 0.0:
        return
    done = (
        f"; by {setting.shown(found[0])}, {min(99, round(100 * found[1]))}% of that is done"
        if found and found[0] < last
        else ""
    )
    ends = f"From {setting.shown(0)} to {setting.shown(last)} altogether"
    yield f"{ends}: {label(sweep, one)} {_change_text(sweep, whole, one)}{done}."


def _steps_words(sweep: Sweep, main: Figure, figures: Sequence[Figure]) -> Iterator[str]:
    """What the first step does and costs, the last one before the flat part, and each one in it."""
    steps = {one: list(sweep.steps(0, one)) for one in figures if one.measure != OCCUPANCY}
    (setting,) = sweep.all
    last = len(setting.numbers) - 1
    flat_from = sweep.flat_from(main)
    chosen = dict.fromkeys((0, flat_from - 1)) if flat_from else {}
    for number in chosen:
        told = [f"{label(sweep, one)} {_change_text(sweep, found[number].change, one)}" for one, found in steps.items()]
        which = ", the last step before the flat part," if number and flat_from < last else ""
        yield f"From {setting.shown(number)} to {setting.shown(number + 1)}{which} changes: {'; '.join(told)}."
    costs = [
        step.change for one, found in steps.items() if one.measure == COST for step in found[flat_from:] if step.change
    ]
    if costs:
        one = next(one for one in steps if one.measure == COST)
        texts = dict.fromkeys(_change_text(sweep, change, one) for change in (costs[0], costs[-1]))
        yield f"In the flat part a step changes the {label(sweep, one)} by {', then '.join(texts)}."


def _not_priced(sweep: Sweep, figures: Sequence[Figure]) -> Iterator[str]:
    """Settings that cost work which no price counts."""
    if any(one.measure == COST for one in figures):
        for setting in sweep.all:
            if is_lever(setting.path, sweep.scenario):
                yield (
                    f"What it takes to move {setting.path} is {NOT_PRICED}: the cost tells only what others spend less or more."
                )
