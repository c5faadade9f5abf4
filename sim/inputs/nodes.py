"""A YAML file as plain nodes: every scalar is still the text that was typed, with its line and column.

Nothing is converted here, so nothing is converted silently: `NO`, `010` and `12:30` stay two letters, three digits and
five characters until a key says what they are. What makes YAML surprising (aliases, tags, merge keys, several documents,
tabs, Word's invisible characters) is refused. The only module that imports yaml.
The rest of `sim.inputs` knows only Text, Table and Rows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import yaml
from yaml import events

from sim.inputs.problems import (
    TOO_DEEP,
    Mark,
    Path,
    Problems,
    ScenarioError,
    in_plain_words,
    no_colon_and_space,
    printable,
    quoted,
    without_odd_characters,
)

Event = Any  # PyYAML's types leave out that its parser always sets the marks
DEEPEST = 24  # levels of nesting; the language needs 10
COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
THOUSANDS_BEFORE = re.compile(r"£?\d{1,3}")  # 1 of `1,200`
WITH_THOUSANDS = re.compile(r"£?\d{1,3}(,\d{3})*(\.\d+)?")
AS_TWO = "or put a space after the comma if they are two"
THOUSANDS_AFTER = re.compile(r"\d{3}(\.\d+)?")  # 200 of it
WHOLE_PART = re.compile(r"-?£?\d+")  # 9 of `9,5`
DECIMALS = re.compile(r"(\d+%?)(?: +([A-Za-z]\w*))?")  # 5 of it, and perhaps the key that lacks its comma
CURLY_QUOTES = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb"


@dataclass(frozen=True, slots=True)
class Text:
    """A single value, as typed."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Rows:
    """A list."""

    items: tuple["Node", ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands under a key; `mark` is the key's place, `implied` a key that a short form leaves out."""

    mark: Mark
    value: "Node"
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and what stands under them, in the order in which they were written."""

    entries: dict[str, Entry]
    mark: Mark
    partial: bool = False  # a key was refused: what seems to be missing may have been meant by it


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be read; the reason has been noted already."""

    mark: Mark


Node = Text | Rows | Table | Gap


@dataclass(slots=True)
class Document:
    """One file: its values, and the comment at the end of each line."""

    root: Node
    notes: dict[int, str] = field(default_factory=dict)


def read_nodes(text: str, file: str, problems: Problems) -> Document:
    """A YAML text as nodes; its root is a Gap where the file as a whole could not be read."""
    return _sound(text, file) or _read(text, file, problems)


@lru_cache(maxsize=8)
def _sound(text: str, file: str) -> Document | None:
    """The nodes of a text in which nothing is wrong: what many scenarios extend is taken apart once. Nobody changes them."""
    problems = Problems()
    try:
        found = _read(text, file, problems)
    except ScenarioError:  # a hundred problems
        return None
    return None if problems.found else found


def _read(text: str, file: str, problems: Problems) -> Document:
    known = len(problems.found)
    clean = without_odd_characters(text, file, problems)
    whole = Mark(file=file, line=1, column=1)
    if clean is None:
        return Document(Gap(whole))
    builder = _Builder(clean, file, problems)
    try:
        return Document(builder.document(), builder.notes())
    except yaml.YAMLError as error:
        if len(problems.found) == known:  # else odd characters are the likely cause, and reported already
            problems.add(*_syntax_problem(error, file, clean))
        return Document(Gap(whole))


def _syntax_problem(error: yaml.YAMLError, file: str, text: str) -> tuple[Mark, str]:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Mark(file=file, line=1, column=1), "this is no text that a scenario can be read from"
    places = [one.line for one in (error.context_mark, error.problem_mark) if one is not None]
    slip = no_colon_and_space(text.split("\n"), places)
    if slip is not None:
        return Mark(file=file, line=slip[0] + 1, column=slip[1] + 1), slip[2]
    what, at_its_beginning = in_plain_words(error.context or "", error.problem or "")
    mark = error.context_mark if at_its_beginning and error.context_mark else error.problem_mark
    return Mark(file=file, line=mark.line + 1, column=mark.column + 1), what


def node_text(node: Node) -> str:
    """A node on one line, as it could be written between braces."""
    match node:
        case Text(text=text):
            return text
        case Rows(items=items):
            return "[" + ", ".join(node_text(item) for item in items) + "]"
        case Table(entries=entries):
            short = [entry for entry in entries.values() if entry.implied]
            if short:
                return node_text(short[0].value)
            return "{" + ", ".join(f"{key}: {node_text(entry.value)}" for key, entry in entries.items()) + "}"
        case Gap():
            return "?"


class _Builder:
    """Turns the parser's events into nodes."""

    def __init__(self, text: str, file: str, problems: Problems) -> None:
        self._text, self._file, self._problems = text, file, problems
        self._events: Iterator[Event] = yaml.parse(text, Loader=yaml.BaseLoader)
        self._spans: list[tuple[int, int]] = []  # where quoted and block texts stand: a # in them is no comment

    def document(self) -> Node:
        """The one document of the file."""
        next(self._events)  # the start of the stream
        start = next(self._events)
        if isinstance(start, events.StreamEndEvent):
            return self._refuse(start, "the file is empty; a scenario needs calendar, services and people")
        if isinstance(start, events.DocumentStartEvent) and (start.version or start.tags):
            self._refuse(start, "lines that begin with % are not read; delete them")
        root = self._node(next(self._events), 0)
        next(self._events)  # the end of the document
        following = next(self._events)
        if isinstance(following, events.DocumentStartEvent):
            self._refuse(following, "a second document begins here (`---`); write one scenario in a file")
        return root

    def notes(self) -> dict[int, str]:
        """The comment at the end of each line that has one."""
        quoted_spans, found = iter(sorted(self._spans)), {}
        span = next(quoted_spans, None)
        for comment in COMMENT.finditer(self._text):
            while span is not None and span[1] <= comment.start():
                span = next(quoted_spans, None)
            if span is None or comment.start() < span[0]:
                found[comment.start()] = printable(comment.group().lstrip("# ").rstrip(), 300)
        return self._by_line(found)

    def _by_line(self, found: dict[int, str]) -> dict[int, str]:
        notes, line, counted = {}, 1, 0
        for start, note in found.items():
            line, counted = line + self._text.count("\n", counted, start), start
            notes[line] = note
        return notes

    def _node(self, event: Event, depth: int) -> Node:
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem=TOO_DEEP, problem_mark=event.start_mark)
        if isinstance(event, events.AliasEvent):
            return self._refuse(
                event, f"`*{printable(str(event.anchor))}` points to another line; write the value itself"
            )
        self._refuse_anchor_and_tag(event)
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, events.SequenceStartEvent):
            return self._rows(event, depth)
        assert isinstance(event, events.MappingStartEvent)
        return self._table(event, depth)

    def _refuse_anchor_and_tag(self, event: Event) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            self._refuse(event, f"`&{printable(anchor)}` is not read; text that begins with & needs quotes")
        if tag is not None:
            self._refuse(event, "text that begins with ! needs quotes; YAML's tags are not read")

    def _scalar(self, event: events.ScalarEvent) -> Node:
        if event.style is not None:
            self._spans.append(_span(event))
        elif event.value[:1] and event.value[0] in CURLY_QUOTES:
            return self._refuse(event, f"{quoted(event.value)} begins with a curly quote; use straight quotes or none")
        return Text(event.value, self._mark(event))

    def _rows(self, start: events.SequenceStartEvent, depth: int) -> Node:
        items: list[Node] = []
        found: list[Event] = []
        for event in iter(lambda: next(self._events), None):
            if isinstance(event, events.SequenceEndEvent):
                break
            if start.flow_style and found and _may_be_thousands(found[-1], event):
                self._refuse(event, _ambiguous(f"{found[-1].value},{event.value}", AS_TWO))
            items.append(self._node(event, depth + 1))
            found.append(event)
        if start.flow_style:
            for number, refused in self._decimal_commas(found):
                items[number] = refused
        return Rows(tuple(items), self._mark(start))

    def _decimal_commas(self, found: list[Event]) -> Iterator[tuple[int, Gap]]:
        """`[1,5, 2,5]`: where some commas have a space behind them, those without may be before decimals."""
        if not all(map(_is_plain, found)):
            return
        pairs = list(pairwise(found))
        gaps = [self._text[one.end_mark.index : other.start_mark.index] for one, other in pairs]
        if not any(gap.isprintable() and gap.startswith(", ") for gap in gaps):
            return
        for number, ((one, other), gap) in enumerate(zip(pairs, gaps, strict=True)):
            digits = WHOLE_PART.fullmatch(one.value) and DECIMALS.fullmatch(other.value)
            if gap == "," and digits and not _may_be_thousands(one, other):
                cure = f"{one.value}.{other.value} {AS_TWO}"
                yield number, self._refuse(one, _in_two(f"{one.value},{other.value}", cure))

    def _table(self, start: events.MappingStartEvent, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        partial = False
        before: tuple[str, Event] | None = None
        for key in iter(lambda: next(self._events), None):
            if isinstance(key, events.MappingEndEvent):
                break
            if not isinstance(key, events.ScalarEvent):
                self._key_of_many_words(key, depth)
                partial = True
                continue
            value = next(self._events)
            if start.flow_style and before and _may_be_thousands(before[1], key) and _is_empty(value):
                before = self._thousands_in_braces(before, key, entries)
                continue
            decimals = DECIMALS.fullmatch(key.value) if start.flow_style and before and _is_plain(key) else None
            if decimals and before and _is_whole_part(before[1]) and _is_empty(value) == (decimals[2] is None):
                self._decimal_in_braces(before, decimals, key, entries)
                if decimals[2] is not None:
                    entries[decimals[2]] = Entry(self._mark(key), self._node(value, depth + 1))
                    before = (decimals[2], value)
                continue
            usable, node = self._is_usable(key, entries), self._node(value, depth + 1)
            if usable:
                entries[key.value] = Entry(self._mark(key), _marked_at_key(node, self._mark(key)))
                before = (key.value, value)
            partial = partial or not usable
        return Table(entries, self._mark(start), partial)

    def _thousands_in_braces(
        self, before: tuple[str, Event], key: Event, entries: dict[str, Entry]
    ) -> tuple[str, Event]:
        """`{beds: 1,200}` is two keys to YAML: said once, however many thousands follow."""
        name, first = before
        if not isinstance(entries[name].value, Gap):
            found = WITH_THOUSANDS.match(self._text, first.start_mark.index)
            number = found.group() if found else first.value
            self._refuse(first, _ambiguous(number, "" if _is_nought(number) else f"or '{number}'"))
            entries[name] = Entry(entries[name].mark, Gap(self._mark(key)))
        return name, key

    def _decimal_in_braces(
        self, before: tuple[str, Event], decimals: re.Match[str], key: Event, entries: dict[str, Entry]
    ) -> None:
        """`{mean: 9,5}` is two keys to YAML, the second without a value."""
        name, first = before
        if not isinstance(entries[name].value, Gap):
            written = self._text[first.start_mark.index : key.start_mark.index + len(decimals[1])]
            comma = f", and a comma before `{decimals[2]}`" if decimals[2] is not None else ""
            self._refuse(first, _in_two(written, f"{first.value}.{decimals[1]}{comma}"))
            entries[name] = Entry(entries[name].mark, Gap(self._mark(first)))

    def _key_of_many_words(self, key: Event, depth: int) -> None:
        self._refuse(key, "a key must be one word; was a colon or a bracket typed by mistake?")
        self._node(key, depth + 1)
        self._node(next(self._events), depth + 1)

    def _is_usable(self, key: events.ScalarEvent, entries: dict[str, Entry]) -> bool:
        self._refuse_anchor_and_tag(key)
        if isinstance(self._scalar(key), Gap):
            return False
        if key.value == "<<":
            self._refuse(key, "`<<` (merging) is not read; write the values, or use `extends` and `change`")
        elif key.value in entries:
            first = entries[key.value].mark.line
            self._refuse(key, f"{quoted(key.value)} is written twice here (first on line {first}); keep one")
        return key.value != "<<" and key.value not in entries

    def _mark(self, event: Event) -> Mark:
        return Mark(file=self._file, line=event.start_mark.line + 1, column=event.start_mark.column + 1)

    def _refuse(self, event: Event, what: str) -> Gap:
        self._problems.add(self._mark(event), what)
        return Gap(self._mark(event))


def _marked_at_key(node: Node, key: Mark) -> Node:
    """A table or list that begins on a later line than its key is found at its key."""
    return replace(node, mark=key) if isinstance(node, Table | Rows) and node.mark.line != key.line else node


def _span(event: Event) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _is_plain(event: Event) -> bool:
    return isinstance(event, events.ScalarEvent) and event.style is None


def _is_empty(event: Event) -> bool:
    return _is_plain(event) and bool(event.value == "")


def _may_be_thousands(before: Event, after: Event) -> bool:
    """Is `1,200` split in two: digits, a comma without a space, three digits?"""
    if not (_is_plain(before) and _is_plain(after)):
        return False
    touching = before.end_mark.index + 1 == after.start_mark.index
    return bool(touching and THOUSANDS_BEFORE.fullmatch(before.value) and THOUSANDS_AFTER.fullmatch(after.value))


def _is_whole_part(event: Event) -> bool:
    return _is_plain(event) and WHOLE_PART.fullmatch(event.value) is not None


def _is_nought(number: str) -> bool:
    """Does a number begin with a zero, so that its comma cannot be before thousands?"""
    return number.removeprefix("£").startswith("0")


def _ambiguous(number: str, otherwise: str) -> str:
    plain = number.replace(",", "." if _is_nought(number) else "")
    return _in_two(number, f"{plain} {otherwise}".rstrip())


def _in_two(written: str, cure: str) -> str:
    return f"`{written}` between brackets reads as more than one value; write {cure}"


# -- finding and replacing in trees of nodes; nothing is changed in place ----------------------------------------------


def child(node: Node, key: str) -> Node | None:
    """What stands under a key, or the key-th item of a list, counted from 1; None if there is none."""
    if isinstance(node, Table):
        entry = node.entries.get(key)
        return entry.value if entry else None
    if isinstance(node, Rows) and key.isdecimal() and len(key) < 10 and 1 <= int(key) <= len(node.items):
        return node.items[int(key) - 1]
    return None


def find(node: Node, path: Path) -> Node | None:
    """What is at a path, None if nothing does."""
    found: Node | None = node
    for key in path:
        found = child(found, key) if found is not None else None
    return found


def put(node: Node, path: Path, mark: Mark, value: Node) -> Node:
    """The tree with a value at a path, whose last key may be new; `mark` is where the value was written."""
    key, rest = path[0], path[1:]
    if isinstance(node, Rows):
        items = list(node.items)
        items[int(key) - 1] = put(items[int(key) - 1], rest, mark, value) if rest else value
        return replace(node, items=tuple(items))
    entries = dict(node.entries) if isinstance(node, Table) else {}
    if rest:
        old = entries.get(key, Entry(mark, Table({}, mark)))
        entries[key] = replace(old, value=put(old.value, rest, mark, value))
    else:
        entries[key] = Entry(mark, value)
    return replace(node, entries=entries) if isinstance(node, Table) else Table(entries, node.mark)


def without(table: Table, *keys: str) -> Table:
    """The table without some of its keys."""
    return replace(table, entries={key: entry for key, entry in table.entries.items() if key not in keys})


def relabelled(node: Node, mark: Mark) -> Node:
    """The same values, all said to be at one place (a `--set` on the command line)."""
    match node:
        case Text():
            return replace(node, mark=mark)
        case Rows(items=items):
            return Rows(tuple(relabelled(item, mark) for item in items), mark)
        case Table(entries=entries):
            moved = {key: Entry(mark, relabelled(entry.value, mark)) for key, entry in entries.items()}
            return Table(moved, mark)
        case Gap():
            return Gap(mark)


def mark_at(tree: Table, path: Path) -> Mark:
    """Where the value at a path was written: a bare value itself, else its key; the nearest thing above if it is not."""
    node: Node = tree
    mark = tree.mark
    for key in path:
        found = child(node, key)
        if found is None:
            break
        node, mark = found, found.mark
    return mark
