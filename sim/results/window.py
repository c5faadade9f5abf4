"""The measured window of one replication: its records with the scenario's names and numbers, whole or up to an earlier instant.

Every measure counts what the records have inside the window; what several of them need is worked out here once. The records' rows
are in the engines' one order: stays and waits by person and number, steps by stay and number, places by
service and time. Where a run goes on after the window to follow people up, `ledger` is cut at its end, and `run` is the
window from the first measured day to the end of the run.

A run that follows people up goes on after the measured window, and no measure of the window may know what came then. So the
window is counted from records that are cut at its end. Nothing that happens knows when the run will end, so the cut is all
that is needed: rows begun by then, and NEVER for what had not happened yet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, wraps
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import DIED, HOME, OUT, SECONDS_PER_DAY, Levels, Scenario, Service, Visit
from sim.machine_code import Passes
from sim.model.records import ADMITTED, NEVER, NONE, OUTSIDE, WAIT_ENDINGS, WAITING, Column, Ledger
from sim.results.measure_table import measures
from sim.results.path_passes import PASSES, Stays, Waits
from sim.results.step_functions import Mask, overlap

Table = dict[str, Column]


def cut_at(scenario: Scenario, ledger: Ledger, end: int) -> Ledger:
    """The records of the same run, ended at this instant."""
    kept = {
        name: table[begins] < end
        for name, table, begins in (
            ("people", ledger.people, "arrives"),
            ("stays", ledger.stays, "admitted"),
            ("waits", ledger.waits, "joined"),
            ("steps", ledger.steps, "started"),
            ("places", ledger.places, "at"),
            ("arrival_steps", ledger.arrival_steps, "started"),
        )
    }
    people, stays = _new_rows(kept["people"]), _new_rows(kept["stays"])
    return Ledger(
        people=_rows(ledger.people, kept["people"]),
        waits=_waits(_rows(ledger.waits, kept["waits"]), people, stays, end),
        stays=_stays(_rows(ledger.stays, kept["stays"]), people, end),
        steps=_steps(scenario, ledger, kept["steps"], stays, end),
        places=_rows(ledger.places, kept["places"]),
        step_names=ledger.step_names,
        until=end,
        arrival_steps=_arrival_steps(scenario, ledger, kept["arrival_steps"], people, end),
    )


def _rows(table: Mapping[str, Column], kept: Mask) -> Table:
    return {name: table[name][kept] for name in table}


def _new_rows(kept: Mask) -> Column:
    """By row of the whole table: its row among those kept; the last stands for NONE."""
    return np.append(np.cumsum(kept) - 1, NONE)


def _not_yet(table: Table, times: Iterable[str], end: int) -> Table:
    """The table, with NEVER for what had not happened by the end."""
    return table | {name: np.where(table[name] >= end, NEVER, table[name]) for name in times}


def _waits(waits: Table, people: Column, stays: Column, end: int) -> Table:
    found = _not_yet(waits, ("clear", "ended"), end)
    found["ending"] = np.where(found["ended"] == NEVER, WAITING, found["ending"])
    return found | {"person": people[found["person"]], "stay": stays[found["stay"]]}


def _stays(stays: Table, people: Column, end: int) -> Table:
    """Stays; where another way taken later asked for more steps, when somebody was clear before that is known to the wait only."""
    found = _not_yet(stays, ("ready", "clear", "left"), end)
    found["to"] = np.where(found["left"] == NEVER, NONE, found["to"])
    return found | {"person": people[found["person"]]}


def _steps(scenario: Scenario, ledger: Ledger, kept: Mask, stays: Column, end: int) -> Table:
    found = _not_yet(_rows(ledger.steps, kept), ("team_joined", "finished", "dropped_at"), end)
    found["due"] = np.where(found["team_joined"] == NEVER, NEVER, found["due"])
    for row in np.flatnonzero((found["due"] > end) & (found["due"] < NEVER)):
        if _takes_working_days(scenario, ledger, int(found["stay"][row]), int(found["step"][row])):
            found["due"][row] = NEVER  # no run knows which days after its end are working days
    return found | {"stay": stays[found["stay"]]}


def _arrival_steps(scenario: Scenario, ledger: Ledger, kept: Mask, people: Column, end: int) -> Table:
    found = _not_yet(_rows(ledger.arrival_steps, kept), ("team_joined", "finished"), end)
    found["due"] = np.where(found["team_joined"] == NEVER, NEVER, found["due"])
    for row in np.flatnonzero((found["due"] > end) & (found["due"] < NEVER)):
        group, profile = (int(ledger.people[name][found["person"][row]]) for name in ("group", "profile"))
        people_alike = scenario.people[group]
        steps = people_alike.arrival(people_alike.profiles[profile]).steps
        name = ledger.step_names[found["step"][row]]
        if any(step.working_days for step in steps if step.name == name):
            found["due"][row] = NEVER
    return found | {"person": people[found["person"]]}


def _takes_working_days(scenario: Scenario, ledger: Ledger, stay: int, step: int) -> bool:
    """Whether a step of a stay does, by the route settled at admission; where that does not ask for it, by the first that does."""
    row = {name: int(ledger.stays[name][stay]) for name in ("person", "service", "admitted", "planned_to")}
    group = scenario.people[ledger.people["group"][row["person"]]]
    levels = (group.profiles[ledger.stays[name][stay]] for name in ("found", "after"))
    visit = group.visit(scenario.destinations[row["service"]], *levels)
    admitted = max(0, row["admitted"])  # people of the census go by the first routes
    routes = [] if visit is None else [one for one in visit.dated if one.from_second <= admitted][-1].routes
    planned = scenario.destinations[row["planned_to"]]
    ways = [one for route in sorted(routes, key=lambda route: route.to != planned) for one in route.steps]
    return next((way.working_days for way in ways if way.name == ledger.step_names[step]), False)


T = TypeVar("T")
Key = tuple[str, str, str, str, str]  # service, measure, by, item, unit
BACK_HOME = ("home_reablement", "home_care")  # kinds whose people live at home


class Row(NamedTuple):
    """One number about one replication; `by` and `item` are empty for a total."""

    service: str
    measure: str
    by: str
    item: str
    value: float
    in_hours: bool = False  # of a service whose places are hours a week

    @property
    def unit(self) -> str:
        """The measure's unit."""
        found = measures()[self.measure]
        return found.unit_in_hours if self.in_hours else found.unit

    @property
    def key(self) -> "Key":
        """What it is a number of."""
        return (*self[:4], self.unit)

    @classmethod
    def of(cls, key: "Key", value: float) -> "Row":
        """The row of a number."""
        service, measure, by, item, unit = key
        return cls(service, measure, by, item, value, in_hours=unit != measures()[measure].unit)


class Block(NamedTuple):
    """Many numbers about one replication: of NaN there is no row. The keys are the same object in every replication."""

    keys: tuple[Key, ...]
    values: NDArray[np.float64]


def key_of(service: str, measure: str, by: str, item: str, *, in_hours: bool = False) -> Key:
    """What is reported of a number: where, of what, of which part, in which unit."""
    found = measures()[measure]
    return service, measure, by, item, found.unit_in_hours if in_hours else found.unit


def block_of(rows: Sequence[Row]) -> Block:
    """Some rows, which may be others in another replication."""
    return Block(tuple(row.key for row in rows), np.array([row.value for row in rows], dtype=np.float64))


Work = TypeVar("Work", bound=Callable[..., Any])


def kept(work: Work) -> Work:
    """What is worked out once for a window, or for a service or team (and a number) in it; results are never changed."""

    @wraps(work)
    def found(window: "Window", *of: Any) -> Any:
        return window.cached(work, tuple(getattr(one, "name", one) for one in of), lambda: work(window, *of))

    return cast(Work, found)


class Window:
    """A scenario and one replication's records, seen through the window [first, end) in seconds."""

    def __init__(self, scenario: Scenario, ledger: Ledger, is_fast: bool = False) -> None:
        self.scenario = scenario
        self.is_fast = is_fast  # may compiled code go over the records? It finds the same
        self.first, self.end = scenario.calendar.window
        self._whole_ledger = ledger
        self.ledger = cut_at(scenario, ledger, self.end) if scenario.calendar.follow_up_days else ledger
        self.days = scenario.calendar.measured_days
        self.names = scenario.destinations
        self.numbers = {name: number for number, name in enumerate(self.names)}
        self.home, self.died, self.out = self.numbers[HOME], self.numbers[DIED], self.numbers[OUT]
        self._done: dict[tuple[object, object], object] = {}
        self.declared: tuple[Service, ...] = scenario.services[: self.home]
        self.lists = range(self.out + 1, len(self.names))  # by destination number
        self.members = [[self.numbers[name] for name in scenario.members(destination)] for destination in self.names]
        self.in_line = (*range(self.home), *self.lists)  # declared services and lists

    def cached(self, what: object, of: object, work: Callable[[], T]) -> T:
        """The result of `work`, done the first time that this is asked of a service; results are never changed."""
        if (what, of) not in self._done:
            self._done[what, of] = work()
        return cast(T, self._done[what, of])

    @property
    def run(self) -> "Window":
        """The same with all that the run wrote down: from the first measured day to its end.

        Kept only where it is another: a window that held itself would stay in memory until rubbish is next collected.
        """
        return self._whole_run if self.scenario.calendar.follow_up_days else self

    @cached_property
    def _whole_run(self) -> "Window":
        calendar = self.scenario.calendar
        days = calendar.measured_days + calendar.follow_up_days
        whole = replace(calendar, measured_days=days, follow_up_days=0)
        scenario = self.scenario.once("whole run", lambda: replace(self.scenario, calendar=whole))
        return Window(scenario, self._whole_ledger, self.is_fast)

    def passes(self, these: Passes) -> SimpleNamespace | None:
        """These compiled functions, where they may run and can be had; None: plain NumPy counts the same."""
        return these.loaded() if self.is_fast and self.has_known_numbers else None

    @cached_property
    def has_known_numbers(self) -> bool:
        """Whether there is something for every number in the records."""
        return all(are_known.all() for _, are_known in self.known_numbers())

    def known_numbers(self) -> Iterator[tuple[str, Mask]]:
        """By column that holds the number of something: its table, and in which rows there is such a thing.

        Compiled code would not notice that there is none, and count in memory that is somebody else's.
        """
        ledger, known, services, names = self.ledger, self._known, self.home + 1, len(self.names)
        people, stays, steps = len(ledger.people["group"]), len(ledger.stays["stay"]), len(ledger.step_names)
        yield known("people", "group", len(self.scenario.people))
        yield known("people", "arrives_at", names)
        yield known("waits", "person", people)
        yield known("waits", "stay", stays, NONE)
        yield known("waits", "held", services, OUTSIDE)
        yield known("waits", "to", names)
        yield known("waits", "otherwise", names, NONE)
        yield known("waits", "ending", len(WAIT_ENDINGS))
        yield known("stays", "person", people)
        yield known("stays", "service", services)
        yield known("stays", "to", names, NONE)
        yield known("stays", "planned_to", names, NONE)
        yield known("steps", "stay", stays)
        yield known("steps", "step", steps)
        yield known("steps", "after", steps, NONE)
        yield known("arrival_steps", "person", people)
        yield known("arrival_steps", "step", steps)
        yield known("arrival_steps", "after", steps, NONE)
        yield known("places", "service", services)
        yield from self._known_levels_and_bays()

    def _known_levels_and_bays(self) -> Iterator[tuple[str, Mask]]:
        """Of records whose people, groups and services are known."""
        known, ledger, people = self._known, self.ledger, self.ledger.people["group"]
        profiles = np.array([len(group.profiles) for group in self.scenario.people])
        bays = np.array([max(1, len(service.bays)) for service in self.scenario.services])
        yield known("people", "profile", profiles[people])
        yield known("waits", "profile", profiles[people[ledger.waits["person"]]])
        yield known("stays", "found", profiles[self.group_of_stay])
        yield known("stays", "after", profiles[self.group_of_stay])
        yield known("stays", "bay", bays[ledger.stays["service"]])

    def _known(self, table: str, column: str, size: int | Column, least: int = 0) -> tuple[str, Mask]:
        numbers = getattr(self.ledger, table)[column]
        return table, (numbers >= least) & (numbers < size)

    @cached_property
    def midnights(self) -> Column:
        """The midnights that are counted: the first is the start of the window, its end is not among them."""
        return np.arange(self.first, self.end, SECONDS_PER_DAY, dtype=np.int64)

    def inside(self, times: Column) -> Mask:
        """Which of these instants lie in the window."""
        return np.asarray((times >= self.first) & (times < self.end))

    def clipped(self, start: Column, end: Column) -> Column:
        """Seconds of each span inside the window."""
        return overlap(start, end, self.first, self.end)

    def number(self, service: Service) -> int:
        """The number of a service in the records."""
        return self.numbers[service.name]

    @cached_property
    def _stays_by_service(self) -> list[Column]:
        return self._rows_by(self.ledger.stays["service"], self.home + 1)

    def _rows_by(self, numbers: Column, size: int) -> list[Column]:
        """The rows that have each number, in order."""
        passes = self.passes(PASSES)
        if passes is None:
            return [np.flatnonzero(numbers == number) for number in range(size)]
        rows, ends = np.empty(len(numbers), dtype=np.int64), np.empty(size, dtype=np.int64)
        passes.rows_by(rows, ends, numbers)
        return np.split(rows, ends[:-1])

    def stays_in(self, number: int, column: str) -> Column:
        """One column of the stays in one service."""
        key = f"stays, {column}", self.names[number]
        return self.cached(*key, lambda: self.ledger.stays[column][self._stays_by_service[number]])

    def stay_rows(self, number: int) -> Column:
        """Row numbers of the stays in one service."""
        return self._stays_by_service[number]

    @cached_property
    def _waits_by_destination(self) -> list[Column]:
        return self._rows_by(self.ledger.waits["to"], len(self.names))

    def waits_for(self, number: int, column: str) -> Column:
        """One column of the waits for one destination."""
        key = f"waits, {column}", self.names[number]
        return self.cached(*key, lambda: self.ledger.waits[column][self._waits_by_destination[number]])

    @cached_property
    def admitted_to(self) -> Column:
        """By wait: the destination that it ended in: of a list the service that admitted, NONE where there was none."""
        stays, waits = self.ledger.stays, self.ledger.waits
        if not self.lists:
            return np.where(waits["ending"] == ADMITTED, waits["to"], NONE)
        passes = self.passes(PASSES)
        if passes is not None:
            found = np.empty(len(waits["to"]), dtype=np.int64)
            asked = Waits(waits["person"], waits["stay"], waits["to"], waits["ending"])
            passes.admitted_to(found, asked, Stays(stays["person"], stays["service"], stays["to"]), self.out)
            return found
        first_stay = np.append(np.flatnonzero(stays["stay"] == 0), 0)
        of_person = np.searchsorted(stays["person"][first_stay[:-1]], waits["person"])
        place_held, place_first = np.append(stays["to"], NONE), np.append(stays["service"], NONE)
        found = np.where(waits["stay"] == NONE, place_first[first_stay[of_person]], place_held[waits["stay"]])
        found = np.where(waits["to"] > self.out, found, waits["to"])
        return np.where(waits["ending"] == ADMITTED, found, NONE)

    def wait_rows(self, number: int) -> Column:
        """Row numbers of the waits for one destination."""
        return self._waits_by_destination[number]

    @cached_property
    def group_of_stay(self) -> Column:
        """The group of the person of each stay."""
        return self.ledger.people["group"][self.ledger.stays["person"]]

    def with_levels(self, group: int, profiles: Column, levels: Levels) -> Mask:
        """Which of these profiles of a group have certain levels."""
        people = self.scenario.people[group]
        has = people.once(
            ("with levels", levels), lambda: np.array([set(levels) <= set(profile) for profile in people.profiles])
        )
        return np.asarray(has[profiles], dtype=bool)

    def stays_by_visit(self, group: int, visit: Visit) -> Mask:
        """Which stays go by a visit of a group, as their levels and those after the changes of the stay want it."""
        stays = self.ledger.stays
        mine = np.flatnonzero((self.group_of_stay == group) & (stays["service"] == self.numbers[visit.service]))
        found = self.with_levels(group, stays["found"][mine], visit.found)
        after = self.with_levels(group, stays["after"][mine], visit.after)
        rows = np.zeros(len(stays["service"]), dtype=bool)
        rows[mine[found & after]] = True
        return rows

    @cached_property
    def is_seated(self) -> Mask:
        """Which stays were going on when the clock started: people of the census, who were not admitted."""
        stays, waits, people = self.ledger.stays, self.ledger.waits, self.ledger.people
        if not people["from_census"].any():
            return np.zeros(len(stays["stay"]), dtype=bool)
        never_outside = np.ones(len(people["group"]), dtype=bool)
        never_outside[waits["person"][waits["held"] == OUTSIDE]] = False
        seated = never_outside & (people["from_census"] == 1)
        return np.asarray(seated[stays["person"]] & (stays["stay"] == 0))

    def admitted_inside(self, number: int) -> int:
        """How many people were admitted to a service in the window."""
        rows = self._stays_by_service[number]
        begun = self.inside(self.ledger.stays["admitted"][rows])
        return int((begun & ~self.is_seated[rows]).sum())

    @cached_property
    def hospitals(self) -> tuple[int, ...]:
        """By number: the hospitals where there are several, and the lists of nothing but hospitals; else none."""
        together = np.flatnonzero(self.waits_for_kind("acute")).tolist()
        return tuple(together) if np.count_nonzero(self.is_acute) > 1 else ()

    @cached_property
    def is_acute(self) -> Mask:
        """By destination number: whether it is a hospital."""
        return self.of_kind("acute")

    def waits_for_kind(self, *kinds: str) -> Mask:
        """By destination number: whether it is of one of these kinds, or a list whose services all are."""
        found = self.of_kind(*kinds)
        return np.array([all(found[number] for number in members) for members in self.members], dtype=bool)

    def of_kind(self, *kinds: str) -> Mask:
        """By destination number: whether it is a declared service of one of these kinds."""
        kind = [service.kind in kinds for service in self.declared]
        return np.array(kind + [False] * (len(self.names) - len(kind)), dtype=bool)
