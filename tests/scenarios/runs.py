"""Short runs of the shipped scenarios, each once: two replications of four months after four months."""

from functools import cache
from pathlib import Path

from sim.experiment import Shared, run_all
from sim.inputs.loading import read_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHORT = ("calendar.warm_up_days=120", "calendar.measured_days=120")


@cache
def found(file: str) -> dict[tuple[str, str], float]:
    """The mean of each (service, measure) of a scenario."""
    scenario = read_scenario(str(SCENARIOS / file), SHORT, replications=2)
    ((first, second),) = run_all(Shared((scenario,)), workers=1)
    rows = [
        {key[:4]: value for key, value in zip(one.keys, one.values.tolist(), strict=True)} for one in (first, second)
    ]
    return {key[:2]: (rows[0][key] + rows[1].get(key, 0.0)) / 2 for key in rows[0] if key[2] == ""}


def figure(file: str, service: str, measure: str) -> float:
    return found(file)[service, measure]
