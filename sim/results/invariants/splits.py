"""Identities of counts by group and by trait: every person counts under one item at any time.

They test the very rows that are shown, each as the whole number that it was divided from.

Invariants may be added; removing one needs agreement.
"""

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.results.invariants.records import require_sum
from sim.results.measure_table import measures
from sim.results.measures import people
from sim.results.split import Split, Told, split_of
from sim.results.window import Window

BED_DAYS = "bed days"  # a unit
SPLITS_ADD_UP = "groups and the levels of each trait add up to every count of people"
SPLITS_NEED_AND_WAIT = (
    "of each group and level: occupied = needing care, by the level found + delayed, by the level after"
)

CHECKED = (SPLITS_ADD_UP, SPLITS_NEED_AND_WAIT)


def check_splits(window: Window) -> None:
    """Raise IdentityBroken at the first of these identities that does not hold."""
    split = split_of(window)
    if len(split.divisions) == 1:
        return
    for told in people.told(window):
        if measures()[told.measure].split and measures()[told.measure].absent_is_zero:
            _add_up(window, split, told)
        if told.measure == "occupied_bed_days":
            _need_and_wait(window, split, told)


def _add_up(window: Window, split: Split, told: Told) -> None:
    """The items of each division add up to everybody."""
    values = _whole_numbers(window, told)
    for division in split.divisions[1:]:
        parts = values[division.rows].sum(axis=0)
        for index in np.flatnonzero(parts != values[0]):
            where = f"{split.places[told.places[index]]} {told.measure} by {division.by}"
            require_sum(SPLITS_ADD_UP, where, int(parts[index]), int(values[0, index]))


def _whole_numbers(window: Window, told: Told) -> NDArray[np.int64]:
    """What they are in seconds, or in seconds times days of the window, which leaves no fraction of any; 0 where there is no row.

    Bed days are whole in seconds: times the days too, those of a country would pass what a float holds exactly.
    """
    days = 1 if measures()[told.measure].unit == BED_DAYS else window.days
    return np.rint(np.nan_to_num(told.values) * SECONDS_PER_DAY * days).astype(np.int64)


def _need_and_wait(window: Window, split: Split, told: Told) -> None:
    """Bed days of each item by another way: care from the level found of each stay, delay from the level after."""
    stays = window.ledger.stays
    until = np.minimum(stays["ready"], stays["left"])
    care, delay = window.clipped(stays["admitted"], until), window.clipped(until, stays["left"])
    expected = split.total(split.found, split.service, care) + split.total(split.after, split.service, delay)
    shown = [index for index, place in enumerate(told.places) if place <= window.home]
    found = _whole_numbers(window, told)[:, shown]
    whole = expected[:, [told.places[index] for index in shown]]
    for item, index in np.argwhere(found != whole)[:1]:
        by, name = split.items[item]
        where = f"{split.places[told.places[shown[index]]]}, {by} {name}"
        require_sum(SPLITS_NEED_AND_WAIT, where, int(found[item, index]), int(whole[item, index]))
