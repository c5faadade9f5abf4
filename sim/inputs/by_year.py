"""Demand over years: a multiplier of arrivals for each calendar year, written in the scenario or kept in a table.

Not normalised, unlike multipliers by weekday, month and hour: 1.02 brings 2% more people than `arrivals_per_day` says.
What may be changed here: with `docs/model.md`, on random numbers; the exact words are tested.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sim.inputs.containers import refuse_shape
from sim.inputs.field_types import AnyKind, Kind, Schema
from sim.inputs.files import CSV_ENDINGS
from sim.inputs.nodes import Entry, Node, Table
from sim.inputs.problems import Mark, Path, did_you_mean, listed, quoted
from sim.inputs.reading import UNREADABLE, Named, Reading
from sim.inputs.scalars import FILE, number
from sim.inputs.scenario import Calendar, Group
from sim.inputs.sheets import Row, sheet_of
from sim.inputs.values import number as parsed

MULTIPLIER = number("times", 0, 1_000)
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
