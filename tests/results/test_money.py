"""The three ledgers: what is spent, what is released, what that is worth; each to the penny, and never summed."""

from dataclasses import replace
from fractions import Fraction

import pytest

from sim.inputs.scenario import Costs, FreedBeds, Places, Price, Scenario, Service
from sim.results.comparison.accounts import keeping_fixed_costs, with_accounts
from sim.results.invariants import money
from sim.results.invariants.money import check_costs
from sim.results.invariants.records import IdentityBroken
from sim.results.measures import costs
from sim.results.measures.all import measure
from sim.results.window import Row, Window
from sim.runs.collecting import paired
from tests.results.tiny import Town, care_home, hospital, price, seconds, service, step, unit

AVERAGE = (price("hospital", "open_day", 421.5, nhs=1.0), price("hospital", "occupied_day", 140.5, nhs=1.0))
STANDING = price("unit", "open_day", 187, nhs=0.5, council=0.5)


def with_costs(town: Town, *prices: Price, rule: str = "shown", **more: object) -> Town:
    freed = FreedBeds(service="hospital", rule=rule, average_gbp=562.0)
    found = Costs(price_year="2025-26", prices=prices, freed_beds=(freed,), **more)  # type: ignore[arg-type]
    town.scenario = replace(town.scenario, costs=found)
    return town


def rows_beside(before: Town, after: Town) -> dict[tuple[str, str, str, str], float]:
    rows = [measure(town.scenario, town.ledger()) for town in (before, after)]
    return {row[:4]: row.value for row in with_accounts(before.scenario, after.scenario, *rows)}


def hospital_for(days: float, *prices: Price, rule: str = "shown", beds_in_unit: int = 0, **more: object) -> Town:
    """Ten days in which one person lies so long in a hospital of 9 beds."""
    town = Town(hospital(9, counted_in="beds"), *([unit(beds_in_unit)] if beds_in_unit else []))
    town.comes(0, admitted=0).stay("hospital", 0, days, days, "out")
    return with_costs(town, *prices, rule=rule, **more)


# -- cash ----------------------------------------------------------------------------------------------------


def test_a_hospital_costs_a_fixed_part_open_and_a_variable_part_occupied() -> None:
    town = hospital_for(4, *AVERAGE)
    assert town.items("hospital", "cost_cash_gbp", "part") == {"open": 9 * 10 * 421.5, "used": 4 * 140.5}
    assert town.value("all", "cost_cash_gbp") == 9 * 10 * 421.5 + 4 * 140.5


def test_fewer_occupied_days_save_only_the_variable_part() -> None:
    before, after = hospital_for(6, *AVERAGE), hospital_for(4, *AVERAGE)
    cost = [town.value("all", "cost_cash_gbp") or 0 for town in (before, after)]
    assert cost[0] - cost[1] == 2 * 140.5


def test_a_used_night_costs_more_than_an_open_one() -> None:
    town = Town(unit(2), prices=(STANDING,))
    town.comes(0, "unit", admitted=0).stay("unit", 0, 5, 5, "out")
    assert town.value("unit", "cost_per_open_night_gbp") == 187
    assert town.value("unit", "cost_per_used_night_gbp") == 2 * 10 * 187 / 5


def test_who_pays_may_change_with_the_week_of_the_stay() -> None:
    first, then = (("council", 1.0),), (("council", 0.5), ("person", 0.5))
    weekly = Price(of="unit", per="occupied_day", gbp=10.0, payers=first, later_payers=((6, then),))
    town = Town(unit(2), days=60, prices=(weekly,))
    town.comes(0, "unit", admitted=0).stay("unit", 0, 52, 52, "out")  # 42 days, then 10
    assert town.items("unit", "cost_cash_gbp", "payer") == {"council": 420.0 + 50.0, "person": 50.0}


def test_weeks_count_from_admission_even_before_the_window() -> None:
    weekly = replace(price("unit", "occupied_day", 10, council=1.0), later_payers=((1, (("person", 1.0),)),))
    town = Town(unit(2), warm_up=5, days=10, prices=(weekly,))
    town.comes(0, "unit", admitted=0).stay("unit", 0, 9, 9, "out")  # in the window: two days of week 1, two of week 2
    assert town.items("unit", "cost_cash_gbp", "payer") == {"council": 20.0, "person": 20.0}


def test_pooled_money_is_told_by_contributor_too() -> None:
    town = Town(unit(1), prices=(price("unit", "open_day", 10, pool=0.5, council=0.5),))
    pools = (("pool", (("nhs", 0.6), ("council", 0.4))),)
    town.scenario = replace(town.scenario, costs=replace(town.scenario.costs, pools=pools))
    assert town.items("all", "cost_cash_gbp", "payer") == {"pool": 50.0, "council": 50.0}
    assert town.items("all", "cost_cash_gbp", "contributor") == {"nhs": 30.0, "council": 70.0}


def test_capital_is_shown_apart_from_all_spending() -> None:
    grant = replace(price("stairlift", "step", 2500, council=1.0), capital=True)
    town = Town(hospital(), steps=(step("stairlift"),), prices=(grant, price("hospital", "admission", 10, nhs=1.0)))
    town.comes(0, admitted=0).stay("hospital", 0, 1, 3, "out", clear=3).step("stairlift", 1, 3)
    assert town.value("all", "cost_cash_gbp") == 10
    assert town.value("all", "cost_capital_gbp") == 2500
    assert town.items("all", "cost_capital_gbp", "payer") == {"council": 2500}


def test_delayed_days_are_priced_as_an_of_which() -> None:
    town = Town(hospital(5), prices=AVERAGE)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 5, "out")
    assert town.value("hospital", "delayed_days_cost_gbp") == 3 * 562
    assert town.value("all", "cost_cash_gbp") == 5 * 10 * 421.5 + 5 * 140.5


def test_a_delayed_day_that_has_its_own_price_is_priced_at_that_alone() -> None:
    town = Town(hospital(5), prices=(*AVERAGE, price("hospital", "delayed_day", 400, nhs=1.0)))
    town.comes(0, admitted=0).stay("hospital", 0, 2, 5, "out")
    assert town.value("hospital", "delayed_days_cost_gbp") == 3 * 400


def test_care_after_hospital_is_counted_for_91_days_from_ready() -> None:
    prices = (*AVERAGE, price("care_home", "occupied_day", 100, person=1.0), STANDING)
    town = Town(hospital(5), unit(3), care_home(9), days=100, prices=prices)
    person = town.comes(0, admitted=0).stay("hospital", 0, 5, 7, "unit").stay("unit", 7, 17, 17, "care_home")
    person.stay("care_home", 17)
    assert town.value("hospital", "care_91_days_gbp") == 2 * 562
    assert town.value("unit", "care_91_days_gbp") == 10 * 187
    assert town.value("care_home", "care_91_days_gbp") == (91 - 12) * 100
    assert town.value("all", "care_91_days_gbp") == 10 * 187 + 79 * 100  # care after hospital: without the hospital


def test_91_days_need_91_days_of_the_window() -> None:
    town = Town(hospital(5), days=95, prices=AVERAGE)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 7, "out")
    assert town.value("all", "care_91_days_gbp") is None


# -- capacity and value --------------------------------------------------------------------------------------


def test_released_days_are_the_difference_in_occupied_days_and_their_value_is_notional() -> None:
    found = rows_beside(hospital_for(6, *AVERAGE), hospital_for(4, *AVERAGE))
    assert found["hospital", "released_bed_days", "", ""] == found["all", "released_bed_days", "", ""] == 2
    assert found["all", "notional_value_gbp", "", ""] == 2 * 562
    assert found["all", "notional_value_gbp", "payer", "nhs"] == 2 * 562


def test_days_that_are_not_released_are_negative_and_so_is_their_value() -> None:
    split = (price("hospital", "occupied_day", 0.01, nhs=1 / 3, council=2 / 3),)
    found = rows_beside(hospital_for(4, *split), hospital_for(6, *split))
    assert found["all", "released_bed_days", "", ""] == -2
    assert found["all", "notional_value_gbp", "", ""] == -1124.0
    paid = [found["all", "notional_value_gbp", "payer", payer] for payer in ("nhs", "council")]
    assert paid == [-374.67, -749.33]


def test_released_days_need_no_prices() -> None:
    before, after = Town(hospital(9)), Town(hospital(9))
    before.comes(0, admitted=0).stay("hospital", 0, 6, 6, "out")
    found = rows_beside(before, after)
    assert found["all", "released_bed_days", "", ""] == 6
    assert ("all", "notional_value_gbp", "", "") not in found


def test_nine_point_seven_freed_hospital_beds_pay_for_29_at_187_pounds() -> None:
    found = rows_beside(hospital_for(4, *AVERAGE), hospital_for(4, *AVERAGE, STANDING, beds_in_unit=29))
    assert found["hospital", "break_even_freed_beds", "", ""] == pytest.approx(29 * 187 / 562)


def test_refilled_beds_take_more_admissions_at_their_variable_cost() -> None:
    prices = (*AVERAGE, price("hospital", "admission", 80, nhs=1.0))
    before, after = hospital_for(6, *prices), hospital_for(4, *prices, rule="refilled")
    alone = after.value("all", "cost_cash_gbp") or 0
    found = rows_beside(before, after)
    assert found["hospital", "refilled_admissions", "", ""] == 0.5  # two days, at the scenario's mean stay of four
    assert found["all", "cost_cash_gbp", "part", "refilled"] == 2 * 140.5 + 0.5 * 80
    assert found["all", "cost_cash_gbp", "", ""] == alone + 2 * 140.5 + 40
    assert found["all", "cost_cash_gbp", "payer", "nhs"] == found["all", "cost_cash_gbp", "", ""]


def test_nothing_is_refilled_where_nothing_was_released() -> None:
    found = rows_beside(hospital_for(4, *AVERAGE), hospital_for(6, *AVERAGE, rule="refilled"))
    assert found["hospital", "refilled_admissions", "", ""] == 0
    assert ("all", "cost_cash_gbp", "part", "refilled") not in found


# -- fixed costs ---------------------------------------------------------------------------------------------


def beds(*dated: tuple[float, int]) -> Service:
    steps = tuple(Places(from_second=seconds(day), places=places) for day, places in dated)
    return service("hospital", "acute", 0, capacity=steps, counted_in="beds")


def costs_of_beds(base: Service, other: Service, rule: str) -> dict[str, float]:
    """The parts of the scenario's cost beside a baseline with other beds."""
    town = with_costs(Town(other), *AVERAGE, rule=rule)
    baseline: Scenario = with_costs(Town(base), *AVERAGE).scenario
    town.scenario = keeping_fixed_costs(baseline, town.scenario)
    check_costs(Window(town.scenario, town.ledger()))
    return town.items("all", "cost_cash_gbp", "part")


def test_fixed_cost_falls_where_beds_close_by_date() -> None:
    found = costs_of_beds(beds((0, 30)), beds((0, 30), (4, 6)), "closed")
    assert found == {"open": (4 * 30 + 6 * 6) * 421.5, "used": 0}


def test_fixed_cost_stays_where_nobody_closes_the_beds() -> None:
    for rule in ("shown", "left_empty", "refilled"):
        found = costs_of_beds(beds((0, 30)), beds((0, 30), (4, 6)), rule)
        assert sum(found.values()) == 10 * 30 * 421.5
        assert found["not closed"] == 6 * 24 * 421.5


def test_a_night_costs_what_the_beds_cost_that_are_there() -> None:
    """Those of the baseline that are no longer there go on costing, but nobody could spend a night in them."""
    town = with_costs(Town(beds((0, 20))), *AVERAGE)
    town.scenario = keeping_fixed_costs(with_costs(Town(beds((0, 30)))).scenario, town.scenario)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "out")
    assert town.value("hospital", "cost_per_open_night_gbp") == pytest.approx(421.5 + 5 * 140.5 / 200)
    assert town.value("hospital", "cost_per_used_night_gbp") == pytest.approx(140.5 + 200 * 421.5 / 5)


def test_beds_that_are_fewer_from_the_first_day_were_not_closed_by_date() -> None:
    assert costs_of_beds(beds((0, 30)), beds((0, 20)), "closed")["not closed"] == 10 * 10 * 421.5


def test_scenarios_that_are_compared_keep_the_fixed_cost_of_the_baselines_beds() -> None:
    base = with_costs(Town(beds((0, 30)), id="base"), *AVERAGE).scenario
    other = with_costs(Town(beds((0, 20)), id="other"), *AVERAGE).scenario
    (_, chosen), left_out = paired([base, other])
    assert chosen.costs.freed_beds[0].stays_open == (Places(from_second=0, places=30),)
    assert left_out == ()


def test_a_winter_ward_of_the_scenario_costs_while_it_is_open() -> None:
    found = costs_of_beds(beds((0, 30)), beds((0, 30), (2, 40), (5, 30)), "shown")
    assert found == {"open": (10 * 30 + 3 * 10) * 421.5, "used": 0}


# -- planted faults ------------------------------------------------------------------------------------------


def test_an_element_charged_twice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    town = hospital_for(4, *AVERAGE)
    check_costs(Window(town.scenario, town.ledger()))
    right = costs.charges
    monkeypatch.setattr(costs, "charges", lambda window: [*right(window), next(iter(right(window)))])
    with pytest.raises(IdentityBroken) as caught:
        check_costs(Window(town.scenario, town.ledger()))
    assert caught.value.identity == money.CHARGED_ONCE


def test_two_prices_of_one_basis_are_one_element_charged_twice() -> None:
    town = hospital_for(4, *AVERAGE, AVERAGE[1])
    with pytest.raises(IdentityBroken, match="no element is charged twice: hospital, occupied_day: 2 times"):
        check_costs(Window(town.scenario, town.ledger()))


def test_a_penny_off_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    town = hospital_for(4, *AVERAGE)
    right = costs.QUANTITIES["occupied_day"]
    monkeypatch.setitem(costs.QUANTITIES, "occupied_day", lambda window, name: right(window, name) + Fraction(1, 14050))
    with pytest.raises(IdentityBroken) as caught:
        check_costs(Window(town.scenario, town.ledger()))
    assert caught.value.identity == money.COSTS_ADD_UP


def test_payers_of_a_value_that_lose_a_penny_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.results.comparison import accounts

    right = accounts.shared
    monkeypatch.setattr(accounts, "shared", lambda pence, shares: right(pence - 1, shares))
    with pytest.raises(IdentityBroken, match="payers add up"):
        rows_beside(hospital_for(6, *AVERAGE), hospital_for(4, *AVERAGE))


def test_released_days_that_do_not_balance_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.results.comparison import accounts

    def wrong(table: dict[tuple[str, str, str, str], Row], *_: object) -> None:
        key = ("hospital", "released_bed_days", "", "")
        table[key] = table[key]._replace(value=table[key].value + 1)

    monkeypatch.setattr(accounts, "_value", wrong)
    with pytest.raises(IdentityBroken, match="released bed days = the difference in occupied bed days"):
        rows_beside(hospital_for(6, *AVERAGE), hospital_for(4, *AVERAGE))
