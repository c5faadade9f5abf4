"""The files that a scenario is read from, opened once, within limits, fingerprints kept; CSV as spreadsheets save it; and small tables.

A scenario may come from anybody: only relative paths with the expected ending, only ordinary files of a sane size.

Excel leaves blank columns and rows behind, begins files with a byte order mark, ends lines as Windows does and, where
commas are before decimals, puts semicolons between cells.

Small tables that people keep in a spreadsheet, targets and ranges, are read with their lines, and every problem is shown with its
line. One line an assumption: `path` is a dotted path as after --set; `low` and `high` are values of it. Paths that move together
are joined by |, and so are their values: shares that must still add up, say. One line a target: `measure` and `divided_by` name
rows of the results: service, measure and, where it is split, by=item or by=item|item, which adds items up.
"""

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path as FilePath

from sim.inputs.problems import Mark, Problems, closest, did_you_mean, listed, printable, quoted
from sim.inputs.values import UK_DATE, number, share

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
        found = next((separator for separator in SEPARATORS if separator in bare), None)
        if found is not None:
            return found
    return ","


def _plain_lines(text: str) -> str:
    """The text without a byte order mark, with one kind of line end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str, separator: str) -> Iterator[Line]:
    """Every line that is not blank."""
    plain = _plain_lines(text)
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


LARGEST_FILE = 1_000_000  # bytes
MOST_LENGTHS = 100_000
LEAST_BEGINNING = 3  # letters
YAML_ENDINGS = (".yaml", ".yml")
CSV_ENDINGS = (".csv",)
KINDS = (YAML_ENDINGS, CSV_ENDINGS, (".xlsx", ".xlsm"), (".json",), (".parquet",))  # of files that commands read
NOT_KNOWN = ("na", "n/a", "nan", "null", "none", "nil", "missing", "unknown", "not known", "suppressed", "redacted")


class Files:
    """The files of one scenario, by the path under which the planner knows them."""

    def __init__(self, problems: Problems, first: str) -> None:
        self._problems = problems
        self._first = first
        self.fingerprints: dict[str, str] = {}

    def named_in(self, mark: Mark, name: str, endings: tuple[str, ...]) -> str | None:
        """The path of a file named in another one, or None after noting why it cannot be used."""
        if re.match(r"[/\\~]|[A-Za-z]:", name) or "\\" in name or "\0" in name:
            self._problems.add(mark, f"{quoted(name)} must be a path beside this file, with / between folders")
        elif not name.endswith(endings):
            self._problems.add(mark, f"{quoted(name)} does not end in {' or '.join(endings)}")
        else:
            beside = mark.file if mark.line else self._first  # what is set on the command line is in no file
            return os.path.normpath(os.path.join(os.path.dirname(beside), name)).replace(os.sep, "/")
        return None

    def read(self, file: str, named_at: Mark) -> str | None:
        """The text of a file, or None after noting why it cannot be read."""
        self._problems.opened(file)
        try:
            content = ordinary_content(file, LARGEST_FILE, ", more than any scenario needs")
            self.fingerprints[file] = sha256(content).hexdigest()
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            how = " (Excel calls it CSV UTF-8)" if file.endswith(CSV_ENDINGS) else ""
            what = f"is not plain text in UTF-8, from a character in line {line} on"
            reason = f"{what}; save it again with that encoding{how}"
        except (OSError, ValueError) as error:
            reason = _why_unreadable(file, error)
        shown = "" if named_at.file == file else f"{quoted(file)} "
        self._problems.add(named_at, f"{shown}{reason}")
        return None

    def lengths(self, mark: Mark, name: str) -> list[float] | None:
        """One column of days from a file beside the scenario, its first line a heading or not."""
        file = self.named_in(mark, name, CSV_ENDINGS)
        text = None if file is None else self.read(file, mark)
        if file is None or text is None:
            return None
        found: list[float] = []
        try:
            for line in lines_of(text, separator_of(text)):
                length = self._length(line, Mark(file=file, line=line.number, column=1))
                found += [] if length is None else [length]
        except NoTable as error:
            self._problems.add(Mark(file=file, line=error.line, column=1), f"is no column of days: {error}")
            return None
        if len(found) > MOST_LENGTHS or not found:
            wrong = "no lengths" if not found else f"more than {MOST_LENGTHS:,} lengths"
            self._problems.add(mark, f"{quoted(file)} holds {wrong}")
            return None
        return found

    def _length(self, line: Line, mark: Mark) -> float | None:
        """The length on a line; None for a heading, and after noting why it holds none."""
        try:
            if len(line.cells) > 1:
                raise ValueError(_why_not_one_column(line.cells))
            return float(number(line.cells[0], Decimal(0), Decimal(100_000)))
        except ValueError as error:
            if line.number > 1 or not _is_heading(line.cells):
                self._problems.add(mark, f"this line {error}; the file holds one column of days")
        return None


def _is_heading(cells: tuple[str, ...]) -> bool:
    """A first line of words. A mark for what is not known, or not reported, stands for a length and is none."""
    text = cells[0].lower()
    words = any(one.isalpha() for one in text) and not any(one.isdigit() for one in text)
    return len(cells) == 1 and words and len(text) > 1 and text.strip("#()[]<>. ") not in NOT_KNOWN


def _why_not_one_column(cells: tuple[str, ...]) -> str:
    """The end of a sentence about a line of several cells, with the number that it may have been meant as."""
    several = f"holds {len(cells)} columns, {listed(map(quoted, cells[:4]), 'and')}"
    if not all(cell.isdecimal() for cell in cells):
        return several
    if all(len(cell) == 3 for cell in cells[1:]):
        return f"{several}; if it is one number with a comma for thousands, write {''.join(cells)}"
    return f"{several}; if it is one number, write {'.'.join(cells)}" if len(cells) == 2 else several


def ordinary_content(file: str, most: int, cure: str) -> bytes:
    """The bytes of an ordinary file, `most` of them at the most; ValueError says why it is none, or is too large."""
    path = FilePath(file)
    if path.exists() and not path.is_file():
        raise ValueError("is a folder, not a file" if path.is_dir() else "is no ordinary file")
    with path.open("rb") as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise ValueError(f"is larger than {most:,} bytes{cure}")
    return content


def _why_unreadable(file: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "is a link that leads to no file" if os.path.islink(file) else f"does not exist{_close_by(file)}"
    if isinstance(error, PermissionError):
        return "may not be read: permission denied"
    if isinstance(error, OSError):
        return f"cannot be read: {printable(error.strerror or 'unknown reason')}"
    return printable(str(error), 120)


def _close_by(file: str) -> str:
    """The end of a sentence about a file that is not there."""
    folder, name = os.path.split(file)
    try:
        similar = similar_in(folder, name)
    except OSError:
        return f"; there is no folder {quoted(folder)}"
    return "" if similar is None else f"; did you mean {quoted(similar)}?"


def similar_in(folder: str, name: str) -> str | None:
    """The file in that folder that was probably meant; OSError where there is no such folder.

    It is of the same kind where the name has an ending that is known. Otherwise endings are left out of it, for they make any two
    names alike; a name may also be the beginning of the one that was meant.
    """
    endings = next((kind for kind in KINDS if name.endswith(kind)), (*YAML_ENDINGS, *CSV_ENDINGS))
    beside = sorted(one for one in os.listdir(folder or ".") if one.endswith(endings) and one != name)[:1000]
    stems, word = {FilePath(one).stem: one for one in beside}, FilePath(name).stem
    longer = (stem for stem in stems if len(word) >= LEAST_BEGINNING and stem.startswith(word))
    close = closest(word, stems) or next(longer, None)
    return None if close is None else stems[close]


# -- small tables that people keep in a spreadsheet --------------------------------------------------------------------


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
    rows = sheet_of(text, file, columns, problems, numbers)
    if rows is None:
        problems.stop_if_any()
    return rows or []


def sheet_of(
    text: str, file: str, columns: Sequence[str], problems: Problems, numbers: Sequence[str] = ()
) -> list[Row] | None:
    """The lines below the heading; None after noting what is wrong with the table as a whole."""
    separator = separator_of(text)
    before = len(problems.found)
    rows: list[Row] = []
    try:
        lines = lines_of(text, separator)
        heading = headings(next(lines, Line(1, ())).cells, columns)
        _check_columns(file, heading, columns, problems)
        if len(problems.found) > before:
            return None
        rows += (_row(Mark(file=file, line=line.number, column=1), line.cells, heading, problems) for line in lines)
    except NoTable as error:
        problems.add(Mark(file=file, line=error.line, column=1), f"is no table: {error}")
    if not rows:
        problems.add(Mark(file=file, line=1, column=1), "holds nothing below its heading")
    if len(problems.found) > before:
        return None
    if separator == ";":
        for mark, what in _two_readings(rows, [name for name in numbers if name in heading]):
            problems.add(mark, what)
    return rows


def headings(cells: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """The words of a heading, with the capitals of the columns that they mean."""
    meant = {name.casefold(): name for name in columns}
    return tuple(cell if cell in columns else meant.get(cell.casefold(), cell) for cell in cells)


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
    for before, name in enumerate(there):
        if name and name not in columns:
            problems.add(mark, f"the column {quoted(name)} is not known{did_you_mean(name, columns)}")
        elif name and name in there[:before]:
            problems.add(mark, f"the column {quoted(name)} is there twice; keep one")


def _two_readings(rows: Sequence[Row], numbers: Sequence[str]) -> Iterator[tuple[Mark, str]]:
    for row in rows:
        for name in numbers:
            for found in WITH_COMMA.findall(row[name]):
                point, plain = found.replace(",", "."), found.replace(",", "")
                wanted = f"{point} or {plain}, as is meant" if THOUSANDS.search(found) else point
                yield (row.mark, f"{quoted(name)} is {quoted(found)}, in a table with semicolons; write {wanted}")


RANGE_COLUMNS = ("assumption", "path", "low", "high", "source", "note")


@dataclass(frozen=True, slots=True)
class Range:
    """One assumption: its paths, and their values at its low and at its high end."""

    says: str
    paths: tuple[str, ...]
    low: tuple[str, ...]
    high: tuple[str, ...]
    source: str
    note: str
    mark: Mark


def read_ranges(file: str) -> tuple[Range, ...]:
    """The ranges of a file in its order; ScenarioError lists everything that is wrong with it."""
    problems = Problems()
    found = [_range(row, problems) for row in read_sheet(file, RANGE_COLUMNS, problems, numbers=("low", "high"))]
    problems.stop_if_any()
    return tuple(found)


def _range(row: Row, problems: Problems) -> Range:
    paths, low, high = (tuple(as_written(part) for part in row[name].split("|")) for name in ("path", "low", "high"))
    for name, values in (("low", low), ("high", high)):
        if len(values) != len(paths) or not all(values):
            problems.add(row.mark, f"{quoted(name)} holds {len(values)} values for {len(paths)} paths")
    if not row["path"]:
        problems.add(row.mark, "`path` is empty")
    if not row["source"]:
        problems.add(row.mark, "`source` is empty; name where the range was read, or write: assumption")
    return Range(row["assumption"] or row["path"], paths, low, high, row["source"], row["note"], row.mark)


def as_written(part: str) -> str:
    """A path or value without spaces around it; a date as the language writes it, whatever a spreadsheet made of it."""
    text = part.strip()
    found = UK_DATE.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text


TARGET_COLUMNS = ("target", "measure", "divided_by", "unit", "low", "aim", "high", "binds", "source", "note")
UNITS = ("share", "nights", "days", "people", "ratio", "people a day")
MOST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Address:
    """Rows of the results: one service and measure, and the items of a split that are added up."""

    service: str
    measure: str
    by: str = ""
    items: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that the scenario should show, the range that is accepted, and where it comes from."""

    says: str
    of: Address
    divided_by: Address | None
    unit: str
    low: float
    aim: float | None
    high: float
    binds: bool
    source: str
    note: str
    line: int


def read_targets(file: str) -> tuple[Target, ...]:
    """The targets of a file in its order; ScenarioError lists everything that is wrong with it."""
    problems = Problems()
    found = [
        _target(row, problems) for row in read_sheet(file, TARGET_COLUMNS, problems, numbers=("low", "aim", "high"))
    ]
    problems.stop_if_any()
    return tuple(target for target in found if target is not None)


def address(text: str) -> Address:
    """`hospital delay_band_share band=1|2-3` as an address; ValueError with the end of a sentence."""
    words = text.split()
    if len(words) not in (2, 3) or (len(words) == 3 and "=" not in words[2]):
        raise ValueError(f"is {quoted(text)}; write service, measure and, where it is split, by=item")
    by, _, items = words[2].partition("=") if len(words) == 3 else ("", "", "")
    return Address(words[0], words[1], by, tuple(items.split("|")))


def _target(row: Row, problems: Problems) -> Target | None:
    """The target of one line, or None after noting what is wrong with it."""
    of = _address(row, "measure", problems)
    divided_by = _address(row, "divided_by", problems) if row["divided_by"] else None
    low, high = _number(row, "low", problems), _number(row, "high", problems)
    aim = _number(row, "aim", problems) if row["aim"] else None
    for name, known in (("unit", UNITS), ("binds", ("yes", "no"))):
        if row[name] not in known:
            problems.add(row.mark, f"{quoted(name)} is {quoted(row[name])}{did_you_mean(row[name], known)}")
    if not row["source"]:
        problems.add(row.mark, "`source` is empty; name where the figure was read, or write: assumption")
    if low is not None and high is not None and low > high:
        problems.add(row.mark, f"`low` ({row['low']}) is above `high` ({row['high']})")
    if of is None or low is None or high is None:
        return None
    return Target(
        says=row["target"] or row["measure"],
        of=of,
        divided_by=divided_by,
        unit=row["unit"],
        low=low,
        aim=aim,
        high=high,
        binds=row["binds"] == "yes",
        source=row["source"],
        note=row["note"],
        line=row.mark.line,
    )


def _address(row: Row, name: str, problems: Problems) -> Address | None:
    try:
        return address(row[name])
    except ValueError as error:
        problems.add(row.mark, f"{quoted(name)} {error}")
        return None


def _number(row: Row, name: str, problems: Problems) -> float | None:
    text = row[name]
    try:
        return float(share(text) if text.endswith("%") else number(text, Decimal(0), MOST))
    except ValueError as error:
        problems.add(row.mark, f"{quoted(name)} {error}")
        return None
