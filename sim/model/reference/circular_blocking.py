"""Rings: people who each wait for the place that the next one holds, and could exchange places.

Who waits for what while holding what is counted as people become clear and as waits end, so that no queue is searched
where no ring can be. What may be changed here: with new expected results, and then in every engine.
"""

from collections.abc import Sequence

from sim.model.plan import Plan
from sim.model.records import NEVER
from sim.model.reference.opening_hours import Doors
from sim.model.reference.services import Ward
from sim.model.reference.state import Wait
from sim.model.rules import shortest_ring


class Rings:
    """Counts those who are clear to move; finds the ring that moves next."""

    def __init__(self, plan: Plan, wards: Sequence[Ward], doors: Doors) -> None:
        self._wards, self._doors = wards, doors
        self._services = len(plan.services)
        self._neighbours = plan.ring_neighbours
        self._clear: dict[tuple[int, int], int] = {}  # (held, waited for): how many are clear, where rings can be
        self.may_be = False  # is it worth looking?

    def count(self, held: int, to: int, change: int) -> None:
        """Somebody is clear to move (1), or their wait is over (-1)."""
        if to in self._neighbours[held]:
            pair = (held, to)
            self._clear[pair] = self._clear.get(pair, 0) + change
            self.may_be = True

    def look_again(self) -> None:
        """A door opened somewhere."""
        self.may_be = bool(self._clear)

    def next(self) -> list[Wait]:
        """The waits that end together in the next exchange; none if nobody can exchange places."""
        if not self.may_be:
            return []
        ring = shortest_ring(self._services, self._may_exchange, self._neighbours)
        if not ring:
            self.may_be = False
            return []
        members = [self._first(held, to) for held, to in zip(ring, [*ring[1:], ring[0]], strict=True)]
        return [wait for wait in members if wait is not None]

    def _may_exchange(self, held: int, to: int) -> bool:
        return self._clear.get((held, to), 0) > 0 and self._first(held, to) is not None

    def _first(self, held: int, to: int) -> Wait | None:
        """The first in the queue for one service of those who hold a place in the other, if the hours let them go."""
        if not self._doors.let_in(to):
            return None
        for wait in self._wards[to].queue:
            if wait.held == held and wait.clear != NEVER:
                return wait if self._doors.let_out(wait.stay) else None
        return None
