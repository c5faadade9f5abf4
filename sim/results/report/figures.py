"""The figures of the report as tables: headline, hospitals, ranking, delay by reason, and who waits."""

from collections.abc import Iterator, Sequence

from sim.inputs.scenario import Scenario
from sim.results.comparison.accounts import NOT_PRICED
from sim.results.comparison.findings import Findings
from sim.results.comparison.ranking import (
    apart,
    how_to_read_ranking,
    payers_text,
    ranking_cells,
    ranking_headers,
    ranking_with_summary,
    reneged_text,
    who_gave_up,
    who_pays,
)
from sim.results.comparison.ranking import ranking_heading as what_is_ranked
from sim.results.measure_table import LACKS
from sim.results.report.blocks import Block, Heading, Paragraph, Table
from sim.results.words import delays, hospitals, labels
from sim.results.words.delays import ReasonDays, days_by_reason
from sim.results.words.headline import HeadlineRow, besides, headline, how_to_read, how_to_read_besides
from sim.results.words.labels import LACK_WORDS, figure, spoken


def _told(findings: Findings) -> Sequence[Scenario]:
    """The scenarios that have tables of their own: all but the baseline in a comparison."""
    return findings.scenarios[1:] if findings.compared else findings.scenarios


def figure_pages(findings: Findings) -> Iterator[Block]:
    """Yield the headline table of each scenario, and how to read it."""
    yield Heading("The figures")
    for scenario in _told(findings):
        yield from _figures(findings, scenario, headline(findings, scenario))
    said = f"{how_to_read(findings)} An interval says nothing about how well the model fits real life."
    yield Paragraph(said, "small")


def hospital_pages(findings: Findings) -> Iterator[Block]:
    """Yield each hospital and the total for each scenario, and who used what they share; nothing where there is one hospital."""
    for scenario in _told(findings) if findings.hospitals else ():
        label = findings.label(scenario)
        yield Heading(hospitals.TITLE)
        yield Paragraph(f"{hospitals.title(findings)}.")
        heads = hospitals.heads(findings, scenario)
        kinds = ("", *("verdict" if head == "verdict" else "number" for head in heads[1:]))
        yield Table(heads, hospitals.rows(findings, scenario, few=False), kinds, label, is_wide=True)
        shared = hospitals.shared_rows(findings, scenario)
        if shared:
            heads = list(hospitals.shared_heads(findings, scenario))
            yield Heading(hospitals.SHARED_TITLE)
            yield Table(heads, shared, ("", "", *("number" for _ in heads[2:])), label)


def who_waits_pages(findings: Findings) -> Iterator[Block]:
    """Yield a table by group and trait for each scenario, or nothing where there is one group and nobody has traits."""
    if not delays.splits_of(findings):
        return
    yield Heading(delays.WHO_WAITS_TITLE)
    for scenario in _told(findings):
        yield from _figures(findings, scenario, delays.who_waits(findings, scenario))
    yield Paragraph(delays.how_to_read(findings), "small")


def _figures(findings: Findings, scenario: Scenario, lines: Sequence[HeadlineRow]) -> Iterator[Block]:
    """Lines of one scenario as a table, under its name where there are several."""
    if not findings.compared or len(findings.scenarios) > 2:
        yield Heading(findings.label(scenario), 3)
    beside = [head for head, _ in besides(findings, scenario)]
    if findings.compared:
        names = findings.label(findings.baseline), findings.label(scenario)
        heads = ("", *names, "difference", "95% interval", "verdict", *beside)
        rows = [
            (ln.label + ln.note, ln.before, ln.after, ln.difference, ln.interval, ln.verdict, *ln.beside)
            for ln in lines
        ]
        kinds = ("", "number", "number", "number", "number", "verdict", *("number" for _ in beside))
        yield Table(heads, rows, kinds, is_wide=bool(beside))
        if beside:
            yield Paragraph(how_to_read_besides(findings, scenario), "small")
        return
    rows = [(line.label + line.note, line.after, line.interval, *line.beside) for line in lines]
    kinds = ("", "number", "number", *("number" for _ in beside))
    yield Table(("On average", "", "95% interval of the average", *beside), rows, kinds)


RANKING_KINDS = ("", "number", "number", "verdict", *("number",) * 6, "", "")


def ranking_pages(findings: Findings) -> Iterator[Block]:
    """The ranking as a table, or in several where not all can be ranked together; nothing where there is none."""
    rows, _ = ranking_with_summary(findings)
    if not rows:
        return
    yield Heading("The ranking")
    heads = (
        *(" ".join(part for part in parts if part) for parts in ranking_headers(findings)),
        who_pays(findings),
        who_gave_up(findings),
    )
    for group in apart(rows):
        caption = what_is_ranked(findings) if group[0].is_priced else f"Ranked apart, {NOT_PRICED}"
        lines = [(*ranking_cells(row), payers_text(row) or "-", reneged_text(row) or "-") for row in group]
        yield Table(heads, lines, RANKING_KINDS, caption, is_wide=True)
    yield Paragraph(how_to_read_ranking(rows, findings), "small")


HOW_TO_READ = (
    "A reason names what people wait for, not why. No place free: in the service on whose list they stand, even where "
    "another one has room. Arranging it: steps such as assessments, decisions and works are under way, and the place may "
    "stand empty. Closed hours: a place is free, but its admission hours or the hours in which people may leave are closed."
)


def delay_pages(findings: Findings) -> Iterator[Block]:
    """Yield a table for each scenario, or nothing where no person is delayed."""
    findings = findings.side_by_side  # the days that the chart shows
    shown = list(findings.scenarios)
    rows = days_by_reason(findings, shown)
    if not rows:
        return
    _, per = labels.side_by_side(one.calendar.measured_days for one in shown)
    yield Heading("What delayed people wait for, and what is lacking")
    lacks = [lack for lack in LACKS if any(days.get(lack) for row in rows for days in row.days)]
    for number, scenario in enumerate(shown):
        yield _delays(findings, scenario, number, rows, lacks, per)
    yield Paragraph(HOW_TO_READ, "small")


def _delays(
    findings: Findings, scenario: Scenario, number: int, rows: list[ReasonDays], lacks: list[str], per: str
) -> Table:
    """One scenario: a line a reason and one for all, its days together and by what lacked."""
    lines = [(row.label, row.days[number]) for row in rows]
    lines.append(("all reasons", {lack: sum(days.get(lack, 0.0) for _, days in lines) for lack in lacks}))
    cells = [
        (label, *(figure(value, "") for value in (sum(days.values()), *(days.get(lack, 0.0) for lack in lacks))))
        for label, days in lines
    ]
    headers = ("reason", "all", *(LACK_WORDS[lack] for lack in lacks))
    when = f", {findings.period.short}" if findings.period else ""
    caption = f"{findings.label(scenario)}: delayed bed days {per} in {spoken(findings.main_place)}{when}"
    return Table(headers, cells, ("", *["number"] * (1 + len(lacks))), caption)
