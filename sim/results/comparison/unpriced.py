"""Does a scenario change what people do without saying what it costs? Then its money is "not priced".

A lever is whatever costs somebody's work: steps, teams, hours, shares, chances, needs, and places of a service or team that
has no price. A scenario with one, and with no price that is new or other than the baseline's, leaves out what the lever
itself costs: its cash tells only what others spend less or more. Who pays a price, and budgets, are no price.

What may be changed here: a new key of the language that costs work belongs in these lists.
"""

from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings, ScenarioChange

NOT_PRICED = "not priced"
PRICED_SECTIONS = ("services", "steps", "teams", "programmes")
NO_AMOUNT = ("payer", "freed_beds", "ward_beds", "capital", "variable_share", "price_year")
CAPACITY = ("beds", "places", "hours_per_week", "bays", "surge")
COUNTED = ("open_day", "occupied_day", "admission")  # prices that grow with the places, or with their use
HOURS = ("admission_hours", "discharge_hours", "review", "turnaround_hours")
NO_LEVERS_OF_PEOPLE = (
    "arrives_at",
    "arrival",
    "longest_wait_days",
    "otherwise",
    "priority",
    "priority_rises",
    "may_join",
)


def is_unpriced(findings: Findings, scenario: Scenario) -> bool:
    """Whether a scenario pulls a lever and names no price that the baseline does not have."""
    changes = findings.changes.get(scenario.id, ())
    if not scenario.costs.prices or any(_is_price(change) for change in changes):
        return False
    return any(change.new and is_lever(change.path, scenario) for change in changes)


def _is_price(change: ScenarioChange) -> bool:
    """Whether a change is of an amount: `costs.services.unit.per_open_day`, which a new price has too."""
    parts = change.path.split(".")
    if len(parts) < 2 or parts[0] != "costs" or parts[1] not in PRICED_SECTIONS or not change.new:
        return False
    return not any(part in NO_AMOUNT for part in parts[3:])


def is_lever(path: str, scenario: Scenario) -> bool:
    """Whether what stands at this path costs somebody's work, which no price of the scenario counts."""
    section, _, rest = path.partition(".")
    name, *keys = rest.split(".")
    if section == "steps":
        return "reason" not in keys
    if section == "teams":
        return not _has_price(scenario, name, ("place_year",))
    if section == "services":
        uncounted = any(key in CAPACITY for key in keys) and not _has_price(scenario, name, COUNTED)
        return uncounted or any(key in HOURS for key in keys)
    return section == "people" and not any(key in NO_LEVERS_OF_PEOPLE or key.startswith("arrivals") for key in keys)


def _has_price(scenario: Scenario, name: str, pers: tuple[str, ...]) -> bool:
    return any(price.of == name and price.per in pers for price in scenario.costs.prices)
