"""The verb sweep: a scenario at every value of one or two settings, on the same people."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.cli.arguments import Options, Parser, Written, add_changes, add_files, add_json, add_outputs, add_work
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, one_file
from sim.home import meant
from sim.results.measure_table import HEADLINE

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


def _add_options(parser: Parser) -> None:
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


def _misfits(options: Sweeping) -> Iterator[str]:
    if len(options.vary) > MOST_SETTINGS:
        yield f"sweep varies one or two settings, not {len(options.vary)}; `solve` moves more"
    if options.service and not options.measures:
        options.measures = [HEADLINE, "occupancy"]


def _run(options: Sweeping, screen: Screen) -> int:
    from sim.cli.sweeping import sweep_verb  # what it imports takes time, which --help should not

    return sweep_verb(options, screen)


VERB = Verb(
    name="sweep",
    words="FILE --vary PATH=FROM..TO:STEP",
    summary="run a scenario at every value of one or two settings, and show what each step does and costs",
    add_options=_add_options,
    run=_run,
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
    misfits=_misfits,
)
