"""What a verb of the command line is, and the table of verbs. A new verb stands in a module of its subject here, and in MODULES.

A verb is its name, what it says of itself, its options, and what it does. The modules beside this file describe verbs, and import
nothing slow: what a verb does is imported when it is done, as NumPy and above take time, which --help should not.

Users' scripts rely on the verbs. A new one goes where a reader of the help looks for it.
"""

import argparse
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import fill, wrap
from typing import Any, Generic, TypeVar

from sim.cli.arguments import LOCAL, NoValue, Options, Parser, UsageError, Written, add_traceback, expanded
from sim.cli.screen import Screen
from sim.home import COMMAND, HOME, PROGRAM, command_line, shortest
from sim.inputs.problems import did_you_mean, listed

# -- what a verb is ----------------------------------------------------------------------------------------------------


Of = TypeVar("Of", bound=Options)
DEFAULT_FILES = ("scenarios/baseline.yaml", "scenarios/cedarwood.yaml")


def _nothing(_: Any) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True, slots=True)
class Verb(Generic[Of]):
    """One verb, whole."""

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
        raise UsageError(f"{options.verb} needs a file, as in: {' '.join(COMMAND)} {options.verb} {example}")
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


# in the order of the help, each with the module that describes it
MODULES = {
    "run": "running", "compare": "running", "desk": "running", "events": "running",
    "sweep": "studies", "solve": "studies", "sensitivity": "studies", "together": "studies", "break-even": "studies",
    "calibrate": "own_data", "fit": "own_data", "forecast": "own_data", "preset": "own_data", "bcf": "own_data",
    "worksheet": "own_data",
    "validate": "checking", "show": "checking", "schema": "checking", "scenarios": "checking", "check": "checking",
    "test": "checking",
}  # fmt: skip
NAMES = tuple(MODULES)


def verb_named(name: str) -> Verb[Any]:
    """The verb of that name."""
    verbs: tuple[Verb[Any], ...] = import_module(f"{__name__}.{MODULES[name]}").VERBS
    return next(verb for verb in verbs if verb.name == name)


def every_verb() -> list[Verb[Any]]:
    """All of them, in order."""
    return [verb_named(name) for name in NAMES]


# -- help, made from the verbs and their options -----------------------------------------------------------------------


QUESTION = "what would another reablement unit, another step or another price change?"
WIDTH = 116
COLUMN = 27  # where the meaning of a verb or an option begins
EXIT_CODES = (
    "Exit codes: 0 done, 2 bad input or usage (or no room, right or memory for it), 3 internal error, 130 interrupted; "
    "of check also 1: a result moved."
)


def every_verb_shown(program: str = PROGRAM) -> str:
    """The short list: each verb in a line or two, and how to go on."""
    rows = [("", "compare scenarios/baseline.yaml with scenarios/cedarwood.yaml")]
    rows += [(called(verb), verb.summary) for verb in every_verb()]
    parts = [
        f"{program}: {QUESTION}",
        "\n".join(
            line for words, meaning in rows for line in _row(f"{program} {words}".rstrip(), meaning, len(program))
        ),
        f"{program} VERB --help shows every option of a verb, with examples; --version the version.",
        fill(EXIT_CODES, WIDTH),
    ]
    return "\n\n".join(parts)


def verb_shown(verb: Verb[Any], program: str = PROGRAM) -> str:
    """All that there is to say of one verb."""
    parts = [fill(f"{program} {verb.name}: {verb.summary}", WIDTH), f"  {program} {called(verb)} [OPTION...]"]
    parts.append("\n".join(line for action in shown_actions(verb) for line in _row(named(action), action.help or "")))
    if verb.examples:
        lines = [line for words, does in verb.examples for line in _example(f"{program} {verb.name} {words}", does)]
        parts.append("\n".join(["Examples:", *lines]))
    parts += [fill(verb.epilog, WIDTH)] if verb.epilog else []
    parts += [f"More: {listed(verb.guides, 'and')}"] if verb.guides else []
    return "\n\n".join(parts)


def called(verb: Verb[Any]) -> str:
    """A verb with the words behind it, as it is typed."""
    return f"{verb.name} {verb.words}".rstrip()


def shown_actions(verb: Verb[Any]) -> list[argparse.Action]:
    """Its words and options in the order of the help."""
    return [action for action in verb.parser().actions() if action.help != argparse.SUPPRESS]


def named(action: argparse.Action) -> str:
    """An option as it is typed: its first name, and what comes behind it."""
    name = action.option_strings[-1] if "-h" in action.option_strings else [*action.option_strings, ""][0]
    behind = str(action.metavar or "") if action.nargs != 0 else ""
    return f"{name} {behind}".strip()


def _row(words: str, meaning: str, further: int = 0) -> Iterator[str]:
    """Words and what they mean in two columns, the second one wrapped."""
    column = COLUMN + further
    first, *others = wrap(meaning, WIDTH - column)
    if len(words) > column - 4:
        yield f"  {words}"
        yield " " * column + first
    else:
        yield f"  {words}".ljust(column) + first
    yield from (" " * column + line for line in others)


def _example(line: str, does: str) -> Iterator[str]:
    yield from wrap(line.rstrip(), WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    yield f"      {does}"


# -- what was typed ----------------------------------------------------------------------------------------------------


HELP = ("--help", "-h")
IF_NONE = "compare"  # the verb of a line without one


def parse(argv: Sequence[str]) -> Options:
    """The options of a command line; UsageError, with all that is wrong, where it makes no sense."""
    typed = list(argv)
    asked = _help_asked_for(typed)
    if asked:
        return Options(text=asked)
    if typed[:1] == ["--version"]:
        from sim import __version__

        return Options(text=f"{PROGRAM} {__version__}")
    if not typed or typed[0].startswith("-"):
        typed = [IF_NONE, *typed]
    word, *rest = typed
    if word not in NAMES:
        raise _unknown_verb(word, rest)
    verb = verb_named(word)
    options: Options = verb.options(verb=word, typed=list(argv))
    if verb.passes_on:
        options.rest = rest  # type: ignore[attr-defined]  # what such a verb has for it
        return options
    parser = verb.parser()
    problems = _take(parser, rest, options)
    hint = f"({parser.prog} --help shows every option)" if problems else ""
    problems += _misfits(parser, verb, options)
    problems += _lost_files(verb, options)
    if problems:
        raise UsageError(*problems, hint=hint)
    return options


def _help_asked_for(typed: Sequence[str]) -> str:
    """The help of the verb that was named, or of all; empty where nobody asked. What a verb passes on is not ours to answer."""
    first, *rest = typed or [""]
    if first in NAMES and verb_named(first).passes_on:
        return verb_shown(verb_named(first)) if len(rest) == 1 and rest[0] in HELP else ""
    if first != "help" and not set(HELP) & set(typed):
        return ""
    verb = rest[0] if first == "help" and rest else first
    return verb_shown(verb_named(verb)) if verb in NAMES else every_verb_shown()


def _take(parser: Parser, typed: Sequence[str], options: Options) -> list[str]:
    """Put what was typed into the options; what the verb does not know, and which words are no such values."""
    found, unknown = parser.parse_known_intermixed_args(typed)
    words = [word.partition("=")[0] for word in unknown if word.startswith("-")]
    problems = [f"{parser.prog} has no option {word}{did_you_mean(word, parser.options())}" for word in words]
    if unknown and not words:
        problems.append(f"{parser.prog} takes no file or other word; what is {unknown[0]!r}?")
    names = {action.dest: action.option_strings[0] for action in parser.actions() if action.option_strings}
    for name, value in vars(found).items():
        if isinstance(value, NoValue):
            problems.append(f"{names[name]} {value.why}")
        else:
            setattr(options, name, value)
    return problems


def _misfits(parser: Parser, verb: Verb[Any], options: Options) -> Iterator[str]:
    """What does not go together, and names that would not do. Files are looked for elsewhere."""
    if "--outputs" in parser.options() and options.outputs.strip() in {"", "-"}:
        yield "--outputs needs the name of a folder, as in --outputs results"
    for action in parser.actions():
        file = getattr(options, action.dest, None)
        if isinstance(action.type, Written) and file:
            yield from action.type.problem(action.option_strings[0], file)
    for change in options.sets:
        path, sign, _ = change.partition("=")
        if not sign or not path.strip():
            yield f"--set needs a path and a value, as in services.hospital.beds=300; not {change!r}"
    yield from verb.misfits(options)
    if options.cluster in (None, LOCAL):
        return
    if not options.cluster or options.cluster.isspace():
        yield "--cluster needs the address of a scheduler, as in tcp://10.0.0.5:8786, or `local`"
    if options.workers:
        yield "--workers goes with `--cluster local`; another cluster has the workers that it has"


def _lost_files(verb: Verb[Any], options: Options) -> Sequence[str]:
    """What is wrong with the files, of which some verbs have their own where none is named."""
    try:
        verb.find_files(options)
    except UsageError as problem:
        return problem.problems
    return ()


def _unknown_verb(word: str, rest: Sequence[str]) -> UsageError:
    if word.endswith((".yaml", ".yml")) or Path(word).is_file():
        others = [name for name in rest if name.endswith((".yaml", ".yml")) or Path(name).is_file()]
        verb = "compare" if others else "run"
        line = command_line(verb, word, *rest)
        return UsageError(f"{word} is a file, and a verb comes first; did you mean `{line}`?")
    said = f"{word} is not something that {PROGRAM} does{did_you_mean(word, NAMES)}"
    return UsageError(said, hint=f"({PROGRAM} --help shows every verb)")
