"""Cedarwood at scale: three pioneer areas with four hospitals, made from the baseline, and what they share."""

import runpy

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Group
from tests.scenarios.people import left_hospital
from tests.scenarios.runs import SCENARIOS, figure, rows

AREAS, SCALE, ALL = "pioneers/three_areas.yaml", "cedarwood_at_scale.yaml", "pioneers/shared_by_all.yaml"
HOSPITALS = ("hospital", "hospital_south", "hospital_coast", "hospital_north")
UNITS = ("cedarwood", "cedarwood_shared")


def beds(number: int) -> list[str]:
    return [f"services.{unit}.beds={number}" for unit in UNITS]


def test_the_files_are_fresh() -> None:
    made = runpy.run_path(str(SCENARIOS / "pioneers" / "make.py"))["texts"]()
    stale = [file.name for file, text in made.items() if file.read_text(encoding="utf-8") != text]
    assert not stale, "refresh them: python3 scenarios/pioneers/make.py"


def test_people_of_all_areas_are_the_baselines() -> None:
    scenario = read_scenario(str(SCENARIOS / AREAS))
    older, *others = scenario.people
    for group in others:
        assert group.profiles == older.profiles
        for hospital in (name for name, _ in group.arrives_at):
            assert stays(group, hospital) == stays(older, "hospital")


def stays(group: Group, hospital: str) -> dict[tuple[object, ...], object]:
    """What people of a group who come to one hospital need there and in each service after it, by levels."""
    names = {hospital: "hospital"} | {f"{one}_{group.name}": one for one in ("home_reablement", "community_beds")}
    return {
        (names.get(visit.service, visit.service), visit.found, visit.after): visit.stay
        for visit in group.journey
        if visit.service == hospital or not visit.service.startswith("hospital")
    }


@pytest.mark.slow
def test_beds_and_people_are_told_by_hospital_and_add_up() -> None:
    for file in (AREAS, SCALE):
        for measure in ("delayed_people_mean", "admissions", "midnight_census_mean"):
            parts = sum(figure(file, one, measure) for one in HOSPITALS)
            assert parts == pytest.approx(figure(file, "all_hospitals", measure))


@pytest.mark.slow
def test_every_hospital_has_fewer_delayed_people_with_units() -> None:
    for one in HOSPITALS:
        assert figure(SCALE, one, "delayed_people_mean") < figure(AREAS, one, "delayed_people_mean")


@pytest.mark.slow
def test_a_shared_unit_is_for_the_areas_that_share_it() -> None:
    used = {key[3]: value for key, value in rows(SCALE).items() if key[:3] == (UNITS[1], "admissions", "came_from")}
    assert set(used) == set(HOSPITALS[1:])
    assert sum(used.values()) == pytest.approx(figure(SCALE, UNITS[1], "admissions"))
    shared = {key[3] for key in rows(ALL) if key[:3] == (UNITS[0], "admissions", "came_from")}
    assert {"hospital", "hospital_south"} <= shared


def test_each_unit_costs_what_its_beds_cost_half_and_half() -> None:
    for unit in UNITS:
        assert figure(SCALE, unit, "cost_cash_gbp") == pytest.approx(29 * 120 * 187)
        halves = [figure(SCALE, unit, "cost_cash_gbp", "payer", payer) for payer in ("nhs", "council")]
        assert halves == [pytest.approx(29 * 120 * 187 / 2)] * 2


@pytest.mark.slow
@pytest.mark.parametrize("file", [SCALE, ALL])
def test_without_beds_everybody_leaves_hospital_as_before(file: str) -> None:
    assert left_hospital(file, *beds(0)) == left_hospital(AREAS)


@pytest.mark.slow
def test_with_enough_beds_more_change_nothing() -> None:
    assert left_hospital(SCALE, *beds(500)) == left_hospital(SCALE, *beds(900)) != left_hospital(SCALE)
