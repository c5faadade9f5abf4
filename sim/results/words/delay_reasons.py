"""Delay by reason, each parted into what lacked: the figures that the chart and the report's table share."""

from collections.abc import Iterator
from typing import NamedTuple

from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings
from sim.results.parts import LACKS
from sim.results.words import run_length
from sim.results.words.labels import reason_label

MOST_REASONS = 10
OTHERS = "all others"


class ReasonDays(NamedTuple):
    """One reason, or all beyond the first few: delayed bed days by what lacked, of each scenario in its order."""

    label: str
    days: tuple[dict[str, float], ...]

    def total(self, scenario: int) -> float:
        """All of one scenario's days."""
        return sum(self.days[scenario].values())


def days_by_reason(findings: Findings, shown: list[Scenario]) -> list[ReasonDays]:
    """The reasons of the main service, the largest of the first scenario on top."""
    factors, _ = run_length.side_by_side(one.calendar.measured_days for one in shown)
    tables = [_days(findings, one, factor) for one, factor in zip(shown, factors, strict=True)]
    reasons = list(dict.fromkeys(reason for table in tables for reason in table))
    found = [ReasonDays(reason_label(one), tuple(table.get(one, {}) for table in tables)) for one in sorted(reasons)]
    found.sort(key=lambda row: -row.total(0))
    first, rest = found[:MOST_REASONS], found[MOST_REASONS:]
    if rest:
        together = (_added_up([row.days[number] for row in rest]) for number in range(len(shown)))
        first.append(ReasonDays(OTHERS, tuple(together)))
    return first


def _added_up(parts: list[dict[str, float]]) -> dict[str, float]:
    return {lack: sum(part.get(lack, 0.0) for part in parts) for lack in LACKS}


def _days(findings: Findings, scenario: Scenario, factor: float) -> dict[str, dict[str, float]]:
    """By reason, then by what lacked; only what is more than nothing."""
    found: dict[str, dict[str, float]] = {}
    for reason, lack, mean in _parts(findings, scenario):
        if mean > 0:
            found.setdefault(reason, {})[lack] = mean * factor
    return found


def _parts(findings: Findings, scenario: Scenario) -> Iterator[tuple[str, str, float]]:
    rows = findings.items(scenario.id, findings.main_place, "delayed_bed_days", "reason_and_lack")
    for row in rows:
        reason, lack = row.item.split(", ")
        yield reason, lack, row.mean
