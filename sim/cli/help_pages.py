"""Help as pages for people: the table of commands in the README, and docs/commands.md.

`python3 -m sim.cli.help_pages` writes both anew. A test holds both to the verbs.
"""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.cli.verbs import EXIT_CODES, Verb, called, every_verb, named, shown_actions
from sim.home import FRONT_DOOR
from sim.inputs.problems import capital

README, PAGE = "README.md", "docs/commands.md"
BEGIN, END = "<!-- commands: begin (written by python3 -m sim.cli.help_pages) -->", "<!-- commands: end -->"
HEAD = (
    f"`python3 -m sim.cli.help_pages` makes this page from the options themselves. `python3 {FRONT_DOOR} VERB --help` shows "
    "the same for one verb. A line without a verb is `compare`, and without files it compares the baseline with Cedarwood. "
    f"{EXIT_CODES}"
)


def readme_table() -> str:
    """The table of commands, for the README."""
    rows = [f"| `{called(verb)}` | {verb.summary}{_guides(verb, '')} |" for verb in every_verb()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def _guides(verb: Verb[Any], up: str) -> str:
    links = [f"[{Path(guide).stem}]({up}{guide})" for guide in verb.guides]
    return f" ({', '.join(links)})" if links else ""


def commands_page() -> str:
    """Every verb with every option, as a page for people."""
    return "\n".join(["# Commands\n", _filled(HEAD), "", *(line for verb in every_verb() for line in _section(verb))])


def _filled(text: str) -> str:
    """A paragraph in lines of at most 120 columns."""
    return textwrap.fill(text, 119, break_long_words=False, break_on_hyphens=False)


def _section(verb: Verb[Any]) -> Iterator[str]:
    yield f"## `{called(verb)}`"
    yield ""
    yield f"{capital(verb.summary)}{'' if verb.summary.endswith('?') else '.'}{_guides(verb, '../')}"
    yield ""
    yield "| word or option | meaning |"
    yield "|---|---|"
    yield from (f"| `{named(action)}` | {_cell(action.help or '')} |" for action in shown_actions(verb))
    yield ""
    if verb.examples:
        lines = [
            line
            for words, does in verb.examples
            for line in (f"# {does}", f"python3 {FRONT_DOOR} {verb.name} {words}".rstrip())
        ]
        yield from ("```", *lines, "```", "")
    if verb.epilog:
        yield from ("\n\n".join(_filled(paragraph) for paragraph in verb.epilog.split("\n\n")), "")


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def written_into(readme: str) -> str:
    """The README with the table of now."""
    return re.sub(f"(?<={re.escape(BEGIN)}\n).*?(?=\n{re.escape(END)})", lambda _: readme_table(), readme, flags=re.S)


if __name__ == "__main__":
    Path(README).write_text(written_into(Path(README).read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    Path(PAGE).write_text(commands_page(), encoding="utf-8", newline="\n")
