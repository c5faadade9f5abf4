"""Release: of those who could have left on a day, how many did."""

import pytest

from tests.results.tiny import Town, hospital


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


def test_midnight_occupancy_is_the_mean_of_the_midnights_shares() -> None:
    town = Town(hospital(4), days=2)
    town.is_there(-1).stay("hospital", -1, 0.5, 0.5, "out")
    town.is_there(-1).stay("hospital", -1)
    assert town.value("hospital", "midnight_occupancy") == (2 / 4 + 1 / 4) / 2
