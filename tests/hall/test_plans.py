"""--plan says how much would be run and what is done already, and writes nothing."""

from pathlib import Path

import pytest

from sim.cli import main
from sim.cli.studying import duration
from tests.hall.files import write_pair

pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pair(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))


@pytest.mark.slow
def test_a_plan_counts_what_is_done_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["compare", "base.yaml", "more.yaml", "--outputs", "out", "--workers", "1", "--replications", "3"]
    assert main([*line, "--plan"]) == 0
    before = capsys.readouterr().out
    assert before.startswith(
        "Plan: 2 scenarios, 3 replications each.\n6 replications, 0 of them in the store, 6 to run: about "
    )
    assert "with the SimPy model's cross-check of 2 scenarios" in before
    assert not Path("out").exists()
    assert main(line) == 0
    capsys.readouterr()
    assert main([*line, "--plan"]) == 0
    assert "6 replications, 6 of them in the store, 0 to run: only tables and charts" in capsys.readouterr().out
    assert main([*line[:-1], "4", "--plan"]) == 0
    assert "8 replications, 6 of them in the store, 2 to run: about" in capsys.readouterr().out
    assert main([*line, "--plan", "--fresh"]) == 0
    assert "6 replications, 0 of them in the store, 6 to run: about" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["run", "base.yaml", "--plan", "--precision", "5%"], "--plan goes with --replications"),
        (["calibrate", "base.yaml", "--plan", "--fit", "services.unit.beds=1..3"], "--plan goes without --fit"),
    ],
)
def test_what_can_not_be_planned_is_said(capsys: pytest.CaptureFixture[str], argv: list[str], words: str) -> None:
    assert main(argv) == 2
    assert words in capsys.readouterr().err


def test_a_duration_is_told_in_what_people_count_in() -> None:
    assert [duration(seconds) for seconds in (0.2, 12, 89, 91, 3600, 9000)] == [
        "1 s",
        "12 s",
        "89 s",
        "2 min",
        "60 min",
        "2.5 h",
    ]


def test_with_precision_a_file_that_cannot_be_written_is_told_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["run", "base.yaml", "--precision", "5%", "--workers", "1", "--json", "nowhere/found.json"]
    assert main(line) == 2
    assert "its folder does not exist" in capsys.readouterr().err
    assert not (tmp_path / "store").exists()
