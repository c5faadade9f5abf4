"""The verb together: what several levers do alone, together, and which part of the whole is whose."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.cli.arguments import Options, Parser, UsageError, add_files, add_study
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, named_files

MOST_LEVERS = 12  # as in sim/studies/together.py, which is slow to import


@dataclass(slots=True)
class Levers(Options):
    """The options of together."""

    plan: bool = False


def _add_options(parser: Parser) -> None:
    add_files(
        parser, "FILE", f"BASE, then two to {MOST_LEVERS} files that each extend BASE and change different values"
    )
    add_study(parser)


def _find_files(options: Levers) -> None:
    named_files(options)
    if not 3 <= len(options.files) <= MOST_LEVERS + 1:
        raise UsageError(
            f"together needs a base and 2 to {MOST_LEVERS} files that extend it, as selections of them are run"
        )


def _run(options: Levers, screen: Screen) -> int:
    from sim.cli.levers_together import together_verb  # what it imports takes time, which --help should not

    return together_verb(options, screen)


def _misfits(options: Levers) -> Iterator[str]:
    if len(set(options.files)) < len(options.files):
        yield "together needs each file once"


VERB = Verb(
    name="together",
    words="BASE LEVER LEVER...",
    summary="show what several levers do alone and together, and how much of the whole each contributes",
    add_options=_add_options,
    run=_run,
    options=Levers,
    examples=(
        (
            "scenarios/baseline.yaml scenarios/cedarwood.yaml scenarios/planning_from_admission.yaml scenarios/weekend_acceptance.yaml",
            "three levers: eight scenarios on the same people",
        ),
    ),
    epilog="Effects do not add up: people who leave earlier for one reason wait for the next. The shares do, by Shapley (docs/sensitivity.md).",
    guides=("docs/sensitivity.md",),
    find_files=_find_files,
    misfits=_misfits,
)
