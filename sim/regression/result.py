"""What the check of one scenario has to say, in words: the verdict, where it points, whom it names.

What may be changed here: freely.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sim.regression.baseline_file import NOTHING
from sim.regression.judging import MOVED, SAME, TOLERATED, MovedMeasure, MovedValue, Verdict
from sim.results.event_history import Differing

UNUSABLE, NOT_RUN = "cannot be checked", "not run"
DELAY = (
    "delayed_people_mean",
    "midnight_delayed_mean",
    "delayed_bed_days",
)  # which a board reads, the first of them that moved
MEASURES_SHOWN = 15
VALUES_SHOWN = 20


class Place(NamedTuple):
    """A line of a file."""

    file: str
    line: int


class Checked(NamedTuple):
    """One scenario: its verdict, or what is in the way of one."""

    file: str
    expected_file: str
    verdict: Verdict | None
    trouble: str = ""
    places: tuple[Place, ...] = ()  # of the verdict's values, in their order
    first: tuple[Differing, Differing] | None = None  # the first person by rank, and the first event in time
    note: str = ""  # why nobody can be named

    @property
    def outcome(self) -> str:
        """In one or two words."""
        if self.verdict is not None:
            return self.verdict.outcome
        return UNUSABLE if self.trouble else NOT_RUN


def _kind(key: tuple[str, str, str, str]) -> str:
    """A measure, and what it is parted by."""
    return f"{key[1]} by {key[2]}" if key[2] else key[1]


def lines_about(one: Checked) -> list[str]:
    """Everything there is to say about one scenario, a line each; the first names it and its outcome."""
    verdict = one.verdict
    if verdict is None:
        return [f"{one.file}: {one.outcome}{f': {one.trouble}' if one.trouble else ''}"]
    lines = [f"{one.file}: {verdict.outcome}{_beside(verdict)}"]
    if verdict.new:
        lines.append(f"  of {', '.join(dict.fromkeys(_kind(key) for key in verdict.new))} nothing is recorded yet")
    if verdict.outcome == SAME:
        return lines + [f"  {text}" for text in _values(one)]
    lines += [f"  {text}" for text in (*_values(one), *_why(verdict))]
    lines += [f"  {text}" for text in measure_table(delay_first(verdict.measures)[:MEASURES_SHOWN])]
    if len(verdict.measures) > MEASURES_SHOWN:
        lines.append(f"  and {len(verdict.measures) - MEASURES_SHOWN} measures more")
    return lines + [f"  {text}" for text in who(one)]


def _beside(verdict: Verdict) -> str:
    if not verdict.versions:
        return ""
    return " (recorded with " + ", ".join(f"{one.path} {one.recorded}, not {one.now}" for one in verdict.versions) + ")"


def _values(one: Checked) -> list[str]:
    assert one.verdict is not None
    pairs = list(zip(one.verdict.values, one.places, strict=True))
    lines = [f"{value_text(value)}  ({place.file}:{place.line})" for value, place in pairs[:VALUES_SHOWN]]
    more = len(pairs) - VALUES_SHOWN
    return [*lines, f"and {more} more values"] if more > 0 else lines


def value_text(value: MovedValue) -> str:
    """A value that is not as recorded, old -> new."""
    return f"{value.path}: {value.recorded or 'nothing'} -> {value.now or 'nothing'}"


def _why(verdict: Verdict) -> list[str]:
    """Where the move comes from, as far as that can be told."""
    found = []
    if verdict.outcome == TOLERATED:
        found.append("not identical, but within what other versions may change (docs/check.md)")
    elif verdict.outcome == MOVED and not verdict.values:
        found.append("no value of the scenario differs: the program or its packages give other results")
    if verdict.beyond:
        found.append(f"{len(verdict.beyond)} of these measures are beyond what other versions may change")
    if verdict.block is None:
        found.append("every person's ledger is as recorded: what moved is how it is counted or priced")
    return found


def delay_that_moved(measures: Sequence[MovedMeasure]) -> MovedMeasure | None:
    """The delay of the first service that has it moved, undivided."""
    for name in DELAY:
        rows = [one for one in measures if one.key[1:3] == (name, "") and one.size >= 0]
        if rows:
            return min(rows, key=lambda one: one.number)
    return None


def delay_first(measures: tuple[MovedMeasure, ...]) -> tuple[MovedMeasure, ...]:
    """Delay, then the others as they come: those that moved most are often only what was changed."""
    delay = delay_that_moved(measures)
    return measures if delay is None else (delay, *(one for one in measures if one is not delay))


def measure_table(measures: tuple[MovedMeasure, ...]) -> list[str]:
    """Measure, expected, got, difference in standard errors, in columns."""
    if not measures:
        return []
    rows = [("measure", "expected", "got", "standard errors"), *(measure_cells(one) for one in measures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([row[0].ljust(widths[0]), *_right(row[1:], widths[1:])]) for row in rows]


def _right(cells: tuple[str, ...], widths: list[int]) -> list[str]:
    return [cell.rjust(width) for cell, width in zip(cells, widths, strict=True)]


def measure_cells(one: MovedMeasure) -> tuple[str, str, str, str]:
    """One measure that moved, as text."""
    return measure_name(one), one.expected, one.got, standard_errors_text(one)


def measure_name(one: MovedMeasure) -> str:
    """`hospital delayed_bed_days, reason hub_assessment`."""
    service, measure, by, item = one.key
    return f"{service} {measure}" + (f", {by} {item}" if by else "")


def standard_errors_text(one: MovedMeasure) -> str:
    """The difference in standard errors of the recorded mean, or why there is none."""
    if one.standard_errors is None:
        return "new" if one.expected == NOTHING else "gone" if one.got == NOTHING else "had no spread"
    if one.standard_errors == 0.0:
        return "single runs"  # the mean is the same, the replications are not
    return f"{one.standard_errors:+.2g}" if abs(one.standard_errors) < 1000 else f"{one.standard_errors:+,.0f}"


def who(one: Checked) -> list[str]:
    """The first block of people whose ledger differs, the first person, the first event."""
    block = one.verdict.block if one.verdict else None
    if block is None:
        return []
    if block.what == "places":
        return [f"first ledger that differs: replication {block.replication}, in its open places only"]
    found = [f"first block whose ledger differs: replication {block.replication}, people {block.first} to {block.last}"]
    if one.note:
        return [*found, f"({one.note})"]
    if one.first is None:
        return [*found, "(the people of replication 1 are as recorded)"]
    by_rank, in_time = one.first
    found += [f"first person: {text}" for text in _difference(by_rank)]
    if in_time.person != by_rank.person:
        found += [f"first in time: {text}" for text in _difference(in_time)]
    return found


def _difference(one: Differing) -> list[str]:
    return [f"{one.person}, expected: {one.expected}", f"{one.person}, got: {one.got}"]
