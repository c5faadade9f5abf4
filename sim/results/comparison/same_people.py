"""What happened to the same person in the other scenario: who left hospital sooner, who later, by how many nights.

People are the same in every scenario: a group's person keeps their number, arrival and random numbers. Compared are the dates on which each
of them left hospital for the first time. Those who went to a service that the baseline does not have are told apart, by where they waited for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.records import ADMITTED, NEVER, NONE, Column
from sim.results.step_functions import is_first
from sim.results.wait_passes import PASSES, People, Places, Queues
from sim.results.window import Window

Departures = NDArray[np.int64]  # one row a person, in the columns below
GROUP, FROM_CENSUS, NUMBER = range(3)
# The day on which they first left hospital (or STILL_THERE), for which destination, and where they waited for it.
LEFT, TO, WAITED_ON = range(3, 6)
STILL_THERE = -1


@dataclass(frozen=True, slots=True)
class SamePeople:
    """Means over replications, in the measured window: people, and nights between the two dates of leaving."""

    scenario: str
    baseline: str
    people: float
    left_sooner: float
    left_later: float
    left_same_date: float
    nights_sooner: float
    nights_later: float
    admitted: tuple["Admitted", ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """Those who left hospital for a service that only this scenario has, from one waiting list: means over replications.

    `nights_sooner` is how many nights each of them left hospital before they did in the baseline, on average.
    """

    service: str
    waited_on: str
    people: float
    nights_sooner: float


def departures(window: Window) -> Departures:
    """When each person who was ever in a hospital left it for the first time; rows by group, census and number."""
    stays, people = window.ledger.stays, window.ledger.people
    passes = window.passes(PASSES)
    if passes is not None:
        tables = [
            kind(*(table[name] for name in kind._fields))
            for kind, table in ((People, people), (Places, stays), (Queues, window.ledger.waits))
        ]
        found = np.empty((len(people["group"]), 6), dtype=np.int64)
        return found[: passes.departures(found, *tables, window.is_acute)]
    rows = np.flatnonzero(window.is_acute[stays["service"]])
    rows = rows[is_first(stays["person"][rows])]
    person = stays["person"][rows]
    who: list[Column] = [people["group"][person], people["from_census"][person], people["number"][person]]
    left = np.where(stays["left"][rows] < NEVER, stays["left"][rows] // SECONDS_PER_DAY, STILL_THERE)
    return np.stack([*who, left, stays["to"][rows], _waited_on(window)[rows]], axis=1)


def _waited_on(window: Window) -> Column:
    """By stay: the service or waiting list in whose queue a person was for the place that they left for."""
    waits = window.ledger.waits
    found = np.full(len(window.ledger.stays["to"]), NONE, dtype=np.int64)
    inside = (waits["ending"] == ADMITTED) & (waits["stay"] != NONE)
    found[waits["stay"][inside]] = waits["to"][inside]
    return found


class Following:
    """Follows the same people through a scenario and its baseline, replication by replication."""

    def __init__(self, base: Scenario, other: Scenario) -> None:
        self._base, self._other, self._replications = base, other, 0
        self._sums = np.zeros(6, dtype=np.int64)  # people, and nights, as in SamePeople
        self._came: dict[
            tuple[int, int], NDArray[np.int64]
        ] = {}  # people and nights, by where to and where they waited
        known = set(base.destinations)
        self._is_new = np.array([name not in known for name in other.destinations])

    def add(self, ours: Departures, theirs: Departures) -> None:
        """One replication of both: `departures` of the baseline and of the scenario."""
        before, after = _people(self._base, self._other, ours, theirs)
        nights = after[:, LEFT] - before[:, LEFT]
        self._replications += 1
        self._sums += _counted(nights)
        new = self._is_new[after[:, TO]]
        for to, waited_on in np.unique(after[new][:, (TO, WAITED_ON)], axis=0).tolist():
            mine = (after[:, TO] == to) & (after[:, WAITED_ON] == waited_on)
            both = np.array([mine.sum(), -nights[mine].sum()])
            self._came[to, waited_on] = self._came.get((to, waited_on), np.zeros(2, dtype=np.int64)) + both

    def found(self) -> SamePeople:
        """Means over the replications."""
        people, sooner, later, same, nights_sooner, nights_later = (self._sums / self._replications).tolist()
        came = tuple(self._admitted())
        ids = self._other.id, self._base.id
        return SamePeople(*ids, people, sooner, later, same, nights_sooner, nights_later, came)

    def _admitted(self) -> Iterator[Admitted]:
        """Who came to services that the baseline does not have, by service and by where they waited."""
        names = self._other.destinations
        for (to, waited_on), both in sorted(self._came.items()):
            people, nights = both.tolist()
            yield Admitted(names[to], names[waited_on], people / self._replications, nights / people)


def _counted(nights: NDArray[np.int64]) -> NDArray[np.int64]:
    """People, those who left sooner, later, on the same date, and the nights sooner and later."""
    sooner, later = nights < 0, nights > 0
    same = len(nights) - sooner.sum() - later.sum()
    return np.array([len(nights), sooner.sum(), later.sum(), same, -nights[sooner].sum(), nights[later].sum()])


def _people(base: Scenario, other: Scenario, ours: Departures, theirs: Departures) -> tuple[Departures, Departures]:
    """The rows of those who left in the window in either scenario, and at some time in both."""
    first, end = (second // SECONDS_PER_DAY for second in base.calendar.window)
    before, after = _matched(_by_name(base, ours), _by_name(other, theirs))
    left = before[:, LEFT], after[:, LEFT]
    measured = (left[0] != STILL_THERE) & (left[1] != STILL_THERE)
    measured &= ((left[0] >= first) & (left[0] < end)) | ((left[1] >= first) & (left[1] < end))
    return before[measured], after[measured]


def _by_name(scenario: Scenario, rows: Departures) -> dict[tuple[str, int], Departures]:
    """Return the rows of each group by name and census; files may list the groups in different orders."""
    found = {}
    for number, group in enumerate(scenario.people):
        for from_census in (0, 1):
            mine = rows[(rows[:, GROUP] == number) & (rows[:, FROM_CENSUS] == from_census)]
            if len(mine):
                found[group.name, from_census] = mine
    return found


def _matched(
    ours: dict[tuple[str, int], Departures], theirs: dict[tuple[str, int], Departures]
) -> tuple[Departures, Departures]:
    """The rows of those who were in hospital in both scenarios, person beside person."""
    nobody = np.zeros((0, WAITED_ON + 1), dtype=np.int64)
    before, after = [nobody], [nobody]
    for key in ours.keys() & theirs.keys():
        _, mine, other = np.intersect1d(
            ours[key][:, NUMBER], theirs[key][:, NUMBER], assume_unique=True, return_indices=True
        )
        before.append(ours[key][mine])
        after.append(theirs[key][other])
    return np.concatenate(before), np.concatenate(after)
