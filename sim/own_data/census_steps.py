"""Steps that somebody who waits has still before them: as a list says, or as people have who waited as long in the scenario at rest.

Of a list that does not say, nobody knows who waits for an assessment and who for a place. In a run of the scenario itself that is
known of everybody. So each person takes the steps of somebody who waits there for the same place and has waited about as long.
What may be changed here: with new expected results.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from sim.inputs.scenario import OUTSIDE, SECONDS_PER_DAY, Group, Levels, Scenario, Step
from sim.model.random_numbers import name_key, quantity_key, uniform_of
from sim.model.records import Column, Ledger
from sim.own_data.censuses import Census, Present

DAYS_LOOKED_AT = 28  # midnights of each run at rest at which it is seen who has waited for how long
ALIKE = 10  # people who have waited about as long, one of whom is drawn
STEPS = quantity_key("steps of people in a census")

Names = tuple[str, ...]


def steps_not_told(of: Census, scenario: Scenario) -> int:
    """How many people of a census are ready and wait on a way with steps, and the list does not say which are not done."""
    with_steps = {
        (visit.service, route.to)
        for group in scenario.people
        for visit in group.journey
        for route in visit.routes
        if any(step.share > 0 for step in route.steps)
    }
    return sum(one.steps_left is None and (one.service, one.waiting_for) in with_steps for one in of.people)


class AtRest:
    """Who waits where for what in runs of a scenario at rest: for how long, and which steps are not done."""

    def __init__(self, scenario: Scenario, ledgers: Iterable[Ledger], first: int) -> None:
        found: dict[tuple[str, str], list[tuple[int, Names]]] = {}
        for ledger in ledgers:
            for place, to, waited, left in _waiting(scenario, ledger, first):
                found.setdefault((place, to), []).append((waited, left))
        self._seed = scenario.seed
        self._known = {way: sorted(those) for way, those in found.items()}
        self._waited = {way: np.array([waited for waited, _ in those]) for way, those in self._known.items()}

    def steps_of(self, one: Present, draw: int, number: int) -> Names:
        """The steps that a person has before them, in one draw; none where nobody at rest waits for that."""
        way = one.service, one.waiting_for or ""
        if way not in self._known:
            return ()
        u = uniform_of(self._seed, draw, number, name_key(one.group), name_key(one.service), STEPS, 0)
        those, waited = self._known[way], self._waited[way]
        first, many = 0, len(those)
        if one.waited is not None:
            many = min(ALIKE, len(those))
            middle = int(np.searchsorted(waited, one.waited * SECONDS_PER_DAY))
            first = min(max(0, middle - many // 2), len(those) - many)
        return those[first + int(u * many)][1]


def _waiting(scenario: Scenario, ledger: Ledger, first: int) -> Iterator[tuple[str, str, int, Names]]:
    """Place, destination, seconds waited and steps that are not done, of everybody who is ready at each midnight looked at."""
    stays, steps, names = ledger.stays, ledger.steps, scenario.destinations
    for midnight in range(DAYS_LOOKED_AT):
        at = first + midnight * SECONDS_PER_DAY
        rows = np.flatnonzero((stays["ready"] < at) & (stays["left"] >= at) & (stays["planned_to"] >= 0))
        left = steps_open(scenario, steps, at)
        for row in rows.tolist():
            place, to = names[int(stays["service"][row])], names[int(stays["planned_to"][row])]
            yield place, to, at - int(stays["ready"][row]), left.get(row, ())


def steps_open(scenario: Scenario, steps: Mapping[str, Column], at: int) -> dict[int, Names]:
    """By row of a stay: the steps that have begun and are not over at an instant, in the order of the file."""
    found: dict[int, list[str]] = {}
    going_on = (steps["started"] < at) & (steps["finished"] >= at) & (steps["dropped_at"] >= at)
    for row in np.flatnonzero(going_on).tolist():
        found.setdefault(int(steps["stay"][row]), []).append(scenario.steps[int(steps["step"][row])].name)
    return {stay: tuple(sorted(names)) for stay, names in found.items()}


def steps_left(group: Group, levels: Levels, way: tuple[str, str], begun: Sequence[str]) -> Names:
    """The steps of somebody's way, from one place to another, that are not done: those that have begun, and what comes after them."""
    place, to = way
    visit = group.visit(place, levels, levels) if begun and place != OUTSIDE else None
    steps: Sequence[Step] = next((route.steps for route in visit.then if route.to == to), ()) if visit else ()
    left = {step.name for step in steps} & set(begun)
    for _ in steps:  # a chain is never longer than the way
        left |= {step.name for step in steps if left & set(step.after)}
    return tuple(step.name for step in steps if step.name in left)
