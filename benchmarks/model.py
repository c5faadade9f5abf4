"""The model of model.yaml, as plain numbers for the programs that cannot read a scenario, and what its stays should show.

Every program must go on running the same model; tests/benchmarks says whether they do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from sim.inputs.distributions import Distribution
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import HOME, Route, Scenario

MODEL_FILE = Path(__file__).with_name("model.yaml")
HOSPITAL = "hospital"
DAY = 86_400


class Luck(Protocol):
    """Where a program draws from: NumPy's generator has these verbs, and so has `idiomatic_simpy.StandardLibrary`."""

    def exponential(self, mean: float) -> float: ...

    def lognormal(self, mu: float, sigma: float) -> float: ...

    def random(self) -> float: ...


@dataclass(frozen=True)
class Length:
    """Lognormal by mu and sigma of the logs, or exponential where sigma is 0; days."""

    mean: float
    mu: float = 0.0
    sigma: float = 0.0

    def draw(self, luck: Luck) -> float:
        """One length."""
        return luck.lognormal(self.mu, self.sigma) if self.sigma else luck.exponential(self.mean)


@dataclass(frozen=True)
class Way:
    """A way out of hospital: its share, the days needed by those who take it, their process delay if any."""

    to: str
    share: float
    stay: Length
    process: Length | None


@dataclass(frozen=True)
class Model:
    """Services in the order of the file (home last); times in days."""

    services: tuple[str, ...]
    places: dict[str, int]  # of limited services
    arrivals_per_day: float
    ways: tuple[Way, ...]
    stay: dict[str, Length]  # in the community and at home
    home_share: float  # of those who leave the community, how many go home to come back later


def read_model(days: int | None = None, times: int = 1) -> Scenario:
    """The scenario: lasting so many days in place of its own, beds and arrivals multiplied alike."""
    scenario = read_scenario(MODEL_FILE)
    if days is not None:
        scenario = lasting(scenario, days)
    model = as_numbers(scenario)
    places = {name: number * times for name, number in model.places.items()}
    return scenario if times == 1 else resized(scenario, places, model.arrivals_per_day * times)


def lasting(scenario: Scenario, days: int) -> Scenario:
    """The same scenario over so many days, a fifth of them warm-up."""
    warm_up = days // 5
    calendar = replace(scenario.calendar, warm_up_days=warm_up, measured_days=days - warm_up)
    return replace(scenario, calendar=calendar)


def resized(scenario: Scenario, places: Mapping[str, int], arrivals_per_day: float) -> Scenario:
    """The same scenario with other places in its limited services, and other arrivals."""
    services = tuple(
        replace(service, capacity=(replace(service.capacity[0], places=places[service.name]),))
        if service.name in places
        else service
        for service in scenario.services
    )
    people = tuple(replace(group, arrivals_per_day=arrivals_per_day) for group in scenario.people)
    return replace(scenario, services=services, people=people)


def as_numbers(scenario: Scenario) -> Model:
    """The scenario's numbers; only what model.yaml uses is understood."""
    (group,) = scenario.people
    visits = {visit.service: visit for visit in group.journey}
    community = [name for name in visits if name not in (HOSPITAL, HOME)]
    home_shares = {route.share for name in community for route in visits[name].then if route.to == HOME}
    (home_share,) = home_shares
    return Model(
        services=tuple(service.name for service in scenario.services),
        places={
            service.name: places for service in scenario.services if (places := service.capacity[0].places) is not None
        },
        arrivals_per_day=group.arrivals_per_day,
        ways=tuple(_way(route, visits[HOSPITAL].stay) for route in visits[HOSPITAL].then),
        stay={name: _length(visits[name].stay) for name in [*community, HOME]},
        home_share=home_share,
    )


def _way(route: Route, stay: Distribution | None) -> Way:
    process = _length(route.steps[0].takes) if route.steps else None
    return Way(route.to, route.share, _length(route.stay or stay), process)


def _length(written: Distribution | None) -> Length:
    assert written is not None
    if written.family == "lognormal":
        return Length(written.mean_days, written.a, written.b)
    assert written.family == "exponential", written.family
    return Length(written.mean_days)


@dataclass(frozen=True)
class Stays:
    """What a program wrote down, as columns in days; infinite where it had not happened by the end."""

    service: np.ndarray  # number of the service
    admitted: np.ndarray
    clear: np.ndarray  # ready and the process delay over: from here on only a place was awaited
    left: np.ndarray


def spells(stays: Stays) -> int:
    """Stays in hospital, the first of the services."""
    return int(np.count_nonzero(stays.service == 0))


def figures(model: Model, stays: Stays, days: tuple[float, float]) -> dict[str, float]:
    """What any program's stays must show alike in the window: people in each service, people delayed, admissions a day."""
    first, end = days
    length = end - first

    def people(since: np.ndarray, until: np.ndarray) -> float:
        return float(np.sum(np.clip(until, first, end) - np.clip(since, first, end)) / length)

    found = {}
    for number, name in enumerate(model.services):
        here = stays.service == number
        found[f"people in {name}"] = people(stays.admitted[here], stays.left[here])
    hospital = stays.service == 0
    found["people who wait for a place"] = people(stays.clear[hospital], stays.left[hospital])
    admitted = stays.admitted[hospital]
    found["spells a day"] = float(np.count_nonzero((admitted >= first) & (admitted < end)) / length)
    return found
