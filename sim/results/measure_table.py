"""The table of measures, `measures.csv`, and how each measure is divided: all that is known about one but how it is counted.

A row holds its name, labels, unit, which direction is good, what a missing row means, whether it is a total of the window,
where it is shown, its source and its definition. The order of the table is the order of rows in every result file. A new
measure is a row there, and the function that counts it.

Columns that are not plain words:

- `label`: of one service; `{service}` is its name. `label_all` and `label_outside` stand instead for all services and for
  people outside; `label_of_part` for one item of a division, `{item}` is the item. Of a total, each says `a year`.
- `unit_in_hours`: the unit in services whose places are hours a week, if it is another.
- `split`: of what counts people, by which level of a trait; only these are divided by trait and by group. Level means the
  one with which people `came`, the one held `waiting`, or that of a stay: `found` until ready, `after` from ready on.
- `better_of_parts`: items that have a good direction of their own, as in `elsewhere: lower; with_nothing: lower`.
- `headline_...`, `chart_...`: the measure's place among the lines of the headline table (of the main service, of other services, of
  each team, of all services) and of the chart of differences. `5: whole, lack`: fifth, the whole figure, then its parts by lack.
- `ranking`: its place among the columns of `ranking.csv`, where `ranking_column` is its name.
- `check_first`: which measure that moved `check` shows first.
- `headline_quiet`: no line where the figure is 0 everywhere.
- `update_log`: whether the log of expected results names it first: where it moved, or also of a new file.

What may be changed there: free for wording; a new name is an addition, a changed name is a change of contract.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from typing import Literal, NamedTuple, get_args

GROUP = "group"
BY = (  # and every trait of the scenario
    "",
    "reason",
    "next_service",
    "cause",
    "payer",
    "contributor",
    "budget",
    "programme",
    "part",
    "pathway",
    GROUP,
    "band",
    "weekday",
    "team",
    "ending",
    "lack",
    "reason_and_lack",
    "waited_on",
    "came_from",
    "year",
    "payer_and_year",
    "bay",
)
HEADLINE = "midnight_delayed_mean"  # the delay that every first sentence is about: people at midnight, as official figures count
BANDS = ("0", "1", "2-3", "4-6", "7-13", "14-20", "21+")  # nights from ready to left
BAND_STARTS = (0, 1, 2, 4, 7, 14, 21)
NO_SUCH_TRAIT = "else"  # the item of people whose group does not have the trait; no level may have this name
PATHWAYS = ("0", "1", "2", "3")
ENDINGS = ("moved_by_design", "elsewhere", "with_nothing")  # what became of those who gave up a wait
LACKS = ("place", "hours", "arranging", "team")  # what a delayed person lacked; `reason_and_lack`: "p2_bed, place"
COST_PARTS = ("open", "used", "admissions", "steps", "teams", "programmes", "not closed", "refilled")
# a whole has one part without a name; other items come from the scenario
ITEMS = {"": ("",), "lack": LACKS, "ending": ENDINGS}


def is_of_people(by: str) -> bool:
    """Whether this divides people by their group or by a trait."""
    return by == GROUP or by not in BY


FILE = Path(__file__).with_name("measures.csv")
LOWER, HIGHER, NEITHER = "lower", "higher", "neither"
SHARES = ("share", "share of days")  # units
WHOLE = "whole"  # in the table; `by` is empty
A_YEAR = " a year"

Place = Literal[
    "headline_main",
    "headline_others",
    "headline_team",
    "headline_all",
    "chart_main",
    "chart_all",
    "chart_others",
    "ranking",
    "check_first",
]
PLACES: tuple[Place, ...] = get_args(Place)
LABELS = ("label", "label_all", "label_outside", "label_of_part")
OF_NEW = "new and moved"  # the expected file beside the log holds all measures, so the log of a new one names few
LOGGED = ("", "moved", OF_NEW)
SPLITS = ("came", "found", "found, then after", "waiting", "after")
REQUIRED = ("name", "label", "unit", "better", "missing", "source", "definition")
CHOICES = {
    "better": (LOWER, HIGHER, NEITHER),
    "missing": ("0", "nobody"),
    "total": ("", "yes"),
    "either_sign": ("", "yes"),
    "split": ("", *SPLITS),
    "headline_quiet": ("", "yes"),
    "update_log": LOGGED,
}
COLUMNS = (
    "name",
    *LABELS,
    "unit",
    "unit_in_hours",
    "better",
    "better_of_parts",
    "missing",
    "total",
    "either_sign",
    "split",
    *PLACES,
    "ranking_column",
    "headline_quiet",
    "update_log",
    "source",
    "definition",
)


class MeasureTableError(ValueError):
    """The table of measures cannot be used: which line, which column, and why."""


class Shown(NamedTuple):
    """One place where a measure is shown: how far down, and which divisions, the whole as an empty one."""

    order: int
    divisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table."""

    name: str
    label: str
    label_all: str
    label_outside: str
    label_of_part: str
    unit: str
    unit_in_hours: str
    better: str
    better_of_parts: Mapping[str, str]
    absent_is_zero: bool  # a missing row is compared as 0
    is_total: bool  # adds up over the window; all others are averages, shares or percentiles
    either_sign: bool
    split: str  # which level counts; empty where it is not divided by trait and group
    is_quiet: bool
    ranking_column: str
    update_log: str
    shown: Mapping[Place, Shown]
    source: str
    definition: str

    def better_of(self, item: str = "") -> str:
        """Which direction is good; an item may have one where the whole has none."""
        return self.better_of_parts.get(item, self.better)

    def limits(self) -> tuple[float, float]:
        """Between which values it can lie at all: a share from 0 to 1, people and days from 0 up."""
        if self.unit in SHARES:
            return 0.0, 1.0
        return (-inf, inf) if self.either_sign else (0.0, inf)


def limits_of_difference(unit: str) -> tuple[float, float]:
    """The limits of a difference: two shares are at most 100 points apart."""
    return (-1.0, 1.0) if unit in SHARES else (-inf, inf)


@cache
def measures() -> Mapping[str, Measure]:
    """Every measure by name, in the order of the result files; read once."""
    with FILE.open(encoding="utf-8-sig", newline="") as lines:
        return read_measures(lines)


def shown_in(place: Place) -> list[tuple[Measure, tuple[str, ...]]]:
    """The measures that are shown in one place, in their order there, with the divisions that are shown."""
    there = [(measure.shown[place], measure) for measure in measures().values() if place in measure.shown]
    return [(one, shown.divisions) for shown, one in sorted(there, key=lambda pair: pair[0].order)]


# -- reading -------------------------------------------------------------------------------------------------


def read_measures(lines: Iterable[str]) -> Mapping[str, Measure]:
    """The table from its text; MeasureTableError at the first row that is not in order."""
    reader = csv.reader(lines)
    _require(next(reader, None) == list(COLUMNS), 1, f"the columns are not {', '.join(COLUMNS)}")
    found: dict[str, Measure] = {}
    for cells in reader:
        line = reader.line_num
        _require(len(cells) == len(COLUMNS), line, f"{len(cells)} cells instead of {len(COLUMNS)}")
        row = dict(zip(COLUMNS, cells, strict=True))
        for problem in _problems(row):
            _require(False, line, f"{row['name']}: {problem}")
        _require(row["name"] not in found, line, f"{row['name']}: this measure is in the table twice")
        found[row["name"]] = _measure(row)
    _check_orders(found)
    return found


def _require(is_so: bool, line: int, problem: str) -> None:
    if not is_so:
        raise MeasureTableError(f"{FILE.name}:{line}: {problem}")


def _problems(row: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with one row, cell by cell."""
    yield from (f"{column} is empty" for column in REQUIRED if not row[column])
    yield from (f"{column} has a space at an end" for column, cell in row.items() if cell != cell.strip())
    for column, allowed in CHOICES.items():
        if row[column] not in allowed:
            yield f"{column} is {row[column]!r}, not one of {', '.join(one or 'nothing' for one in allowed)}"
    if not re.fullmatch("[a-z][a-z0-9_]*", row["name"]):
        yield "a name is of small letters, digits and _"
    yield from _label_problems(row)
    for item, direction in _pairs(row["better_of_parts"]):
        if not item or direction not in CHOICES["better"]:
            yield f"better_of_parts is {row['better_of_parts']!r}, not like `item: lower; item: higher`"
    if bool(row["ranking"]) != bool(row["ranking_column"]):
        yield "ranking and ranking_column go together"
    yield from (problem for place in PLACES if row[place] for problem in _place_problems(place, row[place]))


def _label_problems(row: Mapping[str, str]) -> Iterator[str]:
    for column in LABELS:
        text, fields = row[column], ["service"] if column != "label_of_part" else ["service", "item"]
        unknown = set(re.findall(r"\{(.*?)\}", text)) - set(fields)
        if unknown:
            yield f"{column} has {{{min(unknown)}}}, which is not filled in there"
        if text and (A_YEAR in text) != (row["total"] == "yes"):
            yield f"{column} says `a year` of a total, and of nothing else"


def _place_problems(place: str, cell: str) -> Iterator[str]:
    order, colon, divisions = cell.partition(":")
    if not re.fullmatch("[1-9][0-9]*", order):
        yield f"{place} is {cell!r}, not like `5` or `5: whole, lack`"
    for name in divisions.split(",") if colon else ():
        if name.strip() != WHOLE and (not name.strip() or name.strip() not in BY):
            yield f"{place} has {name.strip()!r}, which divides nothing"


def _pairs(cell: str) -> list[tuple[str, str]]:
    """`elsewhere: lower; with_nothing: lower` as pairs."""
    parts = [one.partition(":") for one in cell.split(";")] if cell else []
    return [(item.strip(), what.strip()) for item, _, what in parts]


def _shown(cell: str) -> Shown:
    order, _, divisions = cell.partition(":")
    names = [name.strip() for name in (divisions or WHOLE).split(",")]
    return Shown(int(order), tuple("" if name == WHOLE else name for name in names))


def _measure(row: Mapping[str, str]) -> Measure:
    return Measure(
        name=row["name"],
        label=row["label"],
        label_all=row["label_all"],
        label_outside=row["label_outside"],
        label_of_part=row["label_of_part"],
        unit=row["unit"],
        unit_in_hours=row["unit_in_hours"] or row["unit"],
        better=row["better"],
        better_of_parts=dict(_pairs(row["better_of_parts"])),
        absent_is_zero=row["missing"] == "0",
        is_total=row["total"] == "yes",
        either_sign=row["either_sign"] == "yes",
        split=row["split"],
        is_quiet=row["headline_quiet"] == "yes",
        ranking_column=row["ranking_column"],
        update_log=row["update_log"],
        shown={place: _shown(row[place]) for place in PLACES if row[place]},
        source=row["source"],
        definition=row["definition"],
    )


def _check_orders(found: Mapping[str, Measure]) -> None:
    """No two measures at one place of a list."""
    for place in PLACES:
        taken: dict[int, str] = {}
        for measure in found.values():
            if place in measure.shown:
                other = taken.setdefault(measure.shown[place].order, measure.name)
                if other != measure.name:
                    raise MeasureTableError(f"{FILE.name}: {place}: {other} and {measure.name} have the same place")
