"""Findings as tidy rows: the frozen columns of the result files, for CSV, JSON and pandas alike.

Users' scripts rely on the columns: new ones go to the end.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from operator import attrgetter
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.compare import Counts, Estimate, Keys, KeyTable, PairedDifference
from sim.results.comparison.findings import Findings
from sim.results.files.writing import MOST_DIGITS, csv_bytes, number_texts, utf8
from sim.results.measures.census import middle_by_day, rows_by_day
from sim.results.measures.hospitals import has_several
from sim.results.measures.periods import Period
from sim.results.spill import Slot, Spill
from sim.runs.piece import Piece

SUMMARY = ("scenario", "service", "measure", "by", "item", "unit", "mean", "sd", "low", "high", "replications")
DIFFERENCE = (*SUMMARY, "baseline", "verdict", "share_better", "low_all", "high_all", "variance_ratio")
REPLICATION = ("scenario", "replication", "service", "measure", "by", "item", "value", "unit")
PERIOD = ("scenario", "baseline", "first_date", "last_date", "days", "headline", *SUMMARY[1:],
          "baseline_mean", "difference", "difference_low", "difference_high", "verdict")  # fmt: skip
YEAR = (*PERIOD[:2], "year", *(name for name in PERIOD[2:] if name != "headline"))
_OF_AN_ESTIMATE: Callable[[Estimate], tuple[Any, ...]] = attrgetter(*SUMMARY)
_OF_A_DIFFERENCE: Callable[[PairedDifference], tuple[Any, ...]] = attrgetter(*DIFFERENCE)
CENSUS = ("scenario", "day", "service", "measure", "mean", "low", "high", "date")


def estimate_cells(row: Estimate) -> tuple[Any, ...]:
    """A summary row's cells in the order of `SUMMARY`."""
    return _OF_AN_ESTIMATE(row)


def contrast_cells(row: PairedDifference) -> tuple[Any, ...]:
    """A difference row's cells in the order of `DIFFERENCE`."""
    return _OF_A_DIFFERENCE(row)


def period_rows(findings: Findings) -> Iterator[tuple[Any, ...]]:
    """Every measure in each period of each scenario whose window something dated divides, beside the baseline's."""
    for scenario in findings.scenarios:
        told = findings.reported_periods.get(scenario.id)
        for period in told.periods if told else ():
            where = _dates(scenario, period), period.days, "yes" if told and period == told.headline else "no"
            for row in _measured_in(findings.parts[period], scenario):
                yield scenario.id, findings.baseline.id if findings.compared else None, *where[0], *where[1:], *row


def year_rows(findings: Findings) -> Iterator[tuple[Any, ...]]:
    """Every measure in each calendar year, where arrivals grow by the year, beside the baseline's."""
    for scenario in findings.scenarios:
        for period in findings.years.get(scenario.id, ()):
            base = findings.baseline.id if findings.compared else None
            for row in _measured_in(findings.parts[period], scenario):
                yield scenario.id, base, int(period.short), *_dates(scenario, period), period.days, *row


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


class ReplicationsAside:
    """The same as CSV, made while others still run and set aside until it is written: thousands are more than a memory holds."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self._spill = Spill()
        self._lines = list(map(LinesOfReplications, scenarios))
        self._slots: list[list[Slot]] = [[] for _ in scenarios]

    def add(self, scenario: int, piece: Piece) -> None:
        """The next replication of a scenario."""
        self._slots[scenario].append(self._spill.keep(self._lines[scenario].of(piece)))

    def write(self, to: IO[bytes]) -> None:
        """All of them, scenario by scenario."""
        to.write(csv_bytes(REPLICATION, ()))
        for slot in (slot for slots in self._slots for slot in slots):
            to.write(self._spill.read(slot))


class LinesOfReplications:
    """The lines of the replications of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._name, self._own = _csv_cell(scenario.id), KeyTable()
        self._lines: dict[KeyTable, _Lines] = {}

    def of(self, piece: Piece) -> bytes:
        """Those of one replication, counted from 1, as people count them and as messages say."""
        keys = Keys.of(piece.keys, self._own)
        lines = self._lines.setdefault(keys.table, _Lines(keys.table))
        return lines.with_figures(f"{self._name},{piece.task.replication + 1},", keys, piece.values)


class _Lines:
    """The lines of a table's keys, each with a place for its figure."""

    def __init__(self, table: KeyTable) -> None:
        self._table = table
        self._ends: list[str] = []  # of each key, all of its line but the beginning that a replication's lines share

    def with_figures(self, start: str, keys: Keys, values: NDArray[np.float64]) -> bytes:
        """The lines of one replication."""
        new = self._table.keys[len(self._ends) :]
        self._ends += [f"{_template(*key[:4])},%s,{_template(key[4])}\n" for key in new]
        if not len(keys):
            return b""
        template = start.replace("%", "%%").join(("", *map(self._ends.__getitem__, keys.numbers.tolist())))
        return utf8(template % number_texts(values))


def _template(*cells: str) -> str:
    """Cells as they are in a template."""
    return ",".join(map(_csv_cell, cells)).replace("%", "%%")


@lru_cache(maxsize=10_000)  # names of services and measures are in thousands of lines
def _csv_cell(text: str) -> str:
    """A cell as it is in a line of CSV, where another follows: alone, an empty one would be written otherwise."""
    _, line = csv_bytes(("",), [(text, "x")]).decode().split("\n", 1)
    return line.removesuffix(",x\n")


def census_rows(findings: Findings) -> Iterator[tuple[Any, ...]]:
    """Day by day over the replications: mean, and the range of the middle 95% of them."""
    for scenario in findings.scenarios:
        dates = _measured_dates(scenario)
        for service, measure, counts in _series(findings, scenario):
            for row in rows_by_day(service, measure, counts):
                yield scenario.id, row.day, row.service, row.measure, row.mean, row.low, row.high, dates[row.day]


def census_csv(findings: Findings) -> bytes:
    """The same as CSV."""
    lines = [csv_bytes(CENSUS, ())]
    for scenario in findings.scenarios:
        name, dates = _template(scenario.id), _measured_dates(scenario)
        starts = [f"{name},{day}," for day in range(len(dates))]
        ends = [f",%.{MOST_DIGITS}g,%.{MOST_DIGITS}g,%.{MOST_DIGITS}g,{date}\n" for date in dates]
        around = [f"{before}{after}" for before, after in zip(["", *ends], [*starts, ""], strict=True)]
        for service, measure, counts in _series(findings, scenario):
            template = _template(service, measure).join(around)
            lines.append(utf8(template % tuple(middle_by_day(counts).ravel().tolist())))
    return b"".join(lines)


def _measured_dates(scenario: Scenario) -> list[str]:
    first = scenario.calendar.start + timedelta(days=scenario.calendar.warm_up_days)
    return [(first + timedelta(days=day)).isoformat() for day in range(scenario.calendar.measured_days)]


def _series(findings: Findings, scenario: Scenario) -> Iterator[tuple[str, str, Counts]]:
    """Every count that is reported, replications x days."""
    days = findings.daily[scenario.id]
    for service, measure in days:
        if service == ALL_HOSPITALS and not has_several(scenario):
            continue  # its only hospital, which has its own rows
        yield service, measure, days[service, measure]
