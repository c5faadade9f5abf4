"""Chance and lengths of time, for the fast engine: a random number, and what a length gives at it.

Plain Python that a compiler can read; see `numba_setup.py`. A change here needs the same change in the reference engine,
and moves results.
"""

import numpy as np

from sim.inputs.distributions import TABLE, closed_form, quantile, share_within
from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.engine_state import REPLICATION, SEED, EngineState
from sim.model.random_numbers import uniform_of
from sim.model.rules import SECONDS_PER_DAY, late_number, seconds, still_to_come


def uniform(state: EngineState, person: int, service_key: np.uint64, visit: int, quantity: np.uint64) -> float:
    """A random number of this person's, between 0 and 1."""
    keys, persons = state.keys, state.persons
    key = keys[persons[person].key_row]
    return uniform_of(keys[SEED], keys[REPLICATION], persons[person].number, key, service_key, quantity, visit)


def drawn(plan: PlanArrays, length: int, u: float) -> float:
    """Days of a length at a uniform number."""
    lengths, tables = plan.lengths, plan.tables
    code = lengths[length].code
    a, b, c = lengths[length].a, lengths[length].b, lengths[length].c
    if code < TABLE:
        return closed_form(code, a, b, c, u)
    table = tables[lengths[length].table_from : lengths[length].table_to]
    return quantile(code, a, b, c, table, tables[lengths[length].table_to :], u)


def within(plan: PlanArrays, length: int, days: float) -> float:
    """The share of lengths that are over after so many days."""
    lengths, tables = plan.lengths, plan.tables
    code = lengths[length].code
    a, b, c = lengths[length].a, lengths[length].b, lengths[length].c
    table = tables[lengths[length].table_from : lengths[length].table_to]
    return share_within(code, a, b, c, table, tables[lengths[length].table_to :], days)


def conditional_seconds(plan: PlanArrays, length: int, elapsed: int, u: float) -> int:
    """Seconds still to come of a length that has already lasted so many."""
    days = elapsed / SECONDS_PER_DAY
    still = late_number(within(plan, length, days), u)
    return seconds(still_to_come(drawn(plan, length, still), days))


def due_after(plan: PlanArrays, length: int, since: int, now: int, u: float) -> int:
    """When a length that began then is over, for somebody who is known to have come as far as now."""
    if since < now:
        return now + conditional_seconds(plan, length, now - since, u)
    return now + seconds(drawn(plan, length, u))
