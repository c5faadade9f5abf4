"""Could people live in this scenario? Nobody may wait for what can never come, or go round without time passing.

These are the impossible worlds of the model's rules: an engine that met one would stand still for ever.
What may be changed here: with the rules of `docs/` about waiting; the exact words are tested.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import chain
from math import floor
from typing import Any

from sim.inputs.build import hours_of
from sim.inputs.by_level import Levels, traits_around
from sim.inputs.capacity import capacity_key
from sim.inputs.checks import rings
from sim.inputs.distributions import Distribution
from sim.inputs.loops import LARGEST_LUCK, check_loops_take_time
from sim.inputs.problems import Path, dotted, listed, quoted
from sim.inputs.reading import UNREADABLE, Said, each, is_sound
from sim.inputs.scenario import HOME, OUT, OUTSIDE, SECONDS_PER_DAY, Hours
from sim.inputs.told import Told, Way, in_use
from sim.inputs.variants import arrivals_of, combinations, is_in_journey

MINUTES_PER_HOUR = 60


def check_never_a_place(told: Told) -> None:
    """A route to a service without any place, now or later, says where people go instead."""
    for way in told.ways():
        if way.route["otherwise"] is None and in_use(way) and _never_leads_in(told, way.to):
            what = f"needs `otherwise`: {quoted(way.to)} never has a place in this run, so where do they go instead?"
            told.refuse(way.route.path, what)
    for name, step in each(told.said["steps"]):
        teams = told.said["teams"]
        team = teams.get(step["team"]) if isinstance(teams, Said) and isinstance(step["team"], str) else None
        if isinstance(team, Said) and _never_has_a_place(told, team):
            told.refuse(
                (*step.path, "team"),
                f"is {quoted(step['team'])}, which never has a place, so {quoted(name)} never ends",
            )


def _never_leads_in(told: Told, to: str) -> bool:
    """Does a service, or every service of a list, never have a place?"""
    return all(_never_has_a_place(told, told.service(name)) for name in told.members(to) or (to,))


def _never_has_a_place(told: Told, said: Said | None) -> bool:
    """No place from the start to the end of the run; surge places would open one day, as people may wait for them."""
    capacity = told.capacity(said)
    if said is None or capacity is None or told.total_days is None or said.get("surge") is not None:
        return False
    end = told.total_days * SECONDS_PER_DAY
    return all(one.places == 0 for one in capacity if one.from_second < end)


def _each_once(notices: Iterator[str]) -> tuple[str, ...]:
    """Notices without repeats, as several levels may give the same one."""
    return tuple(dict.fromkeys(notices))


def unopened_notices(told: Told) -> tuple[str, ...]:
    """Routes to a service that has not opened when the route begins to hold, without another way until then."""
    return _each_once(
        f"{stuck} opens on {_day_of(told, told.opens_second(stuck))}: until then people of {way.group} in {way.here} who are "
        "to go there wait for it, having no otherwise; give them one, or give `then` dates"
        for way in told.ways()
        if _is_drawn(way)
        and any(told.service(name) is not None for name in told.members(way.to))
        and not _never_leads_in(told, way.to)
        and (stuck := _not_open_and_no_other_way(told, way)) is not None
        and in_use(way)
    )


def _is_drawn(way: Way) -> bool:
    """May somebody be given this route on admission: by its share, or because a delay made things worse?"""
    ground = way.visit["lost_ground"]
    worse = ground["worse"] if isinstance(ground, Said) else None
    return (
        way.route["share"] is UNREADABLE
        or way.route["share"] > 0
        or (isinstance(worse, Said) and worse["to"] == way.to)
    )


def _not_open_and_no_other_way(told: Told, way: Way) -> str | None:
    """Along the route and its chain of `otherwise`: the service that is not open yet and names no further one."""
    name, seen = way.to, set[str]()
    while name not in seen and told.opens_second(name) > way.from_second:
        seen.add(name)
        route = way.sibling(name)
        otherwise = None if route is None else route["otherwise"]
        if otherwise is None:
            return name
        if not isinstance(otherwise, str):
            return None
        name = otherwise
    return None


def opening_notices(told: Told) -> tuple[str, ...]:
    """Longest waits that lead to a service which has not opened when the route begins to hold: until then they have no end."""
    return _each_once(
        f"{otherwise} opens on {_day_of(told, opens)}: until then people of {way.group} in {way.here} who wait for {way.to} have "
        "no otherwise, and wait however long; give `then` dates if they are to go elsewhere before"
        for way in told.ways()
        if isinstance(otherwise := way.route["otherwise"], str)
        and way.route["longest_wait_days"] is not None
        and way.from_second < (opens := told.opens_second(otherwise))
        and told.opens_second(way.to) <= way.from_second
        and in_use(way)
    )


def closing_notices(told: Told) -> tuple[str, ...]:
    """What closes for good during the run, and for whom nothing is said about where they go then."""
    return _each_once(chain(_closing_routes(told), _closing_doors(told), _closing_teams(told)))


def _closing_routes(told: Told) -> Iterator[str]:
    for way in told.ways():
        closes = _last_of_them_closes_on(told, way.to)
        if closes is not None and way.route["otherwise"] is None and in_use(way):
            yield (
                f"{way.to} closes for good on {closes}: people of {way.group} in {way.here} who wait for it then, "
                "or are to go there later, have no otherwise and stay where they are"
            )


def _closing_doors(told: Told) -> Iterator[str]:
    """Services that people come to from outside, who then leave the model by default."""
    for group, people in each(told.said["people"]):
        leave = any(arrival["otherwise"] == OUT for _, arrival in arrivals_of(people))
        for name in _arrives_at(people):
            closes = _last_of_them_closes_on(told, name)
            if closes is not None and leave:
                yield (
                    f"{name} closes for good on {closes}: people of {group} who wait outside for it then, or come later, "
                    "leave the model; `arrival: {otherwise: ...}` says where else they go"
                )


def _arrives_at(people: Said) -> list[str]:
    """The services to which a group comes from outside."""
    first = people["arrives_at"]
    return [name for name in (first if isinstance(first, dict) else [first]) if isinstance(name, str)]


def _closing_teams(told: Told) -> Iterator[str]:
    for name, team in each(told.said["teams"]):
        closes = _closes_on(told, team)
        steps = [step for step, one in each(told.said["steps"]) if one["team"] == name]
        if closes is not None and steps:
            yield (
                f"team {name} closes for good on {closes}: people who still need {listed(steps)} then stay where they are, "
                "unless they give up"
            )


def _last_of_them_closes_on(told: Told, to: str) -> date | None:
    """The day from which a service, or every service of a list, never has a place again."""
    days = [
        _closes_on(told, told.service(name))
        for name in told.members(to)
        if not _never_has_a_place(told, told.service(name))
    ]
    return None if not days or None in days else max(day for day in days if day is not None)


def _closes_on(told: Told, service: Said | None) -> date | None:
    """The day in the run from which a service or team never has a place again."""
    capacity, start = told.capacity(service), told.start
    if service is None or capacity is None or start is None or service.get("surge") or capacity[-1].places != 0:
        return None
    last = max((number for number, one in enumerate(capacity) if one.places != 0), default=-1)
    day = capacity[last + 1].from_second // SECONDS_PER_DAY
    return start + timedelta(days=day) if 0 < day < (told.total_days or 0) else None


def check_otherwise_rings(told: Told) -> None:
    """Chains of `otherwise` do not come back."""
    chains: dict[Path, dict[str, list[str]]] = {}
    for way in told.ways():
        otherwise = way.route["otherwise"]
        if isinstance(otherwise, str) and otherwise != way.to:
            chains.setdefault(way.routes.path, {})[way.to] = [otherwise]
    for path, leads_to in chains.items():
        for ring in rings(leads_to):
            told.refuse(
                (*path, ring[0], "otherwise"), f"is a ring that leads nowhere: {' otherwise '.join([*ring, ring[0]])}"
            )


def check_journeys(told: Told) -> None:
    """Whoever can reach a service knows what they do there."""
    for name, people in each(told.said["people"]):
        if people["journey"] is UNREADABLE or not is_sound(people["arrives_at"]):
            continue
        first = people["arrives_at"]
        for to in first if isinstance(first, dict) else [first]:
            for service in _without_entry(told, people, to, {}):
                told.refuse((*people.path, "arrives_at"), _no_entry(service, name))
        for levels, arrival in arrivals_of(people):
            for service in _without_entry(told, people, arrival["otherwise"], levels):
                told.refuse((*arrival.path, "otherwise"), _no_entry(service, name))
        for way in told.ways():
            for service in _without_entry(told, people, way.to, way.after) if way.group == name and in_use(way) else ():
                told.refuse(way.route.path, _no_entry(service, name))


def _without_entry(told: Told, people: Said, to: Any, levels: Levels) -> list[str]:
    """The services that people with these levels may come to by a destination, and of which their journey says nothing."""
    if not isinstance(to, str):
        return []
    return [name for name in told.members(to) if told.service(name) is not None and not _knows(people, name, levels)]


def _knows(people: Said, service: str, levels: Levels) -> bool:
    """Do people of a group know what they do in a service, whatever the levels that are not given?"""
    around = combinations(people, traits_around(people["journey"]))
    return all(is_in_journey(people, service, {**one, **levels}) for one in around)


def _no_entry(service: str, group: str) -> str:
    return f"leads to {quoted(service)}, but the journey of {quoted(group)} does not say what they do there; add it"


def check_doors(told: Told) -> None:
    """The door of the next service and the hours of the present one are open together on some weekday."""
    for way in told.ways():
        leave = _hours(told.service(way.here), "discharge_hours")
        doors = [_hours(told.service(name), "admission_hours") for name in told.members(way.to)]
        enter = [door for door in doors if door is not None]
        if leave is None or not doors or len(enter) < len(doors):
            continue
        if not any(_ever_open_together(leave, door) for door in enter):
            what = (
                f"can never happen: the discharge_hours of {quoted(way.here)} and the admission_hours of "
                f"{quoted(way.to)} are never open together"
            )
            told.refuse(way.route.path, what)


def _hours(service: Said | None, key: str) -> Hours | None:
    said = service[key] if service is not None else None
    return hours_of(said) if isinstance(said, Said) and is_sound(said) else None


def _ever_open_together(one: Hours, other: Hours) -> bool:
    pairs = zip(one.by_weekday, other.by_weekday, strict=True)
    return any(a and b and max(a[0], b[0]) < min(a[1], b[1]) for a, b in pairs)


def check_hours_needed(told: Told) -> None:
    """Nobody needs more hours than every capacity to come, unless they have another way; tapers need no cleaning."""
    for group, here, visit in told.visits():
        service = told.service(here)
        if service is not None and service["turnaround_hours"] is not None and visit["tapers"] is not None:
            what = f"cannot be combined with the turnaround_hours of {quoted(here)}: hours given back in part need no cleaning"
            told.refuse((*visit.path, "tapers"), what)
        most = _most_needed(told, group, here)
        since, room = _least_to_come(told, here)
        if room and round(most) > room and _has_no_other_way(told, group, here):
            only = f"from {since} on {quoted(here)} has only" if since else f"{quoted(here)} has only"
            what = (
                f"may be as much as {most / MINUTES_PER_HOUR:,.0f}, but {only} {room / MINUTES_PER_HOUR:,.6g} hours a week, "
                f"so such a person could never come in{' after that' if since else ''}"
            )
            told.refuse((*visit.path, "hours_per_week"), what)


def _most_needed(told: Told, group: str, here: str) -> float:
    """The most minutes a week that anybody of a group may need in a service; 0 where that is not counted."""
    if told.capacity(told.service(here)) is None or not told.counts_hours(here):
        return 0.0
    needs = (visit["hours_per_week"] for of, where, visit in told.visits() if (of, where) == (group, here))
    return max(
        (need.days(LARGEST_LUCK) * MINUTES_PER_HOUR for need in needs if isinstance(need, Distribution)), default=0.0
    )


def _least_to_come(told: Told, here: str) -> tuple[date | None, int]:
    """From which day of the run on there is least room for one person, surge included, and how much; 0 without a limit.

    Of a service that closes for good the time before counts: afterwards nobody comes in, whatever they need.
    """
    service = told.service(here)
    capacity = (told.capacity(service) or ()) if told.counts_hours(here) else ()
    surge = None if service is None else service["surge"]
    extra = surge["hours_per_week"] if isinstance(surge, Said) and is_sound(surge) else 0
    since, least = None, 0
    for number, one in enumerate(capacity):
        later = [other.places for other in capacity[number:]]
        most = max((places for places in later if places is not None), default=0)
        if None in later or not most or one.from_second >= (told.total_days or 0) * SECONDS_PER_DAY:
            continue
        if not least or most + extra < least:
            least = most + extra
            since = _day_of(told, one.from_second)
    return since, least


def _day_of(told: Told, second: int) -> date | None:
    """The date of a second of the run, None for its beginning."""
    return told.start + timedelta(days=second // SECONDS_PER_DAY) if told.start is not None and second else None


def _has_no_other_way(told: Told, group: str, here: str) -> bool:
    """Does anybody of a group come here from outside, or by a route without `otherwise`?"""
    people = told.said["people"][group]
    others = [arrival["otherwise"] for _, arrival in arrivals_of(people)]
    if any(_is_only_way(told, group, here, to) for to in (*others, *_arrives_at(people)) if isinstance(to, str)):
        return True
    ways = (way for way in told.ways() if way.group == group and _is_only_way(told, group, here, way.to))
    return any(way.route["otherwise"] is None and in_use(way) for way in ways)


def _is_only_way(told: Told, group: str, here: str, to: str) -> bool:
    """Does a destination lead here, and as a list to nowhere where there is room for everybody?"""
    members = told.members(to)
    return here in members and all(_may_be_too_small(told, group, name) for name in members if name != here)


def _may_be_too_small(told: Told, group: str, here: str) -> bool:
    room = _least_to_come(told, here)[1]
    return bool(room) and round(_most_needed(told, group, here)) > room


def check_census_fits(told: Told) -> None:
    """No more people are there at the start than there are places."""
    present: dict[str, float] = {}
    for entry in told.said["census"] or [] if is_sound(told.said["census"]) else []:
        service = entry["service"]
        if service in (HOME, OUTSIDE) or told.service(service) is None:
            continue
        present[service] = present.get(service, 0.0) + entry["count"] * _least_units(told, entry)
        capacity = told.capacity(told.service(service))
        places = None if capacity is None else capacity[0].places
        if places is not None and present[service] > places:
            hours = bool(told.counts_hours(service))
            what = f"{places / MINUTES_PER_HOUR:,.6g} hours a week" if hours else f"{places} places"
            need = f"{present[service] / MINUTES_PER_HOUR:,.6g} hours" if hours else f"{present[service]:.0f} people"
            cure = _cure_of_census(told, service, entry, present[service] - places)
            told.refuse(
                (*entry.path, "count"), f"makes {need} in {quoted(service)}, which has {what} at the start; {cure}"
            )
            return


def _cure_of_census(told: Told, service: str, entry: Said, over: float) -> str:
    """How many could be there, or how large the service would have to be."""
    said = told.service(service)
    key = capacity_key(said) if said is not None else "places"
    fewer = max(0, floor(entry["count"] - over)) if key != "hours_per_week" else None
    here = "write fewer here" if fewer is None else f"write {fewer:,} here" if fewer else "leave this line out"
    size = ("services", service, key)
    elsewhere = told.file_of(size) != told.file_of((*entry.path, "count"))
    return f"{here}, or raise {dotted(size)}{f' of {told.place_of(size)}' if elsewhere else ''}"


def _least_units(told: Told, entry: Said) -> float:
    """How much each of these people holds on average: one place, or their hours after the deepest taper."""
    if not told.counts_hours(entry["service"]):
        return 1.0
    units = []
    for visit in told.visits_of_census(entry):
        if isinstance(visit["hours_per_week"], Distribution):
            tapers = visit["tapers"] if visit["tapers"] is not None and is_sound(visit["tapers"]) else []
            least = min([float(taper["to"]) for taper in tapers], default=1.0)
            units.append(visit["hours_per_week"].mean_days * MINUTES_PER_HOUR * least)
    return min(units, default=0.0)


def check_census_journeys(told: Told) -> None:
    """Those who are there at the start know what they do there."""
    people = told.said["people"]
    for entry in told.said["census"] or [] if is_sound(told.said["census"]) else []:
        to = entry["waiting_for"] if entry["service"] == OUTSIDE else entry["service"]
        group = people.get(entry["group"]) if isinstance(people, Said) else None
        given = entry["levels"] if isinstance(entry["levels"], Said) else {}
        for service in _without_entry(told, group, to, given) if isinstance(group, Said) else ():
            told.refuse(entry.path, _no_entry(service, entry["group"]))


CHECKS: tuple[Callable[[Told], None], ...] = (
    check_never_a_place,
    check_otherwise_rings,
    check_loops_take_time,
    check_journeys,
    check_doors,
    check_hours_needed,
    check_census_fits,
    check_census_journeys,
)
