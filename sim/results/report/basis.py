"""Assumptions register of the report: values, their sources, and those without a source or price."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.home import command_line
from sim.results.comparison.findings import Findings, ScenarioChange
from sim.results.invariants.checks import CHECKED as IN_EACH_REPLICATION
from sim.results.invariants.checks import CHECKED_OVER_REPLICATIONS as OVER_REPLICATIONS
from sim.results.report.blocks import Block, Code, Heading, Items, Paragraph, Table
from sim.results.words.labels import counted

ASSUMPTION = "assumption"
AMOUNT = re.compile(r"£?[\d,]*\.?\d+%?")
PARTS_WITH_AMOUNTS = ("services", "teams", "steps", "people", "census", "costs")


class Basis(NamedTuple):
    """One value that results rest on, and where it was written."""

    path: str
    text: str
    note: str
    place: str


def assumptions(findings: Findings, shown: Callable[[str], str] = str) -> list[Basis]:
    """Every value whose note calls it an assumption, each once, and what the program itself assumes."""
    found: dict[Basis, None] = {}
    for scenario in findings.scenarios:
        for value in scenario.values:
            if ASSUMPTION in value.note.lower():
                place = f"{shown(value.file)}:{value.line}" if value.line else value.file
                found[Basis(value.path, value.text, value.note, place)] = None
        for notice in scenario.notices:
            if ASSUMPTION in notice:
                found[Basis("(not written)", "", notice, "program")] = None
    return list(found)


def without_note(findings: Findings, shown: Callable[[str], str] = str) -> list[Basis]:
    """Return non-zero amounts with no source or `assumption` comment, each once."""
    found: dict[Basis, None] = {}
    for scenario in findings.scenarios:
        for value in scenario.values:
            is_amount = AMOUNT.fullmatch(value.text) and value.text.strip("£0.%")
            if is_amount and value.line and not value.note and value.path.split(".")[0] in PARTS_WITH_AMOUNTS:
                found[Basis(value.path, value.text, "", f"{shown(value.file)}:{value.line}")] = None
    return list(found)


def together(found: Iterable[Basis]) -> list[Basis]:
    """Values of one line of a file as one: what their paths share, and each value under what is left of its own."""
    lines: dict[tuple[str, str], list[Basis]] = {}
    for basis in found:
        lines.setdefault((basis.place, basis.note), []).append(basis)
    return [_joined(group) for group in lines.values()]


def _joined(group: Sequence[Basis]) -> Basis:
    if len(group) == 1:
        return group[0]
    paths = [basis.path.split(".") for basis in group]
    shared = 0
    while all(len(path) > shared + 1 for path in paths) and len({path[shared] for path in paths}) == 1:
        shared += 1
    parts = (f"{'.'.join(path[shared:])} {basis.text}" for path, basis in zip(paths, group, strict=True))
    return group[0]._replace(path=".".join(paths[0][:shared]), text=", ".join(parts))


def uplifted(findings: Findings) -> Iterator[tuple[str, ...]]:
    """Prices of other years: path, as written, its year, factor, price used; each once."""
    seen = set()
    for scenario in findings.scenarios:
        for uplift in scenario.costs.uplifts:
            if uplift not in seen:
                seen.add(uplift)
                year = scenario.costs.price_year or ""
                yield (
                    uplift.path,
                    f"£{uplift.written_gbp:,.2f}",
                    uplift.year,
                    f"{uplift.factor:g}",
                    f"£{uplift.gbp:,.2f} of {year}",
                )


MOST_ASSUMPTIONS = 200


@dataclass(frozen=True, slots=True)
class RunProvenance:
    """What is needed to reproduce the numbers; without a clock time, so that reports stay equal."""

    command: str
    version: str
    engine: str
    inputs: tuple[tuple[str, str], ...]  # file, its SHA-256
    show: Callable[[str], str] = str  # how a file's path is shown
    stand: str = ""  # where the command can be typed, if that has to be said


def basis_pages(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    """All of it, in order."""
    yield from _changes(findings, provenance)
    yield from _flips(findings)
    yield from _assumptions(findings, provenance)
    yield from _without_note(findings, provenance)
    yield from _checks(findings)
    yield from _repeat(findings, provenance)


def _changes(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    if not findings.compared:
        return
    yield Heading("What differs between the files, line by line")
    for scenario in findings.scenarios[1:]:
        changes: Sequence[ScenarioChange] = findings.changes.get(scenario.id, ())
        if len(findings.scenarios) > 2:
            yield Heading(findings.label(scenario), 3)
        if not changes:
            yield Paragraph("No differences except labels.")
            continue
        rows = [
            (change.path, _said(change.old), _said(change.new), change.place(provenance.show)) for change in changes
        ]
        yield Table(("value", "baseline", "scenario", "written in"), rows, ("mono", "", "", "place"))


def _said(text: str) -> str:
    """Return a value as written, or the declaration of a step given by name."""
    return "as declared" if text == "{}" else text or "-"


def _flips(findings: Findings) -> Iterator[Block]:
    """What a sensitivity run found, where there was one."""
    if findings.flips:
        yield Heading("Which assumption would change the verdict")
        yield Items(findings.flips)


def _assumptions(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    found = assumptions(findings, provenance.show)
    yield Heading("What rests on assumption")
    if not found:
        yield Paragraph("No value is marked as an assumption in the scenario files.")
        return
    yield Paragraph(
        f"Marked as assumed in the scenario files: {counted(len(found), 'value')}. "
        "The intervals above say nothing about them."
    )
    lines = together(found)
    rows = [(line.path, line.text, _note(line.note), line.place) for line in lines[:MOST_ASSUMPTIONS]]
    yield Table(("value", "is", "note", "written in"), rows, ("mono", "", "note", "place"))
    yield from _and_more(len(lines))
    if not findings.flips and findings.compared and len(findings.scenarios) == 2:
        asking = provenance.command.replace(" compare ", " sensitivity ", 1)
        yield Paragraph("Which of them, each within its range, would change the verdict:", code=asking)


def _without_note(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    found = without_note(findings, provenance.show)
    if not found:
        return
    yield Heading("Values without a source")
    yield Paragraph(
        f"{counted(len(found), 'value')} with neither a source nor the word “assumption” beside it, so not in the list above."
    )
    lines = together(found)
    rows = [(line.path, line.text, line.place) for line in lines[:MOST_ASSUMPTIONS]]
    yield Table(("value", "is", "written in"), rows, ("mono", "", "place"))
    yield from _and_more(len(lines))


def _and_more(lines: int) -> Iterator[Block]:
    if lines > MOST_ASSUMPTIONS:
        yield Paragraph(f"And {lines - MOST_ASSUMPTIONS:,} more, which this prints:", code=command_line("show", "FILE"))


def _note(text: str) -> str:
    """The note without the word that every line of this table has."""
    return text.removeprefix(ASSUMPTION).lstrip(": ") or "-"


def _checks(findings: Findings) -> Iterator[Block]:
    """The invariants: a broken one stops the run, so a report means that all of them held."""
    runs = sum(scenario.replications for scenario in findings.scenarios)
    yield Heading("Checks that passed")
    yield Paragraph(f"After each of {counted(runs, 'replication')}; one that fails stops the run without a report.")
    yield Items((*IN_EACH_REPLICATION, *OVER_REPLICATIONS))


def _repeat(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    base = findings.baseline
    yield Heading("How to repeat this")
    yield Code(provenance.command)
    if provenance.stand:
        yield Paragraph(provenance.stand)
    rows = [
        ("program", f"bedflow {provenance.version}, {provenance.engine}"),
        ("seed, replications", f"{base.seed}, {base.replications}"),
        (
            "calendar",
            f"from {base.calendar.start.isoformat()}: {counted(base.calendar.warm_up_days, 'day')} of warm-up, "
            f"then {counted(base.calendar.measured_days, 'day')} measured"
            + (
                f", then {counted(base.calendar.follow_up_days, 'day')} followed up"
                if base.calendar.follow_up_days
                else ""
            ),
        ),
        *((file, f"SHA-256 {digest}") for file, digest in provenance.inputs),
    ]
    yield Table(("what", "which"), rows, ("", "mono"))
    yield Paragraph(
        "The same inputs and version give the same numbers. Versions of Python and packages are in run.json, and all "
        "numbers in results.xlsx and results.json beside this report.",
        "small",
    )
