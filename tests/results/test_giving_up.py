"""Giving up, by what became of people: only another list, other care, or nothing; and that it adds up."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.scenario import Arrival, Route
from sim.results.comparison.compare import differences, gather
from sim.results.invariants.people import GIVEN_UP_ADD_UP, check_people
from sim.results.invariants.records import IdentityBroken
from sim.results.measure_table import ENDINGS, measures
from sim.results.measures import waits
from sim.results.measures.all import measure
from sim.results.measures.order import canonical
from sim.results.window import Row, Window
from tests.results.tiny import Town, group, hospital, service, unit

BEDS, HOME_CARE, REABLEMENT = (
    service("beds", "community_beds", 9),
    service("home_care", "home_care", 9),
    service("reablement", "home_reablement", 9),
)
OTHERS = (service("clinic", "other", 9), service("club", "other", 9), service("infirmary", "acute", 9))


def town_where(given_up: str, leads_to: str) -> Town:
    """Somebody gives up waiting in hospital for a service on day 4, and `otherwise` leads to another destination."""
    routes = [
        Route(to=given_up, share=1.0, otherwise=leads_to),
        *([] if leads_to == "out" else [Route(to=leads_to, share=0.0)]),
    ]
    town = Town(hospital(9), unit(9), BEDS, HOME_CARE, REABLEMENT, *OTHERS, groups=(group(hospital=routes),))
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 5, leads_to, joined=4, clear=4, planned=given_up)
    person.waits.insert(-1, person.wait(given_up, 2, 4, "gave_up").waits.pop())
    if leads_to != "out":
        person.stay(leads_to, 5)
    return town


@pytest.mark.parametrize(
    ("given_up", "leads_to", "ending"),
    [
        ("beds", "unit", "moved_by_design"),  # both pathway 2
        ("home_care", "reablement", "moved_by_design"),  # both pathway 1
        ("beds", "reablement", "elsewhere"),
        ("reablement", "beds", "elsewhere"),
        ("clinic", "club", "elsewhere"),  # kind `other` says nothing of what they have in common
        ("unit", "infirmary", "elsewhere"),
        ("beds", "home", "with_nothing"),
        ("beds", "out", "with_nothing"),
    ],
)
def test_where_otherwise_leads_says_what_became_of_them(given_up: str, leads_to: str, ending: str) -> None:
    town = town_where(given_up, leads_to)
    assert town.items(given_up, "gave_up", "ending") == {ending: 1.0}
    assert town.items("all", "gave_up", "ending") == {ending: 1.0}
    assert town.value("all", "gave_up") == 1.0


def from_outside(otherwise: str) -> Town:
    people = replace(group(), arrivals_outside=(Arrival(otherwise=otherwise),))
    town = Town(hospital(9), unit(9), *OTHERS, groups=(people,))
    town.comes(1).outside("hospital", 1, 3, "gave_up")
    return town


@pytest.mark.parametrize(
    ("otherwise", "ending"),
    [("infirmary", "moved_by_design"), ("unit", "elsewhere"), ("home", "with_nothing"), ("out", "with_nothing")],
)
def test_at_the_front_door_another_hospital_is_a_change_of_lists(otherwise: str, ending: str) -> None:
    assert from_outside(otherwise).items("hospital", "gave_up", "ending") == {ending: 1.0}


def test_a_full_list_on_the_way_is_passed_over() -> None:
    routes = [
        Route(to="beds", share=1.0, otherwise="unit"),
        Route(to="unit", share=0.0, otherwise="home"),
        Route(to="home", share=0.0),
    ]
    town = Town(hospital(9), unit(9, queue_limit=0), BEDS, groups=(group(hospital=routes),))
    full, later = (town.comes(0, admitted=0).stay("hospital", 0, 2, planned="beds") for _ in range(2))
    full.wait("beds", 2, 4, "gave_up").wait("unit", 4, 4, "turned_away").wait("home", 4)
    later.wait("beds", 2, 4, "gave_up").wait("unit", 6, 6, "turned_away").wait("home", 6)  # two days of steps between
    assert town.items("beds", "gave_up", "ending") == {"moved_by_design": 1.0, "with_nothing": 1.0}


def test_at_the_front_door_there_is_one_other_way_and_who_finds_it_full_has_nothing() -> None:
    people = replace(group(), arrivals_outside=(Arrival(otherwise="unit"),))
    town = Town(hospital(9), unit(9, queue_limit=0), groups=(people,))
    town.comes(1).outside("hospital", 1, 3, "gave_up").outside("unit", 3, 3, "turned_away")
    assert town.items("hospital", "gave_up", "ending") == {"with_nothing": 1.0}


def test_only_those_who_gave_up_in_the_window_count() -> None:
    town = Town(hospital(9), unit(9), warm_up=5, days=5)
    town.comes(1).outside("hospital", 1, 3, "gave_up")
    assert town.items("all", "gave_up", "ending") == {}
    assert town.value("all", "gave_up") == 0


def test_a_change_of_lists_is_neither_good_nor_bad_and_the_total_has_no_direction() -> None:
    assert [measures()["gave_up"].better_of(item) for item in ("", *ENDINGS)] == [
        "neither",
        "neither",
        "lower",
        "lower",
    ]


def test_differences_say_what_became_better() -> None:
    """In the baseline three gave up and had nothing; here two of them change lists and the third gets other care."""

    def of(*rows: tuple[str, float]) -> list[list[Row]]:
        total = sum(value for _, value in rows)
        parts = [Row("all", "gave_up", "ending", item, value) for item, value in rows]
        return [[Row("all", "gave_up", "", "", total), *parts]] * 2

    place = canonical(town_where("beds", "unit").scenario)
    before = gather("base", place, of(("with_nothing", 3.0)))
    after = gather("other", place, of(("moved_by_design", 2.0), ("elsewhere", 1.0)))
    found = {row.item: (row.mean, row.verdict) for row in differences(before, after, place)}
    assert found == {
        "": (0.0, "cannot tell"),
        "moved_by_design": (2.0, "higher"),
        "elsewhere": (1.0, "worse"),
        "with_nothing": (-3.0, "better"),
    }


def test_one_who_is_lost_between_the_endings_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    town = town_where("beds", "unit")
    check_people(Window(town.scenario, town.ledger()))
    right: Callable[[Window], np.ndarray] = waits.given_up
    monkeypatch.setattr(waits, "given_up", lambda window: right(window) * 0)
    with pytest.raises(IdentityBroken, match=f"{GIVEN_UP_ADD_UP}: beds: 0 against 1"):
        check_people(Window(town.scenario, town.ledger()))


def test_rows_stand_in_the_order_of_the_table_of_measures() -> None:
    town = town_where("beds", "unit")
    rows = [row[:4] for row in measure(town.scenario, town.ledger()) if row.measure == "gave_up"]
    assert rows[-2:] == [("all", "gave_up", "", ""), ("all", "gave_up", "ending", "moved_by_design")]
