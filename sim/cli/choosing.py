"""Which engine a command uses, said on the screen where it is not the one that planners would want.

What may be changed here: wording freely.
"""

from sim.cli.arguments import Options
from sim.cli.screen import Screen
from sim.cli.usage import UsageError
from sim.model.compiled.numba_setup import CannotCompile
from sim.runs import engines
from sim.runs.engines import BY_REFERENCE, Engines


def engines_for(options: Options, screen: Screen) -> Engines:
    """The engine that was asked for or that works here; UsageError where the one asked for by name does not."""
    if options.observe:
        return BY_REFERENCE  # only there is every event under observation
    try:
        return engines.engines_for(options.engine, screen.note, cross_check=options.cross_check)
    except CannotCompile as reason:
        raise UsageError(f"--engine compiled: {reason}; --engine auto goes on with the SimPy model") from None
