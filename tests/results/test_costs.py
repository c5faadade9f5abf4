"""Money: prices times what happened, to the penny, shared among payers so that everything adds up."""

from dataclasses import replace
from fractions import Fraction

from sim.inputs.scenario import SECONDS_PER_DAY, Places, Team
from sim.results.measures.costs import shared
from tests.results.tiny import Town, group, hospital, price, service, step, unit

HUB = step("hub")


def test_an_occupied_day_is_paid_for_the_time_that_people_are_there() -> None:
    town = Town(hospital(5), prices=(price("hospital", "occupied_day", 562, nhs=1.0),))
    town.comes(0, admitted=0).stay("hospital", 0, 2.5, 2.5, "out")
    assert town.value("hospital", "cost_cash_gbp") == 1405.00
    assert town.value("all", "cost_cash_gbp") == 1405.00
    assert town.items("all", "cost_cash_gbp", "payer") == {"nhs": 1405.00}


def test_an_open_day_is_paid_used_or_not() -> None:
    town = Town(hospital(5), unit(3), prices=(price("unit", "open_day", 187, nhs=0.5, council=0.5),))
    assert town.value("unit", "cost_cash_gbp") == 3 * 10 * 187
    assert town.items("unit", "cost_cash_gbp", "payer") == {"nhs": 2805.0, "council": 2805.0}
    assert town.value("hospital", "cost_cash_gbp") is None


def test_an_open_hour_a_week_is_an_open_day_where_hours_are_counted() -> None:
    care = service("care", "home_care", 20 * 60, counted_in="hours_per_week")
    town = Town(care, groups=(group(arrives_at="care"),), prices=(price("care", "open_day", 4.0, council=1.0),))
    assert town.value("all", "cost_cash_gbp") == 20 * 10 * 4


def test_admissions_are_paid_in_the_window_and_people_of_the_census_were_not_admitted() -> None:
    town = Town(hospital(5), warm_up=1, days=9, prices=(price("hospital", "admission", 100, nhs=1.0),))
    town.is_there(0).stay("hospital", 0)
    town.comes(0.5, admitted=0.5).stay("hospital", 0.5)
    town.comes(3, admitted=3).stay("hospital", 3)
    assert town.value("hospital", "cost_cash_gbp") == 100


def test_a_step_is_paid_when_it_finishes_where_it_is_done() -> None:
    town = Town(hospital(), unit(), steps=(HUB,), prices=(price("hub", "step", 80, council=1.0),))
    first = town.comes(0, admitted=0).stay("hospital", 0, 1, 3, "unit", clear=3).step("hub", 1, 3)
    first.stay("unit", 3, 5, 6, "out", clear=6).step("hub", 5, 6)
    town.comes(0, admitted=0).stay("hospital", 0, 9, clear=None).step("hub", 9, due=12)
    assert town.value("hospital", "cost_cash_gbp") == 80
    assert town.value("unit", "cost_cash_gbp") == 80
    assert town.value("all", "cost_cash_gbp") == 160


def test_places_of_a_team_are_paid_for_the_window_at_work_or_not() -> None:
    changes = (Places(from_second=0, places=4), Places(from_second=5 * SECONDS_PER_DAY, places=6))
    town = Town(
        hospital(5), teams=(Team(name="hub", capacity=changes),), prices=(price("hub", "place_year", 36_500, nhs=1.0),)
    )
    assert town.value("all", "cost_cash_gbp") == (4 * 5 + 6 * 5) * 100  # ten days at £100 a place and day
    assert town.items("all", "cost_cash_gbp", "team") == {"hub": 5_000.0}
    assert town.items("all", "cost_cash_gbp", "part") == {"teams": 5_000.0}
    assert town.value("hospital", "cost_cash_gbp") is None


def test_a_programme_is_paid_for_its_part_of_a_year_and_capital_apart() -> None:
    prices = (
        price("scheme", "year", 1_000, nhs=0.5, council=0.5),
        replace(price("rails", "year", 36_500, council=1.0), capital=True),
        price("hospital", "occupied_day", 562, nhs=1.0),
    )
    town = Town(hospital(5), prices=prices)
    town.comes(0, admitted=0).stay("hospital", 0, 2.5, 2.5, "out")
    assert town.value("all", "cost_cash_gbp") == 1405.00 + 27.40  # ten days of £1,000 a year: £27.397
    assert town.items("all", "cost_cash_gbp", "programme") == {"scheme": 27.40}
    assert town.items("all", "cost_cash_gbp", "payer") == {"nhs": 1418.70, "council": 13.70}
    assert town.value("all", "cost_capital_gbp") == 1_000.00
    assert town.items("all", "cost_capital_gbp", "programme") == {"rails": 1_000.0}


def test_delayed_days_are_of_which_and_never_added() -> None:
    dear = (price("hospital", "occupied_day", 100, nhs=1.0), price("hospital", "delayed_day", 100, nhs=1.0))
    town = Town(hospital(5), unit(), prices=dear)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 5, "unit").stay("unit", 5)
    assert town.value("all", "cost_cash_gbp") == 500


def test_a_town_without_prices_has_no_costs() -> None:
    assert Town(hospital(5)).value("all", "cost_cash_gbp") is None


def test_each_price_is_rounded_once_half_a_penny_up() -> None:
    town = Town(hospital(5), prices=(price("hospital", "occupied_day", 0.01, nhs=1.0),))
    town.comes(0, admitted=0).stay("hospital", 0, 0.5, 0.5, "out")
    assert town.value("all", "cost_cash_gbp") == 0.01


def test_payers_share_every_penny() -> None:
    third = Fraction(1, 3)
    assert shared(100, [third, third, third]) == [34, 33, 33]
    assert shared(100, [Fraction("0.33"), Fraction("0.335"), Fraction("0.335")]) == [33, 34, 33]
    assert shared(101, [Fraction(1, 2), Fraction(1, 2)]) == [51, 50]
    assert shared(0, [third, 2 * third]) == [0, 0]
    town = Town(hospital(1), days=1, prices=(price("hospital", "open_day", 1.01, nhs=0.5, council=0.5),))
    assert town.items("all", "cost_cash_gbp", "payer") == {"nhs": 0.51, "council": 0.50}


def test_services_and_payers_each_add_up_to_all() -> None:
    prices = (
        price("hospital", "occupied_day", 33.333, nhs=0.3, council=0.7),
        price("unit", "open_day", 7.77, council=0.9, person=0.1),
        price("unit", "admission", 0.005, person=1.0),
    )
    town = Town(hospital(5), unit(3), prices=prices)
    town.comes(0, admitted=0.123).stay("hospital", 0.123, 3.21, 4.567, "unit").stay("unit", 4.567)
    total = town.value("all", "cost_cash_gbp")
    assert total is not None
    by_service = [town.value(name, "cost_cash_gbp") or 0 for name in ("hospital", "unit")]
    assert round(sum(by_service) * 100) == round(total * 100)
    assert round(sum(town.items("all", "cost_cash_gbp", "payer").values()) * 100) == round(total * 100)
    assert list(town.items("all", "cost_cash_gbp", "payer")) == ["nhs", "council", "person"]
