"""The records of a run as they stood at an earlier instant: what a run that ended there would have written.

A run that follows people up goes on after the measured window, and no measure of the window may know what came then. So the
window is counted from records that are cut at its end. Nothing that happens knows when the run will end, so the cut is all
that is needed: rows begun by then, and NEVER for what had not happened yet.

What may be changed here: together with the ledger's columns.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from sim.inputs.scenario import Scenario
from sim.model.records import NEVER, NONE, WAITING, Column, Ledger
from sim.results.step_functions import Mask

Table = dict[str, Column]


def cut_at(scenario: Scenario, ledger: Ledger, end: int) -> Ledger:
    """The ledger of the same run, ended at this instant."""
    kept = {
        name: table[begins] < end
        for name, table, begins in (
            ("people", ledger.people, "arrives"),
            ("stays", ledger.stays, "admitted"),
            ("waits", ledger.waits, "joined"),
            ("steps", ledger.steps, "started"),
            ("places", ledger.places, "at"),
        )
    }
    people, stays = _new_rows(kept["people"]), _new_rows(kept["stays"])
    return Ledger(
        people=_rows(ledger.people, kept["people"]),
        waits=_waits(_rows(ledger.waits, kept["waits"]), people, stays, end),
        stays=_stays(_rows(ledger.stays, kept["stays"]), people, end),
        steps=_steps(scenario, ledger, kept["steps"], stays, end),
        places=_rows(ledger.places, kept["places"]),
        step_names=ledger.step_names,
        until=end,
    )


def _rows(table: Mapping[str, Column], kept: Mask) -> Table:
    return {name: table[name][kept] for name in table}


def _new_rows(kept: Mask) -> Column:
    """By row of the whole table: its row among those kept; the last stands for NONE."""
    return np.append(np.cumsum(kept) - 1, NONE)


def _not_yet(table: Table, times: Iterable[str], end: int) -> Table:
    """The table, with NEVER for what had not happened by the end."""
    return table | {name: np.where(table[name] >= end, NEVER, table[name]) for name in times}


def _waits(waits: Table, people: Column, stays: Column, end: int) -> Table:
    found = _not_yet(waits, ("clear", "ended"), end)
    found["ending"] = np.where(found["ended"] == NEVER, WAITING, found["ending"])
    return found | {"person": people[found["person"]], "stay": stays[found["stay"]]}


def _stays(stays: Table, people: Column, end: int) -> Table:
    """Stays; where another way taken later asked for more steps, when somebody was clear before that is known to the wait only."""
    found = _not_yet(stays, ("ready", "clear", "left"), end)
    found["to"] = np.where(found["left"] == NEVER, NONE, found["to"])
    return found | {"person": people[found["person"]]}


def _steps(scenario: Scenario, ledger: Ledger, kept: Mask, stays: Column, end: int) -> Table:
    found = _not_yet(_rows(ledger.steps, kept), ("team_joined", "finished", "dropped_at"), end)
    found["due"] = np.where(found["team_joined"] == NEVER, NEVER, found["due"])
    for row in np.flatnonzero((found["due"] > end) & (found["due"] < NEVER)):
        if _takes_working_days(scenario, ledger, int(found["stay"][row]), int(found["step"][row])):
            found["due"][row] = NEVER  # no run knows which days after its end are working days
    return found | {"stay": stays[found["stay"]]}


def _takes_working_days(scenario: Scenario, ledger: Ledger, stay: int, step: int) -> bool:
    """Whether a step of a stay does, by the route settled at admission; where that does not ask for it, by the first that does."""
    row = {name: int(ledger.stays[name][stay]) for name in ("person", "service", "admitted", "planned_to")}
    group = scenario.people[ledger.people["group"][row["person"]]]
    levels = (group.profiles[ledger.stays[name][stay]] for name in ("found", "after"))
    visit = group.visit(scenario.destinations[row["service"]], *levels)
    admitted = max(0, row["admitted"])  # people of the census go by the first routes
    routes = [] if visit is None else [one for one in visit.dated if one.from_second <= admitted][-1].routes
    planned = scenario.destinations[row["planned_to"]]
    ways = [one for route in sorted(routes, key=lambda route: route.to != planned) for one in route.steps]
    return next((one.working_days for one in ways if one.name == ledger.step_names[step]), False)
