"""Identities of counts by group and by trait: every person counts under one item at any time.

They test the very rows that are shown, each as the whole number that it was divided from.

Invariants may be added; removing one needs agreement.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.results.invariants.records import require_sum
from sim.results.measure_table import measures
from sim.results.measures import people
from sim.results.split import Split, everybody, splits
from sim.results.window import Row, Window

SPLITS_ADD_UP = "groups and the levels of each trait add up to every count of people"
SPLITS_NEED_AND_WAIT = (
    "of each group and level: occupied = needing care, by the level found + delayed, by the level after"
)

CHECKED = (SPLITS_ADD_UP, SPLITS_NEED_AND_WAIT)


def check_splits(window: Window) -> None:
    """Raise IdentityBroken at the first of these identities that does not hold."""
    found = splits(window)
    if not found:
        return
    whole = _added_up(window, people.rows_of(window, everybody(window)))
    for split in found:
        rows = people.rows_of(window, split)
        parts = _added_up(window, rows)
        for service, measure in whole | parts:
            where = f"{service} {measure} by {split.by}"
            require_sum(SPLITS_ADD_UP, where, parts[service, measure], whole[service, measure])
        _need_and_wait(window, split, rows)


def _added_up(window: Window, rows: Iterable[Row]) -> Counter[tuple[str, str]]:
    """Counts by service and measure over all items: people, nights or seconds, or so much of them a day or second."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if measures()[row.measure].split and measures()[row.measure].absent_is_zero:
            found[row.service, row.measure] += _whole_number(window, row)
    return found


def _whole_number(window: Window, row: Row) -> int:
    """What it is in seconds times days of the window, which leaves no fraction of any of them."""
    return round(row.value * SECONDS_PER_DAY * window.days)


def _need_and_wait(window: Window, split: Split, rows: Iterable[Row]) -> None:
    """Bed days of each item by another way: care from the level found of each stay, delay from the level after."""
    stays = window.ledger.stays
    until = np.minimum(stays["ready"], stays["left"])
    seconds = window.clipped(stays["admitted"], until), window.clipped(until, stays["left"])
    expected = split.total(split.admitted, seconds[0]) + split.total(split.left, seconds[1])
    shown = {row[:1] + row[3:4]: row for row in rows if row.measure == "occupied_bed_days"}
    for number, item in enumerate(split.items):
        for place, name in enumerate(window.names[: window.home + 1]):
            row = shown.get((name, item), Row(name, "occupied_bed_days", split.by, item, 0.0))
            where, days = f"{name}, {split.by} {item}", window.days
            require_sum(SPLITS_NEED_AND_WAIT, where, _whole_number(window, row), int(expected[number, place]) * days)
