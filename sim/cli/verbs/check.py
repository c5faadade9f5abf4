"""The verb check: recorded scenarios are run again, and it fails if a result moved.

Users' scripts rely on the options and exit codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.cli.arguments import Options, Parser, Written, add_files, add_json, add_observe, add_work
from sim.cli.screen import Screen
from sim.cli.verbs import Verb


@dataclass(slots=True)
class Check(Options):
    """The options of check."""

    update: bool = False
    reason: str | None = None
    junit: str | None = None
    summary: str | None = None
    annotations: bool = False


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "scenarios with a baseline, or folders of them (default: those in tests/expected)")
    parser.add_argument(
        "--update",
        action="store_true",
        help="record the present results, with a reason; the only way to change a baseline",
    )
    parser.add_argument("--reason", metavar="TEXT", help="(with --update) why results moved, for the log")
    add_json(parser, "the outcome")
    parser.add_argument("--junit", type=Written(".xml"), metavar="FILE", help="the outcome as JUnit XML")
    parser.add_argument(
        "--summary",
        type=Written(".md", ""),  # GitHub's file for the summary of a step has no ending
        metavar="FILE",
        help="append the outcome to FILE as Markdown",
    )
    parser.add_argument(
        "--annotations", action="store_true", help="lines that GitHub shows beside the scenario line that differs"
    )
    add_work(parser, cluster=False)
    add_observe(parser)


def _misfits(options: Check) -> Iterator[str]:
    if options.update and not (options.reason or "").strip():
        yield 'check --update needs --reason "why results move": it goes into the log'
    if options.reason is not None and not options.update:
        yield "--reason goes with --update; without it nothing is recorded"
    if options.update and (options.json or options.junit or options.summary or options.annotations):
        yield "--update records results; --json, --junit, --summary and --annotations report on a check"


def _run(options: Check, screen: Screen) -> int:
    from sim.cli.checking import check  # what it imports takes time, which --help should not

    return check(options, screen)


VERB = Verb(
    name="check",
    words="[FILE...]",
    summary="rerun baselines and fail if a result moved (default: those in tests/expected)",
    add_options=_add_options,
    run=_run,
    options=Check,
    examples=(
        ("", "every baseline that is recorded"),
        ('scenarios/mine.yaml --update --reason "longer stays"', "record what is found now"),
    ),
    epilog="Exit code 1: a result moved.",
    guides=("docs/check.md",),
    misfits=_misfits,
)
