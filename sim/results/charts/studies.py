"""The charts of studies: what a figure does as a setting moves, what meets a target, and what rests on assumptions.

A sweep is a line with its 95% band for one setting, a heat map for two. A solution shows what was tried to meet a target: a figure
against one setting, or against cost, with the target and the answer. Possible worlds are on a plane of delay and money; indices
of assumptions, and what levers add up to, are bars. The tornado says which assumption matters: a bar each, from the difference
at its low end to that at its high end. Break-even shows what is left over at each size of an effect, in cash and with the beds that
it frees.

Of people's own files: observed lengths beside fitted ones, and a forecast with its bands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

import matplotlib as mpl
import matplotlib.ticker
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from sim.inputs.problems import listed
from sim.results.charts.style import (
    COLOURS,
    GREY,
    HATCHES,
    HEAD,
    INK,
    LINES,
    MARKERS,
    canvas,
    date_axis,
    headed,
    in_lines,
    legend_above,
    on_one_line,
    pounds,
    room_for,
    title_panel,
)
from sim.results.words.labels import shortened

MOST_WRITTEN = 150  # cells of a heat map in which the figure stands
MOST_TICKS = 20
HALF, WHOLE = 3.3, 7.2  # inches over a panel
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
    flat_from: float | None = None  # where the values up to the last that cannot be told apart begin
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
    has_steps = any(band.steps for band in picture.bands)
    across = in_lines(picture.axis, HALF if has_steps else WHOLE, 10)
    below = BELOW + 0.17 * across.count("\n")
    drawing, first = canvas(picture.title, picture.subtitle, ABOVE + below + PANEL * count)
    height, top = drawing.get_figheight(), first.get_position().y1
    first.remove()
    grid = drawing.subplots(count, 2 if has_steps else 1, sharex=True, squeeze=False)
    drawing.subplots_adjust(
        left=0.09,
        right=0.97,
        top=top - (ABOVE - HEAD) / height,
        bottom=below / height,
        hspace=0.3,
        wspace=0.2,
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
        axes.set_title(in_lines(band.label, HALF if has_steps else WHOLE, 9.5), fontsize=9.5, loc="left", color=INK)
        if band.steps:
            _draw_steps(panels[1], band.steps, colour)
        elif has_steps:
            panels[1].set_visible(False)
    lowest = [next(axes for axes in column[::-1] if axes.get_visible()) for column in grid.T]
    for axes in lowest:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(across)
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
    axes.set_xlabel(in_lines(picture.across, WHOLE - 1, 10))
    axes.set_ylabel(in_lines(picture.up, 2.6, 10))
    if rows * columns <= MOST_WRITTEN:
        low, width = np.nanmin(values), np.ptp(values[~np.isnan(values)]) or 1.0
        for row, column in np.ndindex(values.shape):
            is_dark = (values[row, column] - low) / width > DARK
            colour = "white" if is_dark else INK
            text = picture.texts[row][column]
            axes.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    drawing.colorbar(image, ax=axes, fraction=0.05, pad=0.02).set_label(in_lines(picture.label, 2.6), fontsize=8)
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
    shown = sorted(picture.points, key=lambda point: point.across)
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
        is_right = one.across > (shown[0].across + shown[-1].across) / 2
        axes.annotate(shortened(one.label, LABEL_WIDTH), (one.across, one.mean), xytext=(-6 if is_right else 6, 5), fontsize=7.5,
                      textcoords="offset points", color=INK, ha="right" if is_right else "left")  # fmt: skip
    axes.axhline(picture.target, color=INK, linewidth=1, linestyle=(0, (4, 2)))
    axes.annotate(in_lines(picture.target_words, 1.05), xy=(1.01, picture.target), xycoords=("axes fraction", "data"), fontsize=8, va="center",
                  color=INK, annotation_clip=False)  # fmt: skip
    axes.set_xlabel(in_lines(picture.across, 6.0, 10))
    axes.set_ylabel(in_lines(picture.axis, 3.2, 9), fontsize=9)
    legend_above(axes)
    axes.ticklabel_format(useOffset=False, style="plain")
    if all(one.low >= 0 for one in shown):
        axes.set_ylim(bottom=0)  # a figure that cannot fall below it is drawn from there
    if all(float(one.across).is_integer() for one in shown):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there are no half beds
    drawing.subplots_adjust(left=0.11, right=0.84, bottom=0.55 / drawing.get_figheight())
    return picture.title, _description(picture, shown), drawing


def _description(picture: SolutionPicture, shown: Sequence[TriedPoint]) -> str:
    words = [
        f"{point.across:g}: {point.mean:.4g} ({point.low:.4g} to {point.high:.4g}), {point.kind}"
        for point in shown[:12]
    ]
    return f"{picture.axis} against {picture.across}; target {picture.target_words}. " + "; ".join(words) + "."


# -- what assumptions do -----------------------------------------------------------------------------------------------


MOST_BARS = 20
BAR_LABEL_WIDTH = 2.75  # inches
AXIS_WIDTH = 5.3  # inches below an axis that takes two thirds of the chart
BAR_HEIGHT = 0.62
Ends = tuple[float, float] | None  # of an interval


@dataclass(frozen=True, slots=True)
class WorldsPicture:
    """Two differences in each world, and how many worlds lie where."""

    title: str
    subtitle: str
    across: str
    up: str
    points: Sequence[tuple[float, float, str]]  # across, up, what the verdict is on both
    stated: tuple[float, float]
    is_money: bool  # the upper axis
    corners: Sequence[tuple[str, str]]  # what it means to lie low or high across, and low or high up: ll, lh, hl, hh


def worlds_chart(picture: WorldsPicture) -> tuple[str, str, Figure]:
    """A point a world; a cross where all assumptions are as stated."""
    drawing, axes = canvas(picture.title, picture.subtitle, 5.4)
    axes.axhline(0, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
    axes.axvline(0, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
    for index, verdict in enumerate(dict.fromkeys(verdict for *_, verdict in picture.points)):
        here = [(x, y) for x, y, said in picture.points if said == verdict]
        axes.scatter(
            [x for x, _ in here],
            [y for _, y in here],
            s=26,
            color=COLOURS[index],
            marker=MARKERS[index],
            linewidths=0,
            alpha=0.8,
            label=f"{verdict} ({len(here)})",
        )
    axes.scatter(
        [picture.stated[0]],
        [picture.stated[1]],
        s=150,
        marker="X",
        color="white",
        edgecolor=INK,
        linewidth=1.4,
        label="as stated",
        zorder=5,
    )
    for (x, y), (across, up) in zip(((0, 0), (0, 1), (1, 0), (1, 1)), picture.corners, strict=True):
        axes.annotate(
            f"{across}, {up}",
            xy=(0.01 + 0.98 * x, 0.015 + 0.97 * y),
            xycoords="axes fraction",
            ha=("left", "right")[x],
            va=("bottom", "top")[y],
            fontsize=8,
            color=GREY,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    axes.margins(0.12)
    axes.set_xlabel(in_lines(picture.across, 6.6, 10))
    axes.set_ylabel(in_lines(picture.up, 3.8, 10))
    if picture.is_money:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: pounds(value)))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=4, frameon=False, fontsize=8)
    drawing.subplots_adjust(bottom=0.2, left=0.13, right=0.95)
    middle = [float(np.median([point[axis] for point in picture.points])) for axis in (0, 1)]
    description = f"{len(picture.points)} worlds; the middle one: {picture.across} {middle[0]:.2f}, {picture.up} {middle[1]:,.0f}."
    return picture.title, description, drawing


@dataclass(frozen=True, slots=True)
class BarsPicture:
    """Bars with whiskers: a name, its first and its second value, each with the ends of its interval (None: it has none)."""

    title: str
    subtitle: str
    axis: str
    bars: Sequence[tuple[str, float, Ends, float, Ends]]
    names: tuple[str, str]  # of the first and the second value
    is_money: bool = False
    is_share: bool = False


def bars_chart(picture: BarsPicture) -> tuple[str, str, Figure]:
    """Two bars for each name, dark and plain above, orange and hatched below."""
    shown = list(picture.bars)[:MOST_BARS]
    drawing, axes = canvas(picture.title, picture.subtitle, 1.5 + 0.42 * len(shown), picture.names)
    for row, (_, first, first_ends, second, second_ends) in enumerate(shown):
        for index, (value, ends) in enumerate(((first, first_ends), (second, second_ends))):
            axes.barh(
                row + (index - 0.5) * BAR_HEIGHT / 2,
                value,
                height=BAR_HEIGHT / 2,
                color=COLOURS[index],
                hatch=HATCHES[index],
                edgecolor="white",
                linewidth=0.6,
                xerr=[[max(value - ends[0], 0.0)], [max(ends[1] - value, 0.0)]] if ends else None,
                error_kw={"ecolor": INK, "elinewidth": 1, "capsize": 2},
                label=picture.names[index] if row == 0 else None,
            )
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(shown)), [in_lines(name, BAR_LABEL_WIDTH, 8) for name, *_ in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axis = in_lines(picture.axis, AXIS_WIDTH, 8)
    axes.set_xlabel(axis, fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    if picture.is_money:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: pounds(value)))
    if picture.is_share:
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    height = drawing.get_figheight()
    legend_above(axes)
    drawing.subplots_adjust(left=0.36, right=0.96, bottom=(0.55 + 0.14 * axis.count("\n")) / height)
    words = [f"{name}: {first:.3g} and {second:.3g}" for name, first, _, second, _ in shown[:6]]
    return (
        picture.title,
        f"{picture.names[0]} and {picture.names[1]}, {picture.axis}. " + "; ".join(words) + ".",
        drawing,
    )


# -- one assumption at a time ------------------------------------------------------------------------------------------


TORNADO_MOST_BARS = 20
TORNADO_BAR_HEIGHT = 0.62
TORNADO_LABEL_WIDTH = 2.5  # inches
VALUE_WIDTH = 22


@dataclass(frozen=True, slots=True)
class TornadoBar:
    """One assumption: its name, the values at its ends, the differences there, and what the verdict does."""

    label: str
    low: str
    high: str
    at_low: float
    at_high: float
    flips: str  # empty where the verdict stays


@dataclass(frozen=True, slots=True)
class TornadoPicture:
    """Everything that the chart shows; bars from the widest on."""

    title: str
    subtitle: str
    axis: str
    stated: float
    interval: tuple[float, float] | None
    bars: Sequence[TornadoBar]


def tornado_chart(picture: TornadoPicture) -> tuple[str, str, Figure]:
    """The tornado; dark and plain is the low end of an assumption, orange and hatched its high end."""
    shown = list(picture.bars)[:TORNADO_MOST_BARS]
    legend = _legend(picture)
    names = [str(one.get_label()) for one in legend]
    drawing, axes = canvas(picture.title, picture.subtitle, 1.6 + 0.36 * len(shown), names)
    if picture.interval:
        axes.axvspan(*picture.interval, color=GREY, alpha=0.15, linewidth=0)
    for row, bar in enumerate(shown):
        for end, index in ((bar.at_low, 0), (bar.at_high, 1)):
            _half(axes, row, picture.stated, end, index)
        _words(axes, row, bar)
    axes.axvline(picture.stated, color=INK, linewidth=1)
    axes.axvline(0, color=INK, linewidth=1, linestyle=(0, (4, 2)))
    axes.annotate("no difference", (0, 0), (2, 3), xycoords=("data", "axes fraction"), textcoords="offset points", rotation=90,
                  fontsize=7, color=GREY)  # fmt: skip
    axes.set_yticks(range(len(shown)), [in_lines(bar.label, TORNADO_LABEL_WIDTH, 8) for bar in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axis = in_lines(picture.axis, 4.6, 10)
    axes.set_xlabel(axis)
    legend_above(axes, legend)
    right = room_for([_range(bar) for bar in shown], 8, 0.68, drawing)
    drawing.subplots_adjust(left=0.33, right=right, bottom=(0.55 + 0.17 * axis.count("\n")) / drawing.get_figheight())
    return picture.title, _tornado_described(picture, shown), drawing


def _half(axes: Axes, row: int, stated: float, end: float, index: int) -> None:
    axes.barh(row, end - stated, left=stated, height=TORNADO_BAR_HEIGHT, color=COLOURS[index], hatch=HATCHES[index],
              edgecolor="white", linewidth=0.6)  # fmt: skip


def _words(axes: Axes, row: int, bar: TornadoBar) -> None:
    """To the right of a bar: its range, and that the verdict changes within it."""
    axes.annotate(_range(bar), xy=(1.02, row), xycoords=("axes fraction", "data"), fontsize=8, va="center", color=INK,
                  annotation_clip=False)  # fmt: skip


def _range(bar: TornadoBar) -> str:
    text = f"{shortened(bar.low, VALUE_WIDTH)} to {shortened(bar.high, VALUE_WIDTH)}"
    return f"{text}  *" if bar.flips else text


def _legend(picture: TornadoPicture) -> list[Patch]:
    found = [
        Patch(facecolor=COLOURS[0], label="at its low end"),
        Patch(facecolor=COLOURS[1], hatch=HATCHES[1], edgecolor="white", label="at its high end"),
    ]
    if picture.interval:
        found.append(Patch(facecolor=GREY, alpha=0.15, label="95% interval as stated"))
    if any(bar.flips for bar in picture.bars):
        found.append(Patch(facecolor="white", label="* the verdict changes"))
    return found


def _tornado_described(picture: TornadoPicture, shown: Sequence[TornadoBar]) -> str:
    words = [f"{bar.label} from {bar.low} to {bar.high}: {bar.at_low:.2f} to {bar.at_high:.2f}" for bar in shown[:6]]
    return f"{picture.axis}; {picture.stated:.2f} as stated. " + "; ".join(words) + "."


# -- break-even --------------------------------------------------------------------------------------------------------


EFFECT_COLUMNS, MOST_EFFECTS = 2, 12  # panels beside each other, and of all
EFFECT_ROW, ABOVE_EFFECT = 1.9, 0.75  # inches of a panel, and above each
EFFECT_LABEL_WIDTH = 3.3  # inches of a panel's name, where two stand beside each other
Balance = Sequence[tuple[float, float, float, float]]  # size, low, mean, high


@dataclass(frozen=True, slots=True)
class EffectPanel:
    """One effect: its words, what its size is, the two balances, where it stands and where each balance turns."""

    name: str
    across: str
    balances: tuple[Balance, Balance]
    stands_at: float | None
    turns_at: tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class BreakEvenPicture:
    """All effects."""

    title: str
    subtitle: str
    time: str  # that pounds are of
    names: tuple[str, str]  # of the balances
    panels: Sequence[EffectPanel]


def break_even_chart(picture: BreakEvenPicture) -> tuple[str, str, Figure]:
    """A panel for each effect: two lines with intervals, the line of zero, rings where they cross it."""
    shown = picture.panels[:MOST_EFFECTS]
    columns = min(EFFECT_COLUMNS, len(shown))
    rows = ceil(len(shown) / columns)
    drawing, above = headed(picture.title, picture.subtitle, HEAD + rows * (EFFECT_ROW + ABOVE_EFFECT) + 0.5)
    height = drawing.get_figheight()
    grid = drawing.subplots(rows, columns, squeeze=False)
    drawing.subplots_adjust(
        left=0.1,
        right=0.97,
        top=1 - (above + 0.5) / height,
        bottom=0.85 / height,
        wspace=0.25,
        hspace=ABOVE_EFFECT / EFFECT_ROW,
    )
    for axes, panel in zip(grid.flat, shown, strict=False):
        _draw_effect(axes, panel, picture.names, EFFECT_LABEL_WIDTH * EFFECT_COLUMNS / columns)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_visible(False)
    handles, labels = grid[0][0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="lower left", bbox_to_anchor=(0.02, 0.02), ncols=2, frameon=False, fontsize=8)
    words = "; ".join(f"{one.name}: {_told_of_effect(one)}" for one in shown[:6])
    return picture.title, f"What is left over {picture.time} against the size of each effect. {words}.", drawing


def _draw_effect(axes: Axes, panel: EffectPanel, names: tuple[str, str], width: float) -> None:
    for number, (name, balance, turns) in enumerate(zip(names, panel.balances, panel.turns_at, strict=True)):
        sizes, low, mean, high = (list(values) for values in zip(*balance, strict=True))
        ends = [[m - lo for lo, m in zip(low, mean, strict=True)], [h - m for m, h in zip(mean, high, strict=True)]]
        axes.errorbar(sizes, mean, yerr=ends, color=COLOURS[number], linestyle=LINES[number], marker=MARKERS[number],
                      markersize=3, linewidth=1.4, elinewidth=0.7, capsize=1.5, label=name)  # fmt: skip
        for turn in turns:
            axes.plot([turn], [0], marker="o", markersize=10, fillstyle="none", color=INK, zorder=4)
    axes.axhline(0, color=INK, linewidth=1)
    if panel.stands_at is not None:
        axes.axvline(panel.stands_at, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
    axes.set_title(on_one_line(panel.name, width, 8.5), fontsize=8.5, loc="left", pad=4)
    axes.set_xlabel(on_one_line(panel.across, width, 8), fontsize=8)
    axes.tick_params(labelsize=7.5)
    is_whole = all(float(size).is_integer() for balance in panel.balances for size, *_ in balance)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=is_whole))  # there are no half beds
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: pounds(value)))


def _told_of_effect(panel: EffectPanel) -> str:
    cash, beds = (
        f"at {listed([f'{turn:g}' for turn in turns], 'and')}" if turns else "nowhere" for turns in panel.turns_at
    )
    return f"in cash it turns {cash}, with freed beds {beds}"


# -- people's own files ------------------------------------------------------------------------------------------------


QUANTILE_HEIGHT, ACROSS = 2.7, 3  # inches, and panels beside each other
FAN_HEIGHT = 2.1
ABOVE_PANELS, BELOW_PANELS = 0.95, 0.6  # inches around the panels
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
    height = ABOVE_PANELS + BELOW_PANELS + QUANTILE_HEIGHT * rows
    drawing, first = canvas(picture.title, picture.subtitle, height)
    height, top = drawing.get_figheight(), first.get_position().y1 - (ABOVE_PANELS - HEAD) / drawing.get_figheight()
    first.remove()
    grid = drawing.subplots(rows, ACROSS, squeeze=False)
    drawing.subplots_adjust(left=0.08, right=0.97, top=top, bottom=BELOW_PANELS / height, hspace=0.45, wspace=0.28)
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
    height = ABOVE_PANELS + BELOW_PANELS + FAN_HEIGHT * count
    drawing, first = canvas(picture.title, picture.subtitle, height)
    height, top = drawing.get_figheight(), first.get_position().y1 - (ABOVE_PANELS - HEAD) / drawing.get_figheight()
    first.remove()
    panels = drawing.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    drawing.subplots_adjust(left=0.08, right=0.96, top=top, bottom=BELOW_PANELS / height, hspace=0.32)
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
