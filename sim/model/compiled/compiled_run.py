"""The fast engine: `event_loop.py`, compiled by Numba for this processor. The same contract as the reference engine, and the same bits.

Here a plan and its people become tables, the events are run, and the tables become records. Nothing in here decides anything about people.

The records of both engines must stay equal.
"""

import math
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.model import records
from sim.model.arrivals import People
from sim.model.compiled import arrays, compact_columns, engine_state
from sim.model.compiled.arrays import PlanArrays
from sim.model.compiled.numba_setup import kernels
from sim.model.plan import Plan
from sim.model.random_numbers import Alternatives, RandomNumbers
from sim.model.records import NONE, Column, Ledger


class CompiledRandomNumbers(RandomNumbers):
    """The same random numbers, worked out by compiled code where many numbers are wanted at once."""

    def uniforms(
        self, group: int, first: int, count: int, service: int, visit: int, quantity: int
    ) -> NDArray[np.float64]:
        """The numbers of `count` people of a group from person `first` on."""
        found = np.empty(count)
        kernels().fill_uniforms(*self._key, first, _keys(group, service, quantity | visit), found)
        return found

    def chosen(
        self, group: int, first: int, service: int, quantity: int, of: Alternatives, profile: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The number of the alternative that each person from `first` on draws, by their profiles."""
        found = np.empty(len(profile), np.int64)
        kernels().fill_chosen(*self._key, first, _keys(group, service, quantity), *of, profile, found)
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

    def spread_over_time(
        self, points: NDArray[np.float64], expected: NDArray[np.float64], rates: NDArray[np.float64], span: int
    ) -> NDArray[np.int64]:
        """The seconds of such points."""
        found = np.empty(len(points), np.int64)
        kernels().fill_seconds(points, expected, rates, span, found)
        return found

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
        """With more rows of the table that was too small."""
        name = ("", "stays", "waits", "steps", "events", "places")[ended]
        return replace(self, **{name: 2 * getattr(self, name)})

    def fitted(self, **used: int) -> "Rows":
        """With a fifth more than was used, not all that was guessed."""
        return replace(self, **{name: min(getattr(self, name), rows + rows // 5 + 64) for name, rows in used.items()})


@dataclass(eq=False)
class CompiledPlan:
    """A plan in numbers, with what was learnt of its size."""

    plan_arrays: PlanArrays
    rows: Rows | None = None
    was_enlarged: bool = False
    bytes_per_person: float = 0.0  # in the last run, records apart
    seated_entries: NDArray[np.bool_] = field(init=False)
    first_rows: Column = field(init=False)  # by group, that of its first profile

    def __post_init__(self) -> None:
        self.first_rows = np.unique(self.plan_arrays.groups["first_row"]).astype(np.int64)
        self.seated_entries = self.plan_arrays.census["service"] >= 0


def _first_guess(plan_arrays: PlanArrays, people: int) -> Rows:
    places = 8 * len(plan_arrays.services) + len(plan_arrays.changes) + 64
    return Rows(3 * people + 64, 4 * people + 64, 2 * people + 64, 2 * people + 64, places)


_plans: "WeakKeyDictionary[Plan, CompiledPlan]" = WeakKeyDictionary()
NARROW: dict[str, Any] = {
    "stays": compact_columns.Stays,
    "waits": compact_columns.Waits,
    "steps": compact_columns.Steps,
    "stay_profiles": compact_columns.StayProfiles,
    "wait_profiles": compact_columns.WaitProfiles,
}
FETCHED_AT_ONCE = 64  # bytes
MOST_SPANS = 2**19  # of the calendar: more of them no longer fit into what a processor has at hand
MOST_BLOCKS = 12
OF_PEOPLE = (
    "profile_row_of",
    "number_of",
    "census_entry",
    "arrives",
    "arrives_at",
    "seated",
    "coming",
)  # theirs, not the run's
COUNTS_REFERENCES = getattr(sys, "_is_gil_enabled", lambda: True)()  # Python without its lock counts them by thread


class _Memory(threading.local):
    """What this thread uses again: fresh memory costs more than the events."""

    def __init__(self) -> None:
        self.tables: dict[str, NDArray[Any]] = {}  # of the last run
        self.blocks: list[NDArray[np.uint8]] = []  # of records; the records' columns refer to their block


_memory = _Memory()


def _references(blocks: list[NDArray[np.uint8]]) -> list[int]:
    return [sys.getrefcount(block) for block in blocks]


def run(plan: Plan, people: People, random: RandomNumbers) -> Ledger:
    """One replication by the compiled engine."""
    fast = _plans.get(plan)
    if fast is None:
        fast = _plans[plan] = CompiledPlan(arrays.plan_arrays(plan))
    rows = fast.rows or _first_guess(fast.plan_arrays, len(people))
    while True:
        state = _empty_state(fast, people, random, rows)
        ended = kernels().run_events(fast.plan_arrays, state)
        if ended == engine_state.DONE:
            break
        fast.rows = rows = rows.enlarged(ended)
        fast.was_enlarged = True
    if not fast.was_enlarged:  # what was too small once stays as large as it had to be
        # how many have to wait varies most, and a table that is too small costs a whole run
        fast.rows = rows.fitted(
            stays=_filled(state, "stay_rows"),
            waits=max(_filled(state, "wait_rows"), len(people)),
            steps=_filled(state, "step_rows"),
            events=_filled(state, "event_rows"),
        )
    fast.bytes_per_person = _state_bytes(state) / max(1, len(people))
    return _ledger(plan, fast.plan_arrays, people, state)


def _filled(state: engine_state.EngineState, counter: str) -> int:
    """How many rows of a table the run has filled."""
    return int(state.counters[counter][0])


def state_bytes_per_person(plan: Plan) -> float:
    """What the last run of this plan kept in memory for a person, apart from the rows that become the records."""
    return _plans[plan].bytes_per_person


def _state_bytes(state: engine_state.EngineState) -> int:
    in_ledger = {name: compact_columns.width(table) for name, table in NARROW.items()}
    tables = {name: table for name, table in state._asdict().items() if isinstance(table, np.ndarray)}
    for name in ("places", *OF_PEOPLE):
        del tables[name]
    return sum(table.nbytes - len(table) * in_ledger.get(name, 0) for name, table in tables.items())


def _profile_rows(fast: CompiledPlan, people: People) -> Column:
    """For each person the row of their group and profile."""
    if len(fast.first_rows) == 1:
        return people.profile
    return np.asarray(fast.first_rows[people.group] + people.profile) if fast.plan_arrays.has_traits else people.group


def _starting(fast: CompiledPlan, people: People) -> tuple[Column, Column]:
    """The ranks of those who hold a place when the clock starts, and those of the others in order of arrival."""
    is_seated = people.census_entry >= 0
    if not is_seated.any() and (people.arrives[1:] >= people.arrives[:-1]).all():
        return np.zeros(0, np.int64), np.arange(len(people))
    is_seated[is_seated] = fast.seated_entries[people.census_entry[is_seated]]
    coming = np.flatnonzero(~is_seated)
    return np.flatnonzero(is_seated), coming[np.argsort(people.arrives[coming], kind="stable")]


def _table(name: str, rows: int, kind: DTypeLike, columns: int = 0) -> NDArray[Any]:
    """A table with whatever stood in it before."""
    shape = (rows, columns) if columns else (rows,)
    kept = _memory.tables.get(name)
    if kept is None or kept.dtype != kind or kept.shape[1:] != shape[1:] or len(kept) < rows:
        kept = _memory.tables[name] = _aligned((rows + rows // 8, *shape[1:]), np.dtype(kind))
    return kept[:rows]


def _aligned(shape: tuple[int, ...], kind: np.dtype[Any]) -> NDArray[Any]:
    """Fresh memory in which a row of 64 bytes is fetched at once, not as two halves."""
    size = math.prod(shape) * kind.itemsize
    memory = np.empty(size + FETCHED_AT_ONCE, np.uint8)
    begin = -memory.ctypes.data % FETCHED_AT_ONCE
    return memory[begin : begin + size].view(kind).reshape(shape)


def _empty_state(fast: CompiledPlan, people: People, random: RandomNumbers, rows: Rows) -> engine_state.EngineState:
    plan_arrays, (seated, coming) = fast.plan_arrays, _starting(fast, people)
    assert max(len(people), rows.stays, rows.waits, rows.steps) < engine_state.MOST_ROWS, (
        "more people than fit into its tables"
    )
    services, bays = len(plan_arrays.services), len(plan_arrays.bays)
    shift = _about_one_event_a_span(plan_arrays.until, rows.stays)
    buckets = _table("buckets", (plan_arrays.until >> shift) + 1, np.int32)
    buckets[:] = NONE
    most_drawn = int(plan_arrays.visits["drawn"].max(initial=1))
    return engine_state.EngineState(
        profile_row_of=_profile_rows(fast, people),
        number_of=people.number,
        census_entry=people.census_entry,
        arrives=people.arrives,
        arrives_at=people.arrives_at,
        seated=seated,
        coming=coming,
        persons=_table("persons", len(people), engine_state.PERSON),
        profiles=_table("profiles", rows.stays if plan_arrays.has_traits else 1, np.int32),
        admissions=_table("admissions", rows.stays, engine_state.ADMISSION),
        origins=_table("origins", rows.stays, engine_state.ORIGIN),
        stays=_table("stays", rows.stays, engine_state.STAY),
        waits=_table("waits", rows.waits, engine_state.WAIT),
        steps=_table("steps", rows.steps, engine_state.STEP),
        step_afters=_table("step_afters", 2 * rows.steps, np.int32),
        events=_table("events", rows.events, engine_state.EVENT),
        buckets=buckets,
        bucket_shift=shift,
        heap=_table("heap", rows.events, np.int32),
        posted=_table("posted", rows.events + 4096, engine_state.POSTED),
        noted=_table("noted", rows.events, engine_state.NOTED),
        places=_table("places", rows.places, np.int64, 3),
        service_states=_service_states(len(plan_arrays.members)),
        teams=_teams(plan_arrays),
        touched=np.zeros(services + 2, np.int64),
        bay_states=np.zeros(bays, engine_state.BAY_STATE),
        bays=_table("bays", rows.stays if plan_arrays.has_bays else 1, np.int32),
        clear_pairs=np.zeros((bays, bays), np.int64),
        firsts=np.zeros(services + 2, np.int64),
        looked=np.zeros(services + 2, np.int64),
        cursors=np.zeros(plan_arrays.queues_of.shape[1], np.int64),
        circle=np.zeros((engine_state.CIRCLE_ROWS, bays + 1), np.int64),
        opening_is_noted=np.zeros(len(plan_arrays.is_door_of), np.bool_),
        weights=np.zeros(most_drawn),
        counters=np.zeros(1, engine_state.COUNTERS),
        keys=_keys(random.seed, random.replication, *plan_arrays.group_keys.ravel().tolist()),
        first_stay=_table("first_stay", len(people), np.int32),
        first_wait=_table("first_wait", len(people), np.int32),
        stay_of_row=_table("stay_of_row", rows.stays, np.int32),
        steps_before=_table("steps_before", rows.stays, np.int32),
    )


def _about_one_event_a_span(until: int, stays: int) -> int:
    """How many bits of a second the calendar leaves out. A stay has one event or a few; a heap of hundreds was a fifth slower."""
    shift = 0
    while until >> shift > min(MOST_SPANS, max(64, 2 * stays)):
        shift += 1
    return shift


def _service_states(destinations: int) -> NDArray[Any]:
    service_states = np.zeros(destinations, engine_state.SERVICE_STATE)
    service_states["open"] = service_states["planned_open"] = service_states["most_to_come"] = engine_state.UNLIMITED
    service_states["head"] = service_states["tail"] = service_states["places_row"] = NONE
    return service_states


def _teams(plan_arrays: PlanArrays) -> NDArray[Any]:
    teams = np.zeros(len(plan_arrays.team_places), engine_state.TEAM_STATE)
    teams["open"] = plan_arrays.team_places
    teams["head"] = teams["tail"] = NONE
    return teams


def _block(size: int) -> NDArray[np.uint8]:
    """Memory for a table of the records: that of earlier records which nobody holds any more, or else fresh.

    Fresh memory has to be cleared by the system first, which would take a fifth of the time of a replication.
    """
    if size == 0:
        return np.empty(0, np.uint8)
    blocks = _memory.blocks
    of_a_free_block = _references([np.empty(0, np.uint8)])[0]  # as many as the question itself makes, in this Python
    for references, block in zip(_references(blocks), blocks, strict=True):
        if references == of_a_free_block and COUNTS_REFERENCES and size <= len(block) < 4 * size + 2**15:
            return block
    del blocks[: max(0, len(blocks) - MOST_BLOCKS)]
    blocks.append(np.empty(size + size // 8, np.uint8))
    return blocks[-1]


def _ledger(plan: Plan, plan_arrays: PlanArrays, people: People, state: engine_state.EngineState) -> Ledger:
    stays, steps = _filled(state, "stay_rows") - _filled(state, "outside_rows"), _filled(state, "step_rows")
    waits = _filled(state, "wait_rows") + _filled(state, "waits_at_once")
    with_traits = int(plan_arrays.has_traits)
    lengths = (stays, waits, steps, with_traits * stays, with_traits * waits)
    tables = {
        name: compact_columns.laid_out(table, _block(compact_columns.width(table) * rows), rows)
        for (name, table), rows in zip(NARROW.items(), lengths, strict=True)
    }
    started = kernels().write_down(plan_arrays, state, *tables.values())
    planned = state.places[: _filled(state, "places")]
    planned = planned[np.lexsort((planned[:, 1], planned[:, 0]))]
    of_stays, of_waits = tables["stay_profiles"]._asdict(), tables["wait_profiles"]._asdict()
    if not with_traits:
        of_stays = dict.fromkeys(of_stays, np.zeros(stays, np.int64))
        of_waits = dict.fromkeys(of_waits, np.zeros(waits, np.int64))
    of_stays["bay"] = np.zeros(stays, np.int64)
    if plan_arrays.has_bays:
        of_bay = np.array([bay.place for bay in plan.bays], dtype=np.int64)
        of_stays["bay"] = of_bay[state.bays[state.stay_of_row[:stays]]]
    return Ledger(
        people=people.ledger_table(),
        waits=compact_columns.Columns(records.WAIT_COLUMNS, tables["waits"], waits, of_waits),
        stays=compact_columns.Columns(records.STAY_COLUMNS, tables["stays"], stays, of_stays),
        steps=compact_columns.Columns(records.STEP_COLUMNS, tables["steps"], started, {}),
        places=dict(zip(records.PLACES_COLUMNS, np.ascontiguousarray(planned.T), strict=True)),
        step_names=plan.step_names,
        until=plan.until,
        arrival_steps=_arrival_steps(state),
    )


def _arrival_steps(state: engine_state.EngineState) -> Mapping[str, Column]:
    """The steps that were done outside, by person and step."""
    if not _filled(state, "outside_rows"):
        return records.no_arrival_steps()
    steps = state.steps[: _filled(state, "step_rows")]
    origins = state.origins[steps["stay"]]
    rows = np.flatnonzero((origins["number"] == NONE) & (steps["started"] != records.NEVER))
    rows = rows[np.lexsort((steps["step"][rows], origins["person"][rows]))]
    found = {name: steps[name][rows] for name in records.ARRIVAL_STEP_COLUMNS if name != "person"}
    found = {"person": origins["person"][rows], **found}
    return {name: column.astype(np.int64) for name, column in found.items()}
