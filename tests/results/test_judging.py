"""Tolerances, where a run was recorded with other versions: what they reject, what they accept, and how often."""

from math import sqrt

import numpy as np
import pytest

from sim.regression.baselines import (
    FALSE_ALARMS,
    MOVED,
    SAME,
    TOLERATED,
    ExpectedResults,
    Fingerprints,
    RecordedMeasure,
    _line,
    compare_results,
)
from sim.results.comparison.compare import ReplicationTable
from sim.results.comparison.statistics import LEVEL, t_quantile
from sim.results.measures.order import MeasureKey

HERE, ELSEWHERE = {"python": "3.11", "numpy": "2.4.6"}, {"python": "3.13", "numpy": "2.4.6"}
REPLICATIONS = 8
MEASURES = 200
SIZE = 500


def keys() -> list[MeasureKey]:
    return [(f"service_{n}", "wait_mean_days" if n % 6 == 5 else "occupied_bed_days", "", "") for n in range(MEASURES)]


def expected(
    values: dict[MeasureKey, list[float]], versions: dict[str, str], people: str, beds: str = "15"
) -> ExpectedResults:
    ledgers = tuple(Fingerprints(f"{people}{n}", "places", (f"{people}{n}",)) for n in range(REPLICATIONS))
    lines = {key: _line(key, row) for key, row in values.items() if not np.isnan(row).all()}
    return ExpectedResults(versions, {"beds": beds}, lines, ledgers, "", {})


def luck(seed: int) -> dict[MeasureKey, list[float]]:
    """Measures of every sort: steady, skewed, rare counts, nearly always nothing, always the same, often missing."""
    draw = np.random.Generator(np.random.PCG64(seed))
    kinds = (
        lambda: draw.normal(300, 12, REPLICATIONS),
        lambda: draw.exponential(4, REPLICATIONS),
        lambda: draw.poisson(0.7, REPLICATIONS),
        lambda: draw.poisson(0.05, REPLICATIONS),
        lambda: np.full(REPLICATIONS, 40.0),
        lambda: np.where(draw.random(REPLICATIONS) < 0.7, np.nan, draw.exponential(3, REPLICATIONS)),
    )
    return {key: [float(value) for value in kinds[n % len(kinds)]()] for n, key in enumerate(keys())}


def shifted(
    values: dict[MeasureKey, list[float]], key: MeasureKey, half_widths: float
) -> dict[MeasureKey, list[float]]:
    row = np.array(values[key])
    half = t_quantile(0.5 + LEVEL / 2, REPLICATIONS - 1) * row.std(ddof=1) / sqrt(REPLICATIONS)
    return {**values, key: [float(value) for value in row + half_widths * half]}


def test_equal_results_are_as_recorded_whatever_the_versions() -> None:
    for versions in (HERE, ELSEWHERE):
        assert compare_results(expected(luck(1), versions, "p"), expected(luck(1), HERE, "p"), SIZE).outcome == SAME


def test_with_the_recorded_versions_the_smallest_move_counts() -> None:
    key = keys()[0]
    row = luck(1)[key]
    nudged = {**luck(1), key: [row[0] * (1 + 1e-7), *row[1:]]}
    verdict = compare_results(expected(luck(1), HERE, "p"), expected(nudged, HERE, "p"), SIZE)
    assert verdict.outcome == MOVED
    assert [one.key for one in verdict.measures] == [key]


def test_with_other_versions_the_smallest_move_is_tolerated() -> None:
    key = keys()[0]
    row = luck(1)[key]
    nudged = {**luck(1), key: [row[0] * (1 + 1e-7), *row[1:]]}
    assert compare_results(expected(luck(1), ELSEWHERE, "p"), expected(nudged, HERE, "p"), SIZE).outcome == TOLERATED


@pytest.mark.parametrize("number", [0, 1, 2, 6, 7, 8])
@pytest.mark.parametrize("direction", [-1, 1])
def test_a_half_width_shift_of_any_one_measure_is_rejected(number: int, direction: int) -> None:
    key = keys()[number]
    verdict = compare_results(
        expected(luck(1), ELSEWHERE, "p"), expected(shifted(luck(1), key, direction), HERE, "p"), SIZE
    )
    assert verdict.outcome == MOVED
    assert verdict.beyond == (key,)


def test_half_of_a_half_width_is_tolerated() -> None:
    key = keys()[0]
    found = expected(shifted(luck(1), key, 0.5), HERE, "p")
    assert compare_results(expected(luck(1), ELSEWHERE, "p"), found, SIZE).outcome == TOLERATED


def test_what_never_varies_may_not_move_at_all() -> None:
    key = keys()[4]
    for people in ("p", "q"):
        found = expected({**luck(1), key: [41.0] * REPLICATIONS}, HERE, people)
        assert compare_results(expected(luck(1), ELSEWHERE, "p"), found, SIZE).beyond == (key,)


def test_a_changed_value_is_never_tolerated() -> None:
    recorded = expected(luck(1), ELSEWHERE, "p")
    nudged = shifted(luck(1), keys()[0], 0.01)
    assert compare_results(recorded, expected(nudged, HERE, "p", beds="16"), SIZE).outcome == MOVED


def test_a_rare_event_that_nobody_had_seen_is_tolerated() -> None:
    key = keys()[3]
    recorded = expected({**luck(1), key: [0.0] * REPLICATIONS}, ELSEWHERE, "p")
    found = expected({**luck(1), key: [1.0, *[0.0] * (REPLICATIONS - 1)]}, HERE, "p")
    assert compare_results(recorded, found, SIZE).outcome == TOLERATED


def test_a_measure_that_is_gone_from_every_replication_is_not_tolerated() -> None:
    gone = ("service_5", "wait_mean_days", "", "")
    recorded = expected({**luck(1), gone: [3.0, 4.0] * (REPLICATIONS // 2)}, ELSEWHERE, "p")
    for people in ("p", "q"):
        found = expected({**luck(1), gone: [float("nan")] * REPLICATIONS}, HERE, people)
        assert compare_results(recorded, found, SIZE).beyond == (gone,)


@pytest.mark.slow
def test_other_luck_is_accepted_at_the_stated_rate() -> None:
    pairs = 200
    recorded = [expected(luck(seed), ELSEWHERE, "p") for seed in range(pairs)]
    found = [expected(luck(seed + 10_000), HERE, "q") for seed in range(pairs)]
    outcomes = [compare_results(*pair, SIZE).outcome for pair in zip(recorded, found, strict=True)]
    rejected = outcomes.count(MOVED)
    assert set(outcomes) <= {MOVED, TOLERATED}
    assert rejected <= pairs * FALSE_ALARMS + 3 * sqrt(pairs * FALSE_ALARMS), "three standard deviations"


def test_a_measure_that_is_new_is_no_move_and_a_new_row_of_a_known_one_is() -> None:
    recorded = expected(luck(1), HERE, "p")
    row = luck(1)[keys()[0]]
    new, known = ("service_1", "occupancy", "", ""), ("another_service", "occupied_bed_days", "", "")
    verdict = compare_results(recorded, expected({**luck(1), new: row}, HERE, "p"), SIZE)
    assert (verdict.outcome, verdict.new) == (SAME, (new,))
    assert compare_results(recorded, expected({**luck(1), known: row}, HERE, "p"), SIZE).outcome == MOVED
    assert compare_results(recorded, expected({**luck(1), new: row}, HERE, "p", beds="16"), SIZE).outcome == MOVED


def test_other_luck_does_not_hide_a_clear_move() -> None:
    key = keys()[0]
    found = expected(shifted(luck(10_000), key, 5), HERE, "q")
    assert compare_results(expected(luck(1), ELSEWHERE, "p"), found, SIZE).beyond == (key,)


def test_a_table_of_the_results_room_becomes_lines() -> None:
    from sim.regression.baselines import expected_results
    from tests.hall.worlds import small

    table = ReplicationTable("base", (("unit", "occupancy", "", ""),), ("share",), np.array([[0.5, np.nan, 0.7]]))
    lines = expected_results(small(), table, [], HERE, "").lines
    assert lines["unit", "occupancy", "", ""][1:4] == ("0.6", "0.141421", 2)
    assert isinstance(lines["unit", "occupancy", "", ""], RecordedMeasure)
