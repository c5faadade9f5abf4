"""The tables that people keep in CSV or Excel: cells as text, each with its place; dates and numbers as people type them.

A file is untrusted and may hold people: formulas and macros never run (values alone are read, as they were last saved),
what unpacks to more than a sane size is refused, and columns that name people are dropped before a cell of them is looked at.
Of one cell, text goes in and a date, a number, or whether it says who somebody is, comes out.
No text may have two readings. Tests hold the exact words.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sim.inputs.files import NoTable, lines_of, ordinary_content, separator_of
from sim.inputs.problems import Mark, Problems, closest, did_you_mean, listed, printable, quoted
from sim.inputs.values import FIRST_YEAR, LAST_YEAR, decimal

# -- one cell ----------------------------------------------------------------------------------------------------------


UK_ORDER = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
ISO_ORDER = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", re.ASCII)
SHORT_YEAR = re.compile(r"\d{1,2}[/.-](\d{1,2}|[A-Za-z]{3})[/.-]\d{2}", re.ASCII)
WITH_NAME = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})", re.ASCII)
ZONE = re.compile(r"\d\s*(?:Z|UTC|GMT|BST|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?", re.ASCII)
TEN_DIGITS = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}", re.ASCII)
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip

# Headings of columns that say who somebody is, as they are written without spaces and signs.
PERSONAL = (
    "name", "forename", "firstname", "surname", "lastname", "fullname", "patientname", "patient", "personname",
    "nhsnumber", "nhsno", "nhs", "nhsnum", "hospitalnumber", "hospitalno", "mrn", "patientnumber", "patientid",
    "pasnumber", "casenumber", "districtnumber", "dob", "dateofbirth", "birthdate", "birthday", "address", "postcode",
    "telephone", "phone", "email", "nextofkin", "gp", "consultant", "initials", "title", "nino",
)  # fmt: skip
PERSONAL_PARTS = (
    "ptname", "clientname", "usersname", "username", "hospno", "nhsid", "clientid", "surname", "forename", "nhsn",
    "dateofbirth", "postcode", "patientname", "nameofpatient", "address",
)  # fmt: skip


def instant(text: str) -> datetime:
    """A date, with a time of day or without (then 00:00); ValueError with the end of a sentence.

    Understood are 2026-06-01, 01/06/2026 (the day first, always) and 1 Jun 2026, each with 14:30 behind it or not.
    """
    day_text, _, clock_text = text.strip().replace("T", " ", 1).partition(" ") if text[:1].isdigit() else (text, "", "")
    named = WITH_NAME.match(text.strip())
    if named:
        day_text, clock_text = named[0], text.strip()[named.end() :].strip()
    day = _day(day_text)
    if not clock_text:
        return datetime.combine(day, time())
    if ZONE.search(clock_text):
        raise ValueError("has a time zone behind its time; write the time on the clock in the ward alone, like 14:30")
    found = CLOCK.fullmatch(clock_text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise ValueError("has no time of day that exists behind its date; write it like 14:30")
    return datetime.combine(day, time(int(found[1]), int(found[2]), int(found[3] or 0)))


def _day(text: str) -> date:
    iso, uk, named = ISO_ORDER.fullmatch(text), UK_ORDER.fullmatch(text), WITH_NAME.fullmatch(text)
    if iso:
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
    elif uk:
        year, month, day = int(uk[3]), int(uk[2]), int(uk[1])
    elif named:
        word = named[2].lower()
        month = next((i for i, one in enumerate(MONTHS, 1) if one.startswith(word)), 13)
        year, day = int(named[3]), int(named[1])
    elif SHORT_YEAR.fullmatch(text):
        raise ValueError("has a year of two digits; write it like 01/06/2026")
    else:
        raise ValueError("is no date; write it like 01/06/2026 or 2026-06-01")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"is a date of the year {year}; {FIRST_YEAR} to {LAST_YEAR} are understood")
    try:
        return date(year, month, day)
    except ValueError:
        why = "; the day comes first (dd/mm/yyyy)" if uk and month > 12 and day <= 12 else ""
        raise ValueError(f"is {quoted(text)}, and there is no such day{why}") from None


def quantity(text: str) -> Decimal:
    """A number as spreadsheets show it: `1,234`, `12.5`, `40%` (0.4), `£5`; ValueError with the end of a sentence."""
    plain = text.strip().removeprefix("£").strip()
    share = plain.endswith("%")
    value = decimal(plain.removesuffix("%").rstrip(), "a number", text)
    return value / 100 if share else value


def looks_like_nhs_number(text: str) -> bool:
    """Ten digits whose last one checks the nine before, as the NHS Data Dictionary says (modulus 11)."""
    if TEN_DIGITS.fullmatch(text.strip()) is None:
        return False
    digits = [int(one) for one in text if one.isdigit()]
    return (11 - sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11) % 11 == digits[9]


def bare(heading: str) -> str:
    """A heading by its letters and digits alone, so that `Date of Admission` and `date_of_admission` are one."""
    return "".join(one for one in heading.lower() if one.isalnum())


def is_personal(heading: str) -> bool:
    """Does a column with this heading say who somebody is?"""
    word = bare(heading)
    return word in PERSONAL or any(part in word for part in PERSONAL_PARTS)


# -- tables ------------------------------------------------------------------------------------------------------------


CSV_ENDINGS = (".csv", ".txt", ".tsv")
EXCEL_ENDINGS = (".xlsx", ".xlsm")
OTHER_EXCEL = (".xls", ".xlsb", ".ods", ".numbers")
LARGEST_FILE = 50_000_000  # bytes, as it lies on the disk
LARGEST_UNPACKED = 400_000_000  # bytes of a workbook's XML; more is a bomb or no table of people
MOST_ROWS = 500_000
MOST_COLUMNS = 1_000
MOST_ROWS_NAMED = 8
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # how such a file begins, which Excel calls Unicode Text
LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet as text: the cells of every row that is not blank, and the number of each row as a spreadsheet counts."""

    file: str
    sheet: str  # empty for a CSV file
    numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]

    def cell(self, row: int, column: int) -> str:
        """The text of a cell, counted from 0; empty beyond the end of a row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def mark(self, row: int, column: int = 0) -> Mark:
        """The place of a cell, counted from 0."""
        return Mark(file=self.file, line=self.numbers[row], column=column + 1)

    def place(self, row: int, column: int) -> str:
        """What a planner calls a cell: `Stays!C12`, in a CSV file `C12`."""
        cell = f"{letters(column)}{self.numbers[row]}"
        return f"{printable(self.sheet)}!{cell}" if self.sheet else cell

    def wrong(self, problems: Problems, row: int, column: int, what: str) -> None:
        """Note a problem with a cell, its place first."""
        problems.add(self.mark(row, column), f"{self.place(row, column)} {what}")


def letters(column: int) -> str:
    """A column as spreadsheets call it: 0 is A, 26 is AA."""
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def read_grids(file: str, problems: Problems) -> tuple[Grid, ...]:
    """Every sheet of a CSV or Excel file that is not blank; none after noting why the file cannot be read."""
    problems.opened(file)
    whole = Mark(file=file)
    before = len(problems.found)
    ending = Path(file).suffix.lower()
    found: tuple[Grid, ...] = ()
    try:
        if ending in EXCEL_ENDINGS:
            found = _workbook(file, problems)
        elif ending in CSV_ENDINGS:
            found = _csv(_content(file), file)
        else:
            cure = "save it in Excel as .xlsx or as CSV UTF-8" if ending in OTHER_EXCEL else "it must be .csv or .xlsx"
            problems.add(whole, f"ends in {quoted(ending)}, which is not read; {cure}")
    except NoTable as error:
        problems.add(Mark(file=file, line=error.line, column=1), f"is no table: {error}")
    except (OSError, ValueError) as error:
        problems.add(whole, _why(error))
    if not found and len(problems.found) == before:
        problems.add(whole, "holds no cells")
    return found


def _content(file: str) -> bytes:
    return ordinary_content(file, LARGEST_FILE, "; leave out what is not needed")


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, OSError):
        return f"cannot be read: {printable(error.strerror or 'unknown reason')}"
    return printable(str(error), 200)


def _csv(content: bytes, file: str) -> tuple[Grid, ...]:
    """The one table of a CSV file: UTF-8, or as Excel on Windows saves it."""
    if content.startswith(UTF_16) or b"\0" in content:
        raise ValueError(
            "is not plain text in UTF-8 but in UTF-16; save it again with that encoding (Excel calls it CSV UTF-8)"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    lines = list(lines_of(text, separator_of(text)))
    if len(lines) > MOST_ROWS or any(len(line.cells) > MOST_COLUMNS for line in lines):
        raise ValueError(f"holds more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns")
    return (Grid(file, "", tuple(line.number for line in lines), tuple(line.cells for line in lines)),) if lines else ()


def _workbook(file: str, problems: Problems) -> tuple[Grid, ...]:
    """Every sheet of an Excel file, by the values that were last saved with it."""
    if find_spec("openpyxl") is None:
        raise ValueError(
            "is an Excel file, and the package openpyxl is not here; pip install 'bedflow[excel]', or save it as CSV"
        )
    _check_unpacked(file)
    from openpyxl import load_workbook  # slow to import, and only needed for Excel

    try:
        values = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        formulas = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # noqa: BLE001 - a broken file may raise anything
        raise ValueError(f"is no Excel file that can be read ({type(error).__name__}); save it again") from None
    try:
        sheets = [worksheet for worksheet in values.worksheets if worksheet.sheet_state == "visible"]
        grids = [_sheet(file, sheet, formulas[sheet.title], problems) for sheet in sheets]
    finally:
        values.close()
        formulas.close()
    return tuple(grid for grid in grids if grid.rows)


def _check_unpacked(file: str) -> None:
    _content(file)
    try:
        with zipfile.ZipFile(file) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
    except zipfile.BadZipFile:
        raise ValueError("is no Excel file; save it in Excel as .xlsx or as CSV UTF-8") from None
    if unpacked > LARGEST_UNPACKED:
        raise ValueError(f"unpacks to {unpacked:,} bytes, more than any table needs")


def _sheet(file: str, values: Any, formulas: Any, problems: Problems) -> Grid:
    """One sheet; a formula that was saved without its value is noted, because nothing here works it out."""
    numbers: list[int] = []
    rows: list[tuple[str, ...]] = []
    pairs = zip(values.iter_rows(max_col=MOST_COLUMNS), formulas.iter_rows(max_col=MOST_COLUMNS), strict=False)
    for number, (row, written) in enumerate(pairs, 1):
        cells = [_text(cell.value) for cell in row]
        for column, cell in enumerate(written):
            if cell.data_type == "f" and not cells[column]:
                mark = Mark(file=file, line=number, column=column + 1)
                place = f"{printable(values.title)}!{letters(column)}{number}"
                what = "holds a formula without a value, and formulas are never run; open and save it in Excel"
                problems.add(mark, f"{place} {what}, or paste the values")
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            numbers.append(number)
            rows.append(tuple(cells))
        if len(rows) > MOST_ROWS:
            raise ValueError(f"holds more than {MOST_ROWS:,} rows")
    return Grid(file, str(values.title), tuple(numbers), tuple(rows))


def _text(value: object) -> str:
    """A cell as text: dates year-month-day, with a time where there is one; numbers as short as they are exact."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d") if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value / timedelta(days=1):.10g}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value).strip()


@dataclass(frozen=True, slots=True)
class Row:
    """One line below the heading; cells are asked for by the names that we give to columns."""

    table: "Table"
    number: int  # in the grid, counted from 0

    def __getitem__(self, name: str) -> str:
        column = self.table.columns.get(name)
        return "" if column is None else self.table.grid.cell(self.number, column)

    @property
    def line(self) -> int:
        """The row's number in the file."""
        return self.table.grid.numbers[self.number]

    def wrong(self, problems: Problems, name: str, what: str) -> None:
        """Note a problem with one cell: its place, its heading, and what is the matter."""
        column = self.table.columns.get(name, 0)
        heading = quoted(self.table.headings.get(name, name))
        self.table.grid.wrong(problems, self.number, column, f"({heading}) {what}")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet below its heading: where each column that we asked for stands, what it is called there, what was dropped."""

    grid: Grid
    heading: int  # the row of the heading, counted from 0
    columns: dict[str, int]
    headings: dict[str, str]
    dropped: tuple[str, ...]  # headings of columns that say who somebody is: never read
    unused: tuple[str, ...]  # headings of all other columns that nobody asked for

    def __iter__(self) -> Iterator[Row]:
        asked = self.columns.values()
        for number in range(self.heading + 1, len(self.grid.rows)):
            if any(self.grid.cell(number, column) for column in asked):
                yield Row(self, number)


def table_of(
    grid: Grid,
    known: Mapping[str, Sequence[str]],
    needed: Iterable[str],
    problems: Problems,
    renamed: Mapping[str, str] | None = None,
) -> Table | None:
    """The table of a sheet, its heading the first row that has a needed column; None after noting what is missing.

    `known` gives other words for each of our column names; `renamed` says what the planner calls them (heading to our name).
    """
    ours = {bare(word): name for name, words in known.items() for word in (name, *words)}
    theirs = {bare(heading): name for heading, name in (renamed or {}).items()}
    taken = set(theirs.values())
    meant = {word: name for word, name in ours.items() if name not in taken} | theirs
    wanted = list(needed)
    rows = range(min(len(grid.rows), 50))
    hits = {row: {meant[bare(cell)] for cell in grid.rows[row] if bare(cell) in meant} for row in rows}
    heading = max(rows, key=lambda row: (len(hits[row] & set(wanted)), len(hits[row]), -row))
    if not hits[heading]:
        problems.add(
            grid.mark(0), f"no row has a heading that is understood; needed are {listed(map(quoted, wanted), 'and')}"
        )
        return None
    columns: dict[str, int] = {}
    headings: dict[str, str] = {}
    dropped: list[str] = []
    unused: list[str] = []
    before = len(problems.found)
    for column, cell in enumerate(grid.rows[heading]):
        name = meant.get(bare(cell)) if cell else None
        if name in columns:
            grid.wrong(problems, heading, column, f"is a second column for {quoted(str(name))}; keep one")
        elif name is not None:
            columns[name], headings[name] = column, cell
        elif cell:
            (dropped if is_personal(cell) else unused).append(cell)
    for name in wanted:
        if name not in columns:
            near = closest(name, unused)
            cure = (
                f"; is it {quoted(near)}? Say so with --columns"
                if near
                else "; say with --columns what yours is called"
            )
            problems.add(grid.mark(heading), f"the column {quoted(name)} is missing{cure}")
    if len(problems.found) > before:
        return None
    return Table(grid, heading, columns, headings, tuple(dropped), tuple(unused))


def rows_named(lines: Sequence[int]) -> str:
    """Rows of a file in a sentence, the first few by their numbers."""
    shown = ", ".join(str(line) for line in sorted(lines)[:MOST_ROWS_NAMED])
    return f"row{'' if len(lines) == 1 else 's'} {shown}{', ...' if len(lines) > MOST_ROWS_NAMED else ''}"


def beyond_headings(table: Table) -> Iterator[str]:
    """A sentence where rows have cells beyond the last heading: notes at the side, or a comma that parted a cell in two."""
    last = len(table.grid.rows[table.heading])
    lines = [row.line for row in table if len(table.grid.rows[row.number]) > last]
    if lines:
        have = "has" if len(lines) == 1 else "have"
        yield f"Not read: {rows_named(lines)} {have} cells beyond the last heading; if a comma in a cell parted it in two, put that cell in quotes"


def words_not_known(rows: Iterable[Row], column: str, known: Iterable[str], problems: Problems) -> None:
    """Note every word of a column that is none of the known ones, each once, with the rows that have it.

    A word is repeated in the message only if it cannot be somebody's name: it is in three rows or more, or is close
    to a known one in every part of it. Anything else in the wrong column may be a person.
    """
    words = list(known)
    found = [row for row in rows if row[column] and row[column] not in words]
    counts = Counter(row[column] for row in found)
    alike: dict[str, list[Row]] = {}  # by the word, those that are not shown together
    for row in found:
        word = row[column]
        tells = (counts[word] >= 3 or _is_misspelt(word, words)) and not looks_like_nhs_number(word)
        alike.setdefault(word if tells else "", []).append(row)
    for word, (first, *others) in alike.items():
        what = f"is {quoted(word)}" if word else "is a word that is not shown, as it may be a name,"
        cure = (did_you_mean(word, words) if word else "") or "; say with --columns what it means here"
        so = f" (also in {rows_named([row.line for row in others])}; {len(others) + 1:,} in all)" if others else ""
        first.wrong(problems, column, f"{what} and is not known{cure}{so}")


def _is_misspelt(word: str, known: Iterable[str]) -> bool:
    """Whether a word is close to a known one, and each part of it to a part of one: `Hospital Smith` is not."""
    parts = {part for one in known for part in LETTERS.findall(one.lower())}
    return closest(word, known) is not None and all(closest(part, parts) for part in LETTERS.findall(word.lower()))
