"""What may be moved at the desk: the numbers of a scenario by kind, between which ends, and what a move writes.

A value is written as a scenario file writes it, so what the scenario language refuses is refused here, in its words. Where a share
moves, the other shares of its list keep what they have to each other and make up 100%.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.inputs.loading import read_scenario
from sim.inputs.part import sets_at
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario, Value
from sim.results.words.labels import Setting

BEDS, STAYS, SHARES, STEPS, PRICES, ARRIVALS = (
    "Beds and places", "Lengths of stay", "Shares of people", "Steps before leaving", "Prices", "Arrivals",
)  # fmt: skip
KINDS = {
    BEDS: r"services\.[^.]+\.(beds|places|hours_per_week|bays\.\d+\.beds)(\.\d+\.(beds|places|hours_per_week))?"
    r"|teams\.[^.]+\.places(\.\d+\.places)?",
    STAYS: r"people\..+\.stay_days(\..+)?\.(fixed|mean|median|mode)|people\..+\.stay_times",
    SHARES: r"people\..+\.(share|chance|prevented_share)|people\.[^.]+\.traits\..+",
    STEPS: r"steps\.[^.]+\.(share|takes_(working_)?days\.(fixed|mean|median|mode|[a-z]+\.(mean|median|mode)))",
    PRICES: r"costs\.(services|steps|teams)\..+",
    ARRIVALS: r"people\.[^.]+\.(arrivals_per_day|arrivals_every_days(\.[a-z]+)*\.(fixed|mean))",
}  # by heading, in the order of the page
NUMBER = re.compile(r"(£?)(\d+(?:,\d{3})*(?:\.\d+)?)(%?)", re.ASCII)
UNLIMITED = "unlimited"
ROOM = 20  # beds above the present number that a slider reaches at least


@dataclass(frozen=True, slots=True)
class Control:
    """One number that may be moved: its path, what it is called, as it is written, and the ends of its slider."""

    kind: str  # the heading that it stands under
    path: str
    label: str
    text: str
    note: str = ""  # the comment beside it in the file
    low: float = 0.0
    high: float = 0.0  # no slider where both ends are the same
    step: float = 1.0

    @property
    def has_slider(self) -> bool:
        """Whether it is a number that a slider can move; `unlimited` can only be typed over."""
        return self.high > self.low

    @property
    def number(self) -> float:
        """Its value; shares in percent."""
        return number_of(self.text) or 0.0

    def written(self, number: float) -> str:
        """A number as a scenario file writes it here, with the sign of a price or share."""
        found = NUMBER.fullmatch(self.text)
        before, after = (found[1], found[3]) if found else ("", "")
        return f"{before}{number:.10g}{after}"

    def on_slider(self, text: str) -> float | None:
        """Where a typed value lies on the slider; None where it is no number between its ends."""
        number = number_of(text)
        return number if number is not None and self.low <= number <= self.high else None


def number_of(text: str) -> float | None:
    """The number of `£1,200`, `12.5%` or `29`; None of anything else."""
    found = NUMBER.fullmatch(text.strip())
    return float(found[2].replace(",", "")) if found else None


def controls(scenario: Scenario) -> list[Control]:
    """Everything of a scenario that may be moved, by heading and then in file order."""
    found = (control for value in scenario.values if (control := _control(value)))
    places = list(KINDS)
    return sorted(found, key=lambda one: places.index(one.kind))


def _control(value: Value) -> Control | None:
    kind = next((kind for kind, paths in KINDS.items() if re.fullmatch(paths, value.path)), None)
    number = number_of(value.text)
    if kind is None or (number is None and value.text != UNLIMITED):
        return None
    label = Setting(value.path, value.text, value.text).words
    if number is None:
        return Control(kind, value.path, label, value.text, value.note)
    return Control(kind, value.path, label, value.text, value.note, *_ends(kind, value.text, number))


def _ends(kind: str, text: str, number: float) -> tuple[float, float, float]:
    """The lowest and highest value of a slider, and its step."""
    if text.endswith("%"):
        return 0.0, 100.0, 0.1
    if kind == BEDS:
        return 0.0, float(max(2 * number, number + ROOM)), 1.0
    high = 2 * number or 10.0
    step = next(
        size for size in (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0) if high / size <= 200 or size == 100.0
    )
    return 0.0, max(high, step), step


@dataclass(frozen=True, slots=True)
class Moved:
    """A scenario with moves on it, or what is wrong: by the path of the field that it is about, empty where it is about none."""

    scenario: Scenario | None
    sets: tuple[str, ...] = ()  # `path=value`, as `--set` takes them
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def moved(stated: Scenario, moves: Mapping[str, str], replications: int) -> Moved:
    """The scenario of a file with some values moved, by path; every mistake at the field that made it."""
    try:
        sets = _sets(stated, moves)
    except ValueError as problem:
        return Moved(None, (), {_whose(stated, moves): (str(problem),)})
    try:
        return Moved(read_scenario(stated.file, sets, replications=replications), sets)
    except ScenarioError as error:
        found: dict[str, tuple[str, ...]] = {}
        for one in error.problems:
            path = _field_of(one.file, moves)
            found[path] = (*found.get(path, ()), one.text if path else str(one))
        return Moved(None, sets, found)


def _sets(stated: Scenario, moves: Mapping[str, str]) -> tuple[str, ...]:
    values = {value.path: value.text for value in stated.values}
    gone = [path for path in moves if path not in values]
    if gone:
        raise ValueError(f"{gone[0]} is not in {stated.file} any more")
    found = sets_at(values, tuple(moves), tuple(moves.values()))
    return tuple(f"{path}={text}" for path, text in found.items() if values.get(path) != text)


def _whose(stated: Scenario, moves: Mapping[str, str]) -> str:
    """The first field that cannot be moved so even alone; none where only several together are wrong."""
    for path, text in moves.items():
        try:
            _sets(stated, {path: text})
        except ValueError:
            return path
    return ""


def _field_of(file: str, moves: Mapping[str, str]) -> str:
    """The field that wrote what a problem is about: problems of `--set path=value` bear it as their file."""
    path = file.removeprefix("--set ").partition("=")[0].strip()
    return path if file.startswith("--set ") and path in moves else ""
