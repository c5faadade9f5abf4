"""Small simulated hospitals, and the files that a planner there would have: a census, and a year's stays."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model import engine
from sim.model.records import NEVER, Ledger

SMALL = """
name: A small hospital
calendar: {start: 2026-01-05, warm_up_days: 0, measured_days: 240}
replications: 4
services:
  hospital: {kind: acute, beds: 40}
  unit: {kind: reablement_unit, beds: 12}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 3.2
    journey:
      hospital:
        stay_days: {lognormal: {mean: 8, sd: 7}}
        then:
          home: {share: 68%}
          unit: {share: 25%, stay_days: {gamma: {mean: 13, sd: 8}}, longest_wait_days: {exponential: {mean: 20}}, otherwise: home}
          died: {share: 7%, stay_days: {exponential: {mean: 6}}}
      unit: {stay_days: {weibull: {mean: 15, sd: 9}}, then: {home: 100%}}
"""
WITH_STEPS = (
    SMALL.replace("warm_up_days: 0", "warm_up_days: 60")
    .replace("home: {share: 68%}", "home: {share: 68%, steps: [assess, arrange]}")
    .replace("otherwise: home}", "otherwise: home, steps: [assess]}")
    .replace(
        "people:",
        """steps:
  assess: {reason: hub_assessment, takes_days: {gamma: {mean: 1.5, sd: 1}}}
  arrange: {reason: home_care, share: 50%, after: assess, takes_days: {exponential: {mean: 2}}}
people:""",
    )
)


def small(tmp_path: Path, text: str = SMALL) -> Path:
    """The scenario file of a small hospital."""
    file = tmp_path / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def ledger(scenario: Scenario, replication: int = 0) -> Ledger:
    """What happened in one simulated hospital."""
    return engine.run(scenario, replication)


def read(file: Path) -> Scenario:
    return read_scenario(str(file))


def census_rows(scenario: Scenario, found: Ledger, day: int) -> list[list[str]]:
    """One row a person who is there at the first instant of a day: census, service, admitted, ready, waiting for."""
    at, start = day * SECONDS_PER_DAY, scenario.calendar.start
    stays = found.stays
    here = np.flatnonzero(
        (stays["admitted"] < at) & (stays["left"] >= at) & (stays["service"] < len(scenario.services) - 1)
    )

    def moment(second: int) -> str:
        return (
            f"{start + timedelta(days=second // SECONDS_PER_DAY)} {timedelta(seconds=second % SECONDS_PER_DAY)!s:0>8}"
        )

    rows = []
    for row in here:
        ready = int(stays["ready"][row])
        to = scenario.destinations[int(stays["planned_to"][row])]
        is_ready = ready < at
        service = scenario.destinations[int(stays["service"][row])]
        waits = [moment(ready), to] if is_ready else ["", ""]
        rows.append([str(start + timedelta(days=day)), service, moment(int(stays["admitted"][row])), *waits])
    return rows


HEADING = "census,service,admitted,ready,waiting for"


def write_census(file: Path, rows: list[list[str]]) -> Path:
    file.write_text("\n".join([HEADING, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return file


def spell_rows(scenario: Scenario, found: Ledger, until: int, *, planned: bool) -> list[list[str]]:
    """One row a stay in hospital, as a list shows it at the first instant of a day: admitted, ready, left, pathway."""
    at, stays = until * SECONDS_PER_DAY, found.stays
    rows = []
    for row in np.flatnonzero((stays["service"] == 0) & (stays["admitted"] < at)):
        ready, left = int(stays["ready"][row]), int(stays["left"][row])
        to = scenario.destinations[int(stays["planned_to"][row])]
        cells = [_day(scenario, int(stays["admitted"][row]))]
        cells += [_day(scenario, when) if when < min(at, NEVER) else "" for when in (ready, left)]
        rows.append([*cells, to if planned or ready < at else ""])
    return rows


def _day(scenario: Scenario, second: int) -> str:
    day: date = scenario.calendar.start + timedelta(days=second // SECONDS_PER_DAY)
    return f"{day:%d/%m/%Y} {timedelta(seconds=second % SECONDS_PER_DAY)!s:0>8}"
