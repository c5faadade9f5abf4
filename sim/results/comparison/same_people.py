"""What happened to the same person in the other scenario: who left hospital sooner, who later, by how many nights.

People are the same in every scenario: a group's person keeps their number, arrival and random numbers. Compared are the dates on which each
of them left hospital for the first time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.records import NEVER, Column
from sim.results.step_functions import is_first
from sim.results.window import Window

Departures = NDArray[
    np.int64
]  # one row a person: group, from_census, number, second of leaving hospital first (or NEVER)


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


def departures(window: Window) -> Departures:
    """When each person who was ever in a hospital left it for the first time; rows by group, census and number."""
    stays, people = window.ledger.stays, window.ledger.people
    rows = np.flatnonzero(window.is_acute[stays["service"]])
    rows = rows[is_first(stays["person"][rows])]
    person = stays["person"][rows]
    columns: list[Column] = [people["group"][person], people["from_census"][person], people["number"][person]]
    return np.stack([*columns, stays["left"][rows]], axis=1)


def same_people(base: Scenario, other: Scenario, pairs: Sequence[tuple[Departures, Departures]]) -> SamePeople:
    """What became of the same people, by replication pairs of `departures` (baseline first)."""
    counts = np.array([_counted(base, other, *pair) for pair in pairs], dtype=np.float64)
    people, sooner, later, same, nights_sooner, nights_later = counts.mean(axis=0).tolist()
    return SamePeople(other.id, base.id, people, sooner, later, same, nights_sooner, nights_later)


def _counted(base: Scenario, other: Scenario, ours: Departures, theirs: Departures) -> tuple[int, ...]:
    """One replication: people who left in the window in either scenario and at some time in both."""
    first, end = base.calendar.window
    before, after = _matched(_by_name(base, ours), _by_name(other, theirs))
    measured = (before < NEVER) & (after < NEVER)
    measured &= ((before >= first) & (before < end)) | ((after >= first) & (after < end))
    nights = after[measured] // SECONDS_PER_DAY - before[measured] // SECONDS_PER_DAY
    sooner, later = nights < 0, nights > 0
    return (
        len(nights),
        int(sooner.sum()),
        int(later.sum()),
        int((nights == 0).sum()),
        int(-nights[sooner].sum()),
        int(nights[later].sum()),
    )


def _by_name(scenario: Scenario, rows: Departures) -> dict[tuple[str, int], Departures]:
    """Return the rows of each group by name and census; files may list the groups in different orders."""
    found = {}
    for number, group in enumerate(scenario.people):
        for from_census in (0, 1):
            mine = rows[(rows[:, 0] == number) & (rows[:, 1] == from_census)]
            if len(mine):
                found[group.name, from_census] = mine
    return found


def _matched(
    ours: dict[tuple[str, int], Departures], theirs: dict[tuple[str, int], Departures]
) -> tuple[Column, Column]:
    """When those who were in hospital in both scenarios left it in each."""
    before, after = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for key in ours.keys() & theirs.keys():
        _, mine, other = np.intersect1d(ours[key][:, 2], theirs[key][:, 2], return_indices=True)
        before.append(ours[key][mine, 3])
        after.append(theirs[key][other, 3])
    return np.concatenate(before), np.concatenate(after)
