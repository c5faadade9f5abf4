"""Several hospitals: each and the total of all of them, worked out by hand, and who used the unit that they share."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sim.inputs.scenario import ALL_HOSPITALS, Route, WaitingList
from sim.results.invariants import people as identities
from sim.results.invariants.checks import IdentityBroken
from sim.results.measures import census, delays
from sim.results.measures.all import measure
from sim.results.measures.hospitals import came_from_rows, with_the_only_hospital
from sim.results.split import Split, SplitMeasure
from sim.results.window import Row, Window
from tests.results.sweeps import check
from tests.results.tiny import Town, group, hospital, service, step, unit

HUB = step("hub")
TO_UNIT = [Route(to="unit", share=0.5, steps=(HUB,)), Route(to="home", share=0.5)]


def two_hospitals() -> Town:
    """Nine beds here and one in the north.

    Ann is ready here on day 2 and leaves for the unit on day 6, Dan goes home on day 1 without delay; Bob is ready in the
    north on day 3 and leaves for the unit on day 4, and Cat waits for his bed from day 2. Eva comes to the unit from outside.
    """
    groups = (group(hospital=TO_UNIT, unit=[Route(to="home", share=1.0)]),)
    groups += (group("northerners", "north", north=TO_UNIT, unit=[Route(to="home", share=1.0)]),)
    town = Town(hospital(9), service("north", "acute", 1), unit(3), groups=groups, steps=(HUB,))
    ann = town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "unit", clear=6).step("hub", 2, 6)
    ann.stay("unit", 6, 8, 8, "home").stay("home", 8)
    bob = town.comes(1, "north", admitted=1, group=1).stay("north", 1, 3, 4, "unit", clear=4).step("hub", 3, 4)
    bob.stay("unit", 4)
    town.comes(2, "north", group=1).outside("north", 2, 4, "admitted").stay("north", 4)
    town.comes(0, admitted=0).stay("hospital", 0, 1, 1, "home").stay("home", 1)
    town.comes(5, "unit", admitted=5).stay("unit", 5)
    return town


@pytest.mark.parametrize(
    ("name", "here", "north", "together"),
    [
        ("delayed_bed_days", 4.0, 1.0, 5.0),
        ("delayed_people_mean", 0.4, 0.1, 0.5),
        ("midnight_delayed_mean", 0.4, 0.1, 0.5),
        ("delayed_share", 1 / 2, 1.0, 2 / 3),  # of three who left, not the mean of two shares
        ("delay_mean_nights", 2.0, 1.0, 5 / 3),
        ("delay_mean_if_delayed_nights", 4.0, 1.0, 5 / 2),
        ("occupied_bed_days", 7.0, 9.0, 16.0),
        ("available_bed_days", 90.0, 10.0, 100.0),
        ("occupancy", 7 / 90, 9 / 10, 16 / 100),
        ("midnight_occupancy", 7 / 90, 9 / 10, 16 / 100),
        ("midnight_census_p50", 1.0, 1.0, 2.0),
        ("days_full", 0.0, 0.9, 0.0),
        ("queue_mean", 0.0, 0.2, 0.2),
        ("wait_mean_days", 0.0, 1.0, 1 / 2),
        ("wait_p90_days", 0.0, 1.8, 1.4),
        ("waited_share", 0.0, 1 / 2, 1 / 4),
        ("admissions", 2.0, 2.0, 4.0),
        ("length_of_stay_mean_days", 3.5, 3.0, 10 / 3),
        ("length_of_stay_median_days", 3.5, 3.0, 3.0),
        ("released_share", 1 / 3, 1 / 2, 3 / 8),
    ],
)
def test_the_total_is_over_the_people_and_beds_of_all_hospitals(
    name: str, here: float, north: float, together: float
) -> None:
    town = two_hospitals()
    assert [town.value(place, name) for place in ("hospital", "north", ALL_HOSPITALS)] == [
        pytest.approx(value) for value in (here, north, together)
    ]


@pytest.mark.parametrize(
    ("name", "by", "found"),
    [
        ("delayed_bed_days", "reason", {"hub_assessment": 5.0}),
        ("delayed_bed_days", "lack", {"arranging": 5.0}),
        ("delayed_bed_days", "group", {"everyone": 4.0, "northerners": 1.0}),
        (
            "delay_band_share",
            "band",
            {"0": 1 / 3, "1": 1 / 3, "2-3": 0.0, "4-6": 1 / 3, "7-13": 0.0, "14-20": 0.0, "21+": 0.0},
        ),
        ("leavers", "pathway", {"0": 1.0, "1": 0.0, "2": 2.0, "3": 0.0}),
    ],
)
def test_the_total_is_divided_as_each_hospital_is(name: str, by: str, found: dict[str, float]) -> None:
    assert two_hospitals().items(ALL_HOSPITALS, name, by) == pytest.approx(found)


def test_the_unit_that_hospitals_share_says_where_its_people_came_from() -> None:
    town = two_hospitals()
    assert town.items("unit", "admissions", "came_from") == {"hospital": 1.0, "north": 1.0, "outside": 1.0}
    assert town.value("unit", "admissions") == 3


def test_the_midnights_of_all_hospitals_are_those_of_each() -> None:
    town = two_hospitals()
    series = census.daily_cut(Window(town.scenario, town.ledger())).series
    for name in census.CENSUS_MEASURES:
        assert (series[ALL_HOSPITALS, name] == series["hospital", name] + series["north", name]).all()
    assert series[ALL_HOSPITALS, "delayed"].tolist() == [0, 0, 1, 2, 1, 1, 0, 0, 0, 0]


def test_who_waits_on_a_list_of_hospitals_waits_for_all_hospitals() -> None:
    town = two_hospitals()
    town.scenario = replace(town.scenario, lists=(WaitingList(name="either", services=("hospital", "north")),))
    town.numbers = {name: number for number, name in enumerate(town.scenario.destinations)}
    town.comes(4, "either").outside("either", 4)
    assert town.value("either", "queue_mean") == pytest.approx(0.6)
    assert town.value(ALL_HOSPITALS, "queue_mean") == pytest.approx(0.2 + 0.6)
    identities.check_hospitals(Window(town.scenario, town.ledger()))


def test_one_hospital_has_no_total_but_beside_a_scenario_of_several() -> None:
    town = Town(hospital(9), unit(3))
    town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "unit").stay("unit", 6)
    rows = measure(town.scenario, town.ledger())
    assert not [row for row in rows if row.service == ALL_HOSPITALS or row.by == "came_from"]
    beside = with_the_only_hospital(town.scenario, [*rows, Row("hospital", "cost_cash_gbp", "", "", 9.0)])
    own = {row[1:] for row in rows if row.service == "hospital"}
    assert {row[1:] for row in beside if row.service == ALL_HOSPITALS} == own
    two = two_hospitals()
    rows = measure(two.scenario, two.ledger())
    assert with_the_only_hospital(two.scenario, rows) == rows


# -- planted bugs --------------------------------------------------------------------------------------------


def found_out() -> IdentityBroken:
    town = two_hospitals()
    with pytest.raises(IdentityBroken) as caught:
        check(town.scenario, town.ledger())
    return caught.value


def test_these_hospitals_are_sound() -> None:
    town = two_hospitals()
    check(town.scenario, town.ledger())


def test_a_total_without_one_of_its_hospitals_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Split.with_hospitals

    def without_the_last(split: Split, table: object) -> object:
        return right(replace(split, hospitals=split.hospitals[:-1]), table)  # type: ignore[arg-type]

    monkeypatch.setattr(Split, "with_hospitals", without_the_last)
    assert found_out().identity == identities.HOSPITALS_ADD_UP


def test_a_total_that_adds_up_and_counts_delay_nowhere_in_the_records_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = delays.split_measures

    def doubled(window: Window, split: Split) -> list[SplitMeasure]:
        return [
            one._replace(values=2 * one.values) if one.measure == "delayed_bed_days" else one
            for one in right(window, split)
        ]

    monkeypatch.setattr(delays, "split_measures", doubled)
    said = found_out()
    assert said.identity == identities.HOSPITALS_ADD_UP
    assert said.where.startswith("delay")


@pytest.mark.parametrize("fault", [lambda rows: rows[1:], lambda rows: [*rows, rows[0]]])
def test_a_user_who_is_lost_or_counted_twice_is_found_out(
    fault: Callable[[list[Row]], list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identities, "came_from_rows", lambda window: fault(came_from_rows(window)))
    assert found_out().identity == identities.USERS_ADD_UP
