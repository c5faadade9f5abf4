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
from sim.model.records import NEVER, Ledger
from sim.results import path_passes, table_passes, wait_passes
from sim.results.comparison.compare import departures
from sim.results.counting import PASSES
from sim.results.measures import delay_passes, followup
from sim.results.measures.all import figures
from sim.results.measures.census import daily_cut
from sim.results.measures.occupancy import free_between
from sim.results.split import Took, percentiles_of, split_of
from sim.results.step_functions import StepFunction, aligned, going_on
from sim.results.tables import tables_of
from sim.results.window import Window
from tests.engines import first_ledger
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
    assert tables_of(fast) is not None
    assert tables_of(plain) is None
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
    return scenario, first_ledger(scenario)


@EACH
def test_compiled_passes_count_what_plain_numpy_counts(path: Path) -> None:
    is_the_same(*ran(path))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_they_count_the_same_in_towns_that_are_made_up(draw: Random) -> None:
    town = town_of(draw)
    is_the_same(town.scenario, town.ledger())


@pytest.mark.parametrize("seed", [19, 26, 95, 164])
def test_hours_that_first_open_inside_the_window_are_closed_before(seed: int) -> None:
    town = town_of(Random(seed))
    is_the_same(town.scenario, town.ledger())


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5) | st.integers(0, 10**9)), min_size=1, max_size=40))
def test_percentiles_are_those_of_numpy_to_the_last_bit(drawn: list[tuple[int, int]]) -> None:
    town = Town(hospital())
    cells, values = (np.array(column, dtype=np.int64) for column in zip(*drawn, strict=True))
    split = split_of(Window(town.scenario, town.ledger(), is_fast=True))
    some = values > 0
    took = Took(0 * cells[some], cells[some], values[some])
    numbers, took_some = split.count(0 * cells, cells), split.count(*took[:2])
    found = percentiles_of(split, took, numbers, took_some, (5, 50, 90))
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


@pytest.mark.parametrize(
    "passes", [PASSES, *(module.PASSES for module in (path_passes, table_passes, wait_passes, followup, delay_passes))]
)
def test_the_passes_can_be_compiled_here(passes: Passes) -> None:
    assert passes.loaded() is not None, passes.problem


TIMES = st.integers(-(10**6), 10**8) | st.integers(0, 20) | st.just(NEVER)


def columns(times: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    start, end = np.array(times, dtype=np.int64).reshape(-1, 2).T
    return np.ascontiguousarray(start), np.ascontiguousarray(np.maximum(start, end))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TIMES, TIMES), max_size=40), st.lists(st.tuples(TIMES, TIMES), max_size=40))
def test_compiled_paths_are_those_of_plain_numpy(these: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    passes = path_passes.PASSES.loaded()
    plain, fast = ([going_on(*columns(spans), use) for spans in (these, others)] for use in (None, passes))
    for one, other in zip(plain, fast, strict=True):
        assert np.array_equal(one.times, other.times) and np.array_equal(one.values, other.values)
    for one, other in zip(aligned(*plain), aligned(*fast, passes), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.integers(-30, 100), st.integers(-1, 3), max_size=6),
    st.lists(st.tuples(st.integers(-30, 100) | st.just(NEVER), st.integers(-30, 100) | st.just(NEVER)), max_size=12),
    st.integers(0, 3),
    st.lists(st.integers(-5, 70), unique=True, max_size=8),
)
def test_places_through_the_window_are_those_of_plain_numpy(
    changes: dict[int, int], spans: list[tuple[int, int]], needed: int, midnights: list[int]
) -> None:
    passes = path_passes.PASSES.loaded()
    assert passes is not None
    planned = StepFunction(
        *(np.array(column, dtype=np.int64) for column in (sorted(changes), [*map(changes.get, sorted(changes))]))
    )
    held, asked = going_on(*columns(spans)), np.array(sorted(midnights), dtype=np.int64)
    times, free = np.empty((2, len(planned.times) + len(held.times)), dtype=np.int64)
    taken, available, sums = np.empty(len(asked), np.int64), np.empty(len(asked), np.int64), np.zeros(2, np.int64)
    passes.of_places(
        path_passes.OfPlaces(times, free, taken, available, sums),
        path_passes.Path(*planned),
        path_passes.Path(*held),
        needed,
        path_passes.Days(-5, 70, asked),
    )
    both = aligned(planned, held)
    larger, expected = StepFunction(both[0], np.maximum(*both[1:])), free_between(*both, needed)
    assert np.array_equal(times[: sums[0]], expected.times) and np.array_equal(free[: sums[0]], expected.values)
    assert np.array_equal(taken, held.at(asked)) and np.array_equal(available, larger.at(asked))
    assert sums[1] == larger.integral(-5, 70)
