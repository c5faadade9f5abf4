"""The results as one Excel workbook, by the conventions of gptables: cover, contents, notes, one table a sheet.

Tables begin below their title in column A and have a name; units stand in headers or in a column of their own; no
cell is merged, none holds a formula, and text that looks like one stays text. The same findings give the same bytes.
The only module that imports xlsxwriter.
"""

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, TypeAlias

import numpy as np
import xlsxwriter

from sim.inputs.scenario import Scenario
from sim.results.charts.style import COLOURS
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import accounts, money_of
from sim.results.comparison.money_tables import HOW_TO_READ, budget_lines, budget_name, labelled_with_days
from sim.results.comparison.ranking import (
    how_to_read_ranking,
    ranking_answer,
    ranking_columns,
    ranking_rows,
    ranking_with_summary,
)
from sim.results.comparison.ranking import ranking_heading as what_is_ranked
from sim.results.measure_table import LACKS, is_of_people, measures
from sim.results.measures.periods import Period
from sim.results.report.figures import assumptions, uplifted
from sim.results.words import labels
from sim.results.words.delays import WHO_WAITS_TITLE as TITLE
from sim.results.words.delays import days_by_reason, who_waits_rows
from sim.results.words.headline import description, headline_rows, on_other_days, without_a_wait
from sim.results.words.labels import LACK_WORDS, counted, payer_label, spoken

Cell: TypeAlias = str | float | int | None
ALL_OF_THEM = (
    "Every measure by group and trait stands in summary.csv and differences.csv, which a spreadsheet opens too."
)
BESIDE = 2  # scenarios: the baseline and one other, which have a chart of money
MOST_COLUMNS = 24  # of the daily census
DAILY_WORDS = {"delayed": "Delayed in", "midnight_census": "People in", "waiting": "Waiting for"}


@dataclass(frozen=True, slots=True)
class SheetChart:
    """A native chart of some columns of a table, beside it."""

    kind: str  # of XlsxWriter: bar, line
    title: str
    names_in: int  # the column of the categories
    columns: tuple[int, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with one table."""

    name: str
    title: str
    headers: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = ()
    unit_in: int | None = None  # the column that holds the unit of each row's numbers
    formats: Mapping[int, str] = field(default_factory=dict)  # by column, the unit of its numbers
    chart: SheetChart | None = None


def sheets(findings: Findings, shown: Callable[[str], str]) -> list[Sheet]:
    """Every sheet with a table, in order; those without rows are left out of the workbook."""
    return [
        *([_ranking(findings), _headline(findings), *_money_sheets(findings)] if findings.compared else []),
        _budgets(findings),
        _delays(findings),
        _daily(findings),
        Sheet(
            "Measures",
            "Every measure of every scenario, over the replications",
            ("Scenario", "Service", "Measure", "By", "Item", "Unit", "Mean", "SD", "Lower", "Upper", "Replications"),
            [tuple(row) for row in findings.estimates if not is_of_people(row.by)],
            tuple(without_a_wait(findings)),
            unit_in=5,
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
            unit_in=5,
        ),
        _who_waits(findings),
        _changes(findings, shown),
        Sheet(
            "Assumptions",
            "What rests on assumption",
            ("Value", "Is", "Note", "Written in"),
            [tuple(assumption) for assumption in assumptions(findings, shown)],
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
        unit_in=2 + len(days),
    )


def _who_waits(findings: Findings) -> Sheet:
    """The lines by group and trait of a comparison; without rows, and so without a sheet, where there is one group and no trait."""
    rows = [
        (findings.label(scenario), *row)
        for scenario in (findings.scenarios[1:] if findings.compared else ())
        for row in who_waits_rows(findings, scenario)
    ]
    headers = ("Scenario", "Figure", "Unit", "Baseline", "Scenario value", "Difference", "Lower", "Upper", "Verdict")
    return Sheet("Who_waits", TITLE, headers, rows, (ALL_OF_THEM,), unit_in=2)


def _days_told(findings: Findings, scenario: Scenario) -> list[tuple[tuple[str, ...], Findings]]:
    """Return the findings that report a scenario, each with its days in words where they differ."""
    if not findings.reported_periods:
        return [((), findings)]
    own = findings.reported_periods.get(scenario.id)
    periods = (own.headline, *own.others) if own else ()
    return [*(((period.words,), findings.parts[period]) for period in periods), (("all measured days",), findings)]


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
    beside = [findings.headline_of(one) for one in findings.scenarios[1:]]
    per, each = labels.per_each_of(scenario.calendar.measured_days for _, scenario in beside)
    for (part, scenario), days in zip(beside, each, strict=True):
        factor = labels.times(scenario.calendar.measured_days)
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
            named = (findings.label(scenario), what, *([days] if days else []))
            rows.append((*named, *values, change.mean * factor, *ends, change.verdict))
    pounds = (f"{one} {_pounds(per)}" for one in ("Baseline", "Scenario value", "Difference", "Lower", "Upper"))
    chart = (
        SheetChart("bar", f"Change in cash {per} (£)", 1, (4,), len(rows))
        if len(findings.scenarios) == BESIDE
        else None
    )
    named_by = ("Scenario", by.capitalize() or "Service", *([] if per else ["Days"]))
    formats = dict.fromkeys(range(len(named_by), len(named_by) + 5), "GBP")
    return Sheet(name, title, (*named_by, *pounds, "Verdict"), rows, _days(findings), formats=formats, chart=chart)


def _pounds(per: str) -> str:
    """The unit of a column: with its time where all rows have the same."""
    return f"(£ {per})" if per else "(£)"


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
    return Sheet("Freed_beds", title, headers, rows, _days(findings), unit_in=2)


def _days(findings: Findings) -> tuple[str, ...]:
    """Return a note for each scenario whose headline is about part of the window: which days, and what totals are of."""
    told = (
        (findings.label(scenario), findings.reported_periods.get(scenario.id)) for scenario in findings.scenarios[1:]
    )
    return tuple(f"{label}: {_totals_of(own.headline)} {own.headline.words}." for label, own in told if own)


def _totals_of(period: Period) -> str:
    is_year = labels.per(period.days) == labels.A_YEAR
    return "a year at the rate of the days" if is_year else "totals of the days"


def _budgets(findings: Findings) -> Sheet:
    """Budget lines; without rows, and so without a sheet, where there are none."""
    per, _ = labels.per_each_of(findings.windows)
    named = labelled_with_days(findings)
    rows = [(named[line.scenario], budget_name(line.budget), line.limits, *line[3:]) for line in budget_lines(findings)]
    pounds = ("Budget", "Spent", "Spent, lower", "Spent, upper", "Left", "Left, lower", "Left, upper")
    headers = ("Scenario", "Budget line", "It limits", *(f"{one} {_pounds(per)}" for one in pounds))
    more = ("Share of replications that kept it", "Replications", "Verdict")
    formats = dict.fromkeys(range(3, 10), "GBP") | {10: "share"}
    return Sheet("Budgets", "Budget lines, kept or broken", (*headers, *more), rows, (HOW_TO_READ,), formats=formats)


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
        (measure.name, measure.unit, measure.better, measure.source, measure.definition)
        for measure in measures().values()
        if measure.name in used
    ]
    headers = ("Measure", "Unit", "Good direction", "Source", "Definition")
    return Sheet("Definitions", "What each measure means", headers, rows)


def _delays(findings: Findings) -> Sheet:
    """Delayed bed days by reason, each parted into what lacked; with a chart of the whole."""
    part = findings.side_by_side
    shown = list(part.scenarios)
    _, per = labels.side_by_side(one.calendar.measured_days for one in shown)
    rows: list[Sequence[Cell]] = [
        (row.label, *(row.total(number) for number in range(len(shown))),
         *(row.days[number].get(lack, 0.0) for number in range(len(shown)) for lack in LACKS))
        for row in days_by_reason(part, shown)
    ]  # fmt: skip
    names = [part.label(one) for one in shown]
    heads = ("Reason", *names, *(f"{name}: {LACK_WORDS[lack]}" for name in names for lack in LACKS))
    title = f"What delayed people in {spoken(part.main_place)} wait for, and what is lacking: delayed bed days {per}"
    chart = SheetChart("bar", f"Delayed bed days {per}", 0, tuple(range(1, 1 + len(names))), len(rows))
    formats = dict.fromkeys(range(1, len(heads)), "bed days")
    return Sheet("Delay_by_reason", title, heads, rows, formats=formats, chart=chart if rows else None)


def _daily(findings: Findings) -> Sheet:
    """The midnight census: for each day and scenario, people in the main place and in what opens, delayed, and waiting."""
    first = findings.baseline.calendar.start + timedelta(days=findings.baseline.calendar.warm_up_days)
    main, known = findings.main_place, {one.name for one in findings.baseline.services}
    columns: list[tuple[str, str, str]] = []
    for scenario in findings.scenarios:
        opened = [
            service.name for service in scenario.services if service.name not in known and not service.is_unlimited
        ]
        wanted = [("delayed", main), ("midnight_census", main), ("waiting", main)]
        wanted += [("midnight_census", name) for name in opened]
        columns += [
            (scenario.id, measure, name) for measure, name in wanted if (name, measure) in findings.daily[scenario.id]
        ]
    columns = sorted(columns[:MOST_COLUMNS], key=lambda column: DAILY_WORDS[column[1]])
    series = [
        np.asarray(findings.daily[of][name, measure], dtype=np.float64).mean(axis=0) for of, measure, name in columns
    ]
    days = min((len(values) for values in series), default=0)
    rows: list[Sequence[Cell]] = [
        ((first + timedelta(days=day)).isoformat(), *(float(values[day]) for values in series)) for day in range(days)
    ]
    labelled = {one.id: findings.label(one) for one in findings.scenarios}
    heads = [f"{DAILY_WORDS[measure]} {spoken(name)}: {labelled[of]}" for of, measure, name in columns]
    heads = [head if heads.count(head) == 1 else f"{head} ({number})" for number, head in enumerate(heads, 1)]
    delayed = tuple(number for number, column in enumerate(columns, 1) if column[1] == "delayed")
    chart = SheetChart(
        "line", f"Delayed people in {spoken(main)} at midnight, average of the replications", 0, delayed, days
    )
    note = f"Averages of {counted(findings.baseline.replications, 'replication')}; all services and the range of days are in census.csv."
    formats = dict.fromkeys(range(1, 1 + len(heads)), "people")
    return Sheet(
        "Daily_census",
        "Midnight by midnight",
        ("Date", *heads),
        rows,
        (note,),
        formats=formats,
        chart=chart if delayed else None,
    )


# -- the workbook ------------------------------------------------------------------------------------------------------


CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # no clock: the same results are the same bytes
NO_VALUE = "[x]"
MOST_WIDTH, LEAST_WIDTH = 60, 9
LINE, COVER_LETTERS, MOST_FOOTER = 15, 105, 120  # points of a line; letters on one
LONG = 150  # rows; of a longer table that many are printed
LONG_NOTE = "This table has {:,} rows. Its first 150 are printed; to print all, clear the print area."
Styles: TypeAlias = dict[str, Any]
FORMATS = {
    "share": "0.0%",
    "share of days": "0.0%",
    "GBP": "£#,##0;-£#,##0",
    "£": "£#,##0;-£#,##0",
    "people": "#,##0.0",
    "people a day": "#,##0.0",
    "bed days": "#,##0",
    "nights": "#,##0",
    "days": "#,##0.0",
    "whole": "0",
    "other": "#,##0.00",
}  # how numbers of each unit are shown; the cells hold all digits
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
NOTES = (
    "The same people, with the same random numbers, go through every scenario; a difference is the scenario less the baseline, "
    "replication by replication.",
    "Lower and upper are the ends of the 95% interval: how sure the simulation is of its own average, not how well it "
    "fits real life.",
    "Replications: in how many a figure is defined; a difference is over those in which it is defined in both scenarios.",
    "Verdict: cannot tell means that the interval contains no difference; no change, that no replication differs.",
    "In the sheets Ranking, Headline, Cash_by_payer, Cash_by_contributor, Cash_by_service, Freed_beds and Budgets, {told}; "
    "those of the sheets Measures and Differences are of the measured window.",
    "Cash is spending that changes. Capacity is bed days released. Value is bed days times an average price, which "
    "nobody is paid. The three are never added together.",
    "Delayed days are part of the days that people stay, and never added to them.",
    f"{NO_VALUE} stands where there is no value.",
)


def workbook_bytes(findings: Findings, title: str, command: str, shown: Callable[[str], str] = str) -> bytes:
    """The whole workbook."""
    found = [sheet for sheet in sheets(findings, shown) if sheet.rows]
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, OPTIONS)
    book.set_properties({"title": title, "created": CREATED, "author": "bedflow"})
    style: Styles = {
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": "#12436D"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        **{unit: book.add_format({"num_format": number, "valign": "top"}) for unit, number in FORMATS.items()},
    }
    _cover(book, style, findings, title, command)
    contents = Sheet("Contents", "Contents", ("Sheet", "What it holds"), [(one.name, one.title) for one in found])
    numbered = [(f"note {number}", text.replace("{told}", findings.totals)) for number, text in enumerate(NOTES, 1)]
    for sheet in (contents, Sheet("Notes", "Notes", ("Note", "Text"), numbered), *found):
        _write(book, style, sheet)
    book.close()
    return data.getvalue()


def _cover(book: Any, style: Styles, findings: Findings, title: str, command: str) -> None:
    page = book.add_worksheet("Cover")
    page.set_column(0, 0, 100)
    page.write_string(0, 0, title, style["title"])
    rows, lines = ranking_with_summary(findings)
    lines = (
        lines + [ranking_answer(rows, findings, scenario) for scenario in findings.scenarios[1:]]
        if findings.compared
        else []
    )
    lines = lines or [
        f"{description(findings, scenario)} {on_other_days(findings, scenario)}".rstrip()
        for scenario in findings.scenarios
    ]
    lines += [f"{heading}: {text}" for money in money_of(findings) for heading, text in accounts(money)]
    base = findings.baseline
    first = f"{counted(base.calendar.measured_days, 'measured day')} after {counted(base.calendar.warm_up_days, 'day')} of warm-up"
    lines += [f"{counted(base.replications, 'replication')} of {first}; seed {base.seed}.", f"To repeat it: {command}"]
    year = base.costs.price_year
    lines += [f"Prices of {year}{f', by {base.costs.deflator}' if base.costs.deflator else ''}."] if year else []
    for row, text in enumerate(lines, 2):
        page.set_row(
            row, LINE * ceil(len(text) / COVER_LETTERS)
        )  # LibreOffice would print the lines on top of each other
        page.write_string(row, 0, text, style["wrap"])
    _for_printing(page, title, 1)


def _write(book: Any, style: Styles, sheet: Sheet) -> None:
    """One sheet: title, notes, table, and its chart to the right."""
    page = book.add_worksheet(sheet.name)
    page.write_string(0, 0, sheet.title, style["title"])
    notes = (*sheet.notes, *((LONG_NOTE.format(len(sheet.rows)),) if len(sheet.rows) > LONG else ()))
    for number, note in enumerate(notes):
        page.write_string(1 + number, 0, note)
    top, last = 3 + len(notes), len(sheet.headers) - 1
    columns = [{"header": header} for header in sheet.headers]
    shape = {
        "name": f"table_{sheet.name.lower()}",
        "columns": columns,
        "style": "Table Style Light 1",
        "autofilter": False,
    }
    page.add_table(top, 0, top + len(sheet.rows), last, shape)
    widths = _widths(sheet)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    for row, values in enumerate(sheet.rows, top + 1):
        unit = "" if sheet.unit_in is None else str(values[sheet.unit_in])
        for column, value in enumerate(values):
            if isinstance(value, str) or column not in sheet.formats:
                _cell(page, row, column, value, style, unit)
            else:
                _cell(page, row, column, value, style, sheet.formats[column])
        lines = max(ceil(len(one) / width) for one, width in zip(map(_shown, values), widths, strict=True))
        if lines > 1:
            page.set_row(row, LINE * lines)
    page.freeze_panes(top + 1, 0)
    _for_printing(page, sheet.title, 0)
    page.repeat_rows(top)
    if len(sheet.rows) > LONG:
        page.print_area(0, 0, top + LONG, last)
    if sheet.chart:
        page.insert_chart(top, last + 2, _chart(book, sheet, top))


def _for_printing(page: Any, title: str, high: int) -> None:
    """A4, as wide as the paper, with the title and the page's number at the foot; `high`: on so many pages, 0: as many as it needs."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, high)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.set_footer("&L" + title.replace("&", "&&")[:MOST_FOOTER] + "&Rpage &P of &N")


def _chart(book: Any, sheet: Sheet, top: int) -> Any:
    """A native chart of the table, in the colours of the report."""
    told = sheet.chart
    assert told is not None
    chart = book.add_chart({"type": told.kind})
    rows = (top + 1, top + told.rows)
    for number, column in enumerate(told.columns):
        colour = COLOURS[(number if len(told.columns) > 1 else 1) % len(COLOURS)]
        look = {"line": {"color": colour, "width": 1.75}} if told.kind == "line" else {"fill": {"color": colour}}
        places = {
            key: [sheet.name, rows[0], at, rows[1], at]
            for key, at in (("categories", told.names_in), ("values", column))
        }
        chart.add_series({"name": sheet.headers[column], **places, **look})
    chart.set_title({"name": told.title, "name_font": {"size": 11}})
    chart.set_size({"width": 640, "height": 380})
    if told.kind == "bar":
        chart.set_y_axis({"reverse": True, "label_position": "low"})
    if len(told.columns) == 1:
        chart.set_legend({"none": True})
    return chart


def _widths(sheet: Sheet) -> list[int]:
    """Of each column as wide as its longest text, but no wider than can be read; numbers as they are shown."""
    found = []
    for column, header in enumerate(sheet.headers):
        longest = max((len(_shown(row[column])) for row in sheet.rows if isinstance(row[column], str)), default=0)
        found.append(min(max(longest, len(header), LEAST_WIDTH) + 2, MOST_WIDTH))
    return found


def _cell(page: Any, row: int, column: int, value: Cell, style: Styles, unit: str) -> None:
    """A number as a number, rounded to the eye by its unit; everything else as text: nothing is ever taken for a formula."""
    if isinstance(value, str):
        page.write_string(row, column, value, style["wrap"])
    elif value is None or not math.isfinite(value):
        page.write_string(row, column, NO_VALUE, style["wrap"])
    else:
        number = style["whole"] if isinstance(value, int) else style.get(unit, style["other"])
        page.write_number(row, column, float(format(value, ".10g")), number)


def _shown(value: Cell) -> str:
    return value if isinstance(value, str) else NO_VALUE if value is None else format(value, ".6g")
