"""How large an effect would have to be for a scenario to pay for itself: bisection on the same people, and the answer in words.

Two questions with two answers: where spending is no more than the base's, and where it is no more than that and what the hospital
days that it frees are worth at their average price. Every value has the same people and random numbers, so that what is left over
moves with the setting alone.

A file of effects is a CSV file (it opens in a spreadsheet) with one line an effect: `scenario` is compared with `base`, both
relative to the file; `path` goes from `low` to `high`, as after --set. Columns may be added at its end.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, log2
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
from sim.results.words import labels
from sim.results.words.labels import figure
from sim.runs.experiment import HowToRun
from sim.studies.settings import PointRuns, Setting, settings_of

CASH, VALUE = "cost_cash_gbp", "notional_value_gbp"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where one balance turns: the value nearest to the costly end that pays, and what is left over at both ends."""

    at: str | None  # None: nowhere between the ends, or everywhere
    low: str | None  # the values between which the balance may turn, as far as these runs can tell
    high: str | None
    best_gbp: float  # a year, at the end that costs less
    worst_gbp: float
    number: int | None = None  # of the value

    @property
    def pays_everywhere(self) -> bool:
        """Whether even the costlier end pays."""
        return self.at is None and self.worst_gbp <= 0


class Left(NamedTuple):
    """What is left over at one size of the effect, pounds a year: the mean, and the ends of its 95% interval (None: one replication)."""

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
    in_cash: Crossing
    with_beds: Crossing
    cash: Sequence[Left]  # more cash than the base, at each value that was run, in order
    less_beds: Sequence[Left]  # the same less the worth of the freed bed days

    @property
    def tried(self) -> int:
        """How many values were run."""
        return len(self.cash)


@dataclass
class _Balances:
    """What is left over at each value of the setting, replication by replication, a year."""

    runs: PointRuns
    factor: float
    known: dict[int, tuple[Figures, Figures]] = field(default_factory=dict)

    def at(self, number: int) -> tuple[Figures, Figures]:
        """More cash than the base; and the same less the value of the freed bed days."""
        if number not in self.known:
            (here,) = self.runs([(number,)])
            cash, before = (one.values("all", CASH) for one in (here, self.runs.base))
            assert cash is not None and before is not None
            worth = here.values("all", VALUE)
            more = (cash - before) * self.factor
            self.known[number] = more, more if worth is None else more - worth * self.factor
        return self.known[number]

    def left(self, which: int) -> list[Left]:
        """One of the two balances at each value that was run."""
        found = {number: spread(self.known[number][which].tolist()) for number in sorted(self.known)}
        return [Left(number, one.mean, *(one.interval or (None, None))) for number, one in found.items()]


def break_even(base: Scenario, question: Question, effect: Typed, run: HowToRun) -> BreakEven:
    """Bisects one setting of a scenario until it pays; ValueError where one of the two has no prices."""
    settings = settings_of(question, [effect], fine=True)
    if not (base.costs.prices and settings.stated.costs.prices):
        raise ValueError("nothing can pay for itself where nothing has a price; see docs/money.md")
    (setting,) = settings.all
    runs = PointRuns(settings, run, base)
    balances = _Balances(runs, labels.times(base.calendar.measured_days))
    in_cash = _crossing(setting, lambda number: balances.at(number)[0])
    with_beds = _crossing(setting, lambda number: balances.at(number)[1])
    return BreakEven(base, settings.stated, setting, in_cash, with_beds, balances.left(0), balances.left(1))


def most_values(question: Question, effect: Typed) -> int:
    """How many values are tried at most, for both balances."""
    (setting,) = settings_of(question, [effect], fine=True).all
    return min(len(setting.numbers), 2 + 2 * ceil(log2(max(2, len(setting.numbers)))))


def _crossing(setting: Setting, balance: Callable[[int], Figures]) -> Crossing:
    """Bisects from the costly end to the other."""
    last = len(setting.numbers) - 1
    if last < 1:
        raise ValueError("an effect needs two ends to look between, as in 0%..50%")
    ends = {number: float(np.mean(balance(number))) for number in (0, last)}
    costly, good = sorted(ends, key=lambda number: -ends[number])
    if not ends[good] <= 0 < ends[costly]:
        return Crossing(None, None, None, ends[good], ends[costly])
    bad, pays = costly, good
    while abs(pays - bad) > 1:
        middle = (pays + bad) // 2
        bad, pays = (bad, middle) if np.mean(balance(middle)) <= 0 else (middle, pays)
    each = (ends[good] - ends[costly]) / (good - costly)  # pounds a step of the setting, from end to end
    found = spread(balance(pays).tolist()).interval
    if found is None:
        return Crossing(setting.shown(pays), None, None, ends[good], ends[costly], pays)
    low, high = (setting.shown(round(min(max(one, 0), last))) for one in sorted(pays - end / each for end in found))
    return Crossing(setting.shown(pays), low, high, ends[good], ends[costly], pays)


HEADS = ("effect", "is at", "pays in cash at", "pays with the beds that it frees at")
NOTE = (
    "Each effect was bisected alone, {replications} of each value, the same people throughout. In cash: spending is no more than the base's. With "
    "the beds that it frees: no more than that and what freed hospital days are worth at their average price, which is notional. "
    "In brackets: the values between which the balance may turn, by the slope from end to end."
)


def row(found: BreakEven, says: str) -> tuple[str, str, str, str]:
    """The effect, where it stands, and where it pays in two ways."""
    return says, found.setting.stated or "-", where(found.in_cash), where(found.with_beds)


COLUMNS = ("scenario", "baseline", "effect", "path", "stands_at", "balance", "at", "low", "high", "pays_everywhere",
           "best_gbp_a_year", "worst_gbp_a_year", "replications")  # fmt: skip
SIZES = ("scenario", "effect", "path", "size", "balance", "mean_gbp_a_year", "low", "high")
BALANCES = ("in_cash", "with_freed_beds")


def cells(found: BreakEven, says: str) -> Iterator[tuple[object, ...]]:
    """A row of `COLUMNS` for each balance; `at` is None where no size that was tried pays, or every one does."""
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
        )


def sizes(found: BreakEven, says: str) -> Iterator[tuple[object, ...]]:
    """A row of `SIZES` for each size that was run and each balance."""
    for name, balance in zip(BALANCES, (found.cash, found.less_beds), strict=True):
        for one in balance:
            key = (found.other.id, says, found.setting.path, found.setting.value(one.number), name)
            yield (*key, one.mean, one.low, one.high)


def as_object(found: BreakEven, says: str) -> dict[str, object]:
    """What a JSON file says of one effect; `at` is null where no size that was tried pays, or every one does."""
    return {
        "scenario": found.other.id,
        "baseline": found.base.id,
        "effect": says,
        "path": found.setting.path,
        "stands_at": found.setting.stated,
        "in_cash": _crossing_object(found.in_cash),
        "with_freed_beds": _crossing_object(found.with_beds),
        "replications": found.base.replications,
        "values_tried": found.tried,
        "sizes": [dict(zip(SIZES[3:], row[3:], strict=True)) for row in sizes(found, says)],
    }


def _crossing_object(crossing: Crossing) -> dict[str, object]:
    ends = {"at": crossing.at, "low": crossing.low, "high": crossing.high, "pays_everywhere": crossing.pays_everywhere}
    return ends | {"best_gbp_a_year": crossing.best_gbp, "worst_gbp_a_year": crossing.worst_gbp}


def where(crossing: Crossing) -> str:
    """As in `22% (20% to 24%)`."""
    if crossing.pays_everywhere:
        return "any size"
    if crossing.at is None:
        return f"no size tried: at best {figure(crossing.best_gbp, 'GBP', signed=True)} a year"
    return f"{crossing.at} ({crossing.low} to {crossing.high})" if crossing.low else crossing.at


def sentence(found: BreakEven, says: str) -> str:
    """The answer, as in `Crises prevented (now 0%): in cash it pays at 22% (20% to 24%); with the beds that it frees ...`."""
    cash, beds = (_pays(one) for one in (found.in_cash, found.with_beds))
    now = f" (now {found.setting.stated})" if found.setting.stated else ""
    return f"{says}{now}: in cash it pays {cash}; with the beds that it frees {beds}."


def _pays(crossing: Crossing) -> str:
    if crossing.pays_everywhere:
        return "at any size"
    if crossing.at is None:
        return f"at no size that was tried (at best {figure(crossing.best_gbp, 'GBP', signed=True)} a year)"
    return f"at {where(crossing)}"


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
