"""The people who became ready, followed for years: each figure worked out with a pencil."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Places, Price, Route, Taper, Team
from sim.model.engine import run
from sim.results.invariants import cohort as identities
from sim.results.invariants.records import IdentityBroken
from sim.results.measures import cohort
from sim.results.measures.all import measure
from sim.results.window import Row, Window
from tests.results.sweeps import check
from tests.results.tiny import Town, care_home, group, hospital, price, service, step, unit

YEAR = 365.25
BEDS = (price("hospital", "open_day", 421.5, nhs=1.0), price("hospital", "occupied_day", 140.5, nhs=1.0))
AFTER_6_WEEKS = (("council", 0.5), ("person", 0.5))
CARE = Price(of="care_home", per="occupied_day", gbp=100.0, payers=(("nhs", 1.0),), later_payers=((6, AFTER_6_WEEKS),))
ANYWHERE = group(
    **{at: [Route(to=to, share=0.2) for to in ("hospital", "unit", "care_home", "home", "out") if to != at]
       for at in ("hospital", "unit", "care_home", "home")}
)  # fmt: skip


def town(*prices: Price, days: int = 10, follow_up: int = 731, **more: object) -> Town:
    """Two years of follow-up after ten days."""
    return Town(
        hospital(),
        unit(2),
        care_home(),
        days=days,
        follow_up=follow_up,
        prices=prices,
        groups=(ANYWHERE,),
        **more,  # type: ignore[arg-type]
    )


def years(found: Town, name: str) -> dict[str, float]:
    return found.items("all", name, "year")


@pytest.fixture
def across_a_year() -> Town:
    """Ready on day 5; two days later home; twenty days before a year is over into a care home, and dead after sixty."""
    found = town(*BEDS, CARE)
    person = found.comes(0, admitted=0).stay("hospital", 0, 5, 7, "home").stay("home", 7, 350.25, 350.25, "care_home")
    person.stay("care_home", 350.25, 410.25, 410.25, "died", planned="died")
    return found


def test_a_payer_that_changes_after_six_weeks_across_the_end_of_a_year(across_a_year: Town) -> None:
    assert across_a_year.items("all", "cohort_cost_gbp", "payer_and_year") == {
        "nhs, 1": 2 * 140.5 + 20 * 100,
        "nhs, 2": 22 * 100,  # the rest of the six weeks
        "council, 1": 0,
        "council, 2": 18 * 50,
        "person, 1": 0,
        "person, 2": 18 * 50,
    }
    assert across_a_year.items("all", "cohort_cost_gbp", "payer") == {"nhs": 4481, "council": 900, "person": 900}
    assert years(across_a_year, "cohort_cost_gbp") == {"1": 2281, "2": 4000}
    assert across_a_year.value("all", "cohort_cost_gbp") == 6281
    assert across_a_year.value("hospital", "cohort_cost_gbp") == 281  # nothing for the open bed, nor before ready
    assert across_a_year.value("care_home", "cohort_cost_gbp") == 6000


def test_each_year_after_the_first_is_discounted_once_more(across_a_year: Town) -> None:
    name = "cohort_cost_discounted_gbp"
    assert years(across_a_year, name) == {"1": 2281, "2": 3864.73}  # 4,000 / 1.035 = 3,864.734
    assert across_a_year.value("all", name) == 6145.73
    costs = replace(across_a_year.scenario.costs, discount_rate=0.0)
    across_a_year.scenario = replace(across_a_year.scenario, costs=costs)
    assert across_a_year.value("all", name) == 6281


def test_what_life_somebody_had(across_a_year: Town) -> None:
    assert years(across_a_year, "cohort_days_in_hospital") == {"1": 2, "2": 0}
    assert years(across_a_year, "cohort_days_at_home") == {"1": 343.25, "2": 0}
    assert years(across_a_year, "cohort_days_in_care_homes") == {"1": 20, "2": 40}
    assert across_a_year.value("all", "cohort_days_elsewhere") == 0
    assert years(across_a_year, "cohort_alive_share") == {"1": 1, "2": 0}
    assert years(across_a_year, "cohort_ever_in_care_home_share") == {"1": 1, "2": 0}
    assert across_a_year.value("all", "cohort_followed_share") == 1  # to their death
    assert across_a_year.value("all", "cohort_censored_people") == 0


def test_who_is_alive_when_the_run_ends_too_soon_is_censored() -> None:
    found = town(CARE)
    found.comes(0, admitted=0).stay("hospital", 0, 15, 15, "care_home").stay("care_home", 15)
    seen = 10 + 731 - 15  # of two years, 730.5 days
    assert found.value("all", "cohort_censored_people") == 1
    assert found.value("all", "cohort_followed_share") == seen / (2 * YEAR)
    assert years(found, "cohort_followed_share") == {"1": 1, "2": pytest.approx((seen - YEAR) / YEAR)}
    assert found.value("all", "cohort_days_in_care_homes") == seen
    assert found.value("all", "cohort_cost_gbp") == seen * 100
    assert found.value("all", "cohort_alive_share") == 1


def test_a_readmission_is_paid_and_what_was_before_ready_is_not() -> None:
    done = price("hub", "step", 80, nhs=1.0)
    found = town(*BEDS, price("hospital", "admission", 50, nhs=1.0), done, steps=(step("hub"),))
    person = found.comes(0, admitted=0).stay("hospital", 0, 5, 6, "home", clear=6)
    person.step("hub", 3, 4).step("hub", 5, 6)  # one before ready
    person.stay("home", 6, 400, 400, "hospital").stay("hospital", 400, 410, 412, "home").stay("home", 412)
    assert found.items("all", "cohort_cost_gbp", "year") == {"1": 140.5 + 80, "2": 12 * 140.5 + 50}
    assert years(found, "cohort_days_in_hospital") == {"1": 1, "2": 12}


def test_who_goes_out_of_the_model_is_at_home_for_nothing_and_that_is_told() -> None:
    found = town(CARE)
    found.comes(0, admitted=0).stay("hospital", 0, 5, 5, "out")
    found.comes(0, admitted=0).stay("hospital", 0, 5, 5, "care_home").stay("care_home", 5, 15, 15, "out")
    assert found.value("all", "cohort_people") == 2
    assert found.value("all", "cohort_left_model_share") == pytest.approx((2 * 2 * YEAR - 10) / (2 * 2 * YEAR))
    assert found.value("all", "cohort_days_at_home") == 2 * YEAR / 2
    assert found.value("all", "cohort_days_in_care_homes") == 10 / 2
    assert found.value("all", "cohort_days_elsewhere") == (2 * YEAR - 10) / 2  # nobody knows where
    assert found.value("all", "cohort_cost_per_person_gbp") == 500


def test_the_cohort_is_closed() -> None:
    found = town(days=10)
    found.comes(3, admitted=3).stay("hospital", 3, 4, 4, "hospital").stay("hospital", 4, 12, 12, "home").stay(
        "home", 12
    )
    found.comes(3, admitted=3).stay("hospital", 3, 5, 5, "died", planned="died")  # never ready
    found.comes(3, admitted=3).stay("hospital", 3)  # nor this one
    found.comes(3, "unit", admitted=3).stay("unit", 3, 5, 5, "hospital").stay(
        "hospital", 5, 6, 6, "out"
    )  # came elsewhere
    found.comes(10, admitted=10).stay("hospital", 10, 11, 11, "out")  # came after the window
    found.is_there(-1).stay("hospital", -1, 4, 4, "out")
    assert found.value("all", "cohort_people") == 1
    assert found.value("all", "cohort_days_at_home") == 729  # ready when ready to leave hospital: from day 12 to 741


def test_what_a_place_costs_open_falls_on_those_who_use_it() -> None:
    found = town(price("unit", "open_day", 30, council=1.0), follow_up=365)
    found.comes(0, admitted=0).stay("hospital", 0, 2, 2, "unit").stay("unit", 2, 22, 22, "home").stay("home", 22)
    found.comes(0, "unit", admitted=0).stay("unit", 0, 5, 5, "out")  # of no cohort, and pays its part
    assert found.value("unit", "cohort_cost_gbp") == 2 * 375 * 30 * 20 / 25


def test_who_used_a_place_before_the_measured_days_pays_nothing_for_them() -> None:
    found = town(price("unit", "open_day", 30, council=1.0), warm_up=10, follow_up=365)
    found.comes(0, "unit", admitted=0).stay("unit", 0, 15, 15, "out")  # five days of it count
    found.comes(11, admitted=11).stay("hospital", 11, 12, 12, "unit").stay("unit", 12, 22, 22, "home").stay("home", 22)
    assert found.value("unit", "cohort_cost_gbp") == 2 * 375 * 30 * 10 / 15


def test_hours_of_care_share_what_the_hours_cost_open() -> None:
    tapers = (Taper(after_days=10, share=0.5),)
    care = service("care", "home_care", 20 * 60, counted_in="hours_per_week")
    found = Town(
        hospital(),
        care,
        days=10,
        follow_up=365,
        groups=(group(hospital=[], care=[], tapers=tapers), group("others", "care", care=[])),
        prices=(price("care", "open_day", 2, council=1.0), price("care", "occupied_day", 1, person=1.0)),
    )
    person = found.comes(0, admitted=0).stay("hospital", 0, 2, 2, "care")
    person.stay("care", 2, 22, 22, "home", units=600).stay("home", 22)  # ten hours for ten days, then five for ten
    found.comes(0, "care", admitted=0, group=1).stay("care", 0, 10, 10, "out", units=300)
    share = Fraction(10 * 10 + 10 * 5, 10 * 10 + 10 * 5 + 10 * 5)
    paid = found.items("all", "cohort_cost_gbp", "payer")
    assert paid == {"council": 20 * 375 * 2 * share, "person": 20}
    check_again(found)


def test_capital_is_in_no_cost() -> None:
    grant = replace(price("stairlift", "step", 2500, council=1.0), capital=True)
    found = town(grant, price("hospital", "occupied_day", 10, nhs=1.0), steps=(step("stairlift"),))
    found.comes(0, admitted=0).stay("hospital", 0, 1, 3, "out", clear=3).step("stairlift", 1, 3)
    assert found.value("all", "cohort_cost_gbp") == 20
    assert found.value("all", "cohort_capital_gbp") == 2500


def test_a_team_and_a_programme_are_paid_for_the_measured_days_in_the_first_year() -> None:
    split = {"nhs": 2 / 3, "council": 1 / 3}
    found = town(
        price("hub", "place_year", 36_500, **split),
        price("visits", "year", 7300.01, **split),
        price("hospital", "occupied_day", 10, nhs=1.0),
        teams=(Team(name="hub", capacity=(Places(from_second=0, places=3),)),),
        steps=(step("assess", team="hub"),),
    )
    found.comes(0, admitted=0).stay("hospital", 0, 1, 3, "out", clear=3).step("assess", 1, 3)
    assert found.items("all", "cohort_cost_gbp", "team") == {"hub": 3 * 1000}  # ten days, used or not
    assert found.items("all", "cohort_cost_gbp", "programme") == {"visits": 200}
    assert found.items("all", "cohort_cost_gbp", "year")["1"] == 20 + 3200
    assert found.items("all", "cohort_cost_gbp", "payer") == {"nhs": 20 + 2000 + 133.33, "council": 1000 + 66.67}
    check_again(found)


def test_over_the_years_a_lever_costs_each_payer_to_the_penny_what_it_costs_in_the_window() -> None:
    found = town(price("visits", "year", 1234.56, nhs=1 / 3, council=1 / 3, person=1 / 3), days=97)
    found.comes(0, admitted=0).stay("hospital", 0, 1, 3, "out", clear=3)
    window = found.items("all", "cost_cash_gbp", "payer")
    assert found.items("all", "cohort_cost_gbp", "payer") == window
    assert sum(window.values()) == pytest.approx(328.09)


@pytest.mark.parametrize(
    ("days", "expected"), [(1, 1), (365, 1), (547, 1), (549, 2), (1826, 5), (1827, 5), (1900, 5), (3653, 10)]
)
def test_years_are_those_nearest_to_the_days(days: int, expected: int) -> None:
    found = town(follow_up=days)
    assert cohort.years_of(Window(found.scenario, found.ledger())) == expected


def test_nobody_is_followed_where_nothing_is_said(across_a_year: Town) -> None:
    calendar = replace(across_a_year.scenario.calendar, measured_days=741, follow_up_days=0)
    rows = measure(replace(across_a_year.scenario, calendar=calendar), across_a_year.ledger())
    assert not [row for row in rows if row.measure.startswith("cohort_")]


def test_a_cohort_of_nobody_has_no_means() -> None:
    found = town(*BEDS)
    rows = [row for row in measure(found.scenario, found.ledger()) if row.measure.startswith("cohort_")]
    check_again(found)
    assert rows == [Row("all", "cohort_people", "", "", 0.0), Row("all", "cohort_censored_people", "", "", 0.0)]


# -- a constant flow -----------------------------------------------------------------------------------------

FLOW = """
name: One a day
calendar: {start: 2026-04-06, warm_up_days: 40, measured_days: 30, follow_up_days: 380}
replications: 1
services:
  hospital: {kind: acute, beds: unlimited}
  unit: {kind: reablement_unit, beds: 20}
people:
  everyone:
    arrives_at: hospital
    arrivals: [%s]
    journey:
      hospital: {stay_days: 4, then: {unit: 100%%}}
      unit: {stay_days: 10, then: {home: 100%%}}
      home: {stay_days: 100, then: {out: 100%%}}
costs:
  price_year: 2025-26
  services:
    unit: {per_open_day: 100, payer: {nhs: 50%%, council: 50%%}}
"""


def test_a_constant_flow_pays_for_all_that_is_open(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(FLOW % ", ".join(f"{{day: {day}.5}}" for day in range(450)), encoding="utf-8")
    scenario = read_scenario(path)
    ledger = run(scenario, 0)
    check(scenario, ledger)
    found = {row[:4]: row.value for row in measure(scenario, ledger)}
    # one a day for ten days: ten of the twenty places are used at any time, so a day costs what two places cost open
    assert found["all", "cohort_people", "", ""] == 30
    assert found["unit", "cohort_cost_gbp", "", ""] == 30 * 10 * 2 * 100
    assert found["all", "cohort_cost_per_person_gbp", "payer", "council"] == 1000
    assert found["all", "cohort_days_elsewhere", "", ""] == 10
    assert found["all", "cohort_left_model_share", "", ""] == pytest.approx((YEAR - 110) / YEAR)


# -- additivity, and planted faults --------------------------------------------------------------------------


def test_parts_add_up_to_the_penny_where_nothing_divides() -> None:
    odd = tuple(price(of, per, gbp, nhs=1 / 3, council=1 / 3, person=1 / 3) for of, per, gbp in (
        ("unit", "open_day", 0.07), ("care_home", "occupied_day", 33.335), ("hospital", "occupied_day", 0.01)))  # fmt: skip
    found = town(*odd)
    for day in range(7):
        left = day + 1.3 + day / 7
        person = found.comes(day, admitted=day).stay("hospital", day, day + 1.1, left, "unit")
        person.stay("unit", left, left + 97.7, left + 97.9, "care_home").stay("care_home", left + 97.9)
    check_parts(found)
    identities.check_cohort(Window(found.scenario, found.ledger()))


def check_parts(found: Town) -> None:
    for name in ("cohort_cost_gbp", "cohort_cost_discounted_gbp"):
        whole = round((found.value("all", name) or 0) * 100)
        assert whole > 0
        for by in ("payer", "year", "payer_and_year"):
            assert sum(round(value * 100) for value in found.items("all", name, by).values()) == whole
        assert sum(round((found.value(at, name) or 0) * 100) for at in ("hospital", "unit", "care_home")) == whole


def _lines_off(line: cohort.Line) -> cohort.Line:
    return line._replace(pence=line.pence + 1)


def _discount_off(line: cohort.Line) -> cohort.Line:
    return line._replace(discounted=line.discounted - 1)


@pytest.mark.parametrize("fault", [_lines_off, _discount_off])
def test_a_penny_off_is_caught(across_a_year: Town, monkeypatch: pytest.MonkeyPatch, fault: object) -> None:
    check_again(across_a_year)
    right = cohort._lines
    monkeypatch.setattr(cohort, "_lines", lambda window: map(fault, right(window)))
    with pytest.raises(IdentityBroken) as caught:
        check_again(across_a_year)
    assert caught.value.identity == identities.COSTS_ADD_UP


def check_again(found: Town) -> None:
    identities.check_cohort(Window(found.scenario, found.ledger()))


def test_days_that_are_nowhere_are_caught(across_a_year: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    right = cohort.cohort
    monkeypatch.setattr(cohort, "cohort", lambda window: right(window)._replace(end=right(window).end - 1))
    with pytest.raises(IdentityBroken) as caught:
        check_again(across_a_year)
    assert caught.value.identity == identities.SOMEWHERE


def test_an_admission_that_was_before_ready_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    found = town(price("hospital", "admission", 50, nhs=1.0))
    found.comes(0, admitted=0).stay("hospital", 0, 5, 5, "out")
    check_again(found)
    right = cohort.cohort
    monkeypatch.setattr(cohort, "cohort", lambda window: right(window)._replace(first=right(window).first - 1))
    with pytest.raises(IdentityBroken):
        check_again(found)
