"""Where an effect pays for itself: against a hand-made world, and against two comparisons beside the answer."""

import csv
from pathlib import Path

import pytest

from sim.api_studies import break_even as verb
from sim.cli import main
from sim.inputs.loading import Question, read_scenario
from sim.inputs.part import Typed, typed_setting
from sim.inputs.problems import Problems, ScenarioError
from sim.runs.experiment import HowToRun
from sim.studies.break_even import BreakEven, break_even, read_effects, where
from tests.engines import engines
from tests.scenarios.runs import SCENARIOS

# Two hundred people, £1,000 each; a programme that costs as much as twenty of them; nobody waits.
WORLD = """
name: World
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 365}
replications: 3
seed: 7
services:
  hospital: {kind: acute, beds: unlimited}
people:
  everyone:
    arrives_at: hospital
    arrivals: [%s]
    journey:
      hospital: {stay_days: 1, then: {home: 100%%}}
      home: {stay_days: 1000, then: {out: 100%%}}
costs:
  price_year: 2025-26
  services:
    hospital: {per_admission: £1000, payer: nhs}
"""
LEVER = """
name: Lever
extends: world.yaml
add:
  people.everyone.prevented_share: 0%%
  costs.programmes.lever: {per_year: £%d, payer: nhs}
"""
EFFECT = "people.everyone.prevented_share"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    days = ", ".join(f"{{day: {day}.5}}" for day in range(200))
    (tmp_path / "world.yaml").write_text(WORLD % days, encoding="utf-8")
    (tmp_path / "lever.yaml").write_text(LEVER % 20_000, encoding="utf-8")
    return tmp_path


def setting(text: str) -> Typed:
    problems = Problems()
    found = typed_setting(text, "--effect", problems)
    problems.stop_if_any()
    assert found is not None
    return found


def found(folder: Path, text: str = f"{EFFECT}=0%..100%") -> BreakEven:
    base = read_scenario(str(folder / "world.yaml"))
    return break_even(base, Question(str(folder / "lever.yaml")), setting(text), HowToRun(engines=engines()))


def came(folder: Path, share: str) -> float:
    """People who came, on average over the replications, by runs of their own."""
    from sim.runs.experiment import Shared, run_all

    scenario = read_scenario(str(folder / "lever.yaml"), (f"{EFFECT}={share}",))
    (pieces,) = run_all(Shared((scenario,), engines=engines()), workers=1)
    rows = [dict(zip(piece.keys, piece.values.tolist(), strict=True)) for piece in pieces]
    admissions = [value for one in rows for key, value in one.items() if key[:4] == ("hospital", "admissions", "", "")]
    return sum(admissions) / len(admissions)


def test_a_lever_pays_when_it_prevents_as_many_as_it_costs(folder: Path) -> None:
    answer = found(folder).in_cash
    assert answer.at is not None
    least = float(answer.at.removesuffix("%"))
    assert 200 - came(folder, f"{least}%") >= 20 > 200 - came(folder, f"{least - 0.1}%")
    assert answer.best_gbp == pytest.approx(20_000 - 200_000) and answer.worst_gbp == pytest.approx(20_000)


def test_few_values_are_run(folder: Path) -> None:
    assert found(folder).tried <= 13


def test_it_is_said_where_no_size_pays_and_where_any_does(folder: Path) -> None:
    (folder / "lever.yaml").write_text(LEVER % 300_000, encoding="utf-8")
    assert where(found(folder).in_cash) == "no size tried: at best +£100k a year"
    (folder / "lever.yaml").write_text(LEVER % 0, encoding="utf-8")
    assert where(found(folder).in_cash) == "any size"


def test_without_prices_nothing_pays_for_itself(folder: Path) -> None:
    text = (folder / "world.yaml").read_text(encoding="utf-8").split("costs:")[0]
    (folder / "world.yaml").write_text(text, encoding="utf-8")
    (folder / "lever.yaml").write_text("name: L\nextends: world.yaml\nadd: {people.everyone.prevented_share: 0%}\n")
    with pytest.raises(ValueError, match="nothing has a price"):
        found(folder)


def test_a_path_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(ScenarioError, match="is not in the scenario"):
        found(folder, "people.everyone.prevent_share=0%..100%")


@pytest.mark.slow
def test_the_verb_prints_where_it_pays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world, lever = str(folder / "world.yaml"), str(folder / "lever.yaml")
    assert (
        main(["break-even", world, lever, "--effect", f"{EFFECT}=0%..100%", "--workers", "1", "--outputs", str(folder)])
        == 0
    )
    shown = capsys.readouterr().out
    at = found(folder).in_cash.at
    assert at is not None and at in shown and "pays in cash at" in shown
    assert main(["break-even", world, lever]) == 2
    assert "lists no effect" in capsys.readouterr().err


@pytest.mark.slow
def test_every_line_of_the_shipped_effects_can_be_asked() -> None:
    effects = read_effects(str(SCENARIOS / "ranges" / "break_even.csv"))
    assert len(effects) >= 8
    for one in effects:
        values = {value.path for value in read_scenario(one.scenario).values}
        assert set(one.setting.paths) <= values
        assert Path(one.base).exists()


@pytest.mark.slow
def test_its_folder_holds_the_page_and_every_size_that_was_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    command = [
        "break-even",
        "world.yaml",
        "lever.yaml",
        "--effect",
        f"{EFFECT}=0%..100%",
        "--workers",
        "1",
        "--outputs",
        "outputs",
    ]
    assert main([*command, "--json", "found.json"]) == 0
    (made,) = Path("outputs").glob("break-even-*")
    assert (made / "results.json").read_bytes() == Path("found.json").read_bytes()
    rows = list(csv.DictReader((made / "sizes.csv").open()))
    first, last = (row for row in rows if row["balance"] == "in_cash" and row["size"] in {"0", "1"})
    assert (float(first["mean_gbp_a_year"]), float(last["mean_gbp_a_year"])) == (20_000, -180_000)
    page = (made / "report.html").read_text(encoding="utf-8")
    at = found(folder).in_cash.at
    assert at is not None and f"in cash it pays at {at}" in page and "--effect" in page
    assert {file.name for file in (made / "charts").iterdir()} == {"break-even.svg", "break-even.png"}


@pytest.mark.slow
def test_python_has_the_same_answer(folder: Path) -> None:
    table = verb(folder / "world.yaml", folder / "lever.yaml", f"{EFFECT}=0%..100%")
    answer = found(folder)
    assert table["balance"].tolist() == ["in_cash", "with_freed_beds"]
    assert table["at"].tolist() == [answer.in_cash.at, answer.with_beds.at]
    assert len(table.attrs["sizes"]) == 2 * answer.tried
    with pytest.raises(ScenarioError, match="is not in the scenario"):
        verb(folder / "world.yaml", folder / "lever.yaml", "people.nobody.prevented_share=0%..100%")
