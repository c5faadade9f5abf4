"""The verb forecast: the next days from today's census, with bands; and how often bands held from past ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.cli.arguments import Options, Parser, add_changes, add_files, add_json, add_outputs, add_work, positive
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, one_file
from sim.cli.verbs.fit import add_columns, date_text

DAYS = 56
MOST_DAYS = 730


@dataclass(slots=True)
class Forecasting(Options):
    """The options of forecast."""

    census: str | None = None
    days: int = DAYS
    on: str | None = None
    columns: str | None = None
    backtest: bool = False


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "a scenario: its services, its people to come, their stays")
    parser.add_argument(
        "--census",
        metavar="FILE",
        help="a CSV or Excel file with one row a person: service, admitted, and, of those who are ready, ready and waiting_for; "
        "group and traits where the scenario has them",
    )
    parser.add_argument(
        "--days", type=positive, default=DAYS, metavar="N", help=f"how many days ahead (default: {DAYS})"
    )
    parser.add_argument(
        "--on",
        type=date_text,
        metavar="DATE",
        help="the date of the census: needed where the file has no column `census`; else which of its dates is taken (default: the last)",
    )
    add_columns(parser)
    parser.add_argument(
        "--backtest",
        action="store_true",
        help="the file holds censuses of several dates: forecast from each, and say how often the bands held at the later ones",
    )
    add_changes(parser)
    add_work(parser, cluster=False)
    add_outputs(parser)
    add_json(parser, "every figure of every day with its percentiles")


def _misfits(options: Forecasting) -> Iterator[str]:
    if not options.census:
        yield "forecast needs --census, a file with one row a person who is there today (docs/your-own-data.md)"
    if options.days > MOST_DAYS:
        yield f"--days {options.days} is more than two years; for an outlook as long as that, `run` a scenario"
    if options.backtest and options.on:
        yield "--backtest needs censuses of several dates, in a column `census`; --on would make them one"


def _run(options: Forecasting, screen: Screen) -> int:
    from sim.cli.forecasting import forecast_verb  # what it imports takes time, which --help should not

    return forecast_verb(options, screen)


VERB = Verb(
    name="forecast",
    words="FILE --census CENSUS",
    summary="the next days from today's census, one row a person: people, delayed and discharges by pathway, with 50, 80 and 95% bands",
    add_options=_add_options,
    run=_run,
    options=Forecasting,
    examples=(
        ("scenarios/baseline.yaml --census today.csv --days 56", "eight weeks from today"),
        ("scenarios/baseline.yaml --census censuses.xlsx --days 28 --backtest", "how often did the bands hold?"),
    ),
    guides=("docs/your-own-data.md",),
    find_files=one_file("looks ahead from"),
    misfits=_misfits,
)
