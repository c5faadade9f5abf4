"""The C program of limit.c: compiled into a temporary folder, called in this process, so that no start-up is in its time."""

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.model import DAY, HOSPITAL, Length, Model, Stays
from sim.inputs.scenario import HOME, OUT
from sim.model.records import NEVER, PEOPLE_COLUMNS, STAY_COLUMNS, STEP_COLUMNS, WAIT_COLUMNS

SOURCE = Path(__file__).with_name("limit.c")
FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-shared", "-fPIC", "-std=c11")
TABLES = {"stays": STAY_COLUMNS, "waits": WAIT_COLUMNS, "steps": STEP_COLUMNS, "people": PEOPLE_COLUMNS}
ROWS_PER_SPELL = 3  # at least as many as any table needs; what is not written takes no memory


class NoCompiler(Exception):
    """Why there is no figure for C."""


class _Length(ctypes.Structure):
    _fields_ = [(name, ctypes.c_double) for name in ("mean", "mu", "sigma")]


class _Model(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int64) for name in ("services", "ways", "out")),
        *((name, ctypes.c_double) for name in ("arrivals_per_day", "home_share")),
        ("places", ctypes.POINTER(ctypes.c_int64)),
        ("stay", ctypes.POINTER(_Length)),
        ("way_to", ctypes.POINTER(ctypes.c_int64)),
        ("way_reached", ctypes.POINTER(ctypes.c_double)),
        ("way_stay", ctypes.POINTER(_Length)),
        ("way_process", ctypes.POINTER(_Length)),
    ]


class Limit:
    """The compiled program; `whole_ledger` writes people, waits and steps beside the stays."""

    def __init__(self, whole_ledger: bool = False) -> None:
        self.tables = tuple(TABLES) if whole_ledger else ("stays",)
        self._room, self._columns = 0, dict[str, list[np.ndarray]]()
        self._folder = tempfile.TemporaryDirectory(prefix="bedflow-limit-", ignore_cleanup_errors=True)
        library = Path(self._folder.name) / "limit.so"
        _compile(library, ("-DWHOLE_LEDGER",) if whole_ledger else ())
        self._replicate = ctypes.CDLL(str(library)).replicate

    def run(self, model: Model, days: int, seed: int) -> dict[str, dict[str, np.ndarray]]:
        """One replication's tables, in columns that the next run writes over: clearing fresh memory was a third of the time."""
        room = int(model.arrivals_per_day * days * ROWS_PER_SPELL) + 10_000
        if room > self._room:
            self._room = room
            self._columns = {table: [_memory(name, room) for name in TABLES[table]] for table in self.tables}
        columns = self._columns
        pointers = [
            column.ctypes.data_as(ctypes.c_void_p)
            for table in TABLES
            for column in columns.get(table, [np.empty(0, dtype=np.int64)] * len(TABLES[table]))
        ]
        ledger = (ctypes.c_void_p * len(pointers))(*pointers)
        counts = (ctypes.c_int64 * len(TABLES))()
        if self._replicate(
            ctypes.byref(_in_c(model)), ledger, ctypes.c_uint64(seed), ctypes.c_int64(days * DAY),
            ctypes.c_int64(room), counts,
        ):  # fmt: skip
            raise MemoryError("limit.c had no room for its rows")
        rows = dict(zip(TABLES, counts, strict=True))
        return {
            table: {name: column[: rows[table]] for name, column in zip(TABLES[table], columns[table], strict=True)}
            for table in self.tables
        }


def _memory(column: str, room: int) -> np.ndarray:
    """Room for a column; zeros where nobody writes, as in the compiled engine: this model has no bays."""
    return (np.zeros if column == "bay" else np.empty)(room, dtype=np.int64)


def _compile(library: Path, more: Sequence[str]) -> None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NoCompiler("there is no C compiler here (looked for gcc and cc)")
    command = [compiler, *FLAGS, *more, str(SOURCE), "-lm", "-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoCompiler(f"{compiler} refused limit.c: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")


def _in_c(model: Model) -> _Model:
    """The numbers as C reads them; what ctypes points to is kept alive by the structure."""
    assert model.services[0] == HOSPITAL and model.services[-1] == HOME
    numbers = {name: number for number, name in enumerate((*model.services, "died", OUT))}
    lengths = [model.stay.get(name, Length(0.0)) for name in model.services]
    return _Model(
        services=len(model.services),
        ways=len(model.ways),
        out=numbers[OUT],
        arrivals_per_day=model.arrivals_per_day,
        home_share=model.home_share,
        places=_array(ctypes.c_int64, [model.places.get(name, -1) for name in model.services]),
        stay=_lengths(lengths),
        way_to=_array(ctypes.c_int64, [numbers[way.to] for way in model.ways]),
        way_reached=_array(ctypes.c_double, np.cumsum([way.share for way in model.ways]).tolist()),
        way_stay=_lengths([way.stay for way in model.ways]),
        way_process=_lengths([way.process or Length(0.0) for way in model.ways]),
    )


def _array(kind: Any, values: Sequence[Any]) -> Any:
    return ctypes.cast((kind * len(values))(*values), ctypes.POINTER(kind))


def _lengths(lengths: Sequence[Length]) -> Any:
    return _array(_Length, [_Length(one.mean, one.mu, one.sigma) for one in lengths])


def stays(tables: dict[str, dict[str, np.ndarray]]) -> Stays:
    """The stays in days, which the next run leaves alone."""
    table = tables["stays"]
    times = [
        np.where(column == NEVER, np.inf, column / DAY) for column in map(table.get, ("admitted", "clear", "left"))
    ]
    return Stays(table["service"].copy(), *times)
