"""Routes that a file changes for a service that opens later hold from its opening on; before, they are as below."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario, Visit
from tests.inputs.small_world import SMALL_WORLD, problems_of

pytestmark = pytest.mark.usefixtures("in_own_folder")

DAY = 86_400
THEN = "people.everyone.journey.hospital.then"
ANNEXE = f"""\
extends: s.yaml
change:
  {THEN}.unit.longest_wait_days: 2
  {THEN}.unit.otherwise: annexe
add:
  services.annexe: {{kind: other, beds: [{{from: 2026-04-06, beds: 0}}, {{from: 2026-04-20, beds: 3}}]}}
  {THEN}.annexe: {{share: 0%, longest_wait_days: 8, otherwise: home}}
  people.everyone.journey.annexe: {{stay_days: 5, then: {{out: 100%}}}}
"""


def read(text: str = ANNEXE, *sets: str, file: str = "annexe.yaml") -> Scenario:
    """A file that extends the small world."""
    Path("s.yaml").write_text(SMALL_WORLD, encoding="utf-8")
    Path(file).write_text(text, encoding="utf-8")
    return read_scenario(file, sets)


def hospital(scenario: Scenario) -> Visit:
    (group,) = scenario.people
    return group.journey[0]


def routes_below(*sets: str) -> Visit:
    Path("s.yaml").write_text(SMALL_WORLD, encoding="utf-8")
    return hospital(read_scenario("s.yaml", sets))


def test_until_the_opening_routes_are_as_in_the_file_below() -> None:
    found = hospital(read())
    assert found.then == routes_below().then
    ((since, routes),) = [(one.from_second, one.routes) for one in found.later]
    assert since == 14 * DAY
    assert [(route.to, route.otherwise) for route in routes] == [
        ("unit", "annexe"), ("home_care", None), ("home", None), ("annexe", "home"),
    ]  # fmt: skip


def test_it_is_said_and_the_values_are_those_of_the_opening() -> None:
    scenario = read()
    assert scenario.notices == (
        "annexe opens on 2026-04-20: what annexe.yaml says of `people.everyone.journey.hospital.then` holds for people "
        "admitted from then on; before, it is as in s.yaml",
    )
    assert {value.path: value.text for value in scenario.values}[f"{THEN}.unit.otherwise"] == "annexe"


def test_what_is_open_from_the_start_needs_no_dates() -> None:
    at_once = ANNEXE.replace("beds: [{from: 2026-04-06, beds: 0}, {from: 2026-04-20, beds: 3}]", "beds: 3")
    assert hospital(read(at_once)).later == ()
    assert read(at_once).notices == ()


def test_one_line_dates_a_unit_that_another_file_opens() -> None:
    read(ANNEXE.replace("[{from: 2026-04-06, beds: 0}, {from: 2026-04-20, beds: 3}]", "3"))
    later = "extends: annexe.yaml\nchange: {services.annexe.beds: [{from: 2026-04-06, beds: 0}, {from: 2026-04-20, beds: 3}]}\n"
    Path("later.yaml").write_text(later, encoding="utf-8")
    expected = hospital(read())
    assert expected.later
    assert hospital(read_scenario("later.yaml")) == expected
    read(ANNEXE.replace("[{from: 2026-04-06, beds: 0}, {from: 2026-04-20, beds: 3}]", "3"))
    beds = "services.annexe.beds=[{from: 2026-04-06, beds: 0}, {from: 2026-04-20, beds: 3}]"
    assert hospital(read_scenario("annexe.yaml", [beds])) == expected


def test_other_changes_above_hold_on_either_side_of_the_opening() -> None:
    sets = (f"{THEN}.home_care.share=20%", f"{THEN}.home.share=40%")
    found = hospital(read(ANNEXE, *sets))
    assert found.then == routes_below(*sets).then
    assert [route.share for route in found.later[0].routes] == [0.4, 0.2, 0.4, 0.0]


def test_changes_above_of_the_routes_that_lead_there_hold_from_the_opening_on() -> None:
    found = hospital(read(ANNEXE, f"{THEN}.annexe.share=10%", f"{THEN}.unit.share=30%"))
    assert found.then == routes_below().then
    assert [route.share for route in found.later[0].routes] == [0.3, 0.1, 0.5, 0.1]


def test_two_openings_make_three_sets_of_routes() -> None:
    read()
    second = f"""\
extends: annexe.yaml
change: {{{THEN}.home_care.share: 0%}}
add:
  services.lodge: {{kind: other, beds: [{{from: 2026-04-06, beds: 0}}, {{from: 2026-04-25, beds: 3}}]}}
  {THEN}.lodge: 10%
  people.everyone.journey.lodge: {{stay_days: 5, then: {{out: 100%}}}}
"""
    Path("lodge.yaml").write_text(second, encoding="utf-8")
    scenario = read_scenario("lodge.yaml")
    found = hospital(scenario)
    assert found.then == routes_below().then
    assert [one.from_second for one in found.later] == [14 * DAY, 19 * DAY]
    assert found.later[0].routes == hospital(read()).later[0].routes
    assert [route.to for route in found.later[1].routes][-1] == "lodge"
    assert len(scenario.notices) == 2


def test_routes_that_are_dated_already_stay_as_they_are_written() -> None:
    dates = "[{from: 2026-04-06, routes: {home: 100%}}, {from: 2026-04-22, routes: {annexe: 100%}}]"
    text = f"""\
extends: s.yaml
change: {{{THEN}: {dates}}}
add:
  services.annexe: {{kind: other, beds: [{{from: 2026-04-06, beds: 0}}, {{from: 2026-04-20, beds: 3}}]}}
  people.everyone.journey.annexe: {{stay_days: 5, then: {{out: 100%}}}}
"""
    found = hospital(read(text))
    assert [one.from_second for one in found.dated] == [0, 16 * DAY]


def test_a_list_that_was_dated_below_is_changed_by_its_number() -> None:
    Path("base.yaml").write_text(
        SMALL_WORLD.replace(
            "then: {out: 100%}}\n      home_care",
            "then: [{from: 2026-04-06, routes: {out: 100%, home: 0%}}, {from: 2026-04-20, routes: {out: 100%}}]}\n      home_care",
        ),
        encoding="utf-8",
    )
    unit = "people.everyone.journey.unit.then.1.routes"
    Path("more.yaml").write_text(
        f"extends: base.yaml\nchange: {{{unit}.out.share: 90%, {unit}.home.share: 10%}}\n"
        "add: {people.everyone.journey.unit.then.2.routes.home: {share: 0%, priority: 2}}\n",
        encoding="utf-8",
    )
    visit = read_scenario("more.yaml", ["people.everyone.journey.unit.then.2.from=2026-04-22"]).people[0].journey[1]
    assert [(one.from_second, [route.share for route in one.routes]) for one in visit.dated] == [
        (0, [0.9, 0.1]), (16 * DAY, [1.0, 0.0]),
    ]  # fmt: skip
    assert [route.path for route in visit.routes] == [
        "then.1.routes.out", "then.1.routes.home", "then.2.routes.out", "then.2.routes.home",
    ]  # fmt: skip


def test_shares_that_no_longer_add_up_before_the_opening_are_refused() -> None:
    second = f"extends: annexe.yaml\nchange: {{{THEN}.home_care.share: 0%}}\n"
    third = f"extends: second.yaml\nchange: {{{THEN}.annexe.share: 10%}}\n"
    read()
    Path("second.yaml").write_text(second, encoding="utf-8")
    Path("third.yaml").write_text(third, encoding="utf-8")
    assert problems_of("third.yaml") == [
        "s.yaml:22:9: `people.everyone.journey.hospital.then` adds up to 90%, not 100%, before 2026-04-20, when the routes "
        "are as in the file below; change shares there that are in both, or write `then` with dates"
    ]


def test_routes_of_the_time_between_are_weighed_by_their_days() -> None:
    dated = hospital(read(ANNEXE, f"{THEN}.annexe.share=10%", f"{THEN}.unit.share=30%"))
    weighed = dated.routes_between(10 * DAY, 30 * DAY)  # 4 days of one and 16 of the other
    shares: dict[str, float] = {}
    for route in weighed:
        shares[route.to] = shares.get(route.to, 0) + route.share
    assert shares == pytest.approx({"unit": 0.4 * 0.2 + 0.3 * 0.8, "home_care": 0.1, "home": 0.5, "annexe": 0.08})
    assert dated.routes_between(0, 14 * DAY) == tuple(replace(route, share=route.share * 1.0) for route in dated.then)
