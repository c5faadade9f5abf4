"""One cell as people type it: text in; a date, a number, or whether it says who somebody is, out.

What may be changed here: what is understood; never make two readings of one text possible.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal

from sim.inputs.problems import quoted
from sim.inputs.values import FIRST_YEAR, LAST_YEAR, decimal

UK_ORDER = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
ISO_ORDER = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", re.ASCII)
SHORT_YEAR = re.compile(r"\d{1,2}[/.-](\d{1,2}|[A-Za-z]{3})[/.-]\d{2}", re.ASCII)
WITH_NAME = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})", re.ASCII)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?", re.ASCII)
TEN_DIGITS = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}", re.ASCII)
MONTHS: tuple[str, ...] = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
)
MONTHS += ("november", "december")

# Headings of columns that say who somebody is, as they are written without spaces and signs.
PERSONAL = (
    *("name", "forename", "firstname", "surname", "lastname", "fullname", "patientname", "patient", "personname"),
    *("nhsnumber", "nhsno", "nhs", "nhsnum", "hospitalnumber", "hospitalno", "mrn", "patientnumber", "patientid"),
    *(
        "pasnumber",
        "casenumber",
        "districtnumber",
        "dob",
        "dateofbirth",
        "birthdate",
        "birthday",
        "address",
        "postcode",
    ),
    *("telephone", "phone", "email", "nextofkin", "gp", "consultant", "initials", "title", "nino"),
)
PERSONAL_PARTS = (
    "ptname",
    "clientname",
    "usersname",
    "username",
    "hospno",
    "nhsid",
    "clientid",
    "surname",
    "forename",
    "nhsn",
    "dateofbirth",
    "postcode",
    "patientname",
    "nameofpatient",
    "address",
)


def instant(text: str) -> datetime:
    """A date, with a time of day or without (then 00:00); ValueError with the end of a sentence.

    Understood are 2026-06-01, 01/06/2026 (the day first, always) and 1 Jun 2026, each with 14:30 behind it or not.
    """
    day_text, _, clock_text = text.strip().replace("T", " ", 1).partition(" ") if text[:1].isdigit() else (text, "", "")
    named = WITH_NAME.match(text.strip())
    if named:
        day_text, clock_text = named[0], text.strip()[named.end() :].strip()
    day = _day(day_text)
    if not clock_text:
        return datetime.combine(day, time())
    found = CLOCK.fullmatch(clock_text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise ValueError("has no time of day that exists behind its date; write it like 14:30")
    return datetime.combine(day, time(int(found[1]), int(found[2]), int(found[3] or 0)))


def _day(text: str) -> date:
    iso, uk, named = ISO_ORDER.fullmatch(text), UK_ORDER.fullmatch(text), WITH_NAME.fullmatch(text)
    if iso:
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
    elif uk:
        year, month, day = int(uk[3]), int(uk[2]), int(uk[1])
    elif named:
        word = named[2].lower()
        month = next((i for i, one in enumerate(MONTHS, 1) if one.startswith(word)), 13)
        year, day = int(named[3]), int(named[1])
    elif SHORT_YEAR.fullmatch(text):
        raise ValueError("has a year of two digits; write it like 01/06/2026")
    else:
        raise ValueError("is no date; write it like 01/06/2026 or 2026-06-01")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"is a date of the year {year}; {FIRST_YEAR} to {LAST_YEAR} are understood")
    try:
        return date(year, month, day)
    except ValueError:
        why = "; the day comes first (dd/mm/yyyy)" if uk and month > 12 and day <= 12 else ""
        raise ValueError(f"is {quoted(text)}, and there is no such day{why}") from None


def quantity(text: str) -> Decimal:
    """A number as spreadsheets show it: `1,234`, `12.5`, `40%` (0.4), `£5`; ValueError with the end of a sentence."""
    plain = text.strip().removeprefix("£").strip()
    share = plain.endswith("%")
    value = decimal(plain.removesuffix("%").rstrip(), "a number", text)
    return value / 100 if share else value


def looks_like_nhs_number(text: str) -> bool:
    """Ten digits whose last one checks the nine before, as the NHS Data Dictionary says (modulus 11)."""
    if TEN_DIGITS.fullmatch(text.strip()) is None:
        return False
    digits = [int(one) for one in text if one.isdigit()]
    return (11 - sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11) % 11 == digits[9]


def bare(heading: str) -> str:
    """A heading by its letters and digits alone, so that `Date of Admission` and `date_of_admission` are one."""
    return "".join(one for one in heading.lower() if one.isalnum())


def is_personal(heading: str) -> bool:
    """Does a column with this heading say who somebody is?"""
    word = bare(heading)
    return word in PERSONAL or any(part in word for part in PERSONAL_PARTS)
