"""People, waits, stays and steps while they go on, and the records that is made of them. Plain things without rules."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.model.arrivals import Arriving
from sim.model.plan import PlannedRoute, PlannedStep, PlannedVisit
from sim.model.records import NEVER, NONE, WAITING

if TYPE_CHECKING:
    from simpy import Event

    from sim.model.attributes import Draw
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from sim.model.arrivals import People
from sim.model.plan import Plan
from sim.model.records import ARRIVAL_STEP_COLUMNS, OUTSIDE, PLACES_COLUMNS, Column, Ledger, table

NO_STEPS: AbstractSet[int] = frozenset()
ONE_PLACE: Mapping[int, int] = {}


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
    profile: int = 0  # the number of their combination of levels now

    def __post_init__(self) -> None:
        self.profile = self.arriving.profile


@dataclass(slots=True, eq=False)
class Work:
    """One step of one stay; `over` succeeds when it is finished or no longer needed."""

    stay: "Stay"
    planned: PlannedStep
    own_start: int
    over: "Event"
    after: tuple["Work", ...] = ()
    started: int = NEVER
    team_joined: int = NEVER
    due: int = NEVER
    finished: int = NEVER
    dropped_at: int = NEVER
    waited_for: int = NONE
    team_place: "Event | None" = None  # succeeds when the team has a place
    has_team_place: bool = False

    def is_dropped(self) -> bool:
        """No longer needed; asked anew after every wait, for it may have happened meanwhile."""
        return self.dropped_at != NEVER

    @property
    def is_over(self) -> bool:
        return self.finished != NEVER or self.is_dropped()


@dataclass(slots=True, eq=False)
class Stay:
    """One stay: [admitted, left) in one service; with OUTSIDE the time from arrival until all steps there are done."""

    person: Person
    number: int
    service: int
    visit: int
    planned_visit: PlannedVisit
    draw: "Draw"
    admitted: int
    ready_due: int  # when they will be ready, known at admission
    need: int
    units: int
    route: PlannedRoute | None  # the route in force; None: stays to the end of the run
    planned_to: int
    found: int  # profile on admission
    after: int  # and after what the stay changed
    bay: int = 0  # the number of the bay in the plan
    units_now: int = 0
    ready: int = NEVER
    clear: int = NEVER
    left: int = NEVER
    to: int = NONE
    works: dict[int, Work] = field(default_factory=dict)  # by step number, every step ever begun or due in this stay
    required: AbstractSet[int] = NO_STEPS  # the steps that the route in force asks for
    steps_left: AbstractSet[int] | None = None  # not done yet; of those who wait when the clock starts
    steps_begun: Mapping[int, int] = field(default_factory=dict)  # of these, how many seconds ago they began

    def is_clear(self) -> bool:
        """Ready, and every step that the route asks for is done."""
        return self.ready != NEVER and not (
            self.required and any(not self.works[step].is_over for step in self.required)
        )


@dataclass(slots=True, eq=False)
class Wait:
    """One attempt to enter one service (or, through closed discharge hours, to leave the model)."""

    person: Person
    number: int
    stay: Stay | None  # the place that is held meanwhile; None outside
    held: int  # its service, or OUTSIDE
    to: int
    route: PlannedRoute | None
    joined: int
    order: tuple[int, int, int]  # priority, joined, rank: the place in the queue
    profile: int
    units: Mapping[int, int]  # minutes a week, by service that counts hours
    clear: int = NEVER
    ended: int = NEVER
    ending: int = WAITING
    other: int = NONE  # the destination of those who do not get in; NONE: they wait on

    def units_in(self, service: int) -> int:
        """Places (or minutes a week) that this person needs in a service."""
        return self.units.get(service, 1)


@dataclass(slots=True)
class Records:
    """Everything that will be in the records, in the order in which it came up."""

    waits: list[Wait] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    places: list[tuple[int, int, int]] = field(default_factory=list)
    leavers: list[Person] = field(default_factory=list)  # who left the model; for the observer, as are these:
    outside: list[Stay] = field(default_factory=list)  # people whose first wait has to wait for steps


Columns = dict[str, Column]
Reader = str | Callable[[Any], int]  # where a cell is in a record: an attribute, or what a function makes of it

PERSON = "person.arriving.rank"
WAITS: dict[str, Reader] = {
    "person": PERSON,
    "wait": "number",
    "stay": lambda wait: NONE if wait.stay is None else wait.stay.number,  # of the person's: a row in the end
    "otherwise": "other",
    **{name: name for name in ("held", "to", "joined", "clear", "ended", "ending", "profile")},
}
STAYS: dict[str, Reader] = {
    "bay": "bay",  # of its service in the end
    "person": PERSON,
    "stay": "number",
    **{name: name for name in ("service", "visit", "admitted", "ready", "clear", "left")},
    **{name: name for name in ("to", "planned_to", "units", "need", "found", "after")},
}
STEPS: dict[str, Reader] = {
    "stay": lambda work: work.stay.number,  # as above
    "step": "planned.number",
    **{name: name for name in ("started", "team_joined", "due", "finished", "dropped_at")},
    "after": "waited_for",
}
ARRIVAL_STEPS: dict[str, Reader] = {"person": "stay." + PERSON}
ARRIVAL_STEPS |= {name: STEPS[name] for name in ARRIVAL_STEP_COLUMNS if name != "person"}


def to_ledger(records: Records, plan: Plan, people: People) -> Ledger:
    """The records in their one order: people by rank, their waits and stays by number, steps by stay and step."""
    stays = _read(STAYS, records.stays)
    stays["bay"] = np.array([bay.place for bay in plan.bays], dtype=np.int64)[stays["bay"]]
    first = np.cumsum(np.bincount(stays["person"] + 1, minlength=len(people) + 1))  # row of each person's first stay
    waits = _read(WAITS, records.waits)
    waits["stay"] = np.where(waits["held"] == OUTSIDE, NONE, first[waits["person"]] + waits["stay"])
    ever = [work for work in records.works if work.started != NEVER]
    begun = [work for work in ever if work.stay.service != OUTSIDE]
    outside = _read(ARRIVAL_STEPS, [work for work in ever if work.stay.service == OUTSIDE])
    steps = _read(STEPS, begun)
    steps["stay"] += first[_column(begun, "stay." + PERSON)]
    return Ledger(
        people=people.ledger_table(),
        waits=_in_order(waits, "person", "wait"),
        stays=_in_order(stays, "person", "stay"),
        steps=_in_order(steps, "stay", "step"),
        places=table(PLACES_COLUMNS, sorted(_last_of_each_instant(records.places))),
        step_names=plan.step_names,
        until=plan.until,
        arrival_steps=_in_order(outside, "person", "step"),
    )


def _read(readers: dict[str, Reader], records: Sequence[object]) -> Columns:
    return {name: _column(records, reader) for name, reader in readers.items()}


def _column(records: Sequence[object], reader: Reader) -> Column:
    cells = map(attrgetter(reader) if isinstance(reader, str) else reader, records)
    return np.fromiter(cells, np.int64, len(records))


def _in_order(columns: Columns, first: str, second: str) -> Columns:
    order = np.lexsort((columns[second], columns[first]))
    return {name: column[order] for name, column in columns.items()}


def _last_of_each_instant(places: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return [(service, at, opened) for (service, at), opened in {(s, at): o for s, at, o in places}.items()]
