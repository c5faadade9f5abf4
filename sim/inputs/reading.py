"""What was read from a scenario's nodes, before it becomes nouns: values by key, the names that were used, the problems.

Reading never stops at a problem: what cannot be read becomes UNREADABLE, which later checks leave alone, so that one
slip gives one message.
What may be changed here: rarely anything; `kinds.py` fills these and `checks.py` looks at them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sim.inputs.files import Files
from sim.inputs.problems import Mark, Path, Problems


class Unreadable:
    """What could not be read: it holds nothing and is not true, but neither is it None."""

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())


UNREADABLE: Any = Unreadable()


class Said(dict[str, Any]):
    """What a planner said in one place: values by key (None where nothing was said), and the path to them."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path


BY, ELSE = "by", "else"  # `{by: trait, level: value, else: value}`


@dataclass(slots=True, eq=False)
class ByLevel:
    """One value for each level of a trait; `else` stands for the levels that are not named."""

    path: Path
    trait: Any  # its name, or UNREADABLE
    values: dict[str, Any]

    def at(self, level: str) -> Any:
        """The value of a level; UNREADABLE where there is none, which a check has told."""
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


def each(said: Any) -> Iterator[tuple[str, Said]]:
    """The readable things under names, with their names; nothing where there are none."""
    if isinstance(said, Said):
        for key, value in said.items():
            if isinstance(value, Said):
                yield key, value


def dated_routes_of(then: Any) -> list[tuple[date | None, Said]]:
    """What can be read of `then`: routes that hold all along, or those from dates on, the earliest first."""
    if isinstance(then, Said):
        return [(None, then)]
    dated = [one for one in then or () if isinstance(one, Said) and isinstance(one["from"], date)]
    return [
        (one["from"], one["routes"])
        for one in sorted(dated, key=lambda one: one["from"])
        if isinstance(one["routes"], Said)
    ]
