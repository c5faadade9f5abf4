"""Unmet need for a pathway 2 bed: who waits for the place only, and who went without."""

from dataclasses import replace

import pytest

from sim.inputs.distributions import fixed
from sim.inputs.scenario import Route, Visit, WaitingList
from tests.results.tiny import Town, group, hospital, service, unit


def town(days: int = 20) -> Town:
    """People of one kind, who stay 4 days in the unit."""
    everyone = replace(group(), journey=(Visit(service="unit", stay=fixed(4), then=(Route(to="out", share=1.0),)),))
    return Town(hospital(), unit(), service("reablement", "home_reablement", 9), days=days, groups=(everyone,))


def test_unmet_need_counts_the_days_on_which_only_the_place_is_awaited() -> None:
    here = town()
    person = here.comes(0, admitted=0)  # ready on day 2, arrangements until day 5, a bed on day 8
    person.stay("hospital", 0, 2, 8, "unit", clear=5, joined=3).stay("unit", 8)
    assert here.value("unit", "unmet_need_people_mean") == 3 / 20
    assert here.value("all", "unmet_need_people_mean") == 3 / 20


def test_who_gives_up_counts_for_as_long_as_people_stay_in_that_bed() -> None:
    here = town()
    person = here.comes(0, admitted=0)
    person.stay("hospital", 0, 2, 6, "reablement", joined=5, planned="unit")
    person.wait("unit", 2, 5, "gave_up").stay("reablement", 6)
    assert here.value("unit", "unmet_need_people_mean") == (3 + 1 + 4) / 20  # waiting, without it, gone without it


def test_who_goes_to_another_pathway_2_bed_has_what_they_need() -> None:
    everyone = replace(group(), journey=(Visit(service="unit", stay=fixed(4), then=(Route(to="out", share=1.0),)),))
    here = Town(hospital(), unit(), service("beds", "community_beds", 9), days=20, groups=(everyone,))
    person = here.comes(0, admitted=0)
    person.stay("hospital", 0, 2, 6, "beds", clear=5, planned="unit").wait("unit", 2, 5, "gave_up").stay("beds", 6)
    assert here.value("unit", "unmet_need_people_mean") == 4 / 20  # 2 to 5 on the one list, 5 to 6 on the other
    assert here.value("beds", "unmet_need_people_mean") == 0


def test_who_dies_without_the_bed_counts_until_then() -> None:
    here = town()
    here.comes(0, admitted=0).stay("hospital", 0, 2, 7, "died", planned="unit").wait("unit", 2, 7, "died")
    assert here.value("unit", "unmet_need_people_mean") == 5 / 20


def test_who_needs_something_else_counts_not_even_on_the_units_list() -> None:
    here = town()
    person = here.comes(0, admitted=0)
    person.stay("hospital", 0, 2, 6, "unit", joined=4, planned="reablement")
    person.wait("reablement", 2, 4, "gave_up").stay("unit", 6)
    assert here.value("all", "unmet_need_people_mean") == 0


def test_who_waits_outside_for_a_bed_and_gives_up_counts_too() -> None:
    here = town()
    here.comes(1, "unit").outside("unit", 1, 3, "gave_up")
    assert here.value("unit", "unmet_need_people_mean") == (2 + 4) / 20


def test_without_pathway_2_there_is_no_such_row() -> None:
    assert Town(hospital()).value("all", "unmet_need_people_mean") is None


def test_one_person_who_asks_for_the_bed_again_and_again_is_one_person() -> None:
    here = town(days=60)  # two days in hospital, a day's wait in vain, a day at home, and back: never more than one
    person = here.comes(0, admitted=0)
    for day in range(0, 60, 4):
        person.stay("hospital", day, day + 2, day + 3, "home", planned="unit").wait("unit", day + 2, day + 3, "gave_up")
        person.stay("home", day + 3, day + 4, day + 4, "hospital")
    person.stay("hospital", 60)
    assert here.value("all", "unmet_need_people_mean") == 58 / 60  # from day 2 on: the need goes on while they are away


def test_who_gave_up_outside_and_gets_the_bed_through_hospital_needs_it_no_more() -> None:
    here = town(days=30)
    person = here.comes(3, "unit").outside("unit", 3, 5, "gave_up").outside("hospital", 5, 5, "admitted")
    person.stay("hospital", 5, 6, 7, "unit").stay("unit", 7, 20, 20, "out")
    assert here.value("all", "unmet_need_people_mean") == 4 / 30  # days 3 to 7, not 3 to 9 and 6 to 7


def test_who_dies_after_going_elsewhere_without_the_bed_counts_until_then() -> None:
    here = town()
    person = here.comes(0, admitted=0)
    person.stay("hospital", 0, 2, 5, "reablement", planned="unit", joined=4).wait("unit", 2, 4, "gave_up")
    person.stay("reablement", 5, 6, 7, "died")
    assert here.value("all", "unmet_need_people_mean") == (2 + 1 + 2) / 20  # not the four days of a stay in the unit


def test_who_holds_a_pathway_2_bed_while_they_wait_for_another_has_one() -> None:
    here = town()
    here.comes(0, "unit", admitted=0).stay("unit", 0, 2, 6, "unit").stay("unit", 6)
    assert here.value("all", "unmet_need_people_mean") == 0


def test_who_goes_on_to_another_list_before_they_are_clear_lacked_the_arranging() -> None:
    everyone = replace(group(), journey=(Visit(service="unit", stay=fixed(4), then=(Route(to="out", share=1.0),)),))
    here = Town(hospital(), unit(), service("beds", "community_beds", 9), days=20, groups=(everyone,))
    person = here.comes(0, admitted=0)
    person.stay("hospital", 0, 2, 8, "beds", clear=6, joined=4, planned="unit")
    person.wait("unit", 2, 4, "gave_up", clear=None).stay("beds", 8)
    assert here.value("all", "unmet_need_people_mean") == 2 / 20  # days 6 to 8


def test_days_before_the_window_do_not_count() -> None:
    everyone = replace(group(), journey=(Visit(service="unit", stay=fixed(4), then=(Route(to="out", share=1.0),)),))
    here = Town(hospital(), unit(), warm_up=10, days=10, groups=(everyone,))
    here.comes(7, "unit").outside("unit", 7, 9, "gave_up")
    assert here.value("unit", "unmet_need_people_mean") == 3 / 10


@pytest.mark.parametrize("on_the_list", [("beds",), ("beds", "unit"), ("unit", "beds")])
def test_a_unit_with_shorter_stays_on_the_list_does_not_shorten_the_need_of_who_never_gets_there(
    on_the_list: tuple[str, ...],
) -> None:
    visits = {"beds": 6, "unit": 2}
    to_out = (Route(to="out", share=1.0),)
    journey = tuple(Visit(service=name, stay=fixed(days), then=to_out) for name, days in visits.items())
    here = Town(hospital(), service("beds", "community_beds", 9), unit(), days=20)
    here.scenario = replace(
        here.scenario,
        people=(replace(group(), journey=journey),),
        lists=(WaitingList(name="pathway_2", services=on_the_list),),
    )
    here.numbers = {name: number for number, name in enumerate(here.scenario.destinations)}
    person = here.comes(0, admitted=0).stay("hospital", 0, 2, 5, "home", clear=None, planned="pathway_2")
    person.wait("pathway_2", 2, 5, "gave_up").stay("home", 5)
    assert here.value("all", "unmet_need_people_mean") == (3 + 6) / 20
