"""Digits to an exact number, and for digits that are none the likely cure.

What may be changed here: what is understood; never make two readings of one text possible.
"""

import re
from decimal import Decimal

from sim.inputs.problems import printable, quoted

LONGEST_NUMBER = 24
NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
LOOKS_LIKE_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*", re.ASCII)
DECIMAL_COMMA = re.compile(r"-?\d+,\d+", re.ASCII)
SPACED_OR_UNDERSCORED = re.compile(r"\d{1,3}( \d{3})+|\d+(_\d+)+", re.ASCII)
WITH_EXPONENT = re.compile(r"-?\d+(\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
NUMBER_INSIDE = re.compile(r"(?<![\w.])\d[\d,]*(\.\d+)?", re.ASCII)
OTHER_TIME = re.compile(r"\d ?(hour|week|month|year)s?$", re.ASCII | re.IGNORECASE)
NO_VALUE = ("~", "null", "Null", "NULL")  # as YAML writes it


def decimal(text: str, wanted: str, whole_text: str | None = None) -> Decimal:
    """The exact value of a number; ValueError says how to write it where it cannot be one.

    `whole_text` is all that was typed, where `text` is a part of it, such as what stands before a %.
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
        return f"is {quoted(shown)}; commas stand before every three digits (1,200), a point before decimals{cure}"
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
