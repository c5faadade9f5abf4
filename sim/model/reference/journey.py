"""One person's journey: they come, wait outside, need care, become ready, join a queue, are admitted, leave or go another way.

Who of several people comes first is not decided here but by the bed manager. A change here moves the results of every
engine.
"""

from collections.abc import Callable, Mapping, Sequence

from simpy import Event

from sim.inputs.distributions import Distribution
from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.inputs.scenario import Arrival, CensusEntry, ClockTime, PriorityRise, Route
from sim.model import plan as quantities
from sim.model.arrivals import Arriving, People
from sim.model.attributes import (
    Draw,
    conditional_seconds,
    declared_ready,
    draws_of,
    needed_days,
    next_route,
    profile_after,
    route_after,
    stay_distribution,
    units_held,
)
from sim.model.plan import NOWHERE, OUTSIDE_KEY, Plan, PlannedRoute, PlannedStep, PlannedVisit
from sim.model.random_numbers import RandomNumbers
from sim.model.records import ADMITTED, NEVER, NONE, OUTSIDE
from sim.model.reference.capacity import Circles, Places
from sim.model.reference.clock import Clock, Process
from sim.model.reference.state import ONE_PLACE, Person, Stay, Wait
from sim.model.reference.steps import Steps
from sim.model.rules import next_clock_time, seconds, way_from_outside

Death = tuple[Person, Stay | None]  # and the stay in which it was to happen; None: while waiting outside


class Journeys:
    """Everybody's journeys, each a SimPy process, and the waits and stays that they consist of."""

    def __init__(self, plan: Plan, random: RandomNumbers, clock: Clock, places: Places, circles: Circles) -> None:
        self.plan, self.clock, self.places, self.circles = plan, clock, places, circles
        self.records = places.records
        self.admission = Admission(plan, random)
        self.steps = Steps(plan, clock, self.records, self.look_at)
        self.reneging = Reneging(plan, random, clock)
        self.nowhere: list[Wait] = []  # those who joined where there is no place for them, now or later, or none yet
        self.newcomers: set[int] = set()  # services with a queue limit that somebody joined

    # -- the process of one person ---------------------------------------------------------------------------------

    def front_door(self, people: People) -> Process:
        """People come as the calendar brings them; those of the census are there when the clock starts."""
        coming = []
        for arriving in people:
            entry = self.plan.scenario.census[arriving.census_entry] if arriving.census_entry >= 0 else None
            if entry is None or entry.service == OUTSIDE_NAME:
                coming.append(arriving)
            else:
                self.clock.process(self.journey(Person(arriving), entry))
        coming.sort(key=lambda arriving: arriving.arrives)
        for arriving in coming:
            if arriving.arrives > self.clock.now:
                yield self.clock.until(arriving.arrives)
            self.clock.process(self.journey(Person(arriving)))

    def journey(self, person: Person, entry: CensusEntry | None = None) -> Process:
        """Waiting outside, unless they were here when the clock started; then needing care, ready, moving on, stay after stay."""
        stay: Stay | None
        if entry is not None:
            stay = self.from_census(person, entry)
        else:
            if person.arriving.census_entry < 0 and self._arrival_steps(person):
                yield self.prepare_outside(person)
            stay = yield self.wait_outside(person)
        while stay is not None:  # None is the way out of the model
            yield self.clock.until(stay.ready_due)
            stay = yield self.declare_ready(stay)

    def from_census(self, person: Person, entry: CensusEntry) -> Stay:
        """The place of somebody who was here when the clock started."""
        stay = self.admission.stay_from_census(person, entry)
        stay.bay = self.places.seat(stay)
        self.settle_in(stay)
        return stay

    # -- what it waits for -----------------------------------------------------------------------------------------

    def _arrival_steps(self, person: Person) -> Sequence[PlannedStep]:
        return self.plan.groups[person.arriving.group].arrivals[person.profile].steps

    def prepare_outside(self, person: Person) -> Event:
        """Somebody comes for whom things must be done before they wait; the event tells that all of them are (rule 26)."""
        done = person.moved = self.clock.event()
        outside = self.admission.before_the_first_wait(person, self.clock.now)
        self.records.outside.append(outside)
        self.steps.require(outside, self._arrival_steps(person))
        self._look_outside(outside)
        return done

    def _look_outside(self, outside: Stay) -> None:
        """Are all steps outside done?"""
        if outside.is_clear():
            outside.clear = outside.left = self.clock.now
            assert outside.person.moved is not None
            outside.person.moved.succeed()

    def wait_outside(self, person: Person) -> Event:
        """Somebody comes from outside; the event gives their first stay, or None if they never get in."""
        arriving = person.arriving
        person.moved = self.clock.event()
        since = arriving.arrives if arriving.census_entry >= 0 else self.clock.now
        self.reneging.start_outside(person, since)
        self.join(person, None, arriving.arrives_at, None, since)
        return person.moved

    def declare_ready(self, stay: Stay) -> Event:
        """Somebody needs no more care here; the event gives their next stay, or None if they leave the model."""
        moved = stay.person.moved = self.clock.event()
        stay.ready = stay.ready_due
        if stay.planned_to == self.plan.died:
            stay.clear = stay.ready
            self.leave(stay.person, self.plan.died)
        else:
            self.reneging.start_delay(stay)
            self.look_at(stay)
        return moved

    def look_at(self, stay: Stay) -> None:
        """Something about this stay changed: may this person join the next queue, or move?"""
        if stay.service == OUTSIDE:
            self._look_outside(stay)
            return
        if stay.left != NEVER or stay.route is None:
            return
        is_clear = stay.is_clear()
        if is_clear and stay.clear == NEVER:
            stay.clear = self._clear_since(stay)
        wait = stay.person.wait
        if wait is None:
            if is_clear or self._may_join_early(stay, stay.route):
                # somebody of the census joined when they were clear
                came_waiting = is_clear and stay.person.waits == 0
                joined = stay.clear if came_waiting else self.clock.now
                self.join(stay.person, stay, stay.route.to, stay.route, joined)
        elif is_clear and wait.clear == NEVER:
            self._is_clear(wait)

    def settle_in(self, stay: Stay) -> None:
        """Hold the place from now on, and start the clocks of this stay: steps, early joining, tapering."""
        person, route = stay.person, stay.route
        person.stays += 1
        person.stay = stay
        self.records.stays.append(stay)
        self.places.hold(stay)
        if route is not None and (route.steps if stay.steps_left is None else stay.steps_left):
            self.steps.begin(stay, route.steps)
            if route.may_join_after != NONE and route.may_join_after not in stay.required:
                self.clock.at(self._early_joining(stay, route), lambda: self.look_at(stay))

    def _clear_since(self, stay: Stay) -> int:
        """This instant; somebody of the census may have been clear before the clock started."""
        if self.clock.now > 0:
            return self.clock.now
        ends = [stay.works[step].finished for step in stay.required if not stay.works[step].is_dropped()]
        return min(0, max([stay.ready, *ends]))

    def _may_join_early(self, stay: Stay, route: PlannedRoute) -> bool:
        if route.may_join_after == NONE:
            return False
        if route.may_join_after in stay.required:
            return stay.works[route.may_join_after].is_over
        return self._early_joining(stay, route) <= self.clock.now

    def _early_joining(self, stay: Stay, route: PlannedRoute) -> int:
        """When somebody who does not need the step would have started it: from then on they may join."""
        planned = next(step for step in route.steps if step.number == route.may_join_after)
        return self.steps.own_start(stay, planned)

    # -- waits and moves --------------------------------------------------------------------------------------------

    def join(self, person: Person, stay: Stay | None, to: int, route: PlannedRoute | None, joined: int) -> None:
        """Enter the queue for a destination: outside where `stay` is None, else by this route from this stay."""
        arriving, service = person.arriving, self.places.services[to]
        queue: Arrival | Route
        if stay is None or route is None:
            held, queue = OUTSIDE, self.plan.groups[arriving.group].arrivals[person.profile].arrival
        else:
            held, queue = stay.service, route.route
        order = (queue.priority, joined, arriving.rank)
        units = self._units(person, to)
        wait = Wait(person, person.waits, stay, held, to, route, joined, order, person.profile, units)
        person.wait = wait
        person.waits += 1
        self.records.waits.append(wait)
        if stay is None or stay.clear != NEVER:
            self._is_clear(wait)
        else:
            self.places.touch(to)
        if service.queue_limit is not None:
            self.newcomers.add(to)
        service.line_up(wait)
        if queue.priority_rises is not None:
            self._let_priority_rise(wait, queue.priority_rises)
        wait.other = self._other_way(wait)
        if self.places.never_fits(wait) or not self.has_opened(to):
            self.nowhere.append(wait)
        self.reneging.start_waiting(wait)

    def _let_priority_rise(self, wait: Wait, rise: PriorityRise) -> None:
        """After so long in this queue the priority in it is another (rule 23)."""

        def rises() -> None:
            if wait.ended == NEVER:
                queue = self.places.services[wait.to]
                queue.step_out(wait)
                wait.order = (rise.to, *wait.order[1:])
                queue.line_up(wait)
                self.places.touch(wait.to)

        instant = wait.joined + seconds(rise.after_days)
        if rise.until is not None:
            instant = next_clock_time(wait.joined, rise.until.second_of_day)
        if instant <= self.clock.now:
            rises()
        else:
            self.clock.at(instant, rises)

    def _units(self, person: Person, to: int) -> Mapping[int, int]:
        """Minutes a week that somebody needs in each service that they wait for and that counts hours."""
        in_hours = self.plan.members_in_hours[to]
        return {number: self.admission.units(person, number) for number in in_hours} if in_hours else ONE_PLACE

    def _other_way(self, wait: Wait) -> int:
        """The destination of somebody who does not get in; NONE where nothing is said, and they wait on."""
        if wait.stay is None or wait.route is None:
            otherwise = self.plan.groups[wait.person.arriving.group].arrivals[wait.profile].otherwise
            return way_from_outside(otherwise, wait.to, wait.number, self.plan.out)
        other = wait.route.otherwise
        return NONE if other == NONE else wait.stay.planned_visit.routes[other].to

    def has_opened(self, to: int) -> bool:
        """Has this destination had a place, on this or any earlier date? Before that people are not sent there."""
        return self.clock.now >= self.plan.opens_second[to]

    def may_go_elsewhere(self, wait: Wait) -> bool:
        """Is there another way, and does it lead to a place that has opened?"""
        return wait.other != NONE and self.has_opened(wait.other)

    def _is_clear(self, wait: Wait) -> None:
        if wait.stay is None:
            wait.clear = wait.joined
        else:
            wait.clear = max(wait.joined, wait.stay.clear)
            self.circles.count(wait, 1)
        self.places.touch(wait.to)

    def end(self, wait: Wait, ending: int) -> None:
        """A wait is over, one way or another; `ending` is one of the records'."""
        if wait.held != OUTSIDE and wait.clear != NEVER:
            self.circles.count(wait, -1)
        wait.ended, wait.ending = self.clock.now, ending
        wait.person.wait = None

    def otherwise(self, wait: Wait) -> None:
        """A wait ended without a place: the person goes the other way."""
        person, stay = wait.person, wait.stay
        if stay is not None:
            assert wait.route is not None and wait.route.otherwise != NONE  # the reader sees to it
            self._take_route(stay, stay.planned_visit.routes[wait.route.otherwise])
            return
        if wait.other == self.plan.out:
            self.leave(person, wait.other)
        else:
            self.join(person, None, wait.other, None, self.clock.now)

    def _take_route(self, stay: Stay, route: PlannedRoute) -> None:
        """Somebody joins the other queue at once, even where its own steps still have to be done."""
        stay.route = route
        self.steps.require(stay, route.steps)
        if not stay.is_clear():
            stay.clear = NEVER
        elif stay.clear == NEVER:
            stay.clear = self.clock.now
        self.join(stay.person, stay, route.to, route, self.clock.now)

    def admit(self, wait: Wait, to: int) -> None:
        """A wait ends in a place that was waited for: the first free bay of a service that is for this person."""
        bay = self.places.services[to].bay_for(wait)
        assert bay is not None
        self.move(wait, to, NONE if bay.planned is None else bay.planned.number)

    def move(self, wait: Wait, to: int, bay: int, cleans: bool = True) -> None:
        """Somebody takes a place in a bay; the place before is given up at the same instant."""
        person, now = wait.person, self.clock.now
        delay = 0 if wait.stay is None else now - wait.stay.ready
        self.end(wait, ADMITTED)
        self.leave(person, to, cleans)
        if to < self.plan.died:
            stay = self.admission.stay(person, to, now, wait.units_in(to), delay)
            stay.bay = bay
            self.settle_in(stay)
            assert person.moved is not None
            person.moved.succeed(stay)

    def leave(self, person: Person, to: int, cleans: bool = True) -> None:
        """Give up the place that is held, if any; leave the model where `to` is no service."""
        stay = person.stay
        if stay is not None:
            stay.left, stay.to = self.clock.now, to
            self.places.give_up(stay, cleans)
            person.stay = None
        if to >= self.plan.died:
            person.has_left = True
            self.records.leavers.append(person)
            assert person.moved is not None
            person.moved.succeed(None)


class Admission:
    """Works out from random numbers what a stay will be like; decides nothing."""

    def __init__(self, plan: Plan, random: RandomNumbers) -> None:
        self._plan, self._random = plan, random

    def units(self, person: Person, service: int) -> int:
        """Minutes a week that somebody will hold in a service that counts hours."""
        planned = self._plan.services[service]
        visit = self._plan.groups[person.arriving.group].visit(service, person.profile, person.profile)
        draw = draws_of(self._plan, self._random, person.arriving, planned.key, person.visits.get(service, 0))
        return units_held(planned, visit, draw)

    def stay(self, person: Person, service: int, now: int, units: int, delay: int) -> Stay:
        """The stay of somebody who is admitted now, after so many seconds of delay in the place before."""
        planned, number = self._plan.services[service], person.visits.get(service, 0)
        person.visits[service] = number + 1
        group, found = self._plan.groups[person.arriving.group], person.profile
        draw = draws_of(self._plan, self._random, person.arriving, planned.key, number)
        visit, after = group.visit(service, found, found), found
        if visit.changes:
            after = person.profile = profile_after(visit, found, draw, delay)
            visit = group.visit(service, found, after)
        visit = visit.at(now)
        if visit.visit is None:
            return Stay(
                person, person.stays, service, number, visit, draw, now, NEVER, NEVER, units, None, NONE, found, after
            )
        route = visit.routes[next_route(self._plan, visit, draw, delay)]
        need = seconds(needed_days(visit, route, draw, delay))
        ready = now + need
        if route.to != self._plan.died:
            ready = declared_ready(self._plan, planned, ready, draw)
        return Stay(
            person, person.stays, service, number, visit, draw, now, ready, need, units, route, route.to, found, after
        )

    def before_the_first_wait(self, person: Person, now: int) -> Stay:
        """The time outside of somebody for whom things must be done before they wait: they need no care there."""
        draw, profile = draws_of(self._plan, self._random, person.arriving, OUTSIDE_KEY, 0), person.profile
        outside = Stay(
            person, NONE, OUTSIDE, 0, NOWHERE, draw, now, now, 0, 0, None, NONE, profile, profile
        )  # fmt: skip
        outside.ready = now
        return outside

    def stay_from_census(self, person: Person, entry: CensusEntry) -> Stay:
        """The stay of somebody who was here when the clock started."""
        arriving, service = person.arriving, self._plan.services[person.arriving.arrives_at]
        visit = self._plan.groups[arriving.group].visit(service.number, person.profile, person.profile)
        draw = draws_of(self._plan, self._random, arriving, service.key, 0)
        admitted, ready, needs_until, route = arriving.arrives, NEVER, NEVER, NONE
        if entry.waiting_for is not None:
            route = visit.route_to(self._plan.numbers[entry.waiting_for])
            ready = needs_until = -_drawn(entry.waited, draw, quantities.WAITED)
            admitted = min(admitted, ready)
        elif visit.visit is not None:
            route = route_after(visit, draw, -admitted, entry.stay)
            ready = needs_until = self._remaining(entry, visit, draw, -admitted, route)
            if visit.routes[route].to != self._plan.died:
                ready = declared_ready(self._plan, service, needs_until, draw)
        person.visits[service.number] = 1
        return Stay(
            person, 0, service.number, 0, visit, draw, admitted, ready,
            NEVER if needs_until == NEVER else needs_until - admitted,
            units_held(service, visit, draw),
            route=None if route == NONE else visit.routes[route],
            planned_to=NONE if route == NONE else visit.routes[route].to,
            found=person.profile,
            after=person.profile,
            steps_left=None if entry.waiting_for is None else self._plan.step_numbers(entry.steps_left),
            steps_begun=self._plan.begun_before(entry),
        )  # fmt: skip

    def _remaining(self, entry: CensusEntry, visit: PlannedVisit, draw: Draw, elapsed: int, route: int) -> int:
        """Seconds until ready: as given, or what is left of a need that has lasted so long already."""
        if entry.remaining is not None:
            return _drawn(entry.remaining, draw, quantities.REMAINING)
        stay = entry.stay or stay_distribution(visit, visit.routes[route])
        return conditional_seconds(stay, elapsed, draw(quantities.STAY))


def _drawn(distribution: Distribution | None, draw: Draw, quantity: int) -> int:
    return 0 if distribution is None else seconds(distribution.days(draw(quantity)))


class Reneging:
    """Everybody's clocks. A longest wait runs from joining; a death clock from ready, or from coming while outside."""

    def __init__(self, plan: Plan, random: RandomNumbers, clock: Clock) -> None:
        self._plan, self._random, self._clock = plan, random, clock
        self._deaths: list[Death] = []
        self._waits: list[Wait] = []

    def start_waiting(self, wait: Wait) -> None:
        """Somebody joined a queue; outside, only their first attempt has a longest wait."""
        if wait.route is not None:
            longest, quantity = wait.route.route.longest_wait, wait.route.longest_wait
        else:
            group = self._plan.groups[wait.person.arriving.group]
            longest, quantity = group.arrivals[wait.profile].arrival.longest_wait, group.longest_wait
        if longest is None or (wait.stay is None and wait.number > 0):
            return
        draw = self._draws_outside(wait.person.arriving) if wait.stay is None else wait.stay.draw
        if isinstance(longest, ClockTime):
            due = next_clock_time(wait.joined, longest.second_of_day)
        else:
            due = self._end(longest, wait.joined, draw(quantity))
        opens = self._plan.opens_second[wait.other]  # nobody gives up for what has not opened yet
        self._when_due(max(due, opens), lambda: self._waits.append(wait))

    def start_delay(self, stay: Stay) -> None:
        """Somebody is ready; from now on they may die while they are delayed."""
        visit = stay.planned_visit.visit
        if visit is not None and visit.dies_while_delayed is not None:
            due = self._end(visit.dies_while_delayed, stay.ready, stay.draw(quantities.DEATH))
            self._when_due(due, lambda: self._deaths.append((stay.person, stay)))

    def start_outside(self, person: Person, since: int) -> None:
        """Somebody begins to wait outside; from that instant on they may die there."""
        arriving = person.arriving
        life = self._plan.groups[arriving.group].arrivals[arriving.profile].arrival.dies_while_waiting
        if life is not None:
            due = self._end(life, since, self._draws_outside(arriving)(quantities.DEATH))
            self._when_due(due, lambda: self._deaths.append((person, None)))

    def are_due(self) -> bool:
        """Is there anything to judge?"""
        return bool(self._deaths or self._waits)

    def due(self) -> tuple[list[Death], list[Wait]]:
        """What fell due since this was last asked, whether or not it still matters."""
        deaths, self._deaths = self._deaths, []
        waits, self._waits = self._waits, []
        return deaths, waits

    def _draws_outside(self, arriving: Arriving) -> Draw:
        return draws_of(self._plan, self._random, arriving, OUTSIDE_KEY, 0)

    def _end(self, length: Distribution, since: int, u: float) -> int:
        """When a length is over; somebody of the census is known to have come as far as this."""
        now = self._clock.now
        if since < now:
            return now + conditional_seconds(length, now - since, u)
        return since + seconds(length.days(u))

    def _when_due(self, instant: int, note: Callable[[], None]) -> None:
        def note_and_wake() -> None:
            note()
            self._clock.wake()

        if instant <= self._clock.now:
            note_and_wake()
        else:
            self._clock.at(instant, note_and_wake)
