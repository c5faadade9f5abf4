"""Published figures become targets and a first scenario; every value says where it is from, and small counts can be kept back."""

import re
from pathlib import Path

import pytest

from sim.diagnostics.offered_load import mean_days
from sim.home import HOME
from sim.inputs.loading import read_scenario
from sim.inputs.problems import Problems, ScenarioError
from sim.own_data.preset import PARENT, Figures, Preset, assumptions_of, lines_of, preset_of, scenario_text, target_rows
from sim.runs.specification import write_checked
from tests.own_data import made_up


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return [str(file) for file in made_up.published(tmp_path_factory.mktemp("published"))]


def preset(files: list[str], organisation: str = "ZZA", *, suppress: bool = False) -> Preset:
    return preset_of(files, organisation, Problems(), suppress=suppress)


def test_figures_are_made_from_counts_of_all_months(files: list[str]) -> None:
    found = {one.says: one for one in preset(files).figures.made}
    late, everybody = 993, 7063  # of April to June: 328, 338 and 327 of 2,338, 2,412 and 2,313
    assert found["Discharges delayed"].aim == pytest.approx(late / everybody)
    assert found["Of those delayed: 1 to 6 nights"].aim == pytest.approx(709 / late)
    assert found["Nights of delay of those delayed"].aim == pytest.approx((2043 + 2190 + 2061) / late)
    assert found["Discharges a day"].aim == pytest.approx(everybody / 91)
    assert found["Occupancy at midnight"].aim == pytest.approx(598.41 / 641.26)
    assert found["Delayed people at midnight"].aim == pytest.approx(154 - (66 - 14 * 5 / 30))  # five Sundays
    assert found["Discharged alive on pathway 2"].aim == pytest.approx(94 / 2301)
    assert found["Home from a pathway 2 bed"].aim == pytest.approx((31 + 2 + 3 + 28 + 15) / (36 + 43 + 17))


def test_the_range_is_that_of_the_months_or_a_tenth(files: list[str]) -> None:
    found = {one.says: one for one in preset(files).figures.made}
    band = found["Of those delayed: 7 to 13 nights"]
    assert (band.low, band.high) == pytest.approx((49 / 327, 54 / 338))
    people = found["Delayed people at midnight"]
    assert (people.low, people.high) == pytest.approx((people.aim * 0.9, people.aim * 1.1))
    home = found["Discharged alive on pathway 0"]
    assert (home.low, home.high) == pytest.approx((home.aim - 0.03, home.aim + 0.03))


def test_every_target_cites_file_row_and_month(files: list[str]) -> None:
    rows = {row[0]: row for row in target_rows(preset(files).figures.made)}
    assert rows["Occupancy at midnight"][8] == (
        "KH03, beds open overnight: Beds-Open-Overnight-Web_File-Q1-2025-26.xlsx, sheet NHS Trust by Sector, row 18, H18, N18 "
        "(April to June 2025)"
    )
    assert "Discharge-Ready-Date-monthly-data-csv-May-2025.csv, row 12 (May 2025)" in rows["Discharges a day"][8]
    assert all(re.search(r"rows? (from )?\d", row[8]) and "2025)" in row[8] for row in rows.values())


def test_a_figure_with_a_part_that_is_not_published_is_left_out_and_told(files: list[str]) -> None:
    found = preset(files, "ZZB")
    assert "Of those delayed: 14 nights and more: a count that it needs is not published" in found.figures.untold
    assert "Discharges delayed" in {one.says for one in found.figures.made}


def test_small_counts_are_kept_back_and_never_one_alone() -> None:
    figures = Figures(suppress=True)
    assert figures.hidden({"a": 3.0, "b": 40.0, "c": 12.0}) == {"a", "c"}
    assert figures.hidden({"a": 3.0, "b": 4.0, "c": 12.0}) == {"a", "b"}
    assert figures.hidden({"a": 0.0, "b": 5.0, "c": 12.0}) == set()
    assert Figures(suppress=False).hidden({"a": 3.0, "b": 40.0}) == set()


def test_suppressed_figures_are_told_without_their_counts(files: list[str]) -> None:
    shown, kept_back = preset(files), preset(files, suppress=True)
    missing = {one.says for one in shown.figures.made} - {one.says for one in kept_back.figures.made}
    small = {"Long stayers: home not ready": 10 / 8, "Long stayers: other, between services": 15 / 8}
    assert set(small) <= missing
    told = {text.partition(": suppressed")[0] for text in kept_back.figures.untold if ": suppressed" in text}
    assert told == missing
    assert not any(re.search(r"\b1\.\d", text) for text in kept_back.figures.untold)


def test_counts_by_delay_that_do_not_come_to_all_are_refused(tmp_path: Path) -> None:
    file = made_up.drd_csv(tmp_path, 0)
    file.write_text(file.read_text(encoding="utf-8-sig").replace('"2,338"', '"2,400"'), encoding="utf-8-sig")
    with pytest.raises(ScenarioError, match=r"I12 is 2,400 discharges, and those by days of delay come to 2,338"):
        preset([str(file)])


# -- the scenario --------------------------------------------------------------------------------------------


def test_the_first_scenario_says_what_is_published_and_what_is_assumed(files: list[str]) -> None:
    lines = {line.path: line for line in lines_of(preset(files))}
    assert lines["services.hospital.beds"].value == "641"
    assert "row 18, H18" in lines["services.hospital.beds"].why
    arrivals = lines["people.older_people.arrivals_per_day"]
    assert float(arrivals.value) == pytest.approx(22 * (7063 / 91) / 63.7, abs=0.01)
    assert arrivals.why.startswith("assumption: ")
    assert "days to ready" in lines["people.younger_people.journey.hospital.stay_times"].why


def test_the_mean_days_to_ready_of_everybody_are_what_is_published_whatever_people_need(
    files: list[str], tmp_path: Path
) -> None:
    scenario = write_checked(tmp_path / "mine.yaml", scenario_text(preset(files), tmp_path / "mine.yaml", "preset"))
    mine, theirs = 598.41 / (7063 / 91) - 6294 / 7063, 0.93 * 500 / 63.7 - 0.138 * 6.1
    times = mean_days(scenario, "hospital") / mean_days(read_scenario(str(HOME / PARENT)), "hospital")
    assert times == pytest.approx(mine / theirs, abs=0.001)


def test_needs_grow_with_the_pathways_and_add_up(files: list[str]) -> None:
    found = preset(files)
    times = [mine / england for mine, england in zip(found.shares, found.shares_of_england, strict=True)]
    (line,) = (line for line in lines_of(found) if line.path == "people.younger_people.traits.need")
    shares = {name: float(share) for name, share in re.findall(r"(\w+): ([\d.]+)%", line.value)}
    assert sum(shares.values()) == pytest.approx(100)
    assert shares["bed"] == pytest.approx(1.26 * times[2], abs=0.005)
    assert sum(line.path.startswith("people.older_people.traits.need.") for line in lines_of(found)) == 4


def test_without_a_file_its_values_stay_those_of_the_baseline(files: list[str]) -> None:
    beds_only = [file for file in files if "Beds" in file]
    assert [line.path for line in lines_of(preset(beds_only))] == ["services.hospital.beds"]
    assert assumptions_of(preset(beds_only)) == []


def test_files_of_two_hospitals_are_not_made_one(files: list[str], tmp_path: Path) -> None:
    beds = Path(next(file for file in files if "Beds" in file))
    text = made_up.kh03_csvs(tmp_path)
    for file in text:
        file.write_text(
            file.read_text(encoding="utf-8-sig").replace("598.41", "6000").replace("641.26", "6100"),
            encoding="utf-8-sig",
        )
    found = preset([*(file for file in files if file != str(beds)), *map(str, text)])
    assert not any("stay_times" in line.path for line in lines_of(found))
    assert any(one.startswith("Days to ready: ") for one in found.figures.untold)


def test_the_scenario_is_read_back_before_it_is_written(files: list[str], tmp_path: Path) -> None:
    found, file = preset(files), tmp_path / "zza.yaml"
    write_checked(file, scenario_text(found, file, "preset"))
    scenario = read_scenario(str(file))
    assert scenario.service("hospital").capacity[0].places == 641
    beds = next(value for value in scenario.values if value.path == "services.hospital.beds")
    assert "NHS Trust by Sector" in beds.note
    with pytest.raises(ScenarioError, match=r"bad\.yaml:\d+:\d+: "):
        write_checked(tmp_path / "bad.yaml", scenario_text(found, file, "preset").replace("641", "many"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["zza.yaml"]
