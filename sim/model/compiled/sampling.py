"""A person's random number and the length that it gives, and many at once, as loops that a compiler can read.

NumPy does the same in `random_numbers.py`.

Another number here changes every result of every scenario.
"""

import math

import numpy as np
from numpy.typing import NDArray

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


Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
GROUP, SERVICE, QUANTITY = range(3)


def fill_uniforms(seed: np.uint64, replication: np.uint64, first: int, keys: Keys, into: Floats) -> None:
    """The numbers of people from `first` on; `keys` are those of group, service and quantity (visit included)."""
    group, service, quantity = keys[GROUP], keys[SERVICE], keys[QUANTITY]  # what is read once is worked out once
    for i in range(len(into)):
        into[i] = uniform_of(seed, replication, first + i, group, service, quantity, 0)


def fill_chosen(
    seed: np.uint64,
    replication: np.uint64,
    first: int,
    keys: Keys,
    cumulative: Floats,
    last: Numbers,
    row_of: Numbers,
    profile: Numbers,
    into: Numbers,
) -> None:
    """The alternatives that people from `first` on draw by their profiles; where one is certain, nothing need be drawn."""
    group, service, quantity = keys[GROUP], keys[SERVICE], keys[QUANTITY]
    for i in range(len(into)):
        row = row_of[profile[i]]
        end = into[i] = last[row]
        if end > 0 and cumulative[row, end - 1] > 0.0:
            u, found = uniform_of(seed, replication, first + i, group, service, quantity, 0), 0
            for k in range(end):  # to the end: a processor guesses where it would be left
                found += cumulative[row, k] <= u
            into[i] = found


def fill_points(
    seed: np.uint64, replication: np.uint64, first: int, last: float, end: float, keys: Keys, into: Floats
) -> int:
    """The points of a unit-rate process after `last`, as many as come before `end` and have room; how many there are."""
    fill_uniforms(seed, replication, first, keys, into)  # by themselves they do not wait for a sum
    for i in range(len(into)):
        last -= math.log(1.0 - into[i])
        if last >= end:
            return i
        into[i] = last
    return len(into)


def fill_seconds(points: Floats, expected: Floats, rates: Floats, span: int, into: Numbers) -> None:
    """The seconds of points in rising order, where so many are expected by the start of each span and within it."""
    place = 0
    for i in range(len(points)):
        while expected[place + 1] <= points[i]:
            place += 1
        within = (points[i] - expected[place]) / rates[place]
        into[i] = place * span + min(int(within * span), span - 1)
