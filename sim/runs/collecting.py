"""From scenarios and replications to findings: who can be compared with whom, and what differs.

What may be changed here: freely; a scenario is paired only with a baseline that has the same people on the
same days.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.diagnostics.warnings import growing_queues, warnings_before_a_run
from sim.inputs.loading import differences as values_that_differ
from sim.inputs.problems import listed
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.accounts import with_accounts, with_contributors
from sim.results.comparison.compare import PairedDifference, ReplicationTable, differences, gather, summarise
from sim.results.comparison.findings import ExcludedScenario, Findings, ReportedPeriods, ScenarioChange
from sim.results.comparison.retained_fixed_costs import keeping_fixed_costs
from sim.results.comparison.same_people import SamePeople, same_people
from sim.results.invariants.checks import check_figures
from sim.results.measures.hospitals import days_with_the_only_hospital, has_several, with_the_only_hospital
from sim.results.measures.order import canonical
from sim.results.measures.people import with_the_only_group
from sim.results.measures.periods import Period, divisions, within
from sim.results.window import Row
from sim.results.words.names import in_sentences
from sim.runs.experiment import daily_by_replication
from sim.runs.piece import Piece


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
    """The base with those that can be compared with it, and those that cannot, each with its reason."""
    base, *others = scenarios
    chosen, left_out = [base], []
    for other in others:
        reasons = _why_not(base, other)
        if reasons:
            left_out.append(ExcludedScenario(other.file, "cannot be compared with the base: " + "; ".join(reasons)))
        else:
            chosen.append(keeping_fixed_costs(base, other))
    return tuple(chosen), tuple(left_out)


def nothing_to_compare(left_out: Sequence[ExcludedScenario]) -> str:
    """What is said where no file can be paired with the base: each with its reason."""
    return "nothing to compare:\n" + "\n".join(f"{one.file}: {one.reason}" for one in left_out)


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
    return reasons


def beside(scenarios: Sequence[Scenario], pieces: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
    """The replications, those of every other scenario with what they release beside the base's."""
    base, *others = scenarios
    found = [list(pieces[0])]
    for other, theirs in zip(others, pieces[1:], strict=True):
        found.append([_with_ledgers(base, other, *pair) for pair in zip(pieces[0], theirs, strict=True)])
    if any(scenario.costs.pools for scenario in scenarios):
        found = [[_with_contributors(piece) for piece in theirs] for theirs in found]
    if any(has_several(scenario) for scenario in scenarios):
        found = [
            _with(theirs, partial(with_the_only_hospital, of)) for of, theirs in zip(scenarios, found, strict=True)
        ]
    if any(len(scenario.people) > 1 for scenario in scenarios):
        found = [_with(theirs, partial(with_the_only_group, of)) for of, theirs in zip(scenarios, found, strict=True)]
    return found


def _with_ledgers(base: Scenario, other: Scenario, before: Piece, after: Piece) -> Piece:
    """A replication with what it releases, in the whole window and in each of its periods."""
    parts = {
        period: _with_ledgers(within(base, period), within(other, period), before.periods[period], part)
        for period, part in after.periods.items()
    }
    return replace(after.with_rows(with_accounts(base, other, before.rows(), after.rows())), periods=parts)


def _with_contributors(piece: Piece) -> Piece:
    parts = {period: _with_contributors(part) for period, part in piece.periods.items()}
    return replace(piece.with_rows(with_contributors(piece.rows())), periods=parts)


def _with(pieces: Sequence[Piece], more: Callable[[Sequence[Row]], list[Row]]) -> list[Piece]:
    """The replications with more rows, in the whole window and in each of its periods."""
    return [
        replace(
            piece.with_rows(more(piece.rows())),
            periods={period: _with([part], more)[0] for period, part in piece.periods.items()},
        )
        for piece in pieces
    ]


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
    daily = {s.id: daily_by_replication(found) for s, found in zip(scenarios, pieces, strict=True)}
    if any(has_several(scenario) for scenario in scenarios):
        daily = {s.id: days_with_the_only_hospital(s, daily[s.id]) for s in scenarios}
    growing = {name: growing_queues(_queues(series)) for name, series in daily.items()}
    whole = Findings(
        scenarios=scenarios,
        compared=compared,
        daily=daily,
        changes={s.id: changes_between(scenarios[0], s) for s in scenarios[1:]} if compared else {},
        warnings=(*warnings, *_said_once(scenarios, growing)),
        left_out=left_out,
        **_counted(scenarios, pieces, compared=compared),
    )
    return _divided(whole, pieces)


def _counted(scenarios: tuple[Scenario, ...], pieces: Sequence[Sequence[Piece]], *, compared: bool) -> dict[str, Any]:
    """The rows of scenarios over their replications, and what differs."""
    place = canonical(*scenarios)
    rows = [[piece.rows() for piece in found] for found in pieces]
    tables = [gather(scenario.id, place, found) for scenario, found in zip(scenarios, rows, strict=True)]
    summaries = [summarise(table) for table in tables]
    for table, summary, found in zip(tables, summaries, rows, strict=True):
        check_figures(table, summary, found)
    return {
        "estimates": [row for summary in summaries for row in summary],
        "differences": _contrasts(tables, scenarios) if compared else [],
        "same_people": _same_people(scenarios, pieces) if compared else (),
    }


def _divided(whole: Findings, pieces: Sequence[Sequence[Piece]]) -> Findings:
    """The findings with those of each period that the replications hold beside them."""
    found = divisions(whole.scenarios, compared=whole.compared)
    parts: dict[Period, Findings] = {}
    for period in dict.fromkeys(period for theirs in pieces for period in theirs[0].periods):
        parts[period] = _in_period(whole, pieces, period)
    told = {
        scenario.id: ReportedPeriods(own.headline, tuple(own.periods))
        for number, scenario in enumerate(whole.scenarios)
        for own in found.of(number)
        if set(own.periods) <= set(parts) and not (whole.compared and number == 0)
    }
    return replace(whole, parts=parts, reported_periods=told, common=found.common if found.common in parts else None)


def _in_period(whole: Findings, pieces: Sequence[Sequence[Piece]], period: Period) -> Findings:
    """What was found in one period: of all scenarios, with rows of those that were measured in it."""
    measured = [
        (within(scenario, period), [replace(piece.periods[period], departures=piece.departures) for piece in theirs])
        for scenario, theirs in zip(whole.scenarios, pieces, strict=True)
        if period in theirs[0].periods
    ]
    scenarios, parts = tuple(one for one, _ in measured), [theirs for _, theirs in measured]
    everybody = tuple(within(scenario, period) for scenario in whole.scenarios)
    rows = _counted(scenarios, parts, compared=whole.compared)
    return replace(whole, scenarios=everybody, period=period, daily={}, **rows)


def _same_people(scenarios: Sequence[Scenario], pieces: Sequence[Sequence[Piece]]) -> tuple[SamePeople, ...]:
    """Each scenario beside the baseline, person by person."""
    first = pieces[0]
    return tuple(
        same_people(scenarios[0], scenario, [(a.departures, b.departures) for a, b in zip(first, found, strict=True)])
        for scenario, found in zip(scenarios[1:], pieces[1:], strict=True)
    )


def _contrasts(tables: Sequence[ReplicationTable], scenarios: Sequence[Scenario]) -> list[PairedDifference]:
    base, *others = tables
    place = canonical(*scenarios)
    return [row for other in others for row in differences(base, other, place, len(others))]


def _queues(daily: Mapping[tuple[str, str], NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    return {
        service: days
        for (service, measure), days in daily.items()
        if measure == "waiting" and service not in ("all", "outside", ALL_HOSPITALS)
    }
