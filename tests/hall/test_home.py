"""Where the program stands and what it is called: the same verbs in a checkout, installed, and as a module."""

from pathlib import Path

import pytest

import sim
from sim import home
from sim.cli import main
from sim.cli.verbs import COLUMN, every_verb, every_verb_shown
from sim.home import HOME, as_shipped, meant, name_of
from sim.inputs.catalogue_page import shipped

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def in_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("run_sim.py", "run_sim.py"),
        ("/usr/bin/bedflow", "bedflow"),
        ("bedflow.exe", "bedflow"),
        ("/usr/lib/sim/__main__.py", "python -m sim"),
        ("/usr/lib/ipykernel_launcher.py", "run_sim.py"),
        ("", "run_sim.py"),
    ],
)
def test_the_program_is_called_what_was_typed(called: str, name: str) -> None:
    assert name_of(called) == name


@pytest.mark.parametrize("program", ["run_sim.py", "bedflow", "python -m sim"])
def test_help_keeps_its_columns_under_another_name(program: str) -> None:
    page = every_verb_shown(program)
    meanings = {verb.summary[:40] for verb in every_verb()}
    columns = {line.index(words) for line in page.splitlines() for words in meanings if words in line}
    assert columns == {len(program) + COLUMN}
    assert "run_sim.py" not in page.replace(program, "")


def test_shipped_scenarios_are_found_from_any_folder() -> None:
    assert meant("scenarios/baseline.yaml") == str(HOME / "scenarios" / "baseline.yaml")
    assert meant("scenarios/*.yaml") == str(HOME / "scenarios" / "*.yaml")
    assert sim.read_scenario("scenarios/baseline.yaml").id == "baseline"
    assert main(["validate", "scenarios/cedarwood.yaml"]) == 0
    assert as_shipped(meant("scenarios/targets/template.csv")) == "scenarios/targets/template.csv"


def test_own_scenarios_are_never_taken_for_shipped_ones(in_another_folder: Path) -> None:
    assert [meant(name) for name in ("mine.yaml", "scenarios/mine.yaml")] == ["mine.yaml", "scenarios/mine.yaml"]
    (in_another_folder / "scenarios").mkdir()
    assert meant("scenarios/baseline.yaml") == "scenarios/baseline.yaml"
    assert as_shipped("scenarios/baseline.yaml") is None


def test_a_shipped_name_is_suggested_as_it_can_be_typed_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "scenarios/baselin.yaml"]) == 2
    said = capsys.readouterr().err
    assert said == "scenarios/baselin.yaml: there is no such file; did you mean `scenarios/baseline.yaml`?\n"


def test_scenarios_are_copied_whole_and_nothing_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios"]) == 0
    assert (
        "Next: python3 run_sim.py compare scenarios/baseline.yaml scenarios/cedarwood.yaml" in capsys.readouterr().out
    )
    for file in shipped():
        assert (Path("scenarios") / file.relative_to(ROOT / "scenarios")).read_bytes() == file.read_bytes()
    assert main(["validate", "scenarios/cedarwood.yaml"]) == 0
    assert main(["scenarios"]) == 2
    assert "nothing in it is replaced" in capsys.readouterr().err
    assert main(["scenarios", "more"]) == 0
    assert main(["scenarios", "a", "b"]) == 2


@pytest.mark.parametrize(
    ("files", "names", "said"),
    [
        (("a.yaml", "b.yaml"), ("a.yaml", "b.yaml"), ""),
        (("w/cm|d.yaml", "more.yaml"), ("w/cm|d.yaml", "more.yaml"), "w/cm|d.yaml has this name"),
        (("w/a.yaml", "v/b.yaml"), ("w/a.yaml", "v/b.yaml"), "w/a.yaml has this name"),
        (("w/a.yaml", "w/b.yaml"), ("a.yaml", "b.yaml"), ""),
        (("w/a.yaml", str(home.HOME / "scenarios/baseline.yaml")), ("a.yaml", "scenarios/baseline.yaml"), ""),
    ],
)
def test_files_are_named_from_the_folder_that_holds_them_all(
    files: tuple[str, ...], names: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = home.common_folder(files)
    found = [home.name_from(folder, file) for file in files]
    assert tuple(found) == names
    own = [name for name in found if not name.startswith("scenarios/")]
    assert said in home.where_to_stand(own, folder) and bool(said) == bool(home.where_to_stand(own, folder))
    assert str(tmp_path) not in "".join(found)


def test_files_that_only_a_folder_above_the_users_home_holds_have_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home" / "ann"))
    files = (tmp_path / "home" / "ann" / "x" / "a.yaml", tmp_path / "share" / "b.yaml")
    folder = home.common_folder(files)
    assert folder is None
    names = [home.name_from(folder, file) for file in files]
    assert names == ["a.yaml", "b.yaml"]
    assert "add to each name" in home.where_to_stand(names, folder)
