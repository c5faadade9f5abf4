"""One number of a scenario that something else moves: which paths hold one, how it is written, and what to set so that an assumption lies at one of its ends.

An end is a value as after --set, or `x0.8` (so many times the value in force; a distribution or dated amounts as a
whole), or `rest` (a share that takes what the others leave). Shares of a list that no line names keep what they have to
each other and make up 100%.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from sim.inputs.by_level import TRAIT
from sim.inputs.containers import Either, Names
from sim.inputs.durations import Duration
from sim.inputs.field_types import AnyKind, Scalar
from sim.inputs.fields import SCENARIO
from sim.inputs.idioms import SUMMED_SHARE
from sim.inputs.nodes import Table
from sim.inputs.problems import Mark, Path, did_you_mean, quoted
from sim.inputs.reading import BY
from sim.inputs.scalars import DATE, FILE
from sim.inputs.shares import TOLERANCE, percent
from sim.inputs.tree import kind_at
from sim.inputs.values import decimal, share

REST = "rest"
TIMES = re.compile(r"[xX\u00d7] ?(\d+(\.\d+)?)", re.ASCII)
WRITTEN_NUMBER = re.compile(r"\d+(,\d{3})*(\.\d+)?", re.ASCII)
WHOLE = "a whole number"
DIGITS = 12
SHARE_STEP = Decimal("1e-12")

Texts = Mapping[str, str]  # values in force, as written, by path


def factor_of(end: str) -> Decimal | None:
    """The 0.8 of `x0.8`; None for a value of its own."""
    found = TIMES.fullmatch(end.strip())
    return Decimal(found[1]) if found else None


def has(values: Texts, path: str) -> bool:
    """Is there a value at a path, or inside it?"""
    return any(known == path or known.startswith(f"{path}.") for known in values)


def sets_at(values: Texts, paths: Sequence[str], ends: Sequence[str]) -> dict[str, str]:
    """What to set, by path, in a scenario with these values; ValueError says why it cannot be done.

    Paths that the scenario does not have are left out.
    """
    mine = [(path, end) for path, end in zip(paths, ends, strict=True) if has(values, path)]
    found: dict[str, str] = {}
    for path, end in mine:
        factor = factor_of(end)
        if factor is not None:
            found |= _scaled(values, path, factor)
        elif end != REST:
            found[_named(values, path)] = end
    rests = [_named(values, path) for path, end in mine if end == REST]
    lists = {_list_of(values, path): None for path in (*found, *rests)}
    for one in lists:
        if one is not None:
            found |= _made_up(values, one, found, [path for path in rests if _list_of(values, path) == one])
    stray = [path for path in rests if _list_of(values, path) is None]
    if stray:
        raise ValueError(f"{quoted(stray[0])} is `{REST}`, and no share of a list that adds up to 100%")
    return found


def single_value(values: Texts, path: str) -> tuple[str, str] | None:
    """The text of the one value at a path, and in words what it must be; None where several are there, or none."""
    named = _named(values, path)
    kind = _kind(values, named)
    return (values[named], kind.words) if named in values and isinstance(kind, Scalar) else None


def stated_at(values: Texts, path: str) -> str | None:
    """What is in force at a path: its text, `x1` where several values or a factor of 1 are there, None where there is none."""
    named = _named(values, path)
    if path.endswith(".stay_times") and values.get(path) == "1":
        return "x1"
    return values[named] if named in values else "x1" if has(values, path) else None


def _named(values: Texts, path: str) -> str:
    """The path under which a value is listed that is written in short: `then.home` for `then.home.share`."""
    return f"{path}.share" if f"{path}.share" in values and _is_route(values, path) else path


# -- so many times the value in force ----------------------------------------------------------------------


def _scaled(values: Texts, path: str, factor: Decimal) -> dict[str, str]:
    named = _named(values, path)
    inside = [one for one in values if one.startswith(f"{path}.")] if _may_scale(values, path) else []
    parts = [named] if named in values else inside
    found = {part: text for part in parts for text in _times(values[part], _kind(values, part), factor)}
    if not found:
        raise ValueError(f"{quoted(path)} holds no number that can be multiplied")
    return found


def _may_scale(values: Texts, path: str) -> bool:
    """A distribution or a part of one, or amounts from dates on; a section holds too much that is no amount."""
    parts = _path(path)
    kinds = [_kind_at(values, parts[:length]) for length in range(1, len(parts) + 1)]
    is_dated = isinstance(kinds[-1], Either) and kinds[-1].is_one_value
    return is_dated or any(isinstance(kind, Duration) for kind in kinds)


def _times(text: str, kind: AnyKind | None, factor: Decimal) -> Iterator[str]:
    """The text with its numbers multiplied; nothing for a date or the name of a trait."""
    if kind is DATE or kind is TRAIT:
        return
    if not WRITTEN_NUMBER.search(text) or kind is FILE:
        raise ValueError(f"is {quoted(text)}, which cannot be multiplied")
    if text.endswith("%") or kind is SUMMED_SHARE:
        yield percent(_rounded(_share(text) * factor))
        return
    is_whole = isinstance(kind, Scalar) and kind.words.startswith(WHOLE)
    yield WRITTEN_NUMBER.sub(lambda found: _product(found.group(), factor, is_whole), text)


def _product(text: str, factor: Decimal, is_whole: bool) -> str:
    value = Decimal(text.replace(",", "")) * factor
    return f"{int(value + Decimal('0.5'))}" if is_whole else f"{_rounded(value).normalize():f}"


def _rounded(value: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = DIGITS
        return +value


# -- shares that add up to 100% ----------------------------------------------------------------------------

ListOfShares = tuple[str, str]  # what is before each name, and behind it


def _list_of(values: Texts, path: str) -> ListOfShares | None:
    """The list of shares in which the share at a path stands; None for any other value."""
    parts = _path(path)
    if ".".join((*parts[:-1], BY)) in values:  # a share for each level of a trait: each for itself
        return None
    if path.endswith(".share") and _is_route(values, path.removesuffix(".share")):
        return ".".join(parts[:-2]) + ".", ".share"
    names = _with_keys(_kind_at(values, parts[:-1])) if len(parts) > 1 else None
    return (".".join(parts[:-1]) + ".", "") if isinstance(names, Names) and names.value is SUMMED_SHARE else None


def _made_up(values: Texts, of: ListOfShares, moved: Texts, rests: Sequence[str]) -> dict[str, str]:
    """The other shares of a list, so that all add up to 100%: `rest` takes what is left, else all that are not moved, in proportion."""
    start, end = of
    listed = [path for path in values if path.startswith(start) and path.endswith(end)]
    members = {
        path: _share(moved.get(path, values[path]))
        for path in listed
        if "." not in path[len(start) : len(path) - len(end)]
    }
    left = 1 - sum((part for path, part in members.items() if path in moved), Decimal(0))
    others = {path: part for path, part in members.items() if path not in moved}
    rests = rests or (list(others) if len(others) == 1 else [])
    if len(rests) == 1:
        (rest,) = rests
        others.pop(rest)
        return {rest: percent(_not_below_0(left - sum(others.values(), Decimal(0)), start))}
    if rests:
        raise ValueError(f"`{REST}` stands for two shares of {quoted(start.rstrip('.'))}; write it for one")
    total = sum(others.values(), Decimal(0))
    if abs(total - left) <= TOLERANCE:
        return {}
    if not total:
        raise ValueError(
            f"the shares of {quoted(start.rstrip('.'))} that are not named here are 0%, so nothing can make up 100%"
        )
    return _in_proportion(others, _not_below_0(left, start))


def _in_proportion(others: Mapping[str, Decimal], left: Decimal) -> dict[str, str]:
    total = sum(others.values(), Decimal(0))
    found = {path: (part * left / total).quantize(SHARE_STEP) for path, part in others.items() if part}
    largest = max(found, key=lambda path: found[path])
    found[largest] += left - sum(found.values(), Decimal(0))
    return {path: percent(part) for path, part in found.items()}


def _not_below_0(left: Decimal, start: str) -> Decimal:
    if left < 0:
        raise ValueError(
            f"the shares of {quoted(start.rstrip('.'))} would add up to {percent(1 - left)}, more than 100%"
        )
    return left


def _share(text: str) -> Decimal:
    return share(text, one_is_all=True)


# -- kinds -------------------------------------------------------------------------------------------------


def _is_route(values: Texts, path: str) -> bool:
    """Does a path lead to a route of a visit?"""
    parts = _path(path)
    above = _with_keys(_kind_at(values, parts[:-1])) if len(parts) > 1 else None
    return isinstance(above, Names) and above.refers == "destination"


def _kind(values: Texts, path: str) -> AnyKind | None:
    """The kind of the bare value at a path."""
    found = _kind_at(values, _path(path))
    return getattr(found, "bare", found)


def _kind_at(values: Texts, path: Path) -> AnyKind | None:
    """The kind of value at a path, as it is where it depends on no trait."""
    found = kind_at(SCENARIO, path, lambda above: ".".join((*above, BY)) in values)
    return found.plain() if found else None


def _with_keys(kind: AnyKind | None) -> AnyKind | None:
    """A kind as it is where keys are written under it."""
    return None if kind is None else kind.resolved(Table({}, Mark(file="")))


def _path(text: str) -> Path:
    return tuple(text.split("."))


SHARE, NUMBER, HOURS, FACTOR = "share", "number", "hours", "factor"
FORMS = {WHOLE: WHOLE, "a share": SHARE, "a number": NUMBER, "hours a week": HOURS, "an amount": NUMBER}  # by words
LEAST_STEPS = {WHOLE: Decimal(1), HOURS: Decimal("0.1")}  # whole minutes
STEPS = 500  # at least so many between the ends, but for whole numbers
NOT_THE_SCENARIO = ("calendar", "replications", "seed")  # they say how it is run


@dataclass(frozen=True, slots=True)
class Part:
    """One path that a setting moves, from its value at the low end to that at the high end."""

    path: str
    form: str  # WHOLE, SHARE, NUMBER, HOURS, FACTOR or REST
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    @property
    def step(self) -> Decimal:
        """The least difference between two values."""
        fine = Decimal(1).scaleb((abs(self.high - self.low) / STEPS).adjusted())
        return LEAST_STEPS[WHOLE] if self.form == WHOLE else max(fine, LEAST_STEPS.get(self.form, fine))

    def at(self, position: float) -> Decimal:
        """The value at a position, rounded to a step."""
        exact = self.low + (self.high - self.low) * Decimal(min(max(position, 0.0), 1.0))
        low, high = min(self.low, self.high), max(self.low, self.high)
        return min(max((exact / self.step).to_integral_value() * self.step, low), high)

    def text(self, value: Decimal) -> str:
        """The value as a planner writes it."""
        if self.form == REST:
            return REST
        if self.form == SHARE:
            return percent(value)
        return f"{'x' if self.form == FACTOR else ''}{value.normalize():f}"


def part_of(path: str, low: str, high: str, values: Mapping[str, str]) -> Part:
    """A path with its two ends; ValueError with the end of a sentence where they are no numbers of one sort."""
    if path.partition(".")[0] in NOT_THE_SCENARIO:
        raise ValueError("says how the scenario is run, and is nothing to move")
    if not has(values, path):
        raise ValueError(f"is not in the scenario{did_you_mean(path, tuple(values))}")
    if REST in (low, high):
        if low != high:
            raise ValueError(f"is `{REST}` at one end only; write it for both")
        return Part(path, REST)
    is_factor = [factor_of(end) is not None for end in (low, high)]
    if single_value(values, path) is None:
        if not all(is_factor):
            raise ValueError(
                f"holds several values; write the path of one number{_such_as(path, values)}, or factors as in `x0.8`"
            )
        return Part(path, FACTOR, *(_factor(end) for end in (low, high)))
    form = _form(path, values)
    return Part(path, form, *(_end(path, form, end, values) for end in (low, high)))


def _such_as(path: str, values: Mapping[str, str]) -> str:
    """As in ", such as `services.unit.beds.1.beds`": the first number inside a path; nothing where there is none."""
    for inside in values:
        single = single_value(values, inside) if inside.startswith(f"{path}.") else None
        if single is not None and any(single[1].startswith(start) for start in FORMS):
            return f", such as {quoted(inside)}"
    return ""


def _form(path: str, values: Mapping[str, str]) -> str:
    single = single_value(values, path)
    assert single is not None
    text, words = single
    form = next((form for start, form in FORMS.items() if words.startswith(start)), None)
    if form is None:
        raise ValueError(f"is {quoted(text)}, and no number: only numbers can be moved")
    _number(text, form)
    return form


def _end(path: str, form: str, end: str, values: Mapping[str, str]) -> Decimal:
    if factor_of(end) is not None:
        single = single_value(values, path)
        assert single is not None
        times = _number(single[0], form) * _factor(end)
        return times.to_integral_value(ROUND_HALF_UP) if form == WHOLE else times
    found = _number(end, form)
    if form == WHOLE and found != found.to_integral_value():
        raise ValueError(f"is {end}, not a whole number")
    return found


def _number(text: str, form: str) -> Decimal:
    if form == SHARE:
        return share(text, one_is_all=True)
    return decimal(text.removeprefix("£").lstrip(), "a number")


def _factor(end: str) -> Decimal:
    found = factor_of(end)
    assert found is not None
    return found


def stated_number(first: Part, values: Mapping[str, str]) -> Decimal:
    """What the scenario says at a path; 1 where it is moved by factors."""
    single = single_value(values, first.path)
    return Decimal(1) if single is None else _number(single[0], first.form)
