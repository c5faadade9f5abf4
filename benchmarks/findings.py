"""What was found, under the names that JSON and tables use, and what performance was asked for.

A name is a contract for anybody who reads the JSON; wording is free.
"""

import os
import platform
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.processes import Comparison
from benchmarks.rounds import Spread

AT_LEAST, AT_MOST, BELOW = "at least", "at most", "below"


@dataclass(frozen=True)
class Asked:
    """One figure, what it says, and what was asked of it."""

    key: str
    says: str
    bound: str
    value: float

    def holds(self, found: float) -> bool:
        """Is it as asked?"""
        return {AT_LEAST: found >= self.value, AT_MOST: found <= self.value, BELOW: found < self.value}[self.bound]

    def verdict(self, found: Spread) -> str:
        """Yes or no where every round says so; otherwise the rounds cannot tell, and what their median says is added."""
        if self.holds(found.low) == self.holds(found.high):
            return "yes" if self.holds(found.middle) else "no"
        return f"cannot tell (the median {'does' if self.holds(found.middle) else 'does not'})"


ASKED = (
    Asked("compiled_over_idiomatic_simpy", "Compiled engine over idiomatic SimPy", AT_LEAST, 100),
    Asked("c_over_compiled", "C that writes the same records over the compiled engine", AT_MOST, 1.6),
    Asked("compiled_over_reference_on_baseline", "Compiled over reference engine on `scenarios/baseline.yaml`", AT_LEAST, 40),
    Asked("counted_over_walked_on_baseline", "A replication drawn, run, checked and measured over drawn and run only, on `scenarios/baseline.yaml`", AT_MOST, 1.5),
    Asked("counted_over_counting_simpy", "That (on the model of the benchmarks) over idiomatic SimPy with its own counting of the main measures", AT_LEAST, 100),
    Asked("reference_over_idiomatic_simpy", "Reference engine over idiomatic SimPy", AT_LEAST, 0.5),
    Asked("cost_per_event_10x_beds", "Cost of an event with 10 times the beds and arrivals, over 1 time", BELOW, 1.5),
    Asked("cost_per_event_20_years", "Cost of an event in 20 years, over 2 years", BELOW, 1.5),
    Asked("two_processes_over_one", "Two processes over one, aggregates", AT_LEAST, 1.6),
    Asked("simulation_share_of_comparison", "Simulation's share of the default comparison, cross-check apart", BELOW, 0.2),
    Asked("comparison_processor_seconds", "Processor seconds of the default comparison, all its processes, cross-check apart", AT_MOST, 3.5),
    Asked("two_workers_over_one", "Two workers over one, whole command, 200 replications of the default comparison, by the clock on the wall", AT_LEAST, 1.7),
    Asked("bytes_a_person", "Bytes of engine state a person, records apart, on `scenarios/baseline.yaml`", AT_MOST, 600),
)  # fmt: skip
NOT_ASKED = {
    "c_stays_only_over_compiled": "C that writes stays only over the compiled engine, which writes everything",
    "compiled_over_idiomatic_simpy_standard_library": "Compiled engine over idiomatic SimPy with the standard library's `random`",
    "compiled_over_ciw": "Compiled engine over Ciw",
    "compiled_over_reference": "Compiled over reference engine",
}


@dataclass
class Findings:
    """Everything that one run of the benchmarks found; a figure that is None has a reason."""

    quick: bool
    rounds: int = 0
    figures: dict[str, Spread | None] = field(default_factory=dict)
    speeds: dict[str, float] = field(default_factory=dict)  # spells in a processor second, by program
    over_simpy: dict[str, Spread] = field(default_factory=dict)
    below_c: dict[str, Spread] = field(default_factory=dict)
    process_replications: int | None = None
    comparison: Comparison | None = None
    reasons: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """One flat object: figures by name, then how sure they are and where they come from."""
        found = {key: None if one is None else rounded(one.middle) for key, one in self.figures.items()}
        return {
            **found,
            "spells_per_second": {key: round(speed) for key, speed in self.speeds.items()},
            "spread": {
                key: None if one is None else [rounded(one.low), rounded(one.high)] for key, one in self.figures.items()
            },
            "rounds": self.rounds,
            "quick": self.quick,
            "default_comparison": None if self.comparison is None else asdict(self.comparison),
            "reasons": self.reasons,
            "machine": machine(),
        }


def rounded(value: float) -> float:
    """Four figures that count."""
    return float(f"{value:.4g}")


def machine() -> str:
    """What it was measured on, without names."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} processors, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
