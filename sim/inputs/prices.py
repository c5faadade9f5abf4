"""From what was told about money to the prices of a scenario, all in the money of its price year.

An average price is cut in two here: the part that follows the person (25% where nothing is said, an assumption),
to the penny, and the rest, which stands whether the bed is used or not. Prices of other years are multiplied by the
deflator's factor and rounded to the penny.
What may be changed here: with the fields of `scenario.py`, by agreement.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sim.inputs.reading import Said, each
from sim.inputs.scenario import Budget, Costs, FreedBeds, Price, Split, Uplift

VARIABLE_SHARE = Decimal("0.25")
PENNY = Decimal("0.01")
FREE_WEEKS = 6  # reablement and intermediate care: free to the person for up to six weeks
FREE_AIDS_GBP = 1_000  # aids and minor adaptations up to this are free to the person
FREE_KINDS = ("reablement_unit", "community_beds", "home_reablement")
PERSON = "person"
NO_MONEY = ("variable_share", "number_per_year")  # among the amounts of a price


def costs_of(said: Said | None, services: Said) -> Costs:
    """All prices, services first, in file order."""
    if said is None:
        return Costs()
    deflator = said["deflator"]
    return Costs(
        price_year=said["price_year"],
        prices=tuple(_prices(said)),
        freed_beds=tuple(_freed_beds(said, services)),
        pools=tuple((name, _split(one)) for name, one in each(said["pools"])),
        deflator="" if deflator is None else deflator["name"],
        uplifts=tuple(_uplifts(said)),
        budgets=tuple(_budgets(said)),
        discount_rate=float(said["discount_rate"]),
    )


def _budgets(said: Said) -> Iterator[Budget]:
    for name, one in each(said["budgets"]):
        yield Budget(
            name=name,
            gbp_per_year=float(_now(said, one, one["per_year"])),
            payers=names_in(one["payer"]),
            contributors=names_in(one["contributor"]),
            spent_on=names_in(one["spent_on"]),
            capital=one["capital"],
        )


def names_in(said: Any) -> tuple[str, ...]:
    """One name, several or none, as they were written."""
    return () if said is None else tuple(said) if isinstance(said, list) else (said,)


def _prices(said: Said) -> Iterator[Price]:
    for name, one in each(said["services"]):
        first, later = _by_week(one["payer"])
        for per, gbp in _amounts(said, one):
            yield Price(of=name, per=per, gbp=float(gbp), payers=first, later_payers=later)
    for name, one in each(said["steps"]):
        each_time = float(_now(said, one, one["each"]))
        yield Price(of=name, per="step", gbp=each_time, payers=_by_week(one["payer"])[0], capital=one["capital"])
    for name, one in each(said["teams"]):
        a_place = float(_now(said, one, one["per_place_year"]))
        yield Price(of=name, per="place_year", gbp=a_place, payers=_split(one["payer"]))
    for name, one in each(said["programmes"]):
        yield Price(of=name, per="year", gbp=_a_year(said, one), payers=_split(one["payer"]), capital=one["capital"])


def _a_year(said: Said, one: Said) -> float:
    """What a programme costs in 365 days: said as such, or so many things at a price each."""
    if one["per_year"] is not None:
        return float(_now(said, one, one["per_year"]))
    return float(_to_the_penny(_now(said, one, one["each"]) * Decimal(str(one["number_per_year"]))))


def _amounts(costs: Said, one: Said) -> Iterator[tuple[str, Decimal]]:
    """What one service costs, by basis, in the money of the price year."""
    parts = {key: one[key] for key in ("per_open_day", "per_occupied_day")}
    average = one["average_per_day"]
    if average is not None:
        whole = _now(costs, one, average)
        share = VARIABLE_SHARE if one["variable_share"] is None else one["variable_share"]
        variable = _to_the_penny(whole * share)
        yield "open_day", whole - variable
        yield "occupied_day", variable
    for key, amount in (*parts.items(), *((key, one[key]) for key in ("per_admission", "per_delayed_day"))):
        if amount is not None:
            yield key.removeprefix("per_"), _now(costs, one, amount)


def _now(costs: Said, one: Said, amount: Decimal) -> Decimal:
    """An amount in the money of the price year."""
    factor = _factor(costs, one)
    return amount if factor is None else _to_the_penny(amount * factor)


def _factor(costs: Said, one: Said) -> Decimal | None:
    if one["price_year"] in (None, costs["price_year"]):
        return None
    rows = costs["deflator"]["factors"]
    return next(Decimal(row["times"]) for row in rows if row["from"] == one["price_year"])


def _to_the_penny(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


def _uplifts(said: Said) -> Iterator[Uplift]:
    for section in ("services", "steps", "teams", "programmes", "budgets"):
        for name, one in each(said[section]):
            factor = _factor(said, one)
            for key, amount in one.items() if factor is not None else ():
                if isinstance(amount, Decimal) and key not in NO_MONEY:
                    yield Uplift(
                        path=f"costs.{section}.{name}.{key}",
                        written_gbp=float(amount),
                        year=one["price_year"],
                        factor=float(factor or 1),
                        gbp=float(_now(said, one, amount)),
                    )


def _freed_beds(said: Said, services: Said) -> Iterator[FreedBeds]:
    """Hospitals by default, and every service that says what becomes of its freed beds."""
    for name, one in each(said["services"]):
        service = services.get(name)
        is_hospital = isinstance(service, Said) and service["kind"] == "acute" and service["beds"] is not None
        if one["freed_beds"] is None and not is_hospital:
            continue
        days = [gbp for per, gbp in _amounts(said, one) if per in ("open_day", "occupied_day")]
        yield FreedBeds(
            service=name,
            rule=one["freed_beds"] or "shown",
            ward_beds=one["ward_beds"],
            average_gbp=float(sum(days, Decimal(0))) if days else None,
        )


def _by_week(said: Any) -> tuple[Split, tuple[tuple[int, Split], ...]]:
    """Who pays first, and who pays from so many weeks after admission on."""
    if not isinstance(said, list):
        return _split(said), ()
    rows: list[tuple[int, Split]] = []
    begins = 0
    for row in said:
        rows.append((begins, _split(row["payer"])))
        begins += row["weeks"] or 0
    return rows[0][1], tuple(rows[1:])


def _split(said: Any) -> Split:
    """One payer, or payers with shares, as pairs."""
    if isinstance(said, Said):
        return tuple((name, float(share)) for name, share in said.items())
    return ((said, 1.0),)


def notices_of(said: Said | None, services: Said, steps: Said | None) -> Iterator[str]:
    """What a planner should know about these prices."""
    if said is None:
        return
    for name, one in each(said["services"]):
        if one["average_per_day"] is not None and one["variable_share"] is None:
            yield f"variable_share of {name} is taken as 25%, an assumption: nothing was written"
        if services.get(name) is not None and services[name]["kind"] in FREE_KINDS and _pays_early(one["payer"]):
            yield (
                f"the price of {name} lets the person pay in the first {FREE_WEEKS} weeks; reablement and "
                "intermediate care are free to the person up to then"
            )
    for name, one in each(said["steps"]):
        reason = steps[name]["reason"] if steps else ""
        small = reason in ("equipment", "housing_adaptation") and one["each"] <= FREE_AIDS_GBP
        if small and _pays_early(one["payer"]):
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
