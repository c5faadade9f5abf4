"""Who is counted: everybody, and beside them the people of each group, and of each level of every trait.

Whatever counts people adds up by item and place, in one table: its first row is everybody, the rows of a group or trait follow
(a division). At any time each person counts under one item of a division, so its rows add up to the whole. The level *found*
counts until ready, the level *after* from ready on and in waits, discharges and deaths (rules 20 and 21): a stay that changes
somebody stands under two items, under each for its own time.

A change here moves results.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS, Group, Scenario
from sim.inputs.scenario import OUTSIDE as OUTSIDE_NAME
from sim.model.records import Column, Ledger
from sim.results import path_passes
from sim.results.counting import PASSES
from sim.results.measure_table import GROUP, NO_SUCH_TRAIT, measures
from sim.results.step_functions import order_of, total_by
from sim.results.window import Block, Key, Window, kept, key_of

Table = NDArray[np.int64]  # by item and place
Grid = NDArray[np.int64]
Figures = NDArray[np.float64]  # by item and place; NaN where there is nobody to take a figure over


class Division(NamedTuple):
    """A group or a trait as `by`, and its items, which stand from `first` on."""

    by: str
    items: tuple[str, ...]
    first: int

    @property
    def rows(self) -> slice:
        """Its rows of a table."""
        return slice(self.first, self.first + len(self.items))


class SplitMeasure(NamedTuple):
    """One measure by item and place, as it is reported: NaN where there is no row. Of what is not split, everybody's alone."""

    measure: str
    places: tuple[int, ...]
    values: Figures


class Took(NamedTuple):
    """Stays or waits that took some time: a profile, the place that they count for, and how long."""

    profiles: Column
    places: Column
    seconds: Column


@dataclass(frozen=True, eq=False)
class Split:
    """Everybody and every division, and the profile of every person, wait and stay among those of all groups.

    The places are the scenario's destinations, then outside, then all together, then all hospitals where there are several.
    """

    scenario: Scenario
    ledger: Ledger
    names: tuple[str, ...]  # of the destinations
    hospitals: tuple[int, ...]  # destinations that add up to all hospitals; none where there is one hospital only
    divisions: tuple[Division, ...]  # everybody first
    item_of: Grid  # by profile of all groups and division: the number of the item
    came: Column  # by person: with which they came
    waiting: Column  # by wait: which they have meanwhile
    found: Column  # by stay: until ready
    after: Column  # by stay: from ready on
    passes: SimpleNamespace | None  # which count the same, compiled; None: in plain NumPy

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The names of the places."""
        return (*self.names, OUTSIDE_NAME, "all", *((ALL_HOSPITALS,) if self.hospitals else ()))

    @cached_property
    def items(self) -> tuple[tuple[str, str], ...]:
        """By row of a table: of which division, and which item of it."""
        return tuple((division.by, item) for division in self.divisions for item in division.items)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a table."""
        return len(self.items), len(self.places)

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

    @cached_property
    def service(self) -> Column:
        """By stay: its place."""
        return self.ledger.stays["service"]

    @cached_property
    def to(self) -> Column:
        """By wait: its place."""
        return self.ledger.waits["to"]

    def cells(self, profiles: Column, places: Column) -> Grid:
        """By person and division: the cell of a table in which somebody counts."""
        return self.item_of[profiles] * len(self.places) + places[:, None]

    def count(self, profiles: Column, places: Column) -> Table:
        """How many are in each cell."""
        if self.passes:
            table = np.zeros(self.shape, dtype=np.int64)
            self.passes.count(table, self.item_of, profiles, places)
            return self.with_hospitals(table)
        counts = np.bincount(self.cells(profiles, places).ravel(), minlength=len(self.items) * len(self.places))
        return self.with_hospitals(counts.reshape(self.shape))

    def total(self, profiles: Column, places: Column, amounts: Column) -> Table:
        """Whole amounts added up by cell."""
        if self.passes:
            table = np.zeros(self.shape, dtype=np.int64)
            self.passes.total(table, self.item_of, profiles, places, amounts)
            return self.with_hospitals(table)
        cells, size = self.cells(profiles, places), len(self.items) * len(self.places)
        total = total_by(cells.ravel(), np.repeat(amounts, len(self.divisions)), size)
        return self.with_hospitals(total.reshape(self.shape))

    def paths(self, profiles: Column, places: Column, start: Column, end: Column, instants: int) -> Grid:
        """How many are in each cell at each of some instants: from the instant `start` on until `end`."""
        found = np.zeros((len(self.items) * len(self.places), instants), dtype=np.int64)
        if self.passes:
            self.passes.paths(found, len(self.places), self.item_of, profiles, places, start, end)
        else:
            changes = np.zeros((len(found), instants + 1), dtype=np.int64)
            cells = self.cells(profiles, places)
            np.add.at(changes, (cells, start[:, None]), 1)
            np.add.at(changes, (cells, end[:, None]), -1)
            np.cumsum(changes[:, :-1], axis=1, out=found)
        return found.reshape(*self.shape, instants)

    def admitted(self, rows: Column) -> Table:
        """How many of these stays count under each item as they begin."""
        return self.count(self.found[rows], self.service[rows])

    def left(self, rows: Column) -> Table:
        """How many of these stays count under each item as they end."""
        return self.count(self.after[rows], self.service[rows])

    def late(self, rows: Column, amounts: Column) -> Table:
        """What these stays come to from ready on."""
        return self.total(self.after[rows], self.service[rows], amounts)

    def waits(self, rows: Column) -> Table:
        """How many of these waits count, by what was waited for."""
        return self.count(self.waiting[rows], self.to[rows])

    def with_hospitals(self, table: Table) -> Table:
        """The table, by item and place, with all hospitals together where there are several: the total of each count."""
        if self.hospitals:
            table[:, self.all_hospitals] = table[:, self.hospitals].sum(axis=1)
        return table

    def with_all(self, table: Table, places: Sequence[int]) -> Table:
        """The table, with all of these places together under `all`."""
        found = table.copy()
        these = slice(places.start, places.stop) if isinstance(places, range) else list(places)
        found[:, self.all] = table[:, these].sum(axis=1)
        return found

    def reported(
        self, found: Mapping[str, NDArray[Any]], places: Iterable[int], hidden: Sequence[int] = ()
    ) -> list[SplitMeasure]:
        """Some measures for these places but the hidden ones; of parts, only those that are divided and say something.

        Which places are hidden may differ from one replication to the next; the others are the same in each.
        """
        shown = self.and_all_hospitals(places)
        if hidden and self.hospitals and set(self.hospitals) <= set(hidden):
            hidden = (*hidden, self.all_hospitals)
        gone = [index for index, place in enumerate(shown) if place in hidden] if hidden else []
        columns = self.scenario.once(("columns", shown), lambda: np.array(shown, dtype=np.intp))
        return [
            SplitMeasure(measure, shown, self._values(measure, table, columns, gone))
            for measure, table in found.items()
        ]

    def _values(self, measure: str, table: NDArray[Any], columns: NDArray[np.intp], hidden: list[int]) -> Figures:
        definition = measures()[measure]
        found: Figures = (table if definition.split else table[:1]).take(columns, axis=1).astype(np.float64, copy=False)
        if definition.absent_is_zero:
            parts = found[1:]
            np.copyto(parts, np.nan, where=parts == 0)
        if hidden:
            found[:, hidden] = np.nan
        return found

    def and_all_hospitals(self, places: Iterable[int]) -> tuple[int, ...]:
        """These places, and all hospitals where one of them is among several."""
        found = tuple(places)
        return found if set(found).isdisjoint(self.hospitals) else (*found, self.all_hospitals)

    def block(self, of: SplitMeasure) -> Block:
        """The same as rows."""
        what = ("keys of people", of.measure, of.places, len(of.values))
        return Block(self.scenario.once(what, lambda: self._keys(of)), of.values.ravel())

    def _keys(self, of: SplitMeasure) -> tuple[Key, ...]:
        return tuple(
            key_of(self.places[place], of.measure, by, item)
            for by, item in self.items[: len(of.values)]
            for place in of.places
        )


class Present(NamedTuple):
    """Times in a service with one profile: one for each stay that touches the window, two where it changes somebody."""

    profiles: Column
    places: Column
    start: Column
    end: Column


@kept
def present(window: Window) -> Present:
    """When people were in each service, with which profile."""
    split, rows, stays = split_of(window), stays_inside(window), window.ledger.stays
    admitted, left, ready = stays["admitted"][rows], stays["left"][rows], stays["ready"][rows]
    until = np.where(split.found[rows] == split.after[rows], left, np.minimum(ready, left))
    changed = np.flatnonzero(until < left)
    again = rows[changed]
    return Present(
        np.concatenate((split.found[rows], split.after[again])),
        np.concatenate((split.service[rows], split.service[again])),
        np.concatenate((admitted, ready[changed])),
        np.concatenate((until, left[changed])),
    )


def ratio(amounts: Table, numbers: Table) -> Figures:
    """An average or a share in each cell; NaN over nobody."""
    found: Figures = np.full(numbers.shape, np.nan)
    return np.divide(amounts, numbers, out=found, where=numbers > 0)


@kept
def stays_inside(window: Window) -> Column:
    """Rows of the stays that touch the window."""
    stays = window.ledger.stays
    return np.flatnonzero((stays["admitted"] < window.end) & (stays["left"] >= window.first))


@kept
def late(window: Window) -> tuple[Column, Column]:
    """Rows of the stays in which people were delayed in the window, and for how many seconds of it."""
    rows, stays = stays_inside(window), window.ledger.stays
    late = window.clipped(stays["ready"][rows], stays["left"][rows])
    return rows[late > 0], late[late > 0]


@kept
def begun(window: Window) -> Column:
    """Rows of the stays to which people were admitted in the window."""
    return np.flatnonzero(window.inside(window.ledger.stays["admitted"]) & ~window.is_seated)


@kept
def leavers(window: Window) -> Column:
    """Rows of the stays that ended in the window."""
    return np.flatnonzero(window.inside(window.ledger.stays["left"]))


@kept
def split_of(window: Window) -> Split:
    """Everybody, by group where there are several, then by every trait of the scenario."""
    scenario, people, waits, stays = window.scenario, window.ledger.people, window.ledger.waits, window.ledger.stays
    sizes = [len(group.profiles) for group in scenario.people]
    came, waiting, found, after = people["profile"], waits["profile"], stays["found"], stays["after"]
    if len(sizes) > 1:  # of one group they begin with the first
        first: Column = (np.cumsum(sizes, dtype=np.int64) - sizes)[people["group"]]
        of_stay = first[stays["person"]]
        came, waiting, found, after = first + came, first[waits["person"]] + waiting, of_stay + found, of_stay + after
    item_of = scenario.once("items of profiles", lambda: _items_of_profiles(scenario.people))
    return Split(
        scenario,
        window.ledger,
        window.names,
        window.hospitals,
        scenario.once("divisions", lambda: _divisions(scenario.people)),
        item_of,
        came,
        waiting,
        found,
        after,
        window.passes(PASSES),
    )


def _divisions(groups: Sequence[Group]) -> tuple[Division, ...]:
    found = [Division("", ("",), 0)]
    named = [(GROUP, group_names(groups))] if len(groups) > 1 else []
    for by, items in (*named, *((trait, level_names(groups, trait)) for trait in trait_names(groups))):
        found.append(Division(by, items, found[-1].rows.stop))
    return tuple(found)


def _items_of_profiles(groups: Sequence[Group]) -> Grid:
    """By group and profile, one after the other, and division: the number of the item."""
    return np.stack([division.first + _numbers(groups, division) for division in _divisions(groups)], axis=1)


def _numbers(groups: Sequence[Group], division: Division) -> Column:
    """By group and profile: the number of the item within the division."""
    if division.by in ("", GROUP):
        of_group = range(len(groups)) if division.by else [0] * len(groups)
        return np.repeat(np.array(of_group, dtype=np.int64), [len(group.profiles) for group in groups])
    return np.concatenate([_levels_of_profiles(group, division.by, division.items) for group in groups])


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


def _levels_of_profiles(group: Group, trait: str, items: tuple[str, ...]) -> Column:
    """The number of the level of each profile of a group."""
    levels = [dict(profile).get(trait, NO_SUCH_TRAIT) for profile in group.profiles]
    return np.array([items.index(level) for level in levels], dtype=np.int64)


def percentiles(
    split: Split, profiles: Column, places: Column, values: Column, percents: Sequence[int]
) -> list[Figures]:
    """Percentiles of whole values in each cell, one table for each percent; as NumPy's, without its price for each cell."""
    profiles, places, values = _also_in_all_hospitals(split, profiles, places, values)
    cells, values = split.cells(profiles, places).ravel(), np.repeat(values, len(split.divisions))
    found = [np.full(len(split.items) * len(split.places), np.nan) for _ in percents]
    order = np.argsort(cells.astype(np.min_scalar_type(len(found[0]))), kind="stable")
    values, numbers = values[order], np.bincount(cells)
    ends = np.cumsum(numbers)
    for cell in np.flatnonzero(numbers).tolist():
        here = values[ends[cell] - numbers[cell] : ends[cell]]
        for table, value in zip(found, _percentiles(here, percents), strict=True):
            table[cell] = value
    return [table.reshape(split.shape) for table in found]


def _also_in_all_hospitals(
    split: Split, profiles: Column, places: Column, values: Column
) -> tuple[Column, Column, Column]:
    """The same, with those of each hospital once more in the cell of all hospitals, where there are several."""
    if not split.hospitals:
        return profiles, places, values
    here = np.flatnonzero(np.isin(places, split.hospitals))
    again = np.full(len(here), split.all_hospitals)
    return (
        np.concatenate((profiles, profiles[here])),
        np.concatenate((places, again)),
        np.concatenate((values, values[here])),
    )


def percentiles_of_paths(split: Split, people: Grid, places: Sequence[int], percents: Sequence[int]) -> Figures:
    """By percent, item and place: percentiles of the people in each cell over time, in these places; elsewhere 0."""
    found = np.zeros((len(percents), *split.shape))
    if split.passes is None:
        found[:, :, places] = np.percentile(people[:, places], percents, axis=2)
        return found
    instants = people.shape[2]
    cells = (np.arange(len(split.items))[:, None] * len(split.places) + np.array(places)).ravel()
    ranks = Ranks.of(np.full(1, instants), percents)
    values = np.zeros((len(cells), ranks.wanted.shape[1]), dtype=np.int64)
    numbers = np.zeros(int(people.max(initial=0)) + 1, dtype=np.int64)
    split.passes.ranked_paths(values, people.reshape(-1, instants), cells, ranks.wanted[0], numbers)
    found[:, :, places] = np.reshape(ranks.between(values), (len(percents), len(split.items), len(places)))
    return found


def percentiles_of(
    split: Split, took: Took, numbers: Table, took_some: Table, percents: Sequence[int]
) -> list[Figures]:
    """The same of lengths, compiled: going once over those that are not nothing, in order; of all there are these numbers."""
    sorting = path_passes.PASSES.loaded()
    assert split.passes is not None and sorting is not None, "only where everything is compiled"
    order = order_of(took.seconds, sorting)
    ranks = Ranks.of(numbers.ravel(), percents)
    found = np.zeros(ranks.wanted.shape, dtype=np.int64)
    awaited = np.empty(len(found), dtype=np.int64)
    split.passes.ranked(found, ranks.wanted, awaited, numbers - took_some, split.item_of, order, *took)
    return [np.where(numbers > 0, table.reshape(split.shape), np.nan) for table in ranks.between(found)]


class Ranks(NamedTuple):
    """Which values of each cell a percentile lies between: ranks below and above for each percent, and how far it is from below."""

    wanted: Grid  # by cell: below and above of the first percent, of the second, ...
    parts: Figures  # by cell and percent

    @classmethod
    def of(cls, numbers: Column, percents: Sequence[int]) -> "Ranks":
        """Of so many values in each cell; of none, those of one value."""
        last = np.maximum(numbers - 1, 0)[:, None]
        ranks = last * (np.array(percents) / 100)
        below = ranks.astype(np.int64)
        wanted = np.stack((below, np.minimum(below + 1, last)), axis=2).reshape(len(numbers), -1)
        return cls(wanted, ranks - below)

    def between(self, found: Grid) -> list[Figures]:
        """Percentiles from the values at the ranks that are wanted, linear between neighbours, as NumPy reckons."""
        low, high = found[:, ::2].astype(np.float64), found[:, 1::2].astype(np.float64)
        step = high - low
        between = np.where(self.parts < 0.5, low + step * self.parts, high - step * (1 - self.parts))
        return list(between.T)


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
