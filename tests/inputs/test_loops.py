"""Loops without time by level: refused where somebody could go round, and taken where nobody can."""

from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.model.engine import run

WORLD = """
name: Two ways
calendar: {{start: 2026-04-06, warm_up_days: 0, measured_days: 5}}
replications: 1
services:
  unit: {{kind: reablement_unit, beds: 3}}
  ward: {{kind: community_beds, beds: 3}}
people:
  everyone:
    arrives_at: {{unit: 50%, ward: 50%}}
    arrivals: [{{day: 0, count: 6}}, {{day: 1, count: 6}}]
    traits: {{need: {{low: 50%, high: 50%}}, dementia: 30%}}
    journey:
      unit: {{stay_days: {unit}, {in_unit} then: {{by: need, high: {{ward: 100%}}, low: {{out: 100%}}}}}}
      ward: {{stay_days: 0, {in_ward} then: {{by: need, low: {{unit: 100%}}, high: {{out: 100%}}}}}}
"""


def changes(start: str, end: str, trait: str = "need") -> str:
    return f"changes: [{{trait: {trait}, from: {start}, to: {end}, chance: 50%}}],"


def read(folder: Path, in_unit: str = "", in_ward: str = "", unit: str = "0") -> None:
    file = folder / "loop.yaml"
    file.write_text(WORLD.format(unit=unit, in_unit=in_unit, in_ward=in_ward), encoding="utf-8")
    scenario = read_scenario(file)
    ledger = run(scenario, replication=0)
    assert (ledger.stays["left"] < scenario.calendar.window[1]).all()


@pytest.mark.parametrize(
    ("in_unit", "in_ward", "unit"),
    [
        ("", "", "0"),
        (changes("low", "high"), "", "0"),  # to the ward with high need, and out
        ("", changes("high", "low"), "0"),
        (changes("high", "low"), changes("low", "high"), "0"),  # each out of the loop
        (changes("yes", "no", "dementia"), changes("no", "yes", "dementia"), "0"),
        (
            changes("low", "high"),
            changes("high", "low"),
            "{by: need, low: 0.1, high: 0}",
        ),  # the low have time in the unit
        (changes("low", "high"), changes("high", "low"), "{by: dementia, yes: 0.1, no: 0.2}"),
    ],
)
def test_who_cannot_go_round_is_let_in(in_unit: str, in_ward: str, unit: str, tmp_path: Path) -> None:
    read(tmp_path, in_unit, in_ward, unit)


@pytest.mark.parametrize(
    ("unit", "whom"), [("0", "need low"), ("{by: dementia, yes: 0, no: 1}", "dementia yes and need low")]
)
def test_who_is_changed_to_and_fro_is_refused(unit: str, whom: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as refused:
        read(tmp_path, changes("low", "high"), changes("high", "low"), unit)
    assert "go round a loop of zero-length stays: " in str(refused.value)
    assert f"lets people with {whom} go round a loop of zero-length stays: unit to ward to unit" in str(refused.value)
    assert str(refused.value).count("go round a loop of zero-length stays") == 1
