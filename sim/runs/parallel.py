"""Where the work runs, in this process or a team of them.

What may be changed here: freely, as long as every number of workers gives the same results in the same order.
"""

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any

SECONDS_BETWEEN_LOOKS = 0.2  # whether somebody has pressed Ctrl-C
SECONDS_TO_END = 1
ENDED_BY_PYTHON = 1  # the exit code after an error that nobody caught; errors of the work itself are sent to us
MOST_TASKS_AT_ONCE = 10  # a chunk is lost when the run is interrupted, so it stays small

Work = Callable[[Any, Any], Any]  # (what all tasks share, one task) -> its result


class WorkerLost(Exception):
    """A worker ended without a word: it could not start, or the system stopped it, most often for want of memory."""


def processors() -> int:
    """How many processors we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_workers(tasks: int) -> int:
    """One worker for each processor we may use, never more than there are tasks."""
    return max(1, min(processors(), tasks))


def scatter(work: Work, shared: Any, tasks: Sequence[Any], workers: int) -> Iterator[Any]:
    """Results of `work(shared, task)` as they are finished, in any order."""
    if workers <= 1 or len(tasks) <= 1:
        for task in tasks:
            result = work(shared, task)
            with interrupts_noted():  # while it is put away
                yield result
        return
    workers = min(workers, len(tasks))
    with interrupts_noted() as noted:
        team = _Team(workers)
        try:
            yield from team.results(work, shared, _chunks(tasks, workers), noted)
        finally:
            team.end()


def _chunks(tasks: Sequence[Any], workers: int) -> list[Sequence[Any]]:
    """The tasks in order: small chunks first, so that the time left is soon known, and last, so that all workers end together."""
    chunks: list[Sequence[Any]] = []
    first = 0
    while first < len(tasks):
        growing = 2 ** min(len(chunks) // workers, 10)
        size = max(1, min(MOST_TASKS_AT_ONCE, growing, (len(tasks) - first) // (workers * 4)))
        chunks.append(tasks[first : first + size])
        first += size
    return chunks


class _Team:
    """Worker processes, each on a line of its own.

    A pool of `concurrent.futures` hangs when a worker is stopped while it hands over a result, which is what
    Ctrl-C does; on lines of their own a stopped worker is simply the end of its line.
    """

    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("spawn")  # the same on every system, and safe with threads
        self._members: dict[Connection, multiprocessing.process.BaseProcess] = {}
        with _interrupts_kept_from_children():
            for _ in range(workers):
                ours, theirs = context.Pipe()
                member = context.Process(target=_serve, args=(theirs,), daemon=True)
                member.start()
                theirs.close()
                self._members[ours] = member

    def results(self, work: Work, shared: Any, chunks: Sequence[Sequence[Any]], noted: Sequence[bool]) -> Iterator[Any]:
        """The results of all chunks, each as soon as it is there; ends when an interrupt was noted."""
        waiting = deque(chunks)
        idle = list(self._members)
        for line in idle:
            self._say(line, (work, shared))
        busy: set[Connection] = set()
        while (waiting or busy) and not noted:
            while idle and waiting:
                line = idle.pop()
                self._say(line, waiting.popleft())
                busy.add(line)
            for ready in wait(list(busy), timeout=SECONDS_BETWEEN_LOOKS):
                assert isinstance(ready, Connection)
                yield from self._heard(ready)
                busy.remove(ready)
                idle.append(ready)

    def _say(self, line: Connection, message: Any) -> None:
        try:
            line.send(message)
        except OSError:
            raise self._lost(line) from None

    def _heard(self, line: Connection) -> Any:
        try:
            done, answer = line.recv()
        except (EOFError, OSError):
            raise self._lost(line) from None
        if not done:
            raise answer
        return answer

    def _lost(self, line: Connection) -> WorkerLost:
        self._members[line].join(SECONDS_TO_END)
        code = self._members[line].exitcode
        if code == ENDED_BY_PYTHON:
            return WorkerLost(
                "a worker process could not start: above is why, as Python puts it. In a script of your own, the lines that run "
                'something stand under `if __name__ == "__main__":`; with workers=1 they need not'
            )
        return WorkerLost(f"a worker process was stopped (exit code {code}); perhaps memory ran out: try --workers 1")

    def end(self) -> None:
        """Stops every worker, whatever it is doing."""
        for line, member in self._members.items():
            member.terminate()
            line.close()
        for member in self._members.values():
            member.join()


def _serve(line: Connection) -> None:
    """A worker's life: hears what to do, then answers chunk after chunk until its line ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        work, shared = line.recv()
        while True:
            tasks = line.recv()
            answer: tuple[bool, Any]
            try:
                answer = True, [work(shared, task) for task in tasks]
            except Exception as error:  # noqa: BLE001 - it is raised again where somebody can read it
                answer = False, _portable(error)
            line.send(answer)


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
def interrupts_noted() -> Iterator[list[bool]]:
    """Ctrl-C inside is noted in the list and takes effect at the end, the second one at once.

    An interrupt that strikes while a file is written leaves half of it, and one that strikes while Python
    clears away an object is lost without a word.
    """
    noted: list[bool] = []
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield noted
        return

    def note(*_: object) -> None:
        if noted:
            raise KeyboardInterrupt
        noted.append(True)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
        if noted:
            raise KeyboardInterrupt


@contextmanager
def _interrupts_kept_from_children() -> Iterator[None]:
    """A child started inside never sees Ctrl-C, not even while it imports; where the system can do that.

    Python's tracker of resources comes first, because starting it lets Ctrl-C through again, for this process and the children.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
