"""What a program gives to the verbs for researchers; ValueError says in plain words what it should be."""

from collections.abc import Iterable, Mapping
from math import isfinite

import numpy as np


def whole(name: str, value: object) -> None:
    """A whole number of one or more."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number, 1 or more, not {value!r}")


def number(name: str, value: object, like: str) -> None:
    """A number that is not written as text."""
    if not isinstance(value, int | float | np.number) or isinstance(value, bool) or not isfinite(value):
        raise ValueError(f"{name} must be a number, as in {like}, not {value!r}")


def amount(name: str, value: object, like: str) -> None:
    """A number of 0 or more."""
    number(name, value, like)
    if value < 0:  # type: ignore[operator]
        raise ValueError(f"{name} must be 0 or more, as in {like}, not {value!r}")


def text(name: str, value: object, like: str) -> None:
    """A text that says something."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, as in {like!r}, not {value!r}")


def changes(sets: object) -> tuple[str, ...]:
    """The changes of a list, each as after --set."""
    if isinstance(sets, str):
        raise ValueError(f"sets is a list of changes: sets=[{sets!r}]")
    if isinstance(sets, Mapping) or not isinstance(sets, Iterable):
        raise ValueError(f"sets is a list of changes, as in sets=['services.unit.beds=30'], not {sets!r}")
    found = tuple(sets)
    for one in found:
        text("a change in sets", one, "services.unit.beds=30")
    return found


def table(name: str, value: object, like: str) -> None:
    """A dictionary with something in it, a path for each entry."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{name} is a dictionary by path, as in {like}, not {value!r}")
    for path in value:
        text(f"a path in {name}", path, "services.unit.beds")
