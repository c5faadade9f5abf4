"""What all charts share: colours that everybody can tell apart, and marks and lines that say the same in grey.

The colours are the UK Government Analysis Function's palette for categories. A scenario has one look, a colour with a mark, a
line and a hatch, in every picture of a report (`looks`).
"""

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple, TypeVar

import matplotlib as mpl
import matplotlib.dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.inputs.problems import capital
from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings
from sim.results.comparison.ranking import ranking
from sim.results.measures.periods import date_words
from sim.results.report.study import Chart
from sim.results.words.labels import counted, in_all, settings_text

COLOURS = ("#12436D", "#F46A25", "#801650", "#28A197", "#3D3D3D", "#A285D1")
LINES = ("solid", (0, (5, 2)), (0, (1, 1.3)), (0, (7, 2, 1.5, 2)), (0, (3, 1.5, 1, 1.5, 1, 1.5)), (0, (9, 3)))
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
MARKERS = ("o", "s", "^", "D", "v", "P")
GREY, INK = "#5E5E5E", "#1A1A1A"
MOST_SCENARIOS = len(COLOURS)
TITLE_DOWN = 0.105  # inches
LEGEND_COLUMNS, LEGEND_ROW = 3, 0.2  # names beside each other; inches
NAME_WIDTH = 30  # letters of a name on one line
TOGETHER = 4  # scenarios, the baseline included, in one picture; of more each has a small picture of its own
MOST_PANELS = 24  # small pictures
COMPACT_WIDTH = 3.55  # inches: two of these stand beside each other on an A4 page, one fills a phone
COLUMNS = 3  # of small pictures
ABOVE = 0.42  # inches above each of them
PANEL_WIDTH = 50  # letters of a title on one line of a compact picture

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
    "svg.fonttype": "none",  # text stays text: it can be searched and edited, and a browser can write every alphabet
    "figure.dpi": 100,
}


class Look(NamedTuple):
    """How a scenario is drawn wherever it stands."""

    colour: str
    marker: str
    line: Any
    hatch: str


OTHER = Look(GREY, "x", "solid", "")  # a scenario beyond those that can be told apart


def looks(findings: Findings) -> Mapping[str, Look]:
    """The look of each scenario by its id: one for every picture."""
    known = dict(enumerate(zip(COLOURS, MARKERS, LINES, HATCHES, strict=True)))
    found = {scenario.id: Look(*known[number]) for number, scenario in enumerate(with_baseline(findings))}
    return {scenario.id: found.get(scenario.id, OTHER) for scenario in findings.scenarios}


def compact(
    title: str, subtitle: str, height: float = 2.6, panels: int = 1, ratios: Sequence[float] = (1,)
) -> tuple[Figure, list[Axes]]:
    """A picture half as wide as a page, its panels one below the other; it can be read at its own size."""
    lines = wrap(title, PANEL_WIDTH) or [""]
    told = wrap(subtitle, PANEL_WIDTH + 16)
    above = 0.1 + 0.16 * len(lines) + 0.135 * len(told)  # inches
    height += above
    drawing = Figure(figsize=(COMPACT_WIDTH, height))
    axes = drawing.subplots(panels, 1, squeeze=False, height_ratios=ratios, sharex=panels > 1)
    drawing.text(0.02, 1 - 0.05 / height, "\n".join(lines), fontsize=8.5, fontweight="bold", va="top")
    drawing.text(0.02, 1 - (0.08 + 0.16 * len(lines)) / height, "\n".join(told), fontsize=7, color=GREY, va="top")
    drawing.subplots_adjust(left=0.12, right=0.97, top=1 - (above + 0.1) / height, bottom=0.25 / height, hspace=0.18)
    for one in axes[:, 0]:
        one.tick_params(labelsize=7)
    return drawing, list(axes[:, 0])


def small_multiples(
    title: str, subtitle: str, names: Sequence[str], *, row: float = 1.1, left: float = 0.07, one_scale: bool = True
) -> tuple[Figure, list[Axes]]:
    """A small picture of the same scale for each name, in rows."""
    rows = ceil(len(names) / COLUMNS)
    height = 0.7 + rows * (row + ABOVE) + 0.3
    drawing = Figure(figsize=(8.2, height))
    grid = drawing.subplots(rows, COLUMNS, squeeze=False, sharex=True, sharey=one_scale)
    drawing.text(0.02, 1 - TITLE_DOWN / height, title, fontsize=12.5, fontweight="bold", va="top")
    drawing.text(0.02, 1 - (TITLE_DOWN + 0.3) / height, subtitle, fontsize=9, color=GREY, va="top")
    drawing.subplots_adjust(left=left, right=0.98, top=1 - (0.7 + ABOVE) / height, bottom=0.3 / height,
                            wspace=0.08 if one_scale else 0.15, hspace=ABOVE / row)  # fmt: skip
    panels = list(grid.flat)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    for axes, name in zip(panels, names, strict=False):
        axes.set_title("\n".join(wrap(name, 40)[:2]), fontsize=8, loc="left", pad=3)
        axes.tick_params(labelsize=7)
    return drawing, panels[: len(names)]


def canvas(title: str, subtitle: str, height: float = 4.2, legend: Sequence[str] = ()) -> tuple[Figure, Axes]:
    """An empty chart with its title and, smaller, what is shown; room below them for a legend of these names."""
    rows = ceil(len(legend) / LEGEND_COLUMNS) if len(legend) > 1 else 0
    rows *= max((name.count("\n") + 1 for name in legend), default=1)
    height += LEGEND_ROW * rows
    drawing = Figure(figsize=(8.2, height))
    axes = drawing.subplots()
    drawing.text(0.02, 1 - TITLE_DOWN / height, title, fontsize=12.5, fontweight="bold", va="top")
    drawing.text(0.02, 1 - (TITLE_DOWN + 0.3) / height, subtitle, fontsize=9, color=GREY, va="top")
    top = 1 - (0.75 + LEGEND_ROW * rows) / height
    drawing.subplots_adjust(left=0.09, right=0.80, top=top, bottom=0.5 / height)
    return drawing, axes


def in_lines(name: str, width: int = NAME_WIDTH) -> str:
    """A label on as many lines as it needs beside or above a chart; its last word, often a number, never alone."""
    return "\n".join(wrap("\xa0".join(name.rsplit(" ", 1)), width)).replace("\xa0", " ") or name


def legend_above(axes: Axes) -> None:
    """A legend between the subtitle and the chart."""
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=LEGEND_COLUMNS, frameon=False, fontsize=8)


def days_of(findings: Findings) -> str:
    """What to add to a title where only a part of the measured window is drawn."""
    period = findings.period
    return f" {capital(period.short)} ({counted(period.days, 'day')})" if period else ""


def with_baseline(findings: Findings) -> list[Scenario]:
    """The baseline and as many others as a chart holds, in the order of colours, lines, hatches and marks in every chart."""
    others, most = findings.scenarios[1:], MOST_SCENARIOS - 1
    if len(others) > most:
        others = tuple(row.scenario for row in ranking(findings)[:most]) or others[:most]
    return [findings.baseline, *others]


def others(findings: Findings) -> list[Scenario]:
    """The scenarios beside the baseline, those with a look of their own first; as many as have a small picture."""
    first = with_baseline(findings)[1:]
    return [*first, *(scenario for scenario in findings.scenarios[1:] if scenario not in first)][:MOST_PANELS]


def remarks(findings: Findings, shown: int) -> str:
    """What to add to a subtitle: that not all scenarios beside the baseline fit, and what was set in all of them."""
    others = len(findings.scenarios) - 1
    order = " in the ranking" if ranking(findings) else ""
    chosen = f"; first {shown} of {others}{order}" if others > shown else ""
    common = in_all(findings.scenarios)
    return f"{chosen}\nin all: {settings_text(common)}" if common else chosen


MILLION = 1_000_000


def pounds(value: float) -> str:
    """A round amount on an axis, in millions."""
    return f"{'-' if value < 0 else ''}£{abs(value) / MILLION:g}m" if value else "£0"


# -- dates --------------------------------------------------------------------------------------------------

ROOM = 0.09  # of the axis's height, above the lines, for the words at a date
ROWS = 3  # rows of such words, one below the other where dates are close
LATE = 0.6  # of the window: words at a later date stand to the left of its line


def mark_dates(axes: Axes, findings: Findings, shown: Sequence[Scenario], size: float | None = 8.5) -> list[str]:
    """Draw a line at each date on which a plan changes, with words of this size or none; return the words."""
    dates = _dates(findings, shown)
    low, high = axes.get_ylim()
    if size is not None:
        axes.set_ylim(low, high + (high - low) * ROOM * min(len(dates), ROWS))
    calendar, words = findings.baseline.calendar, []
    for number, (day, marks) in enumerate(dates.items()):
        words.append(f"{date_words(calendar, day, brief=True)}: {', '.join(marks)}")
        when: Any = calendar.start + timedelta(days=day)
        axes.axvline(when, color=INK, linewidth=1.1, linestyle=(0, (4, 2)))
        is_late = day - calendar.warm_up_days > calendar.measured_days * LATE
        if size is not None:
            _say_date(axes, words[-1], when, 1 - ROOM * 0.9 * (number % ROWS), size, is_late=is_late)
    return words


def _dates(findings: Findings, shown: Sequence[Scenario]) -> dict[int, list[str]]:
    """By day of the run: what happens on it in the scenarios that are shown, each once."""
    found: dict[int, list[str]] = {}
    for scenario in shown:
        for period in (
            findings.reported_periods[scenario.id].periods if scenario.id in findings.reported_periods else ()
        ):
            if period.mark and period.mark not in found.setdefault(period.first_day, []):
                found[period.first_day].append(period.mark)
    return dict(sorted(found.items()))


def _say_date(axes: Axes, words: str, when: Any, height: float, size: float, *, is_late: bool) -> None:
    axes.annotate(
        words,
        xy=(when, height),
        xytext=(-4 if is_late else 4, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right" if is_late else "left",
        va="top",
        fontsize=size,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def font_file(*, bold: bool) -> str:
    """The file of the font that pictures are written in; it ships with matplotlib."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return str(Path(mpl.get_data_path(), "fonts", "ttf", name))


def date_axis(axes: Axes, most: int = 9) -> None:
    """Months or days at the foot of a picture."""
    dates: Any = mpl.dates  # its makers carry no types
    locator = dates.AutoDateLocator(minticks=3, maxticks=most)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.xaxis.get_offset_text().set_fontsize(7)


END_WIDTH = 17  # letters beside the end of a line
END_LINE = 0.175  # inches that one line of such a label takes


def labels_at_ends(axes: Axes, ends: list[tuple[float, int, str]]) -> None:
    """Write names at the ends of lines, pushed apart where they would touch."""
    low, high = axes.get_ylim()
    drawn = axes.get_position().height * axes.figure.get_figheight()  # type: ignore[union-attr]
    line = END_LINE / drawn * (high - low)
    heights: list[float] = []
    above = 0  # lines of the label below this one
    for height, _, text in sorted(ends):
        lines = text.count("\n") + 1
        heights.append(max(height, heights[-1] + (above + lines) / 2 * line) if heights else height)
        above = lines
    over = max(0.0, heights[-1] - high)
    for (height, index, text), place in zip(sorted(ends), heights, strict=True):
        axes.annotate(text, xy=(1.0, height), xytext=(1.02, place - over), xycoords=("axes fraction", "data"),
                      textcoords=("axes fraction", "data"), fontsize=9, va="center", annotation_clip=False)  # fmt: skip
        axes.plot([1.0, 1.015], [height, place - over], transform=axes.get_yaxis_transform(), color=COLOURS[index],
                  linewidth=1, linestyle=LINES[index], clip_on=False)  # fmt: skip


FONTS = b"'DejaVu Sans', Verdana, Geneva, sans-serif"  # Verdana and DejaVu Sans are equally wide
Picture = TypeVar("Picture")


def draw_picture(name: str, make: Callable[[Picture], tuple[str, str, Figure]], picture: Picture) -> Chart:
    """The chart of one picture of a study."""
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters that the font lacks are drawn as boxes, without a word
        return as_chart(name, *make(picture))


def as_chart(name: str, title: str, description: str, drawing: Figure) -> Chart:
    """A drawing in both formats."""
    return Chart(name, title, description, _svg(drawing), _png(drawing), drawing.get_figwidth() <= COMPACT_WIDTH)


def _svg(drawing: Figure) -> bytes:
    data = io.BytesIO()
    drawing.savefig(data, format="svg", metadata={"Date": None, "Creator": None})
    return data.getvalue().replace(b"'DejaVu Sans'", FONTS)


def _png(drawing: Figure) -> bytes:
    """At least 700 points wide, so that a small picture is as sharp as a large one."""
    data = io.BytesIO()
    dpi = 200 if drawing.get_figwidth() <= COMPACT_WIDTH else 130
    drawing.savefig(data, format="png", dpi=dpi, metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return data.getvalue()
