"""Slips of the keyboard, and what Word and web pages leave in a text, found before YAML makes a riddle of them.

What may be changed here: freely; the exact words are tested.
"""

import re
from collections.abc import Iterable, Sequence

from sim.inputs.problems import Mark, Problems, printable, quoted

# Tabs, control characters, and what looks like a space, like nothing, or turns the direction of reading.
ODD = re.compile(
    "[\t\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
ODD_NAMES = {
    "\t": "a tab",
    "\xa0": "a no-break space (Word and web pages make them)",
    "\u200b": "an invisible zero-width space",
    "\ufeff": "an invisible byte order mark",
    "\xad": "an invisible soft hyphen",
}
BEGINS_COMMENT = re.compile(r"(^|\s)#")

# `beds:310` or `beds = 310` at the beginning of a line, or of an item of a list; `https://...` is none.
COLON_WITHOUT_SPACE = re.compile(r"\s*(?:- +)*(([A-Za-z][\w.-]*):(?!//)([^\s:].*?))\s*(?:\s#.*)?", re.ASCII)
EQUALS_SIGN = re.compile(r"\s*(?:- +)*(([A-Za-z][\w.-]*) *= *([^\s=].*?))\s*(?:\s#.*)?", re.ASCII)

TOO_DEEP = "too many levels"

# What the YAML parser says, what that means to somebody who has not read its specification, and whether the place to
# look at is where the thing begins (an open bracket) or where the parser gave up.
PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "there is a colon too many here (text that holds one needs quotes), or this line is not in line with the one "
        "above, or the colon above lacks its space",
        False,
    ),
    ("could not find expected ':'", "this is no `key: value`; is the colon missing, or the space after it?", True),
    ("while scanning a quoted scalar", "this quote is opened and never closed", True),
    ("found unexpected end of stream", "a quote, brace or bracket is opened here and never closed", True),
    (
        "expected <block end>",
        "this line is not in line with those above it; check the spaces at its beginning, and the quotes and brackets "
        "above",
        False,
    ),
    ("expected ',' or '}'", "this brace `{` is not closed, or a comma is missing after it", True),
    ("expected ',' or ']'", "this bracket `[` is not closed, or a comma is missing after it", True),
    ("that cannot start any token", "text that begins with this character needs quotes", False),
    ("sequence entries are not allowed", "a list item `- ` cannot stand here; put it on a line of its own", False),
    ("but found another document", "a second document begins here; write one scenario in a file", False),
    ("expected the node content", "a value is missing here", False),
    (TOO_DEEP, "there are more levels inside each other here than any scenario needs", False),
)


def without_odd_characters(text: str, file: str, problems: Problems) -> str | None:
    """The text with each odd character replaced by one space (columns stay); None if tabs spoil the indentation."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    indented = True
    for number, line in enumerate(lines, start=1):
        found = ODD.search(line)
        if found is None:
            continue
        comment = BEGINS_COMMENT.search(line)
        if comment is None or found.start() < comment.start():
            where = Mark(file=file, line=number, column=found.start() + 1)
            name = ODD_NAMES.get(found.group(), f"the invisible character U+{ord(found.group()):04X}")
            cure = "use spaces" if found.group() == "\t" else "type an ordinary space, or delete it"
            problems.add(where, f"{name} stands here; {cure}")
            indented = indented and not (found.group() == "\t" and line[: found.start()].strip() == "")
        lines[number - 1] = ODD.sub(" ", line)
    return "\n".join(lines) if indented else None


def no_colon_and_space(lines: Sequence[str], places: Iterable[int]) -> tuple[int, int, str] | None:
    """The line, the column and the cure of a key without a colon and a space behind it, at one of these lines or just above.

    To YAML `beds:310` and `beds = 310` are no keys but texts that may go on below, so that it gives up on a later line.
    """
    for place in places:
        for number in (place, _written_above(lines, place)):
            for pattern, fault in ((COLON_WITHOUT_SPACE, "no space after its colon"), (EQUALS_SIGN, "an equals sign")):
                found = pattern.fullmatch(lines[number]) if 0 <= number < len(lines) else None
                if found is not None:
                    key = f"{found[2]}:" if pattern is COLON_WITHOUT_SPACE else found[2]
                    what = f"{quoted(key)} has {fault}; write {quoted(f'{found[2]}: {found[3]}')}"
                    return number, found.start(1), what
    return None


def _written_above(lines: Sequence[str], number: int) -> int:
    """The nearest line above that is neither blank nor a comment; -1 without one."""
    above = (one for one in range(number - 1, -1, -1) if lines[one].split("#")[0].strip())
    return next(above, -1)


def in_plain_words(context: str, problem: str) -> tuple[str, bool]:
    """What the YAML parser complains of, and whether to look where it began."""
    for words, meaning, at_its_beginning in PLAIN_WORDS:
        if words in f"{context} {problem}":
            return meaning, at_its_beginning
    return f"this cannot be read as YAML: {printable(problem)}", False
