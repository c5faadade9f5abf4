"""The compiled passes that count people come to what plain NumPy counts, to the last bit, in every town."""

from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.machine_code import Passes
from sim.model import engine
from sim.model.records import NEVER, Ledger
from sim.results import path_passes
from sim.results.comparison.same_people import departures
from sim.results.counting import PASSES
from sim.results.measures import chains
from sim.results.measures.all import figures
from sim.results.measures.census import daily_cut
from sim.results.split import percentiles, split_of
from sim.results.step_functions import aligned, going_on
from sim.results.window import Window
from tests.results.made_up import town_of
from tests.results.tiny import Town, hospital

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "worked_examples").glob("*.yaml"))
LARGER = [ROOT / "inputs/every_key.yaml", ROOT / "expected/teams_and_queues.yaml"]
EACH = pytest.mark.parametrize(
    "path", [*EXAMPLES, *(pytest.param(path, marks=pytest.mark.slow) for path in LARGER)], ids=lambda path: path.stem
)


def is_the_same(scenario: Scenario, ledger: Ledger) -> None:
    plain, fast = Window(scenario, ledger), Window(scenario, ledger, is_fast=True)
    assert split_of(fast).passes is not None
    assert split_of(plain).passes is None
    for one, other in ((figures(plain), figures(fast)), (figures(fast), figures(plain))):
        assert one.keys == other.keys
        assert one.values.tobytes() == other.values.tobytes()
    days, other_days = daily_cut(plain).series, daily_cut(fast).series
    assert list(days) == list(other_days)
    assert all(np.array_equal(days[key], other_days[key]) for key in days)
    assert np.array_equal(departures(plain), departures(fast))


@lru_cache
def ran(path: Path) -> tuple[Scenario, Ledger]:
    scenario = read_scenario(path)
    return scenario, engine.run(scenario, 0)


@EACH
def test_compiled_passes_count_what_plain_numpy_counts(path: Path) -> None:
    is_the_same(*ran(path))


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_they_count_the_same_in_towns_that_are_made_up(draw: Random) -> None:
    town = town_of(draw)
    is_the_same(town.scenario, town.ledger())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5) | st.integers(0, 10**9)), min_size=1, max_size=40))
def test_percentiles_are_those_of_numpy_to_the_last_bit(drawn: list[tuple[int, int]]) -> None:
    town = Town(hospital())
    cells, values = (np.array(column, dtype=np.int64) for column in zip(*drawn, strict=True))
    split = split_of(Window(town.scenario, town.ledger(), is_fast=True))
    found = percentiles(split, 0 * cells, cells, values, (5, 50, 90))
    for cell in range(4):
        here = values[cells == cell]
        expected = np.percentile(here, (5, 50, 90)).tolist() if len(here) else [np.nan] * 3
        assert np.array_equal([table[0, cell] for table in found], expected, equal_nan=True)


def test_a_number_of_nothing_is_left_to_plain_numpy() -> None:
    """Compiled code does not look whether a row is there; NumPy says that it is not."""
    scenario, ledger = ran(EXAMPLES[0])
    ledger.stays["service"][0] += 1_000
    try:
        window = Window(scenario, ledger, is_fast=True)
        assert split_of(window).passes is None
        with pytest.raises(IndexError):
            figures(window)
    finally:
        ledger.stays["service"][0] -= 1_000


@pytest.mark.parametrize("passes", [PASSES, path_passes.PASSES, chains.PASSES])
def test_the_passes_can_be_compiled_here(passes: Passes) -> None:
    assert passes.loaded() is not None, passes.problem


TIMES = st.integers(-(10**6), 10**8) | st.integers(0, 20) | st.just(NEVER)


def columns(times: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    start, end = np.array(times, dtype=np.int64).reshape(-1, 2).T
    return np.ascontiguousarray(start), np.ascontiguousarray(np.maximum(start, end))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TIMES, TIMES), max_size=40), st.lists(st.tuples(TIMES, TIMES), max_size=40))
def test_compiled_paths_are_those_of_plain_numpy(these: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    passes = path_passes.PASSES.loaded()
    plain, fast = ([going_on(*columns(spans), use) for spans in (these, others)] for use in (None, passes))
    for one, other in zip(plain, fast, strict=True):
        assert np.array_equal(one.times, other.times) and np.array_equal(one.values, other.values)
    for one, other in zip(aligned(*plain), aligned(*fast, passes), strict=True):
        assert np.array_equal(one, other)
