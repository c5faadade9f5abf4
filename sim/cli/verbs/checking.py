"""The verbs that look and run nothing new: validate, show, schema and scenarios for files, check and test for the program.

Users' scripts rely on the options and exit codes.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.cli.arguments import (
    Options,
    Parser,
    UsageError,
    Written,
    add_changes,
    add_files,
    add_json,
    add_observe,
    add_work,
)
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, named_files, one_file
from sim.home import HOME, IN_CHECKOUT, SHIPPED, command_line

# -- validate ----------------------------------------------------------------------------------------------------------


def _add_validate_options(parser: Parser) -> None:
    add_files(parser, "FILE", "a scenario, or a pattern")
    add_changes(parser)
    add_json(parser, "what is wrong, or worth knowing,")


def _find_files_of_validate(options: Options) -> None:
    named_files(options, missing_too=options.json is not None)


def _run_validate(options: Options, screen: Screen) -> int:
    from sim.cli.checking import validate_verb

    return validate_verb(options, screen)


VALIDATE = Verb(
    name="validate",
    words="FILE...",
    summary="check scenario files without running them",
    add_options=_add_validate_options,
    run=_run_validate,
    options=Options,
    examples=(('"scenarios/*.yaml"', "every scenario of a folder"),),
    epilog="A mistake is answered with file, line, column, what is wrong and the likely cure.",
    guides=("docs/language.md",),
    find_files=_find_files_of_validate,
)


# -- show --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ShowOptions(Options):
    """What `show` knows besides."""

    stress_des: bool = False


def _add_show_options(parser: Parser) -> None:
    add_files(parser, "FILE", "a scenario")
    add_changes(parser)
    parser.add_argument(
        "--stress-des",
        action="store_true",
        help="instead, what the file and the program answer to the reporting checklist STRESS-DES, in Markdown",
    )


def _run_show(options: ShowOptions, screen: Screen) -> int:
    from sim.diagnostics.warnings import remarks
    from sim.inputs.loading import read_scenario
    from sim.inputs.overrides import show_text

    (file,) = options.files
    scenario = read_scenario(file, tuple(options.sets), replications=options.replications, seed=options.seed)
    if options.stress_des:
        from sim.diagnostics.stress_des import stress_des

        screen.say(stress_des(scenario).rstrip("\n"))
        return 0
    screen.say(show_text(scenario, remarks(scenario)).rstrip("\n"))
    return 0


SHOW = Verb(
    name="show",
    words="FILE",
    summary="print every resolved value, and the file and line that it comes from",
    add_options=_add_show_options,
    run=_run_show,
    options=ShowOptions,
    examples=(
        ("scenarios/cedarwood.yaml", "all that holds in Cedarwood, with sources"),
        ("scenarios/cedarwood.yaml --stress-des", "the reporting checklist, begun for you"),
    ),
    guides=("docs/language.md", "docs/stress-des.md"),
    find_files=one_file("prints"),
)


# -- schema ------------------------------------------------------------------------------------------------------------


def _add_schema_options(_: Parser) -> None:
    """It has none."""


def _run_schema(_: Options, screen: Screen) -> int:
    from sim.inputs.keys_page import schema_text

    screen.say(schema_text().rstrip("\n"))
    return 0


SCHEMA = Verb(
    name="schema",
    words="",
    summary="print a JSON Schema of scenario files, so that an editor can complete and check them",
    add_options=_add_schema_options,
    run=_run_schema,
    options=Options,
    guides=("docs/scenario-keys.md",),
)


# -- scenarios ---------------------------------------------------------------------------------------------------------


def _add_scenarios_options(parser: Parser) -> None:
    add_files(parser, "FOLDER", "a new or an empty folder (default: scenarios)")


def _find_files_of_scenarios(options: Options) -> None:
    if len(options.files) > 1:
        raise UsageError("scenarios copies to one folder")


def _run_scenarios(options: Options, screen: Screen) -> int:
    from sim.results.words.labels import counted

    folder = Path(options.files[0] if options.files else SHIPPED)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"{folder} is there already, and nothing in it is replaced; name another: {command_line('scenarios', 'FOLDER')}"
        )
    shutil.copytree(
        HOME / SHIPPED, folder, ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile, dirs_exist_ok=True
    )
    files = sum(file.is_file() for file in folder.rglob("*"))
    screen.say(f"{counted(files, 'file')} copied to {folder}; {folder / 'README.md'} lists the scenarios.")
    base, other = (folder / name for name in ("baseline.yaml", "cedarwood.yaml"))
    screen.say(f"Next: {command_line('compare', base, other)}")
    return 0


SCENARIOS = Verb(
    name="scenarios",
    words="[FOLDER]",
    summary="copy the shipped scenarios to a folder of your own (default: scenarios)",
    add_options=_add_scenarios_options,
    run=_run_scenarios,
    options=Options,
    examples=(("my-scenarios", "all of them, for you to change"),),
    guides=("scenarios/README.md",),
    find_files=_find_files_of_scenarios,
)


# -- check -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Check(Options):
    """The options of check."""

    update: bool = False
    reason: str | None = None
    junit: str | None = None
    summary: str | None = None
    annotations: bool = False


def _add_check_options(parser: Parser) -> None:
    add_files(parser, "FILE", "scenarios with a baseline, or folders of them (default: those in tests/expected)")
    parser.add_argument(
        "--update",
        action="store_true",
        help="record the present results, with a reason; the only way to change a baseline",
    )
    parser.add_argument("--reason", metavar="TEXT", help="(with --update) why results moved, for the log")
    add_json(parser, "the outcome")
    parser.add_argument("--junit", type=Written(".xml"), metavar="FILE", help="the outcome as JUnit XML")
    parser.add_argument(
        "--summary",
        type=Written(".md", ""),  # GitHub's file for the summary of a step has no ending
        metavar="FILE",
        help="append the outcome to FILE as Markdown",
    )
    parser.add_argument(
        "--annotations", action="store_true", help="lines that GitHub shows beside the scenario line that differs"
    )
    add_work(parser, cluster=False)
    add_observe(parser)


def _check_misfits(options: Check) -> Iterator[str]:
    if options.update and not (options.reason or "").strip():
        yield 'check --update needs --reason "why results move": it goes into the log'
    if options.reason is not None and not options.update:
        yield "--reason goes with --update; without it nothing is recorded"
    if options.update and (options.json or options.junit or options.summary or options.annotations):
        yield "--update records results; --json, --junit, --summary and --annotations report on a check"


def _run_check(options: Check, screen: Screen) -> int:
    from sim.cli.checking import check

    return check(options, screen)


CHECK = Verb(
    name="check",
    words="[FILE...]",
    summary="rerun baselines and fail if a result moved (default: those in tests/expected)",
    add_options=_add_check_options,
    run=_run_check,
    options=Check,
    examples=(
        ("", "every baseline that is recorded"),
        ('scenarios/mine.yaml --update --reason "longer stays"', "record what is found now"),
    ),
    epilog="Exit code 1: a result moved.",
    guides=("docs/check.md",),
    misfits=_check_misfits,
)


# -- test --------------------------------------------------------------------------------------------------------------


INTERRUPTED = 130
PYTEST_FAULTS = {2: INTERRUPTED}  # pytest's own code for an interrupt


@dataclass(slots=True)
class Test(Options):
    """The options of test."""

    rest: list[str] = field(default_factory=list)  # for pytest


def _add_test_options(parser: Parser) -> None:
    parser.add_argument("rest", nargs="*", metavar="ARGUMENT", help="for pytest, as in tests/theory or -k erlang")
    parser.add_argument("--all", action="store_true", help="the slow tests too, as CI does")
    parser.add_argument("--slow", action="store_true", help="the slow tests only")
    parser.add_argument("--nightly", action="store_true", help="every test, including those that take minutes")


def _run_test(options: Test, _: Screen) -> int:
    """Runs the tests in this interpreter, from the repository; pytest's own exit code."""
    if not IN_CHECKOUT:
        raise UsageError("the tests are in the project's repository, not in what was installed")
    arguments = [_from_anywhere(argument) for argument in options.rest]
    named = any(Path(argument.split("::")[0]).exists() for argument in arguments if not argument.startswith("-"))
    where = [] if named else [str(HOME / "tests")]
    code = subprocess.call([sys.executable, "-m", "pytest", *_side_by_side(arguments), *where, *arguments], cwd=HOME)
    return PYTEST_FAULTS.get(code, code)


def _side_by_side(arguments: Sequence[str]) -> list[str]:
    """One process for each processor, unless pytest is given a number or asked to stop in a debugger.

    Tests of a file stay together as long as they can, because they share what they run; who is done takes over from the others.
    """
    from sim.runs.workers import processors

    said = any(word.startswith(("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-p")) for word in arguments)
    return [] if said or processors() < 2 else ["-n", str(processors()), "--dist", "worksteal"]


def _from_anywhere(argument: str) -> str:
    """A path from where we stand as a path from anywhere; anything else as it is."""
    file, colons, name = argument.partition("::")
    return str(Path(file).absolute()) + colons + name if os.path.exists(file) and os.sep in file else argument


TEST = Verb(
    name="test",
    words="[ARGUMENT...]",
    summary="run the everyday tests (--all: the slow ones too, --nightly: every test); arguments go to pytest",
    add_options=_add_test_options,
    run=_run_test,
    options=Test,
    examples=(("tests/theory -k erlang", "the tests of one folder whose name has a word"),),
    passes_on=True,
)


VERBS = (VALIDATE, SHOW, SCHEMA, SCENARIOS, CHECK, TEST)
