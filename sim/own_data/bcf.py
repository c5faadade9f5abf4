"""A Better Care Fund capacity and demand plan: a workbook with a row a service and a column a month, read by a small table.

The template differs from year to year, so nothing of it is built in. The mapping says of each row of the workbook under which
heading it stands, whether it is demand or capacity, step-down or step-up, and of which service of the scenario it speaks.
Rows and months are found by their words, wherever they stand; every problem is named by sheet and cell.

What is understood as a month is in `month_in`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from sim.inputs.files import Row, read_sheet
from sim.inputs.problems import Mark, Problems, did_you_mean, quoted
from sim.inputs.scenario import KINDS
from sim.inputs.values import number
from sim.own_data.published import month_of, plain, whole_month
from sim.own_data.tables import Grid, instant, looks_like_nhs_number, quantity, read_grids

COLUMNS = ("sheet", "section", "row", "is", "direction", "service", "kind", "counted_in", "days", "sd")
DEMAND, CAPACITY, IGNORED = "demand", "capacity", "ignored"
STEP_DOWN, STEP_UP = "step_down", "step_up"
STARTS, PLACES = "starts", "places"
NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?(e[+-]\d{1,2})?", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9_]*")
MOST_DAYS, MOST_PEOPLE = Decimal(3660), 1_000_000
MOST_MONTHS = 12
KINDS_HERE = tuple(kind for kind in KINDS if kind != "acute")


def days_of(month: date) -> int:
    """How many days a month has, by its first one."""
    return whole_month(month.year, month.month)[1].day


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of the mapping: which row of the workbook it is about, and what that row says of which service."""

    sheet: str  # empty: any
    section: str  # the heading above, by its first words; empty: any
    row: str
    what: str  # DEMAND, CAPACITY or IGNORED
    direction: str  # of demand
    service: str
    kind: str
    counted_in: str  # of capacity: people who start in a month, or people at a time
    days: float  # that people stay, on average
    sd: float
    mark: Mark

    def as_places(self, month: date) -> float:
        """For how many people at a time there is room where one is counted."""
        return 1.0 if self.counted_in == PLACES else self.days / days_of(month)


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the plan, and where it stands."""

    value: float
    grid: Grid
    row: int
    column: int

    @property
    def place(self) -> str:
        """Such as `Hospital discharge!D7`."""
        return self.grid.place(self.row, self.column)

    def wrong(self, problems: Problems, what: str) -> None:
        """Note a problem with it."""
        self.grid.wrong(problems, self.row, self.column, what)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row of the workbook that the mapping names, with its numbers by month."""

    meaning: Meaning
    cells: dict[date, Cell]


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows of the plan, its months in order, and the sheets on which they stand."""

    file: str
    months: tuple[date, ...]
    rows: tuple[PlanRow, ...]
    grids: tuple[Grid, ...]
    mapping: tuple[Meaning, ...]

    @property
    def services(self) -> tuple[str, ...]:
        """Their names in the order of the mapping."""
        return tuple(dict.fromkeys(row.meaning.service for row in self.rows))

    def of(self, service: str, what: str) -> list[PlanRow]:
        """The rows of demand or capacity of a service."""
        return [row for row in self.rows if (row.meaning.service, row.meaning.what) == (service, what)]

    def demand(self, service: str, month: date, direction: str = "") -> float:
        """People who need a service in a month, of one direction or of both."""
        rows = self.of(service, DEMAND)
        return sum(row.cells[month].value for row in rows if direction in ("", row.meaning.direction))

    def places(self, service: str, month: date) -> float:
        """People at a time for whom there is room: as it is written, or those who start in a month times their days."""
        return sum(row.cells[month].value * row.meaning.as_places(month) for row in self.of(service, CAPACITY))


# -- the mapping ---------------------------------------------------------------------------------------------


def read_mapping(file: str, problems: Problems) -> list[Meaning]:
    """The lines of a mapping, a CSV file that opens in a spreadsheet; what is wrong is noted with its line."""
    found = [_meaning(row, problems) for row in read_sheet(file, COLUMNS, problems, numbers=("days", "sd"))]
    meanings = [one for one in found if one is not None]
    of_service: dict[str, Meaning] = {}
    for meaning in meanings:
        first = of_service.setdefault(meaning.service, meaning)
        if meaning.what != IGNORED and (first.kind, first.days, first.sd) != (meaning.kind, meaning.days, meaning.sd):
            what = f"{quoted(meaning.service)} has another kind, days or sd than on line {first.mark.line}; a service has one of each"
            problems.add(meaning.mark, what)
    return meanings


def _meaning(row: Row, problems: Problems) -> Meaning | None:
    before = len(problems.found)
    known: dict[str, tuple[str, ...]] = {}
    if row["is"] not in (DEMAND, CAPACITY, IGNORED):
        what = f"`is` is {quoted(row['is'])}{did_you_mean(row['is'], (DEMAND, CAPACITY, IGNORED))}"
        problems.add(row.mark, what)
        return None
    ignored = row["is"] == IGNORED
    if not ignored:
        known |= {"kind": KINDS_HERE}
        is_demand = row["is"] == DEMAND
        known["direction" if is_demand else "counted_in"] = (STEP_DOWN, STEP_UP) if is_demand else (STARTS, PLACES)
    for name, words in known.items():
        if row[name] not in words:
            problems.add(row.mark, f"{quoted(name)} is {quoted(row[name])}{did_you_mean(row[name], words)}")
    if not row["row"]:
        problems.add(row.mark, "`row` is empty; write the words of the workbook's row")
    if not ignored and not NAME.fullmatch(row["service"]):
        problems.add(row.mark, f"`service` is {quoted(row['service'])}; write a name of small letters, digits and _")
    days, sd = (0.0, 0.0) if ignored else (_days(row, "days", problems), _days(row, "sd", problems))
    if len(problems.found) > before:
        return None
    return Meaning(
        sheet=row["sheet"],
        section=row["section"],
        row=row["row"],
        what=row["is"],
        direction=row["direction"],
        service=row["service"],
        kind=row["kind"],
        counted_in=row["counted_in"],
        days=days,
        sd=sd,
        mark=row.mark,
    )


def _days(row: Row, name: str, problems: Problems) -> float:
    try:
        value = float(number(row[name], Decimal(0), MOST_DAYS))
    except ValueError as error:
        problems.add(row.mark, f"{quoted(name)} {error}")
        return 0.0
    if value == 0:
        problems.add(
            row.mark,
            f"{quoted(name)} is 0; write how many days people stay"
            if name == "days"
            else "`sd` is 0; write how far stays spread, such as their mean",
        )
    return value


# -- the workbook --------------------------------------------------------------------------------------------


def read_plan(file: str, mapping: Sequence[Meaning], problems: Problems) -> Plan:
    """The plan in a workbook; ScenarioError with all that is wrong, each with its sheet and cell."""
    grids = read_grids(file, problems)
    if not grids:
        problems.stop_if_any()
    rows: dict[Meaning, list[PlanRow]] = {}
    used: dict[str, Grid] = {}
    for grid in grids:
        unnamed: list[int] = []
        for row, meaning, months in _data_rows(grid, mapping):
            if meaning is None:
                unnamed.append(row)
                continue
            used[grid.sheet] = grid
            if meaning.what != IGNORED:
                rows.setdefault(meaning, []).append(PlanRow(meaning, _cells(grid, row, months, problems)))
        for row in unnamed if grid.sheet in used else ():
            what = f"begins a row of numbers that the mapping does not name; add it ({IGNORED}, if it is not meant)"
            grid.wrong(problems, row, _label_column(grid, row), what)
    for meaning in mapping:
        if meaning.what != IGNORED and meaning not in rows:
            _missing(meaning, grids, problems)
    found = [_one_of(theirs, problems) for theirs in (rows[one] for one in mapping if one in rows)]
    problems.stop_if_any()
    plan = Plan(file, _months(found, problems), tuple(found), tuple(used.values()), tuple(mapping))
    _check_both_sides(plan, problems)
    problems.stop_if_any()
    return plan


def understood(plan: Plan, grid: Grid) -> Iterator[tuple[int, int, str]]:
    """Row, column and text of the cells of a sheet that were understood: months, numbers below them, words of the mapping.

    All else (titles, notes, names of anybody who made the plan) is nobody's business here, and goes no further.
    """
    rows = {plain(one.row): one.row for one in plan.mapping}
    sections = {plain(one.section): one.section for one in plan.mapping if one.section}
    columns = {column for cells in grid.rows for column, cell in enumerate(cells) if month_in(cell)}
    for row, cells in enumerate(grid.rows):
        for column, cell in enumerate(cells):
            word = plain(cell)
            section = next((text for start, text in sections.items() if word.startswith(start)), "")
            if word in rows or section:
                yield row, column, rows.get(word, section)
            elif month_in(cell) or (column in columns and NUMBER.fullmatch(cell) and not looks_like_nhs_number(cell)):
                yield row, column, cell


def month_in(text: str) -> date | None:
    """The first day of the month that a heading names: `Apr-26`, `April 2026`, a date in it; None for other text."""
    if not 3 <= len(text) <= 30:
        return None
    try:
        return instant(text).date().replace(day=1)
    except ValueError:
        found = month_of(text) if re.fullmatch(r"[A-Za-z]{3,9}[-_ ']{0,2}\d{2,4}|\d{4}-\d\d", text) else None
        return found[0] if found else None


def _data_rows(grid: Grid, mapping: Sequence[Meaning]) -> Iterator[tuple[int, Meaning | None, dict[int, date]]]:
    """Each row of numbers below a heading of months: its number, which line of the mapping it is, the month of each column."""
    sections = {plain(meaning.section) for meaning in mapping if meaning.section}
    section, months = "", dict[int, date]()
    for row, cells in enumerate(grid.rows):
        words = [plain(cell) for cell in cells]
        section = next((one for word in words for one in sections if one and word.startswith(one)), section)
        named = {column: month for column, cell in enumerate(cells) if (month := month_in(cell))}
        if len(named) >= 2:
            months = named
            continue
        if not months or not any(grid.cell(row, column) for column in months):
            continue
        theirs = [meaning for meaning in mapping if _is_row(meaning, grid, section, words[: min(months)])]
        yield row, (theirs[0] if theirs else None), months


def _is_row(meaning: Meaning, grid: Grid, section: str, words: Sequence[str]) -> bool:
    if meaning.sheet and plain(meaning.sheet) != plain(grid.sheet):
        return False
    if meaning.section and plain(meaning.section) != section:
        return False
    return plain(meaning.row) in words


def _label_column(grid: Grid, row: int) -> int:
    return next((column for column, cell in enumerate(grid.rows[row]) if cell), 0)


def _cells(grid: Grid, row: int, months: dict[int, date], problems: Problems) -> dict[date, Cell]:
    """The numbers of a row by month; text is not repeated, as nobody knows what it is."""
    found: dict[date, Cell] = {}
    told = [one.text for one in problems.found]  # of formulas without a value, which look blank
    for column, month in months.items():
        text, value = grid.cell(row, column), 0.0
        try:
            value = float(quantity(text)) if text else 0.0
        except ValueError:
            grid.wrong(problems, row, column, "holds text where a number of people is wanted")
        if not text and not any(one.startswith(f"{grid.place(row, column)} holds a formula") for one in told):
            grid.wrong(problems, row, column, "is blank; write 0 where there is nobody, or no room")
        if not 0 <= value <= MOST_PEOPLE:
            grid.wrong(problems, row, column, f"is {quoted(text)}; write 0 to {MOST_PEOPLE:,} people")
        if month in found:
            grid.wrong(
                problems, row, column, f"is a second number for {month:%B %Y}; {found[month].place} is the first"
            )
        found[month] = Cell(value, grid, row, column)
    return found


def _missing(meaning: Meaning, grids: Sequence[Grid], problems: Problems) -> None:
    """Note a line of the mapping that no row of the workbook fits, with the cells that have its words."""
    near = [
        grid.place(row, column)
        for grid in grids
        for row, cells in enumerate(grid.rows)
        for column, cell in enumerate(cells)
        if plain(cell) == plain(meaning.row)
    ]
    where = " ".join(
        [f"below {quoted(meaning.section)}"] * bool(meaning.section)
        + [f"on the sheet {quoted(meaning.sheet)}"] * bool(meaning.sheet)
    )
    what = f"no row of numbers {quoted(meaning.row)} {where}".rstrip()
    cure = (
        f"; the words stand in {', '.join(near[:3])}: is there a row of months above, and this heading?"
        if near
        else "; is it called otherwise this year?"
    )
    problems.add(meaning.mark, f"{what} in {Path(grids[0].file).name}{cure}")


def _one_of(rows: Sequence[PlanRow], problems: Problems) -> PlanRow:
    """The row, where it stands once or says the same wherever it stands; else both are named."""
    first = rows[0]
    for other in rows[1:]:
        for month in first.cells.keys() | other.cells.keys():
            one, two = first.cells.get(month), other.cells.get(month)
            if one is None or two is None or one.value != two.value:
                said = "nothing" if one is None else f"{one.value:g}"
                theirs = "nothing" if two is None else f"{two.value:g}"
                cell = two or next(iter(other.cells.values()))
                place = one.place if one else next(iter(first.cells.values())).place
                what = f"says {theirs} of {month:%B %Y}, where {place} says {said}; keep one of the two rows, or name its sheet in the mapping"
                cell.wrong(problems, what)
    return first


def _months(rows: Sequence[PlanRow], problems: Problems) -> tuple[date, ...]:
    """The months of all rows, which are the same and follow each other."""
    if not rows:
        return ()
    months = tuple(sorted(rows[0].cells))
    for row in rows[1:]:
        theirs = tuple(sorted(row.cells))
        if theirs != months:
            cell = next(iter(row.cells.values()))
            what = f"begins {_span(theirs)}, where {next(iter(rows[0].cells.values())).place} begins {_span(months)}; all rows need the same months"
            cell.wrong(problems, what)
    last = months[-1]
    if (last.year - months[0].year) * 12 + last.month - months[0].month != len(months) - 1:
        cell = next(iter(rows[0].cells.values()))
        cell.wrong(
            problems,
            f"begins {_span(months)} with months missing between; months follow each other",
        )
    if len(months) > MOST_MONTHS:
        cell = next(iter(rows[0].cells.values()))
        cell.wrong(problems, f"begins {len(months)} months; a plan has at most {MOST_MONTHS}")
    return months


def _span(months: Sequence[date]) -> str:
    return f"{months[0]:%B %Y} to {months[-1]:%B %Y}"


def _check_both_sides(plan: Plan, problems: Problems) -> None:
    for service in plan.services:
        rows = [row for row in plan.rows if row.meaning.service == service]
        for what in (DEMAND, CAPACITY):
            if not plan.of(service, what):
                problems.add(rows[0].meaning.mark, f"{quoted(service)} has no {what} in the mapping; a plan needs both")
