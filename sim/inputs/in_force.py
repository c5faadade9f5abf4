"""Every value in force, with the file and line that it came from and the comment beside it.

A number of the template that a planner left as it was rests on assumption, as it does in the scenario below; once the
number is changed, or its comment, it is the planner's own.
What may be changed here: how values are written out; paths are those that `change` understands.
"""

from collections.abc import Iterator, Mapping

from sim.inputs.by_level import is_by_level
from sim.inputs.containers import Record, default_node
from sim.inputs.fields import SCENARIO
from sim.inputs.kinds import DEFAULT, Kind
from sim.inputs.layers import Replaced
from sim.inputs.nodes import Node, Rows, Table, Text, node_text
from sim.inputs.problems import Path
from sim.inputs.scenario import Value
from sim.inputs.tree import find

Notes = Mapping[str, Mapping[int, str]]  # by file, by line
YOURS = "YOURS"  # begins the comment beside a number of the template, which waits for a planner's own
NOT_YET_REPLACED = "assumption: not yet replaced"


def values_in_force(tree: Table, notes: Notes, replaced: Replaced) -> tuple[Value, ...]:
    """All values by dotted path, in the order of the files, defaults after what was written beside them."""
    return tuple(_value(node, path, notes, replaced) for path, node in _leaves(SCENARIO, tree, ()))


def _leaves(kind: Kind | None, node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    below = list(_below(kind, node))
    if not below:
        yield path, node
    for key, inside, one in below:
        yield from _leaves(inside, one, (*path, key))


def _below(kind: Kind | None, node: Node) -> Iterator[tuple[str, Kind | None, Node]]:
    """What has values of its own below a node: keys, defaults of keys nobody wrote, items of a list of tables."""
    kind = kind.as_written(is_by_level(node)) if kind else None
    if isinstance(node, Rows) and not all(isinstance(item, Text) for item in node.items):
        for number, item in enumerate(node.items, 1):
            yield str(number), kind.inside(str(number)) if kind else None, item
    if not isinstance(node, Table):
        return
    for key, entry in node.entries.items():
        yield key, kind.inside(key) if kind else None, entry.value
    record = kind.resolved(node) if kind else None
    for field in record.fields if isinstance(record, Record) else ():
        if field.default is not None and field.key not in node.entries:
            yield field.key, field.kind, default_node(field)


def _value(node: Node, path: Path, notes: Notes, replaced: Replaced) -> Value:
    mark, text = node.mark, node_text(node)
    note = notes.get(mark.file, {}).get(mark.line, "") if mark.file != DEFAULT else ""
    if note.startswith(YOURS) and _before(mark.file, path, replaced) == text:
        note = f"{NOT_YET_REPLACED}; {note}"
    return Value(path=".".join(path), text=text, file=mark.file, line=mark.line, note=note)


def _before(file: str, path: Path, replaced: Replaced) -> str | None:
    """The value at a path before a file changed it, or something around it; None where it did not."""
    for length in range(len(path), 0, -1):
        around = replaced.get((file, path[:length]))
        if around is not None:
            old = find(around, path[length:])
            return None if old is None else node_text(old)
    return None
