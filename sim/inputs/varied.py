"""Settings that go through several values: typed on the command line or in a scenario's `sweep:`, and what each value is in the scenario.

A value is a number, a percentage, an amount of money, or `x1.2`: so many times the value in force. Paths that move together
are joined by |, and so are their values where each has its own. A comma always is between two values.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.inputs.nodes import Entry, Rows, Table, Text
from sim.inputs.part import FACTOR, REST, SHARE, WHOLE, Part, factor_of, part_of, stated_at
from sim.inputs.problems import Mark, Problems, quoted
from sim.inputs.scenario import Swept, Value
from sim.inputs.values import decimal

WORDS = re.compile(r"([^=]+)=(.+)", re.DOTALL)
FROM_TO = re.compile(r"(.+?)\.\.(.+?)(?::(.+))?", re.DOTALL)
HOW = "write PATH=FROM..TO:STEP or PATH=a,b,c, such as services.hospital.beds=290..320:5"
MOST_VALUES = 10_000
TYPED_NUMBER, TYPED_SHARE, TYPED_MONEY, TYPED_FACTOR = "number", "percentage", "amount of money", "factor"


@dataclass(frozen=True, slots=True)
class Typed:
    """A setting as it was typed: its paths, and either values or two ends and a step."""

    text: str  # without what stands around it on the command line, so that it can be typed again
    paths: tuple[str, ...]
    mark: Mark
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    step: str = ""

    @property
    def is_range(self) -> bool:
        """Whether it goes from one value to another."""
        return bool(self.low)

    def stepped(self, step: str) -> tuple[str, ...]:
        """Every value from the low to the high end; ValueError where there is none, or no number."""
        low, high, width = (_number(part) for part in (self.low, self.high, step))
        kinds = [kind for kind, _ in (low, high, width)]
        if kinds[2] == TYPED_NUMBER and kinds[0] == kinds[1] in (TYPED_FACTOR, TYPED_MONEY):
            kinds[2] = kinds[0]
        if len(set(kinds)) > 1:
            raise ValueError(
                f"goes from a {kinds[0]} to a {kinds[1]} in steps of a {kinds[2]}; write all three the same way"
            )
        return tuple(_written(kinds[0], value) for value in _steps(low[1], high[1], width[1]))


def typed_setting(text: str, around: str, problems: Problems) -> Typed | None:
    """A setting from the command line; None after noting why it is none. `around` is the option, for messages."""
    mark = Mark(file=f"{around} {text}")
    found = WORDS.fullmatch(text.strip())
    if found is None:
        problems.add(mark, f"is no setting; {HOW}")
        return None
    return setting_at(found[1], found[2], mark, problems)


def setting_at(path: str, value: str, mark: Mark, problems: Problems) -> Typed | None:
    """A setting from its path and what it goes through; None after noting why it is none."""
    paths = tuple(part.strip() for part in path.split("|"))
    text = f"{'|'.join(paths)}={value.strip()}"
    if not all(paths):
        problems.add(mark, f"names no path before or behind a |; {HOW}")
        return None
    found = FROM_TO.fullmatch(value.strip())
    if found:
        low, high, step = ((part or "").strip() for part in found.groups())
        return Typed(text, paths, mark, low=low, high=high, step=step)
    values = tuple(part.strip() for part in value.split(","))
    if not all(values):
        problems.add(mark, f"has an empty value; {HOW}")
        return None
    wrong = next((one for one in values if len(each(one)) not in (1, len(paths))), None)
    if wrong is not None:
        problems.add(mark, f"{quoted(wrong)} holds {len(each(wrong))} values for {len(paths)} paths")
        return None
    return Typed(text, paths, mark, values)


def each(value: str) -> tuple[str, ...]:
    """The values of paths that move together."""
    return tuple(part.strip() for part in value.split("|"))


def _number(text: str) -> tuple[str, Decimal]:
    factor = factor_of(text)
    if factor is not None:
        return TYPED_FACTOR, factor
    if text.endswith("%"):
        return TYPED_SHARE, decimal(text.removesuffix("%").rstrip(), "a percentage", text)
    if text.startswith("£"):
        return TYPED_MONEY, decimal(text.removeprefix("£").lstrip(), "an amount of money", text)
    return TYPED_NUMBER, decimal(text, "a number")


def _written(kind: str, value: Decimal) -> str:
    text = f"{value.normalize():f}"
    return {TYPED_FACTOR: f"x{text}", TYPED_SHARE: f"{text}%"}.get(kind, text)


def _steps(low: Decimal, high: Decimal, step: Decimal) -> Iterator[Decimal]:
    if step <= 0:
        raise ValueError(f"has a step of {step}; a step is more than 0")
    if low > high:
        raise ValueError(f"is empty: {low} is above {high}; write the lower one first")
    count = int((high - low) / step) + 1
    if count > MOST_VALUES:
        raise ValueError(f"has {count:,} values; {MOST_VALUES:,} are the most, so take a wider step")
    return (low + number * step for number in range(count))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its paths, and for each of its values the number and what each path is set to."""

    of: Typed
    part: Part  # of the first path, for words
    numbers: tuple[Decimal, ...]  # of the first path, or factors of it; rising
    texts: tuple[tuple[str, ...], ...]
    stated: str | None  # what is in force at the first path; `x1` where several values are

    @property
    def path(self) -> str:
        """The path that it is called by."""
        return self.of.paths[0]

    def shown(self, number: int) -> str:
        """A value as a planner writes it."""
        return self.part.text(self.numbers[number])

    def value(self, number: int) -> int | float | str:
        """A value for tables: a share as a fraction, `x0.8` where it is a factor of several values."""
        exact = self.numbers[number]
        if self.part.form == FACTOR:
            return self.part.text(exact)
        return int(exact) if exact == exact.to_integral_value() and self.part.form != SHARE else float(exact)

    @property
    def stated_position(self) -> float | None:
        """Where what is in force lies on that axis; None where it is no number."""
        number = (self.stated or "").removeprefix("x").removeprefix("£").removesuffix("%").replace(",", "")
        try:
            return float(number) * (100 if self.part.form == SHARE and not (self.stated or "").endswith("%") else 1)
        except ValueError:
            return None

    def position(self, number: int) -> float:
        """A value on an axis: shares in percent."""
        return float(self.numbers[number] * (100 if self.part.form == SHARE else 1))


def varied(typed: Typed, values: Mapping[str, str], problems: Problems, *, fine: bool = False) -> Setting | None:
    """A setting with its values; None after noting what is wrong with them. `fine`: a range without a step has about 500."""
    try:
        texts = [_for_each(typed, text) for text in _texts_of(typed, values, fine=fine)]
        rows = sorted(((_parts(typed, one, values), one) for one in texts), key=lambda row: row[0].low)
        _check_distinct([part for part, _ in rows])
    except ValueError as error:
        problems.add(typed.mark, f"{quoted(typed.paths[0])} {error}")
        return None
    numbers, ordered = tuple(part.low for part, _ in rows), tuple(one for _, one in rows)
    return Setting(typed, rows[0][0], numbers, ordered, stated_at(values, typed.paths[0]))


def _texts_of(typed: Typed, values: Mapping[str, str], *, fine: bool) -> Sequence[str]:
    """The values as typed, or every one between two ends."""
    if not typed.is_range:
        return typed.values
    part = part_of(typed.paths[0], typed.low, typed.high, values)
    if typed.step:
        return typed.stepped(typed.step)
    if factor_of(typed.low) is None and (part.form == WHOLE or fine):
        step = part.step * 100 if typed.low.endswith("%") else part.step
        return typed.stepped(f"{step.normalize():f}" + ("%" if typed.low.endswith("%") else ""))
    raise ValueError(f"goes from {typed.low} to {typed.high}; write the step too, as in {typed.low}..{typed.high}:STEP")


def _for_each(typed: Typed, text: str) -> tuple[str, ...]:
    """A value for each path: its own, or the one of all."""
    found = each(text)
    return found * len(typed.paths) if len(found) == 1 else found


def _parts(typed: Typed, texts: tuple[str, ...], values: Mapping[str, str]) -> Part:
    """The first path with its value; ValueError where one of them is none."""
    first, *others = (part_of(path, text, text, values) for path, text in zip(typed.paths, texts, strict=True))
    for path, other in zip(typed.paths[1:], others, strict=True):
        if other.path != path:
            raise ValueError(f"moves {quoted(path)}, which is not in the scenario")
    if first.form == REST:
        raise ValueError(f"is `{REST}`; the first path is the one that moves")
    return first


def _check_distinct(parts: Sequence[Part]) -> None:
    """ValueError where two values are the same, or some are factors of several values and some are not."""
    for before, after in zip(parts, parts[1:], strict=False):
        if before.low == after.low:
            raise ValueError(f"takes {after.text(after.low)} twice; keep one")


KEY = "sweep"
MOST_SETTINGS = 2


def swept_in(tree: Table, values: Sequence[Value], problems: Problems) -> tuple[Swept, ...]:
    """The settings of the block, after noting what is wrong with them."""
    block = tree.entries.get(KEY)
    if block is None or not isinstance(block.value, Table):
        return ()
    entries = block.value.entries
    if len(entries) > MOST_SETTINGS:
        problems.add(block.mark, f"`{KEY}` varies one or two settings, not {len(entries)}")
    found = tuple(
        Swept(path=path, text=_text(entry), file=entry.mark.file, line=entry.mark.line)
        for path, entry in entries.items()
    )
    in_force = {value.path: value.text for value in values}
    for one in found:
        typed = typed_of(one, problems)
        if typed is not None:
            varied(typed, in_force, problems)
    return found


def typed_of(swept: Swept, problems: Problems) -> Typed | None:
    """The setting as if it had been typed, with its place in the file."""
    return setting_at(swept.path, swept.text, Mark(file=swept.file, line=swept.line, column=1), problems)


def _text(entry: Entry) -> str:
    node = entry.value
    if isinstance(node, Rows):
        return ",".join(item.text for item in node.items if isinstance(item, Text))
    return node.text if isinstance(node, Text) else ""
