"""Memory does not grow with the replications, and what was set aside on disk is what was there, to the last bit."""

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.scenario import Costs, FreedBeds, Price, Scenario
from sim.results import spill
from sim.results.comparison import compare
from sim.results.comparison.accounts import is_of_accounts, with_accounts, with_contributors
from sim.results.comparison.compare import Days, Gathering, GatheringDays
from sim.results.comparison.findings import Findings
from sim.results.files.writing import csv_bytes
from sim.results.measures.order import canonical
from sim.results.measures.periods import divisions
from sim.results.spill import Spill
from sim.results.window import Row
from sim.runs.collecting import CENSUS, Collector, beside, census_csv, census_rows, gathered, replication_rows
from sim.runs.experiment import Shared, run_all, run_one
from sim.runs.piece import PackedPiece, Task
from sim.runs.workers import Block, Place, Work
from tests.hall.test_periods import DATE, MEASURED, WARM_UP, with_places
from tests.hall.worlds import small

BASE = small(days=MEASURED, warm_up=WARM_UP, replications=5)
PAIR = BASE, with_places(BASE, (0, 0), (DATE, 8))


def compared(*scenarios: Scenario) -> tuple[Findings, list[tuple[object, ...]]]:
    """What is found of them, and every row of every replication."""
    shared = Shared(scenarios, divisions=divisions(scenarios, compared=True))
    pieces = beside(scenarios, run_all(shared, 1))
    return gathered(scenarios, pieces, compared=True), list(replication_rows(scenarios, pieces))


@pytest.mark.slow
def test_what_was_set_aside_on_disk_in_small_blocks_gives_the_same_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    expected, rows = compared(*PAIR)
    monkeypatch.setattr(compare, "IN_A_BLOCK", 2)
    monkeypatch.setattr(compare, "IN_A_BLOCK", 2)
    monkeypatch.setattr(spill.Spill.__init__, "__defaults__", (0,))
    found, again = compared(*PAIR)
    assert again == rows
    for ours, theirs in ((found, expected), *zip(found.parts.values(), expected.parts.values(), strict=True)):
        assert ours.estimates == theirs.estimates
        assert ours.differences == theirs.differences
        assert ours.same_people == theirs.same_people
    assert list(census_rows(found)) == list(census_rows(expected))
    assert census_csv(found) == csv_bytes(CENSUS, census_rows(expected))
    assert found.parts and found.warnings == expected.warnings


def test_scenarios_that_run_on_their_own_may_have_other_numbers_of_replications() -> None:
    scenarios = replace(BASE, replications=2), replace(small(unit=9, days=30, replications=4), id="more")
    found = gathered(scenarios, run_all(Shared(scenarios), 1), compared=False)
    assert {(row.scenario, row.replications) for row in found.estimates if row.measure == "arrivals"} == {
        ("base", 2),
        ("more", 4),
    }


class Backwards:
    """Somewhere the last task is done first."""

    number = 2

    def results(self, work: Work, shared: Shared, blocks: Sequence[Block]) -> Iterator[PackedPiece]:
        for block in reversed(blocks):
            for task in reversed(block):
                yield work(shared, task)


@pytest.mark.parametrize("place", [1, Backwards()])
def test_what_is_added_up_on_the_way_is_what_is_added_up_in_the_end(place: Place) -> None:
    scenarios = replace(BASE, replications=2), replace(small(unit=9, days=30, replications=4), id="more")
    taken: list[int] = []

    class Noting(Collector):
        def take(self, number: int) -> None:
            taken.append(number)
            super().take(number)

    on_the_way = Noting(scenarios, compared=False)
    pieces = run_all(Shared(scenarios), place, gatherer=on_the_way)
    found, expected = on_the_way.findings(), gathered(scenarios, pieces, compared=False)
    assert taken == [0, 1, 2, 3]
    assert (found.estimates, found.warnings) == (expected.estimates, expected.warnings)
    assert census_csv(found) == census_csv(expected)


def test_the_accounts_touch_no_row_but_those_that_they_are_handed() -> None:
    price = Price(of="hospital", per="occupied_day", gbp=562.0, payers=(("nhs", 0.5), ("council", 0.5)))
    rule = FreedBeds(service="hospital", rule="refilled", average_gbp=400.0)
    costs = Costs(price_year="2025-26", prices=(price,), freed_beds=(rule,), pools=(("nhs", (("icb", 1.0),)),))
    scenarios = [replace(small(unit=unit), costs=costs, id=str(unit)) for unit in (2, 9)]
    base, other = (run_one(Shared((one,)), Task(0, 0)) for one in scenarios)
    whole = with_contributors(with_accounts(*scenarios, base.rows(), other.rows()))
    before = base.some_rows(is_of_accounts)
    found = other.with_some(is_of_accounts, lambda mine: with_accounts(*scenarios, before, mine))
    assert found.rows() == with_accounts(*scenarios, base.rows(), other.rows())
    assert found.with_some(is_of_accounts, with_contributors).rows() == whole
    assert len(found.keys) < len(other.rows()) + 40


PLACE = canonical(BASE)


def test_a_figure_that_comes_up_late_or_lacks_is_told_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "IN_A_BLOCK", 2)
    wait, days = Row("unit", "wait_mean_days", "", "", 4.0), Row("unit", "delayed_bed_days", "", "", 7.0)
    found = compare.gather("base", PLACE, [[wait], [wait], [days], [wait, days], []])
    assert [row.tolist() for row in found.values][1] == [0.0, 0.0, 7.0, 7.0, 0.0]
    np.testing.assert_array_equal(found.values[0], [4.0, 4.0, np.nan, 4.0, np.nan])
    assert found.values.shape == (2, 5)


def test_days_of_other_sizes_come_back_under_every_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "IN_A_BLOCK", 2)
    gathering, series = GatheringDays(Spill(0)), (("unit", "waiting"), ("all", "waiting"))
    for most in (1, 300, 70_000):
        gathering.add(series, np.array([[0, most, 2], [3, 4, most]], dtype=np.int64))
    found = gathering.days()
    assert found["unit", "waiting"].tolist() == [[0, 1, 2], [0, 300, 2], [0, 70_000, 2]]
    both = found.under({**found.places, ("x", "waiting"): found.places["all", "waiting"]})
    assert isinstance(both, Days) and both["x", "waiting"].tolist() == found["all", "waiting"].tolist()


def peak(work: Callable[[], object]) -> int:
    """The most memory that was in use while it went on, beyond what was before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def put_together(replications: int) -> None:
    figures, days = Gathering(Spill(0)), GatheringDays(Spill(0))
    keys = [("unit", "delayed_bed_days", "cause", f"cause {number}", "bed days") for number in range(1_000)]
    series = tuple(("unit", f"{number}") for number in range(20))
    for number in range(replications):
        figures.add(keys, np.full(len(keys), float(number)))
        days.add(series, np.full((len(series), 100), number, dtype=np.int64))
    whole, counts = figures.table("base", PLACE), days.days()
    assert sum(row[-1] for row in whole.values) == 1_000 * (replications - 1)
    assert all(counts[one][-1, 0] == replications - 1 for one in counts)


def test_five_times_the_replications_take_no_more_memory() -> None:
    put_together(1)
    assert peak(lambda: put_together(1_000)) < 1.2 * peak(lambda: put_together(200))
