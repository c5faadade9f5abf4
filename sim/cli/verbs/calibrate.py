"""The verb calibrate: a scenario's figures held against published targets, and settings moved until they are met."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sim.cli.arguments import Options, Parser, Written, add_changes, add_files, add_json, add_plan, add_work, positive
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, one_file
from sim.home import HOME, meant, shortest

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


def _add_options(parser: Parser) -> None:
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


def _misfits(options: Calibrate) -> Iterator[str]:
    if options.plan and options.fit:
        yield "--plan goes without --fit, whose search goes on until the targets are met; --evaluations says how long at most"
    for name, value in (("write", options.write), ("evaluations", options.evaluations), ("held-out", options.held_out)):
        if value and not options.fit:
            yield f"--{name} goes with --fit, which names the settings to move"
    if options.period and not options.held_out:
        yield "--period goes with --held-out, whose days it says"
    elif options.period and not PERIOD.fullmatch(options.period):
        yield f"--period needs two dates, as in 2026-07-01..2026-09-30; not {options.period!r}"


def _run(options: Calibrate, screen: Screen) -> int:
    from sim.cli.calibrating import calibrate_verb  # what it imports takes time, which --help should not

    return calibrate_verb(options, screen)


VERB = Verb(
    name="calibrate",
    words="[FILE]",
    summary="compare a scenario's figures with published targets; with --fit, move settings until they are met",
    add_options=_add_options,
    run=_run,
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
    misfits=_misfits,
)
