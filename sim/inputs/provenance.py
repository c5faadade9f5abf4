"""Every value in force, with the file and line it came from; and what two scenarios do not share, value by value.

A number of the template that a planner left as it was rests on assumption, as it does in the scenario below; once the
number is changed, or its comment, it is the planner's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from sim.inputs.by_level import is_by_level, kind_at
from sim.inputs.containers import Either, Record, default_node
from sim.inputs.durations import Duration
from sim.inputs.field_types import BY, DEFAULT, AnyKind
from sim.inputs.fields import SCENARIO
from sim.inputs.nodes import Node, Rows, Table, Text, find, node_text
from sim.inputs.overrides import OWN_KEYS, Replaced
from sim.inputs.problems import Path, padded, printable
from sim.inputs.scenario import Scenario, Value

Notes = Mapping[str, Mapping[int, str]]  # by file, by line
YOURS = "YOURS"  # begins the comment beside a number of the template, which waits for a planner's own
FROM_OWN_FILE = f"; {YOURS}"  # ends the comment beside a number that a worksheet, published figures or stays gave
NOT_YET_REPLACED = "assumption: not yet replaced"


def values_in_force(tree: Table, notes: Notes, replaced: Replaced) -> tuple[Value, ...]:
    """All values by dotted path, in the order of the files, defaults after what was written beside them."""
    return tuple(_value(node, path, notes, replaced) for path, node in _leaves(SCENARIO, tree, ()))


def _leaves(kind: AnyKind | None, node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    below = list(_below(kind, node))
    if not below:
        yield path, node
    for key, inside, one in below:
        yield from _leaves(inside, one, (*path, key))


def _below(kind: AnyKind | None, node: Node) -> Iterator[tuple[str, AnyKind | None, Node]]:
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


def is_another_hospital(scenario: Scenario, base: Scenario) -> bool:
    """Whether a hospital's own numbers, from the template or from a file of its own, are in a scenario and not in the base."""
    theirs, ours = ({value.path for value in one.values if _is_a_hospitals_own(value.note)} for one in (scenario, base))
    return not theirs <= ours


def _is_a_hospitals_own(note: str) -> bool:
    return note.removeprefix(f"{NOT_YET_REPLACED}; ").startswith(YOURS) or note.endswith(FROM_OWN_FILE)


WIDEST_PATH = 76
WIDEST_VALUE = 28
WIDEST_PLACE = 40
LONGEST_SHOWN = 2_000
NONE: Mapping[str, str] = {}


def show_text(scenario: Scenario, remarks: Mapping[str, str] = NONE) -> str:
    """One line for each value in force, in columns; a remark about the value at a path is before the comment beside it."""
    rows = [_row(value, remarks.get(value.path, "")) for value in scenario.values]
    limits = (WIDEST_PATH, WIDEST_VALUE, WIDEST_PLACE)
    return "".join(f"{'  '.join(row).rstrip()}\n" for row in padded(rows, range(4), limits))


def _row(value: Value, remark: str) -> tuple[str, str, str, str]:
    place = f"{value.file}:{value.line}" if value.line else value.file
    note = "; ".join(part for part in (remark, value.note) if part)
    return (
        value.path,
        printable(" ".join(value.text.split()), LONGEST_SHOWN),
        printable(place, LONGEST_SHOWN),
        f"# {note}" if note else "",
    )


Values: TypeAlias = Mapping[str, Value]
Differing: TypeAlias = tuple[str, Value | None, Value | None]


def other_areas(base: Scenario, other: Scenario) -> list[str]:
    """Groups that the base does not have and that come to hospitals that it does not have either."""
    groups, services = {group.name for group in base.people}, {service.name for service in base.services}
    hospitals = {service.name for service in other.services if service.kind == "acute"} - services
    more = (group for group in other.people if group.name not in groups)
    return [group.name for group in more if any(to in hospitals for to, _ in group.arrives_at)]


def differences(base: Scenario, other: Scenario) -> list[Differing]:
    """The values that two scenarios do not share: path, the base's, the other's; labels are no difference."""
    ours, theirs = ({value.path: value for value in one.values} for one in (base, other))
    paths = [*ours, *(path for path in theirs if path not in ours)]
    differing = [path for path in paths if path not in OWN_KEYS and _differ(ours.get(path), theirs.get(path))]
    together: dict[Path, list[str]] = {}
    for path in differing:
        place = _place(tuple(path.split(".")), ours, theirs)
        together.setdefault((*place[:-1], "") if _rivals(place, ours, theirs) else place, []).append(path)
    return [line for found in together.values() for line in _lines(found, ours, theirs)]


def _differ(one: Value | None, other: Value | None) -> bool:
    """Do two values differ? A default beside nothing is part of something new that is listed anyway."""
    if one is None or other is None:
        return any(value is not None and value.file != DEFAULT for value in (one, other))
    return one.text != other.text


def _kind_at(path: Path, ours: Values, theirs: Values) -> AnyKind | None:
    """The kind of value at a path of either scenario, as it is where it depends on no trait."""
    found = kind_at(SCENARIO, path, lambda above: any(".".join((*above, BY)) in values for values in (ours, theirs)))
    return found.plain() if found else None


def _place(path: Path, ours: Values, theirs: Values) -> Path:
    """Where one value is written that a path is a part of: a duration, a dated list, or one of several keys."""
    for length in range(1, len(path) + 1):
        kind = _kind_at(path[:length], ours, theirs)
        if (
            _rivals(path[:length], ours, theirs)
            or isinstance(kind, Duration)
            or (isinstance(kind, Either) and kind.is_one_value)
        ):
            return path[:length]
    return path


def _rivals(path: Path, ours: Values, theirs: Values) -> bool:
    """Whether this key is one of several of which exactly one is written."""
    parent = _kind_at(path[:-1], ours, theirs)
    return isinstance(parent, Record) and path[-1] in parent.exactly_one


def _lines(paths: Sequence[str], ours: Values, theirs: Values) -> list[Differing]:
    """The differences at one place: part by part while both have the same parts, else as a whole."""
    each = [(path, ours.get(path), theirs.get(path)) for path in paths]
    if all(old and new for _, old, new in each) or not any(old for _, old, _ in each):
        return each
    roots = list(dict.fromkeys(_place(tuple(path.split(".")), ours, theirs) for path in paths))
    above = roots[0] if len(roots) == 1 else roots[0][:-1]
    old, new = (_together(above, roots, values) for values in (ours, theirs))
    return [(".".join(above), old, new)]


def _together(above: Path, roots: Sequence[Path], values: Values) -> Value | None:
    """All that is written at some paths as one value, given by a path above them; None where nothing is."""
    found = {
        parts: value
        for path, value in values.items()
        if value.file != DEFAULT and any((parts := tuple(path.split(".")))[: len(root)] == root for root in roots)
    }
    if not found:
        return None
    text = _told({parts[len(above) :]: value.text for parts, value in found.items()})
    return replace(next(iter(found.values())), path=".".join(above), text=text)


def _told(parts: Mapping[Path, str]) -> str:
    """Parts of a value in words: `exponential, mean 9.8`; `nhs 50%, council 50%`; `from 2026-04-06 beds 0; from ...`."""
    if () in parts:
        return parts[()]
    inside: dict[str, dict[Path, str]] = {}
    for path, text in parts.items():
        inside.setdefault(path[0], {})[path[1:]] = text
    if all(key.isdigit() for key in inside):
        return "; ".join(_told(one).replace(",", "") for one in inside.values())
    return ", ".join(f"{key}{' ' if () in one else ', '}{_told(one)}" for key, one in inside.items())
