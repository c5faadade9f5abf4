"""A plan as a few tables of numbers, which is all that a compiled engine can read.

Each table has a record for each service, group, visit, route ..., whose numbers are named here. The 64-bit keys of the random numbers
are beside what they are for. -1 stands for "none" throughout.

The operations (`numba_setup.py`) are the only readers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.calendar import NOT_IN_THIS_RUN, OpeningHours, places_at
from sim.inputs.distributions import Distribution
from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.inputs.scenario import CensusEntry, ClockTime, Places, PriorityRise
from sim.model import plan as quantities
from sim.model.compiled.compact_columns import MOST_NAMES
from sim.model.plan import Plan, PlannedChange, PlannedGroup, PlannedRoute, PlannedService, PlannedStep, PlannedVisit
from sim.model.records import NONE, OUTSIDE
from sim.model.rules import FORESEEN, SECONDS_PER_DAY, STARTS, seconds

Rows = NDArray[Any]  # a record for each row
Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

whole, real, key = np.int64, np.float64, np.uint64


def _record(names: str, **others: type) -> np.dtype[Any]:
    """A row of whole numbers, and what is not one."""
    return np.dtype([*((name, whole) for name in names.split()), *others.items()])


SERVICE = _record(  # after the services come `died` and `out`, which always have room
    "counts_units may_pass door own_hours turnaround review_from review_to surge_places surge_high surge_low bays bays_end "
    "is_divided",
    key=key,
)
# of every service at least one; without bays it is that of everybody
BAY = _record("service places_at_start most_to_come")
GROUP = _record(  # for each profile
    "group first_row profiles otherwise longest until priority rises_after rises_until rises_to death steps steps_end",
    longest_key=key,
)
VISIT = _record(
    "routes drawn shares units tapers tapers_end death worse_from worse_to from_second later changes changes_end pairs",
    longer_stay=real,
    worse_chance=real,
)
ROUTE = _record(
    "to otherwise stay steps steps_end longest until join_after priority rises_after rises_until rises_to",
    longest_key=key,
)
PLANNED_STEP = _record(
    "number team takes working starts before afters afters_end", share=real, needs_key=key, takes_key=key
)
LEVEL_CHANGE = _record("divisor levels from_level targets targets_end", per_day=real, key=key)
TARGET = _record("level", high=real)
TAPER = _record("after", share=real)
LENGTH = _record("code table_from table_to", a=real, b=real, c=real)
CHANGE = _record("at of_team what places most_to_come")  # `what` is a bay, or a team
CENSUS = _record("service waiting_for waited remaining stay")
PLAIN_KEYS = (
    quantities.STAY, quantities.NEXT, quantities.UNITS, quantities.TURNAROUND, quantities.DEATH, quantities.WORSE,
    quantities.REVIEW_TIME, quantities.WAITED, quantities.REMAINING, quantities.OUTSIDE_KEY,
)  # fmt: skip
(
    KEY_STAY, KEY_NEXT, KEY_UNITS, KEY_TURNAROUND, KEY_DEATH, KEY_WORSE,
    KEY_REVIEW_TIME, KEY_WAITED, KEY_REMAINING, KEY_OUTSIDE,
) = range(10)  # fmt: skip


class PlanArrays(NamedTuple):
    """A plan in numbers. Shapes: rows, or rows by columns."""

    until: int
    first_weekday: int
    services: Rows
    bays: Rows
    is_for: NDArray[np.bool_]  # bays x rows of groups: may people with that profile come?
    has_bays: bool  # is any service divided?
    opens_second: Ints  # by destination: services, died, out, lists
    queue_limits: Ints
    members: Ints  # by destination: the services of a list, any other by itself, then -1
    queues_of: Ints  # by service, died and out: its own queue, then the lists that hold it, then -1
    has_lists: bool
    review_chances: Floats  # services x weekdays, Monday first
    review_keys: Keys  # by attempt
    opens: Ints  # hours x days of the run
    closes: Ints
    is_door_of: Ints  # by hours: the service whose admission hours they are, -1 for discharge hours
    groups: Rows  # a row for each profile of each group
    group_keys: Keys  # groups x (from outside, census)
    visit_of: Ints  # rows of groups x services: of those whose profile stays as it was found
    visits: Rows
    has_traits: bool
    level_changes: Rows
    targets: Rows
    pairs: Small  # visits by profiles found and after, one block after the other: `_pairs`
    shares: Floats  # cumulative shares of all visits, one after the other
    tapers: Rows
    routes: Rows
    steps: Rows  # for each step of each route, and outside
    afters: Ints
    lengths: Rows
    tables: Floats
    working: NDArray[np.bool_]
    changes: Rows  # capacities that change during the run, by second
    team_places: Ints  # at the start
    census: Rows
    is_left: NDArray[np.bool_]  # census entries x steps: not done yet when the clock starts
    begun: Ints  # census entries x steps: how many seconds ago it began; NONE where nobody says
    can_exchange: NDArray[np.bool_]  # bays x bays
    exchanges: Ints  # by bay: those that are in its row, in their order
    has_circles: bool
    plain_keys: Keys


class _Lengths:
    """Distributions, each once, with their tables one after the other; the bounds of a length follow its table."""

    def __init__(self) -> None:
        self._rows: dict[Distribution, int] = {}
        self._tables: list[float] = []
        self._spans: list[tuple[int, int]] = []

    def row(self, length: Distribution | None) -> int:
        if length is None:
            return NONE
        if length not in self._rows:
            first = len(self._tables)
            self._rows[length] = len(self._rows)
            self._spans.append((first, first + len(length.table)))
            self._tables += (*length.table, *length.bounds)
        return self._rows[length]

    def tables(self) -> tuple[Rows, Floats]:
        rows = [
            (length.code, *span, length.a, length.b, length.c)
            for length, span in zip(self._rows, self._spans, strict=True)
        ]
        return np.array(rows, LENGTH), np.array(self._tables or [0.0])


def _pairs(rows: Mapping[tuple[int, int], int], of_profile: Sequence[int]) -> list[int]:
    """Visits by class found x class after, and before them by profile: where the row of its class begins, then its class.

    A table of profiles x profiles would hold millions of cells, and most profiles do the same in a service.
    """
    classes = range(max(of_profile) + 1)
    begins = [2 * len(of_profile) + one * len(classes) for one in of_profile]
    return [*begins, *of_profile, *(rows.get((found, after), NONE) for found in classes for after in classes)]


class _Journeys:
    """Visits with their routes, and routes with their steps."""

    def __init__(self, lengths: _Lengths) -> None:
        self._lengths = lengths
        self.visits: list[tuple[float, ...]] = []
        self.shares: list[float] = []
        self.tapers: list[tuple[float, ...]] = []
        self.routes: list[tuple[int, ...]] = []
        self.steps: list[tuple[float, ...]] = []
        self.afters: list[int] = []
        self.changes: list[tuple[float, ...]] = []
        self.targets: list[tuple[float, ...]] = []
        self.pairs: list[int] = []

    def add_group(self, plan: Plan, group: PlannedGroup) -> list[list[int]]:
        """The rows of a group's visits, for each profile that stays as it was found, by service."""
        by_service = [self._add_service(plan, group, number) for number in range(len(plan.services))]
        return [list(rows) for rows in zip(*by_service, strict=True)]

    def _add_service(self, plan: Plan, group: PlannedGroup, service: int) -> list[int]:
        """The row of a visit by profile; where changes lead to other visits, their rows by profiles found and after."""
        visits = group.visits[service]
        pairs = len(self.pairs) if any(found != after for found, after in visits.by_class) else NONE
        rows = {classes: self._add(plan, visit, pairs) for classes, visit in visits.by_class.items()}
        of_profile = visits.class_of_profile
        if pairs != NONE:
            self.pairs += _pairs(rows, of_profile)
        return [rows.get((one, one), NONE) for one in of_profile]

    def _add(self, plan: Plan, planned: PlannedVisit, pairs: int) -> int:
        """The row of a visit as it is at the start; those from later dates on follow it, one after the other."""
        row, changes = len(self.visits), len(self.changes)
        for change in planned.changes:
            self._add_change(change)
        for number, dated in enumerate((planned, *planned.later), 1):
            later = row + number if number <= len(planned.later) else NONE
            self._add_from(plan, dated, later, (changes, len(self.changes), pairs))
        return row

    def _add_change(self, change: PlannedChange) -> None:
        first = len(self.targets)
        self.targets += zip(change.to_levels, change.cumulative, strict=True)
        per_day = change.chance_per_delayed_day
        self.changes.append(
            (
                change.divisor, change.levels, change.from_level, first, len(self.targets),
                NONE if per_day is None else per_day, change.quantity,
            )
        )  # fmt: skip

    def _add_from(self, plan: Plan, planned: PlannedVisit, later: int, changes: tuple[int, int, int]) -> None:
        visit = planned.visit
        assert visit is not None
        first, tapers = len(self.routes), len(self.tapers)
        for route in planned.routes:
            self._add_route(planned, route, first)
        for taper in visit.tapers:
            self.tapers.append((seconds(taper.after_days), taper.share))
        lost = visit.lost_ground
        worse_from = worse_to = NONE
        if lost is not None and lost.worse_from is not None and lost.worse_to is not None:
            worse_from, worse_to = plan.numbers[lost.worse_from], planned.route_to(plan.numbers[lost.worse_to])
        self.visits.append(
            (
                first, len(planned.cumulative), len(self.shares), self._lengths.row(visit.units), tapers,
                len(self.tapers), self._lengths.row(visit.dies_while_delayed), worse_from, _from(worse_to, first),
                planned.from_second, later, *changes,
                0.0 if lost is None else lost.longer_stay_days_per_delayed_day,
                0.0 if lost is None else lost.worse_chance_per_delayed_day,
            )
        )  # fmt: skip
        self.shares += planned.cumulative

    def _add_route(self, planned: PlannedVisit, route: PlannedRoute, first: int) -> None:
        assert planned.visit is not None
        steps = len(self.steps)
        for step in route.steps:
            self._add_step(step)
        early = [steps + i for i, step in enumerate(route.steps) if step.number == route.may_join_after]
        self.routes.append(
            (
                route.to, _from(route.otherwise, first), self._lengths.row(route.route.stay or planned.visit.stay),
                steps, len(self.steps), *_longest(route.route.longest_wait, self._lengths), early[0] if early else NONE,
                route.route.priority, *_rise(route.route.priority_rises), route.longest_wait,
            )
        )  # fmt: skip

    def add_arrival_steps(self, steps: Sequence[PlannedStep]) -> tuple[int, int]:
        """Where the steps begin and end that some people need outside."""
        first = len(self.steps)
        for step in steps:
            self._add_step(step)
        return first, len(self.steps)

    def _add_step(self, planned: PlannedStep) -> None:
        step, first = planned.step, len(self.afters)
        self.afters += planned.after
        self.steps.append(
            (
                planned.number, planned.team, self._lengths.row(step.takes), int(step.working_days),
                STARTS.index(step.starts), seconds(step.start_days), first, len(self.afters),
                step.share, planned.needs, planned.takes,
            )
        )  # fmt: skip


class _Hours:
    """Admission and discharge hours, a row of days for each."""

    def __init__(self) -> None:
        self.rows: list[OpeningHours] = []
        self.is_door_of: list[int] = []

    def row(self, hours: OpeningHours | None, door_of: int = NONE) -> int:
        if hours is None:
            return NONE
        self.rows.append(hours)
        self.is_door_of.append(door_of)
        return len(self.rows) - 1


def plan_arrays(plan: Plan) -> PlanArrays:
    """The plan in numbers."""
    _check_what_the_loader_promised(plan)
    lengths, hours = _Lengths(), _Hours()
    journeys = _Journeys(lengths)
    services = [_service(plan, planned, lengths, hours) for planned in plan.services]
    visit_of = [rows for group in plan.groups for rows in journeys.add_group(plan, group)]
    groups = _groups(plan, lengths, journeys)
    census = [_census_entry(plan, entry, lengths) for entry in plan.scenario.census]
    length_rows, tables = lengths.tables()
    days = len(plan.working)
    return PlanArrays(
        until=plan.until,
        first_weekday=plan.scenario.calendar.start.weekday(),
        services=np.array(services, SERVICE),
        bays=np.array([(one.service, _planned(one.capacity, 0), one.most_places_from(0)) for one in plan.bays], BAY),
        is_for=np.array([[fits for group in one.for_profiles for fits in group] for one in plan.bays], dtype=np.bool_),
        has_bays=any(one.service.bays for one in plan.services),
        opens_second=np.array(plan.opens_second, dtype=np.int64),
        queue_limits=_queue_limits(plan),
        members=_padded(plan.members),
        queues_of=_padded(plan.queues_of),
        has_lists=bool(plan.scenario.lists),
        review_chances=_review_chances(plan),
        review_keys=_review_keys(plan),
        opens=_ints([row.opens for row in hours.rows], days),
        closes=_ints([row.closes for row in hours.rows], days),
        is_door_of=np.array(hours.is_door_of, dtype=np.int64),
        groups=np.array(groups, GROUP),
        group_keys=_keys(key for group in plan.groups for key in (group.key, group.census_key)).reshape(-1, 2),
        visit_of=_ints(visit_of, len(plan.services)),
        visits=np.array(journeys.visits, VISIT),
        has_traits=any(group.traits for group in plan.groups),
        level_changes=np.array(journeys.changes, LEVEL_CHANGE),
        targets=np.array(journeys.targets, TARGET),
        pairs=np.array(journeys.pairs, dtype=np.int32),
        shares=np.array(journeys.shares, dtype=np.float64),
        tapers=np.array(journeys.tapers, TAPER),
        routes=np.array(journeys.routes, ROUTE),
        steps=np.array(journeys.steps, PLANNED_STEP),
        afters=np.array(journeys.afters, dtype=np.int64),
        lengths=length_rows,
        tables=tables,
        working=np.array(plan.working, dtype=np.bool_),
        changes=_changes(plan),
        team_places=np.array([_planned(team.capacity, 0) for team in plan.scenario.teams], dtype=np.int64),
        census=np.array(census, CENSUS),
        is_left=_is_left(plan),
        begun=_begun(plan),
        can_exchange=_can_exchange(plan),
        exchanges=_exchanges(plan),
        has_circles=any(map(len, plan.circle_neighbours)),
        plain_keys=_keys(PLAIN_KEYS),
    )


def _check_what_the_loader_promised(plan: Plan) -> None:
    """Compiled code looks into its tables unasked, so a way that leads nowhere must not get as far as that."""
    assert max(len(plan.numbers), len(plan.step_names), len(plan.bays)) <= MOST_NAMES, (
        "more services or steps than its tables can number"
    )
    for group in plan.groups:
        for visit in (one for visits in group.visits.values() for one in visits.by_class.values()):
            lost = visit.visit.lost_ground if visit.visit else None
            if lost is not None and lost.worse_from is not None and lost.worse_to is not None:
                worse = plan.numbers[lost.worse_to]
                assert all(one.route_to(worse) != NONE for one in (visit, *visit.later)), (
                    "worse leads where nobody goes"
                )
            for route in (route for one in (visit, *visit.later) for route in one.routes):
                for to in plan.members[route.to]:
                    if to < len(plan.services) and plan.services[to].counts_units:
                        there = [one.visit for one in group.visits[to].by_class.values()]
                        assert there, "hours of care that nobody has stated"
                        for one in there:
                            assert one is not None and one.units is not None, "hours of care that nobody has stated"
    for entry in plan.scenario.census:
        group = next(one for one in plan.groups if one.group.name == entry.group)
        if entry.waiting_for is not None and entry.service != OUTSIDE_NAME:
            visits = group.visits[plan.numbers[entry.service]]
            for profile, levels in enumerate(group.profiles):
                if set(entry.levels) <= set(levels):
                    leads_there = visits.of(profile, profile).route_to(plan.numbers[entry.waiting_for]) != NONE
                    assert leads_there, "waiting for where no way leads"


def _service(plan: Plan, planned: PlannedService, lengths: _Lengths, hours: _Hours) -> tuple[int, ...]:
    service, bays = planned.service, plan.bays_of[planned.number]
    review, surge = service.review, service.surge
    return (
        int(planned.counts_units),
        int(service.may_pass),
        hours.row(planned.door, planned.number),
        hours.row(planned.discharge_hours),
        lengths.row(service.turnaround),
        NONE if review is None else review.from_second_of_day,
        NONE if review is None else review.to_second_of_day,
        NONE if surge is None else surge.places,
        0 if surge is None else surge.opens_when_waiting,
        0 if surge is None else surge.closes_when_waiting,
        bays[0],
        bays[-1] + 1,
        int(bool(service.bays)),
        planned.key,
    )


def _longest(wait: Distribution | ClockTime | None, lengths: _Lengths) -> tuple[int, int]:
    """A longest wait: the row of its length, or the second of the day at which it is over."""
    return (NONE, wait.second_of_day) if isinstance(wait, ClockTime) else (lengths.row(wait), NONE)


def _rise(rise: PriorityRise | None) -> tuple[int, int, int]:
    """After how long, or at which second of the day, a priority rises, and what it is then."""
    if rise is None:
        return NONE, NONE, NONE
    return (
        (seconds(rise.after_days), NONE, rise.to) if rise.until is None else (NONE, rise.until.second_of_day, rise.to)
    )


def _queue_limits(plan: Plan) -> Ints:
    limits = [*(one.service.queue_limit for one in plan.services), None, None]
    limits += [one.queue_limit for one in plan.scenario.lists]
    return np.array([NONE if limit is None else limit for limit in limits], dtype=np.int64)


def _padded(rows: Sequence[Sequence[int]]) -> Ints:
    """Rows of several lengths, filled up with NONE."""
    most = max(map(len, rows))
    return _ints([[*row, *[NONE] * (most - len(row))] for row in rows], most)


def _groups(plan: Plan, lengths: _Lengths, journeys: _Journeys) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = []
    for number, group in enumerate(plan.groups):
        first = len(rows)
        rows += [
            (
                number, first, len(group.profiles), one.otherwise, *_longest(one.arrival.longest_wait, lengths),
                one.arrival.priority, *_rise(one.arrival.priority_rises), lengths.row(one.arrival.dies_while_waiting),
                *journeys.add_arrival_steps(one.steps), group.longest_wait,
            )
            for one in group.arrivals
        ]  # fmt: skip
    return rows


def _census_entry(plan: Plan, entry: CensusEntry, lengths: _Lengths) -> tuple[int, ...]:
    return (
        OUTSIDE if entry.service == OUTSIDE_NAME else plan.numbers[entry.service],
        NONE if entry.waiting_for is None else plan.numbers[entry.waiting_for],
        lengths.row(entry.waited),
        lengths.row(entry.remaining),
        lengths.row(entry.stay),
    )


def _is_left(plan: Plan) -> NDArray[np.bool_]:
    left = np.zeros((len(plan.scenario.census), len(plan.step_names)), dtype=np.bool_)
    for row, entry in enumerate(plan.scenario.census):
        left[row, list(plan.step_numbers(entry.steps_left))] = True
    return left


def _begun(plan: Plan) -> Ints:
    begun = np.full((len(plan.scenario.census), len(plan.step_names)), NONE, dtype=np.int64)
    for row, entry in enumerate(plan.scenario.census):
        for step, ago in plan.begun_before(entry).items():
            begun[row, step] = ago
    return begun


def _changes(plan: Plan) -> Rows:
    services = [
        (change.from_second, 0, bay.number, _planned((change,), 0), most)
        for bay in plan.bays
        for change, most in zip(bay.capacity[1:], bay.most_by_row[1:], strict=True)
    ]
    teams = [
        (change.from_second, 1, number, _planned((change,), 0), NONE)
        for number, team in enumerate(plan.scenario.teams)
        for change in team.capacity[1:]
    ]
    rows = [row for row in (*services, *teams) if row[0] < plan.until]
    return np.array(sorted(rows), CHANGE)


def _planned(capacity: Sequence[Places], at: int) -> int:
    places = places_at(capacity, at)
    return NOT_IN_THIS_RUN if places is None else places


def _review_chances(plan: Plan) -> Floats:
    rows = [
        (1.0,) * 7 if planned.service.review is None else planned.service.review.chance_by_weekday
        for planned in plan.services
    ]
    return _floats(rows, 7)


def _review_keys(plan: Plan) -> Keys:
    """One for each review that can be missed; none is made where none can."""
    can_be_missed = any(
        chance < 1.0
        for planned in plan.services
        if planned.service.review is not None
        for chance in planned.service.review.chance_by_weekday
    )
    days = (plan.until + 2 * FORESEEN) // SECONDS_PER_DAY + 1
    return _keys(quantities.review_happens(attempt) for attempt in range(days if can_be_missed else 0))


def _can_exchange(plan: Plan) -> NDArray[np.bool_]:
    matrix = np.zeros((len(plan.bays), len(plan.bays)), dtype=np.bool_)
    for held, neighbours in enumerate(plan.circle_neighbours):
        matrix[held, list(neighbours)] = True
    return matrix


def _exchanges(plan: Plan) -> Ints:
    most = max(1, *map(len, plan.circle_neighbours))
    return _ints([(*sorted(row), *(NONE,) * (most - len(row))) for row in plan.circle_neighbours], most)


def _from(place: int, first: int) -> int:
    return NONE if place == NONE else first + place


def _ints(rows: Sequence[Sequence[int]], columns: int) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(len(rows), columns)


def _floats(rows: Sequence[Sequence[float]], columns: int) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), columns)


def _keys(numbers: Iterable[int]) -> Keys:
    return np.array(list(numbers), dtype=np.uint64)
