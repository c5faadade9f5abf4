"""How totals of a measured window are stated: per year where it holds a year, else for its own days.

A fortnight in December is no year: its totals are never multiplied. Files for programs hold the totals of the window.

What counts as a year is a contract; the wording is not.
"""

from collections.abc import Iterable

from sim.results.measure_table import measures

DAYS_PER_YEAR = 365
A_YEAR = "a year"


def times(measured_days: int) -> float:
    """Return the factor from a window's total to a year of 365 days, or 1 where the window is shorter."""
    return DAYS_PER_YEAR / measured_days if measured_days >= DAYS_PER_YEAR else 1.0


def factor(measure: str, measured_days: int) -> float:
    """The same for any measure: 1 for what is not a total."""
    return times(measured_days) if measures()[measure].is_total else 1.0


def per(measured_days: int) -> str:
    """The time that a total is of: `a year`, or `in the 56 days measured`."""
    if measured_days >= DAYS_PER_YEAR:
        return A_YEAR
    return "in the 1 day measured" if measured_days == 1 else f"in the {measured_days} days measured"


def per_one_of(windows: Iterable[int]) -> str:
    """Return the same for several scenarios; `in the days measured` where their times differ."""
    times_measured = {per(days) for days in windows}
    return times_measured.pop() if len(times_measured) == 1 else "in the days measured"


def over(text: str, measured_days: int) -> str:
    """Adapt a label with `a year` to this window; the days of a short one are put at the end, or before a colon."""
    time = per(measured_days)
    if time == A_YEAR or f" {A_YEAR}" not in text:
        return text
    before, after = text.split(f" {A_YEAR}", maxsplit=1)
    rest, colon, part = after.partition(": ")
    return f"{before}{rest} {time}{colon}{part}"


def totals_text(windows: Iterable[int]) -> str:
    """Return the time that the totals of these windows are of, as part of a sentence."""
    lengths = sorted(set(windows))
    if len(lengths) > 1:
        return "totals are per year where a year or more was measured, else of the days measured"
    (days,) = lengths
    if days < DAYS_PER_YEAR:
        return f"totals are those of {'this day' if days == 1 else f'these {days} days'}, not of a year"
    if days <= DAYS_PER_YEAR + 1:
        return "totals are per year of 365 days"
    return f"totals are averages per year of 365 days over these {days:,} days"


def side_by_side(windows: Iterable[int]) -> tuple[list[float], str]:
    """Return the factor that puts each window's totals on one scale, and the time of that scale."""
    lengths = list(windows)
    if len({per(days) for days in lengths}) == 1:
        return [times(days) for days in lengths], per(lengths[0])
    return [1 / days for days in lengths], "a day"
