"""The lock in pyproject.toml is whole: exact, unconditional, and no package of it needs one that it lacks."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN, TEST, LINT, BENCH = (
    PROJECT["dependencies"],
    *(PROJECT["optional-dependencies"][extra] for extra in ("test", "lint", "bench")),
)
MACHINES = [
    {"python_version": python, "python_full_version": f"{python}.9", "sys_platform": platform, "extra": ""}
    | {"platform_system": system, "os_name": "nt" if platform == "win32" else "posix"}
    for python in ("3.11", "3.12", "3.13")
    for platform, system in (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))
]


def as_versions(pins: list[str]) -> dict[str, str]:
    return dict(pin.split("==") for pin in pins)


@pytest.mark.parametrize("pin", RUN + TEST + LINT + BENCH)
def test_every_line_is_one_exact_version(pin: str) -> None:
    requirement = Requirement(pin)
    assert str(requirement) == f"{canonicalize_name(requirement.name)}=={pin.split('==')[1]}"


def is_installed(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


@pytest.mark.parametrize("pins", [RUN, RUN + TEST, RUN + BENCH], ids=["run", "test", "bench"])
def test_every_need_of_a_locked_package_is_locked_on_every_machine(pins: list[str]) -> None:
    versions = as_versions(pins)
    if not all(is_installed(name) for name in versions) and pins == RUN + BENCH:
        pytest.skip("the packages of the benchmarks are installed by benchmarks/run.py")
    for name in versions:
        for need in map(Requirement, metadata.requires(name) or []):
            if need.marker and not any(need.marker.evaluate(machine) for machine in MACHINES):
                continue
            needed = canonicalize_name(need.name)
            assert needed in versions, f"{name} needs {need}"
            assert need.specifier.contains(versions[needed]), f"{name} needs {need}"


def test_no_package_is_locked_at_two_versions() -> None:
    pins = set(RUN + TEST + LINT + BENCH)  # colorama is in two lists, at one version
    assert len(as_versions(sorted(pins))) == len(pins)
