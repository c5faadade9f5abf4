"""A simulator of discharge and reablement bed flow: hospital, reablement units and pathways home.

From Python there are five verbs, `read_scenario`, `run_scenario`, `compare`, `sweep` and `solve`, described in docs/python.md.
They are loaded when they are first used, so that `import sim` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import (
        Comparison,
        Run,
        ScenarioError,
        Solution,
        compare,
        read_scenario,
        run_scenario,
        solve,
        sweep,
    )

__version__ = "0.1.0"
__all__ = [
    "Comparison",
    "Run",
    "ScenarioError",
    "Solution",
    "compare",
    "read_scenario",
    "run_scenario",
    "solve",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Loads a verb when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from sim import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """The verbs, for those who press Tab."""
    return sorted([*globals(), *__all__])
