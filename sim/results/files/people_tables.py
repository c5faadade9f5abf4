"""The records in words and dates: everybody's stays, waits and steps as CSV, and one replication as an event log or an animation.

The tables are written when they are asked for. Each replication is written down by the worker that ran it and joined at the end,
because records are too large to send around. Columns may be added.

The event log has the columns of vidigi, which animates it; other tools for event logs read it too. Shown are the services with a
limit: their places have numbers, the lowest free one is taken. Whoever comes back after a time elsewhere, as at home, is another
entity (`12` then `12-2`), because an entity arrives once and departs once; `person` says who it is. Columns may be added; those of
vidigi are its own.
"""

import heapq
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import HOME, Scenario
from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.model.records import ADMITTED, NEVER, NONE, OUTSIDE, WAIT_ENDINGS, Column, Ledger
from sim.results.files.writing import csv_bytes, naming, whole_files
from sim.results.window import Window
from sim.results.words.labels import counted, spoken, title

Text = NDArray[Any]

FIRST = ("scenario", "replication", "group", "person", "from_census")
COLUMNS = {
    "": (
        *FIRST,
        "stay",
        "service",
        "visit",
        "admitted",
        "ready",
        "clear",
        "left",
        "to",
        "planned_to",
        "units",
    ),
    "-waits": (*FIRST, "wait", "held", "to", "joined", "clear", "ended", "ending"),
    "-steps": (*FIRST, "stay", "service", "step", "started", "team_joined", "finished", "dropped", "after"),
}


LEVELS = {"": ("found", "after"), "-waits": ("level",), "-steps": ("level",)}  # of each trait


def traits_of(scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """The traits of all groups of all scenarios, each once."""
    groups = (group for scenario in scenarios for group in scenario.people)
    return tuple(dict.fromkeys(trait.name for group in groups for trait in group.traits))


def files_of(target: Path) -> tuple[str, ...]:
    """Return the paths of the three tables: stays in `target`, waits and steps next to it."""
    return tuple(str(target.with_name(f"{target.stem}{which}{target.suffix}")) for which in COLUMNS)


@dataclass(frozen=True, slots=True)
class PeopleFiles:
    """Three files: `target` for stays, `-waits` and `-steps` beside it; parts of them wait in `parts`."""

    target: Path
    parts: Path
    with_lists: bool = False  # some scenario has waiting lists: of each wait, the service that admitted
    with_bays: bool = False  # some scenario has bays: of each stay in one its number in the service, from 1
    traits: tuple[str, ...] = ()  # of the scenarios together: each has columns of its own

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of each table; of a stay a trait has two, the level found and that after what the stay changed."""
        found = COLUMNS | ({"-waits": (*COLUMNS["-waits"], "admitted_to")} if self.with_lists else {})
        found = found | ({"": (*COLUMNS[""], "bay")} if self.with_bays else {})
        return {
            which: (*columns, *(f"{trait}_{when}" for trait in self.traits for when in LEVELS[which]))
            for which, columns in found.items()
        }

    def keep(self, scenario: Scenario, number: int, replication: int, ledger: Ledger) -> None:
        """Writes one replication's rows into parts; called in the worker."""
        tables = {"": _stays, "-waits": _waits, "-steps": _steps}
        with naming(self.parts):
            self.parts.mkdir(parents=True, exist_ok=True)
            for which, columns_of in tables.items():
                columns = [*_person(scenario, replication, ledger, which), *columns_of(scenario, ledger)]
                if which == "-waits" and self.with_lists:
                    columns.append(_places(scenario, Window(scenario, ledger).run.admitted_to))
                if which == "" and self.with_bays:
                    columns.append(_bays(scenario, ledger))
                columns += self._levels(scenario, ledger, which)
                rows = zip(*(column.tolist() for column in columns), strict=True)
                data = csv_bytes(self.columns[which], rows).split(b"\n", 1)[1]
                with whole_files([self._part(number, replication, which)]) as (part,):
                    part.write(data)

    def _levels(self, scenario: Scenario, ledger: Ledger, which: str) -> list[Text]:
        return [_level(scenario, ledger, which, trait, when) for trait in self.traits for when in LEVELS[which]]

    def _part(self, number: int, replication: int, which: str) -> Path:
        return self.parts / f"people{which}-{number}-{replication}.csv"

    def join(self, scenarios: Sequence[Scenario]) -> None:
        """Puts the parts together in order; the three files appear together, whole, or not at all."""
        with naming(self.target), whole_files([Path(file) for file in files_of(self.target)]) as tables:
            for (which, columns), whole in zip(self.columns.items(), tables, strict=True):
                whole.write(csv_bytes(columns, ()))
                for number, scenario in enumerate(scenarios):
                    for replication in range(scenario.replications):
                        with self._part(number, replication, which).open("rb") as part:
                            shutil.copyfileobj(part, whole)


def _person(scenario: Scenario, replication: int, ledger: Ledger, which: str) -> list[Text]:
    """Who each row is about: the first columns of every table."""
    if which == "-waits":
        person = ledger.waits["person"]
    elif which == "":
        person = ledger.stays["person"]
    else:
        person = _all_steps(ledger)["person"]
    groups = np.array([group.name for group in scenario.people], dtype=object)
    return [
        np.full(len(person), scenario.id, dtype=object),
        np.full(len(person), replication + 1),  # from 1, as in replications.csv
        groups[ledger.people["group"][person]],
        ledger.people["number"][person],
        ledger.people["from_census"][person],
    ]


def _level(scenario: Scenario, ledger: Ledger, which: str, trait: str, when: str) -> Text:
    """The level of a trait of each row; nothing where the group has no such trait."""
    table = {"": ledger.stays, "-waits": ledger.waits, "-steps": _all_steps(ledger)}[which]
    profile, person = table[{"": when, "-waits": "profile", "-steps": "profile"}[which]], table["person"]
    group = ledger.people["group"][person]
    levels = [[dict(one).get(trait, "") for one in people.profiles] for people in scenario.people]
    most = max(map(len, levels))
    names = np.array([[*level, *[""] * (most - len(level))] for level in levels], dtype=object)
    return np.asarray(names[group, profile])


def _stays(scenario: Scenario, ledger: Ledger) -> list[Text]:
    stays = ledger.stays
    times = [_times(scenario, stays[name]) for name in ("admitted", "ready", "clear", "left")]
    places = [_places(scenario, stays[name]) for name in ("to", "planned_to")]
    return [
        stays["stay"],
        _places(scenario, stays["service"]),
        stays["visit"],
        *times,
        *places,
        stays["units"],
    ]


def _bays(scenario: Scenario, ledger: Ledger) -> Text:
    """The number of the bay of each stay; nothing where the service has none."""
    divided = np.array([bool(service.bays) for service in scenario.services])[ledger.stays["service"]]
    return np.where(divided, (ledger.stays["bay"] + 1).astype(object), "")


def _waits(scenario: Scenario, ledger: Ledger) -> list[Text]:
    waits = ledger.waits
    held = np.where(waits["held"] < 0, OUTSIDE_NAME, _places(scenario, waits["held"]))
    times = [_times(scenario, waits[name]) for name in ("joined", "clear", "ended")]
    return [
        waits["wait"],
        held,
        _places(scenario, waits["to"]),
        *times,
        np.array(WAIT_ENDINGS, dtype=object)[waits["ending"]],
    ]


def _steps(scenario: Scenario, ledger: Ledger) -> list[Text]:
    steps = _all_steps(ledger)
    is_outside, service = steps["service"] == OUTSIDE, _places(scenario, steps["service"])
    names = np.array([*ledger.step_names, ""], dtype=object)  # NONE, -1, is the last
    times = [_times(scenario, steps[name]) for name in ("started", "team_joined", "finished")]
    return [
        np.where(is_outside, "", steps["stay"].astype(object)),
        np.where(is_outside, OUTSIDE_NAME, service),
        names[steps["step"]],
        *times,
        (steps["dropped_at"] < NEVER).astype(np.int64),
        names[steps["after"]],
    ]


def _all_steps(ledger: Ledger) -> dict[str, Column]:
    """The steps outside and those in stays, by person: whose they are, of which stay and where, and with which levels."""
    steps, outside, stays, people = ledger.steps, ledger.arrival_steps, ledger.stays, ledger.people
    here = {**steps, **{name: stays[name][steps["stay"]] for name in ("person", "stay", "service")}}
    here["profile"] = stays["after"][steps["stay"]]
    there = {**outside, "profile": people["profile"][outside["person"]]}
    there |= {
        name: np.full_like(outside["step"], NEVER if name == "dropped_at" else NONE)
        for name in here
        if name not in there
    }
    order = np.argsort(np.concatenate((there["person"], here["person"])), kind="stable")
    return {name: np.concatenate((there[name], here[name]))[order] for name in here}


def _places(scenario: Scenario, column: Column) -> Text:
    """Names of destinations; nothing for NONE."""
    return np.array([*scenario.destinations, ""], dtype=object)[column]


def _times(scenario: Scenario, column: Column) -> Text:
    """Seconds of the run as dates with a time of day; nothing for what has not happened."""
    start = np.datetime64(scenario.calendar.start.isoformat(), "s")
    never = column >= NEVER
    text = np.datetime_as_string(start + np.where(never, 0, column).astype("timedelta64[s]"), unit="s").astype(object)
    text[never] = ""
    return np.asarray(text)


# -- the event log -----------------------------------------------------------------------------------------------------


LOG_COLUMNS = (
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


def _shown_services(scenario: Scenario) -> tuple[str, ...]:
    """The services with a limit, in file order."""
    return tuple(service.name for service in scenario.services if service.name != HOME and not service.is_unlimited)


def _waiting_outside(name: str) -> str:
    """The event of somebody who waits outside for a service or list."""
    return f"waiting outside for {name}"


def _ready_to_leave(service: str) -> str:
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
            event.entity,
            event.kind,
            event.event,
            event.second / SECONDS,
            groups[event.person],
            replication + 1,
            str(start + np.timedelta64(event.second, "s")),
            event.place,
            event.person,
            event.waiting_for,
        )
        for event in events(scenario, ledger)
    ]
    return csv_bytes(LOG_COLUMNS, rows)


class _Tables:
    """The ledger by person, and what stands beside its rows."""

    def __init__(self, scenario: Scenario, ledger: Ledger) -> None:
        self.names, self.shown = scenario.destinations, frozenset(_shown_services(scenario))
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
        self._add("queue", _waiting_outside(self._tables.names[to]), joined)
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
            self._add("queue", _ready_to_leave(service), ready, None, tables.waited_for.get(row, ""))
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


# -- the event log as an animation -------------------------------------------------------------------------------------


HOURS = 6  # between two pictures
MINUTES = 60
IN_A_ROW = 30
POSITION_COLUMNS = ("event", "x", "y", "label", "resource")
PLACES_AT, READY_AT, OUTSIDE_AT = 700, 1080, 300  # where each block ends, across
ROW, GAP = 22, 70  # height of a row of people, and between two services
MOST_SHOWN = 450  # people of one service or queue; vidigi tells how many more there are


class NoVidigi(Exception):
    """The package that draws is not here."""


def animation_page(scenario: Scenario, ledger: Ledger, replication: int, days: int) -> str:
    """The animation as a page of its own."""
    return str(animation(scenario, ledger, replication, days).to_html(include_plotlyjs=True, full_html=True))


def animation(scenario: Scenario, ledger: Ledger, replication: int, days: int) -> Any:
    """Plotly's figure: from the first measured day on, a picture every six hours; NoVidigi where the package is not here."""
    try:
        from vidigi.animation import animate_activity_log
    except ImportError:
        raise NoVidigi("The animation needs vidigi, which is not here: pip install 'bedflow[animation]'") from None
    import pandas as pd  # only where it is drawn

    log = pd.read_csv(BytesIO(log_csv(scenario, ledger, replication)), dtype={"entity_id": str})
    first = scenario.calendar.warm_up_days
    last = min(first + days, first + scenario.calendar.measured_days)
    most = _most_places(events(scenario, ledger))
    figure = animate_activity_log(
        log,
        pd.DataFrame(_positions(scenario, most, set(log["event"])), columns=list(POSITION_COLUMNS)),
        scenario=most,
        simulation_time_unit="minutes",
        every_x_time_units=HOURS * MINUTES,
        warm_up=first * 24 * MINUTES,
        limit_duration=last * 24 * MINUTES,
        step_snapshot_max=MOST_SHOWN,
        wrap_queues_at=IN_A_ROW // 2,
        wrap_resources_at=IN_A_ROW,
        gap_between_resources=12,
        gap_between_entities=12,
        gap_between_resource_rows=ROW,
        gap_between_queue_rows=ROW,
        custom_entity_icon_list=["●"],  # which every font has
        entity_icon_size=13,
        entity_resource_offset_y=0,
        resource_icon_size=13,
        resource_opacity=0.35,
        stage_label_offset=30,
        text_size=13,
        start_date=scenario.calendar.start.isoformat(),
        time_display_units="dhm",
        plotly_height=900,
        frame_duration=300,
        frame_transition_duration=0,
        override_x_max=READY_AT + 120,
    )
    shown = scenario.calendar.start + timedelta(days=first)
    about = f"replication {replication + 1}, {counted(last - first, 'day')} from {shown.isoformat()}; who is ready to leave still holds a place"
    figure.update_layout(title=f"{escape(title(scenario))}<br><sub>{about}</sub>")
    return figure


def _most_places(log: Sequence[Event]) -> dict[str, int]:
    """The highest number of a place that is ever used, by service: so many are drawn."""
    found: dict[str, int] = {}
    for event in log:
        if event.kind == "resource_use" and event.place is not None:
            found[event.event] = max(found.get(event.event, 0), event.place)
    return found


def _positions(scenario: Scenario, most: dict[str, int], known: set[str]) -> list[tuple[Any, ...]]:
    """Where each service and queue stands: a block a service, who is ready beside it, who waits outside before it."""
    rows: list[tuple[Any, ...]] = []
    height = GAP
    for service in reversed(_shown_services(scenario)):
        if service in known:
            rows.append((service, PLACES_AT, height, spoken(service), service))
            ready = _ready_to_leave(service)
            rows += [(ready, READY_AT, height, "ready to leave", None)] if ready in known else []
            height += ROW * ceil(most[service] / IN_A_ROW) + GAP
    for number, name in enumerate(
        destination for destination in scenario.destinations if _waiting_outside(destination) in known
    ):
        rows.append(
            (_waiting_outside(name), OUTSIDE_AT, height + GAP * number, f"waiting outside for {spoken(name)}", None)
        )
    rows += [("arrival", 0, height, "", None), ("depart", READY_AT + 100, GAP, "", None)]
    return rows
