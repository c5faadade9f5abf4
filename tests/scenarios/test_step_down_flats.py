"""Step-down flats: without a flat nothing changes, with more the same people wait less, and beyond enough nothing changes any more."""

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from tests.scenarios.people import BASELINE, ledger, levels, marked, nights_saved
from tests.scenarios.runs import SCENARIOS

FLATS = "step_down_flats.yaml"


def saved_by(flats: int) -> list[float]:
    return list(nights_saved(FLATS, places(flats)).values())


def places(flats: int) -> str:
    return f"services.step_down_flats.places={flats}"


def test_without_a_flat_everybody_leaves_hospital_as_in_the_baseline() -> None:
    assert set(saved_by(0)) == {0.0}


def test_people_whose_home_is_not_ready_leave_sooner_and_not_the_others_on_average() -> None:
    saved, suitable = nights_saved(FLATS, places(6)), marked(BASELINE, "housing", "suitable")
    assert np.mean([nights for person, nights in saved.items() if person not in suitable]) > 3
    assert abs(np.mean([nights for person, nights in saved.items() if person in suitable])) < 0.1


@pytest.mark.slow
def test_more_flats_do_more_until_there_are_enough() -> None:
    total = [sum(saved_by(flats)) for flats in (0, 1, 200, 400)]
    assert total[0] < total[1] < total[2] == total[3]


@pytest.mark.slow
def test_people_in_flats_are_those_whose_home_is_not_ready() -> None:
    found, names = ledger(FLATS, places(6)), read_scenario(str(SCENARIOS / FLATS)).destinations
    in_flats = found.stays["service"] == names.index("step_down_flats")
    assert in_flats.sum() > 5
    assert {levels(FLATS, "housing")[profile] for profile in found.stays["found"][in_flats]} == {"nowhere", "to_adapt"}
