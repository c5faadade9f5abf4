"""The reference engine: a SimPy model written to be read by a planner. Its results are the law for any other engine.

A person's journey is a story: wait outside, then stay after stay, each place held until the next one is free. Who gets a
free place is decided by the bed manager alone. There is no generator and no counting in here: luck is looked up in the book,
and the ledger is what is written down. What may be changed here: with new expected results.
"""

import gc
from collections.abc import Callable

from sim.inputs.distributions import Distribution
from sim.inputs.scenario import OUTSIDE, CensusEntry
from sim.model import plan as quantities
from sim.model.arriving import People
from sim.model.bed_manager import BedManager
from sim.model.chance import BookOfLuck
from sim.model.clock import Clock, Story
from sim.model.ledger import NEVER, NONE, Ledger
from sim.model.plan import Plan, PlannedVisit
from sim.model.rules import seconds
from sim.model.settling import (
    Luck,
    conditional_seconds,
    declared_ready,
    luck_of,
    route_after,
    stay_distribution,
    units_held,
)
from sim.model.world import Person, Records, Stay, to_ledger


class ReferenceEngine:
    """One replication: people arrive, stay, wait and move on until the end of the run."""

    def __init__(self, plan: Plan, book: BookOfLuck, people: People) -> None:
        self.plan, self.book, self.people = plan, book, people
        self.records = Records()
        self.clock = Clock(plan.until)
        self.beds = BedManager(plan, book, self.clock, self.records)

    def run(self, observe: Callable[[BedManager], None] | None = None) -> Ledger:
        """Run to the end; `observe` is called whenever an instant is over."""
        self.beds.observe = observe
        self.clock.start(self.front_door())
        self.clock.run_to_the_end()
        return to_ledger(self.records, self.plan, self.people)

    def front_door(self) -> Story:
        """People come as the calendar brings them; those of the census are there when the clock starts."""
        coming = []
        for arriving in self.people:
            entry = self.plan.scenario.census[arriving.census_entry] if arriving.census_entry >= 0 else None
            if entry is None or entry.service == OUTSIDE:
                coming.append(arriving)
            else:
                self.clock.start(self.journey_from_census(Person(arriving), entry))
        coming.sort(key=lambda arriving: arriving.arrives)
        for arriving in coming:
            if arriving.arrives > self.clock.now:
                yield self.clock.until(arriving.arrives)
            self.clock.start(self.journey_from_outside(Person(arriving)))

    def journey_from_outside(self, person: Person) -> Story:
        """Somebody waits outside until their first place is free, and goes on from there."""
        stay = yield self.beds.wait_outside(person)
        yield from self.journey(stay)

    def journey_from_census(self, person: Person, entry: CensusEntry) -> Story:
        """Somebody was here when the clock started, and goes on from there."""
        yield from self.journey(self.seat(person, entry))

    def journey(self, stay: Stay | None) -> Story:
        """Needing care, ready, waiting for the next place, moving on; None is the way out of the model."""
        while stay is not None:
            yield self.clock.until(stay.ready_due)
            stay = yield self.beds.declare_ready(stay)

    def seat(self, person: Person, entry: CensusEntry) -> Stay:
        """The stay of somebody who was here when the clock started (rule 16 of the model)."""
        arriving, service = person.arriving, self.plan.services[person.arriving.arrives_at]
        visit = self.plan.groups[arriving.group].visits[service.number]
        luck = luck_of(self.plan, self.book, arriving, service.key, 0)
        admitted, ready, needs_until, route = arriving.arrives, NEVER, NEVER, NONE
        if entry.waiting_for is not None:
            route = visit.route_to(self.plan.numbers[entry.waiting_for])
            ready = needs_until = -_drawn(entry.waited, luck, quantities.WAITED)
            admitted = min(admitted, ready)
        elif visit.visit is not None:
            route = route_after(visit, luck, -admitted)
            ready = needs_until = self._remaining(entry, visit, luck, -admitted, route)
            if visit.routes[route].to != self.plan.died:
                ready = declared_ready(self.plan, service, needs_until, luck)
        person.visits[service.number] = 1
        stay = Stay(
            person, 0, service.number, 0, visit, luck, admitted, ready,
            NEVER if needs_until == NEVER else needs_until - admitted,
            units_held(service, visit, luck),
            route=None if route == NONE else visit.routes[route],
            planned_to=NONE if route == NONE else visit.routes[route].to,
        )  # fmt: skip
        self.beds.settle_in(stay, self.beds.wards[service.number], has_steps=entry.waiting_for is None)
        return stay

    def _remaining(self, entry: CensusEntry, visit: PlannedVisit, luck: Luck, elapsed: int, route: int) -> int:
        """Seconds until ready: as given, or what is left of a need that has lasted so long already."""
        if entry.remaining is not None:
            return _drawn(entry.remaining, luck, quantities.REMAINING)
        return conditional_seconds(stay_distribution(visit, visit.routes[route]), elapsed, luck(quantities.STAY))


def _drawn(distribution: Distribution | None, luck: Luck, quantity: int) -> int:
    return 0 if distribution is None else seconds(distribution.days(luck(quantity)))


def run(plan: Plan, people: People, book: BookOfLuck, observe: Callable[[BedManager], None] | None = None) -> Ledger:
    """One replication by the SimPy model; `observe` is called whenever an instant is over."""
    collects = gc.isenabled()
    gc.disable()  # nothing is thrown away before the end, and looking for it would take a third of the time
    try:
        return ReferenceEngine(plan, book, people).run(observe)
    finally:
        if collects:
            gc.enable()
