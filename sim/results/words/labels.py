"""Plain words and sensible figures for people: labels of measures, rounding, intervals, verdicts.

What may be changed here: freely; tables for programs carry the frozen names and unrounded numbers.
"""

import math

from sim.inputs.scenario import OUTSIDE
from sim.results.measure_table import SHARES, Measure, measures
from sim.results.parts import NO_SUCH_TRAIT, is_of_people
from sim.results.words import run_length

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
    return run_length.over(text, measured_days)


def _label(measure: Measure, service: str, by: str) -> str:
    """The label of the part, of all services or of outside where the table has one, else that of a service."""
    special = {"all": measure.label_all, OUTSIDE: measure.label_outside}.get(service, "")
    part = "" if is_of_people(by) else measure.label_of_part
    return (by and part) or special or measure.label


def split_words(by: str, item: str) -> str:
    """A group, or a level with its trait: `dementia: yes`."""
    return f"{spoken(by)}: {part_words(by, item)}"


def figure(value: float | None, unit: str, *, signed: bool = False, like: float | None = None) -> str:
    """A number as a planner reads it: 93.3%, £1.98m, 4.3, 1,240; `like` is the largest number beside it."""
    if value is None or not math.isfinite(value):
        return "-"
    sign = "-" if value < 0 else "+" if signed else ""
    size, largest = abs(value), abs(value) if like is None else max(abs(value), abs(like))
    if unit in SHARES:
        return _zero_unsigned(f"{sign}{100 * size:.1f}" + (" points" if signed else "%"))
    if unit in MONEY:
        return _zero_unsigned(sign + _pounds(size, largest))
    return _zero_unsigned(sign + plain(size, largest, fine_below=0.95 if signed else 0.095))


def plain(size: float, largest: float, fine_below: float = 0.95) -> str:
    """A size without unit: no decimals beside large numbers, one, or two beside small ones."""
    if largest >= 99.95:
        return f"{size:,.0f}"
    if not 0 < largest < fine_below:
        return f"{size:.1f}"
    return f"{size:.{min(4, max(2, math.ceil(-math.log10(largest))))}f}"


def _pounds(size: float, largest: float) -> str:
    if largest >= 999_500:
        return f"£{size / 1e6:,.2f}m"
    if largest >= 9_950:
        return f"£{size / 1e3:,.0f}k"
    return f"£{size:,.0f}"


def _zero_unsigned(text: str) -> str:
    """-0.0 is 0.0: a rounded nothing has no direction."""
    return text[1:] if text[:1] in "+-" and not any(digit in "123456789" for digit in text) else text


def change_and_interval(
    mean: float, low: float | None, high: float | None, unit: str, factor: float = 1.0
) -> tuple[str, str]:
    """A difference and its interval, all three in the same decimals: `-4.3`, `-4.5 to -4.1`."""
    numbers = [factor * value for value in (mean, low, high) if value is not None]
    like = max(abs(number) for number in numbers)
    texts = [figure(number, unit, signed=True, like=like) for number in numbers]
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
