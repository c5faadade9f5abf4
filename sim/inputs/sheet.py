"""A small table from a CSV file, with its lines: for targets and ranges, which people keep in a spreadsheet.

What may be changed here: freely, but the exact words are tested.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.inputs.files import Files
from sim.inputs.problems import Mark, Problems, did_you_mean, quoted
from sim.inputs.spreadsheet import Line, NoTable, lines_of, separator_of

THOUSANDS = re.compile(r",\d{3}%?$")
WITH_COMMA = re.compile(r"(?<![\d.,])£?\d+,\d+%?(?![\d.,])")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: where it stands, and its cells by column, without spaces around them."""

    mark: Mark
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_sheet(file: str, columns: Sequence[str], problems: Problems, numbers: Sequence[str] = ()) -> list[Row]:
    """The lines below the heading; what is wrong with the table as a whole is raised, with a line noted.

    In a table whose cells a semicolon separates, a comma within one of the `numbers` may be a decimal point, and is refused.
    """
    text = Files(problems, file).read(file, Mark(file=file)) or ""
    problems.stop_if_any()
    separator = separator_of(text)
    rows: list[Row] = []
    try:
        lines = lines_of(text, separator)
        heading = next(lines, Line(1, ())).cells
        _check_columns(file, heading, columns, problems)
        problems.stop_if_any()
        rows += (_row(Mark(file=file, line=line.number, column=1), line.cells, heading, problems) for line in lines)
    except NoTable as error:
        problems.add(Mark(file=file, line=error.line, column=1), f"is no table: {error}")
    if not rows:
        problems.add(Mark(file=file, line=1, column=1), "holds nothing below its heading")
    problems.stop_if_any()
    if separator == ";":
        for mark, what in _two_readings(rows, numbers):
            problems.add(mark, what)
    return rows


def _row(mark: Mark, cells: Sequence[str], heading: Sequence[str], problems: Problems) -> Row:
    """One line; cells that are missing at its end are blank."""
    if any(cell and not name for name, cell in zip(_endless(heading, cells), cells, strict=True)):
        problems.add(mark, "this line has more cells than there are columns; put cells with commas in quotes")
    padded = [*cells, *[""] * len(heading)]
    return Row(mark, {name: cell for name, cell in zip(heading, padded, strict=False) if name})


def _endless(heading: Sequence[str], cells: Sequence[str]) -> list[str]:
    """The heading of each cell, none beyond the last column."""
    return [*heading, *[""] * len(cells)][: len(cells)]


def _check_columns(file: str, there: Sequence[str], columns: Sequence[str], problems: Problems) -> None:
    mark = Mark(file=file, line=1, column=1)
    for name in columns:
        if name not in there:
            problems.add(mark, f"the column {quoted(name)} is missing")
    for number, name in enumerate(there):
        if name and name not in columns:
            problems.add(mark, f"the column {quoted(name)} is not known{did_you_mean(name, columns)}")
        elif name and name in there[:number]:
            problems.add(mark, f"the column {quoted(name)} is there twice; keep one")


def _two_readings(rows: Sequence[Row], numbers: Sequence[str]) -> Iterator[tuple[Mark, str]]:
    for row in rows:
        for name in numbers:
            for found in WITH_COMMA.findall(row[name]):
                point, plain = found.replace(",", "."), found.replace(",", "")
                wanted = f"{point} or {plain}, as is meant" if THOUSANDS.search(found) else point
                yield (
                    row.mark,
                    f"{quoted(name)} is {quoted(found)}, in a table with semicolons; write {wanted}",
                )
