"""What a planner is warned of: too little room, dates, changes that others override; after a run, queues that grow and a short warm-up.

Some values hold only where nothing else is said: a visit's `stay_days` moves nobody whose route has its own, nor a step's length
or share those whose route gives it another. The values of a scenario say all of that, but nobody who changes one of them sees the
others: here it says by how much of the people they are overridden.

Nothing here touches a simulated number.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.diagnostics.offered_load import ENDLESS, admissions_per_day, arrivals_per_day, load_warnings
from sim.inputs.calendar import arrival_rates, ever_open
from sim.inputs.part import has
from sim.inputs.problems import listed
from sim.inputs.scenario import SECONDS_PER_DAY, Calendar, Group, Places, Scenario, Service, Step, Visit
from sim.results.comparison.statistics import Counts, unsteady
from sim.results.words.labels import counted, spoken

WAITS_OUTSIDE = "people who come to it from outside wait there"
WAITS_AS_SENT = "people who are sent there wait, at most for their longest wait,"
WAITS_FOR_TEAM = "steps that need it wait"
GROWTH_OF_QUEUE = 0.2  # the last quarter's mean queue must be so much above the first half's ...
FEWEST_PEOPLE = 2.0  # ... and by so many people
STANDARD_ERRORS = 4.0  # ... and not by chance
FEWEST_DAYS = 28  # shorter windows say nothing about growth
GROWS = "its queue was still growing at the end"
GRAVE = (GROWS, ENDLESS)  # a run that has no end of its own: its averages are those of the day on which counting stops


def warnings_before_a_run(scenario: Scenario) -> list[str]:
    """A sentence for each."""
    return [
        *_nobody_comes(scenario),
        *override_warnings(scenario),
        *load_warnings(scenario),
        *date_warnings(scenario),
    ]


def _nobody_comes(scenario: Scenario) -> Iterator[str]:
    """That every place stays empty, where no group has arrivals on any day of the run and nobody is there at the start."""
    comes = any(group.has_times or any(arrival_rates(scenario.calendar, group)) for group in scenario.people)
    if not comes and not any(entry.count for entry in scenario.census):
        yield "nobody comes, and nobody is there at the start: every figure is of empty places"


def gravest_first(warnings: Iterable[str]) -> tuple[str, ...]:
    """Queues that grew to the end come first, then those that must grow, then all others as they are.

    The report's first page has room for one of them.
    """
    return tuple(sorted(warnings, key=lambda warning: [grave not in warning for grave in GRAVE]))


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
                f"{spoken(service)}: {GROWS}, from {before.mean():.0f} waiting "
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


# -- values that others override ---------------------------------------------------------------------------------------


TAKES = ("takes_days", "takes_working_days")


@dataclass(frozen=True, slots=True)
class Overridden:
    """A value, the values that hold instead of it on some routes, and how many of its people go there."""

    path: str
    by: tuple[str, ...]  # their paths
    routes: int  # that it could hold on
    share: float  # of the people on them, overridden
    scaled_by: str = ""  # the path of one factor for all of them, where there is one
    mean_days: float | None = None  # of all those stays

    @property
    def where(self) -> str:
        """As in: overridden on 6 of 7 routes, 93% of people."""
        on = f"{len(self.by)} of {counted(self.routes, 'route')}"
        if len(self.by) == self.routes:
            on = f"all {counted(self.routes, 'route')}" if self.routes > 1 else "its only route"
        return f"overridden on {on}, {_percent(self.share)} of people"

    @property
    def cure(self) -> str:
        """What to do about it."""
        if self.mean_days is None:
            others = f" and {len(self.by) - 1} more" if len(self.by) > 1 else ""
            return f"see {self.by[0]}{others}"
        return f"all of them together need {self.mean_days:.3g} days on average, and {self.scaled_by} scales them all"


def _percent(share: float) -> str:
    """A share of people in words; never all or none where it is a few less or more."""
    if 0 < share < 0.005:
        return "less than 1%"
    return "nearly 100%" if 0.995 <= share < 1 - 1e-9 else f"{share:.0%}"


def overridden(scenario: Scenario) -> tuple[Overridden, ...]:
    """Every value that does not hold on some route where it could, in the order of the file."""
    written = frozenset(start for value in scenario.values for start in _beginnings(value.path))
    places = [place for group in scenario.people for place in _places(scenario, group)]
    return tuple(one for one in (*_stays(scenario, written), *_steps(scenario, written, places)) if one.by)


def _changed_in_vain(scenario: Scenario) -> tuple[Overridden, ...]:
    """Those that a file or the command line changed, and left on some route what overrides them."""
    moved = [change.path for change in scenario.changes if change.old != change.new]
    return tuple(
        one
        for one in (overridden(scenario) if moved else ())
        if has(moved, one.path) and not all(has(moved, path) for path in one.by)
    )


def left_behind(scenario: Scenario, paths: Iterable[str]) -> Iterator[Overridden]:
    """Those that somebody moves by these paths, without all that overrides them."""
    moved = tuple(paths)
    for value in overridden(scenario):
        is_moved = any(path == value.path or path.startswith(f"{value.path}.") for path in moved)
        if is_moved and not all(any(by.startswith(path) or path.startswith(by) for path in moved) for by in value.by):
            yield value


def override_warnings(scenario: Scenario) -> list[str]:
    """A sentence for each change that moves fewer people than anybody who made it may think."""
    return [f"{one.path} was changed, but is {one.where}; {one.cure}" for one in _changed_in_vain(scenario)]


def override_notes(scenario: Scenario) -> list[str]:
    """A sentence for each overridden value that nobody changed: anybody who changes it will want to know."""
    told = _changed_in_vain(scenario)
    return [f"{one.path} is {one.where}; {one.cure}" for one in overridden(scenario) if one not in told]


def remarks(scenario: Scenario) -> dict[str, str]:
    """What to say beside each such value, by its path."""
    found = overridden(scenario)
    paths = [value.path for value in scenario.values]
    return {path: one.where for one in found for path in paths if path == one.path or path.startswith(f"{one.path}.")}


def _stays(scenario: Scenario, written: frozenset[str]) -> Iterator[Overridden]:
    for group in scenario.people:
        by_path: dict[str, list[tuple[Visit, float]]] = {}
        for visit, admitted in zip(group.journey, admissions_per_day(scenario, group), strict=True):
            if visit.stay is not None:
                by_path.setdefault(visit.path, []).append((visit, admitted))
        for path, visits in by_path.items():
            yield _stay(scenario, path, visits, written)


def _stay(scenario: Scenario, path: str, visits: Sequence[tuple[Visit, float]], written: frozenset[str]) -> Overridden:
    """The stays of a visit; where it differs by level, each variant counts by how many are admitted to it."""
    total = sum(admitted for _, admitted in visits)
    by: dict[str, float] = {}
    paths, days = set[str](), 0.0
    for visit, admitted in visits:
        weight = 1.0 if len(visits) == 1 else admitted / total if total else 1 / len(visits)
        for route in visit.routes_between(*scenario.calendar.window):
            own, stay = f"{path}.{route.path}.stay_days", route.stay or visit.stay
            if route.share > 0 and weight > 0:
                paths.add(own)
                days += weight * route.share * (stay.mean_days if stay is not None else 0.0)
                if own in written:  # a path may hold before and after a date
                    by[own] = by.get(own, 0.0) + weight * route.share
    return Overridden(f"{path}.stay_days", tuple(by), len(paths), sum(by.values()), f"{path}.stay_times", days)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where people need steps, on a route that they take or outside: its path, the steps, and how many go there a day."""

    path: str
    steps: tuple[Step, ...]
    per_day: float


def _places(scenario: Scenario, group: Group) -> Iterator[_Place]:
    for visit, admitted in zip(group.journey, admissions_per_day(scenario, group), strict=True):
        for route in visit.routes_between(*scenario.calendar.window):
            if route.share > 0:
                yield _Place(f"{visit.path}.{route.path}", route.steps, admitted * route.share)
    for levels, per_day in zip(group.profiles, arrivals_per_day(scenario, group), strict=True):
        yield _Place(f"people.{group.name}.arrival", group.arrival(levels).steps, per_day)


def _steps(scenario: Scenario, written: frozenset[str], places: list[_Place]) -> Iterator[Overridden]:
    used: dict[str, list[_Place]] = {step.name: [] for step in scenario.steps}
    for place in places:
        for name in {one.name for one in place.steps}:
            used[name].append(place)
    for step in scenario.steps:
        uses = used[step.name]
        takes = TAKES[1] if step.working_days else TAKES[0]
        for key, keys in ((takes, TAKES), ("share", ("share",))):
            by: dict[str, float] = {}
            for place in uses:
                own = [path for one in keys if (path := f"{place.path}.steps.{step.name}.{one}") in written]
                by.update({path: by.get(path, 0.0) + place.per_day for path in own[:1]})
            everybody = sum(place.per_day for place in uses)
            if everybody:
                yield Overridden(
                    f"steps.{step.name}.{key}",
                    tuple(by),
                    len({place.path for place in uses}),
                    sum(by.values()) / everybody,
                )


def _beginnings(path: str) -> Iterator[str]:
    """A path and everything that it is in: `a.b.c`, `a.b`, `a`."""
    while path:
        yield path
        path = path.rpartition(".")[0]
