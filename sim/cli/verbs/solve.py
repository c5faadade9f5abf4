"""The verb solve: the smallest value of a setting, or the cheapest mix of several, that meets a target."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.cli.arguments import (
    NoValue,
    Options,
    Parser,
    add_changes,
    add_files,
    add_json,
    add_outputs,
    add_work,
    positive,
)
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, one_file
from sim.home import meant

USUAL = 0.95


@dataclass(slots=True)
class Solve(Options):
    """The options of solve."""

    changes: list[str] = field(default_factory=list)
    betweens: list[str] = field(default_factory=list)
    target: str = ""
    confidence: float = USUAL
    base: str | None = None
    cost: str = ""
    prices: list[str] = field(default_factory=list)
    indifference: str = ""
    most: int | None = None
    plan: bool = False


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "the scenario whose settings may be changed")
    parser.add_argument(
        "--change",
        dest="changes",
        action="append",
        default=[],
        metavar="PATH",
        help="the setting to change, as in --change services.cedarwood.beds; each needs its --between; with "
        "several, the cheapest mix is found",
    )
    parser.add_argument(
        "--between",
        dest="betweens",
        action="append",
        default=[],
        metavar="FROM..TO",
        help="the range, as in 5..60, 10%..40% or x0.5..x2; with a step as in 5..60:5",
    )
    parser.add_argument(
        "--target",
        default="",
        metavar="TARGET",
        help="a figure of the results and the value that its mean must reach, as in "
        '"hospital.midnight_delayed_mean <= 35"; with --base, the difference, as in <= -5',
    )
    parser.add_argument(
        "--confidence",
        type=_confidence,
        default=USUAL,
        metavar="C",
        help="the confidence with which the answer must meet the target (default: 95%)",
    )
    parser.add_argument(
        "--base",
        type=meant,
        metavar="FILE",
        help="compare with this scenario on the same people; the target is about the difference",
    )
    _add_options_of_mixes(parser)
    parser.add_argument(
        "--most-replications",
        dest="most",
        type=positive,
        metavar="N",
        help="the most replications of one value, used if fewer cannot tell (default: eight times --replications)",
    )
    parser.add_argument(
        "--plan", action="store_true", help="show what would be run and how long it would take; run nothing"
    )
    add_changes(parser)
    add_json(parser, "the answer")
    add_work(parser)
    add_outputs(parser)


def _add_options_of_mixes(parser: Parser) -> None:
    """What several settings need: a cost to be the cheapest in."""
    parser.add_argument(
        "--cost",
        default="",
        metavar="SERVICE.MEASURE",
        help="(with several --change) the measure of cost (default: all.cost_cash_gbp)",
    )
    parser.add_argument(
        "--price",
        dest="prices",
        action="append",
        default=[],
        metavar="PATH=AMOUNT",
        help="(with several --change) a cost for each unit more, instead of the simulated cost; one for each --change",
    )
    parser.add_argument(
        "--indifference",
        default="",
        metavar="AMOUNT",
        help="(with several --change) treat mixes whose costs differ by no more than this as equal (default: 0)",
    )


def _confidence(text: str) -> float | NoValue:
    """95%, 95 or 0.95."""
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        return NoValue(f"is a share, as in 95%; not {text!r}")
    return number / 100 if text.endswith("%") or number > 1 else number


def _misfits(options: Solve) -> Iterator[str]:
    if not options.changes:
        yield "solve needs --change PATH --between FROM..TO: what may be changed, and from where to where"
    for change in options.changes:
        if ".." in change:
            path, _, ends = change.partition("=")
            yield f"--change {change}: write --change {path} --between {ends}"
    if options.changes and len(options.betweens) != len(options.changes):
        counts = f"{len(options.changes)} --change and {len(options.betweens)} --between"
        yield f"each --change has its own --between FROM..TO behind it; here are {counts}"
    if len(set(options.changes)) < len(options.changes):
        yield "--change names the same path twice"
    if not options.target:
        yield 'solve needs --target, as in --target "hospital.midnight_delayed_mean <= 35"'
    for name, typed in (("cost", options.cost), ("price", options.prices), ("indifference", options.indifference)):
        if typed and len(options.changes) < 2:
            yield f"--{name} goes with several --change; of one, the smallest or largest value is the answer"
    if options.cost and options.prices:
        yield "--cost and --price are two ways to say what a mix costs; use one"


def _run(options: Solve, screen: Screen) -> int:
    from sim.cli.solving import solve_verb  # what it imports takes time, which --help should not

    return solve_verb(options, screen)


VERB = Verb(
    name="solve",
    words="FILE --change PATH --between FROM..TO --target TARGET",
    summary=(
        "find the smallest value, or the cheapest mix of several settings, that meets a target with stated confidence"
    ),
    add_options=_add_options,
    run=_run,
    options=Solve,
    examples=(
        (
            'scenarios/cedarwood.yaml --change services.cedarwood.beds --between 0..60 --target "hospital.midnight_delayed_mean<=37"',
            "how many beds for at most 37 delayed people",
        ),
    ),
    epilog=(
        "A target that nothing reaches is an answer too: the exit code is 0, and the best value is shown, "
        "with the reason."
    ),
    guides=("docs/solve.md",),
    find_files=one_file("changes"),
    misfits=_misfits,
)
