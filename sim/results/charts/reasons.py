"""What people wait for: delayed days by reason, the scenarios side by side, parted into what lacked.

Two panels of one scale: no place is free, and everything else. So the parts need no colour or hatch of their own.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.results.charts.style import (
    COLOURS,
    HATCHES,
    INK,
    LEGEND_COLUMNS,
    canvas,
    days_of,
    in_lines,
    remarks,
    with_baseline,
)
from sim.results.comparison.findings import Findings
from sim.results.words import run_length
from sim.results.words.delay_reasons import ReasonDays, days_by_reason
from sim.results.words.labels import figure, spoken

PANELS = (
    ("no place is free", ("place",)),
    ("arranging it, closed hours, or no team", ("arranging", "hours", "team")),
)


def reasons_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed bed days of the main service by reason, a bar for each scenario in each panel."""
    shown = with_baseline(findings)
    service = spoken(findings.main_place)
    rows = days_by_reason(findings, shown)
    if not rows:
        return None
    _, per = run_length.side_by_side(one.calendar.measured_days for one in shown)
    title = "What do people wait for, and what is lacking?" + days_of(findings)
    names = [findings.label(scenario) for scenario in shown]
    drawing, one = canvas(
        title,
        f"Delayed bed days {per} in {service}, by reason" + remarks(findings, len(shown) - 1),
        2.05 + len(rows) * (0.18 + 0.14 * len(shown)),
        [in_lines(name) for name in names],
    )
    top = one.get_position().y1 - 0.17 / drawing.get_figheight()  # room for the headings
    one.remove()
    panels = drawing.subplots(1, len(PANELS), sharex=True, sharey=True)
    for axes, (heading, lacks) in zip(panels, PANELS, strict=True):
        _bars(axes, rows, lacks, [in_lines(name) for name in names])
        axes.set_title(heading, fontsize=9, fontweight="bold", loc="left", color=INK)
    panels[0].set_yticks(range(len(rows)), [row.label for row in rows], fontsize=9)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    panels[0].margins(x=0.16)
    drawing.supxlabel(f"delayed bed days {per}", fontsize=10, color=INK, y=0.1 / drawing.get_figheight())
    drawing.subplots_adjust(top=top, left=0.26, right=0.97, wspace=0.06, bottom=0.62 / drawing.get_figheight())
    _legend(drawing, panels[0])
    return title, f"Delayed bed days {per} by reason ({', '.join(names)}). {_told(rows, len(shown))}.", drawing


def _told(rows: list[ReasonDays], many: int) -> str:
    """The largest reasons in words: `reablement bed (P2): 920 (229 with no place free), 912 (220 with no place free)`."""

    def said(row: ReasonDays, scenario: int) -> str:
        no_place = figure(row.days[scenario].get("place", 0.0), "")
        return f"{figure(row.total(scenario), '')} ({no_place} with no place free)"

    return "; ".join(f"{row.label}: " + ", ".join(said(row, number) for number in range(many)) for row in rows[:3])


def _bars(axes: Axes, rows: list[ReasonDays], lacks: tuple[str, ...], names: list[str]) -> None:
    many = len(names)
    width = 0.8 / many
    whole = max(row.total(number) for row in rows for number in range(many)) >= 100
    for index in range(many):
        heights = [row + (index - (many - 1) / 2) * width for row in range(len(rows))]
        values = [sum(row.days[index].get(lack, 0.0) for lack in lacks) for row in rows]
        axes.barh(
            heights,
            values,
            width * 0.92,
            color=COLOURS[index] if not HATCHES[index] else "white",
            edgecolor=COLOURS[index],
            hatch=HATCHES[index],
            label=names[index],
        )
        for height, value in zip(heights, values, strict=True):
            text = f"{value:,.0f}" if whole else figure(value, "")
            if value > 0:
                axes.annotate(text, (value, height), (3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _legend(drawing: Figure, panel: Axes) -> None:
    """The scenarios, between the subtitle and the panels."""
    bars, names = panel.get_legend_handles_labels()
    if len(names) > 1:
        top = 1 - 0.55 / drawing.get_figheight()
        drawing.legend(
            bars,
            names,
            loc="upper left",
            bbox_to_anchor=(0.25, top),
            ncols=LEGEND_COLUMNS,
            frameon=False,
            fontsize=8,
        )
