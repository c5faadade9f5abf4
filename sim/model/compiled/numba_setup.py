"""Handing the fast engine to Numba: what is compiled, of which sources. How, and where it is kept, is in `sim/machine_code.py`.

The records of both engines must stay equal.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.inputs import calendar, distributions
from sim.machine_code import (
    CACHE_FOLDER,
    INSIDE,
    CannotCompile,
    check_numba,
    compiled,
    fingerprint,
    first_line,
    folders,
    kept_in,
    without_the_compiler,
    writable,
)
from sim.model import attributes, random_numbers, records, rules
from sim.model.compiled import (
    arrays,
    compact_columns,
    engine_state,
    event_loop,
    numba_intrinsics,
    operations,
    recording,
    sampling,
)

SOURCES = (
    random_numbers,
    distributions,
    sampling,
    numba_intrinsics,
    records,
    compact_columns,
    arrays,
    rules,
    attributes,
    calendar,
    engine_state,
    operations,
    *operations.FILES,
    recording,
)
__all__ = ["CACHE_FOLDER", "CannotCompile", "check_numba", "first_line"]

# What the operations call, in an order in which each knows those before it.
SCALAR_RULES: tuple[Callable[..., Any], ...] = (
    distributions.normal_quantile,
    distributions.interpolate,
    distributions.triangular_quantile,
    distributions.closed_form,
    distributions.tabled,
    distributions.bounded,
    distributions.quantile,
    distributions.share_within,
    calendar.end_of_work,
    rules.seconds,
    rules.minutes,
    rules.tapered,
    rules.chosen,
    rules.later_number,
    rules.late_number,
    rules.still_to_come,
    rules.chance_over,
    rules.next_clock_time,
    rules.time_of_review,
    rules.with_lost_ground,
    rules.start_of_step,
    rules.follows_on,
    rules.begins,
    rules.way_from_outside,
    rules.surge_opens,
    rules.reach_of_those_here,
    rules.level_in,
    rules.with_level,
)


@dataclass(frozen=True)
class Kernels:
    """The compiled functions."""

    run_events: Callable[..., int]
    write_down: Callable[..., int]
    fill_uniforms: Callable[..., None]
    fill_chosen: Callable[..., None]
    fill_points: Callable[..., int]
    fill_seconds: Callable[..., None]


def cache_folder() -> Path | None:
    """Where what was compiled is kept; None where nothing may be written."""
    return writable(_folders())


def is_compiled_before() -> bool:
    """Has this version been compiled on this computer?"""
    return any(any(folder.rglob("event_loop.run_events-*.nbi")) for folder in _folders())


def forget() -> bool:
    """Throw away what was compiled, which may be damaged; was there anything?"""
    was_there = is_compiled_before()
    for folder in _folders():
        shutil.rmtree(folder, ignore_errors=True)
    kernels.cache_clear()
    return was_there


def _folders() -> list[Path]:
    return folders(__file__, f"compiled-{_fingerprint()}")


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    return fingerprint((__file__, *(str(module.__file__) for module in SOURCES)))


# -- compiling ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def kernels() -> Kernels:
    """The compiled functions, ready to be called; their machine code comes with the first call, from the cache if it is there."""
    check_numba()
    folder = cache_folder()
    keep = folder is not None
    events = (event_loop.run_events, recording.write_down)
    samples = (sampling.fill_uniforms, sampling.fill_chosen, sampling.fill_points, sampling.fill_seconds)
    with kept_in(folder):
        known = compiled_rules()
        for operation in (*operations.OPERATIONS, *recording.PARTS):
            known[operation.__name__] = compiled(operation, known, **INSIDE)
        # Part of a loop over people, a random number takes two thirds of the time of a call: its keys are at hand.
        at_once: dict[str, Any] = {"uniform_of": numba_intrinsics.uniform_of(forceinline=True)}
        at_once["fill_uniforms"] = compiled(sampling.fill_uniforms, at_once, **INSIDE)
        options = {"cache": keep, "nogil": True, "no_cfunc_wrapper": True}
        made = [compiled(one, known, **options) for one in events] + [
            compiled(one, at_once, **options) for one in samples
        ]
    return Kernels(*(without_the_compiler(one) for one in made)) if keep else Kernels(*made)


def compiled_rules() -> dict[str, Any]:
    """The small functions that both engines share, compiled, by name."""
    known: dict[str, Any] = {
        "uniform_of": numba_intrinsics.uniform_of(),
        "fetch_ahead": numba_intrinsics.fetch_ahead(),
        "by_reference": numba_intrinsics.by_reference(),
    }
    for rule in SCALAR_RULES:
        known[rule.__name__] = compiled(rule, known)
    return known
