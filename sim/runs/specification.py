"""One command as a whole: what is run, how it was asked for, where it goes, the hash that names it.

What may be changed here: freely; whatever decides a number must be in the fingerprint.
"""

import hashlib
import shlex
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sim import __version__
from sim.home import COMMAND, as_shipped
from sim.inputs.loading import input_files
from sim.inputs.scenario import Scenario
from sim.results.files.writing import utf8
from sim.runs.engines import Engines
from sim.runs.store import Store
from sim.runs.timing import Stopwatch
from sim.runs.writable_places import files_read, try_files, try_folder

MOST_IN_CSV = 1_000  # replications of a scenario
FORMAT = 3  # of the files in a result folder; results.json says it


@dataclass(frozen=True)
class Job:
    """One command: what is run, how it was asked for, and where its results go."""

    scenarios: tuple[Scenario, ...]
    compared: bool
    outputs: Path
    engines: Engines
    json_file: str | None = None
    sets: tuple[str, ...] = ()
    overrides: tuple[tuple[str, int], ...] = ()  # replications and seed, where they were typed
    typed: tuple[str, ...] = ()
    began: float = 0.0
    sensitivity: str | None = None  # a file whose findings go into the report
    watch: Stopwatch = field(default_factory=Stopwatch)
    store: Store | None = None  # of what was found before
    replications_csv: bool = False  # however many there are
    parquet: bool = False

    @cached_property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Every file that was read, as it is shown, with the SHA-256 of its content."""
        files = dict(pair for scenario in self.scenarios for pair in input_files(scenario))
        if self.sensitivity is not None and Path(self.sensitivity).is_file():
            files[self.sensitivity] = hashlib.sha256(Path(self.sensitivity).read_bytes()).hexdigest()
        return tuple((self.shown(file), digest) for file, digest in files.items())

    @property
    def replications(self) -> int:
        """Replications of all scenarios together."""
        return sum(scenario.replications for scenario in self.scenarios)

    @property
    def writes_replications(self) -> bool:
        """Whether every figure of every replication is written as CSV: of so many that a spreadsheet can hold them, or where asked."""
        return self.replications_csv or max(one.replications for one in self.scenarios) <= MOST_IN_CSV

    def shown(self, file: str) -> str:
        """A file's name in results, the same everywhere: from the repository, or beside the first file."""
        path, beside = Path(file).resolve(), Path(self.scenarios[0].file).resolve().parent
        name = path.relative_to(beside).as_posix() if path.is_relative_to(beside) else path.name
        return as_shipped(file) or utf8(name).decode()

    @property
    def command(self) -> str:
        """What to type to get the same numbers again: no options that leave them alone."""
        return shlex.join([*COMMAND, *self.arguments])

    @property
    def arguments(self) -> list[str]:
        """The command without the name of the program, which is another where it is installed."""
        words = ["compare" if self.compared else "run"]
        words += [self.shown(scenario.file) for scenario in self.scenarios]
        words += [word for name, value in self.overrides for word in (f"--{name}", str(value))]
        words += ["--sensitivity", self.shown(self.sensitivity)] if self.sensitivity else []
        words += [word for change in self.sets for word in ("--set", change)]
        return words

    def check_places(self, *files: str | None) -> None:
        """OSError now, not after an hour, where something could not be written in the end."""
        try_folder(self.outputs)
        try_files((*files, self.json_file), files_read(self.scenarios, self.sensitivity))


def fingerprint_of(job: Job) -> str:
    """A short hash of all that decides the numbers."""
    said = [str(FORMAT), __version__, shlex.join(job.arguments), ""]
    said += [part for pair in job.inputs for part in pair]
    said += [f"{scenario.id} {scenario.seed} {scenario.replications}" for scenario in job.scenarios]
    return hashlib.sha256("\0".join(said).encode(errors="backslashreplace")).hexdigest()[:8]
