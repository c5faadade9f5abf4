"""What the page shows of a comparison: its sentence, its table, the narrowing interval, the pinned results; all as safe HTML or a chart.

Names come from files of whoever wrote them, so every text is escaped here, and each may run from right to left on its own.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from sim.results.comparison.compare import PairedDifference
from sim.results.comparison.findings import Findings
from sim.results.measure_table import HEADLINE
from sim.results.words import labels
from sim.results.words.headline import answer, headline
from sim.results.words.labels import change_and_interval, counted, measure_label

if TYPE_CHECKING:
    import altair as alt

    from sim.desk.session import Comparison, Pin

CASH = "cost_cash_gbp"
COLOURS = {"better": "#00703c", "worse": "#b10e1e", "cannot tell": "#505a5f"}
STYLE = """<style>
.desk table {border-collapse: collapse; width: 100%; font-size: 0.9rem}
.desk th, .desk td {padding: 0.25rem 0.6rem; border-bottom: 1px solid #d5d9dc; text-align: right; vertical-align: top}
.desk th:first-child, .desk td:first-child {text-align: left; min-width: 9rem}
.desk td {white-space: nowrap} .desk td:first-child {white-space: normal}
.desk .wide {overflow-x: auto}
.desk .answer {font-size: 1.15rem; font-weight: 600; margin: 0 0 0.4rem}
.desk .how {color: #505a5f; margin: 0.2rem 0}
</style>"""


def plain(words: str) -> str:
    """A text of anybody's where Streamlit reads Markdown: every mark means itself."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", words)


def text(words: str) -> str:
    """A text of anybody's as HTML, in its own direction."""
    return f"<bdi>{escape(words)}</bdi>"


def boxed(*parts: str) -> str:
    """Parts of HTML as one, with the desk's style."""
    return f'{STYLE}<div class="desk">{"".join(parts)}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is on the left; it slides in its own box where the page is narrow."""
    heads = "".join(f'<th scope="col">{text(one)}</th>' for one in head)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'


def _cell(words: str) -> str:
    colour = COLOURS.get(words)
    style = f' style="color: {colour}; font-weight: 600"' if colour else ""
    return f"<td{style}>{text(words)}</td>"


def sentence(comparison: "Comparison", findings: Findings, most: int) -> str:
    """The sentence that answers, and how many replications it rests on."""
    far = f"{counted(comparison.replications, 'replication')} of {most}"
    more = "the interval narrows as more come" if comparison.replications < most else "all that were asked for"
    found = answer(findings, findings.scenarios[1])
    if comparison.is_of_one:  # two of one name are told apart by ids, which nobody here knows
        found = found.replace(findings.called(findings.scenarios[1]), comparison.other.name)
    same = '<p class="how">Nothing that decides a result differs between the two, so every difference is 0.</p>'
    return boxed(
        f'<p class="answer" role="status">{text(found)}</p>',
        f'<p class="how">After {far}, {more}. The same people and random numbers in both; 95% intervals.</p>',
        same if comparison.is_of_one else "",
    )


def figures(findings: Findings) -> str:
    """The table of the terminal."""
    rows = [
        (row.label, row.before, row.after, row.difference, row.interval, row.verdict)
        for row in headline(findings, findings.scenarios[1])
    ]
    return boxed(table(("", "before", "after", "difference", "95% interval", "verdict"), rows))


def headline_difference(findings: Findings) -> PairedDifference | None:
    """The difference that the page's first sentence is about."""
    return findings.difference(findings.scenarios[1].id, findings.main_place, HEADLINE)


def narrowing(trail: Sequence[tuple[int, PairedDifference]], most: int) -> "alt.LayerChart | alt.FacetChart":
    """The headline's difference and its interval after each number of replications."""
    import altair as alt
    import pandas as pd

    days = 365
    label = measure_label(trail[-1][1].measure, trail[-1][1].service, measured_days=days)
    rows = [(count, one.mean, one.low, one.high) for count, one in trail]
    data = pd.DataFrame(rows, columns=["replications", "difference", "low", "high"])
    last = trail[-1][1]
    across = alt.X(
        "replications:Q", title="replications", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(domain=[0, most])
    )
    ends = [value for _, one in trail[-12:] for value in (one.low, one.high, 0.0) if value is not None]
    # the first intervals are so wide that nothing else would show
    down = alt.Scale(domain=[min(ends), max(ends)], nice=True)
    band = alt.Chart(data).mark_area(opacity=0.25, color="#1d70b8", clip=True)
    line = alt.Chart(data).mark_line(color="#1d70b8", point=True, clip=True)
    zero = alt.Chart(pd.DataFrame({"difference": [0.0]})).mark_rule(color="#505a5f", strokeDash=[4, 4])
    return alt.layer(
        band.encode(across, alt.Y("low:Q", scale=down, title="difference, 95% interval"), alt.Y2("high:Q")),
        line.encode(across, alt.Y("difference:Q", scale=down)),
        zero.encode(alt.Y("difference:Q", scale=down)),
    ).properties(
        height=220,
        description=f"{label}: {last.mean:.3g} ({last.low:.3g} to {last.high:.3g}) after {trail[-1][0]} replications",
    )


def pinned(pins: "Sequence[Pin]") -> str:
    """The pinned results side by side: what was moved, and what it does to delay and cash, a year's where a year or more is measured."""
    found = [pin.comparison.findings() for pin in pins]
    time, each = labels.per_each_of(one.scenarios[0].calendar.measured_days for one in found)
    heads = (
        "pinned",
        "moved",
        "beside",
        "delayed people",
        "95% interval",
        f"cash {time}".strip(),
        "95% interval",
        "replications",
    )
    return boxed(table(heads, map(_pin, pins, found, each)))


def _pin(pin: "Pin", found: Findings, time: str) -> tuple[str, ...]:
    base, other = found.scenarios
    factor = labels.times(base.calendar.measured_days)
    delay = _figure(found.difference(other.id, found.main_place, HEADLINE), 1.0)
    cash, interval = _figure(found.difference(other.id, "all", CASH), factor)
    moved = ", ".join(pin.sets) or f"as in {pin.file}"
    return (pin.name, moved, base.name, *delay, f"{cash} {time}".strip(), interval, str(pin.comparison.replications))


def _figure(row: Any, factor: float) -> tuple[str, str]:
    """A difference and its interval; nothing where the results have none, as where nothing is priced."""
    return change_and_interval(factor * row.mean, *_times(factor, row), row.unit) if row else ("not counted", "")


def _times(factor: float, row: PairedDifference) -> tuple[float | None, float | None]:
    return tuple(None if end is None else factor * end for end in (row.low, row.high))  # type: ignore[return-value]
