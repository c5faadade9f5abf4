"""Levels of traits that a census does not give: drawn on condition of where somebody is, since when, and what they wait for.

People with long stays are a larger part of those who are there than of those who come, and the longer somebody has been there,
the larger. So a profile counts by its share among those who come, times the share of them who are sent here, times the share
of those who would still be here. What may be changed here: with new expected results.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import OUTSIDE, CensusEntry, Group, Levels, Scenario, Visit
from sim.model.random_numbers import name_key, quantity_key, uniform_of
from sim.own_data.census_steps import AtRest, steps_left
from sim.own_data.censuses import Census, Present

Floats = NDArray[np.float64]

DRAWS = 10  # sets of levels, over which the replications are spread
LEVELS = quantity_key("levels at a census of people")


def has_levels_to_draw(scenario: Scenario, of: Census) -> bool:
    """Whether anybody in a census has traits of which not every level is given."""
    traits = {group.name: len(group.traits) for group in scenario.people}
    return any(len(one.levels) < traits[one.group] for one in of.people)


def entries_of(scenario: Scenario, of: Census, draw: int = 0, rest: AtRest | None = None) -> tuple[CensusEntry, ...]:
    """The people of a starting census, every level and step given or drawn; alike ones in one entry. Each draw is another one.

    Without a scenario at rest, steps that a list does not tell count as done.
    """
    groups = {group.name: group for group in scenario.people}
    known: dict[tuple[str, str, str | None, Levels], _Candidates] = {}
    found: Counter[tuple[Present, Levels, tuple[str, ...]]] = Counter()
    for number, one in enumerate(of.people):
        group, levels = groups[one.group], one.levels
        if len(levels) < len(group.traits) and one.service != OUTSIDE:
            asked = one.group, one.service, one.waiting_for, one.levels
            if asked not in known:
                known[asked] = _Candidates(scenario, group, one)
            u = uniform_of(scenario.seed, draw, number, name_key(one.group), name_key(one.service), LEVELS, 0)
            levels = known[asked].chosen(one.days, u)
        begun = one.steps_left
        if begun is None:
            begun = rest.steps_of(one, draw, number) if rest and one.waiting_for else ()
        left = steps_left(group, levels, (one.service, one.waiting_for or ""), begun)
        found[one, levels, left] += 1
    return tuple(one.entry(count, levels, left) for (one, levels, left), count in found.items())


class _Candidates:
    """The profiles that somebody in one place, bound for one place, may have, and how much each counts."""

    def __init__(self, scenario: Scenario, group: Group, one: Present) -> None:
        self._is_ready = one.waiting_for is not None
        pairs = zip(group.profiles, group.shares_of_profiles, strict=True)
        every = [(levels, share) for levels, share in pairs if set(one.levels) <= set(levels)]
        every = [pair for pair in every if pair[1] > 0] or [(levels, 1.0) for levels, _ in every]
        visits = [group.visit(one.service, levels, levels) for levels, _ in every]
        shares = np.array([share for _, share in every])
        able = np.array([_bound(visit, one.waiting_for) for visit in visits])
        sent = np.array([_sent(scenario, group, one.service, levels) for levels, _ in every])
        ways = (
            shares * able * sent,
            shares * able,
            shares * (able > 0),
            shares * [_may(v, one.waiting_for) for v in visits],
        )
        self._weights = next((one for one in ways if one.sum() > 0), shares)
        self._levels = [levels for levels, _ in every]
        self._visits: list[Visit | None] = []
        numbers: dict[int, int] = {}
        for visit in visits:
            if id(visit) not in numbers:
                numbers[id(visit)] = len(self._visits)
                self._visits.append(visit)
        self._visit_of = np.array([numbers[id(visit)] for visit in visits])

    def chosen(self, days: float, u: float) -> Levels:
        """The profile of somebody who has been here for so many days."""
        weights = self._weights
        if not self._is_ready:
            staying = np.array([_still_here(visit, days) for visit in self._visits])
            conditional = weights * staying[self._visit_of]
            weights = conditional if conditional.sum() > 0 else weights
        upto = np.cumsum(weights)
        return self._levels[int(np.searchsorted(upto, u * upto[-1], side="right"))]


def _bound(visit: Visit | None, to: str | None) -> float:
    """The share of a visit's people who go there; of those who are not ready yet, all."""
    if visit is None or to is None:
        return float(visit is not None)
    return sum(route.share for route in visit.then if route.to == to)


def _may(visit: Visit | None, to: str | None) -> bool:
    return visit is not None and any(to in (None, route.to) for route in visit.then)


def _sent(scenario: Scenario, group: Group, service: str, levels: Levels) -> float:
    """The share of people with these levels who come to a service at once, or straight from where they arrive."""
    starts = [place for name, _ in group.arrives_at for place in scenario.members(name)]
    if service in starts:
        return 1.0
    before: Sequence[Visit | None] = [group.visit(name, levels, levels) for name in starts]
    routes = [route for visit in before if visit is not None for route in visit.then]
    return sum(route.share for route in routes if service in scenario.members(route.to))


def _still_here(visit: Visit | None, days: float) -> float:
    """The share of a visit's people who still need it after so many days."""
    if visit is None:
        return 1.0
    share = 0.0
    for route in visit.then:
        stay = route.stay or visit.stay
        share += route.share * (1.0 if stay is None else 1.0 - stay.share_within(days))
    return share
