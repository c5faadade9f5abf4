"""The verb worksheet: the fifteen numbers of a hospital as a workbook to fill, and the filled one as a scenario."""

from dataclasses import dataclass
from pathlib import Path

from sim.cli.arguments import Options, Parser, UsageError, Written, add_files
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, one_file


@dataclass(slots=True)
class Worksheet(Options):
    """The options of worksheet."""

    write: str | None = None


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "the workbook to make; with --write, the filled workbook to read")
    parser.add_argument(
        "--write",
        type=Written(".yaml", ".yml"),
        metavar="FILE",
        help="read the filled worksheet, and write this scenario",
    )


def _find_files(options: Worksheet) -> None:
    one_file("makes or reads", missing_too=True)(options)
    if Path(options.files[0]).suffix.lower() not in (".xlsx", ".xlsm") or (
        not options.write and not options.files[0].lower().endswith(".xlsx")
    ):
        raise UsageError("worksheet makes and reads workbooks: name a file that ends in .xlsx")


def _run(options: Worksheet, screen: Screen) -> int:
    from sim.cli.own_data import worksheet_verb  # what it imports takes time, which --help should not

    return worksheet_verb(options, screen)


VERB = Verb(
    name="worksheet",
    words="FILE",
    summary="make a worksheet for the fifteen numbers of your hospital; with --write, read it into a scenario",
    add_options=_add_options,
    run=_run,
    options=Worksheet,
    examples=(
        ("my_numbers.xlsx", "a new worksheet, with fifteen cells to fill"),
        ("my_numbers.xlsx --write my_hospital.yaml", "the filled worksheet as a scenario"),
    ),
    guides=("docs/your-own-hospital.md",),
    find_files=_find_files,
)
