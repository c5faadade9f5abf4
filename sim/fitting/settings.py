"""The settings that a fit may move: from where to where, and what to write at a position between.

A position is 0 at a setting's low end and 1 at its high end. Every position is rounded to a value that a person would
write, so that what is run is what is written: whole beds, shares and days to about a five-hundredth of the range.
What may be changed here: how fine the steps are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sim.inputs.ends import REST, WHOLE, factor_of, has, sets_at, single_value
from sim.inputs.loading import read_scenario
from sim.inputs.numerals import decimal
from sim.inputs.problems import Mark, Problems, ScenarioError, did_you_mean, quoted
from sim.inputs.ranges import Range
from sim.inputs.scenario import Scenario
from sim.inputs.shares import percent
from sim.inputs.values import share

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


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that the fit may move: its first path, and those that move with it."""

    of: Range
    parts: tuple[Part, ...]
    stated: Decimal  # what the scenario says at the first path

    @property
    def start(self) -> float:
        """The position of what the scenario says, or of the end next to it."""
        return min(max(self._position(self.stated), 0.0), 1.0)

    @property
    def is_outside(self) -> bool:
        """Whether what the scenario says lies outside the ends."""
        return not self.parts[0].low <= self.stated <= self.parts[0].high

    @property
    def step(self) -> float:
        """The least move."""
        return float(self.parts[0].step / self._width)

    @property
    def width(self) -> float:
        """From the low to the high end, in the first path's own unit."""
        return float(self._width)

    def value(self, position: float) -> Decimal:
        """The first path's value: what the scenario says where that is as near as can be written."""
        found = self.parts[0].at(position)
        return self.stated if not self.is_outside and abs(found - self.stated) < self.parts[0].step else found

    def rounded(self, position: float) -> float:
        """The position of the value that is written for one."""
        return self._position(self.value(position))

    def shown(self, value: Decimal) -> str:
        """A value of the first path in words."""
        return self.parts[0].text(value)

    def amount(self, part: float) -> str:
        """So much of the range, as a size without direction: 2.1 points, 3 beds or days."""
        size = abs(part) * self.width * (100 if self.parts[0].form == SHARE else 1)
        unit = {SHARE: " points", FACTOR: " times what it is"}.get(self.parts[0].form, "")
        return f"{size:.2g}{unit}" if size < 99.5 else f"{size:,.0f}{unit}"

    def ends(self, position: float) -> tuple[str, ...]:
        """What to set each path to, in the language of `sets_at`."""
        value = self.value(position)
        there = self._position(value)
        return tuple(part.text(part.at(there) if number else value) for number, part in enumerate(self.parts))

    def _position(self, value: Decimal) -> float:
        return float((value - self.parts[0].low) / self._width)

    @property
    def _width(self) -> Decimal:
        return self.parts[0].high - self.parts[0].low


@dataclass(frozen=True, slots=True)
class Question:
    """A file, and how it is read each time."""

    file: str
    typed: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None

    def read(self, moved: Mapping[str, str] = {}) -> Scenario:
        """The scenario with some values moved, which hold instead of what was typed for the same path."""
        typed = [one for one in self.typed if one.split("=", 1)[0].strip() not in moved]
        sets = (*typed, *(f"{path}={text}" for path, text in moved.items()))
        return read_scenario(self.file, sets, self.replications, self.seed)


class Settings:
    """All settings of a fit, and the scenario with each of them somewhere."""

    def __init__(self, question: Question, settings: Sequence[Setting], values: Mapping[str, str]) -> None:
        self.question = question
        self.all = tuple(settings)
        self._values = values

    def moved(self, positions: Iterable[float]) -> dict[str, str]:
        """What to set, by path, with each setting at its position; what is as stated is left out."""
        ends: dict[str, str] = {}
        for setting, position in zip(self.all, positions, strict=True):
            ends |= dict(zip((part.path for part in setting.parts), setting.ends(position), strict=True))
        found = sets_at(self._values, tuple(ends), tuple(ends.values()))
        return {path: text for path, text in found.items() if self._values.get(path) != text}

    def at_ends(self) -> list[Scenario]:
        """The scenario with all settings at their low, and at their high ends."""
        return [self.scenario([end] * len(self.all)) for end in (0.0, 1.0)]

    def scenario(self, positions: Iterable[float]) -> Scenario:
        """The scenario with each setting at its position."""
        return self.question.read(self.moved(positions))


def settings_of(question: Question, ranges: Sequence[Range]) -> Settings:
    """The settings of a file of ranges; ScenarioError lists, with their lines, all that a fit could not move."""
    scenario, problems = question.read(), Problems()
    values = {value.path: value.text for value in scenario.values}
    _check_apart(ranges, problems)
    found = [_setting(one, values, problems) for one in ranges]
    problems.stop_if_any()
    settings = Settings(question, [one for one in found if one is not None], values)
    _check_ends(settings, problems)
    problems.stop_if_any()
    return settings


def _setting(one: Range, values: Mapping[str, str], problems: Problems) -> Setting | None:
    parts = []
    for path, low, high in zip(one.paths, one.low, one.high, strict=True):
        try:
            parts.append(_part(path, low, high, values))
        except ValueError as error:
            problems.add(one.mark, f"{quoted(path)} {error}")
    if len(parts) < len(one.paths):
        return None
    first = parts[0]
    if first.form == REST:
        problems.add(one.mark, f"{quoted(first.path)} is `{REST}`; the first path of a line is the one that moves")
    elif not first.low < first.high:
        problems.add(one.mark, f"`low` ({one.low[0]}) is not below `high` ({one.high[0]}), so there is nowhere to move")
    else:
        return Setting(one, tuple(parts), _stated(first, values))
    return None


def _part(path: str, low: str, high: str, values: Mapping[str, str]) -> Part:
    """A path with its two ends; ValueError with the end of a sentence where they are no numbers of one sort."""
    if path.partition(".")[0] in NOT_THE_SCENARIO:
        raise ValueError("says how the scenario is run, and is nothing to fit")
    if not has(values, path):
        raise ValueError(f"is not in the scenario{did_you_mean(path, tuple(values))}")
    if REST in (low, high):
        if low != high:
            raise ValueError(f"is `{REST}` at one end only; write it for both")
        return Part(path, REST)
    is_factor = [factor_of(end) is not None for end in (low, high)]
    if single_value(values, path) is None:
        if not all(is_factor):
            raise ValueError("holds several values; write the path of one number, or both ends as in `x0.8`")
        return Part(path, FACTOR, *(_factor(end) for end in (low, high)))
    form = _form(path, values)
    return Part(path, form, *(_end(path, form, end, values) for end in (low, high)))


def _form(path: str, values: Mapping[str, str]) -> str:
    single = single_value(values, path)
    assert single is not None
    text, words = single
    form = next((form for start, form in FORMS.items() if words.startswith(start)), None)
    if form is None:
        raise ValueError(f"is {quoted(text)}, and no number: only numbers can be fitted")
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


def _stated(first: Part, values: Mapping[str, str]) -> Decimal:
    single = single_value(values, first.path)
    return Decimal(1) if single is None else _number(single[0], first.form)


def _check_apart(ranges: Sequence[Range], problems: Problems) -> None:
    """No path is moved by two settings; several may leave the rest to one share."""
    seen: dict[str, Mark] = {}
    for one in ranges:
        for path, end in zip(one.paths, one.low, strict=True):
            if end != REST and path in seen:
                where = f"line {seen[path].line}" if seen[path].line else seen[path].file
                problems.add(one.mark, f"{quoted(path)} is moved by {where} already")
            elif end != REST:
                seen[path] = one.mark


def _check_ends(settings: Settings, problems: Problems) -> None:
    """Each setting alone, then all together, can lie at their ends."""
    start = [setting.start for setting in settings.all]
    for number, setting in enumerate(settings.all):
        for end, name in ((0.0, "low"), (1.0, "high")):
            alone = [end if number == other else position for other, position in enumerate(start)]
            for text in _why_not(settings, alone):
                problems.add(setting.of.mark, f"{quoted(name)}: {text}")
    if problems.found:
        return
    for end, name in ((0.0, "low"), (1.0, "high")):
        for text in _why_not(settings, [end] * len(start)):
            problems.add(settings.all[0].of.mark, f"with all settings at their {name} ends: {text}")


def _why_not(settings: Settings, positions: Sequence[float]) -> Iterator[str]:
    try:
        settings.scenario(positions)
    except ScenarioError as error:
        yield from (problem.text for problem in error.problems)
    except ValueError as error:
        yield str(error)
