"""Budget lines: spending a year compared with the budget, how often it is kept, and the verdict.

Terminal, report, workbook and files all take their lines from here; figures are of a year, or of the window
where that is shorter. The verdict is
about the mean over the replications, as everywhere; beside it stands the share of replications that kept the line.

Tests fix the words of the verdict.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sim.inputs.scenario import Budget, Scenario
from sim.results.comparison.compare import CANNOT_TELL, Estimate
from sim.results.comparison.findings import Findings
from sim.results.words import labels
from sim.results.words.labels import change_and_interval, counted, figure, interval, payer_label, spoken

KEPT, BROKEN = "kept", "broken"
KINDS = ("", "number", "number", "number", "number", "number", "verdict")
HOW_TO_READ = (
    "A budget line is kept or broken where the 95% interval of mean spending leaves the budget out; single years differ "
    "more than their mean, so the share of replications that kept it is beside it. Lines may overlap and are never "
    "added up."
)


class BudgetLine(NamedTuple):
    """One budget line of one scenario, of a year or a shorter window; intervals are those of the mean."""

    scenario: str
    budget: str
    limits: str
    budget_gbp: float
    spent_gbp: float
    spent_gbp_low: float | None
    spent_gbp_high: float | None
    left_gbp: float
    left_gbp_low: float | None
    left_gbp_high: float | None
    kept_share: float
    replications: int
    verdict: str


def budget_lines(findings: Findings) -> Iterator[BudgetLine]:
    """Every budget line of every scenario, in file order."""
    for scenario in findings.scenarios:
        for budget in scenario.costs.budgets:
            yield _line(findings, scenario, budget)


def _line(findings: Findings, scenario: Scenario, budget: Budget) -> BudgetLine:
    times = labels.times(scenario.calendar.measured_days)

    def of(measure: str) -> Estimate:
        row = findings.estimate(scenario.id, "all", measure, "budget", budget.name)
        assert row is not None  # `costs.py` gives all four of every line
        return row

    def as_told(row: Estimate) -> tuple[float, float | None, float | None]:
        low, high = (None if end is None else end * times for end in (row.low, row.high))
        return row.mean * times, low, high

    left, kept = of("budget_left_gbp"), of("budget_kept_share")
    spans = (*as_told(of("budget_spent_gbp")), *as_told(left))
    allowed = of("budget_gbp").mean * times
    said = budget_verdict(left.low, left.high)
    return BudgetLine(scenario.id, budget.name, limits(budget), allowed, *spans, kept.mean, kept.replications, said)


def budget_verdict(low: float | None, high: float | None) -> str:
    """Of what is left on average: kept or broken where its interval leaves 0 out, kept where it is always just 0."""
    if low is None or high is None:
        return CANNOT_TELL
    if low > 0.0 or low == high == 0.0:
        return KEPT
    return BROKEN if high < 0.0 else CANNOT_TELL


def limits(budget: Budget) -> str:
    """What a budget line is for: `all that is paid by better care fund for community beds`."""
    parts = (
        ("by", [payer_label(name) for name in budget.payers]),
        ("with the money of", [payer_label(name) for name in budget.contributors]),
        ("for", [spoken(name) for name in budget.spent_on]),
    )
    said = "".join(f" {words} {_listed(names)}" for words, names in parts if names)
    return f"all {'capital ' if budget.capital else ''}that is paid{said}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def budget_name(name: str) -> str:
    """Return the displayed name of a line: `nhs_contribution` is `NHS contribution`."""
    return " ".join(payer_label(word) for word in name.split("_"))


def headers(findings: Findings) -> tuple[str, ...]:
    """The heads of the table of budget lines."""
    return (
        f"budget line, {labels.per_one_of(findings.windows)}",
        "budget",
        "spent",
        "95% interval",
        "left",
        "kept in",
        "verdict",
    )


def table_rows(findings: Findings) -> list[tuple[str, ...]]:
    """All lines under `headers`, with the scenario's label where there are several scenarios."""
    several = len(findings.scenarios) > 1
    return [budget_cells(line, findings.labels[line.scenario] if several else "") for line in budget_lines(findings)]


def limits_of(findings: Findings) -> str:
    """What each line limits, a sentence each; and that a budget is for the whole time, where other figures are not."""
    said = dict.fromkeys((line.budget, line.limits) for line in budget_lines(findings))
    words = [f"{_capital(budget_name(name))}: {text}." for name, text in said]
    days = counted(findings.baseline.calendar.measured_days, "measured day")
    whole = (
        [f"Spending is that of all {days}, before and after whatever is dated."] if findings.reported_periods else []
    )
    return " ".join((*words, *whole))


def budget_cells(line: BudgetLine, label: str = "") -> tuple[str, ...]:
    """A line's cells under `headers`; with a scenario's label where there are several scenarios."""
    name = budget_name(line.budget)
    spread = interval(line.spent_gbp_low, line.spent_gbp_high, "GBP")
    left, _ = change_and_interval(line.left_gbp, line.left_gbp_low, line.left_gbp_high, "GBP")
    kept = f"{round(line.kept_share * line.replications)} of {counted(line.replications, 'replication')}"
    return (
        f"{label}: {name}" if label else name,
        figure(line.budget_gbp, "GBP"),
        figure(line.spent_gbp, "GBP"),
        spread or "-",
        left,
        kept,
        line.verdict,
    )
