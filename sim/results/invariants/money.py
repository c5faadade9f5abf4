"""Does the money add up? Each price again from the ledger by another way, and no element charged twice.

Invariants may be added; removing one needs agreement.
"""

from collections import Counter
from fractions import Fraction

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Budget, Service
from sim.results.invariants.records import IdentityBroken, require_sum
from sim.results.measures import budgets, costs
from sim.results.measures.occupancy import (
    MINUTES_PER_HOUR,
    counts_hours,
    held_over_time,
    open_over_time,
    people_over_time,
)
from sim.results.step_functions import StepFunction, instants_of
from sim.results.window import Row, Window

COSTS_ADD_UP = "costs recompute to the penny"
BUDGETS_ADD_UP = "budget lines add up"
IN_NO_SERVICE = ("team", "programme")
YEAR = 365 * SECONDS_PER_DAY
CHARGED_ONCE = "no element is charged twice"


def check_costs(window: Window) -> None:
    """Each price again, from waits instead of stays and from paths instead of sums."""
    found = costs.lines(window)
    _each_once(window, found)
    again = sum(_pence_again(window, one.of, one.per, Fraction(str(one.gbp))) for one in window.scenario.costs.prices)
    charged = [line.pence for line in found if line.part != "not closed"]
    require_sum(COSTS_ADD_UP, "all prices", sum(charged), again)
    rows = [row for row in costs.rows(window) if row.measure in ("cost_cash_gbp", "cost_capital_gbp")]
    for row in rows:
        for by in ("payer", "contributor", "part") if row.by == "" else ():
            parts = [other.value for other in rows if other[:3] == (row.service, row.measure, by)]
            if parts:
                require_sum(COSTS_ADD_UP, f"{row.service}, by {by}", pence(sum(parts)), pence(row.value))
    elements = [row for row in rows if (row.service != "all" and row.by == "") or row.by in IN_NO_SERVICE]
    total = sum(row.value for row in elements)
    require_sum(COSTS_ADD_UP, "services, teams and programmes", pence(total), sum(line.pence for line in found))
    for budget in window.scenario.costs.budgets:
        _check_budget(window, budget, rows)


def _check_budget(window: Window, budget: Budget, cash: list[Row]) -> None:
    """What a line allows is what was spent and what is left; what one payer or contributor spends is told elsewhere too."""
    found = {row.measure: pence(row.value) for row in budgets.rows(window) if row.item == budget.name}
    spent = found["budget_spent_gbp"]
    require_sum(BUDGETS_ADD_UP, budget.name, spent + found["budget_left_gbp"], found["budget_gbp"])
    if budget.spent_on or budget.capital or (budget.payers and budget.contributors):
        return
    by = "contributor" if budget.contributors and window.scenario.costs.pools else "payer"
    names = budget.payers or budget.contributors
    told = (row.value for row in cash if row[:3] == ("all", "cost_cash_gbp", by) and (not names or row.item in names))
    require_sum(BUDGETS_ADD_UP, f"{budget.name}, by {by}", spent, pence(sum(told)))


def _each_once(window: Window, found: list[costs.Line]) -> None:
    """One price for each basis of a service, one line for each price, part, place and payer."""
    prices = Counter((price.of, price.per) for price in window.scenario.costs.prices)
    charged = Counter((line.service, line.price.of, line.price.per, line.part, line.payer) for line in found)
    for what, number in (*prices.items(), *charged.items()):
        if number > 1:
            raise IdentityBroken(CHARGED_ONCE, f"{', '.join(what)}: {number} times")


def pence(pounds: float) -> int:
    """Pounds in whole pence."""
    return round(pounds * 100)


def _pence_again(window: Window, of: str, per: str, price: Fraction) -> int:
    ledger = window.ledger
    if per == "step":
        is_it = np.array([name == of for name in ledger.step_names], dtype=bool)[ledger.steps["step"]]
        done = ledger.steps["stay"][is_it & window.inside(ledger.steps["finished"])]
        counts = np.bincount(ledger.stays["service"][done])
        return sum(rounded(price * int(count)) for count in counts)
    if per == "admission":
        entered = window.admitted_to == window.numbers[of]
        return rounded(price * int(window.inside(ledger.waits["ended"][entered]).sum()))
    if per == "year":
        return rounded(price * Fraction(window.end - window.first, YEAR))
    if per == "place_year":
        return rounded(price * _place_seconds_again(window, of) / YEAR)
    if per in ("occupied_day", "open_day"):
        return rounded(price * days_again(window, window.scenario.service(of), per))
    return 0


def _place_seconds_again(window: Window, name: str) -> Fraction:
    """Places of a team times the seconds of the window in which it has them, change by change."""
    (capacity,) = (team.capacity for team in window.scenario.teams if team.name == name)
    ends = [*(change.from_second for change in capacity[1:]), window.end]
    spans = (
        (change.places or 0) * max(0, min(end, window.end) - max(change.from_second, window.first))
        for change, end in zip(capacity, ends, strict=True)
    )
    return Fraction(sum(spans))


def days_again(window: Window, service: Service, per: str) -> Fraction:
    """Occupied or open days of a service in the window, from paths."""
    if per == "occupied_day":
        return Fraction(people_over_time(window, service).integral(window.first, window.end), SECONDS_PER_DAY)
    planned, held = open_over_time(window, service), held_over_time(window, service)
    times = instants_of(planned.times, held.times)
    beyond = StepFunction(times, np.maximum(held.at(times) - planned.at(times), 0))
    available = planned.integral(window.first, window.end) + beyond.integral(window.first, window.end)
    return Fraction(available, SECONDS_PER_DAY * (MINUTES_PER_HOUR if counts_hours(service) else 1))


def rounded(pounds: Fraction) -> int:
    """Pounds in whole pence, half a penny up."""
    return int(pounds * 100 + Fraction(1, 2))
