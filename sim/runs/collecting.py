"""From scenarios and replications to findings: who can be compared with whom, and what differs; and findings as tidy rows.

A scenario is paired only with a baseline that has the same people on the same days.

The rows have the frozen columns of the result files, for CSV, JSON and pandas alike. Users' scripts rely on the columns: new ones
go to the end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, partial
from operator import attrgetter
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from sim.diagnostics.warnings import gravest_first, growing_queues, warm_up_words, warnings_before_a_run
from sim.inputs.overrides import differences as values_that_differ
from sim.inputs.overrides import is_another_hospital, other_areas
from sim.inputs.problems import listed
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.accounts import is_of_accounts, keeping_fixed_costs, with_accounts, with_contributors
from sim.results.comparison.compare import (
    Counts,
    Days,
    Departures,
    Estimate,
    Following,
    Gathering,
    GatheringDays,
    Keys,
    KeyTable,
    PairedDifference,
    ReplicationTable,
    differences,
    summarise,
)
from sim.results.comparison.findings import ExcludedScenario, Findings, ReportedPeriods, ScenarioChange
from sim.results.files.writing import MOST_DIGITS, csv_bytes, number_texts, utf8
from sim.results.invariants.checks import check_figures
from sim.results.measures.all import with_the_only_group
from sim.results.measures.census import middle_by_day, rows_by_day
from sim.results.measures.hospitals import days_with_the_only_hospital, has_several, with_the_only_hospital
from sim.results.measures.order import canonical
from sim.results.measures.periods import Period, divisions, within
from sim.results.spill import Slot, Spill
from sim.results.window import Row
from sim.results.words.labels import in_sentences, spoken
from sim.runs.piece import Piece, Replications

ANOTHER_HOSPITAL = "has a hospital's own numbers (marked YOURS), so it is a baseline and not a lever; compare it with files that extend it"


def named_apart(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """The scenarios, with a number behind the id where two files have the same name in different folders."""
    seen: dict[str, int] = {}
    found = []
    for scenario in scenarios:
        seen[scenario.id] = seen.get(scenario.id, 0) + 1
        again = seen[scenario.id]
        found.append(scenario if again == 1 else replace(scenario, id=f"{scenario.id}-{again}"))
    return found


def paired(scenarios: Sequence[Scenario]) -> tuple[tuple[Scenario, ...], tuple[ExcludedScenario, ...]]:
    """The base with those that can be compared with it, and those that cannot, each with its reason.

    Another hospital's numbers are no lever, so they are not ranked beside levers; alone they can be compared.
    """
    base, *others = scenarios
    hospitals = {number for number, other in enumerate(others) if is_another_hospital(other, base)}
    chosen, left_out = [base], []
    for number, other in enumerate(others):
        reasons = _why_not(base, other)
        if number in hospitals and len(hospitals) < len(others):
            left_out.append(ExcludedScenario(other.file, ANOTHER_HOSPITAL))
        elif reasons:
            left_out.append(ExcludedScenario(other.file, "cannot be compared with the base: " + "; ".join(reasons)))
        else:
            chosen.append(keeping_fixed_costs(base, other))
    return tuple(chosen), tuple(left_out)


def nothing_to_compare(left_out: Sequence[ExcludedScenario]) -> str:
    """What is said where no file can be paired with the base: each with its reason."""
    return "nothing to compare:\n" + "\n".join(f"{scenario.file}: {scenario.reason}" for scenario in left_out)


def _why_not(base: Scenario, other: Scenario) -> list[str]:
    pairs = [
        ("calendar.start", base.calendar.start.isoformat(), other.calendar.start.isoformat()),
        ("calendar.warm_up_days", base.calendar.warm_up_days, other.calendar.warm_up_days),
        ("calendar.measured_days", base.calendar.measured_days, other.calendar.measured_days),
        ("calendar.follow_up_days", base.calendar.follow_up_days, other.calendar.follow_up_days),
        ("costs.discount_rate", f"{base.costs.discount_rate:.4g}", f"{other.costs.discount_rate:.4g}"),
        ("seed", base.seed, other.seed),
        ("replications", base.replications, other.replications),
    ]
    reasons = [f"{what} is {theirs}, not {ours}" for what, ours, theirs in pairs if ours != theirs]
    if base.census != other.census:
        reasons.append("census: other people are there at the start")
    if areas := other_areas(base, other):
        reasons.append(
            f"people: {listed((spoken(area) for area in areas), 'and')} come to hospitals that the base does not have"
        )
    return reasons


def beside(scenarios: Sequence[Scenario], pieces: Sequence[Replications]) -> list[Replications]:
    """The replications, those of every other scenario with what they release beside the base's; each when it is asked for."""
    with_funds = any(scenario.costs.pools for scenario in scenarios)
    with_hospitals = any(has_several(scenario) for scenario in scenarios)
    with_groups = any(len(scenario.people) > 1 for scenario in scenarios)
    more: list[list[Callable[[Sequence[Row]], list[Row]]]] = [
        [
            *([with_contributors] if with_funds else []),
            *([partial(with_the_only_hospital, scenario)] if with_hospitals else []),
            *([partial(with_the_only_group, scenario)] if with_groups else []),
        ]
        for scenario in scenarios
    ]
    first = pieces[0]

    def beside_the_base(scenario: int, number: int) -> Piece:
        piece = pieces[scenario][number]
        if scenario > 0:
            piece = _with_ledgers(scenarios[0], scenarios[scenario], first[number], piece)
        return _with(piece, more[scenario])

    return [
        Replications(len(theirs), partial(beside_the_base, scenario), theirs.seconds)
        for scenario, theirs in enumerate(pieces)
    ]


def _with_ledgers(base: Scenario, other: Scenario, before: Piece, after: Piece) -> Piece:
    """A replication with what it releases, in the whole window and in each of its periods."""
    parts = {
        period: _with_ledgers(within(base, period), within(other, period), before.periods[period], part)
        for period, part in after.periods.items()
    }
    rows = before.some_rows(is_of_accounts)
    changed = after.with_some(is_of_accounts, lambda mine: with_accounts(base, other, rows, mine))
    return replace(changed, periods=parts)


def _with(piece: Piece, more: Sequence[Callable[[Sequence[Row]], list[Row]]]) -> Piece:
    """A replication with more rows, in the whole window and in each of its periods."""
    if not more:
        return piece
    rows: Sequence[Row] = piece.rows()
    for change in more:
        rows = change(rows)
    parts = {period: _with(part, more) for period, part in piece.periods.items()}
    return replace(piece.with_rows(rows), periods=parts)


def warning_words(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Warnings, known before the run: each sentence once with the scenarios that it is about."""
    return _said_once(scenarios, {scenario.id: warnings_before_a_run(scenario) for scenario in scenarios})


def _said_once(scenarios: Sequence[Scenario], words: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    names = in_sentences(scenarios)
    about: dict[str, list[str]] = {}
    for scenario in scenarios:
        for text in words[scenario.id]:
            about.setdefault(text, []).append(names[scenario.id])
    if len(scenarios) == 1:
        return tuple(about)
    return tuple(f"In {_whose(whose, len(scenarios))}, {text}" for text, whose in about.items())


def _whose(names: Sequence[str], scenarios: int) -> str:
    """Which scenarios a sentence is about."""
    if len(names) < scenarios:
        return listed(names, "and")
    return "both scenarios" if scenarios == 2 else f"all {scenarios} scenarios"


def changes_between(base: Scenario, other: Scenario) -> tuple[ScenarioChange, ...]:
    """Every value that differs, with the file and line of the new one (of the old one if it is gone)."""
    found = []
    for path, old, new in values_that_differ(base, other):
        written = new or old
        assert written is not None
        found.append(ScenarioChange(path, old.text if old else "", new.text if new else "", written.file, written.line))
    return tuple(found)


def gathered(
    scenarios: tuple[Scenario, ...],
    pieces: Sequence[Sequence[Piece]],
    *,
    compared: bool,
    warnings: tuple[str, ...] = (),
    left_out: tuple[ExcludedScenario, ...] = (),
) -> Findings:
    """Everything that the runs found, in the measured window and in the periods that were measured apart."""
    collector = Collector(scenarios, compared=compared)
    for number in range(max(map(len, pieces))):
        collector.add(number, pieces)
    return collector.findings(warnings=warnings, left_out=left_out)


class Collector:
    """Adds replications up in order, scenario beside scenario: the whole window, its periods, and its days."""

    def __init__(
        self,
        scenarios: tuple[Scenario, ...],
        *,
        compared: bool,
        also: Callable[[int, Piece], None] | None = None,  # who hears of each replication of a scenario too
    ) -> None:
        self._scenarios, self._compared, self._also = scenarios, compared, also
        self._spill = Spill()
        self._days = [GatheringDays(self._spill) for _ in scenarios]
        self._cuts: dict[Period | None, _Cut] = {}
        self._members: dict[Period | None, list[int]] = {}
        self.pieces: Sequence[Replications] = ()

    def begin(self, pieces: Sequence[Replications]) -> None:
        """Hears where the replications will be read."""
        self.pieces = beside(self._scenarios, pieces) if self._compared else pieces

    def take(self, number: int) -> None:
        """The next replication of every scenario."""
        self.add(number, self.pieces)

    def add(self, number: int, pieces: Sequence[Sequence[Piece]]) -> None:
        """The next replication of every scenario, read where they stand."""
        if not self._cuts:
            self._begin_cuts(pieces)
        for scenario, theirs in enumerate(pieces):
            if number < len(theirs):
                self._add(scenario, theirs[number])

    def _begin_cuts(self, pieces: Sequence[Sequence[Piece]]) -> None:
        self._members = _members(pieces)
        for period, of in self._members.items():
            measured = tuple(within(self._scenarios[n], period) if period else self._scenarios[n] for n in of)
            self._cuts[period] = _Cut(measured, self._spill, compared=self._compared)

    def _add(self, scenario: int, piece: Piece) -> None:
        self._days[scenario].add(piece.daily_keys, piece.daily)
        for period, of in self._members.items():
            if scenario in of:
                part = piece.of(period)
                self._cuts[period].add(of.index(scenario), part, piece.departures)
        if self._also:
            self._also(scenario, piece)

    def findings(self, *, warnings: tuple[str, ...] = (), left_out: tuple[ExcludedScenario, ...] = ()) -> Findings:
        """Everything that was found."""
        scenarios, cuts = self._scenarios, self._cuts
        daily = {scenario.id: day.days() for scenario, day in zip(scenarios, self._days, strict=True)}
        if any(has_several(scenario) for scenario in scenarios):
            daily = {s.id: daily[s.id].under(days_with_the_only_hospital(s, daily[s.id].places)) for s in scenarios}
        told = {s.id: [*growing_queues(_queues(daily[s.id])), *warm_up_words(s, daily[s.id])] for s in scenarios}
        whole = Findings(
            scenarios=scenarios,
            compared=self._compared,
            daily=daily,
            changes={s.id: changes_between(scenarios[0], s) for s in scenarios[1:]} if self._compared else {},
            warnings=gravest_first((*warnings, *_said_once(scenarios, told))),
            left_out=left_out,
            **cuts[None].found(),
        )
        return _divided(whole, {period: cut for period, cut in cuts.items() if period})


class _Cut:
    """The rows of scenarios over their replications in one window, and what differs there."""

    def __init__(self, scenarios: tuple[Scenario, ...], spill: Spill, *, compared: bool) -> None:
        self._scenarios = scenarios
        self._tables = [Gathering(spill) for _ in scenarios]
        self._followed = [Following(scenarios[0], other) for other in scenarios[1:]] if compared else []
        self._of_the_base: Departures | None = None

    def add(self, number: int, piece: Piece, departures: Departures) -> None:
        """The next replication of a scenario; of a comparison that of the baseline comes first."""
        self._tables[number].add(piece.keys, piece.values)
        if self._followed and number == 0:
            self._of_the_base = departures
        elif self._followed:
            assert self._of_the_base is not None
            self._followed[number - 1].add(self._of_the_base, departures)

    def found(self) -> dict[str, Any]:
        """Estimates, differences, and the same people followed."""
        place = canonical(*self._scenarios)
        tables = [one.table(scenario.id, place) for one, scenario in zip(self._tables, self._scenarios, strict=True)]
        summaries = [summarise(table) for table in tables]
        for table, summary, one in zip(tables, summaries, self._tables, strict=True):
            check_figures(table, summary, one.defined)
        return {
            "estimates": [row for summary in summaries for row in summary],
            "differences": _contrasts(tables, self._scenarios) if self._followed else [],
            "delayed": _delayed_people(tables, self._scenarios) if self._followed else {},
            "same_people": tuple(one.found() for one in self._followed),
        }


def _members(pieces: Sequence[Sequence[Piece]]) -> dict[Period | None, list[int]]:
    """The whole window, and every period that the replications hold beside it, with the scenarios that are measured in it."""
    found: dict[Period | None, list[int]] = {None: list(range(len(pieces)))}
    for number, theirs in enumerate(pieces):
        for period in theirs[0].periods:
            found.setdefault(period, []).append(number)
    return found


def _divided(whole: Findings, cuts: Mapping[Period, _Cut]) -> Findings:
    """The findings with those of each period that the replications hold beside them."""
    found = divisions(whole.scenarios, compared=whole.compared)
    parts = {period: _in_period(whole, period, cut) for period, cut in cuts.items()}
    told = {
        scenario.id: ReportedPeriods(own.headline, tuple(own.periods))
        for number, scenario in enumerate(whole.scenarios)
        for own in found.of(number)
        if set(own.periods) <= set(parts) and not (whole.compared and number == 0)
    }
    years = {scenario.id: found.years_of(number) for number, scenario in enumerate(whole.scenarios)}
    return replace(
        whole,
        parts=parts,
        reported_periods=told,
        years={name: periods for name, periods in years.items() if periods and set(periods) <= set(parts)},
        common=found.common if found.common in parts else None,
    )


def _in_period(whole: Findings, period: Period, cut: _Cut) -> Findings:
    """What was found in one period: of all scenarios, with rows of those that were measured in it."""
    everybody = tuple(within(scenario, period) for scenario in whole.scenarios)
    return replace(whole, scenarios=everybody, period=period, daily={}, **cut.found())


def _delayed_people(
    tables: Sequence[ReplicationTable], scenarios: Sequence[Scenario]
) -> dict[tuple[str, str], tuple[float, ...]]:
    """The delayed people of each hospital, or of the main service, in every replication."""
    hospitals = {ALL_HOSPITALS, *(service.name for s in scenarios for service in s.services if service.kind == "acute")}
    return {
        (table.scenario, key[0]): tuple(table.values[number].tolist())
        for table in tables
        for number, key in enumerate(table.keys)
        if key[0] in hospitals and key[1:] == ("midnight_delayed_mean", "", "")
    }


def _contrasts(tables: Sequence[ReplicationTable], scenarios: Sequence[Scenario]) -> list[PairedDifference]:
    base, *others = tables
    place = canonical(*scenarios)
    return [row for other in others for row in differences(base, other, place, len(others))]


def _queues(daily: Days) -> Iterator[tuple[str, Counts]]:
    """The queue of each service, read when it is looked at."""
    for service, measure in daily:
        if measure == "waiting" and service not in ("all", "outside", ALL_HOSPITALS):
            yield service, daily[service, measure]


# -- findings as rows --------------------------------------------------------------------------------------------------


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
