"""From what was told, checked and sound, to the frozen nouns of a scenario.

Here exact decimals become numbers, days become seconds and dates become seconds of the run; nothing is decided.
What may be changed here: with the fields of `scenario.py`, by agreement.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sim.inputs.by_level import for_levels, traits_of
from sim.inputs.capacity import capacity_key, first_opening, opens_second, places_of
from sim.inputs.distributions import Distribution
from sim.inputs.problems import Path
from sim.inputs.reading import Said, dated_routes_of, each
from sim.inputs.scenario import (
    HOME,
    MONTHS,
    SECONDS_PER_DAY,
    WEEKDAYS,
    Arrival,
    Calendar,
    CensusEntry,
    Group,
    Hours,
    LevelChange,
    LostGround,
    Places,
    PriorityRise,
    Review,
    Route,
    RoutesFrom,
    Service,
    Step,
    Surge,
    Taper,
    Team,
    Visit,
    WaitingList,
)
from sim.inputs.variants import Variant, arrivals_of, as_levels, combinations, traits_with_shares, variants_of

ALWAYS = tuple((0, SECONDS_PER_DAY) for _ in WEEKDAYS)
HOME_SERVICE = Service(name=HOME, kind="other", capacity=(Places(from_second=0, places=None),))


def calendar_of(said: Said) -> Calendar:
    """The run."""
    return Calendar(
        start=said["start"],
        warm_up_days=said["warm_up_days"],
        measured_days=said["measured_days"],
        follow_up_days=said["follow_up_days"],
        bank_holidays=tuple(sorted(set(said["bank_holidays"] or ()))),
    )


def services_of(said: Said, calendar: Calendar) -> tuple[Service, ...]:
    """The services in file order, home last."""
    return (*(_service(name, one, calendar) for name, one in each(said)), HOME_SERVICE)


def _service(name: str, said: Said, calendar: Calendar) -> Service:
    return Service(
        name=name,
        kind=said["kind"],
        capacity=places_of(said, calendar.start),
        opens_second=opens_second(said, calendar.start),
        counted_in=capacity_key(said),
        queue_limit=said["queue_limit"],
        admission_hours=hours_of(said["admission_hours"]),
        discharge_hours=hours_of(said["discharge_hours"]),
        review=_review(said["review"]),
        turnaround=said["turnaround_hours"],
        surge=_surge(said["surge"]),
        may_pass=said["may_pass"],
        reason=said["reason"],
        pathway=said["pathway"],
        is_long_term=said["long_term"],
    )


def hours_of(said: Said | None) -> Hours | None:
    """When a door is open; None for always."""
    if said is None:
        return None
    span = (said["from"], said["to"])
    days = said["days"] or WEEKDAYS
    return Hours(
        by_weekday=tuple(span if day in days else None for day in WEEKDAYS),
        bank_holidays=said["bank_holidays"] == "open",
    )


def _review(said: Said | None) -> Review | None:
    if said is None:
        return None
    chances = said["chance_by_weekday"]
    if chances is None:
        return Review(from_second_of_day=said["from"], to_second_of_day=said["to"])
    return Review(
        from_second_of_day=said["from"],
        to_second_of_day=said["to"],
        chance_by_weekday=tuple(float(chances[day]) for day in WEEKDAYS),
    )


def _surge(said: Said | None) -> Surge | None:
    if said is None:
        return None
    return Surge(
        places=said[capacity_key(said)],
        opens_when_waiting=said["opens_when_waiting"],
        closes_when_waiting=said["closes_when_waiting"],
    )


def lists_of(said: Said | None, services: Said, calendar: Calendar) -> tuple[WaitingList, ...]:
    """The waiting lists in file order."""
    return tuple(_waiting_list(name, one, services, calendar) for name, one in each(said))


def _waiting_list(name: str, said: Said, services: Said, calendar: Calendar) -> WaitingList:
    return WaitingList(
        name=name,
        services=tuple(said["services"]),
        queue_limit=said["queue_limit"],
        reason=said["reason"],
        opens_second=first_opening([services[one] for one in said["services"]], calendar.start),
    )


def teams_of(said: Said | None, calendar: Calendar) -> tuple[Team, ...]:
    """The teams in file order."""
    return tuple(Team(name=name, capacity=places_of(one, calendar.start)) for name, one in each(said))


def steps_of(said: Said | None) -> dict[str, Step]:
    """The steps as declared, in file order."""
    return {name: _step(name, one) for name, one in each(said)}


def _step(name: str, said: Said) -> Step:
    starts, after = said["starts"], said["after"]
    before_ready = isinstance(starts, Said)
    return Step(
        name=name,
        reason=said["reason"],
        takes=said["takes_days"] or said["takes_working_days"],
        working_days=said["takes_working_days"] is not None,
        starts="before_ready" if before_ready else starts,
        days_before_ready=float(starts["days_before_ready"]) if before_ready else 0.0,
        after=() if after is None else tuple(after) if isinstance(after, list) else (after,),
        team=said["team"],
        share=float(said["share"]),
    )


def step_on_route(step: Step, said: Said) -> Step:
    """A step as it is in force on one route."""
    takes = said["takes_days"] or said["takes_working_days"]
    return Step(
        name=step.name,
        reason=step.reason,
        takes=takes or step.takes,
        working_days=step.working_days if takes is None else said["takes_working_days"] is not None,
        starts=step.starts,
        days_before_ready=step.days_before_ready,
        after=step.after,
        team=step.team,
        share=step.share if said["share"] is None else float(said["share"]),
    )


def people_of(said: Said, steps: dict[str, Step], start: date) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """The groups in file order, and what was normalised on the way."""
    notices: list[str] = []
    groups = tuple(_group(name, one, steps, start, notices) for name, one in each(said))
    return groups, tuple(notices)


def _group(name: str, said: Said, steps: dict[str, Step], start: date, notices: list[str]) -> Group:
    times = said["arrivals"]
    return Group(
        name=name,
        arrives_at=_shares(said["arrives_at"]),
        arrivals_per_day=float(said["arrivals_per_day"] or 0),
        by_weekday=_multipliers(name, said, "arrivals_by_weekday", WEEKDAYS, notices),
        by_month=_multipliers(name, said, "arrivals_by_month", MONTHS, notices),
        by_hour=_by_hour(name, said["arrivals_by_hour"], notices),
        arrivals=None if times is None else tuple(sorted(_seconds(times))),
        traits=traits_with_shares(said),
        prevented=tuple(
            (as_levels(levels), float(for_levels(said["prevented_share"], levels)))
            for levels in combinations(said, traits_of(said["prevented_share"]))
        ),
        arrivals_outside=tuple(_arrival(levels, one) for levels, one in arrivals_of(said)),
        journey=tuple(_visit(one, steps, start) for one in variants_of(name, said)),
    )


def _shares(said: Any) -> tuple[tuple[str, float], ...]:
    """One name, or names with shares, as pairs."""
    return tuple((name, float(share)) for name, share in said.items()) if isinstance(said, Said) else ((said, 1.0),)


def _seconds(times: list[Said]) -> Iterator[int]:
    for time in times:
        yield from [round(time["day"] * SECONDS_PER_DAY)] * time["count"]


def _multipliers(group: str, said: Said, key: str, names: tuple[str, ...], notices: list[str]) -> tuple[float, ...]:
    """Multipliers with mean 1, in the order of their names."""
    if said[key] is None:
        return (1.0,) * len(names)
    return _normalised(group, key, [said[key][name] for name in names], notices)


def _by_hour(group: str, written: list[Decimal] | None, notices: list[str]) -> tuple[float, ...] | None:
    return None if written is None else _normalised(group, "arrivals_by_hour", written, notices)


def _normalised(group: str, key: str, written: list[Decimal], notices: list[str]) -> tuple[float, ...]:
    """Multipliers with mean 1, and a notice where the written ones had another mean."""
    mean = sum(written, Decimal(0)) / len(written)
    shown = f"{mean:.6g}"
    if Decimal(shown) != 1:  # planners round their multipliers, and a note about that would only puzzle them
        notices.append(f"{key} of {group} was normalised to mean 1: its mean was {shown}")
    return tuple(float(one / mean) for one in written)


def _arrival(levels: Mapping[str, str], said: Said) -> Arrival:
    return Arrival(
        levels=as_levels(levels),
        longest_wait=said["longest_wait_days"],
        otherwise=said["otherwise"],
        priority=said["priority"],
        priority_rises=_priority_rise(said["priority_rises"]),
        dies_while_waiting=said["dies_while_waiting_days"],
    )


def _priority_rise(said: Said | None) -> PriorityRise | None:
    return None if said is None else PriorityRise(after_days=float(said["after_days"]), to=said["to"])


def _visit(variant: Variant, steps: dict[str, Step], start: date) -> Visit:
    said = variant.visit
    tapers = tuple(Taper(after_days=float(one["after_days"]), share=float(one["to"])) for one in said["tapers"] or ())
    times = float(said["stay_times"])
    first, *later = _dated(said["then"], steps, times, start)
    return Visit(
        service=variant.here,
        found=as_levels(variant.found),
        after=as_levels(variant.after),
        stay=_times(said["stay_days"], times),
        then=first.routes,
        later=tuple(later),
        units=said["hours_per_week"],
        tapers=tapers,
        lost_ground=_lost_ground(said["lost_ground"]),
        changes=_changes(said["changes"]),
        dies_while_delayed=said["dies_while_delayed_days"],
        path=".".join(said.path),
    )


def _times(stay: Distribution | None, times: float) -> Distribution | None:
    """A stay as it is drawn, where every stay of the visit is so many times as long."""
    return None if stay is None else stay.scaled(times)


def _dated(said: Any, steps: dict[str, Step], times: float, start: date) -> list[RoutesFrom]:
    """Routes by the second of the run from which they hold; dates before the start leave their last ones."""
    by_second: dict[int, tuple[Route, ...]] = {}
    for since, routes in dated_routes_of(said):
        second = 0 if since is None else max(0, (since - start).days) * SECONDS_PER_DAY
        by_second[second] = tuple(_route(to, one, steps, times) for to, one in each(routes))
    return [RoutesFrom(from_second=second, routes=routes) for second, routes in by_second.items()]


def _route(to: str, said: Said, steps: dict[str, Step], times: float) -> Route:
    return Route(
        to=to,
        share=float(said["share"]),
        stay=_times(said["stay_days"], times),
        steps=tuple(step_on_route(steps[name], one) for name, one in each(said["steps"])),
        longest_wait=said["longest_wait_days"],
        otherwise=said["otherwise"],
        may_join_after=said["may_join"],
        priority=said["priority"],
        priority_rises=_priority_rise(said["priority_rises"]),
        path=".".join(said.path[_place_of_then(said.path) :]),
    )


def _place_of_then(path: Path) -> int:
    """Where the routes begin in the path of one of them: levels of the whole journey or visit stand before."""
    return path.index("then", len(("people", "group", "journey", "service")))


def _lost_ground(said: Said | None) -> LostGround | None:
    if said is None:
        return None
    longer, worse = float(said["longer_stay_days_per_delayed_day"]), said["worse"]
    changes = _changes(said["changes"])
    if worse is None:
        return LostGround(longer_stay_days_per_delayed_day=longer, changes=changes)
    return LostGround(
        changes=changes,
        longer_stay_days_per_delayed_day=longer,
        worse_from=worse["from"],
        worse_to=worse["to"],
        worse_chance_per_delayed_day=float(worse["chance_per_delayed_day"]),
    )


def _changes(said: list[Said] | None) -> tuple[LevelChange, ...]:
    return tuple(
        LevelChange(
            trait=one["trait"],
            from_level=one["from"],
            to_level=one["to"],
            chance=float(one["chance"] if "chance" in one else one["chance_per_delayed_day"]),
        )
        for one in said or ()
    )


def census_of(said: list[Said] | None) -> tuple[CensusEntry, ...]:
    """Who is there when the clock starts."""
    return tuple(
        CensusEntry(
            group=one["group"],
            service=one["service"],
            count=one["count"],
            elapsed=one["elapsed_days"],
            remaining=one["remaining_days"],
            waiting_for=one["waiting_for"],
            waited=one["waited_days"],
            levels=as_levels(one["levels"] or {}),
        )
        for one in said or ()
    )
