"""Does the money add up? Each price again from the records by another way, and no element charged twice.

Seconds in the window come by way of paths: people there at each time, and places open or held beyond those. They are loops for a
compiler, and the same in plain NumPy; tests hold both equal.

Invariants may be added; removing one needs agreement.
"""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import SECONDS_PER_DAY, Budget, Service
from sim.machine_code import Passes
from sim.model.records import NEVER, NONE, Column
from sim.results.invariants import count_sweep
from sim.results.invariants.records import IdentityBroken, require_sum
from sim.results.measures import costs
from sim.results.measures.occupancy import (
    MINUTES_PER_HOUR,
    counts_hours,
    held_over_time,
    open_over_time,
    people_over_time,
)
from sim.results.path_passes import Path
from sim.results.step_functions import StepFunction, instants_of
from sim.results.window import Row, Window, kept

# -- for the compiler --------------------------------------------------------------------------------------------------


def integral(path: Path, first: int, last: int) -> int:
    """Value times seconds over [first, last)."""
    total = 0
    for i in range(len(path.times)):
        until = path.times[i + 1] if i + 1 < len(path.times) else NEVER
        total += path.values[i] * max(min(until, last) - max(path.times[i], first), 0)
    return total


def integral_of_larger(planned: Path, held: Path, first: int, last: int) -> int:
    """The same of places planned and those held beyond them: a path is 0 before its first time."""
    total, index, also, here, there = 0, 0, 0, 0, 0
    since = first
    while since < last:
        while index < len(planned.times) and planned.times[index] <= since:
            here = planned.values[index]
            index += 1
        while also < len(held.times) and held.times[also] <= since:
            there = held.values[also]
            also += 1
        until = min(last, planned.times[index]) if index < len(planned.times) else last
        until = min(until, held.times[also]) if also < len(held.times) else until
        total += (here + max(there - here, 0)) * (until - since)
        since = until
    return total


PASSES = Passes(__file__, integral, integral_of_larger)


# -- and what is handed to it ------------------------------------------------------------------------------------------


def people_seconds(window: Window, service: Service) -> int:
    """Seconds that people were in a service in the window: by the path that occupancy is read from, if it is read from one."""
    passes = window.passes(PASSES)
    if passes is None:
        return people_over_time(window, service).integral(window.first, window.end)
    if service.is_unlimited or counts_hours(service):
        return int(count_sweep.stays_again(window).care[count_sweep.PRESENT, window.number(service)])
    return int(passes.integral(Path(*people_over_time(window, service)), window.first, window.end))


def available_seconds(window: Window, service: Service) -> int:
    """Seconds for which places were open in the window, or held beyond those that were."""
    planned, held = open_over_time(window, service), held_over_time(window, service)
    passes = window.passes(PASSES)
    if passes is not None:
        return int(passes.integral_of_larger(Path(*planned), Path(*held), window.first, window.end))
    times = instants_of(planned.times, held.times)
    beyond = StepFunction(times, np.maximum(held.at(times) - planned.at(times), 0))
    return planned.integral(window.first, window.end) + beyond.integral(window.first, window.end)


# -- the money, again --------------------------------------------------------------------------------------------------


COSTS_ADD_UP = "costs recompute to the penny"
BUDGETS_ADD_UP = "budget lines add up"
IN_NO_SERVICE = ("team", "programme")
YEAR = 365 * SECONDS_PER_DAY
CHARGED_ONCE = "no element is charged twice"


def check_costs(window: Window) -> None:
    """Each price again, from waits instead of stays and from paths instead of sums."""
    found = costs.lines(window)
    _each_once(window, found)
    again = sum(
        _pence_again(window, price.of, price.per, costs.exactly(price.gbp)) for price in window.scenario.costs.prices
    )
    charged = [line.pence for line in found if line.part != "not closed"]
    require_sum(COSTS_ADD_UP, "all prices", sum(charged), again)
    rows = [row for row in costs.rows(window) if row.measure in ("cost_cash_gbp", "cost_capital_gbp")]
    parts = _together(rows)
    for row in (row for row in rows if row.by == ""):
        for by in ("payer", "contributor", "part"):
            if (together := parts.get((row.service, row.measure, by))) is not None:
                require_sum(COSTS_ADD_UP, f"{row.service}, by {by}", pence(together), pence(row.value))
    elements = [row for row in rows if (row.service != "all" and row.by == "") or row.by in IN_NO_SERVICE]
    total = sum(row.value for row in elements)
    require_sum(COSTS_ADD_UP, "services, teams and programmes", pence(total), sum(line.pence for line in found))
    of_budgets = list(costs.budget_rows(window))
    for budget in window.scenario.costs.budgets:
        _check_budget(window, budget, of_budgets, rows)


def _together(rows: Iterable[Row]) -> dict[tuple[str, str, str], float]:
    """The rows of each sort of part of each whole added up."""
    found: dict[tuple[str, str, str], float] = {}
    for service, measure, by, _, value, _ in rows:
        found[service, measure, by] = found.get((service, measure, by), 0.0) + value
    return found


def _check_budget(window: Window, budget: Budget, rows: list[Row], cash: list[Row]) -> None:
    """What a line allows is what was spent and what is left; what one payer or contributor spends is reported elsewhere too."""
    found = {row.measure: pence(row.value) for row in rows if row.item == budget.name}
    spent = found["budget_spent_gbp"]
    require_sum(BUDGETS_ADD_UP, budget.name, spent + found["budget_left_gbp"], found["budget_gbp"])
    if budget.spent_on or budget.capital or (budget.payers and budget.contributors):
        return
    by = "contributor" if budget.contributors and window.scenario.costs.pools else "payer"
    names = budget.payers or budget.contributors
    amounts = (
        row.value for row in cash if row[:3] == ("all", "cost_cash_gbp", by) and (not names or row.item in names)
    )
    require_sum(BUDGETS_ADD_UP, f"{budget.name}, by {by}", spent, pence(sum(amounts)))


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
    if per == "step":
        names = window.ledger.step_names
        counts = _steps_again(window)[names.index(of)] if of in names else ()
        return sum(rounded(price * int(count)) for count in counts)
    if per == "admission":
        return rounded(price * int(_admissions_again(window)[window.numbers[of]]))
    if per == "year":
        return rounded(price * Fraction(window.end - window.first, YEAR))
    if per == "place_year":
        return rounded(price * place_seconds_again(window, of) / YEAR)
    if per in ("occupied_day", "open_day"):
        return rounded(price * days_again(window, window.scenario.service(of), per))
    return 0


def place_seconds_again(window: Window, name: str) -> Fraction:
    """Places of a team times the seconds of the window in which it has them, change by change."""
    (capacity,) = (team.capacity for team in window.scenario.teams if team.name == name)
    ends = [*(change.from_second for change in capacity[1:]), window.end]
    spans = (
        (change.places or 0) * max(0, min(end, window.end) - max(change.from_second, window.first))
        for change, end in zip(capacity, ends, strict=True)
    )
    return Fraction(sum(spans))


@kept
def _steps_again(window: Window) -> NDArray[np.int64]:
    """How many steps were finished in the window, by step and by the service where they were done, or that people come to."""
    steps, names, size = window.ledger.steps, window.ledger.step_names, len(window.names)
    done = np.flatnonzero(window.inside(steps["finished"]))
    cells = steps["step"][done] * size + window.ledger.stays["service"][steps["stay"][done]]
    found = np.bincount(cells, minlength=len(names) * size).reshape(len(names), size)
    outside, comes_to = window.ledger.arrival_steps, window.ledger.people["arrives_at"]
    for row in np.flatnonzero(window.inside(outside["finished"])).tolist():
        found[outside["step"][row], window.members[int(comes_to[outside["person"][row]])][0]] += 1
    return found


@kept
def _admissions_again(window: Window) -> Column:
    """How many waits ended in each destination in the window."""
    came = window.admitted_to[window.inside(window.ledger.waits["ended"])]
    return np.bincount(came[came != NONE], minlength=len(window.names))


def days_again(window: Window, service: Service, per: str) -> Fraction:
    """Occupied or open days of a service in the window, from paths."""
    if per == "occupied_day":
        return Fraction(people_seconds(window, service), SECONDS_PER_DAY)
    each = SECONDS_PER_DAY * (MINUTES_PER_HOUR if counts_hours(service) else 1)
    return Fraction(available_seconds(window, service), each)


def rounded(pounds: Fraction) -> int:
    """Pounds in whole pence, half a penny up."""
    number, of = pounds.as_integer_ratio()
    return (200 * number + of) // (2 * of)
