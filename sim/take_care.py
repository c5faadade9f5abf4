"""What a planner is warned of before a run: too little room, and dates that change what figures mean.

What may be changed here: freely; nothing here touches a simulated number.
"""

from sim.dated import date_warnings
from sim.inputs.scenario import Scenario
from sim.load import load_warnings


def warnings_before_a_run(scenario: Scenario) -> list[str]:
    """A sentence for each."""
    return [*load_warnings(scenario), *date_warnings(scenario)]
