"""The report: findings and charts in, one HTML page out that can be mailed and printed.

No network, no script.

What may be changed here: freely. The page around it is `report.html`; every text of a planner is escaped
here.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from sim.inputs.scenario import Scenario, Value
from sim.results.charts import Chart
from sim.results.findings import Change, Findings
from sim.results.headline import Line, answer, description, headline
from sim.results.wording import change_and_interval, counted, figure, shortened, spoken, yearly

MOST_ASSUMPTIONS = 200


@dataclass(frozen=True, slots=True)
class Provenance:
    """What somebody else needs to get the same numbers; no clock in it, so that the report stays the same."""

    command: str
    version: str
    engine: str
    inputs: tuple[tuple[str, str], ...]  # file, its SHA-256
    show: Callable[[str], str] = str  # how a file's path is shown


def report_html(findings: Findings, charts: Sequence[Chart], provenance: Provenance) -> bytes:
    """The whole page."""
    template = Template(Path(__file__).with_name("report.html").read_text(encoding="utf-8"))
    body = "\n".join(
        part
        for section in (
            _answers(findings),
            _warnings(findings),
            _headlines(findings),
            _pictures(charts),
            _costs(findings),
            _changes(findings, provenance),
            _assumptions(findings, provenance),
            _repeat(findings, provenance),
        )
        for part in section
    )
    return template.substitute(title=escape(report_title(findings)), body=body).encode()


def report_title(findings: Findings) -> str:
    """Whom the results are about."""
    names = [shortened(scenario.name or scenario.id, 80) for scenario in findings.scenarios]
    if not findings.compared:
        return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    others = ", ".join(names[1:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{others} compared with {names[0]}"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]], kinds: Sequence[str]) -> str:
    """An HTML table; `kinds` are the columns' classes: number, verdict, mono or nothing."""

    def cells(tag: str, texts: Sequence[str]) -> str:
        marks = [f' class="{kind}"' if kind else "" for kind in kinds]
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(f"<{tag}{mark}{scope}>{escape(text)}</{tag}>" for mark, text in zip(marks, texts, strict=True))

    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{cells('th', headers)}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _answers(findings: Findings) -> Iterator[str]:
    for scenario in findings.scenarios[1:] if findings.compared else findings.scenarios:
        text = answer(findings, scenario) if findings.compared else description(findings, scenario)
        if scenario.question:
            yield f'<p class="question">{escape(scenario.question)}</p>'
        yield f'<p class="answer">{escape(text)}</p>'


def _warnings(findings: Findings) -> Iterator[str]:
    for warning in findings.warnings:
        yield f'<p class="warning"><strong>Take care.</strong> {escape(warning)}</p>'
    for file in findings.left_out:
        text = escape(f"{file.file}: {file.reason}")
        yield f'<p class="warning"><strong>Not compared:</strong> {text}</p>'


def _headlines(findings: Findings) -> Iterator[str]:
    yield "<h2>The figures</h2>"
    for scenario in findings.scenarios[1:] if findings.compared else findings.scenarios:
        lines = headline(findings, scenario)
        if not findings.compared:
            yield f"<h3>{escape(findings.label(scenario))}</h3>"
            rows = [(line.label, line.after, line.interval) for line in lines]
            yield _table(("On average", "", "95% interval of the average"), rows, ("", "number", "number"))
        else:
            if len(findings.scenarios) > 2:
                yield f"<h3>{escape(findings.label(scenario))}</h3>"
            yield _comparison_table(findings, scenario, lines)
    yield f'<p class="small">{escape(_how_to_read(findings))}</p>'


def _comparison_table(findings: Findings, scenario: Scenario, lines: Sequence[Line]) -> str:
    headers = (
        "",
        findings.label(findings.baseline),
        findings.label(scenario),
        "difference",
        "95% interval",
        "verdict",
    )
    rows = [(ln.label, ln.before, ln.after, ln.difference, ln.interval, ln.verdict) for ln in lines]
    return _table(headers, rows, ("", "number", "number", "number", "number", "verdict"))


def _how_to_read(findings: Findings) -> str:
    replications = counted(findings.baseline.replications, "replication")
    days = findings.baseline.calendar.measured_days
    text = f"Averages of {replications} of {days:,} measured days; totals are told per year of 365 days. "
    if findings.compared:
        text += (
            "The same people, with the same luck, walk through every scenario, and the interval is on the "
            "difference: 19 of 20 such intervals hold the true difference of the model. “Cannot tell” means "
            "that the interval contains no difference. "
        )
    return text + "An interval says how sure the simulation is of its own average, not how well it fits real life."


def _pictures(charts: Sequence[Chart]) -> Iterator[str]:
    if charts:
        yield "<h2>The pictures</h2>"
    for chart in charts:
        data = base64.b64encode(chart.svg).decode()
        text = escape(f"{chart.title} {chart.description}", quote=True)
        yield f'<figure><img alt="{text}" src="data:image/svg+xml;base64,{data}"></figure>'


def _costs(findings: Findings) -> Iterator[str]:
    rows = []
    for scenario in findings.scenarios:
        factor = yearly("cost_cash_gbp", scenario.calendar.measured_days)
        for row in findings.items(scenario.id, "all", "cost_cash_gbp", "payer"):
            change = findings.contrast(scenario.id, "all", "cost_cash_gbp", "payer", row.item)
            ends = (
                change_and_interval(change.mean, change.low, change.high, change.unit, factor) if change else ("", "")
            )
            cost = figure(row.mean * factor, row.unit)
            verdict = change.verdict if change else ""
            rows.append((findings.label(scenario), spoken(row.item), cost, *ends, verdict))
    if rows:
        year = findings.baseline.costs.price_year
        yield "<h2>Who pays, per year</h2>"
        headers = ("scenario", "payer", "cost a year", "difference", "95% interval", "verdict")
        yield _table(headers, rows, ("", "", "number", "number", "number", "verdict"))
        yield f'<p class="small">Prices of {escape(year)}. ' if year else '<p class="small">'
        yield "Delayed days are never added on top of the stays that they are part of.</p>"


def _changes(findings: Findings, provenance: Provenance) -> Iterator[str]:
    if not findings.compared:
        return
    yield "<h2>What differs between the files</h2>"
    for scenario in findings.scenarios[1:]:
        changes: Sequence[Change] = findings.changes.get(scenario.id, ())
        yield f"<h3>{escape(findings.label(scenario))}</h3>"
        if not changes:
            yield "<p>Nothing but names.</p>"
            continue
        rows = [(one.path, one.old or "-", one.new or "-", one.place(provenance.show)) for one in changes]
        yield _table(("value", "baseline", "here", "written in"), rows, ("mono", "", "", "mono"))


def _assumptions(findings: Findings, provenance: Provenance) -> Iterator[str]:
    found: dict[tuple[str, str, str], Value] = {}
    for scenario in findings.scenarios:
        for value in scenario.values:
            if "assumption" in value.note.lower():
                found.setdefault((value.path, value.text, value.note), value)
    yield "<h2>Assumptions</h2>"
    if not found:
        yield "<p>No value is marked as an assumption in the scenario files.</p>"
        return
    values = list(found.values())
    yield f"<p>Marked as assumed in the scenario files: {counted(len(values), 'value')}.</p>"
    rows = [(v.path, v.text, v.note, f"{provenance.show(v.file)}:{v.line}") for v in values[:MOST_ASSUMPTIONS]]
    yield _table(("value", "is", "note", "written in"), rows, ("mono", "", "", "mono"))
    if len(values) > MOST_ASSUMPTIONS:
        more = f"{len(values) - MOST_ASSUMPTIONS:,}"
        yield f"<p>And {more} more: <code>run_sim.py show FILE</code> prints them all.</p>"


def _place(value: Value, provenance: Provenance) -> str:
    return f"{provenance.show(value.file)}:{value.line}" if value.line else value.file


def _repeat(findings: Findings, provenance: Provenance) -> Iterator[str]:
    base = findings.baseline
    yield "<h2>How to repeat this</h2>"
    yield f"<pre>{escape(provenance.command)}</pre>"
    rows = [
        ("program", f"version {provenance.version}, {provenance.engine} engine"),
        ("seed, replications", f"{base.seed}, {base.replications}"),
        (
            "calendar",
            f"from {base.calendar.start.isoformat()}: {base.calendar.warm_up_days:,} days of warm-up, "
            f"then {base.calendar.measured_days:,} days measured",
        ),
        *((file, f"SHA-256 {digest}") for file, digest in provenance.inputs),
    ]
    yield _table(("what", "which"), rows, ("", "mono"))
    yield '<p class="small">The same inputs and version give the same numbers.</p>'
