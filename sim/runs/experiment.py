"""Scenarios and replications: run, check, measure, gather. The chain behind `run` and `compare`, without files or screens.

Studies run scenarios here too: batch after batch, on the same people, reported to a listener as one run. Sweeps, solving, worlds,
levers, tornados and fitting each turn replications into figures of their own; how scenarios are run, taken from the store, sampled
for the cross-check, counted for a plan and how long they take is here.

All replications of a run are packed and set aside one by one, in order, so that memory does not grow with their number. A line of
JSON says what is there; tables of numbers follow, each in the smallest whole-number type that holds it and compressed as suits it,
and floating-point numbers as they are, which hardly get smaller. Nothing in them is ever executed, and what comes back is equal to
the last bit.

No result depends on the number of workers or on what runs together.
"""

import json
import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.model.engine import REFERENCE
from sim.model.records import Ledger
from sim.results.comparison.compare import NUMBER, Keys, KeyTable, departures
from sim.results.invariants import checks
from sim.results.measures import census
from sim.results.measures.all import figures
from sim.results.measures.periods import UNDIVIDED, Divisions, Period, within
from sim.results.spill import WHOLE, Slot, Spill, smallest
from sim.results.window import Key, Window
from sim.runs.engines import BY_REFERENCE, Engines, ledger_of, load_all
from sim.runs.piece import NO_DAYS, NO_DEPARTURES, PackedPiece, Piece, Replications, Task
from sim.runs.store import Store, has_rows_of_people, name_of_results, name_of_verdict, short_hash
from sim.runs.workers import LOADING, ONE_OFF, SIMPY_TIMES, Place, Remaining, Stopwatch, run_tasks, workers_of

# -- replications, packed and set aside --------------------------------------------------------------------------------


FLOAT = np.dtype("<f8")
TYPES = {kind.str: kind for kind in (*WHOLE, FLOAT)}
FASTEST = 1  # of the levels of compression; others take longer than they spare
MOST_KEYS = 100_000  # that a process remembers

Table = NDArray[Any]


def packed(piece: Piece) -> bytes:
    """A replication as bytes, without its periods and without how long it took."""
    words, numbers = _numbered(piece.keys)
    people, events = np.split(piece.departures.T, [NUMBER + 1])
    keys, counts = [_steps(numbers, 1)], [_steps(piece.daily, 1), _steps(people, 1), *map(smallest, events)]
    parts = [_squeezed(keys, zlib.Z_DEFAULT_STRATEGY), _squeezed(counts, zlib.Z_RLE)]
    header = {
        "words": words,
        "daily": piece.daily_keys,
        "keys": _said(keys),
        "counts": _said(counts),
        "bytes": [len(part) for part in parts],
    }
    values = np.asarray(piece.values, FLOAT).tobytes()
    return b"".join((json.dumps(header).encode(), b"\n", *parts, values))


def unpacked(data: bytes, task: Task, table: KeyTable | None = None) -> Piece:
    """The replication that was packed, its keys those of a table that others of its scenario share."""
    text, _, rest = data.partition(b"\n")
    said = json.loads(text)
    first, second = np.cumsum(said["bytes"]).tolist()
    (numbers,) = _arrays(said["keys"], zlib.decompress(rest[:first]))
    daily, people, *events = _arrays(said["counts"], zlib.decompress(rest[first:second]))
    table = table or KeyTable()
    keys = Keys(table, table.numbers(said["words"], _summed(numbers, 1)))
    daily_keys = tuple((str(service), str(measure)) for service, measure in said["daily"])
    departures = np.stack([*_summed(people, 1), *events], axis=1, dtype=np.int64)
    return Piece(task, keys, np.frombuffer(rest, FLOAT, offset=second), daily_keys, _summed(daily, 1), departures)


def _squeezed(tables: Sequence[Table], strategy: int) -> bytes:
    """Tables, compressed: of runs of equal numbers alone in a third of the time, and no larger where there is little else."""
    squeeze = zlib.compressobj(FASTEST, strategy=strategy)
    return squeeze.compress(b"".join(_by_byte(table) for table in tables)) + squeeze.flush()


def _by_byte(table: Table) -> bytes:
    """A table's numbers, the lower bytes of all first: the higher ones are nearly all alike."""
    return table.reshape(-1).view(np.uint8).reshape(-1, table.itemsize).T.tobytes()


def _said(tables: Sequence[Table]) -> list[tuple[str, tuple[int, ...]]]:
    return [(table.dtype.str, table.shape) for table in tables]


def _arrays(said: Sequence[Any], data: bytes) -> Iterator[Table]:
    start = 0
    for kind, shape in said:
        count, size = int(np.prod(shape, dtype=np.int64)), TYPES[kind].itemsize
        by_byte = np.frombuffer(data, np.uint8, count * size, start).reshape(size, count)
        yield np.ascontiguousarray(by_byte.T).view(TYPES[kind]).reshape(shape)
        start += count * size


def _numbered(keys: Sequence[Key]) -> tuple[list[str], NDArray[np.int64]]:
    """Every word of the keys once, and which of them each key is made of: a row for each of its five places."""
    if len(_known().keys) > MOST_KEYS:
        _known.cache_clear()
    numbered = Keys.of(keys, _known())
    return numbered.table.in_words(numbered.numbers)


@lru_cache(maxsize=1)
def _known() -> KeyTable:
    """The keys that this process has packed: its next replication has nearly all of them again."""
    return KeyTable()


def _steps(whole: NDArray[np.int64], axis: int) -> Table:
    """Each number as the step from the one before it, which packs better: people are numbered in order."""
    small = smallest(whole)
    steps: Table = np.diff(small, axis=axis, prepend=small.dtype.type(0))
    return steps if small.dtype == WHOLE[-1] else smallest(steps)  # of the largest type they may lie beyond it


def _summed(steps: NDArray[Any], axis: int) -> NDArray[np.int64]:
    return np.cumsum(steps, axis=axis, dtype=np.int64)


FIRST = 0  # the replication that is cross-checked


class FinishedWork:
    """What the store holds of the replications of some scenarios."""

    def __init__(self, store: Store, scenarios: Sequence[Scenario], engines: Engines, divisions: Divisions) -> None:
        self._store, self._divisions = store, divisions
        self._ids = [scenario.id for scenario in scenarios]
        self._results = [
            None if has_rows_of_people(scenario) else name_of_results(scenario, engines.name) for scenario in scenarios
        ]
        asked = [engines.is_cross_checked(number, FIRST) for number in range(len(scenarios))]
        self._verdicts = [
            name_of_verdict(scenario, FIRST) if is_asked else None
            for scenario, is_asked in zip(scenarios, asked, strict=True)
        ]
        self.proved = {
            number: day for number, name in enumerate(self._verdicts) if name and (day := self._day_of(name))
        }

    def forget_proofs(self, scenarios: Iterable[int]) -> None:
        """Leaves out scenarios whose first replication this command has run already: their cross-check is its own."""
        for number in scenarios:
            self.proved.pop(number, None)

    def load(self, task: Task) -> PackedPiece | None:
        """A replication that was finished before, with every period that is wanted; None if it must be run."""
        results = self._results[task.scenario]
        must_be_checked = task.replication == FIRST and self._verdicts[task.scenario] is not None
        if results is None or (must_be_checked and task.scenario not in self.proved):
            return None
        data = self._store.read(_name(results, task))
        periods = {
            one: self._store.read(self._period_name(results, task, one))
            for one in self._divisions.periods_of(task.scenario)
        }
        found = {period: part for period, part in periods.items() if part is not None}
        return None if data is None or len(found) < len(periods) else PackedPiece(task, data, found, {})

    def keep(self, piece: PackedPiece) -> None:
        """Keeps a replication that has just been run, and that both engines agreed on it."""
        results, verdict = self._results[piece.task.scenario], self._verdicts[piece.task.scenario]
        if results:
            self._store.write(_name(results, piece.task), piece.data)
            for period, data in piece.periods.items():
                self._store.write(self._period_name(results, piece.task, period), data)
        if verdict and piece.task.replication == FIRST and piece.task.scenario not in self.proved:
            today = datetime.now(UTC).date().isoformat()
            self._store.write(f"verdicts/{verdict}", json.dumps({"equal in every cell": today}).encode())

    def tell(self, taken: int) -> None:
        """Notes at the store what this run has from it, for anybody who reports on the run."""
        self._store.taken += taken
        self._store.proved |= {self._ids[number]: day for number, day in self.proved.items()}

    def _day_of(self, verdict: str) -> str | None:
        """The day on which both engines recorded the same; None where nobody has tried."""
        data = self._store.read(f"verdicts/{verdict}")
        return str(json.loads(data)["equal in every cell"]) if data else None

    def _period_name(self, results: str, task: Task, period: Period) -> str:
        """Periods of one division were found to come to the whole, so they are kept, and believed, together."""
        together = [[(one.first_day, one.end_day) for one in it] for it in self._divisions.wholes_of(task.scenario)]
        return f"{_name(results, task)}-{period.first_day}-{period.end_day}-of-{short_hash(repr(together))}"


def _name(results: str, task: Task) -> str:
    return f"{results}/{task.replication:06}"


class SetAside:
    """Replications as they arrive, in any order; one that arrives again is not counted twice."""

    def __init__(self) -> None:
        self._spill = Spill()
        self._slots: dict[Task, Slot] = {}
        self._watches: dict[int, Stopwatch] = {}  # by scenario

    def __len__(self) -> int:
        """How many have arrived."""
        return len(self._slots)

    def __contains__(self, task: Task) -> bool:
        """Whether it has arrived."""
        return task in self._slots

    def keep(self, piece: PackedPiece) -> None:
        """Sets one aside."""
        if piece.task not in self._slots:
            self.watch(piece.task.scenario).add(piece.seconds)
            # a file of our own, which nobody else can write
            self._slots[piece.task] = self._spill.keep(pickle.dumps(piece))

    def of(self, scenario: int, replications: int) -> Replications:
        """All of a scenario, each to be read once it has arrived."""
        table = KeyTable()

        def read(number: int) -> Piece:
            return _piece(self._spill.read(self._slots[Task(scenario, number)]), table)

        return Replications(replications, read, self.watch(scenario).seconds)

    def watch(self, scenario: int) -> Stopwatch:
        """How long a scenario took, stage by stage."""
        return self._watches.setdefault(scenario, Stopwatch())


def _piece(data: bytes, table: KeyTable) -> Piece:
    found: PackedPiece = pickle.loads(data)
    periods = {period: unpacked(part, found.task, table) for period, part in found.periods.items()}
    return replace(unpacked(found.data, found.task, table), seconds=found.seconds, periods=periods)


# -- run, check, measure, gather ---------------------------------------------------------------------------------------


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

    def load() -> None:
        with done.watch(0).stage(LOADING):
            load_all(shared.engines)

    place = workers_of(workers if open_tasks else 1, load)  # nobody is started or asked where nothing is to be done
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


# -- for studies -------------------------------------------------------------------------------------------------------


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
        self._before, self._now = self._before + self._now, sum(scenario.replications for scenario in scenarios)
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
