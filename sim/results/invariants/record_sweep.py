"""Does every row of the records keep the invariants of `records.py`? One sweep over the tables, for a compiler.

The answer is yes, or *ask*: whatever is out of the ordinary is left to the plain version in `records.py`, which says what is wrong,
if anything is. What is asked here may be stricter than there, never less strict. Records with the number of a row, a service or a
level that there is not do not come here.

Stays come first, then waits, then steps and planned places.

Change it together with `records.py`: tests run both on every planted fault.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np

from sim.inputs.scenario import Group, Visit
from sim.machine_code import Column, Grid, Mask, MaskGrid, Passes
from sim.model.records import ADMITTED, DIED_WAITING, GAVE_UP, NEVER, NO_PLACE, NONE, OUTSIDE, TURNED_AWAY, WAITING
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


# -- stays, for the compiler -------------------------------------------------------------------------------------------


def stays_hold(records: Records, rules: Rules, scratch: Scratch) -> bool:
    """Stays in order of time, each where and when the one before ended."""
    for i in range(len(records.stays.person)):
        if not (
            stay_follows_on(records.stays, rules, i)
            and times_of_stay_hold(records.stays, rules, i)
            and visits_are_numbered(records.stays, scratch, i)
            and levels_are_found(records, i)
            and levels_may_change(records, rules, i)
        ):
            return False
        note_stay(records.stays, rules, scratch, i)
    return True


def stay_follows_on(stays: Stays, rules: Rules, i: int) -> bool:
    """Where the one before of the same person moved to, in that instant; the first of a person after one that did not move."""
    if i > 0 and stays.person[i] == stays.person[i - 1]:
        came = stays.admitted[i] == stays.left[i - 1] and stays.service[i] == stays.to[i - 1]
        return came and stays.stay[i] == stays.stay[i - 1] + 1
    before_moved = i > 0 and 0 <= stays.to[i - 1] <= rules.home
    moves_nowhere = i == len(stays.person) - 1 and 0 <= stays.to[i] <= rules.home
    is_next = i == 0 or stays.person[i] > stays.person[i - 1]
    return stays.stay[i] == 0 and is_next and not before_moved and not moves_nowhere


def times_of_stay_hold(stays: Stays, rules: Rules, i: int) -> bool:
    """In order; anybody who is ready has somewhere to go; needed time runs once."""
    admitted, ready, left, to = stays.admitted[i], stays.ready[i], stays.left[i], stays.to[i]
    in_order = admitted <= ready <= stays.clear[i] and ready <= left
    in_order = in_order and (stays.clear[i] <= left or to == rules.died) and (left == NEVER) == (to == NONE)
    knows_where = ready == NEVER or stays.planned_to[i] != NONE
    over = admitted + stays.need[i] if ready < NEVER and stays.need[i] < NEVER else ready
    return in_order and knows_where and (ready == over or (rules.reviewed[stays.service[i]] and ready > over))


def visits_are_numbered(stays: Stays, scratch: Scratch, i: int) -> bool:
    """The stays of one person in one place are numbered from 0."""
    person, service, visit = stays.person[i], stays.service[i], stays.visit[i]
    was_here = scratch.of_services[0, service] == person + 1
    expected = scratch.of_services[1, service] + 1 if was_here else 0
    scratch.of_services[0, service], scratch.of_services[1, service] = person + 1, visit
    return visit == expected


def levels_are_found(records: Records, i: int) -> bool:
    """The levels found are those after the stay before."""
    stays = records.stays
    if i > 0 and stays.person[i] == stays.person[i - 1]:
        return stays.found[i] == stays.after[i - 1]
    return stays.found[i] == records.people.profile[stays.person[i]]


def levels_may_change(records: Records, rules: Rules, i: int) -> bool:
    """Levels change only as a stay, or a delay before it, may change them."""
    stays = records.stays
    if stays.found[i] == stays.after[i]:
        return True
    first = rules.first_profile[records.people.group[stays.person[i]]]
    found, after = first + stays.found[i], first + stays.after[i]
    visit = rules.visit_of[found, stays.service[i]]
    if visit == NONE:
        return False
    for trait in range(rules.levels.shape[1]):
        one, other = rules.levels[found, trait], rules.levels[after, trait]
        if one != other and not rules.may_change[visit, (trait * rules.most_levels + one) * rules.most_levels + other]:
            return False
    return True


def note_stay(stays: Stays, rules: Rules, scratch: Scratch, i: int) -> None:
    """That the person was in, and whether they are still here or have gone."""
    person = stays.person[i]
    scratch.of_people[HERE, person] += stays.left[i] == NEVER
    scratch.of_people[GONE, person] = max(scratch.of_people[GONE, person], WAS_IN)
    if stays.to[i] >= rules.died:
        scratch.of_people[GONE, person] = GONE_FROM_INSIDE if stays.left[i] < NEVER else WAS_IN


# -- waits, and moves, which are their ends ----------------------------------------------------------------------------


def waits_hold(records: Records, rules: Rules, scratch: Scratch) -> bool:
    """Waits in order of time, which agree with the stays they are about; who does not get in goes on at once."""
    for i in range(len(records.waits.person)):
        if not (
            wait_follows_on(records.waits, i)
            and times_of_wait_hold(records.waits, i)
            and failed_wait_leads_on(records.waits, rules, i)
            and wait_matches_stay(records, rules, i)
        ):
            return False
        note_wait(records.waits, rules, scratch, i)
    return True


def wait_follows_on(waits: Waits, i: int) -> bool:
    """One wait at a time, numbered from 0."""
    if i > 0 and waits.person[i] == waits.person[i - 1]:
        return waits.wait[i] == waits.wait[i - 1] + 1 and waits.joined[i] >= waits.ended[i - 1]
    return waits.wait[i] == 0 and (i == 0 or waits.person[i] > waits.person[i - 1])


def times_of_wait_hold(waits: Waits, i: int) -> bool:
    """In order, and the end is reported where there was one."""
    joined, clear, ended, ending = waits.joined[i], waits.clear[i], waits.ended[i], waits.ending[i]
    in_order = joined <= ended and joined <= clear and (ended == NEVER) == (ending == WAITING)
    return in_order and (clear <= ended or (clear == NEVER and ending != ADMITTED))


def is_failed(ending: int) -> bool:
    """Whether a wait ended alive and without a place."""
    return ending in (GAVE_UP, TURNED_AWAY, NO_PLACE)


def failed_wait_leads_on(waits: Waits, rules: Rules, i: int) -> bool:
    """To the queue of `otherwise` at once, or out of the model from outside."""
    if not is_failed(waits.ending[i]):
        return True
    if i + 1 < len(waits.person) and waits.person[i + 1] == waits.person[i] and waits.stay[i + 1] == waits.stay[i]:
        return waits.joined[i + 1] == waits.ended[i] and waits.to[i + 1] == waits.otherwise[i]
    return waits.held[i] == OUTSIDE and waits.otherwise[i] == rules.out


def wait_matches_stay(records: Records, rules: Rules, i: int) -> bool:
    """The same person, place, levels and end as the stay it is about; levels with which they came, where it is outside."""
    waits, stays = records.waits, records.stays
    stay, ended, ending = waits.stay[i], waits.ended[i], waits.ending[i]
    if stay == NONE:
        return waits.held[i] == OUTSIDE and waits.profile[i] == records.people.profile[waits.person[i]]
    left, to = stays.left[stay], stays.to[stay]
    matches = stays.person[stay] == waits.person[i] and stays.service[stay] == waits.held[i]
    matches = matches and waits.held[i] != OUTSIDE and waits.profile[i] == stays.after[stay]
    matches = matches and waits.joined[i] >= stays.admitted[stay] and ended <= left
    if ending == WAITING:
        return matches and left == NEVER
    if ending == ADMITTED:
        return matches and ended == left and rules.leads[waits.to[i], to]
    return matches and (ending != DIED_WAITING or (ended == left and to == rules.died))


def note_wait(waits: Waits, rules: Rules, scratch: Scratch, i: int) -> None:
    """What stays and people are asked afterwards."""
    person, stay, to, ended = waits.person[i], waits.stay[i], waits.to[i], waits.ended[i]
    if stay != NONE:
        scratch.moves[stay] += waits.ending[i] == ADMITTED
        return
    if waits.ending[i] == ADMITTED and (to <= rules.home or to > rules.out):
        scratch.of_people[LET_IN, person] = i + 1
    scratch.of_people[HERE, person] += ended == NEVER
    if scratch.of_people[GONE, person] < WAS_IN:
        scratch.of_people[GONE, person] = GONE_UNSEEN if ended < NEVER else NEVER_IN


def moves_hold(records: Records, rules: Rules, scratch: Scratch) -> bool:
    """Every move is the end of exactly one wait."""
    stays = records.stays
    for i in range(len(stays.person)):
        moved = stays.to[i] != NONE and stays.to[i] != rules.died
        if scratch.moves[i] != moved or (stays.stay[i] == 0 and not is_let_in(records, rules, scratch, i)):
            return False
    return True


def is_let_in(records: Records, rules: Rules, scratch: Scratch, i: int) -> bool:
    """Whether a first stay is the end of a wait outside, or one of the census."""
    person = records.stays.person[i]
    wait = scratch.of_people[LET_IN, person] - 1
    if wait < 0:
        return records.people.from_census[person] == 1
    met = records.waits.ended[wait] == records.stays.admitted[i]
    return met and rules.leads[records.waits.to[wait], records.stays.service[i]]


def everybody_is_somewhere(people: People, rules: Rules, scratch: Scratch) -> bool:
    """Everybody who has come is in one place, or has left it."""
    for person in range(len(people.group)):
        places = scratch.of_people[HERE, person] + scratch.of_people[GONE, person] % 2
        if places != 1 and people.arrives[person] < rules.until:
            return False
    return True


# -- steps and planned places ------------------------------------------------------------------------------------------


def step_is_in_order(records: Records, i: int) -> bool:
    """By stay and name."""
    steps = records.steps
    if i == 0 or steps.stay[i] > steps.stay[i - 1]:
        return True
    return steps.stay[i] == steps.stay[i - 1] and steps.step[i] >= steps.step[i - 1]


def step_is_in_its_stay(records: Records, i: int) -> bool:
    """It starts, runs and ends, or is dropped, inside its stay."""
    steps, stays, stay = records.steps, records.stays, records.steps.stay[i]
    started, finished, dropped_at, left = steps.started[i], steps.finished[i], steps.dropped_at[i], stays.left[stay]
    starts = started >= stays.admitted[stay] and started <= left
    starts = starts and started <= steps.team_joined[i] and steps.team_joined[i] <= steps.due[i]
    if finished < NEVER:
        in_time = finished == steps.due[i] and finished <= left and finished <= stays.clear[stay]
        return starts and in_time and dropped_at >= NEVER
    if dropped_at < NEVER:
        return starts and dropped_at >= started and dropped_at <= left
    return starts and left == NEVER


def is_dropped_for_a_reason(records: Records, rules: Rules, i: int) -> bool:
    """If it is dropped: a wait of its stay failed in the instant, or the person died."""
    stay, at, waits = records.steps.stay[i], records.steps.dropped_at[i], records.waits
    if at >= NEVER or (records.stays.to[stay] == rules.died and at == records.stays.left[stay]):
        return True
    person = records.stays.person[stay]
    wait = first_wait_of(waits, person)
    while wait < len(waits.stay) and waits.person[wait] == person:
        if waits.stay[wait] == stay and waits.ended[wait] == at and is_failed(waits.ending[wait]):
            return True
        wait += 1
    return False


def first_wait_of(waits: Waits, person: int) -> int:
    """Where somebody's waits begin; rows are in order of person."""
    low, high = 0, len(waits.person)
    while low < high:
        middle = (low + high) // 2
        if waits.person[middle] < person:
            low = middle + 1
        else:
            high = middle
    return low


def begins_when_another_ended(steps: Steps, first: int, i: int) -> bool:
    """If it waited for another of its stay, whose steps begin with the first; before the run there are no teams to join."""
    if steps.after[i] == NONE:
        return True
    started, before = steps.started[i], first
    while before < len(steps.stay) and steps.stay[before] == steps.stay[i]:
        if steps.step[before] == steps.after[i] and steps.finished[before] < NEVER:
            return started == steps.finished[before] or (started == 0 and steps.finished[before] < 0)
        before += 1
    return False


def steps_hold(records: Records, rules: Rules) -> bool:
    """Steps start, run and end inside their stay, follow on each other, and are dropped for a reason."""
    steps, first = records.steps, 0
    for i in range(len(steps.stay)):
        if not step_is_in_order(records, i):
            return False
        if steps.stay[i] != steps.stay[first]:
            first = i
        if not (
            step_is_in_its_stay(records, i)
            and is_dropped_for_a_reason(records, rules, i)
            and begins_when_another_ended(steps, first, i)
        ):
            return False
    return True


def places_hold(places: Places) -> bool:
    """Rows are in order."""
    for i in range(1, len(places.service)):
        same = places.service[i] == places.service[i - 1]
        if places.service[i] < places.service[i - 1] or (same and places.at[i] <= places.at[i - 1]):
            return False
    return True


# -- one sweep over the tables, for the compiler -----------------------------------------------------------------------


def records_hold(records: Records, rules: Rules, scratch: Scratch) -> bool:
    """Whether no row breaks an invariant."""
    return (
        stays_hold(records, rules, scratch)
        and waits_hold(records, rules, scratch)
        and moves_hold(records, rules, scratch)
        and everybody_is_somewhere(records.people, rules, scratch)
        and steps_hold(records, rules)
        and places_hold(records.places)
    )


def first_waits_hold(waits: Waits, since: Column, until: int) -> bool:
    """Whether everybody's first wait begins when they first wait (NONE: not asked), or they have none and that is after the run.

    Waits are in order of person, and the first of each comes first: `records_hold` has seen that.
    """
    wait = 0
    for person in range(len(since)):
        while wait < len(waits.person) and waits.person[wait] < person:
            wait += 1
        has_waited = wait < len(waits.person) and waits.person[wait] == person
        joined = waits.joined[wait] if has_waited else NEVER
        if since[person] != NONE and joined != since[person] and (has_waited or since[person] < until):
            return False
    return True


PASSES = Passes(__file__, records_hold, first_waits_hold)


# -- and what is handed to it ------------------------------------------------------------------------------------------


def surely_hold(window: Window) -> bool:
    """Whether compiled code is at hand and says that no row breaks an invariant."""
    passes = window.passes(PASSES)
    return passes is not None and bool(passes.records_hold(*tables(window)))


def surely_wait_then(window: Window, since: Column) -> bool:
    """Whether compiled code is at hand and says that everybody's first wait begins then; of records whose rows hold."""
    passes, waits = window.passes(PASSES), window.ledger.waits
    if passes is None:
        return False
    columns = Waits(*(waits[name] for name in Waits._fields))
    return bool(passes.first_waits_hold(columns, since, window.ledger.until))
