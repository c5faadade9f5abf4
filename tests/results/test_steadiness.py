"""Is the warm-up long enough: MSER-5 by pencil, and how often it speaks where it should and where it should not."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.diagnostics.warnings import warm_up_words
from sim.inputs.scenario import Places
from sim.results.charts.over_time import NEIGHBOURS, welch
from sim.results.comparison.statistics import Unsteady, mser5, unsteady
from tests.hall.worlds import small

WORLD = small(days=120)
CENSUS = ("unit", "midnight_census")


def batches(*means: float) -> np.ndarray:
    """Five days of each mean."""
    return np.repeat(np.array(means), 5)


def test_mser_5_by_pencil() -> None:
    # cut after two of ten: the rest is the same all through, so its error is 0, and no earlier cut has that
    assert mser5(batches(0, 4, 9, 9, 9, 9, 9, 9, 9, 9)) == 10
    assert mser5(batches(*[9] * 10)) == 0
    assert mser5(batches(*range(20))) == 50, "what rises all through: as late as it may be"
    # 1, 3, 2, 2, 2, 2, 2, 2, 2, 2: cuts of 0, 1, 2 have 2/100, (8/9)/81, 0
    assert mser5(batches(1, 3, 2, 2, 2, 2, 2, 2, 2, 2)) == 10


def luck(seed: int, replications: int = 30, days: int = 120, start: float = 0.0) -> np.ndarray:
    """People around 50 whose number follows that of the day before, from so far below."""
    draw = np.random.Generator(np.random.PCG64(seed))
    away, found = draw.normal(0, 4 / (1 - 0.9**2) ** 0.5, replications) - start, []
    for _ in range(days):
        away = 0.9 * away + draw.normal(0, 4, replications)
        found.append(50 + away)
    return np.array(found).T


def test_steady_people_are_seldom_called_unsteady() -> None:
    said = sum(bool(list(unsteady(WORLD, {CENSUS: luck(seed)}))) for seed in range(400))
    assert said <= 2


def test_a_start_from_far_below_is_found_and_how_long_it_lasts() -> None:
    found = [one for seed in range(50) for one in unsteady(WORLD, {CENSUS: luck(seed, start=40)})]
    days = [one.steady_after for one in found if one.steady_after is not None]
    assert len(days) >= 45
    assert 10 <= float(np.median(days)) <= 40, "a tenth of 40 is left after 22 days"


def test_people_who_increase_all_through_are_never_steady() -> None:
    growing = luck(1) + np.arange(120) * 0.5
    assert list(unsteady(WORLD, {CENSUS: growing})) == [Unsteady(*CENSUS, None)]
    (said,) = warm_up_words(WORLD, {CENSUS: growing})
    assert said.startswith("the warm-up of 30 days is too short for unit: how many people are there still changes")
    (late,) = warm_up_words(replace(WORLD), {CENSUS: luck(3, start=40)})
    assert "calendar.warm_up_days: " in late


@pytest.mark.parametrize("place", ["all", "outside", "all_hospitals"])
def test_sums_and_queues_say_nothing_of_their_own(place: str) -> None:
    growing = luck(1) + np.arange(120) * 0.5
    assert list(unsteady(WORLD, {(place, "midnight_census"): growing, ("unit", "waiting"): growing})) == []


def test_what_is_meant_to_change_is_no_matter_of_the_warm_up() -> None:
    growing = {CENSUS: luck(1) + np.arange(120) * 0.5}
    (group,) = WORLD.people
    by_month = replace(group, by_month=(0.5, 1.5) * 6)
    assert list(unsteady(replace(WORLD, people=(by_month,)), growing)) == []
    hospital, unit, *rest = WORLD.services
    opens = replace(unit, capacity=(Places(from_second=0, places=4), Places(from_second=(30 + 60) * 86_400, places=8)))
    assert list(unsteady(replace(WORLD, services=(hospital, opens, *rest)), growing)) == []


def test_few_days_or_replications_say_nothing() -> None:
    growing = luck(1) + np.arange(120) * 0.5
    assert list(unsteady(WORLD, {CENSUS: growing[:2]})) == []
    assert list(unsteady(WORLD, {CENSUS: growing[:, :50]})) == []


def test_welchs_average_by_pencil() -> None:
    people = np.arange(100.0) ** 2
    smooth = welch(people)
    assert smooth[0] == 0
    assert smooth[1] == pytest.approx((0 + 1 + 4) / 3), "near the end as many days as there are on both sides"
    assert smooth[50] == pytest.approx(people[50 - NEIGHBOURS : 51 + NEIGHBOURS].mean())


def test_where_arrivals_grow_by_the_year_the_first_measured_year_is_judged() -> None:
    """From 31 January 2026 on: 335 days of 2026, then another level in 2027, which is no matter of the warm-up."""
    (group,) = WORLD.people
    calendar = replace(WORLD.calendar, start=date(2026, 1, 1), warm_up_days=30, measured_days=600)
    world = replace(WORLD, calendar=calendar, people=(replace(group, by_year=((2026, 1.0), (2027, 1.5))),))
    days = luck(1, days=600)
    assert list(unsteady(world, {CENSUS: days + 25 * (np.arange(600) >= 335)})) == []
    rising = {CENSUS: days + np.minimum(np.arange(600), 335) * 0.2}
    assert list(unsteady(world, rising)) == [Unsteady(*CENSUS, None)]
    (said,) = warm_up_words(world, rising)
    assert "still changes all through the first year" in said
