"""Every measure of one replication: a scenario and its ledger in, tidy rows out.

What a measure is called, its unit and its definition stand in the table `measures.csv`; how it is counted in the module
named for it, as a function of the window's records alone.

What may be changed here: free; a new measure is a row of the table and a row that one of these modules gives. Only a new
module is named here.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from sim.results.measures.order import RowOrder, canonical
from sim.results.window import Block, Key, Row, Window, block_of

__all__ = ["Row", "measure"]


def measure(scenario: Scenario, ledger: Ledger) -> list[Row]:
    """All rows of one replication, in the canonical order."""
    return measure_cut(Window(scenario, ledger))


def measure_cut(window: Window) -> list[Row]:
    """The same, for somebody who has the window already."""
    return figures(window).rows()


class Figures(NamedTuple):
    """All numbers of one replication, in the canonical order."""

    keys: tuple[Key, ...]
    values: NDArray[np.float64]

    def rows(self) -> list[Row]:
        """The same as rows."""
        return [Row.of(key, value) for key, value in zip(self.keys, self.values.tolist(), strict=True)]


def figures(window: Window) -> Figures:
    """All numbers of one replication, without a row for each of them."""
    order = window.scenario.once("order of rows", lambda: RowOrder(canonical(window.scenario)))
    return Figures(*order.sorted(list(_blocks(window))))


def _blocks(window: Window) -> Iterator[Block]:
    yield from people.blocks(window)
    yield delays.why(window)
    yield block_of(
        [
            *occupancy.place_rows(window),
            *teams.rows(window),
            *giving_up.rows(window),
            *flow.pathway_rows(window),
            *flow.next_service_rows(window),
            *flow.waited_on_rows(window),
            *hospitals.came_from_rows(window),
            *delays.length_rows(window),
            *discharge_rate.weekday_rows(window),
            *costs.rows(window),
            *budgets.rows(window),
            *cost_per_night.rows(window),
            *care_after_hospital.rows(window),
            *cohort.rows(window),
        ]
    )
