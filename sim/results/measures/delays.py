"""Delay: how long people who needed no more care still held a place, and why.

Time from ready to left in declared services, inside the window, in whole seconds: by reason, by next
service, by cause, by group and by what lacked each part adds up to the same total. Going home is not a delay anywhere;
`home` holds no bed.

What may be changed here: with new expected results. REASON_OF_KIND is a published table: change it with its
documentation.
"""

from dataclasses import dataclass

import numpy as np

from sim.inputs.scenario import REASONS, SECONDS_PER_DAY, Service
from sim.model.records import NONE, Column
from sim.results.measures.delay_episodes import Pieces, pieces, segments
from sim.results.measures.lacks import lack_seconds
from sim.results.measures.root_causes import cause_seconds
from sim.results.parts import BAND_STARTS, BANDS, LACKS
from sim.results.step_functions import midnights, total_by
from sim.results.window import Row, Window

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
    """Seconds of delay in the window by service number (and reason, destination, cause, group, or reason and lack)."""

    total: Column
    by_reason: Column
    by_next: Column
    by_cause: Column
    by_group: Column
    by_lack: Column  # by reason, then by what lacked
    cause_items: tuple[str, ...]
    long_stay_nights_by_reason: Column


def reason_of_service(service: Service) -> str:
    """The reason of delay of those who await a place in this service."""
    return service.reason if service.reason is not None else REASON_OF_KIND[service.kind]


def delays(window: Window) -> Delays:
    """All the delay of one replication, by reason, lack and destination."""
    return window.cached("delays", "all", lambda: _delays(window))


def _delays(window: Window) -> Delays:
    stays = window.ledger.stays
    size = window.home
    late = window.clipped(stays["ready"], stays["left"])
    found = segments(window)
    parts = pieces(window, found)
    seconds = window.clipped(parts.start, parts.end)
    service = stays["service"][parts.stay]
    reason = _reasons(window, parts)
    by_cause, items = cause_seconds(window, parts)
    since = np.maximum(parts.start, stays["admitted"][parts.stay] + LONG_STAY_SECONDS)
    nights = midnights(since, np.maximum(parts.end, since), window.first, window.end)
    return Delays(
        total=total_by(stays["service"], late, size + 1)[:size],
        by_reason=_table(service, reason, seconds, size, len(REASONS)),
        by_next=_table(service, parts.to, seconds, size, len(window.names)),
        by_cause=by_cause,
        by_group=_table(service, window.group_of_stay[parts.stay], seconds, size, len(window.scenario.people)),
        by_lack=lack_seconds(window, parts, reason),
        cause_items=items,
        long_stay_nights_by_reason=_table(service, reason, nights, size, len(REASONS)),
    )


def _table(row: Column, column: Column, amount: Column, rows: int, columns: int) -> Column:
    """Whole amounts added up into a table."""
    return total_by(row * columns + column, amount, rows * columns).reshape(rows, columns)


def _reasons(window: Window, parts: Pieces) -> Column:
    """The number of the reason of each piece: the step's, or the one of the place awaited."""
    of_place = np.full(len(window.names), REASONS.index(REASON_OF_LEAVING), dtype=np.int64)
    of_place[: window.home] = [REASONS.index(reason_of_service(service)) for service in window.declared]
    for number, one in zip(window.lists, window.scenario.lists, strict=True):
        of_place[number] = of_place[window.members[number][0]] if one.reason is None else REASONS.index(one.reason)
    by_name = {step.name: step.reason for step in window.scenario.steps}
    of_step = np.array([REASONS.index(by_name[name]) for name in window.ledger.step_names] or [0], dtype=np.int64)
    step_of_row = np.append(window.ledger.steps["step"], 0)  # the last stands for no step
    return np.where(parts.step == NONE, of_place[parts.to], of_step[step_of_row[parts.step]])


def rows(window: Window, found: Delays) -> list[Row]:
    """The delay rows of every declared service and of all together."""
    out = []
    for number in range(window.home):
        out += _delayed_rows(window, window.names[number], found, np.array([number]))
        out += _nights_rows(window, window.names[number], np.array([number]))
        out += _official_rows(window, number)
    everywhere = np.arange(window.home)
    return (
        out
        + _delayed_rows(window, "all", found, everywhere)
        + _nights_rows(window, "all", everywhere)
        + _long_rows(window, found)
    )


def _delayed_rows(window: Window, name: str, found: Delays, numbers: Column) -> list[Row]:
    """Delayed bed days, and their parts that are not nothing."""
    total = int(found.total[numbers].sum())
    out = [
        Row(name, "delayed_bed_days", "", "", total / SECONDS_PER_DAY),
        Row(name, "delayed_people_mean", "", "", total / SECONDS_PER_DAY / window.days),
    ]
    groups = tuple(group.name for group in window.scenario.people)
    for by, items, table in (
        ("reason", REASONS, found.by_reason),
        ("next_service", window.names, found.by_next),
        ("cause", found.cause_items, found.by_cause),
        ("group", groups, found.by_group),
        ("lack", LACKS, found.by_lack.sum(axis=1)),
        ("reason_and_lack", REASONS_AND_LACKS, found.by_lack.reshape(len(found.total), -1)),
    ):
        for item, seconds in zip(items, table[numbers].sum(axis=0), strict=True):
            if seconds:
                out.append(Row(name, "delayed_bed_days", by, item, int(seconds) / SECONDS_PER_DAY))
    return out


def _nights_rows(window: Window, name: str, numbers: Column) -> list[Row]:
    nights = sum(delayed_nights(window, int(number)) for number in numbers)
    long_nights = sum(delayed_nights(window, int(number), LONG_STAY_SECONDS) for number in numbers)
    return [
        Row(name, "midnight_delayed_mean", "", "", nights / window.days),
        Row(name, "delayed_nights", "", "", float(nights)),
        Row(name, "long_stay_delayed_people_mean", "", "", long_nights / window.days),
    ]


def delayed_nights(window: Window, number: int, at_least: int = 0) -> int:
    """The window's midnights at which people were delayed and had been here so many seconds, over all stays."""
    return window.cached(
        f"delayed nights, {at_least}", window.names[number], lambda: _delayed_nights(window, number, at_least)
    )


def _delayed_nights(window: Window, number: int, at_least: int) -> int:
    ready, left = window.stays_in(number, "ready"), window.stays_in(number, "left")
    since = np.maximum(ready, window.stays_in(number, "admitted") + at_least)
    some = (since < window.end) & (left > np.maximum(since, window.first))
    return int(midnights(since[some], left[some], window.first, window.end).sum())


def _long_rows(window: Window, found: Delays) -> list[Row]:
    """Long-stay delayed people by reason: hospitals, and all declared services."""
    out = []
    nights = found.long_stay_nights_by_reason
    places = [(window.names[number], nights[number]) for number in np.flatnonzero(window.is_acute)]
    for name, by_reason in (*places, ("all", nights.sum(axis=0))):
        for reason, count in zip(REASONS, by_reason, strict=True):
            if count:
                value = int(count) / window.days
                out.append(Row(name, "long_stay_delayed_people_mean", "reason", reason, value))
    return out


def _official_rows(window: Window, number: int) -> list[Row]:
    """The discharge ready date measures: by calendar dates, over those who left alive in the window."""
    left = window.stays_in(number, "left")
    alive = window.inside(left) & (window.stays_in(number, "to") != window.died)
    people = int(alive.sum())
    if not people:
        return []
    name = window.names[number]
    nights = left[alive] // SECONDS_PER_DAY - window.stays_in(number, "ready")[alive] // SECONDS_PER_DAY
    late = int((nights > 0).sum())
    out = [Row(name, "delayed_share", "", "", late / people)]
    if late:
        out.append(Row(name, "delay_mean_if_delayed_nights", "", "", int(nights.sum()) / late))
    out.append(Row(name, "delay_mean_nights", "", "", int(nights.sum()) / people))
    band = np.searchsorted(BAND_STARTS, nights, side="right") - 1
    for item, count in zip(BANDS, np.bincount(band, minlength=len(BANDS)), strict=True):
        out.append(Row(name, "delay_band_share", "band", item, int(count) / people))
    return out
