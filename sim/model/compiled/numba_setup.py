"""Handing the fast engine to Numba: may it run here, what is compiled, and where that is kept.

Numba is imported and the code compiled when they are first needed. What was compiled is kept beside this file (or in the user's
cache folder), in a folder named by a hash of every source that goes into it, of Python and of Numba: Numba itself would not
notice a change in a module that it compiles from here.

What may be changed here: freely, as long as the ledgers of both engines stay equal.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any

from sim.home import users_cache
from sim.inputs import distributions, timetable
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
    timetable,
    engine_state,
    operations,
    *operations.FILES,
    recording,
)
OTHERS_KEPT = 3  # of other versions
CACHE_FOLDER = "BEDFLOW_CACHE"  # an environment variable: where to keep what was compiled, and nowhere else

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
    timetable.end_of_work,
    rules.seconds,
    rules.minutes,
    rules.tapered,
    rules.chosen,
    rules.later_number,
    rules.late_number,
    rules.still_to_come,
    rules.chance_over,
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


class CannotCompile(Exception):
    """Why the fast engine cannot run here, in words for a planner."""


@dataclass(frozen=True)
class Kernels:
    """The compiled functions."""

    run_events: Callable[..., int]
    write_down: Callable[..., int]
    fill_uniforms: Callable[..., None]
    fill_points: Callable[..., int]
    fill_seconds: Callable[..., None]


# -- may it run here? ---------------------------------------------------------------------------------------------------


def check_numba() -> None:
    """Raise CannotCompile where Numba is missing, broken, or does not know the processor."""
    os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # its exp and log are not the C library's
    try:
        import numba
        from llvmlite.binding import get_host_cpu_name
    except Exception as problem:  # whatever is wrong with it, there is another engine
        raise CannotCompile(f"Numba, which compiles it, cannot be loaded ({first_line(problem)})") from problem
    if numba.config.DISABLE_JIT:
        raise CannotCompile("NUMBA_DISABLE_JIT switches Numba off")
    if get_host_cpu_name() in ("", "generic"):
        raise CannotCompile("Numba does not know this processor")


def cache_folder() -> Path | None:
    """Where what was compiled is kept; None where nothing may be written."""
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


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
    named, users = os.environ.get(CACHE_FOLDER), users_cache()
    places = [Path(named)] if named else [Path(__file__).parent / "__pycache__", *([users] if users else [])]
    return [place / f"compiled-{_fingerprint()}" for place in places]


def _clear_away(folder: Path) -> None:
    """What other versions kept beside this one, but for the last few, which may be in use."""
    others = [other for other in folder.parent.glob("compiled-*") if other != folder]
    others.sort(key=lambda other: other.stat().st_mtime)
    for other in others[:-OTHERS_KEPT]:
        shutil.rmtree(other, ignore_errors=True)


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    from importlib.metadata import version

    versions = [sys.version, version("numba"), version("llvmlite"), version("numpy")]
    digest = hashlib.sha256("\0".join(versions).encode())
    for file in (__file__, *(str(module.__file__) for module in SOURCES)):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()[:16]


def first_line(problem: BaseException) -> str:
    """What a planner may see of somebody else's error."""
    return (str(problem).strip() or type(problem).__name__).splitlines()[0][:120]


# -- compiling ----------------------------------------------------------------------------------------------------------


def _without_the_compiler(function: Any) -> Any:
    """Before it looks into the cache, Numba loads all that it may compile with: half a second in each process, for nothing."""
    cache = function._cache
    usual = cache.load_overload

    def load(signature: Any, context: Any) -> Any:
        with cache._guard_against_spurious_io_errors():
            found = cache._load_overload(signature, context)
        return usual(signature, context) if found is None else found

    cache.load_overload = load
    return function


@lru_cache(maxsize=1)
def kernels() -> Kernels:
    """The compiled functions, ready to be called; their machine code comes with the first call, from the cache if it is there."""
    check_numba()
    import numba

    folder = cache_folder()
    if folder is not None:
        _clear_away(folder)
    usual, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder or "")
    known = compiled_rules()
    for operation in (sampling.fill_uniforms, *operations.OPERATIONS, *recording.PARTS):
        known[operation.__name__] = _compiled(
            operation, known, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
        )
    keep = folder is not None
    functions = (
        event_loop.run_events,
        recording.write_down,
        sampling.fill_uniforms,
        sampling.fill_points,
        sampling.fill_seconds,
    )
    made = [_compiled(one, known, cache=keep, nogil=True, no_cfunc_wrapper=True) for one in functions]
    if keep:
        made = [_without_the_compiler(one) for one in made]
    found = Kernels(*made)
    numba.config.CACHE_DIR = usual
    return found


def compiled_rules() -> dict[str, Any]:
    """The small functions that both engines share, compiled, by name."""
    known: dict[str, Any] = {
        "uniform_of": numba_intrinsics.uniform_of(),
        "fetch_ahead": numba_intrinsics.fetch_ahead(),
        "by_reference": numba_intrinsics.by_reference(),
    }
    for rule in SCALAR_RULES:
        known[rule.__name__] = _compiled(rule, known)
    return known


def _compiled(function: Callable[..., Any], known: dict[str, Any], **options: Any) -> Any:
    """A function of ours for the compiler, calling the compiled ones of the same names."""
    import numba

    assert isinstance(function, FunctionType)
    copy = FunctionType(function.__code__, {**function.__globals__, **known}, function.__name__)
    copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
    # Nothing is allocated in there, so Numba need not count references to tables: that would cost more than the work.
    return numba.njit(error_model="numpy", _nrt=False, **options)(copy)
