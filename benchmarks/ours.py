"""Our own engines, as the benchmarks call them: one place to change when a call changes."""

import numpy as np

from benchmarks.model import DAY, Stays
from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.model.compiled import compiled_run
from sim.model.records import NEVER, Ledger
from sim.results.window import Window
from sim.runs.engines import Engines
from sim.runs.experiment import Shared, check_identities, measured, run_one
from sim.runs.piece import Task
from sim.runs.workers import run_tasks, workers_of

COMPILED, REFERENCE = "compiled", "reference"


def load(name: str) -> None:
    """Have an engine loaded, which is in nobody's time."""
    engine.load(name)


def run(scenario: Scenario, replication: int, name: str) -> Ledger:
    """One replication by one engine: drawing its people, running them, and the whole records."""
    return engine.run(scenario, replication, name)


def run_counted(scenario: Scenario, replication: int) -> Ledger:
    """The same by the compiled engine, checked by every invariant and counted in every measure, as `run` does."""
    ledger = engine.run(scenario, replication, COMPILED)
    window, task = Window(scenario, ledger, is_fast=True), Task(0, replication)
    check_identities(task, window)
    measured(task, window)
    return ledger


def aggregates(scenario: Scenario, replications: int, workers: int) -> int:
    """Runs, checks and measures so many replications in so many processes, as `run` does; how many came back."""
    tasks = [Task(0, number) for number in range(replications)]
    shared = Shared((scenario,), engines=Engines(COMPILED, cross_check=False))
    return sum(1 for _ in run_tasks(workers_of(workers), run_one, shared, tasks))


def bytes_a_person(scenario: Scenario) -> float:
    """Bytes of the compiled engine's state for each person, records apart."""
    drawn = engine.draw(scenario, 0, COMPILED)
    for _ in range(2):  # the first run finds out how much room it takes
        engine.walk(drawn, COMPILED)
    return compiled_run.state_bytes_per_person(drawn.plan)


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
    """The records' stays in days."""
    table = ledger.stays
    admitted, clear, left = (
        np.where(table[name] == NEVER, np.inf, table[name] / DAY) for name in ("admitted", "clear", "left")
    )
    return Stays(table["service"], admitted, clear, left)
