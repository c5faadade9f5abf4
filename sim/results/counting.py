"""Counting people under the items of every division at once: passes over many rows, for a compiler.

What they count is said in `split.py` in plain NumPy, which counts where nothing can be compiled and is their reference in tests:
whole numbers only, so both come to the same whatever the order.
"""

from sim.machine_code import Column, Grid, Passes
from sim.model.records import NEVER


def count(table: Grid, item_of: Grid, profiles: Column, places: Column) -> None:
    """How many are in each cell of the table, by item and place."""
    for row in range(len(profiles)):
        profile, place = profiles[row], places[row]
        for division in range(item_of.shape[1]):
            table[item_of[profile, division], place] += 1


def total(table: Grid, item_of: Grid, profiles: Column, places: Column, amounts: Column) -> None:
    """Amounts added up by item and place."""
    for row in range(len(profiles)):
        amount = amounts[row]
        if amount != 0:
            profile, place = profiles[row], places[row]
            for division in range(item_of.shape[1]):
                table[item_of[profile, division], place] += amount


def next_wanted(ranks: Grid, cell: int, least: int) -> int:
    """The lowest of the ranks of a cell that is not below another; none: no row ever has it."""
    lowest = NEVER
    for which in range(ranks.shape[1]):
        if ranks[cell, which] >= least:
            lowest = min(lowest, ranks[cell, which])
    return lowest


def ranked(
    found: Grid,
    ranks: Grid,
    awaited: Column,
    seen: Grid,
    item_of: Grid,
    order: Column,
    profiles: Column,
    places: Column,
    values: Column,
) -> None:
    """Of rows, read in the order of their values: those at some ranks of each cell, one after the other in a row of the cell.

    `awaited` is room for a number for each cell: the next rank that is wanted there.
    """
    columns, wanted = seen.shape[1], ranks.shape[1]
    for cell in range(len(ranks)):
        awaited[cell] = next_wanted(ranks, cell, seen[cell // columns, cell % columns])
    for number in range(len(order)):
        row = order[number]
        profile, place, value = profiles[row], places[row], values[row]
        for division in range(item_of.shape[1]):
            item = item_of[profile, division]
            rank, cell = seen[item, place], item * columns + place
            seen[item, place] = rank + 1
            if rank == awaited[cell]:
                for which in range(wanted):
                    if ranks[cell, which] == rank:
                        found[cell, which] = value
                awaited[cell] = next_wanted(ranks, cell, rank + 1)


def paths(
    people: Grid, columns: int, item_of: Grid, profiles: Column, places: Column, start: Column, end: Column
) -> None:
    """People in each cell, item by item and place by place, at each of some instants: spans from one of them until another."""
    instants = people.shape[1]
    for row in range(len(profiles)):
        profile, place, first, last = profiles[row], places[row], start[row], end[row]
        if first < last:
            for division in range(item_of.shape[1]):
                cell = item_of[profile, division] * columns + place
                if first < instants:
                    people[cell, first] += 1
                if last < instants:
                    people[cell, last] -= 1
    for cell in range(len(people)):
        so_far = 0
        for instant in range(instants):
            so_far += people[cell, instant]
            people[cell, instant] = so_far


def ranked_paths(found: Grid, people: Grid, cells: Column, ranks: Column, numbers: Column) -> None:
    """The people at some ranks of each of these paths; `numbers` has room for as many as there ever are."""
    for row in range(len(cells)):
        cell = cells[row]
        low, high = people[cell, 0], people[cell, 0]
        for instant in range(people.shape[1]):
            here = people[cell, instant]
            numbers[here] += 1
            low, high = min(low, here), max(high, here)
        below = 0
        for value in range(low, high + 1):
            here = numbers[value]
            numbers[value] = 0
            for which in range(len(ranks)):
                if below <= ranks[which] < below + here:
                    found[row, which] = value
            below += here


PASSES = Passes(__file__, count, total, ranked, paths, ranked_paths)
