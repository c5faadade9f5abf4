"""Pictures of people's own data: observed lengths beside fitted ones, and a forecast with its bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import matplotlib as mpl
import matplotlib.ticker
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.results.charts.style import COLOURS, GREY, HEAD, INK, canvas, date_axis, in_lines, title_panel

PANEL, ACROSS = 2.7, 3  # inches, and panels beside each other
FAN_PANEL = 2.1
ABOVE, BELOW = 0.95, 0.6  # inches around the panels
SHADES = ((0, 6, 0.14), (1, 5, 0.22), (2, 4, 0.34))  # of the seven percentiles: the ends of a band, and how dark it is


@dataclass(frozen=True, slots=True)
class QuantilePanel:
    """One distribution: what share of people needs fewer days, as seen and as fitted."""

    label: str
    seen: Sequence[float]  # days, at rising shares of people
    fitted: Sequence[float]


@dataclass(frozen=True, slots=True)
class QuantilePicture:
    """Every fitted distribution beside what it was fitted to."""

    title: str
    subtitle: str
    panels: Sequence[QuantilePanel]


@dataclass(frozen=True, slots=True)
class FanPanel:
    """One figure day by day: its percentiles 2.5, 10, 25, 50, 75, 90 and 97.5 over the simulated runs."""

    label: str
    percentiles: Sequence[Sequence[float]]  # seven for each day
    seen: Sequence[float | None] = ()  # what came, where that is known


@dataclass(frozen=True, slots=True)
class FanPicture:
    """A forecast."""

    title: str
    subtitle: str
    dates: Sequence[date]
    panels: Sequence[FanPanel]


def quantile_chart(picture: QuantilePicture) -> tuple[str, str, Figure]:
    """Observed against fitted quantiles: on the straight line the two are equal."""
    rows = -(-len(picture.panels) // ACROSS)
    height = ABOVE + BELOW + PANEL * rows
    drawing, first = canvas(picture.title, picture.subtitle, height)
    height, top = drawing.get_figheight(), first.get_position().y1 - (ABOVE - HEAD) / drawing.get_figheight()
    first.remove()
    grid = drawing.subplots(rows, ACROSS, squeeze=False)
    drawing.subplots_adjust(left=0.08, right=0.97, top=top, bottom=BELOW / height, hspace=0.45, wspace=0.28)
    for axes, panel in zip(grid.flat, picture.panels, strict=False):
        most = max([*panel.seen, *panel.fitted, 1.0])
        axes.plot([0, most], [0, most], color=GREY, linewidth=1, linestyle=(0, (4, 2)))
        axes.plot(panel.seen, panel.fitted, color=COLOURS[0], marker="o", markersize=2.6, linewidth=0.8)
        title_panel(axes, panel.label, 8.5)
        axes.set_xlim(0, most * 1.03)
        axes.set_ylim(0, most * 1.03)
        axes.tick_params(labelsize=8)
        axes.set_xlabel("days seen", fontsize=8)
    for row in grid:
        row[0].set_ylabel("days fitted", fontsize=8)
    for axes in list(grid.flat)[len(picture.panels) :]:
        axes.remove()
    told = "; ".join(f"{one.label}: {len(one.seen)} quantiles" for one in picture.panels)
    return picture.title, f"Fitted against observed quantiles of days. {told}.", drawing


def fan_chart(picture: FanPicture) -> tuple[str, str, Figure]:
    """Each figure's median with its bands, and what came as dots where it is known."""
    count = len(picture.panels)
    height = ABOVE + BELOW + FAN_PANEL * count
    drawing, first = canvas(picture.title, picture.subtitle, height)
    height, top = drawing.get_figheight(), first.get_position().y1 - (ABOVE - HEAD) / drawing.get_figheight()
    first.remove()
    panels = drawing.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    drawing.subplots_adjust(left=0.08, right=0.96, top=top, bottom=BELOW / height, hspace=0.32)
    for number, (axes, panel) in enumerate(zip(panels, picture.panels, strict=True)):
        _fan(axes, picture.dates, panel, COLOURS[number % len(COLOURS)])
    date_axis(panels[-1])
    last = "; ".join(
        f"{one.label}: {one.percentiles[0][3]:g} at first, {one.percentiles[-1][3]:g} at the end"
        for one in picture.panels
    )
    return picture.title, f"Medians with bands of 50%, 80% and 95%. {last}.", drawing


def _fan(axes: Axes, dates: Sequence[date], panel: FanPanel, colour: str) -> None:
    when: Any = list(dates)
    columns = np.array(panel.percentiles, dtype=np.float64).T
    for low, high, dark in SHADES:
        axes.fill_between(when, columns[low], columns[high], color=colour, alpha=dark, linewidth=0)
    axes.plot(when, columns[3], color=colour, linewidth=1.6)
    known = [(day, value) for day, value in zip(dates, panel.seen, strict=False) if value is not None]
    if known:
        axes.plot([day for day, _ in known], [value for _, value in known], "o", color=INK, markersize=2.5)  # type: ignore[arg-type]
    axes.set_title(in_lines(panel.label, 7.3, 9.5), fontsize=9.5, loc="left", color=INK)
    axes.set_ylim(bottom=0)
    ticker: Any = mpl.ticker  # people come whole
    axes.yaxis.set_major_locator(ticker.MaxNLocator(5, integer=True))
    axes.margins(x=0.0)
