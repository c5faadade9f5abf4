"""How full: places held and open, the midnight census, hours-based services."""

from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.scenario import Places, Taper
from sim.results.measures.census import daily_cut, rows_by_day
from sim.results.window import Window
from tests.results.tiny import Town, group, hospital, service, unit


def two_beds() -> Town:
    """Ten days, two beds: Ann from day 0 to 4, Bob from midday of day 2 to the end and beyond."""
    town = Town(hospital(2))
    town.comes(0, admitted=0).stay("hospital", 0, 4, 4, "out")
    town.comes(2.5, admitted=2.5).stay("hospital", 2.5)
    return town


def test_occupied_bed_days_are_the_stays_clipped_to_the_window() -> None:
    assert two_beds().value("hospital", "occupied_bed_days") == 4 + 7.5
    assert two_beds().value("all", "occupied_bed_days") == 11.5


def test_days_before_the_window_do_not_count() -> None:
    town = Town(hospital(2), warm_up=3, days=7)
    town.comes(0, admitted=0).stay("hospital", 0, 4, 4, "out")
    assert town.value("hospital", "occupied_bed_days") == 1
    assert town.value("hospital", "available_bed_days") == 14
    assert town.value("hospital", "admissions") == 0
    assert town.value("hospital", "leavers") == 1


def test_occupancy_is_occupied_over_available_bed_days() -> None:
    assert two_beds().value("hospital", "available_bed_days") == 20
    assert two_beds().value("hospital", "occupancy") == 11.5 / 20


def test_the_census_counts_who_is_in_bed_at_midnight_after_that_midnights_moves() -> None:
    # midnights 0 1 2 3: Ann; 3: Bob too; Ann leaves at midnight 4 and is not counted there
    town = two_beds()
    census = daily_cut(Window(town.scenario, town.ledger())).series
    assert census["hospital", "midnight_census"].tolist() == [1, 1, 1, 2, 1, 1, 1, 1, 1, 1]
    assert town.value("hospital", "midnight_census_mean") == 1.1
    assert town.value("hospital", "midnight_census_p50") == 1
    assert town.value("hospital", "midnight_census_p95") == pytest.approx(1.55)  # 9 ones and a two, at position 8.55


def test_days_above_85_and_92_per_cent_and_full_are_shares_of_days() -> None:
    town = Town(hospital(20))
    for leaves in [10] * 17 + [3] * 1 + [2] * 1 + [1] * 1:
        town.comes(0, admitted=0).stay(
            "hospital", 0, leaves, leaves if leaves < 10 else None, "out" if leaves < 10 else None
        )
    # midnight 0: 20 of 20, 1: 19 (95%), 2: 18 (90%), then 17 (85%, which is not above 85%)
    assert town.value("hospital", "days_full") == 0.1
    assert town.value("hospital", "days_above_92pct") == 0.2
    assert town.value("hospital", "days_above_85pct") == pytest.approx(0.3)


def test_places_that_close_under_people_stay_available_until_they_leave() -> None:
    falling = replace(hospital(), capacity=(Places(from_second=0, places=2), Places(from_second=2 * 86_400, places=0)))
    town = Town(falling)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "out")
    assert town.value("hospital", "available_bed_days") == 2 * 2 + 3 * 1
    assert town.value("hospital", "days_full") == 0.3  # days 2 3 4; an empty service without places is not full


def test_a_ward_that_opens_in_november_is_available_from_then_on() -> None:
    opening = replace(unit(), capacity=(Places(from_second=0, places=0), Places(from_second=6 * 86_400, places=3)))
    assert Town(hospital(1), opening).value("unit", "available_bed_days") == 12
    assert Town(hospital(1), opening).value("unit", "occupancy") == 0


def test_the_ledgers_open_places_count_surge_included() -> None:
    town = Town(hospital(1))
    town.places = [(0, 0, 1), (0, 4 * 86_400, 3), (0, 6 * 86_400, 1), (1, 0, -1)]
    assert town.value("hospital", "available_bed_days") == 10 + 2 * 2


def test_an_unlimited_service_has_occupied_days_and_a_census_only() -> None:
    town = Town(hospital(None))
    town.comes(0, admitted=0).stay("hospital", 0, 4, 4, "out")
    assert town.value("hospital", "occupied_bed_days") == 4
    assert town.value("hospital", "midnight_census_mean") == 0.4
    for measure in ("available_bed_days", "occupancy", "days_above_85pct", "days_full"):
        assert town.value("hospital", measure) is None


def test_people_at_home_are_counted_but_home_is_no_bed() -> None:
    town = Town(hospital(1))
    town.comes(0, admitted=0).stay("hospital", 0, 4, 4, "home").stay("home", 4)
    assert town.value("home", "occupied_bed_days") == 6
    assert town.value("home", "available_bed_days") is None
    assert town.value("home", "admissions") == 1
    assert town.value("all", "occupied_bed_days") == 4


def test_a_service_counted_in_hours_is_as_full_as_its_hours() -> None:
    # 20 hours a week: Ann needs 10 hours for 10 days, Bob 5 hours for 4 days
    care = service("care", "home_care", 20 * 60, counted_in="hours_per_week")
    town = Town(care, groups=(group(arrives_at="care"),))
    town.comes(0, "care", 0).stay("care", 0, units=600)
    town.comes(0, "care", 0).stay("care", 0, 4, 4, "out", units=300)
    assert town.value("care", "occupied_bed_days") == 14  # people
    assert town.value("care", "available_bed_days") == 200  # hours a week, times days
    assert town.value("care", "occupancy") == (10 * 10 + 5 * 4) / 200
    assert town.value("care", "midnight_census_mean") == 1.4


def test_need_that_tapers_frees_hours_but_not_people() -> None:
    care = service("care", "home_care", 20 * 60, counted_in="hours_per_week")
    tapers = (Taper(after_days=2, share=0.5), Taper(after_days=6, share=0.1))
    town = Town(care, groups=(group(arrives_at="care", tapers=tapers, care=[]),))
    town.comes(0, "care", 0).stay("care", 0, units=600)
    town.comes(0, "care", 0).stay("care", 0, 1, 1, "out", units=600)  # gone before anything tapers
    assert town.value("care", "occupancy") == pytest.approx((10 * 2 + 5 * 4 + 1 * 4 + 10) / 200)
    assert town.value("care", "occupied_bed_days") == 11


def test_the_daily_census_says_who_is_delayed_and_who_waits() -> None:
    town = Town(hospital(1), unit(1))
    town.comes(0, admitted=0).stay("hospital", 0, 2, 5, "unit").stay("unit", 5, 7, 7, "out")
    town.comes(3.5, admitted=5).stay("hospital", 5, 6, 6, "out")
    census = daily_cut(Window(town.scenario, town.ledger())).series
    assert census["hospital", "delayed"].tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0, 0]
    assert census["unit", "waiting"].tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0, 0]
    assert census["hospital", "waiting"].tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert census["outside", "waiting"].tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert census["all", "midnight_census"].tolist() == [1, 1, 1, 1, 1, 2, 1, 0, 0, 0]


def test_the_census_over_replications_is_a_mean_and_the_middle_95_per_cent() -> None:
    busy, quiet = two_beds(), Town(hospital(2))
    place = ("hospital", "midnight_census")
    people = np.stack([daily_cut(Window(town.scenario, town.ledger())).series[place] for town in (busy, quiet)])
    day_3 = list(rows_by_day(*place, people))[3]
    assert day_3[:3] == (3, *place)
    assert day_3.mean == 1
    assert np.allclose((day_3.low, day_3.high), (0.05, 1.95))  # between 0 and 2 at 2.5% and 97.5% of the way
