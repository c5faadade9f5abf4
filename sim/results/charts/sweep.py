"""What a figure does as a setting moves: a line with its 95% band for one setting, a heat map for two."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.results.charts.style import COLOURS, GREY, INK, canvas, in_lines

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
