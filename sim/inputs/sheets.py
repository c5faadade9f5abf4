"""Small tables that people keep in a spreadsheet, read with their lines: targets and ranges.

One line an assumption. `path` is a dotted path as after --set; `low` and `high` are values of it. Paths that
move together are joined by |, and so are their values: shares that must still add up, say.

One line a target. `measure` and `divided_by` name rows of the results: service, measure and, where it is split,
by=item or by=item|item, which adds items up. Every problem is shown with its line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.inputs.files import Files, Line, NoTable, lines_of, separator_of
from sim.inputs.problems import Mark, Problems, did_you_mean, quoted
from sim.inputs.values import UK_DATE, number, share

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
        heading = next(lines, Line(1, ())).cells
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
                yield (
                    row.mark,
                    f"{quoted(name)} is {quoted(found)}, in a table with semicolons; write {wanted}",
                )


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
    paths, low, high = (tuple(_plain(part) for part in row[name].split("|")) for name in ("path", "low", "high"))
    for name, values in (("low", low), ("high", high)):
        if len(values) != len(paths) or not all(values):
            problems.add(row.mark, f"{quoted(name)} holds {len(values)} values for {len(paths)} paths")
    if not row["path"]:
        problems.add(row.mark, "`path` is empty")
    if not row["source"]:
        problems.add(row.mark, "`source` is empty; name where the range was read, or write: assumption")
    return Range(row["assumption"] or row["path"], paths, low, high, row["source"], row["note"], row.mark)


def _plain(part: str) -> str:
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
