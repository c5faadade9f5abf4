"""What appears on the screen: results on standard output, messages and progress on standard error.

Without a terminal it is plain text: no colour, no control characters. The two streams may be closed, full, or with nobody at the
other end any more. A reader that goes away (`| head -1`) is nobody's fault: from then on words are for nobody, and the command
goes on. What is lost in another way is an OSError with the stream's name.
"""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from sim.inputs.problems import counted

# -- streams -----------------------------------------------------------------------------------------------------------


OUTPUT = "standard output"
HIGHEST_STREAM = 2  # the number under which the system knows standard error


def prepare_streams() -> None:
    """Files and pipes get UTF-8, a console shows a question mark for a letter that it lacks, a closed stream leads nowhere."""
    _fill_closed()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _fill_closed() -> None:
    """The next file that is opened would take a closed stream's number, and a worker's last words would go into it."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= HIGHEST_STREAM:
        os.set_inheritable(number, True)
    os.close(number)


def write_to(stream: TextIO | None, content: str | bytes) -> None:
    """Puts text on a stream at once, or bytes as they are; OSError where they are lost, unless the reader has gone."""
    if stream is None or stream.closed:
        raise OSError(errno.EBADF, "is closed", OUTPUT)
    try:
        _put(stream, content)
    except OSError as problem:
        _lead_nowhere(stream)
        if not _reader_has_gone(problem):
            raise OSError(problem.errno, problem.strerror, OUTPUT) from None


def _put(stream: TextIO, content: str | bytes) -> None:
    buffer = getattr(stream, "buffer", None)
    if isinstance(content, str):
        stream.write(content)
    elif buffer is None:  # somebody put text in the place of the stream
        stream.write(content.decode())
    else:
        buffer.write(content)
    stream.flush()


def _reader_has_gone(problem: OSError) -> bool:
    return isinstance(problem, BrokenPipeError) or (os.name == "nt" and problem.errno == errno.EINVAL)


def _lead_nowhere(stream: TextIO) -> None:
    """What waits in the stream, and all that follows, is for nobody; Python would try again when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


# -- what is shown -----------------------------------------------------------------------------------------------------


GOOD, BAD, UNSURE = "\x1b[32m", "\x1b[31m", "\x1b[33m"
PLAIN_AGAIN = "\x1b[0m"
COLOUR_OF = {"better": GOOD, "worse": BAD, "cannot tell": UNSURE}
SECONDS_BETWEEN_LINES = 30.0  # of progress, where there is no terminal


class Screen:
    """Two streams, and what they can show; with `quiet_output` all words go to standard error.

    A line of the result that is lost is an OSError; a message beside it is not worth stopping for.
    """

    def __init__(self, *, quiet_output: bool) -> None:
        self.out: TextIO | None = sys.stderr if quiet_output else sys.stdout
        self.err: TextIO | None = sys.stderr
        self._is_quiet = quiet_output
        self._progress = Progress(self.err)

    @property
    def colours(self) -> bool:
        """Whether colour may be used: a terminal, and nobody who said no."""
        return _is_terminal(self.out) and "NO_COLOR" not in os.environ and os.name != "nt"

    def say(self, text: str = "") -> None:
        """A line of the result."""
        if self._is_quiet:
            self.note(text)
            return
        self.end_progress()
        write_to(self.out, text + "\n")

    def note(self, text: str) -> None:
        """A message beside the result."""
        self.end_progress()
        _try(self.err, text + "\n")

    def problem(self, text: str) -> None:
        """What is wrong: on the other stream where standard error is closed."""
        self.end_progress()
        _try(self.err or self.out, text + "\n")

    def verdict(self, text: str) -> str:
        """A verdict, coloured where that is possible; the word alone says it all."""
        colour = COLOUR_OF.get(text.strip()) if self.colours else None
        return f"{colour}{text}{PLAIN_AGAIN}" if colour else text

    def progress(self, done: int, total: int, seconds_left: float | None = None) -> None:
        """How many replications are done, and how long the others may take."""
        self._progress.show(done, total, seconds_left)

    def end_progress(self) -> None:
        """Clears the line of progress."""
        self._progress.clear()

    @contextmanager
    def running(self) -> Iterator[None]:
        """While something runs that shows its progress; the line is cleared however it ends."""
        try:
            yield
        finally:
            self.end_progress()

    @property
    def how_far(self) -> tuple[int, int]:
        """Replications done, and how many there are."""
        return self._progress.done, self._progress.total


class Progress:
    """One line that is written over on a terminal; an occasional line elsewhere."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._terminal = _is_terminal(stream)
        self._began: tuple[float, int] | None = None  # when, and how many were done already
        self._last_line = 0.0
        self._width = 0
        self.done, self.total = 0, 0

    def show(self, done: int, total: int, seconds_left: float | None = None) -> None:
        """Tells how far it is and how long it may take; where nobody knows better, as long for each as so far."""
        now = time.monotonic()
        if self._began is None:
            self._began, self._last_line = (now, done), now
        self.done, self.total = done, total
        text = f"{done:,} of {counted(total, 'replication')}{self._left(now, seconds_left)}"
        if self._terminal:
            self._write(f"\r{text.ljust(self._width)}")
            self._width = max(self._width, len(text))
        elif now - self._last_line >= SECONDS_BETWEEN_LINES and done < total:
            self._write(text + "\n")
            self._last_line = now

    def _left(self, now: float, seconds: float | None) -> str:
        assert self._began is not None
        began, before = self._began
        if self.done <= before or self.done == self.total:
            return ""
        if seconds is None:
            seconds = (now - began) / (self.done - before) * (self.total - self.done)
        return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"

    def clear(self) -> None:
        """Wipes the line, so that other text starts clean."""
        if self._width:
            self._write("\r" + " " * self._width + "\r")
            self._width = 0

    def _write(self, text: str) -> None:
        _try(self._stream, text)


def _try(stream: TextIO | None, text: str) -> None:
    """Says it where that is possible."""
    with suppress(OSError):
        write_to(stream, text)


def _is_terminal(stream: TextIO | None) -> bool:
    if stream is None or stream.closed:
        return False
    return stream.isatty() and os.environ.get("TERM") != "dumb"
