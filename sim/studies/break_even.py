"""At which sizes of an effect a scenario pays for itself: bisection on the same people, and the answer in words.

Two questions with two answers: where spending is no more than the base's, and where it is no more than that and what the hospital
days that it frees are worth at their average price. Every value has the same people and random numbers, so that what is left over
moves with the setting alone. It need not move one way: the ends and three sizes between them are run first, and wherever a balance
turns between two sizes that were run, it is bisected. Pounds are of an average year where a year or more is measured, else of
the days measured. Where something dated divides the window, as a unit that opens within it does, the days after it are measured.

A file of effects is a CSV file (it opens in a spreadsheet) with one line an effect: `scenario` is compared with `base`, both
relative to the file; `path` goes from `low` to `high`, as after --set. Columns may be added at its end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import ceil, floor, log2
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.inputs.files import read_sheet
from sim.inputs.loading import Question
from sim.inputs.part import Typed, setting_at
from sim.inputs.problems import Problems
from sim.inputs.scenario import Scenario
from sim.results.comparison.compare import Figures
from sim.results.comparison.statistics import spread
from sim.results.measures.periods import Period, days_of, words_of
from sim.results.words import labels
from sim.results.words.labels import figure
from sim.runs.experiment import HowToRun
from sim.studies.settings import PointRuns, Setting, settings_of

CASH, VALUE = "cost_cash_gbp", "notional_value_gbp"


@dataclass(frozen=True, slots=True)
class Turn:
    """A size that pays beside one that does not, and the sizes of which each may be that one, as far as these runs can tell. By number."""

    at: int
    low: int | None = None  # None: one replication
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sizes next to one another that pay, from the first to the last; where each end is one of the range there is no turn."""

    first: Turn | None
    last: Turn | None


@dataclass(frozen=True, slots=True)
class Balance:
    """At which sizes one balance pays, and the least and the most that is left over at any size that was run."""

    setting: Setting
    pays: tuple[Stretch, ...]
    best_gbp: float
    worst_gbp: float
    turn: Turn | None  # the one nearest to the costlier end

    @property
    def pays_everywhere(self) -> bool:
        """Whether every size that was run pays."""
        return self.pays == (Stretch(None, None),)

    @property
    def at(self) -> str | None:
        """The size that pays at the turn nearest to the costlier end; None: no size that was run pays, or every one does."""
        return self.setting.shown(self.turn.at) if self.turn else None

    @property
    def low(self) -> str | None:
        """The smallest size of which that may be true."""
        return self.setting.shown(self.turn.low) if self.turn and self.turn.low is not None else None

    @property
    def high(self) -> str | None:
        """The largest."""
        return self.setting.shown(self.turn.high) if self.turn and self.turn.high is not None else None

    @property
    def turns(self) -> list[int]:
        """Every size at which it turns, by number."""
        return [end.at for one in self.pays for end in (one.first, one.last) if end]


class Left(NamedTuple):
    """What is left over at one size of the effect, in pounds: the mean, and the ends of its 95% interval (None: one replication)."""

    number: int  # of the value
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """What was found of one effect."""

    base: Scenario
    other: Scenario
    setting: Setting
    in_cash: Balance
    with_beds: Balance
    cash: Sequence[Left]  # more cash than the base, at each value that was run, in order
    less_beds: Sequence[Left]  # the same less the worth of the freed bed days
    period: Period | None = None  # the days that pounds are of; None: the whole window

    @property
    def tried(self) -> int:
        """How many values were run."""
        return len(self.cash)

    @property
    def time(self) -> str:
        """The time that pounds are of: `a year`, or `in the 56 days measured`."""
        return labels.per(self.days)

    @property
    def days(self) -> int:
        """How many days they are of."""
        return days_of(self.period, self.base)


@dataclass
class _Balances:
    """What is left over at each value of the setting, replication by replication."""

    runs: PointRuns
    factor: float
    known: dict[int, tuple[Figures, Figures]] = field(default_factory=dict)

    def run(self, number: int) -> None:
        """More cash than the base; and the same less the value of the freed bed days."""
        if number in self.known:
            return
        (here,) = self.runs([(number,)])
        cash, before = (one.values("all", CASH) for one in (here, self.runs.base))
        assert cash is not None and before is not None
        worth = here.values("all", VALUE)
        more = (cash - before) * self.factor
        self.known[number] = more, more if worth is None else more - worth * self.factor

    def unsettled(self) -> set[int]:
        """The middle of each gap between two values that were run, of which one pays and the other does not."""
        return {
            (before + after) // 2
            for which in (0, 1)
            for before, after in pairwise(sorted(self.known))
            if after - before > 1 and self._pays(before, which) != self._pays(after, which)
        }

    def _pays(self, number: int, which: int) -> bool:
        return bool(np.mean(self.known[number][which]) <= 0)

    def left(self, which: int) -> list[Left]:
        """One of the two balances at each value that was run."""
        found = {number: spread(self.known[number][which].tolist()) for number in sorted(self.known)}
        return [Left(number, one.mean, *(one.interval or (None, None))) for number, one in found.items()]


QUARTERS = 4  # of the range, at whose ends a balance is looked at before it is bisected


def break_even(base: Scenario, question: Question, effect: Typed, run: HowToRun) -> BreakEven:
    """Bisects one setting of a scenario wherever it turns; ValueError where one of the two has no prices."""
    settings = settings_of(question, [effect], fine=True)
    if not (base.costs.prices and settings.stated.costs.prices):
        raise ValueError("nothing can pay for itself where nothing has a price; see docs/money.md")
    (setting,) = settings.all
    last = len(setting.numbers) - 1
    if last < 1:
        raise ValueError("an effect needs two ends to look between, as in 0%..50%")
    runs = PointRuns(settings, run, base)
    balances = _Balances(runs, labels.times(days_of(runs.period, base)))
    wanted = {round(part * last / QUARTERS) for part in range(QUARTERS + 1)}
    while wanted:
        for number in sorted(wanted):
            balances.run(number)
        wanted = balances.unsettled()
    cash, beds = balances.left(0), balances.left(1)
    in_cash, with_beds = balance_of(setting, cash), balance_of(setting, beds)
    return BreakEven(base, settings.stated, setting, in_cash, with_beds, cash, beds, runs.period)


def usual_values(question: Question, effect: Typed) -> int:
    """How many values are run where each balance turns once, in gaps of their own."""
    (setting,) = settings_of(question, [effect], fine=True).all
    last = len(setting.numbers) - 1
    return min(last + 1, QUARTERS + 1 + 2 * ceil(log2(max(1, ceil(last / QUARTERS)))))


def balance_of(setting: Setting, sizes: Sequence[Left]) -> Balance:
    """Where one balance pays, by its mean at each size that was run; between two sizes alike all others are taken to be like them."""
    pays: list[Stretch] = []
    for is_good, run in groupby(range(len(sizes)), key=lambda at: sizes[at].mean <= 0):
        first, *_, last = (*run,) * 2
        if is_good:
            begins = _turn(sizes, first, -1) if first > 0 else None
            pays.append(Stretch(begins, _turn(sizes, last, +1) if last < len(sizes) - 1 else None))
    turns = [end for one in pays for end in (one.first, one.last) if end]
    first_is_costlier = sizes[0].mean >= sizes[-1].mean
    nearest = (turns[0] if first_is_costlier else turns[-1]) if turns else None
    means = [one.mean for one in sizes]
    return Balance(setting, tuple(pays), min(means), max(means), nearest)


def _turn(sizes: Sequence[Left], at: int, outwards: int) -> Turn:
    """The turn at a size that pays beside one that does not; outwards is where that one lies.

    Of a size whose interval holds 0 nobody can tell. So it may turn anywhere from the last size that surely does not pay to the first
    that surely does, the ends of the intervals going straight on between sizes that were run; or from an end of the range, where no size
    is sure. A size at which a scenario is its base has no spread, and says nothing of those beside it.
    """
    if sizes[at].low is None:
        return Turn(sizes[at].number)
    end = 0 if outwards < 0 else len(sizes) - 1
    not_paying = [(one.number, one.low or 0.0) for one in sizes[at : end + outwards if end else None : outwards]]
    starts = next((place for place, (_, low) in enumerate(not_paying) if place and low > 0), None)
    start = sizes[end].number if starts is None else _zero(not_paying[starts], not_paying[starts - 1])
    inwards = range(at, len(sizes)) if outwards < 0 else range(at, -1, -1)
    paying = [(sizes[place].number, sizes[place].high or 0.0) for place in (at + outwards, *inwards)]
    ends = next((place for place, (_, high) in enumerate(paying) if place and high < 0), None)
    stop = paying[-1][0] if ends is None else _zero(paying[ends - 1], paying[ends])
    return Turn(sizes[at].number, min(start, stop), max(start, stop))


def _zero(above: tuple[int, float], below: tuple[int, float]) -> int:
    """The first size, coming from one whose value is no less than 0, whose value is 0 or below on the line to another."""
    place = above[0] + (below[0] - above[0]) * above[1] / (above[1] - below[1])
    return ceil(place - 1e-9) if below[0] > above[0] else floor(place + 1e-9)


HEADS = ("effect", "is at", "pays in cash at", "pays with the beds that it frees at")
NOTE = (
    "Each effect was bisected alone wherever it turns, {replications} of each value, the same people throughout. In cash: spending is no more "
    "than the base's. With the beds that it frees: no more than that and what freed hospital days are worth at their average price, which is "
    "notional. In brackets: the values at which the balance may turn instead, as far as the 95% intervals of all values that were run can tell. "
    "At best: the least that is left to pay at any of them."
)
MOST_STRETCHES = 4  # named one by one


def row(found: BreakEven, says: str) -> tuple[str, str, str, str]:
    """The effect, where it stands, and where it pays in two ways."""
    when = f", {found.period.short}" if found.period else ""
    return (
        says + when,
        found.setting.stated or "-",
        where(found.in_cash, found.time),
        where(found.with_beds, found.time),
    )


COLUMNS = ("scenario", "baseline", "effect", "path", "stands_at", "balance", "at", "low", "high", "pays_everywhere",
           "best_gbp", "worst_gbp", "replications", "pays", "time")  # fmt: skip
SIZES = ("scenario", "effect", "path", "size", "balance", "mean_gbp", "low", "high", "time")
BALANCES = ("in_cash", "with_freed_beds")


def cells(found: BreakEven, says: str) -> Iterator[tuple[object, ...]]:
    """A row of `COLUMNS` for each balance; `at` is None where no size that was run pays, or every one does."""
    for name, one in zip(BALANCES, (found.in_cash, found.with_beds), strict=True):
        ends = (one.at, one.low, one.high, one.pays_everywhere, one.best_gbp, one.worst_gbp)
        yield (
            found.other.id,
            found.base.id,
            says,
            found.setting.path,
            found.setting.stated,
            name,
            *ends,
            found.base.replications,
            ", ".join("..".join(dict.fromkeys(ends)) for ends in _ends(one)),
            found.time,
        )


def _ends(balance: Balance) -> Iterator[tuple[str, str]]:
    """The first and the last size of each stretch that pays, as a planner writes them."""
    shown, last = balance.setting.shown, len(balance.setting.numbers) - 1
    for one in balance.pays:
        yield shown(one.first.at if one.first else 0), shown(one.last.at if one.last else last)


def sizes(found: BreakEven, says: str) -> Iterator[tuple[object, ...]]:
    """A row of `SIZES` for each size that was run and each balance."""
    for name, balance in zip(BALANCES, (found.cash, found.less_beds), strict=True):
        for one in balance:
            key = (found.other.id, says, found.setting.path, found.setting.value(one.number), name)
            yield (*key, one.mean, one.low, one.high, found.time)


def as_object(found: BreakEven, says: str) -> dict[str, object]:
    """What a JSON file says of one effect; `at` is null where no size that was run pays, or every one does."""
    return {
        "scenario": found.other.id,
        "baseline": found.base.id,
        "effect": says,
        "path": found.setting.path,
        "stands_at": found.setting.stated,
        "in_cash": _balance_object(found.in_cash),
        "with_freed_beds": _balance_object(found.with_beds),
        "replications": found.base.replications,
        "time": found.time,
        "measured": words_of(found.period),
        "values_tried": found.tried,
        "sizes": [dict(zip(SIZES[3:-1], row[3:-1], strict=True)) for row in sizes(found, says)],
    }


def _balance_object(balance: Balance) -> dict[str, object]:
    ends = {"at": balance.at, "low": balance.low, "high": balance.high, "pays_everywhere": balance.pays_everywhere}
    pays = [{"from": first, "to": last} for first, last in _ends(balance)]
    return ends | {"best_gbp": balance.best_gbp, "worst_gbp": balance.worst_gbp, "pays": pays}


def where(balance: Balance, time: str) -> str:
    """As in `22% (20% to 24%) or more`, `8 (6 to 9) to 10 (9 to 12)`."""
    if balance.pays_everywhere:
        return "any size"
    if not balance.pays:
        return f"no size tried: {_at_best(balance, time)}"
    return _stretches(balance)


def _at_best(balance: Balance, time: str) -> str:
    return f"at best {figure(balance.best_gbp, 'GBP', signed=True)} {time}"


def _stretches(balance: Balance) -> str:
    """Every stretch of sizes that pay."""
    found = [_stretch(balance.setting, one) for one in balance.pays[:MOST_STRETCHES]]
    more = len(balance.pays) - MOST_STRETCHES
    return " and ".join(found) + (f" and {more} more, see sizes.csv" if more > 0 else "")


def _stretch(setting: Setting, one: Stretch) -> str:
    first, last = one.first, one.last
    if first is None or last is None:
        end = first or last
        assert end is not None
        return f"{_with_ends(setting, end)} or {'more' if first else 'less'}"
    if first.at != last.at:
        return f"{_with_ends(setting, first)} to {_with_ends(setting, last)}"
    ends = [end for end in (first.low, first.high, last.low, last.high) if end is not None]
    return f"{_with_ends(setting, Turn(first.at, min(ends), max(ends)) if ends else first)} alone"


def _with_ends(setting: Setting, turn: Turn) -> str:
    if turn.low is None or turn.high is None:
        return setting.shown(turn.at)
    return f"{setting.shown(turn.at)} ({setting.shown(turn.low)} to {setting.shown(turn.high)})"


def sentence(found: BreakEven, says: str) -> str:
    """The answer, as in `Crises prevented (now 0%): in cash it pays at 22% (20% to 24%) or more; with the beds that it frees ...`."""
    cash, beds = (_pays(one, found.time) for one in (found.in_cash, found.with_beds))
    now = f" (now {found.setting.stated})" if found.setting.stated else ""
    when = f", {found.period.words}" if found.period else ""
    return f"{says}{now}{when}: in cash it pays {cash}; with the beds that it frees {beds}."


def _pays(balance: Balance, time: str) -> str:
    if balance.pays_everywhere:
        return "at any size"
    if not balance.pays:
        return f"at no size that was tried ({_at_best(balance, time)})"
    return f"at {_stretches(balance)}"


# -- a file of effects -------------------------------------------------------------------------------------------------


EFFECT_COLUMNS = ("scenario", "base", "effect", "path", "low", "high", "source", "note")


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: of which scenario against which base, from where to where, and what is known of it."""

    scenario: str
    base: str
    says: str
    setting: Typed
    source: str
    note: str


def read_effects(file: str) -> tuple[Effect, ...]:
    """The effects of a file in its order; ScenarioError lists everything that is wrong with it."""
    problems, found = Problems(), []
    for row in read_sheet(file, EFFECT_COLUMNS, problems, numbers=("low", "high")):
        setting = setting_at(row["path"], f"{row['low']}..{row['high']}", row.mark, problems)
        scenario, base = (str(Path(file).parent / row[name]) for name in ("scenario", "base"))
        if setting is not None:
            found.append(Effect(scenario, base, row["effect"] or row["path"], setting, row["source"], row["note"]))
    problems.stop_if_any()
    return tuple(found)
