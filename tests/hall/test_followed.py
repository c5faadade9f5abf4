"""Years of the people who became ready, as a planner asks for them and reads them."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.model import engine
from sim.results.measures.cohort import cohort
from sim.results.window import Window
from tests.hall.files import BASE, MORE, write, write_pair

pytestmark = pytest.mark.usefixtures("blank_charts")

YEARS = ("--follow-up-years", "2")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with base.yaml and more.yaml, in which we stand."""
    write_pair(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def results(*arguments: str, code: int = 0) -> dict[str, list[dict[str, object]]]:
    command = [*arguments, "--outputs", "out", "--workers", "1", "--replications", "3", "--json", "found.json"]
    assert main(command) == code
    return json.loads(Path("found.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def report() -> str:
    return (Path("out") / Path("out/latest").read_text().strip() / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_screen_and_the_report_have_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    results("compare", "base.yaml", "more.yaml", *YEARS)
    said = capsys.readouterr().out
    lines = [line.split("  ")[0] for line in said.splitlines()]
    first = lines.index("Two years of the people who became ready:")
    assert lines[first + 1 : first + 8] == [
        "NHS",
        "council",
        "year 1",
        "year 2",
        "all",
        "all, discounted at 3.5% a year",
        "all, each person",
    ]
    assert "people who became ready" in lines and "alive at the end" in lines
    page = report()
    for text in ("<h2>Two years of the people who became ready</h2>", "council, all years, discounted", "NHS, year 2"):
        assert text in page
    told = " ".join(said.split())
    assert "of it is out of the model, counted at no cost and as at home" in told
    assert "the Green Book" in told and "Not priced" not in told


@pytest.mark.slow
def test_what_has_no_price_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "base.yaml", BASE.replace("    hospital: {per_occupied_day: £562, payer: nhs}\n", ""))
    results("run", "base.yaml", *YEARS)
    said = " ".join(capsys.readouterr().out.split())
    assert "Two years of the people who became ready: Base" in said
    assert "Not priced, so at no cost here: hospital." in said


@pytest.mark.slow
def test_years_of_a_lever_without_a_price_are_neither_better_nor_worse(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, "more.yaml", "name: Fast hub\nextends: base.yaml\nchange: {steps.hub.takes_days: 0.1}\n")
    results("compare", "base.yaml", "more.yaml", *YEARS)
    said = capsys.readouterr().out
    table = said[said.index("Two years of the people who became ready") :].split("\n\n")[0].splitlines()
    verdicts = {line.split("  ")[0]: line.rstrip().split("  ")[-1].strip() for line in table}
    assert {verdicts[name] for name in ("NHS", "year 1", "all", "all, each person")} == {"not priced"}
    assert verdicts["days at home, each"] != "not priced"
    assert "Not priced: Fast hub; these pounds leave out what the lever costs." in " ".join(said.split())


@pytest.mark.slow
def test_without_prices_there_is_life_and_no_money(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "base.yaml", BASE[: BASE.index("costs:")])
    found = results("run", "base.yaml", *YEARS)
    assert not [row for row in found["measures"] if str(row["measure"]).startswith("cohort_cost")]
    said = " ".join(capsys.readouterr().out.split())
    assert "days at home, each" in said
    assert "Not priced, so at no cost here: anything." in said


@pytest.mark.slow
def test_following_people_moves_no_other_figure(capsys: pytest.CaptureFixture[str]) -> None:
    alone, followed = (results("compare", "base.yaml", "more.yaml", *more) for more in ((), YEARS))
    for table in ("measures", "differences"):
        others = [row for row in followed[table] if not str(row["measure"]).startswith("cohort_")]
        assert others == alone[table]
        assert len(followed[table]) > len(others)
    assert followed["scenarios"] == alone["scenarios"]  # their names too: they are the same scenarios
    assert "follow up days" not in capsys.readouterr().out


def test_the_same_people_are_followed_in_every_scenario() -> None:
    followed = [people_followed(*more) for more in ((), ("services.unit.beds=8",), ("services.hospital.beds=40",))]
    assert followed[0] and followed[0] == followed[1] == followed[2]
    fewer = people_followed("people.everyone.prevented_share=30%")
    assert fewer < followed[0]


def people_followed(*changes: str) -> set[int]:
    """The numbers of those of the base, with some values changed, who are followed for two years."""
    scenario = read_scenario("base.yaml", ("calendar.follow_up_days=731", *changes))
    window = Window(scenario, engine.run(scenario, 0))
    ledger = window.run.ledger
    return set(ledger.people["number"][ledger.stays["person"][cohort(window).first]].tolist())


@pytest.mark.slow
def test_both_engines_follow_the_same_people() -> None:
    fast, slow = (
        results("compare", "base.yaml", "more.yaml", *YEARS, "--engine", one) for one in ("auto", "reference")
    )
    assert fast["measures"] == slow["measures"]
    assert fast["differences"] == slow["differences"]


def test_scenarios_that_are_followed_for_different_times_are_not_compared(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, "more.yaml", MORE + "add: {calendar.follow_up_days: 366, costs.discount_rate: 1.5%}\n")
    assert main(["compare", "base.yaml", "more.yaml", "--replications", "1", "--workers", "1"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "calendar.follow_up_days is 366, not 0; costs.discount_rate is 0.015, not 0.035" in said


@pytest.mark.parametrize("typed", ["five", "1.5", "-1", "200"])
def test_years_that_cannot_be_followed_are_answered_as_they_were_typed(typed: str, capsys) -> None:
    assert main(["run", "base.yaml", "--follow-up-years", typed]) == 2
    said = capsys.readouterr().err.splitlines()[0]
    assert said == f"--follow-up-years must be a whole number of years from 0 to 100, not '{typed}'"


@pytest.mark.slow
def test_a_lever_that_prevents_people_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "more.yaml", MORE + "add: {people.everyone.prevented_share: 30%}\n")
    results("compare", "base.yaml", "more.yaml", *YEARS)
    assert "Whom a scenario prevents from coming is not among its people" in " ".join(capsys.readouterr().out.split())
