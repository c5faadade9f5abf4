"""The calendar in whole seconds: capacities by date, working days, opening hours, reviews and how full of arrivals each day is.

Everything is worked out once, for every day of the run, as plain lists by day number: day 0 is the first day of the run.
Hours are [open, close). Days past the end of the run are not needed by anybody: what falls there never happens.

Bank holidays go by the name of a part of the United Kingdom, 2000 to 2050. `bank_holidays.csv` was written from the library
`holidays` 0.109 (MIT licence), which knows the Banking and Financial Dealings Act 1971 and what was proclaimed since, jubilees and
funerals included. It ships as data, so that a newer library changes no result. A day that falls on a weekend is there as well as
the Monday in its place. Later proclamations are not known: write the dates then. The table may be changed, with its new version
named here.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from sim.inputs.scenario import HOURS_OF_DAY, SECONDS_PER_DAY, SECONDS_PER_HOUR, Calendar, Group, Hours, Places

NOT_IN_THIS_RUN = 2**62  # an instant after the end of the run; the records' NEVER
SATURDAY = 5


def _dates_of(calendar: Calendar) -> list[date]:
    """The date of each day of the run."""
    return [calendar.start + timedelta(days=day) for day in range(calendar.days)]


def working_days(calendar: Calendar) -> list[bool]:
    """For each day of the run: is it a working day (Monday to Friday, no bank holiday)?"""
    closed = frozenset(calendar.bank_holidays)
    return [day.weekday() < SATURDAY and day not in closed for day in _dates_of(calendar)]


def end_of_work(working: Sequence[bool], start: int, need: int) -> int:
    """The first instant at which `need` seconds of working days have passed since `start`; no need ends at once."""
    if need <= 0:
        return start
    day, now = start // SECONDS_PER_DAY, start
    while day < len(working):
        day_end = (day + 1) * SECONDS_PER_DAY
        if day < 0 or working[day]:  # before the run no calendar is kept: every day counts
            if now + need <= day_end:
                return now + need
            need -= day_end - now
        now, day = day_end, day + 1
    return NOT_IN_THIS_RUN


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening and closing second of each day of the run, counted from the run's first midnight; equal where closed."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]

    def is_open(self, now: int) -> bool:
        """Are the hours open at this instant?"""
        day = now // SECONDS_PER_DAY
        return 0 <= day < len(self.opens) and self.opens[day] <= now < self.closes[day]

    def next_opening(self, now: int) -> int:
        """The next instant after `now` at which closed hours end; NOT_IN_THIS_RUN if none."""
        for day in range(max(0, now // SECONDS_PER_DAY), len(self.opens)):
            if now < self.opens[day] < self.closes[day]:
                return self.opens[day]
        return NOT_IN_THIS_RUN


def opening_hours(calendar: Calendar, hours: Hours | None) -> OpeningHours | None:
    """The hours of each day of the run; None for hours that are always open."""
    if hours is None:
        return None
    closed = frozenset(calendar.bank_holidays) if not hours.bank_holidays else frozenset()
    opens, closes = [], []
    for day, when in enumerate(_dates_of(calendar)):
        span = None if when in closed else hours.by_weekday[when.weekday()]
        midnight = day * SECONDS_PER_DAY
        opens.append(midnight + (span[0] if span else 0))
        closes.append(midnight + (span[1] if span else 0))
    return OpeningHours(tuple(opens), tuple(closes))


def places_at(capacity: Sequence[Places], now: int) -> int | None:
    """How many places are planned at an instant; None is unlimited."""
    return capacity[row_at(capacity, now)].places


def ever_open(change: Places) -> bool:
    """Does this row of a capacity give a place at any time: itself, or the rota that it is part of?"""
    return any(amount != 0 for _, amount in change.rota) if change.rota else change.places != 0


def row_at(capacity: Sequence[Places], now: int) -> int:
    """Which row of a capacity holds at an instant; the first one before that too."""
    return max(0, bisect_right(capacity, now, key=lambda change: change.from_second) - 1)


def most_places_by_row(capacity: Sequence[Places]) -> tuple[int, ...]:
    """The most places planned from the instant of each row of a capacity on, NOT_IN_THIS_RUN where they are unlimited one day.

    A rota comes round: while it holds every amount of it counts.
    """
    most, found = 0, []
    for change in reversed(capacity):
        planned = (change.places, *(amount for _, amount in change.rota))
        most = max(most, *(NOT_IN_THIS_RUN if one is None else one for one in planned))
        found.append(most)
    return tuple(reversed(found))


def arrival_rates(calendar: Calendar, group: Group) -> list[float]:
    """The expected arrivals of each day of the run: the daily rate times the day's weekday, month and year multipliers.

    One after the other at intervals, they come at the rate of the long run.
    """
    if group.arrivals_every is not None:
        return [1 / group.arrivals_every.mean_days] * calendar.days
    by_year = dict(group.by_year)
    return [
        group.arrivals_per_day
        * group.by_weekday[day.weekday()]
        * group.by_month[day.month - 1]
        * by_year.get(day.year, 1.0)
        for day in _dates_of(calendar)
    ]


def arrivals_expected(calendar: Calendar, group: Group) -> tuple[list[float], int]:
    """The expected arrivals of each span of the run, and its seconds: days, or hours where the hour of the day matters."""
    by_day = arrival_rates(calendar, group)
    if group.by_hour is None:
        return by_day, SECONDS_PER_DAY
    return [rate * share / HOURS_OF_DAY for rate in by_day for share in group.by_hour], SECONDS_PER_HOUR


# -- bank holidays -----------------------------------------------------------------------------------------------------


TABLE = Path(__file__).with_name("bank_holidays.csv")
REGIONS = ("england-and-wales", "scotland", "northern-ireland")


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[date, ...]]:
    heading, *lines = TABLE.read_text(encoding="ascii").split()
    names = heading.split(",")[1:]
    rows = [line.split(",") for line in lines]
    return {
        name: tuple(date.fromisoformat(day) for day, *there in rows if there[column])
        for column, name in enumerate(names)
    }


def last_day(region: str) -> date:
    """The last day of which it is known whether it is one."""
    return date(_table()[region][-1].year, 12, 31)


def first_day(region: str) -> date:
    """The first such day."""
    return date(_table()[region][0].year, 1, 1)


def holiday_notices(calendar: Calendar) -> Iterator[str]:
    """Dates that were written of years that the run does not reach."""
    last = calendar.start + timedelta(days=calendar.days - 1)
    outside = [holiday for holiday in calendar.bank_holidays if not calendar.start.year <= holiday.year <= last.year]
    if outside:
        dates = f"{len(outside):,} of the {len(calendar.bank_holidays):,} dates in calendar.bank_holidays"
        what = f"{'is' if len(outside) == 1 else 'are'} of other years than the run, which is from {calendar.start} to {last}"
        yield f"{dates}, such as {outside[0]}, {what}"


def bank_holidays_of(region: str, start: date, days: int) -> tuple[date, ...]:
    """Those of a region among so many days from a date on."""
    end = start + timedelta(days=days)
    return tuple(day for day in _table()[region] if start <= day < end)
