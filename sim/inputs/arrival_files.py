"""Arrivals that are kept in a file: demand over years, and bookings.

Demand over years is a multiplier of arrivals for each calendar year, written in the scenario or kept in a table. It is not
normalised, unlike multipliers by weekday, month and hour: 1.02 brings 2% more people than `arrivals_per_day` says.

A file of bookings says who is expected when, a line for each appointment or for several people at once.
`arrivals: {file: bookings.csv}` with a column `date` (or `day`, counted from the first day of the run) and, where they are known,
`time`, `count` and a column for each trait. `each_replication: same` brings these people in every replication; `anew` draws each
day of the run from those days of the file that fall on the same weekday.

`docs/model.md` says the same under random numbers. Tests hold the exact words.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sim.inputs import field_types
from sim.inputs.field_types import (
    FILE,
    MOST_DAYS,
    MOST_PEOPLE,
    UNREADABLE,
    AnyKind,
    Kind,
    Named,
    Reading,
    Record,
    Schema,
    Spec,
    choice,
    is_parsed,
    is_sound,
    keys_of,
    must,
    refuse_shape,
    usual,
)
from sim.inputs.files import CSV_ENDINGS, NoTable, Row, as_written, headings, lines_of, separator_of, sheet_of
from sim.inputs.nodes import Entry, Node, Table
from sim.inputs.problems import Mark, Path, did_you_mean, listed, quoted
from sim.inputs.scenario import SECONDS_PER_DAY, Booking, Bookings, Calendar, Group, Levels
from sim.inputs.values import day as as_date
from sim.inputs.values import number, seconds_of_day, whole
from sim.inputs.values import number as parsed

MULTIPLIER = field_types.number("times", 0, 1_000)
IN_FILE = "file"
KEY = "arrivals_by_year"
COLUMNS = ("year", "group", "multiplier")


@dataclass(frozen=True)
class ByYear(Kind[Named[Decimal]]):
    """`{2026: 1, 2027: 1.02}`, or `{file: growth.csv}` with the columns year, group and multiplier."""

    words = "a multiplier for each calendar year, as in {2026: 1, 2027: 1.02}, or {file: growth.csv}"

    def inside(self, key: str) -> AnyKind | None:
        if key == IN_FILE:
            return FILE
        return MULTIPLIER if _is_year(key) else None

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        if not isinstance(node, Table) or not node.entries:
            return refuse_shape(self, node, path, reading)
        if IN_FILE not in node.entries:
            return _written(node, path, reading)
        others = [key for key in node.entries if key != IN_FILE]
        if others:
            what = "is beside `file`; keep the table or the years"
            return reading.refuse(node.entries[others[0]].mark, (*path, others[0]), what)
        return _from_file(node.entries[IN_FILE], path, reading)

    def schema(self) -> Schema:
        years = {r"^\d{4}$": MULTIPLIER.schema()}
        return {
            "type": "object",
            "properties": {IN_FILE: FILE.schema()},
            "patternProperties": years,
            "additionalProperties": False,
        }


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdecimal()


def _written(node: Table, path: Path, reading: Reading) -> Named[Decimal]:
    """The years as they are in the scenario."""
    spec: Named[Decimal] = Named(path)
    for key, entry in node.entries.items():
        if _is_year(key):
            spec[key] = MULTIPLIER.read(entry.value, (*path, key), reading)
        else:
            reading.refuse(entry.mark, (*path, key), "is no calendar year such as 2027")
            spec[key] = UNREADABLE
    return spec


def _from_file(entry: Entry, path: Path, reading: Reading) -> Any:
    """The rows of this group in a table; what is wrong is reported with its line."""
    name, group, mark = FILE.read(entry.value, (*path, IN_FILE), reading), path[-2], entry.value.mark
    file = None if name is UNREADABLE else reading.files.named_in(mark, name, CSV_ENDINGS)
    text = None if file is None else reading.files.read(file, mark)
    rows = None if file is None or text is None else sheet_of(text, file, COLUMNS, reading.problems, COLUMNS[2:])
    if rows is None:
        return UNREADABLE
    spec: Named[Decimal] = Named(path)
    for row in rows:
        if row["group"] == group:
            _add(row, spec, reading)
    if not spec:
        groups = list(dict.fromkeys(row["group"] for row in rows))
        return reading.refuse(mark, path, f"finds no row of {quoted(group)} in {file}{did_you_mean(group, groups)}")
    return spec


def _add(row: Row, spec: Named[Decimal], reading: Reading) -> None:
    """One row of the group; a year that is no year, or there twice, is refused."""
    year = row["year"]
    if not _is_year(year) or year in spec:
        wrong = "is there twice for this group; keep one" if year in spec else "is no calendar year such as 2027"
        _refuse(row.mark, f"{quoted('year')} {quoted(year)} {wrong}", reading)
        spec[year] = UNREADABLE
        return
    try:
        spec[year] = parsed(row["multiplier"], Decimal(0), Decimal(1_000))
    except ValueError as error:
        _refuse(row.mark, f"{quoted('multiplier')} {error}", reading)
        spec[year] = UNREADABLE


def _refuse(mark: Mark, what: str, reading: Reading) -> None:
    reading.problems.add(mark, what)


def years_notices(groups: tuple[Group, ...], calendar: Calendar) -> Iterator[str]:
    """What is written for years that the run does not reach, and does nothing there."""
    last = calendar.start + timedelta(days=calendar.days - 1)
    for group in groups:
        outside = [str(year) for year, _ in group.by_year if not calendar.start.year <= year <= last.year]
        if outside:
            change = "changes" if len(outside) == 1 else "change"
            when = f"the run is from {calendar.start} to {last}"
            yield f"{KEY} of {group.name} goes beyond the run, and {listed(outside, 'and')} {change} nothing: {when}"


def by_year(spec: Named[Decimal] | None) -> tuple[tuple[int, float], ...]:
    """Years in order, each with its multiplier."""
    return tuple(sorted((int(year), float(one)) for year, one in (spec or {}).items()))


# -- bookings ----------------------------------------------------------------------------------------------------------


SAME, ANEW = "same", "anew"
DATE, DAY, TIME, COUNT = "date", "day", "time", "count"
OWN_COLUMNS = (DATE, DAY, TIME, COUNT)
WITH_SECONDS = re.compile(r"(\d{1,2}:\d{2}):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class BookedRow:
    """A line of the file: a date, or days from the start of the run; the second of the day; how many; and their levels."""

    mark: Mark
    on: date | Decimal
    second: int
    count: int
    levels: Levels

    def second_of_run(self, start: date) -> int:
        """When they come, in seconds from the first midnight of the run."""
        days = Decimal((self.on - start).days) if isinstance(self.on, date) else self.on
        return round(days * SECONDS_PER_DAY) + self.second


class BookingsSpec(Spec, title="bookings"):
    """People who are booked, from a file with the columns date (or day), time, count and traits."""

    file = must(FILE, "a CSV file beside this one")
    each_replication = usual(
        choice((SAME, ANEW)), "the same bookings, or each day anew from the days of the file on the same weekday", SAME
    )

    @property
    def rows(self) -> list[BookedRow]:
        """The lines of the file; UNREADABLE where they could not be read."""
        return self.get("rows", UNREADABLE)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class BookingsFile(Record[BookingsSpec]):
    """The name of the file and what is done with it; the lines of the file come under `rows`."""

    def read(self, node: Node, path: Path, reading: Reading) -> BookingsSpec:
        spec: BookingsSpec = super().read(node, path, reading)
        if is_parsed(spec) and isinstance(node, Table) and is_sound(spec.file):
            spec["rows"] = _rows_of(spec.file, node.entries["file"].value.mark, reading)
        return spec


BOOKINGS = BookingsFile(**vars(keys_of(BookingsSpec)))


def _rows_of(name: str, mark: Mark, reading: Reading) -> Any:
    file = reading.files.named_in(mark, name, CSV_ENDINGS)
    text = None if file is None else reading.files.read(file, mark)
    if file is None or text is None:
        return UNREADABLE
    try:
        heading = headings(next((line.cells for line in lines_of(text, separator_of(text))), ()), OWN_COLUMNS)
    except NoTable:
        heading = ()
    when = [name for name in (DATE, DAY) if name in heading] or [DATE]
    if len(when) > 1:
        reading.problems.add(Mark(file=file, line=1, column=1), "has both columns `date` and `day`; keep one of them")
        return UNREADABLE
    traits = [name for name in heading if name and name not in OWN_COLUMNS]
    columns = [*when, *(name for name in (TIME, COUNT) if name in heading), *traits]
    rows = sheet_of(text, file, columns, reading.problems, (DAY, COUNT))
    found = None if rows is None else [_booked(row, when[0], traits, reading) for row in rows]
    return UNREADABLE if found is None or None in found else found


def _booked(row: Row, when: str, traits: Sequence[str], reading: Reading) -> BookedRow | None:
    """One line; None after noting what is wrong with it."""

    def read(column: str, parse: Callable[[str], Any], blank: Any) -> Any:
        text = row.cells.get(column, "")
        if not text and blank is not None:
            return blank
        try:
            return parse(text)
        except ValueError as error:
            reading.problems.add(row.mark, f"{quoted(column)} {error}")
            return None

    day = read(when, _date if when == DATE else lambda text: number(text, Decimal(0), Decimal(MOST_DAYS)), None)
    second = read(TIME, _time, 0)
    count = read(COUNT, lambda text: whole(text, 0, MOST_PEOPLE), 1)
    if day is None or second is None or count is None:
        return None
    return BookedRow(row.mark, day, second, count, tuple((trait, row[trait]) for trait in traits if row[trait]))


def _date(text: str) -> date:
    """A date as the language writes it, or as a British spreadsheet saves it."""
    return as_date(as_written(text))


def _time(text: str) -> int:
    """A time of day; spreadsheets save seconds too."""
    found = WITH_SECONDS.fullmatch(text)
    return seconds_of_day(found[1]) + int(found[2]) if found else seconds_of_day(text)


# -- and as the engines use it --------------------------------------------------------------------------------


def bookings_of(spec: Any, start: date) -> Bookings | None:
    """Everybody who is booked, in order of time, one by one."""
    if not isinstance(spec, BookingsSpec):
        return None
    booked = [
        Booking(second=row.second_of_run(start), levels=row.levels) for row in spec.rows for _ in range(row.count)
    ]
    return Bookings(
        people=tuple(sorted(booked, key=lambda one: one.second)), are_drawn_anew=spec.each_replication == ANEW
    )


def bookings_notices(groups: Sequence[Group], calendar: Calendar) -> Iterator[str]:
    """Bookings that the run does not reach."""
    for group in groups:
        booked = group.bookings
        if booked is not None and not booked.are_drawn_anew:
            outside = sum(not 0 <= person.second < calendar.until for person in booked.people)
            if outside:
                last = calendar.start + timedelta(days=calendar.days - 1)
                what = f"{outside:,} of the {len(booked.people):,} bookings of {group.name} lie outside the run"
                yield f"{what}, which is from {calendar.start} to {last}; nobody comes for them"
