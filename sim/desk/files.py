"""The files of the desk: scenarios that are read and saved, results that are written, all of them in two folders.

Scenarios come from `scenarios/` and are saved there, results go to `outputs/`; no name leads elsewhere, and no file is replaced.
A saved scenario is believed only once it has been read back and means what was on the page.

What may be changed here: freely, as long as that holds.
"""

import json
import re
import shlex
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sim.desk.session import Cannot
from sim.home import COMMAND, HOME, IN_CHECKOUT, OUTPUTS, SHIPPED, shortest
from sim.inputs.loading import path_from, read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import CensusEntry, Change, Scenario
from sim.results.measures.periods import divisions
from sim.runs.collecting import Collector, named_apart, nothing_to_compare, paired, warning_words
from sim.runs.engines import Engines
from sim.runs.experiment import Listener, Shared, run_all
from sim.runs.specification import Job
from sim.runs.store import default_store, meaning
from sim.runs.tables import ReplicationsAside

ENDINGS = (".yaml", ".yml")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
KEPT_BY_WINDOWS = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
SET = "--set "
MOST_FILES = 2_000


def scenarios_folder() -> Path:
    """The one folder that the desk reads scenarios from and saves them to; Cannot where there is none."""
    here = Path(SHIPPED)
    if here.is_dir():
        return here.absolute()
    if IN_CHECKOUT:
        return HOME / SHIPPED
    raise Cannot(
        f"There is no folder {SHIPPED} here. `bedflow scenarios` makes one with the shipped scenarios; then start again."
    )


def scenario_files(folder: Path) -> list[str]:
    """The scenario files in a folder and the folders in it, as they are called from there; nothing that leads out of it."""
    inside = folder.resolve()
    found = [
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.suffix in ENDINGS and file.is_file() and file.resolve().is_relative_to(inside)
    ]
    return sorted(found, key=lambda name: (name.count("/"), name))[:MOST_FILES]


class Stated:
    """Scenarios as their files say, read again only where a file has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, tuple[dict[str, tuple[int, int]], Scenario]] = {}

    def names(self) -> list[str]:
        """Every scenario file of the folder."""
        return scenario_files(self.folder)

    def __call__(self, name: str) -> Scenario:
        """The scenario in a file of the folder; Cannot of any other file, ScenarioError lists all that is wrong with it."""
        if name not in self.names():
            raise Cannot(f"There is no scenario {name} in the folder {SHIPPED}.")
        if name in self._read and self._read[name][0] == _stamps(list(self._read[name][0])):
            return self._read[name][1]
        found = read_scenario(shortest(self.folder / name))
        self._read[name] = _stamps([file for file, _ in found.files]), found
        return found


def _stamps(files: Sequence[str]) -> dict[str, tuple[int, int]]:
    found = {}
    for file in files:
        try:
            stat = Path(file).stat()
        except OSError:
            found[file] = (0, 0)
        else:
            found[file] = (stat.st_mtime_ns, stat.st_size)
    return found


# -- saving ------------------------------------------------------------------------------------------------


def suggested(name: str) -> str:
    """A file name made of a scenario's name; `my_scenario` where the name has no letters that every system can write."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()  # ŷ is y
    found = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:48].strip("_")
    return found if FILE_NAME.fullmatch(found) and not KEPT_BY_WINDOWS.fullmatch(found) else "my_scenario"


def save(folder: Path, file_name: str, name: str, question: str, moved: Scenario) -> Path:
    """Write a scenario that was moved as a file that extends the one it was moved from; Cannot says why not.

    The file is read back; where it does not mean what was on the page, it is removed again.
    """
    if not FILE_NAME.fullmatch(file_name) or KEPT_BY_WINDOWS.fullmatch(file_name):
        raise Cannot(
            "The file's name is made of up to 60 letters from a to z, digits, - and _, begins with a letter or digit, and names no folder."
        )
    file = folder / f"{file_name}.yaml"
    text = file_text(moved, file, name, question)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as to:
            to.write(text)
    except FileExistsError:
        raise Cannot(f"{SHIPPED}/{file.name} is there already, and nothing is replaced; choose another name.") from None
    except (OSError, UnicodeError) as problem:
        file.unlink(missing_ok=True)
        raise Cannot(f"{SHIPPED}/{file.name} cannot be written: {problem}.") from None
    try:
        _check_same(file, moved)
    except Cannot:
        file.unlink()
        raise
    return file


def _check_same(file: Path, moved: Scenario) -> None:
    try:
        found = read_scenario(shortest(file))
    except ScenarioError as error:
        raise Cannot("It was not saved: " + "; ".join(problem.text for problem in error.problems)) from None
    if meaning(found) != meaning(moved):
        raise Cannot(
            "It was not saved: read back, the file would not mean what is on the page. This is an internal error."
        )


def file_text(moved: Scenario, file: Path, name: str, question: str) -> str:
    """The file: a name, a question, what it extends, and each value that was moved with what it was."""
    changes = [one for one in moved.changes if one.file.startswith(SET) and one.old != one.new]
    changes = [one for one in changes if one.path not in ("replications", "seed")]
    lines = ["# Made at the desk; what is not here is as in the file that it extends.", f"name: {_quoted(name)}"]
    lines += [f"question: {_quoted(question)}"] if question else []
    lines += [f"extends: {json.dumps(path_from(moved, file), ensure_ascii=False)}"]
    for key, chosen in (("change", True), ("add", False)):
        mine = [_line(one) for one in changes if bool(one.old) == chosen]
        mine += [] if chosen or _has_census_of_its_own(moved) else _census_lines(moved.census)
        lines += [f"{key}:", *mine] if mine else []
    return "\n".join(lines) + "\n"


def _has_census_of_its_own(moved: Scenario) -> bool:
    """Whether the people who are there at the start are those of the file that is extended."""
    return any(value.path.startswith("census.") for value in moved.values)


def _census_lines(entries: Sequence[CensusEntry]) -> list[str]:
    """The people of a list that was opened, whose days are all known."""
    return ["  census:", *(f"    - {{{', '.join(_census_parts(one))}}}" for one in entries)] if entries else []


def _census_parts(entry: CensusEntry) -> Iterator[str]:
    days = 0.0 if entry.elapsed is None else entry.elapsed.mean_days
    yield from (f"group: {_quoted(entry.group)}", f"service: {_quoted(entry.service)}", f"count: {entry.count}")
    yield f"elapsed_days: {days:.10g}"
    if entry.waiting_for is not None:
        yield f"waiting_for: {_quoted(entry.waiting_for)}"
    if entry.waited is not None:
        yield f"waited_days: {entry.waited.mean_days:.10g}"
    if entry.steps_left:
        yield f"steps_left: [{', '.join(map(_quoted, entry.steps_left))}]"
    if entry.levels:
        yield f"levels: {{{', '.join(f'{_quoted(trait)}: {_quoted(level)}' for trait, level in entry.levels)}}}"


def _line(change: Change) -> str:
    return f"  {change.path}: {change.new}" + (f"  # was {change.old}" if change.old else "")


def _quoted(text: str) -> str:
    """Text as YAML reads it back, in whatever script; what cannot be seen is written as an escape."""
    return "".join(one if one.isprintable() else _escape(one) for one in json.dumps(text.strip(), ensure_ascii=False))


def _escape(letter: str) -> str:
    return f"\\U{ord(letter):08X}"


def compare_words(base: Scenario, other: Scenario, replications: int) -> str:
    """What to type to get the figures of the page again, from two scenarios as their files say."""
    words = [*COMMAND, "compare", base.file, other.file]
    return shlex.join([*words, *(word for pair in _overrides(base, other, replications) for word in pair)])


def _overrides(base: Scenario, other: Scenario, replications: int) -> list[tuple[str, str]]:
    """What the files do not say themselves."""
    said = {base.replications, other.replications} == {replications}
    return [] if said else [("--replications", str(replications))]


# -- results -----------------------------------------------------------------------------------------------


def write_results(base: Scenario, other: Scenario, replications: int, engines: Engines, listener: Listener) -> Path:
    """Tables, charts and report of a comparison, as the command line writes them; replication 1 is cross-checked by SimPy."""
    from sim.runs.outputs import publish  # matplotlib comes only now

    wanted = [replace(one, replications=replications) for one in (base, other)]
    chosen, left_out = paired(named_apart(wanted))
    if len(chosen) < 2:
        raise Cannot(nothing_to_compare(left_out))
    job = Job(
        scenarios=chosen,
        compared=True,
        outputs=Path(OUTPUTS),
        engines=replace(engines, cross_check=True),
        overrides=(("replications", replications),) if _overrides(base, other, replications) else (),
        began=time.time(),
        store=default_store(),
    )
    job.check_places()
    lines = ReplicationsAside(chosen) if job.writes_replications else None
    collector = Collector(chosen, compared=True, also=lines.add if lines else None)
    shared = Shared(chosen, None, False, job.engines, divisions(chosen, compared=True))
    run_all(shared, 1, job.store, listener, None, collector)
    findings = collector.findings(warnings=warning_words(chosen), left_out=left_out)
    return publish(job, findings, collector.pieces, 1, lines)
