"""Scenarios and replications: run, check, measure, gather.

The chain behind `run` and `compare`, without files or screens.

What may be changed here: freely, as long as results do not depend on the number of workers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.model.records import Ledger
from sim.results.comparison.same_people import Departures, departures
from sim.results.invariants import checks
from sim.results.measure_table import measures
from sim.results.measures import census
from sim.results.measures.all import measure_cut
from sim.results.measures.periods import UNDIVIDED, Division, Divisions, Period, within
from sim.results.window import Row, Window
from sim.runs.engines import BY_REFERENCE, Engines, ledger_of
from sim.runs.finished_work import ResumeStore
from sim.runs.timing import Remaining, Stopwatch
from sim.runs.workers import run_tasks, workers_of

Key = tuple[str, str, str, str, str]  # service, measure, by, item, unit
NO_VALUES = np.zeros(0)
NO_DAYS = np.zeros((0, 0), dtype=np.int64)
NO_DEPARTURES = np.zeros((0, 6), dtype=np.int64)


class LedgerBroken(Exception):
    """An identity that one replication breaks, in one text, so that it travels between processes."""


@dataclass(frozen=True, slots=True)
class Task:
    """One replication of one scenario, both by number."""

    scenario: int
    replication: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What one replication found: a value for each key, and one a day for each (service, measure)."""

    task: Task
    keys: tuple[Key, ...]
    values: NDArray[np.float64]
    daily_keys: tuple[tuple[str, str], ...]
    daily: NDArray[np.int64]  # one row for each daily key
    departures: Departures  # when each person first left hospital, to follow the same people through scenarios
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage; empty where it was kept by an earlier run
    periods: Mapping[Period, "Piece"] = field(default_factory=dict)  # the same of parts of the window, without days

    def rows(self) -> list[Row]:
        """The values as rows of the vocabulary."""
        return [
            Row(service, name, by, item, float(value), in_hours=unit != measures()[name].unit)
            for (service, name, by, item, unit), value in zip(self.keys, self.values, strict=True)
        ]

    def with_rows(self, rows: Sequence[Row]) -> "Piece":
        """The same replication with other rows."""
        keys = tuple((row.service, row.measure, row.by, row.item, row.unit) for row in rows)
        return replace(self, keys=keys, values=np.array([row.value for row in rows], dtype=np.float64))

    def census(self) -> census.DailyCensus:
        """The daily counts as the census takes them."""
        return census.DailyCensus(self.daily.shape[1], dict(zip(self.daily_keys, self.daily, strict=True)))


class Listener(Protocol):
    """Somebody who is told how far the run is."""

    def __call__(self, done: int, total: int, seconds_left: float | None = None, /) -> None:
        """Hears that so many of all replications are done, and how long the others may take."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What every task needs: scenarios, whom to hand each ledger, if anybody, whether to observe each run, and the engine."""

    scenarios: tuple[Scenario, ...]
    keep: Callable[[Scenario, int, int, Ledger], None] | None = None
    observe: bool = False
    engines: Engines = BY_REFERENCE
    divisions: Divisions = UNDIVIDED  # parts of the window that are measured beside the whole


def run_one(shared: Shared, task: Task) -> Piece:
    """Runs one replication, checks its identities and measures it; the ledger stays here."""
    scenario = shared.scenarios[task.scenario]
    watch = Stopwatch()
    if shared.observe:
        with watch.stage("engine"):
            ledger = engine.run_observed(scenario, task.replication)
    else:
        ledger = ledger_of(shared.engines, scenario, task.scenario, task.replication, watch)
    window = Window(scenario, ledger)
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
        _check_periods(task, window, piece, parts, shared.divisions.of(task.scenario))
    return replace(piece, seconds=watch.seconds, periods=parts)


def check_identities(task: Task, window: Window) -> None:
    """Raises LedgerBroken at the first identity that a ledger breaks."""
    with _named(task, window):
        checks.check_cut(window)


@contextmanager
def _named(task: Task, window: Window) -> Iterator[None]:
    """Says of whose ledger an identity is broken."""
    try:
        yield
    except checks.IdentityBroken as broken:
        raise LedgerBroken(f"{window.scenario.id}, replication {task.replication}: {broken}") from None


def measured(task: Task, window: Window) -> Piece:
    """What one replication's ledger says."""
    daily = census.daily_cut(window).series
    days = np.array(list(daily.values()), dtype=np.int64).reshape(len(daily), window.days)
    empty = Piece(task, (), NO_VALUES, tuple(daily), days, departures(window))
    return empty.with_rows(measure_cut(window))


def _measured_within(task: Task, whole: Window, period: Period) -> Piece:
    """What the same ledger says of one period; its days are a part of the whole window's, and not kept twice."""
    window = Window(within(whole.scenario, period), whole.ledger)
    with _named(task, window):
        checks.check_window(window)
    return Piece(task, (), NO_VALUES, (), NO_DAYS, NO_DEPARTURES).with_rows(measure_cut(window))


def _check_periods(
    task: Task, window: Window, piece: Piece, parts: Mapping[Period, Piece], divisions: Sequence[Division]
) -> None:
    """The periods of each division come to the whole window."""
    with _named(task, window):
        for one in divisions:
            checks.check_periods(window.scenario, piece.rows(), [parts[period].rows() for period in one.periods])


def run_all(
    shared: Shared,
    workers: int,
    store: ResumeStore | None = None,
    listener: Listener | None = None,
) -> list[list[Piece]]:
    """Every replication of every scenario, in order; what the store holds is not run again."""
    tasks = [Task(i, r) for i, scenario in enumerate(shared.scenarios) for r in range(scenario.replications)]
    done: dict[Task, Piece] = {}
    if store:
        done = {task: piece for task in tasks if (piece := _stored(store, task, shared.divisions))}
    if listener:
        listener(len(done), len(tasks))
    open_tasks = [task for task in tasks if task not in done]
    remaining = Remaining(
        {task: shared.engines.is_cross_checked(task.scenario, task.replication) for task in open_tasks}, workers
    )
    for piece in run_tasks(workers_of(workers), run_one, shared, open_tasks):
        done[piece.task] = piece
        remaining.heard(piece.task, piece.seconds)
        if store:
            _keep(store, piece)
        if listener:
            listener(len(done), len(tasks), remaining.seconds())
    return [[done[Task(i, r)] for r in range(scenario.replications)] for i, scenario in enumerate(shared.scenarios)]


def _name(task: Task) -> str:
    return f"{task.scenario}-{task.replication}"


def _keep(store: ResumeStore, piece: Piece) -> None:
    parts = list(piece.periods.values())  # in the order of the divisions, which the same command has again
    header = {"keys": piece.keys, "daily_keys": piece.daily_keys, "periods": [part.keys for part in parts]}
    arrays = {"values": piece.values, "daily": piece.daily, "departures": piece.departures}
    arrays |= {f"period {number}": part.values for number, part in enumerate(parts)}
    store.save(_name(piece.task), header, arrays)


def _stored(store: ResumeStore, task: Task, divisions: Divisions) -> Piece | None:
    saved = store.load(_name(task))
    if saved is None:
        return None
    header, arrays = saved
    daily_keys = tuple((str(service), str(name)) for service, name in header["daily_keys"])
    parts = {
        period: Piece(task, _keys(keys), arrays[f"period {number}"], (), NO_DAYS, NO_DEPARTURES)
        for number, (period, keys) in enumerate(
            zip(divisions.periods_of(task.scenario), header["periods"], strict=True)
        )
    }
    keys, daily, left = _keys(header["keys"]), arrays["daily"], arrays["departures"]
    return Piece(task, keys, arrays["values"], daily_keys, daily, left, periods=parts)


def _keys(rows: Iterable[Sequence[Any]]) -> tuple[Key, ...]:
    return tuple(_five(row) for row in rows)


def _five(key: Sequence[Any]) -> Key:
    service, name, by, item, unit = (str(part) for part in key)
    return service, name, by, item, unit


def daily_by_replication(pieces: Iterable[Piece]) -> Mapping[tuple[str, str], NDArray[np.float64]]:
    """For each (service, measure) of the census: replications x days."""
    together: dict[tuple[str, str], list[NDArray[np.int64]]] = {}
    for piece in pieces:
        for key, days in zip(piece.daily_keys, piece.daily, strict=True):
            together.setdefault(key, []).append(days)
    return {key: np.stack(rows).astype(np.float64) for key, rows in together.items()}
