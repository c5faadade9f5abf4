"""A small table from a CSV file, with its lines: for targets and ranges, which people keep in a spreadsheet.

What may be changed here: freely, but the exact words are tested.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.inputs.files import Files
from sim.inputs.problems import Mark, Problems, did_you_mean, quoted


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: where it stands, and its cells by column, without spaces around them."""

    mark: Mark
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_sheet(file: str, columns: Sequence[str], problems: Problems) -> list[Row]:
    """The lines below the heading; what is wrong with the table as a whole is raised, with a line noted."""
    text = Files(problems, file).read(file, Mark(file=file))
    problems.stop_if_any()
    reader = csv.DictReader(io.StringIO((text or "").removeprefix("\ufeff")), strict=True)
    rows = []
    try:
        _check_columns(file, reader.fieldnames or (), columns, problems)
        problems.stop_if_any()
        for cells in reader:
            mark = Mark(file=file, line=reader.line_num, column=1)
            rows.append(_row(mark, dict(cells), problems))
    except csv.Error as error:
        problems.add(Mark(file=file, line=reader.line_num, column=1), f"is no table: {error}")
    if not rows:
        problems.add(Mark(file=file, line=1, column=1), "holds nothing below its heading")
    problems.stop_if_any()
    return rows


def _row(mark: Mark, cells: Mapping[str | None, str | list[str] | None], problems: Problems) -> Row:
    """One line; the reader puts cells beyond the last column under None, and None into missing ones."""
    if None in cells:
        problems.add(mark, "this line has more cells than there are columns; put cells with commas in quotes")
    texts = {name: cell.strip() if isinstance(cell, str) else "" for name, cell in cells.items() if name}
    return Row(mark, texts)


def _check_columns(file: str, there: Sequence[str], columns: Sequence[str], problems: Problems) -> None:
    mark = Mark(file=file, line=1, column=1)
    for name in columns:
        if name not in there:
            problems.add(mark, f"the column {quoted(name)} is missing")
    for name in there:
        if name not in columns:
            problems.add(mark, f"the column {quoted(name)} is not known{did_you_mean(name, columns)}")
