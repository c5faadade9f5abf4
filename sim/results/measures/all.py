"""Every measure of one replication: a scenario and its ledger in, tidy rows out.

What a measure is called, its unit and its definition stand in the table `measures.csv`; how it is counted in the module
named for it, as a function of the window's records alone.

What may be changed here: free; a new measure is a row of the table and a row that one of these modules gives. Only a new
module is named here.
"""

from sim.inputs.scenario import Scenario
from sim.model.records import Ledger
from sim.results.measures import (
    budgets,
    care_after_hospital,
    cohort,
    cost_per_night,
    costs,
    delays,
    discharge_rate,
    flow,
    giving_up,
    hospitals,
    occupancy,
    people,
    teams,
)
from sim.results.measures.order import canonical
from sim.results.window import Row, Window

__all__ = ["Row", "measure"]


def measure(scenario: Scenario, ledger: Ledger) -> list[Row]:
    """All rows of one replication, in the canonical order."""
    return measure_cut(Window(scenario, ledger))


def measure_cut(window: Window) -> list[Row]:
    """The same, for somebody who has the window already."""
    rows = [
        *people.rows(window),
        *occupancy.place_rows(window),
        *teams.rows(window),
        *giving_up.rows(window),
        *flow.pathway_rows(window),
        *flow.next_service_rows(window),
        *flow.waited_on_rows(window),
        *hospitals.came_from_rows(window),
        *delays.why_rows(window),
        *discharge_rate.weekday_rows(window),
        *costs.rows(window),
        *budgets.rows(window),
        *cost_per_night.rows(window),
        *care_after_hospital.rows(window),
        *cohort.rows(window),
    ]
    place = canonical(window.scenario)
    return sorted(rows, key=lambda row: place(row[:4]))
