"""What was tried to meet a target: a figure against one setting, or against cost, with the target and the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.results.charts.style import COLOURS, GREY, INK, MARKERS, canvas, legend_above
from sim.results.words.labels import shortened

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
