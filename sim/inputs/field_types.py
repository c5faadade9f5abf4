"""The kinds of value that a key can have: how each is read from nodes, and how it is described to people and editors.

What was read from a scenario's nodes, before it becomes nouns, is values by key, the names that were used, and the problems.
Reading never stops at a problem: what cannot be read becomes UNREADABLE, which later checks leave alone, so that one mistake gives
one message. `fields.py` puts the kinds together into the one table of keys; `checks.py` looks at what was read.

Single values are ready for the table of keys: reader, words, unit and JSON Schema together. Their limits are generous; they only
keep a mistake or a hostile file from costing an hour.

A new key needs only a line in `fields.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, ItemsView, Iterator, ValuesView
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeGuard, TypeVar, overload

from sim.inputs import values
from sim.inputs.files import Files
from sim.inputs.nodes import Gap, Node, Rows, Table, Text
from sim.inputs.problems import Mark, Path, Problems

T = TypeVar("T")


class Unreadable:
    """What could not be read: it holds nothing and is not true, but neither is it None."""

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())


UNREADABLE: Any = Unreadable()


class Parsed(dict[str, Any]):
    """What was written in one place, with the path to it: known keys (`Spec`), or names that the planner chose (`Named`)."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path


class Named(Parsed, Generic[T]):
    """Values of one type under names that the planner chose: services, routes, levels."""

    if TYPE_CHECKING:

        def __getitem__(self, name: str) -> T: ...
        def get(self, name: str, default: T | None = None) -> T | None: ...  # type: ignore[override]
        def items(self) -> ItemsView[str, T]: ...  # type: ignore[override]
        def values(self) -> ValuesView[T]: ...  # type: ignore[override]


BY, ELSE = "by", "else"  # `{by: trait, level: value, else: value}`


@dataclass(slots=True, eq=False)
class ByLevel:
    """One value for each level of a trait; `else` stands for the levels that are not named."""

    path: Path
    trait: Any  # its name, or UNREADABLE
    values: dict[str, Any]

    def at(self, level: str) -> Any:
        """The value of a level; UNREADABLE where there is none, which a check has refused."""
        return self.values.get(level, self.values.get(ELSE, UNREADABLE))


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that must have been declared elsewhere."""

    what: str
    name: str
    path: Path
    mark: Mark
    is_key: bool


@dataclass(slots=True)
class Reading:
    """One reading of a scenario: what it opened, what it named, what was wrong."""

    problems: Problems
    files: Files
    references: list[Reference] = field(default_factory=list)

    def refuse(self, mark: Mark, path: Path, what: str) -> Any:
        """Note a problem about a key; gives UNREADABLE, for the value that it would have had."""
        if path:
            self.problems.about(mark, path, what)
        else:
            self.problems.add(mark, f"the scenario {what}")
        return UNREADABLE


def is_sound(value: Any) -> bool:
    """Could the value be read, and everything in it?"""
    if isinstance(value, dict):
        return all(is_sound(one) for one in value.values())
    if isinstance(value, list):
        return all(is_sound(one) for one in value)
    if isinstance(value, ByLevel):
        return all(is_sound(one) for one in (value.trait, *value.values.values()))
    return value is not UNREADABLE


def each(named: Named[T] | None) -> Iterator[tuple[str, T]]:
    """The readable things under names, with their names; nothing where there are none."""
    if isinstance(named, Parsed):
        for name, value in named.items():
            if isinstance(value, Parsed):
                yield name, value


def is_parsed(value: T | None) -> TypeGuard[T]:
    """Was something with keys or names of its own written here, and could it be read?"""
    return isinstance(value, Parsed)


# -- kinds of value ----------------------------------------------------------------------------------------------------


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


# -- single values -----------------------------------------------------------------------------------------------------


MOST_PLACES = 100_000
MOST_DAYS = 100_000
MOST_PEOPLE = 10_000_000  # expected in one replication
MOST_POUNDS = 1_000_000_000


def _numeric(pattern: str, low: float, high: float, whole: bool = False) -> Schema:
    """A bare number within limits, or the same as planners write it."""
    return {
        "anyOf": [
            {"type": "integer" if whole else "number", "minimum": low, "maximum": high},
            {"type": "string", "pattern": pattern},
        ]
    }


def whole(low: int, high: int, unit: str = "") -> Scalar[int]:
    """A whole number."""
    described = _numeric(r"^[\d,]+$", low, high, whole=True)
    return Scalar("a whole number", lambda text: values.whole(text, low, high), described, unit)


def whole_or_unlimited(unit: str) -> Scalar[int | str]:
    """A whole number of places, or `unlimited`."""
    described = _numeric(rf"^([\d,]+|{values.UNLIMITED})$", 0, MOST_PLACES, whole=True)
    read = values.or_unlimited(lambda text: values.whole(text, 0, MOST_PLACES))
    return Scalar("a whole number or `unlimited`", read, described, unit)


def minutes() -> Scalar[int]:
    """Hours a week, kept in whole minutes."""
    described = _numeric(r"^[\d,.]+$", 0, MOST_PLACES)
    return Scalar("hours a week", lambda text: values.minutes_a_week(text, MOST_PLACES), described, "hours a week")


def minutes_or_unlimited() -> Scalar[int | str]:
    """Hours a week that a service has, kept in whole minutes, or `unlimited`."""
    described = _numeric(rf"^([\d,.]+|{values.UNLIMITED})$", 0, MOST_PLACES)
    read = values.or_unlimited(lambda text: values.minutes_a_week(text, MOST_PLACES))
    return Scalar("hours a week or `unlimited`", read, described, "hours a week")


def number(unit: str, low: int = 0, high: int = MOST_DAYS, wanted: str = "a number") -> Scalar[Decimal]:
    """A number that need not be whole; `wanted` is what to call it where something else may be written instead."""
    described = _numeric(r"^[\d,]+(\.\d+)?$", low, high)
    return Scalar("a number", lambda text: values.number(text, Decimal(low), Decimal(high), wanted), described, unit)


def share(*, one_is_all: bool = False) -> Scalar[Decimal]:
    """A part of a whole."""
    described = _numeric(r"^\d+(\.\d+)? ?%?$", 0, 1)
    return Scalar("a share such as 40%", lambda text: values.share(text, one_is_all=one_is_all), described, "share")


def pounds() -> Scalar[Decimal]:
    """An amount of money."""
    described = _numeric(r"^£? ?[\d,]+(\.\d+)?$", 0, MOST_POUNDS)
    return Scalar("an amount such as £150", lambda text: values.money(text, Decimal(MOST_POUNDS)), described, "£")


def choice(allowed: tuple[str, ...]) -> Scalar[str]:
    """One word of a list."""
    return Scalar(f"one of {', '.join(allowed)}", lambda text: values.one_of(text, allowed), {"enum": list(allowed)})


def free_text(longest: int) -> Scalar[str]:
    """Words for people."""
    described: Schema = {"type": "string", "maxLength": longest}
    return Scalar("text", lambda text: values.label(text, longest), described)


DATE = Scalar("a date such as 2026-04-06", values.day, {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
CLOCK = Scalar("a time of day such as 09:30", values.seconds_of_day, {"type": "string", "pattern": r"^\d{1,2}:\d{2}$"})
YES_NO = Scalar("true or false", values.yes_or_no, {"type": "boolean"})
NAME = Scalar("a name", values.name, {"type": "string", "pattern": f"^{values.NAME.pattern}$"})
PRICE_YEAR = Scalar("a year such as 2025-26", values.price_year, {"type": ["string", "integer"]})
FILE = Scalar("the path of a file", str, {"type": "string"})
