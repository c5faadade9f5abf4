"""What a calibrated scenario should reproduce: a targets file (CSV, opens in a spreadsheet) in, targets out.

One line a target. `measure` and `divided_by` name rows of the results: service, measure and, where it is split,
by=item or by=item|item, which adds items up. Every problem is shown with its line.

What may be changed here: columns may be added at the end.
"""

from dataclasses import dataclass
from decimal import Decimal

from sim.inputs.problems import Problems, did_you_mean, quoted
from sim.inputs.sheet import Row, read_sheet
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


def read_targets(file: str) -> tuple[Target, ...]:
    """The targets of a file in its order; ScenarioError lists everything that is wrong with it."""
    problems = Problems()
    found = [_target(row, problems) for row in read_sheet(file, COLUMNS, problems, numbers=("low", "aim", "high"))]
    problems.stop_if_any()
    return tuple(target for target in found if target is not None)


def address(text: str) -> Address:
    """`hospital delay_band_share band=1|2-3` as an address; ValueError with the end of a sentence."""
    words = text.split()
    if len(words) not in (2, 3) or (len(words) == 3 and "=" not in words[2]):
        raise ValueError(f"is {quoted(text)}; write service, measure and, where it is split, by=item")
    by, _, items = words[2].partition("=") if len(words) == 3 else ("", "", "")
    return Address(words[0], words[1], by, tuple(items.split("|")))


def _target(row: Row, problems: Problems) -> Target | None:
    """The target of one line, or None after noting what is wrong with it."""
    of = _address(row, "measure", problems)
    divided_by = _address(row, "divided_by", problems) if row["divided_by"] else None
    low, high = _number(row, "low", problems), _number(row, "high", problems)
    aim = _number(row, "aim", problems) if row["aim"] else None
    for name, known in (("unit", UNITS), ("binds", ("yes", "no"))):
        if row[name] not in known:
            problems.add(row.mark, f"{quoted(name)} is {quoted(row[name])}{did_you_mean(row[name], known)}")
    if not row["source"]:
        problems.add(row.mark, "`source` is empty; name where the figure was read, or write: assumption")
    if low is not None and high is not None and low > high:
        problems.add(row.mark, f"`low` ({row['low']}) is above `high` ({row['high']})")
    if of is None or low is None or high is None:
        return None
    return Target(
        says=row["target"] or row["measure"],
        of=of,
        divided_by=divided_by,
        unit=row["unit"],
        low=low,
        aim=aim,
        high=high,
        binds=row["binds"] == "yes",
        source=row["source"],
        note=row["note"],
        line=row.mark.line,
    )


def _address(row: Row, name: str, problems: Problems) -> Address | None:
    try:
        return address(row[name])
    except ValueError as error:
        problems.add(row.mark, f"{quoted(name)} {error}")
        return None


def _number(row: Row, name: str, problems: Problems) -> float | None:
    text = row[name]
    try:
        return float(share(text) if text.endswith("%") else number(text, Decimal(0), MOST))
    except ValueError as error:
        problems.add(row.mark, f"{quoted(name)} {error}")
        return None
