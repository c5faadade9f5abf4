"""Several hospitals: what is beside the total of all of them, which every measure of people and places has.

The total itself is a place like any other (`split.py`): people are counted in each hospital and in all hospitals, so that
counts add up, and shares, averages and percentiles are over the people of all of them.

A change here moves results, which are then recorded anew.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, OUTSIDE, Scenario
from sim.model.records import Column
from sim.results.measure_table import measures
from sim.results.split import begun
from sim.results.tables import tables_of
from sim.results.window import Row, Window

Series: TypeAlias = tuple[str, str]  # service, measure
Days = TypeVar("Days")

NOT_OF_ALL = ("released_bed_days", "refilled_admissions", "break_even_freed_beds")  # as money: `all` adds them up


def has_several(scenario: Scenario) -> bool:
    """Whether a scenario has a total of all hospitals."""
    return len(_hospitals(scenario)) > 1


def main_place(scenario: Scenario) -> str:
    """What is reported where nobody asks: all hospitals where there are several, else the only one; all services where there is none."""
    return ALL_HOSPITALS if has_several(scenario) else next(iter(_hospitals(scenario)), "all")


def _hospitals(scenario: Scenario) -> list[str]:
    return [service.name for service in scenario.services if service.kind == "acute"]


def came_from_rows(window: Window) -> list[Row]:
    """Admissions to each declared service by the service that people came from, where several hospitals may share it."""
    if not window.hospitals:
        return []
    outside, tables = window.home + 1, tables_of(window)
    counts = (_came_from(window) if tables is None else tables.came_from).ravel()
    names = (*window.names[:outside], OUTSIDE)
    return [
        Row(names[cell // (outside + 1)], "admissions", "came_from", names[cell % (outside + 1)], float(counts[cell]))
        for cell in np.flatnonzero(counts[: window.home * (outside + 1)]).tolist()
    ]


def _came_from(window: Window) -> Column:
    """People admitted by service and service before."""
    stays, rows, size = window.ledger.stays, begun(window), window.home + 2
    before = np.where(stays["stay"][rows] == 0, size - 1, stays["service"][rows - 1])
    return np.bincount(stays["service"][rows] * size + before, minlength=size**2)


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
