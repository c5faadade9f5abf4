"""The verb fit: observed stays become distributions, those still in bed as censored, and a scenario that says so."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.cli.arguments import NoValue, Options, Parser, UsageError, Written, add_files, add_json, add_outputs
from sim.cli.screen import Screen
from sim.cli.verbs import DEFAULT_FILES, Verb
from sim.home import HOME, command_line, meant, shortest


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


def date_text(text: str) -> str | NoValue:
    """A date, as people write it."""
    from sim.own_data.tables import instant  # reads what scenarios read, which --help does not wait for

    try:
        return instant(text).date().isoformat()
    except ValueError as error:
        said = str(error)
        return NoValue(said if text in said else f"{said}, not {text!r}")


def add_columns(parser: Parser) -> None:
    """What a planner's own file calls things."""
    parser.add_argument(
        "--columns",
        metavar="FILE",
        help="a CSV file with the columns column, yours and ours: your headings (column left blank) and your words, mapped once "
        "(docs/your-own-data.md)",
    )


def _add_options(parser: Parser) -> None:
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
    add_columns(parser)
    parser.add_argument(
        "--from",
        dest="since",
        type=date_text,
        metavar="DATE",
        help="only stays that began on this day or later: a file of those who were there on some day lacks short stays before it",
    )
    parser.add_argument(
        "--until",
        type=date_text,
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
        type=date_text,
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


def _misfits(options: FitStays) -> Iterator[str]:
    if options.hold_out and not options.targets:
        yield "--hold-out goes with --targets, which names the file"
    if options.since and options.until and options.since >= options.until:
        yield f"--from {options.since} is not before --until {options.until}"


def _find_files(options: FitStays) -> None:
    if not options.files:
        raise UsageError(f"fit needs a file of stays, as in: {command_line('fit', 'stays.csv')}")
    if len(options.files) > 1:
        raise UsageError("fit reads one file at a time")


def _run(options: FitStays, screen: Screen) -> int:
    from sim.cli.fitting_stays import fit_verb  # what it imports takes time, which --help should not

    return fit_verb(options, screen)


VERB = Verb(
    name="fit",
    words="STAYS",
    summary="fit lengths of stay, shares and arrivals to a file of stays, those still in bed as censored, and write a scenario",
    add_options=_add_options,
    run=_run,
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
    find_files=_find_files,
    misfits=_misfits,
)
