"""The kinds of value that a key can have: how each is read from nodes, and how it is described to people and editors.

What was read from a scenario's nodes, before it becomes nouns, is values by key, the names that were used, and the problems.
Reading never stops at a problem: what cannot be read becomes UNREADABLE, which later checks leave alone, so that one mistake gives
one message. `fields.py` puts the kinds together into the one table of keys; `checks.py` looks at what was read.

Single values are ready for the table of keys: reader, words, unit and JSON Schema together. Their limits are generous; they only
keep a mistake or a hostile file from costing an hour.

A new key needs only a line in `fields.py`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, ItemsView, Iterator, ValuesView
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeGuard, TypeVar, overload

from sim.inputs import values
from sim.inputs.nodes import Entry, Gap, Node, Rows, Table, Text
from sim.inputs.problems import Mark, Path, Problems, closest, did_you_mean, listed, quoted
from sim.inputs.values import name

if TYPE_CHECKING:
    from sim.inputs.files import Files

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
    files: "Files"
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


# -- values made of other values ---------------------------------------------------------------------------------------


MOST_NAMES = 500
KEY_WITHOUT_SPACE = re.compile(r"[A-Za-z]\w*:(?!//)\S")  # a text that was meant as `key: value`
SPLIT = re.compile(r"([A-Za-z]\w*) *[= ] *(\S.*)")  # `mean=9`, `mean 9`
MOST_ROWS = 100_000


P_co = TypeVar("P_co", bound=Parsed, covariant=True)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


@dataclass(frozen=True)
class Record(Kind[P_co]):
    """Known keys and what stands under each; `makes` is what is made of them."""

    title: str
    meaning: str
    fields: tuple[AnyField, ...]
    exactly_one: tuple[str, ...] = ()  # of these keys
    at_most_one: tuple[str, ...] = ()
    short: str = ""  # the key that a bare value stands for
    wording: str = ""  # how to say that such a thing is wanted, where its keys would not help
    beside: tuple[str, ...] = ()  # keys that may be beside any one of `exactly_one`
    strangers: tuple[str, ...] = ()  # well-known names that do not exist here, however like a known one
    above: tuple[str, ...] = ()  # keys that belong one step further out, beside this whole
    alike: bool = False  # all keys mean the same, each for itself: weekdays, months
    makes: Callable[[Path], P_co] = Parsed  # type: ignore[assignment]  # where nobody asks for keys by name

    @property
    def words(self) -> str:  # type: ignore[override]
        keys = [field.key for field in self.fields if field.required] + list(self.exactly_one[:1])
        example = ", ".join(f"{key}: ..." for key in keys or [field.key for field in self.fields[:2]])
        return self.wording or f"{{{example}}}"

    def field_of(self, key: str) -> AnyField | None:
        """The field of that key."""
        return next((field for field in self.fields if field.key == key), None)

    def parts(self) -> tuple[AnyKind, ...]:
        return tuple(field.kind for field in self.fields)

    def inside(self, key: str) -> AnyKind | None:
        found = self.field_of(key)
        return found.kind if found else None

    def expand(self, node: Node) -> Node:
        if self.short and isinstance(node, Text) and node.text:
            return Table({self.short: Entry(node.mark, node, implied=True)}, node.mark)
        return _expanded(self, node)

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        if not isinstance(node, Table):
            return refuse_shape(self, node, path, reading)
        meant = self._refuse_unknown(node, path, reading)
        spec = self.makes(path)
        for one in self.fields:
            spec[one.key] = self._read_field(one, node, path, reading, missed=one.key not in meant)
        self._check_choice(node, spec, reading, meant)
        return spec

    def _refuse_unknown(self, node: Table, path: Path, reading: Reading) -> set[str]:
        """Refuse the keys that do not exist; gives those that were probably meant, so that nobody misses them too."""
        keys = [field.key for field in self.fields]
        if BY in node.entries and BY not in keys:
            where = "; write `then: {by: ...}`, with all routes for each level" if self.title == "route" else ""
            reading.refuse(node.entries[BY].mark, (*path, BY), f"means nothing here: this depends on no trait{where}")
            return set(keys)
        unknown = [key for key in node.entries if key not in keys]
        for key in unknown:
            reading.refuse(node.entries[key].mark, (*path, key), self._why_unknown(key, keys))
        if unknown and {*self.exactly_one, *self.beside} == set(keys):
            return set(keys)  # every key is one of several kinds, and the message has listed them
        return set(keys) if node.partial else {_meant_by(key, keys) for key in unknown}

    def _why_unknown(self, key: str, keys: list[str]) -> str:
        """The end of a sentence about a key that does not exist."""
        split = SPLIT.fullmatch(key)
        if ":" in key:
            return "is not known; write a space after its colon"
        if split is not None and split[1] in keys:
            return f"is not known; write {quoted(f'{split[1]}: {split[2]}')}"
        if key in self.above:
            return f"is one bracket too far in; write it beside {quoted(self.title)}: `{{{self.title}: {{...}}, {key}: ...}}`"
        if key in self.strangers:
            return f"is not known; there are {listed(self.exactly_one or keys, 'and')}"
        return f"is not known{did_you_mean(key, keys)}"

    def _read_field(self, field: AnyField, node: Table, path: Path, reading: Reading, missed: bool) -> Any:
        entry = node.entries.get(field.key)
        if entry is not None:
            return field.kind.read(entry.value, path if entry.implied else (*path, field.key), reading)
        if field.required:
            if missed:
                reading.refuse(node.mark, path, f"needs `{field.key}`: {field.meaning}")
            return UNREADABLE
        return None if field.default is None else field.kind.read(default_node(field), (*path, field.key), reading)

    def _check_choice(self, node: Table, spec: Parsed, reading: Reading, meant: set[str]) -> None:
        rivals = self.exactly_one or self.at_most_one
        written = [key for key in node.entries if key in rivals]
        if len(written) > 1:
            what = f"says {listed(written, 'and')}; keep one of them"
            reading.refuse(node.entries[written[1]].mark, spec.path, what)
        elif written or not self.exactly_one:
            return
        elif meant.isdisjoint(rivals):
            reading.refuse(node.mark, spec.path, f"needs {'one of ' * (len(rivals) > 2)}{listed(rivals)}")
        spec.update(dict.fromkeys(rivals, UNREADABLE))

    def schema(self) -> Schema:
        """A reference to the definition that `keys_page.py` makes from the fields."""
        reference = {"$ref": f"#/$defs/{self.title.replace(' ', '_')}"}
        short = self.inside(self.short)
        return {"anyOf": [reference, short.schema()]} if short else reference


AnyRecord: TypeAlias = Record[Any]


class Spec(Parsed):
    """Something with known keys as it was read. A subclass names each key, with its type, in one line of the table of keys.

    `class TaperSpec(Spec, title="taper"): to = must(SHARE, "...")` makes the reader, the schema and the page of `taper`, and
    gives `taper.to` as a share. Its docstring is the meaning. None is what was not written, UNREADABLE what could not be read.
    """

    record: ClassVar[Record[Any]]

    def __init_subclass__(cls, *, title: str, **more: Any) -> None:
        fields = tuple(one for one in vars(cls).values() if isinstance(one, Field))
        cls.record = Record(title, (cls.__doc__ or "").strip().removesuffix("."), fields, makes=cls, **more)


S = TypeVar("S", bound=Spec)


def keys_of(spec: type[S]) -> Record[S]:
    """The keys of something as a kind of value."""
    return spec.record


@dataclass(frozen=True)
class Names(Kind[Named[T_co]], Generic[T_co]):
    """Names that the planner chooses (or has chosen elsewhere) and what stands under each."""

    value: Kind[T_co]
    declares: str = ""  # these names are new services, steps, ...
    refers: str = ""  # or they are names declared elsewhere
    reserved: tuple[str, ...] = ()
    least: int = 0
    from_list: bool = False  # `[one, {other: {...}}]` may be written for `{one: {}, other: {...}}`

    @property
    def words(self) -> str:  # type: ignore[override]
        what = self.declares or self.refers or "name"
        return f"a list of {what}s" if self.from_list else f"one or more {what}s, each with what belongs to it"

    def parts(self) -> tuple[AnyKind, ...]:
        return (self.value,)

    def inside(self, key: str) -> AnyKind | None:
        return self.value

    def expand(self, node: Node) -> Node:
        return _expanded(self, _named_list(node) if self.from_list and isinstance(node, Rows) else node)

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        if self.from_list and isinstance(node, Rows):
            return reading.refuse(node.mark, path, "must list names, each once: `[one, {other: {share: 55%}}]`")
        if not isinstance(node, Table):
            return refuse_shape(self, node, path, reading)
        if not self.least <= len(node.entries) <= MOST_NAMES:
            wrong = "is empty; name at least one" if not node.entries else f"holds more than {MOST_NAMES} names"
            return reading.refuse(node.mark, path, wrong)
        spec: Named[T_co] = Named(path)
        for key, entry in node.entries.items():
            if key in self.reserved:
                what = f"is a reserved name ({listed(self.reserved, 'and')}); choose another"
                spec[key] = reading.refuse(entry.mark, (*path, key), what)
                continue
            self._check_name(key, entry.mark, (*path, key), reading)
            spec[key] = self.value.read(entry.value, (*path, key), reading)
        return spec

    def _check_name(self, key: str, mark: Mark, path: Path, reading: Reading) -> None:
        if self.refers:
            reading.references.append(Reference(self.refers, key, path, mark, is_key=True))
        else:
            try:
                name(key)
            except ValueError as error:
                reading.refuse(mark, path[:-1], str(error))

    def schema(self) -> Schema:
        named = {"type": "object", "additionalProperties": self.value.schema()}
        if not self.from_list:
            return named
        item = {"anyOf": [{"type": "string"}, {**named, "minProperties": 1, "maxProperties": 1}]}
        return {"anyOf": [{"type": "array", "items": item}, named]}


@dataclass(frozen=True)
class Paths(Names[T_co]):
    """Dotted paths, or several joined by |, and what stands under each; whether they exist is checked elsewhere."""

    def _check_name(self, key: str, mark: Mark, path: Path, reading: Reading) -> None:
        pass


@dataclass(frozen=True)
class Listing(Kind[list[T_co]], Generic[T_co]):
    """A list."""

    item: Kind[T_co]
    least: int = 0
    what: str = "values"
    most: int = MOST_ROWS

    @property
    def words(self) -> str:  # type: ignore[override]
        return f"a list of {self._number}{self.what}"

    @property
    def _number(self) -> str:
        """How many there have to be, where that is fixed."""
        return f"{self.least} " if self.least == self.most else ""

    def parts(self) -> tuple[AnyKind, ...]:
        return (self.item,)

    def inside(self, key: str) -> AnyKind | None:
        return self.item if key.isdigit() else None

    def expand(self, node: Node) -> Node:
        return _expanded(self, node)

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        if not isinstance(node, Rows):
            return refuse_shape(self, node, path, reading)
        if not node.items and self.least:
            return reading.refuse(node.mark, path, "is an empty list; write what belongs in it, or delete the line")
        if not self.least <= len(node.items) <= self.most:
            return reading.refuse(node.mark, path, self._wrong_number(len(node.items)))
        return [self.item.read(item, (*path, str(number)), reading) for number, item in enumerate(node.items, 1)]

    def _wrong_number(self, written: int) -> str:
        if self._number:
            return f"needs {self._number}{self.what}, not {written:,}"
        return (
            f"needs at least {self.least} {self.what}"
            if written < self.least
            else f"has over {self.most:,} {self.what}"
        )

    def schema(self) -> Schema:
        most = {} if self.most == MOST_ROWS else {"maxItems": self.most}
        return {"type": "array", "items": self.item.schema(), "minItems": self.least, **most}


@dataclass(frozen=True)
class Either(Kind[T_co]):
    """A bare value, or something with keys, or a list: what was written decides how it is read. `either` makes it."""

    words: str
    bare: AnyKind
    table: AnyKind | None = None
    rows: AnyKind | None = None

    @property
    def is_one_value(self) -> bool:
        """Whether it is one value, however it is written, or things with names and keys of their own: routes."""
        return not (isinstance(self.table, Names) and isinstance(self.table.value, Record))

    def parts(self) -> tuple[AnyKind, ...]:
        others = (kind for kind in (self.table, self.rows) if kind is not None and kind is not self.bare)
        return (self.bare, *others)

    def resolved(self, node: Node) -> AnyKind:
        if isinstance(node, Table) and self.table is not None:
            return self.table
        if isinstance(node, Rows) and self.rows is not None:
            return self.rows
        return self.bare

    def inside(self, key: str) -> AnyKind | None:
        kind = self.rows if key.isdigit() else self.table
        return kind.inside(key) if kind else None

    def expand(self, node: Node) -> Node:
        return self.resolved(node).expand(node)

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        return self.resolved(node).read(node, path, reading)

    def schema(self) -> Schema:
        return {"anyOf": [kind.schema() for kind in self.parts()]}


@overload
def either(words: str, bare: Kind[A], table: Kind[B]) -> Either[A | B]: ...


@overload
def either(words: str, bare: Kind[A], table: Kind[B], rows: Kind[C]) -> Either[A | B | C]: ...


@overload
def either(words: str, bare: Kind[A], *, rows: Kind[C]) -> Either[A | C]: ...


def either(words: str, bare: AnyKind, table: AnyKind | None = None, rows: AnyKind | None = None) -> Either[Any]:
    """What may be written in several ways."""
    return Either(words, bare, table, rows)


def _meant_by(key: str, keys: list[str]) -> str:
    """The key that an unknown one was probably meant as; empty if none."""
    split = SPLIT.fullmatch(key)
    return closest(key.partition(":")[0] if split is None else split[1], keys) or ""


def default_node(field: AnyField) -> Node:
    """What is there although nobody wrote it."""
    mark = Mark(file=DEFAULT)
    bare = Table({}, mark) if field.default == "{}" else Text(field.default or "", mark)
    return field.kind.expand(bare)


def _expanded(kind: AnyKind, node: Node) -> Node:
    """A container with the short forms of everything in it written out."""
    if isinstance(node, Rows):
        return Rows(
            tuple(_expand_under(kind, str(number), item) for number, item in enumerate(node.items, 1)), node.mark
        )
    if isinstance(node, Table):
        written_out = {
            key: Entry(entry.mark, _expand_under(kind, key, entry.value), entry.implied)
            for key, entry in node.entries.items()
        }
        return replace(node, entries=written_out)
    return node


def _expand_under(kind: AnyKind, key: str, node: Node) -> Node:
    inside = kind.inside(key)
    return inside.expand(node) if inside else node


def _named_list(rows: Rows) -> Node:
    """`[one, {other: {...}}]` as a table; left as it is where it cannot be one, for the reader to refuse."""
    entries: dict[str, Entry] = {}
    for item in rows.items:
        named = {item.text: Entry(item.mark, Table({}, item.mark))} if isinstance(item, Text) else {}
        if isinstance(item, Table):
            named = item.entries
        if len(named) != 1 or not named.keys().isdisjoint(entries):
            return rows
        entries |= named
    return Table(entries, rows.mark)


def refuse_shape(kind: AnyKind, node: Node, path: Path, reading: Reading) -> Any:
    """Refuse what is no such thing: what it is, and what it must be."""
    if isinstance(node, Gap):
        return UNREADABLE
    found = {Rows: "is a list", Table: "has keys of its own"}.get(type(node), "")
    if isinstance(node, Text):
        found = f"is {quoted(node.text)}" if node.text else "has no value"
    cure = f"it must be {kind.words}"
    if isinstance(node, Text) and KEY_WITHOUT_SPACE.match(node.text):
        cure = "write a space after its colon"
    return reading.refuse(node.mark, path, f"{found}; {cure}")
