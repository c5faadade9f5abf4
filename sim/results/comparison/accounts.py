"""The capacity and value accounts of a scenario beside its baseline: freed beds, fixed costs that stay, and what has no price.

Released bed days are the baseline's occupied bed days less the scenario's, in hospitals and wherever the prices say
what becomes of freed beds. Their notional value is that number times an average price: nobody is paid it. Where
freed beds are refilled, the admissions that fill them are added to the cash, at their variable cost. The three
accounts are never added together. These are money rules 1 to 4 and 10 of docs/money.md.

Fixed costs that stay are money rule 3. The loader has seen to it that `freed_beds: closed` names beds that fall by date and in whole wards. Everything else
that a scenario plans less than its baseline keeps its fixed cost.

"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from sim.inputs.scenario import SECONDS_PER_DAY, FreedBeds, Places, Price, Scenario, Service
from sim.results.invariants.records import require_sum
from sim.results.measure_table import measures
from sim.results.measures.costs import Line, by_contributor, in_pence, rows_of, shared, spent_pence
from sim.results.measures.order import MeasureKey
from sim.results.window import Row

RELEASED_ADD_UP = "released bed days = the difference in occupied bed days"


TOUCHED = ("occupied_bed_days", "admissions", "released_bed_days", "refilled_admissions", "break_even_freed_beds")


def is_of_accounts(measure: str) -> bool:
    """Whether the accounts read or change rows of this measure: all money, and what is freed and filled."""
    return measure in TOUCHED or measures()[measure].unit == "GBP"


def _freed_in(base: Scenario, other: Scenario) -> tuple[FreedBeds, ...]:
    """Services whose beds can be freed: those with a rule in the scenario, and the baseline's hospitals."""
    rules = {rule.service: rule for rule in other.costs.freed_beds}
    hospitals = (service.name for service in base.services if service.kind == "acute" and not service.is_unlimited)
    names = dict.fromkeys((*rules, *hospitals))
    declared = {service.name for service in other.services}
    return tuple(rules.get(name, FreedBeds(service=name)) for name in names if name in declared)


def with_accounts(base: Scenario, other: Scenario, before: Sequence[Row], after: Sequence[Row]) -> list[Row]:
    """The scenario's rows of one replication, with what it releases and what that comes to."""
    table = {row[:4]: row for row in after}
    values_before, values_after = ({row[:4]: row.value for row in rows} for rows in (before, after))
    freed = _freed_in(base, other)
    released = {
        one.service: _seconds(values_before, one.service) - _seconds(values_after, one.service) for one in freed
    }
    for one in freed:
        if one.rule == "refilled":
            _refill(table, other, one.service, released[one.service])
    _put(table, "released_bed_days", {name: s / SECONDS_PER_DAY for name, s in released.items()})
    _value(table, other, freed, released)
    _break_even(table, values_before, other, freed)
    _check_balance(table, values_before, released)
    return list(table.values())


def _values(table: Mapping[MeasureKey, Row]) -> dict[MeasureKey, float]:
    return {key: row.value for key, row in table.items()}


def _seconds(values: Mapping[MeasureKey, float], name: str) -> int:
    return round(values.get((name, "occupied_bed_days", "", ""), 0.0) * SECONDS_PER_DAY)


def _put(table: dict[MeasureKey, Row], measure: str, values: Mapping[str, float], item: str = "") -> None:
    """A row for each service, and their sum."""
    by = "payer" if item else ""
    for name, value in (*values.items(), ("all", sum(values.values()))):
        table[name, measure, by, item] = Row(name, measure, by, item, value)


def _value(
    table: dict[MeasureKey, Row], other: Scenario, freed: Sequence[FreedBeds], released: Mapping[str, int]
) -> None:
    """Notional value by service and by the payer of the beds, to the penny."""
    pence: dict[str, int] = {}
    by_payer: dict[str, dict[str, int]] = {}
    for one in freed:
        if one.average_gbp is None:
            continue
        days = Fraction(abs(released[one.service]), SECONDS_PER_DAY)
        sign = 1 if released[one.service] >= 0 else -1
        worth = int(Fraction(str(one.average_gbp)) * days * 100 + Fraction(1, 2))
        pence[one.service] = sign * worth
        for payer, part in _split(other, one.service, worth).items():
            by_payer.setdefault(payer, {})[one.service] = sign * part
    if pence:
        _put(table, "notional_value_gbp", {name: value / 100 for name, value in pence.items()})
    for payer, parts in by_payer.items():
        _put(table, "notional_value_gbp", {name: part / 100 for name, part in parts.items()}, payer)


def _split(scenario: Scenario, service: str, pence: int) -> dict[str, int]:
    """Pence by the payers of a service's days."""
    days = [
        price for price in scenario.costs.prices if price.of == service and price.per in ("open_day", "occupied_day")
    ]
    split = days[0].payers
    parts = shared(pence, [Fraction(str(share)) for _, share in split])
    return {payer: part for (payer, _), part in zip(split, parts, strict=True)}


def with_contributors(rows: Sequence[Row]) -> list[Row]:
    """The rows, by contributor too where there is no pooled fund: everybody pays with their own money.

    Beside a scenario with a fund, what a payer spends without one is no contribution of nothing.
    """
    if any(row.by == "contributor" for row in rows):
        return list(rows)
    own = [row for row in rows if row.measure == "cost_cash_gbp" and row.by == "payer"]
    return [*rows, *(row._replace(by="contributor") for row in own)]


# -- refilled beds -------------------------------------------------------------------------------------------


def _refill(table: dict[MeasureKey, Row], other: Scenario, name: str, released: int) -> None:
    """Adds the admissions that fill the released days, and their variable cost, to the scenario's cash."""
    values = _values(table)
    occupied, admitted = _seconds(values, name), values.get((name, "admissions", "", ""), 0.0)
    days = Fraction(max(0, released), SECONDS_PER_DAY)
    more = days * Fraction(admitted) / Fraction(occupied, SECONDS_PER_DAY) if occupied else Fraction(0)
    table[name, "refilled_admissions", "", ""] = Row(name, "refilled_admissions", "", "", float(more))
    for price in other.costs.prices:
        quantity = {"occupied_day": days, "admission": more}.get(price.per)
        if price.of == name and quantity:
            _charge(table, other, price, in_pence(price, quantity))


def _charge(table: dict[MeasureKey, Row], other: Scenario, price: Price, pence: int) -> None:
    parts = shared(pence, [Fraction(str(share)) for _, share in price.payers])
    paid = {payer: part for (payer, _), part in zip(price.payers, parts, strict=True)}
    amounts = {("", ""): pence, ("part", "refilled"): pence}
    amounts |= {("payer", payer): part for payer, part in paid.items()}
    if other.costs.pools:
        amounts |= {("contributor", who): part for who, part in by_contributor(other.costs, paid).items()}
    for name in (price.of, "all"):
        for (by, item), part in amounts.items():
            key = (name, "cost_cash_gbp", by, item)
            old = table[key].value if key in table else 0.0
            table[key] = Row(*key, round(old * 100 + part) / 100)
    _charge_budgets(table, other, [Line(price.of, "refilled", price, payer, part) for payer, part in paid.items()])


def _charge_budgets(table: dict[MeasureKey, Row], other: Scenario, more: Sequence[Line]) -> None:
    """What fills freed beds is spent from budget lines like everything else."""
    for budget in other.costs.budgets:
        allowed, spent = (
            round(table["all", name, "budget", budget.name].value * 100) for name in ("budget_gbp", "budget_spent_gbp")
        )
        for row in rows_of(budget.name, allowed, spent + spent_pence(other.costs, budget, more)):
            table[row[:4]] = row


# -- break-even ----------------------------------------------------------------------------------------------


def _break_even(
    table: dict[MeasureKey, Row], before: Mapping[MeasureKey, float], other: Scenario, freed: Sequence[FreedBeds]
) -> None:
    """Beds to free at their average price, so that they pay for the places, teams and programmes that the scenario adds."""
    priced = [one for one in freed if one.average_gbp]
    own = {one.service for one in freed}
    dearer = 0.0
    for key, row in table.items():
        opens = key[1:] == ("cost_cash_gbp", "part", "open") and key[0] not in (*own, "all")
        if opens or (key[1] == "cost_cash_gbp" and key[2] in ("team", "programme")):
            dearer += max(0.0, row.value - before.get(key, 0.0))
    if priced and dearer > 0:
        beds = dearer / other.calendar.measured_days / (priced[0].average_gbp or 1.0)
        key = (priced[0].service, "break_even_freed_beds", "", "")
        table[key] = Row(*key, beds)


def _check_balance(
    table: Mapping[MeasureKey, Row], before: Mapping[MeasureKey, float], released: Mapping[str, int]
) -> None:
    """Released days again, from the rows that are shown; value and cash by payer add up."""
    after = _values(table)
    for name in released:
        difference = _seconds(before, name) - _seconds(after, name)
        require_sum(
            RELEASED_ADD_UP, name, round(after[name, "released_bed_days", "", ""] * SECONDS_PER_DAY), difference
        )
    total = after["all", "released_bed_days", "", ""]
    require_sum(RELEASED_ADD_UP, "all", round(total * SECONDS_PER_DAY), sum(released.values()))
    paid: dict[tuple[str, str], float] = {}
    for (name, measure, by, _), value in after.items():
        if by == "payer":
            paid[name, measure] = paid.get((name, measure), 0.0) + value
    for (name, measure, by, _), value in after.items():
        if by == "" and measure in ("notional_value_gbp", "cost_cash_gbp"):
            of_payers = round(paid.get((name, measure), 0.0) * 100)
            require_sum("payers add up", f"{name}, {measure}", of_payers, round(value * 100))


def keeping_fixed_costs(base: Scenario, other: Scenario) -> Scenario:
    """The scenario, knowing which beds of the baseline go on costing; itself where there are none."""
    freed = tuple(_beside(base, other, rule) for rule in other.costs.freed_beds)
    if freed == other.costs.freed_beds:
        return other
    return replace(other, costs=replace(other.costs, freed_beds=freed))


def _beside(base: Scenario, other: Scenario, freed: FreedBeds) -> FreedBeds:
    ours, theirs = (_service(one, freed.service) for one in (other, base))
    if ours is None or theirs is None or ours.is_unlimited or theirs.is_unlimited:
        return freed
    ours_close = freed.rule == "closed"
    theirs_close = any(rule.service == freed.service and rule.rule == "closed" for rule in base.costs.freed_beds)
    instants = sorted({step.from_second for one in (ours, theirs) for step in one.capacity})
    stays = []
    for at in instants:
        closed = _closed(ours, at, ours_close) - _closed(theirs, at, theirs_close)
        fewer = _planned(theirs, at) - _planned(ours, at)
        stays.append(Places(from_second=at, places=_planned(ours, at) + max(0, fewer - max(0, closed))))
    if all(step.places == _planned(ours, step.from_second) for step in stays):
        return freed
    return replace(freed, stays_open=tuple(stays))


def _service(scenario: Scenario, name: str) -> Service | None:
    return next((service for service in scenario.services if service.name == name), None)


def _planned(service: Service, at: int) -> int:
    return [step.places or 0 for step in service.capacity if step.from_second <= at][-1]


def _closed(service: Service, at: int, closes: bool) -> int:
    """Beds closed by then, since the start of the run."""
    return max(0, (service.capacity[0].places or 0) - _planned(service, at)) if closes else 0
