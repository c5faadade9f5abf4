"""What messages suggest holds where names of files and folders are odd."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from sim.cli import main
from sim.cli.arguments import UsageError, expanded
from sim.inputs.files import similar_in
from sim.machine_code import CACHE_FOLDER, folders
from sim.regression.baselines import baseline_of
from sim.runs.store import FOLDER, default_store

ODD = "odd dir é [x] #1"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_pattern_in_a_folder_with_brackets_means_the_files_in_that_folder() -> None:
    for folder in (ODD, "odd dir é x #1"):
        Path(folder).mkdir()
        Path(folder, "base.yaml").touch()
    assert expanded([f"{ODD}/b*.yaml"]) == [f"{ODD}/base.yaml"]
    assert expanded(["odd*/b*.yaml"]) == sorted([f"{ODD}/base.yaml", "odd dir é x #1/base.yaml"])
    assert expanded(["odd dir é [xy] #1/*.yaml"]) == ["odd dir é x #1/base.yaml"]  # no such folder: a pattern


@pytest.mark.parametrize(("folder", "shown"), [("sp ace", "'sp ace/*.yaml'"), ("plain", "plain/*.yaml")])
def test_a_pattern_that_is_suggested_for_a_folder_can_be_typed(folder: str, shown: str) -> None:
    Path(folder).mkdir()
    with pytest.raises(UsageError, match="did you mean") as error:
        expanded([folder])
    assert str(error.value).endswith(f"did you mean {shown}?".replace("/", os.sep))


def test_commands_that_are_suggested_beside_a_folder_with_a_space_can_be_typed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("sp ace").mkdir()
    assert main(["worksheet", "sp ace/mine.xlsx"]) == 0
    assert shlex.split(capsys.readouterr().out.splitlines()[-1])[-3:] == [
        "sp ace/mine.xlsx",
        "--write",
        "sp ace/mine.yaml",
    ]
    trouble = baseline_of("sp ace/mine.yaml").trouble
    assert trouble is not None and " check 'sp ace/mine.yaml' --update" in trouble


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_link_that_leads_to_no_file_is_not_suggested_for_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name, target in (("loop.yaml", "loop.yaml"), ("gone.yaml", "nowhere.yaml")):
        Path(name).symlink_to(target)
        assert main(["validate", name]) == 2
        said = capsys.readouterr().err
        assert "link" in said and "did you mean" not in said


def test_only_a_file_of_the_same_kind_is_suggested() -> None:
    for name in ("rb.yaml", "base.yaml", "arrivals.csv"):
        Path(name).touch()
    assert similar_in("", "b.csv") is None
    assert similar_in("", "arrival.csv") == "arrivals.csv"
    assert similar_in("", "arrivals.yaml") is None
    assert similar_in("", "bse.yml") == similar_in("", "bse") == "base.yaml"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_name_with_a_line_break_is_not_told_to_begin_with_a_letter(capsys: pytest.CaptureFixture[str]) -> None:
    Path("new\nline.yaml").write_text("name: A\n", "utf-8")
    assert main(["validate", "new\nline.yaml"]) == 2
    said = capsys.readouterr().err
    assert "take line breaks" in said and "begin it with a letter" not in said


@pytest.mark.parametrize(
    "line",
    [
        ["check", "a.yaml", "--summary", "-"],
        ["check", "a.yaml", "--junit", "-"],
        ["calibrate", "a.yaml", "--page", "-"],
        ["run", "a.yaml", "--people", "-"],
        ["events", "a.yaml", "--write", "-"],
        ["sweep", "a.yaml", "--write", "-"],
        ["fit", "a.csv", "--targets", "-"],
        ["run", "a.yaml", "--outputs", "-"],
    ],
)
def test_no_option_but_json_takes_a_dash_for_a_file(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(line[1]).touch()
    assert main(line) == 2
    assert f"{line[2]} needs " in capsys.readouterr().err
    assert not Path("-").exists()


@pytest.mark.parametrize("word", ["off", "OFF", "Off", " off "])
def test_off_turns_the_store_off_however_it_is_written(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, word)
    assert default_store() is None


def test_a_tilde_in_the_environment_is_the_users_home(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here))
    monkeypatch.setenv("USERPROFILE", str(here))
    monkeypatch.setenv(FOLDER, "~/x")
    store = default_store()
    assert store is not None and store.folder == here / "x"
    monkeypatch.setenv(CACHE_FOLDER, "~/y")
    assert folders("any.py", "z") == [here / "y" / "z"]
