"""What happens to one person: they join a queue, become clear, get a place, leave, or go the other way.

Who of several people comes first is not decided here but by the bed manager. What may be changed here: with new expected
results, and then in every engine.
"""

from simpy import Event

from sim.model.plan import Plan, PlannedRoute
from sim.model.random_numbers import RandomNumbers
from sim.model.records import ADMITTED, NEVER, NONE, OUTSIDE
from sim.model.reference.admission import Admitting
from sim.model.reference.capacity import Places
from sim.model.reference.circular_blocking import Rings
from sim.model.reference.clock import Clock
from sim.model.reference.reneging import Patience
from sim.model.reference.state import Person, Stay, Wait
from sim.model.reference.steps import Steps


class Moves:
    """Everybody's waits and stays. Journeys say what happens to them, and wait for the event that gives their next stay."""

    def __init__(self, plan: Plan, random: RandomNumbers, clock: Clock, places: Places, rings: Rings) -> None:
        self.plan, self.clock, self.places, self.rings = plan, clock, places, rings
        self.records = places.records
        self.admitting = Admitting(plan, random)
        self.steps = Steps(plan, clock, self.records, self.look_at)
        self.patience = Patience(plan, random, clock)
        self.nowhere: list[Wait] = []  # those who joined where there is no place for them, now or later, or none yet
        self.newcomers: set[int] = set()  # wards with a queue limit that somebody joined

    # -- what journeys say ------------------------------------------------------------------------------------------

    def wait_outside(self, person: Person) -> Event:
        """Somebody comes from outside; the event gives their first stay, or None if they never get in."""
        arriving = person.arriving
        person.moved = self.clock.event()
        self.patience.start_outside(person)
        self.join(person, None, arriving.arrives_at, None, min(arriving.arrives, self.clock.now))
        return person.moved

    def declare_ready(self, stay: Stay) -> Event:
        """Somebody needs no more care here; the event gives their next stay, or None if they leave the model."""
        moved = stay.person.moved = self.clock.event()
        stay.ready = stay.ready_due
        if stay.planned_to == self.plan.died:
            stay.clear = stay.ready
            self.leave(stay.person, self.plan.died)
        else:
            self.patience.start_delay(stay)
            self.look_at(stay)
        return moved

    def look_at(self, stay: Stay) -> None:
        """Something about this stay changed: may this person join the next queue, or move?"""
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

    def settle_in(self, stay: Stay, has_steps: bool = True) -> None:
        """Hold the place from now on, and start the clocks of this stay: steps, early joining, tapering."""
        person, route = stay.person, stay.route
        person.stays += 1
        person.stay = stay
        self.records.stays.append(stay)
        self.places.hold(stay)
        if has_steps and route is not None and route.steps:
            self.steps.require(stay, route, starts_now=False)
            if route.may_join_after != NONE and route.may_join_after not in stay.required:
                self.clock.at(self._early_joining(stay, route), lambda: self.look_at(stay))

    def _clear_since(self, stay: Stay) -> int:
        """This instant; somebody of the census may have been clear before the clock started."""
        if self.clock.now > 0:
            return self.clock.now
        ends = [stay.works[step].finished for step in stay.required if not stay.works[step].dropped]
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
        arriving, ward = person.arriving, self.places.wards[to]
        if stay is None or route is None:
            held, priority = OUTSIDE, self.plan.groups[arriving.group].group.arrival.priority
        else:
            held, priority = stay.service, route.route.priority
        order = (priority, joined, arriving.rank)
        wait = person.wait = Wait(person, person.waits, stay, held, to, route, joined, order)
        person.waits += 1
        self.records.waits.append(wait)
        if stay is None or stay.clear != NEVER:
            self._is_clear(wait)
        else:
            self.places.touch(to)
        if ward.counts_units:
            wait.units = self.admitting.units(person, to)
        if ward.queue_limit is not None:
            self.newcomers.add(to)
        ward.line_up(wait)
        wait.other = self._other_way(wait)
        if ward.never_fits(wait) or not self.has_opened(to):
            self.nowhere.append(wait)
        self.patience.start_waiting(wait)

    def _other_way(self, wait: Wait) -> int:
        """The destination of somebody who does not get in; NONE where nothing is said, and they wait on."""
        if wait.stay is None or wait.route is None:
            group = self.plan.groups[wait.person.arriving.group]
            return group.otherwise if wait.number == 0 and group.otherwise != wait.to else self.plan.out
        otherwise = wait.route.otherwise
        return NONE if otherwise == NONE else wait.stay.planned_visit.routes[otherwise].to

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
            self.rings.count(wait.held, wait.to, 1)
        self.places.touch(wait.to)

    def end(self, wait: Wait, ending: int) -> None:
        """A wait is over, one way or another; `ending` is one of the ledger's."""
        if wait.held != OUTSIDE and wait.clear != NEVER:
            self.rings.count(wait.held, wait.to, -1)
        wait.ended, wait.ending = self.clock.now, ending
        wait.person.wait = None

    def otherwise(self, wait: Wait) -> None:
        """A wait ended without a place: the person goes the other way."""
        person, stay = wait.person, wait.stay
        if stay is not None:
            assert wait.route is not None and wait.route.otherwise != NONE  # the loader sees to it
            self._take_route(stay, stay.planned_visit.routes[wait.route.otherwise])
            return
        if wait.other == self.plan.out:
            self.leave(person, wait.other)
        else:
            self.join(person, None, wait.other, None, self.clock.now)

    def _take_route(self, stay: Stay, route: PlannedRoute) -> None:
        """Somebody joins the other queue at once, even where its own steps still have to be done."""
        stay.route = route
        self.steps.require(stay, route, starts_now=True)
        if not stay.is_clear():
            stay.clear = NEVER
        elif stay.clear == NEVER:
            stay.clear = self.clock.now
        self.join(stay.person, stay, route.to, route, self.clock.now)

    def admit(self, wait: Wait, cleans: bool = True) -> None:
        """A wait ends in the place that was waited for; the place before is given up at the same instant."""
        person, now = wait.person, self.clock.now
        delay = 0 if wait.stay is None else now - wait.stay.ready
        self.end(wait, ADMITTED)
        self.leave(person, wait.to, cleans)
        if wait.to < self.plan.died:
            stay = self.admitting.stay(person, wait.to, now, wait.units, delay)
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
