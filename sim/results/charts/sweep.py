"""What a figure does as a setting moves: a line with its 95% band for one setting, a heat map for two.

A solution shows what was tried to meet a target: a figure against one setting, or against cost, with the target and the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.results.charts.style import COLOURS, GREY, INK, MARKERS, canvas, in_lines, legend_above
from sim.results.words.labels import shortened

MOST_WRITTEN = 150  # cells of a heat map in which the figure stands
MOST_TICKS = 20
HALF, WHOLE = 55, 110  # letters over a panel
DARK = 0.55  # of the range, from which on words are white
PANEL = 2.6  # inches
ABOVE, BELOW = 1.35, 0.6  # inches around the panels


@dataclass(frozen=True, slots=True)
class Steps:
    """What each next value changes, as paired differences: halfway between the two values, NaN where there is none."""

    positions: Sequence[float]
    means: Sequence[float]
    lows: Sequence[float]
    highs: Sequence[float]


@dataclass(frozen=True, slots=True)
class Band:
    """One figure along a setting: its mean and interval at each value, NaN where there is none."""

    label: str
    means: Sequence[float]
    lows: Sequence[float]
    highs: Sequence[float]
    flat_from: float | None = None  # positions of values that cannot be told from the last one
    steps: Steps | None = None


@dataclass(frozen=True, slots=True)
class LinePicture:
    """Figures along one setting, one below the other: their averages, and beside these their steps."""

    title: str
    subtitle: str
    axis: str
    positions: Sequence[float]
    stated: float | None  # where the scenario stands
    bands: Sequence[Band]


@dataclass(frozen=True, slots=True)
class MapPicture:
    """One figure over two settings: a row for each value of the second, from below."""

    title: str
    subtitle: str
    label: str
    across: str
    up: str
    columns: Sequence[str]
    rows: Sequence[str]
    values: Sequence[Sequence[float]]
    texts: Sequence[Sequence[str]]


def line_chart(picture: LinePicture) -> tuple[str, str, Figure]:
    """The lines, with bands where the mean lies with 95%; beside them what each step changes, which is known far better."""
    count = len(picture.bands)
    height = ABOVE + BELOW + PANEL * count
    drawing, first = canvas(picture.title, picture.subtitle, height)
    first.remove()
    has_steps = any(band.steps for band in picture.bands)
    grid = drawing.subplots(count, 2 if has_steps else 1, sharex=True, squeeze=False)
    drawing.subplots_adjust(
        left=0.09, right=0.98, top=1 - ABOVE / height, bottom=BELOW / height, hspace=0.3, wspace=0.2
    )
    for panels, band in zip(grid, picture.bands, strict=True):
        axes = panels[0]
        colour = COLOURS[0]  # one scenario, one colour
        axes.fill_between(picture.positions, band.lows, band.highs, color=colour, alpha=0.18, linewidth=0)
        axes.plot(picture.positions, band.means, color=colour, marker="o", markersize=3, linewidth=1.4)
        if min(band.lows) >= 0 and max(band.highs) > 2 * min(band.lows):
            axes.set_ylim(bottom=0)  # a count is drawn from 0 where that hides nothing
        if picture.stated is not None and picture.positions[0] <= picture.stated <= picture.positions[-1]:
            axes.axvline(picture.stated, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
        if band.flat_from is not None:
            axes.axvspan(band.flat_from, picture.positions[-1], color=GREY, alpha=0.12, linewidth=0)
        axes.set_title(in_lines(band.label, HALF if has_steps else WHOLE), fontsize=9.5, loc="left", color=INK)
        if band.steps:
            _draw_steps(panels[1], band.steps, colour)
        elif has_steps:
            panels[1].set_visible(False)
    lowest = [next(axes for axes in column[::-1] if axes.get_visible()) for column in grid.T]
    for axes in lowest:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(picture.axis)
        if all(float(position).is_integer() for position in picture.positions):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there are no half beds
    return picture.title, _described(picture), drawing


def _draw_steps(axes: Axes, steps: Steps, colour: str) -> None:
    means, lows, highs = (np.array(values, dtype=np.float64) for values in (steps.means, steps.lows, steps.highs))
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.errorbar(
        steps.positions,
        means,
        yerr=np.abs(np.array([means - lows, highs - means])),
        fmt="o",
        color=colour,
        markersize=3,
        linewidth=1.2,
        capsize=2,
    )
    axes.set_title("what the next value changes", fontsize=9.5, loc="left", color=INK)


def _described(picture: LinePicture) -> str:
    ends = f"from {picture.positions[0]:g} to {picture.positions[-1]:g}"
    words = [f"{band.label}: {band.means[0]:.4g} to {band.means[-1]:.4g}" for band in picture.bands]
    return f"{picture.axis} {ends}. {'; '.join(words)}."


def map_chart(picture: MapPicture) -> tuple[str, str, Figure]:
    """The heat map; darker is more, and the figure is in each cell where there is room."""
    rows, columns = len(picture.rows), len(picture.columns)
    drawing, axes = canvas(picture.title, picture.subtitle, 1.9 + max(2.2, 0.3 * rows))
    values = np.array(picture.values, dtype=np.float64)
    image = axes.imshow(values, origin="lower", aspect="auto", cmap="Blues")
    axes.grid(visible=False)
    axes.set_xticks(*_ticks(picture.columns))
    axes.set_yticks(*_ticks(picture.rows))
    axes.set_xlabel(picture.across)
    axes.set_ylabel(picture.up)
    if rows * columns <= MOST_WRITTEN:
        low, width = np.nanmin(values), np.ptp(values[~np.isnan(values)]) or 1.0
        for row, column in np.ndindex(values.shape):
            is_dark = (values[row, column] - low) / width > DARK
            colour = "white" if is_dark else INK
            text = picture.texts[row][column]
            axes.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    drawing.colorbar(image, ax=axes, fraction=0.05, pad=0.02).set_label(in_lines(picture.label, 45), fontsize=8)
    drawing.subplots_adjust(left=0.12, right=0.92, bottom=0.14)
    told = (
        f"{picture.label}: {np.nanmin(values):.4g} to {np.nanmax(values):.4g} over {picture.across} and {picture.up}."
    )
    return picture.title, told, drawing


def _ticks(texts: Sequence[str]) -> tuple[list[int], list[str]]:
    """Not more of them than can be read."""
    every = range(0, len(texts), -(-len(texts) // MOST_TICKS))
    return list(every), [texts[number] for number in every]


# -- what was tried to meet a target -----------------------------------------------------------------------------------


MOST_LABELS = 12
LABEL_WIDTH = 34


@dataclass(frozen=True, slots=True)
class TriedPoint:
    """One value or mix: where it stands, its bounds, and what it is called."""

    across: float
    mean: float
    low: float
    high: float
    kind: str  # which of the picture's kinds
    label: str = ""  # written beside it; empty: none
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class SolutionPicture:
    """Everything that the chart shows."""

    title: str
    subtitle: str
    across: str
    axis: str
    target: float
    target_words: str
    kinds: Sequence[str]
    points: Sequence[TriedPoint]
    with_line: bool  # points are joined, in the order of the axis


def solution_chart(picture: SolutionPicture) -> tuple[str, str, Figure]:
    """Points with their bounds, the target as a line, the answer in a circle."""
    kinds = [kind for kind in picture.kinds if any(one.kind == kind for one in picture.points)]
    drawing, axes = canvas(picture.title, picture.subtitle, 4.6, kinds if len(kinds) > 1 else ("", ""))
    shown = sorted(picture.points, key=lambda one: one.across)
    if picture.with_line:
        axes.plot([one.across for one in shown], [one.mean for one in shown], color=GREY, linewidth=1, zorder=1)
    for number, kind in enumerate(picture.kinds):
        mine = [one for one in shown if one.kind == kind]
        if mine:
            sizes = [[max(0.0, one.mean - one.low) for one in mine], [max(0.0, one.high - one.mean) for one in mine]]
            axes.errorbar([one.across for one in mine], [one.mean for one in mine], yerr=sizes, fmt=MARKERS[number],
                          color=COLOURS[number], ecolor=COLOURS[number], elinewidth=0.8, markersize=5, label=kind, zorder=2)  # fmt: skip
    for one in shown:
        if one.is_answer:
            axes.plot([one.across], [one.mean], marker="o", markersize=14, fillstyle="none", color=INK, zorder=3)
    for one in [one for one in shown if one.label][:MOST_LABELS]:
        axes.annotate(shortened(one.label, LABEL_WIDTH), (one.across, one.mean), xytext=(6, 5), fontsize=7.5,
                      textcoords="offset points", color=INK)  # fmt: skip
    axes.axhline(picture.target, color=INK, linewidth=1, linestyle=(0, (4, 2)))
    axes.annotate(picture.target_words, xy=(1.01, picture.target), xycoords=("axes fraction", "data"), fontsize=8, va="center",
                  color=INK, annotation_clip=False)  # fmt: skip
    axes.set_xlabel(picture.across)
    axes.set_ylabel(picture.axis, fontsize=9)
    legend_above(axes)
    axes.ticklabel_format(useOffset=False, style="plain")
    if all(one.low >= 0 for one in shown):
        axes.set_ylim(bottom=0)  # a figure that cannot fall below it is drawn from there
    if all(float(one.across).is_integer() for one in shown):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there are no half beds
    drawing.subplots_adjust(left=0.11, right=0.84, bottom=0.55 / drawing.get_figheight())
    return picture.title, _description(picture, shown), drawing


def _description(picture: SolutionPicture, shown: Sequence[TriedPoint]) -> str:
    words = [f"{one.across:g}: {one.mean:.4g} ({one.low:.4g} to {one.high:.4g}), {one.kind}" for one in shown[:12]]
    return f"{picture.axis} against {picture.across}; target {picture.target_words}. " + "; ".join(words) + "."
