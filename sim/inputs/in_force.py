"""Every value in force, with the file and line that it came from and the comment beside it.

What may be changed here: how values are written out; paths are those that `change` understands.
"""

from collections.abc import Iterator, Mapping

from sim.inputs.containers import Record, default_node
from sim.inputs.fields import SCENARIO
from sim.inputs.kinds import DEFAULT, Kind
from sim.inputs.nodes import Node, Rows, Table, Text, node_text
from sim.inputs.problems import Path
from sim.inputs.scenario import Value

Notes = Mapping[str, Mapping[int, str]]  # by file, by line


def values_in_force(tree: Table, notes: Notes) -> tuple[Value, ...]:
    """All values by dotted path, in the order of the files, defaults after what was written beside them."""
    return tuple(_values(SCENARIO, tree, (), notes))


def _values(kind: Kind | None, node: Node, path: Path, notes: Notes) -> Iterator[Value]:
    below = list(_below(kind, node))
    if not below:
        yield _value(node, path, notes)
    for key, inside, one in below:
        yield from _values(inside, one, (*path, key), notes)


def _below(kind: Kind | None, node: Node) -> Iterator[tuple[str, Kind | None, Node]]:
    """What has values of its own below a node: keys, defaults of keys nobody wrote, items of a list of tables."""
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


def _value(node: Node, path: Path, notes: Notes) -> Value:
    mark = node.mark
    note = notes.get(mark.file, {}).get(mark.line, "") if mark.file != DEFAULT else ""
    return Value(path=".".join(path), text=node_text(node), file=mark.file, line=mark.line, note=note)
