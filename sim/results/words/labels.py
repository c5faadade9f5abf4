"""Plain words and sensible figures for people: labels of measures, rounding, intervals, verdicts.

What may be changed here: freely; tables for programs carry the frozen names and unrounded numbers.
"""

import math

from sim.inputs.scenario import OUTSIDE
from sim.results.measures.catalogue import SHARES
from sim.results.words import run_length

MONEY = frozenset({"GBP"})

_LABELS = {
    "queue_mean": "people waiting for {service}",
    "wait_mean_days": "days waited for {service}, on average",
    "occupancy": "occupancy of {service}",
    "midnight_census_mean": "people in {service} at midnight",
    "days_above_92pct": "share of days {service} is over 92% full at midnight",
    "days_full": "share of days {service} is full at midnight",
    "midnight_delayed_mean": "delayed people in {service} on an average day",
    "delayed_people_mean": "delayed people in {service} at any moment",
    "delayed_bed_days": "delayed bed days a year in {service}",
    "delayed_share": "share who left {service} after the day they were ready",
    "delay_mean_if_delayed_nights": "nights of delay in {service}, if delayed",
    "turned_away": "people a year turned away from {service}",
    "gave_up": "people a year who gave up waiting for {service}",
    "unmet_need_people_mean": "people bound for {service} without a pathway 2 bed",
    "cost_cash_gbp": "cost a year of {service}",
    "team_busy_share": "{item}: share of its places in use",
    "team_queue_mean": "{item}: steps waiting for it",
    "team_wait_mean_days": "{item}: days a step waited for it, on average",
    "throughput_per_day": "people a day who leave {service}",
}

_LABELS_OF_ONE = {
    ("queue_mean", OUTSIDE): "people waiting outside, not admitted anywhere yet",
    ("wait_mean_days", OUTSIDE): "days waited outside, on average",
    ("deaths", OUTSIDE): "people a year who died waiting outside",
    ("turned_away", "all"): "people a year turned away (queue full or closed)",
    ("gave_up", "all"): "people a year who gave up waiting",
    ("unmet_need_people_mean", "all"): "people without the pathway 2 bed they need",
    ("cost_cash_gbp", "all"): "cost a year",
    ("released_bed_days", "all"): "bed days released a year",
    ("notional_value_gbp", "all"): "notional value of released bed days a year",
    ("leavers", "all"): "people a year who left for good",
    ("throughput_per_day", "all"): "people a day who leave for good",
    ("care_91_days_gbp", "all"): "care after hospital a person, 91 days",
}

LACK_WORDS = {
    "place": "no place free",
    "hours": "closed hours",
    "arranging": "arranging it",
    "team": "no team free",
}

_GAVE_UP = {
    "moved_by_design": "people a year moved on to another list by design",
    "elsewhere": "people a year who gave up waiting and went elsewhere",
    "with_nothing": "people a year who gave up waiting, left with nothing",
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


def _place(service: str) -> str:
    return "all services" if service == "all" else spoken(service)


def measure_label(measure: str, service: str, item: str = "", *, measured_days: int) -> str:
    """What a row is about, in a planner's words; totals as they are told of a window of so many days."""
    if measure == "cost_cash_gbp" and item:
        text = f"cost a year, paid by {payer_label(item)}"
    elif measure == "delayed_bed_days" and item in LACK_WORDS:
        text = f"delayed bed days a year in {_place(service)}"
        return f"{run_length.over(text, measured_days)}: {LACK_WORDS[item]}"
    elif measure == "gave_up" and item:
        text = _GAVE_UP[item] + ("" if service == "all" else f" ({spoken(service)})")
    elif (measure, service) in _LABELS_OF_ONE:
        text = _LABELS_OF_ONE[measure, service]
    else:
        a_year = f" {run_length.A_YEAR}" if measure in run_length.TOTALS else ""
        text = _LABELS.get(measure, spoken(measure).removesuffix(" gbp") + a_year + " ({service})")
        text = text.replace("{service}", _place(service))
    return run_length.over(text.replace("{item}", spoken(item)), measured_days)


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
