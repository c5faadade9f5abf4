"""What a census does not list: steps that somebody has still before them, levels of traits, and people elsewhere.

Of a list that does not say, nobody knows who waits for an assessment and who for a place, or who will need care for good. In a run of
the scenario itself that is known of everybody. So each person takes the levels of traits and the steps of somebody who is in the same
place and waits for the same, and has been there, or has waited, about as long. That person has been through all that changes levels on
the way, and may need no more care and await the next review, which no list knows either.

Without a warm-up there is nobody at rest: every step counts as done, and levels are drawn from those with which people come, on
condition of where somebody is, since when, and what they wait for. The longer somebody has been there, the larger a part people with long
stays are. So a profile counts by its share among those who come, times the share of them who are sent here, times the share of those
who would still be here. What changed levels since they came is not known.

People in services after hospital and at home on their way back are taken from the scenario at rest. A list of inpatients alone
would let a forecast begin with every other place free, and with nobody who comes back. So each draw takes the people of the
services that are not listed from a run of the scenario itself, warmed up until the census's date.

A change here moves results, which are then recorded anew.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from sim.inputs import distributions
from sim.inputs.calendar import working_days
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import DIED, OUT, OUTSIDE, SECONDS_PER_DAY, CensusEntry, Group, Levels, Scenario, Step, Visit
from sim.model.random_numbers import name_key, quantity_key, uniform_of
from sim.model.records import NEVER, NONE, Column, Ledger
from sim.own_data.censuses import Census, Present
from sim.runs.engines import Engines, ledger_of
from sim.runs.workers import Stopwatch

# -- steps -------------------------------------------------------------------------------------------------------------


DAYS_LOOKED_AT = 28  # midnights of each run at rest at which it is seen who is there, and since when
ALIKE = 10  # people at least who have been there, or have waited, about as long; one of them is drawn
ALIKE_PEOPLE = quantity_key("steps of people in a census")

Names = tuple[str, ...]
Begun = tuple[tuple[str, float], ...]  # steps under way, and how many days ago each began, in days that count for it
Way = tuple[str, str, str]  # group, where they are and what they wait for; empty for those who are not ready
Whole = NDArray[np.int64]


def steps_not_told(of: Census, scenario: Scenario) -> int:
    """How many people of a census are ready and wait on a way with steps, and the list does not say which are not done."""
    with_steps = {
        (visit.service, route.to)
        for group in scenario.people
        for visit in group.journey
        for route in visit.routes
        if any(step.share > 0 for step in route.steps)
    }
    return sum(person.steps_left is None and (person.service, person.waiting_for) in with_steps for person in of.people)


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that is not done, and how many days ago it began; None before it begins."""

    name: str
    days: float | None = None

    def later(self, days: float) -> "OpenStep":
        """The step of somebody who was ready so many days earlier, and for whom it began as long after that."""
        return self if self.days is None else OpenStep(self.name, max(0.0, self.days + days))


OpenSteps = tuple[OpenStep, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody of a run at rest: every level, None where nobody with the levels asked for is there; and steps that are not done."""

    levels: Levels | None
    steps: OpenSteps
    awaits_review: bool  # needs no more care, and the next review will say so


@dataclass(frozen=True, slots=True)
class _Those:
    """People of one group in one place bound for one place, the shortest time there (or wait) first."""

    seconds: Whole
    profiles: Whole
    await_review: Whole
    steps: Sequence[OpenSteps]


class AtRest:
    """Who is where and waits for what in runs of a scenario at rest: since when, with which levels, and which steps are not done."""

    def __init__(self, scenario: Scenario, ledgers: Iterable[Ledger], first: int, services: Collection[str]) -> None:
        self._seed = scenario.seed
        self.worked = _days_worked(scenario, first)  # days of so many before the census
        self._groups = {group.name: group for group in scenario.people}
        found: dict[Way, list[tuple[int, int, int, OpenSteps]]] = {}
        for ledger in ledgers:
            for way, *those in _there(scenario, ledger, first, services):
                found.setdefault(way, []).extend(zip(*those, strict=True))
        self._every = {way: _sorted(those) for way, those in found.items()}
        self._with: dict[tuple[Way, Levels, Names], _Those | None] = {}

    def alike(self, present: Present, draw: int, number: int) -> Alike | None:
        """Somebody like a person of a list, in one draw; None where nobody at rest is there, or waits there for that."""
        way = present.group, present.service, present.waiting_for or ""
        if way not in self._every:
            return None
        with_levels = self._those_with(way, present.levels, present.steps_left or ()) or self._those_with(
            way, present.levels, ()
        )
        those = with_levels or self._every[way]
        u = uniform_of(self._seed, draw, number, name_key(present.group), name_key(present.service), ALIKE_PEOPLE, 0)
        days = present.waited if present.waiting_for else present.days
        first, many = (0, len(those.seconds)) if days is None else _about(those.seconds, days)
        chosen = first + int(u * many)
        levels = self._groups[present.group].profiles[int(those.profiles[chosen])] if with_levels else None
        longer = 0.0 if days is None else days - int(those.seconds[chosen]) / SECONDS_PER_DAY
        steps = tuple(step.later(longer) for step in those.steps[chosen])
        return Alike(levels, steps, bool(those.await_review[chosen]))

    def _those_with(self, way: Way, levels: Levels, steps: Names) -> _Those | None:
        """Those who have some levels, too, and have not done some steps; None where nobody is like that."""
        if not levels and not steps:
            return self._every[way]
        if (way, levels, steps) not in self._with:
            every, profiles = self._every[way], self._groups[way[0]].profiles
            able = np.array([set(levels) <= set(profile) for profile in profiles])[every.profiles]
            if steps:
                able &= [set(steps) <= {step.name for step in theirs} for theirs in every.steps]
            rows = np.flatnonzero(able)
            theirs = [every.steps[row] for row in rows.tolist()]
            columns = every.seconds[rows], every.profiles[rows], every.await_review[rows]
            self._with[way, levels, steps] = _Those(*columns, theirs) if len(rows) else None
        return self._with[way, levels, steps]


def _about(seconds: Whole, days: float) -> tuple[int, int]:
    """The first of those who are there about as long, and how many: all within half a day, as lists know dates, and ten at least."""
    at = int(days * SECONDS_PER_DAY)
    first, end = np.searchsorted(seconds, [at - SECONDS_PER_DAY // 2, at + SECONDS_PER_DAY // 2]).tolist()
    if end - first >= ALIKE:
        return first, end - first
    many = min(ALIKE, len(seconds))
    middle = int(np.searchsorted(seconds, at))
    return min(max(0, middle - many // 2), len(seconds) - many), many


def _sorted(those: list[tuple[int, int, int, OpenSteps]]) -> _Those:
    ordered = sorted(those, key=lambda one: one[:3])
    columns = np.array([one[:3] for one in ordered], dtype=np.int64)
    return _Those(columns[:, 0], columns[:, 1], columns[:, 2], [one[3] for one in ordered])


def _there(
    scenario: Scenario, ledger: Ledger, first: int, services: Collection[str]
) -> Iterator[tuple[Way, list[int], list[int], list[int], list[OpenSteps]]]:
    """Of everybody in some services at each midnight, by way: seconds there, or waited, profiles, who awaits a review, steps not done."""
    stays, names = ledger.stays, scenario.destinations
    numbers = [number for number, name in enumerate(names) if name in services]
    end = first + DAYS_LOOKED_AT * SECONDS_PER_DAY
    ever = np.isin(stays["service"], numbers) & (stays["admitted"] < end) & (stays["left"] >= first)
    mine = np.flatnonzero(ever)
    groups = ledger.people["group"][stays["person"][mine]]
    for midnight in range(DAYS_LOOKED_AT):
        at = first + midnight * SECONDS_PER_DAY
        open_steps = _steps_open(scenario, ledger.steps, at)
        here = (stays["admitted"][mine] < at) & (stays["left"][mine] >= at)
        is_ready = stays["ready"][mine] < at
        bound = np.where(is_ready, stays["planned_to"][mine], NONE)
        here &= ~is_ready | (bound >= 0)
        since = np.where(is_ready, stays["ready"][mine], stays["admitted"][mine])
        ways = np.column_stack([groups, stays["service"][mine], bound])[here]
        over = ~is_ready & (stays["admitted"][mine] + np.minimum(stays["need"][mine], NEVER - at) < at)
        rows, seconds, over = mine[here], (at - since)[here], over[here].astype(np.int64)
        for group, place, to in np.unique(ways, axis=0).tolist():
            those = np.flatnonzero((ways == (group, place, to)).all(axis=1))
            way = scenario.people[group].name, names[place], names[to] if to >= 0 else ""
            steps = [open_steps.get(row, ()) if to >= 0 else () for row in rows[those].tolist()]
            profiles = stays["after"][rows[those]].tolist()
            yield way, seconds[those].tolist(), profiles, over[those].tolist(), steps


def _steps_open(scenario: Scenario, steps: Mapping[str, Column], at: int) -> dict[int, OpenSteps]:
    """By row of a stay: the steps that have begun, or wait for their team, and are not over at an instant; and those after them."""
    found: dict[int, dict[str, OpenStep]] = {}
    not_done = (steps["finished"] >= at) & (steps["dropped_at"] >= at)
    for row in np.flatnonzero(not_done & (steps["started"] < at)).tolist():
        begun, name = int(steps["team_joined"][row]), scenario.steps[int(steps["step"][row])].name
        days = None if begun >= at else (at - begun) / SECONDS_PER_DAY
        found.setdefault(int(steps["stay"][row]), {})[name] = OpenStep(name, days)
    to_come = np.flatnonzero(not_done & (steps["started"] >= at) & np.isin(steps["stay"], list(found)))
    for _ in range(len(scenario.steps)):  # a chain is never longer
        before = sum(map(len, found.values()))
        for row in to_come.tolist():
            step, theirs = scenario.steps[int(steps["step"][row])], found[int(steps["stay"][row])]
            if set(theirs) & set(step.after):
                theirs.setdefault(step.name, OpenStep(step.name))
        if sum(map(len, found.values())) == before:
            break
    return {stay: tuple(theirs[name] for name in sorted(theirs)) for stay, theirs in found.items()}


def _days_worked(scenario: Scenario, at: int) -> Callable[[float], float]:
    """Of so many days before an instant of a run, how many were working days; before the run every day counts."""
    working = working_days(scenario.calendar)
    upto = np.concatenate([[0], np.cumsum(working)]) * SECONDS_PER_DAY

    def worked(until: int) -> int:
        day, seconds = divmod(until, SECONDS_PER_DAY)
        return until if day < 0 else int(upto[day]) + (seconds if day < len(working) and working[day] else 0)

    return lambda days: (worked(at) - worked(at - round(days * SECONDS_PER_DAY))) / SECONDS_PER_DAY


def steps_left(
    group: Group,
    levels: Levels,
    way: tuple[str, str],
    open_steps: OpenSteps,
    is_needed: Callable[[Step], bool],
    worked: Callable[[float], float],
) -> tuple[Names, Begun]:
    """The steps of somebody's way, from one place to another, that are not done: those given, and what is needed after them.

    Beside them stands how many days ago each began of which that is known; working days by `worked`.
    """
    place, to = way
    visit = group.visit(place, levels, levels) if open_steps and place != OUTSIDE else None
    steps: Sequence[Step] = next((route.steps for route in visit.then if route.to == to), ()) if visit else ()
    days = {one.name: one.days for one in open_steps}
    left = {step.name for step in steps} & set(days)
    for _ in steps:  # a chain is never longer than the way
        left |= {step.name for step in steps if left & set(step.after) and is_needed(step)}
    begun: list[tuple[str, float]] = []
    for step in steps:
        ago = days.get(step.name)
        if ago is not None and not left & set(step.after):
            begun.append((step.name, round(worked(ago) if step.working_days else ago, 5)))
    return tuple(step.name for step in steps if step.name in left), tuple(begun)


def _nothing_more(_: Step) -> bool:
    """Of somebody of a run it is known which steps they need."""
    return False


# -- levels of traits --------------------------------------------------------------------------------------------------


Floats = NDArray[np.float64]

DRAWS = 10  # sets of levels, over which the replications are spread
LEVELS = quantity_key("levels at a census of people")


def has_levels_to_draw(scenario: Scenario, of: Census) -> bool:
    """Whether anybody in a census has traits of which not every level is given."""
    traits = {group.name: len(group.traits) for group in scenario.people}
    return any(len(person.levels) < traits[person.group] for person in of.people)


def entries_of(scenario: Scenario, of: Census, draw: int = 0, rest: AtRest | None = None) -> tuple[CensusEntry, ...]:
    """The people of a starting census, every level and step given or drawn; alike ones in one entry. Each draw is another one.

    Both are those of somebody alike in the scenario at rest. Where there is none, levels are drawn from those with which people come, and
    steps that a list does not tell count as done.
    """
    groups = {group.name: group for group in scenario.people}
    known: dict[tuple[str, str, str | None, Levels], _Candidates] = {}
    found: Counter[tuple[Present, Levels, Names, Begun, bool]] = Counter()
    worked = rest.worked if rest else float
    for number, person in enumerate(of.people):
        group, levels = groups[person.group], person.levels
        alike = rest.alike(person, draw, number) if rest and person.service != OUTSIDE else None
        if alike and alike.levels is not None:
            levels = alike.levels
        elif len(levels) < len(group.traits) and person.service != OUTSIDE:
            asked = person.group, person.service, person.waiting_for, person.levels
            if asked not in known:
                known[asked] = _Candidates(scenario, group, person)
            u = uniform_of(scenario.seed, draw, number, name_key(person.group), name_key(person.service), LEVELS, 0)
            levels = known[asked].chosen(person.days, u)
        way = person.service, person.waiting_for or ""
        theirs = alike.steps if alike and person.waiting_for else ()
        if person.steps_left is None:
            left, begun = steps_left(group, levels, way, theirs, _nothing_more, worked)
        else:
            told = _named(person.steps_left, theirs)
            needs = _by_share(scenario.seed, draw, number, person.group)
            left, begun = steps_left(group, levels, way, told, needs, worked)
        found[person, levels, left, begun, bool(alike and alike.awaits_review)] += 1
    return tuple(
        replace(one.entry(count, levels, left, awaits_review=over), steps_begun=begun)
        for (one, levels, left, begun, over), count in found.items()
    )


def _named(names: Names, theirs: OpenSteps) -> OpenSteps:
    """The steps that a list names, each begun when that of somebody alike was, if they have it."""
    known = {one.name: one for one in theirs}
    return tuple(known.get(name, OpenStep(name)) for name in names)


def _by_share(seed: int, draw: int, number: int, group: str) -> Callable[[Step], bool]:
    """Whether a person of a list needs a step that comes after one that is named: as many as of those who come."""
    return lambda step: (
        uniform_of(seed, draw, number, name_key(group), name_key(step.name), ALIKE_PEOPLE, 0) < step.share
    )


class _Candidates:
    """The profiles that somebody in one place, bound for one place, may have, and how much each counts."""

    def __init__(self, scenario: Scenario, group: Group, present: Present) -> None:
        self._is_ready = present.waiting_for is not None
        pairs = zip(group.profiles, group.shares_of_profiles, strict=True)
        every = [(levels, share) for levels, share in pairs if set(present.levels) <= set(levels)]
        fitting = [
            (levels, share)
            for levels, share in every
            if _may(group.visit(present.service, levels, levels), present.waiting_for)
        ]
        # Nobody may come with levels that lead there: then people have them from a change on the way, and all count alike.
        alike = [(levels, 1.0) for levels, _ in fitting or every]
        every = [pair for pair in every if pair[1] > 0] if any(share > 0 for _, share in fitting or every) else alike
        visits = [group.visit(present.service, levels, levels) for levels, _ in every]
        shares = np.array([share for _, share in every])
        able = np.array([_bound(visit, present.waiting_for) for visit in visits])
        sent = np.array([_sent(scenario, group, present.service, levels) for levels, _ in every])
        ways = (
            shares * able * sent,
            shares * able,
            shares * (able > 0),
            shares * [_may(v, present.waiting_for) for v in visits],
        )
        self._weights = next((way for way in ways if way.sum() > 0), shares)
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


# -- people ------------------------------------------------------------------------------------------------------------


QUARTERS = 4  # of a day: people who have been there as long to a quarter are alike


def not_listed(scenario: Scenario, of: Census) -> list[str]:
    """The services, and home, of which nobody is in a census."""
    listed = {person.service for person in of.people}
    return [service.name for service in scenario.services if service.name not in listed]


def at_rest(file: str, of: Census, sets: tuple[str, ...], draws: int, seed: int | None) -> Scenario | None:
    """The scenario as it runs up to a census's date and some weeks on; None where it has no warm-up to come to rest in."""
    days = read_scenario(file, sets).calendar.warm_up_days
    if not days:
        return None
    calendar = {
        "start": (of.day - timedelta(days=days)).isoformat(),
        "measured_days": DAYS_LOOKED_AT,
        "follow_up_days": 0,
    }
    return read_scenario(file, (*sets, *(f"calendar.{key}={value}" for key, value in calendar.items())), draws, seed)


def runs_at_rest(rest: Scenario, draws: int, engines: Engines) -> list[Ledger]:
    """A run for each draw."""
    return [ledger_of(engines, rest, 0, draw, Stopwatch()) for draw in range(draws)]


def people_in(scenario: Scenario, found: Ledger, services: list[str], at: int) -> tuple[CensusEntry, ...]:
    """Who is in some services at an instant, as a starting census says it; alike ones in one entry."""
    stays, names = found.stays, scenario.destinations
    numbers = [number for number, name in enumerate(names) if name in services]
    rows = np.flatnonzero((stays["admitted"] < at) & (stays["left"] >= at) & np.isin(stays["service"], numbers))
    alike: Counter[tuple[str, str, float, str | None, float | None, Levels, tuple[Names, Begun]]] = Counter()
    not_done, worked = _steps_open(scenario, found.steps, at), _days_worked(scenario, at)
    for row in rows:
        group = scenario.people[int(found.people["group"][stays["person"][row]])]
        levels = group.profiles[int(stays["after"][row])] if group.traits else ()
        to, waited = None, None
        if stays["ready"][row] < at and stays["planned_to"][row] != NONE:
            to, waited = names[int(stays["planned_to"][row])], _days(at - int(stays["ready"][row]))
        if to in (DIED, OUT):
            to, waited = None, None
        place = names[int(stays["service"][row])]
        days = _days(at - int(stays["admitted"][row]))
        left: tuple[Names, Begun] = ((), ())
        if to:
            left = steps_left(group, levels, (place, to), not_done.get(int(row), ()), _nothing_more, worked)
        alike[group.name, place, days, to, waited, levels, left] += 1
    return tuple(
        CensusEntry(
            group=group,
            service=service,
            count=count,
            elapsed=distributions.fixed(days),
            waiting_for=to,
            waited=None if waited is None else distributions.fixed(waited),
            steps_left=left,
            steps_begun=begun_ago,
            levels=levels,
        )
        for (group, service, days, to, waited, levels, (left, begun_ago)), count in alike.items()
    )


def _days(seconds: int) -> float:
    return round(seconds / SECONDS_PER_DAY * QUARTERS) / QUARTERS
