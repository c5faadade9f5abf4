"""Which engine runs a replication, and which replications the SimPy model runs too as a cross-check.

Records on which two engines differ never become a result.
"""

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np

from sim.inputs.scenario import Scenario
from sim.machine_code import CannotCompile, Passes, check_numba
from sim.model import engine
from sim.model.compiled import numba_setup
from sim.model.engine import COMPILED, REFERENCE
from sim.model.records import Ledger
from sim.results.event_history import event_histories, first_difference
from sim.runs.workers import LOADING, NoWorkers, Stopwatch, processors

TABLES = ("people", "waits", "stays", "steps", "places", "arrival_steps")
SAMPLE = 20  # of many scenarios, one in so many is still cross-checked with --no-cross-check


class EnginesDiffer(Exception):
    """Two engines recorded different events: the message names the person and the event at which they part."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The engine, why it is not the compiled one, and whether replication 1 of every scenario is cross-checked or of a sample only."""

    name: str = REFERENCE
    why: str = ""
    cross_check: bool = True
    proved: frozenset[int] = frozenset()  # scenarios of which the store keeps that both engines agreed

    def is_cross_checked(self, scenario: int, replication: int) -> bool:
        """Whether the SimPy model also runs this replication (both counted from 0)."""
        if self.name != COMPILED or replication != 0:
            return False
        return self.cross_check or scenario % SAMPLE == SAMPLE - 1

    def checks_now(self, scenario: int, replication: int) -> bool:
        """Whether it does so in this run: what was found equal before, under the same name, is not compared again."""
        return self.is_cross_checked(scenario, replication) and scenario not in self.proved

    def cross_checked(self, scenarios: int) -> int:
        """How many of so many scenarios are cross-checked."""
        return sum(self.is_cross_checked(scenario, 0) for scenario in range(scenarios))

    def words(self, scenarios: int) -> str:
        """What a report says of it."""
        if self.name != COMPILED:
            return f"{self.name} engine (SimPy)"
        seen = self.cross_checked(scenarios)
        if seen == scenarios:
            return "compiled engine, cross-checked by SimPy: replication 1 of every scenario, equal in every cell"
        if seen:
            return f"compiled engine, a sample cross-checked by SimPy: replication 1 of {seen} of {scenarios} scenarios"
        return "compiled engine, not cross-checked by SimPy (--no-cross-check)"


BY_REFERENCE = Engines()


def engines_for(asked: str, tell: Callable[[str], None], *, cross_check: bool = True) -> Engines:
    """The engine that was asked for, or that works here; `tell` hears of a first compilation, and why it is not the fast one.

    CannotCompile where the compiled engine was asked for by name and cannot run; ValueError where there is none of that name. What
    was loaded on this computer before, in these very versions, is not loaded here: that takes half a second, and only those who run
    need it.
    """
    engine.check_name(asked)
    if asked != REFERENCE and _was_loaded_before():
        return Engines(COMPILED, "", cross_check)
    with passes_compiled_beside() if asked != REFERENCE and may_compile_beside() else nullcontext():
        choice = engine.choose(asked, processors(), tell)
    if choice.name == COMPILED:
        _load_passes(tell)
        _note_that_it_loads()
    if choice.why:
        tell(f"The SimPy model runs, not the fast engine: {choice.why}. The results are the same.")
    return Engines(choice.name, choice.why, cross_check)


def may_compile_beside() -> bool:
    """Whether the engine will be compiled now, with a second processor at hand."""
    try:
        check_numba()
    except CannotCompile:
        return False
    return processors() > 1 and numba_setup.cache_folder() is not None and not numba_setup.is_compiled_before()


@contextmanager
def passes_compiled_beside() -> Iterator[None]:
    """Inside, while this process compiles the engine for a minute, another one compiles and keeps what goes over its records.

    Whatever becomes of it is seen when they are loaded here: what is not kept is compiled then.
    """
    program = f"import sys; sys.path[:] = {sys.path!r}; from sim.runs.engines import compile_passes; compile_passes()"
    nothing = subprocess.DEVNULL
    try:
        beside = subprocess.Popen([sys.executable or "", "-c", program], stdin=nothing, stdout=nothing, stderr=nothing)
    except OSError:  # no such program, or no room for it
        yield
        return
    try:
        yield
        beside.wait()
    finally:
        beside.kill()
        beside.wait()


def compile_passes() -> None:
    """Have what goes over the records compiled, and kept."""
    import sim.runs.experiment  # noqa: F401 - which knows all of them

    for passes in Passes.every:
        passes.loaded()


def _load_passes(tell: Callable[[str], None]) -> None:
    """Have what goes over the records compiled once, before several workers do it at once."""
    if not all(passes.is_compiled_before() for passes in Passes.every):
        tell("Compiling the checks of the records for this computer: once, some seconds ...")
    for passes in Passes.every:
        if passes.loaded() is None:
            tell(f"Plain checks of the records run, not the compiled ones: {passes.problem}. The results are the same.")


def _was_loaded_before() -> bool:
    """Whether all that is compiled was once loaded on this computer, by these very versions of everything."""
    note, is_off = _note(), os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
    if note is None or is_off or sys.modules.get("numba", True) is None:
        return False
    try:
        is_of_this_computer = note.read_text(encoding="utf-8") == _computer()
    except (OSError, UnicodeDecodeError):
        return False
    there = (numba_setup.is_compiled_before(), *(passes.is_compiled_before() for passes in Passes.every))
    return is_of_this_computer and all(there)


def _note_that_it_loads() -> None:
    """For the next command: everything was loaded here, or compiled and kept."""
    note = _note()
    if note is not None and not any(passes.problem for passes in Passes.every):
        with suppress(OSError):
            note.write_text(_computer(), encoding="utf-8")


def _note() -> Path | None:
    """The file that says so, beside what was compiled; its name says of which versions."""
    try:
        folder = numba_setup.cache_folder()
        names = sorted(passes.name for passes in Passes.every)
    except PackageNotFoundError:
        return None
    return folder and folder / f"loaded-{hashlib.sha256(' '.join(names).encode()).hexdigest()[:16]}.txt"


def _computer() -> str:
    """The processors, for which code was made: a folder may be shared by computers of several kinds."""
    said = [platform.machine(), platform.processor()]
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        said += sorted({line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))})
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def load_all(engines: Engines) -> None:
    """Have at hand whatever a worker loads for its first replication."""
    _load(engines.name)
    if engines.name == COMPILED:
        for passes in Passes.every:
            passes.loaded()


def _load(name: str) -> None:
    """Have an engine at hand; what could be loaded once and can no longer be is tried anew by the next command."""
    try:
        engine.load(name)
    except CannotCompile as reason:
        note = _note()
        if note is not None:
            note.unlink(missing_ok=True)
        raise NoWorkers(
            f"the fast engine, which worked on this computer before, cannot be loaded ({reason}); the same command again runs what works"
        ) from None


def ledger_of(engines: Engines, scenario: Scenario, number: int, replication: int, watch: Stopwatch) -> Ledger:
    """Records of one replication by the chosen engine; EnginesDiffer where a cross-check by the SimPy model parts from them."""
    with watch.stage(LOADING):
        _load(engines.name)
    with watch.stage("draws"):
        drawn = engine.draw(scenario, replication, engines.name)
    with watch.stage("engine"):
        ledger = engine.walk(drawn, engines.name)
    if engines.checks_now(number, replication):
        with watch.stage("cross-check"):
            check_equal(scenario, replication, ledger, engine.run(scenario, replication))
    return ledger


def check_equal(scenario: Scenario, replication: int, ledger: Ledger, cross_check: Ledger) -> None:
    """Raise EnginesDiffer unless both engines recorded the same in every cell."""
    unequal = [where for name in TABLES if (where := _first_unequal(ledger, cross_check, name))]
    if unequal:
        where = _where_they_part(scenario, ledger, cross_check) or unequal[0]
        raise EnginesDiffer(f"{scenario.id}, replication {replication + 1}: compiled and SimPy engine part {where}")


def _first_unequal(ledger: Ledger, cross_check: Ledger, table: str) -> str:
    """The first cell of a table that differs; nothing where all are equal."""
    ours, theirs = getattr(ledger, table), getattr(cross_check, table)
    for name in theirs:
        if len(ours[name]) != len(theirs[name]):
            return f"in the table of {table}: SimPy has {len(theirs[name]):,} rows, the compiled engine {len(ours[name]):,}"
        (rows,) = np.nonzero(ours[name] != theirs[name])
        if len(rows):
            said, found = theirs[name][rows[0]], ours[name][rows[0]]
            return (
                f"in the table of {table}, row {rows[0]}: `{name}` is {said} by SimPy, {found} by the compiled engine"
            )
    return ""


def _where_they_part(scenario: Scenario, ledger: Ledger, cross_check: Ledger) -> str:
    """The first person and event; nothing where the records are so broken, or the difference such, that no story tells it."""
    try:
        found = first_difference(event_histories(scenario, cross_check), event_histories(scenario, ledger))
    except (IndexError, ValueError, KeyError):  # a cell that means nothing
        return ""
    if found is None:
        return ""
    _, first = found
    return f"at {first.person}: SimPy says {first.expected!r}, the compiled engine {first.got!r}"
