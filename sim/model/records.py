"""The records: what an engine writes down, as six tables of whole numbers. Nothing is counted here.

Each table is a set of equally long int64 columns. Times are whole seconds from the first midnight of the run; they may be
negative for people of a starting census. `NEVER` stands for what has not happened by the end of the run, so that
`minimum(left, end)` clips without special cases. Services and destinations are numbered as in `Scenario.destinations`
(services in file order, home last of them, then died, then out, then waiting lists); OUTSIDE is -1.

Engines write these columns and results read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]

NEVER = 2**62
OUTSIDE = -1
NONE = -1  # no such row, no such step

# How a wait ended.
WAITING, ADMITTED, GAVE_UP, TURNED_AWAY, NO_PLACE, DIED_WAITING = range(6)
WAIT_ENDINGS = ("waiting", "admitted", "gave_up", "turned_away", "no_place", "died")

PEOPLE_COLUMNS = (
    "group",  # number of the group in the scenario
    "number",  # the person's number in the group (census people count apart)
    "from_census",  # 1 for people who were there when the clock started
    "arrives",  # second of arrival; what they carried in for census people
    "arrives_at",  # the service or waiting list they come to
    "profile",  # number of their combination of levels in `Group.profiles`; 0 without traits
)
WAIT_COLUMNS = (
    "person",
    "wait",  # 0, 1, 2 ... of this person, in the order of joining
    "stay",  # row number in STAYS of the place held meanwhile, NONE when waiting outside
    "held",  # service held while waiting, or OUTSIDE
    "to",  # destination waited for: a service, a waiting list, or out
    "otherwise",  # the destination of those who do not get in; NONE where nothing is said, and they wait on
    "joined",
    "clear",  # from here on only the place was awaited: ready, every step done; joined where waiting outside; or NEVER
    "ended",
    "ending",  # one of WAIT_ENDINGS
    "profile",  # of the person while they wait
)
STAY_COLUMNS = (
    "person",
    "stay",  # 0, 1, 2 ... of this person, in the order of admission
    "service",
    "visit",  # 0 for the first stay of this person in this service
    "admitted",
    "ready",  # the discharge-ready instant, NEVER while care is still needed at the end of the run
    "clear",  # ready and every step done, for the last time in this stay
    "left",
    "to",  # the destination they left for; NONE while they are still here
    "planned_to",  # the destination that was settled at admission
    "units",  # places or minutes a week held on admission
    "need",  # seconds of need settled at admission
    "found",  # the profile with which they were admitted ...
    "after",  # ... and that after the changes of the stay
    "bay",  # the number of the bay in its service; 0 where it has none
)
STEP_COLUMNS = (
    "stay",  # row number in STAYS
    "step",  # number of the step in `step_names`
    "started",  # begun, or joined the team's queue
    "team_joined",  # got a team place; equal to started where no team is needed
    "due",  # the instant it finishes if nothing stops it, known from team_joined on; NEVER while it waits for a team
    "finished",  # NEVER if dropped or unfinished
    "dropped_at",  # from when on it was no longer needed (another route, a death); else NEVER
    "after",  # number of the step that this one waited for last, NONE if it started by its own clock
)
# as in STEPS; nobody drops them: who waits for nothing yet neither gives up nor dies
ARRIVAL_STEP_COLUMNS = (  # steps that were done outside, before the first wait began
    "person", "step", "started", "team_joined", "due", "finished", "after",
)  # fmt: skip
PROFILE_COLUMNS = ("profile", "found", "after", "bay")  # of several tables; 0 throughout without traits and bays
PLACES_COLUMNS = (
    "service",
    "at",  # from this second on ...
    "open",  # ... so many places are planned, surge included (-1: unlimited)
)


def table(columns: tuple[str, ...], rows: list[tuple[int, ...]]) -> dict[str, Column]:
    """Rows of whole numbers as named columns; an empty list gives empty columns."""
    block = np.array(rows, dtype=np.int64).reshape(len(rows), len(columns))
    return {name: np.ascontiguousarray(block[:, index]) for index, name in enumerate(columns)}


def no_arrival_steps() -> Mapping[str, Column]:
    """The table of a run in which nothing has to be done before the first wait."""
    return table(ARRIVAL_STEP_COLUMNS, [])


@dataclass(frozen=True, slots=True)
class Ledger:
    """One replication's people, waits, stays, steps and open places; `until` is the second at which the run ended."""

    people: Mapping[str, Column]
    waits: Mapping[str, Column]
    stays: Mapping[str, Column]
    steps: Mapping[str, Column]
    places: Mapping[str, Column]
    step_names: tuple[str, ...]
    until: int
    arrival_steps: Mapping[str, Column] = field(default_factory=no_arrival_steps)
