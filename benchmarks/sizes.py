"""How much of everything is measured, whole or `--quick`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Days are simulated days of one replication; seconds are of the clock on the wall, from the start."""

    rounds: int
    fast_repeats: int  # replications of the compiled engine and of C in each round, always of the whole model
    slow_days: int | None  # of SimPy and the reference engine; None: the whole model
    ciw_days: int | None
    baseline_replications: int  # of the reference engine in each round
    growth_rounds: int
    process_rounds: int
    command_rounds: int  # of whole commands
    process_seconds: float  # about how long one process works in each of those rounds
    comparison_replications: int | None  # None: what the files say
    give_up_after: float  # what has not begun by then is left out, or gets fewer rounds


WHOLE = Sizes(
    rounds=5,
    fast_repeats=60,  # about as long as the one run of SimPy, so that a busy second hits both alike
    slow_days=None,
    ciw_days=None,
    baseline_replications=2,
    growth_rounds=5,
    process_rounds=3,
    command_rounds=1,
    process_seconds=15,
    comparison_replications=None,
    give_up_after=float("inf"),
)
QUICK = Sizes(
    rounds=3,
    fast_repeats=10,
    slow_days=228,
    ciw_days=60,
    baseline_replications=1,
    growth_rounds=2,
    process_rounds=1,
    command_rounds=0,
    process_seconds=7,
    comparison_replications=2,
    give_up_after=25,
)
