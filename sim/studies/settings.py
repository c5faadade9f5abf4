"""The settings of a study: which values each takes, what each writes in the scenario, and what is wrong with them.

A point is a choice of one value for each setting, by number. What may be changed here: freely; how a setting is typed is
`sim/inputs/varied.py`.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product

from sim.diagnostics.overridden import left_behind
from sim.inputs.movable import Question
from sim.inputs.part import factor_of, sets_at
from sim.inputs.problems import Problems, ScenarioError, quoted
from sim.inputs.scenario import Scenario
from sim.inputs.varied import Setting, Typed, varied

__all__ = ["Point", "Setting", "Settings", "settings_of"]

Point = tuple[int, ...]  # for each setting, the number of its value
MOST_POINTS = 1_000
ALMOST_ALL = 1 - 1e-9  # of people: values that are overridden for so many move nobody


class Settings:
    """All settings of a study, and the scenario at each point."""

    def __init__(self, question: Question, stated: Scenario, settings: Sequence[Setting]) -> None:
        self.question, self.stated = question, stated
        self.all = tuple(settings)
        self._values = {value.path: value.text for value in stated.values}

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every combination of values, the last setting moving first."""
        return tuple(product(*(range(len(one.numbers)) for one in self.all)))

    def moved(self, point: Point) -> dict[str, str]:
        """What to set, by path; what is as stated is left out. ValueError where it cannot be set."""
        ends = {
            path: text
            for setting, number in zip(self.all, point, strict=True)
            for path, text in zip(setting.of.paths, setting.texts[number], strict=True)
        }
        found = sets_at(self._values, tuple(ends), tuple(ends.values()))
        return {path: text for path, text in found.items() if self._values.get(path) != text}

    def named(self, point: Point) -> dict[str, int | float | str]:
        """The value of each setting by its path."""
        return {one.path: one.value(number) for one, number in zip(self.all, point, strict=True)}

    def words(self, point: Point) -> str:
        """As in `services.unit.beds=5, services.hospital.beds=300`."""
        return ", ".join(f"{one.path}={one.shown(number)}" for one, number in zip(self.all, point, strict=True))

    def scenarios(self, points: Sequence[Point]) -> list[Scenario]:
        """The scenario at each point; ScenarioError lists each thing that is wrong at some of them once."""
        problems, found, said = Problems(), [], set[str]()
        for point in points:
            try:
                found.append(self.question.read(self.moved(point)))
            except (ScenarioError, ValueError) as error:
                for text in _texts(error):
                    if text not in said:
                        said.add(text)
                        problems.add(self.all[0].of.mark, f"at {self.words(point)}: {text}")
        problems.stop_if_any()
        return found

    def warnings(self) -> list[str]:
        """A sentence for each setting that moves fewer people than it seems to, since routes override it."""
        return [
            f"{one.path} is {found.where}; {found.cure}"
            for one in self.all
            for found in left_behind(self.stated, one.of.paths)
        ]


def settings_of(question: Question, typed: Sequence[Typed], *, fine: bool = False) -> Settings:
    """The settings of a study; ScenarioError lists all that is wrong with them.

    `fine`: a range without a step goes in steps of about a five-hundredth of it, not only one of whole numbers.
    """
    stated, problems = question.read(), Problems()
    values = {value.path: value.text for value in stated.values}
    _check_apart(question, typed, problems)
    found = [varied(one, values, problems, fine=fine) for one in typed]
    settings = Settings(question, stated, [one for one in found if one is not None])
    for setting in settings.all:
        for value in left_behind(stated, setting.of.paths):
            if value.share >= ALMOST_ALL:
                problems.add(setting.of.mark, f"{quoted(value.path)} is {value.where}; {value.cure}")
    problems.stop_if_any()
    points = 1
    for setting in settings.all:
        points *= len(setting.numbers)
    if points > MOST_POINTS and not fine:
        problems.add(settings.all[0].of.mark, f"makes {points:,} combinations; {MOST_POINTS:,} are the most")
    problems.stop_if_any()
    return settings


def _check_apart(question: Question, typed: Sequence[Typed], problems: Problems) -> None:
    """No path is moved twice, nor set by the command line to what would not count."""
    moved: set[str] = set()
    fixed = {one.split("=", 1)[0].strip() for one in question.typed}
    for one in typed:
        for path in one.paths:
            if path in moved:
                problems.add(one.mark, f"{quoted(path)} is varied already; put all its values into one setting")
            moved.add(path)
            is_factor = all(factor_of(text) is not None for text in (one.values or (one.low,)))
            if path in fixed and not is_factor:
                problems.add(one.mark, f"{quoted(path)} is fixed by --set too, which would not count; drop one of them")


def _texts(error: ScenarioError | ValueError) -> Iterator[str]:
    if isinstance(error, ScenarioError):
        yield from (problem.text for problem in error.problems)
    else:
        yield str(error)
