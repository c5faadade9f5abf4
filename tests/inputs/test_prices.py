"""Prices as they are read: two parts of an average, one price year, payers by week of the stay, freed beds."""

import re
from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import FreedBeds, Price, Scenario, Uplift
from tests.inputs.small_world import SMALL_WORLD, read_text

UNIT = "    unit: {per_open_day: £187, payer: {nhs: 50%, council: 50%}}\n"
pytestmark = pytest.mark.usefixtures("in_own_folder")


def read(prices: str, head: str = "  price_year: 2025-26\n") -> Scenario:
    assert UNIT in SMALL_WORLD
    return read_text(SMALL_WORLD.replace("  price_year: 2025-26\n", head).replace(UNIT, prices))


def amounts(scenario: Scenario) -> dict[tuple[str, str], float]:
    return {(one.of, one.per): one.gbp for one in scenario.costs.prices}


def test_an_average_is_cut_into_an_open_and_an_occupied_part() -> None:
    found = read("    hospital: {average_per_day: £562, variable_share: 30%, payer: nhs}\n")
    assert amounts(found) == {("hospital", "open_day"): 393.4, ("hospital", "occupied_day"): 168.6}
    assert found.costs.freed_beds == (FreedBeds(service="hospital", rule="shown", average_gbp=562.0),)
    assert found.notices == ()


def test_a_quarter_follows_the_person_where_nothing_is_said_and_that_is_noted_as_an_assumption() -> None:
    found = read("    hospital: {average_per_day: £562, payer: nhs}\n")
    assert amounts(found) == {("hospital", "open_day"): 421.5, ("hospital", "occupied_day"): 140.5}
    assert found.notices == ("variable_share of hospital is taken as 25%, an assumption: nothing was written",)


def test_a_price_of_another_year_is_turned_into_the_price_year_to_the_penny() -> None:
    head = "  price_year: 2025-26\n  deflator: {name: GDP deflator, factors: [{from: 2022-23, to: 2025-26, times: 1.111}]}\n"
    found = read("    unit: {per_open_day: £150.05, price_year: 2022-23, payer: nhs}\n", head)
    assert amounts(found) == {("unit", "open_day"): 166.71}  # 166.70555
    assert found.costs.deflator == "GDP deflator"
    assert found.costs.uplifts == (
        Uplift(path="costs.services.unit.per_open_day", written_gbp=150.05, year="2022-23", factor=1.111, gbp=166.71),
    )


def test_who_pays_may_go_by_week_of_the_stay() -> None:
    rows = "[{weeks: 2, payer: nhs}, {weeks: 4, payer: council}, {payer: {council: 50%, person: 50%}}]"
    found = read(f"    unit: {{per_occupied_day: £187, payer: {rows}}}\n")
    later = ((2, (("council", 1.0),)), (6, (("council", 0.5), ("person", 0.5))))
    assert found.costs.prices == (
        Price(of="unit", per="occupied_day", gbp=187.0, payers=(("nhs", 1.0),), later_payers=later),
    )
    assert found.costs.payers == ("nhs", "council", "person")


def test_a_pooled_fund_names_its_contributors() -> None:
    head = "  price_year: 2025-26\n  pools: {pool: {nhs: 60%, council: 40%}}\n"
    found = read("    unit: {per_open_day: £187, payer: {pool: 50%, person: 50%}}\n", head)
    assert found.costs.payers == ("pool", "person")
    assert found.costs.contributors == ("nhs", "council", "person")


def test_reablement_that_the_person_pays_in_the_first_six_weeks_is_noted() -> None:
    early = read("    unit: {per_occupied_day: £187, payer: [{weeks: 5, payer: council}, {payer: person}]}\n")
    free = read("    unit: {per_occupied_day: £187, payer: [{weeks: 6, payer: council}, {payer: person}]}\n")
    assert [notice.split(";")[0] for notice in early.notices] == [
        "the price of unit lets the person pay in the first 6 weeks"
    ]
    assert free.notices == ()


@pytest.mark.parametrize(("gbp", "noted"), [("1,000", True), ("1,001", False)])
def test_aids_and_minor_adaptations_up_to_1000_pounds_are_noted_where_the_person_pays(gbp: str, noted: bool) -> None:
    rails = UNIT + f"  steps:\n    rails: {{each: '£{gbp}', payer: person}}\n"
    world = SMALL_WORLD.replace(UNIT, rails).replace(
        "steps:\n  hub", "steps:\n  rails: {reason: equipment, takes_days: 2}\n  hub"
    )
    assert bool(read_text(world).notices) == noted


def test_capital_is_marked_as_such() -> None:
    text = UNIT + "  steps:\n    hub: {each: £30000, capital: true, payer: council}\n"
    assert [one.capital for one in read(text).costs.prices] == [False, True]


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        (
            "programmes:\n    rails: {each: £100, payer: council}",
            "needs one of two ways to say its price: per_year, or each and number_per_year",
        ),
        (
            "programmes:\n    rails: {per_year: £9, each: £1, number_per_year: 9, payer: council}",
            "needs one of two ways",
        ),
        ("programmes:\n    rails: {per_year: £9, payer: {nhs: 60%, council: 30%}}", "adds up to 90%"),
        (
            "programmes:\n    rails: {per_year: £9, price_year: 2019-20, payer: nhs}",
            "is 2019-20, but the prices here are of 2025-26",
        ),
        ("teams:\n    assessors: {per_place_year: £50000, payer: nhs}", ""),
        ("teams:\n    asessors: {per_place_year: £50000, payer: nhs}", "did you mean `assessors`?"),
    ],
)
def test_prices_of_teams_and_programmes_are_checked_like_those_of_services(line: str, refused: str) -> None:
    world = SMALL_WORLD.replace(UNIT, f"{UNIT}  {line}\n")
    if refused:
        with pytest.raises(ScenarioError, match=re.escape(refused)):
            read_text(world)
    else:
        assert [one.per for one in read_text(world).costs.prices] == ["open_day", "place_year"]


def test_places_of_a_team_without_a_limit_cannot_be_paid_for() -> None:
    world = SMALL_WORLD.replace(UNIT, f"{UNIT}  teams:\n    assessors: {{per_place_year: £50000, payer: nhs}}\n")
    with pytest.raises(ScenarioError, match="`assessors` is unlimited, so its places cannot be counted"):
        read_text(world.replace("assessors: {places: 2}", "assessors: {places: unlimited}"))


def test_things_of_another_year_are_turned_into_this_one_before_they_are_counted() -> None:
    head = "  price_year: 2025-26\n  deflator: {name: GDP deflator, factors: [{from: 2022-23, to: 2025-26, times: 1.111}]}\n"
    line = "  programmes:\n    rails: {each: £100.05, number_per_year: 2.5, price_year: 2022-23, payer: council}\n"
    found = read_text(SMALL_WORLD.replace("  price_year: 2025-26\n", head).replace(UNIT, UNIT + line))
    assert found.costs.prices[-1].gbp == 277.9  # £111.16 (111.15555) for each of two and a half: £277.90
    (uplift,) = found.costs.uplifts
    assert (uplift.path, uplift.gbp) == ("costs.programmes.rails.each", 111.16)


def test_beds_that_close_are_closed_by_date_and_in_whole_wards(in_own_folder: Path) -> None:
    world = SMALL_WORLD.replace("beds: 30", "beds: [{from: 2026-04-06, beds: 30}, {from: 2026-04-20, beds: 6}]")
    closing = (
        "    hospital: {average_per_day: £562, variable_share: 25%, freed_beds: closed, ward_beds: 24, payer: nhs}\n"
    )
    (freed,) = read_text(world.replace(UNIT, closing)).costs.freed_beds
    assert (freed.rule, freed.ward_beds) == ("closed", 24)
    assert in_own_folder


def test_a_price_year_that_no_longer_fits_is_refused_where_it_was_changed(tmp_path: Path) -> None:
    head = "  price_year: 2025-26\n  deflator: {name: GDP deflator, factors: [{from: 2022-23, to: 2025-26, times: 1.111}]}\n"
    base = SMALL_WORLD.replace("  price_year: 2025-26\n", head)
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    child = tmp_path / "child.yaml"
    child.write_text("name: C\nextends: base.yaml\nchange:\n  costs.price_year: 2026-27\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_scenario(child)
    (first, *_) = refused.value.problems
    assert (Path(first.file).name, first.line) == ("child.yaml", 4)
    assert "write 2025-26, or new factors too" in first.text
