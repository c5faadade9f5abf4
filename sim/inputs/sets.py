"""Which of several files a `--set` is for: every one that has the value.

What may be changed here: freely; what a value may be is checked where a scenario is read.
"""

from collections.abc import Iterable, Sequence

from sim.inputs.loading import read_scenario


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
