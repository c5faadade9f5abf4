"""The command line in a process of its own, with streams as the test wants them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

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
