"""Delay cut into pieces: from ready until left, what was being waited for at each time.

A delayed stay is cut at the ends of its waits. Each segment has the destination of the route in force; it
runs through the steps of that route first and then, from `clear` on, awaits the place only. The time of the
steps is given to the critical path: the step that finished last, back through what each step waited for.

A change here moves results, which are then recorded anew.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.records import NEVER, NONE, Column
from sim.results.window import Window


class Segments(NamedTuple):
    """Spans [start, end) of delayed stays (rows in STAYS) with the destination of the route in force."""

    stay: Column
    to: Column
    start: Column
    clear: Column  # from here on only the place was awaited; NEVER if that did not come before the end
    end: Column


class Pieces(NamedTuple):
    """Spans [start, end) of delayed stays, each of one step (row in STEPS) or, with NONE, of the place."""

    stay: Column
    to: Column
    step: Column
    start: Column
    end: Column


def delayed_stays(window: Window) -> Column:
    """Rows of the stays in declared services that were delayed for some time of the window."""
    stays = window.ledger.stays
    delayed = window.clipped(stays["ready"], stays["left"]) > 0
    return np.flatnonzero(delayed & (stays["service"] < window.home))


def segments(window: Window) -> Segments:
    """The delay of every delayed stay, cut at the ends of its waits, in the order of stays and time."""
    stays, waits = window.ledger.stays, window.ledger.waits
    delayed = delayed_stays(window)
    is_delayed = np.zeros(len(stays["left"]) + 1, dtype=bool)  # the last stands for no stay
    is_delayed[delayed] = True
    rows = np.flatnonzero(is_delayed[waits["stay"]])
    stay = waits["stay"][rows]
    start, left = stays["ready"][stay], stays["left"][stay]
    follows = np.flatnonzero(stay[1:] == stay[:-1]) + 1
    start[follows] = np.maximum(start[follows], waits["ended"][rows[follows - 1]])
    end = np.maximum(np.minimum(waits["ended"][rows], left), start)
    waited = Segments(stay, waits["to"][rows], start, waits["clear"][rows], end)
    return _tidy(Segments(*_joined(waited, _tails(window, delayed, rows))))


def _tails(window: Window, delayed: Column, rows: Column) -> Segments:
    """What follows the last wait of a stay: the steps of the next route, whose wait has not begun yet."""
    stays, waits = window.ledger.stays, window.ledger.waits
    last_wait = np.full(len(stays["left"]), NONE, dtype=np.int64)
    last_wait[waits["stay"][rows]] = rows  # rows are in order: the last one counts
    last = last_wait[delayed]
    has_wait = last != NONE
    start = stays["ready"][delayed].copy()
    start[has_wait] = np.maximum(start[has_wait], waits["ended"][last[has_wait]])
    keep = start < stays["left"][delayed]
    stay, last, start = delayed[keep], last[keep], start[keep]
    to = stays["planned_to"][stay].copy()
    waited = last != NONE
    to[waited] = waits["otherwise"][last[waited]]
    clear = np.where(stays["clear"][stay] >= start, stays["clear"][stay], NEVER)
    return Segments(stay, to, start, clear, stays["left"][stay])


def _joined(*tables: tuple[Column, ...]) -> list[Column]:
    """Tables of the same columns, one below the other."""
    return [np.concatenate(columns) for columns in zip(*tables, strict=True)]


def _tidy(found: Segments) -> Segments:
    """Segments of some length, by stay and time, with `clear` inside them or NEVER."""
    some = np.flatnonzero(found.end > found.start)
    order = some[np.lexsort((found.start[some], found.stay[some]))]
    stay, to, start, clear, end = (values[order] for values in found)
    clear = np.where(clear <= end, np.maximum(clear, start), NEVER)
    return Segments(stay, to, start, clear, end)


def pieces(window: Window, found: Segments) -> Pieces:
    """The segments cut further: the critical path through the steps, then the place awaited."""
    clear = np.minimum(found.clear, found.end)
    held_up = np.flatnonzero(clear > found.start)
    walked, known = through_steps(window.ledger.steps, len(window.ledger.step_names), found, held_up)
    clear[held_up[~known]] = found.start[held_up[~known]]  # no step was written down: it is the place
    awaited = np.flatnonzero(found.end > clear)
    no_step = np.full(len(awaited), NONE, dtype=np.int64)
    place = Pieces(found.stay[awaited], found.to[awaited], no_step, clear[awaited], found.end[awaited])
    return Pieces(*_joined(walked, place))


def through_steps(
    steps: Mapping[str, Column], size: int, found: Segments, held_up: Column
) -> tuple[Pieces, NDArray[np.bool_]]:
    """The time up to clear of some segments, by the steps that it took, and of which segments any is written down.

    `steps` are in order of what they are for, which stands in the column `stay`; there are so many names of steps.
    """
    last = _last_steps(steps, found, held_up)
    known = last != NONE
    return _walk_back(steps, size, found, held_up[known], last[known]), known


def _last_steps(steps: Mapping[str, Column], found: Segments, held_up: Column) -> Column:
    """By segment: the row of the step that finishes last, ties in file order; NONE if there is none."""
    last = np.full(len(held_up), NONE, dtype=np.int64)
    first_row = np.searchsorted(steps["stay"], found.stay[held_up], side="left")
    how_many = np.searchsorted(steps["stay"], found.stay[held_up], side="right") - first_row
    pair = np.repeat(np.arange(len(held_up)), how_many)
    row = np.arange(len(pair)) - np.repeat(np.cumsum(how_many) - how_many, how_many) + np.repeat(first_row, how_many)
    segment = held_up[pair]
    start, clear, end = found.start[segment], found.clear[segment], found.end[segment]
    ended_unclear = (clear == NEVER) & (end < NEVER)
    possible = (steps["started"][row] < np.minimum(clear, end)) & (steps["finished"][row] > start)
    possible &= (steps["finished"][row] <= clear) | (clear == NEVER)
    dropped_at = steps["dropped_at"][row]
    possible &= (dropped_at == NEVER) | (ended_unclear & (dropped_at > start))
    pair, row = pair[possible], row[possible]
    order = np.lexsort((-steps["step"][row], steps["due"][row], pair))
    last[pair[order]] = row[order]  # the latest comes last, of several the first in file order
    return last


def _walk_back(steps: Mapping[str, Column], size: int, found: Segments, segment: Column, row: Column) -> Pieces:
    """From the last step back through what each waited for; what is left goes to the first of them."""
    kept = np.flatnonzero(steps["dropped_at"] == NEVER)  # what was waited for was finished, and only once
    keys = np.append(steps["stay"][kept] * size + steps["step"][kept], NEVER)
    end, start_of = np.minimum(found.clear, found.end)[segment], found.start
    walked: list[Pieces] = []
    for _ in range(size + 1):
        if not len(segment):
            break
        wanted = steps["after"][row]
        place = np.searchsorted(keys, found.stay[segment] * size + wanted)
        is_first = (wanted == NONE) | (keys[place] != found.stay[segment] * size + wanted)
        start = np.where(is_first, start_of[segment], np.maximum(start_of[segment], steps["started"][row]))
        walked.append(Pieces(found.stay[segment], found.to[segment], row, start, end))
        further = ~is_first & (start > start_of[segment])
        segment, row, end = segment[further], kept[place[further]], start[further]
    if not walked:
        return Pieces(*(np.zeros(0, dtype=np.int64) for _ in Pieces._fields))
    together = Pieces(*_joined(*walked))
    some = together.end > together.start
    return Pieces(*(values[some] for values in together))
