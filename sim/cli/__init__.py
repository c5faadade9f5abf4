"""The command line: parse, call, print; `main(argv)` returns the exit code.

No traceback is ever shown unasked.

Exit codes: 0 done, 1 a result moved (`check` only), 2 bad input or usage, or a disk, a right or memory that is missing,
3 an internal error, 130 interrupted. Only light modules are imported here; NumPy and everything above it come when a
command needs them.

Users' scripts rely on verbs, options and exit codes.
"""

import errno
import os
import sys

from sim.cli.arguments import Options, UsageError
from sim.cli.screen import Screen, prepare_streams
from sim.cli.verbs import parse, verb_named

DONE, BAD_INPUT, OUR_FAULT, INTERRUPTED = 0, 2, 3, 130
OF_THE_COMPUTER = (  # where no file is named
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN,
    errno.EACCES, errno.EPERM,
)  # fmt: skip


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
    # Before NumPy is loaded: our equations are small, and several threads would burn more time waiting than working.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from sim.cli.arguments import cluster_of  # what it imports takes time, which --help should not
    from sim.runs.workers import processes_kept

    screen = Screen(quiet_output=options.json == "-")
    with processes_kept(), cluster_of(options, screen):
        return verb_named(options.verb).run(options, screen)


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
    trouble = _trouble_of_the_computer(problem)
    if trouble:
        screen.problem(trouble)
        return BAD_INPUT
    import traceback

    text = "".join(traceback.format_exception(problem))
    line = (str(problem).strip().splitlines() or ["no further words"])[0]
    screen.problem(f"Internal error, please report it: {type(problem).__name__}: {line}")
    if wanted:
        screen.note(text)
    else:
        screen.note(f"The details for those who can fix it are in {_kept(text)} (or add --traceback).")
    return OUR_FAULT


def _trouble_of_the_computer(problem: Exception) -> str:
    """What is missing here, a file, a right, room or memory, in words; nothing where the fault is ours."""
    from sim.runs.workers import NoWorkers

    if isinstance(problem, NoWorkers):
        return str(problem)
    if isinstance(problem, MemoryError):
        return "Memory ran out; --workers 1 needs the least of it."
    if not isinstance(problem, OSError) or not (problem.filename or problem.errno in OF_THE_COMPUTER):
        return ""
    where = f"{problem.filename}: " if problem.filename else ""
    return f"{where}{problem.strerror or problem}"


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
