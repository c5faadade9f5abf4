"""One replication as an event log in the columns of vidigi, which animates it; other tools for event logs read it too.

Shown are the services with a limit: their places have numbers, the lowest free one is taken. Whoever comes back after a time elsewhere, as
at home, is another entity (`12` then `12-2`), because an entity arrives once and departs once; `person` says who it is.

What may be changed here: columns may be added; those of vidigi are its own.
"""

import heapq
from dataclasses import dataclass

import numpy as np

from sim.inputs.scenario import HOME, Scenario
from sim.model.records import ADMITTED, NEVER, NONE, OUTSIDE, Ledger
from sim.results.files.writing import csv_bytes

COLUMNS = (
    "entity_id",
    "event_type",  # vidigi's: arrival_departure, queue, resource_use, resource_use_end
    "event",  # arrival, depart, the service, or what is waited for
    "time",  # minutes from the first midnight of the run; 0 for what was before
    "pathway",  # the group
    "run_number",  # the replication, from 1
    "timestamp",
    "resource_id",  # the number of the place
    "person",
    "waiting_for",  # of `ready to leave`: the service or list
)
ARRIVAL, DEPART = "arrival", "depart"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log, its time in seconds."""

    entity: str
    kind: str
    event: str
    second: int
    person: int
    place: int | None = None
    waiting_for: str = ""


def shown_services(scenario: Scenario) -> tuple[str, ...]:
    """The services with a limit, in file order."""
    return tuple(one.name for one in scenario.services if one.name != HOME and not one.is_unlimited)


def waiting_outside(name: str) -> str:
    """The event of somebody who waits outside for a service or list."""
    return f"waiting outside for {name}"


def ready_to_leave(service: str) -> str:
    """The event of somebody who holds a place there and needs it no longer."""
    return f"ready to leave {service}"


def events(scenario: Scenario, ledger: Ledger) -> list[Event]:
    """Every event of the log in order of time; what one entity does at one instant stays in its order."""
    tables = _Tables(scenario, ledger)
    everybody = range(len(ledger.people["group"]))
    found = [event for person in everybody for event in _Story(tables, person).events]
    return sorted(found, key=lambda event: event.second)


def log_csv(scenario: Scenario, ledger: Ledger, replication: int) -> bytes:
    """The log as CSV; `replication` counts from 0."""
    start = np.datetime64(scenario.calendar.start.isoformat(), "s")
    groups = [scenario.people[group].name for group in ledger.people["group"].tolist()]
    rows = [
        (
            one.entity,
            one.kind,
            one.event,
            one.second / SECONDS,
            groups[one.person],
            replication + 1,
            str(start + np.timedelta64(one.second, "s")),
            one.place,
            one.person,
            one.waiting_for,
        )
        for one in events(scenario, ledger)
    ]
    return csv_bytes(COLUMNS, rows)


class _Tables:
    """The ledger by person, and what stands beside its rows."""

    def __init__(self, scenario: Scenario, ledger: Ledger) -> None:
        self.names, self.shown = scenario.destinations, frozenset(shown_services(scenario))
        self.places, self.waited_for = _numbered_places(ledger), _waited_for(scenario, ledger)
        self.stays = {name: column.tolist() for name, column in ledger.stays.items()}
        self.waits = {name: column.tolist() for name, column in ledger.waits.items()}
        self.stays_of = _by_person(self.stays["person"])
        self.waits_outside = _by_person(
            [
                person if held == OUTSIDE else NONE
                for person, held in zip(self.waits["person"], self.waits["held"], strict=True)
            ]
        )


def _by_person(people: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, person in enumerate(people):
        found.setdefault(person, []).append(row)
    return found


class _Story:
    """What one person does in what is shown, as events of one entity or, one after another, of several."""

    def __init__(self, tables: _Tables, person: int) -> None:
        self.events: list[Event] = []
        self._tables, self._person = tables, person
        self._entities, self._until = 0, NONE  # until when the entity that is there stays; NONE where none is
        for row in tables.waits_outside.get(person, ()):
            self._wait_outside(*(tables.waits[name][row] for name in ("joined", "ended", "ending", "to")))
        for row in tables.stays_of.get(person, ()):
            self._stay(row)
        self._depart()

    def _wait_outside(self, joined: int, ended: int, ending: int, to: int) -> None:
        if joined == ended and ending == ADMITTED:
            return
        if self._until != joined:
            self._arrive(joined)
        self._add("queue", waiting_outside(self._tables.names[to]), joined)
        self._until = ended

    def _stay(self, row: int) -> None:
        tables = self._tables
        service = tables.names[tables.stays["service"][row]]
        admitted, ready, left = (tables.stays[name][row] for name in ("admitted", "ready", "left"))
        if service not in tables.shown:
            return
        if self._until != admitted:
            self._arrive(admitted)
        self._add("resource_use", service, admitted, tables.places[row])
        if ready < left:
            self._add("queue", ready_to_leave(service), ready, None, tables.waited_for.get(row, ""))
        if left < NEVER:
            self._add("resource_use_end", f"left {service}", left, tables.places[row])
        self._until = left

    def _arrive(self, second: int) -> None:
        self._depart()
        self._entities += 1
        self._add("arrival_departure", ARRIVAL, second)

    def _depart(self) -> None:
        if NONE < self._until < NEVER:
            self._add("arrival_departure", DEPART, self._until)
        self._until = NONE

    def _add(self, kind: str, event: str, second: int, place: int | None = None, waiting_for: str = "") -> None:
        entity = str(self._person) if self._entities == 1 else f"{self._person}-{self._entities}"
        self.events.append(Event(entity, kind, event, max(second, 0), self._person, place, waiting_for))


def _waited_for(scenario: Scenario, ledger: Ledger) -> dict[int, str]:
    """What each stay's person waited for last while they held the place, by row."""
    waits = ledger.waits
    held = np.flatnonzero(waits["stay"] != NONE)
    return {
        int(stay): scenario.destinations[to]
        for stay, to in zip(waits["stay"][held].tolist(), waits["to"][held].tolist(), strict=True)
        if to >= 0
    }


def _numbered_places(ledger: Ledger) -> list[int]:
    """The number of the place of each stay, from 1: the lowest that is free in that service."""
    stays = ledger.stays
    number = [0] * len(stays["person"])
    order = np.lexsort((stays["person"], stays["admitted"]))
    free: dict[int, list[int]] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    most: dict[int, int] = {}
    for row in order.tolist():
        service, admitted, left = (int(stays[name][row]) for name in ("service", "admitted", "left"))
        here, gone = taken.setdefault(service, []), free.setdefault(service, [])
        while here and here[0][0] <= admitted:
            heapq.heappush(gone, heapq.heappop(here)[1])
        if gone:
            number[row] = heapq.heappop(gone)
        else:
            most[service] = number[row] = most.get(service, 0) + 1
        heapq.heappush(here, (left, number[row]))
    return number
