"""A desk in a process of its own and a browser of the system in front of it; where either is missing, the tests say so."""

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.desk import world
from tests.hall.processes import COMMAND, environment

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
SECONDS = 180  # that a busy machine may take; the engine may have to be compiled first


def found_browser() -> str:
    """The browser's program; the test is skipped where there is none."""
    for package in ("streamlit", "playwright"):
        pytest.importorskip(package, reason=f"{package} is not here: .ci/run installs it")
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"there is no browser here: none of {', '.join(BROWSERS)}")
    return program


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Running:
    """A desk that is open."""

    folder: Path
    port: int
    address: str  # with its token
    process: subprocess.Popen[str]

    def stop(self) -> str:
        """Ctrl-C; what it has said by then."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        self.process.wait(120)
        return said


@contextmanager
def running_desk(folder: Path) -> Iterator[Running]:
    """A desk over the small world's scenarios."""
    world.make(folder)
    port = free_port()
    process = subprocess.Popen(
        [*COMMAND, "desk", "--port", str(port), "--no-browser"],
        cwd=folder,
        env=environment(BEDFLOW_STORE="off"),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if found := re.search(r"http://\S+token=\S+", line):
                break
        else:
            raise AssertionError("".join(lines))
        yield Running(folder, port, found[0], process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


@contextmanager
def open_browser() -> Iterator[Any]:
    """A browser, without a window."""
    program = found_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()
