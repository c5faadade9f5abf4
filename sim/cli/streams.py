"""Standard output and standard error as they may be: closed, full, or with nobody at the other end any more.

A reader that goes away (`| head -1`) is nobody's fault: from then on words are for nobody, and the command goes on. What is
lost in another way is an OSError with the stream's name. What may be changed here: freely, within that.
"""

import errno
import os
import sys
from contextlib import suppress
from typing import TextIO

OUTPUT = "standard output"
HIGHEST_STREAM = 2  # the number under which the system knows standard error


def prepare() -> None:
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


def write(stream: TextIO | None, content: str | bytes) -> None:
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
