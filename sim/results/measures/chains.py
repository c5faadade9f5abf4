"""What became of people after hospital: passes for a compiler.

What they follow is said in `followup.py` in plain NumPy, which follows where nothing can be compiled and is
their reference in tests: whole numbers only.
"""

from typing import NamedTuple

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.machine_code import Column, Mask, Passes
from sim.model.records import ADMITTED, NEVER, OUTSIDE
from sim.results.table_passes import Sums, row_of

DAYS_30, WEEKS_12, DAYS_91 = 30 * SECONDS_PER_DAY, 84 * SECONDS_PER_DAY, 91 * SECONDS_PER_DAY
FOLLOWED = (  # in pairs: how many are followed up, and what is counted of them
    "left",
    "readmitted",
    "into reablement, 12 weeks",
    "at home for 12 weeks",
    "into reablement, 91 days",
    "at home after 91 days",
    "discharged",
    "seconds at home",
)
LEFT, READMITTED, FOR_12_WEEKS, STAYED_HOME, FOR_91_DAYS, HOME_THEN, DISCHARGED, AT_HOME = range(len(FOLLOWED))


class Stays(NamedTuple):
    """The stays, person by person."""

    person: Column
    service: Column
    admitted: Column
    left: Column
    to: Column
    after: Column


class Places(NamedTuple):
    """What sort of place each destination is."""

    is_acute: Mask
    is_home: Mask
    is_care_home: Mask
    is_reablement: Mask


class Back(NamedTuple):
    """Of waits, person by person, what says who asked for a hospital from elsewhere and got in."""

    person: Column
    joined: Column
    ending: Column
    held: Column
    admitted_to: Column


class Within(NamedTuple):
    """The window, whether anybody may come back to a hospital from elsewhere, and the numbers of being dead and out."""

    first: int
    end: int
    has_way_back: int
    died: int
    out: int


def later_row(stays: Stays, row: int, instant: int) -> int:
    """The last stay of the same person that had begun by an instant."""
    while (
        row + 1 < len(stays.person)
        and stays.person[row + 1] == stays.person[row]
        and stays.admitted[row + 1] <= instant
    ):
        row += 1
    return row


def is_out_at_home(stays: Stays, places: Places, row: int, out: int) -> bool:
    """Whether somebody went out of the model from elsewhere than a care home."""
    return bool(stays.to[row] == out and not places.is_care_home[stays.service[row]])


def is_not_home(places: Places, service: int) -> bool:
    """Whether this is a hospital or a care home."""
    return bool(places.is_acute[service] or places.is_care_home[service])


def stayed_home(stays: Stays, places: Places, row: int, until: int, died: int) -> bool:
    """Whether a stay's person neither died nor entered a hospital or a care home after leaving, until an instant."""
    last = later_row(stays, row, until)
    for later in range(row + 1, last + 1):
        if is_not_home(places, stays.service[later]):
            return False
    return not (stays.to[last] == died and stays.left[last] <= until)


def home_then(stays: Stays, places: Places, row: int, at: int, out: int) -> bool:
    """Whether a stay's person is at home at an instant."""
    last = later_row(stays, row, at)
    if stays.left[last] <= at:
        return is_out_at_home(stays, places, last, out)
    return not is_not_home(places, stays.service[last])


def home_until(stays: Stays, places: Places, rows: tuple[int, int], instant: int, out: int) -> int:
    """Seconds at home from the beginning of the first of these stays to an instant in the last."""
    first, row = rows
    spent = 0
    for before in range(first, row):
        if places.is_home[stays.service[before]] and stays.left[before] < NEVER:
            spent += stays.left[before] - stays.admitted[before]
    if places.is_home[stays.service[row]]:
        spent += min(instant, stays.left[row]) - stays.admitted[row]
    if is_out_at_home(stays, places, row, out):
        spent += max(instant - stays.left[row], 0)
    return spent


def is_back(waits: Back, places: Places, row: int, person: int, left: int) -> bool:
    """Whether somebody asked for a hospital, and got in, within 30 days of leaving; `row` is their first wait."""
    while row < len(waits.person) and waits.person[row] == person:
        got_in = waits.ending[row] == ADMITTED and places.is_acute[waits.admitted_to[row]]
        if (
            got_in
            and waits.joined[row] >= left
            and (waits.held[row] == OUTSIDE or not places.is_acute[waits.held[row]])
        ):
            return bool(waits.joined[row] <= left + DAYS_30)
        row += 1
    return False


def after_discharge(amounts: Column, stays: Stays, places: Places, row: int, within: Within) -> None:
    """What became of somebody who left hospital alive, and not for another."""
    left, end = stays.left[row], within.end
    if places.is_reablement[stays.to[row]] and left + WEEKS_12 <= end:
        amounts[FOR_12_WEEKS] = 1
        amounts[STAYED_HOME] = 1 if stayed_home(stays, places, row, left + WEEKS_12, within.died) else 0
    if left + DAYS_91 > end:
        return
    if places.is_reablement[stays.to[row]]:
        amounts[FOR_91_DAYS] = 1
        amounts[HOME_THEN] = 1 if home_then(stays, places, row, left + DAYS_91, within.out) else 0
    first = later_row(stays, row, left)
    last = later_row(stays, first, left + DAYS_91)
    amounts[DISCHARGED] = 1
    amounts[AT_HOME] = home_until(stays, places, (first, last), left + DAYS_91, within.out) - home_until(
        stays, places, (first, first), left, within.out
    )


def of_those_who_left(sums: Sums, amounts: Column, stays: Stays, waits: Back, places: Places, within: Within) -> None:
    """What became of everybody who left a service alive in the window."""
    wait = 0
    for row in range(len(stays.person)):
        service, left, to, person = stays.service[row], stays.left[row], stays.to[row], stays.person[row]
        if left < within.first or left >= within.end or to == within.died:
            continue
        while wait < len(waits.person) and waits.person[wait] < person:
            wait += 1
        for what in range(len(amounts)):
            amounts[what] = 0
        from_hospital = places.is_acute[service]
        is_moved = places.is_acute[to]
        if within.has_way_back and left + DAYS_30 <= within.end and not (from_hospital and is_moved):
            again = is_moved or is_back(waits, places, wait, person, left)
            amounts[LEFT], amounts[READMITTED] = 1, 1 if again else 0
        if from_hospital and not is_moved:
            after_discharge(amounts, stays, places, row, within)
        here = row_of(sums, stays.after[row], service)
        for what in range(len(amounts)):
            sums.amounts[here, what] += amounts[what]


class Used(NamedTuple):
    """Of stays, person by person, what says how long which service was used."""

    person: Column
    service: Column
    admitted: Column
    ready: Column
    left: Column


def care_used(seconds: Column, entered: Column, stays: Used, rows: Column, lasts: int, end: int) -> None:
    """Seconds held and admissions by service, of these stays' people from ready on: so long, and no longer than the window."""
    for index in range(len(rows)):
        first = rows[index]
        start, row = stays.ready[first], first
        while row < len(stays.person) and stays.person[row] == stays.person[first]:
            left = stays.left[row] if stays.left[row] < NEVER else end
            inside = min(left, start + lasts) - max(stays.admitted[row], start)
            if inside > 0:
                seconds[stays.service[row]] += inside
                if row != first or stays.admitted[row] > start:
                    entered[stays.service[row]] += 1
            row += 1


PASSES = Passes(
    __file__,
    of_those_who_left,
    care_used,
    helpers=(
        row_of,
        later_row,
        is_out_at_home,
        is_not_home,
        stayed_home,
        home_then,
        home_until,
        is_back,
        after_discharge,
    ),
)
