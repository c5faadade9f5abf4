"""The room of a walk: its tables, and by name the columns of each. What is in them is written by `walking.py` and its verbs alone.

What may be changed here: freely, together with those two; the first columns of stays, waits and steps are the ledger's.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.ledger import (
    NEVER,
)

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]

UNLIMITED = NEVER

# Columns of the tables that become the ledger, in the order of `ledger.py`.
W_PERSON, W_NUMBER, W_STAY, W_HELD, W_TO, W_JOINED, W_CLEAR, W_ENDED, W_ENDING = range(9)
S_PERSON, S_NUMBER, S_SERVICE, S_VISIT, S_ADMITTED, S_READY, S_CLEAR, S_LEFT, S_TO, S_PLANNED_TO, S_UNITS, S_NEED = (
    range(12)
)
K_STAY, K_STEP, K_STARTED, K_TEAM_JOINED, K_DUE, K_FINISHED, K_DROPPED, K_AFTER = range(8)

# What else is known while things go on.
GROUP, NUMBER, BOOK_ROW, STAY_OF, WAIT_OF, STAYS, WAITS, GONE, VISITS = range(
    9
)  # of a person; from VISITS on a column a service
# ... of a stay, from READY_DUE on beside the columns of the ledger
READY_DUE, DELAY_BEFORE, ROUTE, UNITS_NOW, FIRST_STEP, OPEN_STEPS, NEXT_TAPER, VISIT_PLAN = range(12, 20)
OF_ROUTE, OF_UNITS, BEFORE, BEHIND, PRIORITY = range(
    9, 14
)  # of a wait; BEFORE and BEHIND: who stands there in the queue
# ... of a step
OWN_START, PLANNED, NEXT_STEP, REQUIRED, HAS_TEAM, AFTERS, AFTERS_END = range(8, 15)
IN_TEAM_BEFORE, IN_TEAM_BEHIND, TEAM_PRIORITY = range(15, 18)
AT, WHAT, NEXT = range(3)  # of an event in the calendar
DUE_WAIT, DUE_DEATH, NOWHERE = range(3)  # who is noted in this instant, until the phase that judges them

# Of a service: its places now, and its line. `died` and `out` have rows too.
(
    OPEN, PLANNED_OPEN, HELD, CLEANING, SURGE_IS_OPEN, HEAD, TAIL, LENGTH, IS_TOUCHED, IS_STOPPED, HAS_NEWCOMERS, PLACES_ROW,
) = range(12)  # fmt: skip
TEAM_OPEN, TEAM_TAKEN, TEAM_HEAD, TEAM_TAIL = range(4)
MEMBER, FOUND, FOUND_FROM, SEEN = range(4)  # of a ring, and of the search for one
SEED, REPLICATION, GROUP_KEYS = range(3)  # of the book: from GROUP_KEYS on two keys a group

# What can be due at an instant, to whom.
READY, SEAT, REQUIRE, TRY_STEPS, STEP_DUE, LOOK, TAPER, CLEAN, OPENING, PATIENCE, DEATH, DEATH_OUTSIDE = range(12)
DIE, BACK_FOR_NO_PLACE, BACK_FOR_PATIENCE, BACK_FOR_QUEUE, ARRIVE, CHANGE = range(12, 18)
KINDS = 32  # a power of two above them all

# Counters that several verbs share.
(
    NOW, POSTED, TOUCHED, LOOK_FOR_RINGS, CLEAR_IN_RINGS, PLACES, STAY_ROWS, EVENT_ROWS, FREE_EVENT, HEAP_SIZE, BUCKET, TOO_SMALL,
) = range(12)  # fmt: skip

# How a walk ends: done, or a table was too small and it has to begin again in a larger room.
DONE, MORE_STAYS, MORE_WAITS, MORE_STEPS, MORE_EVENTS, MORE_PLACES = range(6)


# How wide each table is.
STAY_COLUMNS, WAIT_COLUMNS, STEP_COLUMNS = VISIT_PLAN + 1, PRIORITY + 1, TEAM_PRIORITY + 1
EVENT_COLUMNS, NOTED_COLUMNS, WARD_COLUMNS, TEAM_COLUMNS = NEXT + 1, NOWHERE + 1, PLACES_ROW + 1, TEAM_TAIL + 1
COUNTERS, RING_ROWS = TOO_SMALL + 1, SEEN + 1


class Room(NamedTuple):
    """The tables in which one replication is walked; rows as many as may be needed."""

    persons: Small
    stays: Ints
    waits: Ints
    steps: Ints
    step_afters: Small  # the rows of the steps that a step comes after
    events: Ints
    buckets: Small  # the calendar: the first event of each span of time
    bucket_shift: int  # a span is 2**shift seconds
    heap: Small  # the events of the present span, the earliest first
    posted: Ints  # when, and what
    noted: Ints
    places: Ints
    wards: Ints
    teams: Ints
    touched: Ints
    clear_pairs: Ints  # how many hold a place here, are clear, and wait for a place there
    ring: Ints  # members, then for each service: found in this order, found from, has been seen
    knocked: Flags  # somebody found these hours closed and will be told of the next opening
    weights: Floats
    counters: Ints
    book: Keys
    first_stay: Small  # for the ledger's order: the row of each person's first stay and wait ...
    first_wait: Small
    steps_before: Small  # ... and how many steps there are before a stay's
