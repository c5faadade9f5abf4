"""Our own engines, as the benchmarks call them: one place to change when a call changes."""

import inspect
from typing import Any

import numpy as np

from benchmarks.model import DAY, Stays
from sim.experiment import Shared, Task, run_one
from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.model.ledger import NEVER, Ledger
from sim.running import scatter

COMPILED, REFERENCE = "compiled", "reference"


class NoEngine(Exception):
    """Why there is no figure for an engine."""


def run(scenario: Scenario, replication: int, name: str) -> Ledger:
    """One replication by one engine: drawing its people, walking them, and the whole ledger."""
    if "engine" in inspect.signature(engine.run).parameters:
        return engine.run(scenario, replication, engine=name)
    if name != REFERENCE:
        raise NoEngine(f"there is no {name} engine in this version")
    return engine.run(scenario, replication)


def has(name: str) -> bool:
    """Is there an engine of this name?"""
    return name == REFERENCE or "engine" in inspect.signature(engine.run).parameters


def aggregates(scenario: Scenario, replications: int, workers: int) -> int:
    """Runs, checks and measures so many replications in so many processes, as `run` does; how many came back."""
    tasks = [Task(0, number) for number in range(replications)]
    return sum(1 for _ in scatter(run_one, Shared((scenario,)), tasks, workers))


def bytes_a_person(scenario: Scenario) -> float | None:
    """Bytes of the compiled engine's state for each person, ledger apart; None where it does not say."""
    try:
        from sim.model import compiled
    except ImportError:
        return None
    tell: Any = getattr(compiled, "state_bytes_per_person", None)
    return None if tell is None else float(tell(scenario))


def events(ledger: Ledger) -> int:
    """What fell due: arrivals, ends of need, ends of steps."""
    ready = np.count_nonzero(ledger.stays["ready"] < NEVER)
    finished = np.count_nonzero(ledger.steps["finished"] < NEVER)
    return int(len(ledger.people["arrives"]) + ready + finished)


def spells(ledger: Ledger) -> int:
    """Stays in the first service, which is the hospital."""
    return int(np.count_nonzero(ledger.stays["service"] == 0))


def stay_rows(ledger: Ledger) -> int:
    """Stays anywhere."""
    return len(ledger.stays["person"])


def stays(ledger: Ledger) -> Stays:
    """The ledger's stays in days."""
    table = ledger.stays
    admitted, clear, left = (
        np.where(table[name] == NEVER, np.inf, table[name] / DAY) for name in ("admitted", "clear", "left")
    )
    return Stays(table["service"], admitted, clear, left)
