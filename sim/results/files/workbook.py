"""The results as one Excel workbook, by the conventions of gptables: cover, contents, notes, one table a sheet.

Tables begin below their title in column A and have a name; units stand in headers or in a column of their own; no
cell is merged, none holds a formula, and text that looks like one stays text. The same findings give the same bytes.
The only module that imports xlsxwriter.
"""

import io
import math
from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from typing import Any, TypeAlias

import xlsxwriter

from sim.results.charts.style import COLOURS
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import accounts, money_of
from sim.results.comparison.ranking import ranking_answer, ranking_with_summary
from sim.results.files.sheets import Cell, Sheet, sheets
from sim.results.words.headline import description, on_other_days
from sim.results.words.labels import counted

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
    "Verdict: cannot tell means that the interval contains no difference.",
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
