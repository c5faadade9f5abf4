"""Who is counted: everybody, or the people of each group, or of each level of a trait, side by side.

Whatever counts people adds up by item and place, in one table for all items; for everybody there is one item. At any time
each person counts under one item, so the parts of a count add up to the whole. The level *found* counts until ready, the
level *after* from ready on and in waits, discharges and deaths (rules 20 and 21): a stay that changes somebody stands under
two items, under each for its own time.

What may be changed here: with new expected results; which level counts is frozen in the vocabulary.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS, Group
from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.model.records import Column, Ledger
from sim.results.measure_table import measures
from sim.results.parts import GROUP, NO_SUCH_TRAIT
from sim.results.step_functions import total_by
from sim.results.window import Row, Window

Table = NDArray[np.int64]  # by item and place
Figures = NDArray[np.float64]  # the same; NaN where there is nobody to take a figure over


@dataclass(frozen=True, eq=False)
class Split:
    """A group or a trait as `by`, its items, and the number of the item of every person, wait and stay.

    The places are the scenario's destinations, then outside, then all together, then all hospitals where there are several.
    """

    ledger: Ledger
    names: tuple[str, ...]  # of the destinations
    hospitals: tuple[int, ...]  # destinations that add up to all hospitals; none where there is one hospital only
    by: str
    items: tuple[str, ...]
    came: Column  # by person: with which they came
    waiting: Column  # by wait: which they have meanwhile
    found: Column  # by stay: until ready
    after: Column  # by stay: from ready on; the same column where no stay changes it

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The names of the places."""
        return (*self.names, OUTSIDE_NAME, "all", *((ALL_HOSPITALS,) if self.hospitals else ()))

    @cached_property
    def outside(self) -> int:
        """The place of those who have not been admitted anywhere yet."""
        return len(self.names)

    @cached_property
    def all(self) -> int:
        """The place that stands for all."""
        return len(self.names) + 1

    @cached_property
    def all_hospitals(self) -> int:
        """The place that stands for all hospitals, where there are several."""
        return len(self.names) + 2

    def cells(self, items: Column, places: Column | int) -> Column:
        """One number for each item and place."""
        return items * len(self.places) + places

    @cached_property
    def waits(self) -> Column:
        """By wait: its cell, by destination."""
        return self.cells(self.waiting, self.ledger.waits["to"])

    @cached_property
    def admitted(self) -> Column:
        """By stay: the cell under which the admission counts."""
        return self.cells(self.found, self.ledger.stays["service"])

    @cached_property
    def left(self) -> Column:
        """By stay: the cell under which delay, discharge and death count."""
        return self.admitted if self.after is self.found else self.cells(self.after, self.ledger.stays["service"])

    def count(self, cells: Column) -> Table:
        """How often each cell stands here."""
        return self._table(np.bincount(cells, minlength=len(self.items) * len(self.places)))

    def total(self, cells: Column, amounts: Column) -> Table:
        """Whole amounts added up by cell."""
        return self._table(total_by(cells, amounts, len(self.items) * len(self.places)))

    def _table(self, values: Column) -> Table:
        return self.with_hospitals(values.reshape(len(self.items), len(self.places)))

    def with_hospitals(self, table: Table) -> Table:
        """The table, by item and place, with all hospitals together where there are several: the total of each count."""
        if self.hospitals:
            table[:, self.all_hospitals] = table[:, self.hospitals].sum(axis=1)
        return table

    def with_all(self, table: Table, places: Sequence[int]) -> Table:
        """The table, with all of these places together under `all`."""
        found = table.copy()
        found[:, self.all] = table[:, list(places)].sum(axis=1)
        return found

    def rows(self, found: Mapping[str, NDArray[Any]], places: Iterable[int]) -> list[Row]:
        """Rows of some measures for these places; of parts, only those that the table of measures divides and that say something."""
        shown = [(place, self.places[place]) for place in self.and_all_hospitals(places)]
        return [
            Row(name, measure, self.by, item, float(line[place]))
            for measure, table in found.items()
            if not self.by or measures()[measure].split
            for item, line in zip(self.items, table.tolist(), strict=True)
            for place, name in shown
            if self._is_told(measure, line[place])
        ]

    def and_all_hospitals(self, places: Iterable[int]) -> list[int]:
        """These places, and all hospitals where one of them is among several."""
        found = list(places)
        return found if set(found).isdisjoint(self.hospitals) else [*found, self.all_hospitals]

    def _is_told(self, measure: str, value: float) -> bool:
        """Whether there is anybody; of parts, whether they are something."""
        return not isnan(value) and (value != 0 or not self.by or not measures()[measure].absent_is_zero)


def present(window: Window, split: Split) -> tuple[Column, Column, Column]:
    """Cell, start and end of each time of the window in a service with one item: one for each stay, two where it changes."""
    return window.cached("present", split.by, lambda: _present(window, split))


def _present(window: Window, split: Split) -> tuple[Column, Column, Column]:
    rows, stays = stays_inside(window), window.ledger.stays
    admitted, left = stays["admitted"][rows], stays["left"][rows]
    if split.after is split.found:
        return split.left[rows], admitted, left
    until = np.where(split.found[rows] == split.after[rows], left, np.minimum(stays["ready"][rows], left))
    changed = np.flatnonzero(until < left)
    again = rows[changed]
    return (
        np.concatenate((split.admitted[rows], split.left[again])),
        np.concatenate((admitted, stays["ready"][again])),
        np.concatenate((until, left[changed])),
    )


def ratio(amounts: Table, numbers: Table) -> Figures:
    """An average or a share in each cell; NaN over nobody."""
    found: Figures = np.full(numbers.shape, np.nan)
    return np.divide(amounts, numbers, out=found, where=numbers > 0)


def stays_inside(window: Window) -> Column:
    """Rows of the stays that touch the window."""
    stays = window.ledger.stays
    return window.cached(
        "stays inside",
        "all",
        lambda: np.flatnonzero((stays["admitted"] < window.end) & (stays["left"] >= window.first)),
    )


def begun(window: Window) -> Column:
    """Rows of the stays to which people were admitted in the window."""

    def work() -> Column:
        return np.flatnonzero(window.inside(window.ledger.stays["admitted"]) & ~window.is_seated)

    return window.cached("begun stays", "all", work)


def leavers(window: Window) -> Column:
    """Rows of the stays that ended in the window."""
    return window.cached("leavers", "all", lambda: np.flatnonzero(window.inside(window.ledger.stays["left"])))


def everybody(window: Window) -> Split:
    """All people under one item without a name."""
    return window.cached("everybody", "all", lambda: _everybody(window))


def _everybody(window: Window) -> Split:
    people, waits, stays = window.ledger.people, window.ledger.waits, window.ledger.stays
    came, waiting, of_stay = (
        np.zeros(len(column), dtype=np.int64) for column in (people["group"], waits["to"], stays["to"])
    )
    return Split(window.ledger, window.names, window.hospitals, "", ("",), came, waiting, of_stay, of_stay)


def splits(window: Window) -> list[Split]:
    """By group where there are several, then by every trait of the scenario."""
    return window.cached("splits", "all", lambda: _splits(window))


def _splits(window: Window) -> list[Split]:
    groups = window.scenario.people
    found = [_split(window, GROUP, group_names(groups), _numbers_of_groups(groups))] if len(groups) > 1 else []
    for trait in trait_names(groups):
        items = level_names(groups, trait)
        found.append(_split(window, trait, items, _numbers_of_levels(groups, trait, items)))
    return found


def group_names(groups: Iterable[Group]) -> tuple[str, ...]:
    """The names of the groups, as items."""
    return tuple(group.name for group in groups)


def trait_names(groups: Iterable[Group]) -> tuple[str, ...]:
    """Every trait of these groups once, in the order of the file."""
    return tuple(dict.fromkeys(trait.name for group in groups for trait in group.traits))


def level_names(groups: Iterable[Group], trait: str) -> tuple[str, ...]:
    """The levels of a trait in all groups, and `else` for the people of a group that has no such trait."""
    having = [[one for one in group.traits if one.name == trait] for group in groups]
    names = dict.fromkeys(level for traits in having for one in traits for level in one.level_names)
    return (*names, *(() if all(having) else (NO_SUCH_TRAIT,)))


def _numbers_of_groups(groups: Iterable[Group]) -> Column:
    """By group and profile, one after the other: the number of the group."""
    return np.array([number for number, group in enumerate(groups) for _ in group.profiles], dtype=np.int64)


def _numbers_of_levels(groups: Iterable[Group], trait: str, items: tuple[str, ...]) -> Column:
    """By group and profile, one after the other: the number of the level."""
    return np.concatenate([_levels_of_profiles(group, trait, items) for group in groups])


def _levels_of_profiles(group: Group, trait: str, items: tuple[str, ...]) -> Column:
    """The number of the level of each profile of a group."""

    def work() -> Column:
        levels = [dict(profile).get(trait, NO_SUCH_TRAIT) for profile in group.profiles]
        return np.array([items.index(level) for level in levels], dtype=np.int64)

    return group.once(("levels of profiles", trait, items), work)


def _split(window: Window, by: str, items: tuple[str, ...], numbers: Column) -> Split:
    """The split that numbers every group and profile, one after the other."""
    people, waits, stays = window.ledger.people, window.ledger.waits, window.ledger.stays
    sizes = [len(group.profiles) for group in window.scenario.people]
    first = (np.cumsum(sizes) - sizes)[people["group"]]  # by person: where the profiles of their group begin
    of_stay = first[stays["person"]]
    found, after = numbers[of_stay + stays["found"]], numbers[of_stay + stays["after"]]
    if np.array_equal(found, after):
        after = found
    waiting = numbers[first[waits["person"]] + waits["profile"]]
    came = numbers[first + people["profile"]]
    return Split(window.ledger, window.names, window.hospitals, by, items, came, waiting, found, after)


def percentiles(split: Split, cells: Column, values: Column, percents: Sequence[int]) -> list[Figures]:
    """Percentiles of whole values in each cell, one table for each percent; as NumPy's, without its price for each cell."""
    cells, values = _also_in_all_hospitals(split, cells, values)
    found = [np.full(len(split.items) * len(split.places), np.nan) for _ in percents]
    order = np.argsort(cells.astype(np.min_scalar_type(len(found[0]))), kind="stable")
    values, numbers = values[order], np.bincount(cells)
    ends = np.cumsum(numbers)
    for cell in np.flatnonzero(numbers).tolist():
        here = values[ends[cell] - numbers[cell] : ends[cell]]
        for table, value in zip(found, _percentiles(here, percents), strict=True):
            table[cell] = value
    return [table.reshape(len(split.items), len(split.places)) for table in found]


def _also_in_all_hospitals(split: Split, cells: Column, values: Column) -> tuple[Column, Column]:
    """The same, with those of each hospital once more in the cell of all hospitals, where there are several."""
    if not split.hospitals:
        return cells, values
    items, places = np.divmod(cells, len(split.places))
    here = np.isin(places, split.hospitals)
    again = split.cells(items[here], split.all_hospitals)
    return np.concatenate((cells, again)), np.concatenate((values, values[here]))


def _percentiles(values: Column, percents: Sequence[int]) -> list[float]:
    """Percentiles of at least one whole value, linear between neighbours."""
    last = len(values) - 1
    ranks = [last * (percent / 100) for percent in percents]
    below = [int(rank) for rank in ranks]
    above = [min(rank + 1, last) for rank in below]
    values = np.partition(values, sorted({*below, *above}))
    found = []
    for rank, low, high in zip(ranks, below, above, strict=True):
        low_value, step, part = float(values[low]), float(values[high] - values[low]), rank - low
        found.append(low_value + step * part if part < 0.5 else float(values[high]) - step * (1 - part))
    return found
