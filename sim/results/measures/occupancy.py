"""How full: places open, places held, and the midnight census of each service.

Census counts people. Where a service counts hours, places held are minutes a week and open places are
minutes a week.

What may be changed here: with new expected results.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY, Places, Service
from sim.model.records import Column
from sim.results.measures.census import at_midnights
from sim.results.path_passes import PASSES
from sim.results.split import Split, Table, Told, percentiles_of_paths, present, split_of
from sim.results.step_functions import StepFunction, aligned, column, going_on, steps_of
from sim.results.window import Row, Window

MINUTES_PER_HOUR = 60
PERCENTS = (5, 50, 95)  # of the midnight census
UNLIMITED = -1  # in the ledger's places: open without limit


def counts_hours(service: Service) -> bool:
    """Whether this is a service whose places are minutes a week."""
    return service.counted_in == "hours_per_week"


def people_over_time(window: Window, service: Service) -> StepFunction:
    """People in the service at each time."""
    number = window.number(service)
    admitted, left = window.stays_in(number, "admitted"), window.stays_in(number, "left")
    return window.cached("people", service.name, lambda: going_on(admitted, left, window.passes(PASSES)))


def held_over_time(window: Window, service: Service) -> StepFunction:
    """Places held at each time: people, or minutes a week as they taper."""
    if not counts_hours(service):
        return people_over_time(window, service)
    return window.cached("minutes", service.name, lambda: _minutes_over_time(window, service))


def _minutes_over_time(window: Window, service: Service) -> StepFunction:
    """Minutes a week held at each time, as they taper."""
    spans = spans_held(window, service)
    times, changes = (spans.start, spans.end), (spans.units, -spans.units)
    return steps_of(np.concatenate(times), np.concatenate(changes))


class Spans(NamedTuple):
    """Times [start, end) in which stays hold the same places, or minutes a week."""

    row: Column  # in STAYS
    start: Column
    end: Column
    units: Column


def spans_held(window: Window, service: Service) -> Spans:
    """Every stay in a service, whole or cut where its hours taper."""
    return window.cached("spans", service.name, lambda: _spans_held(window, service))


def _spans_held(window: Window, service: Service) -> Spans:
    number = window.number(service)
    row = window.stay_rows(number)
    admitted, end = window.stays_in(number, "admitted"), window.stays_in(number, "left")
    units = window.stays_in(number, "units") if counts_hours(service) else np.ones(len(row), dtype=np.int64)
    since, now, found = admitted.copy(), units.copy(), list[Spans]()
    for index, group in enumerate(window.scenario.people):
        for visit in group.visits(service.name):
            mine = window.stays_by_visit(index, visit)[row] if visit.tapers else np.zeros(0, dtype=bool)
            for taper in visit.tapers:
                at = admitted + int(taper.after_days * SECONDS_PER_DAY + 0.5)
                later = np.flatnonzero(mine & (at < end))
                found.append(Spans(row[later], since[later], at[later], now[later]))
                since[later], now[later] = at[later], tapered(units[later], taper.share)
    found.append(Spans(row, since, end, now))
    return Spans(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def tapered(units: Column, share: float) -> Column:
    """Minutes a week still needed: a share of those they started with, rounded half up."""
    return np.asarray(np.floor(units * share + 0.5), dtype=np.int64)


def open_over_time(window: Window, service: Service) -> StepFunction:
    """Places open at each time, surge included; UNLIMITED is -1."""
    places = window.ledger.places
    rows = np.flatnonzero(places["service"] == window.number(service))
    if not len(rows):
        return planned_over_time(service.capacity)
    return StepFunction(places["at"][rows], places["open"][rows])


def planned_over_time(capacity: tuple[Places, ...]) -> StepFunction:
    """Places that the calendar gives at each time; UNLIMITED is -1."""
    planned = [UNLIMITED if change.places is None else change.places for change in capacity]
    return StepFunction(column(*(change.from_second for change in capacity)), column(*planned))


def available_over_time(window: Window, service: Service) -> StepFunction:
    """The larger of open and held places: nobody is put out when places close."""
    times, planned, held = planned_and_held(window, service)
    return window.cached("available", service.name, lambda: StepFunction(times, np.maximum(planned, held)))


def planned_and_held(window: Window, service: Service) -> tuple[Column, Column, Column]:
    """Every instant at which open or held places change, and both after it."""

    def work() -> tuple[Column, Column, Column]:
        planned, held = open_over_time(window, service), held_over_time(window, service)
        return aligned(planned, held, window.passes(PASSES))

    return window.cached("planned and held", service.name, work)


def occupied_seconds(window: Window, service: Service) -> int:
    """Seconds that people held a place in the window."""
    return int(_occupied(window)[0, window.number(service)])


def _occupied(window: Window) -> Table:
    """Seconds in the window that people held a place, by item and place."""

    def work() -> Table:
        profiles, places, start, end = present(window)
        return split_of(window).total(profiles, places, window.clipped(start, end))

    return window.cached("occupied seconds", "all", work)


def available_seconds(window: Window, service: Service) -> int:
    """Place-seconds (minute-a-week-seconds where counted in hours) available in the window."""
    path = available_over_time(window, service)
    return window.cached("available seconds", service.name, lambda: path.integral(window.first, window.end))


def told(window: Window, split: Split) -> list[Told]:
    """People in every service, home included, and occupied bed days of all but home, which is no bed."""
    services = range(window.home + 1)
    occupied = split.with_all(_occupied(window), range(window.home))
    census, shown = at_midnights(window), split.and_all_hospitals(services)
    found = {"midnight_census_mean": census.sum(axis=2) / window.days}
    for percent, people in zip(PERCENTS, percentiles_of_paths(split, census, shown, PERCENTS), strict=True):
        found[f"midnight_census_p{percent:02d}"] = people
    return [
        *split.told({"occupied_bed_days": occupied / SECONDS_PER_DAY}, (*services, split.all)),
        *split.told(found, services),
    ]


def place_rows(window: Window) -> list[Row]:
    """Places of every service that has a limit: how many, and how full."""
    limited = [service for service in window.scenario.services if not service.is_unlimited]
    found = [row for service in limited for row in _place_rows(window, service.name, [service])]
    hospitals = [service for service in window.declared if service.kind == "acute"]
    if len(hospitals) > 1 and all(service in limited and not counts_hours(service) for service in hospitals):
        found += _place_rows(window, ALL_HOSPITALS, hospitals)
    return found


def _place_rows(window: Window, name: str, services: Sequence[Service]) -> list[Row]:
    """Of a service, or of several with a limit, whose places and people are added up."""

    def row(measure: str, value: float) -> Row:
        return Row(name, measure, "", "", value)

    found = []
    in_hours = counts_hours(services[0])
    held = [held_over_time(window, service) for service in services]
    available_total = sum(available_seconds(window, service) for service in services)
    each = SECONDS_PER_DAY * (MINUTES_PER_HOUR if in_hours else 1)
    found.append(row("available_bed_days", available_total / each)._replace(in_hours=in_hours))
    if available_total:
        found.append(row("occupancy", sum(one.integral(window.first, window.end) for one in held) / available_total))
    taken = np.sum([one.at(window.midnights) for one in held], axis=0)
    places = np.sum([available_over_time(window, service).at(window.midnights) for service in services], axis=0)
    if places.any():
        found.append(row("midnight_occupancy", int(taken.sum()) / int(places.sum())))
    for measure, is_so in (
        ("days_above_85pct", 100 * taken > 85 * places),
        ("days_above_92pct", 100 * taken > 92 * places),
        ("days_full", (places > 0) & (taken >= places)),
    ):
        found.append(row(measure, int(is_so.sum()) / window.days))
    return found
