"""The report: findings and charts in, one HTML page out that can be mailed and printed.

No network, no script.

What may be changed here: freely. The page around it is `page.html`; every text of a planner is escaped
here.
"""

import base64
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template

from sim.inputs.scenario import Scenario
from sim.results.charts import Chart
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import money_of
from sim.results.comparison.ranking import ranking
from sim.results.report.basis import Provenance, basis_pages
from sim.results.report.delay import delay_pages
from sim.results.report.html import table
from sim.results.report.money import money_pages
from sim.results.report.ranking import ranking_pages
from sim.results.words.headline import (
    Line,
    besides,
    description,
    headline,
    how_to_read,
    how_to_read_besides,
    on_other_days,
)
from sim.results.words.money import in_one_sentence
from sim.results.words.names import question, title_of_all
from sim.results.words.ranking import sentence

RANKING = "ranking"  # the name of its chart

__all__ = ["Provenance", "report_html", "report_title"]


def report_html(findings: Findings, charts: Sequence[Chart], provenance: Provenance) -> bytes:
    """The whole page."""
    template = Template(Path(__file__).with_name("report.html").read_text(encoding="utf-8"))
    body = "\n".join(
        part
        for section in (
            ranking_pages(findings, _pictured(charts, ranked=True)),
            _answers(findings),
            _headlines(findings),
            money_pages(findings),
            _warnings(findings),
            delay_pages(findings),
            _pictures(charts),
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
        text = sentence(ranked, findings, scenario) if findings.compared else _alone(findings, scenario)
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
        lines = headline(findings, scenario)
        if not findings.compared:
            yield f"<h3>{escape(findings.label(scenario))}</h3>"
            rows = [(line.label + line.note, line.after, line.interval, *line.beside) for line in lines]
            heads = [head for head, _ in besides(findings, scenario)]
            kinds = ("", "number", "number", *("number" for _ in heads))
            yield table(("On average", "", "95% interval of the average", *heads), rows, kinds)
        else:
            if len(findings.scenarios) > 2:
                yield f"<h3>{escape(findings.label(scenario))}</h3>"
            yield _comparison_table(findings, scenario, lines)
    yield f'<p class="small">{escape(_how_to_read(findings))}</p>'


def _comparison_table(findings: Findings, scenario: Scenario, lines: Sequence[Line]) -> str:
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
    """Every chart but the one that stands with the ranking."""
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
