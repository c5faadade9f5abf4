"""The bed manager: one rule, in one place, for who gets a free bed when several things happen at the same instant.

When everything due at an instant has been gathered, the phases run in the order in which they stand in `_phases`; after a
phase that moved or released somebody, gathering starts again. An instant is over when no phase has anything left to do.
What may be changed here: with new expected results, and then in every engine.
"""

from collections.abc import Callable

from simpy import Event

from sim.inputs.timetable import NOT_IN_THIS_RUN, OpeningHours
from sim.model import plan as quantities
from sim.model.chance import BookOfLuck
from sim.model.clock import Clock
from sim.model.ledger import (
    ADMITTED,
    DIED_WAITING,
    GAVE_UP,
    NEVER,
    NO_PLACE,
    NONE,
    TURNED_AWAY,
)
from sim.model.plan import OUTSIDE_KEY, Plan, PlannedRoute
from sim.model.rules import seconds, shortest_ring, tapered
from sim.model.settling import (
    conditional_seconds,
    declared_ready,
    luck_of,
    needed_days,
    next_route,
    units_held,
)
from sim.model.steps import Steps
from sim.model.wards import Ward
from sim.model.world import Person, Records, Stay, Wait


class BedManager:
    """Everybody's waits and places. Journeys tell it what happens; it tells them where they are next."""

    def __init__(self, plan: Plan, book: BookOfLuck, clock: Clock, records: Records) -> None:
        self.plan, self.book, self.clock, self.records = plan, book, clock, records
        self.wards = [Ward(planned.number, planned) for planned in plan.services]
        self.wards += [Ward(plan.died, None), Ward(plan.out, None)]
        self.steps = Steps(plan, clock, records, self.look_at)
        self._surge_wards = [
            ward for ward in self.wards if ward.planned is not None and ward.planned.service.surge is not None
        ]
        self.observe: Callable[[BedManager], None] | None = None
        self._touched: set[int] = set()  # wards where somebody may move
        self._nowhere: list[Wait] = []  # those who wait for a service that will never have a place again
        self._stopped_lines: set[int] = set()  # wards whose first in line does not fit and may be passed
        self._newcomers: set[int] = set()  # wards with a queue limit that somebody joined
        self._due_waits: list[Wait] = []
        self._due_deaths: list[tuple[Person, Stay | None]] = []
        self._clear_waits: dict[tuple[int, int], int] = {}  # (held, waited for): how many are clear, where rings can be
        self._look_for_rings = False
        self._openings: set[int] = set()  # instants at which somebody knows that a door opens
        self._phases = (
            self._turn_back,
            self.steps.place,
            self._place,
            self._exchange,
            self._judge_clocks,
            self._turn_away,
            self._open_surge,
        )
        clock.last_in_instant = self._finish_instant
        for ward in self.wards[: plan.died]:
            self._plan_places(ward)
            for change in plan.services[ward.number].service.capacity[1:]:
                clock.at(change.from_second, lambda ward=ward: self._plan_places(ward))  # type: ignore[misc]

    # -- what journeys say ------------------------------------------------------------------------------------------

    def wait_outside(self, person: Person) -> Event:
        """Somebody comes from outside; the event tells of their first stay, or None if they never get in."""
        arriving = person.arriving
        person.moved = self.clock.event()
        self._start_death_clock_outside(person)
        self._join(person, None, arriving.arrives_at, None, min(arriving.arrives, self.clock.now))
        return person.moved

    def declare_ready(self, stay: Stay) -> Event:
        """Somebody needs no more care here; the event tells of their next stay, or None if they leave the model."""
        stay.person.moved = self.clock.event()
        stay.ready = stay.ready_due
        if stay.planned_to == self.plan.died:
            stay.clear = stay.ready
            self._leave(stay.person, self.plan.died)
        else:
            self._start_death_clock(stay)
            self.look_at(stay)
        return stay.person.moved

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
                came_waiting = (
                    is_clear and stay.person.waits == 0
                )  # somebody of the census: they joined when they were clear
                joined = stay.clear if came_waiting else self.clock.now
                self._join(stay.person, stay, stay.route.to, stay.route, joined)
        elif is_clear and wait.clear == NEVER:
            self._is_clear(wait)

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

    # -- waits ------------------------------------------------------------------------------------------------------

    def _join(self, person: Person, stay: Stay | None, to: int, route: PlannedRoute | None, joined: int) -> None:
        arrival = self.plan.groups[person.arriving.group].group.arrival
        priority = arrival.priority if route is None else route.route.priority
        wait = Wait(person, person.waits, stay, to, route, joined, (priority, joined, person.arriving.rank))
        person.waits += 1
        self.records.waits.append(wait)
        person.wait = wait
        if stay is None or stay.is_clear():
            self._is_clear(wait)
        if self._never_again_a_place(wait):
            self._nowhere.append(wait)
            self._touch(to)
            return
        ward = self.wards[to]
        if ward.planned is not None:
            if ward.planned.counts_units:
                wait.units = self._units(wait)
            if ward.planned.service.queue_limit is not None:
                self._newcomers.add(to)
        ward.line_up(wait)
        self._start_patience(wait)
        self._touch(to)

    def _never_again_a_place(self, wait: Wait) -> bool:
        planned = self.wards[wait.to].planned
        if planned is None or self.clock.now <= planned.last_second_with_places:
            return False
        return wait.stay is None or (wait.route is not None and wait.route.otherwise != NONE)

    def _units(self, wait: Wait) -> int:
        planned = self.plan.services[wait.to]
        person = wait.person
        visit = self.plan.groups[person.arriving.group].visits[wait.to]
        luck = luck_of(self.plan, self.book, person.arriving, planned.key, person.visits.get(wait.to, 0))
        return units_held(planned, visit, luck)

    def _is_clear(self, wait: Wait) -> None:
        wait.clear = wait.joined if wait.stay is None else max(wait.joined, wait.stay.clear)
        self._count_clear(wait, 1)
        self._touch(wait.to)

    def _count_clear(self, wait: Wait, change: int) -> None:
        if wait.stay is None or wait.clear == NEVER:
            return
        held = wait.stay.service
        if wait.to in self.plan.ring_neighbours[held]:
            key = (held, wait.to)
            self._clear_waits[key] = self._clear_waits.get(key, 0) + change
            self._look_for_rings = True

    def _end_wait(self, wait: Wait, ending: int) -> None:
        self._count_clear(wait, -1)
        wait.ended, wait.ending = self.clock.now, ending
        wait.person.wait = None

    def _start_patience(self, wait: Wait) -> None:
        """A longest wait runs from joining, and a death clock outside too; both are judged after placing."""
        person = wait.person
        if wait.stay is None:
            group = self.plan.groups[person.arriving.group]
            longest = group.group.arrival.longest_wait if wait.number == 0 else None
            quantity, luck = group.longest_wait, luck_of(self.plan, self.book, person.arriving, OUTSIDE_KEY, 0)
        else:
            assert wait.route is not None
            longest, quantity, luck = wait.route.route.longest_wait, wait.route.longest_wait, wait.stay.luck
        if longest is None:
            return
        waited = self.clock.now - wait.joined
        if waited > 0:  # somebody of the census
            due = self.clock.now + conditional_seconds(longest, waited, luck(quantity))
        else:
            due = wait.joined + seconds(longest.days(luck(quantity)))
        self._when_due(due, lambda: self._due_waits.append(wait))

    def _start_death_clock(self, stay: Stay) -> None:
        visit = stay.planned_visit.visit
        if visit is None or visit.dies_while_delayed is None:
            return
        u, now = stay.luck(quantities.DEATH), self.clock.now
        if stay.ready < now:  # somebody of the census
            due = now + conditional_seconds(visit.dies_while_delayed, now - stay.ready, u)
        else:
            due = now + seconds(visit.dies_while_delayed.days(u))
        self._when_due(due, lambda: self._due_deaths.append((stay.person, stay)))

    def _start_death_clock_outside(self, person: Person) -> None:
        arriving = person.arriving
        clock = self.plan.groups[arriving.group].group.arrival.dies_while_waiting
        if clock is None:
            return
        u = luck_of(self.plan, self.book, arriving, OUTSIDE_KEY, 0)(quantities.DEATH)
        now = self.clock.now
        if arriving.arrives < now:  # somebody of the census
            due = now + conditional_seconds(clock, now - arriving.arrives, u)
        else:
            due = now + seconds(clock.days(u))
        self._when_due(due, lambda: self._due_deaths.append((person, None)))

    def _when_due(self, instant: int, note: Callable[[], None]) -> None:
        if instant <= self.clock.now:
            note()
            self.clock.wake()
            return

        def note_and_wake() -> None:
            note()
            self.clock.wake()

        self.clock.at(instant, note_and_wake)

    def _otherwise(self, wait: Wait) -> None:
        """A wait ended without a place: the person goes the other way."""
        person, stay = wait.person, wait.stay
        if stay is not None:
            assert wait.route is not None and wait.route.otherwise != NONE  # the loader sees to it
            self._take_route(stay, stay.planned_visit.routes[wait.route.otherwise])
            return
        group = self.plan.groups[person.arriving.group]
        other = group.otherwise if wait.number == 0 and group.otherwise != wait.to else self.plan.out
        if other == self.plan.out:
            self._leave(person, other)
        else:
            self._join(person, None, other, None, self.clock.now)

    def _take_route(self, stay: Stay, route: PlannedRoute) -> None:
        """Somebody joins the other queue at once, even where its own steps still have to be done."""
        stay.route = route
        self.steps.require(stay, route, starts_now=True)
        if not stay.is_clear():
            stay.clear = NEVER
        elif stay.clear == NEVER:
            stay.clear = self.clock.now
        self._join(stay.person, stay, route.to, route, self.clock.now)

    def _join_early_later(self, stay: Stay, route: PlannedRoute) -> None:
        if route.may_join_after != NONE and route.may_join_after not in stay.required:
            self.clock.at(self._early_joining(stay, route), lambda: self.look_at(stay))

    # -- places -----------------------------------------------------------------------------------------------------

    def _plan_places(self, ward: Ward) -> None:
        ward.plan_places(self.clock.now)
        planned = -1 if ward.open_places == NOT_IN_THIS_RUN else ward.open_places
        self.records.places.append((ward.number, self.clock.now, planned))
        self._touch(ward.number)

    def _touch(self, ward: int) -> None:
        self._touched.add(ward)
        self.clock.wake()

    def _leave(self, person: Person, to: int, cleans: bool = True) -> None:
        """Give up the place that is held, if any; leave the model where `to` is no service."""
        stay = person.stay
        if stay is not None:
            stay.left, stay.to = self.clock.now, to
            ward = self.wards[stay.service]
            ward.held -= stay.units_now
            if cleans:
                self._clean(ward, stay)
            person.stay = None
            self._touch(ward.number)
        if to >= self.plan.died:
            person.has_left = True
            self.records.leavers.append(person)
            assert person.moved is not None
            person.moved.succeed(None)

    def _clean(self, ward: Ward, stay: Stay) -> None:
        assert ward.planned is not None
        turnaround = ward.planned.service.turnaround
        takes = 0 if turnaround is None else seconds(turnaround.days(stay.luck(quantities.TURNAROUND)))
        if takes == 0:
            return
        units = stay.units_now
        ward.cleaning += units

        def is_clean() -> None:
            ward.cleaning -= units
            self._touch(ward.number)

        self.clock.at(self.clock.now + takes, is_clean)

    def _admit(self, wait: Wait, cleans: bool = True) -> None:
        person = wait.person
        delay = 0 if wait.stay is None else self.clock.now - wait.stay.ready
        self._end_wait(wait, ADMITTED)
        self._leave(person, wait.to, cleans)
        if wait.to < self.plan.died:
            self._enter(person, self.wards[wait.to], wait.units, delay)

    def _enter(self, person: Person, ward: Ward, units: int, delay: int) -> None:
        assert ward.planned is not None and person.moved is not None
        now, service = self.clock.now, ward.number
        visit_number = person.visits.get(service, 0)
        person.visits[service] = visit_number + 1
        visit = self.plan.groups[person.arriving.group].visits[service]
        luck = luck_of(self.plan, self.book, person.arriving, ward.planned.key, visit_number)
        if visit.visit is None:
            route, need, ready = None, NEVER, NEVER
        else:
            route = visit.routes[next_route(self.plan, visit, luck, delay)]
            need = seconds(needed_days(visit, route, luck, delay))
            dies = route.to == self.plan.died
            ready = now + need if dies else declared_ready(self.plan, ward.planned, now + need, luck)
        stay = Stay(
            person, person.stays, service, visit_number, visit, luck, now, ready, need, units, route,
            planned_to=NONE if route is None else route.to,
        )  # fmt: skip
        self.settle_in(stay, ward)
        person.moved.succeed(stay)

    def settle_in(self, stay: Stay, ward: Ward, has_steps: bool = True) -> None:
        """Hold the place from now on, and start the clocks of this stay: steps, early joining, tapering."""
        person = stay.person
        person.stays += 1
        person.stay = stay
        stay.units_now = stay.units
        ward.held += stay.units
        self.records.stays.append(stay)
        if has_steps and stay.route is not None and stay.planned_to != self.plan.died:
            self.steps.require(stay, stay.route, starts_now=False)
            self._join_early_later(stay, stay.route)
        if stay.planned_visit.visit is not None:
            for taper in stay.planned_visit.visit.tapers:
                units = tapered(stay.units, taper.share)
                self.clock.at(
                    stay.admitted + seconds(taper.after_days),
                    lambda units=units: self._taper(stay, ward, units),  # type: ignore[misc]
                )

    def _taper(self, stay: Stay, ward: Ward, units: int) -> None:
        if stay.left == NEVER:
            ward.held += units - stay.units_now
            stay.units_now = units
            self._touch(ward.number)

    # -- the phases of an instant -----------------------------------------------------------------------------------

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
            self._touched
            or self._nowhere
            or self._due_waits
            or self._due_deaths
            or self._newcomers
            or self._look_for_rings
            or self._surge_wards
            or self.steps.teams
            or self.observe is not None
        )

    def _turn_back(self) -> bool:
        """Who would wait where no place will ever be goes the other way, once everything of this instant is gathered."""
        waits, self._nowhere = self._nowhere, []
        for wait in waits:
            self._end_wait(wait, NO_PLACE)
            self._otherwise(wait)
        return bool(waits)

    def _place(self) -> bool:
        """Serve every queue by priority, time joined and rank, until nobody moves; only then may somebody pass."""
        moved = False
        while True:
            while self._touched:
                ward = self.wards[self._touched.pop()]
                if ward.queue and self._serve(ward):
                    moved = True
            if not self._let_one_pass():
                return moved
            moved = True

    def _serve(self, ward: Ward) -> bool:
        """Down the line to the first who does not fit."""
        if ward.planned is not None and not self._is_open(ward.planned.door):
            return False
        counts_units = ward.planned is not None and ward.planned.counts_units
        place, moved = 0, False
        while place < len(ward.queue):
            wait = ward.queue[place]
            if wait.units > ward.free():
                if ward.planned is not None and ward.planned.service.may_pass:
                    self._stopped_lines.add(ward.number)
                break
            if self._may_move(wait):
                del ward.queue[place]
                self._admit(wait)
                moved = True
                place = 0 if counts_units else place  # who was passed over may now no longer fit, and stop the line
            else:
                place += 1
        return moved

    def _let_one_pass(self) -> bool:
        """In the first line in the file whose head does not fit and may be passed, the first who fits moves."""
        for number in sorted(self._stopped_lines):
            ward = self.wards[number]
            for place, wait in enumerate(ward.queue):
                if wait.units <= ward.free() and self._may_move(wait):
                    del ward.queue[place]
                    self._admit(wait)
                    return True
        self._stopped_lines.clear()
        return False

    def _may_move(self, wait: Wait) -> bool:
        return wait.clear != NEVER and self._may_leave(wait)

    def _is_open(self, hours: OpeningHours | None) -> bool:
        if hours is None or hours.is_open(self.clock.now):
            return True
        opening = hours.next_opening(self.clock.now)
        if opening not in self._openings:
            self._openings.add(opening)
            self.clock.at(opening, self._door_opens)
        return False

    def _may_leave(self, wait: Wait) -> bool:
        return wait.stay is None or self._is_open(self.plan.services[wait.stay.service].discharge_hours)

    def _door_opens(self) -> None:
        """A door opened somewhere: look at every queue again."""
        self._touched.update(range(len(self.wards)))
        self._look_for_rings = bool(self._clear_waits)
        self.clock.wake()

    def _exchange(self) -> bool:
        """Nobody else moves: people who each wait for the place the next one holds exchange places, all at once."""
        if not self._look_for_rings:
            return False
        ring = shortest_ring(self.plan.died, self._may_exchange, self.plan.ring_neighbours)
        if not ring:
            self._look_for_rings = False
            return False
        members = [self._first_in_ring(held, to) for held, to in zip(ring, [*ring[1:], ring[0]], strict=True)]
        for wait in members:
            assert wait is not None
            self.wards[wait.to].step_out(wait)
            self._admit(wait, cleans=False)
        return True

    def _may_exchange(self, held: int, to: int) -> bool:
        return self._clear_waits.get((held, to), 0) > 0 and self._first_in_ring(held, to) is not None

    def _first_in_ring(self, held: int, to: int) -> Wait | None:
        if not self._is_open(self.plan.services[to].door):
            return None
        for wait in self.wards[to].queue:
            if wait.stay is not None and wait.stay.service == held and wait.clear != NEVER:
                return wait if self._may_leave(wait) else None
        return None

    def _judge_clocks(self) -> bool:
        """Longest waits and deaths that are due, together: who was placed is placed, and death wins over `otherwise`."""
        deaths, self._due_deaths = self._due_deaths, []
        waits, self._due_waits = self._due_waits, []
        acted = False
        for person, stay in deaths:
            if not person.has_left and person.stay is stay:
                self._die(person)
                acted = True
        for wait in waits:
            if wait.ended == NEVER:
                self.wards[wait.to].step_out(wait)
                self._touch(wait.to)  # in a line of hours they may have stood in the way
                self._end_wait(wait, GAVE_UP)
                self._otherwise(wait)
                acted = True
        return acted

    def _die(self, person: Person) -> None:
        if person.wait is not None:
            self.wards[person.wait.to].step_out(person.wait)
            self._touch(person.wait.to)
            self._end_wait(person.wait, DIED_WAITING)
        if person.stay is not None:
            for work in person.stay.works.values():
                self.steps.drop(work)
        self._leave(person, self.plan.died)

    def _turn_away(self) -> bool:
        """Queues that are too long turn away newcomers of this instant, last in order first."""
        turned: list[Wait] = []
        for number in sorted(self._newcomers):
            ward = self.wards[number]
            assert ward.planned is not None and ward.planned.service.queue_limit is not None
            while len(ward.queue) > ward.planned.service.queue_limit:
                newcomers = [wait for wait in ward.queue if wait.joined == self.clock.now]
                if not newcomers:
                    break
                ward.step_out(newcomers[-1])
                self._touch(number)
                self._end_wait(newcomers[-1], TURNED_AWAY)
                turned.append(newcomers[-1])
        for wait in turned:
            self._otherwise(wait)
        if not turned:
            self._newcomers.clear()
        return bool(turned)

    def _open_surge(self) -> bool:
        """Surge places open when so many wait, and close when few do. Did any open?"""
        opened = False
        for ward in self._surge_wards:
            assert ward.planned is not None and ward.planned.service.surge is not None
            surge = ward.planned.service.surge
            waiting = len(ward.queue)
            if not ward.surge_is_open and waiting >= surge.opens_when_waiting:
                ward.surge_is_open = opened = True
                self._plan_places(ward)
            elif ward.surge_is_open and waiting <= surge.closes_when_waiting:
                ward.surge_is_open = False
                self._plan_places(ward)
        return opened
