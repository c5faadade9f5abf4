"""Which engine a command uses, said on the screen where it is not the one that planners would want.

What may be changed here: wording freely.
"""

from sim.cli.arguments import Options, UsageError
from sim.cli.screen import Screen
from sim.engines import BY_REFERENCE, Engines
from sim.model import engine
from sim.model.compiled import CannotCompile
from sim.running import processors


def engines_for(options: Options, screen: Screen) -> Engines:
    """The engine that was asked for or that works here; UsageError where the one asked for by name does not."""
    if options.observe:
        return BY_REFERENCE  # only there is every event under observation
    try:
        choice = engine.choose(options.engine, processors(), screen.note)
    except CannotCompile as reason:
        raise UsageError(f"--engine compiled: {reason}; --engine auto goes on with the SimPy model") from None
    if choice.why:
        screen.note(f"The SimPy model runs, not the fast engine: {choice.why}. The results are the same.")
    return Engines(choice.name, choice.why, options.witness)
