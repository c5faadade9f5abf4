"""How long a run will still take: from what each kind of replication has taken so far, not from their number alone.

Some replications are walked by the slow SimPy model as well, and they are unevenly spread over a run.
What may be changed here: freely; no clock reaches a result.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping

MOST_REMEMBERED = 60  # so that a machine that becomes busy is noticed
SIMPY_TIMES = 100.0  # as long as the compiled engine; only until the first witness has been heard (docs/benchmarks.md)
WITNESS = "witness"
ONE_OFF = ("loading the engine",)  # of each process, not of each replication


class Remaining:
    """Replications that are still to come, by whether they have a witness, and how long each kind takes one process."""

    def __init__(self, tasks: Mapping[Hashable, bool], workers: int) -> None:
        self._witnessed = dict(tasks)  # those to come
        self._workers = max(1, workers)
        self._plain: deque[float] = deque(maxlen=MOST_REMEMBERED)
        self._engine: deque[float] = deque(maxlen=MOST_REMEMBERED)
        self._witness: deque[float] = deque(maxlen=MOST_REMEMBERED)

    def heard(self, task: Hashable, seconds: Mapping[str, float]) -> None:
        """One replication is done, and this is how long its stages took."""
        self._witnessed.pop(task, None)
        witness = seconds.get(WITNESS, 0.0)
        self._plain.append(sum(seconds.values()) - witness - sum(seconds.get(name, 0.0) for name in ONE_OFF))
        self._engine.append(seconds.get("engine", 0.0))
        if witness:
            self._witness.append(witness)

    def seconds(self) -> float | None:
        """Seconds until all are done; None before the first is."""
        if not self._plain:
            return None
        witnesses = sum(self._witnessed.values())
        plain = _mean(self._plain) * len(self._witnessed)
        each = _mean(self._witness) if self._witness else SIMPY_TIMES * _mean(self._engine)
        processes = min(self._workers, max(1, len(self._witnessed)))
        return (plain + witnesses * each) / processes


def _mean(found: Iterable[float]) -> float:
    values = list(found)
    return sum(values) / len(values)
