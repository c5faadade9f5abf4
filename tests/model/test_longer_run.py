"""A longer run begins as the shorter one did: nothing that happens knows when the run will end."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import settings

from sim.inputs.scenario import Scenario
from sim.model.engine import run
from sim.model.records import NEVER, NONE, WAITING, Ledger
from sim.results.comparison.compare import departures
from sim.results.invariants.checks import check_cut
from sim.results.measures.all import measure, measure_cut
from sim.results.window import Window
from tests.model.test_identities_random import A_FEW_AND_AT_NIGHT, on_towns
from tests.model.test_second_engine import Cells, cells

TIMES = (
    "admitted", "ready", "clear", "left", "joined", "ended", "started", "team_joined", "due", "finished", "dropped_at",
)  # fmt: skip
BEGINS = {
    "people": "arrives",
    "stays": "admitted",
    "waits": "joined",
    "steps": "started",
    "arrival_steps": "started",
    "places": "at",
}


def seen_until(ledger: Ledger, end: int) -> Cells:
    """A ledger as somebody would have written it who stopped looking at `end`."""
    tables = cells(ledger)
    names = [(row["group"], row["from_census"], row["number"]) for row in tables["people"]]
    for row in (*tables["stays"], *tables["waits"], *tables["arrival_steps"]):
        row["person"] = names[row["person"]]  # type: ignore[call-overload]  # ranks shift when more people come
    for row in (*tables["waits"], *tables["steps"]):
        rank, number = row["stay"]  # type: ignore[misc]
        row["stay"] = (names[rank], number)
    for name, rows in tables.items():
        tables[name] = [row for row in rows if row[BEGINS[name]] < end]  # type: ignore[operator]
        for row in tables[name]:
            row.update({time: NEVER for time in TIMES if time in row and row[time] >= end})  # type: ignore[operator]
            if name == "stays" and row["left"] == NEVER:
                row["to"] = NONE
                row["clear"] = NEVER  # another way taken later may ask for more steps, and be clear anew
            if name == "waits" and row["ended"] == NEVER:
                row["ending"] = WAITING
    return tables


def begins_alike(scenario: Scenario) -> None:
    calendar = scenario.calendar
    longer = replace(scenario, calendar=replace(calendar, measured_days=calendar.measured_days + 5))
    end = calendar.window[1]
    short, long = seen_until(run(scenario, 0), end), seen_until(run(longer, 0), end)
    for name, rows in short.items():
        differing = [row for row in rows if row not in long[name]] + [row for row in long[name] if row not in rows]
        assert not differing, f"{name}: {differing[:4]}"


@A_FEW_AND_AT_NIGHT
def test_a_longer_run_begins_as_the_shorter_one_did(tmp_path: Path, how: settings) -> None:
    on_towns(tmp_path, how, begins_alike)


def is_cut_at_the_window(scenario: Scenario) -> None:
    """Following people up moves no cell of the records of the window, and so no row that is counted from them."""
    calendar = scenario.calendar
    followed = replace(scenario, calendar=replace(calendar, follow_up_days=9))
    short, window = run(scenario, 0), Window(followed, run(followed, 0))
    alone, beside = cells(short), cells(window.ledger)
    for row, other in zip(alone["stays"], beside["stays"], strict=True):
        if row["clear"] != other["clear"]:  # whoever waits on and took another way later
            assert (row["left"], other["clear"]) == (NEVER, NEVER)
            other["clear"] = row["clear"]
    assert beside == alone
    assert window.ledger.until == short.until
    check_cut(window)
    of_the_window = [row for row in measure_cut(window) if not row.measure.startswith("cohort_")]
    assert of_the_window == measure(scenario, short)
    assert np.array_equal(departures(window), departures(Window(scenario, short)))


@A_FEW_AND_AT_NIGHT
def test_following_people_up_leaves_the_window_as_it_is(tmp_path: Path, how: settings) -> None:
    on_towns(tmp_path, how, is_cut_at_the_window)
