"""Several hospitals: what stands beside the total of all of them, which every measure of people and places has.

The total itself is a place like any other (`split.py`): people are counted in each hospital and in all hospitals, so that
counts add up, and shares, averages and percentiles are over the people of all of them.

What may be changed here: with new expected results.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, OUTSIDE, Scenario
from sim.results.measure_table import measures
from sim.results.split import begun
from sim.results.window import Row, Window

Series: TypeAlias = tuple[str, str]  # service, measure
Days = TypeVar("Days")

NOT_OF_ALL = ("released_bed_days", "refilled_admissions", "break_even_freed_beds")  # as money: `all` adds them up


def has_several(scenario: Scenario) -> bool:
    """Whether a scenario has a total of all hospitals."""
    return len(_hospitals(scenario)) > 1


def _hospitals(scenario: Scenario) -> list[str]:
    return [service.name for service in scenario.services if service.kind == "acute"]


def came_from_rows(window: Window) -> list[Row]:
    """Admissions to each declared service by the service that people came from, where several hospitals may share it."""
    if not window.hospitals:
        return []
    stays, rows, outside = window.ledger.stays, begun(window), window.home + 1
    before = np.where(stays["stay"][rows] == 0, outside, stays["service"][rows - 1])
    counts = np.bincount(stays["service"][rows] * (outside + 1) + before, minlength=(outside + 1) ** 2)
    names = (*window.names[:outside], OUTSIDE)
    return [
        Row(names[cell // (outside + 1)], "admissions", "came_from", names[cell % (outside + 1)], float(counts[cell]))
        for cell in np.flatnonzero(counts[: window.home * (outside + 1)]).tolist()
    ]


def with_the_only_hospital(scenario: Scenario, rows: Sequence[Row]) -> list[Row]:
    """The rows, those of the only hospital as all hospitals too: beside a scenario of several."""
    hospitals = _hospitals(scenario)
    if len(hospitals) != 1:
        return list(rows)
    own = [row for row in rows if row.service == hospitals[0] and _is_of_all(row)]
    return [*rows, *(row._replace(service=ALL_HOSPITALS) for row in own)]


def days_with_the_only_hospital(scenario: Scenario, days: Mapping[Series, Days]) -> dict[Series, Days]:
    """The same for figures by day, by service and measure."""
    hospitals = _hospitals(scenario)
    own = {(ALL_HOSPITALS, name): series for (service, name), series in days.items() if [service] == hospitals}
    return {**days, **own}


def _is_of_all(row: Row) -> bool:
    return measures()[row.measure].unit != "GBP" and row.measure not in NOT_OF_ALL
