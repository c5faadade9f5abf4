"""People, waits, stays and steps while they go on. Plain things: they know nothing of each other's rules."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.model.arriving import Arriving
from sim.model.plan import PlannedRoute, PlannedStep, PlannedVisit
from sim.model.records import NEVER, NONE, WAITING

if TYPE_CHECKING:
    from simpy import Event

    from sim.model.attributes import Draw


NO_STEPS: AbstractSet[int] = frozenset()


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
    draw: "Draw"
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
    required: AbstractSet[int] = NO_STEPS  # the steps that the route in force asks for

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
    units: int = 1
    clear: int = NEVER
    ended: int = NEVER
    ending: int = WAITING
    other: int = NONE  # the destination of those who do not get in; NONE: they wait on
