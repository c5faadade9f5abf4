"""Files with one row a person: whose word means what, when something was, where people go; and of stays, the days needed by each.

A planner's own headings and words are mapped once, in a small CSV file with the columns column, yours and ours. Nothing but
what is asked for is taken from a row, and no name or number of a person is.
A column may have more words, but no heading may have two meanings.

Days needed run from admitted to ready (the discharge-ready date); without one, to left. Anybody who was not ready when the file was
made is censored: they need longer than so many days. Worked examples in the tests hold it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import ceil, floor

from sim.inputs.files import read_sheet
from sim.inputs.problems import Mark, Problems, did_you_mean, listed, quoted
from sim.inputs.scenario import DIED, HOME, Group, Levels, Scenario
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
    rows_named,
    table_of,
    words_not_known,
)
from sim.results.measures.flow import PATHWAY_OF_KIND
from sim.results.words.labels import counted

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


def _people_table(
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
            row.wrong(
                problems, column, "is no number of days" if self.in_days else _why_no_date(text, str(error), column)
            )
            return None
        seconds = found.hour * 3600 + found.minute * 60 + found.second
        return When(on(found.date()) + (seconds / 86_400 if seconds else NOON), bool(seconds))


def _why_no_date(text: str, why: str, column: str) -> str:
    """Why a cell is no date, with the cure for what spreadsheets do."""
    if _is_number(text) and EXCEL_DAYS[0] < float(quantity(text)) < EXCEL_DAYS[1]:
        return "is a number, as Excel counts days; give its column the format of a date"
    if not text[:1].isdigit() and column != "admitted":
        return f"{why}; where there is none yet, leave the cell blank"
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
    table = _people_table(file, (*known, *traits), needed, mapping, problems)
    if table is None:
        problems.stop_if_any()
    assert table is not None, "why there is none is a problem"
    rows = _without_nhs_numbers(list(table), problems)
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


def _without_nhs_numbers(rows: Iterable[Row], problems: Problems) -> list[Row]:
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


# -- spells, from a file of stays --------------------------------------------------------------------------------------


NEEDED = ("admitted",)
KNOWN = ("admitted", "ready", "left", "pathway", "group", "service", "id")
MOST_DAYS = 36_500
LONG_GAP_DAYS = 180  # without anybody coming, an assumption: no service that is fitted here stands still for so long


@dataclass(frozen=True, slots=True)
class Spell:
    """One stay: from when on, how many days until ready (or so far), and where to. Nothing says whose it is."""

    group: str
    service: str
    route: str  # a word of the file, or of the scenario; empty where nobody knows yet
    admitted: When
    ready: When | None
    left: When | None
    levels: Levels

    def needed(self, until: float) -> tuple[float, bool, bool]:
        """Days needed, whether they were over by then, and whether they are exact or whole nights."""
        end = self.ready if self.ready is not None else self.left
        if end is None or end.days > until:
            return max(0.0, until - self.admitted.days), False, True
        return max(0.0, end.days - self.admitted.days), True, self.admitted.exact and end.exact


@dataclass(frozen=True, slots=True)
class Spells:
    """The stays of a file, until when it knows them, and what a planner should know of how they were read."""

    file: str
    all: tuple[Spell, ...]
    until: float  # the instant at which the file was made, in days
    in_days: bool
    notes: tuple[str, ...]
    since: float | None = None  # the day from which on it knows everybody who came, where a planner says it
    before: tuple[Spell, ...] = ()  # those who came before that day, of whom it knows who stayed long

    @property
    def until_text(self) -> str:
        """The last day that it knows, as people write it."""
        if self.in_days:
            return f"day {self.until:g}"
        return When(ceil(self.until) - 1, exact=True).date.isoformat()

    def known_before(self, end: float) -> "Spells":
        """The file as it was at an earlier instant: who had come, and of them what was known; the route only of who was ready."""
        kept = []
        for one in self.all:
            ready, left = (when if when is not None and when.days < end else None for when in (one.ready, one.left))
            route = one.route if ready is not None or left is not None else ""
            kept += [replace(one, ready=ready, left=left, route=route)] if one.admitted.days < end else []
        note = f"Fitted to what was known before the days that are held out: {counted(len(kept), 'stay')} of {len(self.all):,}"
        return replace(self, all=tuple(kept), until=end, notes=(*self.notes, note))


def read_spells(
    file: str, scenario: Scenario, words: Words, since: date | None = None, until: date | None = None
) -> Spells:
    """The stays of a CSV or Excel file; ScenarioError lists everything that is wrong with it, rows and columns named."""
    problems = Problems()
    groups, places = scenario.people, Places(scenario)
    table, rows = opened(file, scenario, KNOWN, NEEDED, words, problems)
    _check_words(rows, words, places, problems)
    clock = Clock.of(rows, "admitted")
    found = [_spell(row, clock, words, places, groups, problems) for row in rows]
    keys = [None if one is None else one.admitted.days for one in found]
    check_once(rows, keys, "is there with the same admission in row {line} already; keep one", problems)
    spells = [one for one in found if one is not None]
    if clock.in_days and (since or until):
        problems.add(Mark(file=file), "says when in days; --from and --until are dates")
    end = _until(spells, until)
    for row, one in zip(rows, found, strict=True):
        if one is not None and floor(one.admitted.days) > floor(end):
            row.wrong(problems, "admitted", "is after the day on which the file was made; is --until right?")
    problems.stop_if_any()
    kept = [spell for spell in spells if since is None or spell.admitted.days >= on(since)]
    if not kept:
        problems.add(Mark(file=file), f"holds nobody who was admitted from {since} on")
        problems.stop_if_any()
    dated = [
        (row, one)
        for row, one in zip(rows, found, strict=True)
        if one is not None and (since is None or one.admitted.days >= on(since))
    ]
    gaps = (*_gaps(dated, in_days=clock.in_days), *(() if until else _made_late(dated, in_days=clock.in_days)))
    notes = (*gaps, *_notes(table, spells, kept, since, end), *_equal_rows(table, rows, found))
    before = tuple(spell for spell in spells if since is not None and spell.admitted.days < on(since))
    return Spells(file, tuple(kept), end, clock.in_days, notes, None if since is None else on(since), before)


def _until(spells: Sequence[Spell], stated: date | None) -> float:
    """The end of the day on which the file was made: as stated, or the latest day in it."""
    if stated is not None:
        return on(stated) + 1
    every = [one.days for spell in spells for one in (spell.admitted, spell.ready, spell.left) if one is not None]
    latest = max(every, default=0.0)
    return latest if any(not one.is_integer() and (one - floor(one)) != 0.5 for one in every) else floor(latest) + 1.0


def _check_words(rows: Sequence[Row], words: Words, places: Places, problems: Problems) -> None:
    check_words(rows, "pathway", words, places.words, places.understood, problems)
    check_words(rows, "service", words, [service.name for service in places.scenario.services], (), problems)


def _spell(
    row: Row, clock: Clock, words: Words, places: Places, groups: Sequence[Group], problems: Problems
) -> Spell | None:
    """The stay of one row, or None after noting what is wrong with it."""
    before = len(problems.found)
    admitted, ready, left = (clock.read(row, name, problems) for name in ("admitted", "ready", "left"))
    if admitted is None and not row["admitted"]:
        row.wrong(problems, "admitted", "is blank")
    for name, one in (("ready", ready), ("left", left)):
        if admitted is not None and one is not None and one.before(admitted):
            row.wrong(problems, name, f"is before {quoted(row.table.headings['admitted'])}")
        elif admitted is not None and one is not None and one.days - admitted.days > MOST_DAYS:
            row.wrong(problems, name, "is more than a hundred years later")
    if ready is not None and left is not None and left.before(ready):
        row.wrong(problems, "ready", f"is after {quoted(row.table.headings['left'])}")
    group = group_of(row, words, groups, problems)
    if len(problems.found) > before or admitted is None or group is None:
        return None
    services = [service.name for service in places.scenario.services]
    route = places.called(words.word("pathway", row["pathway"]))
    levels = levels_of(row, next(one for one in groups if one.name == group), words)
    return Spell(
        group, words.one_of("service", row["service"], services) or places.main, route, admitted, ready, left, levels
    )


def _notes(
    table: Table, read: Sequence[Spell], kept: Sequence[Spell], since: date | None, until: float
) -> Iterable[str]:
    """What a planner should know of how the file was read."""
    yield from told_of_columns(table)
    if len(kept) < len(read):
        yield f"{counted(len(read) - len(kept), 'stay')} from before {since} are left out: of those only the long ones would be in such a file"
    without = sum(spell.ready is None and spell.left is not None for spell in kept)
    if without:
        yield f"{counted(without, 'stay')} without a ready date count as ready when they left (as people who die are)"
    early = began_before_anybody_left(kept)
    if early:
        yield (
            f"{counted(early, 'stay')} began before anybody in the file had left: it seems to hold who was there, or left, from some day "
            "on. Short stays from before that day are missing then, and lengths come out too long: give that day with --from"
        )
    ended = sum(spell.needed(until)[1] for spell in kept)
    yield f"{counted(len(kept), 'stay')}, {len(kept) - ended:,} of them not ready yet when the file was made: these count as longer than so far"


Dated = Sequence[tuple[Row, Spell]]


def _gaps(dated: Dated, *, in_days: bool) -> Iterable[str]:
    """For each long time in which nobody came, the rows on the side with fewer stays: is their year right?"""
    order = sorted(dated, key=lambda pair: pair[1].admitted.days)
    days = [one.admitted.days for _, one in order]
    for number in range(1, len(order)):
        gap = floor(days[number]) - floor(days[number - 1])
        if gap > LONG_GAP_DAYS:
            few = min(order[:number], order[number:], key=len)
            between = " and ".join(_told(at, in_days=in_days) for at in (days[number - 1], days[number]))
            yield (
                f"Nobody was admitted in the {counted(gap, 'day')} between {between}: {'are the days' if in_days else 'is the year'} of "
                f"{rows_named([row.line for row, _ in few])} right? Admissions a day count that time too, and so do the stays of those who have not left"
            )


def _made_late(dated: Dated, *, in_days: bool) -> Iterable[str]:
    """The rows that say the file was made long after anybody came, where no --until says when that was."""
    last = max(one.admitted.days for _, one in dated)
    for name in ("ready", "left"):
        whens = [(row, one.ready if name == "ready" else one.left) for row, one in dated]
        late = [(row, when.days) for row, when in whens if when is not None and when.days - last > LONG_GAP_DAYS]
        if late:
            heading, latest = late[0][0].table.headings[name], max(days for _, days in late)
            yield (
                f"{quoted(heading)} of {rows_named([row.line for row, _ in late])} is more than {LONG_GAP_DAYS} days after the last admission, "
                f"up to {_told(latest, in_days=in_days)}: is that right? The file counts as made on the last day in it, and whoever has not left "
                "as there until then; --until says when it was made"
            )


def _told(days: float, *, in_days: bool) -> str:
    return f"day {days:g}" if in_days else When(days, exact=True).date.isoformat()


def _equal_rows(table: Table, rows: Sequence[Row], found: Sequence[Spell | None]) -> Iterable[str]:
    """Rows that equal one above in all that was read, where no column says who is who."""
    if "id" in table.columns:
        return
    seen: set[Spell | None] = set()
    lines = []
    for row, spell in zip(rows, found, strict=True):
        lines += [row.line] if spell in seen else []
        seen.add(spell)
    if lines:
        yield (
            f"{counted(len(lines), 'row')} {'equals' if len(lines) == 1 else 'equal'} another row in all that was read ({rows_named(lines)}); without a column `id` nobody can tell "
            "whether they are there twice, and they are kept"
        )


def began_before_anybody_left(spells: Sequence[Spell]) -> int:
    """How many stays began more than a day before anybody left, where they are so many that the file lacks the short ones; else 0."""
    lefts = [spell.left.days for spell in spells if spell.left is not None]
    first = min(lefts, default=0.0)
    early = sum(spell.admitted.days < first - 1 for spell in spells) if lefts else 0
    return early if early > 0.02 * len(spells) and len(spells) > 50 else 0


def route_words(spells: Spells) -> list[str]:
    """Every route in the file, the commonest first; deaths last."""
    counts = Counter(one.route for one in spells.all if one.route)
    return sorted(counts, key=lambda word: (word == DIED, -counts[word], word))
