"""The command line: parse, call, print; `main(argv)` returns the exit code.

No traceback is ever shown unasked.

Exit codes: 0 done, 2 bad input or usage, 3 a fault of ours, 130 interrupted. Only light modules are imported
here; NumPy and everything above it come when a command needs them.

What may be changed here: wording freely; verbs, options and exit codes are a contract (issue 2).
"""

import os
import sys

from sim.cli.arguments import Options, parse
from sim.cli.screen import Screen, prepare_streams
from sim.cli.usage import UsageError

DONE, BAD_INPUT, OUR_FAULT, INTERRUPTED = 0, 2, 3, 130


def main(argv: list[str] | None = None) -> int:
    """Carries out one command line and returns its exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    prepare_streams()
    screen = Screen(quiet_output=False)
    try:
        return _carry_out(parse(arguments), screen)
    except UsageError as problem:
        screen.problem(str(problem))
        return BAD_INPUT
    except KeyboardInterrupt:
        screen.end_progress()
        screen.note("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone: nothing is wrong, and nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as problem:  # noqa: BLE001 - the last stop: planners get a sentence instead of a traceback
        screen.end_progress()
        if _began_with_an_interrupt(problem):
            screen.note("Stopped.")
            return INTERRUPTED
        return _explain(problem, screen, "--traceback" in arguments)


def _carry_out(options: Options, screen: Screen) -> int:
    if options.text:  # --help, --version
        screen.say(options.text)
        return DONE
    from sim.cli import commands  # what it imports takes time, which --help should not

    return commands.carry_out(options, screen)


def _began_with_an_interrupt(problem: BaseException | None) -> bool:
    """Whether Ctrl-C came first, and the problem only while things were cleared away."""
    while problem and not isinstance(problem, KeyboardInterrupt):
        problem = problem.__context__
    return problem is not None


def _explain(problem: Exception, screen: Screen, wanted: bool) -> int:
    from sim.inputs.problems import ScenarioError

    if isinstance(problem, ScenarioError):
        for one in problem.problems:
            screen.problem(str(one))
        return BAD_INPUT
    if isinstance(problem, OSError) and problem.filename and not isinstance(problem, ChildProcessError):
        screen.problem(f"{problem.filename}: {problem.strerror or problem}")
        return BAD_INPUT
    import traceback

    text = "".join(traceback.format_exception(problem))
    line = (str(problem).strip().splitlines() or ["no further words"])[0]
    screen.problem(f"Sorry, this is a fault of ours: {type(problem).__name__}: {line}")
    if wanted:
        screen.note(text)
    else:
        screen.note(f"The details for whoever mends it are in {_kept(text)} (or add --traceback).")
    return OUR_FAULT


def _kept(text: str) -> str:
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="run_sim-fault-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as file:
            file.write(text)
            return file.name
    except OSError:
        return "no file, as none could be written"
