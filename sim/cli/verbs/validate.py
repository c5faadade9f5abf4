"""The verb validate: scenario files are checked, and nothing is run."""

from sim.cli.arguments import Options, Parser, add_changes, add_files, add_json
from sim.cli.screen import Screen
from sim.cli.verbs import Verb, named_files


def _add_options(parser: Parser) -> None:
    add_files(parser, "FILE", "a scenario, or a pattern")
    add_changes(parser)
    add_json(parser, "what is wrong, or worth knowing,")


def _find_files(options: Options) -> None:
    named_files(options, missing_too=options.json is not None)


def _run(options: Options, screen: Screen) -> int:
    from sim.cli.validating import validate_verb  # what it imports takes time, which --help should not

    return validate_verb(options, screen)


VERB = Verb(
    name="validate",
    words="FILE...",
    summary="check scenario files without running them",
    add_options=_add_options,
    run=_run,
    options=Options,
    examples=(('"scenarios/*.yaml"', "every scenario of a folder"),),
    epilog="A mistake is answered with file, line, column, what is wrong and the likely cure.",
    guides=("docs/language.md",),
    find_files=_find_files,
)
