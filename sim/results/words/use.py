"""Whether what a scenario opens is used: beds that are empty, and used nights that cost more than hospital's.

Nothing here changes a simulated number.
"""

from collections.abc import Iterator
from math import ceil

from sim.inputs.problems import capital
from sim.inputs.scenario import Calendar, Scenario, Service
from sim.results.comparison.findings import Findings
from sim.results.words.labels import figure, spoken

MOST_SERVICES = 3  # of which so much is said; one more is said too
MOSTLY_EMPTY = 0.5  # occupancy below which a service is called mostly empty
HARDLY_EVER = 0.8  # share of the places beyond which the rest are called hardly ever used


def how_used(findings: Findings, scenario: Scenario) -> str:
    """Describe each new or changed service that is mostly empty or costs more for a used night than hospital."""
    of_each = [" ".join(_said_of(findings, scenario, service)) for service in _to_look_at(findings, scenario)]
    return _of_few([text for text in of_each if text])


def who_comes(findings: Findings, scenario: Scenario) -> str:
    """Of each new service that is not unlimited, or of those that admit most: who comes, from which list, what each frees and what its nights cost."""
    before = {service.name for service in findings.baseline.services}
    new = [one for one in scenario.services if one.name not in before and not one.is_unlimited and one.kind != "acute"]
    new.sort(key=lambda service: -_admitted(findings, scenario, service))
    of_each = [
        " ".join(text for text in (_inflow(findings, scenario, one), _nights(findings, scenario, one)) if text)
        for one in new
    ]
    return _of_few([text for text in of_each if text])


def _admitted(findings: Findings, scenario: Scenario, service: Service) -> float:
    row = findings.estimate(scenario.id, service.name, "admissions")
    return row.mean if row else 0.0


def _of_few(of_each: list[str]) -> str:
    """What is said of each service, of the first few where there are many."""
    more = len(of_each) - MOST_SERVICES
    if more < 2:
        return " ".join(of_each)
    return " ".join((*of_each[:MOST_SERVICES], f"The same of {more} more services is in summary.csv."))


def _inflow(findings: Findings, scenario: Scenario, service: Service) -> str:
    """How many people it admits a week, from which list, and how many hospital bed days are released for each of them."""
    came = findings.estimate(scenario.id, service.name, "admissions")
    if came is None or not came.mean:
        return ""
    weeks = scenario.calendar.measured_days / 7
    name, place = spoken(service.name), _main(findings)
    rows = findings.items(scenario.id, service.name, "admissions", "waited_on")
    parts = [
        f"{figure(row.mean / weeks, 'people')} {_from_where(row.item, service.name)}{_how_much_sooner(findings, scenario, service, row.item)}"
        for row in rows
    ]
    text = f"{capital(name)} admits {figure(came.mean / weeks, 'people')} people a week"
    text += f" ({'; '.join(parts)})" if parts else ""
    released = [findings.estimate(scenario.id, one, "released_bed_days") for one in _main_services(findings)]
    freed = [row.mean for row in released if row]
    is_only_new = {one.name for one in scenario.services} - {one.name for one in findings.baseline.services} == {
        service.name
    }
    if not freed or not is_only_new:  # of several new services nobody knows which released them
        return f"{text}."
    return f"{text}. Each admission releases {figure(sum(freed) / came.mean, 'days')} {place} bed days, counting everybody who moves up in a queue."


def _from_where(waited_on: str, service: str) -> str:
    return "sent there directly" if waited_on == service else f"from {spoken(waited_on)}"


def _how_much_sooner(findings: Findings, scenario: Scenario, service: Service, waited_on: str) -> str:
    """By how many nights each of them left hospital before they did in the baseline."""
    for same in findings.same_people:
        for one in same.admitted if same.scenario == scenario.id else ():
            if (one.service, one.waited_on) == (service.name, waited_on):
                word = "sooner" if one.nights_sooner >= 0 else "later"
                return f", who leave hospital {figure(abs(one.nights_sooner), 'nights')} nights {word} each"
    return ""


def _nights(findings: Findings, scenario: Scenario, service: Service) -> str:
    """What an open and a used night cost, in pounds and in times of the average price of a hospital night."""
    opened = findings.estimate(scenario.id, service.name, "cost_per_open_night_gbp")
    used = findings.estimate(scenario.id, service.name, "cost_per_used_night_gbp")
    of_beds = {rule.service: rule.average_gbp for rule in scenario.costs.freed_beds}
    averages = {of_beds.get(one) for one in _main_services(findings)}
    average = averages.pop() if len(averages) == 1 else None
    if opened is None or used is None or not average:
        return ""
    ratios = [f"{figure(one.mean, 'GBP')} ({one.mean / average:.2f} times)" for one in (opened, used)]
    place = _main(findings)
    return f"Beside the {figure(average, 'GBP')} of an average night in {place}, its open night costs {ratios[0]}, its used night {ratios[1]}."


def _main_services(findings: Findings) -> list[str]:
    """The hospitals, where there are several; else the main service."""
    return [service.name for service in findings.hospitals or (findings.main_service,)]


def _main(findings: Findings) -> str:
    return "hospital" if findings.hospitals else spoken(findings.main_place)


def _to_look_at(findings: Findings, scenario: Scenario) -> Iterator[Service]:
    """What is new or has other places than in the baseline; everything with a limit where nothing is compared."""
    before = {one.name: one.capacity for one in findings.baseline.services} if findings.compared else {}
    for service in scenario.services:
        if not service.is_unlimited and service.kind != "acute" and before.get(service.name) != service.capacity:
            yield service


def _said_of(findings: Findings, scenario: Scenario, service: Service) -> Iterator[str]:
    empty, dear = _empty(findings, scenario, service), _dear(findings, scenario, service)
    name = spoken(service.name)
    if empty:
        yield f"{capital(name)} {empty}."
        if _waiting_beside_free_places(findings, scenario, service):
            yield f"It is full on no night: people wait for {name} until their move is arranged, or for the hours at which it admits."
    if dear:
        yield f"A used night in {name} {dear}."


def _waiting_beside_free_places(findings: Findings, scenario: Scenario, service: Service) -> bool:
    """Whether people wait although it was full on no night of any replication, and no delay is for want of a place there.

    It may be full by day, have no bay for somebody or too few hours left: then delay has a cause in places.
    """
    waiting, full = (findings.estimate(scenario.id, service.name, name) for name in ("queue_mean", "days_full"))
    is_waited_for = waiting is not None and waiting.mean > 0 and full is not None and full.mean == 0
    return is_waited_for and not _delay_for_a_place(findings, scenario, service)


def _delay_for_a_place(findings: Findings, scenario: Scenario, service: Service) -> bool:
    """Whether anybody was delayed because a place of this service was missing."""
    return any(
        estimate.mean > 0
        for estimate in findings.estimates
        if (estimate.scenario, estimate.measure, estimate.by) == (scenario.id, "delayed_bed_days", "cause")
        and estimate.item == service.name
    )


def _empty(findings: Findings, scenario: Scenario, service: Service) -> str:
    """How little of it is used, empty where that is no news."""
    occupancy = findings.estimate(scenario.id, service.name, "occupancy")
    most = findings.estimate(scenario.id, service.name, "midnight_census_p95")
    if occupancy is None or most is None:
        return ""
    places, used = _places(service, scenario.calendar), ceil(round(most.mean, 6))
    if places is None or service.counted_in == "hours_per_week":
        share = figure(occupancy.mean, occupancy.unit)
        return f"is mostly empty: {share} of it is used" if occupancy.mean < MOSTLY_EMPTY else ""
    if used > HARDLY_EVER * places and occupancy.mean >= MOSTLY_EMPTY:
        return ""
    what = "is mostly empty" if occupancy.mean < MOSTLY_EMPTY else f"has {service.counted_in} that are hardly ever used"
    return (
        f"{what}: of {places:,} {service.counted_in}, {figure(occupancy.mean * places, '')} are in use on average, and on 95 "
        f"nights of 100 never more than {used:,}"
    )


def _places(service: Service, calendar: Calendar) -> int | None:
    """Its places, where they are the same all through the measured days."""
    first, end = calendar.window
    before = [one.places for one in service.capacity if one.from_second <= first][-1:]
    found = {*before, *(one.places for one in service.capacity if first < one.from_second < end)}
    return found.pop() if len(found) == 1 and service.surge is None else None


def _dear(findings: Findings, scenario: Scenario, service: Service) -> str:
    """What a used night costs, where that is more than in hospital."""
    here = _used_night(findings, scenario, service.name)
    prices = {_used_night(findings, scenario, one) for one in _main_services(findings)}
    there = prices.pop() if len(prices) == 1 else None
    if service.counted_in != "beds" or findings.main_service.kind != "acute" or here is None or there is None:
        return ""
    ours, theirs = (figure(gbp, "GBP") for gbp in (here, there))
    place = _main(findings)
    return f"costs {ours}, more than one in {place} ({theirs})" if here > there and ours != theirs else ""


def _used_night(findings: Findings, scenario: Scenario, name: str) -> float | None:
    """Return pounds for each occupied night; the price itself where a service is paid for only when used."""
    row = findings.estimate(scenario.id, name, "cost_per_used_night_gbp")
    if row is not None:
        return row.mean
    prices = [price.gbp for price in scenario.costs.prices if price.of == name and price.per == "occupied_day"]
    return float(sum(prices)) if prices else None
