"""Unmet need for a pathway 2 bed: who waits for the place only, and who went without."""

from dataclasses import replace

from sim.inputs.distributions import fixed
from sim.inputs.scenario import Route, Visit
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
