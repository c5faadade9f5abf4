"""The settings that a fit may move, and from where to where.

A position is 0 at a setting's low end and 1 at its high end. Every position is rounded to a value that a person would
write, so that what is run is what is written: whole beds, shares and days to about a five-hundredth of the range.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.inputs.files import Range
from sim.inputs.loading import Question
from sim.inputs.part import FACTOR, REST, SHARE, Part, part_of, sets_at, stated_number
from sim.inputs.problems import Mark, Problems, ScenarioError, quoted
from sim.inputs.scenario import Scenario


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


def settings_of(question: Question, ranges: Sequence[Range], *, ends_alone: bool = True) -> Settings:
    """The settings of a file of ranges; ScenarioError lists, with their lines, all that a fit could not move.

    Each one is tried at its ends alone, if asked for, which takes long where they are many; then all together.
    """
    scenario, problems = question.read(), Problems()
    values = {value.path: value.text for value in scenario.values}
    _check_apart(ranges, problems)
    found = [_setting(one, values, problems) for one in ranges]
    problems.stop_if_any()
    settings = Settings(question, [one for one in found if one is not None], values)
    if ends_alone:
        _check_ends(settings, problems)
    if not problems.found:
        _check_all_at_ends(settings, problems)
    problems.stop_if_any()
    return settings


def _setting(one: Range, values: Mapping[str, str], problems: Problems) -> Setting | None:
    parts = []
    for path, low, high in zip(one.paths, one.low, one.high, strict=True):
        try:
            parts.append(part_of(path, low, high, values))
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
        return Setting(one, tuple(parts), stated_number(first, values))
    return None


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
    """Each setting alone can lie at its ends."""
    start = [setting.start for setting in settings.all]
    for number, setting in enumerate(settings.all):
        for end, name in ((0.0, "low"), (1.0, "high")):
            alone = [end if number == other else position for other, position in enumerate(start)]
            for text in _why_not(settings, alone):
                problems.add(setting.of.mark, f"{quoted(name)}: {text}")


def _check_all_at_ends(settings: Settings, problems: Problems) -> None:
    """All settings together can lie at their ends."""
    for end, name in ((0.0, "low"), (1.0, "high")):
        for text in _why_not(settings, [end] * len(settings.all)):
            problems.add(settings.all[0].of.mark, f"with all settings at their {name} ends: {text}")


def _why_not(settings: Settings, positions: Sequence[float]) -> Iterator[str]:
    try:
        settings.scenario(positions)
    except ScenarioError as error:
        yield from (problem.text for problem in error.problems)
    except ValueError as error:
        yield str(error)
