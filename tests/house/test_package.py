"""The package: all that it needs is in the wheel, and a wheel that was installed works from any folder."""

import json
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

import run_sim
from sim.inputs.catalogue_page import shipped

ROOT = Path(run_sim.HERE)
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def test_every_folder_of_code_is_packaged() -> None:
    folders = {file.parent.relative_to(ROOT).as_posix().replace("/", ".") for file in (ROOT / "sim").rglob("*.py")}
    assert folders | {"sim.scenarios"} == set(SETUP["packages"])


def test_every_file_that_is_not_code_is_packaged() -> None:
    patterns = {package.replace(".", "/"): globs for package, globs in SETUP["package-data"].items()}
    for file in (ROOT / "sim").rglob("*.*"):
        if file.is_file() and file.suffix != ".py" and "__pycache__" not in file.parts:
            package = next(one for one in file.parents if (one / "__init__.py").is_file())
            globs = (*patterns["*"], *patterns.get(package.relative_to(ROOT).as_posix(), ()))
            assert any(fnmatch(file.relative_to(package).as_posix(), glob) for glob in globs), file


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"  # building leaves files behind
    source.mkdir()
    for name in ("sim", "scenarios"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [run_sim.BASE_PYTHON, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)]
    subprocess.run(pip, check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def programs(wheel: Path) -> Path:
    venv = wheel.parent / "venv"
    subprocess.run([run_sim.BASE_PYTHON, "-m", "venv", "--without-pip", str(venv)], check=True)
    folder = venv / ("Scripts" if os.name == "nt" else "bin")
    pip = [
        run_sim.BASE_PYTHON,
        "-m",
        "pip",
        "--python",
        str(folder / "python"),
        "install",
        "--quiet",
        "--no-user",
        "--no-compile",
    ]
    subprocess.run([*pip, "--constraint", run_sim.LOCK, str(wheel)], check=True)
    return folder


def run(program: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [str(program), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.nightly  # it needs the internet; .ci/run runs it on each change
def test_wheel_holds_every_scenario_and_only_what_is_ours(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"sim/{file.relative_to(ROOT).as_posix()}" for file in shipped()}
    assert expected <= names
    assert {re.split("[/-]", name)[0] for name in names} == {"sim", "bedflow"}


@pytest.mark.nightly
def test_installed_program_works_from_any_folder(programs: Path, tmp_path: Path) -> None:
    quick = ("--replications", "1", "--engine", "reference", "--set", "calendar.measured_days=30")
    compared = run(programs / "bedflow", *quick, cwd=tmp_path)
    assert compared.returncode == 0, compared.stderr
    (folder,) = (tmp_path / "outputs").glob("baseline-vs-cedarwood-*")
    assert "bedflow compare scenarios/baseline.yaml" in (folder / "report.html").read_text(encoding="utf-8")
    shipped = json.loads((folder / "results.json").read_text(encoding="utf-8"))["scenarios"]
    assert [one["file"] for one in shipped] == ["scenarios/baseline.yaml", "scenarios/cedarwood.yaml"]

    answers = [
        run(programs / program, *words, cwd=tmp_path)
        for program, *words in (
            ("bedflow", "validate", "scenarios/variants/policy_split.yaml"),
            ("bedflow", "scenarios", "mine"),
            ("bedflow", "validate", "mine/cedarwood.yaml"),
            ("python", "-m", "sim", "schema"),
            ("python", "-c", "import sim; print(sim.read_scenario('scenarios/baseline.yaml').id)"),
        )
    ]
    assert [answer.returncode for answer in answers] == [0] * 5, [answer.stderr for answer in answers]
    assert answers[3].stdout == (ROOT / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8")
    assert answers[4].stdout == "baseline\n"
    assert run(programs / "bedflow", "test", cwd=tmp_path).returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "outputs"]
