"""The `sweep:` of a file: checked with its line, of that file alone, without effect on runs, and written back by the command."""

from pathlib import Path

import pytest

import sim
from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.runs.store import meaning
from tests.studies.worlds import loss_file

BEDS = "services.hospital.beds"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))
    loss_file(tmp_path)
    return tmp_path


def block(*lines: str, name: str = "swept") -> str:
    text = "".join(f"  {line}\n" for line in lines)
    Path(f"{name}.yaml").write_text(f"name: Swept\nextends: loss.yaml\nsweep:\n{text}")
    return f"{name}.yaml"


def swept(*words: str) -> int:
    return main(["sweep", *words, "--engine", "reference", "--workers", "1", "--outputs", "out"])


def test_a_file_says_what_is_swept(capsys: pytest.CaptureFixture[str]) -> None:
    file = block(f"{BEDS}: 8..10:2", "people.everyone.arrivals_per_day: [x0.9, x1]")
    assert swept(file, "--plan") == 0
    out = capsys.readouterr().out
    assert f"{BEDS}: 2 values: 8, 10" in out
    assert "people.everyone.arrivals_per_day: 2 values: 1.8, 2" in out


def test_what_is_typed_holds_instead(capsys: pytest.CaptureFixture[str]) -> None:
    assert swept(block(f"{BEDS}: 8..10:2"), "--vary", f"{BEDS}=9,12", "--plan") == 0
    assert "2 values: 9, 12" in capsys.readouterr().out


def test_what_is_wrong_is_said_with_file_and_line() -> None:
    with pytest.raises(ScenarioError) as refused:
        read_scenario(block("services.hospitl.beds: 8..10", f"{BEDS}: 8.5"))
    assert [str(problem) for problem in refused.value.problems] == [
        f"swept.yaml:4:1: `services.hospitl.beds` is not in the scenario; did you mean `{BEDS}`?",
        f"swept.yaml:5:1: `{BEDS}` is 8.5, not a whole number",
    ]
    with pytest.raises(ScenarioError, match="varies one or two settings, not 3"):
        read_scenario(block(f"{BEDS}: 8", "people.everyone.arrivals_per_day: 2", "services.unit.beds: x2"))


def test_it_is_of_its_own_file_and_decides_no_run() -> None:
    file = block(f"{BEDS}: 8..10:2")
    assert meaning(read_scenario(file)) == meaning(read_scenario("loss.yaml"))
    Path("child.yaml").write_text(f"name: Child\nextends: {file}\n")
    assert read_scenario("child.yaml").sweep == ()
    assert swept("child.yaml") == 2
    Path("child.yaml").write_text(f"name: Child\nextends: {file}\nchange: {{sweep.{BEDS}: 9}}\n")
    with pytest.raises(ScenarioError, match="is not changed here"):
        read_scenario("child.yaml")


@pytest.mark.slow
def test_the_command_line_writes_itself_back(capsys: pytest.CaptureFixture[str]) -> None:
    rate = "people.everyone.arrivals_per_day"
    line = [
        "loss.yaml",
        "--vary",
        f"{BEDS}=8,10",
        "--set",
        f"{rate}=1.5",
        "--replications",
        "2",
        "--write",
        "made.yaml",
    ]
    assert swept(*line, "--json", "one.json") == 0
    assert "The sweep as a scenario: made.yaml" in capsys.readouterr().out
    made = read_scenario("made.yaml")
    assert [(one.path, one.text) for one in made.sweep] == [(BEDS, "8,10")]
    assert made.replications == 2
    assert swept("made.yaml", "--json", "two.json") == 0
    one, two = (Path(name).read_text().partition('"sweep"')[2] for name in ("one.json", "two.json"))
    assert one == two
    assert swept(*line) == 0  # a sweep wrote it
    Path("mine.yaml").write_text("name: mine\n")
    assert swept(*line[:-1], "mine.yaml") == 2
    assert Path("mine.yaml").read_text() == "name: mine\n"


def test_python_sweeps_what_the_file_says_or_is_told() -> None:
    told = sim.sweep("loss.yaml", f"{BEDS}=8,10", engine="reference")
    said = sim.sweep(block(f"{BEDS}: [8, 10]"), base="loss.yaml", engine="reference")
    mean = "measure == 'gave_up' and service == 'hospital'"
    assert told.table.query(mean)["mean"].tolist() == said.table.query(mean)["mean"].tolist()
    assert said.table.query(mean)["difference"].tolist()[1] == 0
    assert told.steps["to"].unique().tolist() == [10]
    assert repr(told).startswith("Sweep of loss\n  Delayed people")
    with pytest.raises(ValueError, match="one or two settings"):
        sim.sweep("loss.yaml")
