"""Release: of those who could have left on a day, how many did; the situation report's daily rate.

What may be changed here: with new expected results.
"""

from datetime import timedelta

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, WEEKDAYS
from sim.model.records import NEVER, Column
from sim.results.step_functions import count_at
from sim.results.window import Row, Window


def rows(window: Window) -> list[Row]:
    """Hospitals: the share that left of those ready on a day, over all days and by weekday.

    Who is still there at the midnight that ends a day counts as not released on it, as in the situation
    report. The dead count on neither side.
    """
    found = []
    for number in np.flatnonzero(window.is_acute):
        left, remained = _left_and_remained(window, int(number))
        name = window.names[number]
        if left.sum() + remained.sum():
            share = int(left.sum()) / int(left.sum() + remained.sum())
            found.append(Row(name, "released_share", "", "", share))
        found += _by_weekday(window, name, left, remained)
    return found


def _left_and_remained(window: Window, number: int) -> tuple[Column, Column]:
    """By day of the window: people who left alive, and people delayed at the midnight that ends it."""
    ready, left, to = (window.stays_in(number, column) for column in ("ready", "left", "to"))
    alive = window.inside(left) & (to != window.died)
    went = np.bincount((left[alive] - window.first) // SECONDS_PER_DAY, minlength=window.days)
    is_ready = ready < NEVER
    until = np.where(left < window.end, left, NEVER)  # what happens at the end of the window belongs to the day after
    remained = count_at(ready[is_ready], until[is_ready], window.midnights + SECONDS_PER_DAY)
    return np.asarray(went, dtype=np.int64), remained


def _by_weekday(window: Window, name: str, left: Column, remained: Column) -> list[Row]:
    calendar = window.scenario.calendar
    first = (calendar.start + timedelta(days=calendar.warm_up_days)).weekday()
    weekday = (first + np.arange(window.days)) % len(WEEKDAYS)
    found = []
    for number, item in enumerate(WEEKDAYS):
        went, stood = int(left[weekday == number].sum()), int(remained[weekday == number].sum())
        if went + stood:
            found.append(Row(name, "released_share", "weekday", item, went / (went + stood)))
    return found
