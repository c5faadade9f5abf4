"""The verbs of studies, which run scenarios many times: sweep, solve, sensitivity, together and break-even.

Users' scripts rely on the options.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.cli.arguments import (
    NoValue,
    Options,
    Parser,
    UsageError,
    Written,
    add_changes,
    add_files,
    add_json,
    add_outputs,
    add_plan,
    add_study,
    add_work,
    positive,
)
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, named_files, one_file
from sim.home import HOME, meant, shortest
from sim.inputs.problems import did_you_mean
from sim.results.measure_table import HEADLINE

# -- sweep -------------------------------------------------------------------------------------------------------------


MOST_SETTINGS = 2


@dataclass(slots=True)
class Sweeping(Options):
    """The options of sweep."""

    vary: list[str] = field(default_factory=list)
    base: str | None = None
    measures: list[str] = field(default_factory=list)
    service: str = ""
    plan: bool = False
    write: str | None = None


def _add_sweep_options(parser: Parser) -> None:
    add_files(parser, "FILE", "a scenario")
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="PATH=VALUES",
        help="one setting and its values: FROM..TO:STEP (of whole numbers also FROM..TO) or a,b,c; numbers, percentages, or "
        "x0.8 for a multiple of the file's value; twice for two settings (default: those under sweep: in FILE)",
    )
    parser.add_argument(
        "--base",
        type=meant,
        metavar="FILE",
        help="also compare each point with this scenario, which does not change, on the same people",
    )
    parser.add_argument(
        "--measure",
        dest="measures",
        action="append",
        default=[],
        metavar="NAME",
        help="what is reported; repeatable (default: midnight_delayed_mean of the hospital, cost_cash_gbp, and the occupancy of the "
        "service that is varied); the files hold all measures",
    )
    parser.add_argument("--service", default="", metavar="NAME", help="the service (default: the hospital)")
    parser.add_argument(
        "--plan", action="store_true", help="show how much would be run and how long it would take; run nothing"
    )
    parser.add_argument(
        "--write",
        type=Written(".yaml", ".yml"),
        metavar="FILE",
        help="write a scenario that extends FILE and holds this sweep, so that it needs no --vary",
    )
    add_changes(parser)
    add_work(parser)
    add_outputs(parser)
    add_json(parser, "all measures at every point")


def _sweep_misfits(options: Sweeping) -> Iterator[str]:
    if len(options.vary) > MOST_SETTINGS:
        yield f"sweep varies one or two settings, not {len(options.vary)}; `solve` moves more"
    if options.service and not options.measures:
        options.measures = [HEADLINE, "occupancy"]


def _run_sweep(options: Sweeping, screen: Screen) -> int:
    from sim.cli.sweeping import sweep_verb

    return sweep_verb(options, screen)


SWEEP = Verb(
    name="sweep",
    words="FILE --vary PATH=FROM..TO:STEP",
    summary="run a scenario at every value of one or two settings, and show what each step does and costs",
    add_options=_add_sweep_options,
    run=_run_sweep,
    options=Sweeping,
    examples=(
        ("scenarios/cedarwood.yaml --vary services.cedarwood.beds=5..40:5", "how many beds are worth having"),
        (
            "scenarios/cedarwood.yaml --vary services.cedarwood.beds=10,20 --vary services.hospital.beds=300,313",
            "two settings together",
        ),
    ),
    guides=("docs/sweep.md",),
    find_files=one_file("varies"),
    misfits=_sweep_misfits,
)


# -- solve -------------------------------------------------------------------------------------------------------------


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


def _add_solve_options(parser: Parser) -> None:
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


def _solve_misfits(options: Solve) -> Iterator[str]:
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


def _run_solve(options: Solve, screen: Screen) -> int:
    from sim.cli.solving import solve_verb

    return solve_verb(options, screen)


SOLVE = Verb(
    name="solve",
    words="FILE --change PATH --between FROM..TO --target TARGET",
    summary=(
        "find the smallest value, or the cheapest mix of several settings, that meets a target with stated confidence"
    ),
    add_options=_add_solve_options,
    run=_run_solve,
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
    misfits=_solve_misfits,
)


# -- sensitivity -------------------------------------------------------------------------------------------------------


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


def _add_sensitivity_options(parser: Parser) -> None:
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


def _sensitivity_misfits(options: Sensitivity) -> Iterator[str]:
    if options.size is not None and options.method == METHODS[0]:
        yield "--size goes with --method worlds, morris or sobol; `alone` runs each assumption at its two ends"
    if options.method == "sobol" and options.size is not None and options.size & (options.size - 1):
        yield f"--size is a power of two for sobol, such as 64 or 128; not {options.size}"
    if options.method == "worlds" and options.size is not None and options.size < 2:
        yield "--size is 2 worlds or more; 64 tell little less than 1,000"


def _find_files_of_sensitivity(options: Sensitivity) -> None:
    named_files(options, ours=2)
    if len(options.files) != 2:
        raise UsageError("sensitivity needs a base and one other file")


def _run_sensitivity(options: Sensitivity, screen: Screen) -> int:
    from sim.cli.sensing import sensitivity_verb, uncertainty_verb

    return (sensitivity_verb if options.method == METHODS[0] else uncertainty_verb)(options, screen)


SENSITIVITY = Verb(
    name="sensitivity",
    words="BASE OTHER",
    summary="show which assumptions, within their ranges, would change the verdict on OTHER",
    add_options=_add_sensitivity_options,
    run=_run_sensitivity,
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
    find_files=_find_files_of_sensitivity,
    misfits=_sensitivity_misfits,
)


# -- together ----------------------------------------------------------------------------------------------------------


MOST_LEVERS = 12  # as in sim/studies/assumptions.py, which is slow to import


@dataclass(slots=True)
class Levers(Options):
    """The options of together."""

    plan: bool = False


def _add_together_options(parser: Parser) -> None:
    add_files(
        parser, "FILE", f"BASE, then two to {MOST_LEVERS} files that each extend BASE and change different values"
    )
    add_study(parser)


def _find_files_of_together(options: Levers) -> None:
    named_files(options)
    if not 3 <= len(options.files) <= MOST_LEVERS + 1:
        raise UsageError(
            f"together needs a base and 2 to {MOST_LEVERS} files that extend it, as selections of them are run"
        )


def _run_together(options: Levers, screen: Screen) -> int:
    from sim.cli.levers_together import together_verb

    return together_verb(options, screen)


def _together_misfits(options: Levers) -> Iterator[str]:
    if len(set(options.files)) < len(options.files):
        yield "together needs each file once"


TOGETHER = Verb(
    name="together",
    words="BASE LEVER LEVER...",
    summary="show what several levers do alone and together, and how much of the whole each contributes",
    add_options=_add_together_options,
    run=_run_together,
    options=Levers,
    examples=(
        (
            "scenarios/baseline.yaml scenarios/cedarwood.yaml scenarios/planning_from_admission.yaml scenarios/weekend_acceptance.yaml",
            "three levers: eight scenarios on the same people",
        ),
    ),
    epilog="Effects do not add up: people who leave earlier for one reason wait for the next. The shares do, by Shapley (docs/sensitivity.md).",
    guides=("docs/sensitivity.md",),
    find_files=_find_files_of_together,
    misfits=_together_misfits,
)


# -- break-even --------------------------------------------------------------------------------------------------------


DEFAULT_EFFECTS = "scenarios/ranges/break_even.csv"


@dataclass(slots=True)
class BreakEven(Options):
    """The options of break-even."""

    effect: str = ""
    effects: str = ""
    plan: bool = False


def _add_break_even_options(parser: Parser) -> None:
    add_files(parser, "FILE", "BASE and OTHER; without files: every effect in the file of effects")
    parser.add_argument(
        "--effect",
        default="",
        metavar="PATH=LOW..HIGH",
        help="the setting of OTHER that is the effect, as in --effect steps.funding.takes_days=0..28",
    )
    parser.add_argument(
        "--effects",
        type=meant,
        default=shortest(HOME / DEFAULT_EFFECTS),
        metavar="FILE",
        help=f"a file of effects, used if none is named (default: {DEFAULT_EFFECTS})",
    )
    add_study(parser)


def _find_files_of_break_even(options: BreakEven) -> None:
    if len(options.files) not in (0, 2):
        raise UsageError("break-even needs a base and one other file, or none")


def _break_even_misfits(options: BreakEven) -> Iterator[str]:
    if options.effect and not options.files:
        yield "--effect goes with two files: the base, and the one that has the effect"


def _run_break_even(options: BreakEven, screen: Screen) -> int:
    from sim.cli.solving import break_even_verb

    return break_even_verb(options, screen)


BREAK_EVEN = Verb(
    name="break-even",
    words="[BASE OTHER]",
    summary="find how large an effect would have to be for a scenario to pay for itself",
    add_options=_add_break_even_options,
    run=_run_break_even,
    options=BreakEven,
    examples=(
        (
            "scenarios/baseline.yaml scenarios/co_located_team.yaml --replications 8",
            "how many crises the team would have to prevent",
        ),
    ),
    guides=("docs/money.md", "docs/whole-pathway.md"),
    find_files=_find_files_of_break_even,
    misfits=_break_even_misfits,
)


VERBS = (SWEEP, SOLVE, SENSITIVITY, TOGETHER, BREAK_EVEN)
