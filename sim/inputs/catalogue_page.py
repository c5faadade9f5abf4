"""The shipped scenarios as a page for people: `scenarios/README.md`.

Planners keep files of their own in the same folder. The page lists what git tracks, and what the page lists is what
tests look at, so that nobody's own file ever fails a test.
After a change, make the page anew (its test says how).
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from sim.inputs.loading import read_scenario
from sim.inputs.overrides import is_another_hospital, other_areas
from sim.inputs.scenario import Change, Scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BASELINE = "baseline.yaml"
PAGE = "README.md"
MOST_CHANGES = 12
LONGEST_VALUE = 130
LISTED = re.compile(r"^\| \[(.+?\.yaml)\]\(", re.MULTILINE)

HEAD = """\
# The scenarios

`python3 -m sim.inputs.catalogue_page > scenarios/README.md` makes this page from the files themselves. This command
compares all scenarios of the folder: `python3 run_sim.py compare scenarios/baseline.yaml "scenarios/*.yaml"`. Scenarios
marked *no* under *paired* have other people or other days than the baseline, or are a hospital of their own, and are
left out with the reason. *Values* are those that the file itself sets; *assumptions* are those of them without a
source. To write a scenario, read [docs/write-your-own.md](../docs/write-your-own.md).
"""


def shipped(folder: Path = SCENARIOS) -> list[Path]:
    """The scenarios that the page in a folder lists, whatever else lies beside them."""
    return [folder / name for name in LISTED.findall((folder / PAGE).read_text(encoding="utf-8"))]


def _tracked(folder: Path = SCENARIOS) -> list[Path]:
    """The scenarios in a folder that git knows."""
    command = ["git", "-C", str(folder), "ls-files", "-z", "--", "*.yaml"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [folder / name for name in names.split("\0") if name]


def catalogue_page(chosen: Iterable[Path], folder: Path = SCENARIOS) -> str:
    """The whole page, of these files."""
    files = sorted(chosen, key=lambda file: (file.parent != folder, file.relative_to(folder).as_posix()))
    scenarios = {file: read_scenario(str(file)) for file in files}
    base = scenarios[folder / BASELINE]
    rows = [_row(file, scenario, base, folder) for file, scenario in scenarios.items()]
    sections = [line for file, scenario in scenarios.items() for line in _section(file, scenario, folder)]
    table = ["| file | question | extends | paired | values | assumptions |", "|---|---|---|---|---|---|", *rows]
    return "\n".join([HEAD, *table, "", "## What each changes", "", *sections])


def _row(file: Path, scenario: Scenario, base: Scenario, folder: Path) -> str:
    own = [value for value in scenario.values if _is_in(value.file, file) and value.path not in ("name", "question")]
    assumed = [value for value in own if "assumption" in value.note]
    name = file.relative_to(folder).as_posix()
    parent = _parent(file)
    above = (file.parent / parent).resolve().relative_to(folder.resolve()).as_posix() if parent else ""
    paired = "yes" if _can_be_paired(scenario, base) else "no"
    cells = (f"[{name}]({name})", scenario.question, above, paired, str(len(own)), str(len(assumed)))
    return f"| {' | '.join(cells)} |"


def _section(file: Path, scenario: Scenario, folder: Path) -> Iterator[str]:
    changes = [change for change in scenario.changes if _is_in(change.file, file)]
    if not changes:
        return
    yield f"**{scenario.name}** (`{file.relative_to(folder).as_posix()}`)\n"
    yield from (_line(change) for change in changes[:MOST_CHANGES])
    if len(changes) > MOST_CHANGES:
        yield f"- and {len(changes) - MOST_CHANGES} more"
    yield ""


def _line(change: Change) -> str:
    new = " ".join(change.new.split())
    text = new if len(new) <= LONGEST_VALUE else f"{new[:LONGEST_VALUE]} ..."
    if not change.old:
        return f"- `{change.path}` is added: `{text}`"
    old = " ".join(change.old.split())
    return f"- `{change.path}`: `{old if len(old) <= LONGEST_VALUE else f'{old[:LONGEST_VALUE]} ...'}` → `{text}`"


def _can_be_paired(scenario: Scenario, base: Scenario) -> bool:
    """Has it the people and the days of the baseline, and is it no hospital of its own?"""
    theirs, ours = (
        (one.calendar.window, one.calendar.start, one.seed, one.replications, one.census) for one in (scenario, base)
    )
    return theirs == ours and not other_areas(base, scenario) and not is_another_hospital(scenario, base)


def _parent(file: Path) -> str:
    """The file that it extends, as written."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].split("#")[0].strip() for line in lines if line.startswith("extends:")), "")


def _is_in(place: str, file: Path) -> bool:
    return _resolved(place) == _resolved(str(file))


@cache
def _resolved(place: str) -> Path:
    return Path(place).resolve()


if __name__ == "__main__":
    print(catalogue_page(_tracked()), end="")
