"""The reference engine: a SimPy model written to be read by a planner. Its results are the law for any other engine.

A person's journey is a story: wait outside, then stay after stay, each place held until the next one is free. Who gets a
free place is decided by the bed manager alone. There is no generator and no counting in here: random numbers are looked up,
and the ledger is what is written down. What may be changed here: with new expected results.
"""

from collections.abc import Callable

from sim.inputs.scenario import OUTSIDE, CensusEntry
from sim.model.arriving import People
from sim.model.plan import Plan
from sim.model.random_numbers import RandomNumbers
from sim.model.records import Ledger
from sim.model.reference.bed_manager import BedManager
from sim.model.reference.clock import Clock, Process
from sim.model.reference.recording import to_ledger
from sim.model.reference.state import Person, Stay


class ReferenceEngine:
    """One replication: people arrive, stay, wait and move on until the end of the run."""

    def __init__(self, plan: Plan, random: RandomNumbers, people: People) -> None:
        self.plan, self.people = plan, people
        self.clock = Clock(plan.until)
        self.beds = BedManager(plan, random, self.clock)
        self.moves = self.beds.moves

    def run(self, observe: Callable[[BedManager], None] | None = None) -> Ledger:
        """Run to the end; `observe` is called whenever an instant is over."""
        self.beds.observe = observe
        self.clock.process(self.front_door())
        self.clock.run_to_the_end()
        return to_ledger(self.beds.records, self.plan, self.people)

    def front_door(self) -> Process:
        """People come as the calendar brings them; those of the census are there when the clock starts."""
        coming = []
        for arriving in self.people:
            entry = self.plan.scenario.census[arriving.census_entry] if arriving.census_entry >= 0 else None
            if entry is None or entry.service == OUTSIDE:
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
            stay = self.seat(person, entry)
        else:
            stay = yield self.moves.wait_outside(person)
        while stay is not None:  # None is the way out of the model
            yield self.clock.until(stay.ready_due)
            stay = yield self.moves.declare_ready(stay)

    def seat(self, person: Person, entry: CensusEntry) -> Stay:
        """The place of somebody who was here when the clock started."""
        stay = self.moves.admitting.stay_from_census(person, entry)
        self.moves.settle_in(stay, has_steps=entry.waiting_for is None)
        return stay


def run(
    plan: Plan, people: People, random: RandomNumbers, observe: Callable[[BedManager], None] | None = None
) -> Ledger:
    """One replication by the SimPy model; `observe` is called whenever an instant is over."""
    return ReferenceEngine(plan, random, people).run(observe)
