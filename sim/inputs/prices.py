"""From the parsed `costs` to the prices of a scenario, all in the money of its price year.

An average price is cut in two here: the part that follows the person (25% where nothing is written, an assumption),
to the penny, and the rest, which stands whether the bed is used or not. Prices of other years are multiplied by the
deflator's factor and rounded to the penny.
What may be changed here: with the fields of `scenario.py`, by agreement.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sim.inputs.cost_fields import BudgetSpec, CostsSpec, Priced, ProgrammeSpec, ServicePriceSpec
from sim.inputs.fields import ServiceSpec, StepSpec
from sim.inputs.reading import Named, each, is_parsed
from sim.inputs.scenario import Budget, Costs, FreedBeds, Price, Split, Uplift

VARIABLE_SHARE = Decimal("0.25")
PENNY = Decimal("0.01")
FREE_WEEKS = 6  # reablement and intermediate care: free to the person for up to six weeks
FREE_AIDS_GBP = 1_000  # aids and minor adaptations up to this are free to the person
FREE_KINDS = ("reablement_unit", "community_beds", "home_reablement")
PERSON = "person"
NO_MONEY = ("variable_share", "number_per_year")  # among the amounts of a price


def costs_of(spec: CostsSpec | None, services: Named[ServiceSpec]) -> Costs:
    """All prices, services first, in file order."""
    if spec is None:
        return Costs()
    deflator = spec.deflator
    return Costs(
        price_year=spec.price_year,
        prices=tuple(_prices(spec)),
        freed_beds=tuple(_freed_beds(spec, services)),
        pools=tuple((name, _split(one)) for name, one in each(spec.pools)),
        deflator="" if deflator is None else deflator.name,
        uplifts=tuple(_uplifts(spec)),
        budgets=tuple(_budgets(spec)),
        discount_rate=float(spec.discount_rate),
    )


def _budgets(spec: CostsSpec) -> Iterator[Budget]:
    for name, one in each(spec.budgets):
        yield Budget(
            name=name,
            gbp_per_year=float(_now(spec, one, one.per_year)),
            payers=names_in(one.payer),
            contributors=names_in(one.contributor),
            spent_on=names_in(one.spent_on),
            capital=one.capital,
        )


def names_in(spec: Any) -> tuple[str, ...]:
    """One name, several or none, as they were written."""
    return () if spec is None else tuple(spec) if isinstance(spec, list) else (spec,)


def _prices(spec: CostsSpec) -> Iterator[Price]:
    for name, one in each(spec.services):
        first, later = _by_week(one.payer)
        for per, gbp in _amounts(spec, one):
            yield Price(of=name, per=per, gbp=float(gbp), payers=first, later_payers=later)
    for name, step in each(spec.steps):
        each_time = float(_now(spec, step, step.each))
        yield Price(of=name, per="step", gbp=each_time, payers=_by_week(step.payer)[0], capital=step.capital)
    for name, team in each(spec.teams):
        a_place = float(_now(spec, team, team.per_place_year))
        yield Price(of=name, per="place_year", gbp=a_place, payers=_split(team.payer))
    for name, what in each(spec.programmes):
        yield Price(of=name, per="year", gbp=_a_year(spec, what), payers=_split(what.payer), capital=what.capital)


def _a_year(spec: CostsSpec, one: ProgrammeSpec) -> float:
    """What a programme costs in 365 days: said as such, or so many things at a price each."""
    if one.per_year is not None:
        return float(_now(spec, one, one.per_year))
    assert one.each is not None and one.number_per_year is not None  # cost_checks.py asks for both or neither
    return float(_to_the_penny(_now(spec, one, one.each) * one.number_per_year))


def _amounts(costs: CostsSpec, one: ServicePriceSpec) -> Iterator[tuple[str, Decimal]]:
    """What one service costs, by basis, in the money of the price year."""
    parts = {key: one[key] for key in ("per_open_day", "per_occupied_day")}
    average = one.average_per_day
    if average is not None:
        whole = _now(costs, one, average)
        share = VARIABLE_SHARE if one.variable_share is None else one.variable_share
        variable = _to_the_penny(whole * share)
        yield "open_day", whole - variable
        yield "occupied_day", variable
    for key, amount in (*parts.items(), *((key, one[key]) for key in ("per_admission", "per_delayed_day"))):
        if amount is not None:
            yield key.removeprefix("per_"), _now(costs, one, amount)


def _now(costs: CostsSpec, one: Priced | BudgetSpec, amount: Decimal) -> Decimal:
    """An amount in the money of the price year."""
    factor = _factor(costs, one)
    return amount if factor is None else _to_the_penny(amount * factor)


def _factor(costs: CostsSpec, one: Priced | BudgetSpec) -> Decimal | None:
    if one.price_year in (None, costs.price_year) or costs.deflator is None:
        return None
    return next(row.times for row in costs.deflator.factors if row.from_ == one.price_year)


def _to_the_penny(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


def _uplifts(spec: CostsSpec) -> Iterator[Uplift]:
    for section in ("services", "steps", "teams", "programmes", "budgets"):
        for name, one in each(spec[section]):
            factor = _factor(spec, one)
            for key, amount in one.items() if factor is not None else ():
                if isinstance(amount, Decimal) and key not in NO_MONEY:
                    yield Uplift(
                        path=f"costs.{section}.{name}.{key}",
                        written_gbp=float(amount),
                        year=one.price_year,
                        factor=float(factor or 1),
                        gbp=float(_now(spec, one, amount)),
                    )


def _freed_beds(spec: CostsSpec, services: Named[ServiceSpec]) -> Iterator[FreedBeds]:
    """Hospitals by default, and every service that says what becomes of its freed beds."""
    for name, one in each(spec.services):
        service = services.get(name)
        is_hospital = is_parsed(service) and service.kind == "acute" and service.beds is not None
        if one.freed_beds is None and not is_hospital:
            continue
        days = [gbp for per, gbp in _amounts(spec, one) if per in ("open_day", "occupied_day")]
        yield FreedBeds(
            service=name,
            rule=one.freed_beds or "shown",
            ward_beds=one.ward_beds,
            average_gbp=float(sum(days, Decimal(0))) if days else None,
        )


def _by_week(spec: Any) -> tuple[Split, tuple[tuple[int, Split], ...]]:
    """Who pays first, and who pays from so many weeks after admission on."""
    if not isinstance(spec, list):
        return _split(spec), ()
    rows: list[tuple[int, Split]] = []
    begins = 0
    for row in spec:
        rows.append((begins, _split(row.payer)))
        begins += row.weeks or 0
    return rows[0][1], tuple(rows[1:])


def _split(spec: Any) -> Split:
    """One payer, or payers with shares, as pairs."""
    if is_parsed(spec):
        return tuple((name, float(share)) for name, share in spec.items())
    return ((spec, 1.0),)


def notices_of(spec: CostsSpec | None, services: Named[ServiceSpec], steps: Named[StepSpec] | None) -> Iterator[str]:
    """What a planner should know about these prices."""
    if spec is None:
        return
    for name, one in each(spec.services):
        if one.average_per_day is not None and one.variable_share is None:
            yield f"variable_share of {name} is taken as 25%, an assumption: nothing was written"
        if services.get(name) is not None and services[name].kind in FREE_KINDS and _pays_early(one.payer):
            yield (
                f"the price of {name} lets the person pay in the first {FREE_WEEKS} weeks; reablement and "
                "intermediate care are free to the person up to then"
            )
    for name, step in each(spec.steps):
        reason = steps[name].reason if steps else ""
        small = reason in ("equipment", "housing_adaptation") and step.each <= FREE_AIDS_GBP
        if small and _pays_early(step.payer):
            yield f"the price of {name} lets the person pay; aids and minor adaptations up to £1,000 are free to them"


def _pays_early(payer: Any) -> bool:
    """Does the person pay anything in the first six weeks?"""
    first, later = _by_week(payer)
    return any(
        who == PERSON and share > 0
        for begins, split in ((0, first), *later)
        if begins < FREE_WEEKS
        for who, share in split
    )
