"""What was typed: verbs, options and files, checked with kind words, all mistakes at once. Nothing is read or run here.

What may be changed here: wording freely; verbs and options are a contract.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sim.cli.files import expanded
from sim.cli.screen import Screen
from sim.cli.usage import HELP_SHOWS, UsageError, usage
from sim.home import HOME, OUTPUTS, PROGRAM, meant, shortest
from sim.inputs.problems import did_you_mean
from sim.runs.timing import Stopwatch

if TYPE_CHECKING:
    from sim.runs.engines import Engines
    from sim.runs.workers import Workers

DEFAULT_FILES = ("scenarios/baseline.yaml", "scenarios/cedarwood.yaml")
FILES_IF_NONE = {"compare": 2, "sensitivity": 2, "calibrate": 1}
AUTO = "auto"
LOCAL = "local"  # as in sim/runs/cluster.py, which is slow to import
ENGINES = (AUTO, "compiled", "reference")  # as in sim/model/engine.py, which is slow to import
ORDERS = ("people", "money")  # as in sim/results/comparison/findings.py, which is slow to import
ONE_FILE = {"show": "prints", "calibrate": "looks at"}
DEFAULT_TARGETS = "scenarios/targets/england_65plus.csv"
DEFAULT_RANGES = "scenarios/ranges/england.csv"
DAYS_OF_A_YEAR = 365.25
ENDINGS = {  # of what an option writes; GitHub's file for the summary of a step has none
    "json": (".json",),
    "people": (".csv",),
    "junit": (".xml",),
    "page": (".md",),
    "write": (".yaml", ".yml"),
    "summary": (".md", ""),
}
VERBS = ("run", "compare", "calibrate", "sensitivity", "validate", "show", "schema", "scenarios", "check", "test")


@dataclass(slots=True)
class Options:
    """One command line, understood."""

    verb: str = ""
    files: list[str] = field(default_factory=list)
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    cluster: str | None = None  # the address of a scheduler, or `local`
    place: "Workers | None" = None  # that cluster, while the command runs
    outputs: str = ""
    json: str | None = None
    people: str | None = None
    observe: bool = False
    engine: str = AUTO
    cross_check: bool = True
    fresh: bool = False  # nothing from the store
    replications_csv: bool = False
    parquet: bool = False
    update: bool = False
    reason: str | None = None
    junit: str | None = None
    summary: str | None = None
    annotations: bool = False
    targets: str = ""
    page: str | None = None
    fit: list[str] = field(default_factory=list)  # files of settings, or PATH=LOW..HIGH
    write: str | None = None
    evaluations: int | None = None
    sensitivity: str | None = None  # a sensitivity.csv whose findings go into the report
    order: str = "people"  # of a ranking
    ranges: str = ""
    measure: str = ""
    service: str = ""
    files_are_ours: bool = False  # none was named
    sets: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)  # for pytest
    typed: list[str] = field(default_factory=list)
    traceback: bool = False
    text: str = ""  # nothing to do but to print this
    watch: Stopwatch = field(default_factory=Stopwatch)  # runs from the moment the line was typed


def parse(argv: Sequence[str]) -> Options:
    """The options of a command line; UsageError, with all that is wrong, where it makes no sense."""
    typed = list(argv)
    if typed[:1] == ["test"]:
        return Options(verb="test", rest=typed[1:], text=usage() if typed[1:] in (["--help"], ["-h"]) else "")
    if "--help" in typed or "-h" in typed or typed[:1] == ["help"]:
        return Options(text=usage())
    if typed[:1] == ["--version"]:
        from sim import __version__

        return Options(text=f"{PROGRAM} {__version__}")
    if not typed or typed[0].startswith("-"):
        typed = ["compare", *typed]
    verb, *rest = typed
    if verb not in VERBS:
        raise _unknown_verb(verb, rest)
    options = Options(verb=verb, typed=list(argv))
    problems = _take(rest, options)
    hint = HELP_SHOWS if problems else ""
    problems += _misfits(options)
    problems += _find_files(options)
    if problems:
        raise UsageError(*problems, hint=hint)
    return options


def _take(typed: Sequence[str], options: Options) -> list[str]:
    """Put what was typed into the options; what it has that the verb does not know, and which words are no such values."""
    parser = _parser(options.verb)
    found, unknown = parser.parse_known_intermixed_args(typed, namespace=argparse.Namespace())
    words = [word.partition("=")[0] for word in unknown if word.startswith("-")]
    problems = [f"{parser.prog} has no option {word}{did_you_mean(word, parser.options())}" for word in words]
    if unknown and not words:
        problems.append(f"{parser.prog} takes no file or other word; what is {unknown[0]!r}?")
    for name, value in vars(found).items():
        if isinstance(value, _NoValue):
            problems.append(f"--{name} {value.why}")
        else:
            setattr(options, name, value)
    return problems


@dataclass(frozen=True)
class _NoValue:
    """Stands where a word is not what its option takes, so that the other mistakes are found too."""

    why: str


class _Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of printing, and tells which options it has."""

    def options(self) -> list[str]:
        return [name for action in self._actions for name in action.option_strings]

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=HELP_SHOWS)


def _parser(verb: str) -> _Parser:
    parser = _Parser(prog=f"{PROGRAM} {verb}", add_help=False, allow_abbrev=False)
    if verb != "schema":
        parser.add_argument("files", nargs="*")
    if verb == "check":
        _add_options_of_check(parser)
    elif verb != "schema":
        parser.add_argument("--set", dest="sets", action="append", default=[], metavar="PATH=VALUE")
        parser.add_argument("--replications", type=_positive, metavar="N")
        parser.add_argument("--seed", type=_whole, metavar="S")
    if verb in ("run", "compare", "calibrate", "sensitivity"):
        parser.add_argument("--workers", type=_positive, metavar="N")
        parser.add_argument("--cluster", metavar="ADDRESS")
        parser.add_argument("--fresh", action="store_true")
    if verb in ("run", "compare", "calibrate", "sensitivity", "check"):
        parser.add_argument("--engine", type=_engine, default=AUTO, metavar="NAME")
        parser.add_argument("--no-cross-check", "--no-witness", dest="cross_check", action="store_false")
    if verb == "calibrate":
        parser.add_argument("--targets", type=meant, default=shortest(HOME / DEFAULT_TARGETS), metavar="FILE")
        parser.add_argument("--page", metavar="FILE")
        parser.add_argument("--fit", action="append", default=[], metavar="FILE or PATH=LOW..HIGH")
        parser.add_argument("--write", metavar="FILE")
        parser.add_argument("--evaluations", type=_positive, metavar="N")
    _add_options_of_results(parser, verb)
    parser.add_argument("--traceback", action="store_true", default=argparse.SUPPRESS)
    return parser


def _add_options_of_results(parser: _Parser, verb: str) -> None:
    """Where results go, and which are wanted."""
    if verb == "sensitivity":
        parser.add_argument("--ranges", type=meant, default=shortest(HOME / DEFAULT_RANGES), metavar="FILE")
        parser.add_argument("--measure", default="delayed_people_mean", metavar="NAME")
        parser.add_argument("--service", default="", metavar="NAME")
    if verb in ("run", "compare", "sensitivity"):
        parser.add_argument("--outputs", default=OUTPUTS, metavar="DIR")
    if verb in ("run", "compare", "validate"):
        parser.add_argument("--json", metavar="FILE")
    if verb in ("run", "compare"):
        parser.add_argument("--follow-up-years", dest="sets", action="append", type=_follow_up, metavar="N")
        parser.add_argument("--people", metavar="FILE")
        parser.add_argument("--replications-csv", action="store_true")
        parser.add_argument("--parquet", action="store_true")
        parser.add_argument("--observe", action="store_true")
    if verb == "compare":
        parser.add_argument("--sensitivity", metavar="FILE")
        parser.add_argument("--order", type=_order, default=ORDERS[0], metavar="people or money")


def _add_options_of_check(parser: _Parser) -> None:
    parser.add_argument("--workers", type=_positive, metavar="N")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--reason", metavar="TEXT")
    for name in ("--json", "--junit", "--summary"):
        parser.add_argument(name, metavar="FILE")
    for name in ("--observe", "--annotations"):
        parser.add_argument(name, action="store_true")


def _follow_up(text: str) -> str:
    """So many years as what `--set` would say; what is no number is answered like a value of a file."""
    days = str(ceil(int(text) * DAYS_OF_A_YEAR)) if text.isdecimal() else text
    return f"calendar.follow_up_days={days}"


def _whole(text: str) -> int | _NoValue:
    try:
        return int(text.replace(",", ""))
    except ValueError:
        return _NoValue(f"must be a whole number, not {text!r}")


def _positive(text: str) -> int | _NoValue:
    number = _whole(text)
    if isinstance(number, int) and number < 1:
        return _NoValue(f"must be 1 or more, not {number}")
    return number


def _order(text: str) -> str | _NoValue:
    if text in ORDERS:
        return text
    return _NoValue(f"is {' or '.join(ORDERS)}, not {text!r}{did_you_mean(text, ORDERS)}")


def _engine(text: str) -> str | _NoValue:
    if text in ENGINES:
        return text
    return _NoValue(f"has no engine {text!r}{did_you_mean(text, ENGINES)}")


def _misfits(options: Options) -> Iterator[str]:
    """What does not go together, and names that would not do. Files are looked for elsewhere."""
    # A slip may not write over a scenario or the program: what is written has an ending of its own.
    for option, endings in ENDINGS.items():
        file = getattr(options, option)
        if file and file != "-" and Path(file).suffix.lower() not in endings:
            yield f"--{option} writes a file whose name ends in {endings[0]}; not {file!r}"
    if options.verb == "check":
        yield from _misfits_of_check(options)
    for name in ("write", "evaluations"):
        if getattr(options, name) and not options.fit:
            yield f"--{name} goes with --fit, which names the settings to move"
    for change in options.sets:
        path, sign, _ = change.partition("=")
        if not sign or not path.strip():
            yield f"--set needs a path and a value, as in services.hospital.beds=300; not {change!r}"
    if options.json and options.json == options.people:
        yield "--json and --people cannot go to the same file"
    yield from _misfits_of_a_cluster(options)
    if options.people == "-":
        yield "--people needs a file name: stays, waits and steps are three tables"


def _misfits_of_a_cluster(options: Options) -> Iterator[str]:
    if options.cluster in (None, LOCAL):
        return
    if not options.cluster or options.cluster.isspace():
        yield "--cluster needs the address of a scheduler, as in tcp://10.0.0.5:8786, or `local`"
    if options.workers:
        yield "--workers goes with `--cluster local`; another cluster has the workers that it has"
    if options.people:
        yield "--people goes with `--cluster local`; workers elsewhere would write to their own disks"


def _misfits_of_check(options: Options) -> Iterator[str]:
    if options.update and not (options.reason or "").strip():
        yield 'check --update needs --reason "why results move": it goes into the log'
    if options.reason is not None and not options.update:
        yield "--reason goes with --update; without it nothing is recorded"
    if options.update and (options.json or options.junit or options.summary or options.annotations):
        yield "--update records results; --json, --junit, --summary and --annotations report on a check"


def _find_files(options: Options) -> Iterator[str]:
    """As many files as the verb takes; some verbs have files of their own where none is named."""
    if options.verb in (
        "check",
        "scenarios",
    ):  # files of the first may be folders, and are looked for where expected files are
        yield from ["scenarios copies to one folder"] if options.verb == "scenarios" and len(options.files) > 1 else []
        return
    if not options.files:
        options.files_are_ours = True
        number = FILES_IF_NONE.get(options.verb, 0)
        options.files = [shortest(HOME / file) for file in DEFAULT_FILES[:number]]
    if options.verb in ("run", "validate", "show") and not options.files:
        yield f"{options.verb} needs a file, as in: {PROGRAM} {options.verb} scenarios/baseline.yaml"
    try:
        options.files = expanded(options.files, missing_too=options.verb == "validate" and options.json is not None)
    except UsageError as problem:
        yield from problem.problems
        return
    if options.verb in ONE_FILE and len(options.files) > 1:
        yield f"{options.verb} {ONE_FILE[options.verb]} one file at a time"
    if options.verb == "sensitivity" and len(options.files) != 2:
        yield "sensitivity needs a base and one other file"
    if options.verb == "compare" and len(options.files) < 2:
        yield "compare needs a base and at least one other file; `run` runs a file on its own"


def _unknown_verb(word: str, rest: Sequence[str]) -> UsageError:
    if word.endswith((".yaml", ".yml")) or Path(word).is_file():
        others = [name for name in rest if name.endswith((".yaml", ".yml")) or Path(name).is_file()]
        verb = "compare" if others else "run"
        line = " ".join([PROGRAM, verb, word, *rest])
        return UsageError(f"{word} is a file, and a verb comes first; did you mean `{line}`?")
    said = f"{word} is not something that {PROGRAM} does{did_you_mean(word, VERBS)}"
    return UsageError(said, hint=f"({PROGRAM} --help shows every verb)")


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
