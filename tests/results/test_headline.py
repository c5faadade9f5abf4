"""The headline table: a new service stands in it with its own occupancy and queue, and the hospital with its occupancy."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.inputs.distributions import exponential, fixed
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Route, Scenario, Visit
from sim.results.comparison.findings import Findings
from sim.results.words.headline import HeadlineRow, answer, headline, headline_rows
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, service, small

CALLS = """
name: Calls
calendar: {start: 2025-10-06, warm_up_days: 0, measured_days: 40}
replications: 4
services:
  hospital: {kind: acute, beds: 20}
  ambulance: {kind: other, places: unlimited}
people:
  callers:
    arrives_at: ambulance
    arrivals_per_day: 5
    prevented_share: 0%
    journey:
      ambulance: {stay_days: 0.1, then: {hospital: 20%, out: 80%}}
      hospital: {stay_days: 3, then: {out: 100%}}
"""
FEWER = """
name: Fewer
extends: calls.yaml
change: {people.callers.prevented_share: 50%}
"""


def with_annexe(base: Scenario, beds: int = 3) -> Scenario:
    """People who wait two days for the unit are offered an annexe, as the last service of five."""
    (people,) = base.people
    hospital, unit = people.journey
    to_unit, home = hospital.then
    annexe = Route(to="annexe", share=0.0, longest_wait=fixed(9.0), otherwise="home")
    hospital = replace(hospital, then=(replace(to_unit, longest_wait=fixed(2.0), otherwise="annexe"), home, annexe))
    journey = (hospital, unit, Visit(service="annexe", stay=exponential(8.0), then=(Route(to="out", share=1.0),)))
    *services, at_home = base.services
    spare = [service(f"spare_{number}", "community_beds", 2) for number in range(3)]
    return replace(
        base,
        id="annexe",
        name="Annexe",
        services=(*services, *spare, service("annexe", "reablement_unit", beds), at_home),
        people=(replace(people, journey=journey),),
    )


def compared(*scenarios: Scenario) -> Findings:
    return gathered(scenarios, beside(scenarios, run_all(Shared(scenarios), 1)), compared=len(scenarios) > 1)


@pytest.fixture(scope="module")
def pair() -> Findings:
    base = small(replications=2, unit=2)
    return compared(base, with_annexe(base))


def lines(findings: Findings) -> dict[str, HeadlineRow]:
    return {line.label: line for line in headline(findings, findings.scenarios[-1])}


def test_a_new_service_has_its_occupancy_and_its_queue_beside_those_it_relieves(pair: Findings) -> None:
    found = lines(pair)
    assert (found["occupancy of annexe"].before, found["occupancy of annexe"].verdict) == ("-", "new")
    assert found["occupancy of annexe"].after.endswith("%")
    queue = found["people waiting for annexe"]
    assert queue.before == "-" and float(queue.after) > 0
    assert queue.verdict == "new"  # a queue where there was no service is no worsening
    assert (queue.difference, queue.interval) == (
        "",
        "",
    )  # as its occupancy: there is nothing that they could differ from
    assert "people waiting for unit" in found


def test_nobody_waiting_for_a_new_service_is_said() -> None:
    base = small(replications=2, unit=2)
    found = lines(compared(base, with_annexe(base, beds=60)))
    assert found["people waiting for annexe"].after == "0.0"


def test_the_workbook_has_the_same_rows_as_the_table(pair: Findings) -> None:
    rows = {str(row[0]): row for row in headline_rows(pair, pair.scenarios[1])}
    assert list(rows) == list(lines(pair))
    for row in (rows["occupancy of annexe"], rows["people waiting for annexe"]):
        assert row[2] is None and row[4:7] == (None, None, None) and row[-1] == "new"


def test_delay_that_a_scenario_ends_is_0_there_and_not_missing() -> None:
    base = small(replications=2, unit=1, warm_up=0)
    found = compared(base, bigger(base, unit=60))
    for_a_place = [line for line in headline(found, found.scenarios[1]) if line.label.endswith("no place free")]
    assert [(line.after, line.difference) for line in for_a_place] == [("0.0", f"-{for_a_place[0].before}")]
    rows = [row for row in headline_rows(found, found.scenarios[1]) if str(row[0]).endswith("no place free")]
    assert [row[3] for row in rows] == [0.0]


def test_a_scenario_alone_shows_every_limited_service_and_the_occupancy_of_the_hospital() -> None:
    found = lines(compared(with_annexe(small(replications=2, unit=2))))
    for name in ("hospital", "unit", "spare 0", "spare 1", "spare 2", "annexe"):
        assert found[f"occupancy of {name}"].after.endswith("%")
    assert "people waiting for annexe" in found


def test_hospital_occupancy_stands_in_a_comparison(pair: Findings) -> None:
    assert lines(pair)["occupancy of hospital"].difference.endswith("points")


def test_people_who_no_longer_come_to_another_front_door_stand_first(tmp_path: Path) -> None:
    (tmp_path / "calls.yaml").write_text(CALLS, encoding="utf-8")
    (tmp_path / "fewer.yaml").write_text(FEWER, encoding="utf-8")
    base, fewer = (read_scenario(str(tmp_path / file)) for file in ("calls.yaml", "fewer.yaml"))
    found = compared(base, fewer)
    line = headline(found, fewer)[0]
    assert line.label == "people who came from outside to ambulance in the 40 days measured"
    assert float(line.after) < float(line.before) and line.verdict == "lower"
    said = answer(found, fewer)
    assert said.startswith("With Fewer, ") and " fewer arrivals in the 40 days measured at ambulance (" in said
    assert said.index("arrivals") < said.index("hospital")


def test_where_as_many_come_as_before_nothing_is_said_of_it(pair: Findings) -> None:
    assert not any("came from outside" in label for label in lines(pair))
    assert "arrivals" not in answer(pair, pair.scenarios[1])
