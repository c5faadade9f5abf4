"""The bed manager: one rule, in one place, for who gets a free bed when several things happen at the same instant.

When everything due at an instant has been gathered, the phases run in the order in which they are in `_phases`; after a
phase that moved or released somebody, gathering starts again. An instant is over when no phase has anything left to do.
A change here moves the results of every engine.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.model.arrivals import People
from sim.model.plan import Plan
from sim.model.random_numbers import RandomNumbers
from sim.model.records import DIED_WAITING, GAVE_UP, NEVER, NO_PLACE, NONE, TURNED_AWAY, Ledger
from sim.model.reference.capacity import Circles, Doors, Places, ServiceState
from sim.model.reference.clock import Clock
from sim.model.reference.journey import Journeys
from sim.model.reference.state import Person, Records, Wait, to_ledger


class BedManager:
    """Decides who of those who wait moves, and who has waited too long."""

    def __init__(self, plan: Plan, random: RandomNumbers, clock: Clock) -> None:
        self.plan, self.clock = plan, clock
        self.records = Records()
        self.places = Places(plan, clock, self.records)
        self.services = self.places.services
        self.doors = Doors(plan, clock, self._door_opens)
        self.circles = Circles(plan, self.places, self.doors)
        self.journeys = Journeys(plan, random, clock, self.places, self.circles)
        self.reneging, self.steps = self.journeys.reneging, self.journeys.steps
        self.observe: Callable[[BedManager], None] | None = None
        self._stopped_lines: set[int] = set()  # services whose first in line does not fit and may be passed
        self._looks_always = bool(self.places.surges or self.steps.teams)
        self._phases = (
            self._turn_back,
            self.steps.place,
            self._place_in_one_order if plan.scenario.lists else self._place,
            self._exchange,
            self._judge_clocks,
            self._turn_away,
            self.places.open_surge,
        )
        clock.last_in_instant = self._finish_instant

    def _door_opens(self) -> None:
        self.places.touch_all()
        self.circles.look_again()

    def _finish_instant(self) -> bool:
        """Run the phases up to the first that moves somebody; is there more to do when they have gone on their way?"""
        for phase in self._phases:
            if phase():
                return self._has_more_to_do()
        if self.observe is not None:
            self.observe(self)
        return False

    def _has_more_to_do(self) -> bool:
        return bool(
            self.places.touched
            or self.circles.may_be
            or self.journeys.nowhere
            or self.places.is_replanned
            or self.journeys.newcomers
            or self.reneging.are_due()
            or self._looks_always
            or self.observe is not None
        )

    def _turn_back(self) -> bool:
        """Who waits where they will never get a place goes the other way, once everything of this instant is gathered."""
        if self.places.is_replanned:
            waits = [wait for service in self.services for wait in service.queue]
        elif self.journeys.nowhere:
            waits = [wait for wait in self.journeys.nowhere if wait.ended == NEVER]
        else:
            return False
        self.places.is_replanned = False
        self.journeys.nowhere.clear()
        turned = [wait for wait in waits if self._goes_back(wait)]
        for wait in turned:
            self._step_out(wait, NO_PLACE)
        for wait in turned:
            self.journeys.otherwise(wait)
        return bool(turned)

    def _goes_back(self, wait: Wait) -> bool:
        """No place for them will ever be, or people are not sent there before it opens; and they have where to go."""
        if wait.stay is not None and not self.journeys.has_opened(wait.to):
            return wait.other != NONE
        return self.places.never_fits(wait) and self.journeys.may_go_elsewhere(wait)

    def _place(self) -> bool:
        """Serve every queue by priority, time joined and rank, until nobody moves; only then may somebody pass."""
        moved, touched = False, self.places.touched
        while True:
            while touched:
                service = self.services[touched.pop()]
                if service.queue and self._serve(service):
                    moved = True
            if not (self._stopped_lines and self._let_one_pass()):
                return moved
            moved = True

    def _serve(self, service: ServiceState) -> bool:
        """Down the line to the first who does not fit."""
        if not self.doors.let_in(service.number):
            return False
        queue, place, moved = service.queue, 0, False
        while place < len(queue):
            wait = queue[place]
            bay = service.bay_for(wait)
            if bay is None and self._stops(service, wait):
                break
            if bay is not None and self._may_move(wait):
                del queue[place]
                self.journeys.admit(wait, service.number)
                moved = True
                # who was passed over may now no longer fit and stop the line, or find the bed in a bay that was left
                place = 0 if service.counts_units or service.has_bays else place
            else:
                place += 1
        return moved

    def _stops(self, service: ServiceState, wait: Wait) -> bool:
        """Does the line end with somebody who finds no room? Whom no free bay is for stops nobody, as long as one is free."""
        if service.has_bays:
            return service.free() < 1
        if service.may_pass:
            self._stopped_lines.add(service.number)
        return True

    def _place_in_one_order(self) -> bool:
        """With waiting lists: one move at a time, the first in order over all queues to the first of their services.

        Before them go those who leave for home or out of the model: they take nobody's place, and make room.
        """
        first: dict[int, Wait] = {}  # in the line of each service where somebody may move
        moved, touched, leaving = False, self.places.touched, (self.plan.home, self.plan.out)
        while True:
            while touched:
                number = touched.pop()
                wait = self._first_in_line(number) if self.places.waiting(number) else None
                if wait is not None:
                    first[number] = wait
                else:
                    first.pop(number, None)
            if first:
                wait = min(first.values(), key=lambda wait: (wait.to not in leaving, wait.order))
                self._admit(wait, next(number for number in self.plan.members[wait.to] if first.get(number) is wait))
            elif not (self._stopped_lines and self._let_one_pass()):
                return moved
            moved = True

    def _first_in_line(self, number: int) -> Wait | None:
        """The first who may move to this service, unless somebody before them does not fit."""
        if not self.doors.let_in(number):
            return None
        service = self.services[number]
        for wait in self.places.line(number):
            bay = service.bay_for(wait)
            if bay is None and self._stops(service, wait):
                return None
            if bay is not None and self._may_move(wait) and self._may_come(wait, number):
                return wait
        return None

    def _admit(self, wait: Wait, to: int) -> None:
        """A place in one of the services that somebody waits for; look again at all of these."""
        self.services[wait.to].step_out(wait)
        self.places.touch(wait.to)
        self.journeys.admit(wait, to)

    def _let_one_pass(self) -> bool:
        """In the first line in the file whose head does not fit and may be passed, the first who fits moves.

        Somebody on a list goes to the first of its services where they may pass.
        """
        for number in sorted(self._stopped_lines):
            for wait in self.places.line(number):
                if self._may_pass(wait, number):
                    self._admit(wait, next(one for one in self.plan.members[wait.to] if self._may_pass(wait, one)))
                    return True
        self._stopped_lines.clear()
        return False

    def _may_pass(self, wait: Wait, number: int) -> bool:
        fits = number in self._stopped_lines and wait.units_in(number) <= self.services[number].free()
        return fits and self._may_move(wait) and self._may_come(wait, number)

    def _may_come(self, wait: Wait, number: int) -> bool:
        """Nobody on a list is sent to a service of it that has not opened."""
        return wait.to == number or self.journeys.has_opened(number)

    def _may_move(self, wait: Wait) -> bool:
        return wait.clear != NEVER and self.doors.let_out(wait.stay)

    def _exchange(self) -> bool:
        """Nobody else moves: people who each wait for the place the next one holds exchange places, all at once."""
        circle = self.circles.next()
        for wait, bay in circle:
            self.services[wait.to].step_out(wait)
            self.journeys.move(wait, self.plan.bays[bay].service, bay, cleans=False)
        return bool(circle)

    def _judge_clocks(self) -> bool:
        """Longest waits and deaths that are due, together: who was placed is placed, and death wins over `otherwise`."""
        if not self.reneging.are_due():
            return False
        deaths, waits = self.reneging.due()
        acted = False
        for person, stay in deaths:
            if not person.has_left and person.stay is stay:
                self._die(person)
                acted = True
        for wait in waits:
            if wait.ended == NEVER:
                self._step_out(wait, GAVE_UP)
                self.journeys.otherwise(wait)
                acted = True
        return acted

    def _die(self, person: Person) -> None:
        if person.wait is not None:
            self._step_out(person.wait, DIED_WAITING)
        if person.stay is not None:
            for work in person.stay.works.values():
                self.steps.drop(work)
        self.journeys.leave(person, self.plan.died)

    def _step_out(self, wait: Wait, ending: int) -> None:
        self.services[wait.to].step_out(wait)
        self.places.touch(wait.to)  # in a line of hours they may have stood in the way
        self.journeys.end(wait, ending)

    def _turn_away(self) -> bool:
        """Queues that are too long turn away newcomers of this instant, last in order first."""
        if not self.journeys.newcomers:
            return False
        turned: list[Wait] = []
        for number in sorted(self.journeys.newcomers):
            service = self.services[number]
            assert service.queue_limit is not None
            while len(service.queue) > service.queue_limit:
                newcomers = [
                    wait
                    for wait in service.queue
                    if wait.joined == self.clock.now and self.journeys.may_go_elsewhere(wait)
                ]
                if not newcomers:
                    break
                self._step_out(newcomers[-1], TURNED_AWAY)
                turned.append(newcomers[-1])
        for wait in turned:
            self.journeys.otherwise(wait)
        if not turned:
            self.journeys.newcomers.clear()
        return bool(turned)


def run(
    plan: Plan, people: People, random: RandomNumbers, observe: Callable[[BedManager], None] | None = None
) -> Ledger:
    """One replication by the SimPy model; `observe` is called whenever an instant is over."""
    clock = Clock(plan.until)
    beds = BedManager(plan, random, clock)
    beds.observe = observe
    clock.process(beds.journeys.front_door(people))
    with _few_garbage_collections():
        clock.run_to_the_end()
        return to_ledger(beds.records, plan, people)


@contextmanager
def _few_garbage_collections() -> Iterator[None]:
    """Python looks for garbage each 700 new things; all that people leave behind here is kept in records, so it finds little.

    Each 20,000 takes an eighth of the time off a run, and no memory.
    """
    before = gc.get_threshold()
    gc.set_threshold(20_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
