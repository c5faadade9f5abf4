"""Release: of those who could have left on a day, how many did; the situation report's daily rate.

What may be changed here: with new expected results.
"""

from datetime import timedelta

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY, WEEKDAYS
from sim.model.records import NEVER, Column
from sim.results.split import Split, Told, ratio, stays_inside
from sim.results.step_functions import midnights
from sim.results.window import Row, Window


def told(window: Window, split: Split) -> list[Told]:
    """Hospitals: the share that left of those ready on a day, over all days.

    Who is still there at the midnight that ends a day counts as not released on it, as in the situation
    report. The dead count on neither side.
    """
    hospital, went, nights = window.cached("hospital nights", "all", lambda: _nights(window))
    went_by = split.late(hospital, went)
    share = ratio(went_by, went_by + split.late(hospital, nights))
    return split.told({"released_share": share}, np.flatnonzero(window.is_acute).tolist())


def _nights(window: Window) -> tuple[Column, Column, Column]:
    """Rows of the stays in hospitals, whether they were left alive, and the midnights, each the end of a day, with delay."""
    stays, rows = window.ledger.stays, stays_inside(window)
    rows = rows[window.is_acute[stays["service"][rows]]]
    ready, left = stays["ready"][rows], stays["left"][rows]
    went = window.inside(left) & (stays["to"][rows] != window.died)
    first, end = window.first + SECONDS_PER_DAY, window.end + SECONDS_PER_DAY
    return rows, went.astype(np.int64), midnights(ready, _until(window, left), first, end)


def _until(window: Window, left: Column) -> Column:
    """When each is gone: what happens at the end of the window belongs to the day after."""
    return np.where(left < window.end, left, NEVER)


def weekday_rows(window: Window) -> list[Row]:
    """The same by weekday."""
    each = [
        (window.names[number], _left_and_remained(window, number))
        for number in np.flatnonzero(window.is_acute).tolist()
    ]
    if window.hospitals:
        left, remained = (np.sum(days, axis=0) for days in zip(*(both for _, both in each), strict=True))
        each.append((ALL_HOSPITALS, (left, remained)))
    return [row for name, (left, remained) in each for row in _by_weekday(window, name, left, remained)]


def _left_and_remained(window: Window, number: int) -> tuple[Column, Column]:
    """By day of the window: people who left alive, and people delayed at the midnight that ends it."""
    ready, left, to = (window.stays_in(number, column) for column in ("ready", "left", "to"))
    alive = window.inside(left) & (to != window.died)
    went = np.bincount((left[alive] - window.first) // SECONDS_PER_DAY, minlength=window.days)
    late = np.flatnonzero((ready < window.end + SECONDS_PER_DAY) & (left > window.first))
    changes = np.zeros(
        window.days + 1, dtype=np.int64
    )  # by midnight at the end of a day; the last stands for later ones
    for instants, sign in ((ready[late], 1), (_until(window, left[late]), -1)):
        midnight = np.clip(-((window.first + SECONDS_PER_DAY - instants) // SECONDS_PER_DAY), 0, window.days)
        changes += sign * np.bincount(midnight, minlength=len(changes))
    return np.asarray(went, dtype=np.int64), np.cumsum(changes[:-1])


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
