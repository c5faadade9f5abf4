"""The state of the compiled engine: its tables, and by name what is in a row of each. Only its own operations write them.

A row is kept narrow, its numbers as wide as they have to be: a stay has 64 bytes, and a wait, which is what a processor fetches at once.
"""

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.model.records import NEVER

Rows = NDArray[Any]  # a row a record: `stays[stay].ready`
Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

UNLIMITED = NEVER
MOST_ROWS = 2**26  # of a table: the number of a row is beside the kind of an event in 32 bits
time, number, few, flag = np.int64, np.int32, np.int16, np.int8


def _row(*columns: tuple[str, Any]) -> np.dtype[Any]:
    return np.dtype(list(columns), align=True)


PERSON = _row(
    ("profile_row", number), ("number", number), ("key_row", number), ("stay_of", number), ("wait_of", number),
    ("stays", number), ("waits", number), ("gone", number),
)  # fmt: skip
# Most people wait for nothing: they join a line and move in the same instant. Such a wait has no row of its own, only its number
# with the stay that somebody left at once, or to which they came at once from outside.
ADMISSION = _row(  # what a stay began with, and what few of them need later
    ("admitted", time), ("need", time), ("units", number), ("visit", number), ("first_step", number), ("next_taper", number),
)  # fmt: skip
# whose stay, and which of theirs; NONE: the time outside until every step there is done
ORIGIN = _row(("person", number), ("number", number), ("came_at_once", number))
STAY = _row(  # what happens to it
    ("ready_due", time), ("ready", time), ("clear", time), ("left", time), ("units_now", number), ("person", number),
    ("route", number), ("visit_plan", number), ("left_at_once", number), ("previous", number), ("service", few), ("to", few),
    ("planned_to", few), ("open_steps", few),
)  # fmt: skip
WAIT = _row(  # `before` and `behind`: who is there in the queue
    ("joined", time), ("clear", time), ("ended", time), ("units", number), ("person", number), ("number", number),
    ("stay", number), ("number_of_stay", number), ("route", number), ("before", number), ("behind", number), ("held", few), ("to", few),
    ("priority", few), ("ending", flag),
)  # fmt: skip
STEP = _row(
    ("own_start", time), ("started", time), ("team_joined", time), ("due", time), ("finished", time), ("dropped_at", time), ("stay", number),
    ("planned", number), ("next_step", number), ("afters", number), ("afters_end", number), ("before", number),
    ("behind", number), ("step", few), ("after", few), ("priority", few), ("required", flag), ("has_team", flag),
)  # fmt: skip
EVENT = _row(("at", time), ("what", number), ("next", number))  # in the calendar
POSTED = _row(("at", time), ("what", number))
# in this instant, until the phase that judges them
NOTED = _row(("wait", number), ("death", number), ("nowhere", number))
# Of a service: its places now, and its line. `died`, `out` and lists have rows too. `on_lists`: how many wait for it on lists.
SERVICE_STATE = _row(
    ("open", time), ("planned_open", time), ("most_to_come", time), ("held", time), ("cleaning", time), ("head", number), ("tail", number),
    ("length", number), ("on_lists", number), ("places_row", number), ("surge_is_open", flag), ("is_touched", flag), ("is_stopped", flag),
    ("has_newcomers", flag),
)  # fmt: skip
# Of a bay of a divided service; those of other services are their services' own.
BAY_STATE = _row(("open", time), ("most_to_come", time), ("held", time), ("cleaning", time))
TEAM_STATE = _row(("open", time), ("taken", time), ("head", number), ("tail", number))
# What several operations share, in a table of one row.
COUNTERS = _row(
    ("now", time), ("day", time), ("posted", time), ("touched", time), ("look_for_circles", time), ("unsettled", time), ("due_waits", time), ("due_deaths", time), ("nowhere", time), ("is_replanned", time), ("has_newcomers", time), ("clear_in_circles", time), ("places", time),
    ("stay_rows", time), ("outside_rows", time), ("wait_rows", time), ("waits_at_once", time), ("step_rows", time), ("after_rows", time), ("event_rows", time), ("free_event", time), ("heap_size", time), ("bucket", time), ("too_small", time),
    # where the loop is: what comes next, and what it places now
    ("gathered", time), ("next_coming", time), ("next_arrival", time), ("next_change", time), ("next_seated", time), ("serving", time), ("cursor", time),
    ("circle_left", time), ("is_exchange", time), ("has_stopped_lines", time), ("looked", time), ("exchange_bay", time),
)  # fmt: skip

NOT_LOOKED = -2  # in `firsts`
MEMBER, MEMBER_TO, FOUND, FOUND_FROM, SEEN = range(5)  # of a circle, and of the search for one
CIRCLE_ROWS = SEEN + 1
SEED, REPLICATION, GROUP_KEYS = range(3)  # from GROUP_KEYS on two keys a group

# What can be due at an instant, to whom.
READY, FROM_CENSUS, REQUIRE, TRY_STEPS, STEP_DUE, LOOK, TAPER, CLEAN, OPENING, LONGEST_WAIT, DEATH, DEATH_OUTSIDE = (
    range(12)
)
DIE, NO_PLACE_FOR, RENEGE, BALK, ARRIVE, CHANGE, RISE = range(12, 19)
KIND_BITS = 5
KINDS = 2**KIND_BITS  # above them all
NOTHING_DUE = -1

# How a run ends: done, or a table was too small and it has to begin again with larger ones.
DONE, MORE_STAYS, MORE_WAITS, MORE_STEPS, MORE_EVENTS, MORE_PLACES = range(6)


def fetch_ahead(rows: Rows, row: int) -> None:
    """Have the memory of this row fetched before it is needed. It changes nothing; a processor has an instruction for it."""


Tables = TypeVar("Tables")


def by_reference(tables: Tables) -> Tables:
    """The same tables; compiled functions hand on their address, which is compiled sooner than every array for itself."""
    return tables


class EngineState(NamedTuple):
    """The tables of one replication: its people, and what happens to them; rows as many as may be needed."""

    profile_row_of: Ints  # of each person, by rank, as are the next four ...
    number_of: Ints
    census_entry: Ints
    arrives: Ints
    arrives_at: Ints
    seated: Ints  # the ranks of those who hold a place when the clock starts
    coming: Ints  # and those of the others in order of arrival
    persons: Rows
    admissions: Rows  # with the rows of `stays` ...
    origins: Rows  # ... and so are these, small enough to be gone through alone
    profiles: Small  # where there are traits, by stay as well: the profile after what the stay changed
    stays: Rows
    waits: Rows
    steps: Rows
    step_afters: Small  # the rows of the steps that a step comes after
    events: Rows
    buckets: Small  # the calendar: the first event of each span of time
    bucket_shift: int  # a span is 2**shift seconds
    heap: Small  # the events of the present span, the earliest first
    posted: Rows  # when, and what
    noted: Rows
    places: Ints  # as in the records
    service_states: Rows
    bay_states: Rows
    bays: Small  # where a service is divided, by stay: its bay
    teams: Rows
    touched: Ints
    clear_pairs: Ints  # bays x bays: how many hold a place here, are clear, and wait for a place there
    firsts: Ints  # with lists: the first in the line of each service who may move there; NOT_LOOKED where nobody has looked yet
    looked: Ints  # services in whose line somebody has looked in this phase
    # where somebody stands who goes down the line of a service: in its own queue and in each of its lists
    cursors: Ints
    circle: Ints  # members and where they go, then for each bay: found in this order, found from, has been seen
    opening_is_noted: Flags  # somebody found these hours closed: the next opening is an event
    weights: Floats
    counters: Rows
    keys: Keys
    first_stay: Small  # for the records' order: the row of each person's first stay and wait ...
    first_wait: Small
    stay_of_row: Small  # ... which stay is in each row ...
    steps_before: Small  # ... and how many steps there are before a stay's
