"""Values that hold only where nothing else is said: by how much of the people they are overridden.

A visit's `stay_days` moves nobody whose route has its own, nor a step's length or share those whose route gives it
another. The values of a scenario say all of that, but nobody who changes one of them sees the others.

What may be changed here: freely; nothing here touches a simulated number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sim.diagnostics.offered_load import admissions_per_day, arrivals_per_day
from sim.inputs.scenario import Group, Scenario, Step, Visit
from sim.results.words.labels import counted

TAKES = ("takes_days", "takes_working_days")


@dataclass(frozen=True, slots=True)
class Overridden:
    """A value, the values that hold instead of it on some routes, and how many of its people go there."""

    path: str
    by: tuple[str, ...]  # their paths
    routes: int  # that it could hold on
    share: float  # of the people on them, overridden
    scaled_by: str = ""  # the path of one factor for all of them, where there is one
    mean_days: float | None = None  # of all those stays

    @property
    def where(self) -> str:
        """As in: overridden on 6 of 7 routes, 93% of people."""
        on = f"{len(self.by)} of {counted(self.routes, 'route')}"
        if len(self.by) == self.routes:
            on = f"all {counted(self.routes, 'route')}" if self.routes > 1 else "its only route"
        return f"overridden on {on}, {_percent(self.share)} of people"

    @property
    def cure(self) -> str:
        """What to do about it."""
        if self.mean_days is None:
            others = f" and {len(self.by) - 1} more" if len(self.by) > 1 else ""
            return f"see {self.by[0]}{others}"
        return f"all of them together need {self.mean_days:.3g} days on average, and {self.scaled_by} scales them all"


def _percent(share: float) -> str:
    """A share of people in words; never all or none where it is a few less or more."""
    if 0 < share < 0.005:
        return "less than 1%"
    return "nearly 100%" if 0.995 <= share < 1 - 1e-9 else f"{share:.0%}"


def overridden(scenario: Scenario) -> tuple[Overridden, ...]:
    """Every value that does not hold on some route where it could, in the order of the file."""
    written = frozenset(start for value in scenario.values for start in _beginnings(value.path))
    places = [place for group in scenario.people for place in _places(scenario, group)]
    return tuple(one for one in (*_stays(scenario, written), *_steps(scenario, written, places)) if one.by)


def changed_in_vain(scenario: Scenario) -> tuple[Overridden, ...]:
    """Those that a file or the command line changed, and left on some route what overrides them."""
    moved = [change.path for change in scenario.changes if change.old != change.new]
    return tuple(
        one
        for one in (overridden(scenario) if moved else ())
        if _is_moved(one.path, moved) and not all(_is_moved(path, moved) for path in one.by)
    )


def left_behind(scenario: Scenario, paths: Iterable[str]) -> Iterator[Overridden]:
    """Those that somebody moves by these paths, without all that overrides them."""
    moved = tuple(paths)
    for value in overridden(scenario):
        is_moved = any(path == value.path or path.startswith(f"{value.path}.") for path in moved)
        if is_moved and not all(any(by.startswith(path) or path.startswith(by) for path in moved) for by in value.by):
            yield value


def override_warnings(scenario: Scenario) -> list[str]:
    """A sentence for each change that moves fewer people than anybody who made it may think."""
    return [f"{one.path} was changed, but is {one.where}; {one.cure}" for one in changed_in_vain(scenario)]


def override_notes(scenario: Scenario) -> list[str]:
    """A sentence for each overridden value that nobody changed: anybody who changes it will want to know."""
    told = changed_in_vain(scenario)
    return [f"{one.path} is {one.where}; {one.cure}" for one in overridden(scenario) if one not in told]


def remarks(scenario: Scenario) -> dict[str, str]:
    """What to say beside each such value, by its path."""
    found = overridden(scenario)
    paths = [value.path for value in scenario.values]
    return {path: one.where for one in found for path in paths if path == one.path or path.startswith(f"{one.path}.")}


def _is_moved(path: str, moved: Iterable[str]) -> bool:
    return any(one == path or one.startswith(f"{path}.") for one in moved)


def _stays(scenario: Scenario, written: frozenset[str]) -> Iterator[Overridden]:
    for group in scenario.people:
        by_path: dict[str, list[tuple[Visit, float]]] = {}
        for visit, admitted in zip(group.journey, admissions_per_day(scenario, group), strict=True):
            if visit.stay is not None:
                by_path.setdefault(visit.path, []).append((visit, admitted))
        for path, visits in by_path.items():
            yield _stay(scenario, path, visits, written)


def _stay(scenario: Scenario, path: str, visits: Sequence[tuple[Visit, float]], written: frozenset[str]) -> Overridden:
    """The stays of a visit; where it differs by level, each variant counts by how many are admitted to it."""
    total = sum(admitted for _, admitted in visits)
    by: dict[str, float] = {}
    paths, days = set[str](), 0.0
    for visit, admitted in visits:
        weight = 1.0 if len(visits) == 1 else admitted / total if total else 1 / len(visits)
        for route in visit.routes_between(*scenario.calendar.window):
            own, stay = f"{path}.{route.path}.stay_days", route.stay or visit.stay
            if route.share > 0 and weight > 0:
                paths.add(own)
                days += weight * route.share * (stay.mean_days if stay is not None else 0.0)
                if own in written:  # a path may hold before and after a date
                    by[own] = by.get(own, 0.0) + weight * route.share
    return Overridden(f"{path}.stay_days", tuple(by), len(paths), sum(by.values()), f"{path}.stay_times", days)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where people need steps, on a route that they take or outside: its path, the steps, and how many go there a day."""

    path: str
    steps: tuple[Step, ...]
    per_day: float


def _places(scenario: Scenario, group: Group) -> Iterator[_Place]:
    for visit, admitted in zip(group.journey, admissions_per_day(scenario, group), strict=True):
        for route in visit.routes_between(*scenario.calendar.window):
            if route.share > 0:
                yield _Place(f"{visit.path}.{route.path}", route.steps, admitted * route.share)
    for levels, per_day in zip(group.profiles, arrivals_per_day(scenario, group), strict=True):
        yield _Place(f"people.{group.name}.arrival", group.arrival(levels).steps, per_day)


def _steps(scenario: Scenario, written: frozenset[str], places: list[_Place]) -> Iterator[Overridden]:
    used: dict[str, list[_Place]] = {step.name: [] for step in scenario.steps}
    for place in places:
        for name in {one.name for one in place.steps}:
            used[name].append(place)
    for step in scenario.steps:
        uses = used[step.name]
        takes = TAKES[1] if step.working_days else TAKES[0]
        for key, keys in ((takes, TAKES), ("share", ("share",))):
            by: dict[str, float] = {}
            for place in uses:
                own = [path for one in keys if (path := f"{place.path}.steps.{step.name}.{one}") in written]
                by.update({path: by.get(path, 0.0) + place.per_day for path in own[:1]})
            everybody = sum(place.per_day for place in uses)
            if everybody:
                yield Overridden(
                    f"steps.{step.name}.{key}",
                    tuple(by),
                    len({place.path for place in uses}),
                    sum(by.values()) / everybody,
                )


def _beginnings(path: str) -> Iterator[str]:
    """A path and everything that it is in: `a.b.c`, `a.b`, `a`."""
    while path:
        yield path
        path = path.rpartition(".")[0]
