"""The verb show: every value in force, with the place it comes from."""

from dataclasses import dataclass

from sim.cli.arguments import Options, Parser, add_changes, add_files
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, one_file


@dataclass(slots=True)
class ShowOptions(Options):
    """What `show` knows besides."""

    stress_des: bool = False


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "a scenario")
    add_changes(parser)
    parser.add_argument(
        "--stress-des",
        action="store_true",
        help="instead, what the file and the program answer to the reporting checklist STRESS-DES, in Markdown",
    )


def _run(options: ShowOptions, screen: Screen) -> int:
    from sim.diagnostics.warnings import remarks  # NumPy and above, which --help does not wait for
    from sim.inputs.loading import read_scenario
    from sim.inputs.provenance import show_text

    (file,) = options.files
    scenario = read_scenario(file, tuple(options.sets), replications=options.replications, seed=options.seed)
    if options.stress_des:
        from sim.diagnostics.stress_des import stress_des

        screen.say(stress_des(scenario).rstrip("\n"))
        return 0
    screen.say(show_text(scenario, remarks(scenario)).rstrip("\n"))
    return 0


VERB = Verb(
    name="show",
    words="FILE",
    summary="print every resolved value, and the file and line that it comes from",
    add_options=_add_options,
    run=_run,
    options=ShowOptions,
    examples=(
        ("scenarios/cedarwood.yaml", "all that holds in Cedarwood, with sources"),
        ("scenarios/cedarwood.yaml --stress-des", "the reporting checklist, begun for you"),
    ),
    guides=("docs/language.md", "docs/stress-des.md"),
    find_files=one_file("prints"),
)
