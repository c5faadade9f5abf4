"""Budget lines: what was spent of each in the window, what it allows for so many days, and whether it is kept.

A line pays for every price that fits what it says: who pays, whose money it is in the end, what it is spent on. Its
pounds are for 365 days; a window of another length has its part of them, to the penny. Lines may overlap: each is
held against its own spending, and they are never added up.

What may be changed here: free; what is said of these figures stands in `budget_lines.py`.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from sim.inputs.scenario import Budget, Costs
from sim.results.measures.costs import Line, by_contributor, lines, summed
from sim.results.window import Row, Window

DAYS_PER_YEAR = 365


def rows(window: Window) -> Iterator[Row]:
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
