"""How a broken identity is said: which one, and the first row that breaks it.

What may be changed here: free.
"""

import numpy as np

from sim.model.records import NEVER, Column
from sim.results.step_functions import Mask
from sim.results.window import Cut

DESTINATIONS = ("service", "to", "planned_to", "held", "arrives_at")


class IdentityBroken(Exception):
    """A ledger contradicts itself, its scenario or its sums: a fault of ours, never the planner's."""

    def __init__(self, identity: str, where: str) -> None:
        super().__init__(f"{identity}: {where}")
        self.identity = identity
        self.where = where


def require(cut: Cut, identity: str, table: str, holds: Mask) -> None:
    """Raise with the first row of this table for which the identity does not hold."""
    if not holds.all():
        require_rows(cut, identity, table, np.arange(len(holds)), holds)


def require_rows(cut: Cut, identity: str, table: str, rows: Column, holds: Mask) -> None:
    """The same for some rows of the table, in order."""
    if not holds.all():
        row = int(rows[np.argmin(holds)])
        raise IdentityBroken(identity, f"{table} row {row} ({row_text(cut, table, row)})")


def require_sum(identity: str, where: str, found: int, expected: int) -> None:
    """Raise if two ways of counting differ."""
    if found != expected:
        raise IdentityBroken(identity, f"{where}: {found} against {expected}")


def row_text(cut: Cut, table: str, row: int) -> str:
    """One row of the ledger in words: destinations by name, NEVER as `never`."""
    columns = getattr(cut.ledger, table)
    return ", ".join(f"{name} {_value_text(cut, name, int(values[row]))}" for name, values in columns.items())


def _value_text(cut: Cut, name: str, value: int) -> str:
    if value == NEVER:
        return "never"
    if name in DESTINATIONS and 0 <= value < len(cut.names):
        return cut.names[value]
    return str(value)
