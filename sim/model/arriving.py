"""Somebody who will come: what is fixed about a person before the clock starts. What may be changed here: by agreement only."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.model.records import Column


@dataclass(frozen=True, slots=True)
class Arriving:
    """One person: in rank order, which is the order of everything that is otherwise equal."""

    rank: int
    group: int
    number: int  # in the group, or among the group's census people
    census_entry: int  # number of the census entry, or -1
    arrives: int  # second; for census people when their stay or wait began, at most 0
    arrives_at: int  # service


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of one replication, by rank: equally long int64 columns, named as in `Arriving`."""

    group: Column
    number: Column
    census_entry: Column
    arrives: Column
    arrives_at: Column

    def __len__(self) -> int:
        return len(self.group)

    def __iter__(self) -> Iterator[Arriving]:
        columns = (self.group, self.number, self.census_entry, self.arrives, self.arrives_at)
        for rank, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            yield Arriving(rank, *row)

    def ledger_table(self) -> dict[str, Column]:
        """The people of the ledger."""
        from_census = (self.census_entry >= 0).astype(np.int64)
        return {
            "group": self.group,
            "number": self.number,
            "from_census": from_census,
            "arrives": self.arrives,
            "arrives_at": self.arrives_at,
        }
