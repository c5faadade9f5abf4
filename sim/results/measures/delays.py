"""Delay: how long people who needed no more care still held a place, and why.

Time from ready to left in declared services, inside the window, in whole seconds: by reason, by next
service, by cause and by what lacked each part adds up to the same total. Going home is not a delay anywhere;
`home` holds no bed.

A change here moves results. REASON_OF_KIND is a published table: change it with its documentation.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, REASONS, SECONDS_PER_DAY, Service
from sim.model.records import NONE, Column
from sim.results.measure_table import BAND_STARTS, BANDS, LACKS
from sim.results.measures import delay_tables
from sim.results.measures.delay_episodes import Pieces, pieces, segments
from sim.results.measures.delay_passes import PASSES, World
from sim.results.measures.root_causes import cause_items, cause_seconds, lack_seconds
from sim.results.split import Split, Table, Told, late, leavers, ratio, split_of
from sim.results.step_functions import midnights, total_by
from sim.results.tables import counted, tables_of
from sim.results.window import Block, Key, Row, Window, key_of

REASON_OF_KIND = {
    "acute": "other_interface",
    "reablement_unit": "p2_bed",
    "community_beds": "p2_bed",
    "home_reablement": "p1_reablement",
    "home_care": "home_care",
    "care_home": "p3_care_home",
    "other": "other_interface",
}
"""The delay reason of somebody whose steps are done and who awaits a place of this kind, unless the service
names its own `reason`. Awaiting home or out means awaiting the hours at which people may leave:
`hospital_process`. The sixteen reasons are those of the acute discharge situation report, 2024."""
REASON_OF_LEAVING = "hospital_process"
REASONS_AND_LACKS = tuple(f"{reason}, {lack}" for reason in REASONS for lack in LACKS)
LONG_STAY_SECONDS = 7 * SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds of delay in the window by service number and reason, destination, cause, or reason and lack."""

    by_reason: Column
    by_next: Column
    by_lack: Column  # by reason, then by what lacked
    by_cause: Column
    long_stay_nights_by_reason: Column
    cause_items: tuple[str, ...]


def reason_of_service(service: Service) -> str:
    """The reason of delay of those who await a place in this service."""
    return service.reason if service.reason is not None else REASON_OF_KIND[service.kind]


def delays(window: Window) -> Delays:
    """All the delay of one replication, by reason, lack and destination."""
    return window.cached("delays", "all", lambda: _delays(window))


def _delays(window: Window) -> Delays:
    passes = window.passes(PASSES)
    tables = None if passes is None else delay_tables.counted(window, passes, _world(window))
    return Delays(*(_plain_tables(window) if tables is None else tables), cause_items(window))


def _plain_tables(window: Window) -> delay_tables.DelayTables:
    stays = window.ledger.stays
    size = window.home
    parts = pieces(window, segments(window))
    seconds = window.clipped(parts.start, parts.end)
    service = stays["service"][parts.stay]
    reason = _reasons(window, parts)
    since = np.maximum(parts.start, stays["admitted"][parts.stay] + LONG_STAY_SECONDS)
    nights = midnights(since, np.maximum(parts.end, since), window.first, window.end)
    return delay_tables.DelayTables(
        by_reason=_table(service, reason, seconds, size, len(REASONS)),
        by_next=_table(service, parts.to, seconds, size, len(window.names)),
        by_lack=lack_seconds(window, parts, reason),
        by_cause=cause_seconds(window, parts),
        long_stay_nights_by_reason=_table(service, reason, nights, size, len(REASONS)),
    )


def _table(row: Column, column: Column, amount: Column, rows: int, columns: int) -> Column:
    """Whole amounts added up into a table."""
    return total_by(row * columns + column, amount, rows * columns).reshape(rows, columns)


def _reasons(window: Window, parts: Pieces) -> Column:
    """The number of the reason of each piece: the step's, or the one of the place awaited."""
    world = _world(window)
    step_of_row = np.append(window.ledger.steps["step"], 0)  # the last stands for no step
    return np.where(parts.step == NONE, world.of_place[parts.to], world.of_step[step_of_row[parts.step]])


def _world(window: Window) -> World:
    """The reasons of places and of steps, and whose work steps are: the same in every replication."""
    return window.scenario.once(("reasons of delay", window.ledger.step_names), lambda: _find_world(window))


def _find_world(window: Window) -> World:
    of_place = np.full(len(window.names), REASONS.index(REASON_OF_LEAVING), dtype=np.int64)
    of_place[: window.home] = [REASONS.index(reason_of_service(service)) for service in window.declared]
    for number, one in zip(window.lists, window.scenario.lists, strict=True):
        of_place[number] = of_place[window.members[number][0]] if one.reason is None else REASONS.index(one.reason)
    steps, teams = {step.name: step for step in window.scenario.steps}, [team.name for team in window.scenario.teams]
    mine = [steps[name] for name in window.ledger.step_names]
    of_step = np.array([REASONS.index(step.reason) for step in mine] or [0], dtype=np.int64)
    whose = [NONE if step.team is None else teams.index(step.team) for step in mine]
    return World(of_place, of_step, np.array(whose, dtype=np.int64))


def told(window: Window, split: Split) -> list[Told]:
    """The delay of every declared service and of all together, over time, at midnights, and by the dates of leaving."""
    places = (*range(window.home), split.all)
    seconds, nights, long_nights = (
        split.with_all(table, range(window.home))
        for table in (_delayed(window), *counted(window, partial(_late_nights, window, split), "nights", "long nights"))
    )
    found = {
        "delayed_bed_days": seconds / SECONDS_PER_DAY,
        "delayed_people_mean": seconds / SECONDS_PER_DAY / window.days,
        "midnight_delayed_mean": nights / window.days,
        "delayed_nights": nights,
        "long_stay_delayed_people_mean": long_nights / window.days,
    }
    return [*split.told(found, places), *_official(window, split)]


def why(window: Window) -> Block:
    """The parts of delayed bed days that are not nothing, of every declared service and of all together: by reason, cause and so on."""
    found, size = delays(window), window.home
    lacks = found.by_lack.sum(axis=1), found.by_lack.reshape(size, -1)
    seconds = np.concatenate((found.by_reason, found.by_next, found.by_cause, *lacks), axis=1)
    together = [seconds.sum(axis=0), *([seconds[window.is_acute[:size]].sum(axis=0)] if window.hospitals else [])]
    days = np.concatenate((seconds, together)) / SECONDS_PER_DAY
    what = ("keys of why", found.cause_items)
    return Block(window.scenario.once(what, lambda: _keys(window, found)), np.where(days, days, np.nan).ravel())


def _keys(window: Window, found: Delays) -> tuple[Key, ...]:
    divisions = (
        ("reason", REASONS),
        ("next_service", window.names),
        ("cause", found.cause_items),
        ("lack", LACKS),
        ("reason_and_lack", REASONS_AND_LACKS),
    )
    places = (*window.names[: window.home], "all", *((ALL_HOSPITALS,) if window.hospitals else ()))
    return tuple(
        key_of(place, "delayed_bed_days", by, item) for place in places for by, items in divisions for item in items
    )


def length_rows(window: Window) -> list[Row]:
    """Long-stay delayed people by reason, and delay by nights."""
    return _long_rows(window, delays(window)) + _band_rows(window)


def delayed_seconds(window: Window, number: int) -> int:
    """Seconds in the window from ready to left, over all stays in a service."""
    return int(_delayed(window)[0, number])


def _delayed(window: Window) -> Table:
    """Seconds in the window from ready to left, by item and place."""
    (found,) = counted(window, lambda: [_delayed_in_numpy(window)], "late")
    return found


def _delayed_in_numpy(window: Window) -> Table:
    return window.cached("delayed seconds", "all", lambda: split_of(window).late(*late(window)))


def _late_nights(window: Window, split: Split) -> list[Table]:
    """The window's midnights at which people were delayed, and had been here for long, by item and place."""
    stays, (rows, _) = window.ledger.stays, late(window)
    left, found = stays["left"][rows], []
    for at_least in (0, LONG_STAY_SECONDS):
        since = np.maximum(stays["ready"][rows], stays["admitted"][rows] + at_least)
        found.append(split.late(rows, midnights(since, np.maximum(left, since), window.first, window.end)))
    return found


def _long_rows(window: Window, found: Delays) -> list[Row]:
    """Long-stay delayed people by reason: hospitals, and all declared services."""
    out = []
    nights = found.long_stay_nights_by_reason
    places = [(window.names[number], nights[number]) for number in np.flatnonzero(window.is_acute)]
    if window.hospitals:
        places.append((ALL_HOSPITALS, nights[np.flatnonzero(window.is_acute)].sum(axis=0)))
    for name, by_reason in (*places, ("all", nights.sum(axis=0))):
        for reason, count in zip(REASONS, by_reason, strict=True):
            if count:
                value = int(count) / window.days
                out.append(Row(name, "long_stay_delayed_people_mean", "reason", reason, value))
    return out


def _official(window: Window, split: Split) -> list[Told]:
    """The discharge ready date measures: by calendar dates, over those who left alive in the window."""

    def plain() -> list[Table]:
        rows, nights = _nights_of_leavers(window)
        return [split.left(rows), split.left(rows[nights > 0]), split.late(rows, nights)]

    number, late_number, total = counted(window, plain, "left alive", "left late", "nights of discharges")
    found = {
        "delayed_share": ratio(late_number, number),
        "delay_mean_if_delayed_nights": ratio(total, late_number),
        "delay_mean_nights": ratio(total, number),
    }
    return split.told(found, range(window.home))


def _nights_of_leavers(window: Window) -> tuple[Column, Column]:
    """Rows of the stays that people left alive in the window, and the nights from the date of ready to that of leaving."""

    def work() -> tuple[Column, Column]:
        stays = window.ledger.stays
        rows = leavers(window)
        rows = rows[stays["to"][rows] != window.died]
        return rows, stays["left"][rows] // SECONDS_PER_DAY - stays["ready"][rows] // SECONDS_PER_DAY

    return window.cached("nights of discharges", "all", work)


def _bands(window: Window) -> Column:
    """People who left alive by service and band."""
    tables = tables_of(window)
    if tables is not None:
        return np.add.reduceat(tables.nights, BAND_STARTS, axis=1)
    rows, nights = _nights_of_leavers(window)
    band = np.searchsorted(BAND_STARTS, nights, side="right") - 1
    return _table(window.ledger.stays["service"][rows], band, np.ones_like(nights), window.home + 1, len(BANDS))


def _band_rows(window: Window) -> list[Row]:
    """The same people by their nights of delay."""
    counts = _bands(window)
    places = [*zip(window.names, counts[: window.home].tolist(), strict=False)]
    if window.hospitals:
        places.append((ALL_HOSPITALS, counts[np.flatnonzero(window.is_acute)].sum(axis=0).tolist()))
    return [
        Row(name, "delay_band_share", "band", item, count / sum(here))
        for name, here in places
        for item, count in zip(BANDS, here, strict=True)
        if any(here)
    ]
