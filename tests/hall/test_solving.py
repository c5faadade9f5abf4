"""The command `solve`: what it prints, what it writes, and what it refuses."""

import csv
import json
from pathlib import Path

import pytest

from sim.cli import main

WARD = """\
name: Loss
calendar: {start: 2026-04-06, warm_up_days: 30, measured_days: 100}
replications: 5
services: {ward: {kind: acute, beds: 5}}
people:
  everyone:
    arrives_at: ward
    arrivals_per_day: 8
    arrival: {longest_wait_days: 0, otherwise: out}
    journey: {ward: {stay_days: {exponential: {mean: 1}}, then: {out: 100%}}}
"""
ASK = [
    "solve",
    "ward.yaml",
    "--change",
    "services.ward.beds",
    "--between",
    "1..20",
    "--no-cross-check",
    "--outputs",
    "outputs",
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ward.yaml").write_text(WARD)
    return tmp_path


@pytest.mark.slow
def test_the_answer_is_printed_and_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASK, "--target", "ward.gave_up <= 80", "--json", "answer.json"]) == 0  # 10%: B(11, 8) = 8.1%
    out = capsys.readouterr().out
    assert "Answer: ward beds 11, the smallest value that meets the target." in out
    said = json.loads((here / "answer.json").read_text())
    assert said["solve"]["answer"] == 11 and said["solve"]["reachable"] is True
    assert said["solve"]["best"]["value"] == 11 and said["solve"]["best"]["high"] <= 80
    assert any(row["measure"] == "gave_up" for row in said["measures"])
    (folder,) = [one for one in (here / "outputs").iterdir() if one.is_dir()]
    assert {file.name for file in folder.iterdir()} == {
        "charts",
        "report.html",
        "results.json",
        "run.json",
        "solve.csv",
        "study.json",
    }
    rows = list(csv.DictReader((folder / "solve.csv").open()))
    assert {"11": "meets", "10": "misses"}.items() <= {
        row["services.ward.beds"]: row["verdict"] for row in rows
    }.items()


@pytest.mark.slow
def test_what_is_not_reachable_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASK, "--target", "ward.occupancy >= 99.9%", "--json", "-"]) == 0
    out = capsys.readouterr()
    said = json.loads(out.out)["solve"]
    assert (said["answer"], said["reachable"]) == (None, False)
    assert "Not reachable: no value of ward beds from 1 to 20 meets the target." in out.err


def test_a_plan_runs_and_writes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASK, "--target", "ward.gave_up <= 80", "--plan"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "Plan: about 7 values, 5 replications each, and up to 40 where fewer cannot tell: about " in out
        and "Answer" not in out
    )
    assert not (here / "outputs").exists()


@pytest.mark.slow
def test_the_command_that_repeats_it_gives_the_same(here: Path) -> None:
    assert main([*ASK, "--target", "ward.gave_up <= 80"]) == 0
    (folder,) = [one for one in (here / "outputs").iterdir() if one.is_dir()]
    before = (folder / "solve.csv").read_bytes()
    again = json.loads((folder / "run.json").read_text())["repeat_with"]
    assert "--change services.ward.beds --between 1..20" in again and "'ward.gave_up <= 80'" in again
    assert main([*ASK, "--target", "ward.gave_up <= 80", "--fresh"]) == 0
    assert (folder / "solve.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["solve", "ward.yaml"], "solve needs --change PATH --between FROM..TO"),
        (["solve", "ward.yaml"], "solve needs --target"),
        ([*ASK[:4], "--target", "ward.gave_up <= 1"], "here are 1 --change and 0 --between"),
        ([*ASK, "--target", "ward.gave_up <= 1", "--confidence", "sure"], "is a share, as in 95%"),
        ([*ASK, "--target", "ward.gave_up <= 1", "--confidence", "100%"], "100% is no confidence"),
        ([*ASK, "--target", "ward.gave_up <= 1", "--price", "x=1"], "--price goes with several --change"),
        (["solve", "ward.yaml", "--change", "services.ward.beds=1..9", "--target", "x"], "write --change services.ward.beds --between 1..9"),
        ([*ASK, "--target", "ward.gave_upp <= 1"], "did you mean `gave_up`?"),
        ([*ASK, "--target", "ward.gave_up <= 1", "--json", "x.yaml"], "writes a file whose name ends in .json"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(typed: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(typed) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_a_part_of_a_measure_that_no_replication_has_is_refused_and_no_nought(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*ASK, "--target", "ward.gave_up[ending=elswhere] <= 5"]) == 2
    assert "`elswhere` is no ending; did you mean `elsewhere`" in capsys.readouterr().err
    assert (
        main([*ASK, "--target", "ward.admissions[group=everyon] >= 5"]) == 2
    )  # one group alone has no rows of its own
    assert "`ward.admissions[group=everyon]` is in no replication" in capsys.readouterr().err
