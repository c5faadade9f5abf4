"""sensitivity --method and together, as a planner types them: what the screen says, and what the folder holds."""

import csv
from pathlib import Path

import pytest

from sim.cli import main
from tests.studies.linear import HOSPITAL, PEOPLE, UNIT, write

WORLDS = ["sensitivity", "base.yaml", "other.yaml", "--ranges", "ranges.csv", "--measure", "occupied_bed_days"]
WORLDS += ["--service", "all", "--outputs", "out", "--workers", "1"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, f"Stay in the unit,{UNIT},1,9,assumption,", f"People,{PEOPLE},2,6,a register,")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def folder(here: Path) -> Path:
    (found,) = [path for path in (here / "out").iterdir() if path.is_dir()]
    return found


@pytest.mark.slow
def test_worlds_say_in_how_many_and_write_each_world(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORLDS, "--method", "worlds", "--size", "8"]) == 0
    said = capsys.readouterr().out
    assert "8 possible worlds, all 2 assumptions drawn together, 10 replications each." in " ".join(said.split())
    assert "0 of 8" in said and "8 of 8" in said
    rows = list(csv.DictReader((folder(here) / "worlds.csv").open()))
    assert len(rows) == 8
    assert {row["all.cost_cash_gbp verdict"] for row in rows} == {"worse"}
    for row in rows:
        days = float(row["Stay in the unit"]) * float(row["People"])
        assert float(row["all.occupied_bed_days difference"]) == pytest.approx(days, abs=0.01)
    assert (folder(here) / "charts" / "worlds.png").stat().st_size > 1000


@pytest.mark.slow
@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_indices_put_the_larger_effect_first(here: Path, capsys: pytest.CaptureFixture[str], method: str) -> None:
    assert main([*WORLDS, "--method", method, "--size", "8", "--replications", "2"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Stay in the unit matters most: " in said or (
        method == "sobol" and "These points are too few to tell" in said
    )
    rows = list(csv.DictReader((folder(here) / f"{method}.csv").open()))
    assert [row["assumption"] for row in rows] == ["Stay in the unit", "People"]
    assert [row["source"] for row in rows] == ["assumption", "a register"]


@pytest.mark.slow
def test_a_plan_keeps_nothing_and_says_what_is_left(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEDFLOW_STORE", str(here / "store"))
    base = (here / "base.yaml").read_text()
    (here / "base.yaml").write_text(
        base.replace("arrivals: [{day: 0, count: 4}]", "arrivals_per_day: 2")
    )  # people one by one are never kept
    (here / "ranges.csv").write_text("".join((here / "ranges.csv").read_text().splitlines(keepends=True)[:2]))
    plan = [*WORLDS, "--method", "worlds", "--size", "8", "--plan"]
    for _ in range(2):
        assert main(plan) == 0
        assert "180 replications, 0 of them in the store, 180 to run: about " in capsys.readouterr().out
    assert not (here / "out").exists()
    compare = ["compare", "base.yaml", "other.yaml", "--replications", "10", "--workers", "1"]
    assert main([*compare, "--outputs", "compared"]) == 0
    capsys.readouterr()
    assert main(plan) == 0  # base is the same in all 9; 10 of the other as stated
    assert "180 replications, 100 of them in the store, 80 to run: about " in capsys.readouterr().out


def test_options_that_do_not_go_together_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORLDS, "--size", "8", "--plan"]) == 2
    said = capsys.readouterr().err
    assert "--size goes with --method worlds, morris or sobol" in said
    assert "--plan" not in said  # each method has a plan, `alone` too
    assert main([*WORLDS, "--method", "sobol", "--size", "6"]) == 2
    assert "--size is a power of two for sobol, such as 64 or 128; not 6" in capsys.readouterr().err
    assert main([*WORLDS, "--method", "sobl"]) == 2
    assert "did you mean `sobol`" in capsys.readouterr().err


def test_together_says_what_adds_up(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "longer.yaml").write_text(f"name: Longer\nextends: base.yaml\nchange: {{{HOSPITAL}: 7}}\n")
    (here / "more.yaml").write_text(f"name: More\nextends: base.yaml\nchange: {{{PEOPLE}: 6}}\n")
    assert main(["together", "base.yaml", "longer.yaml", "more.yaml", "--outputs", "out", "--workers", "1"]) == 0
    assert "2 levers: 4 scenarios" in (captured := capsys.readouterr()).err
    assert "+£2,200" in captured.out  # 22 days at £100
    assert "all together +£2,200" in captured.out and "the largest share is that of" in captured.out
    rows = {
        (row["measure"], row["lever"], row["kind"]): float(row["mean"])
        for row in csv.DictReader((folder(here) / "together.csv").open())
    }
    assert rows["cost_cash_gbp", "longer", "share"] + rows["cost_cash_gbp", "more", "share"] == 2200
    assert (rows["cost_cash_gbp", "all", "added up"], rows["cost_cash_gbp", "all", "together"]) == (1800, 2200)


def test_together_refuses_levers_that_change_one_value(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        (here / f"{name}.yaml").write_text(f"name: {name}\nextends: base.yaml\nchange: {{{PEOPLE}: 6}}\n")
    assert main(["together", "base.yaml", "a.yaml", "b.yaml"]) == 2
    assert (
        "b.yaml:3:10: `people.everyone.arrivals.1.count` is changed by `a.yaml`, line 3, too" in capsys.readouterr().err
    )
    assert main(["together", "base.yaml", "a.yaml"]) == 2
    assert "together needs a base and 2 to 12 files" in capsys.readouterr().err
