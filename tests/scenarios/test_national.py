"""The national example: made from its tables, it is the baseline's people in hospitals that share what their county has."""

import importlib.util
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim.inputs.files import LARGEST_FILE
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import ALL_HOSPITALS, Group, Scenario
from sim.model.records import Ledger
from sim.results.invariants.checks import check
from sim.results.measures import root_causes
from sim.results.measures.all import measure
from sim.results.measures.delay_episodes import pieces, segments
from sim.results.window import Window
from tests.engines import replications
from tests.scenarios.runs import SCENARIOS

FOLDER = SCENARIOS / "national"
TWO_COUNTIES = ("greywold", "harrowmoor")  # with five hospitals


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make", FOLDER / "make.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(maker: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of the counties, as somebody with tables of their own would make them."""
    found = tmp_path_factory.mktemp("national")
    for name in ("hospitals", "counties"):
        head, *rows = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        mine = [row for row in rows if any(county in row.split(",")[:2] for county in TWO_COUNTIES)]
        (found / f"{name}.csv").write_text("\n".join((head, *mine)) + "\n", encoding="utf-8")
    assert maker.main([str(found)]) == 0
    return found


@pytest.fixture(scope="module")
def two_counties(folder: Path) -> Scenario:
    return read_scenario(str(folder / "national.yaml"))


def hospitals(scenario: Scenario) -> list[str]:
    return [service.name for service in scenario.services if service.kind == "acute"]


def shares_of(group: Group, trait: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for levels, share in zip(group.profiles, group.shares_of_profiles, strict=True):
        found[dict(levels)[trait]] += share  # type: ignore[assignment]
    return found


def test_the_tables_name_forty_hospitals_and_the_county_of_each(maker: ModuleType) -> None:
    counties = maker.tables()
    assert len(counties) == 12
    assert sum(len(county.hospitals) for county in counties) == 40
    names = [row["hospital"] for county in counties for row in county.hospitals]
    assert len(set(names)) == 40


@pytest.mark.slow
def test_a_country_of_forty_hospitals_can_be_read(maker: ModuleType, tmp_path: Path) -> None:
    assert maker.main([str(tmp_path)]) == 0
    file = tmp_path / "national.yaml"
    assert file.stat().st_size < LARGEST_FILE / 2
    found = read_scenario(str(file))
    assert len(hospitals(found)) == 40 and len(found.people) == 12
    assert sum(group.arrivals_per_day or 0 for group in found.people) == pytest.approx(958.4)


def test_the_name_counts_the_hospitals_of_the_tables(two_counties: Scenario) -> None:
    assert two_counties.name == "5 hospitals in 2 counties, an invented country"


def test_needs_are_those_of_the_baseline_on_average(two_counties: Scenario) -> None:
    (older,) = read_scenario(str(SCENARIOS / "baseline.yaml")).people
    expected, found = shares_of(older, "need"), shares_of(two_counties.people[0], "need")
    assert found == pytest.approx(expected, abs=1e-6)
    lasting = shares_of(two_counties.people[1], "lasting")
    assert lasting == pytest.approx(shares_of(older, "lasting"), abs=1e-5)


def test_people_come_and_come_back_to_the_hospitals_of_their_county_by_size(two_counties: Scenario) -> None:
    for group in two_counties.people:
        comes = dict(group.arrives_at)
        assert all(name.startswith(group.name) for name in comes)
        ways = [route for visit in group.journey if visit.service == "home" for route in visit.routes]
        back = {route.to: route.share for route in ways if route.to in comes}
        assert back == pytest.approx(comes, abs=1e-6)
        mine = {visit.service for visit in group.journey}
        others = [other.name for other in two_counties.people if other is not group]
        assert not [name for name in mine if name.endswith(tuple(others)) or name.startswith(tuple(others))]


@pytest.mark.parametrize("weights", [(1, 1, 1), (24, 34.1, 27.3), (1, 999_999_999)])
def test_parts_add_up_to_the_whole(maker: ModuleType, weights: tuple[float, ...]) -> None:
    parts = maker.parts_of(Fraction(93, 100), [Fraction(str(weight)) for weight in weights])
    assert sum(parts) == Fraction(93, 100)
    assert [float(part) for part in parts] == pytest.approx([0.93 * w / sum(weights) for w in weights], abs=1e-6)


def test_a_unit_in_every_county_is_for_all_its_hospitals(folder: Path, two_counties: Scenario) -> None:
    found = read_scenario(str(folder / "unit_in_every_county.yaml"))
    new = {service.name for service in found.services} - {service.name for service in two_counties.services}
    assert new == {f"cedarwood_{county}" for county in TWO_COUNTIES}
    for county in TWO_COUNTIES:
        assert found.members(f"pathway_2_{county}") == (f"community_beds_{county}", f"cedarwood_{county}")


@pytest.mark.slow
def test_both_engines_agree_and_what_is_shared_adds_up(two_counties: Scenario) -> None:
    """Five hospitals for 80 days: the hospitals come to their total, and users to what the county's services admitted."""
    calendar = replace(two_counties.calendar, warm_up_days=40, measured_days=40)
    scenario = replace(two_counties, calendar=calendar, replications=1)
    (ledger,) = replications(scenario, 1)  # cross-checked
    check(scenario, ledger)
    rows = measure(scenario, ledger)
    values = {row[:4]: row.value for row in rows}
    for name in ("delayed_bed_days", "occupied_bed_days", "admissions", "midnight_delayed_mean"):
        each = [values[hospital, name, "", ""] for hospital in hospitals(scenario)]
        assert len(each) == 5 and sum(each) == pytest.approx(values[ALL_HOSPITALS, name, "", ""])
    for county in TWO_COUNTIES:
        shared = f"home_reablement_{county}"
        users = {row.item: row.value for row in rows if row[:3] == (shared, "admissions", "came_from")}
        assert sum(users.values()) == values[shared, "admissions", "", ""]
        assert len([name for name in users if name in hospitals(scenario)]) > 1
        assert not [name for name in users if name.startswith(tuple(set(TWO_COUNTIES) - {county}))]
    assert _causes(scenario, ledger) == _causes(scenario, ledger, together=True)


def _causes(scenario: Scenario, ledger: Ledger, *, together: bool = False) -> list[list[int]]:
    """Seconds of delay by service and cause, county by county, or all places looked at as one."""
    window = Window(scenario, ledger)
    found, items = pieces(window, segments(window)), len(scenario.teams) + len(ledger.step_names) + 1
    table = np.zeros((window.home, items + len(window.names)), dtype=np.int64)
    apart = root_causes._apart(window, found)
    assert len(apart) >= len(TWO_COUNTIES)
    places = root_causes._Places(window, found)
    for rows in [np.concatenate(apart)] if together else apart:
        root_causes._add_places_of(window, root_causes._State(places, found, rows), table)
    return list(table.tolist())
