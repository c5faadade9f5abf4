"""Finding and replacing in trees of nodes; nothing is changed in place.

What may be changed here: freely.
"""

from collections.abc import Callable
from dataclasses import replace

from sim.inputs.by_level import is_by_level
from sim.inputs.field_types import AnyKind
from sim.inputs.nodes import Entry, Gap, Node, Rows, Table, Text
from sim.inputs.problems import Mark, Path


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


def kind_at(kind: AnyKind, path: Path, depends: Callable[[Path], bool]) -> AnyKind | None:
    """What kind of value is at a path, None where the language knows none; `depends`: is a value there by level?"""
    found: AnyKind | None = kind
    for place, key in enumerate(path):
        found = found.as_written(depends(path[:place])).inside(key) if found is not None else None
    return found


def depends_in(tree: Node) -> Callable[[Path], bool]:
    """Whether the value at a path of a tree is written by level."""
    return lambda path: is_by_level(find(tree, path))
