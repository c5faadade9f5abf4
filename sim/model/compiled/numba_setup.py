"""Handing the fast engine to Numba: what is compiled, of which sources. How, and where it is kept, is in `sim/machine_code.py`.

Operations take the plan and the state and change the state's tables. They are plain Python that a compiler can read, in files by
what they are about, and are found by what calls them.

The records of both engines must stay equal.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.inputs import calendar, distributions
from sim.machine_code import (
    CACHE_FOLDER,
    INSIDE,
    CannotCompile,
    called_by,
    check_numba,
    compiled,
    fingerprint,
    first_line,
    folders,
    kept_in,
    without_the_compiler,
    writable,
)
from sim.model import random_numbers, records, rules
from sim.model.compiled import arrays, compact_columns, engine_state, event_loop, numba_intrinsics, recording, sampling

EVENTS: tuple[Callable[..., Any], ...] = (event_loop.run_events, recording.write_down)
SAMPLES = (sampling.fill_uniforms, sampling.fill_chosen, sampling.fill_points, sampling.fill_seconds)
# Of both engines; all else that is called is built into what calls it, so that a call costs nothing.
SHARED = (calendar, distributions, rules)
INTRINSICS = {  # what is an instruction of the processor once it is compiled
    "uniform_of": numba_intrinsics.uniform_of,
    "fetch_ahead": numba_intrinsics.fetch_ahead,
    "by_reference": numba_intrinsics.by_reference,
}
TABLES = (random_numbers, numba_intrinsics, records, compact_columns, arrays, engine_state)  # columns and constants
__all__ = ["CACHE_FOLDER", "CannotCompile", "check_numba", "first_line"]


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
    files = {one.__code__.co_filename for one in (*EVENTS, *SAMPLES, *called_by((*EVENTS, *SAMPLES), INTRINSICS))}
    return fingerprint(sorted({__file__, *files, *(str(module.__file__) for module in TABLES)}))


# -- compiling ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def kernels() -> Kernels:
    """The compiled functions, ready to be called; their machine code comes with the first call, from the cache if it is there."""
    check_numba()
    folder = cache_folder()
    keep = folder is not None
    options = {"cache": keep, "nogil": True, "no_cfunc_wrapper": True}
    with kept_in(folder):
        known = called_compiled(EVENTS)
        # Part of a loop over people, a random number takes two thirds of the time of a call: its keys are at hand.
        at_once = called_compiled(SAMPLES, forceinline=True)
        made = [compiled(one, known, **options) for one in EVENTS]
        made += [compiled(one, at_once, **options) for one in SAMPLES]
    return Kernels(*(without_the_compiler(one) for one in made)) if keep else Kernels(*made)


def called_compiled(kernels: Iterable[Callable[..., Any]], *, forceinline: bool = False) -> dict[str, Any]:
    """What these functions call, compiled, by name; with random numbers built into what asks for them, or called."""
    known: dict[str, Any] = {name: make() for name, make in INTRINSICS.items()}
    known["uniform_of"] = numba_intrinsics.uniform_of(forceinline=forceinline)
    for one in called_by(kernels, INTRINSICS):
        is_shared = one.__module__ in (module.__name__ for module in SHARED)
        known[one.__name__] = compiled(one, known, **({} if is_shared else INSIDE))
    return known
