"""Demand over years: a table beside the scenario, what it may hold, and what it does to the expected arrivals of a day."""

from datetime import date
from pathlib import Path

import pytest

from sim.inputs.calendar import arrival_rates, arrivals_expected
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Calendar, Group
from tests.inputs.small_world import SMALL_WORLD, problems_of, small_world

pytestmark = pytest.mark.usefixtures("in_own_folder")

RATE = "    arrivals_per_day: 2.5\n"
TABLE = "year,group,multiplier\n2026,everyone,1\n2027,everyone,1.02\n2026,others,3\n"


def with_table(table: str) -> None:
    Path("growth.csv").write_text(table, encoding="utf-8")
    world = SMALL_WORLD.replace(RATE, f"{RATE}    arrivals_by_year: {{file: growth.csv}}\n")
    Path("s.yaml").write_text(world.replace("measured_days: 20", "measured_days: 300"), encoding="utf-8")


def test_a_table_gives_each_group_its_years() -> None:
    with_table(TABLE)
    scenario = read_scenario("s.yaml")
    assert scenario.people[0].by_year == ((2026, 1.0), (2027, 1.02))
    assert [name for name, _ in scenario.files] == ["s.yaml", "growth.csv"]
    assert scenario.notices == ()


@pytest.mark.parametrize(
    ("table", "answer"),
    [
        ("2026,everyone,1\n", ["growth.csv:1:1: the column `year` is missing"]),
        ("year,group,multiplier\n", ["growth.csv:1:1: holds nothing below its heading"]),
        (
            TABLE.replace("everyone", "everyon"),
            [
                "s.yaml:19:30: `people.everyone.arrivals_by_year` finds no row of `everyone` in growth.csv; did you mean `everyon`?"
            ],
        ),
        (TABLE.replace("1.02", "-1"), ["growth.csv:3:1: `multiplier` is -1; it cannot be below 0"]),
        (
            TABLE.replace("2027,", "2026,"),
            ["growth.csv:3:1: `year` `2026` is there twice for this group; keep one"],
        ),
        (TABLE.replace("2027,", "2026-27,"), ["growth.csv:3:1: `year` `2026-27` is no calendar year such as 2027"]),
        (
            TABLE.replace("2027,everyone,1.02\n", ""),
            [
                "s.yaml:19:23: `people.everyone.arrivals_by_year` has no multiplier for 2027; the run reaches from 2026-04-06 to 2027-02-09"
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_its_line(table: str, answer: list[str]) -> None:
    with_table(table)
    assert problems_of("s.yaml")[: len(answer)] == answer


def test_years_beyond_the_run_change_nothing_and_are_said() -> None:
    years = "    arrivals_by_year: {2025: 9, 2026: 1, 2027: 9, 2028: 9}\n"
    scenario = small_world(RATE, RATE + years)
    assert scenario.notices == (
        "arrivals_by_year of everyone goes beyond the run, and 2025, 2027 and 2028 change nothing: the run is from 2026-04-06 to 2026-05-05",
    )
    assert arrival_rates(scenario.calendar, scenario.people[0]) == [2.5] * 30


def test_so_many_people_in_so_many_years_are_too_many() -> None:
    world = SMALL_WORLD.replace(RATE, "    arrivals_per_day: 100,000\n    arrivals_by_year: {2026: 10}\n")
    Path("s.yaml").write_text(world, encoding="utf-8")
    (problem,) = problems_of("s.yaml")
    assert "brings about 30,000,000 people in 30 days" in problem


def test_a_day_has_the_multiplier_of_its_year_beside_those_of_weekday_month_and_hour() -> None:
    """By hand. 30 December 2027 is a Thursday: 2 a day. Fridays 1.5 times, January 1.2 times, 2028 twice as many."""
    calendar = Calendar(start=date(2027, 12, 30), warm_up_days=1, measured_days=2, follow_up_days=1)
    fridays = (1.0, 1.0, 1.0, 1.0, 1.5, 1.0, 0.5)
    january = (1.2, 0.8, *[1.0] * 10)
    hours = (2.0, 0.0) * 12
    group = Group(
        name="p",
        arrives_at=(("ward", 1.0),),
        arrivals_per_day=2.0,
        by_weekday=fridays,
        by_month=january,
        by_hour=hours,
        by_year=((2027, 1.0), (2028, 2.0)),
    )
    thursday, friday, saturday, sunday = arrival_rates(calendar, group)
    assert (thursday, friday) == (2.0, 3.0)
    assert (saturday, sunday) == (pytest.approx(2 * 1.2 * 2), pytest.approx(2 * 0.5 * 1.2 * 2))
    by_hour, seconds = arrivals_expected(calendar, group)
    assert (seconds, len(by_hour)) == (3_600, 96)
    assert by_hour[:2] == [2.0 * 2 / 24, 0.0]
    assert sum(by_hour[48:72]) == pytest.approx(saturday)
