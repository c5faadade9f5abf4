"""What all charts share: colours that everybody can tell apart, lines and hatches that say the same.

The colours are the UK Government Analysis Function's.
"""

from collections.abc import Sequence
from math import ceil
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings
from sim.results.comparison.ranking import ranking
from sim.results.words.labels import counted
from sim.results.words.names import in_all, settings_text

COLOURS = ("#12436D", "#F46A25", "#801650", "#28A197", "#3D3D3D", "#A285D1")
LINES = ("solid", (0, (5, 2)), (0, (1, 1.3)), (0, (7, 2, 1.5, 2)), (0, (3, 1.5, 1, 1.5, 1, 1.5)), (0, (9, 3)))
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
MARKERS = ("o", "s", "^", "D", "v", "P")
GREY, INK = "#5E5E5E", "#1A1A1A"
MOST_SCENARIOS = len(COLOURS)
TITLE_DOWN = 0.105  # inches
LEGEND_COLUMNS, LEGEND_ROW = 3, 0.2  # names beside each other; inches
NAME_WIDTH = 30  # letters of a name on one line

SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same picture on every machine
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a $ in a name is a dollar
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E0E0E0",
    "grid.linewidth": 0.7,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "hatch.linewidth": 0.8,
    "svg.hashsalt": "discharge",  # fixed, so that the same findings give the same bytes
    "svg.fonttype": "path",
    "figure.dpi": 100,
}


def canvas(title: str, subtitle: str, height: float = 4.2, legend: Sequence[str] = ()) -> tuple[Figure, Axes]:
    """An empty chart with its title and, smaller, what is shown; room below them for a legend of these names."""
    rows = ceil(len(legend) / LEGEND_COLUMNS) if len(legend) > 1 else 0
    rows *= max((name.count("\n") + 1 for name in legend), default=1)
    height += LEGEND_ROW * rows
    drawing = Figure(figsize=(8.2, height))
    axes = drawing.subplots()
    drawing.text(0.02, 1 - TITLE_DOWN / height, title, fontsize=12.5, fontweight="bold", va="top")
    drawing.text(0.02, 1 - (TITLE_DOWN + 0.3) / height, subtitle, fontsize=9, color=GREY, va="top")
    top = 1 - (0.75 + LEGEND_ROW * rows) / height
    drawing.subplots_adjust(left=0.09, right=0.80, top=top, bottom=0.5 / height)
    return drawing, axes


def in_lines(name: str, width: int = NAME_WIDTH) -> str:
    """A label on as many lines as it needs beside or above a chart; its last word, often a number, never alone."""
    return "\n".join(wrap("\xa0".join(name.rsplit(" ", 1)), width)).replace("\xa0", " ") or name


def legend_above(axes: Axes) -> None:
    """A legend between the subtitle and the chart."""
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=LEGEND_COLUMNS, frameon=False, fontsize=8)


def days_of(findings: Findings) -> str:
    """What to add to a title where only a part of the measured window is drawn."""
    period = findings.period
    return f" {period.short[:1].upper()}{period.short[1:]} ({counted(period.days, 'day')})" if period else ""


def with_baseline(findings: Findings) -> list[Scenario]:
    """The baseline and as many others as a chart holds, in the order of colours, lines, hatches and marks in every chart."""
    others, most = findings.scenarios[1:], MOST_SCENARIOS - 1
    if len(others) > most:
        others = tuple(row.scenario for row in ranking(findings)[:most]) or others[:most]
    return [findings.baseline, *others]


def remarks(findings: Findings, shown: int) -> str:
    """What to add to a subtitle: that not all scenarios beside the baseline fit, and what was set in all of them."""
    others = len(findings.scenarios) - 1
    order = " in the ranking" if ranking(findings) else ""
    chosen = f"; first {shown} of {others}{order}" if others > shown else ""
    common = in_all(findings.scenarios)
    return f"{chosen}\nin all: {settings_text(common)}" if common else chosen
