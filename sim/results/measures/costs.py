"""Money: what the prices of the scenario come to in the window, to the penny; a night's cost; budget lines. This is the cash account.

Each price is one line: price times bed days, admissions or steps, rounded once to the penny (half up) and
shared among its payers by largest remainder, so that payers, services, parts and lines add up to the same
total. An open day is an available bed day (where hours are counted: one hour a week, for a day); an occupied
day is a person's day in the service. Where payers go by week of the stay, the days of each part of the stay
weigh its payers. A team is paid for its planned places, a programme for the time of the window: both by the part of
365 days, in no service, and so in the total of all only. Prices per delayed day are an "of which": they are never added. A step is paid when it
finishes, in the service where it is done; capital steps are shown apart. Fixed cost falls only where beds are
closed by date and in whole wards: a comparison says which beds go on costing (`stays_open`).

A line pays for every price that fits what it says: who pays, whose money it is in the end, what it is spent on. Its
pounds are for 365 days; a window of another length has its part of them, to the penny. Lines may overlap: each is
held against its own spending, and they are never added up.

A place that is paid for open costs more for each night that somebody uses than for each night that it is open;
both are beside each other. The cost of delayed days is included in the stays, and never added.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Budget, Costs, Price, Split
from sim.results.measures.delays import delayed_seconds
from sim.results.measures.occupancy import (
    MINUTES_PER_HOUR,
    available_over_time,
    available_seconds,
    counts_hours,
    occupied_seconds,
    planned_over_time,
)
from sim.results.step_functions import StepFunction, column, larger
from sim.results.tables import tables_of
from sim.results.window import Row, Window, kept

SECONDS_PER_WEEK = 7 * SECONDS_PER_DAY
FOR_EVER = 2**61  # seconds

PART_OF = {"open_day": "open", "occupied_day": "used", "admission": "admissions", "step": "steps"}
PARTS_IN_NO_SERVICE = {"teams": "team", "programmes": "programme"}  # and by which division their rows tell them
NO_SERVICE = ""
SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY

Quantity = Callable[[Window, str], Fraction]  # days, admissions or steps


class Line(NamedTuple):
    """What one price comes to in one service, or in none, for one payer; `part` is one of COST_PARTS."""

    service: str
    part: str
    price: Price
    payer: str
    pence: int


def open_days(window: Window, name: str) -> Fraction:
    """Available bed days of a service in the window (or weekly hours open times days)."""
    service = window.scenario.service(name)
    each = SECONDS_PER_DAY * (MINUTES_PER_HOUR if counts_hours(service) else 1)
    return Fraction(available_seconds(window, service), each)


def occupied_days(window: Window, name: str) -> Fraction:
    """Bed days that people were in a service in the window."""
    return Fraction(occupied_seconds(window, window.scenario.service(name)), SECONDS_PER_DAY)


def admissions(window: Window, name: str) -> Fraction:
    """Stays in a service that began in the window."""
    tables, number = tables_of(window), window.numbers[name]
    return Fraction(window.admitted_inside(number) if tables is None else int(tables.by_item["begun"][0, number]))


def steps_done(window: Window, name: str) -> dict[str, int]:
    """How many steps of this name finished in the window, by service where they were done.

    Of a step outside it is the service that its person comes to, of a list the first of its services.
    """
    steps, outside, people = window.ledger.steps, window.ledger.arrival_steps, window.ledger.people
    if name not in window.ledger.step_names:
        return {}
    done = window.inside(steps["finished"]) & (steps["step"] == window.ledger.step_names.index(name))
    service = window.ledger.stays["service"][steps["stay"][done]]
    done = window.inside(outside["finished"]) & (outside["step"] == window.ledger.step_names.index(name))
    first = np.array([members[0] for members in window.members], dtype=np.int64)
    comes_to = first[people["arrives_at"][outside["person"][done]]]
    counts = np.bincount(np.concatenate((service, comes_to)), minlength=window.home + 1)
    return {window.names[number]: int(count) for number, count in enumerate(counts) if count}


def team_years(window: Window, name: str) -> Fraction:
    """Planned places of a team over the window, in years of 365 days."""
    team = next(one for one in window.scenario.teams if one.name == name)
    return Fraction(planned_over_time(team.capacity).integral(window.first, window.end), SECONDS_PER_YEAR)


def years(window: Window) -> Fraction:
    """The window, in years of 365 days."""
    return Fraction(window.end - window.first, SECONDS_PER_YEAR)


QUANTITIES: dict[str, Quantity] = {"open_day": open_days, "occupied_day": occupied_days, "admission": admissions}


def not_closed_days(window: Window, name: str) -> Fraction:
    """Bed days that are no longer open but go on costing: no whole ward was closed by date."""
    freed = next((rule for rule in window.scenario.costs.freed_beds if rule.service == name), None)
    if freed is None or not freed.stays_open:
        return Fraction(0)
    beds = [(one.from_second, one.places or 0) for one in freed.stays_open]
    stays = StepFunction(column(*(at for at, _ in beds)), column(*(places for _, places in beds)))
    available = available_over_time(window, window.scenario.service(name))
    more = larger(stays, available).integral(window.first, window.end) - available.integral(window.first, window.end)
    return Fraction(more, SECONDS_PER_DAY)


def charges(window: Window) -> Iterator[tuple[str, str, Price, Fraction]]:
    """Each price with what it is charged for: service, part, price, quantity; nothing twice."""
    for price in window.scenario.costs.prices:
        if price.per == "step":
            for name, count in steps_done(window, price.of).items():
                yield name, "steps", price, Fraction(count)
        elif price.per == "place_year":
            yield NO_SERVICE, "teams", price, team_years(window, price.of)
        elif price.per == "year":
            yield NO_SERVICE, "programmes", price, years(window)
        elif price.per in QUANTITIES:
            yield price.of, PART_OF[price.per], price, QUANTITIES[price.per](window, price.of)
        if price.per == "open_day" and not_closed_days(window, price.of):
            yield price.of, "not closed", price, not_closed_days(window, price.of)


@kept
def lines(window: Window) -> list[Line]:
    """Every price of the scenario, by service and payer, in file order."""
    found = []
    for service, part, price, quantity in charges(window):
        split = payers_of(window, price)
        parts = shared(in_pence(price, quantity), [share for _, share in split])
        found += [Line(service, part, price, payer, pence) for (payer, _), pence in zip(split, parts, strict=True)]
    return found


def payers_of(window: Window, price: Price) -> list[tuple[str, Fraction]]:
    """Who pays a price, with weights; by week of the stay, the days that fell into each part of it weigh."""
    parts = [(0, price.payers), *price.later_payers]
    if len(parts) == 1:
        return _exact(price.payers)
    number = window.numbers[price.of]
    admitted, left = window.stays_in(number, "admitted"), window.stays_in(number, "left")
    weights: dict[str, Fraction] = {}
    for index, (weeks, split) in enumerate(parts):
        last = parts[index + 1][0] * SECONDS_PER_WEEK if index + 1 < len(parts) else FOR_EVER
        ends = np.minimum(left, admitted + last)
        seconds = int(window.clipped(admitted + weeks * SECONDS_PER_WEEK, ends).sum())
        for payer, share in _exact(split):
            weights[payer] = weights.get(payer, Fraction(0)) + seconds * share
    return list(weights.items()) if any(weights.values()) else _exact(price.payers)


def _exact(split: Split) -> list[tuple[str, Fraction]]:
    return [(payer, exactly(share)) for payer, share in split]


@lru_cache(maxsize=1024)  # the same in every replication
def exactly(written: float) -> Fraction:
    """A number as it is written."""
    return Fraction(str(written))


def in_pence(price: Price, quantity: Fraction) -> int:
    """A price times a quantity, in pence, half a penny up."""
    pounds = exactly(price.gbp) * quantity
    above, below = 200 * pounds.numerator + pounds.denominator, 2 * pounds.denominator
    return above // below if above >= 0 else -(-above // below)


def shared(pence: int, shares: list[Fraction]) -> list[int]:
    """Whole pence by payer that add up: rounded down, the rest by largest remainder, the first of equals."""
    if len(shares) == 1:
        return [pence]
    of = lcm(*(share.denominator for share in shares))
    weights = [share.numerator * (of // share.denominator) for share in shares]  # whole numbers: quicker than fractions
    total = sum(weights)
    exact = [pence * weight for weight in weights]  # times the total
    parts = [one // total if one >= 0 else -(-one // total) for one in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] * total - exact[index], index))
    for index in by_remainder[: pence - sum(parts)]:
        parts[index] += 1
    return parts


@kept
def rows(window: Window) -> list[Row]:
    """Cash of each service that has a price and of all: in total, by payer, contributor and part; capital apart."""
    found = lines(window)
    cash = [line for line in found if not line.price.capital]
    capital = [line for line in found if line.price.capital]
    costs = window.scenario.costs
    out = []
    if any(not price.capital for price in costs.prices):
        out += _ledger(window, "cost_cash_gbp", cash, ("payer", "contributor", "part"))
    if any(price.capital for price in costs.prices):
        out += _ledger(window, "cost_capital_gbp", capital, ("payer",))
    return out


def _ledger(window: Window, measure: str, found: list[Line], splits: Sequence[str]) -> list[Row]:
    priced = {line.service for line in found}
    costs = window.scenario.costs
    payers = window.scenario.once("payers", lambda: costs.payers)
    out = []
    for name in (*(name for name in window.names if name in priced), "all"):
        here = [line for line in found if name in (line.service, "all")]
        out.append(Row(name, measure, "", "", _pounds(sum(line.pence for line in here))))
        for by in splits:
            amounts = _amounts(costs, payers, here, by)
            out += [Row(name, measure, by, item, _pounds(pence)) for item, pence in amounts.items()]
    for part, by in PARTS_IN_NO_SERVICE.items():
        each = summed((line.price.of, line.pence) for line in found if line.part == part)
        out += [Row("all", measure, by, item, _pounds(pence)) for item, pence in each.items()]
    return out


def _amounts(costs: Costs, payers: Sequence[str], here: list[Line], by: str) -> dict[str, int]:
    """Pence by payer, by part, or by contributor to the pooled funds (if there are any)."""
    if by == "part":
        return summed((line.part, line.pence) for line in here)
    if by == "contributor" and not costs.pools:
        return {}
    paid = summed((line.payer, line.pence) for line in here)
    by_payer = {payer: paid[payer] for payer in payers if payer in paid}
    return by_payer if by == "payer" else by_contributor(costs, by_payer)


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


DAYS_PER_YEAR = 365


def budget_rows(window: Window) -> Iterator[Row]:
    """Four rows for each budget line of the scenario."""
    costs = window.scenario.costs
    found = lines(window) if costs.budgets else []
    for budget in costs.budgets:
        allowed = allowed_pence(budget, window.scenario.calendar.measured_days)
        yield from rows_of(budget.name, allowed, spent_pence(costs, budget, found))


def allowed_pence(budget: Budget, days: int) -> int:
    """What a line allows for so many days, half a penny up."""
    return int(Fraction(str(budget.gbp_per_year)) * 100 * days / DAYS_PER_YEAR + Fraction(1, 2))


def spent_pence(costs: Costs, budget: Budget, found: Iterable[Line]) -> int:
    """What of these costs a budget line pays."""
    paid = summed((line.payer, line.pence) for line in found if budget.covers(line.price))
    ours = {payer: paid[payer] for payer in costs.payers if payer in paid and _is_one_of(payer, budget.payers)}
    whose = by_contributor(costs, ours)
    return sum(pence for name, pence in whose.items() if _is_one_of(name, budget.contributors))


def _is_one_of(name: str, names: tuple[str, ...]) -> bool:
    return not names or name in names


def rows_of(name: str, allowed: int, spent: int) -> Iterator[Row]:
    """What a line allows, what was spent, what is left and whether it is kept."""
    for measure, pence in (("budget_gbp", allowed), ("budget_spent_gbp", spent), ("budget_left_gbp", allowed - spent)):
        yield Row("all", measure, "budget", name, pence / 100)
    yield Row("all", "budget_kept_share", "budget", name, float(spent <= allowed))


DAYS = ("open_day", "occupied_day")


def night_rows(window: Window) -> list[Row]:
    """Cost of a night in every service that is paid for open, and of delayed days where they have a price."""
    return [*_nights(window), *_delayed(window)]


def _nights(window: Window) -> list[Row]:
    standing = {price.of for price in window.scenario.costs.prices if price.per == "open_day"}
    found = []
    spent = [line for line in lines(window) if line.service in standing and line.part not in ("steps", "not closed")]
    for name in (name for name in window.names if name in standing):
        pounds = sum(line.pence for line in spent if line.service == name) / 100
        for measure, days in (
            ("cost_per_open_night_gbp", open_days(window, name)),
            ("cost_per_used_night_gbp", occupied_days(window, name)),
        ):
            if days:
                found.append(Row(name, measure, "", "", pounds / float(days)))
    return found


def _delayed(window: Window) -> list[Row]:
    found = []
    for name, gbp in window.scenario.once("delayed days", lambda: _delayed_days(window.scenario.costs.prices)).items():
        if gbp and name in window.numbers:
            seconds = delayed_seconds(window, window.numbers[name])
            pence = int(gbp * seconds * 100 / SECONDS_PER_DAY + Fraction(1, 2))
            found.append(Row(name, "delayed_days_cost_gbp", "", "", pence / 100))
    if found:
        total = round(sum(row.value for row in found), 2)
        found.append(Row("all", "delayed_days_cost_gbp", "", "", total))
    return found


def _delayed_days(prices: tuple[Price, ...]) -> dict[str, Fraction]:
    """The price of a delayed day, by service."""
    return {price.of: delayed_day_gbp(prices, price.of) for price in prices if price.per != "step"}


def delayed_day_gbp(prices: tuple[Price, ...], name: str) -> Fraction:
    """The price of a delayed day: its own where one is given, else that of an open and occupied day."""
    here = [price for price in prices if price.of == name]
    own = [price for price in here if price.per == "delayed_day"]
    chosen = own or [price for price in here if price.per in DAYS]
    return sum((exactly(price.gbp) for price in chosen), Fraction(0))
