"""Every value in force as plain text: path, value, where it was written, the comment beside it.

What may be changed here: freely; one line a value, so that `grep` and `diff` work on it.
"""

from collections.abc import Iterator, Mapping

from sim.inputs.problems import printable
from sim.inputs.scenario import Scenario, Value

WIDEST_PATH = 76
WIDEST_VALUE = 28
WIDEST_PLACE = 40
LONGEST_SHOWN = 2_000
NONE: Mapping[str, str] = {}


def show_text(scenario: Scenario, remarks: Mapping[str, str] = NONE) -> str:
    """One line for each value in force, in columns; a remark about the value at a path stands before the comment beside it."""
    rows = [_row(value, remarks.get(value.path, "")) for value in scenario.values]
    limits = (WIDEST_PATH, WIDEST_VALUE, WIDEST_PLACE)
    widths = [min(limit, max(len(row[n]) for row in rows)) for n, limit in enumerate(limits)]
    return "".join(f"{_aligned(row, widths)}\n" for row in rows)


def _row(value: Value, remark: str) -> tuple[str, str, str, str]:
    place = f"{value.file}:{value.line}" if value.line else value.file
    note = "; ".join(part for part in (remark, value.note) if part)
    return (
        value.path,
        printable(" ".join(value.text.split()), LONGEST_SHOWN),
        printable(place, LONGEST_SHOWN),
        f"# {note}" if note else "",
    )


def _aligned(row: tuple[str, str, str, str], widths: list[int]) -> str:
    return "  ".join(_cells(row, widths)).rstrip()


def _cells(row: tuple[str, str, str, str], widths: list[int]) -> Iterator[str]:
    yield from (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
    yield row[-1]
