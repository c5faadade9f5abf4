"""Where baselines are: the expected file beside each scenario, the stories beside it, the log beside both.

    winter.yaml                    the scenario
    winter.expected.txt            what it is expected to give
    winter.expected.people.gz      replication 1 person by person, where it is small
    expected-log.md                every change of an expected file in this folder, with its reason

What may be changed here: by agreement; people keep such files in their own repositories.
"""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim.home import PROGRAM
from sim.regression.baseline_file import Expected, ExpectedUnusable, read_expected
from sim.regression.fingerprints import bytes_digest
from sim.results.event_history import unpacked

ENDING, STORIES_ENDING, LOG = ".expected.txt", ".expected.people.gz", "expected-log.md"
LARGEST_FILE = 20_000_000  # bytes
SCENARIO_ENDINGS = (".yaml", ".yml")
PACKAGES = ("numpy", "scipy", "simpy")


def versions() -> dict[str, str]:
    """The versions that decide results: Python's first two numbers, and those of the packages that count."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


@dataclass(frozen=True, slots=True)
class Baseline:
    """A scenario file and what is recorded beside it; `trouble` says why it cannot be used."""

    scenario_file: str
    file: Path
    expected: Expected | None = None
    stories: list[str] | None = None
    trouble: str = ""

    @property
    def stories_file(self) -> Path:
        """Where replication 1 is kept person by person."""
        return self.file.with_name(self.file.name.removesuffix(ENDING) + STORIES_ENDING)

    @property
    def log(self) -> Path:
        """The log of expected results of this folder."""
        return self.file.with_name(LOG)


def baseline_of(scenario_file: str) -> Baseline:
    """What is recorded beside a scenario."""
    scenario = Path(scenario_file)
    file = scenario.with_name(scenario.stem + ENDING)
    empty = Baseline(scenario_file, file)
    if not file.is_file():
        command = f'{PROGRAM} check {scenario_file} --update --reason "..."'
        return _with(empty, trouble=f"there is no {file.name} beside it; `{command}` makes it")
    try:
        expected = read_expected(_text(file))
    except ExpectedUnusable as problem:
        return _with(empty, trouble=f"{file} {problem}")
    return Baseline(scenario_file, file, expected, _stories(empty.stories_file, expected.stories))


def _with(baseline: Baseline, trouble: str) -> Baseline:
    return Baseline(baseline.scenario_file, baseline.file, trouble=trouble)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ExpectedUnusable(f"is larger than {LARGEST_FILE:,} bytes, more than any expected file needs")
        return file.read_text(encoding="utf-8")  # whatever ends of lines git has made of it
    except UnicodeDecodeError:
        raise ExpectedUnusable("is damaged: it is not plain text in UTF-8") from None
    except OSError as problem:
        raise ExpectedUnusable(f"cannot be read: {problem.strerror or problem}") from None


def _stories(file: Path, fingerprint: str) -> list[str] | None:
    """The stories beside an expected file; None where there are none, or others than recorded."""
    if not fingerprint:
        return None
    try:
        if file.stat().st_size > LARGEST_FILE:
            return None
        told = unpacked(file.read_bytes())
    except (OSError, ValueError):
        return None
    return told if bytes_digest("\n\n".join(told).encode()) == fingerprint else None


def scenarios_in(folder: Path, *, all_of_them: bool) -> list[str]:
    """The scenarios in a folder and those inside it: all, or those with an expected file."""
    found = [path for path in _visible(folder, "*") if path.suffix in SCENARIO_ENDINGS and path.is_file()]
    return [path.as_posix() for path in found if all_of_them or path.with_name(path.stem + ENDING).is_file()]


def orphans_in(folder: Path, scenarios: Sequence[str]) -> list[str]:
    """The expected files in a folder whose scenario is gone."""
    known = {Path(scenario).with_suffix("") for scenario in scenarios}
    return [
        file.as_posix()
        for file in _visible(folder, f"*{ENDING}")
        if file.with_name(file.name.removesuffix(ENDING)) not in known
    ]


def _visible(folder: Path, pattern: str) -> list[Path]:
    """What is in a folder and those inside it, without hidden files and folders: copies that a system keeps for itself."""
    return sorted(
        path
        for path in folder.rglob(pattern)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
