"""The results as one Excel workbook, by the conventions of gptables: cover, contents, notes, one table a sheet.

Tables begin below their title in column A and have a name; units stand in headers or in a column of their own; no
cell is merged, none holds a formula, and text that looks like one stays text. The same findings give the same bytes.
The only module that imports xlsxwriter.
"""

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import xlsxwriter

from sim.inputs.scenario import Scenario
from sim.results.comparison.budget_lines import HOW_TO_READ, budget_lines, budget_name
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import accounts, money_of
from sim.results.comparison.ranking import (
    how_to_read_ranking,
    ranking_answer,
    ranking_columns,
    ranking_rows,
    ranking_with_summary,
)
from sim.results.comparison.ranking import ranking_heading as what_is_ranked
from sim.results.measure_table import measures
from sim.results.parts import is_of_people
from sim.results.report.basis import assumptions, uplifted
from sim.results.words import run_length
from sim.results.words.headline import description, headline_rows, on_other_days, without_a_wait
from sim.results.words.labels import payer_label, spoken
from sim.results.words.who_waits import TITLE, who_waits_rows

Cell: TypeAlias = str | float | int | None
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # no clock: the same results are the same bytes
NO_VALUE = "[x]"
ALL_OF_THEM = (
    "Every measure by group and trait stands in summary.csv and differences.csv, which a spreadsheet opens too."
)
MOST_WIDTH, LEAST_WIDTH = 60, 9
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
NOTES = (
    "The same people, with the same luck, walk through every scenario; a difference is the scenario less the baseline, "
    "replication by replication.",
    "Lower and upper are the ends of the 95% interval: how sure the simulation is of its own average, not how well it "
    "fits real life.",
    "Replications: in how many a figure is defined; a difference is over those in which it is defined in both scenarios.",
    "Verdict: cannot tell means that the interval contains no difference.",
    "In the sheets Ranking, Headline, Cash_by_payer, Cash_by_contributor, Cash_by_service, Freed_beds and Budgets, {told}; "
    "those of the sheets Measures and Differences are of the measured window.",
    "Cash is spending that changes. Capacity is bed days released. Value is bed days times an average price, which "
    "nobody is paid. The three are never added together.",
    "Delayed days are part of the days that people stay, and never added to them.",
    f"{NO_VALUE} stands where there is no value.",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with one table."""

    name: str
    title: str
    headers: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = ()


def workbook_bytes(findings: Findings, title: str, command: str, shown: Callable[[str], str] = str) -> bytes:
    """The whole workbook."""
    sheets = [sheet for sheet in _sheets(findings, shown) if sheet.rows]
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, OPTIONS)
    book.set_properties({"title": title, "created": CREATED, "author": "bedflow"})
    style = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "cell": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _cover(book, style, findings, title, command)
    contents = Sheet("Contents", "Contents", ("Sheet", "What it holds"), [(one.name, one.title) for one in sheets])
    numbered = [(f"note {number}", text.replace("{told}", findings.totals)) for number, text in enumerate(NOTES, 1)]
    for sheet in (contents, Sheet("Notes", "Notes", ("Note", "Text"), numbered), *sheets):
        _write(book, style, sheet)
    book.close()
    return data.getvalue()


def _cover(book: Any, style: dict[str, Any], findings: Findings, title: str, command: str) -> None:
    page = book.add_worksheet("Cover")
    page.set_column(0, 0, 100)
    page.write_string(0, 0, title, style["title"])
    rows, lines = ranking_with_summary(findings)
    lines = lines + [ranking_answer(rows, findings, one) for one in findings.scenarios[1:]] if findings.compared else []
    lines = lines or [
        f"{description(findings, one)} {on_other_days(findings, one)}".rstrip() for one in findings.scenarios
    ]
    lines += [f"{heading}: {text}" for money in money_of(findings) for heading, text in accounts(money)]
    base = findings.baseline
    first = f"{base.calendar.measured_days:,} measured days after {base.calendar.warm_up_days:,} days of warm-up"
    lines += [f"{base.replications} replications of {first}; seed {base.seed}.", f"To repeat it: {command}"]
    year = base.costs.price_year
    lines += [f"Prices of {year}{f', by {base.costs.deflator}' if base.costs.deflator else ''}."] if year else []
    for row, text in enumerate(lines, 2):
        page.write_string(row, 0, text, style["wrap"])


def _write(book: Any, style: dict[str, Any], sheet: Sheet) -> None:
    """One sheet: title, notes, table."""
    page = book.add_worksheet(sheet.name)
    page.write_string(0, 0, sheet.title, style["title"])
    page.write_string(1, 0, "This sheet contains one table.")
    for number, note in enumerate(sheet.notes):
        page.write_string(2 + number, 0, note)
    top = 3 + len(sheet.notes)
    page.add_table(
        top,
        0,
        top + len(sheet.rows),
        len(sheet.headers) - 1,
        {
            "name": f"table_{sheet.name.lower()}",
            "columns": [{"header": one} for one in sheet.headers],
            "style": "Table Style Light 1",
            "autofilter": False,
        },
    )
    for row, values in enumerate(sheet.rows, top + 1):
        for column, value in enumerate(values):
            _cell(page, row, column, value, style["cell"])
    for column, header in enumerate(sheet.headers):
        longest = max([len(header), *(len(_shown(ranking_rows[column])) for ranking_rows in sheet.rows)])
        page.set_column(column, column, min(max(longest + 2, LEAST_WIDTH), MOST_WIDTH))
    page.freeze_panes(top + 1, 0)


def _cell(page: Any, row: int, column: int, value: Cell, style: Any) -> None:
    """A number as a number, everything else as text: nothing is ever taken for a formula."""
    if isinstance(value, str):
        page.write_string(row, column, value, style)
    elif value is None or not math.isfinite(value):
        page.write_string(row, column, NO_VALUE, style)
    else:
        page.write_number(row, column, float(format(value, ".10g")), style)


def _shown(value: Cell) -> str:
    return value if isinstance(value, str) else NO_VALUE if value is None else format(value, ".10g")


# -- the tables ----------------------------------------------------------------------------------------------


def _sheets(findings: Findings, shown: Callable[[str], str]) -> list[Sheet]:
    return [
        *([_ranking(findings), _headline(findings), *_money_sheets(findings)] if findings.compared else []),
        _budgets(findings),
        Sheet(
            "Measures",
            "Every measure of every scenario, over the replications",
            ("Scenario", "Service", "Measure", "By", "Item", "Unit", "Mean", "SD", "Lower", "Upper", "Replications"),
            [tuple(row) for row in findings.estimates if not is_of_people(row.by)],
            tuple(without_a_wait(findings)),
        ),
        Sheet(
            "Differences",
            "Every difference from the baseline",
            (
                "Scenario",
                "Service",
                "Measure",
                "By",
                "Item",
                "Unit",
                "Mean",
                "Lower",
                "Upper",
                "Replications",
                "Verdict",
            ),
            [
                (c.scenario, *c[2:7], c.mean, c.low, c.high, c.replications, c.verdict)
                for c in findings.differences
                if not is_of_people(c.by)
            ],
            tuple(without_a_wait(findings)),
        ),
        _who_waits(findings),
        _changes(findings, shown),
        Sheet(
            "Assumptions",
            "What rests on assumption",
            ("Value", "Is", "Note", "Written in"),
            [tuple(one) for one in assumptions(findings, shown)],
        ),
        Sheet(
            "Prices_of_other_years",
            "Prices that were turned into the price year",
            ("Price", "As written", "Year", "Times", "Used"),
            list(uplifted(findings)),
            ((findings.baseline.costs.deflator,) if findings.baseline.costs.deflator else ()),
        ),
        _definitions(findings),
    ]


def _ranking(findings: Findings) -> Sheet:
    """Several scenarios in order; without rows, and so without a sheet, where there is only one."""
    rows, summary = ranking_with_summary(findings)
    headers = tuple(name.replace("_", " ").replace("gbp", "£").capitalize() for name in ranking_columns(rows))
    by_label = [(place, findings.labels[scenario], *rest) for place, scenario, *rest in ranking_rows(rows)]
    return Sheet(
        "Ranking", what_is_ranked(findings), headers, by_label, (*summary, how_to_read_ranking(rows, findings))
    )


def _headline(findings: Findings) -> Sheet:
    """The headline figures; where something dated differs, of its headline period, then of all other days."""
    rows = [
        (findings.label(scenario), *days, *ranking_rows)
        for scenario in findings.scenarios[1:]
        for days, part in _days_told(findings, scenario)
        for ranking_rows in headline_rows(part, next(one for one in part.scenarios if one.id == scenario.id))
    ]
    days = ("Days",) if findings.reported_periods else ()
    figures = ("Figure", "Unit", "Baseline", "Scenario value", "Difference", "Lower", "Upper", "Verdict")
    return Sheet(
        "Headline",
        "The headline figures, baseline and scenarios side by side",
        ("Scenario", *days, *figures),
        rows,
        tuple(without_a_wait(findings)),
    )


def _who_waits(findings: Findings) -> Sheet:
    """The lines by group and trait of a comparison; without rows, and so without a sheet, where there is one group and no trait."""
    rows = [
        (findings.label(one), *row)
        for one in (findings.scenarios[1:] if findings.compared else ())
        for row in who_waits_rows(findings, one)
    ]
    headers = ("Scenario", "Figure", "Unit", "Baseline", "Scenario value", "Difference", "Lower", "Upper", "Verdict")
    return Sheet("Who_waits", TITLE, headers, rows, (ALL_OF_THEM,))


def _days_told(findings: Findings, scenario: Scenario) -> list[tuple[tuple[str, ...], Findings]]:
    """Return the findings that report a scenario, each with its days in words where they differ."""
    if not findings.reported_periods:
        return [((), findings)]
    own = findings.reported_periods.get(scenario.id)
    periods = (own.headline, *own.others) if own else ()
    return [*(((one.words,), findings.parts[one]) for one in periods), (("all measured days",), findings)]


def _money_sheets(findings: Findings) -> list[Sheet]:
    year = findings.baseline.costs.price_year or "the prices given"
    return [
        _cash(findings, "Cash_by_payer", f"Who pays: cash by payer, in prices of {year}", "payer"),
        _cash(
            findings,
            "Cash_by_contributor",
            f"Whose money it is, pooled funds split, in prices of {year}",
            "contributor",
        ),
        _cash(findings, "Cash_by_service", f"Cash by service, in prices of {year}", ""),
        _freed(findings),
    ]


def _cash(findings: Findings, name: str, title: str, by: str) -> Sheet:
    rows: list[Sequence[Cell]] = []
    for part, scenario in map(findings.headline_of, findings.scenarios[1:]):
        factor = run_length.times(scenario.calendar.measured_days)
        for change in part.differences:
            is_total = change.service == "all"
            if (change.scenario, change.measure, change.by) != (scenario.id, "cost_cash_gbp", by):
                continue
            if is_total != bool(by):
                continue
            key = (change.service, change.measure, change.by, change.item)
            levels = [part.estimate(one.id, *key) for one in (findings.baseline, scenario)]
            values = [0.0 if level is None else level.mean * factor for level in levels]
            ends = [None if end is None else end * factor for end in (change.low, change.high)]
            what = payer_label(change.item) if by else spoken(change.service)
            rows.append((findings.label(scenario), what, *values, change.mean * factor, *ends, change.verdict))
    per = run_length.per_one_of(findings.headline_of(one)[1].calendar.measured_days for one in findings.scenarios[1:])
    pounds = tuple(f"{one} (£ {per})" for one in ("Baseline", "Scenario value", "Difference", "Lower", "Upper"))
    return Sheet(name, title, ("Scenario", by.capitalize() or "Service", *pounds, "Verdict"), rows, _days(findings))


def _freed(findings: Findings) -> Sheet:
    rows: list[Sequence[Cell]] = []
    for money in money_of(findings):
        label = findings.label(money.scenario)
        for ledger, unit, change in (
            ("Capacity: bed days released", f"bed days {money.per}", money.released),
            ("Value: notional, no money changes hands", f"£ {money.per}", money.value),
            (
                "Delayed bed days avoided (part of bed days: never added)",
                f"bed days {money.per}",
                money.delayed_days_avoided,
            ),
        ):
            if change:
                rows.append((label, ledger, unit, change.mean, change.low, change.high))
        if money.break_even is not None:
            rows.append(
                (label, "Freed beds to break even, at their average price", "beds", money.break_even, None, None)
            )
        for what, found in (("Gross", money.gross_per_delayed_day), ("Net", money.net_per_delayed_day)):
            if found:
                rows.append((label, f"{what} cost of a delayed day avoided", "£", *found))
    headers = ("Scenario", "Figure", "Unit", "Mean", "Lower", "Upper")
    title = "Capacity and value: ledgers beside the cash, never added to it"
    return Sheet("Freed_beds", title, headers, rows, _days(findings))


def _days(findings: Findings) -> tuple[str, ...]:
    """Return a note for each scenario whose headline is about part of the window."""
    return tuple(
        f"{findings.label(one)}: a year at the rate of the days {findings.reported_periods[one.id].headline.words}."
        for one in findings.scenarios[1:]
        if one.id in findings.reported_periods
    )


def _budgets(findings: Findings) -> Sheet:
    """Budget lines; without rows, and so without a sheet, where there are none."""
    rows = [
        (findings.labels[one.scenario], budget_name(one.budget), one.limits, *one[3:]) for one in budget_lines(findings)
    ]
    per = run_length.per_one_of(findings.windows)
    pounds = ("Budget", "Spent", "Spent, lower", "Spent, upper", "Left", "Left, lower", "Left, upper")
    headers = ("Scenario", "Budget line", "It limits", *(f"{one} (£ {per})" for one in pounds))
    more = ("Share of replications that kept it", "Replications", "Verdict")
    return Sheet("Budgets", "Budget lines, kept or broken", (*headers, *more), rows, (HOW_TO_READ,))


def _changes(findings: Findings, shown: Callable[[str], str]) -> Sheet:
    rows = [
        (findings.label(scenario), one.path, one.old, one.new, one.place(shown))
        for scenario in findings.scenarios[1:]
        for one in findings.changes.get(scenario.id, ())
    ]
    headers = ("Scenario", "Value", "Baseline", "Here", "Written in")
    return Sheet("What_differs", "What differs between the files, line by line", headers, rows)


def _definitions(findings: Findings) -> Sheet:
    used = {row.measure for row in findings.estimates}
    rows = [
        (one.name, one.unit, one.better, one.source, one.definition) for one in measures().values() if one.name in used
    ]
    headers = ("Measure", "Unit", "Good direction", "Source", "Definition")
    return Sheet("Definitions", "What each measure means", headers, rows)
