"""The verbs preset, bcf and worksheet, and every command of them that the pages tell a planner to type."""

import csv
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sim.calibration import checked_targets
from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.own_data import people_files
from sim.own_data.censuses import Census, Present, read_censuses
from sim.own_data.forecasting import missing_in, told_of_steps
from sim.own_data.worksheet import workbook_bytes
from tests.own_data import made_up, made_up_people

ROOT = Path(__file__).parents[2]
PUBLISHED = "scenarios/own_data/published/*"
PLAN = "scenarios/own_data/bcf_plan.xlsx"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A planner's folder with a copy of the scenarios that the pages name."""
    for part in ("own_data", "targets", "variants"):
        shutil.copytree(ROOT / "scenarios" / part, tmp_path / "scenarios" / part)
    for name in ("baseline.yaml", "template.yaml"):
        shutil.copy(ROOT / "scenarios" / name, tmp_path / "scenarios" / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands_of(page: str, verb: str) -> list[list[str]]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return [line.split()[2:] for line in lines if line.startswith(f"python3 run_sim.py {verb} ")]


# -- fit, forecast, calibrate on the made-up files -----------------------------------------------------------

QUICK = {  # fewer runs of fewer days: what is typed last counts
    "fit": (),
    "forecast": ("--days", "7", "--replications", "2", "--engine", "reference", "--workers", "1"),
    "calibrate": (
        *("--replications", "2", "--evaluations", "1", "--engine", "reference", "--workers", "1"),
        *("--set", "calendar.warm_up_days=7", "--set", "calendar.measured_days=21"),
    ),
}


@pytest.mark.nightly
def test_every_command_of_the_page_of_own_data_runs_on_the_made_up_files(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs/your-own-data.md").read_text(encoding="utf-8")
    commands = [line.split()[2:] for line in text.splitlines() if line.startswith("python3 run_sim.py ")]
    assert [words[0] for words in commands] == ["fit", "forecast", "forecast", "fit", "calibrate"]
    for words in commands:
        assert main([*words, *QUICK[words[0]]]) == 0, words
    said = " ".join(capsys.readouterr().out.split())
    assert "Monday 8 June 2026, 7 days ahead" in said and "How often the bands held, over 6 past censuses" in said
    assert "5 held-out figures came as predicted" in said or "of 5 held-out figures" in said
    fitted = read_scenario("scenarios/my_lengths.yaml")
    assert fitted.people[0].arrivals_per_day == pytest.approx(23.5, rel=0.04)  # what the made-up hospital was given
    assert fitted.people[0].by_weekday[0] == pytest.approx(1.12, abs=0.06)
    with Path("my_prediction.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["part"] for row in csv.DictReader(file)] == ["target"] * 5 + ["held out"] * 5


@pytest.mark.nightly
def test_the_made_up_files_are_those_that_their_scripts_make(tmp_path: Path) -> None:
    new = tmp_path / "new"
    for folder in (new / "published", new / "published_other_shapes"):
        folder.mkdir(parents=True)
    for file in (*made_up.shipped(new), *made_up_people.shipped(new)):
        assert file.read_bytes() == (ROOT / "scenarios/own_data" / file.relative_to(new)).read_bytes(), file


def test_the_made_up_lists_are_read_without_a_fault_and_alike_from_excel_and_csv() -> None:
    words, baseline = (
        people_files.read_mapping("scenarios/own_data/columns.csv"),
        read_scenario("scenarios/baseline.yaml"),
    )
    day = date(2026, 6, 1)
    one, other = (read_censuses(f"scenarios/own_data/census.{kind}", baseline, words, day) for kind in ("csv", "xlsx"))
    assert one.all == other.all and len(one.all[0].people) > 450
    assert {person.service for person in one.all[0].people} == {
        *("hospital", "home_reablement", "home_care", "community_beds", "care_home_assessment")
    }
    assert "people who have waited about as long for the same place" in told_of_steps(one.all[0], baseline)
    cold = replace(baseline, calendar=replace(baseline.calendar, warm_up_days=0))
    assert "every one counts as done" in told_of_steps(one.all[0], cold)
    nobody_waits = Census(day, tuple(replace(one, waiting_for=None) for one in one.all[0].people))
    assert not told_of_steps(nobody_waits, baseline)
    (said,) = missing_in(one.all[0], baseline)
    assert said.startswith("People who are not in the census and may come back")


def test_services_of_which_nobody_is_listed_are_told() -> None:
    baseline = read_scenario("scenarios/baseline.yaml")
    census = Census(date(2026, 6, 1), (Present("older_people", "hospital", 3.0, None, None, ()),))
    (_, said) = missing_in(census, baseline)
    assert said.startswith("Nobody in the census is in `home_reablement`, ") and "`community_beds`" in said
    assert "`long_term_care`" not in said  # unlimited: nobody waits for it
    (said,) = missing_in(census, read_scenario("scenarios/baseline.yaml", ["calendar.warm_up_days=0"]))
    assert "starts with every place free" in said


# -- preset --------------------------------------------------------------------------------------------------


def test_the_other_shapes_of_the_published_files_say_the_same_of_june(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preset", "scenarios/own_data/published_other_shapes/*", "--organisation", "ZZA"]) == 0
    out = capsys.readouterr().out
    assert "77.1 discharges a day" in out and "KH03-Available-Overnight-only.csv, row 2" in out


@pytest.mark.slow
def test_the_commands_of_the_page_make_targets_and_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    commands = commands_of("published-files.md", "preset")
    assert commands
    for words in commands:
        assert main(words) == 0
    out = capsys.readouterr().out
    assert "Assumed: Age: published figures are of all adults." in out
    assert (
        "KH03, beds open overnight: Beds-Open-Overnight-Web_File-Q1-2025-26.xlsx, sheet NHS Trust by Sector, row 18"
        in out
    )
    (written,) = (Path(words[words.index("--write") + 1]) for words in commands if "--write" in words)
    scenario = read_scenario(str(written))
    targets = checked_targets(str(written.with_name(f"{written.stem}_targets.csv")), scenario)
    assert len(targets) == 31
    assert sum(target.binds for target in targets) == 6


def test_a_preset_replaces_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine_targets.csv").write_text("kept", encoding="utf-8")
    assert main(["preset", PUBLISHED, "--organisation", "ZZA", "--write", "mine.yaml"]) == 2
    assert "mine_targets.csv is there already" in capsys.readouterr().err
    assert Path("mine_targets.csv").read_text(encoding="utf-8") == "kept"
    assert not Path("mine.yaml").exists()


def test_what_is_wrong_with_a_published_file_is_said_and_nothing_written(capsys: pytest.CaptureFixture[str]) -> None:
    file = next(Path("scenarios/own_data/published").glob("*April*"))
    file.write_text(file.read_text(encoding="utf-8-sig").replace('"2,043"', "see below"), encoding="utf-8")
    assert main(["preset", PUBLISHED, "--organisation", "ZZA", "--write", "mine.yaml"]) == 2
    error = capsys.readouterr().err
    assert "I20 holds text where a number is wanted" in error
    assert "see below" not in error
    assert not list(Path().glob("mine*"))


def test_suppressed_figures_are_neither_printed_nor_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preset", PUBLISHED, "--organisation", "ZZA", "--suppress", "--write", "mine.yaml"]) == 0
    out = capsys.readouterr().out
    assert "Left out: Long stayers: home not ready: suppressed" in out
    with Path("mine_targets.csv").open(encoding="utf-8", newline="") as file:
        assert "Long stayers: home not ready" not in {row["target"] for row in csv.DictReader(file)}


def test_a_preset_needs_an_organisation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preset", PUBLISHED]) == 2
    assert "--organisation is missing" in capsys.readouterr().err


# -- bcf -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_commands_of_the_page_take_a_plan_in_and_out(capsys: pytest.CaptureFixture[str]) -> None:
    into, into_a_hospital, out = commands_of("bcf-plan.md", "bcf")
    assert main(into) == 0
    assert main(into_a_hospital) == 0
    assert "Left out: home_care: baseline.yaml counts its hours" in capsys.readouterr().out
    assert main([*out, "--replications", "2", "--engine", "reference"]) == 0
    said = capsys.readouterr().out
    assert "Gap: demand less capacity" in said
    sheet = load_workbook(out[out.index("--write") + 1])["Demand and capacity"]
    services = {row[0].value for row in sheet.iter_rows(min_row=7)}
    assert {"home_reablement", "community_beds", "urgent_community_response"} <= services
    assert sheet.max_row == 6 + 5 * 12


def test_a_plan_with_faults_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    book = load_workbook(PLAN)
    book["Community"]["E6"] = "n/a"
    book.save(PLAN)
    assert main(["bcf", PLAN, "--write", "plan.yaml"]) == 2
    assert "Community!E6 holds text where a number of people is wanted" in capsys.readouterr().err
    assert not Path("plan.yaml").exists()


def test_a_scenario_that_a_planner_wrote_is_not_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yaml").write_text("name: mine\n", encoding="utf-8")
    assert main(["bcf", PLAN, "--write", "plan.yaml"]) == 2
    assert "plan.yaml is there already" in capsys.readouterr().err
    assert main(["bcf", PLAN, "--write", "other.yaml"]) == 0
    assert main(["bcf", PLAN, "--write", "other.yaml"]) == 0  # it made that one itself


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([PLAN], "--write is missing: the scenario to write"),
        ([PLAN, "--write", "plan.xlsx"], "--write writes a file whose name ends in .yaml"),
        ([PLAN, "scenarios/baseline.yaml", "--write", "plan.yaml"], "--write writes a file whose name ends in .xlsx"),
        (["scenarios/baseline.yaml", "--write", "plan.yaml"], "bcf takes a plan, and behind it the scenario"),
        ([PLAN, "--write", "plan.yaml", "--seed", "3"], "go with a scenario to run"),
    ],
)
def test_what_makes_no_sense_is_said(capsys: pytest.CaptureFixture[str], words: list[str], what: str) -> None:
    assert main(["bcf", *words]) == 2
    assert what in capsys.readouterr().err


def test_a_plan_of_other_months_than_the_scenario_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bcf", PLAN, "scenarios/baseline.yaml", "--write", "out.xlsx"]) == 2
    what = "measures 2026-04-06 to 2027-04-05, and the plan is of 2026-04-01 to 2027-03-31"
    assert what in capsys.readouterr().err
    assert not Path("out.xlsx").exists()


# -- worksheet -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_commands_of_the_page_make_and_read_a_worksheet(capsys: pytest.CaptureFixture[str]) -> None:
    make, read = commands_of("your-own-hospital.md", "worksheet")
    assert main(make) == 0
    assert main(make) == 2  # what is filled by now is not written over
    assert "is there already" in capsys.readouterr().err
    Path(make[1]).write_bytes(workbook_bytes({1: 420, 9: 85}, {1: "KH03", 9: "contract"}))
    assert main(read) == 0
    out = capsys.readouterr().out
    assert "2 of 15 numbers are filled." in out
    assert "As in the baseline: Their admissions a day" in out
    assert read_scenario(read[-1]).service("hospital").capacity[0].places == 420


def test_a_worksheet_does_not_warn_of_what_it_wrote_itself(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.xlsx").write_bytes(workbook_bytes({2: 40, 10: 21, 12: 24}, {}))
    assert main(["worksheet", "mine.xlsx", "--write", "scenarios/mine.yaml"]) == 0
    out = capsys.readouterr().out
    assert "was changed, but is" not in out  # the days of those who leave early, which the worksheet takes off
    assert "Warning: pathway 2: demand is" in out


def test_a_worksheet_with_faults_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.xlsx").write_bytes(workbook_bytes({4: 7.0}, {}))
    assert main(["worksheet", "mine.xlsx", "--write", "mine.yaml"]) == 2
    assert "Numbers!D8 (number 4) is `7`; write 7%" in capsys.readouterr().err
    assert not Path("mine.yaml").exists()


def test_a_worksheet_is_a_workbook(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worksheet", "mine.csv"]) == 2
    assert "name a file that ends in .xlsx" in capsys.readouterr().err
