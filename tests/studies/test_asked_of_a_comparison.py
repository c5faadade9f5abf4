"""Finished studies in the report of a comparison: those of the same scenarios, and no others; what is wrong with a folder is said."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from tests.studies.linear import BASE, UNIT, write

pytestmark = pytest.mark.usefixtures("blank_charts")

QUICK = ["--workers", "1", "--engine", "reference", "--outputs", "outputs"]
SWEEP = ["sweep", "other.yaml", "--base", "base.yaml", "--vary", f"{UNIT}=1,3,5", *QUICK]
COMPARE = ["compare", "base.yaml", "other.yaml", *QUICK[:-1], "compared"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))
    assert main(SWEEP) == 0
    return tmp_path


def only(pattern: str) -> Path:
    (found,) = Path().glob(pattern)
    return found


@pytest.mark.slow
def test_a_sweep_is_in_the_report_with_its_sliders_chart_and_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMPARE, "--study", "outputs"]) == 0
    said = capsys.readouterr().out
    assert f"Also asked: What does each value of {UNIT} do?" in said and "holds 1 study of these scenarios." in said
    page = only("compared/base-vs-other-*/report.html").read_text(encoding="utf-8")
    assert page.index("Questions asked of this comparison</h2>") < page.index('<section class="explore" id="explore-0"')
    assert "1 further question was asked of these scenarios" in page and "script-src 'sha256-" in page
    assert page.count('value="1"') == 1  # the slider begins at the middle of its three values
    (asked,) = json.loads(only("compared/base-vs-other-*/results.json").read_text())["studies"]
    assert asked["asks"] == f"What does each value of {UNIT} do?" and asked["repeat_with"].endswith("--base base.yaml")


@pytest.mark.slow
def test_without_a_study_the_report_has_no_script_and_says_that_there_is_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*COMPARE[:-1], "outputs"]) == 0
    assert (
        "1 finished study of these scenarios in outputs: --study outputs puts it into the report."
        in capsys.readouterr().out
    )
    page = only("outputs/base-vs-other-*/report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "Questions asked" not in page
    assert "studies" not in json.loads(only("outputs/base-vs-other-*/results.json").read_text())


@pytest.mark.slow
def test_two_kinds_of_study_stand_in_one_report(here: Path) -> None:
    (here / "longer.yaml").write_text(
        "name: Longer\nextends: base.yaml\nchange: {people.everyone.journey.hospital.stay_days.fixed: 7}\n"
    )
    assert main(["together", "base.yaml", "other.yaml", "longer.yaml", *QUICK]) == 0
    assert main(["break-even", "base.yaml", "other.yaml", "--effect", f"{UNIT}=1..3:1", *QUICK]) == 0
    assert (
        main(["compare", "base.yaml", "other.yaml", "longer.yaml", *QUICK[:-1], "compared", "--study", "outputs"]) == 0
    )
    asked = json.loads(only("compared/base-vs-*/results.json").read_text())["studies"]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--seed", "7"], "its people are those of seed 1, here of seed 7"),
        (["--set", f"{UNIT}=4"], "it is about Other, which this comparison has not, or not as it was then"),
    ],
)
def test_a_study_of_something_else_is_refused(more: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMPARE, "--study", str(only("outputs/sweep-*")), *more]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert why in said and "to run it anew" in said
    assert not Path("compared").exists()


@pytest.mark.slow
def test_other_replications_are_no_other_scenario() -> None:
    assert main([*COMPARE, "--study", str(only("outputs/sweep-*")), "--replications", "3"]) == 0


@pytest.mark.slow
def test_a_changed_file_is_left_out_of_a_folder_and_counted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "base.yaml").write_text(BASE.replace("count: 4", "count: 5"))
    assert main([*COMPARE, "--study", "outputs"]) == 0
    assert "The report holds 0 studies of these scenarios; left out, of other scenarios: 1." in capsys.readouterr().out


def test_a_folder_without_a_study_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMPARE, "--study", "store"]) == 2
    assert "--study store: there is no finished study; sweep, solve, sensitivity" in " ".join(
        capsys.readouterr().err.split()
    )


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (lambda said: said | {"format": 99}, "is of another version"),
        (lambda said: said | {"charts": [said["charts"][0] | {"name": "../../base"}]}, "'../../base' is no name of a chart"),
        (lambda said: said | {"says": "all of it"}, "lacks or misstates a list"),
        (lambda said: said | {"explore": said["explore"] | {"sliders": []}}, "a slider starts at no value of its own"),
        (lambda said: said | {"seed": float("nan")}, "holds NaN where a number is needed"),
        (lambda said: said | {"tables": [{"title": "", "heads": ["a"], "rows": [["1", "2"]]}]}, "more or fewer cells"),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_refused_and_leads_nowhere(
    spoilt: object, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = only("outputs/sweep-*/study.json")
    assert callable(spoilt)
    file.write_text(json.dumps(spoilt(json.loads(file.read_text()))))
    assert main([*COMPARE, "--study", str(file.parent)]) == 2
    assert why in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_names_in_a_study_become_no_markup() -> None:
    file = only("outputs/sweep-*/study.json")
    said = json.loads(file.read_text())
    said["says"][0] = "<script>alert(1)</script>"
    said["explore"]["figures"][0]["name"] = "</script><script>alert(2)</script>"
    file.write_text(json.dumps(said))
    assert main([*COMPARE, "--study", "outputs"]) == 0
    page = only("compared/base-vs-other-*/report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
