"""Plain words and sensible figures for people: labels of measures, rounding, intervals, verdicts, totals of a window.

A fortnight in December is no year: its totals are never multiplied. Files for programs hold the totals of the window.

What counts as a year is a contract; the wording is not.
"""

import math
from collections.abc import Iterable

from sim.inputs.scenario import OUTSIDE
from sim.results.measure_table import NO_SUCH_TRAIT, SHARES, Measure, is_of_people, measures

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


MOST_FINER = 2  # decimals more, so that an end of an interval shows its side of 0
MONEY = frozenset({"GBP"})

LACK_WORDS = {
    "place": "no place free",
    "hours": "closed hours",
    "arranging": "arranging it",
    "team": "no team free",
}

ENDING_WORDS = {
    "moved_by_design": "moved on to another list by design",
    "elsewhere": "who gave up waiting and went elsewhere",
    "with_nothing": "who gave up waiting, left with nothing",
}

_REASONS = {
    "hospital_process": "hospital process",
    "hub_assessment": "transfer hub assessment",
    "funding_decision": "funding decision",
    "p1_reablement": "reablement at home (P1)",
    "home_care": "home care (P1)",
    "home_community_health": "community health at home",
    "p2_bed": "reablement bed (P2)",
    "p3_care_home": "care home (P3)",
    "eol_fast_track_chc": "end of life, fast track",
    "equipment": "equipment",
    "housing_adaptation": "housing adaptation",
    "housing_homeless": "homelessness",
    "choice_selffund": "choice or self-funding",
    "safeguarding_capacity": "safeguarding, capacity",
    "destination_readiness": "home not ready",
    "other_interface": "other, between services",
}


def reason_label(reason: str) -> str:
    """A reason of delay in words."""
    return _REASONS.get(reason, spoken(reason))


def spoken(name: str) -> str:
    """A name from a scenario in words: `reablement_unit` is `reablement unit`."""
    return "NHS" if name == "nhs" else name.replace("_", " ")


def payer_label(name: str) -> str:
    """A payer in words: `nhs` is `NHS`."""
    return name.upper() if name in ("nhs", "icb", "chc") else spoken(name)


def _place(service: str) -> str:
    return "all services" if service == "all" else spoken(service)


def part_words(by: str, item: str) -> str:
    """One item of a division in a planner's words; of a trait the level."""
    if item == NO_SUCH_TRAIT and is_of_people(by):
        return "others"
    fixed = {"lack": LACK_WORDS, "ending": ENDING_WORDS}
    if by in fixed:
        return fixed[by][item]
    if by in ("payer", "contributor"):
        return payer_label(item)
    if by == "payer_and_year":
        payer, _, year = item.rpartition(", ")
        return f"{payer_label(payer)}, year {year}"
    if by == "year":
        return f"year {item}"
    return reason_label(item) if by == "reason" else spoken(item)


def measure_label(measure: str, service: str, by: str = "", item: str = "", *, measured_days: int) -> str:
    """What a row is about, in a planner's words; totals are of a year, or of a window of so many days."""
    text = _label(measures()[measure], service, by)
    if service == "all":
        text = text.replace(" ({service})", "")  # a part of all services names none
    text = text.replace("{service}", _place(service)).replace("{item}", part_words(by, item))
    if is_of_people(by):
        text += f", {split_words(by, item)}"
    elif by == "bay":
        text += f", bay {item}"
    return over(text, measured_days)


def _label(measure: Measure, service: str, by: str) -> str:
    """The label of the part, of all services or of outside where the table has one, else that of a service."""
    special = {"all": measure.label_all, OUTSIDE: measure.label_outside}.get(service, "")
    part = "" if is_of_people(by) else measure.label_of_part
    return (by and part) or special or measure.label


def split_words(by: str, item: str) -> str:
    """A group, or a level with its trait: `dementia: yes`."""
    return f"{spoken(by)}: {part_words(by, item)}"


def figure(value: float | None, unit: str, *, signed: bool = False, like: float | None = None, finer: int = 0) -> str:
    """A number as a planner reads it: 93.3%, £1.98m, 4.3, 1,240; `like` is the largest number beside it; `finer`: more decimals."""
    if value is None or not math.isfinite(value):
        return "-"
    sign = "-" if value < 0 else "+" if signed else ""
    size, largest = abs(value), abs(value) if like is None else max(abs(value), abs(like))
    if unit in SHARES:
        return _zero_unsigned(f"{sign}{100 * size:.{1 + finer}f}" + (" points" if signed else "%"))
    if unit in MONEY:
        return _zero_unsigned(sign + _pounds(size, largest))
    return _zero_unsigned(sign + plain(size, largest, fine_below=0.95 if signed else 0.095, finer=finer))


def plain(size: float, largest: float, fine_below: float = 0.95, finer: int = 0) -> str:
    """A size without unit: no decimals beside large numbers, one, or two beside small ones."""
    if largest >= 99.95:
        return f"{size:,.{finer}f}"
    if not 0 < largest < fine_below:
        return f"{size:.{1 + finer}f}"
    return f"{size:.{min(4, max(2, math.ceil(-math.log10(largest)))) + finer}f}"


def _pounds(size: float, largest: float) -> str:
    if largest >= 999_500:
        return f"£{size / 1e6:,.2f}m"
    if largest >= 9_950:
        return f"£{size / 1e3:,.0f}k"
    return f"£{size:,.0f}"


def _zero_unsigned(text: str) -> str:
    """-0.0 is 0.0: a rounded nothing has no direction."""
    return text[1:] if text[:1] in "+-" and not _is_not_zero(text) else text


def _is_not_zero(text: str) -> bool:
    return any(digit in "123456789" for digit in text)


def change_and_interval(
    mean: float, low: float | None, high: float | None, unit: str, factor: float = 1.0
) -> tuple[str, str]:
    """A difference and its interval, all three in the same decimals: `-4.3`, `-4.5 to -4.1`."""
    numbers = [factor * value for value in (mean, low, high) if value is not None]
    like = max(abs(number) for number in numbers)
    for finer in range(MOST_FINER + 1):
        texts = [figure(number, unit, signed=True, like=like, finer=finer) for number in numbers]
        if not (low and high and low * high > 0) or all(map(_is_not_zero, texts[1:])):
            break  # an end that is reported as 0.0 would say that nobody can tell
    return texts[0], " to ".join(text.removesuffix(" points") for text in texts[1:])


def interval(low: float | None, high: float | None, unit: str, factor: float = 1.0) -> str:
    """The interval of an average, `36.1 to 37.2`; nothing where there is none."""
    if low is None or high is None:
        return ""
    like = factor * max(abs(low), abs(high))
    return " to ".join(figure(factor * end, unit, like=like) for end in (low, high))


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 replication`, `30 replications`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def shortened(text: str, width: int) -> str:
    """One line of at most so many characters."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    return line if len(line) <= width else line[: max(1, width - 3)].rstrip() + "..."
