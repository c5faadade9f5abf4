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
    file = SCENARIOS / "pooled_fund" / "buys_reablement.yaml"
    path = "services.home_reablement.places"
    assert path in [change.path for change in read_scenario(file).changes]
    scenario = read_scenario(file, sets=[f"{path}=80"])
    assert scenario.service("home_reablement").capacity[0].places == 80


def test_the_same_path_set_twice_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"services\.hospital\.beds"):
        read_scenario(SCENARIOS / "baseline.yaml", sets=["services.hospital.beds=300", "services.hospital.beds=310"])
