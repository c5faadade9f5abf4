"""What run and compare share: their options, and what does not go together.

Users' scripts rely on the options.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil

from sim.cli.arguments import (
    LOCAL,
    NoValue,
    Options,
    Parser,
    Written,
    add_changes,
    add_json,
    add_observe,
    add_outputs,
    add_plan,
    add_work,
    whole,
)
from sim.cli.screen import Screen

DAYS_OF_A_YEAR = 365.25
MOST_YEARS = 100  # as many days as the calendar follows people at the most
ORDERS = ("people", "money")  # as in sim/results/comparison/findings.py, which is slow to import


@dataclass(slots=True)
class Simulate(Options):
    """The options of run and compare; the last two are of compare alone."""

    people: str | None = None
    replications_csv: bool = False
    parquet: bool = False
    slides: bool = False
    plan: bool = False
    follow_up_years: int | None = None  # as `--set calendar.follow_up_days` says in days
    precision: float | None = None  # of every headline measure; `replications` is then the most
    precision_of: list[str] = field(default_factory=list)  # the measures that decide, where not all do
    precision_without: list[str] = field(default_factory=list)
    sensitivity: str | None = None  # a sensitivity.csv whose findings go into the report
    studies: list[str] = field(default_factory=list)  # folders of finished studies, for the report
    indifference: float | None = None  # delayed people
    order: str = ORDERS[0]  # of a ranking


def add_options(parser: Parser) -> None:
    """All options of run, which compare has too."""
    add_changes(parser)
    parser.add_argument(
        "--precision",
        type=_precision,
        metavar="PART",
        help="run enough replications to bring the interval of every headline measure within this share of its "
        "mean, as in 5%; at most 1,000, or the number of --replications (docs/precision.md)",
    )
    for name, text in (("of", "only the measures named so decide"), ("without", "this measure does not decide")):
        parser.add_argument(
            f"--precision-{name}",
            action="append",
            default=[],
            metavar="SERVICE.MEASURE",
            help=f"with --precision: {text}, as in hospital.queue_mean; repeatable",
        )
    parser.add_argument(
        "--follow-up-years",
        type=_years,
        metavar="N",
        help="follow people for this many years after they became ready, and count their cost and their days at "
        "home, in hospital and in care by year",
    )
    add_plan(parser)
    add_work(parser)
    add_observe(parser)
    add_outputs(parser)
    add_json(parser, "the results")
    parser.add_argument(
        "--people",
        type=Written(".csv"),
        metavar="FILE",
        help="write every stay as CSV, and waits and steps beside it (FILE-waits, FILE-steps)",
    )
    parser.add_argument(
        "--replications-csv",
        action="store_true",
        help="write replications.csv, every figure of every replication, even for more than 1,000 replications",
    )
    parser.add_argument(
        "--parquet",
        action="store_true",
        help="also write replications.parquet, in a fifth of the space (adds the package pyarrow on first use)",
    )
    parser.add_argument(
        "--slides",
        action="store_true",
        help="the first page of the report as a PowerPoint slide too, slides.pptx, with charts that can be edited (adds the package python-pptx on first use)",
    )


def _precision(text: str) -> float | NoValue:
    """A part of the mean, as 5% or 0.05."""
    try:
        part = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return NoValue(f"must be a part of the mean, as in 5%, not {text!r}")
    cure = f"; did you mean {text}%?" if 1 <= part < 100 and not text.endswith("%") else ""
    return part if 0 < part < 1 else NoValue(f"must lie between 0% and 100%, not {text!r}{cure}")


def _years(text: str) -> int | NoValue:
    """Whole years, as their costs and days are counted by year."""
    years = whole(text)
    fits = isinstance(years, int) and 0 <= years <= MOST_YEARS
    return years if fits else NoValue(f"must be a whole number of years from 0 to {MOST_YEARS}, not {text!r}")


def misfits(options: Simulate) -> Iterator[str]:
    """Tables of people that could not be written, or of replications whose number is not known yet."""
    if options.precision and (options.people or options.observe):
        yield "--precision chooses the replications first; then ask for their people with --replications"
    if not options.precision and (options.precision_of or options.precision_without):
        yield "--precision-of and --precision-without say which measures decide for --precision, which is not there"
    if options.precision and options.plan:
        yield "--plan goes with --replications; --precision finds their number by running"
    if options.json and options.json == options.people:
        yield "--json and --people cannot go to the same file"
    if options.people and options.cluster not in (None, LOCAL):
        yield "--people goes with `--cluster local`; workers elsewhere would write to their own disks"
    if options.people == "-":
        yield "--people needs a file name: stays, waits and steps are three tables"


def run(options: Simulate, screen: Screen) -> int:
    """Runs the scenarios and writes their folder."""
    from sim.cli.simulating import simulate  # what it imports takes time, which --help should not

    if options.follow_up_years is not None:
        options.sets.append(f"calendar.follow_up_days={ceil(options.follow_up_years * DAYS_OF_A_YEAR)}")
    return simulate(options, screen)
