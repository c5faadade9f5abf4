"""One number of a scenario that something else moves: which paths hold one, how it is written, and what to set.

An assumption lies at one of its ends. An end is a value as after --set, or `x0.8` (so many times the value in force; a
distribution or dated amounts as a whole), or `rest` (a share that takes what the others leave). Shares of a list that no line
names keep what they have to each other and make up 100%.

Settings may go through several values, typed on the command line or in a scenario's `sweep:`. A value is a number, a
percentage, an amount of money, or `x1.2`: so many times the value in force. Paths that move together are joined by |, and so are
their values where each has its own. A comma always is between two values.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from sim.inputs.by_level import TRAIT, kind_at, with_keys
from sim.inputs.durations import FIXED, Duration
from sim.inputs.field_types import BY, DATE, FILE, AnyKind, Either, Names, Scalar
from sim.inputs.fields import SCENARIO
from sim.inputs.nodes import Entry, Rows, Table, Text
from sim.inputs.problems import Mark, Path, Problems, did_you_mean, quoted
from sim.inputs.rota import SUMMED_SHARE
from sim.inputs.scenario import Swept, Value
from sim.inputs.values import TOLERANCE, decimal, percent, share

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


def has(values: Iterable[str], path: str) -> bool:
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
            named = _named(values, path)
            found[path if named.endswith(".fixed") and not WRITTEN_NUMBER.fullmatch(end) else named] = end
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
    """The path under which a value is listed that is written in short: `then.home` for `then.home.share`, `stay_days` for `stay_days.fixed`."""
    share, fixed = f"{path}.share", f"{path}.fixed"
    if share in values and _is_route(values, path):
        return share
    return fixed if fixed in values and _kind(values, fixed) is FIXED else path


# -- so many times the value in force ----------------------------------------------------------------------


def _scaled(values: Texts, path: str, factor: Decimal) -> dict[str, str]:
    named = _named(values, path)
    inside = [value for value in values if value.startswith(f"{path}.")] if _may_scale(values, path) else []
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
    names = with_keys(_kind_at(values, parts[:-1])) if len(parts) > 1 else None
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
    above = with_keys(_kind_at(values, parts[:-1])) if len(parts) > 1 else None
    return isinstance(above, Names) and above.refers == "destination"


def _kind(values: Texts, path: str) -> AnyKind | None:
    """The kind of the bare value at a path."""
    found = _kind_at(values, _path(path))
    return getattr(found, "bare", found)


def _kind_at(values: Texts, path: Path) -> AnyKind | None:
    """The kind of value at a path, as it is where it depends on no trait."""
    found = kind_at(SCENARIO, path, lambda above: ".".join((*above, BY)) in values)
    return found.plain() if found else None


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


# -- values to go through ----------------------------------------------------------------------------------------------


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
        low, high, width = (_number_of(part) for part in (self.low, self.high, step))
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


def _number_of(text: str) -> tuple[str, Decimal]:
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
