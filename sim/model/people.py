"""Who comes, when, with which number: one replication's people, fixed before the clock starts.

Person k of a group is the k-th point of that group's unit-rate process, mapped through the calendar's intensity: a busier
calendar brings the same people sooner, and nobody else. People who are prevented keep their number, so that the others stay
the same people at the same time.

What may be changed here: with new expected results.
"""

import math

import numpy as np

from sim.inputs.timetable import arrival_rates
from sim.model import plan as quantities
from sim.model.arriving import Arriving
from sim.model.chance import BookOfLuck
from sim.model.ledger import OUTSIDE
from sim.model.plan import OUTSIDE_KEY, Plan, PlannedGroup
from sim.model.rules import SECONDS_PER_DAY, chosen, seconds


def people_of(plan: Plan, book: BookOfLuck) -> list[Arriving]:
    """Everybody of one replication by rank: census people first, then the groups in file order, each by number."""
    people: list[Arriving] = []
    _add_census(plan, book, people)
    for number, group in enumerate(plan.groups):
        for k, arrives in enumerate(arrival_seconds(plan, group, book)):
            if _is_prevented(group, k, book):
                continue
            place = 0
            if len(group.arrives_at) > 1:
                u = book.number(group.key, k, OUTSIDE_KEY, 0, quantities.ARRIVES_AT)
                place = chosen(group.arrives_at_cumulative, u)
            people.append(Arriving(len(people), number, k, -1, arrives, group.arrives_at[place]))
    return people


def arrival_seconds(plan: Plan, group: PlannedGroup, book: BookOfLuck) -> list[int]:
    """The arrival second of every person of a group who comes before the end of the run, in order."""
    if group.group.arrivals is not None:
        return sorted(second for second in group.group.arrivals if second < plan.until)
    rates = np.array(arrival_rates(plan.scenario.calendar, group.group))
    expected = np.concatenate(([0.0], np.cumsum(rates)))  # people expected by each midnight
    points = _unit_rate_points(group, book, float(expected[-1]))
    days = np.searchsorted(expected, points, side="right") - 1
    within = (points - expected[days]) / rates[days]
    at = days * SECONDS_PER_DAY + np.minimum((within * SECONDS_PER_DAY).astype(np.int64), SECONDS_PER_DAY - 1)
    arrivals: list[int] = at.tolist()
    return arrivals


def _unit_rate_points(
    group: PlannedGroup, book: BookOfLuck, end: float
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """The points of the group's unit-rate Poisson process below `end`."""
    points: list[float] = []
    last, block = 0.0, 4096
    while last < end:
        for u in book.numbers(group.key, len(points), block, OUTSIDE_KEY, 0, quantities.ARRIVAL_GAP):
            last -= math.log1p(-u)
            points.append(last)
    found = np.array(points)
    return found[found < end]


def _is_prevented(group: PlannedGroup, number: int, book: BookOfLuck) -> bool:
    share = group.group.prevented_share
    return share > 0 and book.number(group.key, number, OUTSIDE_KEY, 0, quantities.PREVENTED) < share


def _add_census(plan: Plan, book: BookOfLuck, people: list[Arriving]) -> None:
    counted = [0] * len(plan.groups)
    names = [group.group.name for group in plan.groups]
    for place, entry in enumerate(plan.scenario.census):
        group = names.index(entry.group)
        service = plan.numbers.get(entry.service, OUTSIDE)
        key = plan.groups[group].census_key
        held = OUTSIDE_KEY if service == OUTSIDE else plan.services[service].key
        for _ in range(entry.count):
            number = counted[group]
            counted[group] += 1
            elapsed = 0
            if entry.elapsed is not None:
                elapsed = seconds(entry.elapsed.days(book.number(key, number, held, 0, quantities.ELAPSED)))
            goes_to = plan.numbers[entry.waiting_for or entry.service]
            people.append(
                Arriving(len(people), group, number, place, -elapsed, goes_to if service == OUTSIDE else service)
            )
