"""Where an effect pays for itself: what is left over a year at each size, in cash and with the beds that it frees."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.results.charts.style import COLOURS, GREY, INK, LINES, MARKERS, TITLE_DOWN
from sim.results.charts.uncertainty import pounds
from sim.results.words.labels import shortened

COLUMNS, MOST = 2, 12  # panels beside each other, and of all
ROW, ABOVE = 1.9, 0.75  # inches of a panel, and above each
LABEL_WIDTH = 60  # letters of a panel's name, where two stand beside each other
Balance = Sequence[tuple[float, float, float, float]]  # size, low, mean, high


@dataclass(frozen=True, slots=True)
class EffectPanel:
    """One effect: its words, what its size is, the two balances, where it stands and where each balance turns (None: nowhere)."""

    name: str
    across: str
    balances: tuple[Balance, Balance]
    stands_at: float | None
    turns_at: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class BreakEvenPicture:
    """All effects."""

    title: str
    subtitle: str
    names: tuple[str, str]  # of the balances
    panels: Sequence[EffectPanel]


def break_even_chart(picture: BreakEvenPicture) -> tuple[str, str, Figure]:
    """A panel for each effect: two lines with intervals, the line of zero, rings where they cross it."""
    shown = picture.panels[:MOST]
    columns = min(COLUMNS, len(shown))
    rows = ceil(len(shown) / columns)
    height = 0.75 + rows * (ROW + ABOVE) + 0.5
    drawing = Figure(figsize=(8.2, height))
    grid = drawing.subplots(rows, columns, squeeze=False)
    drawing.text(0.02, 1 - TITLE_DOWN / height, picture.title, fontsize=12.5, fontweight="bold", va="top")
    drawing.text(0.02, 1 - (TITLE_DOWN + 0.3) / height, picture.subtitle, fontsize=9, color=GREY, va="top")
    drawing.subplots_adjust(
        left=0.1, right=0.98, top=1 - 1.25 / height, bottom=0.85 / height, wspace=0.25, hspace=ABOVE / ROW
    )
    for axes, panel in zip(grid.flat, shown, strict=False):
        _draw(axes, panel, picture.names, LABEL_WIDTH * COLUMNS // columns)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_visible(False)
    handles, labels = grid[0][0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="lower left", bbox_to_anchor=(0.02, 0.02), ncols=2, frameon=False, fontsize=8)
    words = "; ".join(f"{one.name}: {_told(one)}" for one in shown[:6])
    return picture.title, f"What is left over a year against the size of each effect. {words}.", drawing


def _draw(axes: Axes, panel: EffectPanel, names: tuple[str, str], width: int) -> None:
    for number, (name, balance, turn) in enumerate(zip(names, panel.balances, panel.turns_at, strict=True)):
        sizes, low, mean, high = (list(values) for values in zip(*balance, strict=True))
        ends = [[m - lo for lo, m in zip(low, mean, strict=True)], [h - m for m, h in zip(mean, high, strict=True)]]
        axes.errorbar(sizes, mean, yerr=ends, color=COLOURS[number], linestyle=LINES[number], marker=MARKERS[number],
                      markersize=3, linewidth=1.4, elinewidth=0.7, capsize=1.5, label=name)  # fmt: skip
        if turn is not None:
            axes.plot([turn], [0], marker="o", markersize=10, fillstyle="none", color=INK, zorder=4)
    axes.axhline(0, color=INK, linewidth=1)
    if panel.stands_at is not None:
        axes.axvline(panel.stands_at, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
    axes.set_title(shortened(panel.name, width), fontsize=8.5, loc="left", pad=4)
    axes.set_xlabel(panel.across, fontsize=8)
    axes.tick_params(labelsize=7.5)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: pounds(value)))


def _told(panel: EffectPanel) -> str:
    cash, beds = ("nowhere" if turn is None else f"at {turn:g}" for turn in panel.turns_at)
    return f"in cash it turns {cash}, with freed beds {beds}"
