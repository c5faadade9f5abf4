"""The verb sensitivity: each assumption alone at the ends of its range."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.cli.arguments import (
    NoValue,
    Options,
    Parser,
    UsageError,
    add_changes,
    add_files,
    add_json,
    add_outputs,
    add_plan,
    add_work,
    positive,
)
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, named_files
from sim.home import HOME, meant, shortest
from sim.inputs.problems import did_you_mean
from sim.results.measure_table import HEADLINE

DEFAULT_RANGES = "scenarios/ranges/england.csv"
METHODS = ("alone", "worlds", "morris", "sobol")


@dataclass(slots=True)
class Sensitivity(Options):
    """The options of sensitivity."""

    ranges: str = ""
    measure: str = ""
    service: str = ""
    method: str = METHODS[0]
    size: int | None = None
    plan: bool = False


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "BASE and OTHER; without files: scenarios/baseline.yaml and scenarios/cedarwood.yaml")
    parser.add_argument(
        "--ranges",
        type=meant,
        default=shortest(HOME / DEFAULT_RANGES),
        metavar="FILE",
        help=f"which assumptions, from where to where (default: {DEFAULT_RANGES})",
    )
    parser.add_argument("--measure", default=HEADLINE, metavar="NAME", help=f"which measure (default: {HEADLINE})")
    parser.add_argument(
        "--service",
        default="",
        metavar="NAME",
        help="the service (default: the hospital, or all_hospitals if there are several)",
    )
    parser.add_argument(
        "--method",
        type=_method,
        default=METHODS[0],
        metavar="NAME",
        help="alone (the default): move each assumption alone to its limits; worlds: draw all together, and count "
        "the worlds in which OTHER is better on delay, on cash and on both; morris: screening; sobol: shares "
        "of the variance",
    )
    parser.add_argument(
        "--size",
        type=positive,
        metavar="N",
        help="worlds (default: 64), trajectories of morris (default: 8), base samples of sobol (a power of two, default: 64)",
    )
    add_plan(parser)
    add_changes(parser)
    add_work(parser)
    add_outputs(parser)
    add_json(parser, "what was found")


def _method(text: str) -> str | NoValue:
    if text in METHODS:
        return text
    return NoValue(f"is one of {', '.join(METHODS)}, not {text!r}{did_you_mean(text, METHODS)}")


def _misfits(options: Sensitivity) -> Iterator[str]:
    if options.size is not None and options.method == METHODS[0]:
        yield "--size goes with --method worlds, morris or sobol; `alone` runs each assumption at its two ends"
    if options.method == "sobol" and options.size is not None and options.size & (options.size - 1):
        yield f"--size is a power of two for sobol, such as 64 or 128; not {options.size}"
    if options.method == "worlds" and options.size is not None and options.size < 2:
        yield "--size is 2 worlds or more; 64 tell little less than 1,000"


def _find_files(options: Sensitivity) -> None:
    named_files(options, ours=2)
    if len(options.files) != 2:
        raise UsageError("sensitivity needs a base and one other file")


def _run(options: Sensitivity, screen: Screen) -> int:
    if options.method != METHODS[0]:
        from sim.cli.uncertainty import uncertainty_verb  # what it imports takes time, which --help should not

        return uncertainty_verb(options, screen)
    from sim.cli.sensing import sensitivity_verb

    return sensitivity_verb(options, screen)


VERB = Verb(
    name="sensitivity",
    words="BASE OTHER",
    summary="show which assumptions, within their ranges, would change the verdict on OTHER",
    add_options=_add_options,
    run=_run,
    options=Sensitivity,
    examples=(
        (
            "scenarios/baseline.yaml scenarios/cedarwood.yaml --measure cost_cash_gbp --service all",
            "what the extra cash depends on",
        ),
        (
            "scenarios/baseline.yaml scenarios/cedarwood.yaml --method worlds",
            "in how many possible worlds it is better, with every assumption drawn",
        ),
    ),
    epilog="`compare BASE OTHER --sensitivity FILE` puts the result into the report.",
    guides=("docs/sensitivity.md",),
    find_files=_find_files,
    misfits=_misfits,
)
