"""What was read from a scenario's nodes, before it becomes nouns: values by key, the names that were used, the problems.

Reading never stops at a problem: what cannot be read becomes UNREADABLE, which later checks leave alone, so that one
mistake gives one message.
What may be changed here: rarely anything; `field_types.py` fills these and `checks.py` looks at them.
"""

from collections.abc import ItemsView, Iterator, ValuesView
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeGuard, TypeVar

from sim.inputs.files import Files
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
