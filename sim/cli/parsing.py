"""What was typed: a verb, its options and files, checked with kind words, all mistakes at once. Nothing is read or run here.

What may be changed here: wording freely; verbs and options are a contract.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sim.cli.arguments import LOCAL, NoValue, Options, Parser, Written
from sim.cli.help import every_verb_shown, verb_shown
from sim.cli.usage import UsageError
from sim.cli.verbs import NAMES, verb_named
from sim.cli.verbs.verb import Verb
from sim.home import PROGRAM
from sim.inputs.problems import did_you_mean

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
    for name, value in vars(found).items():
        if isinstance(value, NoValue):
            problems.append(f"--{name} {value.why}")
        else:
            setattr(options, name, value)
    return problems


def _misfits(parser: Parser, verb: Verb[Any], options: Options) -> Iterator[str]:
    """What does not go together, and names that would not do. Files are looked for elsewhere."""
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
        line = " ".join([PROGRAM, verb, word, *rest])
        return UsageError(f"{word} is a file, and a verb comes first; did you mean `{line}`?")
    said = f"{word} is not something that {PROGRAM} does{did_you_mean(word, NAMES)}"
    return UsageError(said, hint=f"({PROGRAM} --help shows every verb)")
