"""What the sweep over the records is handed: tables as columns, and what the scenario says, in numbers.

The questions in `record_sweep.py` read them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np

from sim.inputs.scenario import Group, Visit
from sim.machine_code import Column, Grid, Mask, MaskGrid
from sim.model.records import NEVER, NONE
from sim.results.measures.arrival_steps import outside
from sim.results.measures.delay_passes import Steps
from sim.results.window import Window

T = TypeVar("T", bound=tuple[Any, ...])


class People(NamedTuple):
    """The columns of people that are looked at."""

    group: Column
    from_census: Column
    arrives: Column
    profile: Column


class Waits(NamedTuple):
    """The columns of waits."""

    person: Column
    wait: Column
    stay: Column
    held: Column
    to: Column
    otherwise: Column
    joined: Column
    clear: Column
    ended: Column
    ending: Column
    profile: Column


class Stays(NamedTuple):
    """The columns of stays that are looked at."""

    person: Column
    stay: Column
    service: Column
    visit: Column
    admitted: Column
    ready: Column
    clear: Column
    left: Column
    to: Column
    planned_to: Column
    need: Column
    found: Column
    after: Column


class Places(NamedTuple):
    """The columns of planned places that are looked at."""

    service: Column
    at: Column


class Records(NamedTuple):
    """The tables of records."""

    people: People
    stays: Stays
    waits: Waits
    steps: Steps
    places: Places


class Rules(NamedTuple):
    """What the scenario says, in numbers; `until` is the second at which the run ended."""

    leads: MaskGrid  # may who waits for a destination come to another? The last row and column stand for NONE
    reviewed: Mask  # by service
    levels: Grid  # by profile and trait, the profiles of all groups one after the other
    first_profile: Column  # by group, and the end of the last
    visit_of: Grid  # by profile and service: the visit of people who are found with it, or NONE
    may_change: MaskGrid  # by visit, and by trait, level before and level after
    most_levels: int
    home: int
    died: int
    out: int
    until: int


class Scratch(NamedTuple):
    """Memory to count in; zeros."""

    of_people: Grid
    moves: Column  # by stay: waits that ended in its move
    of_services: Grid  # the last person seen there, plus 1, and the number of their visit


# of people: in so many places at the end; the wait that let them in, plus 1; which of these:
HERE, LET_IN, GONE = range(3)
NEVER_IN, GONE_UNSEEN, WAS_IN, GONE_FROM_INSIDE = range(4)  # the odd ones have left the model


def tables(window: Window) -> tuple[Records, Rules, Scratch]:
    """The records of a window, what its scenario says, and memory."""
    ledger = window.ledger
    records = Records(
        _columns(People, ledger.people),
        _columns(Stays, ledger.stays),
        _columns(Waits, ledger.waits),
        _columns(Steps, ledger.steps),
        _columns(Places, ledger.places),
    )
    scratch = Scratch(
        np.zeros((3, len(records.people.group)), dtype=np.int64),
        np.zeros(len(records.stays.person), dtype=np.int64),
        np.zeros((2, window.home + 1), dtype=np.int64),
    )
    found = outside(window)
    scratch.of_people[HERE, found.person[found.clear == NEVER]] = 1  # who does not wait yet
    leads, reviewed = window.scenario.once("moves and reviews", lambda: _moves_and_reviews(window))
    rules = Rules(
        leads=leads,
        reviewed=reviewed,
        **_of_levels(_Same(window.scenario.people), window.names, window.home),
        home=window.home,
        died=window.died,
        out=window.out,
        until=ledger.until,
    )
    return records, rules, scratch


def _columns(kind: type[T], table: Mapping[str, Column]) -> T:
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    return kind(*(np.ascontiguousarray(table[name]) for name in names))


def _moves_and_reviews(window: Window) -> tuple[MaskGrid, Mask]:
    """Who may come where, and which services review, as `Rules` says."""
    leads = np.zeros((len(window.names) + 1, len(window.names) + 1), dtype=bool)
    for number, members in enumerate(window.members):
        leads[number, members] = True
    return leads, np.array([service.review is not None for service in window.scenario.services])


class _Same:
    """A key for what is the very same object, where comparing would take longer than the work."""

    def __init__(self, people: tuple[Group, ...]) -> None:
        self.people = people

    def __hash__(self) -> int:
        return id(self.people)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.people is other.people


@lru_cache(maxsize=16)
def _of_levels(same: _Same, names: tuple[str, ...], home: int) -> dict[str, Any]:
    """What traits there are and what may change them."""
    sizes = [len(group.profiles) for group in same.people]
    traits = max(len(group.traits) for group in same.people)
    most = max((len(trait.level_names) for group in same.people for trait in group.traits), default=1)
    levels = np.zeros((sum(sizes), traits), dtype=np.int64)
    visit_of = np.full((sum(sizes), home + 1), NONE, dtype=np.int64)
    may_change = np.zeros((sum(len(group.journey) for group in same.people), traits * most * most), dtype=bool)
    visits = 0
    for group, end in zip(same.people, np.cumsum(sizes).tolist(), strict=True):
        mine = slice(end - len(group.profiles), end)
        _add_levels(group, levels[mine])
        for index, visit in reversed(list(enumerate(group.journey))):  # the first that fits is the one
            visit_of[mine][_fits(group, visit, levels[mine]), names.index(visit.service)] = visits + index
            _add_changes(group, visit, may_change[visits + index].reshape(traits, most, most))
        visits += len(group.journey)
    first_profile = np.cumsum([0, *sizes])
    return {
        "levels": levels, "first_profile": first_profile, "visit_of": visit_of, "may_change": may_change,
        "most_levels": most,
    }  # fmt: skip


def _add_levels(group: Group, levels: Column) -> None:
    """By profile and trait: the number of the level."""
    shape = [len(trait.level_names) for trait in group.traits]
    if shape:
        levels[:, : len(shape)] = np.indices(shape).reshape(len(shape), -1).T


def _level(group: Group, trait: str, level: str) -> tuple[int, int]:
    """The number of a trait in its group, and of a level in the trait."""
    number = next(number for number, one in enumerate(group.traits) if one.name == trait)
    return number, group.traits[number].level_names.index(level)


def _fits(group: Group, visit: Visit, levels: Column) -> Mask:
    """By profile: whether people who are found with it, and whom nothing changed, go by this visit."""
    fits = np.ones(len(levels), dtype=bool)
    for trait, level in (*visit.found, *visit.after):
        number, index = _level(group, trait, level)
        fits &= levels[:, number] == index
    return fits


def _add_changes(group: Group, visit: Visit, may_change: Mask) -> None:
    """By trait, level before and level after: whether the visit, or a delay before it, may change it so."""
    lost = visit.lost_ground.changes if visit.lost_ground is not None else ()
    for one in (*visit.changes, *lost):
        number, before = _level(group, one.trait, one.from_level)
        may_change[number, before, _level(group, one.trait, one.to_level)[1]] |= one.chance > 0
