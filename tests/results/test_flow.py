"""Flow: arrivals, admissions, leavers, pathways, deaths; and what became of people after hospital."""

from pathlib import Path

import pytest

from sim.inputs.scenario import Route
from sim.model.engine import run
from sim.results.measures.all import measure
from tests.inputs.small_world import read_text
from tests.results.tiny import Resident, Town, care_home, group, hospital, service, unit

LISTED = """name: two units on one list
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 10}
services:
  hospital: {kind: acute, beds: 9}
  unit: {kind: reablement_unit, beds: 3}
  second: {kind: reablement_unit, beds: 9}
lists:
  beds: {services: [unit, second]}
people:
  early:
    arrives_at: hospital
    arrivals: [{day: 0, count: 2}]
    journey:
      hospital: {stay_days: 1, then: {beds: 100%}}
      unit: {stay_days: 20, then: {out: 100%}}
      second: {stay_days: 20, then: {out: 100%}}
  straight:
    arrives_at: hospital
    arrivals: [{day: 1}]
    journey:
      hospital: {stay_days: 1, then: {unit: 100%}}
      unit: {stay_days: 20, then: {out: 100%}}
  late:
    arrives_at: hospital
    arrivals: [{day: 2}]
    journey:
      hospital: {stay_days: 1, then: {beds: 100%}}
      second: {stay_days: 20, then: {out: 100%}}
      unit: {stay_days: 20, then: {out: 100%}}
"""


def test_arrivals_count_who_came_from_outside_by_first_service_and_group() -> None:
    young, old = group("young"), group("old", arrives_at="unit")
    town = Town(hospital(), unit(), warm_up=1, days=9, groups=(young, old))
    town.comes(0.5, admitted=0.5).stay("hospital", 0.5)  # before the window
    town.comes(2, admitted=2).stay("hospital", 2)
    town.comes(3, "unit", group=1).outside("unit", 3, 3, "turned_away")
    town.is_there(-4, "unit", group=1).stay("unit", -4)
    assert town.value("hospital", "arrivals") == 1
    assert town.value("unit", "arrivals") == 1
    assert town.value("all", "arrivals") == 2
    assert town.items("all", "arrivals", "group") == {"young": 1, "old": 1}


def test_admissions_and_leavers_count_in_every_service_and_leavers_of_all_left_the_model() -> None:
    town = Town(hospital(), unit())
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "unit").stay("unit", 2, 4, 4, "out")
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "home").stay("home", 2)
    town.comes(1, admitted=1).stay("hospital", 1, 2, 2, "died")
    town.comes(1).outside("hospital", 1, 2, "gave_up")
    admissions = [town.value(name, "admissions") for name in ("hospital", "unit", "home", "all")]
    leavers = [town.value(name, "leavers") for name in ("hospital", "unit", "home", "all")]
    assert admissions == [3, 1, 1, 4]  # home is no declared service
    assert leavers == [3, 1, 0, 3]  # out, dead, and tired of waiting
    assert town.value("hospital", "throughput_per_day") == 0.3


def test_people_who_move_in_for_good_are_counted_of_care_homes_that_say_so() -> None:
    for_good = service("long_term_care", "care_home", None, is_long_term=True)
    town = Town(hospital(), care_home(), for_good, warm_up=1, days=9)
    town.comes(0, admitted=0).stay("hospital", 0, 0.5, 0.5, "long_term_care").stay(
        "long_term_care", 0.5
    )  # before the window
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "care_home").stay("care_home", 2, 4, 5, "long_term_care").stay(
        "long_term_care", 5
    )
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "care_home").stay("care_home", 2, 4, 4, "home")
    assert town.value("long_term_care", "long_term_care_admissions") == 1
    assert town.value("all", "long_term_care_admissions") == 1
    assert town.value("care_home", "long_term_care_admissions") is None
    assert Town(hospital(), care_home()).value("all", "long_term_care_admissions") is None


def test_admissions_from_a_list_are_told_from_those_of_people_who_waited_for_the_service_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = read_text(LISTED)
    rows = {row[:4]: row.value for row in measure(scenario, run(scenario, 0))}
    beds = {key[3]: value for key, value in rows.items() if key[:3] == ("unit", "admissions", "waited_on")}
    assert beds == {"beds": 2, "unit": 1}
    assert {key[3]: value for key, value in rows.items() if key[:3] == ("second", "admissions", "waited_on")} == {
        "beds": 1
    }
    assert not [key for key in rows if key[0] == "hospital" and key[2] == "waited_on"]  # on no list


def test_lengths_of_stay_are_of_the_stays_that_ended_in_the_window_from_admitted_to_left() -> None:
    town = Town(hospital(), unit(), warm_up=2, days=10)
    town.comes(0, admitted=0).stay("hospital", 0, 1, 1, "out")  # before the window
    town.comes(0, admitted=0).stay("hospital", 0, 3, 4, "out")  # 4 days, 3 of them needed
    town.comes(3, admitted=3).stay("hospital", 3, 5, 9, "unit").stay("unit", 9)  # 6 days, 2 needed; still in the unit
    town.comes(4, admitted=4).stay("hospital", 4, 5, 5, "died")  # 1 day
    town.comes(5, admitted=5).stay("hospital", 5, 6, 12, "out")  # left at the instant when the window ends
    names = ("length_of_stay_mean_days", "length_of_stay_median_days", "length_of_stay_p90_days", "days_to_ready_mean")
    found = [town.value("hospital", name) for name in names]
    assert found == pytest.approx([11 / 3, 4.0, 4 + 0.8 * 2, 2.0])
    assert [town.value("unit", name) for name in names] == [None] * 4


def test_people_of_the_starting_census_were_not_admitted() -> None:
    town = Town(hospital())
    town.is_there(0).stay("hospital", 0, 2, 2, "out")
    town.is_there(-1).outside("hospital", -1, 3, "admitted").stay("hospital", 3)
    assert town.value("hospital", "admissions") == 1
    assert town.value("hospital", "leavers") == 1
    assert town.value("all", "arrivals") == 0


def test_hospital_leavers_by_pathway_leave_out_deaths_and_moves_to_other_hospitals() -> None:
    kinds = {
        "reablement": "home_reablement",
        "care": "home_care",
        "beds": "community_beds",
        "hospice": "other",
    }
    others = [service(name, kind, None) for name, kind in kinds.items()]
    town = Town(hospital(), unit(), care_home(), service("north", "acute", 9), *others)
    ways = ["home", "out", "hospice", "reablement", "care", "unit", "beds", "care_home", "died", "north"]
    for to in ways:
        person = town.comes(0, admitted=0).stay("hospital", 0, 2, 2, to)
        if to not in ("out", "died"):
            person.stay(to, 2)
    assert town.items("hospital", "leavers", "pathway") == {"0": 3, "1": 2, "2": 2, "3": 1}
    assert town.value("hospital", "leavers") == 10


def test_a_service_may_say_which_pathway_leads_to_it() -> None:
    nurses, beds = service("nurses", "other", None, pathway=1), service("beds", "care_home", 9, pathway=2)
    town = Town(hospital(), nurses, beds)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "nurses").stay("nurses", 2)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 5, "beds").stay("beds", 5)
    assert town.items("hospital", "leavers", "pathway") == {"0": 0, "1": 1, "2": 1, "3": 0}
    assert town.value("beds", "unmet_need_people_mean") == 3 / 10  # a pathway 2 bed, bought in a care home


def test_deaths_count_where_they_happen_outside_included() -> None:
    town = Town(hospital())
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "died")
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "home").stay("home", 2, 5, 5, "died")
    town.comes(0).outside("hospital", 0, 4, "died")
    where = ("hospital", "home", "outside", "all")
    assert [town.value(name, "deaths") for name in where] == [1, 1, 1, 3]


def returning(days: int = 100) -> Town:
    """A town from which people may come back to hospital."""
    way_back = group(home=[Route(to="hospital", share=0.5), Route(to="out", share=0.5)])
    return Town(hospital(), unit(), care_home(), days=days, groups=(way_back,))


def test_readmitted_within_30_days_is_by_when_they_came_back() -> None:
    town = returning()
    for back in (40, 40.5, None):  # they left on day 10
        person = town.comes(5, admitted=5).stay("hospital", 5, 10, 10, "home")
        if back is None:
            person.stay("home", 10)
        else:  # came back on that day, got in 3 days later
            person.stay("home", 10, back, back + 3, "hospital").stay("hospital", back + 3)
    assert town.value("hospital", "readmitted_within_30_days") == pytest.approx(1 / 3)
    assert town.value("all", "readmitted_within_30_days") == pytest.approx(1 / 3)


def test_coming_back_at_once_is_a_readmission() -> None:
    town = returning()
    town.comes(5, admitted=5).stay("hospital", 5, 10, 10, "home").stay("home", 10, 10, 10, "hospital").stay(
        "hospital", 10
    )
    assert town.value("hospital", "readmitted_within_30_days") == 1


def test_readmitted_from_another_service_counts_who_goes_straight_to_hospital_too() -> None:
    town = returning()
    straight, soon, late, dead = (town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "unit") for _ in range(4))
    straight.stay("unit", 5, 10, 10, "hospital").stay("hospital", 10)
    soon.stay("unit", 5, 10, 10, "home").stay("home", 10, 40, 41, "hospital").stay("hospital", 41)  # asked on day 40
    late.stay("unit", 5, 10, 10, "home").stay("home", 10, 40.5, 40.5, "hospital").stay("hospital", 40.5)
    dead.stay("unit", 5, 10, 10, "died")
    assert town.value("unit", "readmitted_within_30_days") == pytest.approx(2 / 3)
    assert town.value("hospital", "readmitted_within_30_days") == pytest.approx(
        1 / 4
    )  # of those it discharged on day 5
    assert town.value("care_home", "readmitted_within_30_days") is None  # nobody left it
    assert town.items("unit", "leavers", "next_service") == {"hospital": 1, "home": 2, "died": 1}


def test_readmissions_need_30_days_of_follow_up_and_a_way_back() -> None:
    town = returning(days=39)
    town.comes(5, admitted=5).stay("hospital", 5, 10, 10, "home").stay("home", 10)
    assert town.value("hospital", "readmitted_within_30_days") is None
    no_way_back = Town(hospital(), days=100)
    no_way_back.comes(5, admitted=5).stay("hospital", 5, 10, 10, "home").stay("home", 10)
    assert no_way_back.value("hospital", "readmitted_within_30_days") is None


def test_a_move_to_another_hospital_is_no_discharge_and_no_readmission() -> None:
    way_back = group(home=[Route(to="hospital", share=1.0)])
    town = Town(hospital(), service("north", "acute", 9), days=100, groups=(way_back,))
    person = town.comes(5, admitted=5).stay("hospital", 5, 10, 10, "north")
    person.stay("north", 10, 20, 20, "home").stay("home", 20)
    assert town.value("hospital", "readmitted_within_30_days") is None
    assert town.value("north", "readmitted_within_30_days") == 0


def test_at_home_91_days_after_leaving_for_reablement() -> None:
    town = returning()

    def leaves(to: str = "unit") -> Resident:
        return town.comes(0, admitted=0).stay("hospital", 0, 5, 5, to)

    leaves().stay("unit", 5, 30, 30, "home").stay("home", 30)  # at home
    leaves().stay("unit", 5, 30, 30, "out")  # out: at home
    leaves().stay("unit", 5)  # still in reablement: neither dead, nor in hospital, nor in a care home
    leaves().stay("unit", 5, 30, 30, "died")
    leaves().stay("unit", 5, 30, 30, "care_home").stay("care_home", 30)
    leaves().stay("unit", 5, 30, 30, "care_home").stay("care_home", 30, 40, 40, "out")  # lives in one
    leaves().stay("unit", 5, 30, 30, "home").stay("home", 30, 90, 90, "hospital").stay("hospital", 90)
    leaves("home").stay("home", 5)  # not into reablement: not asked
    assert town.value("hospital", "at_home_91_days") == pytest.approx(3 / 7)


def test_the_91st_day_itself_decides() -> None:
    town = returning()
    late = town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "unit").stay("unit", 5, 30, 30, "home")
    late.stay("home", 30, 96, 96, "hospital").stay("hospital", 96)  # 5 + 91
    assert town.value("hospital", "at_home_91_days") == 0


def test_at_home_12_weeks_is_of_those_to_whom_nothing_happened_in_them() -> None:
    town = returning()

    def leaves(to: str = "unit") -> Resident:
        return town.comes(0, admitted=0).stay("hospital", 0, 5, 5, to)

    leaves().stay("unit", 5, 30, 30, "home").stay("home", 30)
    leaves().stay("unit", 5, 30, 30, "out")
    leaves().stay("unit", 5)  # still in reablement
    leaves().stay("unit", 5, 30, 30, "home").stay("home", 30, 90, 90, "died")  # on day 85
    leaves().stay("unit", 5, 30, 30, "home").stay("home", 30, 89, 89, "died")  # on day 84
    leaves().stay("unit", 5, 30, 30, "care_home").stay("care_home", 30, 40, 40, "home").stay("home", 40)
    back = leaves().stay("unit", 5, 30, 30, "home").stay("home", 30, 40, 40, "hospital")
    back.stay("hospital", 40, 95, 95, "home").stay("home", 95)  # its own 84 days end after the window
    leaves("home").stay("home", 5)  # not into reablement: not asked
    assert town.value("hospital", "at_home_12_weeks") == pytest.approx(4 / 7)
    assert town.value("all", "at_home_12_weeks") == pytest.approx(4 / 7)
    assert town.value("hospital", "at_home_91_days") == pytest.approx(
        5 / 7
    )  # only day 91 counts: two died, nobody else


def test_84_days_of_follow_up_are_enough_for_12_weeks_and_less_is_not() -> None:
    for days, expected in ((89, 1), (88, None)):
        town = returning(days=days)
        town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "unit").stay("unit", 5)
        assert town.value("hospital", "at_home_12_weeks") == expected


def test_days_at_home_in_the_91_days_after_hospital() -> None:
    town = returning()
    stays = town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "unit").stay("unit", 5, 25, 25, "home")
    stays.stay("home", 25, 50, 50, "hospital").stay("hospital", 50, 60, 60, "out")
    # from day 5: 20 days in the unit, 25 at home, 10 in hospital, then out to day 96: 36 at home
    assert town.value("hospital", "days_at_home") == 25 + 36  # the second discharge has no 91 days of follow-up


def test_91_days_of_follow_up_are_enough_and_less_is_not() -> None:
    for days, expected in ((96, 1), (95, None)):
        town = returning(days=days)
        town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "unit").stay("unit", 5)
        assert town.value("hospital", "at_home_91_days") == expected


def test_days_after_a_care_home_or_a_death_are_no_days_at_home() -> None:
    town = returning()
    town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "care_home").stay("care_home", 5, 25, 25, "out")
    town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "home").stay("home", 5, 15, 15, "died")
    assert town.value("hospital", "days_at_home") == (0 + 10) / 2


def test_home_care_and_home_reablement_are_at_home() -> None:
    town = Town(hospital(), service("reablement", "home_reablement", 9), days=100)
    town.comes(0, admitted=0).stay("hospital", 0, 5, 5, "reablement").stay("reablement", 5)
    assert town.value("hospital", "days_at_home") == 91
    assert town.value("hospital", "at_home_91_days") == 1
