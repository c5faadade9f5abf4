"""Where the work runs, in this process or a pool of them; and how an interrupted run resumes.

What may be changed here: freely, as long as every number of workers gives the same results in the same order.
"""

import json
import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

MOST_TASKS_AT_ONCE = 10  # a chunk is lost when the run is interrupted, so it stays small

Work = Callable[[Any, Any], Any]  # (what all tasks share, one task) -> its result
_job: list[tuple[Work, Any]] = []  # in a worker: what to do, sent once


def default_workers(tasks: int) -> int:
    """One worker for each processor we may use, never more than there are tasks."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, tasks))


def scatter(work: Work, shared: Any, tasks: Sequence[Any], workers: int) -> Iterator[Any]:
    """Results of `work(shared, task)` as they are finished, in any order."""
    if workers <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield work(shared, task)
        return
    yield from _scatter_over_processes(work, shared, tasks, min(workers, len(tasks)))


def _scatter_over_processes(work: Work, shared: Any, tasks: Sequence[Any], workers: int) -> Iterator[Any]:
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),  # the same on every system, and safe with threads
        initializer=_start_worker,
        initargs=(work, shared),
    )
    finished = False
    try:
        with _interrupts_kept_from_children():
            futures: list[Future[list[Any]]] = [
                pool.submit(_do_chunk, part) for part in _chunks(tasks, workers)
            ]
        for future in as_completed(futures):
            yield from future.result()
        finished = True
    finally:
        pool.shutdown(wait=finished, cancel_futures=True)
        if not finished:
            for child in set(multiprocessing.active_children()) - others:
                child.terminate()


def _chunks(tasks: Sequence[Any], workers: int) -> list[Sequence[Any]]:
    size = max(1, min(MOST_TASKS_AT_ONCE, len(tasks) // (workers * 8)))
    return [tasks[first : first + size] for first in range(0, len(tasks), size)]


def _start_worker(work: Work, shared: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _job[:] = [(work, shared)]


def _do_chunk(tasks: Sequence[Any]) -> list[Any]:
    ((work, shared),) = _job
    return [work(shared, task) for task in tasks]


@contextmanager
def _interrupts_kept_from_children() -> Iterator[None]:
    """A child started inside never sees Ctrl-C, not even while it imports; we see it a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class ResumeStore:
    """Finished replications on disk, one small file each, so that an interrupted run can go on.

    Only numbers and JSON text are stored, never pickles. A file that cannot be read counts as not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, name: str) -> tuple[Any, dict[str, Any]] | None:
        """The header and the arrays saved under this name; None if there are none."""
        try:
            with np.load(self.folder / f"{name}.npz", allow_pickle=False) as saved:
                arrays = {key: saved[key] for key in saved.files}
            return json.loads(arrays.pop("header").tobytes()), arrays
        except (OSError, ValueError, KeyError, EOFError):
            return None
        except Exception as problem:  # a truncated zip raises zipfile.BadZipFile, which we need not import
            if type(problem).__name__ == "BadZipFile":
                return None
            raise

    def save(self, name: str, header: Any, arrays: Mapping[str, Any]) -> None:
        """Keeps a header and arrays under this name; a full disk or a removed folder is no reason to stop."""
        text = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as part:
                np.savez(part, allow_pickle=False, header=text, **arrays)
            os.replace(part.name, self.folder / f"{name}.npz")
        except OSError:
            return

    def remove(self) -> None:
        """Forgets everything, and the folder of all stores when it was the last."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            self.folder.parent.rmdir()
