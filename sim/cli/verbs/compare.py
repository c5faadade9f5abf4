"""The verb compare: a base and every file that can be paired with it, on the same people."""

from sim.cli.arguments import NoValue, Parser, UsageError, add_files
from sim.cli.verbs import Verb, named_files, simulate
from sim.cli.verbs.simulate import ORDERS, Simulate
from sim.inputs.problems import did_you_mean


def _add_options(parser: Parser) -> None:
    add_files(
        parser,
        "FILE",
        "BASE, then the scenarios to compare with it; patterns too (the base given twice counts once); "
        "without files: scenarios/baseline.yaml and scenarios/cedarwood.yaml",
    )
    simulate.add_options(parser)
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


def _find_files(options: Simulate) -> None:
    named_files(options, ours=2)
    if len(options.files) < 2:
        raise UsageError("compare needs a base and at least one other file; `run` runs a file on its own")


VERB = Verb(
    name="compare",
    words="BASE OTHER...",
    summary="run scenarios on the same people and show what differs from BASE, with 95% intervals and verdicts",
    add_options=_add_options,
    run=simulate.run,
    options=Simulate,
    examples=(
        ("scenarios/baseline.yaml scenarios/cedarwood.yaml", "what Cedarwood would change"),
        ('scenarios/baseline.yaml "scenarios/levers/*.yaml" --order money', "every lever, least cash first"),
    ),
    guides=("docs/write-your-own.md", "docs/precision.md"),
    find_files=_find_files,
    misfits=simulate.misfits,
)
