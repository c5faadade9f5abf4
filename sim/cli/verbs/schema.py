"""The verb schema: the JSON Schema of scenario files."""

from sim.cli.arguments import Options, Parser
from sim.cli.screen import Screen
from sim.cli.verbs import Verb


def _add_options(_: Parser) -> None:
    """It has none."""


def _run(_: Options, screen: Screen) -> int:
    from sim.inputs.keys_page import schema_text

    screen.say(schema_text().rstrip("\n"))
    return 0


VERB = Verb(
    name="schema",
    words="",
    summary="print a JSON Schema of scenario files, so that an editor can complete and check them",
    add_options=_add_options,
    run=_run,
    options=Options,
    guides=("docs/scenario-keys.md",),
)
