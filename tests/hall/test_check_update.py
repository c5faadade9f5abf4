"""`check --update --reason` is the only way to move a baseline, and leaves the reason with old and new values."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main

Edit = Callable[[str, str, str], None]


def update(folder: Path, reason: str, name: str = "child.yaml") -> int:
    return main(["check", str(folder / name), "--update", "--reason", reason, "--workers", "1"])


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_first_record_is_in_the_log(recorded: Path) -> None:
    log = (recorded / "expected-log.md").read_text(encoding="utf-8")
    assert "## 1. First look\n\n`child.expected.txt` is new." in log
    assert "| hospital occupancy | - | 0." in log


def test_where_nothing_moved_nothing_is_written(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(recorded)
    assert update(recorded, "For fun") == 0
    assert contents(recorded) == before
    assert "1 scenario as recorded: nothing to write." in capsys.readouterr().out


def test_a_move_is_recorded_with_reason_old_and_new(recorded: Path, edit: Edit) -> None:
    log_before = (recorded / "expected-log.md").read_text(encoding="utf-8")
    edit("child.yaml", "beds: 15", "beds: 16")
    assert update(recorded, "A bed was\n opened") == 0
    log = (recorded / "expected-log.md").read_text(encoding="utf-8")
    assert log.startswith(log_before.rstrip())
    assert "## 2. A bed was opened\n\n`child.yaml`: " in log
    assert "- services.hospital.beds: 15 -> 16" in log
    assert "| hospital occupancy | 0." in log
    assert main(["check", str(recorded / "child.yaml"), "--workers", "1"]) == 0


def test_there_and_back_again_is_the_same_file(recorded: Path, edit: Edit) -> None:
    before = contents(recorded)
    edit("child.yaml", "beds: 15", "beds: 16")
    update(recorded, "There")
    edit("child.yaml", "beds: 16", "beds: 15")
    update(recorded, "And back")
    after = contents(recorded)
    assert {**after, "expected-log.md": b""} == {**before, "expected-log.md": b""}


def test_a_value_that_moves_nothing_can_be_recorded(recorded: Path, edit: Edit) -> None:
    edit("parent.yaml", "beds: 4", "beds: 4\n    queue_limit: 1000")
    assert update(recorded, "A limit that nobody meets") == 0
    log = (recorded / "expected-log.md").read_text(encoding="utf-8")
    assert "`child.yaml`: no result moved.\n- services.unit.queue_limit: nothing -> 1000" in log


def test_a_damaged_file_can_be_made_anew(recorded: Path, edit: Edit) -> None:
    good = (recorded / "child.expected.txt").read_bytes()
    edit("child.expected.txt", "\nend ", "\n>>>>>>> theirs\nend ")
    assert update(recorded, "Merged two branches") == 0
    assert (recorded / "child.expected.txt").read_bytes() == good
    assert "is made anew: the old one could not be used" in (recorded / "expected-log.md").read_text(encoding="utf-8")


def test_a_second_scenario_gets_files_of_its_own(recorded: Path) -> None:
    before = contents(recorded)
    assert update(recorded, "The parent too", "parent.yaml") == 0
    after = contents(recorded)
    assert set(after) - set(before) == {"parent.expected.txt", "parent.expected.people.gz"}
    assert after["child.expected.txt"] == before["child.expected.txt"]
