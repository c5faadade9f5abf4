"""Morris and Sobol: the indices of additive and multiplicative models are known."""

from pathlib import Path

import numpy as np
import pytest

from sim.inputs.files import read_ranges
from sim.runs.experiment import HowToRun
from sim.studies.assumptions import (
    MORRIS,
    SOBOL,
    JointQuestion,
    JointRanges,
    Wanted,
    design_of,
    indices,
    indices_of,
    runs_of,
)
from tests.studies.linear import PEOPLE, UNIT, write


def test_sobol_of_an_additive_model_is_exact() -> None:
    design = design_of(SOBOL, 3, 256, 1)
    found = indices_of(SOBOL, 3, design, design @ np.array([4.0, 2.0, 0.0]), 1)
    by_number = {one.assumption: one for one in found}
    assert len(design) == runs_of(SOBOL, 256, 3)
    for number, part in enumerate((16 / 20, 4 / 20, 0.0)):  # the variance of c * uniform is c squared / 12
        assert by_number[number].alone == pytest.approx(part, abs=0.01)
        assert by_number[number].total == pytest.approx(part, abs=0.01)


def test_sobol_of_a_product_has_an_interaction() -> None:
    design = design_of(SOBOL, 2, 1024, 1)
    (first, second) = indices_of(SOBOL, 2, design, (design[:, 0] - 0.5) * (design[:, 1] - 0.5), 1)
    assert [one.alone for one in (first, second)] == pytest.approx([0, 0], abs=0.02)
    assert [one.total for one in (first, second)] == pytest.approx([1, 1], abs=0.02)


def test_morris_of_an_additive_model_is_exact() -> None:
    design = design_of(MORRIS, 3, 10, 1)
    found = indices_of(MORRIS, 3, design, design @ np.array([4.0, -2.0, 0.0]), 1)
    assert [(one.assumption, round(one.total, 9), round(one.alone, 9)) for one in found] == [
        (0, 4, 0),
        (1, 2, 0),
        (2, 0, 0),
    ]
    assert len(design) == runs_of(MORRIS, 10, 3)


def test_through_the_simulator_the_larger_effect_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, f"People,{PEOPLE},3,5,assumption,", f"Stay in the unit,{UNIT},1,9,assumption,")
    joint = JointRanges(JointQuestion("base.yaml", "other.yaml"), read_ranges("ranges.csv"))
    found = indices(joint, Wanted("all", "occupied_bed_days"), MORRIS, 4, HowToRun())
    assert [one.assumption for one in found.found] == [1, 0]
    assert (
        3 * 6 <= found.found[0].total <= 5 * 10
    )  # 3 to 5 people; 4 days more below what is stated and above, on a step of two thirds


def test_morris_is_exact_for_an_additive_assumption_that_is_stated_near_its_low_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, f"Stay in the unit,{UNIT},2,12,assumption,")  # stated 3; 4 people for 10 days more
    joint = JointRanges(JointQuestion("base.yaml", "other.yaml"), read_ranges("ranges.csv"))
    (found,) = indices(joint, Wanted("all", "occupied_bed_days"), MORRIS, 4, HowToRun()).found
    assert (found.total, found.alone) == (pytest.approx(40, abs=0.1), pytest.approx(0, abs=0.1))


@pytest.mark.parametrize("method", [MORRIS, SOBOL])
def test_a_difference_that_never_changes_depends_on_nothing(method: str) -> None:
    design = design_of(method, 3, 4, 1)
    found = indices_of(method, 3, design, np.full(len(design), 7.0), 1)
    assert [(one.alone, one.total) for one in found] == [(0, 0)] * 3
