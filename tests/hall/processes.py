"""The command line in a process of its own, with streams as the test wants them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sim.results.files.writing import RUN_FILE, publish

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from sim.cli import main; sys.exit(main(sys.argv[1:]))"
COMMAND = [sys.executable, "-c", PROGRAM]
QUICK = ("--workers", "1", "--engine", "reference")  # with nothing to compile and nobody to start


def environment(**more: str) -> dict[str, str]:
    """Ours, with the simulator to import."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def finished(folder: Path, *argv: str, streams: str = "", **how: Any) -> subprocess.CompletedProcess[str]:
    """A command that has ended; `streams` redirects as a shell does, as in `>&-`."""
    shell = ["sh", "-c", f'exec "$@" {streams}', "sh"]
    how = {"env": environment(), "capture_output": True, "text": True, "encoding": "utf-8", "timeout": 120, **how}
    return subprocess.run([*shell, *COMMAND, *argv], cwd=folder, check=False, **how)


def without_a_reader(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """A command whose reader has gone before its first word."""
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        return finished(folder, *argv, capture_output=False, stdout=theirs, stderr=subprocess.PIPE)
    finally:
        os.close(theirs)


# -- work that a worker can import without pytest ----------------------------------------------------------------------


def hears_ctrl_c(_: object, __: object) -> bool:
    """Whether Ctrl-C, when it came, would reach this process."""
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def works_for_ever(folder: str, task: int) -> None:
    """Says that it has begun, and never ends."""
    (Path(folder) / f"begun-{task}").touch()
    while True:
        pass


LOADED: list[str] = []  # what was loaded before a process was copied


def load() -> None:
    """Takes its time once, for all copies."""
    LOADED.append(f"by {os.getpid()}")


def what_is_loaded(_: object, __: object) -> str:
    """What a copy has at hand without loading it; nothing in a new process."""
    time.sleep(0.05)  # so that each worker has a task
    return " ".join(LOADED)


def publishes(folder: str, task: int) -> None:
    """Puts the same folder in place again and again, its content never quite as before, while another task does so too."""
    (Path(folder) / f"begun-{task}").touch()
    while len(list(Path(folder).glob("begun-*"))) < 2:
        time.sleep(0.001)
    for number in range(150):
        files = {"a.txt": b"%d %d" % (task, number), "charts/b.txt": b"b", RUN_FILE: b"{}"}
        publish(Path(folder) / "outputs", "same", files)


def notes_itself(folder: str, task: int) -> int:
    """Says which process begins it, and takes long enough to be killed at it."""
    (Path(folder) / f"begun-{task}-{os.getpid()}").touch()
    time.sleep(0.05)
    return task


def process_of(_: object, __: object) -> int:
    """Which process does it."""
    return os.getpid()


def refuses_three(_: object, task: int) -> int:
    """An error of the work itself."""
    if task == 3:
        raise ValueError("three is refused")
    return task


def vanishes(_: object, __: object) -> None:
    """Ends its process, as a system does that has no memory left."""
    os._exit(9)
