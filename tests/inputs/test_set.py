"""`--set` speaks last: it may change what a scenario's own file changed or added."""

from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def test_set_reaches_what_the_file_itself_added() -> None:
    scenario = read_scenario(SCENARIOS / "cedarwood.yaml", sets=["services.cedarwood.beds=20"])
    assert scenario.service("cedarwood").capacity[0].places == 20


def test_set_reaches_what_the_file_itself_changed() -> None:
    path = "people.older_people.journey.hospital.then.community_beds.longest_wait_days"
    scenario = read_scenario(SCENARIOS / "cedarwood.yaml", sets=[f"{path}=4"])
    hospital = scenario.people[0].visits("hospital")[0]
    route = next(route for route in hospital.then if route.to == "community_beds")
    assert route.longest_wait is not None
    assert route.longest_wait.mean_days == 4


def test_the_same_path_set_twice_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"services\.hospital\.beds"):
        read_scenario(SCENARIOS / "baseline.yaml", sets=["services.hospital.beds=300", "services.hospital.beds=310"])
