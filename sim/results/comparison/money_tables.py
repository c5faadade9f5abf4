"""Tables of money that terminal, report, workbook and files all take from here: budget lines, and the years after ready.

Budget lines are spending a year compared with the budget, how often it is kept, and the verdict. Figures are of a year, or of the
window where that is shorter. The verdict is about the mean over the replications, as everywhere; beside it stands the share of
replications that kept the line. Tests fix the words of the verdict.

The years after ready say who pays, by payer and year, and what life the people had. Pounds are of the whole cohort: everybody who
came in the measured days and became ready.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sim.inputs.problems import capital, joined, listed
from sim.inputs.scenario import Budget, Scenario
from sim.results.comparison.compare import CANNOT_TELL, Estimate, verdict_text
from sim.results.comparison.findings import NOT_PRICED, Findings, is_unpriced
from sim.results.comparison.money import without_price
from sim.results.words import labels
from sim.results.words.labels import change_and_interval, counted, figure, interval, part_words, payer_label, spoken

# -- budget lines ------------------------------------------------------------------------------------------------------


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
    said = "".join(f" {words} {joined(names)}" for words, names in parts if names)
    return f"all {'capital ' if budget.capital else ''}that is paid{said}"


def budget_name(name: str) -> str:
    """Return the displayed name of a line: `nhs_contribution` is `NHS contribution`."""
    return " ".join(payer_label(word) for word in name.split("_"))


def headers(findings: Findings) -> tuple[str, ...]:
    """The heads of the table of budget lines."""
    per, _ = labels.per_each_of(findings.windows)
    return (
        f"budget line, {per}" if per else "budget line",
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
    named = labelled_with_days(findings)
    return [_budget_cells(line, named[line.scenario] if several else "") for line in budget_lines(findings)]


def labelled_with_days(findings: Findings) -> dict[str, str]:
    """Each scenario's label by its id, with the time of its totals where that is another for another scenario."""
    _, each = labels.per_each_of(findings.windows)
    pairs = zip(findings.scenarios, each, strict=True)
    return {one.id: f"{findings.label(one)}, {days}" if days else findings.label(one) for one, days in pairs}


def limits_of(findings: Findings) -> str:
    """What each line limits, a sentence each; and that a budget is for the whole time, where other figures are not."""
    said = dict.fromkeys((line.budget, line.limits) for line in budget_lines(findings))
    words = [f"{capital(budget_name(name))}: {text}." for name, text in said]
    days = counted(findings.baseline.calendar.measured_days, "measured day")
    whole = (
        [f"Spending is that of all {days}, before and after whatever is dated."] if findings.reported_periods else []
    )
    return " ".join((*words, *whole))


def _budget_cells(line: BudgetLine, label: str = "") -> tuple[str, ...]:
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


# -- the years after ready ---------------------------------------------------------------------------------------------


COST, DISCOUNTED, A_PERSON = "cohort_cost_gbp", "cohort_cost_discounted_gbp", "cohort_cost_per_person_gbp"
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
LIFE = (
    ("cohort_people", "people who became ready"),
    ("cohort_days_at_home", "days at home, each"),
    ("cohort_days_in_hospital", "days in hospital from ready on, each"),
    ("cohort_days_in_care_homes", "days in care homes, each"),
    ("cohort_days_elsewhere", "days in other places, each"),
    ("cohort_ever_in_care_home_share", "ever admitted to a care home"),
    ("cohort_alive_share", "alive at the end"),
)

Cells = tuple[str, ...]


def is_followed(findings: Findings) -> bool:
    """Whether people are followed at all."""
    return findings.baseline.calendar.follow_up_days > 0 and bool(_years(findings, findings.baseline))


def cohort_title(findings: Findings) -> str:
    """`Five years of the people who became ready`."""
    number = len(_years(findings, findings.baseline))
    words = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{words.capitalize()} {'year' if number == 1 else 'years'} of the people who became ready"


def cohort_headers(findings: Findings, scenario: Scenario) -> Cells:
    """The heads of the columns."""
    if not findings.compared:
        return "", findings.label(scenario), "95% interval"
    return "", findings.label(findings.baseline), findings.label(scenario), "difference", "95% interval", "verdict"


def cohort_in_short(findings: Findings, scenario: Scenario) -> list[Cells]:
    """Each payer, each year, all of it and discounted, then life: for the terminal."""
    rate = f"all, discounted at {_rate(scenario)} a year"
    rows = [_cells(findings, scenario, COST, "payer", payer) for payer in _items(findings, scenario, "payer")]
    rows += [_cells(findings, scenario, COST, "year", year) for year in _items(findings, scenario, "year")]
    rows += [
        _cells(findings, scenario, COST, label="all"),
        _cells(findings, scenario, DISCOUNTED, label=rate),
        _cells(findings, scenario, A_PERSON, label="all, each person"),
    ]
    return [row for row in (*rows, *cohort_life(findings, scenario)) if row]


def cohort_in_full(findings: Findings, scenario: Scenario) -> list[Cells]:
    """Each payer in each year, then in all and discounted; and all payers so: for the report."""
    rows: list[Cells] = []
    for payer in (*_items(findings, scenario, "payer"), ""):
        who = part_words("payer", payer) if payer else "all"
        for year in _items(findings, scenario, "year"):
            by, item = ("payer_and_year", f"{payer}, {year}") if payer else ("year", year)
            rows.append(_cells(findings, scenario, COST, by, item, label=f"{who}, year {year}"))
        by = "payer" if payer else ""
        rows.append(_cells(findings, scenario, COST, by, payer, label=f"{who}, all years"))
        rows.append(_cells(findings, scenario, DISCOUNTED, by, payer, label=f"{who}, all years, discounted"))
    rows.append(_cells(findings, scenario, A_PERSON, label="all, each person"))
    rows.append(
        _cells(findings, scenario, "cohort_cost_discounted_per_person_gbp", label="all, each person, discounted")
    )
    rows.append(_cells(findings, scenario, "cohort_capital_gbp", label="capital, in none of these"))
    return [row for row in rows if row]


def cohort_life(findings: Findings, scenario: Scenario) -> list[Cells]:
    """Who they are, and where they spent the years."""
    return [row for measure, label in LIFE if (row := _cells(findings, scenario, measure, label=label))]


def how_to_read_cohort(findings: Findings) -> str:
    """Who is followed, how far, what is out of sight, how it is discounted and what has no price."""
    shown = findings.scenarios
    days = counted(findings.baseline.calendar.measured_days, "measured day")
    said = [
        f"Followed are those who came to a hospital in the {days} and became ready to leave it, each from ready to death "
        f"or for {cohort_title(findings).split(' of ')[0].lower()} of 365.25 days. Pounds are of all of them together, from ready on."
    ]
    changes = (findings.difference(scenario.id, "all", "cohort_people") for scenario in shown[1:])
    if any(change is not None and change.mean for change in changes):
        said.append("Whom a scenario prevents from coming is not among its people: look at pounds a person too.")
    said += [text for scenario in shown if (text := _sight(findings, scenario))]
    if any(scenario.costs.prices for scenario in shown):
        said.append(
            f"Discounted at {_rate(findings.baseline)} a year, the first year in full (3.5% is the Green Book's). A place paid "
            "for while it is open costs those who use it; a hospital its price per occupied day; teams and programmes what they cost "
            "in the measured days, in the first year."
        )
    levers = [findings.called(scenario) for scenario in shown[1:] if is_unpriced(findings, scenario)]
    if levers:
        said.append(f"{NOT_PRICED.capitalize()}: {listed(levers, 'and')}; these pounds leave out what the lever costs.")
    missing = dict.fromkeys(name for scenario in shown for name in without_price(scenario))
    unpriced = [] if any(scenario.costs.prices for scenario in shown) else ["anything"]
    names = ", ".join([*unpriced, *missing])
    return " ".join([*said, f"Not priced, so at no cost here: {names}."] if names else said)


def _sight(findings: Findings, scenario: Scenario) -> str:
    """What the run sees of these people's time, and what of it is out of the model."""
    seen, censored, gone = (
        findings.estimate(scenario.id, "all", f"cohort_{what}")
        for what in ("followed_share", "censored_people", "left_model_share")
    )
    if not (seen and censored and gone):
        return ""
    text = f"{findings.called(scenario)}: the run sees {_share(seen.mean)} of their time alive"
    text += f", {figure(censored.mean, 'people')} of them not to the end (censored)" if censored.mean else ""
    if gone.mean:
        text += f"; {_share(gone.mean)} of it is out of the model, counted at no cost and as at home (after a care home, as in other places)"
    return f"{text}."


def _share(value: float) -> str:
    """A share in percent, which is 100% only where nothing is missing."""
    text = f"{100 * value:.1f}%"
    return "more than 99.9%" if text == "100.0%" and value < 1 else text.replace(".0%", "%")


def _rate(scenario: Scenario) -> str:
    return f"{100 * scenario.costs.discount_rate:.4g}%"


def _years(findings: Findings, scenario: Scenario) -> list[str]:
    return [row.item for row in findings.items(scenario.id, "all", "cohort_alive_share", "year")]


def _items(findings: Findings, scenario: Scenario, by: str) -> list[str]:
    """Payers or years of the scenario and its baseline, each once."""
    shown = (findings.baseline, scenario) if findings.compared else (scenario,)
    return list(dict.fromkeys(row.item for one in shown for row in findings.items(one.id, "all", COST, by)))


def _cells(
    findings: Findings, scenario: Scenario, measure: str, by: str = "", item: str = "", *, label: str = ""
) -> Cells:
    """A row under `headers`; empty where there is no such figure."""
    key = ("all", measure, by, item)
    after = findings.estimate(scenario.id, *key)
    said = label or part_words(by, item)
    if not findings.compared:
        return (said, _figure(after), interval(after.low, after.high, after.unit)) if after else ()
    before, change = findings.estimate(findings.baseline.id, *key), findings.difference(scenario.id, *key)
    if not change:
        return ()
    both = (_figure(row) for row in (before, after))
    difference = change_and_interval(change.mean, change.low, change.high, change.unit)
    # Pounds that leave out what the lever costs are neither better nor worse.
    leaves_out = change.unit == "GBP" and is_unpriced(findings, scenario)
    verdict = NOT_PRICED if leaves_out else verdict_text(change)
    return (said + findings.in_how_many(change), *both, *difference, verdict)


def _figure(row: Estimate | None) -> str:
    """A figure; pounds a person in whole pounds."""
    if row is None:
        return "-"
    return f"£{row.mean:,.0f}" if row.measure.endswith("per_person_gbp") else figure(row.mean, row.unit)


def cohort_tables(findings: Findings) -> Iterator[Scenario]:
    """Each scenario that has a table: those compared with the baseline, or each on its own."""
    if is_followed(findings):
        yield from findings.scenarios[1:] if findings.compared else findings.scenarios
