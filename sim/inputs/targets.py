"""What a calibrated scenario should reproduce: a targets file (CSV, opens in Excel) in, targets out.

One row a target. `measure` and `divided_by` name rows of the results: service, measure and, where it is split,
by=item or by=item|item, which adds items up. Every problem is shown with its line.

What may be changed here: columns may be added at the end.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sim.inputs.files import Files
from sim.inputs.problems import Mark, Problems, did_you_mean, quoted
from sim.inputs.values import number, share

COLUMNS = ("target", "measure", "divided_by", "unit", "low", "aim", "high", "binds", "source", "note")
UNITS = ("share", "nights", "days", "people", "ratio", "people a day")
MOST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Address:
    """Rows of the results: one service and measure, and the items of a split that are added up."""

    service: str
    measure: str
    by: str = ""
    items: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that the scenario should show, the range that is accepted, and where it comes from."""

    says: str
    of: Address
    divided_by: Address | None
    unit: str
    low: float
    aim: float | None
    high: float
    binds: bool
    source: str
    note: str
    line: int


def address(text: str) -> Address:
    """`hospital delay_band_share band=1|2-3` as an address; ValueError with the end of a sentence."""
    words = text.split()
    if len(words) not in (2, 3) or (len(words) == 3 and "=" not in words[2]):
        raise ValueError(f"is {quoted(text)}; write service, measure and, where it is split, by=item")
    by, _, items = words[2].partition("=") if len(words) == 3 else ("", "", "")
    return Address(words[0], words[1], by, tuple(items.split("|")))


def read_targets(file: str) -> tuple[Target, ...]:
    """The targets of a file in its order; ScenarioError lists everything that is wrong with it."""
    problems = Problems()
    text = Files(problems, file).read(file, Mark(file=file))
    problems.stop_if_any()
    reader = csv.DictReader(io.StringIO((text or "").removeprefix("\ufeff")), strict=True)
    _check_columns(file, reader.fieldnames or (), problems)
    problems.stop_if_any()
    found = []
    try:
        for row in reader:
            found.append(_Row(file, reader.line_num, row, problems).target())
    except csv.Error as error:
        problems.add(Mark(file=file, line=reader.line_num, column=1), f"is no table: {error}")
    problems.stop_if_any()
    if not found:
        problems.add(Mark(file=file, line=1, column=1), "holds no targets")
    problems.stop_if_any()
    return tuple(target for target in found if target is not None)


def _check_columns(file: str, there: Sequence[str], problems: Problems) -> None:
    mark = Mark(file=file, line=1, column=1)
    for name in COLUMNS:
        if name not in there:
            problems.add(mark, f"the column {quoted(name)} is missing")
    for name in there:
        if name not in COLUMNS:
            problems.add(mark, f"the column {quoted(name or '')} is not known{did_you_mean(name or '', COLUMNS)}")


class _Row:
    """One line of a targets file."""

    def __init__(
        self, file: str, line: int, row: Mapping[str | None, str | list[str] | None], problems: Problems
    ) -> None:
        self._mark = Mark(file=file, line=line, column=1)
        self._cells = {name: "" if not isinstance(cell, str) else cell.strip() for name, cell in row.items() if name}
        self._problems = problems
        self._wrong = None in row
        if self._wrong:
            problems.add(self._mark, "this line has more cells than there are columns; quote cells with commas")

    def target(self) -> Target | None:
        """The target, or None after noting what is wrong."""
        of = self._address("measure")
        divided_by = self._address("divided_by") if self._cells["divided_by"] else None
        low, high, aim = self._number("low"), self._number("high"), None
        if self._cells["aim"]:
            aim = self._number("aim")
        self._one_of("unit", UNITS)
        self._one_of("binds", ("yes", "no"))
        if not self._cells["source"]:
            self._note("`source` is empty; name where the figure was read, or write: assumption")
        if not self._wrong and low > high:
            self._note(f"`low` ({low:g}) is above `high` ({high:g})")
        if self._wrong or of is None:
            return None
        return Target(
            self._cells["target"] or self._cells["measure"], of, divided_by, self._cells["unit"], low, aim,
            high, self._cells["binds"] == "yes", self._cells["source"], self._cells["note"], self._mark.line,
        )  # fmt: skip

    def _note(self, text: str) -> None:
        self._wrong = True
        self._problems.add(self._mark, text)

    def _one_of(self, name: str, known: tuple[str, ...]) -> None:
        if self._cells[name] not in known:
            self._note(f"{quoted(name)} is {quoted(self._cells[name])}{did_you_mean(self._cells[name], known)}")

    def _address(self, name: str) -> Address | None:
        try:
            return address(self._cells[name])
        except ValueError as error:
            self._note(f"{quoted(name)} {error}")
            return None

    def _number(self, name: str) -> float:
        text = self._cells[name]
        try:
            return float(share(text) if text.endswith("%") else number(text, Decimal(0), MOST))
        except ValueError as error:
            self._note(f"{quoted(name)} {error}")
            return 0.0
