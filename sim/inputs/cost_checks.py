"""Do the prices fit together? One year, one basis each, payers that pay all, freed beds that exist.

What may be changed here: a new check is a line in `check_costs`; the exact words are tested.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sim.inputs.problems import Path, listed, quoted
from sim.inputs.reading import UNREADABLE, Said, each, is_sound
from sim.inputs.scenario import HOME
from sim.inputs.shares import check_adds_up
from sim.inputs.told import Told

STANDING = ("per_open_day", "average_per_day")
SECTIONS = ("services", "steps", "teams", "programmes")
AMOUNTS = ("per_open_day", "per_occupied_day", "average_per_day", "per_admission", "per_delayed_day")


def check_costs(told: Told) -> None:
    """Prices are for something that can be counted, in the money of one year, and somebody pays all of each."""
    costs = told.said["costs"]
    if not isinstance(costs, Said):
        return
    for name, price in each(costs["services"]):
        _check_amounts(told, price)
        _check_open_day(told, name, price)
        _check_freed_beds(told, name, price)
        _check_weeks(told, price)
    for name, price in each(costs["teams"]):
        _check_places(told, name, price)
    for _, price in each(costs["programmes"]):
        _check_programme(told, price)
    for _, price in priced(costs):
        _check_year(told, costs, price)
        for path, split in _splits((*price.path, "payer"), price["payer"]):
            check_adds_up(told, path, split)
    for name, split in each(costs["pools"]):
        check_adds_up(told, ("costs", "pools", name), split)
    for _, budget in each(costs["budgets"]):
        _check_year(told, costs, budget)
    _check_factors(told, costs)


def priced(costs: Said) -> Iterator[tuple[str, Said]]:
    """Everything that has a price, section by section, in file order."""
    for section in SECTIONS:
        yield from each(costs[section])


def _check_places(told: Told, name: str, price: Said) -> None:
    """The places of a team can be counted."""
    team = told.said["teams"].get(name) if isinstance(told.said["teams"], Said) else None
    capacity = told.capacity(team) if isinstance(team, Said) else None
    if capacity is not None and any(one.places is None for one in capacity):
        path = (*price.path, "per_place_year")
        told.refuse(path, f"has no meaning: {quoted(name)} is unlimited, so its places cannot be counted")


def _check_programme(told: Told, price: Said) -> None:
    """A programme costs so much a year, or so many things at so much each."""
    written = [key for key in ("per_year", "each", "number_per_year") if price[key] is not None]
    if written not in (["per_year"], ["each", "number_per_year"]):
        told.refuse(price.path, "needs one of two ways to say its price: per_year, or each and number_per_year")


def _splits(path: Path, payer: Any) -> Iterator[tuple[Path, Any]]:
    """Every split of one price: one, or one for each part of the stay."""
    if not isinstance(payer, list):
        yield path, payer
        return
    for number, row in enumerate(payer, 1):
        if isinstance(row, Said):
            yield (*path, str(number), "payer"), row["payer"]


def _check_amounts(told: Told, price: Said) -> None:
    written = [key for key in AMOUNTS if price[key] is not None]
    if not written:
        told.refuse(price.path, "has a payer but no price; write per_open_day, per_occupied_day or per_admission")
    twice = [key for key in ("per_open_day", "per_occupied_day") if key in written]
    if "average_per_day" in written and twice:
        told.refuse(
            (*price.path, twice[0]),
            "would be charged twice: `average_per_day` is cut into an open-day and an occupied-day part already; "
            "keep one of the two ways",
        )
    if price["variable_share"] is not None and "average_per_day" not in written:
        told.refuse((*price.path, "variable_share"), "has no meaning without `average_per_day`; delete it")


def _check_open_day(told: Told, name: str, price: Said) -> None:
    capacity = told.capacity(told.service(name))
    for key in STANDING:
        path = (*price.path, key)
        if price[key] is None:
            continue
        if name == HOME or (capacity is not None and any(one.places is None for one in capacity)):
            told.refuse(path, f"has no meaning: {quoted(name)} is unlimited, so its open places cannot be counted")
        elif told.counts_hours(name):
            told.refuse(path, f"has no meaning: {quoted(name)} counts hours, not places; write per_occupied_day")


def _check_freed_beds(told: Told, name: str, price: Said) -> None:
    rule, path = price["freed_beds"], (*price.path, "freed_beds")
    written = [key for key in ("freed_beds", "ward_beds") if price[key] is not None]
    service = told.service(name)
    if name != HOME and service is None:
        return
    lacking = _no_beds(told, service)
    if written and lacking:
        told.refuse(
            (*price.path, written[0]),
            f"has no meaning: {quoted(name)} {lacking}, so none can be freed; delete it",
        )
    elif rule == "refilled" and all(price[key] is None for key in ("per_occupied_day", "average_per_day")):
        told.refuse(
            path,
            "is `refilled`, but what one more admission costs is not said; write average_per_day or per_occupied_day",
        )
    elif rule == "closed" and service is not None:
        _check_closing(told, name, service, price)


def _no_beds(told: Told, service: Said | None) -> str:
    """Why a service has no beds that could be freed; nothing if it has."""
    if service is None:
        return "has no beds"
    if service["beds"] is None:
        counted = next((key for key in ("places", "hours_per_week") if service[key] is not None), "places")
        return f"counts {counted} and has no beds"
    capacity = told.capacity(service)
    if capacity is not None and all(one.places is None for one in capacity):
        return "has unlimited beds"
    return ""


def _check_closing(told: Told, name: str, service: Said, price: Said) -> None:
    """Beds close by date, and in whole wards."""
    path, ward = (*price.path, "freed_beds"), price["ward_beds"]
    if ward is None:
        told.refuse(path, "is `closed`, and fixed costs fall by whole wards: write `ward_beds`, the beds in one")
    capacity = told.capacity(service)
    if capacity is None or not is_sound([ward]):
        return
    falls = [
        (before.places, after.places)
        for before, after in pairwise(capacity)
        if before.places and after.places is not None and after.places < before.places
    ]
    if not falls:
        told.refuse(
            path,
            f"is `closed`, but `services.{name}.beds` never falls; say when, such as "
            "[{from: 2026-04-06, beds: 313}, {from: 2026-10-01, beds: 289}]",
        )
    for before, after in falls if ward else ():
        if (before - after) % ward:
            what = f"falls from {before} to {after}: {before - after} beds are no whole number of wards of {ward}"
            told.refuse(("services", name, "beds"), what)


def _check_weeks(told: Told, price: Said) -> None:
    """A list by week ends with a row for the rest of the stay, and belongs to occupied days only."""
    rows = price["payer"]
    if not isinstance(rows, list) or not is_sound([row if isinstance(row, Said) else UNREADABLE for row in rows]):
        return
    path = (*price.path, "payer")
    for number, row in enumerate(rows, 1):
        is_last = number == len(rows)
        if is_last and row["weeks"] is not None:
            told.refuse((*path, str(number), "weeks"), "leaves out who pays afterwards; add a row without `weeks`")
        elif not is_last and row["weeks"] is None:
            told.refuse((*path, str(number)), "needs `weeks`: without it this row goes to the end of the stay")
    others = [key for key in AMOUNTS if price[key] is not None and key != "per_occupied_day"]
    if others and len(rows) > 1:
        told.refuse(
            path,
            f"goes by week of the stay, which {listed(others, 'and')} cannot be split by; only per_occupied_day can",
        )


def _check_year(told: Told, costs: Said, price: Said) -> None:
    year, wanted = price["price_year"], costs["price_year"]
    if year is None or not is_sound([year, wanted]) or year == wanted:
        return
    deflator = costs["deflator"]
    factors = deflator["factors"] if isinstance(deflator, Said) else [] if deflator is None else UNREADABLE
    if factors is UNREADABLE or any(not isinstance(one, Said) or one["from"] == year for one in factors):
        return
    told.refuse(
        (*price.path, "price_year"),
        f"is {year}, but the prices here are of {wanted}, and nothing turns one into the other; add "
        f"{{from: {year}, to: {wanted}, times: ...}} to `costs.deflator.factors`, or write the price of {wanted}",
    )


def _refuse_year(told: Told, factor: Path, to: str, price_year: str) -> None:
    """At whichever of the two was written in the file that extends the other's."""
    year = ("costs", "price_year")
    if told.is_nearer(year, factor):
        told.refuse(
            year,
            f"is {price_year}, and the factors in {told.place_of(factor)} turn prices into {to}; write {to}, or new factors too",
        )
    else:
        told.refuse(factor, f"is {to}; `costs.price_year`, the year of all prices, is {price_year}")


def _check_factors(told: Told, costs: Said) -> None:
    deflator = costs["deflator"]
    rows = deflator["factors"] if isinstance(deflator, Said) else None
    seen: list[str] = []
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        if not isinstance(row, Said) or not is_sound([row, costs["price_year"]]):
            continue
        path = ("costs", "deflator", "factors", str(number))
        if row["to"] != costs["price_year"]:
            _refuse_year(told, (*path, "to"), row["to"], costs["price_year"])
        if row["from"] in seen:
            told.refuse((*path, "from"), f"is {row['from']}, which a row before has too; keep one of them")
        seen.append(row["from"])
