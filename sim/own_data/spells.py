"""Observed spells: a file of stays in; days needed by each person, with those still in bed as censored, and targets out.

Days needed run from admitted to ready (the discharge-ready date); without one, to left. Anybody who was not ready when the file was
made is censored: they need longer than so many days. Worked examples in the tests hold it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor

from sim.inputs.problems import Mark, Problems, quoted
from sim.inputs.scenario import DIED, Group, Levels, Scenario
from sim.own_data.people_files import (
    Clock,
    Places,
    When,
    Words,
    check_once,
    check_words,
    group_of,
    levels_of,
    on,
    opened,
    told_of_columns,
)
from sim.own_data.tables import Row, Table, rows_named
from sim.results.words.labels import counted

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
    return Spells(file, tuple(kept), end, clock.in_days, notes, None if since is None else on(since))


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
    early = sum(spell.admitted.days < min(lefts) - 1 for spell in spells) if lefts else 0
    return early if early > 0.02 * len(spells) and len(spells) > 50 else 0


def route_words(spells: Spells) -> list[str]:
    """Every route in the file, the commonest first; deaths last."""
    counts = Counter(one.route for one in spells.all if one.route)
    return sorted(counts, key=lambda word: (word == DIED, -counts[word], word))
