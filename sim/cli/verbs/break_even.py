"""The verb break-even: how large an effect would have to be for a scenario to pay for itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.cli.arguments import Options, Parser, UsageError, add_files, add_study
from sim.cli.screen import Screen
from sim.cli.verbs import Verb
from sim.home import HOME, meant, shortest

DEFAULT_EFFECTS = "scenarios/ranges/break_even.csv"


@dataclass(slots=True)
class BreakEven(Options):
    """The options of break-even."""

    effect: str = ""
    effects: str = ""
    plan: bool = False


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "BASE and OTHER; without files: every effect in the file of effects")
    parser.add_argument(
        "--effect",
        default="",
        metavar="PATH=LOW..HIGH",
        help="the setting of OTHER that is the effect, as in --effect steps.funding.takes_days=0..28",
    )
    parser.add_argument(
        "--effects",
        type=meant,
        default=shortest(HOME / DEFAULT_EFFECTS),
        metavar="FILE",
        help=f"a file of effects, used if none is named (default: {DEFAULT_EFFECTS})",
    )
    add_study(parser)


def _find_files(options: BreakEven) -> None:
    if len(options.files) not in (0, 2):
        raise UsageError("break-even needs a base and one other file, or none")


def _misfits(options: BreakEven) -> Iterator[str]:
    if options.effect and not options.files:
        yield "--effect goes with two files: the base, and the one that has the effect"


def _run(options: BreakEven, screen: Screen) -> int:
    from sim.cli.breaking_even import break_even_verb  # what it imports takes time, which --help should not

    return break_even_verb(options, screen)


VERB = Verb(
    name="break-even",
    words="[BASE OTHER]",
    summary="find how large an effect would have to be for a scenario to pay for itself",
    add_options=_add_options,
    run=_run,
    options=BreakEven,
    examples=(
        (
            "scenarios/baseline.yaml scenarios/co_located_team.yaml --replications 8",
            "how many crises the team would have to prevent",
        ),
    ),
    guides=("docs/money.md", "docs/whole-pathway.md"),
    find_files=_find_files,
    misfits=_misfits,
)
