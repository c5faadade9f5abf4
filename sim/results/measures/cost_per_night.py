"""What a night costs, open and used, and what the delayed days are priced at.

A place that is paid for open costs more for each night that somebody uses than for each night that it is open;
both stand beside each other. Delayed days are an "of which": they are part of the stays, and never added.

What may be changed here: free; docs/money.md, money rules 5 and 6.
"""

from fractions import Fraction

from sim.inputs.scenario import SECONDS_PER_DAY, Price
from sim.results.measures import costs
from sim.results.window import Row, Window

DAYS = ("open_day", "occupied_day")


def rows(window: Window) -> list[Row]:
    """Cost of a night in every service that is paid for open, and of delayed days where they have a price."""
    return [*_nights(window), *_delayed(window)]


def _nights(window: Window) -> list[Row]:
    standing = {price.of for price in window.scenario.costs.prices if price.per == "open_day"}
    found = []
    spent = [line for line in costs.lines(window) if line.service in standing and line.part != "steps"]
    for name in (name for name in window.names if name in standing):
        pounds = sum(line.pence for line in spent if line.service == name) / 100
        for measure, days in (
            ("cost_per_open_night_gbp", costs.open_days(window, name)),
            ("cost_per_used_night_gbp", costs.occupied_days(window, name)),
        ):
            if days:
                found.append(Row(name, measure, "", "", pounds / float(days)))
    return found


def _delayed(window: Window) -> list[Row]:
    found = []
    for name in dict.fromkeys(price.of for price in window.scenario.costs.prices if price.per != "step"):
        gbp = delayed_day_gbp(window.scenario.costs.prices, name)
        if gbp and name in window.numbers:
            number = window.numbers[name]
            seconds = int(window.clipped(window.stays_in(number, "ready"), window.stays_in(number, "left")).sum())
            pence = int(gbp * seconds * 100 / SECONDS_PER_DAY + Fraction(1, 2))
            found.append(Row(name, "delayed_days_cost_gbp", "", "", pence / 100))
    if found:
        total = round(sum(row.value for row in found), 2)
        found.append(Row("all", "delayed_days_cost_gbp", "", "", total))
    return found


def delayed_day_gbp(prices: tuple[Price, ...], name: str) -> Fraction:
    """The price of a delayed day: its own where one is given, else that of an open and occupied day."""
    here = [price for price in prices if price.of == name]
    own = [price for price in here if price.per == "delayed_day"]
    chosen = own or [price for price in here if price.per in DAYS]
    return sum((Fraction(str(price.gbp)) for price in chosen), Fraction(0))
