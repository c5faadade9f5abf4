"""A command that a message shows can be typed: each path in it is one word for a shell."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim import home
from tests.house.test_citations import ROOT

PROGRAMS = {"PROGRAM", "COMMAND", "FRONT_DOOR"}
WHOLE = {"verb", "words", "example"}  # of the help, with its quotes: no path, and no word that a user chose
COMMAND_OF_PARTS = re.compile(r"run_sim\.py ([a-z-]+|\0) [^`\n]*\0")


def skeleton(text: ast.JoinedStr) -> str:
    """A text with the program's name, and a mark for each value that may hold a space."""
    parts = []
    for part in text.values:
        names = {one.id for one in ast.walk(part) if isinstance(one, ast.Name)}
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif names & PROGRAMS:
            parts.append("run_sim.py")
        else:
            parts.append("VALUE" if names and names <= WHOLE else "\0")
    return "".join(parts)


def put_together(source: str) -> Iterator[str]:
    """Every text of a source that names the program, a verb and then a value that may hold a space."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr) and COMMAND_OF_PARTS.search(skeleton(node)):
            yield ast.unparse(node)


def test_a_text_that_puts_a_command_together_by_itself_is_found() -> None:
    assert list(put_together('f"Next: {PROGRAM} validate {target}"')) and list(put_together('f"run_sim.py run {file}"'))
    assert not list(put_together('f"{PROGRAM} {verb} --help" + f"Next: {command_line(\'run\', file)}"'))


def test_no_message_puts_a_command_together_without_quotes() -> None:
    files = sorted(Path(ROOT, "sim").rglob("*.py"))
    found = {str(file): list(put_together(file.read_text("utf-8"))) for file in files}
    assert len(files) > 100
    assert not {file: texts for file, texts in found.items() if texts}


@pytest.mark.parametrize(
    "file", ["a b/c.yaml", "odd dir é [x] #1/base.yaml", "it's.yaml", "$HOME;&.yaml", "plain.yaml"]
)
def test_a_shell_takes_every_word_of_a_shown_command_as_one(file: str) -> None:
    line = home.command_line("check", Path(file), "--update", ending='--reason "why"')
    assert shlex.split(line) == [*home.COMMAND, "check", file, "--update", "--reason", "why"]
