"""Doors and discharge hours: who may go in, who may go out at this instant, and when to look again.

What may be changed here: with new expected results, and then in every engine.
"""

from collections.abc import Callable

from sim.inputs.timetable import OpeningHours
from sim.model.plan import Plan
from sim.model.reference.clock import Clock
from sim.model.reference.state import Stay


class Doors:
    """The doors of every service; `opens` is called at each opening that somebody was told to wait for."""

    def __init__(self, plan: Plan, clock: Clock, opens: Callable[[], None]) -> None:
        self._clock, self._opens = clock, opens
        always_open = [None] * (len(plan.numbers) - len(plan.services))  # died and out
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
