"""Sensitivity: each assumption alone at its low and high end, on the same people; what becomes of a difference.

One assumption at a time says nothing about several that are wrong together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from sim.diagnostics.warnings import left_behind
from sim.inputs.files import Range
from sim.inputs.loading import read_scenario, sets_for_each, still_typed
from sim.inputs.part import REST, factor_of, has, sets_at, single_value, stated_at
from sim.inputs.problems import Problem, Problems, ScenarioError, quoted
from sim.inputs.scenario import Scenario
from sim.inputs.values import decimal
from sim.results.comparison.compare import cut, difference_verdict
from sim.results.comparison.statistics import Spread, spread
from sim.results.measure_table import limits_of_difference, measures
from sim.results.measures.periods import Divisions, Period, days_of, period_of_comparison
from sim.runs.collecting import beside
from sim.runs.experiment import HowToRun, ScenarioRuns, Work
from sim.runs.piece import Piece, Replications
from sim.runs.workers import Stopwatch

NEVER_FLIPS = "none in range"


@dataclass(frozen=True, slots=True)
class Question:
    """Two files, what is measured, and how the runs are made."""

    base: str
    other: str
    service: str
    measure: str
    sets: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The difference (other minus base) with one set of values."""

    value: str  # of the assumption's first path
    found: Spread
    verdict: str
    within: tuple[float, float] = (-inf, inf)  # where a difference can lie

    @property
    def low(self) -> float:
        """The lower end of the 95% interval; the mean where there is none."""
        return self._ends[0]

    @property
    def high(self) -> float:
        """The upper end of the 95% interval; the mean where there is none."""
        return self._ends[1]

    @property
    def _ends(self) -> tuple[float, float]:
        low, high = cut(self.found.interval, self.within)
        return self.found.mean if low is None else low, self.found.mean if high is None else high


@dataclass(frozen=True, slots=True)
class Bar:
    """One assumption: the difference at its low end, as stated, and at its high end."""

    of: Range
    at_low: Outcome
    stated: Outcome
    at_high: Outcome

    @property
    def swing(self) -> float:
        """From the smallest to the largest of the three differences."""
        means = [one.found.mean for one in (self.at_low, self.stated, self.at_high)]
        return max(means) - min(means)

    @property
    def flips(self) -> str:
        """The values at which the verdict changes, by straight lines between the three that were run."""
        found = [text for end in (self.at_low, self.at_high) if (text := _flip(self.stated, end))]
        return "; ".join(found) or NEVER_FLIPS


@dataclass(frozen=True, slots=True)
class Tornado:
    """All assumptions, the one that moves the difference most first."""

    base: Scenario
    other: Scenario
    stated: Outcome
    bars: tuple[Bar, ...]
    scenarios: int  # that were run
    period: Period | None = None  # what all of it is of, where something dated differs; None: the whole window

    @property
    def days(self) -> int:
        """The days that every difference is of."""
        return days_of(self.period, self.base)


def sensitivity(question: Question, ranges: Sequence[Range], run: HowToRun) -> Tornado:
    """Runs both scenarios as stated and with each assumption at its ends; what is alike runs once."""
    cases = _Cases(question)
    stated = cases.pair()
    ends = _ends(ranges, cases)
    runs = ScenarioRuns(run, Divisions(common=cases.period))
    pieces = runs(cases.scenarios, checked=True)
    middle = _outcome(question, "", cases.beside(stated, pieces))
    bars = []
    for one, (low, high) in zip(ranges, ends, strict=True):
        here = [_outcome(question, end.shown, cases.beside(end.pair, pieces)) for end in (low, high)]
        as_stated = replace(middle, value=cases.stated_value(one))
        bars.append(Bar(one, here[0], as_stated, here[1]))
    base, other = (cases.scenarios[number] for number in stated)
    ordered = tuple(sorted(bars, key=lambda bar: -bar.swing))
    return Tornado(base, other, middle, ordered, len(cases.scenarios), cases.period)


def work_of(question: Question, ranges: Sequence[Range], run: HowToRun, processes: int) -> tuple[Work, float]:
    """How much it is, and about how many seconds it takes, the reading of the scenarios included."""
    watch, cases = Stopwatch(), _Cases(question)
    cases.pair()
    _ends(ranges, cases)
    reading, runs = watch.elapsed, ScenarioRuns(run, Divisions(common=cases.period))
    work = runs.work(cases.scenarios, checked=True, at_once=len(cases.scenarios))
    return work, reading + runs.seconds_for(cases.scenarios[0], work, processes)


def fitting(question: Question, ranges: Sequence[Range]) -> tuple[tuple[Range, ...], tuple[Range, ...]]:
    """The ranges of which one of the two scenarios has every path, and the others."""
    cases = _Cases(question)
    inside = tuple(one for one in ranges if all(map(cases.has, one.paths)))
    return inside, tuple(one for one in ranges if one not in inside)


def range_warnings(question: Question, ranges: Sequence[Range]) -> list[str]:
    """What to know of ranges before they are run: a value outside its own range, one that holds for few people, one that the scenarios differ in."""
    cases = _Cases(question)
    return [
        warning for one in ranges for warning in (*_outside(one, cases), *cases.overridden(one), *cases.levelled(one))
    ]


def _outside(one: Range, cases: "_Cases") -> Iterator[str]:
    shown = cases.stated_value(one)
    stated, low, high = (
        _as_number(text) for text in ("x1" if factor_of(one.low[0]) else shown, one.low[0], one.high[0])
    )
    if stated is not None and low is not None and high is not None and not min(low, high) <= stated <= max(low, high):
        yield f"{one.says}: the present value, {shown}, lies outside its range of {one.low[0]} to {one.high[0]}"


@dataclass(frozen=True, slots=True)
class _End:
    """Base and other, by number, with an assumption at one of its ends, and the value that it has there."""

    pair: tuple[int, int]
    shown: str


class _Cases:
    """Scenarios to run, each once; a changed value goes to those of the two files that have its path."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._files = (question.base, question.other)
        self.scenarios: list[Scenario] = []
        self._numbers: dict[tuple[str, tuple[str, ...]], int] = {}
        self._typed = dict(zip(self._files, sets_for_each(self._files, question.sets), strict=True))
        self._as_stated = {file: self._read(file, {}) for file in self._files}
        self._values = {
            file: {value.path: value.text for value in scenario.values} for file, scenario in self._as_stated.items()
        }

    def pair(self) -> tuple[int, int]:
        """The numbers of base and other as stated."""
        base, other = (self._number(file, {}) for file in self._files)
        return base, other

    def end(self, one: Range, values: tuple[str, ...]) -> _End:
        """Base and other with an assumption at an end; ValueError or ScenarioError where it cannot lie there."""
        sets = {file: sets_at(self._values[file], one.paths, values) for file in self._files}
        moved = {file: _moved(sets[file], self._values[file]) for file in self._files}
        base, other = (self._number(file, moved[file]) for file in self._files)
        is_times = factor_of(values[0]) is not None and self.stated_value(one).startswith("x")
        parts = (text for mine in sets.values() for path, text in mine.items() if path.startswith(one.paths[0]))
        return _End((base, other), values[0] if is_times else next(parts, values[0]))

    def beside(self, pair: tuple[int, int], pieces: Sequence[Replications]) -> list[list[Piece]]:
        """The replications of a pair, the other's with what it releases beside the base's; of the days that are reported."""
        found = beside([self.scenarios[number] for number in pair], [pieces[number] for number in pair])
        return [[piece.of(self.period) for piece in theirs] for theirs in found]

    @property
    def period(self) -> Period | None:
        """The days that a comparison of the two files as stated is about, where those are not all."""
        return period_of_comparison(*(self._as_stated[file] for file in (self._question.base, self._question.other)))

    def has(self, path: str) -> bool:
        """Whether one of the two files has a value at this path, or inside it."""
        return any(has(values, path) for values in self._values.values())

    def stated_value(self, one: Range) -> str:
        """What the files say at the first path; where they say several values, `x1` beside ends that are factors of them."""
        path, in_force = one.paths[0], next((mine for mine in self._values.values() if has(mine, one.paths[0])), {})
        is_replaced = factor_of(one.low[0]) is None and single_value(in_force, path) is None
        return "as stated" if is_replaced else stated_at(in_force, path) or "as stated"

    def overridden(self, one: Range) -> Iterator[str]:
        """A sentence where a range moves a value that routes override, and not what overrides it."""
        for value in left_behind(self._as_stated[self._question.base], one.paths):
            yield f"{one.says}: {value.path} is {value.where}; {value.cure}"

    def levelled(self, one: Range) -> Iterator[str]:
        """A sentence where both files would get the same value, though they state different ones."""
        for path, low in zip(one.paths, one.low, strict=True):
            stated = [stated_at(values, path) for values in self._values.values()]
            if None not in stated and len(set(stated)) > 1 and low != REST and factor_of(low) is None:
                yield (
                    f"{one.says}: {path} is {stated[0]} in one scenario and {stated[-1]} in the other, and both get the same value from this "
                    "range, so that what the scenario does with it is not counted; write its ends as x0.8 and x1.2"
                )

    def _number(self, file: str, sets: Mapping[str, str]) -> int:
        key = file, tuple(f"{path}={value}" for path, value in sets.items())
        if key not in self._numbers:
            scenario = self._read(file, sets) if sets else self._as_stated[file]
            self._numbers[key] = len(self.scenarios)
            self.scenarios.append(scenario)
        return self._numbers[key]

    def _read(self, file: str, sets: Mapping[str, str]) -> Scenario:
        """A file as asked for, with an assumption elsewhere, which holds instead of what was typed for the same path."""
        asked = self._question
        typed = still_typed(self._typed[file], sets)
        moved = [f"{path}={value}" for path, value in sets.items()]
        return read_scenario(file, (*typed, *moved), replications=asked.replications, seed=asked.seed)


def _moved(sets: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """What is not as stated already."""
    return {path: text for path, text in sets.items() if values.get(path) != text}


def _ends(ranges: Sequence[Range], cases: _Cases) -> list[tuple[_End, _End]]:
    """The two ends of each range; ScenarioError lists, with their lines, all that cannot lie there."""
    problems = Problems()
    found = []
    for one in ranges:
        for path in one.paths:
            if not cases.has(path):
                problems.add(one.mark, f"{quoted(path)} is in neither of the two scenarios")
        ends = [_end(one, name, values, cases, problems) for name, values in (("low", one.low), ("high", one.high))]
        found.append((ends[0], ends[1]))
    problems.stop_if_any()
    return [(low, high) for low, high in found if low is not None and high is not None]


def _end(one: Range, name: str, values: tuple[str, ...], cases: _Cases, problems: Problems) -> _End | None:
    try:
        return cases.end(one, values)
    except ScenarioError as error:
        for problem in error.problems:
            problems.add(one.mark, f"{quoted(name)}: {problem.text}")
    except ValueError as error:
        problems.add(one.mark, f"{quoted(name)}: {error}")
    return None


def _outcome(question: Question, value: str, pair: Sequence[Sequence[Piece]]) -> Outcome:
    base, other = ([_value(question, piece) for piece in pieces] for pieces in pair)
    pairs = zip(base, other, strict=True)
    changes = [after - before for before, after in pairs if before is not None and after is not None]
    if not changes:
        raise ScenarioError([Problem(question.other, 0, 0, _nothing_to_compare(question, value))])
    found, within = spread(changes), limits_of_difference(measures()[question.measure].unit)
    ends = cut(found.interval, within)
    return Outcome(value, found, difference_verdict(*ends, measures()[question.measure].better), within)


def _nothing_to_compare(question: Question, value: str) -> str:
    where = f" with {quoted(value)}" if value else ""
    what = f"{quoted(question.measure)} of {quoted(question.service)}"
    return f"no replication{where} has {what} in both scenarios; ask for another measure or service"


def _value(question: Question, piece: Piece) -> float | None:
    wanted = (question.service, question.measure, "", "")
    for key, value in zip(piece.keys, piece.values.tolist(), strict=True):
        if key[:4] == wanted:
            return float(value)
    if measures()[question.measure].absent_is_zero:
        return 0.0
    return None


# -- where the verdict changes -----------------------------------------------------------------------------


def _flip(stated: Outcome, end: Outcome) -> str:
    """`better to cannot tell near 23.4`, or nothing where both ends say the same."""
    if stated.verdict == end.verdict:
        return ""
    words = f"{stated.verdict} to {end.verdict}"
    near = _crossing(stated, end)
    return f"{words} near {near}" if near else f"{words} between {stated.value} and {end.value}"


def _crossing(stated: Outcome, end: Outcome) -> str:
    """The value at which the interval's end nearest to no difference reaches it."""
    here, there = _as_number(stated.value), _as_number(end.value)
    if here is None or there is None:
        return ""
    for ours, theirs in ((stated.high, end.high), (stated.low, end.low)):
        if ours * theirs <= 0 and ours != theirs:
            value = here + (there - here) * ours / (ours - theirs)
            times, percent = ("x" if end.value.startswith("x") else "", "%" if end.value.endswith("%") else "")
            return f"{times}{value:.3g}{percent}"
    return ""


def _as_number(text: str) -> float | None:
    """The number of a text as scenarios write it; None of what they would refuse, which is said elsewhere."""
    try:
        return float(decimal(text.removeprefix("x").removesuffix("%"), "a number"))
    except ValueError:
        return None
