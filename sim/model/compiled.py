"""The fast engine: `walking_room.py`, compiled by Numba for this processor. The same contract as the reference engine, and the same bits.

Here a plan and its people become tables, are walked, and become a ledger. Nothing in here decides anything about people.

What may be changed here: freely, as long as the ledgers of both engines stay equal.
"""

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from sim.model import ledger, packing, walking_room
from sim.model.arriving import People
from sim.model.chance import BookOfLuck
from sim.model.compiling import kernels
from sim.model.ledger import NONE, Column, Ledger
from sim.model.packing import Packed
from sim.model.plan import Plan


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
    was_enlarged: bool = False
    bytes_per_person: float = 0.0  # in the last walk, ledger apart
    seated_entries: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.seated_entries = self.packed.census[:, packing.CENSUS_SERVICE] >= 0


def _first_guess(packed: Packed, people: int) -> Rows:
    places = 8 * len(packed.services) + len(packed.changes) + 64
    return Rows(3 * people + 64, 4 * people + 64, 2 * people + 64, 2 * people + 64, places)


_plans: "WeakKeyDictionary[Plan, FastPlan]" = WeakKeyDictionary()
MOST_BLOCKS = 8
COUNTS_REFERENCES = getattr(sys, "_is_gil_enabled", lambda: True)()  # Python without its lock counts them by thread


class _Memory(threading.local):
    """What this thread uses again: fresh memory costs more than the walk through it."""

    def __init__(self) -> None:
        self.tables: dict[str, NDArray[Any]] = {}  # of the last walk
        self.blocks: list[NDArray[np.int64]] = []  # of ledgers; a ledger's columns refer to their block


_memory = _Memory()


def _references(blocks: list[NDArray[np.int64]]) -> list[int]:
    return [sys.getrefcount(block) for block in blocks]


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
        if ended == walking_room.DONE:
            break
        fast.rows = rows = rows.enlarged(ended)
        fast.was_enlarged = True
    events = int(room.counters[walking_room.EVENT_ROWS])
    if not fast.was_enlarged:  # what was too small once stays as large as it had to be
        fast.rows = rows.fitted(stays=stays, waits=waits, steps=steps, events=events)
    fast.bytes_per_person = _state_bytes(room) / max(1, len(people))
    return _ledger(plan, people, room, stays, waits, steps, places)


def state_bytes_per_person(plan: Plan) -> float:
    """What the last walk of this plan kept in memory for a person, apart from the rows that become the ledger."""
    return _plans[plan].bytes_per_person


def _state_bytes(room: walking_room.Room) -> int:
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


def _room(packed: Packed, people: People, book: BookOfLuck, rows: Rows) -> walking_room.Room:
    services = len(packed.services)
    shift = _about_one_event_a_span(packed.until, rows.stays)
    buckets = _table("buckets", (packed.until >> shift) + 1)
    buckets[:] = NONE
    most_drawn = int(packed.visits[:, packing.VISIT_DRAWN].max(initial=1))
    return walking_room.Room(
        persons=_table("persons", len(people), walking_room.VISITS + services),
        stays=_table("stays", rows.stays, walking_room.STAY_COLUMNS, np.int64),
        waits=_table("waits", rows.waits, walking_room.WAIT_COLUMNS, np.int64),
        steps=_table("steps", rows.steps, walking_room.STEP_COLUMNS, np.int64),
        step_afters=_table("step_afters", 2 * rows.steps),
        events=_table("events", rows.events, walking_room.EVENT_COLUMNS, np.int64),
        buckets=buckets,
        bucket_shift=shift,
        heap=_table("heap", rows.events),
        posted=_table("posted", rows.events + 4096, 2, np.int64),
        noted=_table("noted", rows.events, walking_room.NOTED_COLUMNS, np.int64),
        places=_table("places", rows.places, 3, np.int64),
        wards=_wards(services),
        teams=_teams(packed),
        touched=np.zeros(services + 2, np.int64),
        clear_pairs=np.zeros((services, services), np.int64),
        ring=np.zeros((walking_room.RING_ROWS, services + 1), np.int64),
        knocked=np.zeros(len(packed.is_door_of), np.bool_),
        weights=np.zeros(most_drawn),
        counters=np.zeros(walking_room.COUNTERS, np.int64),
        book=_keys(book.seed, book.replication, *packed.group_keys.ravel().tolist()),
        first_stay=_table("first_stay", len(people)),
        first_wait=_table("first_wait", len(people)),
        steps_before=_table("steps_before", rows.stays),
    )


def _about_one_event_a_span(until: int, stays: int) -> int:
    """How many bits of a second the calendar leaves out. A stay has one event or a few; a heap of hundreds was a fifth slower."""
    shift = 0
    while until >> shift > max(64, 2 * stays):
        shift += 1
    return shift


def _wards(services: int) -> Column:
    wards = np.zeros((services + 2, walking_room.WARD_COLUMNS), np.int64)
    wards[:, (walking_room.OPEN, walking_room.PLANNED_OPEN)] = walking_room.UNLIMITED
    wards[:, (walking_room.HEAD, walking_room.TAIL, walking_room.PLACES_ROW)] = NONE
    return wards


def _teams(packed: Packed) -> Column:
    teams = np.zeros((len(packed.team_places), walking_room.TEAM_COLUMNS), np.int64)
    teams[:, walking_room.TEAM_OPEN] = packed.team_places
    teams[:, (walking_room.TEAM_HEAD, walking_room.TEAM_TAIL)] = NONE
    return teams


def _block(columns: int, rows: int) -> NDArray[np.int64]:
    """Room for a table of the ledger: that of an earlier ledger which nobody holds any more, or else fresh memory.

    Fresh memory has to be cleared by the system first, which would take a fifth of the time of a replication.
    """
    size, blocks = columns * rows, _memory.blocks
    of_a_free_block = _references([np.empty(0, np.int64)])[0]  # as many as the question itself makes, in this Python
    for references, block in zip(_references(blocks), blocks, strict=True):
        if references == of_a_free_block and COUNTS_REFERENCES and size <= len(block) < 4 * size + 4096:
            return block[:size].reshape(columns, rows)
    del blocks[: max(0, len(blocks) - MOST_BLOCKS)]
    blocks.append(np.empty(size + size // 8, np.int64))
    return blocks[-1][:size].reshape(columns, rows)


def _ledger(
    plan: Plan, people: People, room: walking_room.Room, stays: int, waits: int, steps: int, places: int
) -> Ledger:
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
