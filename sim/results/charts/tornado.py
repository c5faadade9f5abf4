"""Which assumption matters: a bar each, from the difference at its low end to that at its high end."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.results.charts.style import COLOURS, GREY, HATCHES, INK, canvas, in_lines
from sim.results.words.labels import shortened

MOST_BARS = 20
BAR_HEIGHT = 0.62
LABEL_WIDTH = 38
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
    shown = list(picture.bars)[:MOST_BARS]
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
    axes.set_yticks(range(len(shown)), [in_lines(bar.label, LABEL_WIDTH) for bar in shown], fontsize=8)
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
    axes.barh(row, end - stated, left=stated, height=BAR_HEIGHT, color=COLOURS[index], hatch=HATCHES[index],
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
