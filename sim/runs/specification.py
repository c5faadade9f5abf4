"""One command as a whole: what is run, how it was asked for, the hash that names it, and places that can be written to."""

import errno
import hashlib
import os
import shlex
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from sim import __version__
from sim.home import COMMAND, as_shipped, common_folder, name_from, where_to_stand
from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.results.files.writing import naming, utf8, whole_files
from sim.results.report.study import FILE as STUDY_FILE
from sim.results.report.study import Study
from sim.runs.engines import Engines
from sim.runs.store import Store
from sim.runs.workers import Stopwatch


def try_folder(folder: Path, option: str = "--outputs") -> None:
    """Makes the folder that an option names where it is missing; OSError where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        why = "it is a file" if folder.is_file() else problem.strerror
        raise OSError(problem.errno, f"cannot be the folder of {option}: {why}", str(folder)) from None
    _try_to_write(folder, f"nothing can be written there, the folder of {option}", folder)


def try_files(files: Iterable[str | None], read: Iterable[str]) -> None:
    """OSError where one of the files could not be written in the end, or is one of those that are read."""
    inputs = {Path(file).resolve() for file in read}
    for file in files:
        if file and file != "-":
            _try_file(Path(file), inputs, file)


def try_tables(files: Iterable[str], heading: Sequence[str]) -> None:
    """FileExistsError where a file is there already that is no such table: it may be somebody's data."""
    first = ",".join(heading).encode()
    for file in files:
        path = Path(file)
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as there:
                if there.read(len(first)) != first:
                    why = "is there already, and was not written by this option: name another file"
                    raise FileExistsError(errno.EEXIST, why, file)


def files_read(scenarios: Iterable[Scenario], *others: str | None) -> list[str]:
    """Every file that the scenarios were read from, and others that a command reads."""
    found = [file for scenario in scenarios for file, _ in scenario.files]
    return [*found, *(other for other in others if other)]


def _try_file(path: Path, inputs: set[Path], file: str) -> None:
    if path.resolve() in inputs:
        raise FileExistsError(errno.EEXIST, "is one of the files that are read: name another to write to", file)
    folder = path.absolute().parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "its folder does not exist", file)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, not a file", file)
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "may not be written", file)
    _try_to_write(folder, "nothing can be written in its folder", path)


def _try_to_write(folder: Path, words: str, shown: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as problem:
        raise OSError(problem.errno, f"{words} ({problem.strerror})", str(shown)) from None


MOST_IN_CSV = 1_000  # replications of a scenario
FORMAT = 4  # of the files in a result folder; results.json says it


@dataclass(frozen=True)
class Job:
    """One command: what is run, how it was asked for, and where its results go."""

    scenarios: tuple[Scenario, ...]
    compared: bool
    outputs: Path
    engines: Engines
    json_file: str | None = None
    sets: tuple[str, ...] = ()
    # replications, seed and how scenarios are ranked, where they were typed
    overrides: tuple[tuple[str, int | float | str], ...] = ()
    typed: tuple[str, ...] = ()
    began: float = 0.0
    sensitivity: str | None = None  # a file whose findings go into the report
    study_folders: tuple[str, ...] = ()  # of finished studies of these scenarios
    studies: tuple[Study, ...] = ()  # what is in them, for the report
    studies_left: int = 0  # others in the same place, of other scenarios
    watch: Stopwatch = field(default_factory=Stopwatch)
    store: Store | None = None  # of what was found before
    replications_csv: bool = False  # however many there are
    parquet: bool = False
    slides: bool = False  # a PowerPoint file too

    @cached_property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Every file that was read, as it is shown, with the SHA-256 of its content."""
        files = dict(pair for scenario in self.scenarios for pair in scenario.files)
        if self.sensitivity is not None and Path(self.sensitivity).is_file():
            files[self.sensitivity] = hashlib.sha256(Path(self.sensitivity).read_bytes()).hexdigest()
        asked = ((f"{_last(folder)}/{STUDY_FILE}", Path(folder, STUDY_FILE)) for folder in self.study_folders)
        studies = ((shown, hashlib.sha256(file.read_bytes()).hexdigest()) for shown, file in asked)
        return (*((self.shown(file), digest) for file, digest in files.items()), *studies)

    @property
    def replications(self) -> int:
        """Replications of all scenarios together."""
        return sum(scenario.replications for scenario in self.scenarios)

    @property
    def writes_replications(self) -> bool:
        """Whether every figure of every replication is written as CSV: of so many that a spreadsheet can hold them, or where asked."""
        return self.replications_csv or max(scenario.replications for scenario in self.scenarios) <= MOST_IN_CSV

    def shown(self, file: str) -> str:
        """A file's name in results, the same everywhere: from the repository, or from the folder that holds all that were named."""
        if file not in self._names:  # thousands of values were written in a few files
            self._names[file] = utf8(name_from(self._folder, file)).decode()
        return self._names[file]

    @property
    def stand(self) -> str:
        """Where the command can be typed, if that has to be said."""
        return where_to_stand([self.shown(file) for file in self._named if as_shipped(file) is None], self._folder)

    @cached_property
    def _folder(self) -> Path | None:
        return common_folder(self._named)

    @property
    def _named(self) -> list[str]:
        """The files that the command names."""
        return [*(scenario.file for scenario in self.scenarios), *([self.sensitivity] if self.sensitivity else [])]

    @cached_property
    def _names(self) -> dict[str, str]:
        return {}

    @property
    def command(self) -> str:
        """What to type to get the same numbers again: no options that leave them alone."""
        return shlex.join([*COMMAND, *self.arguments])

    @property
    def arguments(self) -> list[str]:
        """The command without the name of the program, which is another where it is installed."""
        words = ["compare" if self.compared else "run"]
        words += [self.shown(scenario.file) for scenario in self.scenarios]
        words += [word for name, value in self.overrides for word in (f"--{name}", str(value).removesuffix(".0"))]
        words += ["--sensitivity", self.shown(self.sensitivity)] if self.sensitivity else []
        words += [word for folder in self.study_folders for word in ("--study", _last(folder))]
        words += [word for change in self.sets for word in ("--set", change)]
        return words

    def check_places(self, *files: str | None) -> None:
        """OSError now, not after an hour, where something could not be written in the end."""
        try_folder(self.outputs)
        try_files((*files, self.json_file), files_read(self.scenarios, self.sensitivity))


def _last(folder: str) -> str:
    """A folder of results with the folder that it is in, as in `outputs/sweep-unit-1a2b3c4d`: the same on every computer."""
    return "/".join(Path(folder).absolute().parts[-2:])


def fingerprint_of(job: Job) -> str:
    """A short hash of all that decides the numbers."""
    said = [str(FORMAT), __version__, shlex.join(job.arguments), ""]
    said += [part for pair in job.inputs for part in pair]
    said += [f"{scenario.id} {scenario.seed} {scenario.replications}" for scenario in job.scenarios]
    return hashlib.sha256("\0".join(said).encode(errors="backslashreplace")).hexdigest()[:8]


# -- scenarios that are made from other files ----------------------------------------------------------------------------


def write_checked(scenario: Path, content: str, others: Mapping[Path, bytes] | None = None) -> Scenario:
    """Write a scenario and other files together, after it was read; ScenarioError, and nothing written, where it makes no sense."""
    folder = scenario.resolve().parent
    with naming(scenario):
        handle, name = tempfile.mkstemp(prefix=".checking-", suffix=".yaml", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        found = read_scenario(name)
    except ScenarioError as error:
        problems = (
            replace(problem, file=str(scenario)) if Path(problem.file).name == Path(name).name else problem
            for problem in error.problems
        )
        raise ScenarioError(problems) from None
    finally:
        Path(name).unlink(missing_ok=True)
    files = {scenario: content.encode(), **(others or {})}
    with naming(scenario), whole_files(list(files)) as parts:
        for part, data in zip(parts, files.values(), strict=True):
            part.write(data)
    return replace(found, file=str(scenario))
