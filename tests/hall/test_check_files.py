"""Expected files that are missing, spoilt or somebody else's, and command lines that make no sense: said plainly."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main
from sim.regression.baselines import text_fingerprint
from sim.results.event_history import pack_histories

Edit = Callable[[str, str, str], None]


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """All of this is found before an hour is spent on a run; tests that do run say so."""

    def run(*_: object, **__: object) -> None:
        raise AssertionError("a replication was run")

    if "runs" not in request.keywords:
        request.getfixturevalue("recorded_once")
        monkeypatch.setattr("sim.cli.checking.run_scenarios", run)


def said_of(recorded: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    assert main(["check", *(more or (str(recorded / "child.yaml"),)), "--workers", "1"]) == 2
    both = capsys.readouterr()
    return both.out + both.err


def test_a_scenario_without_an_expected_file(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = said_of(recorded, capsys, str(recorded / "parent.yaml"))
    assert "parent.yaml: cannot be checked: there is no parent.expected.txt beside it" in said
    assert f'run_sim.py check {recorded}/parent.yaml --update --reason "..."' in said


@pytest.mark.parametrize(
    ("old", "new", "why", "cure"),
    [
        ("services.hospital.beds  15", "services.hospital.beds  16", "edited by hand or cut", "from your repository"),
        (
            "format 1\n",
            "format 2\n",
            "is of format 2; this program reads and writes format 1",
            "check with the version of bedflow that wrote it",
        ),
        (
            "Expected results of",
            "Exected results of",
            "its first line is not that of an expected file",
            "from your repository",
        ),
        ("\nend ", "\nand ", "it is cut short", "from your repository"),
        ("\n[ledgers]", "\n<<<<<<< HEAD\n[ledgers]", "holds conflict markers of git", "take either side whole"),
    ],
)
def test_a_damaged_expected_file(
    recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str], old: str, new: str, why: str, cure: str
) -> None:
    edit("child.expected.txt", old, new)
    said = said_of(recorded, capsys)
    assert f"{recorded}/child.expected.txt " in said
    assert why in said
    assert cure in said  # whoever reads this in the log of a CI job is told what to do
    assert f'run_sim.py check {recorded}/child.yaml --update --reason "..."' in said


def test_a_half_expected_file(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = recorded / "child.expected.txt"
    text = file.read_bytes()
    for length in (0, 10, len(text) // 2, len(text) - 3):
        file.write_bytes(text[:length])
        assert "child.expected.txt is damaged" in said_of(recorded, capsys)
    file.write_bytes(b"\xff\xfe" + text)
    assert "it is not plain text in UTF-8" in said_of(recorded, capsys)


def test_a_sealed_file_of_other_ideas(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = recorded / "child.expected.txt"
    body = file.read_text(encoding="utf-8").rpartition("\nend ")[0].replace("  4  ", "  four  ")
    file.write_text(f"{body}\nend {text_fingerprint(body)}\n", encoding="utf-8")
    assert "cannot be read, although nothing is missing" in said_of(recorded, capsys)


def test_an_expected_file_whose_scenario_is_gone(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recorded / "child.yaml").rename(recorded / "renamed.yaml")
    said = said_of(recorded, capsys, str(recorded))
    assert "child.expected.txt: cannot be checked: its scenario is gone" in said


def test_one_that_cannot_be_checked_keeps_the_others_from_running(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_of(recorded, capsys, str(recorded / "child.yaml"), str(recorded / "parent.yaml"))
    assert "child.yaml: not run" in said
    assert "2 scenarios: 1 cannot be checked, 1 not run." in said


def test_a_folder_without_expected_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no scenario here has an expected file" in said_of(tmp_path, capsys, str(tmp_path))


def test_a_scenario_that_cannot_be_read(recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    edit("parent.yaml", "beds: 14", "bedz: 14")
    assert f"{recorded}/parent.yaml:6" in said_of(recorded, capsys)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--update"], 'needs --reason "why results move"'),
        (["--update", "--reason", "  "], 'needs --reason "why results move"'),
        (["--reason", "Because"], "--reason goes with --update"),
        (["--update", "--reason", "Because", "--junit", "x.xml"], "--update records results"),
        (["--seed", "2"], "has no option --seed"),
        (["--set", "a=b"], "has no option --set"),
    ],
)
def test_options_that_do_not_go_together(
    recorded: Path, capsys: pytest.CaptureFixture[str], options: list[str], why: str
) -> None:
    assert why in said_of(recorded, capsys, str(recorded / "child.yaml"), *options)


@pytest.mark.runs
def test_other_line_ends_are_no_damage(recorded: Path) -> None:
    file = recorded / "child.expected.txt"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["check", str(recorded / "child.yaml"), "--workers", "1"]) == 0


@pytest.mark.runs
@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        lambda file: file.write_bytes(b"\x1f\x8b nonsense"),
        lambda file: file.write_bytes(pack_histories(["a\n1 b"])),
    ],
)
def test_without_the_stories_no_person_is_named_and_the_rest_stands(
    recorded: Path, edit: Edit, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], object]
) -> None:
    spoil(recorded / "child.expected.people.gz")
    edit("child.yaml", "beds: 15", "beds: 16")
    assert main(["check", str(recorded / "child.yaml"), "--workers", "1"]) == 1
    said = capsys.readouterr().out
    assert "first block whose records differ: replication 1, people 0 to 499" in said
    assert "child.expected.people.gz is missing or damaged, so no person can be named" in said


@pytest.mark.runs
def test_a_folder_is_checked_with_all_inside_it(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(recorded.parent), "--workers", "1"]) == 0
    assert "child.yaml: as recorded" in capsys.readouterr().out
