"""Where work runs, in this process or in several, behind one interface; where its time goes, and how long it will still take.

A cluster (`cluster.py`) is another such place.

Inside a command on Linux, worker processes begin as copies of this one, which loads first what all of them need. A copy has only the
thread that made it, and whatever another one held at that moment stays held for ever. So nothing is copied while the system counts
a second thread, nor elsewhere (a notebook, a script, another system): there, each worker is a new Python, which imports and loads.

Every number of workers gives the same results. Only `run.json` and the screen may tell of time: no clock reaches a result. A stage is
whatever `with watch.stage("engine"):` calls it.
"""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

SECONDS_BETWEEN_LOOKS = 0.2  # whether somebody has pressed Ctrl-C
SECONDS_TO_END = 10  # for a process whose pipe has ended
ENDED_BY_PYTHON = 1  # the exit code after an error that nobody caught; errors of the work itself are sent to us
MOST_TASKS_IN_A_BLOCK = 10  # a block is lost when the run is interrupted, so it stays small

Work = Callable[[Any, Any], Any]  # (what all tasks share, one task) -> its result
Block = Sequence[Any]  # tasks that one worker does one after another, and answers together
Answer = tuple[bool, Any]  # whether all is done, and the results or the error


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker process hears first, and again when it is kept for another run: what is to be done with every task."""

    work: Work
    shared: Any


class NoWorkers(Exception):
    """Where work should be done, it cannot be: why, and what to do, in words for a planner."""


class WorkerLost(NoWorkers):
    """A worker process ended without an answer: it could not start, or the system stopped it, most often for want of memory."""


class Workers(Protocol):
    """A place where blocks of tasks run."""

    @property
    def number(self) -> int:
        """Blocks that run at the same time."""

    def results(self, work: Work, shared: Any, blocks: Sequence[Block]) -> Iterator[Any]:
        """The result of `work(shared, task)` for every task of every block, in any order, each block as soon as it is done.

        An error in a task is raised here and ends the work. Closing the iterator, or Ctrl-C, stops what still runs.
        """


class ThisProcess:
    """Runs every task here, one after another."""

    number = 1

    def results(self, work: Work, shared: Any, blocks: Sequence[Block]) -> Iterator[Any]:
        """The results of all tasks, each as soon as it is there."""
        for block in blocks:
            for task in block:
                result = work(shared, task)
                with interrupts_deferred():  # while the caller puts it away
                    yield result


class WorkerProcesses:
    """Runs blocks in so many processes of this computer; they start with the work and end with it, or are kept for more.

    `load` is called here before they are copied from this process, so that all of them have at hand what it loads.
    """

    def __init__(self, number: int, load: Callable[[], None] | None = None) -> None:
        self.number, self.load = number, load

    def results(self, work: Work, shared: Any, blocks: Sequence[Block]) -> Iterator[Any]:
        """The results of all tasks, each block as soon as it is there."""
        number = min(self.number, len(blocks))
        if number <= 1:
            yield from ThisProcess().results(work, shared, blocks)
            return
        with interrupts_deferred() as interrupted, _processes(number, self.load) as processes:
            yield from _results(processes, Job(work, shared), blocks, interrupted)
            if not interrupted:
                _KEPT.keep(processes)


Place = int | Workers  # so many processes of this computer, or somewhere else


def workers_of(place: Place, load: Callable[[], None] | None = None) -> Workers:
    """So many workers on this computer, with what loads what they need, or those of another place."""
    if not isinstance(place, int):
        return place
    return WorkerProcesses(place, load) if place > 1 else ThisProcess()


def run_tasks(workers: Workers, work: Work, shared: Any, tasks: Sequence[Any]) -> Iterator[Any]:
    """Results of `work(shared, task)` as they are finished, in any order."""
    return workers.results(work, shared, _blocks(tasks, workers.number))


def processors() -> int:
    """How many processors we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_workers(tasks: int) -> int:
    """One worker for each processor we may use, never more than there are tasks."""
    return max(1, min(processors(), tasks))


def _blocks(tasks: Sequence[Any], workers: int) -> list[Block]:
    """The tasks in order: small blocks first, so that the time left is soon known, and last, so that all workers end together."""
    blocks: list[Block] = []
    first = 0
    while first < len(tasks):
        growing = 2 ** min(len(blocks) // workers, 10)
        size = max(1, min(MOST_TASKS_IN_A_BLOCK, growing, (len(tasks) - first) // (workers * 4)))
        blocks.append(tasks[first : first + size])
        first += size
    return blocks


class _Kept:
    """Worker processes that have nothing to do."""

    def __init__(self) -> None:
        self._idle: dict[Connection, BaseProcess] = {}
        self.are_wanted = False

    @contextmanager
    def wanted(self) -> Iterator[None]:
        """Inside, they are kept."""
        self.are_wanted = True
        try:
            yield
        finally:
            self.are_wanted = False
            _end(self._idle)
            self._idle = {}

    def keep(self, processes: dict[Connection, BaseProcess]) -> None:
        """Takes them over, where more work may come."""
        if self.are_wanted:
            self._idle |= processes
            processes.clear()

    def hand_out(self, number: int) -> dict[Connection, BaseProcess]:
        """As many as are wanted, if there are so many; what has ended meanwhile is none."""
        alive = [pipe for pipe, process in self._idle.items() if process.is_alive()]
        return {pipe: self._idle.pop(pipe) for pipe in alive[:number]}


_KEPT = _Kept()


def processes_kept() -> AbstractContextManager[None]:
    """Inside, worker processes wait for the next run: loading what is compiled takes each of them most of a second."""
    return _KEPT.wanted()


def _may_be_copied() -> bool:
    """Whether this process is a command of ours with one thread: of the threads of libraries, only the system knows."""
    return _KEPT.are_wanted and sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1


@contextmanager
def _processes(number: int, load: Callable[[], None] | None = None) -> Iterator[dict[Connection, BaseProcess]]:
    """Worker processes, each with a pipe of its own; all are stopped in the end, whatever they are doing.

    A pool hangs when a worker is stopped while it hands over a result, which is what Ctrl-C does: its workers share
    one pipe, and what was half written is waited for. On a pipe of its own, a stopped worker is the end of the pipe.
    """
    processes = _KEPT.hand_out(number)
    missing, are_copies = number - len(processes), _may_be_copied()
    if missing and are_copies and load:
        load()
        are_copies = _may_be_copied()  # whatever that began
    context: Any = multiprocessing.get_context("fork" if are_copies else "spawn")
    try:
        with interrupts_kept_from_children(are_new_to_python=not are_copies):
            for _ in range(missing):
                ours, theirs = context.Pipe()
                worker = context.Process(target=_serve, args=(theirs,), daemon=True)
                worker.start()
                theirs.close()  # so that the pipe ends with the worker
                processes[ours] = worker
        yield processes
    finally:
        _end(processes)


def _end(processes: Mapping[Connection, BaseProcess]) -> None:
    for pipe, process in processes.items():
        process.terminate()
        pipe.close()
    for process in processes.values():
        process.join()


def _results(
    processes: Mapping[Connection, BaseProcess], job: Job, blocks: Sequence[Block], interrupted: Sequence[bool]
) -> Iterator[Any]:
    """The results of all blocks, each as soon as it is there; ends when there was an interrupt."""
    waiting = deque(blocks)
    idle = list(processes)
    for pipe in idle:  # once all have started: what is sent to the first may fill its pipe until it is there to read
        with _end_noticed(processes[pipe]):
            pipe.send(job)
    busy: set[Connection] = set()
    while (waiting or busy) and not interrupted:
        while idle and waiting:
            pipe = idle.pop()
            with _end_noticed(processes[pipe]):
                pipe.send(waiting.popleft())
            busy.add(pipe)
        for ready in wait(list(busy), timeout=SECONDS_BETWEEN_LOOKS):
            assert isinstance(ready, Connection)
            answer = _answer(ready, processes[ready])
            busy.remove(ready)
            if waiting and not interrupted:  # first, so that it works on while the caller puts these away
                with _end_noticed(processes[ready]):
                    ready.send(waiting.popleft())
                busy.add(ready)
            else:
                idle.append(ready)
            yield from answer


def _answer(pipe: Connection, process: BaseProcess) -> Any:
    with _end_noticed(process):
        done, answer = pipe.recv()
    if not done:
        raise answer
    return answer


@contextmanager
def _end_noticed(process: BaseProcess) -> Iterator[None]:
    """Raises WorkerLost where the pipe that is used inside has ended with its process."""
    try:
        yield
    except (EOFError, OSError):
        raise _lost(process) from None


def _lost(process: BaseProcess) -> WorkerLost:
    process.join(SECONDS_TO_END)
    code = process.exitcode
    if code == ENDED_BY_PYTHON:
        return WorkerLost(
            "a worker process could not start: above is why, as Python puts it. In a script of your own, put the lines that run "
            'something under `if __name__ == "__main__":`; with workers=1 this is not needed'
        )
    return WorkerLost(f"a worker process was stopped (exit code {code}); perhaps memory ran out: try --workers 1")


def _serve(pipe: Connection) -> None:
    """What a worker process does: it hears of a job, then does block after block, or hears of another, until its pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        job = pipe.recv()
        while True:
            told = pipe.recv()
            if isinstance(told, Job):
                job = told
            else:
                pipe.send(answer_of(job.work, job.shared, told))


def answer_of(work: Work, shared: Any, tasks: Block) -> Answer:
    """The results of a block, or the error that ended it."""
    try:
        return True, [work(shared, task) for task in tasks]
    except Exception as error:  # noqa: BLE001 - it is raised again where somebody can read it
        return False, _portable(error)


def _end_with_the_parent() -> None:
    """Waits for the parent's end, which no signal tells of, and stops in the midst of whatever is worked on for nobody."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(ENDED_BY_PYTHON)


def _portable(error: Exception) -> Exception:
    """The error as it can be sent to another process, with its traceback as a note."""
    error.add_note("In a worker process:\n" + traceback.format_exc())
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever its author forgot
        return RuntimeError(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
    return error


@contextmanager
def interrupts_deferred() -> Iterator[list[bool]]:
    """Ctrl-C inside is put into the list and takes effect at the end, the second one at once.

    An interrupt that strikes while a file is written leaves half of it, and one that strikes while Python
    clears away an object is lost without a word.
    """
    interrupted: list[bool] = []
    before = signal.getsignal(signal.SIGINT)
    ours = threading.current_thread() is threading.main_thread() and before not in (None, signal.SIG_IGN)
    if not ours:  # somebody wants it ignored: a shell, of what it runs in its background
        yield interrupted
        return

    def defer(*_: object) -> None:
        if interrupted:
            raise KeyboardInterrupt
        interrupted.append(True)

    signal.signal(signal.SIGINT, defer)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
        if interrupted:
            raise KeyboardInterrupt


@contextmanager
def interrupts_kept_from_children(*, are_new_to_python: bool = True) -> Iterator[None]:
    """A child started inside never sees Ctrl-C, not even while it imports; where the system can do that.

    Python's tracker of resources comes first, because starting it lets Ctrl-C through again, for this process and the children. It
    is started with the first child that is no copy of this process.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    if are_new_to_python:
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- how long it takes -------------------------------------------------------------------------------------------------


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
