"""What all charts share: colours that everybody can tell apart, lines and hatches that say the same.

The colours are the UK Government Analysis Function's. What may be changed here: freely.
"""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.results.findings import Findings

COLOURS = ("#12436D", "#F46A25", "#801650", "#28A197", "#3D3D3D", "#A285D1")
LINES = ("solid", (0, (5, 2)), (0, (1, 1.3)), (0, (7, 2, 1.5, 2)), (0, (3, 1.5, 1, 1.5, 1, 1.5)), (0, (9, 3)))
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
MARKERS = ("o", "s", "^", "D", "v", "P")
GREY, INK = "#5E5E5E", "#1A1A1A"
MOST_SCENARIOS = len(COLOURS)

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


def canvas(title: str, subtitle: str, height: float = 4.2) -> tuple[Figure, Axes]:
    """An empty chart with its title and, smaller, what is shown."""
    drawing = Figure(figsize=(8.2, height))
    axes = drawing.subplots()
    drawing.text(0.02, 0.975, title, fontsize=12.5, fontweight="bold", va="top")
    drawing.text(0.02, 0.975 - 0.3 / height, subtitle, fontsize=9, color=GREY, va="top")
    drawing.subplots_adjust(left=0.09, right=0.80, top=1 - 0.75 / height, bottom=0.5 / height)
    return drawing, axes


def first_only(findings: Findings) -> str:
    """What to add to a subtitle when not all scenarios fit."""
    number = len(findings.scenarios)
    return f"; the first {MOST_SCENARIOS} of {number} scenarios" if number > MOST_SCENARIOS else ""
