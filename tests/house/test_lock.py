"""The lock is whole and holds with pyproject.toml: exact, unconditional, every need in it, every version inside its range."""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import run_sim

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOT_LOCKED = {"notebook"}  # no number depends on it
ASKED = {"run": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
TOGETHER = {
    "run": (),
    "test": ("test",),
    "lint": ("test", "cluster", "lint"),
    "bench": ("test", "bench"),
    "parquet": ("parquet",),
    "excel": ("excel",),
    "slides": ("slides",),
    "cluster": ("test", "cluster"),
    "desk": ("desk",),
    "animation": ("test", "animation"),
    "browser": ("browser",),
    "site": ("test", "site"),
}  # what stands beside [run]
EVERYTHING = run_sim.locked(
    "test", "lint", "bench", "parquet", "excel", "slides", "cluster", "desk", "animation", "browser", "site"
)
MACHINES = [
    {"python_version": python, "python_full_version": f"{python}.9", "sys_platform": platform, "extra": ""}
    | {"platform_system": system, "os_name": "nt" if platform == "win32" else "posix"}
    for python in ("3.11", "3.12", "3.13")
    for platform, system in (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))
]


def as_versions(pins: list[str]) -> dict[str, str]:
    return dict(pin.split("==") for pin in pins)


def test_the_front_door_reads_every_line_of_the_lock() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="ascii").splitlines()
    assert sorted(line for line in lines if line and not line.startswith("#")) == sorted(EVERYTHING)
    assert run_sim.locked() == EVERYTHING[: len(run_sim.locked())]


@pytest.mark.parametrize("pin", EVERYTHING)
def test_every_line_is_one_exact_version(pin: str) -> None:
    requirement = Requirement(pin)
    assert str(requirement) == f"{canonicalize_name(requirement.name)}=={pin.split('==')[1]}"


def test_no_package_is_locked_twice() -> None:
    assert len(as_versions(EVERYTHING)) == len(EVERYTHING)


def test_every_extra_is_locked_but_those_that_no_number_depends_on() -> None:
    assert set(ASKED) == {*TOGETHER, *NOT_LOCKED}


@pytest.mark.parametrize("section", TOGETHER)
def test_every_direct_dependency_is_a_range_and_is_locked_inside_it(section: str) -> None:
    versions = as_versions(run_sim.locked(*TOGETHER[section]))
    for asked in map(Requirement, ASKED[section]):
        assert {">=", "<"} == {part.operator for part in asked.specifier}, asked
        assert asked.specifier.contains(versions[canonicalize_name(asked.name)]), asked


ELSEWHERE = ("colorama",)  # needed on Windows alone


def needs_of(name: str, version: str) -> list[Requirement] | None:
    """What the locked version says it needs; None where that version is not installed here."""
    found = next(iter(metadata.distributions(name=name)), None)
    return None if found is None or found.version != version else list(map(Requirement, found.requires or []))


@pytest.mark.parametrize("section", TOGETHER)
def test_every_need_of_a_locked_package_is_locked_on_every_machine(section: str) -> None:
    versions = as_versions(run_sim.locked(*TOGETHER[section]))
    known = {name: needs for name, version in versions.items() if (needs := needs_of(name, version)) is not None}
    for name, needs in known.items():
        for need in needs:
            if need.marker and not any(need.marker.evaluate(machine) for machine in MACHINES):
                continue
            needed = canonicalize_name(need.name)
            assert needed in versions, f"{name} needs {need}"
            assert need.specifier.contains(versions[needed]), f"{name} needs {need}"
    if set(versions) - {*known, *ELSEWHERE}:
        pytest.skip("other versions than the locked ones, or not all of them, are installed here")


def test_nothing_is_locked_that_nobody_asks_for() -> None:
    known = {name: needs_of(name, version) for name, version in as_versions(EVERYTHING).items()}
    if None in [needs for name, needs in known.items() if name not in ELSEWHERE]:
        pytest.skip("other versions than the locked ones, or not all of them, are installed here")
    needed = {canonicalize_name(Requirement(one).name) for section in TOGETHER for one in ASKED[section]}
    needed |= {canonicalize_name(need.name) for needs in known.values() for need in needs or []}
    assert set(known) <= needed


OF_THE_PROJECT = {"run_sim", "sim", "tests", "benchmarks", "docs"}


def imported_when_collected(code: str) -> Iterator[str]:
    for part in ast.parse(code).body:
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            yield part.module or ""


@cache
def packages_of_modules() -> Mapping[str, list[str]]:
    """Looked up once, as it reads every package that is installed."""
    return metadata.packages_distributions()


def not_brought(code: str) -> set[str]:
    """What a file of tests imports as pytest collects it, and neither [run] nor [test] brings; it would end the whole run."""
    brought, provided = as_versions(run_sim.locked("test")), packages_of_modules()
    names = {name.split(".")[0] for name in imported_when_collected(code)}
    outside = names - {*sys.stdlib_module_names, *OF_THE_PROJECT}
    return {
        name for name in outside if not {canonicalize_name(one) for one in provided.get(name, [name])} & set(brought)
    }


def test_files_of_tests_import_only_what_a_newcomer_has() -> None:
    codes = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/*.py")}
    missing = {str(path.relative_to(ROOT)): not_brought(code) for path, code in codes.items()}
    assert {path: names for path, names in missing.items() if names} == {}
    assert not_brought("from pptx.util import Inches") == {"pptx"}


def test_what_two_extras_need_stands_once_under_both_names() -> None:
    shared = set(run_sim.locked("desk")) & set(run_sim.locked("cluster")) - set(run_sim.locked())
    assert "click" in as_versions(sorted(shared))


@pytest.mark.parametrize(
    ("typed", "extras"),
    [
        (["desk"], ["desk"]),
        (["desk", "--port", "8600"], ["desk"]),
        (["desk", "--help"], []),
        (["events", "x.yaml"], []),
        (["events", "x.yaml", "--animation=x.html"], ["animation"]),
    ],
)
def test_the_front_door_adds_what_a_command_needs(typed: list[str], extras: list[str]) -> None:
    assert run_sim.extras_of(typed) == extras
