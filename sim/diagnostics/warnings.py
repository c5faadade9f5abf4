"""What a planner is warned of: too little room, dates, changes that others override; and after a run, queues that grow.

What may be changed here: freely; nothing here touches a simulated number.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.diagnostics.offered_load import load_warnings
from sim.diagnostics.overridden import override_warnings
from sim.inputs.scenario import SECONDS_PER_DAY, Calendar, Places, Scenario, Service
from sim.results.words.labels import spoken

WAITS_OUTSIDE = "people who come to it from outside wait there"
WAITS_AS_SENT = "who is sent there waits, at most as long as their longest wait,"
WAITS_FOR_TEAM = "steps that need it wait"
GROWTH_OF_QUEUE = 0.2  # the last quarter's mean queue must be so much above the first half's ...
FEWEST_PEOPLE = 2.0  # ... and by so many people
STANDARD_ERRORS = 4.0  # ... and not by chance
FEWEST_DAYS = 28  # shorter windows say nothing about growth


def warnings_before_a_run(scenario: Scenario) -> list[str]:
    """A sentence for each."""
    return [*override_warnings(scenario), *load_warnings(scenario), *date_warnings(scenario)]


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
        found |= {name for name, share in group.arrives_at if share > 0}
        found |= {arrival.otherwise for arrival in group.arrivals_outside}
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


def growing_queues(waiting: Iterable[tuple[str, NDArray[Any]]]) -> list[str]:
    """A sentence for each queue (a service, and replications x days of the window) that still grows at its end."""
    found = []
    for service, days in waiting:
        if days.shape[1] < FEWEST_DAYS:
            continue
        before = days[:, : days.shape[1] // 2].mean(axis=1)
        after = days[:, -(days.shape[1] // 4) :].mean(axis=1)
        if _has_grown(before, after):
            found.append(
                f"{spoken(service)}: its queue was still growing at the end, from {before.mean():.0f} waiting "
                f"on average in the first half of the measured days to {after.mean():.0f} in the last "
                "quarter; "
                "every figure depends on when counting stops"
            )
    return found


def _has_grown(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    growth = after - before
    mean = float(growth.mean())
    if mean < FEWEST_PEOPLE or mean < GROWTH_OF_QUEUE * float(before.mean()):
        return False
    if len(growth) < 3:
        return mean > float(before.mean()) * 0.5  # too few replications to tell growth from chance by anything but size
    return mean > STANDARD_ERRORS * float(growth.std(ddof=1)) / math.sqrt(len(growth))
