"""The pages of the report that say what it rests on: what differs, assumptions, checks, how to repeat it.

What may be changed here: freely.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from sim.home import PROGRAM
from sim.results.comparison.findings import Change, Findings
from sim.results.invariants.checks import CHECKED as IN_EACH_REPLICATION
from sim.results.invariants.checks import CHECKED_OVER_REPLICATIONS as OVER_REPLICATIONS
from sim.results.report.assumptions import ASSUMPTION, assumptions, together, without_note
from sim.results.report.html import heading, paragraph, table
from sim.results.words.labels import counted

MOST_ASSUMPTIONS = 200


@dataclass(frozen=True, slots=True)
class Provenance:
    """What somebody else needs to get the same numbers; no clock in it, so that the report stays the same."""

    command: str
    version: str
    engine: str
    inputs: tuple[tuple[str, str], ...]  # file, its SHA-256
    show: Callable[[str], str] = str  # how a file's path is shown


def basis_pages(findings: Findings, provenance: Provenance) -> Iterator[str]:
    """All of it, in order."""
    yield from _changes(findings, provenance)
    yield from _flips(findings)
    yield from _assumptions(findings, provenance)
    yield from _without_note(findings, provenance)
    yield from _checks(findings)
    yield from _repeat(findings, provenance)


def _changes(findings: Findings, provenance: Provenance) -> Iterator[str]:
    if not findings.compared:
        return
    yield heading("What differs between the files, line by line")
    for scenario in findings.scenarios[1:]:
        changes: Sequence[Change] = findings.changes.get(scenario.id, ())
        if len(findings.scenarios) > 2:
            yield heading(findings.label(scenario), 3)
        if not changes:
            yield paragraph("No differences except labels.")
            continue
        rows = [(one.path, _said(one.old), _said(one.new), one.place(provenance.show)) for one in changes]
        yield table(("value", "baseline", "here", "written in"), rows, ("mono", "", "", "place"))


def _said(text: str) -> str:
    """A value as it was written; a step that is only named stands as it is declared."""
    return "as declared" if text == "{}" else text or "-"


def _flips(findings: Findings) -> Iterator[str]:
    """What a sensitivity run found, where there was one."""
    if findings.flips:
        yield heading("Which assumption would change the verdict")
        yield "<ul>\n" + "\n".join(f"<li>{escape(text)}</li>" for text in findings.flips) + "\n</ul>"


def _assumptions(findings: Findings, provenance: Provenance) -> Iterator[str]:
    found = assumptions(findings, provenance.show)
    yield heading("What rests on assumption")
    if not found:
        yield paragraph("No value is marked as an assumption in the scenario files.")
        return
    yield paragraph(
        f"Marked as assumed in the scenario files: {counted(len(found), 'value')}. "
        "The intervals above say nothing about them."
    )
    lines = together(found)
    rows = [(one.path, one.text, _note(one.note), one.place) for one in lines[:MOST_ASSUMPTIONS]]
    yield table(("value", "is", "note", "written in"), rows, ("mono", "", "note", "place"))
    yield from _and_more(len(lines))
    if not findings.flips and findings.compared and len(findings.scenarios) == 2:
        asking = provenance.command.replace(" compare ", " sensitivity ", 1)
        yield f"<p>Which of them, each within its range, would change the verdict: <code>{escape(asking)}</code></p>"


def _without_note(findings: Findings, provenance: Provenance) -> Iterator[str]:
    found = without_note(findings, provenance.show)
    if not found:
        return
    yield heading("Values without a source")
    yield paragraph(
        f"{counted(len(found), 'value')} with neither a source nor the word “assumption” beside it, so not in the list above."
    )
    lines = together(found)
    rows = [(one.path, one.text, one.place) for one in lines[:MOST_ASSUMPTIONS]]
    yield table(("value", "is", "written in"), rows, ("mono", "", "place"))
    yield from _and_more(len(lines))


def _and_more(lines: int) -> Iterator[str]:
    if lines > MOST_ASSUMPTIONS:
        yield f"<p>And {lines - MOST_ASSUMPTIONS:,} more: <code>{PROGRAM} show FILE</code> prints them all.</p>"


def _note(text: str) -> str:
    """The note without the word that every line of this table has."""
    return text.removeprefix(ASSUMPTION).lstrip(": ") or "-"


def _checks(findings: Findings) -> Iterator[str]:
    """The identities: a broken one stops the run, so a report means that all of them held."""
    runs = sum(scenario.replications for scenario in findings.scenarios)
    yield heading("Checks that passed")
    yield paragraph(f"After each of {counted(runs, 'replication')}; one that fails stops the run without a report.")
    yield (
        "<ul>\n"
        + "\n".join(f"<li>{escape(text)}</li>" for text in (*IN_EACH_REPLICATION, *OVER_REPLICATIONS))
        + "\n</ul>"
    )


def _repeat(findings: Findings, provenance: Provenance) -> Iterator[str]:
    base = findings.baseline
    yield heading("How to repeat this")
    yield f"<pre>{escape(provenance.command)}</pre>"
    rows = [
        ("program", f"bedflow {provenance.version}, {provenance.engine}"),
        ("seed, replications", f"{base.seed}, {base.replications}"),
        (
            "calendar",
            f"from {base.calendar.start.isoformat()}: {base.calendar.warm_up_days:,} days of warm-up, "
            f"then {base.calendar.measured_days:,} days measured",
        ),
        *((file, f"SHA-256 {digest}") for file, digest in provenance.inputs),
    ]
    yield table(("what", "which"), rows, ("", "mono"))
    yield paragraph(
        "The same inputs and version give the same numbers. Versions of Python and packages stand in run.json, all "
        "numbers in results.xlsx and results.json beside this report.",
        "small",
    )
