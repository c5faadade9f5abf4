"""Delay: how long people who needed no more care still held a place, and why.

Time from ready to left in declared services, inside the window, in whole seconds: by reason, by next
service, by cause and by what lacked each part adds up to the same total. Going home is not a delay anywhere;
`home` holds no bed.

A change here moves results. REASON_OF_KIND is a published table: change it with its documentation.
"""

from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np

from sim.inputs.scenario import ALL_HOSPITALS, REASONS, SECONDS_PER_DAY, Service
from sim.model.records import NONE, Column
from sim.results.measure_table import BAND_STARTS, BANDS, LACKS
from sim.results.measures import delay_passes
from sim.results.measures.delay_episodes import Pieces, pieces, segments
from sim.results.measures.occupancy import door_over_time, free_over_time, own_hours_over_time
from sim.results.measures.root_causes import cause_items, cause_seconds, groups_of_places, has_bays, lack_seconds
from sim.results.path_passes import BITS, Room
from sim.results.split import Split, SplitMeasure, Table, late, leavers, ratio, split_of
from sim.results.step_functions import ALWAYS, column, midnights, total_by
from sim.results.tables import counted, tables_of
from sim.results.window import Block, Key, Row, Window, kept, key_of

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
PLACE, HOURS = LACKS.index("place"), LACKS.index("hours")
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


@kept
def delays(window: Window) -> Delays:
    """All the delay of one replication, by reason, lack and destination."""
    passes = window.passes(delay_passes.PASSES)
    found = None if passes is None else _counted(window, passes, _world(window))
    return _counted_in_numpy(window) if found is None else found


def _counted_in_numpy(window: Window) -> Delays:
    stays = window.ledger.stays
    size = window.home
    parts = pieces(window, segments(window))
    seconds = window.clipped(parts.start, parts.end)
    service = stays["service"][parts.stay]
    reason = _reasons(window, parts)
    since = np.maximum(parts.start, stays["admitted"][parts.stay] + LONG_STAY_SECONDS)
    nights = midnights(since, np.maximum(parts.end, since), window.first, window.end)
    return Delays(
        by_reason=_table(service, reason, seconds, size, len(REASONS)),
        by_next=_table(service, parts.to, seconds, size, len(window.names)),
        by_lack=lack_seconds(window, parts, reason),
        by_cause=cause_seconds(window, parts),
        long_stay_nights_by_reason=_table(service, reason, nights, size, len(REASONS)),
        cause_items=cause_items(window),
    )


def _table(row: Column, column: Column, amount: Column, rows: int, columns: int) -> Column:
    """Whole amounts added up into a table."""
    return total_by(row * columns + column, amount, rows * columns).reshape(rows, columns)


def _reasons(window: Window, parts: Pieces) -> Column:
    """The number of the reason of each piece: the step's, or the one of the place awaited."""
    world = _world(window)
    step_of_row = np.append(window.ledger.steps["step"], 0)  # the last stands for no step
    return np.where(parts.step == NONE, world.of_place[parts.to], world.of_step[step_of_row[parts.step]])


def _world(window: Window) -> delay_passes.World:
    """The reasons of places and of steps, and whose work steps are: the same in every replication."""
    return window.scenario.once(("reasons of delay", window.ledger.step_names), lambda: _find_world(window))


def _find_world(window: Window) -> delay_passes.World:
    of_place = np.full(len(window.names), REASONS.index(REASON_OF_LEAVING), dtype=np.int64)
    of_place[: window.home] = [REASONS.index(reason_of_service(service)) for service in window.declared]
    for number, one in zip(window.lists, window.scenario.lists, strict=True):
        of_place[number] = of_place[window.members[number][0]] if one.reason is None else REASONS.index(one.reason)
    steps, teams = {step.name: step for step in window.scenario.steps}, [team.name for team in window.scenario.teams]
    mine = [steps[name] for name in window.ledger.step_names]
    of_step = np.array([REASONS.index(step.reason) for step in mine] or [0], dtype=np.int64)
    whose = [NONE if step.team is None else teams.index(step.team) for step in mine]
    return delay_passes.World(of_place, of_step, np.array(whose, dtype=np.int64))


# -- from two compiled passes: stays cut into pieces, and chains followed as one sweep over time -----------------------


def _counted(window: Window, passes: SimpleNamespace, world: delay_passes.World) -> Delays | None:
    """All of them; None where the records name something that there is not, or bays are for some only: plain NumPy says so then."""
    if has_bays(window):
        return None
    found = _cut(window, passes, world)
    if found is None:
        return None
    size, names = window.home, len(window.names)
    causes, hours = np.zeros((size, 1 + names), dtype=np.int64), np.zeros((size, names), dtype=np.int64)
    _follow(window, passes, found, causes, hours)
    by_lack = found.by_lack.reshape(size, len(REASONS), len(LACKS))
    held, to = np.nonzero(found.awaited)
    for lack, seconds in ((PLACE, found.awaited - hours), (HOURS, hours)):
        np.add.at(by_lack[:, :, lack], (held, world.of_place[to]), seconds[held, to])
    by_cause = np.concatenate((found.by_step, causes), axis=1)
    return Delays(found.by_reason, found.by_next, by_lack, by_cause, found.long_nights, cause_items(window))


def _cut(window: Window, passes: SimpleNamespace, world: delay_passes.World) -> delay_passes.Delayed | None:
    ledger, size, names = window.ledger, window.home, len(window.names)
    reasons, teams = len(REASONS), len(window.scenario.teams)
    widths = (reasons, names, reasons * len(LACKS), teams + len(world.team), reasons, names)
    rows = len(ledger.stays["stay"]) + len(ledger.waits["stay"])
    tables: list[Column] = [np.zeros((size, width), dtype=np.int64) for width in widths]
    tables += [*np.empty((4, rows), dtype=np.int64), np.zeros(1, dtype=np.int64)]
    found = delay_passes.Delayed(*tables)
    records = [
        kind(*(table[name] for name in kind._fields))
        for kind, table in (
            (delay_passes.Stays, ledger.stays),
            (delay_passes.Waits, ledger.waits),
            (delay_passes.Steps, ledger.steps),
        )
    ]
    return found if passes.delayed(found, world, *records, size, window.first, window.end) else None


def _follow(
    window: Window, passes: SimpleNamespace, found: delay_passes.Delayed, causes: Column, hours: Column
) -> None:
    """Follow everybody who awaited a place, those apart whose chains never meet."""
    held, to = np.nonzero(found.awaited)
    if not len(held):
        return
    size = int(found.size[0])
    order = np.argsort(found.start[:size], kind="stable")  # of those clear at one instant, by person: as they stand
    awaiting = delay_passes.Pieces(*(values[:size][order] for values in (found.held, found.to, found.start, found.end)))
    group = groups_of_places(window, held, to)
    here = group[held]
    for number in np.unique(here).tolist():
        these, rows = here == number, group[awaiting.held] == number
        pieces = awaiting if these.all() else delay_passes.Pieces(*(values[rows] for values in awaiting))
        _follow_group(window, passes, pieces, (held[these], to[these]), causes, hours)


def _follow_group(
    window: Window,
    passes: SimpleNamespace,
    pieces: delay_passes.Pieces,
    pairs: tuple[Column, Column],
    causes: Column,
    hours: Column,
) -> None:
    """Everybody who awaits one of a group of places, by pairs of the service held and the destination."""
    changes = _changes(window, *pairs)
    events = len(changes.at) + 2 * len(pieces.held)
    keys, spare = np.empty((2, events), dtype=np.int64)
    room = Room(keys, spare, np.empty(2**BITS, dtype=np.int64))
    scene, who = _scene(window, len(pieces.held), changes), _pairs(window, *pairs)
    bits = events.bit_length()
    passes.ends_of_chains(causes, hours, scene, who, pieces, changes, room, bits, window.first, window.end)


def _changes(window: Window, held: Column, to: Column) -> delay_passes.Changes:
    """When places of these come free, and opening hours and hours open."""
    wanted = {member for number in set(to.tolist()) for member in window.members[number]}
    services = sorted({number for number in wanted if number < window.home} | set(held.tolist()))
    each = [(delay_passes.FREE, number, free_over_time(window, number)) for number in sorted(wanted)]
    for number in services:
        service = window.declared[number]
        each.append((delay_passes.DOOR, number, door_over_time(window, service)))
        each.append((delay_passes.OWN_HOURS, number, own_hours_over_time(window, service)))
    paths = [one for one in each if one[2] is not ALWAYS]
    if not paths:
        return delay_passes.Changes(*np.empty((4, 0), dtype=np.int64))
    sizes = [len(path.times) for _, _, path in paths]
    return delay_passes.Changes(
        np.concatenate([path.times for _, _, path in paths]),
        np.repeat(column(*(what for what, _, _ in paths)), sizes),
        np.repeat(column(*(place for _, place, _ in paths)), sizes),
        np.concatenate([path.values for _, _, path in paths]),
    )


def _scene(window: Window, pieces: int, changes: delay_passes.Changes) -> delay_passes.Scene:
    """All that ever changes is closed or full before it first changes; everything else is open and free."""
    size, services = len(window.names), window.home
    head, tail = np.full((2, services), NONE, dtype=np.int64)
    before, after = np.empty((2, pieces), dtype=np.int64)
    next_, held_by_next, seen = np.zeros((3, size), dtype=np.int64)
    state = np.ones((3, size), dtype=np.int64)
    state[changes.what, changes.place] = 0
    members = column(*(member for here in window.members for member in here))
    first = np.append(0, np.cumsum([len(here) for here in window.members], dtype=np.int64))
    return delay_passes.Scene(state, head, tail, before, after, next_, held_by_next, seen, first, members)


def _pairs(window: Window, held: Column, to: Column) -> delay_passes.Pairs:
    number_of = np.full((window.home, len(window.names)), NONE, dtype=np.int64)
    number_of[held, to] = np.arange(len(held))
    return delay_passes.Pairs(number_of, held, to, *np.zeros((3, len(held)), dtype=np.int64))


# -- what is reported --------------------------------------------------------------------------------------------------


def split_measures(window: Window, split: Split) -> list[SplitMeasure]:
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
    return [*split.reported(found, places), *_official(window, split)]


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


@kept
def _delayed_in_numpy(window: Window) -> Table:
    return split_of(window).late(*late(window))


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


def _official(window: Window, split: Split) -> list[SplitMeasure]:
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
    return split.reported(found, range(window.home))


@kept
def _nights_of_leavers(window: Window) -> tuple[Column, Column]:
    """Rows of the stays that people left alive in the window, and the nights from the date of ready to that of leaving."""
    stays = window.ledger.stays
    rows = leavers(window)
    rows = rows[stays["to"][rows] != window.died]
    return rows, stays["left"][rows] // SECONDS_PER_DAY - stays["ready"][rows] // SECONDS_PER_DAY


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
