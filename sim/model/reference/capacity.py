"""Capacity: the places of services and teams, opened by the calendar and by surge, held, cleaned and tapered; opening hours; circles.

These are counts and order; the bed manager decides. What may be changed here: with new expected results, and then in every engine.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter

from sim.inputs.scenario import Surge
from sim.inputs.timetable import NOT_IN_THIS_RUN, OpeningHours, places_at
from sim.model import plan as quantities
from sim.model.plan import Plan, PlannedService
from sim.model.records import NEVER
from sim.model.reference.clock import Clock
from sim.model.reference.state import Records, Stay, Wait, Work
from sim.model.rules import seconds, shortest_circle, surge_opens, tapered

UNLIMITED = 2**62
_ORDER = attrgetter("order")


@dataclass(slots=True, eq=False)
class ServiceState:
    """One destination: places (or minutes a week) open, held and being cleaned, and who waits, in order; of a list the queue only."""

    number: int
    planned: PlannedService | None  # None: died and out, which always have room, and lists
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
class TeamState:
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


class Doors:
    """The doors of every service; `opens` is called at each opening that somebody was told to wait for."""

    def __init__(self, plan: Plan, clock: Clock, opens: Callable[[], None]) -> None:
        self._clock, self._opens = clock, opens
        always_open = [None, None]  # died and out
        self._admission = [*(planned.door for planned in plan.services), *always_open]
        self._discharge = [planned.discharge_hours for planned in plan.services]
        self._openings: set[int] = set()  # instants at which somebody knows that a door opens

    def let_in(self, to: int) -> bool:
        """Is the door of this destination open?"""
        hours = self._admission[to]
        return hours is None or self._is_open(hours)

    def let_out(self, held: Stay | None) -> bool:
        """Does this stay's service let people go at this hour? Outside there are no hours."""
        hours = None if held is None else self._discharge[held.service]
        return hours is None or self._is_open(hours)

    def _is_open(self, hours: OpeningHours) -> bool:
        if hours.is_open(self._clock.now):
            return True
        opening = hours.next_opening(self._clock.now)
        if opening not in self._openings:
            self._openings.add(opening)
            self._clock.at(opening, self._opens)
        return False


class Places:
    """Every service, and which of them have been touched: where somebody may move."""

    def __init__(self, plan: Plan, clock: Clock, records: Records) -> None:
        self._clock, self.records = clock, records
        self._members, self._queues_of = plan.members, plan.queues_of
        self.services = [ServiceState(planned.number, planned) for planned in plan.services]
        self.services += [ServiceState(plan.died, None), ServiceState(plan.out, None)]
        self.services += [
            ServiceState(plan.numbers[one.name], None, queue_limit=one.queue_limit) for one in plan.scenario.lists
        ]
        self.touched: set[int] = set()
        self.is_replanned = False  # by the calendar, in this instant
        self.surges: list[tuple[ServiceState, Surge]] = []
        for service, planned in zip(self.services, plan.services, strict=False):
            self._replan(service)
            for change in planned.service.capacity[1:]:
                clock.at(change.from_second, lambda service=service: self._replan(service))  # type: ignore[misc]
            if planned.service.surge is not None:
                self.surges.append((service, planned.service.surge))

    def touch(self, number: int) -> None:
        """Something changed for this service, or for those of this list: look at who waits before the instant is over."""
        self.touched.update(self._members[number])
        self._clock.wake()

    def touch_all(self) -> None:
        """A door opened somewhere: look at every queue."""
        self.touched.update(range(len(self._queues_of)))
        self._clock.wake()

    def line(self, number: int) -> Iterable[Wait]:
        """Who waits for a place in this service, directly or on a list, in order."""
        queues = [self.services[queue].queue for queue in self._queues_of[number]]
        return queues[0] if len(queues) == 1 else merge(*queues, key=_ORDER)

    def waiting(self, number: int) -> int:
        """How many wait for a place in this service, directly or on a list."""
        return sum(len(self.services[queue].queue) for queue in self._queues_of[number])

    def never_fits(self, wait: Wait) -> bool:
        """Will there be no place for this person, now or on any later date?"""
        for number in self._members[wait.to]:
            if max(1, wait.units_in(number)) <= self.services[number].most_to_come:
                return False
        return True

    def _replan(self, service: ServiceState) -> None:
        """The calendar gives other places from now on, and there may be none for somebody any more."""
        assert service.planned is not None
        service.most_to_come = service.planned.most_places_from(self._clock.now)
        self.is_replanned = True
        self._open_as_planned(service)

    def _open_as_planned(self, service: ServiceState) -> None:
        service.plan_places(self._clock.now)
        planned = -1 if service.open_places == NOT_IN_THIS_RUN else service.open_places
        self.records.places.append((service.number, self._clock.now, planned))
        self.touch(service.number)

    def hold(self, stay: Stay) -> None:
        """Somebody holds a place from now on; less of it as their need tapers."""
        service, visit = self.services[stay.service], stay.planned_visit.visit
        stay.units_now = stay.units
        service.held += stay.units
        if visit is not None and visit.tapers:
            for taper in visit.tapers:
                units = tapered(stay.units, taper.share)
                self._clock.at(
                    stay.admitted + seconds(taper.after_days),
                    lambda units=units: self._taper(stay, service, units),  # type: ignore[misc]
                )

    def _taper(self, stay: Stay, service: ServiceState, units: int) -> None:
        if stay.left == NEVER:
            service.held += units - stay.units_now
            stay.units_now = units
            self.touch(service.number)

    def give_up(self, stay: Stay, cleans: bool) -> None:
        """A place is free, at once or when it has been cleaned."""
        service = self.services[stay.service]
        service.held -= stay.units_now
        assert service.planned is not None
        turnaround = service.planned.service.turnaround
        if cleans and turnaround is not None:
            self._clean(service, stay.units_now, seconds(turnaround.days(stay.draw(quantities.TURNAROUND))))
        self.touch(service.number)

    def _clean(self, service: ServiceState, units: int, takes: int) -> None:
        if takes == 0:
            return
        service.cleaning += units

        def is_clean() -> None:
            service.cleaning -= units
            self.touch(service.number)

        self._clock.at(self._clock.now + takes, is_clean)

    def open_surge(self) -> bool:
        """Surge places open when so many wait, and close when few do. Did any open?"""
        opened = False
        for service, surge in self.surges:
            was_open, waiting = service.surge_is_open, self.waiting(service.number)
            is_open = surge_opens(was_open, waiting, surge.opens_when_waiting, surge.closes_when_waiting)
            if is_open != was_open:
                service.surge_is_open = is_open
                opened |= is_open
                self._open_as_planned(service)
        return opened


class Circles:
    """Counts those who are clear to move; finds the circle that moves next."""

    def __init__(self, plan: Plan, places: Places, doors: Doors) -> None:
        self._places, self._doors, self._members = places, doors, plan.members
        self._number_of_services = len(plan.services)
        self._neighbours = plan.circle_neighbours
        self._clear: dict[tuple[int, int], int] = {}  # (held, waited for): how many are clear, where circles can be
        self.may_be = False  # is it worth looking?

    def count(self, held: int, to: int, change: int) -> None:
        """Somebody is clear to move (1), or their wait is over (-1); who waits on a list waits for each of its services."""
        for number in self._members[to]:
            if number in self._neighbours[held]:
                pair = (held, number)
                self._clear[pair] = self._clear.get(pair, 0) + change
                self.may_be = True

    def look_again(self) -> None:
        """A door opened somewhere."""
        self.may_be = bool(self._clear)

    def next(self) -> list[tuple[Wait, int]]:
        """The waits that end together in the next exchange, each in which service; none if nobody can exchange places."""
        if not self.may_be:
            return []
        circle = shortest_circle(self._number_of_services, self._may_exchange, self._neighbours)
        if not circle:
            self.may_be = False
            return []
        members = [(self._first(held, to), to) for held, to in zip(circle, [*circle[1:], circle[0]], strict=True)]
        return [(wait, to) for wait, to in members if wait is not None]

    def _may_exchange(self, held: int, to: int) -> bool:
        return self._clear.get((held, to), 0) > 0 and self._first(held, to) is not None

    def _first(self, held: int, to: int) -> Wait | None:
        """The first in the queue for one service of those who hold a place in the other, if the hours let them go."""
        if not self._doors.let_in(to):
            return None
        for wait in self._places.line(to):
            if wait.held == held and wait.clear != NEVER:
                return wait if self._doors.let_out(wait.stay) else None
        return None
