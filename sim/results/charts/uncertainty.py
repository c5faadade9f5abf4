"""What is uncertain: possible worlds on a plane of delay and money, indices of assumptions, and what levers add up to.

The tornado says which assumption matters: a bar each, from the difference at its low end to that at its high end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, PercentFormatter

from sim.results.charts.style import COLOURS, GREY, HATCHES, INK, MARKERS, canvas, in_lines, legend_above, pounds
from sim.results.words.labels import shortened

MOST_BARS = 20
LABEL_WIDTH = 42
AXIS_WIDTH = 80  # letters below an axis that takes two thirds of the chart
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
    axes.set_xlabel(picture.across)
    axes.set_ylabel(picture.up)
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
    axes.set_yticks(range(len(shown)), [in_lines(name, LABEL_WIDTH) for name, *_ in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axis = in_lines(picture.axis, AXIS_WIDTH)
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
TORNADO_LABEL_WIDTH = 38
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
    axes.set_yticks(range(len(shown)), [in_lines(bar.label, TORNADO_LABEL_WIDTH) for bar in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(picture.axis)
    axes.legend(
        handles=legend, loc="lower right", bbox_to_anchor=(1.4, 1.0), ncols=len(legend), frameon=False, fontsize=8
    )
    height = drawing.get_figheight()
    drawing.subplots_adjust(left=0.33, right=0.68, bottom=0.55 / height)
    return picture.title, _description(picture, shown), drawing


def _half(axes: Axes, row: int, stated: float, end: float, index: int) -> None:
    axes.barh(row, end - stated, left=stated, height=TORNADO_BAR_HEIGHT, color=COLOURS[index], hatch=HATCHES[index],
              edgecolor="white", linewidth=0.6)  # fmt: skip


def _words(axes: Axes, row: int, bar: TornadoBar) -> None:
    """To the right of a bar: its range, and that the verdict changes within it."""
    text = f"{shortened(bar.low, VALUE_WIDTH)} to {shortened(bar.high, VALUE_WIDTH)}"
    if bar.flips:
        text += "  *"
    axes.annotate(text, xy=(1.02, row), xycoords=("axes fraction", "data"), fontsize=8, va="center", color=INK,
                  annotation_clip=False)  # fmt: skip


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


def _description(picture: TornadoPicture, shown: Sequence[TornadoBar]) -> str:
    words = [f"{bar.label} from {bar.low} to {bar.high}: {bar.at_low:.2f} to {bar.at_high:.2f}" for bar in shown[:6]]
    return f"{picture.axis}; {picture.stated:.2f} as stated. " + "; ".join(words) + "."
