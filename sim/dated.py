"""What dated places mean for the answer: said before a run, because no table of results says it.

What may be changed here: freely; nothing here touches a simulated number.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from sim.inputs.scenario import SECONDS_PER_DAY, Calendar, Places, Scenario


def date_warnings(scenario: Scenario) -> list[str]:
    """A sentence for each service or team whose places come too late for somebody, or for the run."""
    sent_to = _sent_to(scenario)
    found: list[str] = []
    for service in scenario.services:
        found += _words(service.name, service.capacity, scenario.calendar, service.name in sent_to)
    for team in scenario.teams:
        found += _words(f"team {team.name}", team.capacity, scenario.calendar, is_needed=True)
    return found


def _sent_to(scenario: Scenario) -> set[str]:
    """Where anybody may come to: by arriving, by a route, instead of another place, or from worse to worse."""
    found: set[str] = set()
    for group in scenario.people:
        found |= {name for name, share in group.arrives_at if share > 0} | {group.arrival.otherwise}
        routes = [route for visit in group.journey for route in visit.then if route.share > 0]
        found |= {route.to for route in routes} | {route.otherwise for route in routes if route.otherwise}
        found |= {
            visit.lost_ground.worse_to for visit in group.journey if visit.lost_ground and visit.lost_ground.worse_to
        }
    return found | {entry.waiting_for for entry in scenario.census if entry.waiting_for}


def _words(name: str, capacity: tuple[Places, ...], calendar: Calendar, is_needed: bool) -> Iterator[str]:
    first, end = calendar.window
    for before, after in pairwise(capacity):
        on = _date(calendar, after.from_second)
        if after.from_second >= end:
            last = _date(calendar, end - 1)
            all_along = ", but who is sent there waits for them all along" if before.places == 0 and is_needed else ""
            yield f"{name}: its places from {on} on come after the run, whose last day is {last}; they change nothing{all_along}"
            return
        is_within = first < after.from_second
        if is_within and before.places == 0 and after.places != 0 and is_needed:
            days = (end - after.from_second) // SECONDS_PER_DAY
            yield (
                f"{name}: it opens on {on}, with {days} of the {calendar.measured_days} measured days to go; whoever is sent there earlier "
                "waits, at most as long as their longest wait; a comparison is told from that day on; "
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
