"""Could people live in this scenario? Nobody may wait for what can never come, or go round without time passing.

These are the impossible worlds of the model's rules: an engine that met one would stand still for ever.

Levels of traits are followed where they matter: people with high need who go one way, and people with low need who go the
other, go round only if a stay makes the ones the others.
Tests hold the exact words.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any

from sim.inputs.by_level import Levels, traits_around
from sim.inputs.calendar import ever_open
from sim.inputs.distributions import Distribution
from sim.inputs.field_types import UNREADABLE, each, is_parsed, is_sound
from sim.inputs.fields import CensusSpec, GroupSpec, ServiceSpec, TeamSpec
from sim.inputs.parsed import (
    ParsedScenario,
    Way,
    afters,
    arrivals_of,
    combinations,
    hours_of,
    in_use,
    is_in_journey,
    rings,
    services_in,
)
from sim.inputs.problems import Path, counted, listed, quoted
from sim.inputs.scenario import HOME, OUT, OUTSIDE, SECONDS_PER_DAY, Hours

MINUTES_PER_HOUR = 60
LARGEST_LUCK = 1 - 1e-9  # one person in a thousand million


def _check_never_a_place(parsed: ParsedScenario) -> None:
    """A route to a service without any place, now or later, says where people go instead."""
    for way in parsed.ways():
        if way.route.otherwise is None and in_use(way) and _never_leads_in(parsed, way.to):
            what = f"needs `otherwise`: {quoted(way.to)} never has a place in this run, so where do they go instead?"
            parsed.refuse(way.route.path, what)
    for name, step in each(parsed.spec.steps):
        teams = parsed.spec.teams
        team = teams.get(step.team) if is_parsed(teams) and isinstance(step.team, str) else None
        if is_parsed(team) and _never_has_a_place(parsed, team):
            parsed.refuse(
                (*step.path, "team"),
                f"is {quoted(str(step.team))}, which never has a place, so {quoted(name)} never ends",
            )


def _never_leads_in(parsed: ParsedScenario, to: str) -> bool:
    """Does a service, or every service of a list, never have a place?"""
    return all(_never_has_a_place(parsed, parsed.service(name)) for name in parsed.members(to) or (to,))


def _never_has_a_place(parsed: ParsedScenario, spec: ServiceSpec | TeamSpec | None) -> bool:
    """No place from the start to the end of the run; surge places would open one day, as people may wait for them."""
    capacity = parsed.capacity(spec)
    if spec is None or capacity is None or parsed.total_days is None or spec.get("surge") is not None:
        return False
    end = parsed.total_days * SECONDS_PER_DAY
    return not any(ever_open(one) for one in capacity if one.from_second < end)


def _each_once(notices: Iterator[str]) -> tuple[str, ...]:
    """Notices without repeats, as several levels may give the same one."""
    return tuple(dict.fromkeys(notices))


def unopened_notices(parsed: ParsedScenario) -> tuple[str, ...]:
    """Routes to a service that has not opened when the route begins to hold, without another way until then."""
    return _each_once(
        f"{stuck} opens on {_day_of(parsed, parsed.opens_second(stuck))}: until then people of {way.group} in {way.here} who are "
        "to go there wait for it, having no otherwise; give them one, or give `then` dates"
        for way in parsed.ways()
        if _is_drawn(way)
        and any(parsed.service(name) is not None for name in parsed.members(way.to))
        and not _never_leads_in(parsed, way.to)
        and (stuck := _not_open_and_no_other_way(parsed, way)) is not None
        and in_use(way)
    )


def _is_drawn(way: Way) -> bool:
    """May somebody be given this route on admission: by its share, or because a delay made things worse?"""
    ground = way.visit.lost_ground
    worse = ground.worse if is_parsed(ground) else None
    return way.route.share is UNREADABLE or way.route.share > 0 or (is_parsed(worse) and worse.to == way.to)


def _not_open_and_no_other_way(parsed: ParsedScenario, way: Way) -> str | None:
    """Along the route and its chain of `otherwise`: the service that is not open yet and names no further one."""
    name, seen = way.to, set[str]()
    while name not in seen and parsed.opens_second(name) > way.from_second:
        seen.add(name)
        route = way.sibling(name)
        otherwise = None if route is None else route.otherwise
        if otherwise is None:
            return name
        if not is_sound(otherwise):
            return None
        name = otherwise
    return None


def opening_notices(parsed: ParsedScenario) -> tuple[str, ...]:
    """Longest waits that lead to a service which has not opened when the route begins to hold: until then they have no end."""
    return _each_once(
        f"{otherwise} opens on {_day_of(parsed, opens)}: until then people of {way.group} in {way.here} who wait for {way.to} have "
        "no otherwise, and wait however long; give `then` dates if they are to go elsewhere before"
        for way in parsed.ways()
        if isinstance(otherwise := way.route.otherwise, str)
        and way.route.longest_wait_days is not None
        and way.from_second < (opens := parsed.opens_second(otherwise))
        and parsed.opens_second(way.to) <= way.from_second
        and in_use(way)
    )


def closing_notices(parsed: ParsedScenario) -> tuple[str, ...]:
    """What closes for good during the run, and for whom nothing is said about where they go then."""
    return _each_once(chain(_closing_routes(parsed), _closing_doors(parsed), _closing_teams(parsed)))


def _closing_routes(parsed: ParsedScenario) -> Iterator[str]:
    for way in parsed.ways():
        closes = _last_of_them_closes_on(parsed, way.to)
        if closes is not None and way.route.otherwise is None and in_use(way):
            yield (
                f"{way.to} closes for good on {closes}: people of {way.group} in {way.here} who wait for it then, "
                "or are to go there later, have no otherwise and stay where they are"
            )


def _closing_doors(parsed: ParsedScenario) -> Iterator[str]:
    """Services that people come to from outside, who then leave the model by default."""
    for group, people in each(parsed.spec.people):
        leave = any(arrival.otherwise == OUT for _, arrival in arrivals_of(people))
        for name in _arrives_at(people):
            closes = _last_of_them_closes_on(parsed, name)
            if closes is not None and leave:
                yield (
                    f"{name} closes for good on {closes}: people of {group} who wait outside for it then, or come later, "
                    "leave the model; `arrival: {otherwise: ...}` says where else they go"
                )


def _arrives_at(people: GroupSpec) -> list[str]:
    """The services to which a group comes from outside."""
    first = people.arrives_at
    return [name for name in (first if isinstance(first, dict) else [first]) if is_sound(name)]


def _closing_teams(parsed: ParsedScenario) -> Iterator[str]:
    for name, team in each(parsed.spec.teams):
        closes = _closes_on(parsed, team)
        steps = [step for step, one in each(parsed.spec.steps) if one.team == name]
        if closes is not None and steps:
            yield (
                f"team {name} closes for good on {closes}: people who still need {listed(steps)} then stay where they are, "
                "unless they give up"
            )


def _last_of_them_closes_on(parsed: ParsedScenario, to: str) -> date | None:
    """The day from which a service, or every service of a list, never has a place again."""
    days = [
        _closes_on(parsed, parsed.service(name))
        for name in parsed.members(to)
        if not _never_has_a_place(parsed, parsed.service(name))
    ]
    return None if not days or None in days else max(day for day in days if day is not None)


def _closes_on(parsed: ParsedScenario, service: ServiceSpec | TeamSpec | None) -> date | None:
    """The day in the run from which a service or team never has a place again."""
    capacity, start = parsed.capacity(service), parsed.start
    if service is None or capacity is None or start is None or service.get("surge") or ever_open(capacity[-1]):
        return None
    last = max((number for number, one in enumerate(capacity) if ever_open(one)), default=-1)
    day = capacity[last + 1].from_second // SECONDS_PER_DAY
    return start + timedelta(days=day) if 0 < day < (parsed.total_days or 0) else None


def _check_otherwise_rings(parsed: ParsedScenario) -> None:
    """Chains of `otherwise` do not come back."""
    chains: dict[Path, dict[str, list[str]]] = {}
    for way in parsed.ways():
        otherwise = way.route.otherwise
        if isinstance(otherwise, str) and otherwise != way.to:
            chains.setdefault(way.routes.path, {})[way.to] = [otherwise]
    for path, leads_to in chains.items():
        for ring in rings(leads_to):
            parsed.refuse(
                (*path, ring[0], "otherwise"), f"is a circle that leads nowhere: {' otherwise '.join([*ring, ring[0]])}"
            )


def _check_journeys(parsed: ParsedScenario) -> None:
    """Anybody who can reach a service knows what they do there."""
    for name, people in each(parsed.spec.people):
        if people.journey is UNREADABLE or not is_sound(people.arrives_at):
            continue
        first = people.arrives_at
        for to in first if isinstance(first, dict) else [first]:
            for service in _without_entry(parsed, people, to, {}):
                parsed.refuse((*people.path, "arrives_at"), _no_entry(service, name))
        for levels, arrival in arrivals_of(people):
            for service in _without_entry(parsed, people, arrival.otherwise, levels):
                parsed.refuse((*arrival.path, "otherwise"), _no_entry(service, name))
        for way in parsed.ways():
            for service in (
                _without_entry(parsed, people, way.to, way.after) if way.group == name and in_use(way) else ()
            ):
                parsed.refuse(way.route.path, _no_entry(service, name))


def _without_entry(parsed: ParsedScenario, people: GroupSpec, to: Any, levels: Levels) -> list[str]:
    """The services that people with these levels may come to by a destination, and of which their journey says nothing."""
    if not isinstance(to, str):
        return []
    return [
        name for name in parsed.members(to) if parsed.service(name) is not None and not _knows(people, name, levels)
    ]


def _knows(people: GroupSpec, service: str, levels: Levels) -> bool:
    """Do people of a group know what they do in a service, whatever the levels that are not given?"""
    around = combinations(people, traits_around(people.journey))
    return all(is_in_journey(people, service, {**one, **levels}) for one in around)


def _no_entry(service: str, group: str) -> str:
    return f"leads to {quoted(service)}, but the journey of {quoted(group)} does not say what they do there; add it"


def _check_doors(parsed: ParsedScenario) -> None:
    """The admission hours of the next service and the hours of the present one are open together on some weekday."""
    for way in parsed.ways():
        leave = _hours(parsed.service(way.here), "discharge_hours")
        doors = [_hours(parsed.service(name), "admission_hours") for name in parsed.members(way.to)]
        enter = [door for door in doors if door is not None]
        if leave is None or not doors or len(enter) < len(doors):
            continue
        if not any(_ever_open_together(leave, door) for door in enter):
            what = (
                f"can never happen: the discharge_hours of {quoted(way.here)} and the admission_hours of "
                f"{quoted(way.to)} are never open together"
            )
            parsed.refuse(way.route.path, what)


def _hours(service: ServiceSpec | None, key: str) -> Hours | None:
    spec = service[key] if service is not None else None
    return hours_of(spec) if is_parsed(spec) and is_sound(spec) else None


def _ever_open_together(one: Hours, other: Hours) -> bool:
    pairs = zip(one.by_weekday, other.by_weekday, strict=True)
    return any(a and b and max(a[0], b[0]) < min(a[1], b[1]) for a, b in pairs)


def _check_hours_needed(parsed: ParsedScenario) -> None:
    """Nobody needs more hours than every capacity to come, unless they have another way; tapers need no cleaning."""
    for group, here, visit in parsed.visits():
        service = parsed.service(here)
        if service is not None and service.turnaround_hours is not None and visit.tapers is not None:
            what = f"cannot be combined with the turnaround_hours of {quoted(here)}: hours given back in part need no cleaning"
            parsed.refuse((*visit.path, "tapers"), what)
        most = _most_needed(parsed, group, here)
        since, room = _least_to_come(parsed, here)
        if room and round(most) > room and _has_no_other_way(parsed, group, here):
            only = f"from {since} on {quoted(here)} has only" if since else f"{quoted(here)} has only"
            what = (
                f"may be as much as {most / MINUTES_PER_HOUR:,.0f}, but {only} {room / MINUTES_PER_HOUR:,.6g} hours a week, "
                f"so such a person could never come in{' after that' if since else ''}"
            )
            parsed.refuse((*visit.path, "hours_per_week"), what)


def _most_needed(parsed: ParsedScenario, group: str, here: str) -> float:
    """The most minutes a week that anybody of a group may need in a service; 0 where that is not counted."""
    if parsed.capacity(parsed.service(here)) is None or not parsed.counts_hours(here):
        return 0.0
    needs = (visit.hours_per_week for of, where, visit in parsed.visits() if (of, where) == (group, here))
    return max(
        (need.days(LARGEST_LUCK) * MINUTES_PER_HOUR for need in needs if isinstance(need, Distribution)), default=0.0
    )


def _least_to_come(parsed: ParsedScenario, here: str) -> tuple[date | None, int]:
    """From which day of the run on there is least room for one person, surge included, and how much; 0 without a limit.

    Of a service that closes for good the time before counts: afterwards nobody comes in, whatever they need.
    """
    service = parsed.service(here)
    capacity = (parsed.capacity(service) or ()) if parsed.counts_hours(here) else ()
    surge = None if service is None else service.surge
    extra = (surge.hours_per_week or 0) if is_parsed(surge) and is_sound(surge) else 0
    since, least = None, 0
    for number, one in enumerate(capacity):
        later = [
            planned for other in capacity[number:] for planned in (other.places, *(each for _, each in other.rota))
        ]
        most = max((places for places in later if places is not None), default=0)
        if None in later or not most or one.from_second >= (parsed.total_days or 0) * SECONDS_PER_DAY:
            continue
        if not least or most + extra < least:
            least = most + extra
            since = _day_of(parsed, one.from_second)
    return since, least


def _day_of(parsed: ParsedScenario, second: int) -> date | None:
    """The date of a second of the run, None for its beginning."""
    return parsed.start + timedelta(days=second // SECONDS_PER_DAY) if parsed.start is not None and second else None


def _has_no_other_way(parsed: ParsedScenario, group: str, here: str) -> bool:
    """Does anybody of a group come here from outside, or by a route without `otherwise`?"""
    people = parsed.spec.people[group]
    others = [arrival.otherwise for _, arrival in arrivals_of(people)]
    if any(_is_only_way(parsed, group, here, to) for to in (*others, *_arrives_at(people)) if is_sound(to)):
        return True
    ways = (way for way in parsed.ways() if way.group == group and _is_only_way(parsed, group, here, way.to))
    return any(way.route.otherwise is None and in_use(way) for way in ways)


def _is_only_way(parsed: ParsedScenario, group: str, here: str, to: str) -> bool:
    """Does a destination lead here, and as a list to nowhere where there is room for everybody?"""
    members = parsed.members(to)
    return here in members and all(_may_be_too_small(parsed, group, name) for name in members if name != here)


def _may_be_too_small(parsed: ParsedScenario, group: str, here: str) -> bool:
    room = _least_to_come(parsed, here)[1]
    return bool(room) and round(_most_needed(parsed, group, here)) > room


def crowded_notices(parsed: ParsedScenario) -> Iterator[str]:
    """Where more people are at the start than there are places: places close as they leave."""
    present: dict[str, float] = {}
    for entry in parsed.spec.census or [] if is_sound(parsed.spec.census) else []:
        service = entry.service
        if service not in (HOME, OUTSIDE) and parsed.service(service) is not None:
            present[service] = present.get(service, 0.0) + entry.count * _least_units(parsed, entry)
    for service, there in present.items():
        capacity = parsed.capacity(parsed.service(service))
        places = None if capacity is None else capacity[0].places
        if places is not None and there > places:
            hours = bool(parsed.counts_hours(service))
            what = f"{places / MINUTES_PER_HOUR:,.6g} hours a week" if hours else counted(places, "place")
            need = f"{there / MINUTES_PER_HOUR:,.6g} hours" if hours else f"{there:,.0f} people"
            yield (
                f"the census has {need} in {service}, which has {what} at the start: nobody is put out, and nobody comes in "
                "until so many have left"
            )


def _least_units(parsed: ParsedScenario, entry: CensusSpec) -> float:
    """How much each of these people holds on average: one place, or their hours after the deepest taper."""
    if not parsed.counts_hours(entry.service):
        return 1.0
    units = []
    for visit in parsed.visits_of_census(entry):
        if isinstance(visit.hours_per_week, Distribution):
            tapers = visit.tapers if visit.tapers is not None and is_sound(visit.tapers) else []
            least = min([float(taper.to) for taper in tapers], default=1.0)
            units.append(visit.hours_per_week.mean_days * MINUTES_PER_HOUR * least)
    return min(units, default=0.0)


def _check_census_journeys(parsed: ParsedScenario) -> None:
    """Those who are there at the start know what they do there."""
    people = parsed.spec.people
    for entry in parsed.spec.census or [] if is_sound(parsed.spec.census) else []:
        to = entry.waiting_for if entry.service == OUTSIDE else entry.service
        group = people.get(entry.group) if is_parsed(people) else None
        given = entry.levels if is_parsed(entry.levels) else {}
        for service in _without_entry(parsed, group, to, given) if is_parsed(group) else ():
            parsed.refuse(entry.path, _no_entry(service, entry.group))


# -- loops -------------------------------------------------------------------------------------------------------------


State = tuple[str, tuple[tuple[str, str], ...]]  # a service, and the levels with which somebody comes to it


def _check_loops_take_time(parsed: ParsedScenario) -> None:
    """Nobody goes from service to service and back in no time at all."""
    ways: dict[str, list[Way]] = {}
    for way in parsed.ways():
        if way.route.share and _takes_no_time(way):
            ways.setdefault(way.group, []).append(way)
    for group, people in each(parsed.spec.people):
        for ring, levels in _rings(parsed, people, ways.get(group, ())):
            path = ("people", group, "journey", ring[0], "then", (*ring, ring[0])[1])  # or above it, by way of a list
            parsed.refuse(
                path,
                f"lets people {levels}go round a loop of zero-length stays: {' to '.join([*ring, ring[0]])}; give one of these stays some days",
            )


def _takes_no_time(way: Way) -> bool:
    stay = way.stay
    return stay is not None and round(stay.days(LARGEST_LUCK) * SECONDS_PER_DAY) == 0


def _rings(parsed: ParsedScenario, people: GroupSpec, ways: Sequence[Way]) -> Iterator[tuple[list[str], str]]:
    """Services that somebody goes round, each circle once, and words for whom."""
    if not _by_level(parsed, people, ways, set()):
        return
    traits = {trait for way in ways for trait in way.found}
    seen: set[tuple[str, ...]] = set()
    for ring in _by_level(parsed, people, ways, traits):
        services, levels = [service for service, _ in ring], [f"{trait} {level}" for trait, level in ring[0][1]]
        if tuple(services) not in seen:
            seen.add(tuple(services))
            yield services, f"with {listed(levels, 'and')} " if levels else ""


def _by_level(parsed: ParsedScenario, people: GroupSpec, ways: Sequence[Way], traits: set[str]) -> list[list[State]]:
    """The circles of services and levels of these traits; anybody who goes by another trait is taken to go every way."""
    leads_to: dict[State, list[State]] = {}
    for service in services_in(people):
        leads_to.update({(service, _as_key(levels)): [] for levels in combinations(people, traits)})
    for way in ways:
        ends = [name for end in way.ends() for name in parsed.members(end)]
        own = {trait: level for trait, level in way.found.items() if trait in traits}
        for others in combinations(people, traits - own.keys()):
            levels = [one for one in afters(way.visit, {**others, **own}) if _fits(way.after, one)]
            leads_to[way.here, _as_key({**others, **own})] += [(end, _as_key(one)) for one in levels for end in ends]
    return rings(leads_to)


def _as_key(levels: Levels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(levels.items()))


def _fits(wanted: Levels, levels: Levels) -> bool:
    """Has somebody with these levels those that are wanted, as far as their traits are followed?"""
    return all(levels.get(trait, level) == level for trait, level in wanted.items())


CHECKS: tuple[Callable[[ParsedScenario], None], ...] = (
    _check_never_a_place,
    _check_otherwise_rings,
    _check_loops_take_time,
    _check_journeys,
    _check_doors,
    _check_hours_needed,
    _check_census_journeys,
)
