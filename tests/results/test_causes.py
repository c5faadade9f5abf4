"""Cause of delay: the team, the step, the hour, or the service at the end of the chain."""

from sim.inputs.scenario import Hours, Places, Route, Team
from tests.results.tiny import Town, care_home, group, hospital, service, step, unit

HUB = step("hub", team="assessors")
FUNDING = step("funding", "funding_decision", after=("hub",))
ASSESSORS = Team(name="assessors", capacity=(Places(from_second=0, places=1),))
NINE_TO_FIVE = Hours(by_weekday=((9 * 3600, 17 * 3600),) * 7)
NOT_AT_WEEKENDS = Hours(by_weekday=((0, 86_400),) * 5 + (None, None))


def causes(town: Town, where: str = "hospital") -> dict[str, float]:
    return town.items(where, "delayed_bed_days", "cause")


def fill(town: Town, where: str, until: float | None = None) -> None:
    """Somebody who needs care there all the while."""
    town.is_there(-5, where).stay(where, -5, until, until, None if until is None else "out")


def test_a_team_is_the_cause_while_the_step_waits_for_it_and_the_step_afterwards() -> None:
    routes = [Route(to="unit", share=1.0, steps=(HUB, FUNDING))]
    town = Town(
        hospital(),
        unit(),
        days=30,
        steps=(HUB, FUNDING),
        teams=(ASSESSORS,),
        groups=(group(hospital=routes),),
    )
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 10, "unit", clear=10)
    person.step("hub", 1, 6, team_joined=4).step("funding", 6, 10, after="hub").stay("unit", 10)
    assert causes(town) == {"team assessors": 2, "step hub": 2, "step funding": 4}


def test_a_full_service_where_all_need_care_is_the_cause() -> None:
    town = Town(hospital(), unit(1), days=30)
    fill(town, "unit", until=6)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "unit").stay("unit", 6)
    assert causes(town) == {"unit": 4}


def test_a_chain_of_full_services_is_followed_to_its_end() -> None:
    # the unit's one person is clear from day 4 and awaits the care home, which is full until day 9
    town = Town(hospital(), unit(1), care_home(1), days=30)
    fill(town, "care_home", until=9)
    town.is_there(-2, "unit").stay("unit", -2, 4, 9, "care_home").stay("care_home", 9)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 9, "unit").stay("unit", 9)
    assert causes(town) == {"unit": 2, "care_home": 5}
    assert causes(town, "unit") == {"care_home": 5}
    assert causes(town, "all") == {"unit": 2, "care_home": 10}


def test_the_longest_clear_person_of_a_full_service_says_what_lacks() -> None:
    # two in the unit: one awaits the care home from 3, one home care from 4; both are full for good
    town = Town(hospital(), unit(2), care_home(1), service("care", "home_care", 1), days=10)
    fill(town, "care_home")
    fill(town, "care")
    town.is_there(-2, "unit").stay("unit", -2, 4, planned="care").wait("care", 4)
    town.is_there(-2, "unit").stay("unit", -2, 3, planned="care_home").wait("care_home", 3)
    town.comes(0, admitted=0).stay("hospital", 0, 2, planned="unit").wait("unit", 2)
    assert causes(town) == {"unit": 1, "care_home": 7}


def test_when_the_longest_clear_person_gives_up_the_next_one_says_it() -> None:
    town = Town(hospital(), unit(2), care_home(1), service("care", "home_care", 1), days=10)
    fill(town, "care_home")
    fill(town, "care")
    town.is_there(-2, "unit").stay("unit", -2, 4, planned="care").wait("care", 4)
    tired = town.is_there(-2, "unit").stay("unit", -2, 3, planned="care_home").wait("care_home", 3, 6, "gave_up")
    tired.wait("care", 6)
    town.comes(0, admitted=0).stay("hospital", 0, 2, planned="unit").wait("unit", 2)
    assert causes(town) == {"unit": 1, "care_home": 3, "care": 4}


def test_a_service_that_comes_up_again_ends_the_chain() -> None:
    # hospital awaits unit, whose one awaits the care home, whose one awaits the unit: the chain ends there
    town = Town(hospital(), unit(1), care_home(1), days=10)
    town.is_there(-2, "unit").stay("unit", -2, 0, planned="care_home").wait("care_home", 0)
    town.is_there(-2, "care_home").stay("care_home", -2, 0, planned="unit").wait("unit", 0)
    town.comes(0, admitted=0).stay("hospital", 0, 2, planned="unit").wait("unit", 2)
    assert causes(town) == {"care_home": 8}


def test_hours_are_the_cause_while_a_free_place_stands_behind_a_closed_door() -> None:
    # Monday 6 April 2026 is day 0: ready on Friday midnight (day 5), the door opens on Monday (day 7)
    town = Town(hospital(), unit(1, admission_hours=NOT_AT_WEEKENDS), days=30)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 7, "unit").stay("unit", 7)
    assert causes(town) == {"hours": 2}


def test_a_full_service_is_the_cause_even_while_its_door_is_closed() -> None:
    town = Town(hospital(), unit(1, admission_hours=NOT_AT_WEEKENDS), days=30)
    fill(town, "unit", until=6)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 7, "unit").stay("unit", 7)
    assert causes(town) == {"unit": 1, "hours": 1}


def test_ones_own_discharge_hours_are_hours_too() -> None:
    town = Town(hospital(discharge_hours=NINE_TO_FIVE), unit(1), days=30)
    town.comes(0, admitted=0).stay("hospital", 0, 2.75, 3.375, "home").stay("home", 3.375)
    town.comes(0, admitted=0).stay("hospital", 0, 2.75, 3.375, "unit").stay("unit", 3.375)
    assert causes(town) == {"hours": 1.25}


def test_an_hour_at_the_end_of_a_chain_is_the_cause() -> None:
    # the unit is full; its one person may not go to the free care home before Monday
    town = Town(hospital(), unit(1), care_home(1, admission_hours=NOT_AT_WEEKENDS), days=30)
    town.is_there(-2, "unit").stay("unit", -2, 5, 7, "care_home").stay("care_home", 7)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 7, "unit").stay("unit", 7)
    assert causes(town) == {"hours": 2}


def test_a_free_place_that_is_being_cleaned_is_the_services_own_affair() -> None:
    town = Town(hospital(), unit(1), days=30)
    fill(town, "unit", until=4)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 4.5, "unit").stay("unit", 4.5)
    assert causes(town) == {"unit": 2.5}


def test_hours_left_over_that_suffice_for_nobody_are_no_free_place() -> None:
    care = service("care", "home_care", 20 * 60, counted_in="hours_per_week", admission_hours=NOT_AT_WEEKENDS)
    town = Town(hospital(), care, days=30)
    town.is_there(-2, "care").stay("care", -2, 7, 7, "out", units=14 * 60)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 7, "care").stay("care", 7, units=14 * 60)
    assert causes(town) == {"care": 2}  # 6 hours are free; a person needs 14


def test_causes_are_counted_inside_the_window_only() -> None:
    town = Town(hospital(), unit(1), warm_up=4, days=6)
    fill(town, "unit")
    town.comes(0, admitted=0).stay("hospital", 0, 2, planned="unit").wait("unit", 2)
    assert causes(town) == {"unit": 6}
