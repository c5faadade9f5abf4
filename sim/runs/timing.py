"""Where the time of a run goes, and how long it will still take.

Only `run.json` and the screen may tell: no clock reaches a result. A stage is whatever `with watch.stage("engine"):` calls it.
"""

import time
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager

MOST_REMEMBERED = 60  # so that a machine that becomes busy is noticed
SIMPY_TIMES = 100.0  # as long as the compiled engine; only until the first cross-check is done (docs/benchmarks.md)
CROSS_CHECK = "cross-check"
LOADING = "loading the engine"
ONE_OFF = (LOADING,)  # of each process, not of each replication


class Stopwatch:
    """Seconds by stage since it was made; a stage that comes again is added up."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.seconds: dict[str, float] = {}

    @property
    def elapsed(self) -> float:
        """Seconds since it was made, in whatever stage."""
        return time.perf_counter() - self._began

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """What is done inside belongs to this stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add({name: time.perf_counter() - began})

    def add(self, seconds: Mapping[str, float]) -> None:
        """What another watch has measured, in another process for example."""
        for name, more in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + more

    def rounded(self) -> dict[str, float]:
        """Seconds by stage, to the millisecond."""
        return {name: round(value, 3) for name, value in self.seconds.items()}


class Remaining:
    """Replications that are still to come, by whether they are cross-checked, and how long each kind takes one process.

    The time left is no share of their number: the slow SimPy model runs some replications as well, and these are unevenly
    spread over a run.
    """

    def __init__(self, tasks: Mapping[Hashable, bool], workers: int) -> None:
        self._cross_checked = dict(tasks)  # those to come
        self._workers = max(1, workers)
        self._plain: deque[float] = deque(maxlen=MOST_REMEMBERED)
        self._engine: deque[float] = deque(maxlen=MOST_REMEMBERED)
        self._cross_check: deque[float] = deque(maxlen=MOST_REMEMBERED)

    def heard(self, task: Hashable, seconds: Mapping[str, float]) -> None:
        """One replication is done, and this is how long its stages took."""
        self._cross_checked.pop(task, None)
        cross_check = seconds.get(CROSS_CHECK, 0.0)
        self._plain.append(sum(seconds.values()) - cross_check - sum(seconds.get(name, 0.0) for name in ONE_OFF))
        self._engine.append(seconds.get("engine", 0.0))
        if cross_check:
            self._cross_check.append(cross_check)

    def seconds(self) -> float | None:
        """Seconds until all are done; None before the first is."""
        if not self._plain:
            return None
        cross_checks = sum(self._cross_checked.values())
        plain = _mean(self._plain) * len(self._cross_checked)
        each = _mean(self._cross_check) if self._cross_check else SIMPY_TIMES * _mean(self._engine)
        processes = min(self._workers, max(1, len(self._cross_checked)))
        return (plain + cross_checks * each) / processes


def _mean(found: Iterable[float]) -> float:
    values = list(found)
    return sum(values) / len(values)
