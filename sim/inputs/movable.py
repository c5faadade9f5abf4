"""A file of which some values are moved, by a fit, a sweep, a search or `--set`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario


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


def sets_for_each(files: Sequence[str], sets: Iterable[str]) -> list[tuple[str, ...]]:
    """For each file the changes that it has a value for; a change that none has goes to all, to be refused there."""
    everything = tuple(sets)
    if not everything:
        return [() for _ in files]
    paths = [{value.path for value in read_scenario(file).values} for file in files]
    chosen: list[list[str]] = [[] for _ in files]
    for change in everything:
        path = change.split("=", 1)[0].strip()
        having = [index for index, known in enumerate(paths) if _has(known, path)] or list(range(len(files)))
        for index in having:
            chosen[index].append(change)
    return [tuple(one) for one in chosen]


def _has(known: set[str], path: str) -> bool:
    """Whether a path, or something inside it, or something it is inside of, has a value."""
    return any(one == path or one.startswith(f"{path}.") or path.startswith(f"{one}.") for one in known)
