"""The table of verbs. A new verb is a module here that holds `VERB`, and a line of NAMES.

What may be changed here: verbs are a contract; new ones go where a reader of the help looks for them.
"""

from importlib import import_module
from typing import Any

from sim.cli.verbs.verb import Verb

NAMES = (
    "run",
    "compare",
    "desk",
    "events",
    "sweep",
    "solve",
    "sensitivity",
    "together",
    "break-even",
    "calibrate",
    "fit",
    "forecast",
    "preset",
    "bcf",
    "worksheet",
    "validate",
    "show",
    "schema",
    "scenarios",
    "check",
    "test",
)  # in the order of the help


def verb_named(name: str) -> Verb[Any]:
    """The verb of that name."""
    verb = import_module(f"{__name__}.{name.replace('-', '_')}").VERB
    assert isinstance(verb, Verb), name
    return verb


def every_verb() -> list[Verb[Any]]:
    """All of them, in order."""
    return [verb_named(name) for name in NAMES]
