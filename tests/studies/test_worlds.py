"""All assumptions drawn together: known answers in a linear case, and draws that depend on names only."""

from pathlib import Path

import numpy as np
import pytest

from sim.inputs.files import read_ranges
from sim.inputs.problems import ScenarioError
from sim.runs.experiment import HowToRun
from sim.sensitivity import Question, range_warnings
from sim.studies.assumptions import JointQuestion, JointRanges, Wanted, Worlds, drawn, positions, worlds
from tests.studies.linear import HOSPITAL, PEOPLE, UNIT, write

DAYS, CASH = Wanted("all", "occupied_bed_days"), Wanted("all", "cost_cash_gbp")
STAY = f"Stay in the unit,{UNIT},1,9,assumption,"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def joint(here: Path, *lines: str) -> JointRanges:
    write(here, *lines)
    return JointRanges(JointQuestion("base.yaml", "other.yaml"), read_ranges("ranges.csv"))


def found(here: Path, *lines: str, number: int = 8) -> Worlds:
    return worlds(joint(here, *lines), [DAYS, CASH], number, HowToRun())


def test_each_world_is_what_a_pencil_says(here: Path) -> None:
    study = found(here, STAY, f"People,{PEOPLE},2,6,assumption,")
    for point, world in zip(study.points, study.found, strict=True):
        stay, people = (float(text) for text in study.joint.shown(point))
        assert world[0].mean == pytest.approx(people * stay, abs=0.01)
        assert world[1].mean == pytest.approx(50 * people * stay, abs=1)


def test_half_of_the_worlds_lie_to_either_side_of_what_is_stated(here: Path) -> None:
    stays = [float(text) for (text,) in map(found(here, STAY).joint.shown, found(here, STAY).points)]
    assert sum(stay < 3 for stay in stays) == sum(stay > 3 for stay in stays) == 4  # 3 is stated, in 1 to 9


def test_what_is_stated_at_an_end_lies_evenly_over_the_range() -> None:
    evenly = np.linspace(0.05, 0.95, 10)[:, None]
    assert positions(evenly, np.array([0.0])) == pytest.approx(evenly)
    assert positions(evenly, np.array([1.0])) == pytest.approx(evenly)
    assert np.median(positions(evenly, np.array([0.2]))) == pytest.approx(0.2, abs=0.07)


def test_every_assumption_lies_once_in_every_part_of_its_range(here: Path) -> None:
    uniforms = drawn(joint(here, STAY, f"People,{PEOPLE},2,6,assumption,"), 20)
    assert [sorted(np.floor(column * 20).astype(int)) for column in uniforms.T] == [list(range(20))] * 2


def test_one_more_assumption_moves_no_other(here: Path) -> None:
    alone = drawn(joint(here, STAY), 10)[:, 0]
    beside = drawn(joint(here, f"People,{PEOPLE},2,6,assumption,", STAY), 10)[:, 1]
    assert alone.tolist() == beside.tolist()


@pytest.mark.slow
def test_shares_of_worlds_and_what_they_depend_on(here: Path) -> None:
    study = found(here, STAY, f"Stay in hospital,{HOSPITAL},4,6,assumption,", number=20)
    assert study.verdicts(1) == {"better": 0, "worse": 20, "cannot tell": 0}  # it always costs more
    assert study.verdicts(0, 1) == {"better": 0, "worse": 20, "cannot tell": 0}
    (first, strong), (_, weak) = study.dependence(0)
    assert (first, strong) == (0, pytest.approx(1.0, abs=0.01))
    assert abs(weak) < study.noise


def test_an_assumption_of_one_file_moves_that_file_only(here: Path) -> None:
    scenario = joint(here, STAY)
    base, other = scenario.at(np.array([1.0]))
    assert base == scenario.stated[0]
    assert {value.path: value.text for value in other.values}[UNIT] == "9"


def test_what_cannot_be_together_is_told_with_its_line(here: Path) -> None:
    with pytest.raises(ScenarioError, match=r"ranges.csv:2:1: .*with all settings at their low ends"):
        joint(here, f"unit,{UNIT},-1,4,assumption,")


@pytest.mark.slow
def test_the_same_worlds_whatever_runs_together(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = found(here, STAY)
    monkeypatch.setattr("sim.studies.assumptions.AT_ONCE", 3)
    assert found(here, STAY).found == together.found


def test_a_path_that_neither_file_has_is_refused_with_its_line(here: Path) -> None:
    with pytest.raises(ScenarioError, match=r"ranges.csv:3:1: `services.unti.beds` is in neither of the two scenarios"):
        joint(here, STAY, "beds,services.unti.beds,1,2,assumption,")


# -- what both files state differently -----------------------------------------------------------------------

FLATTENED = f"Stay in hospital,{HOSPITAL},5,9,assumption,"


def test_as_stated_is_what_the_files_state_even_where_a_range_gives_both_the_same(here: Path) -> None:
    """Nine days in hospital instead of five are 4 x 4 days more; a range of 5 to 9 takes that away in every world."""
    write(here, FLATTENED)
    (here / "longer.yaml").write_text(f"name: Longer\nextends: base.yaml\nchange: {{{HOSPITAL}: 9}}\n")
    of = JointRanges(JointQuestion("base.yaml", "longer.yaml"), read_ranges("ranges.csv"))
    study = worlds(of, [DAYS], 4, HowToRun())
    assert study.stated[0].mean == 16
    assert [world[0].mean for world in study.found] == [0, 0, 0, 0]


def test_a_range_that_gives_both_the_same_is_warned_of(here: Path) -> None:
    write(here, FLATTENED, f"In proportion,{HOSPITAL},x0.8,x1.2,assumption,", STAY)
    (here / "longer.yaml").write_text(f"name: Longer\nextends: base.yaml\nchange: {{{HOSPITAL}: 9}}\n")
    asked = Question("base.yaml", "longer.yaml", "all", "occupied_bed_days")
    (warning,) = range_warnings(asked, read_ranges("ranges.csv")[:2])
    assert "is 5 in one scenario and 9 in the other" in warning
    assert (
        range_warnings(Question("base.yaml", "other.yaml", "all", "occupied_bed_days"), read_ranges("ranges.csv")) == []
    )
