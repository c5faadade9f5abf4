"""A small scenario with what was recorded of it, made once and copied for every test that spoils it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main

PARENT = """\
name: A small hospital
calendar: {start: 2026-04-06, warm_up_days: 14, measured_days: 35}
replications: 4
seed: 1
services:
  hospital: {kind: acute, beds: 14}
  unit:
    kind: reablement_unit
    beds: 4
    turnaround_hours: 2
steps:
  hub: {reason: hub_assessment, takes_working_days: {lognormal: {mean: 1, sd: 1}}, share: 50%}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 2
    journey:
      hospital:
        stay_days: {exponential: {mean: 5}}
        then:
          unit: {share: 30%, steps: [hub], longest_wait_days: {fixed: 10}, otherwise: home}
          home: 70%
      unit: {stay_days: {empirical: {file: stays.csv}}, then: {out: 100%}}
costs:
  price_year: 2025-26
  services:
    hospital: {per_occupied_day: £562, payer: nhs}
    unit: {per_admission: £95.55, payer: council}
"""
CHILD = """\
name: With a bed more
extends: parent.yaml
change:
  services.hospital.beds: 15
"""


@pytest.fixture(scope="session")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "parent.yaml").write_text(PARENT, encoding="utf-8")
    (folder / "child.yaml").write_text(CHILD, encoding="utf-8")
    (folder / "stays.csv").write_text("days\n2\n4\n7\n9\n15\n", encoding="utf-8")
    code = main(["check", f"{folder}/child.yaml", "--update", "--reason", "First look", "--workers", "1"])
    assert code == 0
    return folder


@pytest.fixture
def recorded(recorded_once: Path, tmp_path: Path) -> Path:
    """A folder with parent.yaml, child.yaml and what was recorded of the child."""
    folder = tmp_path / "scenarios"
    shutil.copytree(recorded_once, folder)
    return folder


@pytest.fixture
def edit(recorded: Path) -> Callable[[str, str, str], None]:
    """Puts one text in the place of another in a file of the recorded folder."""

    def put(file: str, old: str, new: str) -> None:
        path = recorded / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return put
