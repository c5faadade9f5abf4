"""Flow: who came, who was admitted, who left, which way, who died; and of those who could have left, how many did."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, SECONDS_PER_DAY, WEEKDAYS
from sim.model.records import ADMITTED, DIED_WAITING, NEVER, NONE, OUTSIDE, Column
from sim.results.split import (
    Figures,
    Split,
    SplitMeasure,
    Table,
    begun,
    leavers,
    percentiles,
    percentiles_of,
    ratio,
    stays_inside,
)
from sim.results.step_functions import Mask, midnights
from sim.results.tables import counted, tables_of
from sim.results.window import Row, Window, kept

MEDIAN_AND_P90 = (50, 90)
PATHWAY_OF_KIND = {
    "other": 0,
    "home_reablement": 1,
    "home_care": 1,
    "reablement_unit": 2,
    "community_beds": 2,
    "care_home": 3,
}
"""The pathway of people who leave hospital for a service, unless it names its own `pathway`: the four of the statutory
guidance on hospital discharge and community support, annex B (home and out are 0; new health or social care at home is 1,
a bed in the community 2, a care home 3). A move to another hospital is no discharge, and on none."""


@kept
def left_model(window: Window) -> Column:
    """By person: the second at which they died or went out of the model; NEVER while they are here."""
    stays, waits = window.ledger.stays, window.ledger.waits
    left = np.full(len(window.ledger.people["group"]), NEVER, dtype=np.int64)
    gone = stays["to"] >= window.died
    left[stays["person"][gone]] = stays["left"][gone]
    never_in = np.ones(len(left), dtype=bool)
    never_in[stays["person"]] = False
    outside = np.flatnonzero((waits["held"] == OUTSIDE) & never_in[waits["person"]])
    left[waits["person"][outside]] = waits["ended"][outside]  # rows are in order: the last wait counts
    return left


def pathways(window: Window) -> Column:
    """By destination number: the pathway of those who leave hospital for it; NONE for a hospital, and for death.

    A list is on the pathway of its services, and on none where they are on several.
    """
    return window.scenario.once("pathways", lambda: _pathway_numbers(window))


def _pathway_numbers(window: Window) -> Column:
    found = np.full(len(window.names), NONE, dtype=np.int64)
    for number, service in enumerate(window.declared):
        found[number] = PATHWAY_OF_KIND.get(service.kind, NONE) if service.pathway is None else service.pathway
    found[[window.home, window.out]] = 0
    for number in window.lists:
        ways = {int(found[member]) for member in window.members[number]}
        found[number] = ways.pop() if len(ways) == 1 else NONE
    return found


def split_measures(window: Window, split: Split) -> list[SplitMeasure]:
    """Arrivals, admissions, discharges, lengths of stay, deaths and throughput."""
    return (
        _arrivals(window, split)
        + _admissions(window, split)
        + _leavers(window, split)
        + _lengths_of_stay(window, split)
        + _deaths(window, split)
    )


def came(window: Window) -> Mask:
    """Who came from outside in the window."""
    people = window.ledger.people
    return np.asarray(window.inside(people["arrives"]) & (people["from_census"] == 0))


def _arrivals(window: Window, split: Split) -> list[SplitMeasure]:
    here = window.cached("came", "all", lambda: np.flatnonzero(came(window)))
    arrived = split.count(split.came[here], window.ledger.people["arrives_at"][here])
    doors = {name for group in window.scenario.people for name, _ in group.arrives_at}
    nobody = [place for place, name in enumerate(window.names) if name not in doors and not arrived[0, place]]
    arrivals = {"arrivals": split.with_all(arrived, range(split.outside))}
    return split.reported(arrivals, (*range(split.outside), split.all), hidden=nobody)


def _admissions(window: Window, split: Split) -> list[SplitMeasure]:
    (counts,) = counted(window, lambda: [split.admitted(begun(window))], "begun")
    admitted = split.with_all(counts, range(window.home))
    found = split.reported({"admissions": admitted}, (*range(window.home + 1), split.all))
    homes = [number for number, service in enumerate(window.declared) if service.is_long_term]
    if not homes:
        return found
    moved_in = split.with_all(counts, homes)
    return [*found, *split.reported({"long_term_care_admissions": moved_in}, (*homes, split.all))]


def waited_on_rows(window: Window) -> list[Row]:
    """Of each service on a waiting list: admissions by what people had waited for, the list or the service itself."""
    members = sorted({member for line in window.lists for member in window.members[line]})
    if not members:
        return []
    counts = _waited_on(window)
    return [
        Row(window.names[number], "admissions", "waited_on", window.names[way], float(counts[number, way]))
        for number in members
        for way in np.flatnonzero(counts[number]).tolist()
    ]


def _waited_on(window: Window) -> Column:
    """People admitted by service and what they had waited for."""
    tables = tables_of(window)
    if tables is not None:
        return tables.waited_on
    waits, size = window.ledger.waits, len(window.names)
    got_in = np.flatnonzero((waits["ending"] == ADMITTED) & window.inside(waits["ended"]))
    return _table_of(window.admitted_to[got_in], waits["to"][got_in], size, size)


def _leavers(window: Window, split: Split) -> list[SplitMeasure]:
    (left,) = counted(window, lambda: [split.left(leavers(window))], "left")
    left = left.copy()
    left[:, split.all] = _gone_by_item(window, split)
    found = {"leavers": left, "throughput_per_day": left / window.days}
    return split.reported(found, (*range(window.home + 1), split.all))


def _gone_by_item(window: Window, split: Split) -> Column:
    tables = tables_of(window)
    if tables is not None:
        by_place = tables.by_item["gone"][:, : window.home + 1]
        return np.asarray(by_place.sum(axis=1) + tables.by_item["gone from outside"][:, split.all])
    stays, never_in = _gone(window)
    gone = np.concatenate((split.after[stays], split.came[never_in]))
    return split.count(gone, np.full(len(gone), split.all))[:, split.all]


@kept
def _gone(window: Window) -> tuple[Column, Column]:
    """Of those who left the model in the window: rows of the stays they left, and the people who were never in one."""
    rows, stays = leavers(window), window.ledger.stays
    left = rows[stays["to"][rows] >= window.died]
    gone = window.inside(left_model(window))
    gone[stays["person"]] = False
    return left, np.flatnonzero(gone)


def _lengths_of_stay(window: Window, split: Split) -> list[SplitMeasure]:
    """Days from admitted to left, and to ready, of the stays that ended in the window, by declared service."""
    found = _lengths(window, split)
    days = {
        "length_of_stay_mean_days": ratio(found.stayed, found.number),
        "length_of_stay_median_days": found.median,
        "length_of_stay_p90_days": found.p90,
        "days_to_ready_mean": ratio(found.needed, found.number),
    }
    return split.reported({name: seconds / SECONDS_PER_DAY for name, seconds in days.items()}, range(window.home))


class Stayed(NamedTuple):
    """By item and place: stays that ended, and seconds until they ended and until people were ready."""

    number: Table
    stayed: Table
    needed: Table
    median: Figures
    p90: Figures


def _lengths(window: Window, split: Split) -> Stayed:
    tables = tables_of(window)
    if tables is not None:
        by = tables.by_item
        of_lengths = percentiles_of(split, tables.stayed, by["left"], by["stayed at all"], MEDIAN_AND_P90)
        return Stayed(by["left"], by["stayed"], by["needed"], *of_lengths)
    ended, stays = leavers(window), window.ledger.stays
    ended = ended[stays["service"][ended] < window.home]
    profiles, places, admitted = split.after[ended], split.service[ended], stays["admitted"][ended]
    stayed, needed = stays["left"][ended] - admitted, stays["ready"][ended] - admitted
    totals = split.total(profiles, places, stayed), split.total(profiles, places, needed)
    of_lengths = percentiles(split, profiles, places, stayed, MEDIAN_AND_P90)
    return Stayed(split.count(profiles, places), *totals, *of_lengths)


def _deaths(window: Window, split: Split) -> list[SplitMeasure]:
    places = (*range(window.home + 1), split.outside)
    inside, outside = counted(window, lambda: _dead_by_item(window, split), "dead", "dead outside")
    deaths = inside + outside
    return split.reported({"deaths": split.with_all(deaths, places)}, (*places, split.all))


def _dead_by_item(window: Window, split: Split) -> Sequence[Table]:
    stays, waits = _dead(window)
    return split.left(stays), split.count(split.waiting[waits], np.full(len(waits), split.outside))


@kept
def _dead(window: Window) -> tuple[Column, Column]:
    """Rows of the stays, and of the waits outside, in which people died in the window."""
    rows, waits = leavers(window), window.ledger.waits
    outside = (waits["held"] == OUTSIDE) & (waits["ending"] == DIED_WAITING) & window.inside(waits["ended"])
    return rows[window.ledger.stays["to"][rows] == window.died], np.flatnonzero(outside)


def next_service_rows(window: Window) -> list[Row]:
    """Of each declared service other than a hospital: how many left for which service, death included."""
    counts = _ways(window)
    return [
        Row(window.names[number], "leavers", "next_service", window.names[way], float(counts[number, way]))
        for number in np.flatnonzero(~window.is_acute[: window.home]).tolist()
        for way in np.flatnonzero(counts[number]).tolist()
    ]


def _ways(window: Window) -> Column:
    """People who left by service and destination, death included."""
    tables = tables_of(window)
    if tables is not None:
        return tables.ways
    rows, stays = leavers(window), window.ledger.stays
    return _table_of(stays["service"][rows], stays["to"][rows], window.home + 1, len(window.names))


def _table_of(rows: Column, columns: Column, height: int, width: int) -> Column:
    return np.bincount(rows * width + columns, minlength=height * width).reshape(height, width)


def pathway_rows(window: Window) -> list[Row]:
    """Hospitals: discharges alive by pathway, from the service they went to."""
    counts, pathway = _ways(window), pathways(window)
    found = np.stack([counts[:, pathway == way].sum(axis=1) for way in range(4)], axis=1)
    hospitals = np.flatnonzero(window.is_acute)
    places = [(window.names[number], found[number]) for number in hospitals]
    places += [(ALL_HOSPITALS, found[hospitals].sum(axis=0))] if window.hospitals else []
    return [
        Row(name, "leavers", "pathway", str(way), float(counts[way])) for name, counts in places for way in range(4)
    ]


def release_measures(window: Window, split: Split) -> list[SplitMeasure]:
    """Hospitals: the share that left of those ready on a day, over all days.

    Who is still there at the midnight that ends a day counts as not released on it, as in the situation
    report. The dead count on neither side.
    """

    def plain() -> list[Table]:
        hospital, went, nights = _nights(window)
        return [split.late(hospital, went), split.late(hospital, nights)]

    went, remained = counted(window, plain, "went", "remained")
    share = ratio(went, went + remained)
    return split.reported({"released_share": share}, np.flatnonzero(window.is_acute).tolist())


def _nights(window: Window) -> tuple[Column, Column, Column]:
    """Rows of the stays in hospitals, whether they were left alive, and the midnights, each the end of a day, with delay."""
    stays, rows = window.ledger.stays, stays_inside(window)
    rows = rows[window.is_acute[stays["service"][rows]]]
    ready, left = stays["ready"][rows], stays["left"][rows]
    went = window.inside(left) & (stays["to"][rows] != window.died)
    first, end = window.first + SECONDS_PER_DAY, window.end + SECONDS_PER_DAY
    return rows, went.astype(np.int64), midnights(ready, _until(window, left), first, end)


def _until(window: Window, left: Column) -> Column:
    """When each is gone: what happens at the end of the window belongs to the day after."""
    return np.where(left < window.end, left, NEVER)


def weekday_rows(window: Window) -> list[Row]:
    """The same by weekday."""
    each = [
        (window.names[number], _left_and_remained(window, number))
        for number in np.flatnonzero(window.is_acute).tolist()
    ]
    if window.hospitals:
        left, remained = (np.sum(days, axis=0) for days in zip(*(both for _, both in each), strict=True))
        each.append((ALL_HOSPITALS, (left, remained)))
    return [row for name, (left, remained) in each for row in _by_weekday(window, name, left, remained)]


def _left_and_remained(window: Window, number: int) -> tuple[Column, Column]:
    """By day of the window: people who left alive, and people delayed at the midnight that ends it."""
    tables = tables_of(window)
    if tables is not None:
        return tables.went[number], tables.remained[number]
    ready, left, to = (window.stays_in(number, column) for column in ("ready", "left", "to"))
    alive = window.inside(left) & (to != window.died)
    went = np.bincount((left[alive] - window.first) // SECONDS_PER_DAY, minlength=window.days)
    late = np.flatnonzero((ready < window.end + SECONDS_PER_DAY) & (left > window.first))
    # by midnight at the end of a day; the last stands for later ones
    changes = np.zeros(window.days + 1, dtype=np.int64)
    for instants, sign in ((ready[late], 1), (_until(window, left[late]), -1)):
        midnight = np.clip(-((window.first + SECONDS_PER_DAY - instants) // SECONDS_PER_DAY), 0, window.days)
        changes += sign * np.bincount(midnight, minlength=len(changes))
    return np.asarray(went, dtype=np.int64), np.cumsum(changes[:-1])


def _by_weekday(window: Window, name: str, left: Column, remained: Column) -> list[Row]:
    calendar = window.scenario.calendar
    first = (calendar.start + timedelta(days=calendar.warm_up_days)).weekday()
    weekday = (first + np.arange(window.days)) % len(WEEKDAYS)
    found = []
    for number, item in enumerate(WEEKDAYS):
        went, stood = int(left[weekday == number].sum()), int(remained[weekday == number].sum())
        if went + stood:
            found.append(Row(name, "released_share", "weekday", item, went / (went + stood)))
    return found
