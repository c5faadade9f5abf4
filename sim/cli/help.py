"""Help on the screen, made from the verbs and their options.

What may be changed here: freely.
"""

import argparse
from collections.abc import Iterator
from textwrap import fill, wrap
from typing import Any

from sim.cli.verbs import every_verb
from sim.cli.verbs.verb import Verb
from sim.home import PROGRAM
from sim.inputs.problems import listed

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
