"""Seconds in the window by way of paths: people there at each time, and places open or held beyond those.

The measures add up stays; the invariants hold that against these sums. Loops for a compiler, and the same in plain NumPy.

What may be changed here: freely; tests hold both equal.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

import numpy as np

from sim.inputs.scenario import Service
from sim.machine_code import Passes
from sim.model.records import NEVER
from sim.results.invariants import count_sweep
from sim.results.measures.occupancy import counts_hours, held_over_time, open_over_time, people_over_time
from sim.results.path_passes import Path
from sim.results.step_functions import StepFunction, instants_of
from sim.results.window import Window

# -- for the compiler ---------------------------------------------------------------------------------------------------


def integral(path: Path, first: int, last: int) -> int:
    """Value times seconds over [first, last)."""
    total = 0
    for i in range(len(path.times)):
        until = path.times[i + 1] if i + 1 < len(path.times) else NEVER
        total += path.values[i] * max(min(until, last) - max(path.times[i], first), 0)
    return total


def integral_of_larger(planned: Path, held: Path, first: int, last: int) -> int:
    """The same of places planned and those held beyond them: a path is 0 before its first time."""
    total, index, also, here, there = 0, 0, 0, 0, 0
    since = first
    while since < last:
        while index < len(planned.times) and planned.times[index] <= since:
            here = planned.values[index]
            index += 1
        while also < len(held.times) and held.times[also] <= since:
            there = held.values[also]
            also += 1
        until = min(last, planned.times[index]) if index < len(planned.times) else last
        until = min(until, held.times[also]) if also < len(held.times) else until
        total += (here + max(there - here, 0)) * (until - since)
        since = until
    return total


PASSES = Passes(__file__, integral, integral_of_larger)


# -- and what is handed to it -------------------------------------------------------------------------------------------


def people_seconds(window: Window, service: Service) -> int:
    """Seconds that people were in a service in the window: by the path that occupancy is read from, if it is read from one."""
    passes = PASSES.loaded() if window.is_fast else None
    if passes is None:
        return people_over_time(window, service).integral(window.first, window.end)
    if service.is_unlimited or counts_hours(service):
        return int(count_sweep.stays_again(window).care[count_sweep.PRESENT, window.number(service)])
    return int(passes.integral(Path(*people_over_time(window, service)), window.first, window.end))


def available_seconds(window: Window, service: Service) -> int:
    """Seconds for which places were open in the window, or held beyond those that were."""
    planned, held = open_over_time(window, service), held_over_time(window, service)
    passes = PASSES.loaded() if window.is_fast else None
    if passes is not None:
        return int(passes.integral_of_larger(Path(*planned), Path(*held), window.first, window.end))
    times = instants_of(planned.times, held.times)
    beyond = StepFunction(times, np.maximum(held.at(times) - planned.at(times), 0))
    return planned.integral(window.first, window.end) + beyond.integral(window.first, window.end)
