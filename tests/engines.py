"""Which engine runs in tests of many replications: the fast one where it works, held against the reference engine.

Every ledger of the fast engine is the reference engine's (tests/model/test_compiled.py); here the first replication of each
scenario is run by both and compared cell by cell, as a planner's own runs are.
"""

from dataclasses import replace
from functools import cache

from sim.inputs.scenario import Scenario
from sim.model.records import Ledger
from sim.runs.engines import Engines, engines_for, ledger_of
from sim.runs.workers import Stopwatch


@cache
def engines() -> Engines:
    """The fast engine with a cross-check of the first replication; the reference engine where nothing can be compiled."""
    return engines_for("auto", lambda _: None)


@cache
def uncrossed() -> Engines:
    """The fast engine alone, for tests to which another has shown that the engines agree."""
    return replace(engines(), cross_check=False)


def first_ledger(scenario: Scenario) -> Ledger:
    """The first replication, by the fast engine alone."""
    return ledger_of(uncrossed(), scenario, 0, 0, Stopwatch())


def replications(scenario: Scenario, count: int) -> list[Ledger]:
    """So many replications of a scenario; EnginesDiffer where the engines part in the first."""
    return [ledger_of(engines(), scenario, 0, number, Stopwatch()) for number in range(count)]
