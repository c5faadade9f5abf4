"""What is wrong with a scenario, said so that its writer can cure it.

Every problem names its place, and all of them are shown at once, in file order. A scenario is untrusted input: what is
repeated from it is escaped and cut short, so that a message can neither steer a terminal nor fill it.
What may be changed here: freely, but the exact words are tested and people search for them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_PROBLEMS = 100  # nobody reads further, and a hostile file could hold a million
LONGEST_QUOTE = 60
LONGEST_TEXT = 600
CURE = re.compile(r"(?:[^`;]|`[^`]*`|;(?! ))*; (.+)", re.DOTALL)  # a semicolon inside backticks is the planner's

Path = tuple[str, ...]  # where a value stands: ("services", "hospital", "beds"); list items are "1", "2", ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a file as editors count it, from 1; line 0 for what stands in no file (`--set`, defaults)."""

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
        """What to do about it: what stands behind the first semicolon, empty without one."""
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
    *first, last = [printable(name) for name in names]
    return f"{', '.join(first)} {joint} {last}" if first else last


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody who wrote this one probably meant, if there is one."""
    from difflib import get_close_matches  # only needed when something is wrong, and slow to import

    return next(iter(get_close_matches(word[:LONGEST_QUOTE].lower(), known, n=1, cutoff=0.6)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: the closest known word, else the known ones if they are few, else nothing."""
    names = list(known)[:1000]
    close = closest(word, names)
    if close is not None:
        return f"; did you mean {quoted(close)}?"
    return f"; known here: {listed(names, 'and')}" if 0 < len(names) <= 24 else ""
