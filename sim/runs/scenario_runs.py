"""The one place where studies run scenarios: batch after batch, on the same people, reported to a listener as one run.

Sweeps, solving, worlds, levers, tornados and fitting each turn replications into figures of their own; how scenarios are run, taken from
the store, sampled for the cross-check, counted for a plan and how long they take is here.

What may be changed here: freely, as long as no figure depends on the number of workers or on what runs together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sim.inputs.scenario import Scenario
from sim.model.engine import REFERENCE
from sim.results.measures.periods import UNDIVIDED, Divisions
from sim.runs.engines import BY_REFERENCE, Engines
from sim.runs.experiment import Listener, Shared, run_all, run_packed
from sim.runs.piece import Task
from sim.runs.replications import Replications
from sim.runs.store import FIRST, FinishedWork, Store
from sim.runs.timing import ONE_OFF, SIMPY_TIMES
from sim.runs.workers import Place

T = TypeVar("T")
WORTH_STARTING_WORKERS = 3.0  # seconds of work; below that starting them takes longer than they save
BATCH = 40  # scenarios that are run before their figures are put together, so that little waits on the disk


@dataclass(frozen=True, slots=True)
class HowToRun:
    """Where the work is done, who hears of it, by which engine, and what is known already."""

    workers: Place = 1
    listener: Listener | None = None
    engines: Engines = BY_REFERENCE
    store: Store | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """How much a study is: replications altogether, those that the store has, and cross-checks that the SimPy model has still to make."""

    replications: int
    done: int
    cross_checks: int

    @property
    def to_come(self) -> int:
        """Replications that have to be run."""
        return self.replications - self.done


class ScenarioRuns:
    """The one place where studies run scenarios: batch after batch, on the same people, reported to a listener as one run.

    What the store holds is not run again, so a study that was stopped goes on where it was. Scenarios of a study are one but for
    their settings: of those the SimPy model cross-checks replication 1 of a sample; of those that are asked for as `checked`, of each.
    """

    def __init__(self, how: HowToRun, divisions: Divisions = UNDIVIDED) -> None:
        self.how, self._divisions = how, divisions
        self._seconds = 0.0  # that one scenario took
        self._expected = self._before = self._now = 0  # replications

    def expect(self, replications: int) -> None:
        """So many replications follow, in several batches."""
        self._expected, self._before, self._now = replications, 0, 0

    def __call__(self, scenarios: Sequence[Scenario], *, checked: bool = False) -> list[Replications]:
        """Every replication of each scenario, in order."""
        self._before, self._now = self._before + self._now, sum(one.replications for one in scenarios)
        shared = self._shared(scenarios, checked=checked)
        found = run_all(shared, self._place(len(scenarios)), self.how.store, self._told)
        took = sum(sum(theirs.seconds.values()) for theirs in found) / max(1, len(scenarios))
        self._seconds = max(self._seconds, took)
        return found

    def work(self, scenarios: Sequence[Scenario], *, checked: bool = False, at_once: int = BATCH) -> Work:
        """How much these scenarios are, run in batches as a study runs them."""
        total = done = checks = 0
        for some in batches(scenarios, at_once):
            shared = self._shared(some, checked=checked)
            finished = self.how.store and FinishedWork(self.how.store, some, shared.engines, self._divisions)
            engines = replace(shared.engines, proved=frozenset(finished.proved if finished else ()))
            for task in (Task(number, r) for number, one in enumerate(some) for r in range(one.replications)):
                is_done = bool(finished and finished.load(task) is not None)
                total, done = total + 1, done + is_done
                checks += not is_done and engines.checks_now(task.scenario, task.replication)
        return Work(total, done, checks)

    def seconds_for(self, scenario: Scenario, work: Work, processes: int) -> float:
        """About how long that takes here in so many processes; two replications are run to know that."""
        if not work.to_come:
            return 0.0
        shared = self._shared([replace(scenario, replications=1)], checked=False)
        for _ in range(1 if shared.engines.name == REFERENCE else 2):  # what is compiled or loaded once is not counted
            seconds = run_packed(shared, Task(0, FIRST)).seconds
        each = sum(value for stage, value in seconds.items() if stage not in ONE_OFF)
        all_of_it = work.to_come * each + work.cross_checks * SIMPY_TIMES * seconds["engine"]
        return all_of_it / max(1, processes)

    def _shared(self, scenarios: Sequence[Scenario], *, checked: bool) -> Shared:
        engines = self.how.engines if checked else replace(self.how.engines, cross_check=False)
        return Shared(tuple(scenarios), engines=engines, divisions=self._divisions)

    def _place(self, scenarios: int) -> Place:
        """Processes start only where the work is known to be worth it, or is not known."""
        is_little = 0 < self._seconds * scenarios < WORTH_STARTING_WORKERS
        return 1 if is_little and isinstance(self.how.workers, int) else self.how.workers

    def _told(self, done: int, total: int, seconds_left: float | None = None, /) -> None:
        """So many of this batch are done."""
        if self.how.listener:
            whole = max(self._expected, self._before + total)
            here, left = total - done, whole - self._before - done
            seconds = seconds_left * left / here if seconds_left and here else seconds_left
            self.how.listener(self._before + done, whole, seconds)


def batches(of: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Some after the other."""
    for first in range(0, len(of), size):
        yield of[first : first + size]
