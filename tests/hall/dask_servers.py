"""A real Dask scheduler and real workers, each a process in a folder of its own, ended by the pid that was noted."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hall.processes import environment

ON_THIS_COMPUTER = ("--host", "127.0.0.1", "--no-dashboard")


class Servers:
    """One scheduler, and the workers that were started for it."""

    def __init__(self, folder: Path, **more: str) -> None:
        folder.mkdir()
        self._folder, self._file = folder, folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        where = ("--port", "0", "--scheduler-file", str(self._file))
        self.scheduler = self._start("scheduler", *ON_THIS_COMPUTER, *where, **more)

    @property
    def address(self) -> str:
        """Where the scheduler listens, once it does."""
        while True:
            try:
                return str(json.loads(self._file.read_text())["address"])
            except (OSError, ValueError):  # not there yet, or half written
                assert self.scheduler.poll() is None, (self._folder / "scheduler" / "log").read_text()
                time.sleep(0.02)

    def start_worker(self, **more: str) -> subprocess.Popen[bytes]:
        """One more worker process; the variables given are its environment's."""
        alone = ("--nthreads", "1", "--no-nanny", "--local-directory", ".")
        name = f"worker-{len(self.workers)}"
        self.workers.append(self._start("worker", self.address, *ON_THIS_COMPUTER, *alone, name=name, **more))
        return self.workers[-1]

    def wait_for_workers(self, number: int) -> None:
        """Until so many have come to the scheduler."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            while len(client.nthreads()) != number:
                time.sleep(0.02)

    def _start(self, what: str, *argv: str, name: str = "", **more: str) -> subprocess.Popen[bytes]:
        folder = self._folder / (name or what)
        folder.mkdir()
        command = [sys.executable, "-m", "dask", what, *argv]
        with (folder / "log").open("wb") as log:
            return subprocess.Popen(command, cwd=folder, env=environment(**more), stdout=log, stderr=log)

    def end(self) -> None:
        """Ends every process that was started here."""
        for one in (*self.workers, self.scheduler):
            one.kill()
            one.wait()


@contextmanager
def servers(folder: Path, workers: int, **more: str) -> Iterator[Servers]:
    """A scheduler with so many workers; the variables given are the environment of the scheduler alone."""
    started = Servers(folder / "servers", **more)
    try:
        for _ in range(workers):
            started.start_worker()
        started.wait_for_workers(workers)
        yield started
    finally:
        started.end()
