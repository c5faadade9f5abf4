"""Small pure decisions that every engine calls, on plain numbers and sequences: no objects, no clock, no generator.

A compiled engine compiles this very source. What may be changed here: with new expected results.
"""

from collections.abc import Callable, Sequence

SECONDS_PER_DAY = 86_400
MOST_HOURS = 1e6  # a week: nobody has six thousand carers at once, and a number of minutes fits into 32 bits
LONGEST_DAYS = 1e7  # nobody waits 27,000 years: keeps every sum of times well inside 64 bits


def seconds(days: float) -> int:
    """Days, rounded once to whole seconds (half a second up)."""
    return int(min(days, LONGEST_DAYS) * SECONDS_PER_DAY + 0.5)


def minutes(hours: float) -> int:
    """Hours a week, rounded once to whole minutes (half a minute up)."""
    return int(min(hours, MOST_HOURS) * 60 + 0.5)


def tapered(units: int, share: float) -> int:
    """What is left of so many units, in whole units (half a unit up)."""
    return int(units * share + 0.5)


def chosen(cumulative: Sequence[float], u: float) -> int:
    """Which of several shares a uniform number falls into; `cumulative` ends at (about) 1. A share of nothing is never chosen."""
    for index in range(len(cumulative)):
        if u < cumulative[index]:
            return index
    last = len(cumulative) - 1
    while last > 0 and cumulative[last] == cumulative[last - 1]:
        last -= 1
    return last


def later_number(share_before: float, u: float) -> float:
    """The uniform number of somebody known to be past the share `share_before` of all lengths."""
    return share_before + (1.0 - share_before) * u


def still_to_come(days: float, elapsed_days: float) -> float:
    """The rest of a length of which so much is over."""
    return max(0.0, days - elapsed_days)


def late_number(share_before: float, u: float) -> float:
    """The same, kept below 1 for a quantile."""
    return min(later_number(share_before, u), 1.0 - 2.0**-53)


def chance_over(chance_per_day: float, days: float) -> float:
    """The chance that something with a chance each day has happened after so many days."""
    return float(1.0 - (1.0 - chance_per_day) ** days)


def shortest_circle(services: int, waits: Callable[[int, int], bool], neighbours: Sequence[Sequence[int]]) -> list[int]:
    """The shortest ring of services through the one that stands last in the file; empty if there is none.

    `waits(a, b)` says whether somebody who holds a place in a may move to b; `neighbours[a]` lists the candidates b in file
    order. Of equally short rings it is the one whose next service stands first in the file, and so on along the ring.
    """
    for last in range(services - 1, -1, -1):
        path = _shortest_way_back(last, waits, neighbours)
        if path:
            return path
    return []


def _shortest_way_back(start: int, waits: Callable[[int, int], bool], neighbours: Sequence[Sequence[int]]) -> list[int]:
    paths, seen = [[start]], {start}
    while paths:
        longer: list[list[int]] = []
        for path in paths:
            for after in neighbours[path[-1]]:
                if after == start and waits(path[-1], after):
                    return path
                if after not in seen and waits(path[-1], after):
                    seen.add(after)
                    longer.append([*path, after])
        paths = longer
    return []
