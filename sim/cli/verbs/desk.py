"""The verb desk: a local page where a planner moves a bed and watches."""

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from sim.cli.arguments import NoValue, Options, Parser, UsageError, whole
from sim.cli.screen import Screen
from sim.cli.verbs import Verb

PORT = 8512
LOWEST, HIGHEST = 1024, 65535


@dataclass(slots=True)
class Desk(Options):
    """The options of desk."""

    port: int = PORT
    browser: bool = True


def _add_options(parser: Parser) -> None:
    parser.add_argument(
        "--port",
        type=_port,
        default=PORT,
        metavar="N",
        help=f"the port of this computer where the page is (default: {PORT})",
    )
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="show the address, and open no browser"
    )


def _port(text: str) -> int | NoValue:
    number = whole(text)
    if isinstance(number, NoValue) or LOWEST <= number <= HIGHEST:
        return number
    return NoValue(f"lies between {LOWEST} and {HIGHEST:,}; not {number}")


def _find_files(options: Desk) -> None:
    if options.files:
        raise UsageError("desk takes no files: the page lists those in scenarios/")


def _misfits(_: Desk) -> Iterator[str]:
    yield from ()


def _run(options: Desk, screen: Screen) -> int:
    from sim.desk.server import serve  # what it imports takes time, which --help should not
    from sim.desk.session import Cannot

    try:
        serve(options.port, screen.note, open_browser=options.browser)
    except Cannot as why:
        raise UsageError(str(why)) from None
    _end_if_somebody_computes()
    return 0


def _end_if_somebody_computes() -> None:
    """Ends the process where the page of an open tab is in the midst of a run: Python would take the ground from under it and abort."""
    if threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


VERB = Verb(
    name="desk",
    words="",
    summary="a page of this computer on which to move beds, stays, shares and prices, and watch what they do",
    add_options=_add_options,
    run=_run,
    options=Desk,
    examples=(("", "open the page"), ("--port 8600", "a second one, beside the first")),
    guides=("docs/desk.md",),
    find_files=_find_files,
    misfits=_misfits,
)
