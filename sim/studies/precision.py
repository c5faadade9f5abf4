"""How many replications: as many as it takes for the interval of every headline measure to be narrow enough, and to stay so.

The confidence-interval method with look-ahead of Hoad, Robinson and Davies (2010, Journal of the Operational Research Society
61): the first number of replications at which every interval reaches no further from its mean than was asked, as a share
of the mean, and at which that holds for the next five too (for the next 5% beyond 100). The interval is the one
that is reported (`comparison/statistics.py`), its further end counts. They begin at 3; here it begins at 10, below which intervals are worth little.

A number that was chosen gives the results of asking for that number.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf, isnan

from sim.inputs.problems import listed
from sim.inputs.scenario import Scenario
from sim.results.comparison.statistics import spread
from sim.results.measure_table import measures
from sim.results.measures.periods import Period
from sim.results.words.headline import topics
from sim.runs.collecting import beside, gathered
from sim.runs.piece import Piece, Replications

FEWEST, MOST = 10, 1_000  # replications of each scenario
LOOK_AHEAD, LOOK_AHEAD_SHARE = 5, 0.05
GROWTH = 2.0  # how much further one batch goes than the one before, at most

Measured = tuple[str, str]  # service and measure
Run = Callable[[int], Sequence[Replications]]  # so many replications of every scenario


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the interval of one headline measure reaches, as a share of its mean, in the scenario where that is most."""

    service: str
    measure: str
    asked: float
    reached: float
    replications: int
    scenario: str
    decides: bool = True  # False: it was left out

    @property
    def is_enough(self) -> bool:
        """Whether that is no more than was asked."""
        return self.reached <= self.asked


@dataclass(frozen=True, slots=True)
class Chosen:
    """How many replications, what they reach, and whether the most that were allowed stopped it."""

    replications: int
    reached: tuple[Reached, ...]
    is_capped: bool


@dataclass(frozen=True, slots=True)
class Asks:
    """Which measures decide: only those that are named, where any is, and none that is left out."""

    only: frozenset[Measured] = frozenset()
    without: frozenset[Measured] = frozenset()

    def decides(self, one: Measured) -> bool:
        """Whether this one does."""
        return (not self.only or one in self.only) and one not in self.without

    def decides_any(self, lines: Iterable[Measured]) -> bool:
        """Whether one of the headline table does, and each that is named is there."""
        shown = set(lines)
        return not shown or (self.only | self.without <= shown and any(map(self.decides, shown)))

    def refusal(self, shown: Iterable[Measured]) -> str:
        """What to say where that is not so."""
        lines = [".".join(one) for one in shown]
        strangers = sorted(".".join(one) for one in self.only | self.without if ".".join(one) not in lines)
        what = (
            f"{listed(strangers, 'and')}: not in the headline table"
            if strangers
            else "no measure is left that could decide"
        )
        return f"{what}; there are: {listed(lines, 'and')}"


EVERY_ONE = Asks()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a headline table shows of one scenario, on which days."""

    scenario: str
    number: int
    days: Period | None  # None: the whole window
    measures: tuple[Measured, ...]

    def of(self, pieces: Sequence[Sequence[Piece]]) -> Iterator[Piece]:
        """Its replications, each of these days."""
        return (piece.of(self.days) for piece in pieces[self.number])


def look_ahead(replications: int) -> int:
    """For how many more replications it has to stay so."""
    return max(LOOK_AHEAD, int(LOOK_AHEAD_SHARE * replications))


def reach(values: Sequence[float]) -> float:
    """How far the interval of the mean reaches at its further end, as a share of the mean; 0 where all is 0."""
    found = spread(values)
    if found.interval is None:
        return inf
    half = max(found.mean - found.interval.low, found.interval.high - found.mean)
    return half / abs(found.mean) if found.mean else inf if half else 0.0


def choose(
    run: Run, scenarios: Sequence[Scenario], asked: float, most: int = MOST, *, compared: bool, asks: Asks = EVERY_ONE
) -> Chosen:
    """Runs batches until it is known how many replications are enough; no more than `most`, and of these it tells what they reach."""
    found: Sequence[Shown] | None = None
    at = min(FEWEST, most)
    target = at + look_ahead(at)
    while True:
        target = min(target, most)
        pieces = run(target)
        found = found or headlines(scenarios, pieces, compared=compared)
        if not asks.decides_any(one for shown in found for one in shown.measures):
            raise ValueError(asks.refusal(dict.fromkeys(one for shown in found for one in shown.measures)))
        beside_base = beside(scenarios, pieces) if compared else pieces
        series = [(shown, _series(shown.measures, shown.of(beside_base))) for shown in found]
        every = [values for _, one in series for measure, values in one.items() if asks.decides(measure)]
        enough, at = first_enough(every, asked, at)
        if enough or target == most:
            number = at if enough else most
            return Chosen(number, told(series, asked, number, asks), is_capped=not enough)
        target = _next_target(every, asked, target)


def headlines(scenarios: Sequence[Scenario], pieces: Sequence[Replications], *, compared: bool) -> list[Shown]:
    """What the headline tables show: service and measure of every line that is a figure of its own, of which scenario on which days."""
    shown = tuple(pieces)
    findings = gathered(tuple(scenarios), beside(scenarios, shown) if compared else shown, compared=compared)
    found: dict[tuple[int, Period | None], dict[Measured, None]] = {}
    for number in range(1 if compared else 0, len(scenarios)):
        scenario = scenarios[number]
        periods = findings.reported_periods.get(scenario.id) if compared else None
        days = periods.headline if periods else None
        part, _ = findings.headline_of(scenario)
        lines = dict.fromkeys((topic.service, topic.measure) for topic in topics(part) if not topic.by)
        for which in (0, number) if compared else (number,):
            found.setdefault((which, days), {}).update(lines)
    return [Shown(scenarios[which].id, which, days, tuple(lines)) for (which, days), lines in found.items()]


def _series(wanted: Sequence[Measured], pieces: Iterable[Piece]) -> dict[Measured, list[float]]:
    """Each wanted measure over the replications; without those in which a share or mean has no value."""
    found: dict[Measured, list[float]] = {one: [] for one in wanted}
    seen: set[Measured] = set()
    for piece in pieces:
        here = {
            (key[0], key[1]): value
            for key, value in zip(piece.keys, piece.values.tolist(), strict=True)
            if not key[2] and (key[0], key[1]) in found
        }
        seen |= set(here)
        for one, values in found.items():
            value = here.get(one, 0.0 if measures()[one[1]].absent_is_zero else None)
            values.append(float("nan") if value is None else value)
    return {one: values for one, values in found.items() if one in seen}


def first_enough(series: Sequence[Sequence[float]], asked: float, start: int = FEWEST) -> tuple[bool, int]:
    """The first number of replications that is enough and stays so for the look-ahead; else where to go on looking.

    What failed last is asked first, as it is likely to fail again.
    """
    length = min(map(len, series), default=start)
    order = list(range(len(series)))
    number, held = start, 0
    while number + held <= length:
        failing = next((one for one in order if reach_of(series[one], number + held) > asked), None)
        if failing is None:
            if held == look_ahead(number):
                return True, number
            held += 1
        else:
            order.remove(failing)
            order.insert(0, failing)
            number, held = number + held + 1, 0
    return False, number


def reach_of(values: Sequence[float], replications: int) -> float:
    """The reach of the first so many; infinite where fewer than two of them have a value."""
    known = [value for value in values[:replications] if not isnan(value)]
    return reach(known) if len(known) > 1 else inf


def _next_target(series: Sequence[Sequence[float]], asked: float, target: int) -> int:
    """How far to go next: as the square of the distance says, not more than twice as far."""
    worst = max(reach_of(values, target) for values in series)
    more = min(GROWTH, max((worst / asked) ** 2, 1.0)) * target
    return max(ceil(more), target + LOOK_AHEAD) + look_ahead(target)


def told(
    series: Sequence[tuple[Shown, Mapping[Measured, Sequence[float]]]], asked: float, number: int, asks: Asks
) -> tuple[Reached, ...]:
    """What so many replications reach of each measure, in the scenario where it is known least."""
    found = []
    for service, measure in dict.fromkeys(one for _, theirs in series for one in theirs):
        each = [
            (reach_of(theirs[service, measure], number), shown.scenario)
            for shown, theirs in series
            if (service, measure) in theirs
        ]
        reached, scenario = max(each, key=lambda one: one[0])
        decides = asks.decides((service, measure))
        found.append(Reached(service, measure, asked, reached, number, scenario, decides))
    return tuple(found)
