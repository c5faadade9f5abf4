"""What machines are told: JSON, JUnit, Markdown and annotations."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sim.cli import main
from sim.model.reference import journey

Edit = Callable[[str, str, str], None]


@pytest.fixture
def moved(recorded: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A check of a scenario with a bed more, with every report, run in the folder above it."""
    edit("child.yaml", "beds: 15", "beds: 16")
    monkeypatch.chdir(recorded.parent)
    reports = ["--json", "out.json", "--junit", "out.xml", "--summary", "out.md", "--annotations"]
    capsys.readouterr()
    assert main(["check", "scenarios/child.yaml", "--workers", "1", *reports]) == 1
    return recorded.parent


def test_json_holds_what_moved(moved: Path) -> None:
    (one,) = json.loads((moved / "out.json").read_text(encoding="utf-8"))["scenarios"]
    assert one["outcome"] == "moved"
    assert one["values"] == [
        {
            "path": "services.hospital.beds",
            "recorded": "15",
            "now": "16",
            "file": "scenarios/child.yaml",
            "line": 4,
        }
    ]
    rows = {(row["service"], row["measure"]): row for row in one["moved"] if not row["by"]}
    assert rows["hospital", "available_bed_days"]["expected"] == 15 * 35
    assert rows["hospital", "available_bed_days"]["got"] == 16 * 35
    assert one["first_block"] == {"replication": 1, "first": 0, "last": 499, "what": "block"}
    assert one["first_person"]["person"].startswith("everyone-")


def test_json_on_standard_output_is_alone_there(recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    edit("child.yaml", "beds: 15", "beds: 16")
    assert main(["check", str(recorded / "child.yaml"), "--workers", "1", "--json", "-"]) == 1
    both = capsys.readouterr()
    assert json.loads(both.out)["scenarios"][0]["outcome"] == "moved"
    assert "moved" in both.err


def test_junit_has_a_case_for_each_scenario(moved: Path) -> None:
    suites = ET.parse(moved / "out.xml").getroot()
    assert suites.attrib == {"tests": "1", "failures": "1", "errors": "0", "skipped": "0"}
    case = suites.find("testsuite/testcase")
    assert case is not None
    assert (case.get("classname"), case.get("name")) == ("scenarios", "child.yaml")
    failure = case.find("failure")
    assert failure is not None
    assert "hospital available_bed_days: expected 525, got 560" in str(failure.get("message"))
    assert "services.hospital.beds: 15 -> 16" in str(failure.text)


def test_delay_is_named_before_what_the_change_itself_is(moved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "scenarios/child.yaml", "--workers", "1", "--annotations"])
    annotation, *lines = capsys.readouterr().out.splitlines()
    message = str(ET.parse(moved / "out.xml").getroot()[0][0][0].get("message"))
    delay = r"\d+ measures moved: hospital delayed_people_mean: expected .* standard errors\); most of all hospital available_bed_days"
    assert re.match(delay, message)
    assert re.search(delay, annotation)
    table = next(number for number, line in enumerate(lines) if line.split()[:2] == ["measure", "expected"])
    assert lines[table + 1].startswith("  hospital delayed_people_mean ")
    assert "|---|--:|--:|--:|\n| hospital delayed_people_mean |" in (moved / "out.md").read_text(encoding="utf-8")


def test_the_summary_is_added_to_what_is_there(moved: Path) -> None:
    once = (moved / "out.md").read_text(encoding="utf-8")
    assert once.startswith("## Expected results\n\n1 scenario: 1 moved.\n")
    assert "| hospital available_bed_days | 525 | 560 | had no spread |" in once
    main(["check", "scenarios/child.yaml", "--workers", "1", "--summary", "out.md"])
    assert (moved / "out.md").read_text(encoding="utf-8") == once * 2


def test_the_annotation_points_at_the_line_that_differs(
    recorded: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("parent.yaml", "beds: 4", "beds: 5")
    monkeypatch.chdir(recorded.parent)
    assert main(["check", str(recorded / "child.yaml"), "--workers", "1", "--annotations"]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::")]
    assert len(told) == 1
    assert told[0].startswith(
        "::error file=scenarios/parent.yaml,line=9,title=results moved::services.unit.beds: 4 -> 5"
    )


def test_where_no_line_differs_the_annotation_points_at_the_expected_line(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(journey, "seconds", lambda days: int(days * 86_000))
    monkeypatch.chdir(recorded.parent)
    assert main(["check", "scenarios/child.yaml", "--workers", "1", "--engine", "reference", "--annotations"]) == 1
    (told,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::")]
    head, _, words = told.removeprefix("::error ").partition("::")
    parts = dict(part.split("=") for part in head.split(","))
    assert parts["file"] == "scenarios/child.expected.txt"
    name = words.split("most of all ")[1].split(": expected")[0].split(",")[0]
    line = (recorded / "child.expected.txt").read_text(encoding="utf-8").splitlines()[int(parts["line"]) - 1]
    assert "  ".join(name.split(" ")) in line


def test_a_scenario_that_cannot_be_checked_is_an_error_everywhere(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(recorded)
    reports = ["--json", "out.json", "--junit", "out.xml", "--summary", "out.md", "--annotations"]
    assert main(["check", "parent.yaml", "child.yaml", "--workers", "1", *reports]) == 2
    assert ET.parse("out.xml").getroot().get("errors") == "1"
    assert "cannot be checked" in Path("out.md").read_text(encoding="utf-8")
    outcomes = [one["outcome"] for one in json.loads(Path("out.json").read_text(encoding="utf-8"))["scenarios"]]
    assert outcomes == ["cannot be checked", "not run"]
    assert "::error file=parent.yaml,line=1,title=cannot be checked::" in capsys.readouterr().out
