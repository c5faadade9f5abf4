"""Every measure of one replication: a scenario and its ledger in, tidy rows out.

What a measure is called, its unit and its definition stand in `catalogue.py`; how it is counted in the
module named for it.

What may be changed here: free; a new measure is a module that gives rows, a line here and one in the
catalogue.
"""

from sim.inputs.scenario import Scenario
from sim.model.records import Ledger
from sim.results.measures import (
    budgets,
    care_after_hospital,
    cost_per_night,
    costs,
    delays,
    discharge_rate,
    flow,
    followup,
    giving_up,
    occupancy,
    teams,
    unmet,
    waits,
)
from sim.results.measures.catalogue import MEASURES, Measure
from sim.results.measures.order import canonical
from sim.results.window import Cut, Row

__all__ = ["MEASURES", "Measure", "Row", "measure"]


def measure(scenario: Scenario, ledger: Ledger) -> list[Row]:
    """All rows of one replication, in the canonical order."""
    return measure_cut(Cut(scenario, ledger))


def measure_cut(cut: Cut) -> list[Row]:
    """The same, for somebody who has cut the ledger already."""
    rows = [
        *occupancy.rows(cut),
        *waits.rows(cut),
        *giving_up.rows(cut),
        *teams.rows(cut),
        *flow.rows(cut),
        *delays.rows(cut, delays.delays(cut)),
        *discharge_rate.rows(cut),
        *unmet.rows(cut),
        *followup.rows(cut),
        *costs.rows(cut),
        *budgets.rows(cut),
        *cost_per_night.rows(cut),
        *care_after_hospital.rows(cut),
    ]
    place = canonical(cut.scenario)
    return sorted(rows, key=lambda row: place(row[:4]))
