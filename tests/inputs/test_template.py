"""A number of the template that a planner leaves alone is an assumption, as it is in the baseline; a number of theirs is not."""

from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario, Value

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TEMPLATE = (SCENARIOS / "template.yaml").read_text(encoding="utf-8")
BEDS = "services.hospital.beds"


def copy(folder: Path, old: str = "", new: str = "") -> Scenario:
    """A planner's copy of the template, with one thing changed, beside the baseline."""
    assert old in TEMPLATE, f"the template says nothing of {old!r}"
    (folder / "baseline.yaml").write_bytes((SCENARIOS / "baseline.yaml").read_bytes())
    (folder / "mine.yaml").write_text(TEMPLATE.replace(old, new, 1), encoding="utf-8")
    return read_scenario(str(folder / "mine.yaml"))


def assumed(scenario: Scenario) -> dict[str, Value]:
    return {value.path: value for value in scenario.values if "assumption" in value.note}


def left(scenario: Scenario) -> set[str]:
    return {
        path
        for path, value in assumed(scenario).items()
        if value.note.startswith("assumption: not yet replaced; YOURS")
    }


def test_an_untouched_copy_assumes_as_much_as_the_baseline(tmp_path: Path) -> None:
    mine = copy(tmp_path)
    assert len(left(mine)) == 34
    assert set(assumed(mine)) >= set(assumed(read_scenario(str(SCENARIOS / "baseline.yaml"))))


def test_the_template_says_what_the_baseline_says() -> None:
    changes = read_scenario(str(SCENARIOS / "template.yaml")).changes
    assert [change.path for change in changes if change.old != change.new] == []


def test_a_number_that_was_changed_is_the_planners(tmp_path: Path) -> None:
    assert left(copy(tmp_path)) - left(copy(tmp_path, "beds: 310 ", "beds: 420 ")) == {BEDS}


def test_a_number_with_another_comment_is_the_planners_even_if_it_is_the_same(tmp_path: Path) -> None:
    comment = "# YOURS 1: beds that people of 65 and over fill"
    mine = copy(tmp_path, comment, "# KH03, quarter 4, times 62%")
    assert left(copy(tmp_path)) - left(mine) == {BEDS}
    assert BEDS not in assumed(mine)


def test_of_two_numbers_on_a_line_the_one_that_was_left_is_still_the_templates(tmp_path: Path) -> None:
    stay = "people.older_people.journey.hospital.stay_days.lognormal"
    assert left(copy(tmp_path)) - left(copy(tmp_path, "{mean: 9, sd: 11.8}", "{mean: 9.2, sd: 11.8}")) == {
        f"{stay}.mean"
    }


@pytest.mark.parametrize("value", ["310", "420"])
def test_a_number_set_on_the_command_line_is_not_the_templates(tmp_path: Path, value: str) -> None:
    copy(tmp_path)
    assert BEDS not in left(read_scenario(str(tmp_path / "mine.yaml"), [f"{BEDS}={value}"]))


def test_a_file_that_extends_the_copy_takes_what_was_left_for_what_it_is(tmp_path: Path) -> None:
    copy(tmp_path, "beds: 310 ", "beds: 420 ")
    (tmp_path / "more.yaml").write_text(f"extends: mine.yaml\nchange: {{{BEDS}: 430}}  # YOURS 1\n", encoding="utf-8")
    more = read_scenario(str(tmp_path / "more.yaml"))
    assert len(left(more)) == 33
    assert BEDS not in assumed(more)
