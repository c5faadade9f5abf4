"""The pages about the years after ready: what life people had, then who pays for it in each year."""

from collections.abc import Iterator

from sim.results.comparison import cohort_table
from sim.results.comparison.findings import Findings
from sim.results.report.html import heading, paragraph, table

KINDS = ("", "number", "number", "number", "number", "verdict")


def cohort_pages(findings: Findings) -> Iterator[str]:
    """Two tables for each scenario; nothing where nobody is followed."""
    shown = list(cohort_table.tables(findings))
    if not shown:
        return
    yield heading(cohort_table.title(findings))
    for scenario in shown:
        heads = cohort_table.headers(findings, scenario)
        kinds = KINDS[: len(heads)]
        if len(shown) > 1:
            yield heading(findings.label(scenario), 3)
        yield table(heads, cohort_table.life(findings, scenario), kinds, "What life they had")
        rows = cohort_table.in_full(findings, scenario)
        if rows:
            yield table(heads, rows, kinds, "Who pays, by year since ready")
    yield paragraph(cohort_table.how_to_read(findings), "small")
