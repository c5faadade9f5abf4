"""From where to where an assumption may lie: a ranges file (CSV, opens in a spreadsheet) in, ranges out.

One line an assumption. `path` is a dotted path as after --set; `low` and `high` are values of it. Paths that
move together are joined by |, and so are their values: shares that must still add up, say.

What may be changed here: columns may be added at the end.
"""

from dataclasses import dataclass

from sim.inputs.problems import Mark, Problems, quoted
from sim.inputs.sheet import Row, read_sheet
from sim.inputs.values import UK_DATE

COLUMNS = ("assumption", "path", "low", "high", "source", "note")


@dataclass(frozen=True, slots=True)
class Range:
    """One assumption: its paths, and their values at its low and at its high end."""

    says: str
    paths: tuple[str, ...]
    low: tuple[str, ...]
    high: tuple[str, ...]
    source: str
    note: str
    mark: Mark


def read_ranges(file: str) -> tuple[Range, ...]:
    """The ranges of a file in its order; ScenarioError lists everything that is wrong with it."""
    problems = Problems()
    found = [_range(row, problems) for row in read_sheet(file, COLUMNS, problems, numbers=("low", "high"))]
    problems.stop_if_any()
    return tuple(found)


def _range(row: Row, problems: Problems) -> Range:
    paths, low, high = (tuple(_plain(part) for part in row[name].split("|")) for name in ("path", "low", "high"))
    for name, values in (("low", low), ("high", high)):
        if len(values) != len(paths) or not all(values):
            problems.add(row.mark, f"{quoted(name)} holds {len(values)} values for {len(paths)} paths")
    if not row["path"]:
        problems.add(row.mark, "`path` is empty")
    if not row["source"]:
        problems.add(row.mark, "`source` is empty; name where the range was read, or write: assumption")
    return Range(row["assumption"] or row["path"], paths, low, high, row["source"], row["note"], row.mark)


def _plain(part: str) -> str:
    """A path or value without spaces around it; a date as the language writes it, whatever a spreadsheet made of it."""
    text = part.strip()
    found = UK_DATE.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text
