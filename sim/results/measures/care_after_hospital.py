"""Care after hospital over one fixed horizon a person: from first ready in hospital to 91 days on.

In a window, somebody who leaves hospital earlier uses more care before its end, which is no difference between two
scenarios. Over the same 91 days a person it is. Counted are people first ready in hospital in the window whose 91 days
it holds; the dead cost nothing further. A place is priced at its night, open and occupied, whoever else uses it.

What may be changed here: with new expected results; docs/money.md, money rule 7.
"""

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY
from sim.model.records import NEVER, Column
from sim.results.measures import chains
from sim.results.measures.followup import DAYS_91
from sim.results.step_functions import is_first, total_by
from sim.results.window import Row, Window

DAYS = ("open_day", "occupied_day")


def rows(window: Window) -> list[Row]:
    """Pounds a person by service, and in all services but hospitals."""
    prices = _price_of_a_night(window)
    first = first_ready(window) if prices else np.zeros(0, dtype=np.int64)
    if not len(first):
        return []
    seconds, entered = used(window, first)
    found, total = [], 0.0
    for name, (a_day, an_admission) in prices.items():
        number = window.numbers[name]
        pounds = a_day * seconds[number] / SECONDS_PER_DAY + an_admission * entered[number]
        found.append(Row(name, "care_91_days_gbp", "", "", pounds / len(first)))
        total += 0.0 if window.is_acute[number] else pounds
    found.append(Row("all", "care_91_days_gbp", "", "", total / len(first)))
    return found


def _price_of_a_night(window: Window) -> dict[str, tuple[float, float]]:
    """By service: pounds a day and an admission."""
    found: dict[str, tuple[float, float]] = {}
    for price in window.scenario.costs.prices:
        a_day, an_admission = found.get(price.of, (0.0, 0.0))
        if price.per in DAYS:
            found[price.of] = a_day + price.gbp, an_admission
        elif price.per == "admission":
            found[price.of] = a_day, an_admission + price.gbp
    return found


def first_ready(window: Window) -> Column:
    """Each person's first stay in hospital that was over in the window, if the window holds the 91 days after it."""
    stays = window.ledger.stays
    rows_ = np.flatnonzero(window.is_acute[stays["service"]] & window.inside(stays["ready"]))
    chosen = rows_[is_first(stays["person"][rows_])]
    return chosen[stays["ready"][chosen] + DAYS_91 <= window.end]


def used(window: Window, first: Column) -> tuple[Column, Column]:
    """Seconds held and admissions by destination number, within the 91 days of these stays' people."""
    stays = window.ledger.stays
    seconds, entered = np.zeros((2, len(window.names)), dtype=np.int64)
    passes = window.passes(chains.PASSES)
    if passes is not None:
        columns = chains.Used(*(stays[name] for name in chains.Used._fields))
        passes.care_used(seconds, entered, columns, first, DAYS_91, window.end)
        return seconds, entered
    person, start = stays["person"][first], stays["ready"][first]
    row = first.copy()
    while len(row):
        left = np.where(stays["left"][row] < NEVER, stays["left"][row], window.end)
        inside = np.minimum(left, start + DAYS_91) - np.maximum(stays["admitted"][row], start)
        seconds += total_by(stays["service"][row], np.maximum(inside, 0), len(window.names))
        begins = (stays["admitted"][row] > start) | (row != first)
        entered += np.bincount(stays["service"][row[begins & (inside > 0)]], minlength=len(window.names))
        row = row + 1
        last = row >= len(stays["person"])
        again = ~last
        again[~last] = stays["person"][row[~last]] == person[~last]
        row, first, person, start = row[again], first[again], person[again], start[again]
    return seconds, entered
