"""Files that names and patterns on the command line mean, and where a command's work is done."""

import glob
import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from sim.cli.arguments import LOCAL, Options, UsageError
from sim.cli.screen import Screen
from sim.home import HOME, SHIPPED, meant, shortest
from sim.results.words.labels import counted
from sim.runs.workers import Place, default_workers, processors


def expanded(patterns: Sequence[str], *, missing_too: bool = False, inside: str = "*.yaml") -> list[str]:
    """The files that these names and patterns mean, in order, each once; UsageError names all that mean none.

    With `missing_too` those stay in the list, for a reader that tells of each file what is wrong with it. `inside` is the pattern
    that is offered for a folder, empty where one file alone can be taken.
    """
    files: list[str] = []
    problems: list[str] = []
    seen: set[str] = set()
    for pattern in patterns:
        try:
            matching = _matching(meant(pattern), inside)
        except UsageError as problem:
            problems += [] if missing_too else problem.problems
            matching = [pattern] if missing_too else []
        for file in matching:
            identity = os.path.normcase(os.path.realpath(file))
            if identity not in seen:
                seen.add(identity)
                files.append(file)
    if problems:
        raise UsageError(*dict.fromkeys(problems))
    return files


def _matching(pattern: str, inside: str) -> list[str]:
    if os.path.isfile(pattern):
        return [pattern]
    if os.path.isdir(pattern):
        cure = f"did you mean {_pattern_in(pattern, inside)}?" if inside else "name a file in it"
        raise UsageError(f"{pattern} is a folder; {cure}")
    if os.path.islink(pattern):
        raise UsageError(f"{pattern}: this is a link, and leads to no file")
    if not glob.has_magic(pattern):
        raise UsageError(f"{pattern}: there is no such file{_similar_file(pattern)}")
    found = sorted(file for file in glob.glob(_with_folder_as_it_is(pattern), recursive=True) if os.path.isfile(file))
    if not found:
        raise UsageError(f"{pattern}: no file matches this pattern")
    return found


def _pattern_in(folder: str, inside: str) -> str:
    """A pattern for files in a folder, as it can be typed: the shell may expand it where the folder needs no quotes."""
    pattern = os.path.join(folder, inside)
    return pattern if shlex.quote(folder) == folder else shlex.quote(pattern)


def _with_folder_as_it_is(pattern: str) -> str:
    """The pattern, with the longest folder that it begins with and that is there taken letter by letter: `Plan [1]/*.yaml`."""
    folder = os.path.dirname(pattern)
    while folder and not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return glob.escape(folder) + pattern[len(folder) :]


def _similar_file(name: str) -> str:
    """The end of a sentence about a file that is not there: the one that was meant, there or among the shipped scenarios."""
    from sim.inputs.files import similar_in  # seldom needed
    from sim.inputs.problems import printable

    folder, last = os.path.split(name)
    for place in (folder, str(HOME / SHIPPED)):
        with suppress(OSError):
            similar = similar_in(place, last)
            if similar is not None:
                shown = os.path.join(folder, similar) if place == folder else _as_typed(similar)
                return f"; did you mean `{printable(shown, len(shown))}`?"  # whole: a path that is cut cannot be typed
    return ""


def _as_typed(shipped: str) -> str:
    """A shipped scenario as it can be typed here."""
    name = f"{SHIPPED}/{shipped}"
    return name if os.path.exists(meant(name)) else shortest(HOME / name)


@contextmanager
def cluster_of(options: Options, screen: Screen) -> Iterator[None]:
    """Inside, the command has the cluster that was asked for, if any; it is connected to when there is something to do."""
    if options.cluster is None:
        yield
        return
    from sim.runs.cluster import Cluster  # with much that no other command needs

    with Cluster(options.cluster, options.workers or processors(), screen.note) as options.place:
        yield


def place_for(options: Options, tasks: int) -> Place:
    """The cluster, or so many processes as were asked for or so many tasks can use."""
    return options.place or min(options.workers or default_workers(tasks), tasks)


def number_of(place: Place) -> int:
    """How many workers there are; of a cluster that nobody needed, none."""
    if isinstance(place, int):
        return place
    from sim.runs.cluster import Cluster

    return place.known if isinstance(place, Cluster) else place.number


def words_for(place: Place, address: str | None) -> str:
    """Where it is, as in `Running 60 replications in 2 processes`."""
    if isinstance(place, int):
        return f"in {counted(place, 'process', 'processes')}"
    return "on a cluster of this computer" if address == LOCAL else f"on the cluster at {address}"
