"""Those who are followed for years: where they are at each time, and their money, counted again in another way.

Days come again from paths of how many of them are in a service at each time since ready, admissions from waits, each place's
part of what a service costs open from paths of places. Invariants may be added; removing one needs agreement.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np

from sim.inputs.scenario import SECONDS_PER_DAY, Price, Service, Taper
from sim.model.records import NONE, Column
from sim.results.invariants import money
from sim.results.invariants.money import days_again, pence, place_seconds_again, rounded
from sim.results.invariants.records import require_sum
from sim.results.measures import cohort, costs
from sim.results.measures.cohort import YEAR, Cohort
from sim.results.measures.occupancy import counts_hours, held_over_time, tapered
from sim.results.split import split_of
from sim.results.step_functions import Mask, going_on, steps_of
from sim.results.window import Window

SOMEWHERE = "days of those followed = their days alive in the run, in each year"
COSTS_ADD_UP = "costs of those followed recompute to the penny, by payer and by year"

SPLITS_ADD_UP = "those followed and their days add up over groups and levels"

CHECKED = (SOMEWHERE, COSTS_ADD_UP, SPLITS_ADD_UP)


def check_cohort(window: Window) -> None:
    """Raise IdentityBroken where those who are followed, if anybody is, are not counted right."""
    if not window.scenario.calendar.follow_up_days:
        return
    found = cohort.cohort(window)
    places = cohort.seconds_by_place(window, found).sum(axis=0).tolist()
    alive = going_on(np.zeros(len(found.first), dtype=np.int64), np.minimum(found.seen, found.died))
    for year, seconds in enumerate(places):
        require_sum(SOMEWHERE, f"year {year + 1}", seconds, alive.integral(year * YEAR, (year + 1) * YEAR))
    _parts_add_up(window)
    _splits_add_up(window)
    for price in window.scenario.costs.prices:
        _price_again(window, found, price)


def _parts_add_up(window: Window) -> None:
    """The rows of each sort of part come to the whole, and services to that of all."""
    rows = [row for row in cohort.rows(window) if row.measure in ("cohort_cost_gbp", "cohort_cost_discounted_gbp")]
    for whole in (row for row in rows if row.by == ""):
        for by in ("payer", "year", "payer_and_year"):
            parts = [row.value for row in rows if row[:3] == (whole.service, whole.measure, by)]
            if parts:
                require_sum(COSTS_ADD_UP, f"{whole.service}, by {by}", pence(sum(parts)), pence(whole.value))
        services = [row.value for row in rows if row.service != "all" and row[1:3] == (whole.measure, "")]
        services += [row.value for row in rows if row[1] == whole.measure and row[2] in cohort.IN_NO_SERVICE.values()]
        if whole.service == "all":
            require_sum(COSTS_ADD_UP, "services, teams and programmes", pence(sum(services)), pence(whole.value))


def _splits_add_up(window: Window) -> None:
    """People and their days in each sort of place: everybody against all groups, and all levels of each trait."""
    rows = {row[1:4]: row.value for row in cohort.rows(window) if row.service == "all"}
    for division in split_of(window.run).divisions[1:]:
        for measure in ("cohort_people", *(f"cohort_days_{place}" for place in cohort.PLACES)):
            parts = [_together(rows, measure, division.by, item) for item in division.items]
            require_sum(
                SPLITS_ADD_UP, f"{measure} by {division.by}", sum(parts), _together(rows, measure, by="", item="")
            )


def _together(rows: Mapping[tuple[str, str, str], float], measure: str, by: str, item: str) -> int:
    """So many people, or the seconds that they spend there together."""
    people = rows.get(("cohort_people", by, item), 0.0)
    each = 1.0 if measure == "cohort_people" else rows.get((measure, by, item), 0.0) * SECONDS_PER_DAY
    return round(people * each)


def _price_again(window: Window, found: Cohort, price: Price) -> None:
    """What one price comes to, undiscounted and discounted, from the quantities of each year."""
    gbp, rate = Fraction(str(price.gbp)), 1 + Fraction(str(window.scenario.costs.discount_rate))
    lines = [line for line in cohort.lines(window) if line.price is price]
    for service, by_year in _quantities(window, found, price):
        here = [line for line in lines if line.service == service]
        later = sum((amount / rate**year for year, amount in enumerate(by_year)), Fraction(0))
        for paid, amount in (
            (sum(line.pence for line in here), sum(by_year, Fraction(0))),
            (sum(line.discounted for line in here), later),
        ):
            require_sum(COSTS_ADD_UP, f"{service}, {price.of} {price.per}", paid, rounded(gbp * amount))


def _quantities(window: Window, found: Cohort, price: Price) -> Iterator[tuple[str, list[Fraction]]]:
    """Days, admissions or steps by service and year."""
    run, size = window.run, len(window.run.ledger.people["group"])
    number = np.full(size, NONE, dtype=np.int64)
    number[run.ledger.stays["person"][found.first]] = np.arange(len(found.first))
    if price.per == "admission":
        waits = run.ledger.waits
        who = number[waits["person"]]
        rows = np.flatnonzero((who != NONE) & (run.admitted_to == run.numbers[price.of]))
        rows = rows[waits["stay"][rows] >= found.first[who[rows]]]
        yield price.of, _in_each_year(found, waits["ended"][rows] - found.ready[who[rows]])
    elif price.per == "step":
        steps = run.ledger.steps
        who = number[run.ledger.stays["person"][steps["stay"]]]
        names = np.array([name == price.of for name in run.ledger.step_names], dtype=bool)
        rows = np.flatnonzero((who != NONE) & names[steps["step"]])
        service, since = (
            run.ledger.stays["service"][steps["stay"][rows]],
            steps["finished"][rows] - found.ready[who[rows]],
        )
        for one in np.unique(service):
            yield run.names[one], _in_each_year(found, since[service == one])
    elif price.per in cohort.IN_NO_SERVICE:
        of_a_place = price.per == "place_year"
        seconds = place_seconds_again(window, price.of) if of_a_place else Fraction(window.end - window.first)
        yield costs.NO_SERVICE, [seconds / money.YEAR]
    elif price.per in ("occupied_day", "open_day"):
        yield price.of, [seconds * _each(window, price) for seconds in _seconds(window, found, price)]


def _in_each_year(found: Cohort, since: Column) -> list[Fraction]:
    """How many instants since ready lie in each year."""
    counts = np.bincount(since[(since >= 0) & (since < found.years * YEAR)] // YEAR, minlength=found.years)
    return [Fraction(int(count)) for count in counts]


def _seconds(window: Window, found: Cohort, price: Price) -> list[int]:
    """Seconds in a service in each year, from how many are there, or how many hours they hold, at each time since ready."""
    stays, until, service = window.run.ledger.stays, window.run.end, window.scenario.service(price.of)
    here = stays["service"][found.row] == window.run.number(service)
    row, ready = found.row[here], found.ready[found.who[here]]
    start, end = stays["admitted"][row] - ready, np.minimum(stays["left"][row], until) - ready
    path = going_on(start, end)
    if counts_hours(service) and price.per == "open_day":
        times, changes = [start, end], [stays["units"][row], -stays["units"][row]]
        for taper, whose, before in _tapers(window, service, row):
            at = start + int(taper.after_days * SECONDS_PER_DAY + 0.5)
            less = np.where(whose & (at < end), tapered(stays["units"][row], taper.share) - before, 0)
            times += [at, end]
            changes += [less, -less]
        path = steps_of(np.concatenate(times), np.concatenate(changes))
    return [path.integral(year * YEAR, (year + 1) * YEAR) for year in range(found.years)]


def _tapers(window: Window, service: Service, row: Column) -> Iterator[tuple[Taper, Mask, Column]]:
    """Each taper of a visit, whose stays of these it is of, and what was held before it."""
    units = window.run.ledger.stays["units"][row]
    for index, group in enumerate(window.scenario.people):
        for visit in group.visits(service.name):
            whose = window.run.stays_by_visit(index, visit)[row]
            shares = [1.0, *(taper.share for taper in visit.tapers)]
            for taper, share in zip(visit.tapers, shares, strict=False):
                yield taper, whose, tapered(units, share)


def _each(window: Window, price: Price) -> Fraction:
    """What a second is charged for, in days: a day's part of it, or its part of the days that the service was open."""
    service = window.scenario.service(price.of)
    if price.per == "occupied_day":
        return Fraction(1, SECONDS_PER_DAY)
    used = held_over_time(window.run, service).integral(window.run.first, window.run.end)
    if service.kind == "acute" or not used:
        return Fraction(0)
    standing = days_again(window.run, service, "open_day") + costs.not_closed_days(window.run, service.name)
    return standing / used
