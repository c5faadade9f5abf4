"""What files with one row a person have in common: whose word means what, when something was, and where people go.

A planner's own headings and words are mapped once, in a small CSV file with the columns column, yours and ours. Nothing but
what is asked for is taken from a row, and no name or number of a person is.
A column may have more words, but no heading may have two meanings.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import floor

from sim.inputs.files import read_sheet
from sim.inputs.problems import Mark, Problems, did_you_mean, listed, quoted
from sim.inputs.scenario import HOME, Group, Levels, Scenario
from sim.own_data.tables import (
    Grid,
    Row,
    Table,
    bare,
    beyond_headings,
    instant,
    looks_like_nhs_number,
    quantity,
    read_grids,
    table_of,
    words_not_known,
)
from sim.results.measures.flow import PATHWAY_OF_KIND

MAPPING = ("column", "yours", "ours")
ANY_OTHER = "*"  # as a word of theirs: every word that has no line of its own
NOON = 0.5  # when something was, where only its date is known
DAY_ONE = date(1, 1, 1)
IN_WORDS = ("zero", "one", "two", "three")
EXCEL_DAYS = (20_000, 80_000)  # what Excel's count of days is in our times

COLUMNS: dict[str, tuple[str, ...]] = {
    "admitted": ("admission date", "date of admission", "date admitted", "admission", "admit date", "start date"),
    "ready": (
        *("discharge ready date", "drd", "date ready", "ready date", "discharge ready", "medically optimised date"),
        *("nctr date", "no criteria to reside date", "date no longer meets criteria to reside", "mfft date"),
    ),
    "left": ("discharge date", "date of discharge", "date discharged", "discharged", "date left", "end date"),
    "pathway": ("discharge pathway", "route", "destination", "discharge destination", "went to"),
    "group": ("patient group", "cohort"),
    "service": ("place", "unit", "location"),
    "waiting_for": ("waiting for", "awaiting", "awaiting service", "pathway waiting for", "next service"),
    "steps_left": ("steps left", "step", "steps", "current step", "awaiting step"),
    "census": ("census date", "date of census", "snapshot date", "snapshot", "as at"),
    "id": ("pseudonym", "record", "row id", "spell id", "spell number", "person id"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a planner calls columns and words: headings to our columns, and by column their words to ours."""

    headings: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def word(self, column: str, text: str) -> str:
        """Our word for one of theirs; their own where no line maps it."""
        theirs = self.words.get(column, {})
        return theirs.get(bare(text), theirs.get(ANY_OTHER, text)) if text else text

    def one_of(self, column: str, text: str, known: Iterable[str]) -> str:
        """Our word for one of theirs as it is written here, in whatever capitals and signs they write it."""
        word, names = self.word(column, text), tuple(known)
        return word if word in names else next((name for name in names if bare(name) == bare(word)), word)


def read_mapping(file: str | None) -> Words:
    """The file behind --columns; ScenarioError lists everything that is wrong with it."""
    if file is None:
        return Words()
    problems = Problems()
    headings: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    for row in read_sheet(file, MAPPING, problems):
        column, yours, ours = row["column"], row["yours"], row["ours"]
        if not yours or not ours:
            problems.add(row.mark, "needs `yours` and `ours`: what the file says, and what that is here")
        elif column:
            words.setdefault(column, {})[yours if yours == ANY_OTHER else bare(yours)] = ours
        else:
            headings[yours] = ours
    problems.stop_if_any()
    return Words(headings, words)


def people_table(
    file: str, known: Sequence[str], needed: Sequence[str], mapping: Words, problems: Problems
) -> Table | None:
    """The sheet of a file that has the needed columns; None after noting why there is none, or more than one."""
    grids = read_grids(file, problems)
    first: Problems | None = None
    tables = []
    for grid in grids:
        tried = Problems()
        found = _table(grid, known, needed, mapping, tried)
        if found is not None and any(True for _ in found):
            tables.append(found)
        elif found is not None:
            tried.add(Mark(file=file), "holds nobody below its heading")
        first = first or tried
    if len(tables) > 1:
        sheets = listed([quoted(table.grid.sheet) for table in tables], "and")
        what = f"holds people on the sheets {sheets}, and one is read; put all rows on one sheet, or hide or remove the others"
        problems.add(Mark(file=file), what)
        return None
    if tables:
        return tables[0]
    for one in first.found if first else ():
        problems.add(Mark(file=one.file, line=one.line, column=one.column), one.text)
    return None


def _table(grid: Grid, known: Sequence[str], needed: Sequence[str], mapping: Words, problems: Problems) -> Table | None:
    columns = {name: COLUMNS.get(name, ()) for name in known}
    for heading, ours in mapping.headings.items():
        if ours not in columns:
            problems.add(
                grid.mark(0), f"--columns says that {quoted(heading)} is {quoted(ours)}{did_you_mean(ours, columns)}"
            )
    return table_of(grid, columns, needed, problems, mapping.headings)


# ---- when


@dataclass(frozen=True, slots=True)
class When:
    """An instant in days (of dates from the first day of the calendar), and whether it is exact or only its date is known."""

    days: float
    exact: bool

    def before(self, other: "When") -> bool:
        """Was this certainly earlier?"""
        if self.exact and other.exact:
            return self.days < other.days
        return floor(self.days) < floor(other.days)

    @property
    def date(self) -> date:
        """Its date, where days count from the first day of the calendar."""
        return DAY_ONE + timedelta(days=floor(self.days))


def on(day: date) -> float:
    """The first instant of a date, in days."""
    return float((day - DAY_ONE).days)


@dataclass(frozen=True, slots=True)
class Clock:
    """How a file says when something was: as dates, or as numbers of days."""

    in_days: bool

    @classmethod
    def of(cls, rows: Iterable[Row], column: str) -> "Clock":
        """Numbers of days where nothing else is in a column; else dates."""
        cells = [row[column] for row in rows if row[column]]
        return cls(bool(cells) and all(_is_number(cell) for cell in cells))

    def read(self, row: Row, column: str, problems: Problems) -> When | None:
        """The instant in a cell; None where it is blank, or after noting why it is none."""
        text = row[column]
        if not text:
            return None
        try:
            if self.in_days:
                days = float(quantity(text))
                return When(days, not days.is_integer())
            found = instant(text)
        except ValueError as error:
            row.wrong(problems, column, "is no number of days" if self.in_days else _why_no_date(text, str(error)))
            return None
        seconds = found.hour * 3600 + found.minute * 60 + found.second
        return When(on(found.date()) + (seconds / 86_400 if seconds else NOON), bool(seconds))


def _why_no_date(text: str, why: str) -> str:
    """Why a cell is no date, with the cure for what spreadsheets do."""
    if _is_number(text) and EXCEL_DAYS[0] < float(quantity(text)) < EXCEL_DAYS[1]:
        return "is a number, as Excel counts days; give its column the format of a date"
    if not text[:1].isdigit():
        return f"{why}; if the row is a note or a total and nobody's, delete it"
    return why


def _is_number(text: str) -> bool:
    try:
        quantity(text)
    except ValueError:
        return False
    return True


# ---- where


class Places:
    """The words of a scenario for where people are and go, with those that mean several ways of one pathway."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._ways: dict[str, tuple[str, ...]] = {bare(name): (name,) for name in scenario.destinations}
        for number in range(4):
            theirs = tuple(
                service.name for service in scenario.services if _pathway(service.kind, service.pathway) == number
            )
            theirs += tuple(one.name for one in scenario.lists if set(one.services) <= set(theirs))
            ways = tuple(dict.fromkeys([*([HOME] if number == 0 else []), *theirs]))
            for word in (str(number), f"p{number}", f"pathway{number}", f"pathway{IN_WORDS[number]}"):
                self._ways[word] = ways

    def ways(self, word: str) -> tuple[str, ...]:
        """The destinations that a word means: a name of the scenario that one, `pathway 1` all of pathway 1; else none."""
        return (word,) if word in self.scenario.destinations else self._ways.get(bare(word), ())

    def called(self, word: str) -> str:
        """One word for all that mean the same ways: the destination, or `P1`; a word that means none as it is."""
        ways = self.ways(word)
        if len(ways) == 1:
            return ways[0]
        return next((f"P{number}" for number in range(4) if ways and ways == self.ways(f"P{number}")), word)

    @property
    def words(self) -> list[str]:
        """The words that are shown to a planner."""
        return [*self.scenario.destinations, "P0", "P1", "P2", "P3"]

    @property
    def understood(self) -> list[str]:
        """Every word that means some way, those that are not shown too."""
        return list(self._ways)

    @property
    def main(self) -> str:
        """The first hospital; without one the first service."""
        services = self.scenario.services
        return next((service.name for service in services if service.kind == "acute"), services[0].name)


def _pathway(kind: str, stated: int | None) -> int | None:
    return PATHWAY_OF_KIND.get(kind) if stated is None else stated


def group_of(row: Row, mapping: Words, groups: Sequence[Group], problems: Problems) -> str | None:
    """The group of a row; the only one where the file does not say. None after noting that it is not known."""
    names = [group.name for group in groups]
    word = mapping.one_of("group", row["group"], names)
    if word in names:
        return word
    if not word and len(names) == 1:
        return names[0]
    if not word:
        row.wrong(problems, "group", f"is blank, and the scenario has several groups{did_you_mean('', names)}")
    return None


def opened(
    file: str, scenario: Scenario, known: Sequence[str], needed: Sequence[str], mapping: Words, problems: Problems
) -> tuple[Table, list[Row]]:
    """The table of a file with one row a person, and its rows, their groups and levels looked at.

    ScenarioError where there is no such table or nobody in it. A row with an NHS number is noted and goes no further, so that no
    word of it can be repeated; what else is wrong with the file is found all the same.
    """
    traits = tuple(dict.fromkeys(trait.name for group in scenario.people for trait in group.traits))
    table = people_table(file, (*known, *traits), needed, mapping, problems)
    if table is None:
        problems.stop_if_any()
    assert table is not None, "why there is none is a problem"
    rows = without_nhs_numbers(list(table), problems)
    check_words(rows, "group", mapping, [group.name for group in scenario.people], (), problems)
    for group in scenario.people:
        for trait in group.traits:
            check_words(rows, trait.name, mapping, trait.level_names, (), problems)
    return table, rows


def levels_of(row: Row, group: Group, mapping: Words) -> Levels:
    """The levels of a group's traits that a row gives."""
    return tuple(
        (trait.name, mapping.one_of(trait.name, row[trait.name], trait.level_names))
        for trait in group.traits
        if row[trait.name]
    )


def check_once(rows: Iterable[Row], keys: Iterable[Hashable | None], what: str, problems: Problems) -> None:
    """Note every row whose id stood with the same key in a row above; what the id is, no message says. Key None: not looked at."""
    first: dict[tuple[str, Hashable], int] = {}
    for row, key in zip(rows, keys, strict=True):
        if key is None or not row["id"]:
            continue
        line = first.setdefault((row["id"], key), row.line)
        if line != row.line:
            row.wrong(problems, "id", what.format(line=line))


def check_words(
    rows: Sequence[Row], column: str, mapping: Words, known: Iterable[str], also: Iterable[str], problems: Problems
) -> None:
    """Note every word of a column that means nothing here; `also` are words that are known but not offered as a cure."""
    understood = {bare(word) for word in (*known, *also)}
    wrong = [row for row in rows if row[column] and bare(mapping.word(column, row[column])) not in understood]
    words_not_known(wrong, column, known, problems)


def without_nhs_numbers(rows: Iterable[Row], problems: Problems) -> list[Row]:
    """The rows of which no cell that is read holds an NHS number; the others are noted by their cells, never their content."""
    kept = []
    for row in rows:
        named = [name for name in row.table.columns if name != "id" and looks_like_nhs_number(row[name])]
        for name in named:
            row.wrong(problems, name, "looks like an NHS number, which has no place in this column")
        kept += [] if named else [row]
    return kept


def told_of_columns(table: Table) -> list[str]:
    """Sentences about columns that were not read, and cells beyond them."""
    said = []
    if table.dropped:
        names = ", ".join(map(quoted, table.dropped))
        said.append(f"Not read, as they say who somebody is: {names}. Nothing of them was kept; leave such columns out")
    if table.unused:
        said.append(f"Not read: {', '.join(map(quoted, table.unused))}")
    if "id" in table.columns:
        said.append(f"{quoted(table.headings['id'])} was used to find rows that are there twice, and not kept")
    return [*said, *beyond_headings(table)]
