"""What happened to the same person in the other scenario: who left hospital sooner, who later, by how many nights.

People are the same in every scenario: a group's person keeps their number, arrival and random numbers. Compared are the dates on which each
of them left hospital for the first time. Those who went to a service that the baseline does not have are told apart, by where they waited for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.records import ADMITTED, NEVER, NONE, Column
from sim.results.step_functions import is_first
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


def same_people(base: Scenario, other: Scenario, pairs: Sequence[tuple[Departures, Departures]]) -> SamePeople:
    """What became of the same people, by replication pairs of `departures` (baseline first)."""
    counts = np.array([_counted(base, other, *pair) for pair in pairs], dtype=np.float64)
    people, sooner, later, same, nights_sooner, nights_later = counts.mean(axis=0).tolist()
    admitted = tuple(_admitted(base, other, pairs))
    return SamePeople(other.id, base.id, people, sooner, later, same, nights_sooner, nights_later, admitted)


def _admitted(base: Scenario, other: Scenario, pairs: Sequence[tuple[Departures, Departures]]) -> Iterator[Admitted]:
    """Who came to services that the baseline does not have, by service and by where they waited."""
    known, names = set(base.destinations), other.destinations
    found: dict[tuple[int, int], list[NDArray[np.int64]]] = {}
    for before, after in (_people(base, other, *pair) for pair in pairs):
        nights = before[:, LEFT] - after[:, LEFT]
        ways = np.unique(after[:, (TO, WAITED_ON)], axis=0).tolist()
        for to, waited_on in ways:
            if names[to] not in known:
                mine = (after[:, TO] == to) & (after[:, WAITED_ON] == waited_on)
                found.setdefault((to, waited_on), []).append(nights[mine])
    for (to, waited_on), of_each in sorted(found.items()):
        nights = np.concatenate(of_each)
        yield Admitted(names[to], names[waited_on], len(nights) / len(pairs), float(nights.mean()))


def _counted(base: Scenario, other: Scenario, ours: Departures, theirs: Departures) -> tuple[int, ...]:
    """One replication: people and nights, sooner and later."""
    before, after = (rows[:, LEFT] for rows in _people(base, other, ours, theirs))
    nights = after - before
    sooner, later = nights < 0, nights > 0
    return (
        len(nights),
        int(sooner.sum()),
        int(later.sum()),
        int((nights == 0).sum()),
        int(-nights[sooner].sum()),
        int(nights[later].sum()),
    )


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
        _, mine, other = np.intersect1d(ours[key][:, NUMBER], theirs[key][:, NUMBER], return_indices=True)
        before.append(ours[key][mine])
        after.append(theirs[key][other])
    return np.concatenate(before), np.concatenate(after)
