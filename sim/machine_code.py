"""Handing plain Python to Numba: may it run here, what is compiled, and where that is kept.

Numba is imported and the code compiled when it is first needed. What was compiled is kept beside the sources (or in the user's
cache folder), in a folder named by a hash of every source that goes into it, of Python and of Numba: Numba itself would not
notice a change in a module that it compiles from there.

It knows nothing of beds.
"""

import hashlib
import inspect
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Annotated, Any, ClassVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.home import named_folder, users_cache

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]
Grid = Annotated[NDArray[np.int64], "rows and columns"]
MaskGrid = Annotated[NDArray[np.bool_], "rows and columns"]

# of what is never called from Python
INSIDE = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
OTHERS_KEPT = 3  # of other versions
CACHE_FOLDER = "BEDFLOW_CACHE"  # an environment variable: where to keep what was compiled, and nowhere else


class CannotCompile(Exception):
    """Why compiled code cannot run here, in words for a planner."""


def check_numba() -> None:
    """Raise CannotCompile where Numba is missing, broken, or does not know the processor."""
    os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # its exp and log are not the C library's
    try:
        import numba
        from llvmlite.binding import get_host_cpu_name
    except Exception as problem:  # whatever is wrong with it, there is another way
        raise CannotCompile(f"Numba, which compiles it, cannot be loaded ({first_line(problem)})") from problem
    if numba.config.DISABLE_JIT:
        raise CannotCompile("NUMBA_DISABLE_JIT switches Numba off")
    if get_host_cpu_name() in ("", "generic"):
        raise CannotCompile("Numba does not know this processor")


def first_line(problem: BaseException) -> str:
    """What a planner may see of somebody else's error."""
    return (str(problem).strip() or type(problem).__name__).splitlines()[0][:120]


# -- where it is kept ---------------------------------------------------------------------------------------------------


def fingerprint(files: Iterable[str], constants: Iterable[str] = ()) -> str:
    """What compiled code of these sources, with these constants of other modules, depends on, in a few letters."""
    digest = hashlib.sha256("\0".join((sys.version, *_versions())).encode())
    for file in (__file__, *files):
        digest.update(_digest(file))
    digest.update("\0".join(constants).encode())
    return digest.hexdigest()[:16]


@cache
def _versions() -> tuple[str, ...]:
    from importlib.metadata import version

    return tuple(map(version, ("numba", "llvmlite", "numpy")))


@cache
def _digest(file: str) -> bytes:
    return hashlib.sha256(Path(file).read_bytes()).digest()


def folders(beside: str, name: str) -> list[Path]:
    """Where compiled code may be kept, the best first: beside this source, or in the user's own folder."""
    named, users = os.environ.get(CACHE_FOLDER), users_cache()
    places = [named_folder(named)] if named else [Path(beside).parent / "__pycache__", *([users] if users else [])]
    return [place / name for place in places]


def writable(among: Iterable[Path]) -> Path | None:
    """The first of these folders that may be written; None where none may."""
    for folder in among:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


def clear_away(folder: Path) -> None:
    """What other versions kept beside this one, but for the last few, which may be in use."""
    name = folder.name.rpartition("-")[0]
    others = [other for other in folder.parent.glob(f"{name}-*") if other != folder]
    others.sort(key=lambda other: other.stat().st_mtime)
    for other in others[:-OTHERS_KEPT]:
        shutil.rmtree(other, ignore_errors=True)


# -- compiling ----------------------------------------------------------------------------------------------------------


@contextmanager
def kept_in(folder: Path | None) -> Iterator[None]:
    """While this lasts, what is handed to Numba is kept in this folder."""
    import numba

    if folder is not None:
        clear_away(folder)
    usual, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder or "")
    try:
        yield
    finally:
        numba.config.CACHE_DIR = usual


def compiled(function: Callable[..., Any], known: dict[str, Any], **options: Any) -> Any:
    """A function of ours for the compiler, calling the compiled ones of the same names."""
    import numba

    assert isinstance(function, FunctionType)
    copy = FunctionType(function.__code__, {**function.__globals__, **known}, function.__name__)
    copy.__module__, copy.__qualname__ = function.__module__, function.__qualname__
    # Nothing is allocated in there, so Numba need not count references to tables: that would cost more than the work.
    return numba.njit(error_model="numpy", _nrt=False, **options)(copy)


def called_by(functions: Iterable[Callable[..., Any]], but_for: Iterable[str] = ()) -> list[Callable[..., Any]]:
    """The functions of ours that these call, each behind those that it calls itself; but for some names, with all below them."""
    found: list[Callable[..., Any]] = []
    seen = set(but_for)

    def look_into(function: Callable[..., Any]) -> None:
        for name in function.__code__.co_names:
            called = function.__globals__.get(name)
            if isinstance(called, FunctionType) and name not in seen:
                seen.add(name)
                look_into(called)
                found.append(called)

    for function in functions:
        look_into(function)
    return found


def without_the_compiler(function: Any) -> Any:
    """Before it looks into the cache, Numba loads all that it may compile with: half a second in each process, for nothing."""
    cache = function._cache
    usual = cache.load_overload

    def load(signature: Any, context: Any) -> Any:
        with cache._guard_against_spurious_io_errors():
            found = cache._load_overload(signature, context)
        return usual(signature, context) if found is None else found

    cache.load_overload = load
    return function


class Passes:
    """Functions that go over whole tables, compiled together when they are first asked for, in a process or ever.

    Each is plain Python too. Annotations say what its parameters are: whole numbers (`int`), columns of them (`Column`), rows and
    columns of them (`Grid`), yes or no (`Mask`, `MaskGrid`), or named tuples of these.
    """

    every: ClassVar[list["Passes"]] = []

    def __init__(self, file: str, *functions: Callable[..., Any]) -> None:
        self._file, self._functions, self._helpers = file, functions, called_by(functions)
        self._loaded: SimpleNamespace | None = None
        # why they cannot be compiled here; anybody who asks runs something else, with the same results
        self.problem = ""
        self.every.append(self)

    def loaded(self) -> SimpleNamespace | None:
        """The compiled functions by name; None where they cannot be compiled. What is kept and damaged is made anew."""
        if self._loaded is None and not self.problem:
            try:
                self._loaded = self._load_perhaps_anew()
            except CannotCompile as problem:
                self.problem = str(problem)
        return self._loaded

    def _load_perhaps_anew(self) -> SimpleNamespace:
        try:
            return self._load()
        except CannotCompile:
            raise
        except Exception as problem:  # whatever the compiler stumbles over, there is the plain version
            if not self.is_compiled_before():
                raise CannotCompile(first_line(problem)) from problem
            for folder in self._folders():
                shutil.rmtree(folder, ignore_errors=True)
            try:  # once more, and only once
                return self._load()
            except Exception as again:
                raise CannotCompile(first_line(again)) from again

    def is_compiled_before(self) -> bool:
        """Have they been compiled on this computer?"""
        return any(any(folder.rglob("*.nbi")) for folder in self._folders())

    @cached_property
    def name(self) -> str:
        """Of the folder in which they are kept: another for other sources or versions."""
        parts = (*self._functions, *self._helpers)
        # tables of columns have no function of their own
        beside = (str(file) for file in Path(self._file).parent.glob("*.py"))
        files = sorted({*beside, *(part.__code__.co_filename for part in parts)})
        constants = sorted({text for part in parts for text in _constants_of(part)})
        return f"{Path(self._file).stem}-{fingerprint(files, constants)}"

    def _folders(self) -> list[Path]:
        return folders(self._file, self.name)

    def _load(self) -> SimpleNamespace:
        check_numba()
        known: dict[str, Any] = {}
        folder = writable(self._folders())
        with kept_in(folder):
            for part in self._helpers:
                known[part.__name__] = compiled(part, known, **INSIDE)
            made = {part.__name__: _at_once(part, known, folder is not None) for part in self._functions}
        return SimpleNamespace(**made)


def _constants_of(function: Callable[..., Any]) -> Iterator[str]:
    """The numbers and names that a function takes from its module, wherever that has them from: they are compiled in."""
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, (int, float, str, tuple)):
            yield f"{name}={value!r}"


def _at_once(function: Callable[..., Any], known: dict[str, Any], keep: bool) -> Any:
    """Compiled, or read from where it is kept, for the types that its annotations say and no others."""
    made = compiled(function, known, cache=keep, nogil=True, no_cfunc_wrapper=True)
    if keep:
        without_the_compiler(made)
    hints = get_type_hints(function, include_extras=True)
    made.compile(tuple(_numba_type(hints[name]) for name in inspect.signature(function).parameters))
    made.disable_compile()
    return made


def _numba_type(hint: Any) -> Any:
    """Numba's type for an annotation."""
    from numba import types

    if hint is int:
        return types.int64
    if hasattr(hint, "_fields"):
        members = get_type_hints(hint, include_extras=True)
        return types.BaseTuple.from_types([_numba_type(members[name]) for name in hint._fields], hint)
    kind, dimensions = {
        Column: (types.int64, 1), Grid: (types.int64, 2), Mask: (types.boolean, 1), MaskGrid: (types.boolean, 2),
    }[hint]  # fmt: skip
    return types.Array(kind, dimensions, "C")
