"""Everything that counts people: everybody, then by group and by trait (who waits longer?).

Each split is counted by the same functions as everybody is (`split.py`). A part that counts nobody has no row. Where there
is one group and nobody has traits, only the two oldest divisions by group are written, each the whole again.

What may be changed here: free; a new measure that counts people comes from one of the modules named here, or a new one.
"""

from collections.abc import Iterator, Sequence
from math import isnan

import numpy as np

from sim.inputs.scenario import Scenario
from sim.results.measure_table import measures
from sim.results.measures import delays, discharge_rate, flow, followup, occupancy, unmet, waits
from sim.results.parts import GROUP
from sim.results.split import Split, Told, split_of
from sim.results.window import Block, Key, Row, Window, key_of

ALSO_BY_THE_ONLY_GROUP = ("delayed_bed_days", "arrivals")


def blocks(window: Window) -> Iterator[Block]:
    """The rows of everybody, and those of every part."""
    split = split_of(window)
    for one in told(window):
        yield split.block(one)
    if len(window.scenario.people) == 1:
        yield from (_in_the_only_group(split, one) for one in told(window) if one.measure in ALSO_BY_THE_ONLY_GROUP)


def told(window: Window) -> list[Told]:
    """What is told of everybody and of every part."""
    return window.cached("told of people", "all", lambda: _told(window, split_of(window)))


def rows_of_everybody(window: Window) -> list[Row]:
    """The rows of all people together."""
    places = split_of(window).places
    return [
        Row(places[place], one.measure, "", "", value)
        for one in told(window)
        for place, value in zip(one.places, one.values[0].tolist(), strict=True)
        if not isnan(value)
    ]


def _told(window: Window, split: Split) -> list[Told]:
    return [
        *occupancy.told(window, split),
        *waits.told(window, split),
        *flow.told(window, split),
        *delays.told(window, split),
        *discharge_rate.told(window, split),
        *unmet.told(window, split),
        *followup.told(window, split),
    ]


def with_the_only_group(scenario: Scenario, rows: Sequence[Row]) -> list[Row]:
    """The rows, by group too where there is one: beside a scenario of several groups the others have nobody here."""
    if len(scenario.people) != 1:
        return list(rows)
    known, name = {row[:4] for row in rows}, scenario.people[0].name
    group = [row._replace(by=GROUP, item=name) for row in rows if row.by == "" and _is_told_of_a_part(row)]
    return [*rows, *(row for row in group if row[:4] not in known)]


def _is_told_of_a_part(row: Row) -> bool:
    """Whether it counts people, and somebody or may be nothing."""
    told = measures()[row.measure]
    return told.split != "" and (row.value != 0 or not told.absent_is_zero)


def _in_the_only_group(split: Split, found: Told) -> Block:
    """The whole again: everybody's delay, where there is any, and all arrivals."""

    def keys() -> tuple[Key, ...]:
        group = split.scenario.people[0].name
        return tuple(key_of(split.places[place], found.measure, GROUP, group) for place in found.places)

    values = found.values[0]
    is_told = values != 0 if found.measure == "delayed_bed_days" else np.array(found.places) == split.all
    what = ("keys of the only group", found.measure, found.places)
    return Block(split.scenario.once(what, keys), np.where(is_told, values, np.nan))
