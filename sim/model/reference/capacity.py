"""Capacity: the places of services and teams, opened by the calendar and by surge, held, cleaned and tapered; opening hours; circles.

These are counts and order; the bed manager decides. A change here moves the results of every engine.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter

from sim.inputs.calendar import OpeningHours, places_at
from sim.inputs.scenario import Surge
from sim.model import plan as quantities
from sim.model.plan import Plan, PlannedBay, PlannedService
from sim.model.records import NEVER
from sim.model.reference.clock import Clock
from sim.model.reference.state import Records, Stay, Wait, Work
from sim.model.rules import seconds, shortest_circle, surge_opens, tapered

UNLIMITED = 2**62
_ORDER = attrgetter("order")


@dataclass(slots=True, eq=False)
class BayState:
    """One bay: places (or minutes a week) open, held and being cleaned. A service without bays is one bay for everybody."""

    planned: PlannedBay | None  # None: of died and out, which always have room, and of lists
    open_places: int = UNLIMITED
    held: int = 0
    cleaning: int = 0
    most_to_come: int = UNLIMITED  # places, now or on any later date

    def free(self) -> int:
        """Places neither held nor being cleaned; below 0 while a fallen capacity is still lived in."""
        return self.open_places - self.held - self.cleaning

    def is_for(self, group: int, profile: int) -> bool:
        """May people with these levels come?"""
        return self.planned is None or self.planned.is_for_all or self.planned.for_profiles[group][profile]


@dataclass(slots=True, eq=False)
class ServiceState:
    """One destination: its bays, and who waits, in order; of a list the queue only."""

    number: int
    planned: PlannedService | None  # None: died and out, which always have room, and lists
    bays: list[BayState] = field(default_factory=lambda: [BayState(None)])
    surge_is_open: bool = False
    queue: list[Wait] = field(default_factory=list)
    counts_units: bool = False
    may_pass: bool = False
    queue_limit: int | None = None
    most_by_levels: dict[tuple[int, int], int] = field(default_factory=dict)  # of the plan in force, where it was asked

    def __post_init__(self) -> None:
        if self.planned is not None:
            self.counts_units = self.planned.counts_units
            self.may_pass = self.planned.service.may_pass
            self.queue_limit = self.planned.service.queue_limit

    @property
    def has_bays(self) -> bool:
        """Is it divided, so that who waits may be passed by somebody whom another bay is for?"""
        return self.planned is not None and bool(self.planned.service.bays)

    @property
    def open_places(self) -> int:
        """Places open in all bays."""
        return min(UNLIMITED, sum(bay.open_places for bay in self.bays))

    def free(self) -> int:
        """The most that is free in a bay."""
        return max(bay.free() for bay in self.bays)

    def bay_for(self, wait: Wait) -> BayState | None:
        """The first bay that is for this person and has room for them; None if there is none."""
        units = wait.units_in(self.number)
        for bay in self.bays:  # asked so often that a loop pays; next() and a generator cost twice as much
            if units <= bay.free() and bay.is_for(wait.person.arriving.group, wait.profile):
                return bay
        return None

    def most_to_come_for(self, group: int, profile: int) -> int:
        """The most places that any bay for people with these levels has, now or on any later date; worked out once a plan."""
        levels = (group, profile)
        most = self.most_by_levels.get(levels)
        if most is None:
            most = max((bay.most_to_come for bay in self.bays if bay.is_for(group, profile)), default=0)
            self.most_by_levels[levels] = most
        return most

    def plan_places(self, now: int) -> None:
        """Set the places that the calendar and the surge give at this instant."""
        assert self.planned is not None
        surge = self.planned.service.surge
        extra = surge.places if surge is not None and self.surge_is_open else 0
        for bay in self.bays:
            assert bay.planned is not None
            places = places_at(bay.planned.capacity, now)
            bay.open_places = UNLIMITED if places is None else places + extra

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
    """The opening hours of every service; `opens` is called at each opening that somebody waits for."""

    def __init__(self, plan: Plan, clock: Clock, opens: Callable[[], None]) -> None:
        self._clock, self._opens = clock, opens
        always_open = [None, None]  # died and out
        self._admission = [*(planned.door for planned in plan.services), *always_open]
        self._discharge = [planned.discharge_hours for planned in plan.services]
        self._openings: set[int] = set()  # instants of openings that somebody waits for

    def let_in(self, to: int) -> bool:
        """Are the admission hours of this destination open?"""
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
        self.bays = [BayState(planned) for planned in plan.bays]
        self.services = [
            ServiceState(planned.number, planned, [self.bays[bay] for bay in plan.bays_of[planned.number]])
            for planned in plan.services
        ]
        self.services += [ServiceState(plan.died, None), ServiceState(plan.out, None)]
        self.services += [
            ServiceState(plan.numbers[one.name], None, queue_limit=one.queue_limit) for one in plan.scenario.lists
        ]
        self.touched: set[int] = set()
        self.is_replanned = False  # by the calendar, in this instant
        self.surges: list[tuple[ServiceState, Surge]] = []
        for service, planned in zip(self.services, plan.services, strict=False):
            self._replan(service)
            for second in {
                change.from_second for bay in plan.bays_of[planned.number] for change in plan.bays[bay].capacity[1:]
            }:
                clock.at(second, lambda service=service: self._replan(service))  # type: ignore[misc]
            if planned.service.surge is not None:
                self.surges.append((service, planned.service.surge))

    def touch(self, number: int) -> None:
        """Something changed for this service, or for those of this list: look at who waits before the instant is over."""
        self.touched.update(self._members[number])
        self._clock.wake()

    def touch_all(self) -> None:
        """Admission hours opened somewhere: look at every queue."""
        self.touched.update(range(len(self._queues_of)))
        self._clock.wake()

    def line(self, number: int) -> Iterable[Wait]:
        """Who waits for a place in this service, directly or on a list, in order."""
        queues = [queue for number in self._queues_of[number] if (queue := self.services[number].queue)]
        return queues[0] if len(queues) == 1 else merge(*queues, key=_ORDER)

    def waiting(self, number: int) -> int:
        """How many wait for a place in this service, directly or on a list."""
        queues = self._queues_of[number]
        if len(queues) == 1:
            return len(self.services[queues[0]].queue)
        return sum(len(self.services[queue].queue) for queue in queues)

    def never_fits(self, wait: Wait) -> bool:
        """Will there be no place for this person, now or on any later date?"""
        group, profile = wait.person.arriving.group, wait.profile
        for number in self._members[wait.to]:
            if max(1, wait.units_in(number)) <= self.services[number].most_to_come_for(group, profile):
                return False
        return True

    def _replan(self, service: ServiceState) -> None:
        """The calendar gives other places from now on, and there may be none for somebody any more."""
        assert service.planned is not None
        for bay in service.bays:
            assert bay.planned is not None
            bay.most_to_come = bay.planned.most_places_from(self._clock.now)
        service.most_by_levels.clear()
        self.is_replanned = True
        self._open_as_planned(service)

    def _open_as_planned(self, service: ServiceState) -> None:
        service.plan_places(self._clock.now)
        planned = -1 if service.open_places == UNLIMITED else service.open_places
        self.records.places.append((service.number, self._clock.now, planned))
        self.touch(service.number)

    def hold(self, stay: Stay) -> None:
        """Somebody holds a place from now on; less of it as their need tapers."""
        bay, visit = self.bays[stay.bay], stay.planned_visit.visit
        stay.units_now = stay.units
        bay.held += stay.units
        if visit is not None and visit.tapers:
            for taper in visit.tapers:
                units = tapered(stay.units, taper.share)
                self._clock.at(
                    stay.admitted + seconds(taper.after_days),
                    lambda units=units: self._taper(stay, bay, units),  # type: ignore[misc]
                )

    def seat(self, stay: Stay) -> int:
        """The bay of somebody who was here when the clock started: the first for them, with a free bed if there is one."""
        group, profile = stay.person.arriving.group, stay.found
        bays = self.services[stay.service].bays
        theirs = [bay for bay in bays if bay.is_for(group, profile)] or bays[:1]
        bay = next((one for one in theirs if one.free() > 0), theirs[0])
        assert bay.planned is not None
        return bay.planned.number

    def _taper(self, stay: Stay, bay: BayState, units: int) -> None:
        if stay.left == NEVER:
            bay.held += units - stay.units_now
            stay.units_now = units
            self.touch(stay.service)

    def give_up(self, stay: Stay, cleans: bool) -> None:
        """A place is free, at once or when it has been cleaned."""
        bay, planned = self.bays[stay.bay], self.services[stay.service].planned
        bay.held -= stay.units_now
        assert planned is not None
        turnaround = planned.service.turnaround
        if cleans and turnaround is not None:
            takes = seconds(turnaround.days(stay.draw(quantities.TURNAROUND)))
            self._clean(bay, stay.service, stay.units_now, takes)
        self.touch(stay.service)

    def _clean(self, bay: BayState, service: int, units: int, takes: int) -> None:
        if takes == 0:
            return
        bay.cleaning += units

        def is_clean() -> None:
            bay.cleaning -= units
            self.touch(service)

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
    """Counts those who are clear to move; finds the circle that moves next. Each bay is a place of its own in it."""

    def __init__(self, plan: Plan, places: Places, doors: Doors) -> None:
        self._plan, self._places, self._doors = plan, places, doors
        self._neighbours = plan.circle_neighbours
        self._clear: dict[tuple[int, int], int] = {}  # (held, waited for): how many are clear, where circles can be
        self.may_be = False  # is it worth looking?

    def count(self, wait: Wait, change: int) -> None:
        """Somebody is clear to move (1), or their wait is over (-1); who waits on a list waits for each of its services."""
        assert wait.stay is not None
        held = wait.stay.bay
        for number in self._neighbours[held]:
            if self._plan.bays[number].service in self._plan.members[wait.to] and self._is_for(wait, number):
                pair = (held, number)
                self._clear[pair] = self._clear.get(pair, 0) + change
                self.may_be = True

    def _is_for(self, wait: Wait, bay: int) -> bool:
        return self._places.bays[bay].is_for(wait.person.arriving.group, wait.profile)

    def look_again(self) -> None:
        """Admission hours opened somewhere."""
        self.may_be = bool(self._clear)

    def next(self) -> list[tuple[Wait, int]]:
        """The waits that end together in the next exchange, each in which bay; none if nobody can exchange places."""
        if not self.may_be:
            return []
        circle = shortest_circle(len(self._neighbours), self._may_exchange, self._neighbours)
        if not circle:
            self.may_be = False
            return []
        members = [(self._first(held, to), to) for held, to in zip(circle, [*circle[1:], circle[0]], strict=True)]
        return [(wait, to) for wait, to in members if wait is not None]

    def _may_exchange(self, held: int, to: int) -> bool:
        return self._clear.get((held, to), 0) > 0 and self._first(held, to) is not None

    def _first(self, held: int, to: int) -> Wait | None:
        """The first in the queue for one bay of those who hold a place in the other, if the hours let them go."""
        service = self._plan.bays[to].service
        if not self._doors.let_in(service):
            return None
        for wait in self._places.line(service):
            if wait.stay is not None and wait.stay.bay == held and wait.clear != NEVER and self._is_for(wait, to):
                return wait if self._doors.let_out(wait.stay) else None
        return None
