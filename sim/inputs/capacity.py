"""Capacities from dates to seconds of the run.

What may be changed here: with new expected results.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sim.inputs.reading import Said
from sim.inputs.scenario import SECONDS_PER_DAY, Places
from sim.inputs.values import UNLIMITED

CAPACITY_KEYS = ("beds", "places", "hours_per_week")


def capacity_key(said: Said) -> str:
    """Which of beds, places and hours per week a service (or team) counts."""
    return next(key for key in CAPACITY_KEYS if said.get(key) is not None)


def places_of(said: Said, start: date) -> tuple[Places, ...]:
    """The capacity from the run's first second on; dates before the start leave their last value."""
    key = capacity_key(said)
    amount: Any = said[key]
    if not isinstance(amount, list):
        return (Places(from_second=0, places=_planned(amount)),)
    by_second: dict[int, int | None] = {}
    for entry in sorted(amount, key=lambda one: one["from"]):
        by_second[max(0, (entry["from"] - start).days) * SECONDS_PER_DAY] = _planned(entry[key])
    return tuple(Places(from_second=second, places=places) for second, places in by_second.items())


def first_opening(services: Sequence[Said], start: date) -> int:
    """From which second on the first of several services has opened; those that never have a place do not count."""
    return min((opens_second(one, start) for one in services if ever_has_a_place(one)), default=0)


def ever_has_a_place(said: Said) -> bool:
    """On any date, before or after the run too; surge places may open on any day."""
    amount: Any = said[capacity_key(said)]
    amounts = [entry[capacity_key(said)] for entry in amount] if isinstance(amount, list) else [amount]
    return said.get("surge") is not None or any(_planned(one) != 0 for one in amounts)


def opens_second(said: Said, start: date) -> int:
    """From which second on a service has opened: it has, or had before the run, a place; 0 where it never has any.

    Surge places may open on any day, so a service with surge is open from the start.
    """
    amount: Any = said[capacity_key(said)]
    if said.get("surge") is not None or not isinstance(amount, list):
        return 0
    dates = [entry["from"] for entry in amount if _planned(entry[capacity_key(said)]) != 0]
    return max(0, (min(dates) - start).days) * SECONDS_PER_DAY if dates else 0


def _planned(amount: int | str) -> int | None:
    return None if amount == UNLIMITED else int(amount)
