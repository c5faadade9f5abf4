"""The page of the report that puts several scenarios in order: one table, one chart, what it comes to.

What may be changed here: freely.
"""

from collections.abc import Iterator

from sim.results.comparison.findings import Findings
from sim.results.report.html import heading, paragraph, table
from sim.results.words.ranking import (
    cells,
    given_up,
    headers,
    how_to_read,
    payers,
    ranked_and_said,
    who_gave_up,
    who_pays,
)
from sim.results.words.ranking import heading as what_is_ranked

KINDS = ("", "number", "number", "verdict", "number", "number", "number", "number", "number", "", "")


def ranking_pages(findings: Findings, picture: str) -> Iterator[str]:
    """The ranking with its chart, already drawn; nothing where there is none."""
    rows, said = ranked_and_said(findings)
    if not rows:
        return
    yield heading("The ranking")
    for text in said:
        yield paragraph(text)
    heads = (
        *(" ".join(part for part in parts if part) for parts in headers(findings)),
        who_pays(findings),
        who_gave_up(findings),
    )
    lines = [(*cells(row), payers(row) or "-", given_up(row) or "-") for row in rows]
    yield '<div class="wide">'
    yield table(heads, lines, KINDS, what_is_ranked(findings))
    yield "</div>"
    yield paragraph(how_to_read(rows, findings), "small")
    yield picture
