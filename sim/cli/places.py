"""Where a command's work is done: processes of this computer, or a cluster.

What may be changed here: freely; no result depends on it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sim.cli.arguments import LOCAL, Options
from sim.cli.screen import Screen
from sim.results.words.labels import counted
from sim.runs.workers import Place, default_workers, processors


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
