"""Identities of the figures over the replications, each with a planted fault."""

from collections import Counter
from collections.abc import Callable

import pytest

from sim.results.comparison.compare import Estimate, ReplicationTable, gather, summarise
from sim.results.invariants.checks import SAYS_IN_HOW_MANY, WITHIN_LIMITS, check_figures
from sim.results.invariants.records import IdentityBroken
from sim.results.measures.order import canonical
from sim.results.window import Row
from tests.results.tiny import Town, hospital, unit

PLACE = canonical(Town(hospital(), unit()).scenario)
OCCUPANCY, QUEUE = ("unit", "occupancy", "", ""), ("unit", "queue_mean", "", "")
SOUND = [
    [Row(*OCCUPANCY, 0.2), Row(*QUEUE, 1)],
    [Row(*QUEUE, 3)],
    [Row(*OCCUPANCY, 1.0)],
]


def found_in(
    replications: list[list[Row]], change: Callable[[Estimate], Estimate] = lambda row: row
) -> IdentityBroken | None:
    table: ReplicationTable = gather("town", PLACE, replications)
    try:
        defined = Counter(row[:4] for rows in replications for row in rows)
        check_figures(table, [change(row) for row in summarise(table)], defined)
    except IdentityBroken as broken:
        return broken
    return None


def test_a_share_that_some_replications_lack_and_a_queue_that_none_does_are_sound() -> None:
    table = gather("town", PLACE, SOUND)
    assert [(row.measure, row.replications) for row in summarise(table)] == [("occupancy", 2), ("queue_mean", 3)]
    assert found_in(SOUND) is None


@pytest.mark.parametrize(("key", "value"), [(OCCUPANCY, 1.01), (QUEUE, -0.5)])
def test_a_figure_that_cannot_be_is_found_out(key: tuple[str, str, str, str], value: float) -> None:
    said = found_in([[Row(*key, value)], [Row(*key, 0.5)]])
    assert said is not None
    assert said.identity == WITHIN_LIMITS
    assert said.where.startswith(f"town: {' '.join(key)}".rstrip())


def test_an_interval_that_reaches_beyond_is_found_out() -> None:
    said = found_in(SOUND, lambda row: row._replace(low=-0.1))
    assert said is not None
    assert said.identity == WITHIN_LIMITS


@pytest.mark.parametrize("measure", ["occupancy", "queue_mean"])
def test_a_figure_that_says_another_number_of_replications_is_found_out(measure: str) -> None:
    said = found_in(SOUND, lambda row: row._replace(replications=1) if row.measure == measure else row)
    assert said is not None
    assert said.identity == SAYS_IN_HOW_MANY
    assert measure in said.where
