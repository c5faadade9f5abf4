"""Which scenario avoids most delayed people: a line each with its simultaneous interval, in order.

The shape of the mark and words show the verdict, never colour alone.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.results.charts.style import COLOURS, GREY, INK, canvas, in_lines, remarks
from sim.results.comparison.findings import Findings
from sim.results.comparison.ranking import RankedScenario, ranking
from sim.results.words.labels import change_and_interval, spoken

MARKS = {"better": ("o", COLOURS[0]), "worse": ("s", COLOURS[1])}  # filled; everything else is hollow
HOLLOW = ("D", GREY)
KEY = "filled circle: fewer; filled square: more; hollow diamond: cannot tell, or no change"
WIDEST = 6.0  # times the largest difference: what an interval reaches beyond is reported in words and by an arrow


def ranking_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The scenarios in order, the one that avoids most delayed people on top."""
    rows = ranking(findings)
    if not rows:
        return None
    place, base = spoken(findings.main_place), findings.label(findings.baseline)
    title = f"Which scenario avoids most delayed people in {place}?"
    period = findings.side_by_side.period
    days = f" {period.short}" if period else ""
    subtitle = f"Difference from {base} on an average day{days}; 95% intervals that hold for all {len(rows)} at once"
    drawing, axes = canvas(title, subtitle + remarks(findings, len(rows)), 1.7 + 0.34 * len(rows))
    limit = _limit(rows)
    words = [_line(axes, height, row, limit) for height, row in enumerate(rows)]
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(rows)), [in_lines(f"{row.place}. {row.label_with_mark}") for row in rows], fontsize=9)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.margins(x=0.05)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("fewer delayed people   <   difference   >   more")
    height = drawing.get_figheight()
    cut = "; arrow: the interval goes on, see its figures" if _widest(rows) > limit else ""
    drawing.text(0.02, 0.1 / height, KEY + cut, fontsize=8, color=GREY)
    drawing.subplots_adjust(left=0.31, right=0.68, bottom=0.8 / height)
    return title, f"{subtitle}. " + "; ".join(words) + ".", drawing


def _ends(row: RankedScenario) -> list[float]:
    return [row.delayed.mean if end is None else end for end in (row.delayed.low, row.delayed.high)]


def _widest(rows: Sequence[RankedScenario]) -> float:
    return max(abs(end) for row in rows for end in _ends(row))


def _limit(rows: Sequence[RankedScenario]) -> float:
    """How far from nothing the axis goes, so that one wide interval does not squeeze all others."""
    largest = max(abs(row.delayed.mean) for row in rows)
    return min(_widest(rows), WIDEST * largest) if largest else _widest(rows)


def _line(axes: Axes, height: int, row: RankedScenario, limit: float) -> str:
    """One scenario's interval, mark and words; the words are the description's too."""
    one = row.delayed
    mark, colour = MARKS.get(one.verdict, HOLLOW)
    is_open = one.verdict not in MARKS
    ends = [min(max(end, -limit), limit) for end in _ends(row)]
    for end, whole, arrow in zip(ends, _ends(row), "<>", strict=True):
        if end != whole:
            axes.plot(end, height, arrow, color=colour, markersize=6, linestyle="none")
    axes.plot(ends, [height, height], color=colour, linewidth=2, solid_capstyle="butt",
              linestyle=(0, (2, 0.8)) if is_open else "solid")  # fmt: skip
    axes.plot(one.mean, height, mark, color=colour, markersize=6.5, linestyle="none",
              markerfacecolor="white" if is_open else colour, markeredgewidth=1.5)  # fmt: skip
    size, span = change_and_interval(one.mean, one.low, one.high, one.unit)
    text = f"{size} ({span}), {one.verdict_text}" if span else f"{size}, {one.verdict_text}"
    axes.annotate(text, xy=(1.03, height), xycoords=("axes fraction", "data"), fontsize=8.5, va="center", color=INK,
                  annotation_clip=False)  # fmt: skip
    return f"{row.place}. {row.label_with_mark}: {text}"
