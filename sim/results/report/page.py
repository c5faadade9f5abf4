"""The report: findings and charts in, one HTML page out that can be mailed and printed.

No network, no script.

The template is `report.html`; every text of a planner is escaped here.
"""

import base64
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template

from sim.inputs.scenario import Scenario
from sim.results.charts import Chart
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import in_one_sentence, money_of
from sim.results.comparison.ranking import (
    apart,
    how_to_read_ranking,
    payers_text,
    ranking,
    ranking_answer,
    ranking_cells,
    ranking_headers,
    ranking_with_summary,
    reneged_text,
    who_gave_up,
    who_pays,
)
from sim.results.comparison.ranking import ranking_heading as what_is_ranked
from sim.results.comparison.unpriced import NOT_PRICED
from sim.results.parts import LACKS
from sim.results.report.basis import RunProvenance, basis_pages
from sim.results.report.cohort import cohort_pages
from sim.results.report.html import heading, paragraph, table
from sim.results.report.money import money_pages
from sim.results.words import hospitals, run_length, who_waits
from sim.results.words.delay_reasons import ReasonDays, days_by_reason
from sim.results.words.headline import (
    HeadlineRow,
    besides,
    description,
    headline,
    how_to_read,
    how_to_read_besides,
    on_other_days,
)
from sim.results.words.labels import LACK_WORDS, figure, spoken
from sim.results.words.names import question, title_of_all

RANKING = "ranking"  # the name of its chart

__all__ = ["RunProvenance", "report_html", "report_title"]


def report_html(findings: Findings, charts: Sequence[Chart], provenance: RunProvenance) -> bytes:
    """The whole page."""
    template = Template(Path(__file__).with_name("report.html").read_text(encoding="utf-8"))
    body = "\n".join(
        part
        for section in (
            ranking_pages(findings, _pictured(charts, ranked=True)),
            _answers(findings),
            _headlines(findings),
            _hospitals(findings),
            money_pages(findings),
            cohort_pages(findings),
            _warnings(findings),
            delay_pages(findings),
            _pictures(charts),
            _who_waits(findings),  # long where people have many traits
            basis_pages(findings, provenance),
        )
        for part in section
    )
    return template.substitute(title=escape(report_title(findings)), body=body).encode()


def report_title(findings: Findings) -> str:
    """Whom the results are about."""
    return title_of_all(findings.scenarios, compared=findings.compared)


def _answers(findings: Findings) -> Iterator[str]:
    ranked = ranking(findings)
    for scenario in findings.scenarios[1:] if findings.compared else findings.scenarios:
        text = ranking_answer(ranked, findings, scenario) if findings.compared else _alone(findings, scenario)
        if scenario.question:
            yield f'<p class="question">{escape(question(scenario))}</p>'
        money = next((one for one in money_of(findings) if one.scenario.id == scenario.id), None)
        said = f"{text} {in_one_sentence(money)}" if money else text
        yield f'<p class="answer">{escape(said.rstrip())}</p>'


def _alone(findings: Findings, scenario: Scenario) -> str:
    return f"{description(findings, scenario)} {on_other_days(findings, scenario)}".rstrip()


def _warnings(findings: Findings) -> Iterator[str]:
    if findings.warnings or findings.left_out:
        yield "<h2>Warnings</h2>"
    for warning in findings.warnings:
        yield f'<p class="warning"><strong>Warning.</strong> {escape(warning)}</p>'
    for file in findings.left_out:
        text = escape(f"{file.file}: {file.reason}")
        yield f'<p class="warning"><strong>Not compared:</strong> {text}</p>'


def _headlines(findings: Findings) -> Iterator[str]:
    yield "<h2>The figures</h2>"
    for scenario in findings.scenarios[1:] if findings.compared else findings.scenarios:
        yield from _figures(findings, scenario, headline(findings, scenario))
    yield f'<p class="small">{escape(_how_to_read(findings))}</p>'


def _hospitals(findings: Findings) -> Iterator[str]:
    """Yield each hospital and the total for each scenario, and who used what they share; nothing where there is one hospital."""
    for scenario in (findings.scenarios[1:] if findings.compared else findings.scenarios) if findings.hospitals else ():
        label = findings.label(scenario)
        yield heading(hospitals.TITLE)
        yield paragraph(f"{hospitals.title(findings)}.")
        heads = hospitals.heads(findings, scenario)
        kinds = ("", *("verdict" if head == "verdict" else "number" for head in heads[1:]))
        yield _wide(table(heads, hospitals.rows(findings, scenario, few=False), kinds, label))
        shared = hospitals.shared_rows(findings, scenario)
        if shared:
            heads = list(hospitals.shared_heads(findings, scenario))
            yield heading(hospitals.SHARED_TITLE)
            yield table(heads, shared, ("", "", *("number" for _ in heads[2:])), label)


def _wide(whole: str) -> str:
    return f'<div class="wide">\n{whole}\n</div>'


def _who_waits(findings: Findings) -> Iterator[str]:
    """Yield a table by group and trait for each scenario, or nothing where there is one group and nobody has traits."""
    if not who_waits.splits_of(findings):
        return
    yield heading(who_waits.TITLE)
    for scenario in findings.scenarios[1:] if findings.compared else findings.scenarios:
        yield from _figures(findings, scenario, who_waits.who_waits(findings, scenario))
    yield paragraph(who_waits.how_to_read(findings), "small")


def _figures(findings: Findings, scenario: Scenario, lines: Sequence[HeadlineRow]) -> Iterator[str]:
    """Lines of one scenario as a table, under its name where there are several."""
    if not findings.compared or len(findings.scenarios) > 2:
        yield f"<h3>{escape(findings.label(scenario))}</h3>"
    if findings.compared:
        yield _comparison_table(findings, scenario, lines)
        return
    rows = [(line.label + line.note, line.after, line.interval, *line.beside) for line in lines]
    heads = [head for head, _ in besides(findings, scenario)]
    kinds = ("", "number", "number", *("number" for _ in heads))
    yield table(("On average", "", "95% interval of the average", *heads), rows, kinds)


def _comparison_table(findings: Findings, scenario: Scenario, lines: Sequence[HeadlineRow]) -> str:
    beside = [head for head, _ in besides(findings, scenario)]
    headers = (
        "",
        findings.label(findings.baseline),
        findings.label(scenario),
        "difference",
        "95% interval",
        "verdict",
        *beside,
    )
    rows = [
        (ln.label + ln.note, ln.before, ln.after, ln.difference, ln.interval, ln.verdict, *ln.beside) for ln in lines
    ]
    kinds = ("", "number", "number", "number", "number", "verdict", *("number" for _ in beside))
    whole = table(headers, rows, kinds)
    if not beside:
        return whole
    return (
        f'<div class="wide">\n{whole}\n</div>\n<p class="small">{escape(how_to_read_besides(findings, scenario))}</p>'
    )


def _how_to_read(findings: Findings) -> str:
    return f"{how_to_read(findings)} An interval says nothing about how well the model fits real life."


def _pictures(charts: Sequence[Chart]) -> Iterator[str]:
    """Yield every chart except that of the ranking."""
    if charts:
        yield "<h2>Charts</h2>"
        yield _pictured(charts, ranked=False)


def _pictured(charts: Sequence[Chart], *, ranked: bool) -> str:
    """The chart of the ranking, or all others, as figures inside the page."""
    return "\n".join(_figure(chart) for chart in charts if (chart.name == RANKING) == ranked)


def _figure(chart: Chart) -> str:
    data = base64.b64encode(chart.svg).decode()
    text = escape(f"{chart.title} {chart.description}", quote=True)
    return f'<figure><img alt="{text}" src="data:image/svg+xml;base64,{data}"></figure>'


RANKING_KINDS = ("", "number", "number", "verdict", *("number",) * 6, "", "")


def ranking_pages(findings: Findings, picture: str) -> Iterator[str]:
    """The ranking with its chart, already drawn; nothing where there is none."""
    rows, summary = ranking_with_summary(findings)
    if not rows:
        return
    yield heading("The ranking")
    for text in summary:
        yield paragraph(text)
    heads = (
        *(" ".join(part for part in parts if part) for parts in ranking_headers(findings)),
        who_pays(findings),
        who_gave_up(findings),
    )
    for group in apart(rows):
        caption = what_is_ranked(findings) if group[0].is_priced else f"Ranked apart, {NOT_PRICED}"
        lines = [(*ranking_cells(row), payers_text(row) or "-", reneged_text(row) or "-") for row in group]
        yield '<div class="wide">'
        yield table(heads, lines, RANKING_KINDS, caption)
        yield "</div>"
    yield paragraph(how_to_read_ranking(rows, findings), "small")
    yield picture


HOW_TO_READ = (
    "A reason names what people wait for, not why. No place free: in the service on whose list they stand, even where "
    "another one has room. Arranging it: steps such as assessments, decisions and works are under way, and the place may "
    "stand empty. Closed hours: a place is free, and its door or the hours in which people may leave are closed."
)


def delay_pages(findings: Findings) -> Iterator[str]:
    """Yield a table for each scenario, or nothing where no person is delayed."""
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
    place = spoken(findings.main_place)
    when = f", {findings.period.short}" if findings.period else ""
    caption = f"{findings.label(scenario)}: delayed bed days {per} in {place}{when}"
    return table(headers, cells, ("", *["number"] * (1 + len(lacks))), caption)
