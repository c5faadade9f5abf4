"""The entrance of the benchmarks: `python3 benchmarks/run.py [--quick] [--json FILE] [--write]` sets itself up, then measures.

Only the standard library here; what it does is in measuring.py.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[0] = ROOT  # in place of this folder, whose modules are benchmarks.something

import run_sim  # noqa: E402 - found in ROOT; the front door knows how to set up


def main(argv: list) -> int:
    """Return the exit code, after setting up as the front door does, with the packages of the benchmarks."""
    return run_sim.enter(argv, __file__, measure, ["bench"])


def measure(argv: list) -> int:
    """Hand over to the stopwatch."""
    from benchmarks.measuring import main as measuring_main

    return measuring_main(argv)


if __name__ == "__main__":
    sys.exit(run_sim.exit_code(main, sys.argv[1:]))
