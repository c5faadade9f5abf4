"""Calibration: a scenario's figures beside its targets."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.calibration import calibrate, checked_targets, table
from sim.cli import main
from sim.inputs.files import read_targets
from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.results.comparison.statistics import spread
from tests.scenarios.runs import SCENARIOS, rows

HEADING = "target,measure,divided_by,unit,low,aim,high,binds,source,note\n"
EXACT = """\
name: Exact
question: Two people a day stay three days
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 10}
replications: 2
services: {hospital: {kind: acute, beds: 10}}
people:
  everyone:
    arrives_at: hospital
    arrivals: [{day: 0, count: 2}, {day: 5, count: 2}]
    journey: {hospital: {stay_days: 3, then: {out: 100%}}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "exact.yaml").write_text(EXACT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def targets(here: Path, *lines: str) -> str:
    (here / "targets.csv").write_text(HEADING + "".join(f"{line}\n" for line in lines))
    return "targets.csv"


def verdicts(here: Path, *lines: str) -> list[str]:
    scenario = read_scenario("exact.yaml")
    return [one.verdict for one in calibrate(scenario, checked_targets(targets(here, *lines), scenario), workers=1)]


def problems(here: Path, *lines: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        checked_targets(targets(here, *lines), read_scenario("exact.yaml"))
    return str(caught.value)


def test_a_figure_inside_its_range_is_met_and_one_outside_is_missed_if_it_binds(here: Path) -> None:
    assert verdicts(
        here,
        "inside,hospital occupied_bed_days,,days,11,12,13,yes,own census,",
        "outside,hospital occupied_bed_days,,days,13,,14,yes,own census,",
        "for information,hospital occupied_bed_days,,days,13,,14,no,own census,",
    ) == ["met", "missed", "differs"]


def test_rows_are_divided_and_items_added_up(here: Path) -> None:
    assert verdicts(
        here,
        "stay,hospital occupied_bed_days,hospital leavers,days,3,,3,yes,own census,",
        "ways,hospital leavers pathway=0|1,hospital leavers,share,100%,,100%,yes,own census,",
    ) == ["met", "met"]


def test_what_the_results_do_not_hold_has_no_figure(here: Path) -> None:
    line = "nobody delayed,hospital delay_mean_if_delayed_nights,,nights,6,,7,yes,own census,"
    assert verdicts(here, line) == ["no figure"]


def test_a_wait_that_is_on_a_list_says_so_and_what_to_write(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    on_a_list = EXACT.replace("arrives_at: hospital", "arrives_at: either")
    (here / "exact.yaml").write_text(f"{on_a_list}lists: {{either: {{services: [hospital]}}}}\n")
    file = targets(here, "Wait,hospital wait_mean_days,,days,0,,1,no,own,", "Died,hospital deaths,,people,0,,1,no,own,")
    assert main(["calibrate", "exact.yaml", "--targets", file, "--workers", "1"]) == 0
    assert (
        "Wait: nobody waits for `hospital` alone, as people wait on `either`; write `either wait_mean_days`."
        in capsys.readouterr().out
    )


def test_every_target_of_the_template_has_a_figure_of_the_baseline() -> None:
    shown = rows("baseline.yaml").keys()
    for target in read_targets(str(SCENARIOS / "targets/template.csv")):
        addresses = [one for one in (target.of, target.divided_by) if one]
        assert all((one.service, one.measure, "", "") in shown for one in addresses), target.says


def test_every_fault_of_a_targets_file_is_shown_with_its_line(here: Path) -> None:
    said = problems(
        here,
        "a,hospital ocupancy,,share,90%,,95%,yes,KH03,",
        "b,hospital occupancy,,share,95%,,90%,yes,KH03,",
        "c,hospital occupancy,,shares,90%,,95%,perhaps,,",
        "d,hospital,,share,90%,,lots,yes,KH03,",
    )
    assert "targets.csv:3:1: `low` (95%) is above `high` (90%)" in said
    assert "targets.csv:4:1: `unit` is `shares`; did you mean `share`?" in said
    assert "targets.csv:4:1: `source` is empty" in said
    assert "targets.csv:5:1: `measure` is `hospital`; write service, measure" in said
    assert "targets.csv:5:1: `high` is `lots`, not a number" in said


def test_a_measure_that_does_not_exist_is_refused_with_what_was_meant(here: Path) -> None:
    said = problems(here, "a,hospitl ocupancy,,share,90%,,95%,yes,KH03,")
    assert "targets.csv:2:1: `hospitl` is not known; did you mean `hospital`?" in said
    assert "`ocupancy` is not known; did you mean `occupancy`?" in said


def test_calibrate_prints_the_table_and_writes_it_as_a_page(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = targets(here, "Stay,hospital occupied_bed_days,hospital leavers,days,3,,3,yes,own census,from the wards")
    assert main(["calibrate", "exact.yaml", "--targets", file, "--page", "page.md", "--workers", "1"]) == 0
    assert "1 of 1 binding target met." in capsys.readouterr().out
    page = (here / "page.md").read_text()
    assert "| Stay | 3.00 | 3.00 | 3.00 to 3.00 | met | own census |" in page
    assert "- Stay: from the wards" in page


@pytest.mark.usefixtures("here")
def test_calibrate_without_its_targets_file_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "exact.yaml", "--targets", "none.csv"]) == 2
    assert "none.csv" in capsys.readouterr().err


def test_a_figure_that_some_replications_lack_says_in_how_many_it_is(here: Path) -> None:
    scenario = read_scenario("exact.yaml")
    (line,) = calibrate(
        scenario, checked_targets(targets(here, "a,hospital delayed_share,,share,0%,,5%,yes,own,"), scenario), 1
    )
    assert table([line])[0][2] == "0.0%"
    assert table([replace(line, replications=3)])[0][2] == "0.0% (in 2 of 3)"


def test_the_interval_of_a_share_stays_a_share(here: Path) -> None:
    scenario = read_scenario("exact.yaml")
    (line,) = calibrate(
        scenario, checked_targets(targets(here, "a,hospital delayed_share,,share,0%,,5%,yes,own,"), scenario), 1
    )
    assert replace(line, found=spread([0.1, 0.9])).ends == (0, 1)
