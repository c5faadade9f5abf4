"""The files that NHS England publishes about discharge and beds, read for one organisation; and how a figure is found in a sheet.

Discharge Ready Date, the acute and the community discharge situation reports, and KH03 (beds open overnight), as CSV or Excel.
What of their shapes is documented and what is assumed, is said by docs/published-files.md. Nothing is fetched: a planner
names files.

A sheet has a figure a row, or an organisation a row under headings in several rows. Nothing is taken by its position: rows and
columns are found by their headings, so that titles, blank columns, footnotes and another order do no harm. Which label is which
figure is said by published_measures.csv.
Another shape of file needs a third reader.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

from sim.inputs.problems import Mark, Problems, did_you_mean, printable, quoted
from sim.own_data.tables import MONTHS, Grid, bare, instant, quantity, read_grids

# -- how a figure is found in a sheet ----------------------------------------------------------------------------------


DRD, ACUTE, COMMUNITY, KH03 = "drd", "acute", "community", "kh03"
NAMES = {
    DRD: "Discharge Ready Date",
    ACUTE: "acute discharge situation report",
    COMMUNITY: "community discharge situation report",
    KH03: "KH03, beds open overnight",
}
ENGLAND = "ENGLAND"
NOT_PUBLISHED = frozenset(("", "*", "-", "–", ".", "..", ":", "n/a", "na", "null", "c", "[c]", "[x]", "[z]", "[low]"))
DAILY = ("ready", "released", "remaining")
PATHWAY = re.compile(r"(?:pathway |p)([0-3])\b")
MONTH = re.compile(rf"({'|'.join(name[:3] for name in MONTHS)})[a-z]*[-_ ]{{0,2}}(20\d\d|\d\d(?!\d))")
ISO_MONTH = re.compile(r"(20\d\d)-(\d\d)(?!\d)")
FOOTNOTE = re.compile(r"\s*(?:\*+|\[note \d+\])$")
QUARTER_ENDS = {"june": 6, "september": 9, "december": 12, "march": 3}
CODE_WORDS = ("orgcode", "code", "organisationcode", "providercode")
NAME_WORDS = ("orgname", "organisationname", "providername")
LABEL_WORDS, VALUE_WORDS, DATE_WORDS = ("metric", "measure"), ("value",), ("period", "month", "date")
T = TypeVar("T")
Span: TypeAlias = tuple[date, date]  # the first and the last day
ROWS_ABOVE = 5  # between a heading and the row with dates or groups of columns that it stands under


@dataclass(frozen=True, slots=True)
class Fact:
    """One published figure of one organisation, and where it stands."""

    source: str  # DRD, ACUTE, COMMUNITY or KH03
    organisation: str  # its code; ENGLAND for the whole country
    measure: str
    item: str
    first: date  # the days that it is about
    last: date
    value: float | None  # None: not published
    instead: str  # what is in the cell instead of a number, such as `*`
    label: str
    grid: Grid = field(repr=False)
    row: int  # in the grid, counted from 0
    column: int

    @property
    def line(self) -> int:
        """The row's number in the file."""
        return self.grid.numbers[self.row]

    @property
    def place(self) -> str:
        """Such as `kh03.xlsx, NHS Trust by Sector!H24`."""
        return f"{Path(self.grid.file).name}, {self.grid.place(self.row, self.column)}"


class Figure(NamedTuple):
    """What a column of a sheet with an organisation a row holds."""

    meaning: tuple[str, str, str]  # file, measure, item
    label: str
    day: Span | None


@dataclass(slots=True)
class Published:
    """What is known of one organisation and of England, and what was left out on the way."""

    facts: list[Fact] = field(default_factory=list)
    organisations: dict[str, str] = field(default_factory=dict)  # names by code: all that the files hold
    notes: list[str] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)  # of each file, what it is
    understood: set[str] = field(default_factory=set)  # files with figures that are known, whosever they are

    def of(self, organisation: str, source: str, measure: str) -> list[Fact]:
        """The facts of one kind in the order of their days."""
        wanted = (organisation, source, measure)
        found = [fact for fact in self.facts if (fact.organisation, fact.source, fact.measure) == wanted]
        return sorted(found, key=lambda one: (one.first, one.item))


def _facts_of(grid: Grid, code: str, into: Published, problems: Problems) -> Iterator[Fact]:
    """All that a sheet says of the organisation and of England."""
    is_community = "community" in " ".join((Path(grid.file).stem, *_titles(grid))).lower()
    reader = _long if _has_heading(grid) else _wide
    for one in reader(grid, code, into, problems):
        source = one.source
        if source == "sitrep":
            source = COMMUNITY if is_community else ACUTE
        yield replace(one, source=source)


def _titles(grid: Grid) -> list[str]:
    """The text above the table: one cell a row, or a name and what it is."""
    return [cell for row in grid.rows[:12] if sum(map(bool, row)) <= 2 for cell in row if cell]


# -- labels and cells ----------------------------------------------------------------------------------------


@cache
def labels() -> dict[str, tuple[str, str, str]]:
    """By label, made plain: which file it is of, our measure, and the item of a measure that is split."""
    with Path(__file__).with_name("published_measures.csv").open(encoding="utf-8", newline="") as file:
        return {plain(row["label"]): (row["file"], row["measure"], row["item"]) for row in csv.DictReader(file)}


def plain(label: str) -> str:
    """A label without what differs from month to month: kinds of dashes and quotes, blanks, capitals, marks of footnotes."""
    text = FOOTNOTE.sub("", label.replace("–", "-").replace("—", "-").replace("’", "'").replace("\xa0", " "))
    return re.sub(r"\s*([/|])\s*", r"\1", re.sub(r"(?<=\w)\s*-\s+", " - ", re.sub(r"\s+", " ", text))).strip().lower()


@cache
def _meaning(label: str) -> tuple[str, str, str] | None:
    """Which figure a label is: of the table, or a discharge destination, which names its pathway."""
    known = labels().get(plain(label))
    if known is None and (pathway := PATHWAY.match(plain(label))) and "awaiting" not in plain(label):
        return "sitrep", "pathway", pathway[1]
    return known


def _value(grid: Grid, row: int, column: int, problems: Problems) -> tuple[float | None, str]:
    """A cell's number, or what stands instead of one; text is not repeated, as nobody knows what it is."""
    text = grid.cell(row, column)
    if text.lower() in NOT_PUBLISHED:
        return None, text
    try:
        value = float(quantity(text))
    except ValueError:
        grid.wrong(
            problems, row, column, "holds text where a number is wanted; `*` and `-` stand for what is not published"
        )
        return None, ""
    if value < 0:
        grid.wrong(problems, row, column, f"is {quoted(text)}, and no such figure is below 0")
    return value, ""


def month_of(text: str) -> Span | None:
    """The month that a text names, as in `April 2025`, `webfile-April-2025.csv`, `CSV-apr25` or `2025-04`."""
    found = MONTH.search(text.lower())
    if found:
        number = 1 + next(number for number, name in enumerate(MONTHS) if name.startswith(found[1]))
        return whole_month(2000 + int(found[2]) % 100, number)
    iso = ISO_MONTH.search(text)
    return whole_month(int(iso[1]), int(iso[2])) if iso and 1 <= int(iso[2]) <= 12 else None


def whole_month(year: int, number: int) -> Span:
    """The first and the last day of a month."""
    first = date(year, number, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _day(text: str) -> date | None:
    try:
        return instant(text).date()
    except ValueError:
        return None


def _period_of_file(grid: Grid) -> Span | None:
    """The month in the titles beside or behind the word Period, else in the name of the file."""
    for row in grid.rows[:15]:
        for number, cell in enumerate(row):
            if cell.lower().startswith("period"):
                beside = " ".join([cell[6:], *row[number + 1 : number + 3]])
                if found := month_of(beside) or _month_of_day(beside):
                    return found
    return month_of(Path(grid.file).stem)


def _month_of_day(text: str) -> Span | None:
    found = [day for word in text.split() if (day := _day(word))]
    return whole_month(found[0].year, found[0].month) if found else None


def _quarter(year: str, end: str) -> Span | None:
    """`2025-26` and `December` as the quarter from October to December 2025."""
    month = QUARTER_ENDS.get(end.strip().lower())
    if month is None or not re.fullmatch(r"20\d\d[-/](20)?\d\d", year.strip()):
        return None
    _, last = whole_month(int(year.strip()[:4]) + (month < 4), month)
    return date(last.year, month - 2, 1), last


# -- a figure a row ------------------------------------------------------------------------------------------


def _has_heading(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The row of the heading of a file with a figure a row, and its columns; None where the sheet is another."""
    for row, cells in enumerate(grid.rows[:30]):
        words = {bare(cell): column for column, cell in reversed(list(enumerate(cells)))}
        code, beds = _first(words, CODE_WORDS), words.get("numberofbeds")
        label, value = _first(words, LABEL_WORDS), _first(words, VALUE_WORDS)
        if code is None or (beds is None and (label is None or value is None)):
            continue
        found = {
            "code": code,
            "label": words.get("sector", label) if beds is not None else label,
            "value": beds if beds is not None else value,
            "name": _first(words, NAME_WORDS),
            "when": words.get("effectivesnapshotdate") if beds is not None else _first(words, DATE_WORDS),
            "group": words.get("metricgroup"),
            "area": words.get("uppertierlocalauthoritycode"),
        }
        return row, {name: column for name, column in found.items() if column is not None}
    return None


def _first(words: dict[str, int], names: Iterable[str]) -> int | None:
    return next((words[name] for name in names if name in words), None)


def _long(grid: Grid, code: str, into: Published, problems: Problems) -> Iterator[Fact]:
    """Facts of a file with a figure a row."""
    heading, columns = _has_heading(grid) or (0, {})
    is_kh03 = bare(grid.cell(heading, columns["value"])) == "numberofbeds"
    side = next((word for word in ("available", "occupied") if word in Path(grid.file).stem.lower()), "")
    if is_kh03 and not side:
        what = "does not say whether beds are available or occupied; keep the published name of the file, which does"
        problems.add(Mark(file=grid.file), what)
        return
    whole, missing = _period_of_file(grid), False
    for row, theirs, label in _rows_of(grid, heading, columns, code, into):
        meaning = _meaning(f"{side} | {label}" if is_kh03 else label)
        group = grid.cell(row, columns["group"]).lower() if "group" in columns else ""
        if meaning is None and group.startswith("delay reason") and _is_of_long_stayers(group) and "cost" not in group:
            what = "is a reason that is not known; it is left out, and shares of reasons are of the others"
            into.notes.append(f"{printable(label)} ({_at(grid, row)}) {what}")
        if meaning is None or (meaning[1] == "reason" and not _is_of_long_stayers(group)):
            continue
        when = _when(grid, row, columns, is_kh03=is_kh03) or whole
        if when is None:
            missing = True
            continue
        value, instead = _value(grid, row, columns["value"], problems)
        yield Fact(meaning[0], theirs, *meaning[1:], *when, value, instead, label, grid, row, columns["value"])
    if missing:
        what = "says nowhere which month it is of; name it as it was published (…-April-2025.csv)"
        problems.add(Mark(file=grid.file), what)


def _rows_of(
    grid: Grid, heading: int, columns: dict[str, int], code: str, into: Published
) -> Iterator[tuple[int, str, str]]:
    """The rows of the organisation and of England, each with its code and label; parts of them by local authority left out."""
    for row in range(heading + 1, len(grid.rows)):
        if "area" in columns and grid.cell(row, columns["area"]).lower() not in NOT_PUBLISHED:
            continue
        theirs = _organisation(grid, row, columns["code"], columns.get("name"), into)
        into.understood.add(grid.file)
        if theirs in (code, ENGLAND):
            yield row, theirs, grid.cell(row, columns["label"])


def _is_of_long_stayers(group: str) -> bool:
    """Whether reasons are of all who stayed 7 days or more: those of 14 and 21 are part of them."""
    return not re.search(r"\b(14|21)\b", group)


def _when(grid: Grid, row: int, columns: dict[str, int], *, is_kh03: bool) -> Span | None:
    if "when" not in columns:
        return None
    text = grid.cell(row, columns["when"])
    day = _day(text)
    if day is None:
        return month_of(text)
    return (date(day.year, max(1, day.month - 2), 1), day) if is_kh03 else (day, day)


def _organisation(grid: Grid, row: int, code: int, name: int | None, into: Published) -> str:
    """The code of a row's organisation, which is noted with its name."""
    theirs = grid.cell(row, code).upper()
    if theirs in ("ENG", ENGLAND) or (
        not theirs and name is not None and grid.cell(row, name).upper().startswith(ENGLAND)
    ):
        return ENGLAND
    if re.fullmatch(r"[A-Z0-9]{3,6}", theirs):
        into.organisations.setdefault(theirs, grid.cell(row, name) if name is not None else "")
    return theirs


def _at(grid: Grid, row: int) -> str:
    return f"{Path(grid.file).name}, row {grid.numbers[row]}"


# -- an organisation a row -----------------------------------------------------------------------------------


def _wide(grid: Grid, code: str, into: Published, problems: Problems) -> Iterator[Fact]:
    """Facts of a sheet with an organisation a row and figures in columns, under headings in one row or several."""
    figures: dict[int, Figure] = {}
    places: dict[str, int] = {}
    whole = _period_of_file(grid)
    for row, cells in enumerate(grid.rows):
        named, headed = _figures(grid, row), _places(cells)
        figures, places = named or figures, headed or places
        if named:
            into.understood.add(grid.file)
        if named or headed or not figures:
            continue
        theirs = ENGLAND if any(cell.upper().startswith(ENGLAND) for cell in cells[:7]) else ""
        if not theirs and places:
            theirs = _organisation(grid, row, places["code"], places["name"], into)
        if theirs not in (code, ENGLAND):
            continue
        quarter = None
        if {"year", "periodend"} <= set(places):
            quarter = _quarter(grid.cell(row, places["year"]), grid.cell(row, places["periodend"]))
        for column, figure in figures.items():
            when = figure.day or quarter or whole
            if when is None:
                what = "says nowhere which month it is of; name it as it was published (…-April-2025.xlsx)"
                problems.add(Mark(file=grid.file), what)
                return
            value, instead = _value(grid, row, column, problems)
            yield Fact(
                figure.meaning[0], theirs, *figure.meaning[1:], *when, value, instead, figure.label, grid, row, column
            )


def _places(cells: Sequence[str]) -> dict[str, int]:
    """The columns that say whose row it is, of a row of headings; none of any other row."""
    words = {bare(cell): column for column, cell in reversed(list(enumerate(cells)))}
    code, name = _first(words, CODE_WORDS), _first(words, NAME_WORDS)
    if code is None or name is None:
        return {}
    return {"code": code, "name": name} | {word: words[word] for word in ("year", "periodend") if word in words}


def _figures(grid: Grid, row: int) -> dict[int, "Figure"]:
    """By column, the figures that a row of headings names: each with its label and, under a row of dates, its day."""
    found: dict[int, Figure] = {}
    groups = _carried(grid, row, _group, least=1)
    days = _carried(grid, row, _day, least=2)
    for column, cell in enumerate(grid.rows[row]):
        label = f"{groups[column]} | {cell}" if column in groups else cell
        meaning = _meaning(label) if cell else None
        if meaning:
            day = days.get(column)
            found[column] = Figure(meaning, label, None if day is None else (day, day))
    return found


def _group(cell: str) -> str | None:
    """The word over several columns of KH03."""
    return cell.strip() if cell.strip().lower() in ("available", "occupied", "% occupied") else None


def _carried(grid: Grid, row: int, read: Callable[[str], T | None], *, least: int) -> dict[int, T]:
    """What the nearest row above says of each column: a merged heading is in the first of its columns only."""
    for above in range(row - 1, max(-1, row - 1 - ROWS_ABOVE), -1):
        said = {
            column: value for column, cell in enumerate(grid.rows[above]) if cell and (value := read(cell)) is not None
        }
        if len(said) >= least:
            starts = sorted(said)
            ends = [*starts[1:], len(grid.rows[row])]
            return {
                column: said[start] for start, end in zip(starts, ends, strict=True) for column in range(start, end)
            }
    return {}


def words_of(first: date, last: date) -> str:
    """`April 2025`, `October to December 2025`, or one day as `3 April 2025`."""
    name, other = MONTHS[first.month - 1].capitalize(), MONTHS[last.month - 1].capitalize()
    if first == last:
        return f"{first.day} {name} {first.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{name} {first.year}"
    return f"{name}{'' if first.year == last.year else f' {first.year}'} to {other} {last.year}"


# -- the files of one organisation -------------------------------------------------------------------------------------


def read_published(files: Sequence[str], organisation: str, problems: Problems) -> Published:
    """What the files say of an organisation, by its code, and of England; every problem is noted with file and cell."""
    found, code = Published(), organisation.strip().upper()
    for file in files:
        before = len(problems.found)
        grids = read_grids(file, problems)
        source_facts: list[Fact] = []
        for grid in grids:
            source_facts += _facts_of(grid, code, found, problems)
        if source_facts:
            found.files += [(file, NAMES[source]) for source in dict.fromkeys(fact.source for fact in source_facts)]
        elif grids and len(problems.found) == before and file not in found.understood:
            problems.add(Mark(file=file), f"is none of the files that are understood here; those are {_known()}")
        found.facts += _of_one_month(source_facts, found)
    if not any(fact.organisation == code for fact in found.facts) and not problems.found:
        what = f"{quoted(organisation)} is in none of these files{did_you_mean(code, found.organisations)}"
        problems.add(Mark(file=files[0]), what)
    found.facts = _each_once(found.facts, problems)
    return found


def _known() -> str:
    return (
        "Discharge Ready Date, the acute and community discharge situation reports, and KH03 (docs/published-files.md)"
    )


# -- what is not taken ---------------------------------------------------------------------------------------


def _of_one_month(facts: list[Fact], into: Published) -> list[Fact]:
    """A file's facts without days of other months; a monthly figure that bears another month's date is of the file's.

    Both are in files that were published: a row too many, and monthly rows with the date of another month.
    """
    days = Counter((one.first.year, one.first.month) for one in facts if one.measure in DAILY)
    if not days:
        return facts
    (year, month), _ = days.most_common(1)[0]
    first, last = whole_month(year, month)
    kept, strays, redated = [], 0, 0
    for fact in facts:
        if first <= fact.first <= last:
            kept.append(fact if fact.measure in DAILY else replace(fact, first=first, last=last))
        elif fact.measure in DAILY:
            strays += 1
        else:
            redated += 1
            kept.append(replace(fact, first=first, last=last))
    name = Path(facts[0].grid.file).name
    if strays:
        into.notes.append(f"{name} is of {words_of(first, last)}; {strays} rows of other months in it are left out")
    if redated:
        into.notes.append(
            f"{name}: {redated} monthly figures bear a date of another month, and are taken as of {words_of(first, last)}"
        )
    return kept


def _each_once(facts: list[Fact], problems: Problems) -> list[Fact]:
    """Every fact once; where two cells say two things of the same days, both are named."""
    found: dict[tuple[object, ...], Fact] = {}
    for fact in facts:
        key = (fact.source, fact.organisation, fact.measure, fact.item, fact.first, fact.last, plain(fact.label))
        other = found.setdefault(key, fact)
        if other is not fact and other.value != fact.value:
            shown = f"{other.value:g}" if other.value is not None else quoted(other.instead)
            mine = f"{fact.value:g}" if fact.value is not None else quoted(fact.instead)
            what = f"says {mine} where {other.place} says {shown}, of {words_of(fact.first, fact.last)}; give one of the two files"
            fact.grid.wrong(problems, fact.row, fact.column, what)
    return list(found.values())
