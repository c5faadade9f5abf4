"""The options that several verbs share, each with its help, and what words mean: values, files and patterns, and where work is done.

A verb that has one more option declares it in its own module; options that are here have one meaning in every verb. What is wrong
is a UsageError.

Users' scripts rely on the options.
"""

import argparse
import glob
import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sim.cli.screen import Screen
from sim.home import HOME, OUTPUTS, SHIPPED, common_folder, meant, name_from, shortest, typed
from sim.inputs.problems import counted, did_you_mean
from sim.runs.workers import Place, Stopwatch, default_workers, processors

if TYPE_CHECKING:
    from sim.runs.engines import Engines
    from sim.runs.workers import Workers


class UsageError(Exception):
    """A command line that cannot be carried out: every reason, in words for the person who typed it."""

    def __init__(self, *problems: str, hint: str = "") -> None:
        super().__init__("\n".join((*problems, hint) if hint else problems))
        self.problems = problems


AUTO = "auto"
LOCAL = "local"  # as in sim/runs/cluster.py, which is slow to import
ENGINES = (AUTO, "compiled", "reference")  # as in sim/model/engine.py, which is slow to import


@dataclass(slots=True)
class Options:
    """One command line, understood: what several verbs know. A verb with more has a class of its own, made from this."""

    verb: str = ""
    files: list[str] = field(default_factory=list)
    files_are_ours: bool = False  # none was named
    replications: int | None = None
    seed: int | None = None
    sets: list[str] = field(default_factory=list)
    workers: int | None = None
    cluster: str | None = None  # the address of a scheduler, or `local`
    place: "Workers | None" = None  # that cluster, while the command runs
    engine: str = AUTO
    cross_check: bool = True
    observe: bool = False
    fresh: bool = False  # nothing from the store
    outputs: str = ""
    json: str | None = None
    typed: list[str] = field(default_factory=list)
    traceback: bool = False
    text: str = ""  # nothing to do but to print this
    watch: Stopwatch = field(default_factory=Stopwatch)  # runs from the moment the line was typed


@dataclass(frozen=True)
class NoValue:
    """Stands where a word is not what its option takes, so that the other mistakes are found too."""

    why: str


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of printing, and tells which options it has."""

    def actions(self) -> Sequence[argparse.Action]:
        """Every option and word that it takes, in order."""
        return self._actions

    def options(self) -> list[str]:
        """The names of all options."""
        return [name for action in self._actions for name in action.option_strings]

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"({self.prog} --help shows every option)")


class Written:
    """The name of a file that is written. Its ending is checked, so that a mistake cannot write over a scenario or the program."""

    def __init__(self, *endings: str, or_output: bool = False) -> None:
        self.endings = endings
        self.or_output = or_output  # `-` is standard output

    def __call__(self, text: str) -> str:
        return text

    def problem(self, option: str, file: str) -> Iterator[str]:
        """What is wrong with the name, if anything."""
        if file == "-":
            if not self.or_output:
                yield f"{option} needs the name of a file; - is standard output, which only --json can be written to"
        elif Path(file).suffix.lower() not in self.endings:
            yield f"{option} writes a file whose name ends in {self.endings[0]}; not {file!r}"


def whole(text: str) -> int | NoValue:
    """A whole number, with commas if you like."""
    try:
        return int(text.replace(",", ""))
    except ValueError:
        return NoValue(f"must be a whole number, not {text!r}")


def positive(text: str) -> int | NoValue:
    """A whole number from 1 up."""
    number = whole(text)
    if isinstance(number, int) and number < 1:
        return NoValue(f"must be 1 or more, not {number}")
    return number


def _engine(text: str) -> str | NoValue:
    if text in ENGINES:
        return text
    return NoValue(f"has no engine {text!r}{did_you_mean(text, ENGINES)}")


def add_files(parser: Parser, shown: str, meaning: str) -> None:
    """Names of files, which `find_files` of the verb looks for."""
    parser.add_argument("files", nargs="*", metavar=shown, help=meaning)


def add_changes(parser: Parser) -> None:
    """What is run instead of what the file says."""
    parser.add_argument(
        "--set",
        dest="sets",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change one value, as in --set services.hospital.beds=300; repeatable; checked like a file; in "
        "compare it applies to every file that has the path",
    )
    parser.add_argument(
        "--replications",
        type=positive,
        metavar="N",
        help="the number of simulated runs of each scenario (instead of the file's)",
    )
    parser.add_argument("--seed", type=whole, metavar="S", help="a different random seed")


def add_work(parser: Parser, *, cluster: bool = True) -> None:
    """Where the work is done, and by which engine; no result depends on it. A cluster and the store come together."""
    parser.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="the number of processes (default: one for each processor); the results do not depend on it",
    )
    if cluster:
        parser.add_argument(
            "--cluster",
            metavar="ADDRESS",
            help="use the workers of a Dask cluster, as in tcp://10.0.0.5:8786; `local` starts one here (docs/scale.md)",
        )
        parser.add_argument(
            "--fresh", action="store_true", help="run everything anew, without finished runs from the store"
        )
    parser.add_argument(
        "--engine",
        type=_engine,
        default=AUTO,
        metavar="NAME",
        help="auto, compiled or reference (default: auto, which is the compiled engine where it works); the "
        "results are the same",
    )
    parser.add_argument(
        "--no-cross-check",
        "--no-witness",
        dest="cross_check",
        action="store_false",
        help="do not cross-check replication 1 of every scenario with SimPy; of many scenarios, every twentieth is"
        " still checked (earlier name: --no-witness)",
    )


def add_observe(parser: Parser) -> None:
    """Whether every event is observed."""
    parser.add_argument(
        "--observe", action="store_true", help="test every invariant on every event; slower, with the same results"
    )


def add_outputs(parser: Parser) -> None:
    """The folder of folders with results."""
    parser.add_argument(
        "--outputs", default=OUTPUTS, metavar="DIR", help="write the folder with results here (default: outputs)"
    )


def add_json(parser: Parser, what: str) -> None:
    """The result for a machine."""
    parser.add_argument(
        "--json",
        type=Written(".json", or_output=True),
        metavar="FILE",
        help=f"{what} as JSON; - is standard output: all else then goes to standard error",
    )


def add_plan(parser: Parser) -> None:
    """Only what would be run."""
    parser.add_argument(
        "--plan",
        action="store_true",
        help="show how much would be run, how much is already done and how long the rest would take; write nothing",
    )


def add_study(parser: Parser) -> None:
    """What studies that compare have in common."""
    add_changes(parser)
    add_plan(parser)
    add_work(parser)
    add_outputs(parser)
    add_json(parser, "what was found")


def add_traceback(parser: Parser) -> None:
    """What every verb has at the end."""
    parser.add_argument("--traceback", action="store_true", help="show the traceback of an internal error")
    parser.add_argument("-h", "--help", action="help", help="show this help")


def engines_for(options: Options, screen: Screen) -> "Engines":
    """The engine that was asked for or that works here; UsageError where the one asked for by name does not."""
    from sim.model.compiled.numba_setup import CannotCompile  # NumPy and above, which --help does not wait for
    from sim.runs import engines

    if options.observe:
        return engines.BY_REFERENCE  # only there is every event under observation
    try:
        return engines.engines_for(options.engine, screen.note, cross_check=options.cross_check)
    except CannotCompile as reason:
        raise UsageError(f"--engine compiled: {reason}; --engine auto goes on with the SimPy model") from None


def repeat_with(verb: str, options: Options, **asked: object) -> str:
    """What to type to get the same numbers again: what was asked, and what was changed; no path that tells whose computer it is."""
    folder = common_folder(options.files) if any(Path(file).is_absolute() for file in options.files) else None
    files = options.files if folder is None else [name_from(folder, file) for file in options.files]
    changed = {"set": options.sets, "replications": options.replications, "seed": options.seed}
    return typed(verb, files, **asked, **changed)


# -- the files and the place that are meant ----------------------------------------------------------------------------


def expanded(patterns: Sequence[str], *, missing_too: bool = False, inside: str = "*.yaml") -> list[str]:
    """The files that these names and patterns mean, in order, each once; UsageError names all that mean none.

    With `missing_too` those stay in the list, for a reader that tells of each file what is wrong with it. `inside` is the pattern
    that is offered for a folder, empty where one file alone can be taken.
    """
    files: list[str] = []
    problems: list[str] = []
    seen: set[str] = set()
    for pattern in patterns:
        try:
            matching = _matching(meant(pattern), inside)
        except UsageError as problem:
            problems += [] if missing_too else problem.problems
            matching = [pattern] if missing_too else []
        for file in matching:
            identity = os.path.normcase(os.path.realpath(file))
            if identity not in seen:
                seen.add(identity)
                files.append(file)
    if problems:
        raise UsageError(*dict.fromkeys(problems))
    return files


def _matching(pattern: str, inside: str) -> list[str]:
    if os.path.isfile(pattern):
        return [pattern]
    if os.path.isdir(pattern):
        cure = f"did you mean {_pattern_in(pattern, inside)}?" if inside else "name a file in it"
        raise UsageError(f"{pattern} is a folder; {cure}")
    if os.path.islink(pattern):
        raise UsageError(f"{pattern}: this is a link, and leads to no file")
    if not glob.has_magic(pattern):
        raise UsageError(f"{pattern}: there is no such file{_similar_file(pattern)}")
    found = sorted(file for file in glob.glob(_with_folder_as_it_is(pattern), recursive=True) if os.path.isfile(file))
    if not found:
        raise UsageError(f"{pattern}: no file matches this pattern")
    return found


def _pattern_in(folder: str, inside: str) -> str:
    """A pattern for files in a folder, as it can be typed: the shell may expand it where the folder needs no quotes."""
    pattern = os.path.join(folder, inside)
    return pattern if shlex.quote(folder) == folder else shlex.quote(pattern)


def _with_folder_as_it_is(pattern: str) -> str:
    """The pattern, with the longest folder that it begins with and that is there taken letter by letter: `Plan [1]/*.yaml`."""
    folder = os.path.dirname(pattern)
    while folder and not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return glob.escape(folder) + pattern[len(folder) :]


def _similar_file(name: str) -> str:
    """The end of a sentence about a file that is not there: the one that was meant, there or among the shipped scenarios."""
    from sim.inputs.files import similar_in  # seldom needed
    from sim.inputs.problems import printable

    folder, last = os.path.split(name)
    for place in (folder, str(HOME / SHIPPED)):
        with suppress(OSError):
            similar = similar_in(place, last)
            if similar is not None:
                shown = os.path.join(folder, similar) if place == folder else _as_typed(similar)
                return f"; did you mean `{printable(shown, len(shown))}`?"  # whole: a path that is cut cannot be typed
    return ""


def _as_typed(shipped: str) -> str:
    """A shipped scenario as it can be typed here."""
    name = f"{SHIPPED}/{shipped}"
    return name if os.path.exists(meant(name)) else shortest(HOME / name)


@contextmanager
def cluster_of(options: Options, screen: Screen) -> Iterator[None]:
    """Inside, the command has the cluster that was asked for, if any; it is connected to when there is something to do."""
    if options.cluster is None:
        yield
        return
    from sim.runs.cluster import Cluster  # with much that no other command needs

    with Cluster(options.cluster, options.workers or processors(), screen.note) as options.place:
        yield


def place_for(options: Options, tasks: int) -> Place:
    """The cluster, or so many processes as were asked for or so many tasks can use."""
    return options.place or min(options.workers or default_workers(tasks), tasks)


def number_of(place: Place) -> int:
    """How many workers there are; of a cluster that nobody needed, none."""
    if isinstance(place, int):
        return place
    from sim.runs.cluster import Cluster

    return place.known if isinstance(place, Cluster) else place.number


def words_for(place: Place, address: str | None) -> str:
    """Where it is, as in `Running 60 replications in 2 processes`."""
    if isinstance(place, int):
        return f"in {counted(place, 'process', 'processes')}"
    return "on a cluster of this computer" if address == LOCAL else f"on the cluster at {address}"
