"""Longest waits and death clocks: when they start, and who is due at this instant. The bed manager judges.

What may be changed here: with new expected results, and then in every engine.
"""

from collections.abc import Callable

from sim.inputs.distributions import Distribution
from sim.model import plan as quantities
from sim.model.arriving import Arriving
from sim.model.attributes import Draw, conditional_seconds, draws_of
from sim.model.plan import OUTSIDE_KEY, Plan
from sim.model.random_numbers import RandomNumbers
from sim.model.reference.clock import Clock
from sim.model.reference.state import Person, Stay, Wait
from sim.model.rules import seconds

Death = tuple[Person, Stay | None]  # and the stay in which it was to happen; None: while waiting outside


class Patience:
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
            longest, quantity = group.group.arrival.longest_wait, group.longest_wait
        if longest is None or (wait.stay is None and wait.number > 0):
            return
        draw = self._draws_outside(wait.person.arriving) if wait.stay is None else wait.stay.draw
        opens = self._plan.opens_second[wait.other]  # nobody gives up for what has not opened yet
        due = max(self._end(longest, wait.joined, draw(quantity)), opens)
        self._when_due(due, lambda: self._waits.append(wait))

    def start_delay(self, stay: Stay) -> None:
        """Somebody is ready; from now on they may die while they are delayed."""
        visit = stay.planned_visit.visit
        if visit is not None and visit.dies_while_delayed is not None:
            due = self._end(visit.dies_while_delayed, stay.ready, stay.draw(quantities.DEATH))
            self._when_due(due, lambda: self._deaths.append((stay.person, stay)))

    def start_outside(self, person: Person) -> None:
        """Somebody came; from now on they may die while they wait outside."""
        arriving = person.arriving
        life = self._plan.groups[arriving.group].group.arrival.dies_while_waiting
        if life is not None:
            due = self._end(life, arriving.arrives, self._draws_outside(arriving)(quantities.DEATH))
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
