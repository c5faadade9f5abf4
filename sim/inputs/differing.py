"""What two scenarios do not share, value by value; a value that is written in another shape is one difference.

What may be changed here: how a value of several parts is put into words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from sim.inputs.containers import Either, Record
from sim.inputs.durations import Duration
from sim.inputs.fields import SCENARIO
from sim.inputs.kinds import DEFAULT, Kind
from sim.inputs.layers import OWN_KEYS
from sim.inputs.problems import Path
from sim.inputs.reading import BY
from sim.inputs.scenario import Scenario, Value
from sim.inputs.tree import kind_at

Values: TypeAlias = Mapping[str, Value]
Differing: TypeAlias = tuple[str, Value | None, Value | None]


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


def _kind_at(path: Path, ours: Values, theirs: Values) -> Kind | None:
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
    """All that is written at some paths as one value, told from a path above them; None where nothing is."""
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
