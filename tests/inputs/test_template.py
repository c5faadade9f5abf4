"""A number of the template that a planner leaves alone is an assumption, as it is in the baseline; a number of theirs is not."""

from collections import defaultdict
from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario, Value

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TEMPLATE = (SCENARIOS / "template.yaml").read_text(encoding="utf-8")
BEDS = "services.hospital.beds"
NEED = "people.older_people.traits.need"  # by whom they live with in the template, by dementia too in the baseline


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
    assert len(left(mine)) == 43
    shipped = set(assumed(read_scenario(str(SCENARIOS / "baseline.yaml"))))
    assert {path for path in shipped - set(assumed(mine)) if not path.startswith(f"{NEED}.")} == set()


def test_a_need_is_an_assumption_until_its_comment_says_where_it_is_from(tmp_path: Path) -> None:
    needs = {path for path in assumed(copy(tmp_path)) if path.startswith(f"{NEED}.else.")}
    assert len(needs) == 6
    mine = copy(tmp_path, "# YOURS 7, assumption: pathway 2: all who need it, not only those who get it", "# hub, 2025")
    assert needs - set(assumed(mine)) == {f"{NEED}.else.bed"}


def test_the_template_says_what_the_baseline_says() -> None:
    changes = read_scenario(str(SCENARIOS / "template.yaml")).changes
    assert [change.path for change in changes if change.old != change.new] == [NEED]


def needs_outside_care_homes(scenario: Scenario) -> dict[str, float]:
    """The share of each need among those who do not live in a care home."""
    everybody = zip(scenario.people[0].profiles, scenario.people[0].shares_of_profiles, strict=True)
    found: defaultdict[str, float] = defaultdict(float)
    for levels, share in everybody:
        if dict(levels)["lives"] != "care_home":
            found[dict(levels)["need"]] += share
    return {need: share / sum(found.values()) for need, share in found.items() if share}


def test_the_needs_of_the_template_are_those_of_the_baseline_all_in_all() -> None:
    ours, shipped = (
        needs_outside_care_homes(read_scenario(str(SCENARIOS / file))) for file in ("template.yaml", "baseline.yaml")
    )
    assert ours == pytest.approx(shipped, abs=0.001)  # both are written to the nearest tenth of a percent


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
    assert len(left(more)) == 42
    assert BEDS not in assumed(more)
