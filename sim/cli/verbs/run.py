"""The verb run: scenarios, each on its own."""

from sim.cli.arguments import Parser, add_files
from sim.cli.verbs import Verb, named_files, simulate


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", 'a scenario, or a pattern as in "scenarios/*.yaml"')
    simulate.add_options(parser)


VERB = Verb(
    name="run",
    words="FILE...",
    summary="run scenarios, each on its own",
    add_options=_add_options,
    run=simulate.run,
    options=simulate.Simulate,
    examples=(
        ("scenarios/baseline.yaml", "one scenario, its tables, charts and report"),
        ("scenarios/baseline.yaml --set services.hospital.beds=320", "the same with another number of beds"),
    ),
    guides=("docs/write-your-own.md", "docs/precision.md"),
    find_files=named_files,
    misfits=simulate.misfits,
)
