"""Money: what the prices of the scenario come to in the window, to the penny.

Each price is one line: price times bed days, admissions or steps, rounded once to the penny (half up) and
shared among its payers by largest remainder, so that payers, services and lines add up to the same total.
An open day is an available bed day (where hours are counted: one hour a week, for a day); an occupied day
is a person's day in the service. Prices per delayed day are an "of which": they are never added. A step is
paid when it finishes, in the service where it is done.

What may be changed here: free for a new kind of price; england.md, section 4, says why it is done so.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Price
from sim.results.cut import Cut, Row
from sim.results.occupancy import MINUTES_PER_HOUR, available_seconds, counts_hours, occupied_seconds

Quantity = Callable[[Cut, str], Fraction]  # days, admissions or steps


class Line(NamedTuple):
    """What one price comes to in one service for one payer."""

    service: str
    price: Price
    payer: str
    pence: int


def open_days(cut: Cut, name: str) -> Fraction:
    """Available bed days of a service in the window (or weekly hours open times days)."""
    service = cut.scenario.service(name)
    each = SECONDS_PER_DAY * (MINUTES_PER_HOUR if counts_hours(service) else 1)
    return Fraction(available_seconds(cut, service), each)


def occupied_days(cut: Cut, name: str) -> Fraction:
    """Bed days that people were in a service in the window."""
    return Fraction(occupied_seconds(cut, cut.scenario.service(name)), SECONDS_PER_DAY)


def admissions(cut: Cut, name: str) -> Fraction:
    """Stays in a service that began in the window."""
    return Fraction(cut.admitted_inside(cut.numbers[name]))


def steps_done(cut: Cut, name: str) -> dict[str, int]:
    """How many steps of this name finished in the window, by service where they were done."""
    steps = cut.ledger.steps
    if name not in cut.ledger.step_names:
        return {}
    done = cut.inside(steps["finished"]) & (steps["step"] == cut.ledger.step_names.index(name))
    counts = np.bincount(cut.ledger.stays["service"][steps["stay"][done]], minlength=cut.home + 1)
    return {cut.names[number]: int(count) for number, count in enumerate(counts) if count}


QUANTITIES: dict[str, Quantity] = {
    "open_day": open_days,
    "occupied_day": occupied_days,
    "admission": admissions,
}


def lines(cut: Cut) -> list[Line]:
    """Every price of the scenario, by service and payer, in file order."""
    found = []
    for price in cut.scenario.costs.prices:
        if price.per == "step":
            quantities = [(name, Fraction(count)) for name, count in steps_done(cut, price.of).items()]
        elif price.per in QUANTITIES:
            quantities = [(price.of, QUANTITIES[price.per](cut, price.of))]
        else:
            continue  # per delayed day: of which, never added
        for service, quantity in quantities:
            pence = in_pence(price, quantity)
            shares = [Fraction(str(share)) for _, share in price.payers]
            for (payer, _), part in zip(price.payers, shared(pence, shares), strict=True):
                found.append(Line(service, price, payer, part))
    return found


def in_pence(price: Price, quantity: Fraction) -> int:
    """A price times a quantity, in pence, half a penny up."""
    return int(Fraction(str(price.gbp)) * quantity * 100 + Fraction(1, 2))


def shared(pence: int, shares: list[Fraction]) -> list[int]:
    """Whole pence by payer that add up: rounded down, the rest by largest remainder, the first of equals."""
    total = sum(shares)
    exact = [pence * share / total for share in shares]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: pence - sum(parts)]:
        parts[index] += 1
    return parts


def payers(cut: Cut) -> list[str]:
    """Every payer, in the order in which the scenario first names them."""
    return list(dict.fromkeys(payer for price in cut.scenario.costs.prices for payer, _ in price.payers))


def rows(cut: Cut) -> list[Row]:
    """Cash cost of each service that has a price and of all, each in total and by payer."""
    if not cut.scenario.costs.prices:
        return []
    found = lines(cut)
    priced = {line.service for line in found}
    out = []
    for name in (*(name for name in cut.names if name in priced), "all"):
        here = [line for line in found if name in (line.service, "all")]
        out.append(_row(name, "", "", here))
        for payer in payers(cut):
            paid = [line for line in here if line.payer == payer]
            if paid:
                out.append(_row(name, "payer", payer, paid))
    return out


def _row(name: str, by: str, item: str, found: list[Line]) -> Row:
    return Row(name, "cost_cash_gbp", by, item, sum(line.pence for line in found) / 100, "GBP")
