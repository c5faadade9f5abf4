"""Somebody gets a place: the stay that begins, with all that is settled at that moment (rules 12 and 16 of the model).

What may be changed here: with new expected results, and then in every engine.
"""

from sim.inputs.distributions import Distribution
from sim.inputs.scenario import CensusEntry
from sim.model import plan as quantities
from sim.model.attributes import (
    Draw,
    conditional_seconds,
    declared_ready,
    draws_of,
    needed_days,
    next_route,
    route_after,
    stay_distribution,
    units_held,
)
from sim.model.plan import Plan, PlannedVisit
from sim.model.random_numbers import RandomNumbers
from sim.model.records import NEVER, NONE
from sim.model.reference.state import Person, Stay
from sim.model.rules import seconds


class Admitting:
    """Works out from random numbers what a stay will be like; decides nothing."""

    def __init__(self, plan: Plan, random: RandomNumbers) -> None:
        self._plan, self._random = plan, random

    def units(self, person: Person, service: int) -> int:
        """Minutes a week that somebody will hold in a service that counts hours."""
        planned = self._plan.services[service]
        visit = self._plan.groups[person.arriving.group].visits[service]
        draw = draws_of(self._plan, self._random, person.arriving, planned.key, person.visits.get(service, 0))
        return units_held(planned, visit, draw)

    def stay(self, person: Person, service: int, now: int, units: int, delay: int) -> Stay:
        """The stay of somebody who is admitted now, after so many seconds of delay in the place before."""
        planned, number = self._plan.services[service], person.visits.get(service, 0)
        person.visits[service] = number + 1
        visit = self._plan.groups[person.arriving.group].visits[service].at(now)
        draw = draws_of(self._plan, self._random, person.arriving, planned.key, number)
        if visit.visit is None:
            return Stay(person, person.stays, service, number, visit, draw, now, NEVER, NEVER, units, None, NONE)
        route = visit.routes[next_route(self._plan, visit, draw, delay)]
        need = seconds(needed_days(visit, route, draw, delay))
        ready = now + need
        if route.to != self._plan.died:
            ready = declared_ready(self._plan, planned, ready, draw)
        return Stay(person, person.stays, service, number, visit, draw, now, ready, need, units, route, route.to)

    def stay_from_census(self, person: Person, entry: CensusEntry) -> Stay:
        """The stay of somebody who was here when the clock started."""
        arriving, service = person.arriving, self._plan.services[person.arriving.arrives_at]
        visit = self._plan.groups[arriving.group].visits[service.number]
        draw = draws_of(self._plan, self._random, arriving, service.key, 0)
        admitted, ready, needs_until, route = arriving.arrives, NEVER, NEVER, NONE
        if entry.waiting_for is not None:
            route = visit.route_to(self._plan.numbers[entry.waiting_for])
            ready = needs_until = -_drawn(entry.waited, draw, quantities.WAITED)
            admitted = min(admitted, ready)
        elif visit.visit is not None:
            route = route_after(visit, draw, -admitted)
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
        )  # fmt: skip

    def _remaining(self, entry: CensusEntry, visit: PlannedVisit, draw: Draw, elapsed: int, route: int) -> int:
        """Seconds until ready: as given, or what is left of a need that has lasted so long already."""
        if entry.remaining is not None:
            return _drawn(entry.remaining, draw, quantities.REMAINING)
        return conditional_seconds(stay_distribution(visit, visit.routes[route]), elapsed, draw(quantities.STAY))


def _drawn(distribution: Distribution | None, draw: Draw, quantity: int) -> int:
    return 0 if distribution is None else seconds(distribution.days(draw(quantity)))
