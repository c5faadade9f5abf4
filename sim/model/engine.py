"""The engine contract: a scenario and the number of a replication in, a ledger out.

Whatever walks the people through the services, the same scenario, seed and replication give the same ledger to the last bit.
"""

from functools import lru_cache

from sim.inputs.scenario import Scenario
from sim.model import reference
from sim.model.chance import BookOfLuck
from sim.model.ledger import Ledger
from sim.model.observing import Observer
from sim.model.people import people_of
from sim.model.plan import Plan

ENGINE = "reference"  # the SimPy model


@lru_cache(maxsize=8)
def _plan(scenario: Scenario) -> Plan:
    return Plan(scenario)


def run(scenario: Scenario, replication: int) -> Ledger:
    """One replication (counted from 0): its people, walked through the scenario's services to the end of the run."""
    plan = _plan(scenario)
    book = BookOfLuck(scenario.seed, replication)
    return reference.run(plan, people_of(plan, book), book)


def run_observed(scenario: Scenario, replication: int) -> Ledger:
    """The same by the reference engine, with every identity tested on every event; slower, and the same ledger."""
    plan = _plan(scenario)
    book = BookOfLuck(scenario.seed, replication)
    people = people_of(plan, book)
    return reference.run(plan, people, book, Observer(plan, people))
