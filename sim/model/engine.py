"""The engine contract: a scenario and the number of a replication in, records out.

Whatever moves the people through the services, the same scenario, seed and replication give the same records to the last bit.
The SimPy engine is the reference; the compiled one is for speed, where Numba works.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sim.inputs.problems import listed
from sim.inputs.scenario import HOME, Calendar, Group, Places, Scenario, Service
from sim.model.arrivals import People, people_of
from sim.model.compiled import compiled_run, numba_setup
from sim.model.compiled.compiled_run import CompiledRandomNumbers
from sim.model.compiled.numba_setup import CannotCompile
from sim.model.plan import Plan
from sim.model.random_numbers import RandomNumbers
from sim.model.records import Ledger

AUTO, COMPILED, REFERENCE = "auto", "compiled", "reference"
ENGINES = (AUTO, COMPILED, REFERENCE)

PLANS = 8  # scenarios that a process has at hand


class Choice(NamedTuple):
    """An engine, and why it is not the compiled one where that might have been."""

    name: str
    why: str = ""


@lru_cache(maxsize=PLANS)
def _plan(scenario: Scenario) -> Plan:
    return Plan(scenario)


class Drawn(NamedTuple):
    """What is fixed before the clock starts: the plan, who comes, and their random numbers."""

    plan: Plan
    people: People
    random: RandomNumbers


def draw(scenario: Scenario, replication: int, engine: str = REFERENCE) -> Drawn:
    """The people of one replication (counted from 0), the same whichever engine runs them."""
    random = (CompiledRandomNumbers if engine == COMPILED else RandomNumbers)(scenario.seed, replication)
    return Drawn(_plan(scenario), people_of(_plan(scenario), random), random)


def walk(drawn: Drawn, engine: str = REFERENCE) -> Ledger:
    """Run them through the services to the end of the run."""
    if engine == COMPILED:
        return compiled_run.run(*drawn)
    # with SimPy, which takes a tenth of a worker's start, and which most workers never need
    from sim.model.reference import bed_manager

    return bed_manager.run(*drawn)


def load(engine: str) -> None:
    """Have an engine at hand, so that its first replication takes no longer than the others."""
    if engine == COMPILED:
        _compile()
    else:
        import sim.model.reference.bed_manager  # noqa: F401 - to have it loaded


def run(scenario: Scenario, replication: int, engine: str = REFERENCE) -> Ledger:
    """One replication: its people, run through the scenario's services."""
    return walk(draw(scenario, replication, engine), engine)


def run_observed(scenario: Scenario, replication: int) -> Ledger:
    """The same by the reference engine, with every invariant tested on every event; slower, and the same records."""
    from sim.model.reference import bed_manager
    from sim.model.reference.invariants import Observer

    drawn = draw(scenario, replication)
    return bed_manager.run(*drawn, Observer(drawn.plan, drawn.people))


def check_name(asked: str) -> None:
    """ValueError where there is no engine of that name."""
    if asked not in ENGINES:
        raise ValueError(f"the engine is {listed(ENGINES)}, not {asked!r}")


def choose(asked: str, processors: int, tell: Callable[[str], None]) -> Choice:
    """The engine for this computer, compiled where it will run; `tell` hears of a first compilation.

    CannotCompile where the compiled engine was asked for by name and cannot run; ValueError where there is none of that name.
    """
    check_name(asked)
    if asked == REFERENCE:
        return Choice(REFERENCE)
    try:
        numba_setup.check_numba()
        if asked == AUTO:
            _check_that_it_pays(processors)
        if not numba_setup.is_compiled_before():
            tell("Compiling the fast engine for this computer: once, about a minute ...")
        _compile()
    except CannotCompile as reason:
        if asked == COMPILED:
            raise
        return Choice(REFERENCE, str(reason))
    return Choice(COMPILED)


def _check_that_it_pays(processors: int) -> None:
    """Compiling takes longer than a small run: is it for once, and is there a processor for it?"""
    if numba_setup.cache_folder() is None:
        raise CannotCompile("there is no folder to keep it in, so it would be compiled anew on every run")
    if processors < 2 and not numba_setup.is_compiled_before():
        raise CannotCompile("with one processor, compiling it would hold up this run; `--engine compiled` does it once")


@lru_cache(maxsize=1)
def _compile() -> None:
    """Have the compiled functions ready; a cache that is damaged is thrown away, and they are compiled anew."""
    try:
        _walk_nobody()
    except CannotCompile:
        raise
    except Exception as problem:  # whatever the compiler stumbles over, there is another engine
        if not numba_setup.forget():
            raise _not_compiled(problem) from problem
        try:  # once more, and only once
            _walk_nobody()
        except Exception as again:
            raise _not_compiled(again) from again


def _not_compiled(problem: Exception) -> CannotCompile:
    return CannotCompile(f"it could not be compiled ({numba_setup.first_line(problem)})")


def _walk_nobody() -> None:
    """A day in which nobody comes: whatever the first call needs is there afterwards."""
    nobody = Scenario(
        id="nobody", name="", question="", file="", replications=1, seed=1, teams=(), steps=(),
        calendar=Calendar(start=date(2026, 1, 1), warm_up_days=0, measured_days=1),
        services=(Service(name=HOME, kind="other", capacity=(Places(from_second=0, places=None),)),),
        people=(Group(name="nobody", arrives_at=((HOME, 1.0),)),),
    )  # fmt: skip
    compiled_run.run(*draw(nobody, 0, COMPILED))
