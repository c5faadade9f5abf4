"""Does every budget line limit something? An amount, names that prices know, and some price that it pays for.

What may be changed here: a new check is a line in `check_budgets`; the exact words are tested.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sim.inputs.cost_checks import SECTIONS, priced
from sim.inputs.prices import names_in
from sim.inputs.problems import did_you_mean, listed, quoted
from sim.inputs.reading import Said, each, is_sound
from sim.inputs.told import Told

SPENT = ("per_open_day", "per_occupied_day", "average_per_day", "per_admission", "each", "per_place_year", "per_year")
NARROWS = ("payer", "contributor", "spent_on", "capital")


def check_budgets(told: Told) -> None:
    """Every line has an amount, names what prices name, and pays for something."""
    costs = told.said["costs"]
    if not isinstance(costs, Said) or not is_sound([costs[key] for key in (*SECTIONS, "pools")]):
        return
    for _, budget in each(costs["budgets"]):
        if is_sound(budget):
            _check_budget(told, costs, budget)


def _check_budget(told: Told, costs: Said, budget: Said) -> None:
    if not budget["per_year"]:
        told.refuse((*budget.path, "per_year"), "is £0, so nothing is budgeted; write an amount, or delete the line")
    payers = {payer for _, price in _priced(costs) for payer in _payers(price["payer"])}
    known = {
        "payer": (payers, "pays for nothing: no price here names it as `payer`"),
        "contributor": (_contributors(costs, payers), "puts in nothing: no price here is paid with its money"),
        "spent_on": ({name for name, _ in _priced(costs)}, "has no price here, so nothing is ever spent on it"),
    }
    wrong = [_check_names(told, budget, key, *what) for key, what in known.items()]
    if not any(wrong) and not any(_pays_for(costs, budget, name, price) for name, price in _priced(costs)):
        told.refuse(budget.path, f"limits nothing: {_why_nothing(budget)}")


def _why_nothing(budget: Said) -> str:
    written = [f"`{key}`" for key in NARROWS if budget[key]]
    if not written:
        return "`costs` holds no price that is not capital; write the prices of services or steps"
    fits = f"fits {listed(written, 'and')} together" if len(written) > 1 else f"fits {written[0]}"
    return f"no price {fits}; change or delete {'one of them' if len(written) > 1 else 'it'}"


def _check_names(told: Told, budget: Said, key: str, known: set[str], what: str) -> bool:
    """Refuse each name that is not known; gives whether there was one."""
    wrong = [(number, name) for number, name in enumerate(names_in(budget[key]), 1) if name not in known]
    for number, name in wrong:
        path = (*budget.path, key, str(number)) if isinstance(budget[key], list) else (*budget.path, key)
        told.refuse(path, f"is {quoted(name)}, which {what}{did_you_mean(name, sorted(known))}")
    return bool(wrong)


def _priced(costs: Said) -> Iterator[tuple[str, Said]]:
    """Everything on which something is spent."""
    for name, price in priced(costs):
        if any(price.get(key) is not None for key in SPENT):
            yield name, price


def _payers(said: Any) -> set[str]:
    """Everybody who pays some of a price."""
    if isinstance(said, list):
        return {payer for row in said for payer in _payers(row["payer"])}
    return set(said) if isinstance(said, Said) else {said}


def _contributors(costs: Said, payers: Iterable[str]) -> set[str]:
    """Whose money it is in the end."""
    pools = costs["pools"] or {}
    return {name for payer in payers for name in pools.get(payer, (payer,))}


def _pays_for(costs: Said, budget: Said, name: str, price: Said) -> bool:
    """Could some of a price be paid from a budget line?"""
    payers = _payers(price["payer"])
    if budget["payer"] is not None:
        payers &= set(names_in(budget["payer"]))
    whose, wanted = _contributors(costs, payers), names_in(budget["contributor"])
    fits = not budget["spent_on"] or name in names_in(budget["spent_on"])
    return fits and bool(price.get("capital")) == budget["capital"] and bool(whose & set(wanted) if wanted else whose)
