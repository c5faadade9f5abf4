"""The load estimate before a run, against sums that can be done by hand; and queues that grow."""

from dataclasses import replace

import numpy as np
import pytest

from sim.diagnostics.offered_load import arrivals_per_day, estimated_loads, estimated_team_loads, load_warnings
from sim.diagnostics.warnings import gravest_first, growing_queues, warnings_before_a_run
from sim.inputs.distributions import between, exponential, fixed
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import (
    Arrival,
    Group,
    Hours,
    Places,
    Review,
    Route,
    Scenario,
    Step,
    Taper,
    Team,
    Trait,
    Visit,
    WaitingList,
)
from tests.hall.worlds import service, small
from tests.scenarios.runs import SCENARIOS


def load_of(scenario: Scenario, name: str) -> float:
    return next(load.ratio for load in estimated_loads(scenario) if load.service == name)


def with_journey(scenario: Scenario, *visits: Visit) -> Scenario:
    group = Group(name="all", arrives_at=((visits[0].service, 1.0),), arrivals_per_day=1.0, journey=visits)
    return replace(scenario, people=(group,))


def visit(name: str, days: float, *then: Route) -> Visit:
    return Visit(service=name, stay=fixed(days), then=then)


OUT = Route(to="out", share=1.0)


def test_load_is_arrivals_times_days_over_places() -> None:
    world = with_journey(small(beds=10, unit=4), visit("hospital", 6, OUT))
    assert load_of(world, "hospital") == pytest.approx(1 * 6 / 10)


def test_load_of_stays_between_limits_is_that_of_their_own_mean() -> None:
    stay = between(exponential(8), 0, 20)
    world = with_journey(small(beds=10), Visit(service="hospital", stay=stay, then=(OUT,)))
    assert load_of(world, "hospital") == pytest.approx((8 - 20 * np.exp(-2.5) / (1 - np.exp(-2.5))) / 10)


def test_load_follows_routes() -> None:
    journey = (
        visit("hospital", 6, Route(to="unit", share=0.25), Route(to="out", share=0.75)),
        visit("unit", 8, OUT),
    )
    assert load_of(with_journey(small(beds=10, unit=4), *journey), "unit") == pytest.approx(0.25 * 8 / 4)


def test_services_that_lists_connect_are_one_pool() -> None:
    world = small(beds=10, unit=4)
    ward = service("ward", "community_beds", 2)
    lists = (
        WaitingList(name="either", services=("unit", "ward")),
        WaitingList(name="only_ward", services=("ward",)),
    )
    journey = (
        visit(
            "hospital", 6, Route(to="either", share=0.5), Route(to="only_ward", share=0.1), Route(to="out", share=0.4)
        ),
        visit("unit", 8, OUT),
        visit("ward", 5, OUT),
    )
    world = with_journey(
        replace(world, services=(*world.services[:-1], ward, world.services[-1]), lists=lists), *journey
    )
    pool = next(load for load in estimated_loads(world) if load.service == "either and only_ward")
    # of those on `either` two thirds are cared for in the unit's four places and one third in the ward's two
    assert pool.needed == pytest.approx(0.5 * (2 / 3 * 8 + 1 / 3 * 5) + 0.1 * 5)
    assert pool.open == 6
    assert {load.service for load in estimated_loads(world)} == {"hospital", "either and only_ward"}


def test_a_pool_of_hours_and_beds_is_counted_in_people() -> None:
    care = replace(service("care", "home_care", 30 * 60), counted_in="hours_per_week")
    world = small(beds=10, unit=4)
    lists = (WaitingList(name="either", services=("unit", "care")),)
    visits = (
        visit("hospital", 6, Route(to="either", share=1.0)),
        visit("unit", 8, OUT),
        replace(visit("care", 8, OUT), units=fixed(10)),
    )
    world = with_journey(
        replace(world, services=(*world.services[:-1], care, world.services[-1]), lists=lists), *visits
    )
    pool = next(load for load in estimated_loads(world) if load.service == "either")
    assert (pool.needed, pool.open) == (pytest.approx(8), pytest.approx(4 + 3))


def test_load_follows_returns() -> None:
    journey = (
        visit("hospital", 6, Route(to="home", share=1.0)),
        visit("home", 30, Route(to="hospital", share=0.2), Route(to="out", share=0.8)),
    )
    assert load_of(with_journey(small(beds=10), *journey), "hospital") == pytest.approx(1 / 0.8 * 6 / 10)


def test_load_holds_the_days_that_steps_add_side_by_side_and_one_after_another() -> None:
    first = Step(name="first", reason="hub_assessment", takes=fixed(2), share=0.5)
    beside = Step(name="beside", reason="equipment", takes=fixed(3))
    later = Step(name="later", reason="funding_decision", takes=fixed(2), after=("first",))
    both = Route(to="out", share=1.0, steps=(first, beside, later))
    world = with_journey(small(beds=10), visit("hospital", 6, both))
    assert load_of(world, "hospital") == pytest.approx((6 + 0.5 * 4 + 0.5 * 3) / 10)


def test_a_step_begun_on_admission_adds_only_what_outlasts_the_stay() -> None:
    early = Step(name="early", reason="equipment", takes=fixed(8), starts="on_admission")
    world = with_journey(small(beds=10), visit("hospital", 6, Route(to="out", share=1.0, steps=(early,))))
    assert load_of(world, "hospital") == pytest.approx(8 / 10)


def test_a_daily_review_adds_half_a_day_and_a_closed_door_its_mean_wait() -> None:
    review = Review(from_second_of_day=36_000, to_second_of_day=50_400)
    half_the_day = Hours(by_weekday=((0, 43_200),) * 7)
    world = with_journey(small(beds=10), visit("hospital", 6, OUT))
    reviewed = replace(world.services[0], review=review)
    shut = replace(world.services[0], discharge_hours=half_the_day)
    rest = world.services[1:]
    assert load_of(replace(world, services=(reviewed, *rest)), "hospital") == pytest.approx(6.5 / 10)
    waits = 0.5 * 0.25  # half of all moments are closed, and then six hours are left on average
    assert load_of(replace(world, services=(shut, *rest)), "hospital") == pytest.approx((6 + waits) / 10, abs=2e-3)


def test_places_count_by_how_long_they_are_open_in_the_window() -> None:
    world = with_journey(small(beds=10, days=60, warm_up=30), visit("hospital", 6, OUT))
    dated = (Places(from_second=0, places=4), Places(from_second=60 * 86_400, places=12))
    world = replace(world, services=(replace(world.services[0], capacity=dated), *world.services[1:]))
    assert load_of(world, "hospital") == pytest.approx(6 / 8)


def test_hours_are_counted_as_they_taper() -> None:
    care = service("care", "home_care", 60 * 60)
    world = replace(small(), services=(replace(care, counted_in="hours_per_week"), small().services[-1]))
    tapering = replace(visit("care", 20, OUT), units=fixed(4.0), tapers=(Taper(after_days=10, share=0.5),))
    assert load_of(with_journey(world, tapering), "care") == pytest.approx(20 * 4 * 0.75 / 60)


def test_a_loop_that_nobody_leaves_is_an_endless_load() -> None:
    journey = (
        visit("hospital", 6, Route(to="unit", share=1.0)),
        visit("unit", 8, Route(to="hospital", share=1.0)),
    )
    assert load_of(with_journey(small(), *journey), "hospital") == float("inf")


def test_too_few_places_are_told_in_words() -> None:
    world = with_journey(small(beds=5), visit("hospital", 7, OUT))
    assert load_warnings(world) == [
        "hospital: demand is 140% of capacity, so its queue grows for as long as the run lasts"
    ]


def test_a_queue_limit_or_a_longest_wait_that_keeps_the_queue_short_is_mentioned() -> None:
    world = with_journey(small(beds=5), visit("hospital", 7, OUT))
    limited = replace(world.services[0], queue_limit=3)
    words = "its queue has an end only because people stop waiting or find it full"
    assert words in load_warnings(replace(world, services=(limited, *world.services[1:])))[0]
    giving_up = replace(world.people[0], arrivals_outside=(Arrival(longest_wait=fixed(1.0)),))
    assert words in load_warnings(replace(world, people=(giving_up,)))[0]


def with_team(places: int) -> Scenario:
    """One person a day, half of whom need a step of 3 days and a step of 2 working days, by the same team."""
    steps = (
        Step(name="visit", reason="hub_assessment", takes=fixed(3), share=0.5, team="hub_team"),
        Step(name="form", reason="funding_decision", takes=fixed(2), share=0.5, team="hub_team", working_days=True),
    )
    world = with_journey(small(beds=20), visit("hospital", 6, Route(to="out", share=1.0, steps=steps)))
    team = Team(name="hub_team", capacity=(Places(from_second=0, places=places),))
    return replace(world, teams=(team,))


def test_steps_outside_load_a_team_too() -> None:
    world = with_team(4)
    step = Step(name="visit", reason="hub_assessment", takes=fixed(3), share=0.25, team="hub_team")
    coming = replace(world.people[0], arrivals_outside=(Arrival(steps=(step,)),))
    (load,), (before,) = (estimated_team_loads(one) for one in (replace(world, people=(coming,)), world))
    assert load.needed == pytest.approx(before.needed + 0.25 * 3)


def test_a_team_is_loaded_by_its_steps() -> None:
    (load,) = estimated_team_loads(with_team(4))
    assert load.needed == pytest.approx(0.5 * 3 + 0.5 * 2 * 7 / 5)
    assert load.ratio == pytest.approx(load.needed / 4)


def test_a_team_that_is_too_small_is_told_in_words() -> None:
    (said,) = load_warnings(with_team(2))
    assert said == (
        "team hub_team: demand is 145% of capacity (its steps need 2.9 places at a time, and it has 2 on average), so its queue grows for as long as the run lasts"
    )
    (full,) = load_warnings(with_team(3))
    assert full.endswith("it has 3 on average), so expect long waits")
    assert load_warnings(with_team(4)) == []


def test_the_worst_places_come_first_and_of_many_the_rest_share_a_sentence() -> None:
    beds = (10, 7, 6, 8, 5, 9, 4, 11)  # a person a day to each, for 12 days
    names = [f"ward_{number}" for number in range(len(beds))]
    groups = tuple(
        Group(name=name, arrives_at=((name, 1.0),), arrivals_per_day=1.0, journey=(visit(name, 12, OUT),))
        for name in names
    )
    wards = tuple(service(name, "acute", places) for name, places in zip(names, beds, strict=True))
    world = replace(small(), people=groups, services=(*wards, small().services[-1]))
    *first, rest = load_warnings(world)
    assert [text[:6] for text in first] == ["ward 6", "ward 4", "ward 2", "ward 1", "ward 3", "ward 5"]
    assert rest == "2 more places are asked for over 95% of their capacity: ward 0 120%, ward 7 109%"
    seven = replace(world, people=groups[:7])
    assert len(load_warnings(seven)) == 7  # one more is told as the others are


def test_only_levels_that_reach_a_service_count_among_the_states() -> None:
    """Two hundred levels and eleven services: who of them ever comes where is one each, so there is an estimate."""
    levels = tuple(f"l{number}" for number in range(200))
    ways = [f"unit_{number}" for number in range(10)]
    visits = [
        Visit(
            service="hospital", stay=fixed(1), then=(Route(to=ways[number % 10], share=1.0),), after=(("need", level),)
        )
        for number, level in enumerate(levels)
    ]
    units = [visit(name, 3, OUT) for name in ways]
    group = Group(
        name="all",
        arrives_at=(("hospital", 1.0),),
        arrivals_per_day=10.0,
        journey=(*visits, *units),
        traits=(Trait(name="need", level_names=levels, shares=(((), (1 / 200,) * 200),)),),
    )
    at_home = small().services[-1]
    beds = tuple(service(name, "reablement_unit", 4) for name in ways)
    world = replace(small(), people=(group,), services=(service("hospital", "acute", 20), *beds, at_home))
    assert load_of(world, "hospital") == pytest.approx(10 * 1 / 20)
    assert load_of(world, "unit_3") == pytest.approx(1 * 3 / 4)


def test_room_enough_needs_no_word() -> None:
    assert load_warnings(with_journey(small(beds=10), visit("hospital", 9.4, OUT))) == []
    assert (
        "demand is 96% of capacity, so expect long waits"
        in load_warnings(with_journey(small(beds=10), visit("hospital", 9.6, OUT)))[0]
    )


def test_exact_arrivals_are_an_example_and_no_rate() -> None:
    world = with_journey(small(beds=1), visit("hospital", 700, OUT))
    exact = replace(world.people[0], arrivals=(0, 3600))
    assert load_warnings(replace(world, people=(exact,))) == []


def test_a_queue_that_grows_to_the_end_is_named() -> None:
    days = np.arange(120.0)
    steady = 10 + np.sin(days)
    queues = {"unit": np.stack([days / 4, days / 4 + 1, days / 4]), "hospital": np.stack([steady] * 3)}
    (word,) = growing_queues(queues.items())
    assert word.startswith("unit: its queue was still growing at the end, from ")


def test_growth_that_could_be_chance_or_is_small_is_not_named() -> None:
    days = np.arange(120.0)
    by_chance = np.stack([days, -days + 120, days / 9, 40 - days / 9])
    small_growth = np.stack([days / 120] * 4)
    assert growing_queues([("one", by_chance), ("two", small_growth), ("short", np.ones((4, 10)))]) == []


def test_traits_on_which_no_way_depends_change_no_load_however_many_they_are() -> None:
    other = tuple(
        Trait(name=f"t{number}", level_names=("yes", "no"), shares=(((), (0.3, 0.7)),)) for number in range(11)
    )
    need = Trait(name="need", level_names=("high", "low"), shares=(((), (0.25, 0.75)),))
    to_unit = replace(visit("hospital", 6, Route(to="unit", share=1.0)), found=(("need", "high"),))
    home = replace(visit("hospital", 2, OUT), found=(("need", "low"),))
    world = with_journey(small(beds=10, unit=4), to_unit, home, visit("unit", 8, OUT))
    many = replace(world, people=(replace(world.people[0], traits=(*other, need)),))
    assert load_of(many, "unit") == pytest.approx(0.25 * 8 / 4)
    assert load_of(many, "hospital") == pytest.approx((0.25 * 6 + 0.75 * 2) / 10)


def test_the_shipped_baseline_is_small_enough_to_be_estimated() -> None:
    loads = estimated_loads(read_scenario(str(SCENARIOS / "baseline.yaml")))
    assert {load.service for load in loads if load.needed > 0} >= {
        "hospital",
        "pathway_1",
        "pathway_2",
        "home_care",
        "care_home_assessment",
    }


def test_a_queue_that_never_ends_is_warned_of_before_what_was_overridden() -> None:
    (grew,) = growing_queues([("hospital", np.tile(np.linspace(0, 60, 60), (5, 1)))])
    (must_grow,) = load_warnings(with_journey(small(beds=2), visit("hospital", 9.4, OUT)))
    assert gravest_first(["unit.stay_days was changed", must_grow, "unit: late", grew]) == (
        grew,
        must_grow,
        "unit.stay_days was changed",
        "unit: late",
    )


def test_a_scenario_to_which_nobody_comes_says_so() -> None:
    empty = small(beds=10)
    (group,) = empty.people
    (word,) = warnings_before_a_run(replace(empty, people=(replace(group, arrivals_per_day=0.0),)))
    assert word == "nobody comes, and nobody is there at the start: every figure is of empty places"
    # Whoever came before the measured days may be here still.
    in_april = tuple(float(month == 4) for month in range(1, 13))
    before = replace(
        empty,
        people=(replace(group, by_month=in_april),),
        calendar=replace(empty.calendar, warm_up_days=30, measured_days=10),
    )
    assert sum(arrivals_per_day(before, before.people[0])) == 0
    assert "nobody comes" not in " ".join(warnings_before_a_run(before))
    assert "nobody comes" not in " ".join(warnings_before_a_run(empty))
