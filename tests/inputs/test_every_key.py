"""Every key of the language is read, and becomes what the nouns promise."""

from datetime import date
from math import inf
from pathlib import Path

import pytest

from sim.inputs.distributions import between, exponential, fixed, from_sample, lognormal, quantiles, uniform, weibull
from sim.inputs.field_types import Record
from sim.inputs.fields import SCENARIO
from sim.inputs.keys_page import records
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import (
    ClockTime,
    Hours,
    LevelChange,
    LostGround,
    Places,
    Price,
    PriorityRise,
    Review,
    Scenario,
    Surge,
    Taper,
    WaitingList,
)
from tests.inputs.small_world import SMALL_WORLD, read_text, small_world

pytestmark = pytest.mark.usefixtures("in_own_folder")

EVERY_KEY = Path(__file__).parent / "every_key.yaml"
DAY = 86_400


@pytest.fixture(scope="module")
def everything() -> Scenario:
    """The scenario in which every key is used."""
    return read_scenario(EVERY_KEY)


def test_the_file_of_every_key_uses_every_key(everything: Scenario) -> None:
    used = {key for value in everything.values if value.line for key in value.path.split(".")}
    used |= {"sweep" for _ in everything.sweep}  # of the file, not of the scenario in force
    months_and_days = {field.key for record in records() if record.alike for field in record.fields}
    known = {field.key for record in (SCENARIO, *records()) for field in record.fields}
    assert known - used - months_and_days == set()


def test_calendar(everything: Scenario) -> None:
    calendar = everything.calendar
    assert (calendar.start, calendar.warm_up_days, calendar.measured_days) == (date(2026, 4, 6), 0, 365)
    assert (calendar.follow_up_days, calendar.days) == (1826, 2191)
    assert calendar.bank_holidays == (date(2026, 12, 25), date(2026, 12, 28))
    assert (everything.replications, everything.seed) == (1000, 7)


def test_services_stand_in_file_order_with_home_last(everything: Scenario) -> None:
    assert [service.name for service in everything.services] == [
        "hospital", "unit", "home_care", "nursing_home", "night_care", "isolation", "home",
    ]  # fmt: skip
    assert everything.service("home").is_unlimited


def test_waiting_lists_are_the_last_destinations(everything: Scenario) -> None:
    beds = WaitingList(name="beds", services=("nursing_home", "unit"), queue_limit=40, reason="choice_selffund")
    assert everything.lists == (beds,)
    assert everything.destinations[-4:] == ("home", "died", "out", "beds")
    assert everything.members("beds") == ("nursing_home", "unit") and everything.members("unit") == ("unit",)
    assert [route.to for route in everything.people[0].journey[0].then if route.otherwise] == ["unit", "beds"]


def test_dated_beds_begin_at_the_first_second_and_change_at_midnight(everything: Scenario) -> None:
    assert everything.service("hospital").capacity == (
        Places(from_second=0, places=300),
        Places(from_second=209 * DAY, places=1320),
    )
    assert everything.service("nursing_home").capacity == (Places(from_second=0, places=None),)
    assert everything.service("nursing_home").is_long_term and not everything.service("unit").is_long_term


def test_hours_are_kept_in_minutes(everything: Scenario) -> None:
    home_care = everything.service("home_care")
    assert (home_care.counted_in, home_care.capacity[0].places) == ("hours_per_week", 54_030)
    assert home_care.surge == Surge(places=3_000, opens_when_waiting=5, closes_when_waiting=1)
    assert home_care.may_pass


def test_doors_reviews_and_cleaning(everything: Scenario) -> None:
    hospital = everything.service("hospital")
    weekday, evening = (9 * 3600, 17 * 3600 + 1800), (8 * 3600, DAY)
    assert hospital.admission_hours == Hours(by_weekday=(weekday,) * 5 + (None, None), bank_holidays=False)
    assert hospital.discharge_hours == Hours(by_weekday=(evening, None, None, None, None, None, evening))
    assert hospital.review == Review(
        from_second_of_day=36_000,
        to_second_of_day=50_400,
        chance_by_weekday=(1.0, 1.0, 1.0, 1.0, 1.0, 0.98, 0.95),
    )
    assert hospital.turnaround == between(exponential(2 / 24), 0.5 / 24, 12 / 24)


def test_routes_carry_steps_as_they_are_in_force_there(everything: Scenario) -> None:
    route = everything.people[0].journey[0].then[0]
    hub, arrangements, rails = route.steps
    assert (hub.takes, hub.share) == (uniform(1, 3), 0.33)
    assert (arrangements.takes, arrangements.working_days, arrangements.share) == (fixed(1), True, 0.55)
    assert (arrangements.starts, arrangements.start_days, arrangements.team) == (
        "before_ready",
        2.0,
        "assessors",
    )
    assert (rails.takes, rails.working_days, rails.after) == (fixed(2), False, ("hub_assessment", "arrangements"))
    assert (route.otherwise, route.may_join_after, route.priority) == ("home", "hub_assessment", 3)
    assert route.priority_rises == PriorityRise(after_days=4.0, to=2)
    assert (route.longest_wait, route.stay) == (fixed(10), quantiles([0, 2, 5, 9, 40]))


def test_bays_and_rotas(everything: Scenario) -> None:
    isolation = everything.service("isolation")
    first, second = isolation.bays
    assert (first.only_for, second.only_for) == ((("need", ("medium", "high")),), ())
    assert [one.places for one in first.capacity] == [4]
    # Monday 6 April to Saturday 11 April 08:00, until 20:00, and 3 again from Sunday on
    hours = [(0, 3), (5 * 24 + 8, 2), (5 * 24 + 20, 1), (6 * 24, 3)]
    assert [(one.from_second // 3600, one.places) for one in second.capacity[:4]] == hours
    assert [(one.from_second // 3600, one.places) for one in isolation.capacity[:4]] == [(at, n + 4) for at, n in hours]
    assert [one.is_dated for one in second.capacity[:2]] == [True, False]
    assert (isolation.counted_in, isolation.is_unlimited) == ("beds", False)


def test_groups_arrive_by_rate_or_at_exact_times(everything: Scenario) -> None:
    everyone, guests, planned, booked = everything.people
    assert planned.arrivals_every == between(exponential(3), 0.5, inf)
    assert planned.arrivals_outside[0].longest_wait == ClockTime(second_of_day=18 * 3600)
    assert planned.arrivals_outside[0].priority_rises == PriorityRise(until=ClockTime(second_of_day=12 * 3600), to=2)
    assert booked.bookings is not None
    assert [(one.second, one.levels) for one in booked.bookings.people] == [
        (9 * 3600, (("need", "high"),)), (9 * 3600, (("need", "high"),)), (DAY, ()),
    ]  # fmt: skip
    assert booked.bookings.are_drawn_anew
    assert everyone.arrives_at == (("hospital", 0.9), ("unit", 0.06), ("beds", 0.04))
    assert sum(everyone.by_weekday) == pytest.approx(7)
    assert sum(everyone.by_month) == pytest.approx(12)
    assert everyone.by_year[:2] == ((2026, 1.0), (2027, 1.02))
    assert everyone.by_hour is not None
    assert everyone.by_hour[:9] == (0, 0, 0, 0, 0, 0, 0, 24 / 28, 24 / 28)
    assert everyone.by_weekday[6] / everyone.by_weekday[0] == pytest.approx(0.8 / 1.1)
    assert (guests.arrives_at, guests.arrivals) == ((("unit", 1.0),), (43_200, DAY, DAY, DAY))
    (arrival,) = everyone.arrivals_outside
    assert (arrival.otherwise, arrival.longest_wait) == ("nursing_home", fixed(0))
    assert arrival.priority_rises == PriorityRise(after_days=0.5, to=1)
    assert (arrival.priority, arrival.dies_while_waiting) == (4, exponential(400))


def test_normalised_multipliers_are_said(everything: Scenario) -> None:
    assert everything.notices == (
        "arrivals_by_weekday of everyone was normalised to mean 1: its mean was 0.985714",
        "arrivals_by_month of everyone was normalised to mean 1: its mean was 1.00667",
        "arrivals_by_hour of everyone was normalised to mean 1: its mean was 1.16667",
    )


def test_multipliers_whose_mean_is_1_but_for_rounding_are_no_news() -> None:
    days = "{mon: 1.0000003, tue: 1, wed: 1, thu: 1, fri: 1, sat: 1, sun: 1}"
    group = small_world("    arrivals_per_day: 2.5\n", f"    arrivals_per_day: 2.5\n    arrivals_by_weekday: {days}\n")
    assert group.notices == ()
    assert sum(group.people[0].by_weekday) == pytest.approx(7, abs=1e-12)


def test_a_service_that_closes_for_good_is_noticed() -> None:
    closing = small_world("hours_per_week: 900}", "hours_per_week: [{from: 2026-04-06, hours_per_week: 900}, "
                          "{from: 2026-04-20, hours_per_week: 0}]}")  # fmt: skip
    assert closing.notices == (
        "home_care closes for good on 2026-04-20: people of everyone in hospital who wait for it then, or are to go "
        "there later, have no otherwise and stay where they are",
    )


def test_those_who_come_from_outside_to_a_service_that_closes_for_good_are_noticed() -> None:
    closing = small_world("beds: 30}", "beds: [{from: 2026-04-06, beds: 30}, {from: 2026-04-20, beds: 0}]}")
    assert closing.notices == (
        "hospital closes for good on 2026-04-20: people of everyone who wait outside for it then, or come later, leave "
        "the model; `arrival: {otherwise: ...}` says where else they go",
    )


def test_waits_without_an_end_until_a_service_opens_are_noticed() -> None:
    text = SMALL_WORLD.replace(
        "  home_care: {kind",
        "  annexe: {kind: other, beds: [{from: 2026-04-06, beds: 0}, {from: 2026-04-22, beds: 5}]}\n  home_care: {kind",
    ).replace("otherwise: home", "otherwise: annexe")
    text = text.replace("      unit: {stay", "      annexe: {stay_days: 2, then: {out: 100%}}\n      unit: {stay")
    assert read_text(text.replace("          home: 50%", "          home: 50%\n          annexe: 0%")).notices == (
        "annexe opens on 2026-04-22: until then people of everyone in hospital who wait for unit have no otherwise, and "
        "wait however long; give `then` dates if they are to go elsewhere before",
    )


def test_a_team_that_closes_for_good_is_noticed_with_its_steps() -> None:
    closing = small_world("places: 2}", "places: [{from: 2026-04-06, places: 2}, {from: 2026-04-20, places: 0}]}")
    assert closing.notices == (
        "team assessors closes for good on 2026-04-20: people who still need hub then stay where they are, unless they "
        "give up",
    )


def test_somebody_may_need_more_hours_than_there_are_now_if_enough_are_to_come() -> None:
    more = small_world("hours_per_week: 900}", "hours_per_week: [{from: 2026-04-06, hours_per_week: 10}, "
                       "{from: 2026-04-20, hours_per_week: 20}]}")  # fmt: skip
    assert more.notices == ()


def test_somebody_may_need_more_hours_than_are_to_come_if_they_have_where_else_to_go() -> None:
    fewer = "hours_per_week: [{from: 2026-04-06, hours_per_week: 900}, {from: 2026-04-20, hours_per_week: 10}]}"
    text = SMALL_WORLD.replace("hours_per_week: 900}", fewer).replace(
        "home_care: 10%", "home_care: {share: 10%, otherwise: home}"
    )
    assert read_text(text).notices == ()


def test_visits_taper_lose_ground_and_end(everything: Scenario) -> None:
    hospital, unit, home_care, *_ = everything.people[0].journey
    assert hospital.stay == lognormal(9, 11.8)
    assert hospital.dies_while_delayed == weibull(900, 400)
    assert home_care.units == fixed(14)
    assert home_care.tapers == (Taper(after_days=14, share=0.5), Taper(after_days=28, share=0.25))
    assert home_care.stay == from_sample([15, 30, 45.75])
    assert home_care.lost_ground == LostGround(
        longer_stay_days_per_delayed_day=0.2,
        worse_from="out",
        worse_to="nursing_home",
        worse_chance_per_delayed_day=0.01,
    )
    assert unit.stay is not None
    assert unit.stay.family == "lognormal"


def test_traits_and_what_depends_on_them(everything: Scenario) -> None:
    guests = everything.people[1]
    assert [trait.name for trait in guests.traits] == ["dementia", "need"]
    assert guests.traits[0].shares == (((), (0.25, 0.75)),)
    assert guests.traits[1].level_names == ("medium", "high", "low")  # of all branches, in order of first mention
    assert guests.traits[1].shares == (
        ((("dementia", "yes"),), (0.3, 0.7, 0)),
        ((("dementia", "no"),), (0.3, 0.1, 0.6)),
    )
    assert guests.profiles[0] == (("dementia", "yes"), ("need", "medium"))
    assert guests.shares_of_profiles[0] == 0.25 * 0.3
    assert sum(guests.shares_of_profiles) == pytest.approx(1)
    low, high = (("dementia", "no"), ("need", "low")), (("dementia", "no"), ("need", "high"))
    better = guests.visit("unit", high, low)
    assert better is not None
    assert (better.stay, [route.to for route in better.then]) == (fixed(9), ["out"])  # days by the level found
    worse = guests.visit("unit", low, high)
    assert worse is not None
    assert (worse.stay, [route.to for route in worse.then]) == (exponential(5), ["nursing_home"])
    assert better.changes == (LevelChange(trait="need", from_level="high", to_level="low", chance=0.2),)
    assert worse.lost_ground is not None
    assert worse.lost_ground.changes == (LevelChange(trait="need", from_level="low", to_level="high", chance=0.01),)
    assert guests.visit("unit", low, guests.profiles[1]) is None  # nobody is changed in this way


def test_census_entries(everything: Scenario) -> None:
    _, waiting, outside, unit, guests, others = everything.census
    assert (others.stay, others.remaining) == (exponential(9), None)
    assert (guests.group, guests.levels) == ("winter_guests", (("need", "medium"),))
    assert (waiting.waiting_for, waiting.waited, waiting.remaining) == ("unit", fixed(4), None)
    assert (outside.service, outside.waiting_for, outside.elapsed) == ("outside", "hospital", fixed(0.2))
    assert (unit.count, unit.remaining) == (20, fixed(11))


def test_a_sweep_is_kept_with_its_lines(everything: Scenario) -> None:
    assert [(one.path, one.text) for one in everything.sweep] == [
        ("services.unit.queue_limit", "10..20:5"),
        ("services.unit.places", "20,29"),
    ]
    assert [one.line for one in everything.sweep] == sorted(one.line for one in everything.sweep) != [0, 0]


def test_prices_are_split_between_payers(everything: Scenario) -> None:
    nhs, council, halves = (("nhs", 1.0),), (("council", 1.0),), (("nhs", 0.5), ("council", 0.5))
    assert (everything.costs.price_year, everything.costs.discount_rate) == ("2025-26", 0.015)
    assert everything.costs.prices == (
        Price(of="hospital", per="open_day", gbp=393.4, payers=nhs),
        Price(of="hospital", per="occupied_day", gbp=168.6, payers=nhs),
        Price(of="hospital", per="delayed_day", gbp=1200.5, payers=nhs),
        Price(of="home", per="occupied_day", gbp=11, payers=council, later_payers=((6, (("person", 1.0),)),)),
        Price(of="unit", per="open_day", gbp=187, payers=halves),
        Price(of="unit", per="admission", gbp=50, payers=halves),
        Price(of="hub_assessment", per="step", gbp=80, payers=council, capital=True),
        Price(of="assessors", per="place_year", gbp=52_000, payers=halves),
        Price(of="befriending", per="year", gbp=44_000, payers=council),
        Price(of="rails", per="year", gbp=59_295, payers=council, capital=True),
    )


def test_defaults_are_what_the_table_says() -> None:
    scenario = small_world("replications: 3\n", "")
    route = scenario.people[0].journey[0].then[1]
    assert (scenario.replications, scenario.seed, scenario.question) == (30, 1, "")
    assert (route.priority, route.steps, route.longest_wait, route.otherwise) == (5, (), None, None)
    assert (scenario.people[0].arrival(()).otherwise, scenario.people[0].prevented_share(())) == ("out", 0.0)


def test_thirds_are_written_out_or_refused() -> None:
    thirds = (
        SMALL_WORLD.replace("share: 40%", "share: 33.4%").replace("10%", "33.3%").replace("home: 50%", "home: 33.3%")
    )
    assert [route.share for route in read_text(thirds).people[0].journey[0].then] == [0.334, 0.333, 0.333]


def test_windows_and_old_mac_line_ends_and_a_byte_order_mark_are_understood() -> None:
    for ending in ("\r\n", "\r"):
        content = b"\xef\xbb\xbf" + SMALL_WORLD.replace("\n", ending).encode()
        Path("windows.yaml").write_bytes(content)
        assert read_scenario("windows.yaml").services == small_world().services


def test_every_record_has_a_meaning_for_each_key() -> None:
    for record in (SCENARIO, *records()):
        assert isinstance(record, Record)
        for field in record.fields:
            assert field.meaning, f"{record.title}.{field.key}"
            assert not field.meaning.endswith("."), f"{record.title}.{field.key}"


def test_a_notice_says_who_waits_for_the_opening_because_there_is_no_other_way() -> None:
    waiting = read_scenario(Path(__file__).parents[1] / "worked_examples" / "04_beds_open_on_a_date.yaml")
    assert waiting.notices == (
        "unit opens on 2026-04-09: until then people of p in hospital who are to go there wait for it, having no otherwise; "
        "give them one, or give `then` dates",
    )
