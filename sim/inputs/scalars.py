"""The single values of the language, ready for the table of keys: reader, words, unit and JSON Schema together.

What may be changed here: limits. They are generous; they only keep a mistake or a hostile file from costing an hour.
"""

from decimal import Decimal

from sim.inputs import values
from sim.inputs.field_types import Scalar, Schema

MOST_PLACES = 100_000
MOST_DAYS = 100_000
MOST_PEOPLE = 10_000_000  # expected in one replication
MOST_POUNDS = 1_000_000_000


def _numeric(pattern: str, low: float, high: float, whole: bool = False) -> Schema:
    """A bare number within limits, or the same as planners write it."""
    return {
        "anyOf": [
            {"type": "integer" if whole else "number", "minimum": low, "maximum": high},
            {"type": "string", "pattern": pattern},
        ]
    }


def whole(low: int, high: int, unit: str = "") -> Scalar[int]:
    """A whole number."""
    described = _numeric(r"^[\d,]+$", low, high, whole=True)
    return Scalar("a whole number", lambda text: values.whole(text, low, high), described, unit)


def whole_or_unlimited(unit: str) -> Scalar[int | str]:
    """A whole number of places, or `unlimited`."""
    described = _numeric(rf"^([\d,]+|{values.UNLIMITED})$", 0, MOST_PLACES, whole=True)
    read = values.or_unlimited(lambda text: values.whole(text, 0, MOST_PLACES))
    return Scalar("a whole number or `unlimited`", read, described, unit)


def minutes() -> Scalar[int]:
    """Hours a week, kept in whole minutes."""
    described = _numeric(r"^[\d,.]+$", 0, MOST_PLACES)
    return Scalar("hours a week", lambda text: values.minutes_a_week(text, MOST_PLACES), described, "hours a week")


def minutes_or_unlimited() -> Scalar[int | str]:
    """Hours a week that a service has, kept in whole minutes, or `unlimited`."""
    described = _numeric(rf"^([\d,.]+|{values.UNLIMITED})$", 0, MOST_PLACES)
    read = values.or_unlimited(lambda text: values.minutes_a_week(text, MOST_PLACES))
    return Scalar("hours a week or `unlimited`", read, described, "hours a week")


def number(unit: str, low: int = 0, high: int = MOST_DAYS, wanted: str = "a number") -> Scalar[Decimal]:
    """A number that need not be whole; `wanted` is what to call it where something else may be written instead."""
    described = _numeric(r"^[\d,]+(\.\d+)?$", low, high)
    return Scalar("a number", lambda text: values.number(text, Decimal(low), Decimal(high), wanted), described, unit)


def share(*, one_is_all: bool = False) -> Scalar[Decimal]:
    """A part of a whole."""
    described = _numeric(r"^\d+(\.\d+)? ?%?$", 0, 1)
    return Scalar("a share such as 40%", lambda text: values.share(text, one_is_all=one_is_all), described, "share")


def pounds() -> Scalar[Decimal]:
    """An amount of money."""
    described = _numeric(r"^£? ?[\d,]+(\.\d+)?$", 0, MOST_POUNDS)
    return Scalar("an amount such as £150", lambda text: values.money(text, Decimal(MOST_POUNDS)), described, "£")


def choice(allowed: tuple[str, ...]) -> Scalar[str]:
    """One word of a list."""
    return Scalar(f"one of {', '.join(allowed)}", lambda text: values.one_of(text, allowed), {"enum": list(allowed)})


def free_text(longest: int) -> Scalar[str]:
    """Words for people."""
    described: Schema = {"type": "string", "maxLength": longest}
    return Scalar("text", lambda text: values.label(text, longest), described)


DATE = Scalar("a date such as 2026-04-06", values.day, {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
CLOCK = Scalar("a time of day such as 09:30", values.seconds_of_day, {"type": "string", "pattern": r"^\d{1,2}:\d{2}$"})
YES_NO = Scalar("true or false", values.yes_or_no, {"type": "boolean"})
NAME = Scalar("a name", values.name, {"type": "string", "pattern": f"^{values.NAME.pattern}$"})
PRICE_YEAR = Scalar("a year such as 2025-26", values.price_year, {"type": ["string", "integer"]})
FILE = Scalar("the path of a file", str, {"type": "string"})
