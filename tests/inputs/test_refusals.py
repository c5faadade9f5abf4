"""What the reader refuses, word for word: `refusals.txt` lists each slip with the lines that it is answered with.

Each entry changes the small world: lines with `-` are replaced by the lines with `+` that follow them; the other lines
are the complete answer.
"""

import re
from pathlib import Path

import pytest

from tests.inputs.small_world import SMALL_WORLD, problems_of

pytestmark = pytest.mark.usefixtures("in_own_folder")

EDIT = re.compile(r"((?:^- .*\n)+)((?:^\+ .*\n)*)", re.MULTILINE)
ESCAPES = {r"\t": "\t", r"\u00a0": "\u00a0", r"\u200b": "\u200b"}


def _entries() -> list[tuple[str, str, list[str]]]:
    """Title, scenario and answer of each entry."""
    text = (Path(__file__).parent / "refusals.txt").read_text(encoding="utf-8")
    return [_entry(block) for block in text.split("\n\n") if block.strip()]


def _entry(block: str) -> tuple[str, str, list[str]]:
    title, rest = block.split("\n", 1)
    world = SMALL_WORLD
    for old, new in EDIT.findall(rest):
        world = _edited(world, old.replace("\n- ", "\n")[2:], new.replace("\n+ ", "\n")[2:])
    return title.removeprefix("# "), world, [f"s.yaml:{line}" for line in EDIT.sub("", rest).splitlines()]


def _edited(world: str, old: str, new: str) -> str:
    """The world with a piece replaced; whole lines may be deleted."""
    for escape, character in ESCAPES.items():
        new = new.replace(escape, character)
    old, new = (old.rstrip("\n"), new.rstrip("\n")) if new else (old, "")
    assert old in world, f"the small world says nothing of {old!r}"
    return world.replace(old, new, 1)


ENTRIES = _entries()


@pytest.mark.parametrize(("world", "answer"), [entry[1:] for entry in ENTRIES], ids=[entry[0] for entry in ENTRIES])
def test_a_slip_is_answered_with_its_place_and_its_cure(world: str, answer: list[str]) -> None:
    Path("s.yaml").write_text(world, encoding="utf-8")
    assert problems_of("s.yaml") == answer
