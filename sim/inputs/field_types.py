"""The kinds of value that a key can have: how each is read from nodes, and how it is described to people and editors.

`fields.py` puts these together into the one table of keys.
What may be changed here: a new kind of value. A new key needs only a line in `fields.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, overload

from sim.inputs.nodes import Gap, Node, Rows, Table, Text
from sim.inputs.problems import Path
from sim.inputs.reading import BY, UNREADABLE, Parsed, Reading, Reference

DEFAULT = "default"  # the file of what nobody wrote
Schema = dict[str, Any]
T_co = TypeVar("T_co", covariant=True)


class Kind(ABC, Generic[T_co]):
    """A kind of value. `words` names it in a sentence: it must be ..."""

    words: str
    short = ""  # the key that a bare value stands for, if any

    @abstractmethod
    def read(self, node: Node, path: Path, reading: Reading) -> T_co:
        """The value, or UNREADABLE after noting why."""

    def expand(self, node: Node) -> Node:
        """The same node with short forms written out."""
        return node

    def inside(self, key: str) -> "AnyKind | None":
        """The kind of what stands under a key, None if no such key is known."""
        return None

    def as_written(self, depends: bool) -> "AnyKind":
        """The kind of the value there, where it depends on a trait or does not."""
        return self

    def plain(self) -> "AnyKind":
        """The kind of such a value where it depends on no trait."""
        return self

    def resolved(self, node: Node) -> "AnyKind":
        """The kind that a certain node is read as, where several would do."""
        return self

    def parts(self) -> tuple["AnyKind", ...]:
        """The kinds that it is made of."""
        return ()

    @abstractmethod
    def schema(self) -> Schema:
        """The JSON Schema of such a value."""


AnyKind: TypeAlias = Kind[Any]


@dataclass(frozen=True)
class Scalar(Kind[T_co]):
    """A single value; `parse` raises ValueError with the end of a sentence."""

    words: str
    parse: Callable[[str], T_co]
    described: Schema
    unit: str = ""

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        if isinstance(node, Gap):
            return UNREADABLE
        if not isinstance(node, Text):
            found = "a list" if isinstance(node, Rows) else "keys of its own"
            if isinstance(node, Table) and BY in node.entries:
                return reading.refuse(node.mark, path, f"cannot depend on a trait; it must be {self.words}")
            return reading.refuse(node.mark, path, f"has {found}; it must be {self.words}")
        if node.text == "":
            return reading.refuse(node.mark, path, f"has no value; write {self.words}, or delete the line")
        try:
            return self.parse(node.text)
        except ValueError as error:
            return reading.refuse(node.mark, path, str(error))

    def schema(self) -> Schema:
        return self.described


@dataclass(frozen=True)
class Refers(Kind[str]):
    """The name of something declared elsewhere: a step, a team, a destination."""

    what: str
    read_name: Callable[[str], str] = str

    @property
    def words(self) -> str:  # type: ignore[override]
        return f"the name of a {self.what}"

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        value = Scalar(self.words, self.read_name, {}).read(node, path, reading)
        if value is not UNREADABLE:
            reading.references.append(Reference(self.what, value, path, node.mark, is_key=False))
        return value

    def schema(self) -> Schema:
        return {"type": "string"}


@dataclass(frozen=True)
class Field(Generic[T_co]):
    """One key: what stands under it, and what it means. `default` is read as if it had been written.

    In the class of something with keys it has the name of its key (`from_` for `from`), and of an instance it gives what
    was written there.
    """

    kind: AnyKind
    meaning: str
    required: bool = False
    default: str | None = None
    missing: str = ""  # what it means to leave the key out, where there is no default value
    key: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "key", name.rstrip("_"))

    @overload
    def __get__(self, made: None, owner: type) -> "Field[T_co]": ...

    @overload
    def __get__(self, made: Parsed, owner: type) -> T_co: ...

    def __get__(self, made: Parsed | None, owner: type) -> Any:
        return self if made is None else made[self.key]

    def __set__(self, made: Parsed, value: Any) -> None:
        made[self.key] = value


AnyField: TypeAlias = Field[Any]


def must(kind: Kind[T_co], meaning: str) -> Field[T_co]:
    """A key that must be written."""
    return Field(kind, meaning, required=True)


def usual(kind: Kind[T_co], meaning: str, default: str) -> Field[T_co]:
    """A key with a default value."""
    return Field(kind, meaning, default=default)


def may(kind: Kind[T_co], meaning: str, missing: str = "") -> Field[T_co | None]:
    """A key that may be left out; `missing` says what that means."""
    return Field(kind, meaning, missing=missing)
