"""Every measure of one replication: a scenario and its records in, tidy rows out; everybody, then by group and by trait.

What a measure is called, its unit and its definition are in the table `measures.csv`; how it is counted in the module
named for it, as a function of the window's records alone.

Each split is counted by the same functions as everybody is (`split.py`). A part that counts nobody has no row. Where there
is one group and nobody has traits, only the two oldest divisions by group are written, each the whole again.
"""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import Scenario
from sim.model.records import Ledger
from sim.results.measure_table import GROUP, measures
from sim.results.measures import (
    arrival_steps,
    cohort,
    costs,
    delays,
    flow,
    followup,
    hospitals,
    occupancy,
    teams,
    unmet,
    waits,
)
from sim.results.measures.order import RowOrder, canonical
from sim.results.split import Split, SplitMeasure, split_of
from sim.results.window import Block, Key, Row, Window, block_of, kept, key_of

ALSO_BY_THE_ONLY_GROUP = ("delayed_bed_days", "arrivals")


def blocks(window: Window) -> Iterator[Block]:
    """The rows of everybody, and those of every part."""
    split = split_of(window)
    for one in split_measures(window):
        yield split.block(one)
    if len(window.scenario.people) == 1:
        yield from (
            _in_the_only_group(split, one) for one in split_measures(window) if one.measure in ALSO_BY_THE_ONLY_GROUP
        )


@kept
def split_measures(window: Window) -> list[SplitMeasure]:
    """What is reported of everybody and of every part."""
    split = split_of(window)
    return [
        *occupancy.split_measures(window, split),
        *waits.split_measures(window, split),
        *arrival_steps.split_measures(window, split),
        *flow.split_measures(window, split),
        *delays.split_measures(window, split),
        *flow.release_measures(window, split),
        *unmet.split_measures(window, split),
        *followup.split_measures(window, split),
    ]


def rows_of_everybody(window: Window) -> list[Row]:
    """The rows of all people together."""
    places = split_of(window).places
    return [
        Row(places[place], one.measure, "", "", value)
        for one in split_measures(window)
        for place, value in zip(one.places, one.values[0].tolist(), strict=True)
        if not isnan(value)
    ]


def with_the_only_group(scenario: Scenario, rows: Sequence[Row]) -> list[Row]:
    """The rows, by group too where there is one: beside a scenario of several groups the others have nobody here."""
    if len(scenario.people) != 1:
        return list(rows)
    known, name = {row[:4] for row in rows}, scenario.people[0].name
    group = [row._replace(by=GROUP, item=name) for row in rows if row.by == "" and _has_a_part(row)]
    return [*rows, *(row for row in group if row[:4] not in known)]


def _has_a_part(row: Row) -> bool:
    """Whether it counts people, and somebody or may be nothing."""
    definition = measures()[row.measure]
    return definition.split != "" and (row.value != 0 or not definition.absent_is_zero)


def _in_the_only_group(split: Split, found: SplitMeasure) -> Block:
    """The whole again: everybody's delay, where there is any, and all arrivals."""

    def keys() -> tuple[Key, ...]:
        group = split.scenario.people[0].name
        return tuple(key_of(split.places[place], found.measure, GROUP, group) for place in found.places)

    values = found.values[0]
    is_reported = values != 0 if found.measure == "delayed_bed_days" else np.array(found.places) == split.all
    what = ("keys of the only group", found.measure, found.places)
    return Block(split.scenario.once(what, keys), np.where(is_reported, values, np.nan))


__all__ = ["Row", "measure"]


def measure(scenario: Scenario, ledger: Ledger) -> list[Row]:
    """All rows of one replication, in the canonical order."""
    return measure_cut(Window(scenario, ledger))


def measure_cut(window: Window) -> list[Row]:
    """The same, for somebody who has the window already."""
    return figures(window).rows()


class Figures(NamedTuple):
    """All numbers of one replication, in the canonical order."""

    keys: tuple[Key, ...]
    values: NDArray[np.float64]

    def rows(self) -> list[Row]:
        """The same as rows."""
        return [Row.of(key, value) for key, value in zip(self.keys, self.values.tolist(), strict=True)]


def figures(window: Window) -> Figures:
    """All numbers of one replication, without a row for each of them."""
    order = window.scenario.once("order of rows", lambda: RowOrder(canonical(window.scenario)))
    return Figures(*order.sorted(list(_blocks(window))))


def _blocks(window: Window) -> Iterator[Block]:
    yield from blocks(window)
    yield delays.why(window)
    yield block_of(
        [
            *occupancy.place_rows(window),
            *teams.rows(window),
            *waits.rows(window),
            *arrival_steps.rows(window),
            *flow.pathway_rows(window),
            *flow.next_service_rows(window),
            *flow.waited_on_rows(window),
            *hospitals.came_from_rows(window),
            *delays.length_rows(window),
            *flow.weekday_rows(window),
            *costs.rows(window),
            *costs.budget_rows(window),
            *costs.night_rows(window),
            *followup.rows(window),
            *cohort.rows(window),
        ]
    )
