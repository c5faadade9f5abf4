"""Who runs: each program with what is timed, how large, and what counts as one piece of its work."""

from collections.abc import Callable

import numpy as np

from benchmarks import counting_simpy, idiomatic_simpy, limit, model, ours
from benchmarks.idiomatic_simpy import StandardLibrary
from benchmarks.model import as_numbers, read_model
from benchmarks.rounds import Program
from benchmarks.sizes import Sizes
from sim.inputs.scenario import Scenario
from sim.model.records import Ledger

SIMPY, SIMPY_STANDARD, CIW = "idiomatic_simpy", "idiomatic_simpy_standard_library", "ciw"
C, WHOLE_C = "c", "c_whole_ledger"
COUNTED, COUNTING_SIMPY = "counted", "counting_simpy"

INSIDE = {
    ours.COMPILED: "drawing the people, the whole run, all records (people, waits, stays, steps, places); not compiling",
    ours.REFERENCE: "the same by SimPy, with the same random numbers and the same records",
    SIMPY: "making the model, the run with draws as it goes, its list of stays",
    SIMPY_STANDARD: "the same",
    CIW: "making the network, the run with draws as it goes, its records",
    C: "the run with draws as it goes, the columns of stays; memory is used again, as ours is; not compiling",
    WHOLE_C: "the same, and the columns of people, waits and steps",
}


def on_the_model(sizes: Sizes, reasons: dict[str, str]) -> list[Program]:
    """All programs on the model of model.yaml, counted in spells; who cannot run is left out, with the reason."""
    programs = [_ours(ours.REFERENCE, read_model(sizes.slow_days), 1)]
    programs += [_simpy(SIMPY, np.random.default_rng, sizes), _simpy(SIMPY_STANDARD, StandardLibrary, sizes)]
    programs.append(_ours(ours.COMPILED, read_model(), sizes.fast_repeats))
    try:
        programs.append(_ciw(sizes.ciw_days))
    except ImportError as missing:
        reasons[CIW] = f"it is not installed ({missing})"
    try:
        programs += [_c(C, sizes.fast_repeats), _c(WHOLE_C, sizes.fast_repeats)]
    except limit.NoCompiler as reason:
        reasons[C] = reasons[WHOLE_C] = str(reason)
    return programs


def _ours(name: str, scenario: Scenario, repeats: int) -> Program:
    ours.load(name)
    return Program(
        name,
        lambda number: ours.run(scenario, number, name),
        ours.spells,
        repeats=repeats,
        warms_up=name == ours.COMPILED,
    )


def _simpy(key: str, luck: Callable[[int], model.Luck], sizes: Sizes) -> Program:
    numbers, length = _numbers_and_days(sizes.slow_days)
    return Program(
        key,
        lambda seed: idiomatic_simpy.run_in_slices(numbers, length, seed, luck, sizes.fast_repeats),
        lambda log: model.spells(idiomatic_simpy.stays(numbers, log)),
        slices=sizes.fast_repeats,  # taking turns with those who are fast
    )


def _ciw(days: int | None) -> Program:
    from benchmarks import ciw_model

    numbers, length = _numbers_and_days(days)
    return Program(
        CIW,
        lambda seed: ciw_model.run(numbers, length, seed),
        lambda records: model.spells(ciw_model.stays(records)),
    )


def _c(key: str, repeats: int) -> Program:
    numbers, length = _numbers_and_days(None)
    program = limit.Limit(whole_ledger=key == WHOLE_C)
    return Program(
        key,
        lambda seed: program.run(numbers, length, seed),
        lambda tables: model.spells(limit.stays(tables)),
        repeats=repeats,
        warms_up=True,
    )


def _numbers_and_days(days: int | None) -> tuple[model.Model, int]:
    scenario = read_model(days)
    return as_numbers(scenario), scenario.calendar.warm_up_days + scenario.calendar.measured_days


def on_the_baseline(scenario: Scenario, sizes: Sizes) -> list[Program]:
    """Our two engines on a scenario with every mechanism, counted in stays."""
    times = {ours.REFERENCE: sizes.baseline_replications, ours.COMPILED: sizes.fast_repeats}
    return [
        Program(
            name,
            lambda number, name=name: ours.run(scenario, number, name),
            ours.stay_rows,
            repeats=repeats,
            warms_up=name == ours.COMPILED,
        )
        for name, repeats in times.items()
    ]


def counted_on_the_model(sizes: Sizes) -> list[Program]:
    """The model with all that is counted, by us and by textbook SimPy, in spells."""
    numbers, length = _numbers_and_days(sizes.slow_days)
    window = float(read_model(sizes.slow_days).calendar.warm_up_days), float(length)
    return [
        _counted(read_model(), sizes, ours.spells),
        Program(
            COUNTING_SIMPY,
            lambda seed: counting_simpy.run_in_slices(numbers, window, seed, np.random.default_rng, sizes.fast_repeats),
            lambda result: model.spells(idiomatic_simpy.stays(numbers, result[0])),
            slices=sizes.fast_repeats,
        ),
    ]


def counted_on_the_baseline(scenario: Scenario, sizes: Sizes) -> list[Program]:
    """The compiled engine alone, and with every invariant and measure, on a scenario with every mechanism."""
    walked = Program(
        ours.COMPILED,
        lambda number: ours.run(scenario, number, ours.COMPILED),
        ours.stay_rows,
        repeats=sizes.fast_repeats,
        warms_up=True,
    )
    return [walked, _counted(scenario, sizes, ours.stay_rows)]


def _counted(scenario: Scenario, sizes: Sizes, count: Callable[[Ledger], int]) -> Program:
    ours.load(ours.COMPILED)
    return Program(
        COUNTED,
        lambda number: ours.run_counted(scenario, number),
        count,
        repeats=sizes.fast_repeats,
        warms_up=True,
    )


def growing(name: str) -> list[Program]:
    """One engine on larger hospitals and longer runs, counted in events."""
    scenarios = {
        "1x": read_model(),
        "10x": read_model(times=10),
        "2 years": read_model(days=730),
        "20 years": read_model(days=7300),
    }
    return [
        Program(
            key,
            lambda number, scenario=scenario: ours.run(scenario, number, name),
            ours.events,
            repeats=1 if key in ("10x", "20 years") else 10,  # as much work in each
            warms_up=True,
        )
        for key, scenario in scenarios.items()
    ]
