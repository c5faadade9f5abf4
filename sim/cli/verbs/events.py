"""The verb events: one replication as an event log, and as an animation of beds and queues."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.cli.arguments import NoValue, Options, Parser, UsageError, Written, add_files, positive, whole
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, one_file

LOG = "event_log.csv"
DAYS, MOST_DAYS = 28, 91


@dataclass(slots=True)
class Events(Options):
    """The options of events."""

    replication: int = 1
    write: str = LOG
    animation: str | None = None
    days: int = DAYS


def _add_options(parser: Parser) -> None:
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
        type=_days,
        default=DAYS,
        metavar="N",
        help=f"(with --animation) so many days from the first measured day on (default: {DAYS}, at most {MOST_DAYS})",
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


def _days(text: str) -> int | NoValue:
    number = positive(text)
    if isinstance(number, int) and number > MOST_DAYS:
        return NoValue(f"is at most {MOST_DAYS}, for a page that a browser can hold; not {number}")
    return number


def _misfits(options: Events) -> Iterator[str]:
    if options.days != DAYS and not options.animation:
        yield "--days goes with --animation; the log is of the whole run"


def _run(options: Events, screen: Screen) -> int:
    from sim.inputs.loading import read_scenario  # what is imported here takes time, which --help should not
    from sim.model import engine
    from sim.results.charts.animation import NoVidigi, animation_page
    from sim.results.files.people_tables import LOG_COLUMNS, log_csv
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


VERB = Verb(
    name="events",
    words="FILE",
    summary="one replication as an event log in the columns of vidigi, and as an animation of beds and queues",
    add_options=_add_options,
    run=_run,
    options=Events,
    examples=(
        ("scenarios/cedarwood.yaml", "who waited where, and in which place"),
        ("scenarios/cedarwood.yaml --animation cedarwood.html --days 14", "a fortnight to watch"),
    ),
    guides=("docs/desk.md",),
    find_files=one_file("follows the people of"),
    misfits=_misfits,
)
