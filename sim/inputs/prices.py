"""From the parsed `costs` to the prices of a scenario, all in the money of its price year; and whether they fit together.

An average price is cut in two here: the part that follows the person (25% where nothing is written, an assumption),
to the penny, and the rest, which stands whether the bed is used or not. Prices of other years are multiplied by the
deflator's factor and rounded to the penny.

They fit together with one year, one basis each, payers that pay all, freed beds that exist and budgets that limit something.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from sim.inputs.field_types import UNREADABLE, Named, each, is_parsed, is_sound
from sim.inputs.fields import (
    BudgetSpec,
    CostsSpec,
    Priced,
    ProgrammeSpec,
    ServicePriceSpec,
    ServiceSpec,
    StepSpec,
    TeamPriceSpec,
)
from sim.inputs.parsed import ParsedScenario, check_adds_up
from sim.inputs.problems import Path, did_you_mean, listed, quoted
from sim.inputs.scenario import HOME, Budget, Costs, FreedBeds, Price, Split, Uplift

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
            payers=_names_in(one.payer),
            contributors=_names_in(one.contributor),
            spent_on=_names_in(one.spent_on),
            capital=one.capital,
        )


def _names_in(spec: Any) -> tuple[str, ...]:
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
    assert one.each is not None and one.number_per_year is not None  # the checks ask for both or neither
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


# -- do the prices fit together? ---------------------------------------------------------------------------------------


STANDING = ("per_open_day", "average_per_day")
SECTIONS = ("services", "steps", "teams", "programmes")
AMOUNTS = ("per_open_day", "per_occupied_day", "average_per_day", "per_admission", "per_delayed_day")


def check_costs(parsed: ParsedScenario) -> None:
    """Prices are for something that can be counted, in the money of one year, and somebody pays all of each."""
    costs = parsed.spec.costs
    if not is_parsed(costs):
        return
    for name, price in each(costs.services):
        _check_amounts(parsed, price)
        _check_open_day(parsed, name, price)
        _check_freed_beds(parsed, name, price)
        _check_weeks(parsed, price)
    for name, team in each(costs.teams):
        _check_places(parsed, name, team)
    for _, programme in each(costs.programmes):
        _check_programme(parsed, programme)
    for _, one in priced(costs):
        _check_year(parsed, costs, one)
        for path, split in _splits((*one.path, "payer"), one.payer):
            check_adds_up(parsed, path, split)
    _check_spelling(parsed, costs)
    _check_pools(parsed, costs)
    for _, budget in each(costs.budgets):
        _check_year(parsed, costs, budget)
    _check_factors(parsed, costs)


def _check_spelling(parsed: ParsedScenario, costs: CostsSpec) -> None:
    """A payer has one name: one that is written with other capitals elsewhere would be a second payer."""
    names = {PERSON.casefold(): PERSON}
    for path, payer in _payers_with_paths(costs):
        same = names.setdefault(payer.casefold(), payer)
        if same != payer:
            what = "the payer for people themselves" if same == PERSON else "a payer of this file too"
            parsed.refuse(path, f"names the payer {quoted(payer)}, and {quoted(same)} is {what}; write {quoted(same)}")


def _payers_with_paths(costs: CostsSpec) -> Iterator[tuple[Path, str]]:
    """Everybody who pays a price or puts into a pooled fund, and where that is written."""
    splits = [pair for _, one in priced(costs) for pair in _splits((*one.path, "payer"), one.payer)]
    for path, split in (*splits, *((("costs", "pools", name), split) for name, split in each(costs.pools))):
        names = split if is_parsed(split) else (split,)
        for name in names:
            if isinstance(name, str):
                yield ((*path, name) if is_parsed(split) else path), name


def _check_pools(parsed: ParsedScenario, costs: CostsSpec) -> None:
    """Each pooled fund is all put in, by those whose money it is in the end: none of them is a pooled fund."""
    for name, split in each(costs.pools):
        check_adds_up(parsed, ("costs", "pools", name), split)
        for contributor in split if is_parsed(split) else ():
            if contributor in (costs.pools or {}):
                what = "is a pooled fund too, and a contributor is whose money it is in the end; write who puts that money in, with their shares"
                parsed.refuse(("costs", "pools", name, contributor), what)


def priced(costs: CostsSpec) -> Iterator[tuple[str, Priced]]:
    """Everything that has a price, section by section, in file order."""
    for section in SECTIONS:
        yield from each(costs[section])


def _check_places(parsed: ParsedScenario, name: str, price: TeamPriceSpec) -> None:
    """The places of a team can be counted."""
    team = parsed.spec.teams.get(name) if is_parsed(parsed.spec.teams) else None
    capacity = parsed.capacity(team) if is_parsed(team) else None
    if capacity is not None and any(one.places is None for one in capacity):
        path = (*price.path, "per_place_year")
        parsed.refuse(path, f"has no meaning: {quoted(name)} is unlimited, so its places cannot be counted")


def _check_programme(parsed: ParsedScenario, price: ProgrammeSpec) -> None:
    """A programme costs so much a year, or so many things at so much each."""
    written = [key for key in ("per_year", "each", "number_per_year") if price[key] is not None]
    if written not in (["per_year"], ["each", "number_per_year"]):
        parsed.refuse(price.path, "needs one of two ways to say its price: per_year, or each and number_per_year")


def _splits(path: Path, payer: Any) -> Iterator[tuple[Path, Any]]:
    """Every split of one price: one, or one for each part of the stay."""
    if not isinstance(payer, list):
        yield path, payer
        return
    for number, row in enumerate(payer, 1):
        if is_parsed(row):
            yield (*path, str(number), "payer"), row.payer


def _check_amounts(parsed: ParsedScenario, price: ServicePriceSpec) -> None:
    written = [key for key in AMOUNTS if price[key] is not None]
    if not written:
        parsed.refuse(price.path, "has a payer but no price; write per_open_day, per_occupied_day or per_admission")
    twice = [key for key in ("per_open_day", "per_occupied_day") if key in written]
    if "average_per_day" in written and twice:
        parsed.refuse(
            (*price.path, twice[0]),
            "would be charged twice: `average_per_day` is cut into an open-day and an occupied-day part already; "
            "keep one of the two ways",
        )
    if price.variable_share is not None and "average_per_day" not in written:
        parsed.refuse((*price.path, "variable_share"), "has no meaning without `average_per_day`; delete it")


def _check_open_day(parsed: ParsedScenario, name: str, price: ServicePriceSpec) -> None:
    capacity = parsed.capacity(parsed.service(name))
    for key in STANDING:
        path = (*price.path, key)
        if price[key] is None:
            continue
        if name == HOME or (capacity is not None and any(one.places is None for one in capacity)):
            parsed.refuse(path, f"has no meaning: {quoted(name)} is unlimited, so its open places cannot be counted")
        elif parsed.counts_hours(name):
            parsed.refuse(path, f"has no meaning: {quoted(name)} counts hours, not places; write per_occupied_day")


def _check_freed_beds(parsed: ParsedScenario, name: str, price: ServicePriceSpec) -> None:
    rule, path = price.freed_beds, (*price.path, "freed_beds")
    written = [key for key in ("freed_beds", "ward_beds") if price[key] is not None]
    service = parsed.service(name)
    if name != HOME and service is None:
        return
    lacking = _no_beds(parsed, service)
    if written and lacking:
        parsed.refuse(
            (*price.path, written[0]), f"has no meaning: {quoted(name)} {lacking}, so none can be freed; delete it"
        )
    elif rule == "refilled" and all(price[key] is None for key in ("per_occupied_day", "average_per_day")):
        parsed.refuse(
            path,
            "is `refilled`, but what one more admission costs is not said; write average_per_day or per_occupied_day",
        )
    elif rule == "closed" and service is not None:
        _check_closing(parsed, name, service, price)


def _no_beds(parsed: ParsedScenario, service: ServiceSpec | None) -> str:
    """Why a service has no beds that could be freed; nothing if it has."""
    if service is None:
        return "has no beds"
    if service.beds is None and service.bays is None:
        counted = next((key for key in ("places", "hours_per_week") if service[key] is not None), "places")
        return f"counts {counted} and has no beds"
    capacity = parsed.capacity(service)
    if capacity is not None and all(one.places is None for one in capacity):
        return "has unlimited beds"
    return ""


def _check_closing(parsed: ParsedScenario, name: str, service: ServiceSpec, price: ServicePriceSpec) -> None:
    """Beds close by date, and in whole wards."""
    path, ward = (*price.path, "freed_beds"), price.ward_beds
    if ward is None:
        parsed.refuse(path, "is `closed`, and fixed costs fall by whole wards: write `ward_beds`, the beds in one")
    capacity = parsed.capacity(service)
    if capacity is None or not is_sound([ward]):
        return
    falls = [
        (before.places, after.places)
        for before, after in pairwise(capacity)
        if before.places and after.places is not None and after.places < before.places
    ]
    if not falls:
        parsed.refuse(
            path,
            f"is `closed`, but `services.{name}.beds` never falls; say when, such as "
            "[{from: 2026-04-06, beds: 313}, {from: 2026-10-01, beds: 289}]",
        )
    for before, after in falls:
        if ward and (before - after) % ward:
            what = f"falls from {before} to {after}: {before - after} beds are no whole number of wards of {ward}"
            parsed.refuse(("services", name, "beds"), what)


def _check_weeks(parsed: ParsedScenario, price: ServicePriceSpec) -> None:
    """A list by week ends with a row for the rest of the stay, and belongs to occupied days only."""
    rows = price.payer
    if not isinstance(rows, list) or not is_sound([row if is_parsed(row) else UNREADABLE for row in rows]):
        return
    path = (*price.path, "payer")
    for number, row in enumerate(rows, 1):
        is_last = number == len(rows)
        if is_last and row.weeks is not None:
            parsed.refuse((*path, str(number), "weeks"), "leaves out who pays afterwards; add a row without `weeks`")
        elif not is_last and row.weeks is None:
            parsed.refuse((*path, str(number)), "needs `weeks`: without it this row goes to the end of the stay")
    others = [key for key in AMOUNTS if price[key] is not None and key != "per_occupied_day"]
    if others and len(rows) > 1:
        parsed.refuse(
            path,
            f"goes by week of the stay, which {listed(others, 'and')} cannot be split by; only per_occupied_day can",
        )


def _check_year(parsed: ParsedScenario, costs: CostsSpec, price: Priced | BudgetSpec) -> None:
    year, wanted = price.price_year, costs.price_year
    if year is None or not is_sound([year, wanted]) or year == wanted:
        return
    deflator = costs.deflator
    factors = deflator.factors if is_parsed(deflator) else [] if deflator is None else UNREADABLE
    if factors is UNREADABLE or any(not is_parsed(factor) or factor.from_ == year for factor in factors):
        return
    parsed.refuse(
        (*price.path, "price_year"),
        f"is {year}, but the prices here are of {wanted}, and nothing turns one into the other; add "
        f"{{from: {year}, to: {wanted}, times: ...}} to `costs.deflator.factors`, or write the price of {wanted}",
    )


def _refuse_year(parsed: ParsedScenario, factor: Path, to: str, price_year: str) -> None:
    """At whichever of the two was written in the file that extends the other's."""
    year = ("costs", "price_year")
    if parsed.is_nearer(year, factor):
        parsed.refuse(
            year,
            f"is {price_year}, and the factors in {parsed.place_of(factor)} turn prices into {to}; write {to}, or new factors too",
        )
    else:
        parsed.refuse(factor, f"is {to}; `costs.price_year`, the year of all prices, is {price_year}")


def _check_factors(parsed: ParsedScenario, costs: CostsSpec) -> None:
    deflator = costs.deflator
    rows = deflator.factors if is_parsed(deflator) else None
    seen: list[str] = []
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        if not is_parsed(row) or not is_sound([row, costs.price_year]):
            continue
        path = ("costs", "deflator", "factors", str(number))
        if row.to != costs.price_year:
            _refuse_year(parsed, (*path, "to"), row.to, costs.price_year)
        if row.from_ in seen:
            parsed.refuse((*path, "from"), f"is {row.from_}, which a row before has too; keep one of them")
        seen.append(row.from_)


SPENT = ("per_open_day", "per_occupied_day", "average_per_day", "per_admission", "each", "per_place_year", "per_year")
NARROWS = ("payer", "contributor", "spent_on", "capital")


def _check_budgets(parsed: ParsedScenario) -> None:
    """Every line has an amount, names what prices name, and pays for something."""
    costs = parsed.spec.costs
    if not is_parsed(costs) or not is_sound([costs[key] for key in (*SECTIONS, "pools")]):
        return
    for _, budget in each(costs.budgets):
        if is_sound(budget):
            _check_budget(parsed, costs, budget)


def _check_budget(parsed: ParsedScenario, costs: CostsSpec, budget: BudgetSpec) -> None:
    if not budget.per_year:
        parsed.refuse((*budget.path, "per_year"), "is £0, so nothing is budgeted; write an amount, or delete the line")
    payers = {payer for _, price in _priced(costs) for payer in _payers(price.payer)}
    known = {
        "payer": (payers, "pays for nothing: no price here names it as `payer`"),
        "contributor": (_contributors(costs, payers), "puts in nothing: no price here is paid with its money"),
        "spent_on": ({name for name, _ in _priced(costs)}, "has no price here, so nothing is ever spent on it"),
    }
    wrong = [_check_names(parsed, budget, key, *what) for key, what in known.items()]
    if not any(wrong) and not any(_pays_for(costs, budget, name, price) for name, price in _priced(costs)):
        parsed.refuse(budget.path, f"limits nothing: {_why_nothing(budget)}")


def _why_nothing(budget: BudgetSpec) -> str:
    written = [f"`{key}`" for key in NARROWS if budget[key]]
    if not written:
        return "`costs` holds no price that is not capital; write the prices of services or steps"
    fits = f"fits {listed(written, 'and')} together" if len(written) > 1 else f"fits {written[0]}"
    return f"no price {fits}; change or delete {'one of them' if len(written) > 1 else 'it'}"


def _check_names(parsed: ParsedScenario, budget: BudgetSpec, key: str, known: set[str], what: str) -> bool:
    """Refuse each name that is not known; gives whether there was one."""
    wrong = [(number, name) for number, name in enumerate(_names_in(budget[key]), 1) if name not in known]
    for number, name in wrong:
        path = (*budget.path, key, str(number)) if isinstance(budget[key], list) else (*budget.path, key)
        parsed.refuse(path, f"is {quoted(name)}, which {what}{did_you_mean(name, sorted(known))}")
    return bool(wrong)


def _priced(costs: CostsSpec) -> Iterator[tuple[str, Priced]]:
    """Everything on which something is spent."""
    for name, price in priced(costs):
        if any(price.get(key) is not None for key in SPENT):
            yield name, price


def _payers(spec: Any) -> set[str]:
    """Everybody who pays some of a price."""
    if isinstance(spec, list):
        return {payer for row in spec for payer in _payers(row.payer)}
    return set(spec) if is_parsed(spec) else {spec}


def _contributors(costs: CostsSpec, payers: Iterable[str]) -> set[str]:
    """Whose money it is in the end."""
    pools: Mapping[str, Iterable[str]] = costs.pools or {}
    return {name for payer in payers for name in pools.get(payer, (payer,))}


def _pays_for(costs: CostsSpec, budget: BudgetSpec, name: str, price: Priced) -> bool:
    """Could some of a price be paid from a budget line?"""
    payers = _payers(price.payer)
    if budget.payer is not None:
        payers &= set(_names_in(budget.payer))
    whose, wanted = _contributors(costs, payers), _names_in(budget.contributor)
    fits = not budget.spent_on or name in _names_in(budget.spent_on)
    return fits and bool(price.get("capital")) == budget.capital and bool(whose & set(wanted) if wanted else whose)


CHECKS = (check_costs, _check_budgets)
