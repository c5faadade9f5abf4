"""Replications put together, and scenarios compared on the same people."""

import math

import pytest

from sim.results.comparison.compare import (
    CANNOT_TELL,
    ReplicationTable,
    difference_verdict,
    differences,
    gather,
    summarise,
)
from sim.results.comparison.statistics import spread
from sim.results.measure_table import measures
from sim.results.measures.order import canonical
from sim.results.window import Row
from tests.results.tiny import Town, care_home, hospital, unit

BASE, WITH_UNIT = Town(hospital(), id="base").scenario, Town(hospital(), unit(), id="with_unit").scenario
PLACE = canonical(BASE, WITH_UNIT)
DELAY = ("hospital", "delayed_bed_days", "", "")


def table(name: str, *values: float, key: tuple[str, str, str, str] = DELAY) -> ReplicationTable:
    """One row over as many replications as there are values."""
    return gather(name, PLACE, [[Row(*key, value)] for value in values])


def test_a_summary_is_the_mean_with_its_interval() -> None:
    row = summarise(table("base", 11, 12, 13))[0]
    assert (row.mean, row.sd, row.replications) == (12, 1, 3)
    half = 4.302652729911275 / math.sqrt(3)  # t of 2 degrees of freedom at 97.5%, from a printed table
    assert row.low == pytest.approx(12 - half)
    assert row.high == pytest.approx(12 + half)
    assert row[1:6] == (*DELAY, "bed days")


def one_row(measure: str, *values: float, name: str = "base") -> ReplicationTable:
    """One measure of the unit over the replications."""
    return gather(name, PLACE, [[Row("unit", measure, "", "", value)] for value in values])


def test_no_interval_reaches_beyond_what_the_measure_can_be() -> None:
    share = summarise(one_row("occupancy", 0.2, 0.99, 0.98))[0]
    assert share.low == 0  # the t-interval is -0.41 to 1.86
    assert share.high == 1
    queue = summarise(one_row("queue_mean", 0, 0, 9))[0]
    assert queue.low == 0
    assert queue.high > 3 + 3 * 4.302652729911275  # skewed upwards: further than Student's
    left = summarise(one_row("budget_left_gbp", 0, 0, 9))[0]
    assert left.low == pytest.approx(3 - 3 * 4.302652729911275)  # a budget may be broken


def test_two_shares_are_at_most_a_hundred_points_apart() -> None:
    before, after = one_row("occupancy", 0.0, 0.9, 0.1), one_row("occupancy", 1.0, 0.1, 1.0, name="more")
    row = differences(before, after, PLACE, scenarios=5)[0]
    assert (row.low, row.high, row.low_all, row.high_all) == (-1, 1, -1, 1)
    assert row.mean == pytest.approx(1.1 / 3)
    days = differences(one_row("wait_mean_days", 0, 9, 1), one_row("wait_mean_days", 9, 1, 9, name="more"), PLACE)[0]
    assert days.low is not None
    assert days.low < -9  # nothing says how far apart two stays may be


def test_one_replication_has_no_interval() -> None:
    row = summarise(table("base", 5))[0]
    assert (row.mean, row.sd, row.low, row.high, row.replications) == (5, None, None, None, 1)


def test_a_difference_is_scenario_minus_baseline_replication_by_replication() -> None:
    # the replications differ by tens, the scenario by two in each: only pairing can tell
    row = differences(table("base", 10, 40, 70), table("more", 8, 37.5, 68.5), PLACE)[0]
    assert row.mean == -2
    assert row.sd == pytest.approx(0.5)
    assert row.verdict == "better"
    assert row.share_better == 1
    assert (row.scenario, row.baseline) == ("more", "base")


def test_verdicts_by_direction() -> None:
    assert difference_verdict(-3, -1, "lower") == "better"
    assert difference_verdict(1, 3, "lower") == "worse"
    assert difference_verdict(-3, -1, "higher") == "worse"
    assert difference_verdict(1, 3, "higher") == "better"
    assert difference_verdict(-3, -1, "neither") == "lower"
    assert difference_verdict(1, 3, "neither") == "higher"


def test_an_interval_that_contains_no_difference_cannot_tell() -> None:
    assert difference_verdict(-1, 1, "lower") == CANNOT_TELL
    assert difference_verdict(0, 1, "lower") == CANNOT_TELL
    assert difference_verdict(-1, 0, "lower") == CANNOT_TELL
    assert difference_verdict(0, 0, "lower") == CANNOT_TELL
    assert difference_verdict(None, None, "lower") == CANNOT_TELL


def test_one_replication_and_no_difference_at_all_cannot_tell() -> None:
    assert differences(table("base", 9), table("more", 1), PLACE)[0].verdict == CANNOT_TELL
    assert differences(table("base", 9, 4), table("more", 9, 4), PLACE)[0].verdict == CANNOT_TELL


def test_the_same_difference_in_every_replication_is_a_difference() -> None:
    row = differences(table("base", 9, 4), table("more", 8, 3), PLACE)[0]
    assert (row.mean, row.low, row.high, row.verdict) == (-1, -1, -1, "better")


def test_the_share_of_replications_in_which_the_scenario_was_better() -> None:
    row = differences(table("base", 5, 5, 5, 5), table("more", 4, 4, 5, 6), PLACE)[0]
    assert row.share_better == 0.5
    arrivals = ("all", "arrivals", "", "")
    row = differences(table("base", 5, 5, key=arrivals), table("more", 4, 4, key=arrivals), PLACE)[0]
    assert row.share_better is None  # neither direction is good
    assert row.verdict == "lower"


def test_simultaneous_intervals_are_wider_and_decide_nothing() -> None:
    alone = differences(table("base", 5, 6, 7), table("more", 3, 5, 4), PLACE)[0]
    among_ten = differences(table("base", 5, 6, 7), table("more", 3, 5, 4), PLACE, scenarios=10)[0]
    assert (alone.low_all, alone.high_all) == (alone.low, alone.high)
    assert (among_ten.low, among_ten.high, among_ten.verdict) == (alone.low, alone.high, alone.verdict)
    assert among_ten.low_all is not None
    assert among_ten.mean - among_ten.low_all == pytest.approx(14.089 * math.sqrt(1 / 3), rel=1e-4)  # t, 99.75%, 2 df


def test_people_who_are_not_there_are_none_but_a_share_that_is_not_there_is_not_compared() -> None:
    admissions, occupancy = ("unit", "admissions", "", ""), ("unit", "occupancy", "", "")
    after = gather("more", PLACE, [[Row(*admissions, 7), Row(*occupancy, 0.9)]] * 2)
    found = {row.measure: row.mean for row in differences(table("base", 1, 1), after, PLACE)}
    assert found == {"admissions": 7, "delayed_bed_days": -1}


def test_a_reason_that_some_replications_lack_counts_nothing_there() -> None:
    reason = ("hospital", "delayed_bed_days", "reason", "equipment")
    found = gather("base", PLACE, [[Row(*reason, 4)], []])
    assert [row.tolist() for row in found.values] == [[4, 0]]


def test_a_mean_that_some_replications_lack_is_the_mean_of_the_others_and_paired_there() -> None:
    wait = ("unit", "wait_mean_days", "", "")
    before = gather("base", PLACE, [[Row(*wait, 4)], [], [Row(*wait, 6)]])
    after = gather("more", PLACE, [[Row(*wait, 3)], [Row(*wait, 9)], []])
    assert summarise(before)[0].mean == 5
    assert summarise(before)[0].replications == 2
    row = differences(before, after, PLACE)[0]
    assert (row.mean, row.replications, row.verdict) == (-1, 1, CANNOT_TELL)


def test_leaving_on_the_ready_date_is_the_only_band_with_a_good_direction() -> None:
    on_time, late = (
        ("hospital", "delay_band_share", "band", "0"),
        ("hospital", "delay_band_share", "band", "21+"),
    )
    better = differences(table("base", 0.1, 0.1, key=on_time), table("more", 0.2, 0.2, key=on_time), PLACE)
    higher = differences(table("base", 0.1, 0.1, key=late), table("more", 0.2, 0.2, key=late), PLACE)
    assert (better[0].verdict, higher[0].verdict) == ("better", "higher")


def test_rows_stand_in_one_order_whatever_the_order_they_came_in() -> None:
    town = Town(hospital(), unit(), care_home())
    for place in ("home", "unit", "care_home"):
        town.comes(0, admitted=0).stay("hospital", 0, 2, 4, place).stay(place, 4)
    rows = [Row("all", "arrivals", "", "", 1), Row("unit", "occupancy", "", "", 1),
            Row("hospital", "delayed_bed_days", "reason", "p2_bed", 1),
            Row("hospital", "delayed_bed_days", "", "", 1),
            Row("hospital", "delayed_bed_days", "next_service", "care_home", 1),
            Row("hospital", "occupancy", "", "", 1)]  # fmt: skip
    place_of = canonical(town.scenario)
    one, other = gather("a", place_of, [rows]), gather("a", place_of, [rows[::-1]])
    assert one.keys == other.keys
    assert [key[:3] for key in one.keys] == [
        ("hospital", "occupancy", ""), ("hospital", "delayed_bed_days", ""),
        ("hospital", "delayed_bed_days", "reason"), ("hospital", "delayed_bed_days", "next_service"),
        ("unit", "occupancy", ""), ("all", "arrivals", ""),
    ]  # fmt: skip


def test_the_mean_does_not_depend_on_rounding_along_the_way() -> None:
    assert spread([1e16, 1.0, -1e16]).mean == 1 / 3


def test_every_measure_says_what_it_is() -> None:
    for measure in measures().values():
        assert measure.definition.endswith(".")
        assert measure.unit
        assert measure.source
        assert measure.better in ("lower", "higher", "neither")


def test_what_the_same_people_bought_is_a_ratio_of_variances() -> None:
    before, after = table("base", 10, 40, 70), table("more", 8, 37.5, 68.5)
    row = differences(before, after, PLACE)[0]
    # differences -2, -2.5, -1.5: variance 0.25; of the two alone 900 and 915.25
    assert row.variance_ratio == pytest.approx(0.25 / (900 + 915.25))
    other_way = differences(table("base", 1, 2, 3), table("more", 3, 2, 1), PLACE)[0]
    assert other_way.variance_ratio == pytest.approx(2), "against each other: the same people make it worse"
    assert differences(table("base", 1, 1), table("more", 2, 2), PLACE)[0].variance_ratio is None
    assert differences(table("base", 1), table("more", 2), PLACE)[0].variance_ratio is None
