"""What is wrong with a scenario, said so that its writer can cure it; typing mistakes are found before YAML makes a riddle of them.

Every problem names its place, and all of them are shown at once, in file order. A scenario is untrusted input: what is
repeated from it is escaped and cut short, so that a message can neither steer a terminal nor fill it.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST_PROBLEMS = 100  # nobody reads further, and a hostile file could hold a million
LONGEST_QUOTE = 60
LONGEST_PATH = 200
LONGEST_TEXT = 600
CURE = re.compile(r"(?:[^`;]|`[^`]*`|;(?! ))*; (.+)", re.DOTALL)  # a semicolon inside backticks is the planner's

Path = tuple[str, ...]  # where a value stands: ("services", "hospital", "beds"); list items are "1", "2", ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a file as editors count it, from 1; line 0 for what is in no file (`--set`, defaults)."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    file: str
    line: int
    column: int
    text: str
    path: str = ""  # the dotted path of the value that it is about, empty where it is about none

    @property
    def cure(self) -> str:
        """What to do about it: what is behind the first semicolon, empty without one."""
        found = CURE.fullmatch(self.text)
        return found[1] if found else ""

    def __str__(self) -> str:
        place = printable(self.file, LONGEST_TEXT)
        return f"{place}:{self.line}:{self.column}: {self.text}" if self.line else f"{place}: {self.text}"


class ScenarioError(Exception):
    """A scenario that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Collects problems while a scenario is read; files are listed in the order in which they were opened."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._files: dict[str, int] = {}

    def opened(self, file: str) -> None:
        """Note a file, so that its problems are listed after those of the files opened before."""
        self._files.setdefault(file, len(self._files))

    def order(self, file: str) -> int:
        """Which file was opened how early: a scenario before the one it extends; what is on the command line before them all."""
        return self._files.get(file, -1)

    def about(self, mark: Mark, path: Path, what: str, shown: Path | None = None) -> None:
        """Note a problem about the value at a path; `shown` is what to call it where that is clearer."""
        self.add(mark, f"{dotted(path if shown is None else shown)} {what}", path)

    def add(self, mark: Mark, text: str, path: Path = ()) -> None:
        """Note one problem; the hundredth ends the reading."""
        where = ".".join(printable(part) for part in path)
        problem = Problem(mark.file, mark.line, mark.column, printable(text, LONGEST_TEXT), where)
        if problem not in self._found:
            self._found.append(problem)
        if len(self._found) >= MOST_PROBLEMS:
            more = Problem(mark.file, 0, 0, f"more than {MOST_PROBLEMS - 1} problems; cure these first")
            raise ScenarioError([*self.found, more])

    @property
    def found(self) -> tuple[Problem, ...]:
        """Everything found so far, in file order."""
        last = len(self._files)
        return tuple(sorted(self._found, key=lambda one: (self._files.get(one.file, last), one.line, one.column)))

    def stop_if_any(self) -> None:
        """Raise everything found so far as one error."""
        if self._found:
            raise ScenarioError(self.found)


def padded(rows: Sequence[Sequence[str]], left: Container[int], widest: Sequence[int] = ()) -> Iterator[list[str]]:
    """Each row's texts, as wide as their column: those of the named columns stand to the left, others to the right.

    `widest` limits the first columns; a longer text there pushes only its own row.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    widths[: len(widest)] = map(min, widths, widest)
    for row in rows:
        yield [
            text.ljust(width) if column in left else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]


def printable(text: str, longest: int = LONGEST_QUOTE) -> str:
    """The text with everything invisible written as an escape, cut to a length."""
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in cut)


def quoted(text: str) -> str:
    """A word of the planner's between backticks."""
    return f"`{printable(text)}`"


def dotted(path: Path) -> str:
    """A path as planners write it: `services.hospital.beds`."""
    return "`" + ".".join(printable(part) for part in path) + "`"


def listed(names: Iterable[str], joint: str = "or") -> str:
    """Names in a sentence: `a, b or c`."""
    return joined(map(printable, names), joint)


def joined(texts: Iterable[str], joint: str = "and") -> str:
    """The same, each whole however long."""
    *first, last = texts
    return f"{', '.join(first)} {joint} {last}" if first else last


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 replication`, `30 replications`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def capital(text: str) -> str:
    """Text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody who wrote this one probably meant, if there is one."""
    from difflib import get_close_matches  # only needed when something is wrong, and slow to import

    return next(iter(get_close_matches(word[:LONGEST_QUOTE].lower(), known, n=1, cutoff=0.6)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: the closest known word, else the known ones if they are few, else nothing."""
    names = list(known)[:1000]
    close = closest(word, names)
    if close is not None:
        return f"; did you mean `{printable(close, LONGEST_PATH)}`?"  # whole, to be copied
    return f"; known here: {listed(names, 'and')}" if 0 < len(names) <= 24 else ""


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
    ("sequence entries are not allowed", "a list item `- ` is not allowed here; put it on a line of its own", False),
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
            problems.add(where, f"there is {name} here; {cure}")
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
