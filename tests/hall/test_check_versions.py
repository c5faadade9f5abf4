"""A run with other versions of Python or its packages: exact where it can be, within stated tolerances otherwise."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.model import attributes
from sim.model.rules import SECONDS_PER_DAY
from sim.regression import run
from sim.regression.baselines import MOVED, PEOPLE_IN_BLOCK, compare_results
from sim.regression.run import run_scenarios

Edit = Callable[[str, str, str], None]
OTHERS = {"python": "3.14", "numpy": "9.9", "scipy": "1.17.1", "simpy": "4.1.2"}
EXPECTED = Path(__file__).parents[1] / "expected"


@pytest.fixture
def other_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "versions", lambda: OTHERS)


def check(folder: Path) -> int:
    return main(["check", str(folder / "child.yaml"), "--workers", "1", "--engine", "reference"])


@pytest.mark.usefixtures("other_versions")
def test_equal_results_pass_as_recorded(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(recorded) == 0
    said = capsys.readouterr().out
    assert "child.yaml: as recorded (recorded with python 3." in said
    assert ", not 9.9" in said


@pytest.mark.usefixtures("other_versions")
def test_a_second_here_and_there_is_tolerated(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.model.reference.journey.seconds", lambda days: int(days * SECONDS_PER_DAY))
    assert check(recorded) == 0
    said = capsys.readouterr().out
    assert "child.yaml: within tolerances" in said
    assert "not identical, but within what other versions may change" in said


@pytest.mark.usefixtures("other_versions")
def test_longer_stays_are_not_tolerated(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = attributes.needed_days
    monkeypatch.setattr("sim.model.reference.journey.needed_days", lambda *about: needed(*about) * 1.3)
    assert check(recorded) == 1
    assert "of these measures are beyond what other versions may change" in capsys.readouterr().out


@pytest.mark.usefixtures("other_versions")
def test_a_changed_value_is_not_tolerated(recorded: Path, edit: Edit) -> None:
    edit("parent.yaml", "n: 5}", "n: 5.0001}")
    assert check(recorded) == 1


@pytest.mark.usefixtures("other_versions")
def test_other_versions_can_be_recorded(recorded: Path) -> None:
    file = str(recorded / "child.yaml")
    assert main(["check", file, "--update", "--reason", "A newer Python", "--workers", "1"]) == 0
    log = (recorded / "expected-log.md").read_text(encoding="utf-8")
    assert "`child.yaml`: no result moved.\n- python: 3." in log
    assert "numpy  9.9" in (recorded / "child.expected.txt").read_text(encoding="utf-8")


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["teams_and_queues", "rings_and_returns", "census_and_surge"])
def test_a_real_scenario_with_new_luck_is_accepted_at_the_stated_rate(name: str) -> None:
    scenario = read_scenario(EXPECTED / f"{name}.yaml")
    (here, *others) = run_scenarios([replace(scenario, seed=seed) for seed in range(100, 161)], workers=2)
    recorded = here.expected._replace(versions=OTHERS)
    outcomes = [compare_results(recorded, one.expected, PEOPLE_IN_BLOCK).outcome for one in others]
    assert outcomes.count(MOVED) <= 3, "60 at 1%: more than 3 in 1 of 3,000"
