"""What dated places mean for the answer: said before a run, because no table of results says it.

What may be changed here: freely; nothing here touches a simulated number.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from sim.inputs.scenario import SECONDS_PER_DAY, Calendar, Places, Scenario, Service

WAITS_OUTSIDE = "people who come to it from outside wait there"
WAITS_AS_SENT = "who is sent there waits, at most as long as their longest wait,"
WAITS_FOR_TEAM = "steps that need it wait"


def date_warnings(scenario: Scenario) -> list[str]:
    """A sentence for each service or team whose places come too late for somebody, or for the run."""
    sent_to, found = _sent_to(scenario), list[str]()
    for service in scenario.services:
        found += _words(
            service.name, service.capacity, scenario.calendar, service.name in sent_to, _waits(scenario, service)
        )
    for team in scenario.teams:
        found += _words(f"team {team.name}", team.capacity, scenario.calendar, True, WAITS_FOR_TEAM)
    return found


def _waits(scenario: Scenario, service: Service) -> str:
    """Who waits while a service has no place: before it opens for the first time nobody is sent there."""
    if not service.opens_second:
        return WAITS_AS_SENT
    comes = any(name == service.name and share > 0 for group in scenario.people for name, share in group.arrives_at)
    return WAITS_OUTSIDE if comes else ""


def _sent_to(scenario: Scenario) -> set[str]:
    """Where anybody may come to: by arriving, by a route, instead of another place, or from worse to worse."""
    found: set[str] = set()
    for group in scenario.people:
        found |= {name for name, share in group.arrives_at if share > 0} | {group.arrival.otherwise}
        routes = [route for visit in group.journey for route in visit.routes if route.share > 0]
        found |= {route.to for route in routes} | {route.otherwise for route in routes if route.otherwise}
        found |= {
            visit.lost_ground.worse_to for visit in group.journey if visit.lost_ground and visit.lost_ground.worse_to
        }
    found |= {entry.waiting_for for entry in scenario.census if entry.waiting_for}
    return {name for to in found for name in scenario.members(to)}


def _words(name: str, capacity: tuple[Places, ...], calendar: Calendar, is_needed: bool, waits: str) -> Iterator[str]:
    first, end = calendar.window
    for before, after in pairwise(capacity):
        on = _date(calendar, after.from_second)
        if after.from_second >= end:
            last = _date(calendar, end - 1)
            all_along = f", but {waits} all along" if before.places == 0 and is_needed and waits else ""
            yield f"{name}: its places from {on} on come after the run, whose last day is {last}; they change nothing{all_along}"
            return
        is_within = first < after.from_second
        if is_within and before.places == 0 and after.places != 0 and is_needed:
            days = (end - after.from_second) // SECONDS_PER_DAY
            yield (
                f"{name}: it opens on {on}, with {days} of the {calendar.measured_days} measured days to go; "
                f"{f'{waits} until then' if waits else 'nobody is sent there before'}; a comparison is told from that day on; "
                "figures of all measured days are not those of a full year with it"
            )
        if is_within and before.places != 0 and after.places == 0 and is_needed:
            days = (after.from_second - first) // SECONDS_PER_DAY
            yield (
                f"{name}: it closes on {on}, after {days} of the {calendar.measured_days} measured days; a comparison is told from "
                "that day on; figures of all measured days are not those of a full year without it"
            )


def _date(calendar: Calendar, second: int) -> str:
    return (calendar.start + timedelta(days=second // SECONDS_PER_DAY)).isoformat()
