"""validate --json: what is wrong with scenario files, for a machine."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.inputs.problems import Problem
from tests.inputs.small_world import SMALL_WORLD


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(SMALL_WORLD, encoding="utf-8")


def told(*arguments: str, code: int) -> dict[str, Any]:
    assert main(["validate", *arguments, "--json", "out.json"]) == code
    found = json.loads(Path("out.json").read_bytes().decode("utf-8"))
    assert list(found) == ["ok", "problems", "files"]
    return found  # type: ignore[no-any-return]


def test_a_file_in_order_is_ok_with_what_is_worth_knowing() -> None:
    found = told("good.yaml", "--set", "people.everyone.arrivals_per_day=25", code=0)
    assert (found["ok"], found["problems"]) == (True, [])
    (file,) = found["files"]
    assert (file["file"], file["ok"], file["notes"]) == ("good.yaml", True, [])
    assert any(one.startswith("hospital: ") for one in file["warnings"])


def test_all_problems_of_all_files_come_with_place_path_and_cure() -> None:
    Path("bad.yaml").write_text(
        SMALL_WORLD.replace("beds: 5", "bed: 5").replace("share: 40%", "share: 45%"), encoding="utf-8"
    )
    Path("child.yaml").write_text("extends: good.yaml\nchange: {services.unti.beds: 3}\n", encoding="utf-8")
    found = told("good.yaml", "bad.yaml", "child.yaml", code=2)
    assert not found["ok"]
    assert [(file["file"], file["ok"]) for file in found["files"]] == [
        ("good.yaml", True),
        ("bad.yaml", False),
        ("child.yaml", False),
    ]
    assert found["problems"] == [
        {
            "file": "bad.yaml", "line": 8, "column": 5, "path": "services.unit.bed",
            "what": "`services.unit.bed` is not known; did you mean `beds`?", "cure": "did you mean `beds`?",
        },
        {
            "file": "bad.yaml", "line": 22, "column": 9, "path": "people.everyone.journey.hospital.then",
            "what": "`people.everyone.journey.hospital.then` adds up to 105%, not 100%: 45% + 10% + 50%; 5% is too much: lower one of "
            "them, such as `home` to 45%",
            "cure": "5% is too much: lower one of them, such as `home` to 45%",
        },
        {
            "file": "child.yaml", "line": 2, "column": 10, "path": "services.unti.beds",
            "what": "`services.unti.beds` does not exist: there is no `unti` in `services` of good.yaml; did you mean `unit`?",
            "cure": "did you mean `unit`?",
        },
    ]  # fmt: skip


def test_a_problem_that_stands_nowhere_has_no_line_and_one_about_no_value_no_path() -> None:
    (problem,) = told("good.yaml", "--set", "services.unit.beds=-5", code=2)["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("--set services.unit.beds=-5", None, None)
    assert (problem["path"], problem["cure"]) == ("services.unit.beds", "it cannot be below 0")
    Path("bad.yaml").write_text("name: [\n", encoding="utf-8")
    (problem,) = told("bad.yaml", code=2)["problems"]
    assert (problem["path"], problem["cure"]) == (None, None)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("`x` is 5; write 6", "write 6"),
        ("`mean: 9; sd: 3` is no number; write `9; 3`; or not", "write `9; 3`; or not"),
        ("`a;b` is odd;really", ""),
        ("is wrong", ""),
    ],
)
def test_a_cure_stands_behind_the_first_semicolon_of_ours(text: str, cure: str) -> None:
    assert Problem("f", 1, 1, text).cure == cure


def test_standard_output_holds_one_object_in_utf_8_whatever_the_console(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("ward Ω.yaml").write_text(SMALL_WORLD.replace("beds: 5", "beds: ½"), encoding="utf-8")
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252", errors="replace"))
    assert main(["validate", "ward Ω.yaml", "--json", "-"]) == 2
    found = json.loads(raw.getvalue().decode("utf-8"))
    assert (found["problems"][0]["file"], found["problems"][0]["what"]) == (
        "ward Ω.yaml",
        "`services.unit.beds` is `½`, not a number",
    )
    assert "not a number" in capsys.readouterr().err


def test_a_scenario_is_never_written_over() -> None:
    assert main(["validate", "good.yaml", "--json", "good.yaml"]) == 2
    assert Path("good.yaml").read_text(encoding="utf-8") == SMALL_WORLD


def test_a_file_that_is_not_there_is_a_problem_beside_those_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("name: w\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("w.yaml", "none.yaml")]
    assert main(["validate", *files, "--json", str(tmp_path / "v.json")]) == 2
    found = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    assert {problem["file"] for problem in found["problems"]} == set(files)
    assert [one["ok"] for one in found["files"]] == [False, False]
