"""Invariants of the records and of every sum made from them, checked after each replication.

The first that is broken stops the run (exit code 3), with the first row or the sum that breaks it. The
records' rows are checked in `recording.py`; here are places, queues and sums. Services counted in hours and
services whose places are cleaned are not asked whether somebody waits beside a free place: the records do
not say who would fit, nor what is being cleaned. Services with bays are asked bay by bay: who
comes in is somebody whom the bay is for, and nobody waits beside a free bed for them.

Invariants may be added; removing one needs agreement.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isclose

import numpy as np

from sim.inputs.scenario import REASONS, Bay, Scenario, Service, Team
from sim.machine_code import Mask
from sim.model.records import OUTSIDE, Column, Ledger
from sim.results.comparison.accounts import RELEASED_ADD_UP
from sim.results.comparison.compare import Estimate, ReplicationTable
from sim.results.invariants import cohort, count_sweep, money, people, place_sweep
from sim.results.invariants.money import BUDGETS_ADD_UP, CHARGED_ONCE, COSTS_ADD_UP, check_costs
from sim.results.invariants.records import (
    EVERYBODY_IS_SOMEWHERE,
    NUMBERS_ARE_KNOWN,
    IdentityBroken,
    check_records,
    require_rows,
    require_sums,
)
from sim.results.measure_table import measures
from sim.results.measures import teams
from sim.results.measures.census import at_midnights, late_at_midnights
from sim.results.measures.delays import Delays, delayed_seconds, delays
from sim.results.measures.occupancy import (
    counts_hours,
    door_over_time,
    free_between,
    free_in_bay,
    free_over_time,
    held_in_bay,
    held_over_time,
    occupied_seconds,
    open_over_time,
    own_hours_over_time,
    planned_over_time,
)
from sim.results.measures.order import MeasureKey
from sim.results.path_passes import PASSES
from sim.results.step_functions import StepFunction, both, column, either, going_on
from sim.results.window import Block, Window

WITHIN_LIMITS = "shares lie from 0 to 1, people and days are not below 0, intervals included"
SAYS_IN_HOW_MANY = "a figure says in how many replications it is defined"

CHECKED_OVER_REPLICATIONS = (WITHIN_LIMITS, SAYS_IN_HOW_MANY)


def check_figures(table: ReplicationTable, estimates: Sequence[Estimate], defined: Mapping[MeasureKey, int]) -> None:
    """Raise IdentityBroken at the first figure of a scenario that breaks one; each was there in so many replications."""
    for values, row in zip(table.values, estimates, strict=True):
        where = f"{table.scenario}: {' '.join(row[1:5])}".rstrip()
        least, most = measures()[row.measure].limits()
        known = values[~np.isnan(values)].tolist()
        ends = [end for end in (row.mean, row.low, row.high) if end is not None]
        if min(*known, *ends) < least or max(*known, *ends) > most:
            raise IdentityBroken(WITHIN_LIMITS, f"{where}: {min(*known, *ends)} to {max(*known, *ends)}")
        expected = table.values.shape[1] if measures()[row.measure].absent_is_zero else defined[row[1:5]]
        if row.replications != expected:
            raise IdentityBroken(SAYS_IN_HOW_MANY, f"{where}: {row.replications} against {expected}")


__all__ = ["COSTS_ADD_UP", "IdentityBroken", "check", "check_costs", "check_cut", "check_periods", "check_window"]

NOBODY_ENTERS_A_FULL_SERVICE = "nobody is admitted to a full service"
QUEUE_LIMITS_HOLD = "a queue never grows beyond its limit"
NOBODY_WAITS_BESIDE_A_FREE_PLACE = "nobody eligible waits beside a free place"
NOBODY_WAITS_FOR_A_FREE_TEAM = "no step waits for a team with a free place"
STAYS_ADD_UP = "occupied time = the sum of clipped stays"
OCCUPIED_IS_NEED_PLUS_DELAY = "occupied = needing care + delayed"
PARTS_ADD_UP = "reasons, next services and causes each add up to the delay"
PERIODS_ADD_UP = "periods add up to the window"
LACKS_ADD_UP = "what delayed people lacked adds up to the delay of each reason"

CHECKED = (
    NUMBERS_ARE_KNOWN,
    EVERYBODY_IS_SOMEWHERE,
    NOBODY_ENTERS_A_FULL_SERVICE,
    QUEUE_LIMITS_HOLD,
    NOBODY_WAITS_BESIDE_A_FREE_PLACE,
    NOBODY_WAITS_FOR_A_FREE_TEAM,
    STAYS_ADD_UP,
    OCCUPIED_IS_NEED_PLUS_DELAY,
    PARTS_ADD_UP,
    LACKS_ADD_UP,
    *people.CHECKED,
    *people.SPLITS_CHECKED,
    *people.HOSPITALS_CHECKED,
    COSTS_ADD_UP,
    CHARGED_ONCE,
    BUDGETS_ADD_UP,
    *cohort.CHECKED,
    RELEASED_ADD_UP,
    PERIODS_ADD_UP,
    "each stay begins where and when the one before ended, and needed time runs once",
    "every move is the end of exactly one wait, and steps run inside their stay",
)


def check(scenario: Scenario, ledger: Ledger, is_fast: bool = False) -> None:
    """Raise IdentityBroken at the first invariant that these records break."""
    check_cut(Window(scenario, ledger, is_fast))


def check_cut(window: Window) -> None:
    """Check the records of the whole run, and what is counted in its window."""
    check_records(window.run)
    check_places(window.run)
    check_window(window)
    cohort.check_cohort(window)


def check_window(window: Window) -> None:
    """Only what depends on the window: for another window of records that has been checked."""
    check_sums(window)
    people.check_people(window)
    people.check_splits(window)
    people.check_hospitals(window)
    check_costs(window)


def check_periods(scenario: Scenario, whole: Block, parts: Sequence[Block]) -> None:
    """What is counted in the periods of a window comes to what is counted in all of it; money to its rounding.

    Each period rounds each of its prices to the penny by itself.
    """
    found: dict[tuple[str, str], float] = {}
    for service, measure, _, value in (total for part in parts for total in _totals(part)):
        found[service, measure] = found.get((service, measure), 0.0) + value
    prices = len(scenario.costs.prices) * len(scenario.services)
    rounding = (len(parts) + 1) / 2 * prices / 100
    for service, measure, unit, value in _totals(whole):
        if measures()[measure].is_total:
            sums, within = found.get((service, measure), 0.0), rounding if unit == "GBP" else 1e-6
            if not isclose(sums, value, rel_tol=1e-12, abs_tol=within):
                raise IdentityBroken(PERIODS_ADD_UP, f"{service}, {measure}: {sums} against {value}")


def _totals(block: Block) -> Iterator[tuple[str, str, str, float]]:
    """Service, measure, unit and value of what is not of a part."""
    for (service, measure, by, _, unit), value in zip(block.keys, block.values.tolist(), strict=True):
        if by == "":
            yield service, measure, unit, value


def check_places(window: Window) -> None:
    """Check places and queues: no admission to a full service, no wait while a place is free."""
    for service in window.declared:
        _nobody_enters_a_full_service(window, service)
        _queue_limit_holds(window, service.name, service.queue_limit)
    for one in window.scenario.lists:
        _queue_limit_holds(window, one.name, one.queue_limit)
    asked = asked_for_free_places(window)
    if not place_sweep.surely_nobody_waits(window, asked):
        for number, members in enumerate(asked):
            for member in members:
                _nobody_waits_beside_a_free_place(window, number, member)
    check_bays(window)
    for team in window.scenario.teams:
        _no_step_waits_for_a_free_team(window, team)


def _nobody_enters_a_full_service(window: Window, service: Service) -> None:
    """At each admission, after the whole instant: held <= the larger of open and held just before."""
    extra = 0 if service.surge is None else service.surge.places  # may have opened and closed in the instant
    if service.is_unlimited or place_sweep.surely_not_too_full(window, service, extra):
        return
    rows = window.stay_rows(window.number(service))
    admitted = window.stays_in(window.number(service), "admitted")
    held, planned = held_over_time(window, service), open_over_time(window, service).at(admitted)
    room = np.maximum(planned + extra, held.before(admitted))
    seated = window.is_seated[rows]  # there from the start, perhaps more of them than there are places
    fits = (held.at(admitted) <= room) | (planned < 0) | seated
    require_rows(window, NOBODY_ENTERS_A_FULL_SERVICE, "stays", rows, fits)


def _queue_limit_holds(window: Window, name: str, limit: int | None) -> None:
    """Whenever a person joins, after the whole instant: waiting <= the larger of the limit and those before.

    Until the service that they would go to instead has opened, nobody is turned away (rule 17).
    """
    if limit is None:
        return
    number = window.numbers[name]
    joined = window.waits_for(number, "joined")
    waiting = going_on(joined, window.waits_for(number, "ended"), window.passes(PASSES))
    most = np.maximum(limit, waiting.before(joined))
    holds = (waiting.at(joined) <= most) | (joined < 0)  # who waited at the start is not turned away
    holds |= joined < _opening_of_the_other_ways(window.scenario, name)
    require_rows(window, QUEUE_LIMITS_HOLD, "waits", window.wait_rows(number), holds)


def _opening_of_the_other_ways(scenario: Scenario, name: str) -> int:
    """The second from which everywhere has opened that people may go who are turned away from a service."""
    comes = (group for group in scenario.people if name in dict(group.arrives_at))
    ways: set[str | None] = {arrival.otherwise for group in comes for arrival in group.arrivals_outside}
    routes = (route for group in scenario.people for visit in group.journey for route in visit.routes)
    ways |= {route.otherwise for route in routes if route.to == name}
    opens = {service.name: service.opens_second for service in scenario.services}
    opens |= {one.name: one.opens_second for one in scenario.lists}
    return max((second for name, second in opens.items() if name in ways), default=0)


def asked_for_free_places(window: Window) -> list[list[int]]:
    """By destination: the services that people who wait for it may go to, without those that are not asked."""
    services = window.scenario.services
    not_asked = {window.died} | {
        number
        for number, service in enumerate(services)
        if counts_hours(service) or service.turnaround is not None or service.bays
    }
    return [[member for member in members if member not in not_asked] for members in window.members]


def _nobody_waits_beside_a_free_place(window: Window, number: int, member: int) -> None:
    """Who is clear waits for no time in which a place, the admission hours and their own discharge hours are open.

    `number` is what they wait for, and `member` a service where they may come in: one of a list, else the same.
    """
    service = window.scenario.services[member] if member <= window.home else None
    clear = np.maximum(window.waits_for(number, "clear"), 0)
    ended = np.minimum(window.waits_for(number, "ended"), window.ledger.until)
    queue = np.flatnonzero(clear < ended)
    free = free_over_time(window, member)
    if service is not None:
        free = both(free, door_over_time(window, service))
    held_by = window.waits_for(number, "held")[queue]
    for held in np.unique(held_by):
        rows = queue[held_by == held]
        eligible = free if held == OUTSIDE else both(free, own_hours_over_time(window, window.scenario.services[held]))
        holds = eligible.between(clear[rows], ended[rows]) == 0
        require_rows(window, NOBODY_WAITS_BESIDE_A_FREE_PLACE, "waits", window.wait_rows(number)[rows], holds)


def _no_step_waits_for_a_free_team(window: Window, team: Team) -> None:
    work, free = teams.work_of(window, team), teams.free_over_time(window, team)
    until = np.minimum(work.team_joined, window.ledger.until)
    if not place_sweep.surely_no_step_waits(window, free, work.started, until):
        waits = np.flatnonzero(work.started < until)
        holds = free.between(work.started[waits], until[waits]) == 0
        in_stays = len(window.ledger.steps["step"])
        is_outside = work.row[waits] >= in_stays
        for table, these, before in (("steps", ~is_outside, 0), ("arrival_steps", is_outside, in_stays)):
            rows = work.row[waits][these] - before
            require_rows(window, NOBODY_WAITS_FOR_A_FREE_TEAM, table, rows, holds[these])


def check_sums(window: Window) -> None:
    """Occupied time by three ways, delay by four, and each reason of it by what lacked."""
    names, services = window.names[: window.home], window.declared
    occupied = column(*(occupied_seconds(window, service) for service in services))
    by_path = column(*(money.people_seconds(window, service) for service in services))
    require_sums(STAYS_ADD_UP, names, by_path, occupied)
    total = column(*(delayed_seconds(window, number) for number in range(window.home)))
    care = count_sweep.stays_again(window).care[:, : window.home]
    require_sums(OCCUPIED_IS_NEED_PLUS_DELAY, names, care[count_sweep.NEEDED] + total, occupied)
    nights = late_at_midnights(window)[: window.home].sum(axis=1) + care[count_sweep.MIDNIGHTS]
    census = at_midnights(window)[0, : window.home].sum(axis=1)
    require_sums(OCCUPIED_IS_NEED_PLUS_DELAY, [f"{name}, midnights" for name in names], nights, census)
    _parts_add_up(names, delays(window), total)


def _parts_add_up(names: Sequence[str], found: Delays, total: Column) -> None:
    """Each table of delay comes to the whole of each service."""
    for by, table in (("reasons", found.by_reason), ("next services", found.by_next), ("causes", found.by_cause)):
        require_sums(PARTS_ADD_UP, [f"{name}, {by}" for name in names], table.sum(axis=1), total)
    where = [f"{name}, {reason}" for name in names for reason in REASONS]
    require_sums(LACKS_ADD_UP, where, found.by_lack.sum(axis=2).ravel(), found.by_reason.ravel())


# -- services with bays ------------------------------------------------------------------------------------------------


FOR_WHOM_IT_IS = "who comes into a bay is somebody whom it is for"
NOBODY_ENTERS_A_FULL_BAY = "nobody enters a full bay"
NOBODY_WAITS_BESIDE_A_FREE_BED = "nobody waits beside a free bed in a bay that is for them"
NEVER_FREE = free_between(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))


def check_bays(window: Window) -> None:
    """Check every service that has bays."""
    for service in window.declared:
        if service.bays:
            _comings(window, service)
            if service.turnaround is None:
                _waits(window, service)


def _comings(window: Window, service: Service) -> None:
    """Of everybody who was admitted during the run: the bay is for them, and had a bed."""
    number = window.number(service)
    rows, which = window.stay_rows(number), window.stays_in(number, "bay")
    person, profile = window.stays_in(number, "person"), window.stays_in(number, "found")
    seated, group = window.is_seated[rows], window.ledger.people["group"][person]
    for place, bay in enumerate(service.bays):
        mine = which == place
        fits = is_for(window, bay, group, profile) | seated | ~mine
        require_rows(window, FOR_WHOM_IT_IS, "stays", rows, fits)
        admitted, held = window.stays_in(number, "admitted")[mine], held_in_bay(window, service, place)
        most = np.maximum(planned_over_time(bay.capacity).at(admitted), held.before(admitted))
        require_rows(window, NOBODY_ENTERS_A_FULL_BAY, "stays", rows[mine], (held.at(admitted) <= most) | seated[mine])


def is_for(window: Window, bay: Bay, group: Column, profile: Column) -> Mask:
    """Whom a bay is for, of people of these groups with these profiles."""
    fits = [np.array([bay.is_for(levels) for levels in group.profiles]) for group in window.scenario.people]
    found = np.zeros(len(group), dtype=bool)
    for number, of_group in enumerate(fits):
        found[group == number] = of_group[profile[group == number]]
    return found


def _waits(window: Window, service: Service) -> None:
    """Who is clear waits for no time in which a bed for them, the opening hours and their own discharge hours are open."""
    number = window.number(service)
    door = door_over_time(window, service)
    free = [free_in_bay(window, service, place) for place in range(len(service.bays))]
    for rows, theirs, held in _alike(window, service, number):
        eligible = both(_any(free, theirs), door)
        if held != OUTSIDE:
            eligible = both(eligible, own_hours_over_time(window, window.scenario.services[held]))
        clear = np.maximum(window.ledger.waits["clear"][rows], 0)
        ended = np.minimum(window.ledger.waits["ended"][rows], window.ledger.until)
        some = np.flatnonzero(clear < ended)
        holds = eligible.between(clear[some], ended[some]) == 0
        require_rows(window, NOBODY_WAITS_BESIDE_A_FREE_BED, "waits", rows[some], holds)


def _alike(window: Window, service: Service, number: int) -> Iterator[tuple[Column, Sequence[bool], int]]:
    """The waits for a service, alone or on a list, by the bays that are for them and where they are."""
    waits = window.ledger.waits
    to = [queue for queue, members in enumerate(window.members) if number in members]
    rows = np.flatnonzero(np.isin(waits["to"], to))
    group = window.ledger.people["group"][waits["person"][rows]]
    fits = np.stack([is_for(window, bay, group, waits["profile"][rows]) for bay in service.bays], axis=1)
    kinds, of_kind = np.unique(fits, axis=0, return_inverse=True)
    held = waits["held"][rows]
    for kind, theirs in enumerate(kinds.tolist()):
        for here in np.unique(held).tolist():
            yield rows[(of_kind.ravel() == kind) & (held == here)], theirs, here


def _any(free: Sequence[StepFunction], theirs: Sequence[bool]) -> StepFunction:
    """1 while a bed is free in any of these bays."""
    found = NEVER_FREE
    for function, mine in zip(free, theirs, strict=True):
        found = either(found, function) if mine else found
    return found
