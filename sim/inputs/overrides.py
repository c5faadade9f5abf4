"""A scenario that extends another one: values are changed and added in the other's tree, and keep file and line.

`change` touches only what the other file wrote, `add` only what it did not, so that neither can miss by a mistake of the
pen; every change is kept with its old and new text. `--set` comes last and may do both.
What may be changed here: what counts as existing; the exact words are tested.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sim.inputs.by_level import is_by_level
from sim.inputs.containers import Names, Record
from sim.inputs.field_types import AnyKind
from sim.inputs.fields import SCENARIO
from sim.inputs.nodes import Entry, Gap, Node, Rows, Table, Text, node_text
from sim.inputs.problems import Mark, Path, Problems, did_you_mean, dotted, no_colon_and_space, quoted
from sim.inputs.scenario import Change
from sim.inputs.tree import child, depends_in, find, kind_at, put

OWN_KEYS = ("name", "question", "sweep")  # each file has its own
MOST_CHANGES = 1_000
Replaced = dict[tuple[str, Path], Node]  # by the file that changed a value, and its path: what stood there before
THE_SCENARIO = "the scenario"  # what the command line changes, whichever files it came from


@dataclass(slots=True)
class Layer:
    """What one file, or the command line, put on the tree below it, in that order."""

    file: str
    below: str
    before: Table
    puts: list[tuple[Path, Entry]] = field(default_factory=list)


class Layers:
    """A tree of values, and what was done to it."""

    def __init__(self, tree: Table, problems: Problems) -> None:
        self.tree = tree
        self.changes: list[Change] = []
        self.layers: list[Layer] = []
        self.replaced: Replaced = {}
        self.inherited: Table | None = None  # the tree with what groups have from the journeys of others
        self._problems = problems
        self._below = ""  # the file that it extends
        self._touched: dict[Path, Mark] = {}
        self._around: dict[Path, Mark] = {}  # every path that leads to a touched one

    def extend(self, root: Table, below: str) -> None:
        """Put the `change` and `add` of one file on the tree."""
        self._begin(root.mark.file, below)
        for key, put_one in (("change", self._change), ("add", self._add)):
            entry = root.entries.get(key)
            if entry is None or isinstance(entry.value, Gap):
                continue
            if not isinstance(entry.value, Table):
                self._no_lines(key, entry)
                continue
            if len(entry.value.entries) > MOST_CHANGES:
                self._problems.add(
                    entry.mark, f"`{key}` holds more than {MOST_CHANGES:,} lines; write a file of its own"
                )
                continue
            for path, one in entry.value.entries.items():
                put_one(tuple(path.split(".")), one)

    def _no_lines(self, key: str, entry: Entry) -> None:
        """`change` or `add` holds one text: a line without its colon and space, or something else."""
        value = entry.value
        slip = no_colon_and_space([value.text], [0]) if isinstance(value, Text) else None
        if slip is not None:
            self._problems.add(value.mark, slip[2])
        else:
            self._problems.add(entry.mark, f"`{key}` must hold lines such as `services.hospital.beds: 300`")

    def _begin(self, file: str, below: str) -> None:
        self._below, self._touched, self._around = below, {}, {}
        self.layers.append(Layer(file, below, self.tree))

    def set(self, path: Path, entry: Entry) -> None:
        """Put one value on the tree, whether something is there already or not."""
        if self._below != THE_SCENARIO:  # what the files touched, the command line may change
            self._begin("the command line", THE_SCENARIO)
        if path[0] in OWN_KEYS and len(path) == 1:
            self._put(path, entry.mark, entry.value)
        elif find(self.tree, path) is None and self._kind_at(path) is not None and self._can_reach(path[:-1]):
            self._add(path, entry)
        else:
            self._change(path, entry)

    def _change(self, path: Path, entry: Entry) -> None:
        kind, old = self._kind_at(path), find(self.tree, path)
        if old is None and self.inherited is not None:
            old = find(self.inherited, path)
        refusal = self._why_not_change(path, kind, old)
        if refusal is not None or kind is None or old is None:
            self._problems.about(entry.mark, path, refusal or "")
            return
        value: Node = entry.value
        if isinstance(value, Text) and isinstance(old, Table) and kind.short in old.entries:
            path, old = (*path, kind.short), old.entries[kind.short].value
        else:
            value = kind.expand(value)
        if self._is_first_touch(path, entry.mark):
            self._note_change(path, node_text(old), node_text(value), entry.mark)
            self.replaced[entry.mark.file, path] = old
            self._put(path, entry.mark, value)

    def _note_change(self, path: Path, old: str, new: str, mark: Mark) -> None:
        self.changes.append(Change(path=".".join(path), old=old, new=new, file=mark.file, line=mark.line))

    def _why_not_change(self, path: Path, kind: AnyKind | None, old: Node | None) -> str | None:
        if path[0] in OWN_KEYS and self._below != THE_SCENARIO:
            return f"is not changed here; write `{path[0]}:` at the top of this file"
        if len(path) == 1 and isinstance(kind, Names | Record):
            return f"is a whole section; write one value by its dotted path, such as `{path[0]}.{_example(path[0])}`"
        if old is None:
            return self._why_missing(path)
        return None

    def _why_missing(self, path: Path) -> str:
        """Why a value cannot be changed that is not there."""
        above, key = self._first_missing(path)
        kind = _keys_of(self._kind_at(above))
        node = find(self.tree, above)
        if isinstance(node, Rows | Text) or not isinstance(kind, Record) or kind.inside(key) is None:
            return f"does not exist: {self._lacking(path)}"
        written = [one for one in kind.exactly_one if isinstance(node, Table) and one in node.entries]
        if written and key in kind.exactly_one:
            return f"is not written in {self._below}, which says {quoted(written[0])}; change {dotted(above)}"
        return f"is not written in {self._below}; write it under `add:` instead of `change:`"

    def _lacking(self, path: Path) -> str:
        """What is not there on the way to a path, and what was probably meant."""
        above, key = self._first_missing(path)
        node, kind = find(self.tree, above), _keys_of(self._kind_at(above))
        if isinstance(node, Rows):
            rows = f"they count from 1 to {len(node.items)}" if node.items else "there are none"
            return f"there is no row {quoted(key)} in {dotted(above)} of {self._below}; {rows}"
        known = [field.key for field in kind.fields] if isinstance(kind, Record) and not isinstance(node, Text) else []
        written = [one for one in node.entries if one not in known] if isinstance(node, Table) else []
        place = f"in {dotted(above)} of {self._below}" if above else f"in {self._below}"
        return f"there is no {quoted(key)} {place}{did_you_mean(key, known + written)}"

    def _first_missing(self, path: Path) -> tuple[Path, str]:
        """The longest part of a path that leads somewhere, and the key at which it ends."""
        length = next(length for length in range(len(path)) if find(self.tree, path[: length + 1]) is None)
        return path[:length], path[length]

    def _add(self, path: Path, entry: Entry) -> None:
        kind, old = self._kind_at(path), find(self.tree, path)
        if path[0] in OWN_KEYS:
            self._problems.about(entry.mark, path, "is not added; write it at the top of this file")
        elif old is not None:
            self._add_inside(path, entry, kind)
        elif kind is None or not self._can_reach(path[:-1]):
            self._problems.about(entry.mark, path, f"cannot be added: {self._lacking(path)}")
        elif self._is_first_touch(path, entry.mark):
            value = kind.expand(entry.value)
            self._note_change(path, "", node_text(value), entry.mark)
            self._put(path, entry.mark, value)

    def _add_inside(self, path: Path, entry: Entry, kind: AnyKind | None) -> None:
        """Something is there already: new names may come beside its names, but nothing is replaced."""
        if isinstance(entry.value, Table) and (_is_names(kind) or len(path) == 1):
            for key, one in entry.value.entries.items():
                self._add((*path, key), one)
        elif not isinstance(entry.value, Gap):
            self._problems.about(
                entry.mark,
                path,
                f"exists already in {self._below}; write it under `change:` to replace it",
            )

    def _kind_at(self, path: Path) -> AnyKind | None:
        """The kind of value that the language knows at a path of this tree."""
        return kind_at(SCENARIO, path, depends_in(self.tree))

    def _can_reach(self, path: Path) -> bool:
        """Does everything up to here exist, or can it be made because the language knows it by that name?"""
        node: Node | None = self.tree
        kind: AnyKind | None = SCENARIO
        for key in path:
            kind = None if kind is None else kind.as_written(is_by_level(node))
            in_rows = isinstance(node, Rows)
            node = child(node, key) if node is not None else None
            if node is None and (in_rows or not isinstance(_keys_of(kind), Record)):
                return False
            kind = kind.inside(key) if kind is not None else None
        return kind is not None and (node is None or isinstance(node, Table))

    def _is_first_touch(self, path: Path, mark: Mark) -> bool:
        """Is this value, and all around and inside it, touched only once by this file? Else which one would hold?"""
        prefixes = [path[:length] for length in range(1, len(path) + 1)]
        first = next((self._touched[one] for one in prefixes if one in self._touched), self._around.get(path))
        if first is not None:
            line = f" (first on line {first.line})" if first.line else ""
            self._problems.about(mark, path, f"is changed twice{line}; keep one")
            return False
        self._touched[path] = mark
        for one in prefixes:
            self._around.setdefault(one, mark)
        return True

    def _put(self, path: Path, mark: Mark, value: Node) -> None:
        self.layers[-1].puts.append((path, Entry(mark, value)))
        tree = put(self.tree, path, mark, value)
        assert isinstance(tree, Table)
        self.tree = tree


def _is_names(kind: AnyKind | None) -> bool:
    return kind is not None and isinstance(kind.plain(), Names)


def _keys_of(kind: AnyKind | None) -> AnyKind | None:
    """A kind as it is where keys are written under it."""
    return None if kind is None else kind.resolved(Table({}, Mark(file="")))


def _example(section: str) -> str:
    return {
        "services": "hospital.beds",
        "people": "everyone.arrivals_per_day",
        "calendar": "measured_days",
        "steps": "hub_assessment.takes_days",
        "costs": "price_year",
    }.get(section, "name.key")


def check_apart(files: Sequence[tuple[str, Table]], problems: Problems) -> None:
    """No two of several files that are beside each other say what the same value is."""
    spec: dict[Path, tuple[str, Mark]] = {}
    for file, root in files:
        mine = {path: (file, entry.mark) for path, entry in _lines_of(root)}
        for path, (_, mark) in mine.items():
            other = next((known for known in spec if known[: len(path)] == path[: len(known)]), None)
            if other is not None:
                theirs, where = spec[other]
                problems.about(
                    mark,
                    path,
                    f"is changed by {quoted(theirs)}, line {where.line}, too; write one file that says what both do together",
                )
        spec |= mine


def _lines_of(root: Table) -> Iterator[tuple[Path, Entry]]:
    """The lines of `change` and `add`, each with its path."""
    for key in ("change", "add"):
        entry = root.entries.get(key)
        if entry is not None and isinstance(entry.value, Table):
            for path, one in entry.value.entries.items():
                yield tuple(path.split(".")), one
