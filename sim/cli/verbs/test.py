"""The verb test: the project's own tests, by pytest."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.cli.arguments import Options, Parser, UsageError
from sim.cli.screen import Screen
from sim.cli.verbs import Verb
from sim.home import HOME, IN_CHECKOUT

INTERRUPTED = 130
PYTEST_FAULTS = {2: INTERRUPTED}  # pytest's own code for an interrupt


@dataclass(slots=True)
class Test(Options):
    """The options of test."""

    rest: list[str] = field(default_factory=list)  # for pytest


def _add_options(parser: Parser) -> None:
    parser.add_argument("rest", nargs="*", metavar="ARGUMENT", help="for pytest, as in tests/theory or -k erlang")
    parser.add_argument("--all", action="store_true", help="the slow tests too, as CI does")
    parser.add_argument("--slow", action="store_true", help="the slow tests only")
    parser.add_argument("--nightly", action="store_true", help="every test, including those that take minutes")


def _run(options: Test, _: Screen) -> int:
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
    from sim.runs.workers import processors  # NumPy and above, which --help does not wait for

    said = any(word.startswith(("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-p")) for word in arguments)
    return [] if said or processors() < 2 else ["-n", str(processors()), "--dist", "worksteal"]


def _from_anywhere(argument: str) -> str:
    """A path from where we stand as a path from anywhere; anything else as it is."""
    file, colons, name = argument.partition("::")
    return str(Path(file).absolute()) + colons + name if os.path.exists(file) and os.sep in file else argument


VERB = Verb(
    name="test",
    words="[ARGUMENT...]",
    summary="run the everyday tests (--all: the slow ones too, --nightly: every test); arguments go to pytest",
    add_options=_add_options,
    run=_run,
    options=Test,
    examples=(("tests/theory -k erlang", "the tests of one folder whose name has a word"),),
    passes_on=True,
)
