"""What a planner is warned of before a run: too little room, dates that change what figures mean, changes that others override.

What may be changed here: freely; nothing here touches a simulated number.
"""

from sim.diagnostics.dated_capacity import date_warnings
from sim.diagnostics.offered_load import load_warnings
from sim.diagnostics.overridden import override_warnings
from sim.inputs.scenario import Scenario


def warnings_before_a_run(scenario: Scenario) -> list[str]:
    """A sentence for each."""
    return [*override_warnings(scenario), *load_warnings(scenario), *date_warnings(scenario)]
