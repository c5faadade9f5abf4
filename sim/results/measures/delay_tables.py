"""The tables of delay from two compiled passes: delayed stays cut into pieces, and chains followed as one sweep over time.

They come to what `delay_episodes.py` and `root_causes.py` do in plain NumPy, which is said there.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import REASONS
from sim.model.records import NONE, Column
from sim.results.measure_table import LACKS
from sim.results.measures.delay_passes import (
    DOOR,
    FREE,
    OWN_HOURS,
    Changes,
    Delayed,
    Pairs,
    Pieces,
    Scene,
    Stays,
    Steps,
    Waits,
    World,
)
from sim.results.measures.occupancy import door_over_time, free_over_time, own_hours_over_time
from sim.results.measures.root_causes import groups_of_places, has_bays
from sim.results.path_passes import BITS, Room
from sim.results.step_functions import ALWAYS, column
from sim.results.window import Window, lie_below

PLACE, HOURS = LACKS.index("place"), LACKS.index("hours")


class DelayTables(NamedTuple):
    """Seconds of delay by service held and reason, destination, reason and lack, and cause; and long-stay nights by reason."""

    by_reason: Column
    by_next: Column
    by_lack: Column
    by_cause: Column
    long_stay_nights_by_reason: Column


def counted(window: Window, passes: SimpleNamespace, world: World) -> DelayTables | None:
    """All of them; None where the records name something that there is not, or bays are for some only: plain NumPy says so then."""
    if has_bays(window):
        return None
    found = _delayed(window, passes, world)
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
    return DelayTables(found.by_reason, found.by_next, by_lack, by_cause, found.long_nights)


def _delayed(window: Window, passes: SimpleNamespace, world: World) -> Delayed | None:
    ledger, size, names = window.ledger, window.home, len(window.names)
    if not (
        lie_below(len(ledger.stays["stay"]), ledger.steps["stay"])
        and lie_below(len(ledger.step_names), ledger.steps["step"])
        and lie_below(names, ledger.waits["otherwise"], least=NONE)
    ):
        return None
    reasons, teams = len(REASONS), len(window.scenario.teams)
    widths = (reasons, names, reasons * len(LACKS), teams + len(world.team), reasons, names)
    rows = len(ledger.stays["stay"]) + len(ledger.waits["stay"])
    tables: list[Column] = [np.zeros((size, width), dtype=np.int64) for width in widths]
    tables += [*np.empty((4, rows), dtype=np.int64), np.zeros(1, dtype=np.int64)]
    found = Delayed(*tables)
    records = [
        kind(*(table[name] for name in kind._fields))
        for kind, table in ((Stays, ledger.stays), (Waits, ledger.waits), (Steps, ledger.steps))
    ]
    return found if passes.delayed(found, world, *records, size, window.first, window.end) else None


def _follow(window: Window, passes: SimpleNamespace, found: Delayed, causes: Column, hours: Column) -> None:
    """Follow everybody who awaited a place, those apart whose chains never meet."""
    held, to = np.nonzero(found.awaited)
    if not len(held):
        return
    size = int(found.size[0])
    order = np.argsort(found.start[:size], kind="stable")  # of those clear at one instant, by person: as they stand
    awaiting = Pieces(*(values[:size][order] for values in (found.held, found.to, found.start, found.end)))
    group = groups_of_places(window, held, to)
    here = group[held]
    for number in np.unique(here).tolist():
        these, rows = here == number, group[awaiting.held] == number
        pieces = awaiting if these.all() else Pieces(*(values[rows] for values in awaiting))
        _follow_group(window, passes, pieces, (held[these], to[these]), causes, hours)


def _follow_group(
    window: Window,
    passes: SimpleNamespace,
    pieces: Pieces,
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


def _changes(window: Window, held: Column, to: Column) -> Changes:
    """When places of these come free, and opening hours and hours open."""
    wanted = {member for number in set(to.tolist()) for member in window.members[number]}
    services = sorted({number for number in wanted if number < window.home} | set(held.tolist()))
    each = [(FREE, number, free_over_time(window, number)) for number in sorted(wanted)]
    for number in services:
        service = window.declared[number]
        each.append((DOOR, number, door_over_time(window, service)))
        each.append((OWN_HOURS, number, own_hours_over_time(window, service)))
    paths = [one for one in each if one[2] is not ALWAYS]
    if not paths:
        return Changes(*np.empty((4, 0), dtype=np.int64))
    sizes = [len(path.times) for _, _, path in paths]
    return Changes(
        np.concatenate([path.times for _, _, path in paths]),
        np.repeat(column(*(what for what, _, _ in paths)), sizes),
        np.repeat(column(*(place for _, place, _ in paths)), sizes),
        np.concatenate([path.values for _, _, path in paths]),
    )


def _scene(window: Window, pieces: int, changes: Changes) -> Scene:
    """All that ever changes is closed or full before it first changes; everything else is open and free."""
    size, services = len(window.names), window.home
    head, tail = np.full((2, services), NONE, dtype=np.int64)
    before, after = np.empty((2, pieces), dtype=np.int64)
    next_, held_by_next, seen = np.zeros((3, size), dtype=np.int64)
    state = np.ones((3, size), dtype=np.int64)
    state[changes.what, changes.place] = 0
    members = column(*(member for here in window.members for member in here))
    first = np.append(0, np.cumsum([len(here) for here in window.members], dtype=np.int64))
    return Scene(state, head, tail, before, after, next_, held_by_next, seen, first, members)


def _pairs(window: Window, held: Column, to: Column) -> Pairs:
    number_of = np.full((window.home, len(window.names)), NONE, dtype=np.int64)
    number_of[held, to] = np.arange(len(held))
    return Pairs(number_of, held, to, *np.zeros((3, len(held)), dtype=np.int64))
