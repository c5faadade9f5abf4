"""Sensitivity: the tornado of a case in which everything is linear is exact."""

import csv
from pathlib import Path

import pytest

from sim.cli import main
from sim.inputs.files import read_ranges
from sim.inputs.problems import ScenarioError
from sim.results.comparison.statistics import spread
from sim.runs.experiment import HowToRun
from sim.sensitivity import Outcome, Question, Tornado, _flip, range_warnings, sensitivity
from tests.studies.linear import BASE, HEADING, HOSPITAL, PEOPLE, UNIT, write


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tornado(here: Path, *lines: str) -> Tornado:
    (here / "ranges.csv").write_text(HEADING + "".join(f"{line}\n" for line in lines))
    question = Question("base.yaml", "other.yaml", "all", "occupied_bed_days")
    return sensitivity(question, read_ranges("ranges.csv"), HowToRun(1))


def test_the_tornado_of_a_linear_case_is_exact_and_its_widest_bar_stands_first(here: Path) -> None:
    found = tornado(
        here,
        f"hospital,{HOSPITAL},1,9,assumption,",  # the same in both: the difference stays
        f"unit,{UNIT},1,10,assumption,",
        f"people,{PEOPLE},2,6,assumption,",
    )
    assert found.stated.found.mean == 4 * 3
    ends = {bar.of.says: (bar.at_low.found.mean, bar.at_high.found.mean) for bar in found.bars}
    assert ends == {"unit": (4 * 1, 4 * 10), "people": (2 * 3, 6 * 3), "hospital": (12, 12)}
    assert [bar.of.says for bar in found.bars] == ["unit", "people", "hospital"]
    assert [bar.swing for bar in found.bars] == [36, 12, 0]


def test_paths_joined_by_a_bar_move_together(here: Path) -> None:
    (bar,) = tornado(here, f"both,{UNIT} | {PEOPLE},1 | 2,5 | 6,assumption,").bars
    assert (bar.at_low.found.mean, bar.at_high.found.mean) == (2 * 1, 6 * 5)


def test_ends_relative_to_the_value_in_force(here: Path) -> None:
    found = {bar.of.says: bar for bar in tornado(
        here,
        f"a number,{UNIT},x0.5,x2,assumption,",
        "a bare number,people.everyone.journey.unit.stay_days,x0.5,x2,assumption,",
        "all stays,people.everyone.journey.unit.stay_times,x0.5,x2,assumption,",
    ).bars}  # fmt: skip
    assert {says: (bar.at_low.found.mean, bar.at_high.found.mean) for says, bar in found.items()} == dict.fromkeys(
        found, (6, 24)
    )
    assert {says: (bar.at_low.value, bar.stated.value, bar.at_high.value) for says, bar in found.items()} == {
        "a number": ("1.5", "3", "6"), "a bare number": ("1.5", "3", "6"), "all stays": ("x0.5", "x1", "x2"),
    }  # fmt: skip


def test_a_stay_that_is_one_number_is_called_by_its_value(here: Path) -> None:
    stay = UNIT.removesuffix(".fixed")
    (bar,) = tornado(here, f"stay,{stay},1,10,assumption,").bars
    assert (bar.at_low.found.mean, bar.at_high.found.mean) == (4 * 1, 4 * 10)
    assert (bar.at_low.value, bar.stated.value, bar.at_high.value) == ("1", "3", "10")
    typed = Question("base.yaml", "other.yaml", "all", "occupied_bed_days", sets=(f"{stay}=9",))
    (same,) = sensitivity(typed, read_ranges("ranges.csv"), HowToRun(1)).bars
    assert (same.at_low.found.mean, same.stated.found.mean, same.stated.value) == (4 * 1, 4 * 9, "9")
    assert range_warnings(typed, read_ranges("ranges.csv")) == []


def test_a_distribution_that_ends_replace_is_as_stated_and_lies_outside_nothing(here: Path) -> None:
    stay = UNIT.removesuffix(".fixed")
    (here / "ranges.csv").write_text(f"{HEADING}stay,{stay},5,10,assumption,\n")
    both = (f"{stay}={{uniform: {{low: 2, high: 4}}}}",)
    asked = Question("base.yaml", "other.yaml", "all", "occupied_bed_days", sets=both)
    (bar,) = sensitivity(asked, read_ranges("ranges.csv"), HowToRun(1)).bars
    assert (bar.at_low.found.mean, bar.stated.value) == (4 * 5, "as stated")
    assert range_warnings(asked, read_ranges("ranges.csv")) == []


def test_a_share_is_moved_in_each_scenario_with_the_others_in_proportion(here: Path) -> None:
    share = "people.everyone.journey.hospital.then.unit.share"
    (bar,) = tornado(here, f"who goes there,{share},0%,100%,assumption,").bars
    assert (bar.at_low.found.mean, bar.at_high.found.mean) == (0, 12)


def test_what_is_as_stated_is_not_run_again(here: Path) -> None:
    assert tornado(here, f"unit,{UNIT},x1,x2,assumption,").scenarios == 3


def test_a_range_holds_instead_of_what_was_typed_for_the_same_path(here: Path) -> None:
    (here / "ranges.csv").write_text(HEADING + f"unit,{UNIT},x0.5,10,assumption,\n")
    question = Question("base.yaml", "other.yaml", "all", "occupied_bed_days", sets=(f"{PEOPLE}=2",))
    (bar,) = sensitivity(question, read_ranges("ranges.csv"), HowToRun(1)).bars
    assert (bar.at_low.found.mean, bar.stated.found.mean, bar.at_high.found.mean) == (3, 6, 20)
    typed = Question("base.yaml", "other.yaml", "all", "occupied_bed_days", sets=(f"{PEOPLE}=2",))
    (here / "ranges.csv").write_text(HEADING + f"people,{PEOPLE},x2,x3,assumption,\n")
    (bar,) = sensitivity(typed, read_ranges("ranges.csv"), HowToRun(1)).bars
    assert (bar.at_low.found.mean, bar.stated.found.mean, bar.at_high.found.mean) == (12, 6, 18)


@pytest.mark.slow
def test_what_is_typed_goes_to_the_file_that_has_it_and_is_said(here: Path, capsys) -> None:
    (here / "ranges.csv").write_text(HEADING + f"people,{PEOPLE},x1,x2,assumption,\n")
    asked = ("--ranges", "ranges.csv", "--measure", "occupied_bed_days", "--service", "all", "--workers", "1")
    typed = ("--set", f"{UNIT}=4", "--outputs", "out")
    assert main(["sensitivity", "base.yaml", "other.yaml", *asked, *typed]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Other — changed: everyone unit stay days fixed 4 (was 3) — compared with Base\n")
    (folder,) = [one.name for one in (here / "out").iterdir() if one.is_dir()]
    assert folder.startswith("sensitivity-base-vs-other-with-everyone-unit-stay-days-fixed-4-")


def test_an_end_that_cannot_be_is_told_with_its_line(here: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        tornado(here, f"unit,{UNIT},-1,rest,assumption,")
    assert str(caught.value).splitlines() == [
        f"ranges.csv:2:1: `low`: `{UNIT}` is -1; it cannot be below 0",
        f"ranges.csv:2:1: `high`: `{UNIT}` is `rest`, and no share of a list that adds up to 100%",
    ]


def test_the_verdict_changes_where_the_interval_reaches_no_difference(here: Path) -> None:
    (bar,) = tornado(here, f"unit,{UNIT},0,6,assumption,").bars
    assert bar.stated.verdict == "higher"
    assert bar.flips == "higher to cannot tell near 0"
    assert tornado(here, f"unit,{UNIT},1,6,assumption,").bars[0].flips == "none in range"


def test_between_two_values_the_change_is_read_off_a_straight_line() -> None:
    better = Outcome("10", spread([-4.0, -4.0]), "better")
    worse = Outcome("30", spread([4.0, 4.0]), "worse")
    assert _flip(better, worse) == "better to worse near 20"


def test_values_that_are_no_numbers_are_named() -> None:
    better = Outcome("{fixed: 1}", spread([-4.0, -4.0]), "better")
    worse = Outcome("{fixed: 2}", spread([4.0, 4.0]), "worse")
    assert _flip(better, worse) == "better to worse between {fixed: 1} and {fixed: 2}"


def test_a_path_that_neither_scenario_has_is_refused_with_its_line(here: Path) -> None:
    with pytest.raises(ScenarioError, match=r"ranges.csv:2:1: `services.unti.beds` is in neither"):
        tornado(here, "unit,services.unti.beds,1,2,assumption,")


def test_values_that_do_not_match_their_paths_are_refused(here: Path) -> None:
    with pytest.raises(ScenarioError, match=r"`high` holds 1 values for 2 paths"):
        tornado(here, f"both,{UNIT} | {PEOPLE},1 | 2,5,assumption,")


@pytest.mark.slow
def test_sensitivity_writes_a_table_and_a_chart(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "ranges.csv").write_text(HEADING + f"Stay in the unit,{UNIT},1,10,assumption,a note\n")
    command = ["sensitivity", "base.yaml", "other.yaml", "--ranges", "ranges.csv", "--service", "all"]
    assert main([*command, "--measure", "occupied_bed_days", "--outputs", "out", "--workers", "1"]) == 0
    assert "Stay in the unit" in capsys.readouterr().out
    (folder,) = [path for path in (here / "out").iterdir() if path.is_dir()]
    (row,) = csv.DictReader((folder / "sensitivity.csv").open())
    assert (row["difference_at_low"], row["difference_stated"], row["difference_at_high"]) == ("4", "12", "40")
    assert (folder / "charts" / "tornado.svg").stat().st_size > 1000


def test_sensitivity_of_a_measure_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sensitivity", "base.yaml", "other.yaml", "--measure", "hapiness"]) == 2
    assert "hapiness" in capsys.readouterr().err


def test_released_bed_days_have_a_tornado_too(here: Path) -> None:
    (here / "base.yaml").write_text(BASE.replace("beds: unlimited", "beds: 9"))
    sooner = f"name: Sooner\nextends: base.yaml\nchange: {{{HOSPITAL}: 3}}\n"
    (here / "other.yaml").write_text(sooner)
    (here / "ranges.csv").write_text(HEADING + f"people,{PEOPLE},2,6,assumption,\n")
    question = Question("base.yaml", "other.yaml", "all", "released_bed_days")
    (bar,) = sensitivity(question, read_ranges("ranges.csv"), HowToRun(1)).bars
    assert [one.found.mean for one in (bar.at_low, bar.stated, bar.at_high)] == [2 * 2, 4 * 2, 6 * 2]


def test_a_measure_that_no_replication_has_is_told_and_no_fault_of_ours(here: Path) -> None:
    (here / "ranges.csv").write_text(HEADING + f"hospital,{HOSPITAL},1,9,assumption,\n")
    question = Question("base.yaml", "other.yaml", "hospital", "midnight_occupancy")
    with pytest.raises(ScenarioError, match="no replication has `midnight_occupancy` of `hospital` in both scenarios"):
        sensitivity(question, read_ranges("ranges.csv"), HowToRun(1))


DATED = """\
name: Dated
question: And from the 21st day on in a unit with a second bed
extends: base.yaml
add:
  services.unit: {kind: reablement_unit, beds: [{from: 2026-04-06, beds: 1}, {from: 2026-04-26, beds: 2}]}
  people.everyone.journey.hospital.then.unit: {share: 100%}
  people.everyone.journey.unit: {stay_days: 3, then: {out: 100%}}
change:
  people.everyone.journey.hospital.then.out.share: 0%
"""


def test_where_a_bed_opens_inside_the_window_the_tornado_is_of_the_days_from_then_on(here: Path) -> None:
    """Four people come on day 20 and are ready after 5 days: in a unit that has 2 beds by then 2 of them wait 3 days."""
    (here / "base.yaml").write_text(BASE.replace("day: 0, count: 4", "day: 20, count: 4"))
    (here / "other.yaml").write_text(DATED)
    (here / "ranges.csv").write_text(f"{HEADING}stay in the unit,{UNIT},2,4,made up,\n")
    question = Question("base.yaml", "other.yaml", "hospital", "delayed_people_mean")
    found = sensitivity(question, read_ranges("ranges.csv"), HowToRun(1))
    (bar,) = found.bars
    assert found.period is not None and found.days == 20
    outcomes = [one.found.mean for one in (bar.at_low, bar.stated, bar.at_high)]
    assert outcomes == pytest.approx([2 * 2 / 20, 2 * 3 / 20, 2 * 4 / 20])
    assert found.stated.found.mean == pytest.approx(0.3)
