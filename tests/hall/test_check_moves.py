"""A baseline fails when results move, and names what moved; it does not fail when none did."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main
from sim.model.reference import journey
from sim.model.rules import SECONDS_PER_DAY
from sim.regression import run
from sim.runs.experiment import measured
from sim.runs.piece import Piece

Edit = Callable[[str, str, str], None]


def check(folder: Path, *more: str) -> int:
    return main(["check", str(folder / "child.yaml"), "--workers", "1", "--engine", "reference", *more])


def test_nothing_changed_is_as_recorded(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(recorded) == 0
    assert "child.yaml: as recorded\n1 scenario: 1 as recorded." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new", "value", "measure"),
    [
        ("child.yaml", "beds: 15", "beds: 16", "services.hospital.beds: 15 -> 16  ({}/child.yaml:4)", "available_bed_days"),
        ("parent.yaml", "    beds: 4", "    beds: 5", "services.unit.beds: 4 -> 5  ({}/parent.yaml:9)", "unit occupancy"),
        ("parent.yaml", "seed: 1", "seed: 2", "seed: 1 -> 2  ({}/parent.yaml:4)", "moved"),
        ("parent.yaml", "hours: 2", "hours: 3", "services.unit.turnaround_hours", "moved"),
        ("parent.yaml", "n: 5}", "n: 5.001}", "stay_days.exponential.mean: 5 -> 5.001", "moved"),
    ],
)  # fmt: skip
def test_a_changed_value_is_named_with_its_line(
    recorded: Path,
    edit: Edit,
    capsys: pytest.CaptureFixture[str],
    file: str,
    old: str,
    new: str,
    value: str,
    measure: str,
) -> None:
    edit(file, old, new)
    assert check(recorded) == 1
    said = capsys.readouterr().out
    assert value.format(recorded) in said
    assert measure in said
    assert "first block whose records differ: replication 1, people 0 to 499" in said
    assert "first person: everyone-" in said


def test_changed_shares_are_both_named(recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    edit("parent.yaml", "share: 30%", "share: 31%")
    edit("parent.yaml", "home: 70%", "home: 69%")
    assert check(recorded) == 1
    said = capsys.readouterr().out
    assert "then.unit.share: 30% -> 31%" in said
    assert "then.home.share: 70% -> 69%" in said


def test_a_changed_price_moves_costs_and_nobody(recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    edit("parent.yaml", "£562", "£562.01")
    assert check(recorded) == 1
    said = capsys.readouterr().out
    assert "costs.services.hospital.per_occupied_day: £562 -> £562.01" in said
    assert "every person's records are as recorded" in said
    moved = [line for line in said.splitlines() if " cost_cash_gbp" in line]
    assert len(moved) == 6  # hospital and all: the total, by payer and by part
    assert "occupancy" not in said


def test_a_changed_file_of_data_is_named(recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    edit("stays.csv", "15", "16")
    assert check(recorded) == 1
    assert f"({recorded}/stays.csv:1)" in capsys.readouterr().out


def test_another_rounding_of_times_is_found_at_its_first_event(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(journey, "seconds", lambda days: int(days * SECONDS_PER_DAY))
    assert check(recorded) == 1
    said = capsys.readouterr().out
    assert "no value of the scenario differs: the program or its packages give other results" in said
    first = [line for line in said.splitlines() if "first person" in line]
    assert len(first) == 2
    assert "is admitted to" in first[0], "the first event that tells is the needed time on admission"


def test_another_rounding_of_measures_is_found_though_no_person_moved(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def coarse(*about: object) -> Piece:
        piece = measured(*about)  # type: ignore[arg-type]
        piece.values[:] = piece.values.round(5)
        return piece

    monkeypatch.setattr(run, "measured", coarse)
    assert check(recorded) == 1
    said = capsys.readouterr().out
    assert "every person's records are as recorded: what moved is how they are counted or priced" in said
    assert "first block" not in said


def test_comments_labels_and_other_ways_of_writing_are_no_values(
    recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("child.yaml", "With a bed more", "Another name")
    edit("child.yaml", "beds: 15", "beds: 15   # a comment")
    edit("parent.yaml", "    kind: reablement_unit\n", "\n    # more words\n    kind: reablement_unit\n")
    assert check(recorded) == 0
    assert "child.yaml: as recorded\n1 scenario" in capsys.readouterr().out


def test_a_value_that_moves_no_result_is_mentioned_and_passes(
    recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("parent.yaml", "beds: 4", "beds: 4\n    queue_limit: 1000")
    assert check(recorded) == 0
    assert "services.unit.queue_limit: nothing -> 1000" in capsys.readouterr().out


@pytest.mark.slow
def test_another_number_of_workers_moves_nothing(recorded: Path) -> None:
    assert main(["check", str(recorded / "child.yaml"), "--workers", "2"]) == 0


def test_another_folder_moves_nothing(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.move(recorded, tmp_path / "moved here")
    monkeypatch.chdir(tmp_path / "moved here")
    assert main(["check", "child.yaml", "--workers", "1"]) == 0
    monkeypatch.chdir(tmp_path)
    assert main(["check", f"moved here{os.sep}child.yaml", "--workers", "1"]) == 0


def test_more_replications_are_other_results(recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    edit("parent.yaml", "replications: 4", "replications: 5")
    assert check(recorded) == 1
    said = capsys.readouterr().out
    assert "replications: 4 -> 5" in said
    assert "replication 5" in said


def test_observing_every_replication_moves_nothing(recorded: Path) -> None:
    assert check(recorded, "--observe") == 0
