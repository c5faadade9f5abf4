"""Scenarios and replications: run, check, measure, gather.

The chain behind `run` and `compare`, without files or screens.

What may be changed here: freely, as long as results do not depend on the number of workers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.model.records import Ledger
from sim.results.comparison.same_people import departures
from sim.results.invariants import checks
from sim.results.measures import census
from sim.results.measures.all import figures
from sim.results.measures.periods import UNDIVIDED, Divisions, Period, within
from sim.results.window import Window
from sim.runs.engines import BY_REFERENCE, Engines, ledger_of
from sim.runs.piece import NO_DAYS, NO_DEPARTURES, Piece, Task
from sim.runs.replications import Replications, SetAside, packed
from sim.runs.store import FIRST, FinishedWork, PackedPiece, Store
from sim.runs.timing import Remaining, Stopwatch
from sim.runs.workers import Place, run_tasks, workers_of


class LedgerBroken(Exception):
    """An invariant that one replication breaks, in one text, so that it travels between processes."""


class Listener(Protocol):
    """Somebody who follows how far the run is."""

    def __call__(self, done: int, total: int, seconds_left: float | None = None, /) -> None:
        """Hears that so many of all replications are done, and how long the others may take."""


class Gatherer(Protocol):
    """Somebody who adds the replications up in order while others still run."""

    def begin(self, pieces: Sequence[Replications], /) -> None:
        """Hears where each replication of each scenario will be read once it has arrived."""

    def take(self, number: int, /) -> None:
        """Hears that this replication of every scenario has arrived, and all before it."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What every task needs: scenarios, whom to hand each run's records, if anybody, whether to observe each run, and the engine."""

    scenarios: tuple[Scenario, ...]
    keep: Callable[[Scenario, int, int, Ledger], None] | None = None
    observe: bool = False
    engines: Engines = BY_REFERENCE
    divisions: Divisions = UNDIVIDED  # parts of the window that are measured beside the whole


def run_one(shared: Shared, task: Task) -> Piece:
    """Runs one replication, checks its invariants and measures it; the records stay here."""
    scenario = shared.scenarios[task.scenario]
    watch = Stopwatch()
    if shared.observe:
        with watch.stage("engine"):
            ledger = engine.run_observed(scenario, task.replication)
    else:
        ledger = ledger_of(shared.engines, scenario, task.scenario, task.replication, watch)
    window = Window(scenario, ledger, is_fast=shared.engines.name == engine.COMPILED)
    with watch.stage("identities"):
        check_identities(task, window)
    if shared.keep:
        with watch.stage("people's tables"):
            shared.keep(scenario, task.scenario, task.replication, ledger)
    with watch.stage("measures"):
        piece = measured(task, window)
        parts = {
            period: _measured_within(task, window, period) for period in shared.divisions.periods_of(task.scenario)
        }
        _check_periods(task, window, piece, parts, shared.divisions.wholes_of(task.scenario))
    return replace(piece, seconds=watch.seconds, periods=parts)


def check_identities(task: Task, window: Window) -> None:
    """Raises LedgerBroken at the first invariant that records break."""
    with _named(task, window):
        checks.check_cut(window)


@contextmanager
def _named(task: Task, window: Window) -> Iterator[None]:
    """Says of whose records an invariant is broken."""
    try:
        yield
    except checks.IdentityBroken as broken:
        raise LedgerBroken(f"{window.scenario.id}, replication {task.replication}: {broken}") from None


def measured(task: Task, window: Window) -> Piece:
    """What one replication's records say."""
    daily = census.daily_cut(window).series
    days = np.array(list(daily.values()), dtype=np.int64).reshape(len(daily), window.days)
    return Piece(task, *figures(window), tuple(daily), days, departures(window))


def _measured_within(task: Task, whole: Window, period: Period) -> Piece:
    """What the same records say of one period; its days are a part of the whole window's, and not kept twice."""
    window = Window(within(whole.scenario, period), whole.ledger, whole.is_fast)
    with _named(task, window):
        checks.check_window(window)
    return Piece(task, *figures(window), (), NO_DAYS, NO_DEPARTURES)


def _check_periods(
    task: Task, window: Window, piece: Piece, parts: Mapping[Period, Piece], wholes: Sequence[Sequence[Period]]
) -> None:
    """The periods of each division, and the calendar years, come to the whole window."""
    with _named(task, window):
        for periods in wholes:
            checks.check_periods(window.scenario, piece.block(), [parts[period].block() for period in periods])


def run_packed(shared: Shared, task: Task) -> PackedPiece:
    """Runs one replication, for anybody who sends it, keeps it or sets it aside."""
    piece = run_one(shared, task)
    watch = Stopwatch()
    with watch.stage("packing"):
        periods = {period: packed(part) for period, part in piece.periods.items()}
        data = packed(piece)
    return PackedPiece(task, data, periods, {**piece.seconds, **watch.seconds})


def run_all(
    shared: Shared,
    workers: Place,
    store: Store | None = None,
    listener: Listener | None = None,
    done: SetAside | None = None,
    gatherer: Gatherer | None = None,
) -> list[Replications]:
    """Every replication of every scenario, in order; what is done already, or the store holds, is not run again."""
    counts = [scenario.replications for scenario in shared.scenarios]
    tasks = _tasks(counts, in_turn=gatherer is not None)
    done, finished = SetAside() if done is None else done, _finished(shared, store)
    pieces = [done.of(scenario, count) for scenario, count in enumerate(counts)]
    gathered = _InOrder(gatherer, pieces, done)
    if finished:
        finished.forget_proofs(number for number in range(len(shared.scenarios)) if Task(number, FIRST) in done)
        shared = replace(shared, engines=replace(shared.engines, proved=frozenset(finished.proved)))
        before = len(done)
        for task in tasks:
            if task not in done and (kept := finished.load(task)):
                done.keep(kept)
        finished.tell(len(done) - before)
    open_tasks = [task for task in tasks if task not in done]
    if listener:
        listener(len(tasks) - len(open_tasks), len(tasks))
    gathered.go_on()
    place = workers_of(workers if open_tasks else 1)  # nobody is started or asked where nothing is to be done
    remaining = Remaining(
        {task: shared.engines.checks_now(task.scenario, task.replication) for task in open_tasks}, place.number
    )
    for piece in run_tasks(place, run_packed, shared, open_tasks):
        done.keep(piece)
        remaining.heard(piece.task, piece.seconds)
        if finished:
            finished.keep(piece)
        if listener:
            listener(len(done), len(tasks), remaining.seconds())
        gathered.go_on()
    return pieces


def _tasks(counts: Sequence[int], *, in_turn: bool) -> list[Task]:
    """Every task: scenario by scenario, or the scenarios in turn, so that what is added up together comes together."""
    tasks = [Task(scenario, number) for scenario, count in enumerate(counts) for number in range(count)]
    if in_turn and len(counts) <= engine.PLANS:  # a process that keeps changing between more would plan each anew
        tasks.sort(key=lambda task: task.replication)
    return tasks


class _InOrder:
    """Hands replications on in order, whatever the order in which they arrive."""

    def __init__(self, gatherer: Gatherer | None, pieces: Sequence[Replications], done: SetAside) -> None:
        self._gatherer, self._done, self._next = gatherer, done, 0
        self._counts = [len(theirs) for theirs in pieces]
        if gatherer:
            gatherer.begin(pieces)

    def go_on(self) -> None:
        """Hands on all that come next."""
        while self._gatherer and self._next < max(self._counts) and self._is_there(self._next):
            self._gatherer.take(self._next)
            self._next += 1

    def _is_there(self, number: int) -> bool:
        counts = enumerate(self._counts)
        return all(Task(scenario, number) in self._done for scenario, count in counts if number < count)


def _finished(shared: Shared, store: Store | None) -> FinishedWork | None:
    """What was finished before; nothing where each event is to be observed, or each run's records handed on."""
    if store is None or shared.observe or shared.keep:
        return None
    return FinishedWork(store, shared.scenarios, shared.engines, shared.divisions)
