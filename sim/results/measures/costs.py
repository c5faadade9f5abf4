"""Money: what the prices of the scenario come to in the window, to the penny. This is the cash ledger.

Each price is one line: price times bed days, admissions or steps, rounded once to the penny (half up) and
shared among its payers by largest remainder, so that payers, services, parts and lines add up to the same
total. An open day is an available bed day (where hours are counted: one hour a week, for a day); an occupied
day is a person's day in the service. Where payers go by week of the stay, the days of each part of the stay
weigh its payers. Prices per delayed day are an "of which": they are never added. A step is paid when it
finishes, in the service where it is done; capital steps are shown apart. Fixed cost falls only where beds are
closed by date and in whole wards: a comparison says which beds go on costing (`stays_open`).

What may be changed here: free for a new kind of price; docs/money.md says why it is done so.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Costs, Price, Split
from sim.results.measures.occupancy import (
    MINUTES_PER_HOUR,
    available_path,
    available_seconds,
    counts_hours,
    occupied_seconds,
)
from sim.results.step_functions import Path, column, larger
from sim.results.window import Cut, Row

SECONDS_PER_WEEK = 7 * SECONDS_PER_DAY
FOR_EVER = 2**61  # seconds

PART_OF = {"open_day": "open", "occupied_day": "used", "admission": "admissions", "step": "steps"}

Quantity = Callable[[Cut, str], Fraction]  # days, admissions or steps


class Line(NamedTuple):
    """What one price comes to in one service for one payer; `part` is one of COST_PARTS."""

    service: str
    part: str
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


def not_closed_days(cut: Cut, name: str) -> Fraction:
    """Bed days that are no longer open but go on costing: no whole ward was closed by date."""
    freed = next((one for one in cut.scenario.costs.freed_beds if one.service == name), None)
    if freed is None or not freed.stays_open:
        return Fraction(0)
    beds = [(one.from_second, one.places or 0) for one in freed.stays_open]
    stays = Path(column(*(at for at, _ in beds)), column(*(places for _, places in beds)))
    available = available_path(cut, cut.scenario.service(name))
    more = larger(stays, available).integral(cut.first, cut.end) - available.integral(cut.first, cut.end)
    return Fraction(more, SECONDS_PER_DAY)


def charges(cut: Cut) -> Iterator[tuple[str, str, Price, Fraction]]:
    """Each price with what it is charged for: service, part, price, quantity; nothing twice."""
    for price in cut.scenario.costs.prices:
        if price.per == "step":
            for name, count in steps_done(cut, price.of).items():
                yield name, "steps", price, Fraction(count)
        elif price.per in QUANTITIES:
            yield price.of, PART_OF[price.per], price, QUANTITIES[price.per](cut, price.of)
        if price.per == "open_day" and not_closed_days(cut, price.of):
            yield price.of, "not closed", price, not_closed_days(cut, price.of)


def lines(cut: Cut) -> list[Line]:
    """Every price of the scenario, by service and payer, in file order."""
    return cut.once("priced lines", "all", lambda: _lines(cut))


def _lines(cut: Cut) -> list[Line]:
    found = []
    for service, part, price, quantity in charges(cut):
        split = payers_of(cut, price)
        parts = shared(in_pence(price, quantity), [share for _, share in split])
        found += [Line(service, part, price, payer, pence) for (payer, _), pence in zip(split, parts, strict=True)]
    return found


def payers_of(cut: Cut, price: Price) -> list[tuple[str, Fraction]]:
    """Who pays a price, with weights; by week of the stay, the days that fell into each part of it weigh."""
    parts = [(0, price.payers), *price.later_payers]
    if len(parts) == 1:
        return _exact(price.payers)
    number = cut.numbers[price.of]
    admitted, left = cut.stays_in(number, "admitted"), cut.stays_in(number, "left")
    weights: dict[str, Fraction] = {}
    for index, (weeks, split) in enumerate(parts):
        last = parts[index + 1][0] * SECONDS_PER_WEEK if index + 1 < len(parts) else FOR_EVER
        ends = np.minimum(left, admitted + last)
        seconds = int(cut.clipped(admitted + weeks * SECONDS_PER_WEEK, ends).sum())
        for payer, share in _exact(split):
            weights[payer] = weights.get(payer, Fraction(0)) + seconds * share
    return list(weights.items()) if any(weights.values()) else _exact(price.payers)


def _exact(split: Split) -> list[tuple[str, Fraction]]:
    return [(payer, Fraction(str(share))) for payer, share in split]


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


def rows(cut: Cut) -> list[Row]:
    """Cash of each service that has a price and of all: in total, by payer, contributor and part; capital apart."""
    return cut.once("cost rows", "all", lambda: _rows(cut))


def _rows(cut: Cut) -> list[Row]:
    found = lines(cut)
    cash = [line for line in found if not line.price.capital]
    capital = [line for line in found if line.price.capital]
    costs = cut.scenario.costs
    out = []
    if any(not price.capital for price in costs.prices):
        out += _ledger(cut, "cost_cash_gbp", cash, ("payer", "contributor", "part"))
    if any(price.capital for price in costs.prices):
        out += _ledger(cut, "cost_capital_gbp", capital, ("payer",))
    return out


def _ledger(cut: Cut, measure: str, found: list[Line], splits: Sequence[str]) -> list[Row]:
    priced = {line.service for line in found}
    out = []
    for name in (*(name for name in cut.names if name in priced), "all"):
        here = [line for line in found if name in (line.service, "all")]
        out.append(Row(name, measure, "", "", _pounds(sum(line.pence for line in here)), "GBP"))
        for by in splits:
            amounts = _amounts(cut.scenario.costs, here, by)
            out += [Row(name, measure, by, item, _pounds(pence), "GBP") for item, pence in amounts.items()]
    return out


def _amounts(costs: Costs, here: list[Line], by: str) -> dict[str, int]:
    """Pence by payer, by part, or by contributor to the pooled funds (if there are any)."""
    if by == "part":
        return summed((line.part, line.pence) for line in here)
    paid = summed((line.payer, line.pence) for line in here)
    by_payer = {payer: paid[payer] for payer in costs.payers if payer in paid}
    if by == "payer":
        return by_payer
    return by_contributor(costs, by_payer) if costs.pools else {}


def by_contributor(costs: Costs, by_payer: dict[str, int]) -> dict[str, int]:
    """Pence by whose money it is in the end: pooled funds split among those who put money in."""
    pools = dict(costs.pools)
    found: list[tuple[str, int]] = []
    for payer, pence in by_payer.items():
        split = _exact(pools.get(payer, ((payer, 1.0),)))
        parts = shared(pence, [share for _, share in split])
        found += [(name, part) for (name, _), part in zip(split, parts, strict=True)]
    return summed(found)


def summed(pairs: Iterator[tuple[str, int]] | list[tuple[str, int]]) -> dict[str, int]:
    """Pence by name."""
    found: dict[str, int] = {}
    for item, pence in pairs:
        found[item] = found.get(item, 0) + pence
    return found


def _pounds(pence: int) -> float:
    return pence / 100
