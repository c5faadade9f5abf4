"""Sensitivity: each assumption alone at its low and high end, on the same people; what becomes of a difference.

What may be changed here: freely. One assumption at a time says nothing about several that are wrong together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from sim.engines import BY_REFERENCE, Engines
from sim.experiment import Listener, Piece, Shared, run_all
from sim.gathering import beside
from sim.inputs.loading import read_scenario
from sim.inputs.problems import Problem, Problems, ScenarioError, quoted
from sim.inputs.ranges import Range
from sim.inputs.scenario import Scenario
from sim.results.catalogue import MEASURES, better, limits_of_difference
from sim.results.compare import Spread, interval, spread, verdict

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
        low, high = interval(self.found.mean, self.found.half, self.within)
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


def sensitivity(
    question: Question,
    ranges: Sequence[Range],
    workers: int,
    listener: Listener | None = None,
    engines: Engines = BY_REFERENCE,
) -> Tornado:
    """Runs both scenarios as stated and with each assumption at its ends; what is alike runs once."""
    cases = _Cases(question)
    stated = cases.pair(())
    _check(ranges, cases)
    ends = [(cases.pair(_sets(one, one.low)), cases.pair(_sets(one, one.high))) for one in ranges]
    pieces = run_all(Shared(tuple(cases.scenarios), engines=engines), workers, listener=listener)
    middle = _outcome(question, "", cases.beside(stated, pieces))
    bars = []
    for one, (low, high) in zip(ranges, ends, strict=True):
        here = [
            _outcome(question, values[0], cases.beside(pair, pieces))
            for values, pair in ((one.low, low), (one.high, high))
        ]
        as_stated = Outcome(cases.stated_value(one), middle.found, middle.verdict)
        bars.append(Bar(one, here[0], as_stated, here[1]))
    base, other = (cases.scenarios[number] for number in stated)
    ordered = tuple(sorted(bars, key=lambda bar: -bar.swing))
    return Tornado(base, other, middle, ordered, len(cases.scenarios))


class _Cases:
    """Scenarios to run, each once; a changed value goes to those of the two files that have its path."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self.scenarios: list[Scenario] = []
        self._numbers: dict[tuple[str, tuple[str, ...]], int] = {}
        self._written: dict[str, dict[str, str]] = {}
        for file in (question.base, question.other):
            scenario = self._read(file, ())
            self._written[file] = {value.path: value.text for value in scenario.values}

    def pair(self, sets: tuple[str, ...]) -> tuple[int, int]:
        """The numbers of base and other with these values."""
        base, other = (self._number(file, sets) for file in (self._question.base, self._question.other))
        return base, other

    def beside(self, pair: tuple[int, int], pieces: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
        """The replications of a pair, the other's with what it releases beside the base's."""
        return beside([self.scenarios[number] for number in pair], [pieces[number] for number in pair])

    def has(self, path: str) -> bool:
        """Whether one of the two files has a value at this path, or inside it."""
        return any(self._is_in(file, path) for file in self._written)

    def stated_value(self, one: Range) -> str:
        """What the files say at the first path."""
        for written in self._written.values():
            if one.paths[0] in written:
                return written[one.paths[0]]
        return "as stated"

    def _is_in(self, file: str, path: str) -> bool:
        return any(known == path or known.startswith(f"{path}.") for known in self._written[file])

    def _number(self, file: str, sets: tuple[str, ...]) -> int:
        mine = tuple(one for one in sets if self._is_in(file, one.split("=", 1)[0]))
        if (file, mine) not in self._numbers:
            self._numbers[file, mine] = len(self.scenarios)
            self.scenarios.append(self._read(file, mine))
        return self._numbers[file, mine]

    def _read(self, file: str, sets: tuple[str, ...]) -> Scenario:
        asked = self._question
        return read_scenario(file, (*asked.sets, *sets), replications=asked.replications, seed=asked.seed)


def _check(ranges: Sequence[Range], cases: _Cases) -> None:
    problems = Problems()
    for one in ranges:
        for path in one.paths:
            if not cases.has(path):
                problems.add(one.mark, f"{quoted(path)} is in neither of the two scenarios")
    problems.stop_if_any()


def _sets(one: Range, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{path}={value}" for path, value in zip(one.paths, values, strict=True))


def _outcome(question: Question, value: str, pair: Sequence[Sequence[Piece]]) -> Outcome:
    base, other = ([_value(question, piece) for piece in pieces] for pieces in pair)
    pairs = zip(base, other, strict=True)
    changes = [after - before for before, after in pairs if before is not None and after is not None]
    if not changes:
        raise ScenarioError([Problem(question.other, 0, 0, _nothing_to_compare(question, value))])
    found, within = spread(changes), limits_of_difference(MEASURES[question.measure].unit)
    ends = interval(found.mean, found.half, within)
    return Outcome(value, found, verdict(*ends, better(question.measure)), within)


def _nothing_to_compare(question: Question, value: str) -> str:
    where = f" with {quoted(value)}" if value else ""
    what = f"{quoted(question.measure)} of {quoted(question.service)}"
    return f"no replication{where} has {what} in both scenarios; ask for another measure or service"


def _value(question: Question, piece: Piece) -> float | None:
    wanted = (question.service, question.measure, "", "")
    for key, value in zip(piece.keys, piece.values.tolist(), strict=True):
        if key[:4] == wanted:
            return float(value)
    if MEASURES[question.measure].absent_is_zero:
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
            return f"{value:.3g}" + ("%" if end.value.endswith("%") else "")
    return ""


def _as_number(text: str) -> float | None:
    try:
        return float(text.removesuffix("%").replace(",", ""))
    except ValueError:
        return None
