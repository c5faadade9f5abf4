"""What may be moved at the desk, what runs behind its page, and its files.

A warm engine adds replications in growing batches, and compares on the same people.

A value is written as a scenario file writes it, so what the scenario language refuses is refused here, in its words. Where a share
moves, the other shares of its list keep what they have to each other and make up 100%.

Replication 7 is the same people with the same random numbers whoever asks for it, so what is added here is what the command line
finds: a comparison that has reached 30 replications holds the figures of `compare --replications 30`, to the last digit.

One desk serves one user's tabs: what was run for one of them is there for all, and one of them runs at a time.

Scenarios come from `scenarios/` and are saved there, results go to `outputs/`; no name leads elsewhere, and no file is replaced.
A saved scenario is believed only once it has been read back and means what was on the page.

Its figures are those of the command line.
"""

import re
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import RLock

import numpy as np

from sim.home import COMMAND, HOME, IN_CHECKOUT, OUTPUTS, SHIPPED, shortest, typed
from sim.inputs.loading import as_yaml, extending, read_scenario
from sim.inputs.part import sets_at
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import CensusEntry, Change, Scenario, Value
from sim.own_data.tables import instant
from sim.results.comparison.compare import Gathering, Keys, KeyTable, differences, summarise
from sim.results.comparison.findings import Findings
from sim.results.measures.order import canonical
from sim.results.measures.periods import UNDIVIDED, divisions
from sim.results.spill import Spill
from sim.results.words.labels import Setting
from sim.runs.collecting import (
    Collector,
    ReplicationsAside,
    beside,
    changes_between,
    named_apart,
    nothing_to_compare,
    paired,
    warning_words,
)
from sim.runs.engines import Engines
from sim.runs.experiment import FinishedWork, Listener, SetAside, Shared, run_all, run_packed
from sim.runs.piece import Task
from sim.runs.specification import Job
from sim.runs.store import default_store, meaning

BEDS, STAYS, SHARES, STEPS, PRICES, ARRIVALS = (
    "Beds and places", "Lengths of stay", "Shares of people", "Steps before leaving", "Prices", "Arrivals",
)  # fmt: skip
KINDS = {
    BEDS: r"services\.[^.]+\.(beds|places|hours_per_week|bays\.\d+\.beds)(\.\d+\.(beds|places|hours_per_week))?"
    r"|teams\.[^.]+\.places(\.\d+\.places)?",
    STAYS: r"people\..+\.stay_days(\..+)?\.(fixed|mean|median|mode)|people\..+\.stay_times",
    SHARES: r"people\..+\.(share|chance|prevented_share)|people\.[^.]+\.traits\..+",
    STEPS: r"steps\.[^.]+\.(share|takes_(working_)?days\.(fixed|mean|median|mode|[a-z]+\.(mean|median|mode)))",
    PRICES: r"costs\.(services|steps|teams)\..+",
    ARRIVALS: r"people\.[^.]+\.(arrivals_per_day|arrivals_every_days(\.[a-z]+)*\.(fixed|mean))",
}  # by heading, in the order of the page
NUMBER = re.compile(r"(£?)(\d+(?:,\d{3})*(?:\.\d+)?)(%?)", re.ASCII)
UNLIMITED = "unlimited"
ROOM = 20  # beds above the present number that a slider reaches at least


@dataclass(frozen=True, slots=True)
class Control:
    """One number that may be moved: its path, what it is called, as it is written, and the ends of its slider."""

    kind: str  # the heading that it stands under
    path: str
    label: str
    text: str
    note: str = ""  # the comment beside it in the file
    low: float = 0.0
    high: float = 0.0  # no slider where both ends are the same
    step: float = 1.0

    @property
    def has_slider(self) -> bool:
        """Whether it is a number that a slider can move; `unlimited` can only be typed over."""
        return self.high > self.low

    @property
    def number(self) -> float:
        """Its value; shares in percent."""
        return number_of(self.text) or 0.0

    def written(self, number: float) -> str:
        """A number as a scenario file writes it here, with the sign of a price or share."""
        found = NUMBER.fullmatch(self.text)
        before, after = (found[1], found[3]) if found else ("", "")
        return f"{before}{number:.10g}{after}"

    def on_slider(self, text: str) -> float | None:
        """Where a typed value lies on the slider; None where it is no number between its ends."""
        number = number_of(text)
        return number if number is not None and self.low <= number <= self.high else None


def number_of(text: str) -> float | None:
    """The number of `£1,200`, `12.5%` or `29`; None of anything else."""
    found = NUMBER.fullmatch(text.strip())
    return float(found[2].replace(",", "")) if found else None


def controls(scenario: Scenario) -> list[Control]:
    """Everything of a scenario that may be moved, by heading and then in file order."""
    found = (control for value in scenario.values if (control := _control(value)))
    places = list(KINDS)
    return sorted(found, key=lambda one: places.index(one.kind))


def _control(value: Value) -> Control | None:
    kind = next((kind for kind, paths in KINDS.items() if re.fullmatch(paths, value.path)), None)
    number = number_of(value.text)
    if kind is None or (number is None and value.text != UNLIMITED):
        return None
    label = Setting(value.path, value.text, value.text).words
    if number is None:
        return Control(kind, value.path, label, value.text, value.note)
    text = value.text
    if number <= 1 and not text.endswith("%") and (kind == SHARES or value.path.endswith(".share")):
        text, number = f"{100 * number:.10g}%", 100 * number  # a file may say 0.67; all words here say 67%
    return Control(kind, value.path, label, text, value.note, *_ends(kind, text, number))


def _ends(kind: str, text: str, number: float) -> tuple[float, float, float]:
    """The lowest and highest value of a slider, and its step."""
    if text.endswith("%"):
        return 0.0, 100.0, 0.1
    if kind == BEDS:
        return 0.0, float(max(2 * number, number + ROOM)), 1.0
    high = 2 * number or 10.0
    step = next(
        size for size in (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0) if high / size <= 200 or size == 100.0
    )
    return 0.0, max(high, step), step


@dataclass(frozen=True, slots=True)
class Moved:
    """A scenario with moves on it, or what is wrong: by the path of the field that it is about, empty where it is about none."""

    scenario: Scenario | None
    sets: tuple[str, ...] = ()  # `path=value`, as `--set` takes them
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def moved(stated: Scenario, moves: Mapping[str, str], replications: int) -> Moved:
    """The scenario of a file with some values moved, by path; every mistake at the field that made it."""
    try:
        sets = _sets(stated, moves)
    except ValueError as problem:
        return Moved(None, (), {_whose(stated, moves): (str(problem),)})
    try:
        return Moved(read_scenario(stated.file, sets, replications=replications), sets)
    except ScenarioError as error:
        found: dict[str, tuple[str, ...]] = {}
        for one in error.problems:
            path = _field_of(one.file, moves)
            found[path] = (*found.get(path, ()), one.text if path else str(one))
        return Moved(None, sets, found)


def _sets(stated: Scenario, moves: Mapping[str, str]) -> tuple[str, ...]:
    values = {value.path: value.text for value in stated.values}
    gone = [path for path in moves if path not in values]
    if gone:
        raise ValueError(f"{gone[0]} is not in {stated.file} any more")
    found = sets_at(values, tuple(moves), tuple(moves.values()))
    return tuple(f"{path}={text}" for path, text in found.items() if values.get(path) != text)


def _whose(stated: Scenario, moves: Mapping[str, str]) -> str:
    """The first field that cannot be moved so even alone; none where only several together are wrong."""
    for path, text in moves.items():
        try:
            _sets(stated, {path: text})
        except ValueError:
            return path
    return ""


def _field_of(file: str, moves: Mapping[str, str]) -> str:
    """The field that wrote what a problem is about: problems of `--set path=value` bear it as their file."""
    path = file.removeprefix("--set ").partition("=")[0].strip()
    return path if file.startswith("--set ") and path in moves else ""


# -- what runs behind the page -----------------------------------------------------------------------------------------


FIRST = 2  # replications before anything is shown: fewer have no interval
MOST_KEPT = 40  # scenarios whose replications stay at hand
SHOWN_BY = ("", "payer", "team", "cause")  # divisions of figures that the page tells
MOST_REPLICATIONS = 1_000
ITSELF = "the same file, as it stands"  # beside which a scenario is shown
PINNED = "pinned: "  # before the name of a pin


class Cannot(Exception):
    """What the desk cannot do, in words for the planner."""


class _Grown:
    """One scenario, and the replications that it has so far."""

    def __init__(self, scenario: Scenario, engines: Engines) -> None:
        watched = replace(engines, cross_check=False)  # what goes to outputs/ is cross-checked, as on the command line
        self._shared = Shared((scenario,), engines=watched)
        store = default_store()
        self._finished = FinishedWork(store, (scenario,), watched, UNDIVIDED) if store else None
        self._done = SetAside()
        self.replications = self._done.of(0, MOST_REPLICATIONS)  # each to be read once it is there

    def grow(self, count: int) -> None:
        """Has at least so many replications from now on."""
        for number in range(len(self._done), count):
            task = Task(0, number)
            found = self._finished.load(task) if self._finished else None
            piece = found or run_packed(self._shared, task)
            self._done.keep(piece)
            if self._finished and not found:
                self._finished.keep(piece)


class Engine:
    """The compiled engine, loaded once for the process, and the replications of the scenarios that were looked at last."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.lock = RLock()
        self._kept: OrderedDict[str, _Grown] = OrderedDict()

    def grown(self, scenario: Scenario, name: str) -> _Grown:
        """The replications of a scenario of this meaning."""
        with self.lock:
            if name not in self._kept:
                self._kept[name] = _Grown(scenario, self.engines)
            self._kept.move_to_end(name)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[name]


class Comparison:
    """Two scenarios on the same people, over more and more replications."""

    def __init__(self, engine: Engine, base: Scenario, other: Scenario) -> None:
        """Cannot says why they cannot be compared."""
        chosen, left_out = paired(named_apart([base, other]))
        if len(chosen) < 2:
            raise Cannot(nothing_to_compare(left_out))
        self._lock = engine.lock
        self.base, self.other = chosen
        self.replications = 0
        names = [meaning(one) for one in chosen]
        self.is_of_one = names[0] == names[1]  # nothing that decides a result differs
        self._grown = [engine.grown(one, name) for one, name in zip(chosen, names, strict=True)]
        self._pieces = beside(chosen, [one.replications for one in self._grown])
        self._tables = [Gathering(Spill()) for _ in chosen]
        self._keys = KeyTable()
        self._found: tuple[int, Findings] | None = None  # of so many replications

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What to be careful about, known before any run."""
        return warning_words((self.base, self.other))

    def add(self, most: int, seconds: float) -> None:
        """More replications, for about so long and up to so many altogether; at first as many as have an interval."""
        ends = time.monotonic() + seconds
        while self.replications < min(most, MOST_REPLICATIONS):
            with self._lock:
                self._add_one()
            if self.replications >= FIRST and time.monotonic() > ends:
                break

    def _add_one(self) -> None:
        number = self.replications
        for grown in self._grown:
            grown.grow(number + 1)
        for table, theirs in zip(self._tables, self._pieces, strict=True):
            piece = theirs[number]
            keys = Keys.of(piece.keys, self._keys)
            self._keys = keys.table
            places = np.array([at for at, key in enumerate(piece.keys) if key[2] in SHOWN_BY])
            table.add(keys.at(places), piece.values[places])
        self.replications += 1

    def findings(self) -> Findings:
        """The figures that the page tells, in the form in which the terminal and the report take them; added up once."""
        if self._found is None or self._found[0] != self.replications:
            self._found = self.replications, self._findings()
        return self._found[1]

    def _findings(self) -> Findings:
        chosen = tuple(replace(one, replications=self.replications) for one in (self.base, self.other))
        place = canonical(*chosen)
        before, after = (table.table(one.id, place) for table, one in zip(self._tables, chosen, strict=True))
        return Findings(
            scenarios=chosen,
            compared=True,
            estimates=[*summarise(before), *summarise(after)],
            differences=differences(before, after, place),
            daily={},
            changes={chosen[1].id: changes_between(*chosen)},
            left_out=(),
            same_people=(),
            delayed={},
        )


@dataclass(frozen=True)
class Pin:
    """A result that was pinned, with the scenario that it is of and the one that it is beside."""

    name: str
    file: str  # the scenario file that was moved
    sets: tuple[str, ...]
    comparison: Comparison


# -- files -------------------------------------------------------------------------------------------------------------


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
    text = _file_text(moved, file, name, question)
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


def _file_text(moved: Scenario, file: Path, name: str, question: str) -> str:
    """The file: a name, a question, what it extends, and each value that was moved with what it was."""
    changes = [one for one in moved.changes if one.file.startswith(SET) and one.old != one.new]
    changes = [one for one in changes if one.path not in ("replications", "seed")]
    change, add = ([_line(one) for one in changes if bool(one.old) == is_there] for is_there in (True, False))
    add += [] if _has_census_of_its_own(moved) else _census_lines(moved.census)
    head = "# Made at the desk; what is not here is as in the file that it extends."
    return "\n".join([head, *extending(moved.file, file, name, question, change, add)]) + "\n"


def _has_census_of_its_own(moved: Scenario) -> bool:
    """Whether the people who are there at the start are those of the file that is extended."""
    return any(value.path.startswith("census.") for value in moved.values)


def _census_lines(entries: Sequence[CensusEntry]) -> list[str]:
    """The people of a list that was opened, whose days are all known."""
    return ["census:", *(f"  - {{{', '.join(_census_parts(entry))}}}" for entry in entries)] if entries else []


def _census_parts(entry: CensusEntry) -> Iterator[str]:
    days = 0.0 if entry.elapsed is None else entry.elapsed.mean_days
    yield from (f"group: {as_yaml(entry.group)}", f"service: {as_yaml(entry.service)}", f"count: {entry.count}")
    yield f"elapsed_days: {days:.10g}"
    if entry.remaining is not None:
        yield f"remaining_days: {entry.remaining.mean_days:.10g}"
    if entry.waiting_for is not None:
        yield f"waiting_for: {as_yaml(entry.waiting_for)}"
    if entry.waited is not None:
        yield f"waited_days: {entry.waited.mean_days:.10g}"
    if entry.steps_left:
        yield f"steps_left: [{', '.join(map(as_yaml, entry.steps_left))}]"
    if entry.steps_begun:
        yield f"steps_begun_days: {{{', '.join(f'{as_yaml(step)}: {days:.10g}' for step, days in entry.steps_begun)}}}"
    if entry.levels:
        yield f"levels: {{{', '.join(f'{as_yaml(trait)}: {as_yaml(level)}' for trait, level in entry.levels)}}}"


def _line(change: Change) -> str:
    return f"{change.path}: {change.new}" + (f"  # was {change.old}" if change.old else "")


def compare_words(base: Scenario, other: Scenario, replications: int) -> str:
    """What to type to get the figures of the page again, from two scenarios as their files say."""
    return typed("compare", [base.file, other.file], **_overrides(base, other, replications))


def _overrides(base: Scenario, other: Scenario, replications: int) -> dict[str, int]:
    """What the files do not say themselves."""
    said = {base.replications, other.replications} == {replications}
    return {} if said else {"replications": replications}


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
        overrides=tuple(_overrides(base, other, replications).items()),
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


def day_of(text: str) -> date | None:
    """The day that was typed, as files and `--on` have it; None where nothing was, Cannot where it is no day."""
    try:
        return instant(text.strip()).date() if text.strip() else None
    except ValueError as why:
        raise Cannot(f"{text.strip()!r} {why}.") from None


# -- what all tabs share -----------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """What one start of the desk holds for all its tabs."""

    engine: Engine
    stated: Stated
    pins: dict[str, Pin] = field(default_factory=dict)


_opened: list[Desk] = []


def open_desk(desk: Desk) -> None:
    """Makes it the desk of this process."""
    _opened[:] = [desk]


def the_desk() -> Desk:
    """The desk of this process; Cannot where none was opened, as when Streamlit is started on the page itself."""
    if not _opened:
        raise Cannot(f"This page is opened by `{' '.join(COMMAND)} desk`.")
    return _opened[0]
