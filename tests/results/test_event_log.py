"""The event log of one replication: worked out by hand, in the columns of vidigi, which opens it."""

import re
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.model import engine
from sim.results.files.people_tables import LOG_COLUMNS as COLUMNS
from sim.results.files.people_tables import events, log_csv

WORLD = """\
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 30}
replications: 1
services:
  hospital: {kind: acute, beds: 2}
  unit: {kind: reablement_unit, beds: 1}
people:
  everyone:
    arrives_at: hospital
    arrivals: [{day: 0}, {day: 1}, {day: 2}]
    journey:
      hospital: {stay_days: {fixed: 3}, then: {unit: 100%}}
      unit: {stay_days: {fixed: 4}, then: {home: 100%}}
      home: {stay_days: {fixed: 1}, then: {hospital: 0%, out: 100%}}
"""
DAY = 24 * 60


@pytest.fixture
def scenario_file(tmp_path: Path) -> Path:
    file = tmp_path / "world.yaml"
    file.write_text(WORLD, encoding="utf-8")
    return file


def test_three_people_two_beds_and_one_place_worked_by_hand(scenario_file: Path) -> None:
    scenario = read_scenario(str(scenario_file))
    found = [
        (one.second // 86400, one.entity, one.event, one.place) for one in events(scenario, engine.run(scenario, 0))
    ]
    assert found == [
        (0, "0", "arrival", None),
        (0, "0", "hospital", 1),
        (1, "1", "arrival", None),
        (1, "1", "hospital", 2),
        (2, "2", "arrival", None),
        (2, "2", "waiting outside for hospital", None),  # both beds are taken
        (3, "0", "left hospital", 1),
        (3, "0", "unit", 1),
        (3, "2", "hospital", 1),
        (4, "1", "ready to leave hospital", None),  # the one place of the unit is taken until day 7
        (6, "2", "ready to leave hospital", None),
        (7, "0", "left unit", 1),
        (7, "0", "depart", None),  # home has no limit, so it is not shown
        (7, "1", "left hospital", 2),
        (7, "1", "unit", 1),
        (11, "1", "left unit", 1),
        (11, "1", "depart", None),
        (11, "2", "left hospital", 1),
        (11, "2", "unit", 1),
        (15, "2", "left unit", 1),
        (15, "2", "depart", None),
    ]  # fmt: skip


def test_the_log_says_what_who_is_ready_waits_for(scenario_file: Path, tmp_path: Path) -> None:
    scenario = read_scenario(str(scenario_file))
    file = tmp_path / "log.csv"
    file.write_bytes(log_csv(scenario, engine.run(scenario, 0), 0))
    log = pd.read_csv(file)
    assert tuple(log.columns) == COLUMNS
    ready = log[log["event"] == "ready to leave hospital"]
    assert ready["waiting_for"].tolist() == ["unit", "unit"]
    assert ready["time"].tolist() == [4 * DAY, 6 * DAY]
    assert ready["timestamp"].tolist() == ["2026-04-10T00:00:00", "2026-04-12T00:00:00"]


@pytest.mark.slow
def test_vidigi_opens_the_log_and_finds_who_is_where(scenario_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("vidigi", reason="comes with --animation; .ci/run installs it")
    from vidigi.logging import EventLogger
    from vidigi.prep import reshape_for_animations

    scenario = read_scenario(str(scenario_file))
    file = tmp_path / "log.csv"
    file.write_bytes(log_csv(scenario, engine.run(scenario, 0), 0))
    logger = EventLogger()
    logger.from_csv(pd.read_csv(file, dtype={"entity_id": str}))
    assert logger.summary()["unique_entities"] == 3
    found = reshape_for_animations(logger.to_dataframe(), every_x_time_units=DAY // 2, limit_duration=12 * DAY)
    at_noon = found[(found["snapshot_time"] == 4 * DAY + DAY // 2) & found["event"].notna()]
    assert dict(zip(at_noon["entity_id"], at_noon["event"], strict=True)) == {
        "0": "unit", "1": "ready to leave hospital", "2": "hospital",
    }  # fmt: skip


@pytest.mark.slow
def test_the_animation_is_a_page_that_needs_nothing_else(
    scenario_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("vidigi", reason="comes with --animation; .ci/run installs it")
    monkeypatch.chdir(tmp_path)
    assert main(["events", str(scenario_file), "--animation", "beds.html", "--days", "7"]) == 0
    page = (tmp_path / "beds.html").read_text(encoding="utf-8")
    assert "waiting outside for hospital" in page
    assert not re.search(r"<(script|link|img)[^>]* (src|href)=.https?:", page[:5000] + page[-200_000:])
    assert (tmp_path / "event_log.csv").exists()
