"""Giving up a wait: how many did, and what became of them by the scenario's `otherwise`.

- moved by design: `otherwise` leads to another service of the same sort, so people only changed lists: two hospitals, or
  two services of the same pathway of discharge;
- elsewhere: it leads to another declared service, so they get other care than they needed;
- with nothing: it leads home or out of the model.

Who finds the next list full or closed at that instant, and goes on at once, is told by where that leads. A service on
pathway 0 (kind `other`, unless it says otherwise) is of no sort: two of them have nothing in common.

What may be changed here: with new expected results; the three names are frozen in the vocabulary.
"""

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS
from sim.model.records import GAVE_UP, NO_PLACE, TURNED_AWAY, Column
from sim.results.measures.flow import pathways
from sim.results.parts import ENDINGS
from sim.results.step_functions import Mask, is_first
from sim.results.window import Row, Window

NO_SORT = 0  # pathway 0: `other`, home and out
HOSPITAL = -1  # the sort of hospitals; all others are the pathway that they are on
DESIGN, ELSEWHERE, NOTHING = range(len(ENDINGS))


def rows(window: Window) -> list[Row]:
    """Those who gave up waiting for each declared service and list, and for all destinations, by ending."""
    by_ending = given_up(window)
    names = [*((window.names[number], by_ending[number]) for number in window.in_line), ("all", by_ending.sum(axis=0))]
    if window.hospitals:
        names.append((ALL_HOSPITALS, by_ending[list(window.hospitals)].sum(axis=0)))
    return [
        Row(name, "gave_up", "ending", item, float(count))
        for name, counts in names
        for item, count in zip(ENDINGS, counts, strict=True)
        if count
    ]


def given_up(window: Window) -> Column:
    """People who gave up in the window, by destination waited for and ending."""
    waits = window.ledger.waits
    number = np.flatnonzero(window.inside(waits["ended"]) & (waits["ending"] == GAVE_UP))
    to = waits["to"][number]
    size = len(window.names)
    counts = np.bincount(
        to * len(ENDINGS) + _ending(window, to, _went_to(window, number)), minlength=size * len(ENDINGS)
    )
    return counts.reshape(size, len(ENDINGS))


def _ending(window: Window, to: Column, next_to: Column) -> Column:
    """By what was given up and what came next."""
    sort = _sorts(window)
    alike = (sort[to] == sort[next_to]) & (sort[to] != NO_SORT)
    found = np.where(alike, DESIGN, ELSEWHERE)
    return np.where((next_to >= window.home) & (next_to <= window.out), NOTHING, found)


def _sorts(window: Window) -> Column:
    """By destination: which services are of one sort; a list is of the sort of its services if that is one."""
    found = np.maximum(pathways(window), NO_SORT)
    found[window.waits_for_kind("acute")] = HOSPITAL
    return found


def _went_to(window: Window, number: Column) -> Column:
    """By wait: the destination that `otherwise` leads to, on past lists that were full or closed at that instant."""
    passes_on, row = _passes_on(window), number.copy()
    while (goes_on := passes_on[row]).any():
        row[goes_on] += 1
    return window.ledger.waits["otherwise"][row]


def _passes_on(window: Window) -> Mask:
    """By wait: whether the next one is of the same person and stay, and failed in the instant in which it began."""
    waits = window.ledger.waits
    found = np.zeros(len(waits["ended"]), dtype=bool)
    failed = np.isin(waits["ending"], (TURNED_AWAY, NO_PLACE)) & (waits["joined"] == waits["ended"])
    same = ~is_first(waits["person"])[1:] & ~is_first(waits["stay"])[1:]
    found[:-1] = same & failed[1:] & (waits["joined"][1:] == waits["ended"][:-1])
    return found
