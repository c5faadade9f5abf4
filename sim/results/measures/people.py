"""Everything that counts people: everybody, then by group and by trait (who waits longer?).

Each split is counted by the same functions as everybody is (`split.py`). A part that counts nobody has no row. Where there
is one group and nobody has traits, only the two oldest divisions by group are written, each the whole again.

What may be changed here: free; a new measure that counts people comes from one of the modules named here, or a new one.
"""

from collections.abc import Sequence

from sim.inputs.scenario import Scenario
from sim.results.measure_table import measures
from sim.results.measures import delays, discharge_rate, flow, followup, occupancy, unmet, waits
from sim.results.parts import GROUP
from sim.results.split import Split, everybody, splits
from sim.results.window import Row, Window


def rows(window: Window) -> list[Row]:
    """The rows of everybody, and those of every part."""
    whole = rows_of(window, everybody(window))
    found = [row for split in splits(window) for row in rows_of(window, split)]
    groups = window.scenario.people
    return [*whole, *found, *(_in_the_only_group(whole, groups[0].name) if len(groups) == 1 else ())]


def rows_of(window: Window, split: Split) -> list[Row]:
    """The rows of everybody, or of the parts of a split."""
    return window.cached("rows of people", split.by, lambda: _rows_of(window, split))


def _rows_of(window: Window, split: Split) -> list[Row]:
    return [
        *occupancy.people_rows(window, split),
        *waits.rows(window, split),
        *flow.rows(window, split),
        *delays.people_rows(window, split),
        *discharge_rate.rows(window, split),
        *unmet.rows(window, split),
        *followup.rows(window, split),
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


def _in_the_only_group(whole: list[Row], group: str) -> list[Row]:
    return [
        row._replace(by=GROUP, item=group)
        for row in whole
        if (row.measure == "delayed_bed_days" and row.value) or row[:2] == ("all", "arrivals")
    ]
