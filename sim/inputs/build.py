"""From the parsed and checked scenario to the frozen nouns that engines and measures use.

Here exact decimals become numbers, days become seconds and dates become seconds of the run; nothing is decided.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sim.inputs import fields, scenario
from sim.inputs.arrival_files import bookings_of, by_year
from sim.inputs.by_level import for_levels, traits_of
from sim.inputs.calendar import bank_holidays_of
from sim.inputs.distributions import Distribution
from sim.inputs.durations import clock_time
from sim.inputs.field_types import Named, each, is_parsed
from sim.inputs.parsed import (
    Variant,
    arrivals_of,
    as_levels,
    bay_is_for,
    capacity_key,
    combinations,
    dated_routes_of,
    first_opening,
    hours_of,
    opens_second,
    places_of,
    traits_with_shares,
    variants_of,
)
from sim.inputs.problems import Path

HOME_SERVICE = scenario.Service(
    name=scenario.HOME, kind="other", capacity=(scenario.Places(from_second=0, places=None),)
)


def calendar_of(spec: fields.CalendarSpec) -> scenario.Calendar:
    """The run."""
    days = spec.warm_up_days + spec.measured_days + spec.follow_up_days
    closed = spec.bank_holidays or []
    return scenario.Calendar(
        start=spec.start,
        warm_up_days=spec.warm_up_days,
        measured_days=spec.measured_days,
        follow_up_days=spec.follow_up_days,
        bank_holidays=bank_holidays_of(closed, spec.start, days)
        if isinstance(closed, str)
        else tuple(sorted(set(closed))),
    )


def services_of(spec: Named[fields.ServiceSpec], calendar: scenario.Calendar) -> tuple[scenario.Service, ...]:
    """The services in file order, home last."""
    return (*(_service(name, one, calendar) for name, one in each(spec)), HOME_SERVICE)


def _service(name: str, spec: fields.ServiceSpec, calendar: scenario.Calendar) -> scenario.Service:
    return scenario.Service(
        name=name,
        kind=spec.kind,
        capacity=places_of(spec, calendar.start, calendar.days),
        opens_second=opens_second(spec, calendar.start),
        counted_in="beds" if spec.bays is not None else capacity_key(spec),
        bays=_bays_of(spec, calendar.start, calendar.days),
        queue_limit=spec.queue_limit,
        admission_hours=hours_of(spec.admission_hours),
        discharge_hours=hours_of(spec.discharge_hours),
        review=_review(spec.review),
        turnaround=spec.turnaround_hours,
        surge=_surge(spec.surge),
        may_pass=spec.may_pass,
        reason=spec.reason,
        pathway=spec.pathway,
        is_long_term=spec.long_term,
    )


def _review(spec: fields.ReviewSpec | None) -> scenario.Review | None:
    if spec is None:
        return None
    chances = spec.chance_by_weekday
    if chances is None:
        return scenario.Review(from_second_of_day=spec.from_, to_second_of_day=spec.to)
    return scenario.Review(
        from_second_of_day=spec.from_,
        to_second_of_day=spec.to,
        chance_by_weekday=tuple(float(chances[day]) for day in scenario.WEEKDAYS),
    )


def _surge(spec: fields.SurgeSpec | None) -> scenario.Surge | None:
    if spec is None:
        return None
    return scenario.Surge(
        places=spec[capacity_key(spec)],
        opens_when_waiting=spec.opens_when_waiting,
        closes_when_waiting=spec.closes_when_waiting,
    )


def lists_of(
    spec: Named[fields.WaitingListSpec] | None, services: Named[fields.ServiceSpec], calendar: scenario.Calendar
) -> tuple[scenario.WaitingList, ...]:
    """The waiting lists in file order."""
    return tuple(_waiting_list(name, one, services, calendar) for name, one in each(spec))


def _waiting_list(
    name: str, spec: fields.WaitingListSpec, services: Named[fields.ServiceSpec], calendar: scenario.Calendar
) -> scenario.WaitingList:
    return scenario.WaitingList(
        name=name,
        services=tuple(spec.services),
        queue_limit=spec.queue_limit,
        reason=spec.reason,
        opens_second=first_opening([services[service] for service in spec.services], calendar.start),
    )


def teams_of(spec: Named[fields.TeamSpec] | None, calendar: scenario.Calendar) -> tuple[scenario.Team, ...]:
    """The teams in file order."""
    return tuple(
        scenario.Team(name=name, capacity=places_of(one, calendar.start, calendar.days)) for name, one in each(spec)
    )


def steps_of(spec: Named[fields.StepSpec] | None) -> dict[str, scenario.Step]:
    """The steps as declared, in file order."""
    return {name: _step(name, one) for name, one in each(spec)}


def _step(name: str, spec: fields.StepSpec) -> scenario.Step:
    starts, after, takes = spec.starts, spec.after, spec.takes_days or spec.takes_working_days
    assert takes is not None  # exactly one of the two is written
    return scenario.Step(
        name=name,
        reason=spec.reason,
        takes=takes,
        working_days=spec.takes_working_days is not None,
        starts="before_ready" if isinstance(starts, fields.EarlySpec) else starts,
        start_days=float(starts.days_before_ready) if isinstance(starts, fields.EarlySpec) else 0.0,
        after=() if after is None else tuple(after) if isinstance(after, list) else (after,),
        team=spec.team,
        share=float(spec.share),
    )


def _step_on_route(step: scenario.Step, spec: fields.RouteStepSpec) -> scenario.Step:
    """A step as it is in force on one route, or outside."""
    takes = spec.takes_days or spec.takes_working_days
    return scenario.Step(
        name=step.name,
        reason=step.reason,
        takes=takes or step.takes,
        working_days=step.working_days if takes is None else spec.takes_working_days is not None,
        starts=step.starts,
        start_days=step.start_days,
        after=step.after,
        team=step.team,
        share=step.share if spec.share is None else float(spec.share),
    )


def people_of(
    spec: Named[fields.GroupSpec], steps: dict[str, scenario.Step], start: date
) -> tuple[tuple[scenario.Group, ...], tuple[str, ...]]:
    """The groups in file order, and what was normalised on the way."""
    notices: list[str] = []
    groups = tuple(_group(name, one, steps, start, notices) for name, one in each(spec))
    return groups, tuple(notices)


def _group(
    name: str, spec: fields.GroupSpec, steps: dict[str, scenario.Step], start: date, notices: list[str]
) -> scenario.Group:
    times = spec.arrivals
    return scenario.Group(
        name=name,
        arrives_at=_shares(spec.arrives_at),
        arrivals_per_day=float(spec.arrivals_per_day or 0),
        arrivals_every=spec.arrivals_every_days,
        by_weekday=_multipliers(name, "arrivals_by_weekday", spec.arrivals_by_weekday, scenario.WEEKDAYS, notices),
        by_month=_multipliers(name, "arrivals_by_month", spec.arrivals_by_month, scenario.MONTHS, notices),
        by_hour=_by_hour(name, spec.arrivals_by_hour, notices),
        by_year=by_year(spec.arrivals_by_year),
        arrivals=tuple(sorted(_seconds(times))) if isinstance(times, list) else None,
        bookings=bookings_of(times, start),
        traits=traits_with_shares(spec),
        prevented=tuple(
            (as_levels(levels), float(for_levels(spec.prevented_share, levels)))
            for levels in combinations(spec, traits_of(spec.prevented_share))
        ),
        arrivals_outside=tuple(_arrival(levels, one, steps) for levels, one in arrivals_of(spec)),
        journey=tuple(_visit(variant, steps, start) for variant in variants_of(name, spec)),
    )


def _shares(spec: Any) -> tuple[tuple[str, float], ...]:
    """One name, or names with shares, as pairs."""
    return tuple((name, float(share)) for name, share in spec.items()) if is_parsed(spec) else ((spec, 1.0),)


def _seconds(times: list[fields.ArrivalTimeSpec]) -> Iterator[int]:
    for time in times:
        yield from [round(time.day * scenario.SECONDS_PER_DAY)] * time.count


def _multipliers(
    group: str, key: str, spec: Named[Decimal] | None, names: tuple[str, ...], notices: list[str]
) -> tuple[float, ...]:
    """Multipliers with mean 1, in the order of their names."""
    if spec is None:
        return (1.0,) * len(names)
    return _normalised(group, key, [spec[name] for name in names], notices)


def _by_hour(group: str, written: list[Decimal] | None, notices: list[str]) -> tuple[float, ...] | None:
    return None if written is None else _normalised(group, "arrivals_by_hour", written, notices)


def _normalised(group: str, key: str, written: list[Decimal], notices: list[str]) -> tuple[float, ...]:
    """Multipliers with mean 1, and a notice where the written ones had another mean."""
    mean = sum(written, Decimal(0)) / len(written)
    shown = f"{mean:.6g}"
    if Decimal(shown) != 1:  # planners round their multipliers, and a note about that would only puzzle them
        notices.append(f"{key} of {group} was normalised to mean 1: its mean was {shown}")
    return tuple(float(decimal / mean) for decimal in written)


def _arrival(levels: Mapping[str, str], spec: fields.ArrivalSpec, steps: dict[str, scenario.Step]) -> scenario.Arrival:
    return scenario.Arrival(
        levels=as_levels(levels),
        longest_wait=spec.longest_wait_days,
        otherwise=spec.otherwise,
        priority=spec.priority,
        priority_rises=_priority_rise(spec.priority_rises),
        dies_while_waiting=spec.dies_while_waiting_days,
        steps=tuple(_step_on_route(steps[name], one) for name, one in each(spec.steps)),
    )


def _priority_rise(spec: fields.PriorityRisesSpec | None) -> scenario.PriorityRise | None:
    if spec is None:
        return None
    return scenario.PriorityRise(after_days=float(spec.after_days or 0), until=clock_time(spec.until), to=spec.to)


def _visit(variant: Variant, steps: dict[str, scenario.Step], start: date) -> scenario.Visit:
    spec = variant.visit
    tapers = tuple(
        scenario.Taper(after_days=float(taper.after_days), share=float(taper.to)) for taper in spec.tapers or ()
    )
    times = float(spec.stay_times)
    first, *later = _dated(spec.then, steps, times, start)
    return scenario.Visit(
        service=variant.here,
        found=as_levels(variant.found),
        after=as_levels(variant.after),
        stay=_times(spec.stay_days, times),
        then=first.routes,
        later=tuple(later),
        units=spec.hours_per_week,
        tapers=tapers,
        lost_ground=_lost_ground(spec.lost_ground),
        changes=_changes(spec.changes),
        dies_while_delayed=spec.dies_while_delayed_days,
        path=".".join(spec.path),
    )


def _times(stay: Distribution | None, times: float) -> Distribution | None:
    """A stay as it is drawn, where every stay of the visit is so many times as long."""
    return None if stay is None else stay.scaled(times)


def _dated(spec: Any, steps: dict[str, scenario.Step], times: float, start: date) -> list[scenario.RoutesFrom]:
    """Routes by the second of the run from which they hold; dates before the start leave their last ones."""
    by_second: dict[int, tuple[scenario.Route, ...]] = {}
    for since, routes in dated_routes_of(spec):
        second = 0 if since is None else max(0, (since - start).days) * scenario.SECONDS_PER_DAY
        by_second[second] = tuple(_route(to, one, steps, times) for to, one in each(routes))
    return [scenario.RoutesFrom(from_second=second, routes=routes) for second, routes in by_second.items()]


def _route(to: str, spec: fields.RouteSpec, steps: dict[str, scenario.Step], times: float) -> scenario.Route:
    return scenario.Route(
        to=to,
        share=float(spec.share),
        stay=_times(spec.stay_days, times),
        steps=tuple(_step_on_route(steps[name], one) for name, one in each(spec.steps)),
        longest_wait=spec.longest_wait_days,
        otherwise=spec.otherwise,
        may_join_after=spec.may_join,
        priority=spec.priority,
        priority_rises=_priority_rise(spec.priority_rises),
        path=".".join(spec.path[_place_of_then(spec.path) :]),
    )


def _place_of_then(path: Path) -> int:
    """Where the routes begin in the path of one of them: levels of the whole journey or visit are before."""
    return path.index("then", len(("people", "group", "journey", "service")))


def _lost_ground(spec: fields.LostGroundSpec | None) -> scenario.LostGround | None:
    if spec is None:
        return None
    longer, worse = float(spec.longer_stay_days_per_delayed_day), spec.worse
    changes = _changes(spec.changes)
    if worse is None:
        return scenario.LostGround(longer_stay_days_per_delayed_day=longer, changes=changes)
    return scenario.LostGround(
        changes=changes,
        longer_stay_days_per_delayed_day=longer,
        worse_from=worse.from_,
        worse_to=worse.to,
        worse_chance_per_delayed_day=float(worse.chance_per_delayed_day),
    )


def _changes(spec: list[fields.ChangeSpec] | list[fields.LostChangeSpec] | None) -> tuple[scenario.LevelChange, ...]:
    return tuple(
        scenario.LevelChange(
            trait=one.trait,
            from_level=one.from_,
            to_level=one.to,
            chance=float(one.chance if isinstance(one, fields.ChangeSpec) else one.chance_per_delayed_day),
        )
        for one in spec or ()
    )


def census_of(spec: list[fields.CensusSpec] | None) -> tuple[scenario.CensusEntry, ...]:
    """Who is there when the clock starts."""
    return tuple(
        scenario.CensusEntry(
            group=one.group,
            service=one.service,
            count=one.count,
            elapsed=one.elapsed_days,
            remaining=one.remaining_days,
            stay=one.stay_days,
            waiting_for=one.waiting_for,
            waited=one.waited_days,
            steps_left=tuple(one.steps_left or ()),
            steps_begun=tuple((name, float(days)) for name, days in (one.steps_begun_days or {}).items()),
            levels=as_levels(one.levels or {}),
        )
        for one in spec or ()
    )


def _bays_of(spec: fields.ServiceSpec, start: date, days: int) -> tuple[scenario.Bay, ...]:
    """The bays of a service in file order; none where it has beds or places."""
    return tuple(
        scenario.Bay(
            capacity=places_of(bay, start, days),
            only_for=tuple((trait, tuple(levels)) for trait, levels in bay_is_for(bay).items()),
        )
        for bay in spec.bays or ()
    )
