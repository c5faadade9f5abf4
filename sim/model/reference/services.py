"""The places of one destination with its queue, and the places of one team with its own: counts and order, no decisions."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from operator import attrgetter

from sim.inputs.timetable import places_at
from sim.model.plan import PlannedService
from sim.model.reference.state import Wait, Work

UNLIMITED = 2**62
_ORDER = attrgetter("order")


@dataclass(slots=True, eq=False)
class Ward:
    """One destination: places (or minutes a week) open, held and being cleaned, and who waits, in order."""

    number: int
    planned: PlannedService | None  # None: died and out, which always have room
    open_places: int = UNLIMITED
    held: int = 0
    cleaning: int = 0
    surge_is_open: bool = False
    queue: list[Wait] = field(default_factory=list)
    counts_units: bool = False
    may_pass: bool = False
    queue_limit: int | None = None
    most_to_come: int = UNLIMITED  # places, now or on any later date

    def __post_init__(self) -> None:
        if self.planned is not None:
            self.counts_units = self.planned.counts_units
            self.may_pass = self.planned.service.may_pass
            self.queue_limit = self.planned.service.queue_limit

    def free(self) -> int:
        """Places neither held nor being cleaned; below 0 while a fallen capacity is still lived in."""
        return self.open_places - self.held - self.cleaning

    def never_fits(self, wait: Wait) -> bool:
        """Will there be no place for this person, now or on any later date?"""
        return max(1, wait.units) > self.most_to_come

    def plan_places(self, now: int) -> None:
        """Set the places that the calendar and the surge give at this instant."""
        assert self.planned is not None
        places = places_at(self.planned.service.capacity, now)
        if places is None:
            self.open_places = UNLIMITED
            return
        surge = self.planned.service.surge
        self.open_places = places + (surge.places if surge is not None and self.surge_is_open else 0)

    def line_up(self, wait: Wait) -> None:
        """Put somebody into the queue, by priority, time joined and rank."""
        insort(self.queue, wait, key=_ORDER)

    def step_out(self, wait: Wait) -> None:
        """Take somebody out of the queue."""
        del self.queue[bisect_left(self.queue, wait.order, key=_ORDER)]


@dataclass(slots=True, eq=False)
class Team:
    """One team: places open and taken, and the steps that wait for it, in order."""

    open_places: int
    taken: int = 0
    queue: list[tuple[tuple[int, int, int, int], Work]] = field(default_factory=list)

    def line_up(self, work: Work, order: tuple[int, int, int, int]) -> None:
        """Put a step into the team's queue."""
        insort(self.queue, (order, work), key=lambda entry: entry[0])

    def step_out(self, work: Work) -> None:
        """Take a step out of the team's queue, if it is there."""
        self.queue = [entry for entry in self.queue if entry[1] is not work]
