"""From scenarios and replications to findings: who can be compared with whom, and what differs.

A scenario is paired only with a baseline that has the same people on the same days.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sim.diagnostics.warnings import growing_queues, warm_up_words, warnings_before_a_run
from sim.inputs.overrides import differences as values_that_differ
from sim.inputs.overrides import is_another_hospital, other_areas
from sim.inputs.problems import listed
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.accounts import is_of_accounts, keeping_fixed_costs, with_accounts, with_contributors
from sim.results.comparison.compare import (
    Counts,
    Days,
    Departures,
    Following,
    Gathering,
    GatheringDays,
    PairedDifference,
    ReplicationTable,
    differences,
    summarise,
)
from sim.results.comparison.findings import ExcludedScenario, Findings, ReportedPeriods, ScenarioChange
from sim.results.invariants.checks import check_figures
from sim.results.measures.all import with_the_only_group
from sim.results.measures.hospitals import days_with_the_only_hospital, has_several, with_the_only_hospital
from sim.results.measures.order import canonical
from sim.results.measures.periods import Period, divisions, within
from sim.results.spill import Spill
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
                part = piece.periods[period] if period else piece
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
            warnings=(*warnings, *_said_once(scenarios, told)),
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
