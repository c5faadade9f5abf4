"""Bank holidays by the name of a part of the United Kingdom, 2000 to 2050.

`bank_holidays.csv` was written from the library `holidays` 0.109 (MIT licence), which knows the Banking and Financial Dealings Act 1971
and what was proclaimed since, jubilees and funerals included. It ships as data, so that a newer library changes no result. A day that
falls on a weekend is there as well as the Monday in its place. Later proclamations are not known: write the dates then.

What may be changed here: the table, with its new version named above.
"""

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

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


def bank_holidays_of(region: str, start: date, days: int) -> tuple[date, ...]:
    """Those of a region among so many days from a date on."""
    end = start + timedelta(days=days)
    return tuple(day for day in _table()[region] if start <= day < end)
