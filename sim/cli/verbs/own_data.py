"""The verbs that read a planner's own figures and files: calibrate, fit, forecast, preset, bcf and worksheet.

Users' scripts rely on the options.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sim.cli.arguments import (
    AUTO,
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
    add_work,
    positive,
)
from sim.cli.screen import Screen
from sim.cli.verbs import DEFAULT_FILES, Verb, named_files, one_file
from sim.home import HOME, command_line, meant, shortest

# -- calibrate ---------------------------------------------------------------------------------------------------------


PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)
DEFAULT_TARGETS = "scenarios/targets/england_65plus.csv"


@dataclass(slots=True)
class Calibrate(Options):
    """The options of calibrate."""

    targets: str = ""
    page: str | None = None
    csv: str | None = None
    fit: list[str] = field(default_factory=list)  # files of settings, or PATH=LOW..HIGH
    write: str | None = None
    evaluations: int | None = None
    held_out: str | None = None
    period: str | None = None
    plan: bool = False


def _add_calibrate_options(parser: Parser) -> None:
    add_files(parser, "FILE", "a scenario (default: scenarios/baseline.yaml)")
    parser.add_argument(
        "--targets",
        type=meant,
        default=shortest(HOME / DEFAULT_TARGETS),
        metavar="FILE",
        help=f"a file of targets (default: {DEFAULT_TARGETS})",
    )
    parser.add_argument("--page", type=Written(".md"), metavar="FILE", help="also write the table as a Markdown page")
    parser.add_argument(
        "--csv",
        type=Written(".csv"),
        metavar="FILE",
        help="also write one row a target, held-out ones too, for a spreadsheet",
    )
    add_json(parser, "every target, with --fit every setting and held-out figure,")
    parser.add_argument(
        "--fit",
        action="append",
        default=[],
        metavar="FILE or PATH=LOW..HIGH",
        help="move the settings of a file of ranges until the binding targets are met; also one setting, as in --fit "
        "services.unit.beds=20..30; repeatable (docs/fitting.md)",
    )
    parser.add_argument(
        "--write",
        type=Written(".yaml", ".yml"),
        metavar="FILE",
        help="(with --fit) write a scenario with the fitted values, which extends the fitted one",
    )
    parser.add_argument(
        "--evaluations",
        type=positive,
        metavar="N",
        help="(with --fit) at most this many runs of the scenario (default: 20, and 20 for each setting)",
    )
    parser.add_argument(
        "--held-out",
        metavar="FILE",
        help="targets of a period that was kept back: predicted with the fitted settings, and judged (docs/your-own-data.md)",
    )
    parser.add_argument(
        "--period",
        metavar="FROM..TO",
        help="(with --held-out) the first and last day of that period, as in 2026-07-01..2026-09-30 (default: the scenario's own days)",
    )
    add_changes(parser)
    add_plan(parser)
    add_work(parser)


def _calibrate_misfits(options: Calibrate) -> Iterator[str]:
    if options.plan and options.fit:
        yield "--plan goes without --fit, whose search goes on until the targets are met; --evaluations says how long at most"
    for name, value in (("write", options.write), ("evaluations", options.evaluations), ("held-out", options.held_out)):
        if value and not options.fit:
            yield f"--{name} goes with --fit, which names the settings to move"
    if options.period and not options.held_out:
        yield "--period goes with --held-out, whose days it says"
    elif options.period and not PERIOD.fullmatch(options.period):
        yield f"--period needs two dates, as in 2026-07-01..2026-09-30; not {options.period!r}"


def _run_calibrate(options: Calibrate, screen: Screen) -> int:
    from sim.cli.calibrating import calibrate_verb

    return calibrate_verb(options, screen)


CALIBRATE = Verb(
    name="calibrate",
    words="[FILE]",
    summary="compare a scenario's figures with published targets; with --fit, move settings until they are met",
    add_options=_add_calibrate_options,
    run=_run_calibrate,
    options=Calibrate,
    examples=(
        ("scenarios/baseline.yaml", "the baseline beside England's figures"),
        (
            "scenarios/baseline.yaml --fit services.community_beds.beds=20..45 --write fitted.yaml",
            "how many beds meet them",
        ),
    ),
    guides=("docs/calibration.md", "docs/fitting.md"),
    find_files=one_file("looks at", ours=1),
    misfits=_calibrate_misfits,
)


# -- fit ---------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class FitStays(Options):
    """The options of fit."""

    scenario: str = ""
    columns: str | None = None
    since: str | None = None
    until: str | None = None
    write: str | None = None
    targets: str | None = None
    hold_out: str | None = None
    by: str | None = None
    weekdays: bool = False


def _date_text(text: str) -> str | NoValue:
    """A date, as people write it."""
    from sim.own_data.tables import instant  # reads what scenarios read, which --help does not wait for

    try:
        return instant(text).date().isoformat()
    except ValueError as error:
        said = str(error)
        return NoValue(said if text in said else f"{said}, not {text!r}")


def _add_columns(parser: Parser) -> None:
    """What a planner's own file calls things."""
    parser.add_argument(
        "--columns",
        metavar="FILE",
        help="a CSV file with the columns column, yours and ours: your headings (column left blank) and your words, mapped once "
        "(docs/your-own-data.md)",
    )


def _add_fit_options(parser: Parser) -> None:
    add_files(
        parser, "STAYS", "a CSV or Excel file with one row a stay: admitted, ready, left, pathway, group, service"
    )
    parser.add_argument(
        "--scenario",
        type=meant,
        default=shortest(HOME / DEFAULT_FILES[0]),
        metavar="FILE",
        help=f"the scenario whose groups, services and routes the words of the file mean (default: {DEFAULT_FILES[0]})",
    )
    _add_columns(parser)
    parser.add_argument(
        "--from",
        dest="since",
        type=_date_text,
        metavar="DATE",
        help="only stays that began on this day or later: a file of those who were there on some day lacks short stays before it",
    )
    parser.add_argument(
        "--until",
        type=_date_text,
        metavar="DATE",
        help="the day up to which the file knows everything (default: the latest day in it)",
    )
    parser.add_argument(
        "--write",
        type=Written(".yaml", ".yml"),
        metavar="FILE",
        help="a scenario that extends the one behind --scenario, with every length, share and number of arrivals that was fitted, its "
        "source and its date",
    )
    parser.add_argument(
        "--targets",
        type=Written(".csv"),
        metavar="FILE",
        help="what the stays show, as targets for `calibrate`: people there, delayed people, days to ready, lengths of stay",
    )
    parser.add_argument(
        "--hold-out",
        type=_date_text,
        metavar="DATE",
        help="(with --targets) targets of the days before; those from this day on go to a file of their own, "
        "whose name ends in _held_out, for `calibrate --held-out`",
    )
    parser.add_argument(
        "--by",
        metavar="TRAIT",
        help="also fit the people of each level of a trait of the scenario, which the file gives in a column of that name",
    )
    parser.add_argument(
        "--weekdays", action="store_true", help="with arrivals a day, also write how many come on each weekday"
    )
    add_outputs(parser)
    add_json(parser, "every distribution")


def _fit_misfits(options: FitStays) -> Iterator[str]:
    if options.hold_out and not options.targets:
        yield "--hold-out goes with --targets, which names the file"
    if options.since and options.until and options.since >= options.until:
        yield f"--from {options.since} is not before --until {options.until}"


def _find_files_of_fit(options: FitStays) -> None:
    if not options.files:
        raise UsageError(f"fit needs a file of stays, as in: {command_line('fit', 'stays.csv')}")
    if len(options.files) > 1:
        raise UsageError("fit reads one file at a time")


def _run_fit(options: FitStays, screen: Screen) -> int:
    from sim.cli.own_data import fit_verb

    return fit_verb(options, screen)


FIT = Verb(
    name="fit",
    words="STAYS",
    summary="fit lengths of stay, shares and arrivals to a file of stays, those still in bed as censored, and write a scenario",
    add_options=_add_fit_options,
    run=_run_fit,
    options=FitStays,
    examples=(
        (
            "stays.csv --scenario scenarios/baseline.yaml --write my_lengths.yaml",
            "lengths by group and route, for your scenario",
        ),
        (
            "stays.csv --scenario scenarios/baseline.yaml --by dementia --weekdays --write my_lengths.yaml",
            "lengths of people with and without dementia apart, and arrivals by weekday",
        ),
        (
            "stays.xlsx --columns my_columns.csv --targets targets.csv --hold-out 01/07/2026",
            "and targets, half a year kept back",
        ),
    ),
    guides=("docs/your-own-data.md",),
    find_files=_find_files_of_fit,
    misfits=_fit_misfits,
)


# -- forecast ----------------------------------------------------------------------------------------------------------


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


def _add_forecast_options(parser: Parser) -> None:
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
        type=_date_text,
        metavar="DATE",
        help="the date of the census: needed where the file has no column `census`; else which of its dates is taken (default: the last)",
    )
    _add_columns(parser)
    parser.add_argument(
        "--backtest",
        action="store_true",
        help="the file holds censuses of several dates: forecast from each, and say how often the bands held at the later ones",
    )
    add_changes(parser)
    add_work(parser, cluster=False)
    add_outputs(parser)
    add_json(parser, "every figure of every day with its percentiles")


def _forecast_misfits(options: Forecasting) -> Iterator[str]:
    if not options.census:
        yield "forecast needs --census, a file with one row a person who is there today (docs/your-own-data.md)"
    if options.days > MOST_DAYS:
        yield f"--days {options.days} is more than two years; for an outlook as long as that, `run` a scenario"
    if options.backtest and options.on:
        yield "--backtest needs censuses of several dates, in a column `census`; --on would make them one"


def _run_forecast(options: Forecasting, screen: Screen) -> int:
    from sim.cli.own_data import forecast_verb

    return forecast_verb(options, screen)


FORECAST = Verb(
    name="forecast",
    words="FILE --census CENSUS",
    summary="the next days from today's census, one row a person: people, delayed and discharges by pathway, with 50, 80 and 95% bands",
    add_options=_add_forecast_options,
    run=_run_forecast,
    options=Forecasting,
    examples=(
        ("scenarios/baseline.yaml --census today.csv --days 56", "eight weeks from today"),
        ("scenarios/baseline.yaml --census censuses.xlsx --days 28 --backtest", "how often did the bands hold?"),
    ),
    guides=("docs/your-own-data.md",),
    find_files=one_file("looks ahead from"),
    misfits=_forecast_misfits,
)


# -- preset ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Preset(Options):
    """The options of preset."""

    organisation: str = ""
    write: str | None = None
    suppress: bool = False


def _add_preset_options(parser: Parser) -> None:
    add_files(parser, "FILE", "published files, CSV or Excel: Discharge Ready Date, discharge situation reports, KH03")
    parser.add_argument("--organisation", default="", metavar="CODE", help="the code of the trust, as in the files")
    parser.add_argument(
        "--write",
        type=Written(".yaml", ".yml"),
        metavar="FILE",
        help="write a first scenario, with the targets beside it: mine.yaml and mine_targets.csv",
    )
    parser.add_argument("--suppress", action="store_true", help="leave out every figure that reveals a count under 5")


def _preset_misfits(options: Preset) -> Iterator[str]:
    if not options.organisation.strip():
        yield "--organisation is missing: the code of the trust, as in --organisation RXX"


def _run_preset(options: Preset, screen: Screen) -> int:
    from sim.cli.own_data import preset_verb

    return preset_verb(options, screen)


PRESET = Verb(
    name="preset",
    words="FILE...",
    summary="turn published figures of one trust into calibration targets and a first scenario",
    add_options=_add_preset_options,
    run=_run_preset,
    options=Preset,
    examples=(
        ("scenarios/own_data/published/* --organisation ZZA", "what the made-up files say of an invented trust"),
        ("scenarios/own_data/published/* --organisation ZZA --write zza.yaml", "its first scenario and its targets"),
    ),
    guides=("docs/published-files.md",),
    find_files=named_files,
    misfits=_preset_misfits,
)


# -- bcf ---------------------------------------------------------------------------------------------------------------


DEFAULT_MAPPING = "scenarios/own_data/bcf_mapping.csv"


@dataclass(slots=True)
class Bcf(Options):
    """The options of bcf."""

    mapping: str = ""
    write: str = ""
    into: str | None = None


def _add_bcf_options(parser: Parser) -> None:
    add_files(parser, "FILE", "the plan, a workbook; and to run it, the scenario that was made from it")
    parser.add_argument(
        "--mapping",
        type=meant,
        default=shortest(HOME / DEFAULT_MAPPING),
        metavar="FILE",
        help=f"what the rows of the workbook mean (default: {DEFAULT_MAPPING})",
    )
    parser.add_argument(
        "--into",
        type=meant,
        metavar="FILE",
        help="a scenario with a hospital: what is written extends it with the plan's places by date and its step-up people",
    )
    parser.add_argument(
        "--write",
        default="",
        metavar="FILE",
        help="the scenario (.yaml); with a scenario given, the workbook with demand, capacity, gap and wait (.xlsx)",
    )
    add_changes(parser)
    add_work(parser, cluster=False)


def _find_files_of_bcf(options: Bcf) -> None:
    named_files(options, missing_too=True)
    endings = [Path(file).suffix.lower() for file in options.files]
    if len(endings) > 2 or endings[0] in (".yaml", ".yml") or endings[1:] not in ([], [".yaml"], [".yml"]):
        raise UsageError("bcf takes a plan, and behind it the scenario to run with it: bcf plan.xlsx plan.yaml")


def _bcf_misfits(options: Bcf) -> Iterator[str]:
    runs = len(options.files) == 2
    if runs and options.into:
        yield "--into goes with a plan alone: it says which scenario the written one extends"
    endings = (".xlsx",) if runs else (".yaml", ".yml")
    if not options.write:
        yield f"--write is missing: the {'workbook' if runs else 'scenario'} to write, as in --write plan{endings[0]}"
    else:
        yield from Written(*endings).problem("--write", options.write)
    if not runs and (options.sets or options.replications or options.seed is not None or options.engine != AUTO):
        yield "--set, --replications, --seed and --engine go with a scenario to run: bcf plan.xlsx plan.yaml"


def _run_bcf(options: Bcf, screen: Screen) -> int:
    from sim.cli.own_data import bcf_verb

    return bcf_verb(options, screen)


BCF = Verb(
    name="bcf",
    words="PLAN [FILE]",
    summary="read a Better Care Fund capacity and demand plan; run it, and write demand, gap and wait by month",
    add_options=_add_bcf_options,
    run=_run_bcf,
    options=Bcf,
    examples=(
        ("scenarios/own_data/bcf_plan.xlsx --write plan.yaml", "the made-up plan as a scenario"),
        ("scenarios/own_data/bcf_plan.xlsx plan.yaml --write out.xlsx", "demand, capacity, gap and wait of each month"),
    ),
    guides=("docs/bcf-plan.md",),
    find_files=_find_files_of_bcf,
    misfits=_bcf_misfits,
)


# -- worksheet ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Worksheet(Options):
    """The options of worksheet."""

    write: str | None = None


def _add_worksheet_options(parser: Parser) -> None:
    add_files(parser, "FILE", "the workbook to make; with --write, the filled workbook to read")
    parser.add_argument(
        "--write",
        type=Written(".yaml", ".yml"),
        metavar="FILE",
        help="read the filled worksheet, and write this scenario",
    )


def _find_files_of_worksheet(options: Worksheet) -> None:
    one_file("makes or reads", missing_too=True)(options)
    if Path(options.files[0]).suffix.lower() not in (".xlsx", ".xlsm") or (
        not options.write and not options.files[0].lower().endswith(".xlsx")
    ):
        raise UsageError("worksheet makes and reads workbooks: name a file that ends in .xlsx")


def _run_worksheet(options: Worksheet, screen: Screen) -> int:
    from sim.cli.own_data import worksheet_verb

    return worksheet_verb(options, screen)


WORKSHEET = Verb(
    name="worksheet",
    words="FILE",
    summary="make a worksheet for the fifteen numbers of your hospital; with --write, read it into a scenario",
    add_options=_add_worksheet_options,
    run=_run_worksheet,
    options=Worksheet,
    examples=(
        ("my_numbers.xlsx", "a new worksheet, with fifteen cells to fill"),
        ("my_numbers.xlsx --write my_hospital.yaml", "the filled worksheet as a scenario"),
    ),
    guides=("docs/your-own-hospital.md",),
    find_files=_find_files_of_worksheet,
)


VERBS = (CALIBRATE, FIT, FORECAST, PRESET, BCF, WORKSHEET)
