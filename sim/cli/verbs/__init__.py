"""What a verb of the command line is, and the table of verbs. A new verb is a module here that holds `VERB`, and a line of NAMES.

A verb is its name, what it says of itself, its options, and what it does.

Users' scripts rely on the verbs. A new one goes where a reader of the help looks for it.
"""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from sim.cli.arguments import Options, Parser, UsageError, add_traceback
from sim.cli.files import expanded
from sim.cli.screen import Screen
from sim.home import HOME, PROGRAM, shortest

# -- what a verb is ----------------------------------------------------------------------------------------------------


Of = TypeVar("Of", bound=Options)
DEFAULT_FILES = ("scenarios/baseline.yaml", "scenarios/cedarwood.yaml")


def _nothing(_: Any) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True, slots=True)
class Verb(Generic[Of]):
    """One verb, whole. Its module imports nothing slow: `run` imports what it needs when it is called."""

    name: str
    words: str  # behind the name, as in `FILE...`
    summary: str  # a sentence without a full stop, for the list of verbs and the README
    add_options: Callable[[Parser], None]
    run: Callable[[Of, Screen], int]  # the exit code
    options: type[Of]
    examples: tuple[tuple[str, str], ...] = ()  # what is typed behind the name, and what it does
    epilog: str = ""
    guides: tuple[str, ...] = ()  # pages that tell more
    find_files: Callable[[Of], None] = _nothing  # type: ignore[assignment]  # UsageError where they make no sense
    misfits: Callable[[Of], Iterator[str]] = _nothing  # what does not go together
    passes_on: bool = False  # all that is typed goes to another program

    def parser(self, program: str = PROGRAM) -> Parser:
        """The parser of its options, which knows their help too."""
        parser = Parser(prog=f"{program} {self.name}", add_help=False, allow_abbrev=False)
        self.add_options(parser)
        if not self.passes_on:
            add_traceback(parser)
        return parser


def named_files(options: Options, ours: int = 0, *, missing_too: bool = False, several: bool = True) -> None:
    """The files that were meant, patterns expanded; where none was named, so many of ours, else UsageError with an example of the verb's help."""
    if not options.files:
        options.files_are_ours = True
        options.files = [shortest(HOME / file) for file in DEFAULT_FILES[:ours]]
    example, _ = verb_named(options.verb).examples[0]
    if not options.files:
        raise UsageError(f"{options.verb} needs a file, as in: {PROGRAM} {options.verb} {example}")
    file = Path(shlex.split(example)[0])
    inside = (file.name if file.name == "*" else f"*{file.suffix}") if several else ""
    options.files = expanded(options.files, missing_too=missing_too, inside=inside)


def one_file(does: str, ours: int = 0, *, missing_too: bool = False) -> Callable[[Options], None]:
    """What finds the only file of a verb: one that was named or is ours; UsageError where there are more."""

    def found(options: Options) -> None:
        named_files(options, ours, missing_too=missing_too, several=False)
        if len(options.files) > 1:
            raise UsageError(f"{options.verb} {does} one file at a time")

    return found


# -- the verbs ---------------------------------------------------------------------------------------------------------


# in the order of the help
NAMES = (
    "run", "compare", "desk", "events", "sweep", "solve", "sensitivity", "together", "break-even", "calibrate", "fit",
    "forecast", "preset", "bcf", "worksheet", "validate", "show", "schema", "scenarios", "check", "test",
)  # fmt: skip


def verb_named(name: str) -> Verb[Any]:
    """The verb of that name."""
    verb = import_module(f"{__name__}.{name.replace('-', '_')}").VERB
    assert isinstance(verb, Verb), name
    return verb


def every_verb() -> list[Verb[Any]]:
    """All of them, in order."""
    return [verb_named(name) for name in NAMES]
