"""Findings as tidy rows: the frozen columns of the result files, for CSV, JSON and pandas alike.

What may be changed here: columns may be added at the end; the others are frozen in the vocabulary.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import IO, Any

from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.compare import Estimate, PairedDifference
from sim.results.comparison.findings import Findings
from sim.results.comparison.keys import Keys, KeyTable
from sim.results.files.writing import csv_bytes, number_text, utf8
from sim.results.measures.census import rows_by_day
from sim.results.measures.hospitals import has_several
from sim.results.measures.periods import Period
from sim.runs.piece import Piece

SUMMARY = (
    "scenario",
    "service",
    "measure",
    "by",
    "item",
    "unit",
    "mean",
    "sd",
    "low",
    "high",
    "replications",
)
DIFFERENCE = (*SUMMARY, "baseline", "verdict", "share_better", "low_all", "high_all")
REPLICATION = ("scenario", "replication", "service", "measure", "by", "item", "value", "unit")
PERIOD = ("scenario", "baseline", "first_date", "last_date", "days", "headline", *SUMMARY[1:],
          "baseline_mean", "difference", "difference_low", "difference_high", "verdict")  # fmt: skip
CENSUS = ("scenario", "day", "service", "measure", "mean", "low", "high", "date")


def estimate_cells(row: Estimate) -> tuple[Any, ...]:
    """A summary row's cells in the order of `SUMMARY`."""
    return tuple(getattr(row, name) for name in SUMMARY)


def contrast_cells(row: PairedDifference) -> tuple[Any, ...]:
    """A difference row's cells in the order of `DIFFERENCE`."""
    return tuple(getattr(row, name) for name in DIFFERENCE)


def period_rows(findings: Findings) -> Iterator[tuple[Any, ...]]:
    """Every measure in each period of each scenario whose window something dated divides, beside the baseline's."""
    for scenario in findings.scenarios:
        told = findings.reported_periods.get(scenario.id)
        for period in told.periods if told else ():
            where = _dates(scenario, period), period.days, "yes" if told and period == told.headline else "no"
            for row in _measured_in(findings.parts[period], scenario):
                yield scenario.id, findings.baseline.id if findings.compared else None, *where[0], *where[1:], *row


def _dates(scenario: Scenario, period: Period) -> tuple[str, str]:
    start = scenario.calendar.start
    first, last = (start + timedelta(days=day) for day in (period.first_day, period.end_day - 1))
    return first.isoformat(), last.isoformat()


def _measured_in(part: Findings, scenario: Scenario) -> Iterator[tuple[Any, ...]]:
    """Rows of one period: the scenario's own, the baseline's mean and the difference; also what only one of them has."""
    own = {_key(row): row for row in part.estimates if row.scenario == scenario.id}
    base = {_key(row): row for row in part.estimates if row.scenario == part.baseline.id} if part.compared else {}
    changes = {_key(row): row for row in part.differences if row.scenario == scenario.id}
    for key in dict.fromkeys((*own, *changes)):
        row, before, change = own.get(key), base.get(key), changes.get(key)
        unit = row.unit if row else change.unit if change else ""
        mine = (row.mean, row.sd, row.low, row.high, row.replications) if row else (None,) * 5
        differs = (change.mean, change.low, change.high, change.verdict) if change else (None,) * 4
        yield *key, unit, *mine, before.mean if before else None, *differs


def _key(row: Estimate | PairedDifference) -> tuple[str, str, str, str]:
    return row.service, row.measure, row.by, row.item


def replication_rows(scenarios: Iterable[Scenario], pieces: Sequence[Sequence[Piece]]) -> Iterator[tuple[Any, ...]]:
    """Every measure of every replication, in the order of `REPLICATION`."""
    for scenario, found in zip(scenarios, pieces, strict=True):
        for piece in found:
            number = piece.task.replication + 1  # from 1, as people count them and as messages say
            for (service, name, by, item, unit), value in zip(piece.keys, piece.values.tolist(), strict=True):
                yield scenario.id, number, service, name, by, item, value, unit


def write_replications(to: IO[bytes], scenarios: Iterable[Scenario], pieces: Sequence[Sequence[Piece]]) -> None:
    """The same as CSV, a replication at a time: thousands of them are more than a memory holds."""
    to.write(csv_bytes(REPLICATION, ()))
    for scenario, found in zip(scenarios, pieces, strict=True):
        texts: dict[KeyTable, list[tuple[str, str]]] = {}  # of each key, before and behind the figure
        own = KeyTable()
        name = _csv_cells(scenario.id)
        for piece in found:
            start = f"{name},{piece.task.replication + 1},"
            keys = Keys.of(piece.keys, own)
            known = texts.setdefault(keys.table, [])
            known += [(_csv_cells(*key[:4]), _csv_cells(key[4])) for key in keys.table.keys[len(known) :]]
            lines = []
            for number, value in zip(keys.numbers.tolist(), piece.values.tolist(), strict=True):
                before, behind = known[number]
                lines.append(f"{start}{before},{number_text(value)},{behind}\n")
            to.write(utf8("".join(lines)))


def _csv_cells(*values: str) -> str:
    """Cells as they stand in a line of CSV, where another follows: alone, an empty one would be written otherwise."""
    _, line = csv_bytes(("",), [(*values, "x")]).decode().split("\n", 1)
    return line.removesuffix(",x\n")


def census_rows(findings: Findings) -> Iterator[tuple[Any, ...]]:
    """Day by day over the replications: mean, and the range of the middle 95% of them."""
    for scenario in findings.scenarios:
        first = scenario.calendar.start + timedelta(days=scenario.calendar.warm_up_days)
        dates = [(first + timedelta(days=day)).isoformat() for day in range(scenario.calendar.measured_days)]
        days = findings.daily[scenario.id]
        for service, measure in days:
            if service == ALL_HOSPITALS and not has_several(scenario):
                continue  # its only hospital, which has its own rows
            for row in rows_by_day(service, measure, days[service, measure]):
                yield scenario.id, row.day, row.service, row.measure, row.mean, row.low, row.high, dates[row.day]
