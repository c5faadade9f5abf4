"""Several scenarios against one baseline, in order of the delayed people that they avoid; money and bed days as told of the window.

Intervals are simultaneous: `low_all` and `high_all` hold for all scenarios of a measure at once, and verdicts here go
by them. Cash, capacity and value stand side by side and are never summed.

What may be changed here: freely, with its readers; the columns of ranking.csv are frozen in the vocabulary.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.inputs.scenario import Scenario
from sim.results.comparison.compare import CANNOT_TELL, verdict
from sim.results.comparison.findings import Contrast, Findings
from sim.results.comparison.money import Money
from sim.results.measures.catalogue import ENDINGS, better
from sim.results.words import run_length

MEASURE = "midnight_delayed_mean"
NO_CHANGE = "no change"
LEAST_OTHERS = 2  # one scenario beside its baseline needs no order


@dataclass(frozen=True, slots=True)
class Judged:
    """A difference from the baseline, its simultaneous interval, and the verdict by that interval."""

    mean: float
    low: float | None
    high: float | None
    verdict: str

    @property
    def said(self) -> str:
        """The verdict; where not even the last digit differs there is nothing that could not be told."""
        return NO_CHANGE if self.is_nothing else self.verdict

    @property
    def is_nothing(self) -> bool:
        """Whether it is the same in every replication, to the last digit."""
        return self.mean == self.low == self.high == 0.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """One scenario's row."""

    place: int
    scenario: Scenario
    label: str
    delayed: Judged  # delayed people on an average day: below 0 they are avoided
    cash: Judged | None
    released: Judged | None  # bed days
    value: Judged | None  # notional
    gross_per_day: float | None  # pounds for each delayed day avoided; None where none is avoided for certain
    net_per_day: float | None
    given_up: dict[str, Judged]  # people who gave up a wait, by what became of them
    cash_by_payer: dict[str, Judged]
    value_by_payer: dict[str, Judged]
    days: str = ""  # the part of the window that it is of, in words


def ranking(findings: Findings) -> list[Ranked]:
    """Every scenario, the one that avoids most delayed people first; none where fewer than two are compared.

    All on the same days: where something dated differs, those on which all of it is in force.
    """
    asked = {scenario.id: scenario for scenario in findings.scenarios}
    findings = findings.side_by_side
    others = findings.scenarios[1:]
    main = findings.main_service.name
    found = {one.id: findings.contrast(one.id, main, MEASURE) for one in others}
    if not findings.compared or len(others) < LEAST_OTHERS or not any(found.values()):
        return []
    judged = [(_judged(found[one.id]) or Judged(0.0, 0.0, 0.0, CANNOT_TELL), one) for one in others]
    judged.sort(key=lambda pair: pair[0].mean)
    means = [delayed.mean for delayed, _ in judged]  # who avoids as many shares a place
    rows = [_ranked(findings, means.index(delayed.mean) + 1, one, delayed) for delayed, one in judged]
    days = findings.period.words if findings.period else ""
    return [replace(row, scenario=asked[row.scenario.id], days=days) for row in rows]


def _judged(row: Contrast | None, factor: float = 1.0) -> Judged | None:
    if row is None:
        return None
    low, high = (None if end is None else end * factor for end in (row.low_all, row.high_all))
    return Judged(row.mean * factor, low, high, verdict(row.low_all, row.high_all, better(row.measure, row.item)))


def _ranked(findings: Findings, place: int, scenario: Scenario, delayed: Judged) -> Ranked:
    def of(measure: str) -> Judged | None:
        factor = run_length.factor(measure, scenario.calendar.measured_days)
        return _judged(findings.contrast(scenario.id, "all", measure), factor)

    gross, net = _per_delayed_day(findings, scenario, delayed)
    return Ranked(
        place=place,
        scenario=scenario,
        label=findings.label(scenario),
        delayed=delayed,
        cash=of("cost_cash_gbp"),
        released=of("released_bed_days"),
        value=of("notional_value_gbp"),
        gross_per_day=gross,
        net_per_day=net,
        given_up=_parts(findings, scenario, "gave_up", "ending"),
        cash_by_payer=_parts(findings, scenario, "cost_cash_gbp", "payer"),
        value_by_payer=_parts(findings, scenario, "notional_value_gbp", "payer"),
    )


def _parts(findings: Findings, scenario: Scenario, measure: str, by: str) -> dict[str, Judged]:
    factor = run_length.factor(measure, scenario.calendar.measured_days)
    wanted = (scenario.id, "all", measure, by)
    rows = (row for row in findings.contrasts if (row.scenario, row.service, row.measure, row.by) == wanted)
    return {row.item: judged for row in rows if (judged := _judged(row, factor))}


def _per_delayed_day(
    findings: Findings, scenario: Scenario, delayed: Judged
) -> tuple[float, float] | tuple[None, None]:
    """Gross and net pounds, where both people and days are fewer by their simultaneous intervals."""
    days = _judged(findings.contrast(scenario.id, findings.main_service.name, "delayed_bed_days"))
    money = Money(findings, scenario)
    gross, net = money.gross_per_delayed_day, money.net_per_delayed_day
    if delayed.verdict != "better" or days is None or days.verdict != "better" or gross is None or net is None:
        return None, None
    return gross[0], net[0]


# -- for programs --------------------------------------------------------------------------------------------

JUDGED = ("delayed_people", "cash_gbp", "released_bed_days", "notional_value_gbp")
ALONE = ("gross_gbp_per_delayed_day", "net_gbp_per_delayed_day")
FOUR = ("", "_low_all", "_high_all", "_verdict")
MONEY_BY_PAYER = ("cash_gbp", "notional_value_gbp")


def payers_of(rows: Sequence[Ranked]) -> list[str]:
    """Everybody who pays or gains in any scenario, in the order of the results."""
    return list(dict.fromkeys(name for row in rows for name in (*row.cash_by_payer, *row.value_by_payer)))


def columns(rows: Sequence[Ranked]) -> tuple[str, ...]:
    """The columns of ranking.csv: fixed ones, those who gave up, for each payer its cash and its notional value; the days."""
    fixed = [f"{name}{ending}" for name in JUDGED for ending in FOUR]
    given_up = [f"gave_up_{item}{end}" for item in ENDINGS for end in FOUR]
    payers = [f"{name}_{payer}{end}" for payer in payers_of(rows) for name in MONEY_BY_PAYER for end in FOUR]
    days = ["days"] if any(row.days for row in rows) else []
    return ("place", "scenario", *fixed, *ALONE, *given_up, *payers, *days)


def cells(rows: Sequence[Ranked]) -> Iterator[tuple[Any, ...]]:
    """The rows of ranking.csv, unrounded; what is not known is empty."""
    payers = payers_of(rows)
    for row in rows:
        by_payer = [one.get(name) for name in payers for one in (row.cash_by_payer, row.value_by_payer)]
        four = [cell for one in (row.delayed, row.cash, row.released, row.value) for cell in _four(one)]
        given_up = [row.given_up.get(item) for item in ENDINGS]
        more = [cell for one in (*given_up, *by_payer) for cell in _four(one)]
        days = [row.days] if row.days else []
        yield (row.place, row.scenario.id, *four, row.gross_per_day, row.net_per_day, *more, *days)


def _four(judged: Judged | None) -> tuple[float | str | None, ...]:
    return (None,) * 4 if judged is None else (judged.mean, judged.low, judged.high, judged.verdict)
