"""SimPy's own counting counts what ours counts: beside our measures of the same stays, and of the same run in the mean."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from benchmarks import counting_simpy, idiomatic_simpy
from benchmarks.model import HOSPITAL, as_numbers, figures
from sim.results.measure_table import measures
from tests.benchmarks.test_same_model import DAYS, SMALL

MODEL, WINDOW = as_numbers(SMALL), (60.0, 300.0)


def result(running: Generator[None, None, Any]) -> Any:
    while True:
        try:
            next(running)
        except StopIteration as end:
            return end.value


def test_monitoring_changes_nobodys_stay_and_counts_them() -> None:
    log, found = result(counting_simpy.run_in_slices(MODEL, WINDOW, 3, np.random.default_rng, 4))
    assert log == idiomatic_simpy.run(MODEL, DAYS, 3)
    expected = figures(MODEL, idiomatic_simpy.stays(MODEL, log), WINDOW)
    days = WINDOW[1] - WINDOW[0]
    for name in MODEL.services:
        people = found[name, "occupied_bed_days"] / days
        assert people == pytest.approx(expected[f"people in {name}"])
        if name in MODEL.places:
            assert found[name, "occupancy"] * MODEL.places[name] == pytest.approx(people)
            assert found[name, "midnight_census_mean"] == pytest.approx(people, rel=0.05)
    assert found[HOSPITAL, "admissions"] / days == pytest.approx(expected["spells a day"])
    assert found[HOSPITAL, "delayed_people_mean"] > expected["people who wait for a place"] > 0
    assert found[HOSPITAL, "midnight_delayed_mean"] == pytest.approx(found[HOSPITAL, "delayed_people_mean"], rel=0.1)
    assert found[HOSPITAL, "queue_mean"] > 0 and found[HOSPITAL, "wait_p90_days"] > 0


def test_it_counts_by_the_names_of_our_measures() -> None:
    _, found = result(counting_simpy.run_in_slices(MODEL, WINDOW, 3, np.random.default_rng, 1))
    assert {measure for _, measure in found} <= set(measures())
