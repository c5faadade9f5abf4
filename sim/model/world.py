"""What an engine keeps of people, waits, stays and steps while they go on, and how they become the ledger's rows."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.model.arriving import Arriving, People
from sim.model.ledger import (
    NEVER,
    NONE,
    OUTSIDE,
    PLACES_COLUMNS,
    STAY_COLUMNS,
    STEP_COLUMNS,
    WAIT_COLUMNS,
    WAITING,
    Ledger,
    table,
)
from sim.model.plan import Plan, PlannedRoute, PlannedStep, PlannedVisit

if TYPE_CHECKING:
    from simpy import Event

    from sim.model.settling import Luck


@dataclass(slots=True, eq=False)
class Person:
    """Somebody on their way; `moved` tells their journey of their next stay, or None when they leave the model."""

    arriving: Arriving
    visits: dict[int, int] = field(default_factory=dict)  # stays so far, by service
    stays: int = 0
    waits: int = 0
    moved: "Event | None" = None
    wait: "Wait | None" = None  # the wait that is going on
    stay: "Stay | None" = None  # the place that is held
    has_left: bool = False  # the model


@dataclass(slots=True, eq=False)
class Work:
    """One step of one stay; `over` is told when it is finished or no longer needed."""

    stay: "Stay"
    planned: PlannedStep
    own_start: int
    over: "Event"
    after: tuple["Work", ...] = ()
    started: int = NEVER
    team_joined: int = NEVER
    due: int = NEVER
    finished: int = NEVER
    dropped: bool = False
    waited_for: int = NONE
    team_place: "Event | None" = None  # told when the team has a place
    has_team_place: bool = False

    def is_dropped(self) -> bool:
        """No longer needed; asked anew after every wait, for it may have happened meanwhile."""
        return self.dropped

    @property
    def is_over(self) -> bool:
        return self.finished != NEVER or self.dropped


@dataclass(slots=True, eq=False)
class Stay:
    """One stay: [admitted, left) in one service."""

    person: Person
    number: int
    service: int
    visit: int
    planned_visit: PlannedVisit
    luck: "Luck"
    admitted: int
    ready_due: int  # when they will be ready, known at admission
    need: int
    units: int
    route: PlannedRoute | None  # the route in force; None: stays to the end of the run
    planned_to: int
    units_now: int = 0
    ready: int = NEVER
    clear: int = NEVER
    left: int = NEVER
    to: int = NONE
    works: dict[int, Work] = field(default_factory=dict)  # by step number, every step ever begun or due in this stay
    required: frozenset[int] = frozenset()  # the steps that the route in force asks for

    def is_clear(self) -> bool:
        """Ready, and every step that the route asks for is done."""
        return self.ready != NEVER and all(self.works[step].is_over for step in self.required)


@dataclass(slots=True, eq=False)
class Wait:
    """One attempt to enter one service (or, through closed discharge hours, to leave the model)."""

    person: Person
    number: int
    stay: Stay | None
    to: int
    route: PlannedRoute | None
    joined: int
    order: tuple[int, int, int]  # priority, joined, rank: the place in the queue
    units: int = 1
    clear: int = NEVER
    ended: int = NEVER
    ending: int = WAITING


@dataclass(slots=True)
class Records:
    """Everything that will be in the ledger, in the order in which it came up."""

    people: list[Person] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    places: list[tuple[int, int, int]] = field(default_factory=list)
    leavers: list[Person] = field(default_factory=list)  # who left the model; for the observer


def to_ledger(records: Records, plan: Plan, people: People) -> Ledger:
    """The ledger in its one order: people by rank, their waits and stays by number, steps by stay and step."""
    stays = sorted(records.stays, key=lambda stay: (stay.person.arriving.rank, stay.number))
    rows = {id(stay): row for row, stay in enumerate(stays)}
    waits = sorted(records.waits, key=lambda wait: (wait.person.arriving.rank, wait.number))
    works = [work for work in records.works if work.started != NEVER]
    works.sort(key=lambda work: (rows[id(work.stay)], work.planned.number))
    return Ledger(
        people=people.ledger_table(),
        waits=table(WAIT_COLUMNS, [_wait_row(wait, rows) for wait in waits]),
        stays=table(STAY_COLUMNS, [_stay_row(stay) for stay in stays]),
        steps=table(STEP_COLUMNS, [_step_row(work, rows[id(work.stay)]) for work in works]),
        places=table(PLACES_COLUMNS, sorted(_last_of_each_instant(records.places))),
        step_names=plan.step_names,
        until=plan.until,
    )


def _wait_row(wait: Wait, rows: dict[int, int]) -> tuple[int, ...]:
    held = OUTSIDE if wait.stay is None else wait.stay.service
    row = NONE if wait.stay is None else rows[id(wait.stay)]
    rank = wait.person.arriving.rank
    return (rank, wait.number, row, held, wait.to, wait.joined, wait.clear, wait.ended, wait.ending)


def _stay_row(stay: Stay) -> tuple[int, ...]:
    return (
        stay.person.arriving.rank, stay.number, stay.service, stay.visit,
        stay.admitted, stay.ready, stay.clear, stay.left, stay.to, stay.planned_to, stay.units, stay.need,
    )  # fmt: skip


def _step_row(work: Work, stay_row: int) -> tuple[int, ...]:
    return (
        stay_row, work.planned.number, work.started, work.team_joined, work.due,
        work.finished, int(work.dropped), work.waited_for,
    )  # fmt: skip


def _last_of_each_instant(places: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return [(service, at, opened) for (service, at), opened in {(s, at): o for s, at, o in places}.items()]
