"""Every table that measures need, filled by one compiled pass over the stays and one over the waits.

A measure asks for its table by name and says beside it in plain NumPy what is counted: that is done where nothing can be
compiled, and is the reference in tests.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from sim.model.records import NONE, Column
from sim.results import path_passes, wait_passes
from sim.results.measure_table import BAND_STARTS
from sim.results.split import Grid, Split, Table, Took, split_of
from sim.results.table_passes import OF_STAYS, PASSES, Lengths, OfStays, Stays, Sums, When, Where
from sim.results.wait_passes import OF_WAITS, OfWaits, Waits
from sim.results.window import Window, kept

NIGHTS = BAND_STARTS[-1] + 1  # so many nights of delay, or more, are told apart


@dataclass(frozen=True, eq=False)
class Tables:
    """What was counted in one replication; each is named and laid out as in `table_passes.py` and `wait_passes.py`, and never changed."""

    by_item: Mapping[str, Table]  # by item and place
    people: Grid  # by item, place and midnight
    late: Grid  # by service and midnight
    ways: Grid
    nights: Grid
    went: Grid  # by hospital and day
    remained: Grid
    came_from: Grid
    stayed: Took  # stays that took some time
    waiting: Grid  # by destination, the last for outside, and midnight
    given_up: Grid  # by destination, and where `otherwise` led
    waited_on: Grid
    waited: Took


@kept
def tables_of(window: Window) -> Tables | None:
    """All tables of a replication; None where the records have to be counted in plain NumPy."""
    split = split_of(window)
    passes = window.passes(PASSES) if split.passes else None
    of_waits = window.passes(wait_passes.PASSES)
    if passes is None or of_waits is None or path_passes.PASSES.loaded() is None:
        return None
    where = Where(window.is_acute, _also(window, split))
    when = When(window.first, window.end, window.days, window.home, window.died, split.outside, split.all)
    stays, waits = _room_for_stays(window, split), _room_for_waits(window, split)
    ledger = window.ledger
    stayed = Stays(*(ledger.stays[name] for name in Stays._fields))._replace(found=split.found, after=split.after)
    waited = Waits(*(ledger.waits[name] for name in Waits._fields))._replace(profile=split.waiting)
    passes.of_stays(stays, stayed, split.item_of, where, window.is_seated, when)
    of_waits.of_waits(waits, waited, stayed.person, window.admitted_to, split.came, where, when)
    for changes in (stays.people, stays.late, stays.remained, waits.waiting):
        passes.add_up(changes)
    by_item = _by_item(split, passes, OF_STAYS, stays.sums) | _by_item(split, passes, OF_WAITS, waits.sums)
    return _put_together(split, by_item, stays, waits)


def counted(window: Window, plain: Callable[[], Sequence[Table]], *what: str) -> Sequence[Table]:
    """Some tables by item and place, counted with all others or else by plain NumPy."""
    found = tables_of(window)
    return plain() if found is None else [found.by_item[one] for one in what]


def by_item(split: Split, names: Sequence[str], sums: Sums) -> dict[str, Table]:
    """The tables that these sums come to; only where everything is compiled."""
    passes = PASSES.loaded()
    assert passes is not None, "anybody who has sums has had the passes"
    return _by_item(split, passes, names, sums)


def _by_item(split: Split, passes: SimpleNamespace, names: Sequence[str], sums: Sums) -> dict[str, Table]:
    table = _zeros(len(split.items) * len(split.places), len(names))
    passes.by_item(table, split.item_of, len(split.places), sums)
    tables = np.ascontiguousarray(table.T).reshape(-1, *split.shape)
    return dict(zip(names, map(split.with_hospitals, tables), strict=True))


def _also(window: Window, split: Split) -> Column:
    found = np.full(len(window.names), NONE, dtype=np.int64)
    if split.hospitals:
        found[list(split.hospitals)] = split.all_hospitals
    return found


def _room_for_lengths(size: int) -> Lengths:
    profiles, places, seconds = np.empty((3, size), dtype=np.int64)
    return Lengths(profiles, places, seconds, np.zeros(1, dtype=np.int64))


def room_for_sums(split: Split, rows: int, amounts: int) -> Sums:
    """Room for sums of so many amounts, of at most so many rows."""
    profiles, places = len(split.item_of), len(split.places)
    size = min(profiles * places, rows) + 1
    whose, where = np.empty((2, size), dtype=np.int64)
    each = np.empty((size, amounts), dtype=np.int64)  # few rows are ever used: each is made 0 when it is
    return Sums(_zeros(profiles, places), whose, where, each, np.ones(1, dtype=np.int64))


def _zeros(rows: int, columns: int) -> Grid:
    return np.zeros((rows, columns), dtype=np.int64)


def _room_for_stays(window: Window, split: Split) -> OfStays:
    services, days, cells = window.home + 1, window.days, len(split.items) * len(split.places)
    return OfStays(
        sums=room_for_sums(split, 2 * len(split.found), len(OF_STAYS)),
        people=_zeros(cells, days),
        late=_zeros(services, days + 1),
        ways=_zeros(services, len(window.names)),
        nights=_zeros(services, NIGHTS),
        went=_zeros(services, days),
        remained=_zeros(services, days + 1),
        came_from=_zeros(services if window.hospitals else 0, services + 1),
        lengths=_room_for_lengths(2 * len(split.found)),
    )


def _room_for_waits(window: Window, split: Split) -> OfWaits:
    names = len(window.names)
    return OfWaits(
        sums=room_for_sums(split, 3 * len(split.waiting), len(OF_WAITS)),
        waiting=_zeros(names + 1, window.days + 1),
        given_up=_zeros(names, names),
        waited_on=_zeros(names, names),
        lengths=_room_for_lengths(3 * len(split.waiting)),
    )


def _put_together(split: Split, by_item: Mapping[str, Table], stays: OfStays, waits: OfWaits) -> Tables:
    people = stays.people.reshape(*split.shape, -1)
    return Tables(
        by_item=by_item,
        people=split.with_hospitals(people),
        late=stays.late[:, :-1],
        ways=stays.ways,
        nights=stays.nights,
        went=stays.went,
        remained=stays.remained[:, :-1],
        came_from=stays.came_from,
        stayed=_took(stays.lengths),
        waiting=waits.waiting[:, :-1],
        given_up=waits.given_up,
        waited_on=waits.waited_on,
        waited=_took(waits.lengths),
    )


def _took(lengths: Lengths) -> Took:
    size = int(lengths.size[0])
    return Took(lengths.profiles[:size], lengths.places[:size], lengths.seconds[:size])
