"""Today's census: a file with one row a person in; the people of a starting census out, and what they show of that day.

A census is of one date, and the run starts at its first instant with these people. Nothing says whose row is whose once this
is read. A change here moves results. Tests hold the exact words.

A cell for steps that are not done holds names of steps, a planner's own words, or reasons as the discharge-ready-date return has
them, also several. What is understood may be changed; never make two readings of one text possible.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sim.inputs import distributions
from sim.inputs.problems import Mark, Problems, closest, did_you_mean, listed, quoted
from sim.inputs.scenario import DIED, OUT, OUTSIDE, REASONS, CensusEntry, Group, Levels, Scenario, Service, Step, Visit
from sim.own_data.people_files import (
    ANY_OTHER,
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
from sim.own_data.published import labels
from sim.own_data.tables import Row, Table, bare
from sim.results.measures.delays import reason_of_service
from sim.results.words.labels import counted, reason_label

NEEDED = ("service", "admitted")
KNOWN = ("service", "admitted", "ready", "waiting_for", "steps_left", "group", "census", "id")
MOST_DATES = 3  # in a message
NOT_A_TRAIT = ("on the day", "no ready date", "nothing left to do", "step of who waits for none")


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is there: where, since how many days, and, if they are ready, for what and how long they have waited."""

    group: str
    service: str  # or "outside"
    days: float
    waiting_for: str | None
    waited: float | None
    levels: Levels
    steps_left: tuple[str, ...] | None = None  # that are under way; None: the list does not say

    def entry(
        self, count: int, levels: Levels, steps_left: tuple[str, ...] = (), *, awaits_review: bool = False
    ) -> CensusEntry:
        """So many alike with these levels and steps before them, as a scenario says it; who awaits a review needs no more days."""
        return CensusEntry(
            group=self.group,
            service=self.service,
            count=count,
            elapsed=distributions.fixed(self.days),
            remaining=distributions.fixed(0.0) if awaits_review else None,
            waiting_for=self.waiting_for,
            waited=None if self.waited is None else distributions.fixed(self.waited),
            steps_left=steps_left,
            levels=levels,
        )


@dataclass(frozen=True, slots=True)
class Census:
    """Everybody who is there on one date."""

    day: date
    people: tuple[Present, ...]


@dataclass(frozen=True, slots=True)
class Censuses:
    """The censuses of a file, by date, and what a planner should know of how they were read."""

    file: str
    all: tuple[Census, ...]
    notes: tuple[str, ...]


def read_censuses(file: str, scenario: Scenario, words: Words, day: date | None = None) -> Censuses:
    """The censuses of a CSV or Excel file; ScenarioError lists everything that is wrong with it, rows and columns named.

    `day` is the date of a file without a column `census`; of others, the date of the last census that is taken.
    """
    problems = Problems()
    places = Places(scenario)
    table, rows = opened(file, scenario, KNOWN, NEEDED, words, problems)
    reader = _Reader(table, rows, scenario, words, places, day, problems)
    found = [reader.person(row) for row in rows]
    keys = [one and one[0] for one in found]
    check_once(rows, keys, "is there in row {line} already; one person, one row", problems)
    _check_room(scenario, rows, found, problems)
    days = sorted({when for when, _ in filter(None, found)})
    if day is not None and days and day not in days:
        there = listed([f"{one:%d/%m/%Y}" for one in days[-MOST_DATES:]], "and")
        problems.add(Mark(file=file), f"has no census of {day:%d/%m/%Y}, the date of --on; the latest are of {there}")
    problems.stop_if_any()
    days = [one for one in days if day is None or one <= day]  # earlier ones are what --backtest forecasts from
    censuses = tuple(Census(one, tuple(p for when, p in filter(None, found) if when == one)) for one in days)
    return Censuses(file, censuses, (*told_of_columns(table), *reader.notes()))


class _Reader:
    """Reads the rows of one file, and notes what they lack."""

    def __init__(  # noqa: PLR0913, PLR0917 - what all rows share
        self,
        table: Table,
        rows: Sequence[Row],
        scenario: Scenario,
        words: Words,
        places: Places,
        day: date | None,
        problems: Problems,
    ) -> None:
        self._scenario, self._words, self._places, self._problems = scenario, words, places, problems
        self._day = day
        self._step_words = StepWords(scenario, words)
        self._where = [*(service.name for service in scenario.services), OUTSIDE]
        self._clock = Clock.of(rows, "admitted")
        self._counts: Counter[str] = Counter()
        self._known: dict[tuple[str, str, str | None, Levels], Levels] = {}  # levels that were worked out
        self._routes: dict[tuple[str, str, Levels], set[str]] = {}
        self._check_words(rows)
        if day is None and "census" not in table.columns:
            problems.add(
                Mark(file=table.grid.file),
                "does not say of which day it is; write a column `census`, or --on 2026-06-01",
            )

    def _check_words(self, rows: Sequence[Row]) -> None:
        pathways = [word for word in self._places.understood if word not in (DIED, OUT)]
        ways = [word for word in self._places.words if word not in (DIED, OUT)]
        check_words(rows, "service", self._words, self._where, (), self._problems)
        check_words(rows, "waiting_for", self._words, ways, pathways, self._problems)

    def person(self, row: Row) -> tuple[date, Present] | None:
        """Who is there by one row, and on which date; None after noting what is wrong with it."""
        before = len(self._problems.found)
        day = self._date(row)
        admitted = self._clock.read(row, "admitted", self._problems)
        ready = self._clock.read(row, "ready", self._problems)
        name = group_of(row, self._words, self._scenario.people, self._problems)
        for column in ("service", "admitted"):
            if not row[column]:
                row.wrong(self._problems, column, "is blank")
        days = None if admitted is None or day is None else self._days(row, "admitted", admitted, day)
        waited = None if ready is None or day is None else self._days(row, "ready", ready, day)
        if days is not None and waited is not None and waited > days:
            row.wrong(self._problems, "ready", f"is before {quoted(row.table.headings['admitted'])}")
        if len(self._problems.found) > before or day is None or days is None or name is None:
            return None
        group = next(one for one in self._scenario.people if one.name == name)
        service = self._words.one_of("service", row["service"], self._where)
        levels = levels_of(row, group, self._words)
        to = self._waiting_for(row, group, service, levels, ready=ready)
        left = self._steps_left(row, group, (service, to), levels)
        if len(self._problems.found) > before:
            return None
        self._counts["no ready date"] += bool(to and waited is None and service != OUTSIDE)
        known = self._levels(group, service, to, levels)
        return day, Present(name, service, days, to, waited if to and service != OUTSIDE else None, known, left)

    def _date(self, row: Row) -> date | None:
        if "census" not in row.table.columns:
            return self._day
        found = Clock(in_days=False).read(row, "census", self._problems)
        if found is None and not row["census"]:
            row.wrong(self._problems, "census", "is blank")
        return found.date if found else None

    def _days(self, row: Row, column: str, when: When, day: date) -> float:
        """Days up to the first instant of the census's date; in a file of days the number itself."""
        if self._clock.in_days:
            if when.days < 0:
                row.wrong(self._problems, column, "is below 0; in a census it is the days since then")
            return when.days
        if when.date > day:
            row.wrong(self._problems, column, f"is after the day of the census, {day:%d/%m/%Y}")
        self._counts["on the day"] += column == "admitted" and when.date == day
        return round(max(0.0, on(day) - when.days), 5)

    def _waiting_for(self, row: Row, group: Group, service: str, levels: Levels, *, ready: When | None) -> str | None:
        """The destination of somebody who is ready; None for others, and after noting that it is not known."""
        word = self._words.word("waiting_for", row["waiting_for"])
        if not word:
            if service == OUTSIDE:
                row.wrong(self._problems, "waiting_for", "is blank: for which place do they wait outside?")
            elif ready is not None:
                row.wrong(
                    self._problems, "waiting_for", "is blank, and they are ready: what do they wait for? `home` will do"
                )
            return None
        ways = self._places.ways(word)
        if not ways or service not in self._where:
            return None  # noted already, as a word that is not known
        asked = group.name, service, levels
        if asked not in self._routes:
            self._routes[asked] = {route.to for visit in _visits(group, service, levels) for route in visit.then}
        reached = {name for name, _ in group.arrives_at} if service == OUTSIDE else self._routes[asked]
        meant = [way for way in ways if way in reached]
        if not meant:
            there = listed(
                [
                    quoted(destination)
                    for destination in self._scenario.destinations
                    if destination in reached and destination not in (DIED, OUT)
                ]
            )
            cure = f"; from there they go to {there}" if there else ""
            what = f"is where nobody of {quoted(group.name)} goes from {quoted(service)}{cure}"
            row.wrong(self._problems, "waiting_for", what)
        elif len(meant) > 1:
            row.wrong(
                self._problems,
                "waiting_for",
                f"may be {listed(map(quoted, meant))}; say which, or map it with --columns",
            )
        return meant[0] if len(meant) == 1 else None

    def _steps_left(
        self, row: Row, group: Group, way: tuple[str, str | None], levels: Levels
    ) -> tuple[str, ...] | None:
        """The steps that somebody who waits has before them; None where the list has no such column."""
        if "steps_left" not in row.table.columns:
            return None
        service, to = way
        if to is None or service == OUTSIDE:
            self._counts["step of who waits for none"] += self._step_words.names_any(row["steps_left"])
            return None
        routes = [route for visit in _visits(group, service, levels) for route in visit.then if route.to == to]
        on_the_way = list({step.name: step for route in routes for step in route.steps}.values())
        try:
            found = self._step_words.read(row["steps_left"], on_the_way, (service, to))
        except NotUnderstood as error:
            row.wrong(self._problems, "steps_left", str(error))
            return None
        self._counts["nothing left to do"] += not self._step_words.names_any(row["steps_left"]) and bool(on_the_way)
        return found

    def _levels(self, group: Group, service: str, to: str | None, given: Levels) -> Levels:
        """The levels given, and those without which nobody would be here, or wait for that; the others are drawn later."""
        if not group.traits or service == OUTSIDE:
            return given
        asked = group.name, service, to, given
        if asked not in self._known:
            self._known[asked] = _levels_that_fit(self._scenario, group, service, to, given)
        found = self._known[asked]
        self._counts.update(trait for trait, _ in set(found) - set(given))
        return found

    def notes(self) -> Iterator[str]:
        """What a planner should know."""
        if self._counts["on the day"]:
            people = counted(self._counts["on the day"], "person", "people")
            yield f"{people} came on the day of the census itself and count as there at its first instant; if the list was made in the evening, say the next day with --on"
        if self._counts["no ready date"]:
            people = counted(self._counts["no ready date"], "person", "people")
            yield f"{people} wait for a place without a ready date: their wait counts from the census on"
        if self._counts["nothing left to do"]:
            people = counted(self._counts["nothing left to do"], "person", "people")
            yield f"{people} who wait have a blank in the column of steps: all of theirs count as done"
        if self._counts["step of who waits for none"]:
            people = counted(self._counts["step of who waits for none"], "person", "people")
            yield f"Steps of {people} who are not ready, or wait outside, were not used"
        for trait, number in self._counts.items():
            if trait not in NOT_A_TRAIT and number:
                yield f"{quoted(trait)} of {counted(number, 'person', 'people')} follows from where they are or what they wait for"


def _visits(group: Group, service: str, levels: Levels) -> list[Visit]:
    """What people of a group with these levels may do in a service."""
    profiles = [profile for profile in group.profiles if set(levels) <= set(profile)] if group.traits else [()]
    return list(
        dict.fromkeys(visit for profile in profiles if (visit := group.visit(service, profile, profile)) is not None)
    )


def _levels_that_fit(scenario: Scenario, group: Group, service: str, to: str | None, given: Levels) -> Levels:
    """The levels given, and of each trait of which one level alone can be here that one."""
    every = [levels for levels, share in zip(group.profiles, group.shares_of_profiles, strict=True) if share > 0]
    fitting = [one for one in every if set(given) <= set(one) and _can_be(scenario, group, service, to, one)]
    found = dict(given)
    for trait in group.traits if fitting else ():
        able = {dict(levels)[trait.name] for levels in fitting}
        if trait.name not in found and len(able) == 1 < len({dict(levels)[trait.name] for levels in every}):
            found[trait.name] = able.pop()
    return tuple((trait.name, found[trait.name]) for trait in group.traits if trait.name in found)


def _can_be(scenario: Scenario, group: Group, service: str, to: str | None, levels: Levels) -> bool:
    """May somebody with these levels be in a service, and be bound for that: by a share, or where waiting for another place ended?"""
    visit = group.visit(service, levels, levels)
    if visit is None or (to is not None and to not in _bound_for(visit)):
        return False
    starts = [place for name, _ in group.arrives_at for place in scenario.members(name)]
    if service in starts:
        return True
    before = [visit for name in starts if (visit := group.visit(name, levels, levels)) is not None]
    return any(service in scenario.members(to) for one in before for to in _bound_for(one))


def _bound_for(visit: Visit) -> set[str]:
    """Where people go after a visit: what has a share, and what they go to instead when a wait for that is too long."""
    found = {route.to for route in visit.then if route.share > 0}
    for _ in visit.then:  # a chain is never longer than the routes
        found |= {route.otherwise for route in visit.then if route.otherwise and route.to in found}
    return found


def _check_room(
    scenario: Scenario, rows: Sequence[Row], found: Sequence[tuple[date, Present] | None], problems: Problems
) -> None:
    """No more people are in a service on one day than it has places; the first row too many is named."""
    present: Counter[tuple[date, str]] = Counter()
    every = Counter((day, one.service) for day, one in filter(None, found))
    services = {one.name: one for one in scenario.services}
    for row, read in zip(rows, found, strict=True):
        if read is None or read[1].service not in services:
            continue
        day, one = read
        service = services[one.service]
        places = _most_places(service)
        present[day, one.service] += 1
        if places is not None and present[day, one.service] == places + 1:
            people = every[day, one.service]
            row.wrong(
                problems,
                "service",
                f"is one more than {quoted(one.service)} has {service.counted_in}: {people} people on {day:%d/%m/%Y}, {places} {service.counted_in}; "
                f"take out who is not of the scenario's people, or say --set services.{one.service}.{service.counted_in}={people}",
            )


def _most_places(service: Service) -> int | None:
    """The most places that a service ever has; None where nobody counts them, or in hours."""
    every = [one.places for one in service.capacity if one.places is not None]
    if len(every) < len(service.capacity) or service.counted_in == "hours_per_week":
        return None
    return max(every) + (service.surge.places if service.surge else 0)


# -- words for steps that are not done ---------------------------------------------------------------------------------


COLUMN = "steps_left"
BETWEEN = ";"
ALSO_BETWEEN = re.compile(r"\s*[,&+/\n]\s*|\s+and\s+", re.IGNORECASE)  # where a cell is no word as a whole
NOTHING = ("", "none", "nil", "nothing")
NO_PLACE = "capacity"  # how a published reason begins that says that there is no room


class NotUnderstood(ValueError):
    """What is wrong with a cell, as the end of a sentence; nothing that may be a name is repeated."""


class StepWords:
    """Reads cells of a scenario's list."""

    def __init__(self, scenario: Scenario, words: Words) -> None:
        self._scenario = scenario
        self._theirs = words.words.get(COLUMN, {})
        self._steps = {bare(step.name): step.name for step in scenario.steps}
        self._reasons = {bare(word): (reason, False) for reason in REASONS for word in (reason, reason_label(reason))}
        published = ((label, item) for label, (_, measure, item) in labels().items() if measure == "reason")
        self._reasons |= {bare(label): (item, label.startswith(NO_PLACE)) for label, item in published}

    def read(self, text: str, way: Sequence[Step], places: tuple[str, str]) -> tuple[str, ...]:
        """The steps of a way, from one place to another, that a cell names; NotUnderstood says why not."""
        found: list[str] = []
        for word in self._split(text):
            found += self._meant(word, way, places)
        from_place, to = places
        if wrong := [name for name in dict.fromkeys(found) if all(step.name != name for step in way)]:
            names = listed(map(quoted, wrong), "and")
            raise NotUnderstood(f"names {names}, no step on the way from {quoted(from_place)} to {quoted(to)}")
        return tuple(dict.fromkeys(found))

    def names_any(self, text: str) -> bool:
        """Whether a cell names any step, known or not."""
        return bare(text) not in NOTHING

    def _split(self, text: str) -> Iterator[str]:
        """The words of a cell: between semicolons, and between commas or `and` where all of them are understood."""
        for piece in text.split(BETWEEN):
            parts = [one for one in ALSO_BETWEEN.split(piece.strip()) if one]
            yield from parts if not self._knows(piece) and all(map(self._knows, parts)) else [piece.strip()]

    def _knows(self, word: str) -> bool:
        key = bare(word)
        return any(key in known for known in (self._theirs, self._steps, self._reasons, NOTHING))

    def _meant(self, word: str, way: Sequence[Step], places: tuple[str, str]) -> list[str]:
        known = self._knows(word)
        word = self._theirs.get(bare(word), word if known else self._theirs.get(ANY_OTHER, word))
        key = bare(word)
        if key in self._steps:
            return [self._steps[key]]
        if key in NOTHING:
            return []
        if key in self._reasons:
            return self._of_reason(*self._reasons[key], way, places)
        raise NotUnderstood(self._unknown(word, way, places))

    def _of_reason(self, reason: str, no_place: bool, way: Sequence[Step], places: tuple[str, str]) -> list[str]:
        """The one step on the way with a reason; none where the reason is that there is no room in the place that is awaited."""
        from_place, to = places
        if no_place and reason in self._awaited(to):
            return []
        steps = [step.name for step in way if step.reason == reason]
        of = f"the reason {quoted(reason_label(reason))}"
        if not steps:
            raise NotUnderstood(f"names {of}, which no step on the way from {quoted(from_place)} to {quoted(to)} has")
        if len(steps) > 1:
            raise NotUnderstood(f"names {of}; say by the name of the step whether it is {listed(map(quoted, steps))}")
        return steps

    def _awaited(self, to: str) -> set[str]:
        """The reasons of people who wait for a place."""
        services = {service.name: service for service in self._scenario.services}
        stated = {one.reason for one in self._scenario.lists if one.name == to and one.reason}
        found = {reason_of_service(services[name]) for name in self._scenario.members(to) if name in services}
        return found | stated

    def _unknown(self, word: str, way: Sequence[Step], places: tuple[str, str]) -> str:
        every = [step.name for step in self._scenario.steps]
        if closest(word, every) is not None:
            return f"names a step that is not known{did_you_mean(word, every)}"
        if not way:
            return f"names a step, and there is none on the way from {quoted(places[0])} to {quoted(places[1])}"
        known = listed([step.name for step in way], "and")
        return (
            f"names a step that is not known; on the way from {quoted(places[0])} to {quoted(places[1])} there are {known}; say with --columns "
            f"what your words mean, and put {quoted(BETWEEN)} between two"
        )
