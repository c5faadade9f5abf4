"""The page of the report on delay by reason: how much of each reason is no place free, and how much is arranging it.

What may be changed here: freely.
"""

from collections.abc import Iterator

from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings
from sim.results.measures.catalogue import LACKS
from sim.results.report.html import heading, paragraph, table
from sim.results.words import run_length
from sim.results.words.delay_reasons import ReasonDays, days_by_reason
from sim.results.words.labels import LACK_WORDS, figure, spoken

HOW_TO_READ = (
    "A reason names what people wait for, not why. No place free: in the service on whose list they stand, even where "
    "another one has room. Arranging it: steps such as assessments, decisions and works are under way, and the place may "
    "stand empty. Closed hours: a place is free, and its door or the hours in which people may leave are closed."
)


def delay_pages(findings: Findings) -> Iterator[str]:
    """A table for each scenario; nothing where nobody is delayed."""
    findings = findings.side_by_side  # the days that the chart shows
    shown = list(findings.scenarios)
    rows = days_by_reason(findings, shown)
    if not rows:
        return
    _, per = run_length.side_by_side(one.calendar.measured_days for one in shown)
    yield heading("What delayed people wait for, and what is lacking")
    lacks = [lack for lack in LACKS if any(days.get(lack) for row in rows for days in row.days)]
    for number, scenario in enumerate(shown):
        yield _table(findings, scenario, number, rows, lacks, per)
    yield paragraph(HOW_TO_READ, "small")


def _table(
    findings: Findings, scenario: Scenario, number: int, rows: list[ReasonDays], lacks: list[str], per: str
) -> str:
    """One scenario: a line a reason and one for all, its days together and by what lacked."""
    lines = [(row.label, row.days[number]) for row in rows]
    lines.append(("all reasons", {lack: sum(days.get(lack, 0.0) for _, days in lines) for lack in lacks}))
    cells = [
        (label, *(figure(value, "") for value in (sum(days.values()), *(days.get(lack, 0.0) for lack in lacks))))
        for label, days in lines
    ]
    headers = ("reason", "all", *(LACK_WORDS[lack] for lack in lacks))
    place = spoken(findings.main_service.name)
    when = f", {findings.period.short}" if findings.period else ""
    caption = f"{findings.label(scenario)}: delayed bed days {per} in {place}{when}"
    return table(headers, cells, ("", *["number"] * (1 + len(lacks))), caption)
