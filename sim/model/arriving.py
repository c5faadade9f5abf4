"""Somebody who will come: what is fixed about a person before the clock starts. What may be changed here: by agreement only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arriving:
    """One person: in rank order, which is the order of everything that is otherwise equal."""

    rank: int
    group: int
    number: int  # in the group, or among the group's census people
    census_entry: int  # number of the census entry, or -1
    arrives: int  # second; for census people when their stay or wait began, at most 0
    arrives_at: int  # service
