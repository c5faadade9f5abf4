"""Identities of several hospitals: their total, and who used what they share.

They test the very rows that are shown.

Invariants may be added; removing one needs agreement.
"""

from math import isclose

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY
from sim.results.invariants.records import IdentityBroken, require_sum
from sim.results.measure_table import measures
from sim.results.measures import people
from sim.results.measures.hospitals import came_from_rows
from sim.results.window import Row, Window

HOSPITALS_ADD_UP = "hospitals add up to the total of all hospitals"
USERS_ADD_UP = "admissions by where people came from add up to all admissions"

CHECKED = (HOSPITALS_ADD_UP, USERS_ADD_UP)


def check_hospitals(window: Window) -> None:
    """Raise IdentityBroken at the first of these identities that does not hold; nothing where there is one hospital."""
    if not window.hospitals:
        return
    rows = people.rows_of_everybody(window)
    _hospitals_add_up(window, rows)
    _delay_again(window, rows)
    _users_add_up(window, rows)


def _hospitals_add_up(window: Window, rows: list[Row]) -> None:
    """Counts and time averages of people of each hospital, and of lists of hospitals."""
    together = {window.names[number] for number in window.hospitals}
    parts: dict[str, float] = {}
    total: dict[str, float] = {}
    for row in rows:
        if measures()[row.measure].absent_is_zero and row.service in together:
            parts[row.measure] = parts.get(row.measure, 0.0) + row.value
        elif measures()[row.measure].absent_is_zero and row.service == ALL_HOSPITALS:
            total[row.measure] = row.value
    for measure in parts | total:
        found, expected = total.get(measure, 0.0), parts.get(measure, 0.0)
        if not isclose(found, expected, rel_tol=1e-12, abs_tol=1e-9):
            raise IdentityBroken(HOSPITALS_ADD_UP, f"{measure}: {found} against {expected}")


def _delay_again(window: Window, rows: list[Row]) -> None:
    """Delay in all hospitals by another way: from the records, without looking at which hospital."""
    stays = window.ledger.stays
    here = window.is_acute[stays["service"]]
    seconds = int(window.clipped(stays["ready"][here], stays["left"][here]).sum())
    shown = [row.value for row in rows if row[:2] == (ALL_HOSPITALS, "delayed_bed_days")]
    require_sum(HOSPITALS_ADD_UP, "delay", round(sum(shown) * SECONDS_PER_DAY), seconds)


def _users_add_up(window: Window, rows: list[Row]) -> None:
    admitted = {row.service: row.value for row in rows if row.measure == "admissions"}
    users: dict[str, float] = {}
    for row in came_from_rows(window):
        users[row.service] = users.get(row.service, 0.0) + row.value
    for service in window.declared:
        name = service.name
        require_sum(USERS_ADD_UP, name, round(users.get(name, 0.0)), round(admitted.get(name, 0.0)))
