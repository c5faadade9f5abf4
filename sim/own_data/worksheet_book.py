"""The worksheet as a workbook: fifteen cells to fill, and a sheet that shows every value that follows, formula and all.

Formulas are ours alone, and each is saved with its value. What a planner types is read back by worksheet_read.py.

What may be changed here: looks freely; sheets, headings and the words of a row are read back by their names.
"""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from sim.own_data.worksheet import (
    AMOUNT,
    ARITHMETIC,
    ASKED,
    DAYS,
    NAME_ROW,
    NUMBERS,
    PATHWAYS,
    RESIDENTS_ROW,
    SHARE,
    WHOLE,
    Part,
    parts,
    residents,
    shipped,
)

CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
TOP = 4  # the row of number 1, counted from 0
YOURS, AS_SHIPPED = 3, 4  # columns
FORMATS = {WHOLE: "0", AMOUNT: "0.0#", DAYS: "0.0#", SHARE: "0.0%"}
HEADS = ("", "Number", "Unit", "Yours", "As shipped", "Source", "Where it is", "Watch out")
WIDTHS = (5, 40, 15, 11, 11, 36, 44, 38)
INTRO = (
    "Fill the yellow cells that you know; write beside each where you have it from. All are about people of 65 and over with at "
    "least one night in hospital. A blank cell stays as shipped. Then read it: docs/your-own-hospital.md says how."
)


def workbook_bytes(filled: Mapping[int, float] | None = None, sources: Mapping[int, str] | None = None) -> bytes:
    """The worksheet, blank or with numbers and their sources filled in; the same numbers are the same bytes."""
    numbers = dict(filled or {})
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Your own hospital: fifteen numbers", "created": CREATED, "author": "bedflow"})
    _numbers(book, numbers, sources or {})
    _arithmetic(book, numbers)
    book.close()
    return data.getvalue()


def cell_of(number: int, column: str = "D") -> str:
    """The cell of a number on its sheet: `D5` for number 1."""
    return f"{column}{TOP + number}"


def _numbers(book: Any, filled: Mapping[int, float], sources: Mapping[int, str]) -> None:
    page = book.add_worksheet(NUMBERS)
    bold, wrap = book.add_format({"bold": True, "font_size": 14}), {"text_wrap": True, "valign": "top"}
    text, head = book.add_format(wrap), book.add_format({**wrap, "bold": True, "bottom": 1})
    page.write_string(0, 0, "Your own hospital: fifteen numbers", bold)
    page.merge_range(1, 0, 1, len(HEADS) - 1, INTRO, text)
    page.set_row(1, 32)
    for column, (name, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        page.write_string(TOP - 1, column, name, head)
        page.set_column(column, column, width)
    before = shipped()
    for asked in ASKED:
        row = TOP + asked.number - 1
        yours = book.add_format(
            {"num_format": FORMATS[asked.unit], "bg_color": "#FFF2CC", "border": 1, "valign": "top"}
        )
        page.set_row(row, 30)
        page.write_number(row, 0, asked.number, book.add_format({"align": "left", "valign": "top"}))
        page.write_string(row, 1, asked.says, text)
        page.write_string(row, 2, asked.unit, text)
        if asked.number in filled:
            page.write_number(row, YOURS, filled[asked.number], yours)
        else:
            page.write_blank(row, YOURS, None, yours)
        page.write_number(
            row, AS_SHIPPED, before[asked.number], book.add_format({"num_format": FORMATS[asked.unit], "valign": "top"})
        )
        source = book.add_format({**wrap, "bg_color": "#FFF2CC", "border": 1})
        page.write_string(row, 5, sources.get(asked.number, ""), source)
        page.write_string(row, 6, asked.where, text)
        page.write_string(row, 7, asked.watch_out, text)
        limits = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": asked.most}
        page.data_validation(row, YOURS, row, YOURS, limits)
    _other_cells(book, page, filled, text)
    page.freeze_panes(TOP, 0)
    _one_page_wide(page)


def _other_cells(book: Any, page: Any, filled: Mapping[int, float], text: Any) -> None:
    """Below the fifteen: the sum of the pathways, whether residents are among them, a name."""
    row = TOP + len(ASKED) + 1
    page.write_string(row, 1, "Numbers 5 to 8 together (must be 100%)", text)
    first, last = cell_of(PATHWAYS[0]), cell_of(PATHWAYS[-1])
    whole = sum(filled.get(one, 0.0) for one in PATHWAYS)
    page.write_formula(row, YOURS, f"=SUM({first}:{last})", book.add_format({"num_format": "0.0%"}), whole)
    yours = book.add_format({"bg_color": "#FFF2CC", "border": 1})
    page.write_string(row + 1, 1, RESIDENTS_ROW, text)
    page.write_string(row + 1, YOURS, "yes", yours)
    page.data_validation(row + 1, YOURS, row + 1, YOURS, {"validate": "list", "source": ["yes", "no"]})
    page.write_string(
        row + 1,
        6,
        "Published figures have them on pathway 0; a transfer hub usually leaves them out: then say no",
        text,
    )
    page.write_string(row + 2, 1, NAME_ROW, text)
    page.write_blank(row + 2, YOURS, None, yours)


def _arithmetic(book: Any, filled: Mapping[int, float]) -> None:
    """Every value of the scenario: its path, the formula over the sheet of numbers, its value now."""
    page = book.add_worksheet(ARITHMETIC)
    page.write_string(
        0,
        0,
        "What follows from the fifteen numbers: these values are written to the scenario",
        book.add_format({"bold": True, "font_size": 14}),
    )
    page.write_string(
        1, 0, "A number that is blank stands as shipped here, and is not written. Change the numbers, not this sheet."
    )
    head = book.add_format({"bold": True, "bottom": 1})
    for column, name in enumerate(("Value of the scenario", "Part", "Is", "From number", "Formula")):
        page.write_string(3, column, name, head)
    numbers = {**shipped(), **filled}
    flag = f"{NUMBERS}!$D${TOP + len(ASKED) + 3}"
    page.write_string(2, 0, "Residents of care homes, a part of numbers 5 to 8 (0 where they are left out)")
    page.write_formula(
        2, 2, f'=IF({flag}="no",0,{residents()!r})', book.add_format({"num_format": "0.0%"}), residents()
    )
    for row, part in enumerate(parts(), 4):
        cell = _effective(part)
        page.write_string(row, 0, part.path)
        page.write_string(row, 1, part.key)
        number_format = book.add_format({"num_format": FORMATS[part.unit], "align": "left"})
        page.write_formula(row, 2, part.formula(cell, "$C$3"), number_format, part.value(numbers, residents()))
        page.write_number(row, 3, part.number, book.add_format({"align": "left"}))
        page.write_string(row, 4, part.formula(f"number {part.number}", "residents")[1:])
    page.set_column(0, 0, 78)
    page.set_column(1, 3, 16)
    page.set_column(4, 4, 44)
    page.freeze_panes(4, 0)
    _one_page_wide(page)


def _one_page_wide(page: Any) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)


def _effective(part: Part) -> str:
    """The number of a part on the other sheet: yours, or as shipped where yours is blank."""
    mine, theirs = f"{NUMBERS}!{cell_of(part.number)}", f"{NUMBERS}!{cell_of(part.number, 'E')}"
    return f'IF({mine}="",{theirs},{mine})'
