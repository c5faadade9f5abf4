"""The lines and cells of a CSV file as spreadsheets save it, whatever separates them.

Excel leaves blank columns and rows behind, begins files with a byte order mark, ends lines as Windows does and, where
commas stand before decimals, puts semicolons between cells.
What may be changed here: freely, as long as no text has two readings.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

IN_QUOTES = re.compile(r'"[^"]*"')
SEPARATORS = (";", "\t", ",")  # the first that stands outside quotes: a comma may also be part of a number
HINT = re.compile(r"sep=.\n", re.IGNORECASE)  # Excel's own line about the separator


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank: its number, and its cells without spaces around them or blank ones at the end."""

    number: int
    cells: tuple[str, ...]


class NoTable(ValueError):
    """Cells cannot be told apart; `line` is where."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        super().__init__(reason)


def separator_of(text: str) -> str:
    """What separates the cells of a text."""
    for line in text.splitlines():
        bare = IN_QUOTES.sub("", line)
        found = next((one for one in SEPARATORS if one in bare), None)
        if found is not None:
            return found
    return ","


def plain_lines(text: str) -> str:
    """The text without a byte order mark, with one kind of line end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str, separator: str) -> Iterator[Line]:
    """Every line that is not blank."""
    plain = plain_lines(text)
    hint = HINT.match(plain)
    skipped = 1 if hint else 0
    reader = csv.reader(io.StringIO(plain[hint.end() :] if hint else plain), delimiter=separator, strict=True)
    begins = 1 + skipped
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield Line(begins, tuple(cells))
            begins = reader.line_num + skipped + 1
    except csv.Error as error:
        raise NoTable(reader.line_num + skipped, str(error)) from None
