"""Values that depend on a trait: `{by: dementia, yes: 9, else: 5}` wherever a value of a journey may stand.

They are read as they are written. `for_levels` takes the values that hold for given levels, so that anybody who comes
after (checks, the builder, the engines) meets plain values only.
`docs/model.md` says the same in rules 20 and 21.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sim.inputs.field_types import (
    BY,
    ELSE,
    UNREADABLE,
    AnyKind,
    ByLevel,
    Kind,
    Parsed,
    Reading,
    Scalar,
    Schema,
    is_sound,
)
from sim.inputs.nodes import Entry, Node, Table, find
from sim.inputs.problems import Mark, Path
from sim.inputs.values import name

T_co = TypeVar("T_co", covariant=True)
TRAIT = Scalar("the name of a trait", name, {"type": "string"})
Levels = Mapping[str, str]  # of each trait that matters, the level


def is_by_level(node: Node | None) -> bool:
    """Is this written as `{by: trait, ...}`?"""
    return isinstance(node, Table) and BY in node.entries


@dataclass(frozen=True)
class MayDepend(Kind[T_co]):
    """A value, or one for each level of a trait: `for_levels` takes the one that holds, and until then it is a ByLevel."""

    value: Kind[T_co]

    @property
    def words(self) -> str:  # type: ignore[override]
        return self.value.words

    @property
    def short(self) -> str:  # type: ignore[override]
        return self.value.short

    def parts(self) -> tuple[AnyKind, ...]:
        return (self.value,)

    def inside(self, key: str) -> AnyKind | None:
        return self.value.inside(key)

    def as_written(self, depends: bool) -> AnyKind:
        return _EachLevel(self) if depends else self

    def resolved(self, node: Node) -> AnyKind:
        return _EachLevel(self) if is_by_level(node) else self.value.resolved(node)

    def plain(self) -> AnyKind:
        return self.value.plain()

    def expand(self, node: Node) -> Node:
        return _EachLevel(self).expand(node) if is_by_level(node) else self.value.expand(node)

    def read(self, node: Node, path: Path, reading: Reading) -> T_co:
        if is_by_level(node):
            return cast(T_co, _EachLevel(self).read(node, path, reading))
        return self.value.read(node, path, reading)

    def schema(self) -> Schema:
        inside = {"anyOf": [self.value.schema(), {"type": "object", "required": [BY]}]}
        by_level = {
            "type": "object",
            "required": [BY],
            "properties": {BY: {"type": "string"}},
            "additionalProperties": inside,
        }
        return {"anyOf": [self.value.schema(), by_level]}


@dataclass(frozen=True)
class _EachLevel(Kind[ByLevel]):
    """`by` and the levels of that trait, each with its value."""

    value: MayDepend[Any]

    @property
    def words(self) -> str:  # type: ignore[override]
        return f"{self.value.words} for each level"

    def inside(self, key: str) -> AnyKind | None:
        return TRAIT if key == BY else self.value

    def expand(self, node: Node) -> Node:
        assert isinstance(node, Table)
        entries = {
            key: Entry(entry.mark, entry.value if key == BY else self.value.expand(entry.value), entry.implied)
            for key, entry in node.entries.items()
        }
        return Table(entries, node.mark, node.partial)

    def read(self, node: Node, path: Path, reading: Reading) -> ByLevel:
        assert isinstance(node, Table)
        trait = TRAIT.read(node.entries[BY].value, (*path, BY), reading)
        values = {
            key: self.value.read(entry.value, (*path, key), reading) for key, entry in node.entries.items() if key != BY
        }
        for key, entry in node.entries.items():
            if key not in (BY, ELSE):
                _check_name(key, entry, path, reading)
        if not values:
            reading.refuse(node.mark, path, "names no level; write a value for each, or `else`")
        return ByLevel(path, trait, values)

    def schema(self) -> Schema:
        return self.value.schema()


def _check_name(level: str, entry: Entry, path: Path, reading: Reading) -> None:
    try:
        name(level)
    except ValueError as error:
        reading.refuse(entry.mark, path, str(error))


def leaves(value: Any) -> Iterator[Any]:
    """The plain values that a value may turn out to be."""
    if isinstance(value, ByLevel):
        for one in value.values.values():
            yield from leaves(one)
    else:
        yield value


def all_by_level(value: Any) -> Iterator[ByLevel]:
    """Everything in a value that depends on a trait, itself included."""
    if isinstance(value, ByLevel):
        yield value
        for one in value.values.values():
            yield from all_by_level(one)
    elif isinstance(value, Parsed):
        for one in value.values():
            yield from all_by_level(one)
    elif isinstance(value, list):
        for one in value:
            yield from all_by_level(one)


def picked(value: Any, levels: Levels) -> Any:
    """What a value is for these levels; what stands inside it may still depend on them."""
    while isinstance(value, ByLevel):
        value = value.at(levels[value.trait]) if value.trait in levels else UNREADABLE
    return value


def for_levels(value: Any, levels: Levels) -> Any:
    """The plain value for these levels, with everything in it."""
    value = picked(value, levels)
    if isinstance(value, Parsed):
        plain = type(value)(value.path)
        plain.update({key: for_levels(one, levels) for key, one in value.items()})
        return plain
    return [for_levels(one, levels) for one in value] if isinstance(value, list) else value


def traits_of(value: Any) -> set[str]:
    """The traits on which a value, or anything in it, depends."""
    return {level.trait for level in all_by_level(value) if is_sound(level.trait)}


def traits_around(value: Any) -> set[str]:
    """The traits by which a value as a whole is chosen."""
    if not isinstance(value, ByLevel):
        return set()
    inside = set[str]().union(*map(traits_around, value.values.values()))
    return inside | ({value.trait} if is_sound(value.trait) else set())


def kind_at(kind: AnyKind, path: Path, depends: Callable[[Path], bool]) -> AnyKind | None:
    """What kind of value is at a path, None where the language knows none; `depends`: is a value there by level?"""
    found: AnyKind | None = kind
    for place, key in enumerate(path):
        found = found.as_written(depends(path[:place])).inside(key) if found is not None else None
    return found


def depends_in(tree: Node) -> Callable[[Path], bool]:
    """Whether the value at a path of a tree is written by level."""
    return lambda path: is_by_level(find(tree, path))


def with_keys(kind: AnyKind | None) -> AnyKind | None:
    """A kind as it is where keys are written under it."""
    return None if kind is None else kind.resolved(Table({}, Mark(file="")))
