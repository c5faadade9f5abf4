"""Every hospital on a line, the total last: how many are delayed in it, and how full it is, in every scenario.

Two panels of one order, the hospital with most delayed people on top. Marks tell the scenarios apart, as in every chart.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.charts.style import COLOURS, GREY, MARKERS, canvas, days_of, in_lines, remarks, with_baseline
from sim.results.comparison.findings import Findings
from sim.results.measure_table import SHARES
from sim.results.words.labels import figure, spoken

PANELS = (("midnight_delayed_mean", "delayed people on an average day"), ("occupancy", "occupancy"))
ROW = 0.2  # inches
MOST_BIG_ROWS = 12  # hospitals; of more the letters are smaller


def hospitals_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed people and occupancy of each hospital; nothing where there is only one."""
    if not findings.hospitals:
        return None
    shown = with_baseline(findings)
    names = sorted((one.name for one in findings.hospitals), key=lambda name: -_delayed(findings, shown[0], name))
    labels = [findings.label(scenario) for scenario in shown]
    title = "Where are people delayed, and how full is each hospital?" + days_of(findings)
    drawing, axes = canvas(
        title,
        f"Each of {len(names)} hospitals, the one with most delayed people on top" + remarks(findings, len(shown) - 1),
        1.75 + ROW * len(names),
        [in_lines(label) for label in labels],
    )
    top = axes.get_position().y1 - 0.17 / drawing.get_figheight()  # room for the headings
    axes.remove()
    panels = drawing.subplots(1, len(PANELS), sharey=True)
    for panel, (measure, heading) in zip(panels, PANELS, strict=True):
        _panel(panel, findings, shown, names, measure)
        panel.set_title(f"{heading}\n{_together(findings, shown, measure)}", fontsize=9, loc="left")
    panels[0].set_yticks(
        range(len(names)), [spoken(name) for name in names], fontsize=9 if len(names) <= MOST_BIG_ROWS else 7.5
    )
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    panels[0].set_xlim(left=0)
    drawing.subplots_adjust(top=top, left=0.22, right=0.97, wspace=0.06, bottom=0.4 / drawing.get_figheight())
    if len(shown) > 1:
        _legend(drawing, panels[0], labels)
    words = [f"{heading}: {_together(findings, shown, measure)}" for measure, heading in PANELS]
    worst = ", ".join(f"{spoken(name)} {figure(_delayed(findings, shown[0], name), 'people')}" for name in names[:3])
    return title, f"{'; '.join(words)}. Most are delayed in {worst}.", drawing


def _delayed(findings: Findings, scenario: Scenario, name: str) -> float:
    row = findings.estimate(scenario.id, name, PANELS[0][0])
    return row.mean if row else 0.0


def _together(findings: Findings, shown: Sequence[Scenario], measure: str) -> str:
    """`all together: 9.4, 7.4`: the totals, in the order of the scenarios."""
    rows = [findings.estimate(scenario.id, ALL_HOSPITALS, measure) for scenario in shown]
    return "all together: " + ", ".join(figure(row.mean, row.unit) if row else "-" for row in rows)


def _panel(axes: Axes, findings: Findings, shown: Sequence[Scenario], names: Sequence[str], measure: str) -> None:
    """A line a hospital from the lowest to the highest scenario, and a mark for each."""
    is_share = False
    for height, name in enumerate(names):
        rows = [findings.estimate(scenario.id, name, measure) for scenario in shown]
        known = [row.mean for row in rows if row]
        is_share = is_share or any(row.unit in SHARES for row in rows if row)
        if known:
            axes.plot([min(known), max(known)], [height, height], color=GREY, linewidth=1)
        for index, row in enumerate(rows):
            if row:
                axes.plot(row.mean, height, MARKERS[index], color=COLOURS[index], markersize=5, alpha=0.9)
    axes.margins(x=0.05)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    if is_share:
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:,.0f}%")


def _legend(drawing: Figure, panel: Axes, labels: Sequence[str]) -> None:
    """The scenarios, between the subtitle and the panels."""
    marks = [
        panel.plot([], [], MARKERS[index], color=COLOURS[index], markersize=6, label=in_lines(label))[0]
        for index, label in enumerate(labels)
    ]
    top = 1 - 0.55 / drawing.get_figheight()
    names = [str(mark.get_label()) for mark in marks]
    drawing.legend(marks, names, loc="upper left", bbox_to_anchor=(0.21, top), ncols=3, frameon=False, fontsize=8)
