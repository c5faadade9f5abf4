"""Step-down flats: without a flat nothing changes, with more the same people wait less, and beyond enough nothing changes any more."""

from functools import cache

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.model.records import NEVER, Ledger
from sim.runs.engines import ledger_of
from sim.runs.timing import Stopwatch
from tests.engines import engines
from tests.scenarios.runs import SCENARIOS

FLATS = "step_down_flats.yaml"
SHORT = ("calendar.warm_up_days=60", "calendar.measured_days=200")
Person = tuple[int, int]


@cache
def ledger(file: str, *sets: str) -> Ledger:
    scenario = read_scenario(str(SCENARIOS / file), (*SHORT, *sets))
    return ledger_of(engines(), scenario, 0, 0, Stopwatch())


@cache
def left_hospital(file: str, *sets: str) -> dict[Person, int]:
    """The second at which each person first left hospital."""
    found = ledger(file, *sets)
    stays, people = found.stays, found.people
    first = (stays["stay"] == 0) & (stays["left"] < NEVER)
    rows = stays["person"][first]
    return dict(
        zip(zip(people["group"][rows], people["number"][rows], strict=True), stays["left"][first].tolist(), strict=True)
    )


@cache
def housing(file: str = "baseline.yaml") -> dict[Person, str]:
    """The level of the trait housing with which each person came."""
    scenario, people = read_scenario(str(SCENARIOS / file), SHORT), ledger(file).people
    levels = [dict(profile)["housing"] for profile in scenario.people[0].profiles]
    return {
        (group, number): levels[profile]
        for group, number, profile in zip(people["group"], people["number"], people["profile"], strict=True)
    }


def nights_saved(flats: int) -> dict[Person, float]:
    """Days by which people leave hospital sooner than in the baseline, of those who left in both."""
    before, after = left_hospital("baseline.yaml"), left_hospital(FLATS, f"services.step_down_flats.places={flats}")
    return {person: (before[person] - after[person]) / 86_400 for person in before.keys() & after.keys()}


def test_without_a_flat_everybody_leaves_hospital_as_in_the_baseline() -> None:
    assert set(nights_saved(0).values()) == {0.0}


def test_people_whose_home_is_not_ready_leave_sooner_and_not_the_others_on_average() -> None:
    saved = nights_saved(6)
    not_ready = [nights for person, nights in saved.items() if housing()[person] != "suitable"]
    suitable = [nights for person, nights in saved.items() if housing()[person] == "suitable"]
    assert np.mean(not_ready) > 3
    assert abs(np.mean(suitable)) < 0.1


@pytest.mark.slow
def test_more_flats_do_more_until_there_are_enough() -> None:
    total = [sum(nights_saved(flats).values()) for flats in (0, 1, 200, 400)]
    assert total[0] < total[1] < total[2] == total[3]


def test_people_in_flats_are_those_whose_home_is_not_ready() -> None:
    file, found = FLATS, ledger(FLATS, "services.step_down_flats.places=6")
    scenario = read_scenario(str(SCENARIOS / file), SHORT)
    in_flats = found.stays["service"] == scenario.destinations.index("step_down_flats")
    levels = [dict(profile)["housing"] for profile in scenario.people[0].profiles]
    assert in_flats.sum() > 5
    assert {levels[profile] for profile in found.stays["found"][in_flats]} == {"nowhere", "to_adapt"}
