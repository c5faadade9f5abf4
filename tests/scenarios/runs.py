"""Short runs of the shipped scenarios, each once: two replications of four months after four months."""

from functools import cache
from pathlib import Path

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.runs.experiment import Shared, run_all
from tests.engines import uncrossed

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHORT = ("calendar.warm_up_days=120", "calendar.measured_days=120")


@cache
def scenario_of(file: str) -> Scenario:
    """A shipped scenario as its file says."""
    return read_scenario(str(SCENARIOS / file))


@cache
def rows(file: str, sets: tuple[str, ...] = SHORT) -> dict[tuple[str, str, str, str], float]:
    """The mean of each (service, measure, by, item) of a scenario."""
    scenario = read_scenario(str(SCENARIOS / file), sets, replications=2)
    # Without a cross-check: tests/model/test_compiled.py has one of every shipped file.
    ((first, second),) = run_all(Shared((scenario,), engines=uncrossed()), workers=1)
    found = [
        {key[:4]: value for key, value in zip(one.keys, one.values.tolist(), strict=True)} for one in (first, second)
    ]
    return {key: (found[0].get(key, 0.0) + found[1].get(key, 0.0)) / 2 for key in found[0] | found[1]}


def figure(file: str, service: str, measure: str, by: str = "", item: str = "") -> float:
    return rows(file)[service, measure, by, item]
