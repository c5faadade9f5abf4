"""The bed manager: one rule, in one place, for who gets a free bed when several things happen at the same instant.

When everything due at an instant has been gathered, the phases run in the order in which they stand in `_phases`; after a
phase that moved or released somebody, gathering starts again. An instant is over when no phase has anything left to do.
What may be changed here: with new expected results, and then in every engine.
"""

from collections.abc import Callable

from sim.model.plan import Plan
from sim.model.random_numbers import RandomNumbers
from sim.model.records import DIED_WAITING, GAVE_UP, NEVER, NO_PLACE, NONE, TURNED_AWAY
from sim.model.reference.capacity import Places
from sim.model.reference.circular_blocking import Rings
from sim.model.reference.clock import Clock
from sim.model.reference.opening_hours import Doors
from sim.model.reference.recording import Records
from sim.model.reference.services import Ward
from sim.model.reference.state import Person, Wait
from sim.model.reference.transitions import Moves


class BedManager:
    """Decides who of those who wait moves, and who has waited too long."""

    def __init__(self, plan: Plan, random: RandomNumbers, clock: Clock) -> None:
        self.plan, self.clock = plan, clock
        self.records = Records()
        self.places = Places(plan, clock, self.records)
        self.wards = self.places.wards
        self.doors = Doors(plan, clock, self._door_opens)
        self.rings = Rings(plan, self.wards, self.doors)
        self.moves = Moves(plan, random, clock, self.places, self.rings)
        self.patience, self.steps = self.moves.patience, self.moves.steps
        self.observe: Callable[[BedManager], None] | None = None
        self._stopped_lines: set[int] = set()  # wards whose first in line does not fit and may be passed
        self._looks_always = bool(self.places.surges or self.steps.teams)
        self._phases = (
            self._turn_back,
            self.steps.place,
            self._place,
            self._exchange,
            self._judge_clocks,
            self._turn_away,
            self.places.open_surge,
        )
        clock.last_in_instant = self._finish_instant

    def _door_opens(self) -> None:
        self.places.touch_all()
        self.rings.look_again()

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
            or self.rings.may_be
            or self.moves.nowhere
            or self.places.is_replanned
            or self.moves.newcomers
            or self.patience.are_due()
            or self._looks_always
            or self.observe is not None
        )

    def _turn_back(self) -> bool:
        """Who waits where they will never get a place goes the other way, once everything of this instant is gathered."""
        if self.places.is_replanned:
            waits = [wait for ward in self.wards for wait in ward.queue]
        else:
            waits = [wait for wait in self.moves.nowhere if wait.ended == NEVER]
        self.places.is_replanned = False
        self.moves.nowhere.clear()
        turned = [wait for wait in waits if self._goes_back(wait)]
        for wait in turned:
            self._step_out(wait, NO_PLACE)
        for wait in turned:
            self.moves.otherwise(wait)
        return bool(turned)

    def _goes_back(self, wait: Wait) -> bool:
        """No place for them will ever be, or people are not sent there before it opens; and they have where to go."""
        if wait.stay is not None and not self.moves.has_opened(wait.to):
            return wait.other != NONE
        return self.wards[wait.to].never_fits(wait) and self.moves.may_go_elsewhere(wait)

    def _place(self) -> bool:
        """Serve every queue by priority, time joined and rank, until nobody moves; only then may somebody pass."""
        moved, touched = False, self.places.touched
        while True:
            while touched:
                ward = self.wards[touched.pop()]
                if ward.queue and self._serve(ward):
                    moved = True
            if not (self._stopped_lines and self._let_one_pass()):
                return moved
            moved = True

    def _serve(self, ward: Ward) -> bool:
        """Down the line to the first who does not fit."""
        if not self.doors.let_in(ward.number):
            return False
        queue, place, moved = ward.queue, 0, False
        while place < len(queue):
            wait = queue[place]
            if wait.units > ward.free():
                if ward.may_pass:
                    self._stopped_lines.add(ward.number)
                break
            if self._may_move(wait):
                del queue[place]
                self.moves.admit(wait)
                moved = True
                place = (
                    0 if ward.counts_units else place
                )  # who was passed over may now no longer fit, and stop the line
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
                    self.moves.admit(wait)
                    return True
        self._stopped_lines.clear()
        return False

    def _may_move(self, wait: Wait) -> bool:
        return wait.clear != NEVER and self.doors.let_out(wait.stay)

    def _exchange(self) -> bool:
        """Nobody else moves: people who each wait for the place the next one holds exchange places, all at once."""
        ring = self.rings.next()
        for wait in ring:
            self.wards[wait.to].step_out(wait)
            self.moves.admit(wait, cleans=False)
        return bool(ring)

    def _judge_clocks(self) -> bool:
        """Longest waits and deaths that are due, together: who was placed is placed, and death wins over `otherwise`."""
        if not self.patience.are_due():
            return False
        deaths, waits = self.patience.due()
        acted = False
        for person, stay in deaths:
            if not person.has_left and person.stay is stay:
                self._die(person)
                acted = True
        for wait in waits:
            if wait.ended == NEVER:
                self._step_out(wait, GAVE_UP)
                self.moves.otherwise(wait)
                acted = True
        return acted

    def _die(self, person: Person) -> None:
        if person.wait is not None:
            self._step_out(person.wait, DIED_WAITING)
        if person.stay is not None:
            for work in person.stay.works.values():
                self.steps.drop(work)
        self.moves.leave(person, self.plan.died)

    def _step_out(self, wait: Wait, ending: int) -> None:
        self.wards[wait.to].step_out(wait)
        self.places.touch(wait.to)  # in a line of hours they may have stood in the way
        self.moves.end(wait, ending)

    def _turn_away(self) -> bool:
        """Queues that are too long turn away newcomers of this instant, last in order first."""
        if not self.moves.newcomers:
            return False
        turned: list[Wait] = []
        for number in sorted(self.moves.newcomers):
            ward = self.wards[number]
            assert ward.queue_limit is not None
            while len(ward.queue) > ward.queue_limit:
                newcomers = [
                    wait for wait in ward.queue if wait.joined == self.clock.now and self.moves.may_go_elsewhere(wait)
                ]
                if not newcomers:
                    break
                self._step_out(newcomers[-1], TURNED_AWAY)
                turned.append(newcomers[-1])
        for wait in turned:
            self.moves.otherwise(wait)
        if not turned:
            self.moves.newcomers.clear()
        return bool(turned)
