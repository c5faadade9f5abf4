"""`--plan` of every study counts what its command would run, and `--json` holds what it found."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from tests.studies.linear import BASE, HOSPITAL, UNIT, write

LONGER = f"name: Longer\nextends: base.yaml\nchange: {{{HOSPITAL}: 7}}\n"
DEAR = "name: Dear\nextends: base.yaml\nchange: {costs.services.hospital.per_occupied_day: £110}\n"
QUICK = ["--workers", "1", "--engine", "reference"]
RANGES = ["--ranges", "ranges.csv"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, f"Stay in the unit,{UNIT},1,9,assumption,", f"Stay in hospital,{HOSPITAL},4,6,assumption,")
    (tmp_path / "base.yaml").write_text(BASE.replace("arrivals: [{day: 0, count: 4}]", "arrivals_per_day: 1"))
    for name, text in (("longer", LONGER), ("dear", DEAR)):
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))
    return tmp_path


@pytest.mark.parametrize(
    ("command", "replications"),
    [
        (["together", "base.yaml", "longer.yaml", "dear.yaml"], 4 * 2),
        (["sensitivity", "base.yaml", "other.yaml", *RANGES], (2 + 2 + 4) * 2),  # as stated; the unit's two; the hospital's two of both
        (["sensitivity", "base.yaml", "other.yaml", *RANGES, "--method", "worlds", "--size", "3", "--replications", "2"], 8 * 2),
        (["sensitivity", "base.yaml", "other.yaml", *RANGES, "--method", "morris", "--size", "2", "--replications", "2"], 12 * 2),
        (["sensitivity", "base.yaml", "other.yaml", *RANGES, "--method", "sobol", "--size", "2", "--replications", "2"], 16 * 2),
    ],
)  # fmt: skip
def test_a_plan_is_of_what_the_command_then_runs(
    here: Path, command: list[str], replications: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, *QUICK, "--plan"]) == 0
    out = capsys.readouterr().out
    assert f"{replications} replications, 0 of them in the store, {replications} to run: about " in out
    assert not (here / "outputs").exists()
    assert main([*command, *QUICK, "--outputs", "out"]) == 0
    capsys.readouterr()
    assert main([*command, *QUICK, "--plan"]) == 0
    assert f"{replications} replications, {replications} of them in the store, 0 to run" in capsys.readouterr().out


def test_what_levers_do_is_there_for_a_program(here: Path) -> None:
    command = ["together", "base.yaml", "longer.yaml", "dear.yaml", *QUICK, "--outputs", "out", "--json", "t.json"]
    assert main(command) == 0
    found = json.loads((here / "t.json").read_text())
    rows = {(row["measure"], row["lever"], row["kind"]): row["mean"] for row in found["together"]}
    parts = rows["cost_cash_gbp", "longer", "share"] + rows["cost_cash_gbp", "dear", "share"]
    assert parts == pytest.approx(rows["cost_cash_gbp", "all", "together"])


def test_a_break_even_is_planned_and_there_for_a_program(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two days more of each person at £100 and one day of the unit less at £50: it never pays between 1 and 3 days."""
    command = ["break-even", "base.yaml", "other.yaml", "--effect", f"{UNIT}=1..3:1", *QUICK]
    assert main([*command, "--plan"]) == 0
    assert "Plan: 1 effect, each bisected: about 8 replications and " in capsys.readouterr().out
    assert main([*command, "--json", "b.json", "--outputs", "out"]) == 0
    (row,) = json.loads((here / "b.json").read_text())["break_even"]
    assert (row["path"], row["stands_at"], row["in_cash"]["at"], row["replications"]) == (UNIT, "3", None, 2)
    assert row["in_cash"]["best_gbp"] > 0
