"""The verb preset: published figures of one organisation as calibration targets and a first scenario."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.cli.arguments import Options, Parser, Written, add_files
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, named_files


@dataclass(slots=True)
class Preset(Options):
    """The options of preset."""

    organisation: str = ""
    write: str | None = None
    suppress: bool = False


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "published files, CSV or Excel: Discharge Ready Date, discharge situation reports, KH03")
    parser.add_argument("--organisation", default="", metavar="CODE", help="the code of the trust, as in the files")
    parser.add_argument(
        "--write",
        type=Written(".yaml", ".yml"),
        metavar="FILE",
        help="write a first scenario, with the targets beside it: mine.yaml and mine_targets.csv",
    )
    parser.add_argument("--suppress", action="store_true", help="leave out every figure that reveals a count under 5")


def _misfits(options: Preset) -> Iterator[str]:
    if not options.organisation.strip():
        yield "--organisation is missing: the code of the trust, as in --organisation RXX"


def _run(options: Preset, screen: Screen) -> int:
    from sim.cli.own_data import preset_verb  # what it imports takes time, which --help should not

    return preset_verb(options, screen)


VERB = Verb(
    name="preset",
    words="FILE...",
    summary="turn published figures of one trust into calibration targets and a first scenario",
    add_options=_add_options,
    run=_run,
    options=Preset,
    examples=(
        ("scenarios/own_data/published/* --organisation ZZA", "what the made-up files say of an invented trust"),
        ("scenarios/own_data/published/* --organisation ZZA --write zza.yaml", "its first scenario and its targets"),
    ),
    guides=("docs/published-files.md",),
    find_files=named_files,
    misfits=_misfits,
)
