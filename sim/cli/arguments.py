"""What was typed: verbs, options and files, checked with kind words. Nothing is read or run here.

What may be changed here: wording freely; verbs and options are a contract.
"""

import argparse
import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from sim.stopwatch import Stopwatch

REPOSITORY = Path(__file__).resolve().parents[2]  # the folder of run_sim.py
DEFAULT_FILES = ("scenarios/baseline.yaml", "scenarios/cedarwood.yaml")
FILES_IF_NONE = {"compare": 2, "sensitivity": 2, "calibrate": 1}
AUTO = "auto"
ENGINES = (AUTO, "compiled", "reference")  # as in sim/model/engine.py, which is slow to import
ONE_FILE = {"show": "prints", "calibrate": "looks at"}
DEFAULT_TARGETS = "scenarios/targets/england_65plus.csv"
DEFAULT_RANGES = "scenarios/ranges/england.csv"

USAGE = """\
run_sim.py: what would another reablement unit, another step or another price change?

  run_sim.py                           compare scenarios/baseline.yaml with scenarios/cedarwood.yaml
  run_sim.py run FILE...               run scenarios, each on its own
  run_sim.py compare BASE OTHER...     run scenarios on the same people and show what differs from BASE
  run_sim.py calibrate [FILE]          hold a scenario's figures against published targets
  run_sim.py sensitivity BASE OTHER    which assumption, within its range, would change what OTHER does?
  run_sim.py validate FILE...          check scenario files, run nothing
  run_sim.py show FILE                 print every value in force, and the file and line it comes from
  run_sim.py schema                    print a JSON Schema of scenario files, for editors
  run_sim.py check [FILE...]           rerun baselines and fail if a result moved (default: those in tests/expected)
  run_sim.py check FILE... --update --reason TEXT
                                       record what is found now, with the reason; the only way to move a baseline
  run_sim.py test [ARGUMENT...]        run the tests; arguments go to pytest (--nightly: the long ones too)

Options of run and compare:
  --replications N     how many simulated runs of each scenario (instead of what the file says)
  --seed S             another draw of people and luck
  --workers N          processes at once (default: one for each processor); the results do not depend on it
  --outputs DIR        where the folder with results goes (default: outputs)
  --json FILE          the results as JSON too; - is standard output: all else then goes to standard error
  --people FILE        every stay as CSV; waits and steps go beside it (FILE-waits, FILE-steps)
  --set PATH=VALUE     one value changed, as in --set services.hospital.beds=300; repeatable; checked like
                       a file; in compare it goes to every file that has the path
  --sensitivity FILE   (compare) a sensitivity.csv: the report names the assumptions that change the verdict
  --observe            test every identity on every event; slower, and the same results
  --engine NAME        auto, compiled or reference (default: auto, the compiled one where it works); the same results
  --no-witness         the SimPy model does not walk replication 1 of every scenario beside the compiled engine; of
                       many scenarios it still walks every twentieth
  --traceback          where something of ours breaks, show where
Options of check: --workers, --json, --observe, --engine, --no-witness, --traceback, and
  --junit FILE         the outcome as JUnit XML
  --summary FILE       the outcome as Markdown, added to FILE
  --annotations        lines that GitHub shows beside the scenario line that differs
Options of calibrate: --set, --replications, --seed, --workers, --engine, --no-witness, and
  --targets FILE       what it should show (default: scenarios/targets/england_65plus.csv)
  --page FILE          the table as a page of Markdown too
Options of sensitivity: --set, --replications, --seed, --workers, --engine, --no-witness, --outputs, and
  --ranges FILE        which assumptions, from where to where (default: scenarios/ranges/england.csv)
  --measure NAME       which measure (default: delayed_people_mean)
  --service NAME       of which service (default: the first hospital)
Options of validate and show: --set, --replications, --seed

  --help, --version

FILE may be a pattern: compare scenarios/baseline.yaml "scenarios/*.yaml". The base given twice counts once.
Exit codes: 0 done, 2 bad input or usage, 3 a fault of ours, 130 interrupted; of check also 1: a result moved."""

VERBS = ("run", "compare", "calibrate", "sensitivity", "validate", "show", "schema", "check", "test")


class UsageError(Exception):
    """A command line that cannot be carried out, in words for the person who typed it."""


@dataclass(slots=True)
class Options:
    """One command line, understood."""

    verb: str = ""
    files: list[str] = field(default_factory=list)
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    outputs: str = ""
    json: str | None = None
    people: str | None = None
    observe: bool = False
    engine: str = AUTO
    witness: bool = True
    update: bool = False
    reason: str | None = None
    junit: str | None = None
    summary: str | None = None
    annotations: bool = False
    targets: str = ""
    page: str | None = None
    sensitivity: str | None = None  # a sensitivity.csv whose findings go into the report
    ranges: str = ""
    measure: str = ""
    service: str = ""
    sets: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)  # for pytest
    typed: list[str] = field(default_factory=list)
    traceback: bool = False
    text: str = ""  # nothing to do but to print this
    watch: Stopwatch = field(default_factory=Stopwatch)  # runs from the moment the line was typed


def parse(argv: Sequence[str]) -> Options:
    """The options of a command line; UsageError where it makes no sense."""
    typed = list(argv)
    if typed[:1] == ["test"]:
        return Options(verb="test", rest=typed[1:], text=USAGE if typed[1:] in (["--help"], ["-h"]) else "")
    if "--help" in typed or "-h" in typed or typed[:1] == ["help"]:
        return Options(text=USAGE)
    if typed[:1] == ["--version"]:
        from sim import __version__

        return Options(text=f"run_sim.py {__version__}")
    if not typed or typed[0].startswith("-"):
        typed = ["compare", *typed]
    verb, *rest = typed
    if verb not in VERBS:
        raise UsageError(_unknown_verb(verb, rest))
    options = Options(verb=verb, typed=list(argv))
    found = _parser(verb).parse_intermixed_args(rest, namespace=argparse.Namespace())
    for name, value in vars(found).items():
        setattr(options, name, value)
    _check(options)
    return options


class _Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of printing, and suggests what was meant."""

    def error(self, message: str) -> NoReturn:
        if message.startswith("unrecognized arguments:"):
            word = message.partition(":")[2].split()[0].partition("=")[0]
            known = [name for action in self._actions for name in action.option_strings]
            message = f"{self.prog} has no option {word}{_did_you_mean(word, known)}"
        raise UsageError(f"{message}\n(run_sim.py --help shows every verb and option)")


def _parser(verb: str) -> _Parser:
    parser = _Parser(prog=f"run_sim.py {verb}", add_help=False, allow_abbrev=False)
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
    if verb in ("run", "compare", "calibrate", "sensitivity", "check"):
        parser.add_argument("--engine", choices=ENGINES, default=AUTO)
        parser.add_argument("--no-witness", dest="witness", action="store_false")
    if verb == "calibrate":
        parser.add_argument("--targets", default=_shortest(REPOSITORY / DEFAULT_TARGETS), metavar="FILE")
        parser.add_argument("--page", metavar="FILE")
    if verb == "sensitivity":
        parser.add_argument("--ranges", default=_shortest(REPOSITORY / DEFAULT_RANGES), metavar="FILE")
        parser.add_argument("--measure", default="delayed_people_mean", metavar="NAME")
        parser.add_argument("--service", default="", metavar="NAME")
        parser.add_argument("--outputs", default=str(REPOSITORY / "outputs"), metavar="DIR")
    if verb in ("run", "compare"):
        parser.add_argument("--outputs", default=str(REPOSITORY / "outputs"), metavar="DIR")
        parser.add_argument("--json", metavar="FILE")
        parser.add_argument("--people", metavar="FILE")
        parser.add_argument("--observe", action="store_true")
    if verb == "compare":
        parser.add_argument("--sensitivity", metavar="FILE")
    parser.add_argument("--traceback", action="store_true", default=argparse.SUPPRESS)
    return parser


def _add_options_of_check(parser: _Parser) -> None:
    parser.add_argument("--workers", type=_positive, metavar="N")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--reason", metavar="TEXT")
    for name in ("--json", "--junit", "--summary"):
        parser.add_argument(name, metavar="FILE")
    for name in ("--observe", "--annotations"):
        parser.add_argument(name, action="store_true")


def _whole(text: str) -> int:
    try:
        return int(text.replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from None


def _positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {number}")
    return number


def _check(options: Options) -> None:
    _check_endings(options)
    if options.verb == "check":
        _check_reason(options)
        return  # its files may be folders, and are looked for where expected files are known
    for change in options.sets:
        path, sign, _ = change.partition("=")
        if not sign or not path.strip():
            raise UsageError(f"--set needs a path and a value, as in services.hospital.beds=300; not {change!r}")
    _check_files(options)
    if options.json and options.json == options.people:
        raise UsageError("--json and --people cannot go to the same file")
    if options.people == "-":
        raise UsageError("--people needs a file name: stays, waits and steps are three tables")


def _check_endings(options: Options) -> None:
    """A slip may not write over a scenario or the program: what is written has an ending of its own."""
    for option, ending in (("json", ".json"), ("people", ".csv"), ("junit", ".xml"), ("page", ".md")):
        file = getattr(options, option)
        if file and file != "-" and not file.lower().endswith(ending):
            raise UsageError(f"--{option} writes a file whose name ends in {ending}; not {file!r}")


def _check_reason(options: Options) -> None:
    if options.update and not (options.reason or "").strip():
        raise UsageError('check --update needs --reason "why results move": it goes into the log')
    if options.reason is not None and not options.update:
        raise UsageError("--reason goes with --update; without it nothing is recorded")
    if options.update and (options.json or options.junit or options.summary or options.annotations):
        raise UsageError("--update records results; --json, --junit, --summary and --annotations report on a check")


def _check_files(options: Options) -> None:
    """As many files as the verb takes; some verbs have files of their own where none is named."""
    if not options.files:
        number = FILES_IF_NONE.get(options.verb, 0)
        options.files = [_shortest(REPOSITORY / file) for file in DEFAULT_FILES[:number]]
    if options.verb in ("run", "validate", "show") and not options.files:
        raise UsageError(f"{options.verb} needs a file, as in: run_sim.py {options.verb} scenarios/baseline.yaml")
    options.files = expanded(options.files)
    if options.verb in ONE_FILE and len(options.files) > 1:
        raise UsageError(f"{options.verb} {ONE_FILE[options.verb]} one file at a time")
    if options.verb == "sensitivity" and len(options.files) != 2:
        raise UsageError("sensitivity needs a base and one other file")
    if options.verb == "compare" and len(options.files) < 2:
        raise UsageError("compare needs a base and at least one other file; `run` runs a file on its own")


def _shortest(path: Path) -> str:
    """The path from where we stand, if it lies below; else as it is."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


def expanded(patterns: Sequence[str]) -> list[str]:
    """The files that these names and patterns mean, in order, each once."""
    files: list[str] = []
    seen: set[str] = set()
    for pattern in patterns:
        for file in _matching(pattern):
            identity = os.path.normcase(os.path.realpath(file))
            if identity not in seen:
                seen.add(identity)
                files.append(file)
    return files


def _matching(pattern: str) -> list[str]:
    if os.path.isfile(pattern):
        return [pattern]
    if os.path.isdir(pattern):
        raise UsageError(f"{pattern} is a folder; did you mean {os.path.join(pattern, '*.yaml')}?")
    if not glob.has_magic(pattern):
        raise UsageError(f"{pattern}: there is no such file{_similar_file(pattern)}")
    found = sorted(file for file in glob.glob(pattern, recursive=True) if os.path.isfile(file))
    if not found:
        raise UsageError(f"{pattern}: no file matches this pattern")
    return found


def _similar_file(name: str) -> str:
    folder, last = os.path.split(name)
    places = [folder or ".", str(REPOSITORY / "scenarios")]
    for place in places:
        if os.path.isdir(place):
            names = [entry for entry in sorted(os.listdir(place)) if entry.endswith((".yaml", ".yml"))]
            close = _close(last, names) or ([f"{last}.yaml"] if f"{last}.yaml" in names else [])
            if close:
                shown = os.path.join(folder, close[0]) if place == places[0] else _shortest(Path(place) / close[0])
                return f"; did you mean {shown}?"
    return ""


def _unknown_verb(word: str, rest: Sequence[str]) -> str:
    if word.endswith((".yaml", ".yml")) or os.path.isfile(word):
        others = [name for name in rest if not name.startswith("-")]
        verb = "compare" if others else "run"
        meant = " ".join(["run_sim.py", verb, word, *rest])
        return f"{word} is a file, and a verb comes first; did you mean `{meant}`?"
    said = f"{word} is not something that run_sim.py does{_did_you_mean(word, VERBS)}"
    return f"{said}\n(run_sim.py --help shows every verb)"


def _close(word: str, known: Sequence[str]) -> list[str]:
    from difflib import get_close_matches  # slow to import, and seldom needed

    return get_close_matches(word, known, n=1, cutoff=0.6)


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    close = _close(word, known)
    return f"; did you mean {close[0]}?" if close else f"; it has {', '.join(known)}"
