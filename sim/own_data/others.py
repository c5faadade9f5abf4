"""People whom a census does not list: in services after hospital, at home on their way back. Taken from the scenario at rest.

A list of inpatients alone would let a forecast begin with every other place free, and with nobody who comes back. So each draw takes
the people of the services that are not listed from a run of the scenario itself, warmed up until the census's date.
What may be changed here: with new expected results.
"""

from collections import Counter
from datetime import timedelta

import numpy as np

from sim.inputs import distributions
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import DIED, OUT, SECONDS_PER_DAY, CensusEntry, Levels, Scenario
from sim.model.records import NONE, Ledger
from sim.own_data.census_steps import DAYS_LOOKED_AT, steps_left, steps_open
from sim.own_data.censuses import Census
from sim.runs.engines import Engines, ledger_of
from sim.runs.timing import Stopwatch

QUARTERS = 4  # of a day: people who have been there as long to a quarter are alike


def not_listed(scenario: Scenario, of: Census) -> list[str]:
    """The services, and home, of which nobody is in a census."""
    listed = {one.service for one in of.people}
    return [one.name for one in scenario.services if one.name not in listed]


def at_rest(file: str, of: Census, sets: tuple[str, ...], draws: int, seed: int | None) -> Scenario | None:
    """The scenario as it runs up to a census's date and some weeks on; None where it has no warm-up to come to rest in."""
    days = read_scenario(file, sets).calendar.warm_up_days
    if not days:
        return None
    calendar = {
        "start": (of.day - timedelta(days=days)).isoformat(),
        "measured_days": DAYS_LOOKED_AT,
        "follow_up_days": 0,
    }
    return read_scenario(file, (*sets, *(f"calendar.{key}={value}" for key, value in calendar.items())), draws, seed)


def runs_at_rest(rest: Scenario, draws: int, engines: Engines) -> list[Ledger]:
    """A run for each draw."""
    return [ledger_of(engines, rest, 0, draw, Stopwatch()) for draw in range(draws)]


def people_in(scenario: Scenario, found: Ledger, services: list[str], at: int) -> tuple[CensusEntry, ...]:
    """Who is in some services at an instant, as a starting census says it; alike ones in one entry."""
    stays, names = found.stays, scenario.destinations
    numbers = [number for number, name in enumerate(names) if name in services]
    rows = np.flatnonzero((stays["admitted"] < at) & (stays["left"] >= at) & np.isin(stays["service"], numbers))
    alike: Counter[tuple[str, str, float, str | None, float | None, Levels, tuple[str, ...]]] = Counter()
    begun = steps_open(scenario, found.steps, at)
    for row in rows:
        group = scenario.people[int(found.people["group"][stays["person"][row]])]
        levels = group.profiles[int(stays["after"][row])] if group.traits else ()
        to, waited = None, None
        if stays["ready"][row] < at and stays["planned_to"][row] != NONE:
            to, waited = names[int(stays["planned_to"][row])], _days(at - int(stays["ready"][row]))
        if to in (DIED, OUT):
            to, waited = None, None
        place = names[int(stays["service"][row])]
        days = _days(at - int(stays["admitted"][row]))
        left = steps_left(group, levels, (place, to), begun.get(int(row), ())) if to else ()
        alike[group.name, place, days, to, waited, levels, left] += 1
    return tuple(
        CensusEntry(
            group=group,
            service=service,
            count=count,
            elapsed=distributions.fixed(days),
            waiting_for=to,
            waited=None if waited is None else distributions.fixed(waited),
            steps_left=left,
            levels=levels,
        )
        for (group, service, days, to, waited, levels, left), count in alike.items()
    )


def _days(seconds: int) -> float:
    return round(seconds / SECONDS_PER_DAY * QUARTERS) / QUARTERS
