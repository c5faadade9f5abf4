"""The verbs that run scenarios and show them: run and compare, events for one replication, and the desk.

Users' scripts rely on the options.
"""

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from sim.cli.arguments import (
    LOCAL,
    NoValue,
    Options,
    Parser,
    UsageError,
    Written,
    add_changes,
    add_files,
    add_json,
    add_observe,
    add_outputs,
    add_plan,
    add_work,
    positive,
    whole,
)
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, named_files, one_file
from sim.inputs.problems import did_you_mean

# -- what run and compare share ----------------------------------------------------------------------------------------


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


def _add_shared_options(parser: Parser) -> None:
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


def _shared_misfits(options: Simulate) -> Iterator[str]:
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


def _run(options: Simulate, screen: Screen) -> int:
    """Runs the scenarios and writes their folder."""
    from sim.cli.simulating import simulate

    if options.follow_up_years is not None:
        options.sets.append(f"calendar.follow_up_days={ceil(options.follow_up_years * DAYS_OF_A_YEAR)}")
    return simulate(options, screen)


# -- run ---------------------------------------------------------------------------------------------------------------


def _add_run_options(parser: Parser) -> None:
    add_files(parser, "FILE", 'a scenario, or a pattern as in "scenarios/*.yaml"')
    _add_shared_options(parser)


RUN = Verb(
    name="run",
    words="FILE...",
    summary="run scenarios, each on its own",
    add_options=_add_run_options,
    run=_run,
    options=Simulate,
    examples=(
        ("scenarios/baseline.yaml", "one scenario, its tables, charts and report"),
        ("scenarios/baseline.yaml --set services.hospital.beds=320", "the same with another number of beds"),
    ),
    guides=("docs/write-your-own.md", "docs/precision.md"),
    find_files=named_files,
    misfits=_shared_misfits,
)


# -- compare -----------------------------------------------------------------------------------------------------------


def _add_compare_options(parser: Parser) -> None:
    add_files(
        parser,
        "FILE",
        "BASE, then the scenarios to compare with it; patterns too (the base given twice counts once); "
        "without files: scenarios/baseline.yaml and scenarios/cedarwood.yaml",
    )
    _add_shared_options(parser)
    parser.add_argument(
        "--sensitivity",
        metavar="FILE",
        help="a sensitivity.csv, so that the report names the assumptions that change the verdict",
    )
    parser.add_argument(
        "--study",
        dest="studies",
        action="append",
        default=[],
        metavar="FOLDER",
        help="put a finished sweep, solve, sensitivity, together or break-even of the same scenarios into the report, a sweep with its "
        "sliders; repeatable; a folder of results, as in --study outputs, means every such study in it",
    )
    parser.add_argument(
        "--indifference",
        type=_zone,
        metavar="PEOPLE",
        help="of several scenarios: name the one with the fewest delayed people, where a difference of this many counts as none",
    )
    parser.add_argument(
        "--order",
        type=_order,
        default=ORDERS[0],
        metavar="BY",
        help="the order of the ranking: people, fewest delayed people first (the default), or money, least cash first",
    )


def _zone(text: str) -> float | NoValue:
    try:
        zone = float(text)
    except ValueError:
        return NoValue(f"must be a number of people, as in 1, not {text!r}")
    return zone if 0 < zone < float("inf") else NoValue(f"must be above 0, not {text!r}")


def _order(text: str) -> str | NoValue:
    if text in ORDERS:
        return text
    return NoValue(f"is {' or '.join(ORDERS)}, not {text!r}{did_you_mean(text, ORDERS)}")


def _find_files_of_compare(options: Simulate) -> None:
    named_files(options, ours=2)
    if len(options.files) < 2:
        raise UsageError("compare needs a base and at least one other file; `run` runs a file on its own")


COMPARE = Verb(
    name="compare",
    words="BASE OTHER...",
    summary="run scenarios on the same people and show what differs from BASE, with 95% intervals and verdicts",
    add_options=_add_compare_options,
    run=_run,
    options=Simulate,
    examples=(
        ("scenarios/baseline.yaml scenarios/cedarwood.yaml", "what Cedarwood would change"),
        ('scenarios/baseline.yaml "scenarios/levers/*.yaml" --order money', "every lever, least cash first"),
    ),
    guides=("docs/write-your-own.md", "docs/precision.md"),
    find_files=_find_files_of_compare,
    misfits=_shared_misfits,
)


# -- events ------------------------------------------------------------------------------------------------------------


LOG = "event_log.csv"
DAYS_OF_FILM, MOST_DAYS_OF_FILM = 28, 91


@dataclass(slots=True)
class Events(Options):
    """The options of events."""

    replication: int = 1
    write: str = LOG
    animation: str | None = None
    days: int = DAYS_OF_FILM


def _add_events_options(parser: Parser) -> None:
    add_files(parser, "FILE", "a scenario")
    parser.add_argument("--replication", type=positive, default=1, metavar="N", help="which one (default: 1)")
    parser.add_argument(
        "--write",
        type=Written(".csv"),
        default=LOG,
        metavar="FILE",
        help=f"the event log, in the columns of vidigi (default: {LOG})",
    )
    parser.add_argument(
        "--animation",
        type=Written(".html"),
        metavar="FILE",
        help="beds and queues as an animation too, a page that needs nothing else; vidigi is added on first use",
    )
    parser.add_argument(
        "--days",
        type=_days_of_film,
        default=DAYS_OF_FILM,
        metavar="N",
        help=f"(with --animation) so many days from the first measured day on (default: {DAYS_OF_FILM}, at most {MOST_DAYS_OF_FILM})",
    )
    parser.add_argument(
        "--set",
        dest="sets",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="one value changed, as in --set services.hospital.beds=300; repeatable; checked like a file",
    )
    parser.add_argument("--seed", type=whole, metavar="S", help="a different random seed")


def _days_of_film(text: str) -> int | NoValue:
    number = positive(text)
    if isinstance(number, int) and number > MOST_DAYS_OF_FILM:
        return NoValue(f"is at most {MOST_DAYS_OF_FILM}, for a page that a browser can hold; not {number}")
    return number


def _events_misfits(options: Events) -> Iterator[str]:
    if options.days != DAYS_OF_FILM and not options.animation:
        yield "--days goes with --animation; the log is of the whole run"


def _run_events(options: Events, screen: Screen) -> int:
    from sim.inputs.loading import read_scenario
    from sim.model import engine
    from sim.results.files.people_tables import LOG_COLUMNS, NoVidigi, animation_page, log_csv
    from sim.results.files.writing import write_file
    from sim.results.words.labels import counted
    from sim.runs.specification import files_read, try_files, try_tables

    scenario = read_scenario(options.files[0], tuple(options.sets), seed=options.seed)
    try_files([options.write, options.animation], files_read([scenario]))
    try_tables([options.write], LOG_COLUMNS)
    number = options.replication - 1
    screen.note(f"The SimPy model runs replication {options.replication} ...")
    ledger = engine.run(scenario, number)
    log = log_csv(scenario, ledger, number)
    try:
        page = animation_page(scenario, ledger, number, options.days) if options.animation else ""
    except NoVidigi as why:
        raise UsageError(str(why)) from None
    write_file(Path(options.write), log)
    lines = log.count(b"\n") - 1
    screen.say(
        f"Event log: {options.write} ({counted(lines, 'event')} of {counted(len(ledger.people['group']), 'person', 'people')})"
    )
    if options.animation:
        write_file(Path(options.animation), page.encode())
        screen.say(f"Animation: {options.animation}; open it in a browser")
    return 0


EVENTS = Verb(
    name="events",
    words="FILE",
    summary="one replication as an event log in the columns of vidigi, and as an animation of beds and queues",
    add_options=_add_events_options,
    run=_run_events,
    options=Events,
    examples=(
        ("scenarios/cedarwood.yaml", "who waited where, and in which place"),
        ("scenarios/cedarwood.yaml --animation cedarwood.html --days 14", "a fortnight to watch"),
    ),
    guides=("docs/desk.md",),
    find_files=one_file("follows the people of"),
    misfits=_events_misfits,
)


# -- desk --------------------------------------------------------------------------------------------------------------


PORT = 8512
LOWEST, HIGHEST = 1024, 65535


@dataclass(slots=True)
class Desk(Options):
    """The options of desk."""

    port: int = PORT
    browser: bool = True


def _add_desk_options(parser: Parser) -> None:
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


def _find_files_of_desk(options: Desk) -> None:
    if options.files:
        raise UsageError("desk takes no files: the page lists those in scenarios/")


def _run_desk(options: Desk, screen: Screen) -> int:
    from sim.desk.server import serve
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


DESK = Verb(
    name="desk",
    words="",
    summary="a page of this computer on which to move beds, stays, shares and prices, and watch what they do",
    add_options=_add_desk_options,
    run=_run_desk,
    options=Desk,
    examples=(("", "open the page"), ("--port 8600", "a second one, beside the first")),
    guides=("docs/desk.md",),
    find_files=_find_files_of_desk,
)


VERBS = (RUN, COMPARE, EVENTS, DESK)
