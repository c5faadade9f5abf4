"""Delay: bed days, nights, bands, reasons, next services; each example fits on a ward's whiteboard."""

import pytest

from sim.inputs.scenario import Places, Route, Team
from tests.results.tiny import Town, care_home, group, hospital, service, step, unit

HUB = step("hub", "hub_assessment")
FUNDING = step("funding", "funding_decision", after=("hub",))
EQUIPMENT = step("equipment", "equipment", team="fitters")
STEPS = (HUB, FUNDING, EQUIPMENT)
FITTERS = (Team(name="fitters", capacity=(Places(from_second=0, places=1),)),)


def one(ready: float, left: float, admitted: float = 0) -> Town:
    """One person who waits in hospital for the unit."""
    town = Town(hospital(), unit(), care_home(), days=30)
    town.comes(admitted, admitted=admitted).stay("hospital", admitted, ready, left, "unit").stay("unit", left)
    return town


# -- how much --


def test_delayed_bed_days_run_from_ready_to_left() -> None:
    town = one(ready=2.5, left=6)
    assert town.value("hospital", "delayed_bed_days") == 3.5
    assert town.value("all", "delayed_bed_days") == 3.5
    assert town.value("hospital", "delayed_people_mean") == 3.5 / 30
    assert town.value("unit", "delayed_bed_days") == 0


def test_delay_outside_the_window_does_not_count_and_delay_at_its_end_does() -> None:
    town = Town(hospital(), unit(), warm_up=4, days=6)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 7, "unit").stay("unit", 7)
    town.comes(0, admitted=0).stay("hospital", 0, 8, planned="unit").wait("unit", 8)
    assert town.value("hospital", "delayed_bed_days") == 3 + 2
    assert town.value("hospital", "delayed_nights") == 3 + 2


def test_waiting_at_home_for_hospital_delays_no_bed() -> None:
    town = Town(hospital(), days=30)
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "home")
    person.stay("home", 2, 4, 9, "hospital").stay("hospital", 9)
    assert town.value("all", "delayed_bed_days") == 0
    assert town.value("home", "delayed_bed_days") is None


def test_delayed_nights_are_midnights_whatever_the_hours() -> None:
    assert one(ready=2.9, left=3.1).value("hospital", "delayed_nights") == 1
    assert one(ready=2.1, left=2.9).value("hospital", "delayed_nights") == 0
    assert one(ready=2.0, left=3.0).value("hospital", "delayed_nights") == 1  # at midnight 2, gone at midnight 3
    assert one(ready=2.0, left=3.0).value("hospital", "midnight_delayed_mean") == 1 / 30


def test_the_official_measures_are_by_dates_of_those_who_left_alive() -> None:
    town = Town(hospital(), unit(), days=60)
    for ready, left in ((5.1, 5.9), (5.9, 6.1), (5.0, 8.0), (5.5, 30.0)):  # 0, 1, 3 and 25 nights
        town.comes(0, admitted=0).stay("hospital", 0, ready, left, "unit").stay("unit", left)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 50, "died").wait("unit", 5, 50, "died")
    assert town.value("hospital", "delayed_share") == 0.75
    assert town.value("hospital", "delay_mean_if_delayed_nights") == pytest.approx(29 / 3)
    assert town.value("hospital", "delay_mean_nights") == 29 / 4
    bands = town.items("hospital", "delay_band_share", "band")
    assert bands == {"0": 0.25, "1": 0.25, "2-3": 0.25, "4-6": 0, "7-13": 0, "14-20": 0, "21+": 0.25}


@pytest.mark.parametrize(
    ("nights", "band"),
    [
        (2, "2-3"),
        (3, "2-3"),
        (4, "4-6"),
        (6, "4-6"),
        (7, "7-13"),
        (13, "7-13"),
        (14, "14-20"),
        (20, "14-20"),
        (21, "21+"),
    ],
)
def test_bands_begin_where_they_say(nights: int, band: str) -> None:
    assert one(ready=1, left=1 + nights).items("hospital", "delay_band_share", "band")[band] == 1


def test_nobody_delayed_has_no_mean_of_the_delayed() -> None:
    town = one(ready=5, left=5)
    assert town.value("hospital", "delayed_share") == 0
    assert town.value("hospital", "delay_mean_if_delayed_nights") is None
    assert town.value("unit", "delayed_share") is None  # nobody left it


def test_long_stayers_are_those_delayed_at_midnight_after_7_days() -> None:
    # admitted at midday 0, so 7 days are over at midday 7: midnights 8 and 9
    town = one(admitted=0.5, ready=5, left=10)
    assert town.value("hospital", "delayed_nights") == 5
    assert town.value("hospital", "long_stay_delayed_people_mean") == 2 / 30
    assert town.items("hospital", "long_stay_delayed_people_mean", "reason") == {"p2_bed": 2 / 30}
    assert town.items("all", "long_stay_delayed_people_mean", "reason") == {"p2_bed": 2 / 30}
    # admitted at midnight 0: exactly 7 days at midnight 7
    assert one(ready=5, left=10).value("hospital", "long_stay_delayed_people_mean") == 3 / 30


# -- where to --


def test_delay_by_next_service_is_by_the_destination_waited_for() -> None:
    town = with_otherwise()
    person = town.comes(0, admitted=0)
    person.stay("hospital", 0, 2, 6, "home", joined=5, clear=5, planned="unit").wait("unit", 2, 5, "gave_up")
    person.stay("home", 6)
    # 3 days for the unit, then the other way: 1 day for home
    assert town.items("hospital", "delayed_bed_days", "next_service") == {"unit": 3, "home": 1}


def with_otherwise() -> Town:
    routes = [
        Route(to="unit", share=1.0, steps=(HUB,), otherwise="care_home"),
        Route(to="care_home", share=0.0, steps=(HUB, FUNDING, EQUIPMENT)),
    ]
    return town_of(routes)


def town_of(routes: list[Route]) -> Town:
    return Town(hospital(), unit(), care_home(), days=30, steps=STEPS, teams=FITTERS, groups=(group(hospital=routes),))


def test_steps_before_a_wait_belong_to_the_destination_they_are_for() -> None:
    # ready 2, hub to 4, waits for the unit to 7, funding for the care home to 9, waits for it to 12
    town = with_otherwise()
    person = town.comes(0, admitted=0)
    person.stay("hospital", 0, 2, 12, "care_home", clear=9, planned="unit").wait("unit", 4, 7, "gave_up")
    person.step("hub", 2, 4).step("funding", 7, 9).stay("care_home", 12)
    assert town.items("hospital", "delayed_bed_days", "next_service") == {"unit": 5, "care_home": 5}
    assert town.items("hospital", "delayed_bed_days", "reason") == {
        "hub_assessment": 2, "p2_bed": 3, "funding_decision": 2, "p3_care_home": 3,
    }  # fmt: skip


def test_steps_whose_wait_has_not_begun_belong_to_the_planned_destination() -> None:
    town = with_otherwise()
    town.comes(0, admitted=0).stay("hospital", 0, 25, clear=None, planned="unit").step("hub", 25, due=40)
    assert town.items("hospital", "delayed_bed_days", "next_service") == {"unit": 5}
    assert town.items("hospital", "delayed_bed_days", "reason") == {"hub_assessment": 5}


def test_steps_after_an_abandoned_wait_belong_to_otherwise_even_before_its_wait() -> None:
    town = with_otherwise()
    person = town.comes(0, admitted=0).stay("hospital", 0, 20, planned="unit", clear=None)
    person.wait("unit", 22, 25, "gave_up").step("hub", 20, 22).step("funding", 25, due=33)
    assert town.items("hospital", "delayed_bed_days", "next_service") == {"unit": 5, "care_home": 5}
    assert town.items("hospital", "delayed_bed_days", "reason") == {
        "hub_assessment": 2, "p2_bed": 3, "funding_decision": 5,
    }  # fmt: skip


# -- why --


def test_after_clear_the_reason_comes_from_the_kind_of_the_place_awaited() -> None:
    kinds = {
        "acute": "other_interface",
        "reablement_unit": "p2_bed",
        "community_beds": "p2_bed",
        "home_care": "home_care",
        "home_reablement": "p1_reablement",
        "care_home": "p3_care_home",
        "other": "other_interface",
    }
    for kind, reason in kinds.items():
        town = Town(hospital(), service("next", kind, 9), days=30)
        town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "next").stay("next", 6)
        assert town.items("hospital", "delayed_bed_days", "reason") == {reason: 4}


def test_awaiting_the_hours_of_discharge_is_hospital_process() -> None:
    town = Town(hospital(), days=30)
    town.comes(0, admitted=0).stay("hospital", 0, 2.75, 3.5, "home").stay("home", 3.5)
    town.comes(0, admitted=0).stay("hospital", 0, 2.75, 3.5, "out")
    assert town.items("hospital", "delayed_bed_days", "reason") == {"hospital_process": 1.5}


def test_a_service_may_name_its_own_reason() -> None:
    town = Town(hospital(), unit(reason="home_community_health"), days=30)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "unit").stay("unit", 6)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"home_community_health": 4}


def test_before_clear_the_step_that_finishes_last_is_the_reason() -> None:
    town = with_otherwise()
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 8, "care_home", clear=7, planned="care_home")
    person.step("hub", 2, 5).step("equipment", 2, 7).stay("care_home", 8)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"equipment": 5, "p3_care_home": 1}


def test_of_steps_that_finish_together_the_first_in_the_file_is_the_reason() -> None:
    town = with_otherwise()
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 7, "care_home", clear=7, planned="care_home")
    person.step("equipment", 2, 7).step("hub", 2, 7).stay("care_home", 7)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"hub_assessment": 5}


def test_a_step_that_came_after_another_shares_the_delay_with_it() -> None:
    # hub from 1 (before ready) to 4, funding after it to 9; equipment 2 to 8 was never the last
    town = with_otherwise()
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 9, "care_home", clear=9, planned="care_home")
    person.step("hub", 1, 4).step("funding", 4, 9, after="hub").step("equipment", 2, 8).stay("care_home", 9)
    assert town.items("hospital", "delayed_bed_days", "reason") == {
        "hub_assessment": 2,
        "funding_decision": 5,
    }


def test_a_step_done_before_ready_delays_nobody() -> None:
    town = with_otherwise()
    person = town.comes(0, admitted=0).stay("hospital", 0, 5, 9, "unit", planned="unit")
    person.step("hub", 1, 4).stay("unit", 9)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"p2_bed": 4}


def test_a_list_joined_early_is_waited_on_only_when_the_steps_are_done() -> None:
    town = with_otherwise()
    person = town.comes(0, admitted=0)
    person.stay("hospital", 0, 2, 9, "care_home", clear=6, joined=3, planned="care_home")
    person.step("hub", 2, 3).step("equipment", 2, 6).stay("care_home", 9)
    assert town.value("care_home", "wait_mean_days") == 6
    assert town.items("hospital", "delayed_bed_days", "reason") == {"equipment": 4, "p3_care_home": 3}
    assert town.items("hospital", "delayed_bed_days", "next_service") == {"care_home": 7}


def test_a_step_that_still_waits_for_its_team_at_the_end_counts_last() -> None:
    town = with_otherwise()
    person = town.comes(0, admitted=0).stay("hospital", 0, 22, planned="care_home", clear=None)
    person.step("hub", 22, due=60).step("equipment", 22, team_joined=None, due=None)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"equipment": 8}


def test_steps_that_were_dropped_explain_the_time_until_they_were_dropped() -> None:
    # joined the care home's list at 3, equipment still ran when they gave up at 8; then the unit
    routes = [
        Route(to="care_home", share=1.0, steps=(HUB, EQUIPMENT), otherwise="unit", may_join_after="hub"),
        Route(to="unit", share=0.0),
    ]
    town = town_of(routes)
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 10, "unit", clear=8, planned="care_home")
    person.wait("care_home", 3, 8, "gave_up", clear=None)
    person.step("hub", 2, 3).step("equipment", 2, due=15, dropped=8).stay("unit", 10)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"equipment": 6, "p2_bed": 2}
    assert town.items("hospital", "delayed_bed_days", "next_service") == {"care_home": 6, "unit": 2}


def test_a_step_that_was_dropped_before_ready_explains_no_delay() -> None:
    # on the care home's list at 3, gave up at 5 and still needs care until 8; then the hub is waited for, and they die
    routes = [
        Route(to="care_home", share=1.0, steps=(EQUIPMENT,), otherwise="unit"),
        Route(to="unit", share=0.0, steps=(HUB,)),
    ]
    town = town_of(routes)
    person = town.comes(0, admitted=0).stay("hospital", 0, 8, 11, "died", clear=None, planned="care_home")
    person.wait("care_home", 3, 5, "gave_up", clear=None).wait("unit", 5, 11, "died", clear=None)
    person.step("equipment", 1, due=30, dropped=5).step("hub", 5, due=20, dropped=11)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"hub_assessment": 3}


def test_a_step_that_goes_on_under_the_next_route_explains_both() -> None:
    routes = [
        Route(to="care_home", share=1.0, steps=(HUB, EQUIPMENT), otherwise="unit", may_join_after="hub"),
        Route(to="unit", share=0.0, steps=(EQUIPMENT,)),
    ]
    town = town_of(routes)
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 10, "unit", clear=9, planned="care_home")
    person.wait("care_home", 3, 8, "gave_up", clear=None)
    person.step("hub", 2, 3).step("equipment", 2, 9).stay("unit", 10)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"equipment": 7, "p2_bed": 1}
    assert town.items("hospital", "delayed_bed_days", "next_service") == {"care_home": 6, "unit": 2}


def test_death_while_a_step_runs_leaves_the_delay_with_the_step() -> None:
    town = with_otherwise()
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "died", clear=None, planned="unit")
    person.step("hub", 2, due=9, dropped=6)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"hub_assessment": 4}
    assert town.items("hospital", "delayed_bed_days", "next_service") == {"unit": 4}


def test_a_step_begun_before_ready_and_dropped_by_death_explains_the_delay() -> None:
    town = town_of([])  # whatever the routes say: there was no other route before
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "died", clear=None, planned="unit")
    person.step("hub", 0, due=9, dropped=6)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"hub_assessment": 4}


def test_death_while_waiting_leaves_the_delay_with_the_place() -> None:
    town = with_otherwise()
    town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "died", planned="unit").wait("unit", 2, 6, "died")
    assert town.items("hospital", "delayed_bed_days", "reason") == {"p2_bed": 4}


def test_delay_by_group() -> None:
    town = Town(hospital(), unit(), days=30, groups=(group("young"), group("old")))
    town.comes(0, admitted=0).stay("hospital", 0, 2, 3, "unit").stay("unit", 3)
    town.comes(0, admitted=0, group=1).stay("hospital", 0, 2, 6, "unit").stay("unit", 6)
    assert town.items("hospital", "delayed_bed_days", "group") == {"young": 1, "old": 4}
