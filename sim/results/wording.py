"""Plain words and sensible figures for people: labels of measures, rounding, intervals, verdicts.

What may be changed here: freely; tables for programs carry the frozen names and unrounded numbers.
"""

import math
import re
from collections.abc import Sequence

DAYS_PER_YEAR = 365.0
LABEL_WIDTH = 30  # of a scenario's name
SHORT_NAME = 16  # names up to this stay whole

SHARES = frozenset({"share", "share of days"})
MONEY = frozenset({"GBP"})

# Totals of the window that are told per year, so that short and long windows compare.
PER_YEAR = frozenset(
    (
        "arrivals",
        "admissions",
        "leavers",
        "turned_away",
        "gave_up",
        "deaths",
        "delayed_bed_days",
        "delayed_nights",
        "cost_cash_gbp",
        "cost_capital_gbp",
        "budget_gbp",
        "budget_spent_gbp",
        "budget_left_gbp",
        "delayed_days_cost_gbp",
        "released_bed_days",
        "notional_value_gbp",
        "refilled_admissions",
        "occupied_bed_days",
        "available_bed_days",
    )
)

_LABELS = {
    "queue_mean": "people waiting for {service}",
    "wait_mean_days": "days waited for {service}",
    "occupancy": "occupancy of {service}",
    "midnight_census_mean": "people in {service} at midnight",
    "days_above_92pct": "share of days {service} is over 92% full",
    "days_full": "share of days {service} is full",
    "midnight_delayed_mean": "delayed people in {service} on an average day",
    "delayed_people_mean": "delayed people in {service} at any moment",
    "delayed_bed_days": "delayed bed days a year in {service}",
    "delayed_share": "share of leavers delayed in {service}",
    "delay_mean_if_delayed_nights": "nights of delay, if delayed, in {service}",
    "turned_away": "people a year turned away from {service}",
    "gave_up": "people a year who gave up waiting for {service}",
    "unmet_need_people_mean": "people without the place they need ({service})",
    "cost_cash_gbp": "cost a year of {service}",
    "team_busy_share": "{item}: share of its places in use",
    "team_queue_mean": "{item}: steps waiting for it",
    "team_wait_mean_days": "{item}: days waited for it",
    "throughput_per_day": "people a day through {service}",
}

_LABELS_OF_ALL = {
    "turned_away": "people a year turned away at a full queue",
    "gave_up": "people a year who gave up waiting",
    "cost_cash_gbp": "cost a year",
    "released_bed_days": "hospital bed days released a year",
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
    """A reason of delay as it is said."""
    return _REASONS.get(reason, spoken(reason))


def spoken(name: str) -> str:
    """A name from a scenario as it is said: `reablement_unit` is `reablement unit`."""
    return "NHS" if name == "nhs" else name.replace("_", " ")


def payer_label(name: str) -> str:
    """A payer as it is said: `nhs` is `NHS`."""
    return name.upper() if name in ("nhs", "icb", "chc") else spoken(name)


def measure_label(measure: str, service: str, item: str = "") -> str:
    """What a row is about, in a planner's words."""
    if service == "all" and measure in _LABELS_OF_ALL:
        text = _LABELS_OF_ALL[measure]
    else:
        place = "all services" if service == "all" else spoken(service)
        text = _LABELS.get(measure, spoken(measure) + " ({service})").replace("{service}", place)
        text = text.replace("{item}", spoken(item))
    return f"{text}, paid by {payer_label(item)}" if measure == "cost_cash_gbp" and item else text


def yearly(measure: str, measured_days: int) -> float:
    """What to multiply a window's figure with to tell it per year; 1 for what is not a total."""
    return DAYS_PER_YEAR / measured_days if measure in PER_YEAR else 1.0


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
    """The interval of an average, `36.1 to 37.2`; nothing where there is none; nothing here is below 0."""
    if low is None or high is None:
        return ""
    low, high = max(low, 0.0), min(high, 1.0) if unit in SHARES else high
    like = factor * max(abs(low), abs(high))
    return " to ".join(figure(factor * end, unit, like=like) for end in (low, high))


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 replication`, `30 replications`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def shortened(text: str, width: int) -> str:
    """One line of at most so many characters."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    return line if len(line) <= width else line[: max(1, width - 3)].rstrip() + "..."


def short_labels(named: Sequence[tuple[str, str]]) -> dict[str, str]:
    """A short label for each (id, name): `Cedarwood, 29 beds` is `Cedarwood`, unless two would be alike."""
    whole = {key: shortened(name, LABEL_WIDTH) or key for key, name in named}
    short = {key: shortened(_first_part(name), LABEL_WIDTH) or key for key, name in named}
    for labels in (short, whole):
        if len(set(labels.values())) == len(labels):
            return labels
    return {key: key for key, _ in named}


def _first_part(name: str) -> str:
    if len(name) <= SHORT_NAME:
        return name
    return re.split(r"[,;:(]| - | – ", name, maxsplit=1)[0].strip()
