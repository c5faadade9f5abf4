"""What people wait for: delayed days by reason, the scenarios side by side.

What may be changed here: freely.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.inputs.scenario import Scenario
from sim.results import window
from sim.results.charts.style import COLOURS, HATCHES, canvas, days_of, in_lines, remarks, with_baseline
from sim.results.findings import Findings
from sim.results.wording import figure, reason_label, spoken

MOST_BARS = 10


def reasons_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed bed days of the main service by reason, a bar for each scenario."""
    shown = with_baseline(findings)
    service = findings.main_service.name
    tables = [_reason_days(findings, scenario, service) for scenario in shown]
    reasons = sorted({reason for table in tables for reason in table}, key=lambda r: (-tables[0].get(r, 0.0), r))
    reasons = [reason for reason in reasons if any(table.get(reason, 0.0) > 0 for table in tables)]
    if not reasons:
        return None
    rest, reasons = reasons[MOST_BARS:], reasons[:MOST_BARS]
    rows = [(reason_label(reason), [table.get(reason, 0.0) for table in tables]) for reason in reasons]
    if rest:
        rows.append(("all others", [sum(table.get(reason, 0.0) for reason in rest) for table in tables]))
    per = window.per_one_of(findings.windows)
    title = "What do people wait for?" + days_of(findings)
    drawing, axes = canvas(
        title,
        f"Delayed bed days {per} in {spoken(service)}, by reason" + remarks(findings, len(shown) - 1),
        1.6 + len(rows) * (0.18 + 0.14 * len(shown)),
    )
    _bars(axes, rows, [in_lines(findings.label(scenario)) for scenario in shown], f"delayed bed days {per}")
    axes.set_ylim(len(rows) - 0.5, -0.5)
    drawing.subplots_adjust(left=0.31, right=0.95)
    top = "; ".join(f"{name}: " + ", ".join(figure(v, "") for v in values) for name, values in rows[:3])
    return (
        title,
        f"Delayed bed days {per} by reason ({', '.join(findings.label(s) for s in shown)}). {top}.",
        drawing,
    )


def _reason_days(findings: Findings, scenario: Scenario, service: str) -> dict[str, float]:
    factor = window.times(scenario.calendar.measured_days)
    rows = findings.items(scenario.id, service, "delayed_bed_days", "reason")
    return {row.item: row.mean * factor for row in rows}


def _bars(axes: Axes, rows: list[tuple[str, list[float]]], names: list[str], axis: str) -> None:
    many = len(names)
    width = 0.8 / many
    whole = max(value for _, values in rows for value in values) >= 100
    for index, name in enumerate(names):
        heights = [row + (index - (many - 1) / 2) * width for row in range(len(rows))]
        values = [values[index] for _, values in rows]
        axes.barh(
            heights,
            values,
            width * 0.92,
            color=COLOURS[index] if not HATCHES[index] else "white",
            edgecolor=COLOURS[index],
            hatch=HATCHES[index],
            label=name,
        )
        for height, value in zip(heights, values, strict=True):
            text = f"{value:,.0f}" if whole else figure(value, "")
            axes.annotate(text, (value, height), (3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(axis)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if many > 1:
        axes.legend(loc="lower right", frameon=False)
