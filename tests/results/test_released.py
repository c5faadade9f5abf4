"""Release: of those who could have left on a day, how many did."""

from dataclasses import replace

import pytest

from sim.inputs.scenario import Places
from tests.results.tiny import Town, hospital, unit


def test_released_share_is_who_left_of_those_who_left_or_were_still_there_at_midnight() -> None:
    town = Town(hospital(), days=3)  # from a Monday
    town.is_there(-1).stay("hospital", -1, 0.5, 0.6, "home").stay("home", 0.6)  # ready and gone on Monday
    town.is_there(-1).stay("hospital", -1, 0.5, 1.5, "home").stay("home", 1.5)  # gone on Tuesday
    town.is_there(-1).stay("hospital", -1, 0.5)  # never
    shares = town.items("hospital", "released_share", "weekday")
    assert shares == {"mon": pytest.approx(1 / 3), "tue": 1 / 2, "wed": 0}
    assert town.value("hospital", "released_share") == 2 / 6


def test_the_dead_are_not_released() -> None:
    town = Town(hospital(), days=2)
    town.is_there(-1).stay("hospital", -1, 0.5, 0.5, "died")
    assert town.value("hospital", "released_share") is None


def test_weekdays_go_on_through_the_warm_up() -> None:
    town = Town(hospital(), warm_up=2, days=1)
    town.is_there(-1).stay("hospital", -1, 2.5, 2.6, "out")
    assert town.items("hospital", "released_share", "weekday") == {"wed": 1.0}


def test_midnight_occupancy_is_of_the_midnights_on_which_places_are_open() -> None:
    opens_on_tuesday = replace(unit(), capacity=(Places(from_second=0, places=0), Places(from_second=86_400, places=5)))
    town = Town(opens_on_tuesday, days=4)
    town.comes(1, "unit", admitted=1).stay("unit", 1)
    town.comes(2, "unit", admitted=2).stay("unit", 2)
    assert town.value("unit", "midnight_occupancy") == (1 + 2 + 2) / (3 * 5)
    assert town.value("unit", "days_above_85pct") == 0
    assert Town(unit(0), days=4).value("unit", "midnight_occupancy") is None


def test_midnight_occupancy_is_places_taken_over_places_at_midnight() -> None:
    town = Town(hospital(4), days=2)
    town.is_there(-1).stay("hospital", -1, 0.5, 0.5, "out")
    town.is_there(-1).stay("hospital", -1)
    assert town.value("hospital", "midnight_occupancy") == (2 / 4 + 1 / 4) / 2
