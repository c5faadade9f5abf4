"""One value as a planner types it: text in; number, share, money, date or hour out.

Each function takes the text and returns the value, or raises ValueError with the end of a sentence that begins with the
name of the key: "is 12.5, not a whole number". Numbers stay exact decimals, so that 40% and 60% add up to 100% exactly.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from sim.inputs.problems import listed, printable, quoted

LONGEST_NUMBER = 24
NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
LOOKS_LIKE_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*", re.ASCII)
DECIMAL_COMMA = re.compile(r"-?\d+,\d+", re.ASCII)
SPACED_OR_UNDERSCORED = re.compile(r"\d{1,3}( \d{3})+|\d+(_\d+)+", re.ASCII)
WITH_EXPONENT = re.compile(r"-?\d+(\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
NUMBER_INSIDE = re.compile(r"(?<![\w.])\d[\d,]*(\.\d+)?", re.ASCII)
OTHER_TIME = re.compile(r"\d ?(hour|week|month|year)s?$", re.ASCII | re.IGNORECASE)
TOLERANCE = Decimal("1e-9")  # of shares that add up to 100%
NO_VALUE = ("~", "null", "Null", "NULL")  # as YAML writes it


def decimal(text: str, wanted: str, whole_text: str | None = None) -> Decimal:
    """The exact value of a number; ValueError says how to write it where it cannot be one.

    `whole_text` is all that was typed, where `text` is a part of it, such as what is before a %.
    """
    shown = text if whole_text is None else whole_text
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"is {quoted(shown)}, longer than any number here")
    if not NUMBER.fullmatch(text):
        raise ValueError(_no_number(text, wanted, shown))
    plain = text.replace(",", "").removeprefix("-")
    if plain[0] == "0" and plain[1:2].isdigit():
        raise ValueError(f"is {printable(shown)}; write it without the leading 0")
    return Decimal(text.replace(",", ""))


def _no_number(text: str, wanted: str, shown: str) -> str:
    if "," in text and LOOKS_LIKE_NUMBER.fullmatch(text):
        cure = f"; write {shown.replace(',', '.')}" if DECIMAL_COMMA.fullmatch(text) else ""
        return f"is {quoted(shown)}; commas separate thousands (1,200), and a point is before decimals{cure}"
    if SPACED_OR_UNDERSCORED.fullmatch(text):
        return f"is {quoted(shown)}; write {re.sub('[ _]', '', text)}, or commas between the thousands"
    if WITH_EXPONENT.fullmatch(text):
        return f"is {quoted(shown)}; write it out{_in_full(text)}"
    if text.startswith(".") and NUMBER.fullmatch("0" + text):
        return f"is {printable(shown)}; write 0{printable(text)}"
    if text in NO_VALUE:
        return f"is {quoted(shown)}, which stands for no value; write {wanted}, or delete the line"
    inside = NUMBER_INSIDE.search(text)
    if inside and OTHER_TIME.search(text):  # of a key in days, and the other way round: no number to copy
        return f"is {quoted(shown)}, not {wanted}; the unit belongs to the key, so write how many of its own"
    cure = f"; the unit belongs to the key, so write {inside.group()}" if inside and " " in text else ""
    return f"is {quoted(shown)}, not {wanted}{cure}"


def _in_full(text: str) -> str:
    """As in ", as 1,000,000" for 1e6; nothing where that would be too long to be meant."""
    full = f"{Decimal(text):,f}"
    return f", as {full}" if len(full) <= LONGEST_NUMBER else ""


NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}", re.ASCII)
ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
UK_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
PRICE_YEAR = re.compile(r"(\d{4})(-(\d{2}))?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1950, 2150
FORMULA_STARTS = "=+-@"
UNLIMITED = "unlimited"
INFINITE = ("inf", "infinite", "infinity", "unlimited", "no limit", "∞")  # and are not written so


def number(text: str, low: Decimal, high: Decimal, wanted: str = "a number") -> Decimal:
    """A plain number between two limits, `1,200` and `0.5` included."""
    if text.endswith("%"):
        raise ValueError(f"is {printable(text)}, a percentage; write a plain number")
    if text.startswith("£"):
        raise ValueError(f"is {printable(text)}, an amount of money; write a plain number")
    return _within(text, decimal(text, wanted), low, high)


def whole(text: str, low: int, high: int) -> int:
    """A whole number between two limits."""
    value = number(text, Decimal(low), Decimal(high))
    if value != value.to_integral_value():
        raise ValueError(f"is {printable(text)}, not a whole number")
    return int(value)


def share(text: str, *, one_is_all: bool = False) -> Decimal:
    """A part of a whole: `40%` or `0.4`; a bare 1 only where shares must add up, for it may be meant as 1%."""
    value = decimal(text.removesuffix("%").rstrip(), "a share; write a percentage such as 40%", text)
    if text.endswith("%"):
        value /= 100
    elif value > 1:
        raise ValueError(f"is {printable(text)}, which is no share; write {printable(text)}%")
    elif text == "1" and not one_is_all:
        raise ValueError("is 1: is 1% or 100% meant? Write one of them")
    if not 0 <= value <= 1:
        raise ValueError(f"is {printable(text)}; a share lies between 0% and 100%")
    return value


def percent(share: Decimal) -> str:
    """A share as planners write it."""
    return f"{(share * 100).normalize():f}%"


def money(text: str, high: Decimal) -> Decimal:
    """Pounds: `£150`, `£1,200.50` or `150`."""
    value = decimal(text.removeprefix("£").lstrip(), "an amount of money such as £150", text)
    return _within(text, value, Decimal(0), high)


def minutes_a_week(text: str, high: int) -> int:
    """Hours a week as whole minutes, in which hours-based services count."""
    minutes = number(text, Decimal(0), Decimal(high)) * 60
    if minutes != minutes.to_integral_value():
        raise ValueError(f"is {printable(text)} hours, which is no whole number of minutes")
    return int(minutes)


def day(text: str) -> date:
    """A date, written year-month-day."""
    found = ISO_DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"is {quoted(text)}, not a date; write {_as_iso(text)}")
    try:
        value = date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(f"is {printable(text)}, and there is no such day") from None
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"is {printable(text)}; years from {FIRST_YEAR} to {LAST_YEAR} are understood")
    return value


def seconds_of_day(text: str) -> int:
    """A time of day, 00:00 to 24:00, in seconds after midnight."""
    found = CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f"is {quoted(text)}, not a time of day; write it like 09:30")
    hour, minute = (int(part) for part in found.groups())
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise ValueError(f"is {printable(text)}; the day goes from 00:00 to 24:00")
    return (hour * 60 + minute) * 60


def yes_or_no(text: str) -> bool:
    """`true` or `false`, nothing else: YAML's yes, no, on and off mean different things to different programs."""
    if text not in ("true", "false"):
        raise ValueError(f"is {quoted(text)}; write true or false")
    return text == "true"


def one_of(text: str, allowed: tuple[str, ...]) -> str:
    """One word of a list."""
    if text not in allowed:
        raise ValueError(f"is {quoted(text)}; it can be {listed(allowed)}")
    return text


def name(text: str) -> str:
    """A name: it becomes part of file names, columns and dotted paths, so only plain characters."""
    if not NAME.fullmatch(text):
        raise ValueError(
            f"has the name {quoted(text)}; a name begins with a letter and holds only letters a-z, digits, _ and -, "
            "at most 60 of them"
        )
    return text


def label(text: str, longest: int) -> str:
    """Free text for titles and tables; it may end up in a spreadsheet, where some first characters start a formula."""
    flat = " ".join(text.split())
    if not flat.isprintable():
        raise ValueError("holds control characters; type it again")
    if flat[:1] in FORMULA_STARTS and flat:
        raise ValueError(f"begins with {flat[0]}, which a spreadsheet takes for a formula; begin with a letter")
    if len(flat) > longest:
        raise ValueError(f"is {len(flat)} characters long; {longest} are the most")
    return flat


def price_year(text: str) -> str:
    """`2025-26` or `2025`."""
    found = PRICE_YEAR.fullmatch(text)
    if found is None or (found[3] and (int(found[1]) + 1) % 100 != int(found[3])):
        raise ValueError(f"is {quoted(text)}, not a year; write it like 2025-26")
    return text


def after_step(text: str) -> str:
    """The step of `after hub_assessment`."""
    word, _, step = text.partition(" ")
    if word != "after" or not NAME.fullmatch(step):
        raise ValueError(f"is {quoted(text)}; write `after` and the name of a step, such as `after hub_assessment`")
    return step


def or_unlimited(read: Callable[[str], int]) -> Callable[[str], int | str]:
    """A reader that also understands `unlimited`."""

    def read_either(text: str) -> int | str:
        if text == UNLIMITED:
            return UNLIMITED
        if text.lower().strip("+.") in INFINITE:
            raise ValueError(f"is {quoted(text)}; write {UNLIMITED}")
        return read(text)

    return read_either


def _within(text: str, value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    if value < low:
        raise ValueError(f"is {printable(text)}; it cannot be below {low:,}")
    if value > high:
        raise ValueError(f"is {printable(text)}; {high:,} is the most")
    return value


def _as_iso(text: str) -> str:
    """What the planner probably meant, if it is a date in the British order; else how a date looks."""
    found = UK_DATE.fullmatch(text)
    if found and 1 <= int(found[1]) <= 31 and 1 <= int(found[2]) <= 12:
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d} (year-month-day)"
    return "it like 2026-04-06 (year-month-day)"
