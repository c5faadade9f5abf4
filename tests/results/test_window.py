"""A window shorter than a year is told in its own days, everywhere; a longer one as its average year."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from sim.cli import main
from sim.results.measure_table import measures
from sim.results.words import labels
from sim.results.words.labels import measure_label
from tests.hall.files import write_pair

pytestmark = pytest.mark.usefixtures("blank_charts")


@pytest.mark.parametrize(
    ("days", "times", "per", "told"),
    [
        (1, 1, "in the 1 day measured", "totals are those of this day, not of a year"),
        (56, 1, "in the 56 days measured", "totals are those of these 56 days, not of a year"),
        (364, 1, "in the 364 days measured", "totals are those of these 364 days, not of a year"),
        (365, 1, "a year", "totals are per year of 365 days"),
        (366, 365 / 366, "a year", "totals are per year of 365 days"),
        (730, 0.5, "a year", "totals are averages per year of 365 days over these 730 days"),
    ],
)
def test_only_a_window_of_a_year_or_more_is_told_per_year(days: int, times: float, per: str, told: str) -> None:
    assert labels.times(days) == labels.factor("deaths", days) == times
    assert labels.factor("occupancy", days) == 1
    assert labels.per(days) == per
    assert labels.totals_text([days, days]) == told


def test_windows_of_several_lengths_are_not_called_by_one_of_them() -> None:
    assert labels.per_one_of([56, 56]) == "in the 56 days measured"
    assert labels.per_one_of([365, 730]) == "a year"
    assert labels.per_one_of([56, 365]) == "in the days measured"
    assert (
        labels.totals_text([365, 56])
        == "totals are per year where a year or more was measured, else of the days measured"
    )


@pytest.mark.parametrize("service", ["hospital", "outside", "all"])
def test_labels_say_a_year_of_totals_only_and_never_of_a_shorter_window(service: str) -> None:
    for measure in measures():
        of_a_year = measure_label(measure, service, measured_days=365)
        assert (" a year" in of_a_year) == measures()[measure].is_total, of_a_year
        of_weeks = measure_label(measure, service, measured_days=56)
        assert "a year" not in of_weeks
        assert of_weeks.endswith(" in the 56 days measured") == measures()[measure].is_total, of_weeks


def test_a_label_of_all_services_counts_all_services() -> None:
    assert (
        measure_label("unmet_need_people_mean", "all", measured_days=365)
        == "people without the pathway 2 bed they need"
    )
    assert measure_label("queue_mean", "outside", measured_days=365).startswith("people waiting outside")


def said_anywhere(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Everything that a planner may read of one command: the screen, the report, the charts' words and the workbook."""
    assert main([*arguments, "--outputs", str(folder), "--workers", "1", "--replications", "2"]) == 0
    found = folder / (folder / "latest").read_text().strip()
    with zipfile.ZipFile(io.BytesIO((found / "results.xlsx").read_bytes())) as book:
        sheets = [book.read(name).decode() for name in book.namelist()]
    report = re.sub(r'base64,[^"]*', "", (found / "report.html").read_text(encoding="utf-8"))
    return "\n".join([capsys.readouterr().out, report, *sheets])


@pytest.mark.slow
def test_forty_days_are_never_called_a_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pair(tmp_path)
    base, more = str(tmp_path / "base.yaml"), str(tmp_path / "more.yaml")
    for command in (("run", base), ("compare", base, more), ("compare", base, more, more)):
        said = said_anywhere(tmp_path / "out", capsys, *command)
        said = said.replace("not of a year", "")
        assert "in the 40 days measured" in said
        assert not re.search(r".{40}\b(a|per) year.{20}", said)


@pytest.mark.slow
def test_two_years_are_told_as_an_average_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pair(tmp_path)
    arguments = ("compare", str(tmp_path / "base.yaml"), str(tmp_path / "more.yaml"))
    said = said_anywhere(tmp_path / "out", capsys, *arguments, "--set", "calendar.measured_days=730")
    assert "totals are averages per year of 365 days over these 730 days" in said
    assert "days measured" not in said.replace("730 days measured", "")
