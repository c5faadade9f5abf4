"""What opens and is not used is said with the answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.inputs.scenario import FreedBeds, Places, Scenario
from sim.results.comparison.compare import Estimate
from sim.results.comparison.findings import Findings
from sim.results.comparison.ranking import ranking_answer
from sim.results.words.headline import description, how_used, who_comes
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, small, with_places
from tests.inputs.small_world import read_text

BASE = small(replications=2)


def findings_of(*scenarios: Scenario, compared: bool = True) -> Findings:
    pieces = run_all(Shared(scenarios), 1)
    return gathered(scenarios, beside(scenarios, pieces) if compared else pieces, compared=compared)


@pytest.fixture(scope="module")
def findings() -> Findings:
    return findings_of(BASE, bigger(BASE, unit=40))


def with_rows(findings: Findings, **means: float) -> Findings:
    """The same with other averages of the unit in the scenario."""

    def changed(row: Estimate) -> Estimate:
        is_here = (row.scenario, row.service) == ("more", "unit") and row.measure in means
        return row._replace(mean=means[row.measure]) if is_here else row

    return replace(findings, estimates=[changed(row) for row in findings.estimates])


def test_a_unit_that_stands_empty_is_told_with_what_a_used_night_costs(findings: Findings) -> None:
    found = with_rows(findings, occupancy=0.2, midnight_census_p95=11.4, cost_per_used_night_gbp=935)
    assert how_used(found, found.scenarios[1]) == (
        "Unit is mostly empty: of 40 beds, 8.0 are in use on average, and on 95 nights of 100 never more than 12. "
        "A used night in unit costs £935, more than one in hospital (£562)."
    )


def test_who_waits_beside_free_places_is_said_to_be_arranged_for(findings: Findings) -> None:
    waiting = {"occupancy": 0.2, "midnight_census_p95": 11.4, "queue_mean": 1.7, "cost_per_used_night_gbp": 312}
    sentence = "It is full on no night: people wait for unit until their move is arranged, or for the hours at which it admits."
    for days_full, is_said in ((0.0, True), (0.01, False)):
        found = with_rows(findings, days_full=days_full, **waiting)
        assert (sentence in how_used(found, found.scenarios[1])) == is_said


ONE_BAY_IS_FULL = """
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 60}
services:
  hospital: {kind: acute, beds: 10}
  unit: {kind: reablement_unit, bays: [{beds: 3, only_for: {sex: female}}, {beds: 1, only_for: {sex: male}}]}
people:
  men:
    arrives_at: hospital
    arrivals: [{day: 0, count: 4}]
    traits: {sex: {female: 0%, male: 100%}}
    journey:
      hospital: {stay_days: 1, then: {unit: 100%}}
      unit: {stay_days: 10, then: {home: 100%}}
"""


def test_where_a_bay_is_full_nobody_is_said_to_wait_for_hours_or_arranging(tmp_path: Path) -> None:
    """All 60 delayed bed days (10, 20 and 30) are for want of a bed for men, though three beds are always free."""
    scenario = read_text(ONE_BAY_IS_FULL, str(tmp_path / "bays.yaml"))
    found = findings_of(scenario, compared=False)
    for_a_place = [one.mean for one in found.estimates if (one.measure, one.item) == ("delayed_bed_days", "place")]
    assert for_a_place[0] == 60
    said = description(found, scenario)
    assert "Unit is mostly empty" in said
    assert "full on no night" not in said


def test_the_figures_are_those_of_the_run(findings: Findings) -> None:
    said, more = how_used(findings, findings.scenarios[1]), findings.scenarios[1]
    occupancy = findings.estimate("more", "unit", "occupancy")
    used = findings.estimate("more", "unit", "cost_per_used_night_gbp")
    assert occupancy and used
    assert f"of 40 beds, {40 * occupancy.mean:.1f} are in use" in said
    assert f"costs £{used.mean:,.0f}" in said
    assert ranking_answer([], findings, more).endswith(said)


def test_beds_that_are_hardly_ever_used_are_told_though_most_are_used(findings: Findings) -> None:
    found = with_rows(findings, occupancy=0.6, midnight_census_p95=32, cost_per_used_night_gbp=312)
    assert how_used(found, found.scenarios[1]) == (
        "Unit has beds that are hardly ever used: of 40 beds, 24.0 are in use on average, and on 95 nights of 100 never more "
        "than 32."
    )
    assert how_used(with_rows(found, midnight_census_p95=32.1), found.scenarios[1]) == ""


def test_what_is_full_on_some_nights_is_not_called_mostly_empty(findings: Findings) -> None:
    found = with_rows(findings, occupancy=0.48, midnight_census_p95=40, cost_per_used_night_gbp=312)
    assert how_used(found, found.scenarios[1]) == (
        "Unit is used less than half of the time: of 40 beds, 19.2 are in use on average."
    )


def test_what_did_not_change_is_no_news() -> None:
    roomy = small(unit=40, replications=2)
    found = findings_of(roomy, replace(roomy, id="same", name="Same"))
    assert how_used(found, found.scenarios[1]) == ""
    alone = findings_of(roomy, compared=False)
    assert "Unit is mostly empty" in description(alone, roomy)


def test_places_that_change_within_the_measured_days_are_told_as_a_share() -> None:
    opens = with_places(bigger(BASE, unit=40), "unit", (0, 4), (60, 40))
    found = findings_of(BASE, opens)
    occupancy = found.estimate("more", "unit", "occupancy")
    assert occupancy is not None and occupancy.mean < 0.5
    assert f"Unit is mostly empty: {100 * occupancy.mean:.1f}% of it is used." in how_used(found, opens)


def test_who_comes_to_a_new_unit_from_which_list_and_what_each_night_costs_beside_hospital(findings: Findings) -> None:
    base, more = findings.scenarios
    without = replace(base, services=tuple(one for one in base.services if one.name != "unit"))
    averaged = replace(more, costs=replace(more.costs, freed_beds=(FreedBeds(service="hospital", average_gbp=562.0),)))
    weeks = base.calendar.measured_days / 7
    of_unit = {
        ("unit", "admissions", ""): 10.6 * weeks,
        ("unit", "admissions", "waited_on"): 6.4 * weeks,
        ("unit", "cost_per_open_night_gbp", ""): 187.0,
        ("unit", "cost_per_used_night_gbp", ""): 281.0,
        ("hospital", "released_bed_days", ""): 5.3 * weeks,
    }
    rows = [
        Estimate("more", service, measure, by, "pathway_2" if by else "", "", mean, 0.0, mean, mean, 2)
        for (service, measure, by), mean in of_unit.items()
    ]
    said = who_comes(replace(findings, scenarios=(without, averaged), estimates=rows), averaged)
    assert said == (
        "Unit admits 10.6 people a week (6.4 from pathway 2). Each admission releases 0.5 hospital bed days, counting everybody who moves up in a queue. "
        "Beside the £562 of an average night in hospital, its open night costs £187 (0.33 times), its used night £281 (0.50 times)."
    )
    full = [row._replace(mean=0.0) if row.measure == "released_bed_days" else row for row in rows]
    assert "Each admission releases" not in who_comes(
        replace(findings, scenarios=(without, averaged), estimates=full), averaged
    )
    fewer = with_places(averaged, "hospital", (0, 2))
    assert "Each admission releases" not in who_comes(
        replace(findings, scenarios=(without, fewer), estimates=rows), fewer
    )


def _without_limit(world: Scenario) -> Scenario:
    services = (
        replace(one, capacity=(Places(from_second=0, places=None),)) if one.name == "hospital" else one
        for one in world.services
    )
    return replace(world, services=tuple(services))


def test_a_hospital_with_beds_for_everybody_is_still_what_it_is_about() -> None:
    """People wait there for the unit; the unit, which has a limit, delays nobody."""
    endless = _without_limit(small(replications=2))
    assert endless.service("hospital").is_unlimited
    found = findings_of(endless, bigger(endless, unit=40))
    assert found.main_service.name == "hospital"
    assert "people are in hospital at midnight" in description(found, found.scenarios[1])
