"""Dated places and what is said of them before a run."""

from dataclasses import replace

from sim.diagnostics.warnings import date_warnings, warnings_before_a_run
from sim.inputs.scenario import SECONDS_PER_DAY, Places, Scenario, Team
from tests.hall.worlds import small

WARM_UP, MEASURED = 30, 60


def dated(*places: tuple[int, int]) -> tuple[Places, ...]:
    return tuple(Places(from_second=day * SECONDS_PER_DAY, places=number) for day, number in places)


def with_unit(*places: tuple[int, int]) -> Scenario:
    """The small world, from 1 January 2026 or whenever it starts, with these places in its unit."""
    world = small(days=MEASURED, warm_up=WARM_UP)
    opens = next((day for day, number in places if number), 0) * SECONDS_PER_DAY
    services = [
        replace(one, capacity=dated(*places), opens_second=opens) if one.name == "unit" else one
        for one in world.services
    ]
    return replace(world, services=tuple(services))


def test_a_unit_that_opens_in_the_window_says_how_much_of_it_is_left() -> None:
    (said,) = date_warnings(with_unit((0, 0), (70, 4)))
    assert "unit: it opens on " in said
    assert "with 20 of the 60 measured days to go" in said
    assert "nobody is sent there before" in said


def test_who_is_sent_to_what_opens_again_waits() -> None:
    world = with_unit((0, 0), (70, 4))
    services = tuple(replace(one, opens_second=0) for one in world.services)
    (said,) = date_warnings(replace(world, services=services))
    assert "people who are sent there wait, at most for their longest wait, until then" in said


def test_people_who_come_from_outside_before_it_opens_wait_for_it() -> None:
    world = with_unit((0, 0), (70, 4))
    (group,) = world.people
    (said,) = date_warnings(replace(world, people=(replace(group, arrives_at=(("unit", 1.0),)),)))
    assert "people who come to it from outside wait there until then" in said


def test_a_unit_that_closes_in_the_window_says_how_much_of_it_is_over() -> None:
    (said,) = date_warnings(with_unit((0, 4), (40, 0)))
    assert "unit: it closes on " in said and "after 10 of the 60 measured days" in said


def test_places_that_come_after_the_run_are_no_places() -> None:
    (said,) = date_warnings(with_unit((0, 4), (90, 8), (120, 9)))
    assert said.endswith("they change nothing")
    world = with_unit((0, 0), (90, 8))
    (never,) = date_warnings(world)
    assert never.endswith("they change nothing")
    (group,) = world.people
    (outside,) = date_warnings(replace(world, people=(replace(group, arrives_at=(("unit", 1.0),)),)))
    assert outside.endswith("they change nothing, but people who come to it from outside wait there all along")


def test_what_opened_in_the_warm_up_or_only_grows_needs_no_word() -> None:
    assert date_warnings(with_unit((0, 0), (30, 4))) == []
    assert date_warnings(with_unit((0, 4), (70, 8))) == []


def test_where_nobody_is_sent_may_open_when_it_likes() -> None:
    world = with_unit((0, 0), (70, 4))
    (group,) = world.people
    hospital, unit = group.journey
    home_only = replace(hospital, then=(replace(hospital.then[1], share=1.0),))
    assert date_warnings(replace(world, people=(replace(group, journey=(home_only, unit)),))) == []


def test_a_team_has_dates_too_and_they_are_said_with_the_loads() -> None:
    world = replace(
        small(days=MEASURED, warm_up=WARM_UP), teams=(Team(name="hub_team", capacity=dated((0, 2), (200, 3))),)
    )
    assert any("team hub_team: its places from" in said for said in warnings_before_a_run(world))
