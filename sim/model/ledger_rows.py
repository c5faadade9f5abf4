"""Tables of the ledger as an engine can write them fastest: a row after the other, each number as narrow as it may be.

Whoever reads the ledger sees the columns of `ledger.py`: a column is made when it is first asked for.

What may be changed here: freely, as long as no number is cut off.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.ledger import STAY_COLUMNS, STEP_COLUMNS, WAIT_COLUMNS, Column

Rows = NDArray[Any]  # a record for each row

_WIDTHS: dict[type, tuple[str, ...]] = {
    np.int32: ("person", "stay", "wait", "visit"),
    np.int16: ("service", "held", "to", "planned_to", "step", "after"),  # services, destinations, steps of a plan
    np.int8: ("ending", "dropped"),
}
MOST_NAMES = 2**15 - 1  # of services and destinations, or of steps


def _narrow(columns: Sequence[str]) -> np.dtype[Any]:
    """Instants and quantities first, in 64 bits; then what needs fewer."""
    widths = {name: width for width, names in _WIDTHS.items() for name in names}
    fields = [(name, np.dtype(widths.get(name, np.int64))) for name in columns]
    return np.dtype(sorted(fields, key=lambda field: -field[1].itemsize), align=True)


LEDGER_STAY, LEDGER_WAIT, LEDGER_STEP = (_narrow(columns) for columns in (STAY_COLUMNS, WAIT_COLUMNS, STEP_COLUMNS))


class Columns(Mapping[str, Column]):
    """The columns of such a table, in their order in the ledger."""

    def __init__(self, names: Sequence[str], rows: Rows) -> None:
        self._names, self._rows = names, rows
        self._made: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._made:
            self._made[name] = self._rows[name].astype(np.int64)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
