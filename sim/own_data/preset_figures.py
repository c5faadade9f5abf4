"""A figure made of published counts: its value over all months, the range over each, where every part of it stands.

Sums are made from counts, never from percentages. A part that is not published makes the figure unknown; where small counts
are to be suppressed, a figure that tells one is left out, and one more that would tell it by what is left of the whole.

What may be changed here: freely; the ranges are a rule of thumb, and each target says which.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from sim.own_data.published_shapes import NAMES, Fact, words_of

FEWEST = 5  # smaller counts are suppressed where that is asked for
ENOUGH_MONTHS = 3  # for the range of a figure
EITHER_WAY, MOST_POINTS = 0.1, 0.03  # of a figure, where fewer months are given; of a share at most so much
LEAST_EITHER_WAY = 0.03  # of a figure, however alike its months are
MOST_CELLS = 4  # that are named one by one
Counts: TypeAlias = dict[str, float | None]  # by item; None: not published
ByMonth: TypeAlias = dict[date, Counts]
Part: TypeAlias = Callable[[ByMonth], float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the organisation: its value, the range over the months, and where every part of it stands."""

    says: str
    measure: str
    divided_by: str
    unit: str
    aim: float
    low: float
    high: float
    binds: bool
    source: str
    note: str


# -- citing --------------------------------------------------------------------------------------------------


def cite(facts: Iterable[Fact]) -> str:
    """Where facts stand: each publication once, then file, sheet, rows (or cells) and months, in the order of the days."""
    ordered = sorted(facts, key=lambda one: (one.source, one.first.replace(day=1), one.grid.file, one.grid.sheet))
    parts = []
    for source, theirs in groupby(ordered, key=lambda one: one.source):
        places = [_where(list(group)) for _, group in groupby(theirs, key=lambda one: (one.grid.file, one.grid.sheet))]
        parts.append(f"{NAMES[source]}: {'; '.join(places)}")
    return ". ".join(parts)


def _where(facts: Sequence[Fact]) -> str:
    """Of facts of one sheet: `kh03.xlsx, sheet NHS Trust by Sector, row 18, H18 and N18 (April to June 2025)`."""
    grid = facts[0].grid
    lines = sorted({one.line for one in facts})
    words = [Path(grid.file).name, *([f"sheet {grid.sheet}"] if grid.sheet else []), _rows(lines)]
    if grid.sheet:
        columns = sorted({one.column for one in facts})
        cells = [grid.place(facts[0].row, column).rpartition("!")[2] for column in columns]
        words.append(", ".join(cells) if len(cells) <= MOST_CELLS else f"{cells[0]} to {cells[-1]}")
    when = words_of(min(one.first for one in facts), max(one.last for one in facts))
    return f"{', '.join(words)} ({when})"


def _rows(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"row {lines[0]}"
    if lines[-1] - lines[0] == len(lines) - 1:
        return f"rows {lines[0]} to {lines[-1]}"
    return (
        f"rows {', '.join(map(str, lines))}"
        if len(lines) <= MOST_CELLS
        else f"{len(lines)} rows from {lines[0]} to {lines[-1]}"
    )


# -- counts ------------------------------------------------------------------------------------------------


def by_month(facts: Iterable[Fact]) -> ByMonth:
    """Facts added up by month and item; an item with a part that is not published is None."""
    found: ByMonth = {}
    for one in facts:
        items = found.setdefault(one.first.replace(day=1), {})
        before = items.get(one.item, 0.0)
        items[one.item] = None if before is None or one.value is None else before + one.value
    return found


def total(months: ByMonth, items: Iterable[str]) -> float | None:
    """The sum over months and items; None where any part is not published or missing."""
    parts = [month.get(item) for item in items for month in months.values()]
    return None if not parts or any(part is None for part in parts) else sum(part for part in parts if part is not None)


def of(*items: str) -> Part:
    """The sum of items, as a part of a figure."""
    return lambda months: total(months, items)


def less(one: Part, other: Part) -> Part:
    """One part less another."""

    def difference(months: ByMonth) -> float | None:
        first, second = one(months), other(months)
        return None if first is None or second is None else first - second

    return difference


def number_of_months(months: ByMonth) -> float:
    """How many there are: below a sum of monthly means."""
    return float(len(months))


@dataclass(slots=True)
class Figures:
    """The figures that are made, and what was left out, each with the reason."""

    suppress: bool
    made: list[Figure] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)

    def add(  # noqa: PLR0913, PLR0917 - a target has that many parts
        self,
        says: str,
        measure: str,
        parts: tuple[Part, Part],
        months: ByMonth,
        facts: Sequence[Fact],
        unit: str = "share",
        divided_by: str = "",
        note: str = "",
        *,
        binds: bool = False,
    ) -> None:
        """A figure that is one part over another; both of all months together for the aim, of each month for the range."""
        above, below = parts[0](months), parts[1](months)
        if above is None or not below:
            self.untold.append(f"{says}: a count that it needs is not published")
            return
        if unit == "share" and self._is_small(above, below - above):
            self.hide(says)
            return
        pairs = [(parts[0]({month: items}), parts[1]({month: items})) for month, items in months.items()]
        each = [one / other for one, other in pairs if one is not None and other]
        aim, how = above / below, "Assumption: a tenth either way"
        most = min(EITHER_WAY * aim, MOST_POINTS) if unit == "share" else EITHER_WAY * aim
        if most < EITHER_WAY * aim:
            how = "Assumption: three points either way"
        low, high = aim - most, aim + most
        if len(each) >= ENOUGH_MONTHS and not any(self._is_small(one) for one, _ in pairs if one is not None):
            least = LEAST_EITHER_WAY * aim
            low, high = min(*each, aim - least), max(*each, aim + least)
            how = f"The lowest and the highest of {len(each)} months, at least 3 in 100 either way"
        high = min(high, 1.0) if unit == "share" else high
        said = ". ".join(["All adults", how, *([note] if note else [])])
        self.made.append(Figure(says, measure, divided_by, unit, aim, low, high, binds, cite(facts), said))

    def hide(self, says: str) -> None:
        """Says of a figure that it is suppressed."""
        self.untold.append(f"{says}: suppressed, as it or another is about fewer than {FEWEST} people")

    def hidden(self, counts: Mapping[str, float | None]) -> set[str]:
        """Which of several counts that make up a whole are suppressed: those under 5, and never one alone, which the others would tell."""
        known = {item: count for item, count in counts.items() if count}
        found = {item for item, count in known.items() if self._is_small(count)}
        if len(found) == 1:
            found |= {
                item for _, item in sorted((count, item) for item, count in known.items() if item not in found)[:1]
            }
        return found

    def _is_small(self, *counts: float) -> bool:
        return self.suppress and any(0 < count < FEWEST for count in counts)
