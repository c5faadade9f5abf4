"""Small pure decisions that every engine calls, on plain numbers and sequences: no objects, no clock, no generator.

A compiled engine compiles this very source. A change here moves results, which are then recorded anew.
"""

from collections.abc import Callable, MutableSequence, Sequence

from sim.model.records import NEVER

SECONDS_PER_DAY = 86_400
MOST_HOURS = 1e6  # a week: nobody has six thousand carers at once, and a number of minutes fits into 32 bits
WHEN_READY, ON_ADMISSION, BEFORE_READY = range(3)
STARTS = ("when_ready", "on_admission", "before_ready")  # what a scenario calls them
LONGEST_DAYS = 1e7  # nobody waits 27,000 years: keeps every sum of times well inside 64 bits
# How far past the end of the run reviews are looked for: a step that starts some days before ready may fall inside it.
FORESEEN = 400 * SECONDS_PER_DAY


def seconds(days: float) -> int:
    """Days, rounded once to whole seconds (half a second up)."""
    return int(min(days, LONGEST_DAYS) * SECONDS_PER_DAY + 0.5)


def minutes(hours: float) -> int:
    """Hours a week, rounded once to whole minutes (half a minute up)."""
    return int(min(hours, MOST_HOURS) * 60 + 0.5)


def tapered(units: int, share: float) -> int:
    """What is left of so many units, in whole units (half a unit up)."""
    return int(units * share + 0.5)


def next_clock_time(since: int, second_of_day: int) -> int:
    """The first instant strictly after another at which the clock shows a time of day."""
    return (since - second_of_day) // SECONDS_PER_DAY * SECONDS_PER_DAY + SECONDS_PER_DAY + second_of_day


def time_of_review(first: int, last: int, u: float) -> int:
    """The second of the day at which somebody's reviews are, between these two."""
    return first + int(u * (last - first))


def with_lost_ground(days: float, longer_per_delayed_day: float, delay: int) -> float:
    """Days of need, with those that so many seconds of delay in the place before add, or take away: never below 0."""
    return max(0.0, days + longer_per_delayed_day * (delay / SECONDS_PER_DAY)) if delay > 0 else days


def start_of_step(starts: int, admitted: int, ready: int, before: int) -> int:
    """When a step would start if it waited for nothing: on admission, so many seconds before ready, or when ready."""
    if starts == ON_ADMISSION:
        return admitted
    if starts == BEFORE_READY and ready < NEVER:
        return max(admitted, ready - before)
    return ready


def follows_on(own_start: int, last_end: int, now: int) -> bool:
    """Did a step that may start now wait for the one that ended last? If that ended earlier, for one that is dropped now."""
    return last_end > own_start and now in (0, last_end)


def begins(own_start: int, last_end: int, now: int, has_team: bool) -> int:
    """Since when a step that may start now goes on: at the start of the run it may be from before, but for a team's queue."""
    return min(0, max(own_start, last_end)) if now == 0 and not has_team else now


def way_from_outside(otherwise: int, to: int, number_of_wait: int, out: int) -> int:
    """Where somebody goes who does not get in from outside: only the first wait has another way but out of the model."""
    return otherwise if number_of_wait == 0 and otherwise != to else out


def surge_opens(is_open: bool, waiting: int, opens_when_waiting: int, closes_when_waiting: int) -> bool:
    """Are surge places open from now on, when so many wait?"""
    return waiting > closes_when_waiting if is_open else waiting >= opens_when_waiting


def reach_of_those_here(cumulative: Sequence[float], left: MutableSequence[float]) -> bool:
    """The cumulative shares of several routes among those who are still here, when so many of each have left.

    They are written over `left`. False where nobody would be here; then `left` is of no use.
    """
    total = low = 0.0
    for i in range(len(left)):
        left[i] = (cumulative[i] - low) * (1.0 - left[i])
        total += left[i]  # one by one: how `sum` adds up depends on Python's version
        low = cumulative[i]
    if total <= 0.0:
        return False
    reached = 0.0
    for i in range(len(left)):
        reached += left[i] / total
        left[i] = reached
    return True


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


def level_in(profile: int, divisor: int, levels: int) -> int:
    """The number of a trait's level in a profile."""
    return profile // divisor % levels


def with_level(profile: int, divisor: int, levels: int, level: int) -> int:
    """The profile in which that trait has another level."""
    return profile + (level - level_in(profile, divisor, levels)) * divisor


def shortest_circle(services: int, waits: Callable[[int, int], bool], neighbours: Sequence[Sequence[int]]) -> list[int]:
    """The shortest circle of services through the one that is last in the file; empty if there is none.

    `waits(a, b)` says whether somebody who holds a place in a may move to b; `neighbours[a]` lists the candidates b in file
    order. Of equally short circles it is the one whose next service is first in the file, and so on along the circle.
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
