"""What a planner is warned of: too little room, dates, changes that others override; after a run, queues that grow and a short warm-up."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.diagnostics.offered_load import load_warnings
from sim.diagnostics.overridden import override_warnings
from sim.inputs.calendar import ever_open
from sim.inputs.problems import listed
from sim.inputs.scenario import SECONDS_PER_DAY, Calendar, Places, Scenario, Service
from sim.results.comparison.statistics import Counts, unsteady
from sim.results.words.labels import spoken

WAITS_OUTSIDE = "people who come to it from outside wait there"
WAITS_AS_SENT = "people who are sent there wait, at most for their longest wait,"
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
    for before, after in pairwise(one for one in capacity if one.is_dated):
        on = _date(calendar, after.from_second)
        if after.from_second >= end:
            last = _date(calendar, end - 1)
            all_along = f", but {waits} all along" if not ever_open(before) and is_needed and waits else ""
            yield f"{name}: its places from {on} on come after the run, whose last day is {last}; they change nothing{all_along}"
            return
        is_within = first < after.from_second
        if is_within and not ever_open(before) and ever_open(after) and is_needed:
            days = (end - after.from_second) // SECONDS_PER_DAY
            yield (
                f"{name}: it opens on {on}, with {days} of the {calendar.measured_days} measured days to go; "
                f"{f'{waits} until then' if waits else 'nobody is sent there before'}; a comparison is about the days from then on; "
                "figures of all measured days are not those of a full year with it"
            )
        if is_within and ever_open(before) and not ever_open(after) and is_needed:
            days = (after.from_second - first) // SECONDS_PER_DAY
            yield (
                f"{name}: it closes on {on}, after {days} of the {calendar.measured_days} measured days; a comparison is about the "
                "days from then on; figures of all measured days are not those of a full year without it"
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


def warm_up_words(scenario: Scenario, daily: Mapping[tuple[str, str], Counts]) -> list[str]:
    """One sentence for what settles late, one for what settles nowhere in the measured days."""
    found = list(unsteady(scenario, daily))
    warm_up = scenario.calendar.warm_up_days
    short = f"the warm-up of {warm_up} days is too short" if warm_up else "there is no warm-up"
    late = {one.service: one.steady_after for one in found if one.steady_after is not None}
    never = list(dict.fromkeys(spoken(one.service) for one in found if one.steady_after is None))
    said = []
    grows = any(group.by_year for group in scenario.people)
    if late:
        names = listed([spoken(name) for name in late], "and")
        wanted = warm_up + max(late.values())
        said.append(
            f"{short} for {names}: their people settle later (MSER-5); calendar.warm_up_days: {wanted} would do"
        )
    if never:
        said.append(
            f"{short} for {listed(never, 'and')}: how many people are there still changes all through the {'first year' if grows else 'measured days'} (MSER-5 finds no "
            "steady part), so that number, what it costs, and differences in both depend on how many days are thrown away"
        )
    return said
