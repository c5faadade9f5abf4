"""The fast engine: `walking.py`, compiled by Numba for this processor. The same contract as the reference engine, and the same bits.

Numba is imported and the code compiled when they are first needed. What was compiled is kept beside this file (or in the user's
cache folder), in a folder named by a hash of every source that goes into it, of Python and of Numba: Numba itself would not
notice a change in a module that it compiles from here. Nothing in here decides anything about people.

What may be changed here: freely, as long as the ledgers of both engines stay equal.
"""

import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from sys import getrefcount
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from sim.inputs import distributions, timetable
from sim.model import chance, drawing, ledger, packing, rules, settling, walking
from sim.model.arriving import People
from sim.model.chance import MULTIPLIERS, ROUNDS, WEYL, BookOfLuck
from sim.model.ledger import NONE, Column, Ledger
from sim.model.packing import Packed
from sim.model.plan import Plan

SOURCES = (chance, distributions, drawing, ledger, packing, rules, settling, timetable, walking)
CACHE_FOLDER = "BEDFLOW_CACHE"  # an environment variable: where to keep what was compiled, and nowhere else

# What `walk` calls, in an order in which each knows those before it.
SCALAR_RULES: tuple[Callable[..., Any], ...] = (
    distributions.normal_quantile,
    distributions.interpolate,
    distributions.triangular_quantile,
    distributions.closed_form,
    distributions.tabled,
    distributions.quantile,
    distributions.share_within,
    timetable.end_of_work,
    rules.seconds,
    rules.minutes,
    rules.tapered,
    rules.chosen,
    rules.later_luck,
    rules.late_luck,
    rules.still_to_come,
    rules.chance_over,
)


class CannotCompile(Exception):
    """Why the fast engine cannot run here, in words for a planner."""


@dataclass(frozen=True)
class Kernels:
    """The compiled functions."""

    walk: Callable[..., tuple[int, int, int, int, int]]
    write_down: Callable[..., int]
    fill_uniforms: Callable[..., None]
    fill_points: Callable[..., int]


# -- may it run here? ---------------------------------------------------------------------------------------------------


def check_numba() -> None:
    """Raise CannotCompile where Numba is missing, broken, or does not know the processor."""
    os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # its exp and log are not the C library's
    try:
        import numba  # noqa: F401
        from llvmlite.binding import get_host_cpu_name
    except Exception as problem:  # whatever is wrong with it, there is another engine
        raise CannotCompile(f"Numba, which compiles it, cannot be loaded ({first_line(problem)})") from problem
    if get_host_cpu_name() in ("", "generic"):
        raise CannotCompile("Numba does not know this processor")


def cache_folder() -> Path | None:
    """Where what was compiled is kept; None where nothing may be written."""
    named = os.environ.get(CACHE_FOLDER)
    places = [Path(named)] if named else [Path(__file__).parent / "__pycache__", _users_cache() / "bedflow"]
    for place in places:
        folder = place / f"compiled-{_fingerprint()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


def is_compiled_before() -> bool:
    """Has this version been compiled on this computer?"""
    folder = cache_folder()
    return folder is not None and any(folder.rglob("walking.walk-*.nbi"))


def _users_cache() -> Path:
    named = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    return Path(named) if named else Path.home() / ".cache"


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    from importlib.metadata import version

    said = [sys.version, version("numba"), version("llvmlite"), version("numpy")]
    digest = hashlib.sha256("\0".join(said).encode())
    for file in (__file__, *(str(module.__file__) for module in SOURCES)):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()[:16]


def first_line(problem: BaseException) -> str:
    """What a planner may see of somebody else's error."""
    return (str(problem).strip() or type(problem).__name__).splitlines()[0][:120]


# -- compiling ----------------------------------------------------------------------------------------------------------


@contextmanager
def _no_index_counts_from_the_end() -> Iterator[None]:
    """Numba asks at every look into a table whether its index is negative. None of ours is, and it costs a seventh of the time."""
    from numba.core import types
    from numba.np import arrayobj

    def as_it_is(context: Any, builder: Any, kind: Any, index: Any, _: Any) -> Any:
        return context.cast(builder, index, kind, types.intp if kind.signed else types.uintp)

    usual = arrayobj.fix_integer_index
    arrayobj.fix_integer_index = as_it_is
    try:
        yield
    finally:
        arrayobj.fix_integer_index = usual


@lru_cache(maxsize=1)
def kernels() -> Kernels:
    """The compiled functions, ready to be called; their machine code comes with the first call, from the cache if it is there."""
    check_numba()
    import numba

    folder = cache_folder()
    numba.config.CACHE_DIR = str(folder or "")
    known = compiled_rules()
    for verb in walking.VERBS:
        known[verb.__name__] = _compiled(verb, known, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    keep = folder is not None
    functions = (walking.walk, walking.write_down, drawing.fill_uniforms, drawing.fill_points)
    return Kernels(*(_ready(_compiled(one, known, cache=keep, nogil=True, no_cfunc_wrapper=True)) for one in functions))


def _ready(function: Any) -> Callable[..., Any]:
    """A function that is compiled, or read from the cache, at its first call."""

    def call(*arguments: Any) -> Any:
        if function.signatures:
            return function(*arguments)
        with _no_index_counts_from_the_end():
            return function(*arguments)

    return call


def compiled_rules() -> dict[str, Any]:
    """The small functions that both engines share, compiled, by name."""
    known: dict[str, Any] = {"uniform_of": _uniform_of()}
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


def _uniform_of() -> Any:
    """`chance.uniform_of` with the processor's own 128-bit product."""
    import numba
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

    @intrinsic  # type: ignore[untyped-decorator]
    def high_product(_: Any, a: Any, b: Any) -> Any:
        def code(_: Any, builder: Any, __: Any, numbers: Any) -> Any:
            wide = ir.IntType(128)
            product = builder.mul(*(builder.zext(number, wide) for number in numbers))
            return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

        return types.uint64(a, b), code

    first, second = (np.uint64(number) for number in MULTIPLIERS)
    weyl_first, weyl_second = (np.uint64(number) for number in WEYL)
    twelve, rounds = np.uint64(12), ROUNDS

    def uniform_of(seed, replication, person, group, service, quantity, visit):  # type: ignore[no-untyped-def]
        c0, c1, c2, c3 = np.uint64(person), group, service, quantity | np.uint64(visit)
        k0, k1 = seed, replication
        for _ in range(rounds):
            above, below = high_product(first, c0), first * c0
            other_above, other_below = high_product(second, c2), second * c2
            c0, c1, c2, c3 = other_above ^ c1 ^ k0, other_below, above ^ c3 ^ k1, below
            k0, k1 = k0 + weyl_first, k1 + weyl_second
        return (np.float64(np.int64(c0 >> twelve)) + 0.5) * 2.0**-52

    return numba.njit(error_model="numpy", _nrt=False)(uniform_of)


# -- running ------------------------------------------------------------------------------------------------------------


class FastBook(BookOfLuck):
    """The same book, read by compiled code where many numbers are wanted at once."""

    def uniforms(
        self, group: int, first: int, count: int, service: int, visit: int, quantity: int
    ) -> NDArray[np.float64]:
        """The numbers of `count` people of a group from person `first` on."""
        found = np.empty(count)
        kernels().fill_uniforms(*self._key, first, _keys(group, service, quantity | visit), found)
        return found

    def unit_rate_points(self, group: int, service: int, quantity: int, end: float) -> NDArray[np.float64]:
        """The points below `end` of a Poisson process with one point per unit."""
        keys, found, count = _keys(group, service, quantity), np.empty(int(end + 6 * end**0.5) + 64), 0
        while True:
            last = float(found[count - 1]) if count else 0.0
            count += kernels().fill_points(*self._key, count, last, end, keys, found[count:])
            if count < len(found):
                return found[:count]
            found = np.concatenate((found, np.empty(len(found))))

    @property
    def _key(self) -> tuple[np.uint64, np.uint64]:
        return np.uint64(self.seed), np.uint64(self.replication)


def _keys(*numbers: int) -> NDArray[np.uint64]:
    return np.array(numbers, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows each table needs: a first guess, doubled where it was too small, then what the last replication needed."""

    stays: int
    waits: int
    steps: int
    events: int
    places: int

    def enlarged(self, ended: int) -> "Rows":
        """With room where the walk found none."""
        name = ("", "stays", "waits", "steps", "events", "places")[ended]
        return replace(self, **{name: 2 * getattr(self, name)})

    def fitted(self, **used: int) -> "Rows":
        """With a fifth more than was used, not all that was guessed."""
        return replace(self, **{name: min(getattr(self, name), rows + rows // 5 + 64) for name, rows in used.items()})


@dataclass(eq=False)
class FastPlan:
    """A plan in numbers, with what was learnt of its size."""

    packed: Packed
    rows: Rows | None = None
    bytes_per_person: float = 0.0  # in the last walk, ledger apart
    seated_entries: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.seated_entries = self.packed.census[:, packing.CENSUS_SERVICE] >= 0


def _first_guess(packed: Packed, people: int) -> Rows:
    places = 8 * len(packed.services) + len(packed.changes) + 64
    return Rows(2 * people + 64, 3 * people + 64, 2 * people + 64, 2 * people + 64, places)


_plans: "WeakKeyDictionary[Plan, FastPlan]" = WeakKeyDictionary()
MOST_BLOCKS = 8


class _Memory(threading.local):
    """What this thread uses again: fresh memory costs more than the walk through it."""

    def __init__(self) -> None:
        self.tables: dict[str, NDArray[Any]] = {}  # of the last walk
        self.blocks: list[NDArray[np.int64]] = []  # of ledgers; a ledger's columns refer to their block


_memory = _Memory()


def _references(blocks: list[NDArray[np.int64]]) -> list[int]:
    return [getrefcount(block) for block in blocks]


REFERENCES_OF_A_FREE_BLOCK = _references([np.empty(1, np.int64)])[
    0
]  # how many the question itself makes, in this Python


def run(plan: Plan, people: People, book: BookOfLuck) -> Ledger:
    """One replication by the compiled engine."""
    fast = _plans.get(plan)
    if fast is None:
        fast = _plans[plan] = FastPlan(packing.packed(plan))
    seated, coming = _starting(fast, people)
    rows = fast.rows or _first_guess(fast.packed, len(people))
    while True:
        room = _room(fast.packed, people, book, rows)
        ended, stays, waits, steps, places = kernels().walk(
            fast.packed, people.group, people.number, people.census_entry, people.arrives, people.arrives_at,
            seated, coming, room,
        )  # fmt: skip
        if ended == walking.DONE:
            break
        rows = rows.enlarged(ended)
    events = int(room.counters[walking.EVENT_ROWS])
    fast.rows = rows.fitted(stays=stays, waits=waits, steps=steps, events=events)
    fast.bytes_per_person = _state_bytes(room) / max(1, len(people))
    return _ledger(plan, people, room, stays, waits, steps, places)


def state_bytes_per_person(plan: Plan) -> float:
    """What the last walk of this plan kept in memory for a person, apart from the rows that become the ledger."""
    return _plans[plan].bytes_per_person


def _state_bytes(room: walking.Room) -> int:
    in_ledger = {
        "stays": len(ledger.STAY_COLUMNS),
        "waits": len(ledger.WAIT_COLUMNS),
        "steps": len(ledger.STEP_COLUMNS),
    }
    tables = {name: table for name, table in room._asdict().items() if isinstance(table, np.ndarray)}
    del tables["places"]
    return sum(table.nbytes - len(table) * table.itemsize * in_ledger.get(name, 0) for name, table in tables.items())


def _starting(fast: FastPlan, people: People) -> tuple[Column, Column]:
    """The ranks of those who hold a place when the clock starts, and those of the others in order of arrival."""
    is_seated = people.census_entry >= 0
    is_seated[is_seated] = fast.seated_entries[people.census_entry[is_seated]]
    coming = np.flatnonzero(~is_seated)
    return np.flatnonzero(is_seated), coming[np.argsort(people.arrives[coming], kind="stable")]


def _table(name: str, rows: int, columns: int = 0, kind: type = np.int32) -> NDArray[Any]:
    """A table with whatever stood in it before."""
    shape = (rows, columns) if columns else (rows,)
    kept = _memory.tables.get(name)
    if kept is None or kept.dtype != kind or kept.shape[1:] != shape[1:] or len(kept) < rows:
        kept = _memory.tables[name] = np.empty((rows + rows // 8, *shape[1:]), dtype=kind)
    return kept[:rows]


def _room(packed: Packed, people: People, book: BookOfLuck, rows: Rows) -> walking.Room:
    services = len(packed.services)
    shift = 0
    while packed.until >> shift > max(64, rows.events):
        shift += 1
    buckets = _table("buckets", (packed.until >> shift) + 1)
    buckets[:] = NONE
    most_drawn = int(packed.visits[:, packing.VISIT_DRAWN].max(initial=1))
    return walking.Room(
        persons=_table("persons", len(people), walking.VISITS + services),
        stays=_table("stays", rows.stays, 20, np.int64),
        waits=_table("waits", rows.waits, 14, np.int64),
        steps=_table("steps", rows.steps, 18, np.int64),
        step_afters=_table("step_afters", 2 * rows.steps),
        events=_table("events", rows.events, 3, np.int64),
        buckets=buckets,
        bucket_shift=shift,
        heap=_table("heap", rows.events),
        posted=_table("posted", rows.events + 4096, 2, np.int64),
        noted=_table("noted", rows.events, 3, np.int64),
        places=_table("places", rows.places, 3, np.int64),
        wards=_wards(services),
        teams=_teams(packed),
        touched=np.zeros(services + 2, np.int64),
        clear_pairs=np.zeros((services, services), np.int64),
        ring=np.zeros((4, services + 1), np.int64),
        knocked=np.zeros(len(packed.is_door_of), np.bool_),
        weights=np.zeros(most_drawn),
        counters=np.zeros(12, np.int64),
        book=_keys(book.seed, book.replication, *packed.group_keys.ravel().tolist()),
        first_stay=_table("first_stay", len(people)),
        first_wait=_table("first_wait", len(people)),
        steps_before=_table("steps_before", rows.stays),
    )


def _wards(services: int) -> Column:
    wards = np.zeros((services + 2, 12), np.int64)
    wards[:, (walking.OPEN, walking.PLANNED_OPEN)] = walking.UNLIMITED
    wards[:, (walking.HEAD, walking.TAIL, walking.PLACES_ROW)] = NONE
    return wards


def _teams(packed: Packed) -> Column:
    teams = np.zeros((len(packed.team_places), 4), np.int64)
    teams[:, walking.TEAM_OPEN] = packed.team_places
    teams[:, (walking.TEAM_HEAD, walking.TEAM_TAIL)] = NONE
    return teams


def _block(columns: int, rows: int) -> NDArray[np.int64]:
    """Room for a table of the ledger: that of an earlier ledger which nobody holds any more, or else fresh memory.

    Fresh memory has to be cleared by the system first, which would take a fifth of the time of a replication.
    """
    size, blocks = columns * rows, _memory.blocks
    for references, block in zip(_references(blocks), blocks, strict=True):
        if references == REFERENCES_OF_A_FREE_BLOCK and size <= len(block) < 4 * size + 4096:
            return block[:size].reshape(columns, rows)
    del blocks[: max(0, len(blocks) - MOST_BLOCKS)]
    blocks.append(np.empty(size + size // 8, np.int64))
    return blocks[-1][:size].reshape(columns, rows)


def _ledger(plan: Plan, people: People, room: walking.Room, stays: int, waits: int, steps: int, places: int) -> Ledger:
    stay_columns, wait_columns, step_columns = (
        _block(len(names), rows)
        for names, rows in ((ledger.STAY_COLUMNS, stays), (ledger.WAIT_COLUMNS, waits), (ledger.STEP_COLUMNS, steps))
    )
    started = kernels().write_down(room, waits, stay_columns, wait_columns, step_columns)
    planned = room.places[:places]
    planned = planned[np.lexsort((planned[:, 1], planned[:, 0]))]
    return Ledger(
        people=people.ledger_table(),
        waits=_columns(ledger.WAIT_COLUMNS, wait_columns),
        stays=_columns(ledger.STAY_COLUMNS, stay_columns),
        steps=_columns(ledger.STEP_COLUMNS, step_columns[:, :started]),
        places=_columns(ledger.PLACES_COLUMNS, np.ascontiguousarray(planned.T)),
        step_names=plan.step_names,
        until=plan.until,
    )


def _columns(names: Sequence[str], rows: NDArray[np.int64]) -> dict[str, Column]:
    return dict(zip(names, rows, strict=True))
