"""The verb bcf: a Better Care Fund capacity and demand plan into a scenario, and with its demand, gap and wait back out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.cli.arguments import AUTO, Options, Parser, UsageError, Written, add_changes, add_files, add_work
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, named_files
from sim.home import HOME, meant, shortest

DEFAULT_MAPPING = "scenarios/own_data/bcf_mapping.csv"


@dataclass(slots=True)
class Bcf(Options):
    """The options of bcf."""

    mapping: str = ""
    write: str = ""
    into: str | None = None


def _add_options(parser: Parser) -> None:
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


def _find_files(options: Bcf) -> None:
    named_files(options, missing_too=True)
    endings = [Path(file).suffix.lower() for file in options.files]
    if len(endings) > 2 or endings[0] in (".yaml", ".yml") or endings[1:] not in ([], [".yaml"], [".yml"]):
        raise UsageError("bcf takes a plan, and behind it the scenario to run with it: bcf plan.xlsx plan.yaml")


def _misfits(options: Bcf) -> Iterator[str]:
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


def _run(options: Bcf, screen: Screen) -> int:
    from sim.cli.own_data import bcf_verb  # what it imports takes time, which --help should not

    return bcf_verb(options, screen)


VERB = Verb(
    name="bcf",
    words="PLAN [FILE]",
    summary="read a Better Care Fund capacity and demand plan; run it, and write demand, gap and wait by month",
    add_options=_add_options,
    run=_run,
    options=Bcf,
    examples=(
        ("scenarios/own_data/bcf_plan.xlsx --write plan.yaml", "the made-up plan as a scenario"),
        ("scenarios/own_data/bcf_plan.xlsx plan.yaml --write out.xlsx", "demand, capacity, gap and wait of each month"),
    ),
    guides=("docs/bcf-plan.md",),
    find_files=_find_files,
    misfits=_misfits,
)
