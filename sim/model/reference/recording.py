"""What the reference engine writes down while it runs, and how that becomes the ledger.

What may be changed here: by agreement only, with the ledger's columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np

from sim.model.arriving import People
from sim.model.plan import Plan
from sim.model.records import NEVER, NONE, OUTSIDE, PLACES_COLUMNS, Column, Ledger, table
from sim.model.reference.state import Person, Stay, Wait, Work


@dataclass(slots=True)
class Records:
    """Everything that will be in the ledger, in the order in which it came up."""

    waits: list[Wait] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    places: list[tuple[int, int, int]] = field(default_factory=list)
    leavers: list[Person] = field(default_factory=list)  # who left the model; for the observer


Columns = dict[str, Column]
Reader = str | Callable[[Any], int]  # where a cell stands in a record: an attribute, or what a function makes of it

PERSON = "person.arriving.rank"
WAITS: dict[str, Reader] = {
    "person": PERSON,
    "wait": "number",
    "stay": lambda wait: NONE if wait.stay is None else wait.stay.number,  # of the person's: a row in the end
    **{name: name for name in ("held", "to", "joined", "clear", "ended", "ending")},
}
STAYS: dict[str, Reader] = {
    "person": PERSON,
    "stay": "number",
    **{name: name for name in ("service", "visit", "admitted", "ready", "clear", "left")},
    **{name: name for name in ("to", "planned_to", "units", "need")},
}
STEPS: dict[str, Reader] = {
    "stay": lambda work: work.stay.number,  # as above
    "step": "planned.number",
    **{name: name for name in ("started", "team_joined", "due", "finished", "dropped")},
    "after": "waited_for",
}


def to_ledger(records: Records, plan: Plan, people: People) -> Ledger:
    """The ledger in its one order: people by rank, their waits and stays by number, steps by stay and step."""
    stays = _read(STAYS, records.stays)
    first = np.cumsum(np.bincount(stays["person"] + 1, minlength=len(people) + 1))  # row of each person's first stay
    waits = _read(WAITS, records.waits)
    waits["stay"] = np.where(waits["held"] == OUTSIDE, NONE, first[waits["person"]] + waits["stay"])
    begun = [work for work in records.works if work.started != NEVER]
    steps = _read(STEPS, begun)
    steps["stay"] += first[_column(begun, "stay." + PERSON)]
    return Ledger(
        people=people.ledger_table(),
        waits=_in_order(waits, "person", "wait"),
        stays=_in_order(stays, "person", "stay"),
        steps=_in_order(steps, "stay", "step"),
        places=table(PLACES_COLUMNS, sorted(_last_of_each_instant(records.places))),
        step_names=plan.step_names,
        until=plan.until,
    )


def _read(readers: dict[str, Reader], records: Sequence[object]) -> Columns:
    return {name: _column(records, reader) for name, reader in readers.items()}


def _column(records: Sequence[object], reader: Reader) -> Column:
    cells = map(attrgetter(reader) if isinstance(reader, str) else reader, records)
    return np.fromiter(cells, np.int64, len(records))


def _in_order(columns: Columns, first: str, second: str) -> Columns:
    order = np.lexsort((columns[second], columns[first]))
    return {name: column[order] for name, column in columns.items()}


def _last_of_each_instant(places: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return [(service, at, opened) for (service, at), opened in {(s, at): o for s, at, o in places}.items()]
