"""How full: places open and free at each time, places held, and the midnight census of each service.

Census counts people. Where a service counts hours, places held are minutes a week and open places are
minutes a week.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np

from sim.inputs.calendar import opening_hours
from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY, Calendar, Hours, Places, Service
from sim.model.records import Column
from sim.results.measures.census import at_midnights
from sim.results.path_passes import PASSES, Days, OfPlaces, Path
from sim.results.split import Split, SplitMeasure, Table, percentiles_of_paths, present, split_of
from sim.results.step_functions import (
    ALWAYS,
    StepFunction,
    aligned,
    both,
    column,
    either,
    going_on,
    instants_of,
    is_first,
    larger,
    steps_of,
)
from sim.results.tables import counted
from sim.results.window import Row, Window, kept

MINUTES_PER_HOUR = 60
PERCENTS = (5, 50, 95)  # of the midnight census
BAY = "bay"  # a division of what is counted in a service
UNLIMITED = -1  # in the records' places: open without limit


def counts_hours(service: Service) -> bool:
    """Whether this is a service whose places are minutes a week."""
    return service.counted_in == "hours_per_week"


@kept
def people_over_time(window: Window, service: Service) -> StepFunction:
    """People in the service at each time."""
    number = window.number(service)
    admitted, left = window.stays_in(number, "admitted"), window.stays_in(number, "left")
    return going_on(admitted, left, window.passes(PASSES))


@kept
def held_over_time(window: Window, service: Service) -> StepFunction:
    """Places held at each time: people, or minutes a week as they taper."""
    if not counts_hours(service):
        return people_over_time(window, service)
    return _minutes_over_time(window, service)


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


@kept
def spans_held(window: Window, service: Service) -> Spans:
    """Every stay in a service, whole or cut where its hours taper."""
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
    """Places open at each time, surge included; UNLIMITED is -1. Of bays each counts for itself: a bed that is held is open."""
    if service.bays:
        return window.cached("open", service.name, lambda: _open_in_bays(window, service))
    places = window.ledger.places
    rows = np.flatnonzero(places["service"] == window.number(service))
    if not len(rows):
        return planned_over_time(service.capacity)
    return StepFunction(places["at"][rows], places["open"][rows])


def _open_in_bays(window: Window, service: Service) -> StepFunction:
    """The larger of planned and held beds, bay by bay."""
    each = [
        larger(planned_over_time(bay.capacity), held_in_bay(window, service, place))
        for place, bay in enumerate(service.bays)
    ]
    times = reduce(instants_of, (one.times for one in each))
    return StepFunction(times, sum((one.at(times) for one in each), start=np.zeros(len(times), dtype=np.int64)))


def planned_over_time(capacity: tuple[Places, ...]) -> StepFunction:
    """Places that the calendar gives at each time; UNLIMITED is -1."""
    planned = [UNLIMITED if change.places is None else change.places for change in capacity]
    return StepFunction(column(*(change.from_second for change in capacity)), column(*planned))


class OverTime(NamedTuple):
    """Places of a service that has a limit, through the window."""

    free: StepFunction  # 1 while so many are free as somebody needs, 0 while they are not
    held: Column  # at each midnight
    available: Column  # at each midnight: open, or held beyond those that are open
    available_seconds: int


@kept
def places_over_time(window: Window, service: Service) -> OverTime:
    """Places free, held and available; compiled code goes over them once."""
    passes = window.passes(PASSES)
    if passes is None:
        return _in_plain_numpy(window, service)
    planned, held = open_over_time(window, service), held_over_time(window, service)
    times, free = np.empty((2, len(planned.times) + len(held.times)), dtype=np.int64)
    taken, available = np.empty((2, len(window.midnights)), dtype=np.int64)
    sums = np.zeros(2, dtype=np.int64)
    passes.of_places(
        OfPlaces(times, free, taken, available, sums),
        Path(*planned),
        Path(*held),
        _needed(window, service),
        Days(window.first, window.end, window.midnights),
    )
    size, available_seconds = sums.tolist()
    return OverTime(StepFunction(times[:size], free[:size]), taken, available, available_seconds)


def _in_plain_numpy(window: Window, service: Service) -> OverTime:
    """The same, and the reference of the compiled pass."""
    available = available_over_time(window, service)
    return OverTime(
        free_between(*planned_and_held(window, service), _needed(window, service)),
        held_over_time(window, service).at(window.midnights),
        available.at(window.midnights),
        available.integral(window.first, window.end),
    )


def _needed(window: Window, service: Service) -> int:
    """Places, or minutes a week, that somebody needs who comes."""
    number = window.number(service)
    if counts_hours(service) and len(window.stay_rows(number)):
        return int(np.median(window.stays_in(number, "units")))
    return 1


@kept
def available_over_time(window: Window, service: Service) -> StepFunction:
    """The larger of open and held places: nobody is put out when places close."""
    times, planned, held = planned_and_held(window, service)
    return StepFunction(times, np.maximum(planned, held))


@kept
def planned_and_held(window: Window, service: Service) -> tuple[Column, Column, Column]:
    """Every instant at which open or held places change, and both after it."""
    planned, held = open_over_time(window, service), held_over_time(window, service)
    return aligned(planned, held, window.passes(PASSES))


def occupied_seconds(window: Window, service: Service) -> int:
    """Seconds that people held a place in the window."""
    return int(_occupied(window)[0, window.number(service)])


def _held_seconds(window: Window, service: Service) -> int:
    """Seconds that places, or minutes a week, were held in the window."""
    if counts_hours(service):
        return held_over_time(window, service).integral(window.first, window.end)
    return occupied_seconds(window, service)


def _occupied(window: Window) -> Table:
    """Seconds in the window that people held a place, by item and place."""

    def work() -> Table:
        profiles, places, start, end = present(window)
        return split_of(window).total(profiles, places, window.clipped(start, end))

    (found,) = counted(window, lambda: [window.cached("occupied seconds", "all", work)], "occupied")
    return found


def available_seconds(window: Window, service: Service) -> int:
    """Place-seconds (minute-a-week-seconds where counted in hours) available in the window."""
    return places_over_time(window, service).available_seconds


def split_measures(window: Window, split: Split) -> list[SplitMeasure]:
    """People in every service, home included, and occupied bed days of all but home, which is no bed."""
    services = range(window.home + 1)
    occupied = split.with_all(_occupied(window), range(window.home))
    census, shown = at_midnights(window), split.and_all_hospitals(services)
    found = {"midnight_census_mean": census.sum(axis=2) / window.days}
    for percent, people in zip(PERCENTS, percentiles_of_paths(split, census, shown, PERCENTS), strict=True):
        found[f"midnight_census_p{percent:02d}"] = people
    return [
        *split.reported({"occupied_bed_days": occupied / SECONDS_PER_DAY}, (*services, split.all)),
        *split.reported(found, services),
    ]


def place_rows(window: Window) -> list[Row]:
    """Places of every service that has a limit: how many, and how full."""
    limited = [service for service in window.scenario.services if not service.is_unlimited]
    found = [row for service in limited for row in _place_rows(window, service.name, [service])]
    hospitals = [service for service in window.declared if service.kind == "acute"]
    if len(hospitals) > 1 and all(service in limited and not counts_hours(service) for service in hospitals):
        found += _place_rows(window, ALL_HOSPITALS, hospitals)
    return [*found, *_bay_rows(window)]


def _bay_rows(window: Window) -> Iterator[Row]:
    """Beds of every bay, numbered from 1 in the order of the file: how many, how many in use, and how full."""
    for service in window.declared:
        for place, bay in enumerate(service.bays):
            held = held_in_bay(window, service, place)
            available = larger(planned_over_time(bay.capacity), held).integral(window.first, window.end)
            taken, item = held.integral(window.first, window.end), str(place + 1)
            yield Row(service.name, "occupied_bed_days", BAY, item, taken / SECONDS_PER_DAY)
            yield Row(service.name, "available_bed_days", BAY, item, available / SECONDS_PER_DAY)
            if available:
                yield Row(service.name, "occupancy", BAY, item, taken / available)


def _place_rows(window: Window, name: str, services: Sequence[Service]) -> list[Row]:
    """Of a service, or of several with a limit, whose places and people are added up."""

    def row(measure: str, value: float) -> Row:
        return Row(name, measure, "", "", value)

    found = []
    in_hours = counts_hours(services[0])
    over_time = [places_over_time(window, service) for service in services]
    available_total = sum(one.available_seconds for one in over_time)
    each = SECONDS_PER_DAY * (MINUTES_PER_HOUR if in_hours else 1)
    found.append(row("available_bed_days", available_total / each)._replace(in_hours=in_hours))
    if available_total:
        found.append(row("occupancy", sum(_held_seconds(window, service) for service in services) / available_total))
    taken = reduce(np.add, (one.held for one in over_time))
    places = reduce(np.add, (one.available for one in over_time))
    if places.any():
        found.append(row("midnight_occupancy", int(taken.sum()) / int(places.sum())))
    for measure, is_so in (
        ("days_above_85pct", 100 * taken > 85 * places),
        ("days_above_92pct", 100 * taken > 92 * places),
        ("days_full", (places > 0) & (taken >= places)),
    ):
        found.append(row(measure, int(is_so.sum()) / window.days))
    return found


def door_over_time(window: Window, service: Service) -> StepFunction:
    """1 while people are admitted to a service, 0 while its admission hours are closed."""
    return hours_over_time(window.scenario.calendar, service.admission_hours)


def own_hours_over_time(window: Window, service: Service) -> StepFunction:
    """1 while people may leave a service, 0 outside its discharge hours."""
    return hours_over_time(window.scenario.calendar, service.discharge_hours)


@lru_cache(maxsize=64)  # the same in every replication
def hours_over_time(calendar: Calendar, hours: Hours | None) -> StepFunction:
    """1 while these hours are open, 0 while they are closed."""
    days = opening_hours(calendar, hours)
    if days is None:
        return ALWAYS
    opens, closes = np.array(days.opens, dtype=np.int64), np.array(days.closes, dtype=np.int64)
    some = closes > opens
    times = np.stack((opens[some], closes[some]), axis=1).ravel()
    values = np.tile(column(1, 0), int(some.sum()))
    keep = np.ones(len(times), dtype=bool)
    keep[:-1] = times[1:] != times[:-1]  # closes at midnight and opens at once: stays open
    return StepFunction(times[keep], values[keep])


def free_over_time(window: Window, number: int) -> StepFunction:
    """1 while a destination has a free place, 0 while it has none (home and out always have one); a list, in any of its services.

    A service counted in hours has one while half of the people that it admitted would fit in; one with bays while each has one.
    """
    if number in window.lists:
        return reduce(either, (free_over_time(window, member) for member in window.members[number]))
    if number >= window.home or window.declared[number].is_unlimited:
        return ALWAYS
    service = window.declared[number]
    if service.bays:  # anybody who waits, and whichever bay is for them
        return window.cached("free in all bays", service.name, lambda: _free_in_all_bays(window, service))
    return places_over_time(window, service).free


def _free_in_all_bays(window: Window, service: Service) -> StepFunction:
    return reduce(both, (free_in_bay(window, service, place) for place in range(len(service.bays))))


@kept
def held_in_bay(window: Window, service: Service, place: int) -> StepFunction:
    """Beds held in a bay at each time."""
    number = window.number(service)
    mine = window.stays_in(number, "bay") == place
    return going_on(window.stays_in(number, "admitted")[mine], window.stays_in(number, "left")[mine])


def free_in_bay(window: Window, service: Service, place: int) -> StepFunction:
    """1 while a bay has a free bed, 0 while it has none."""
    planned, held = planned_over_time(service.bays[place].capacity), held_in_bay(window, service, place)
    times = instants_of(planned.times, held.times)
    return free_between(times, planned.at(times), held.at(times))


def free_between(times: Column, planned: Column, held: Column, needed: int = 1) -> StepFunction:
    """1 while so many places are free, 0 while they are not, from the places planned and held after each instant."""
    is_free = ((planned < 0) | (planned - held >= needed)).astype(np.int64)
    changes = is_first(is_free)
    return StepFunction(times[changes], is_free[changes])
