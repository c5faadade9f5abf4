"""What all charts share: colours that everybody can tell apart, and marks and lines that say the same in grey.

The colours are the UK Government Analysis Function's palette for categories. A scenario has one look, a colour with a mark, a
line and a hatch, in every picture of a report (`looks`).
"""

import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import matplotlib as mpl
import matplotlib.dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.transforms import blended_transform_factory

from sim.inputs.problems import capital
from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings
from sim.results.comparison.ranking import ranking
from sim.results.measures.periods import MONTHS, date_words
from sim.results.report.study import Chart
from sim.results.words.labels import counted, in_all, settings_text

COLOURS = ("#12436D", "#F46A25", "#801650", "#28A197", "#3D3D3D", "#A285D1")
LINES = ("solid", (0, (5, 2)), (0, (1, 1.3)), (0, (7, 2, 1.5, 2)), (0, (3, 1.5, 1, 1.5, 1, 1.5)), (0, (9, 3)))
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
MARKERS = ("o", "s", "^", "D", "v", "P")
GREY, INK = "#5E5E5E", "#1A1A1A"
MOST_SCENARIOS = len(COLOURS)
WIDTH = 8.2  # inches of a whole picture
TITLE_SIZE, SUBTITLE_SIZE = 12.5, 9.0  # points
TITLE_DOWN, SUBTITLE_DOWN, HEAD = 0.105, 0.405, 0.75  # inches from the top, to where the chart begins
TITLE_LINE, SUBTITLE_LINE = 0.21, 0.15  # inches of each further line
EDGE = 0.02  # of the width, to the left and right of title and subtitle
LEGEND_COLUMNS, LEGEND_ROW = 3, 0.2  # names beside each other; inches
NAME_WIDTH = 1.95  # inches of a name on one line of a legend
TOGETHER = 4  # scenarios, the baseline included, in one picture; of more each has a small picture of its own
MOST_PANELS = 24  # small pictures
COMPACT_WIDTH = 3.55  # inches: two of these stand beside each other on an A4 page, one fills a phone
COLUMNS = 3  # of small pictures
ABOVE = 0.42  # inches above each of them
PANEL_NAME = 2.35  # inches of a name above a small picture
DATED = 0.37  # inches below a compact picture whose axis has dates and years

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


# -- how wide a text is ------------------------------------------------------------------------------------------------

POINTS = 72  # an inch
ON_PIXELS = 1.04  # letters are drawn on whole pixels, and a line at worst so much wider: 1.033 was measured at 9 points
TOO_LONG = "..."


@cache
def _font(*, bold: bool) -> FT2Font:
    font = FT2Font(font_file(bold=bold))
    font.set_size(POINTS, POINTS)
    return font


@cache
def _em(letter: str, *, bold: bool) -> float:
    """How wide a letter is, as a part of the size of the letters; of one that the font lacks, as wide as they are high."""
    font = _font(bold=bold)
    if not font.get_char_index(ord(letter)):
        return 1.0
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / POINTS  # a fraction of 16 bits


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a line is, in the unit of its size: points of points."""
    return ON_PIXELS * size * sum(_em(letter, bold=bold) for letter in text)


def fitted(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The lines of a text that are no wider than this, in the unit of its size; a word that is wider goes on below.

    Line breaks stay, and a no-break space is none.
    """
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if width_of(longer, size, bold=bold) <= width:
                line = longer
                continue
            lines += [line] if line else []
            *whole, line = _pieces(word, width, size, bold=bold)
            lines += whole
        lines.append(line)
    return [line.replace("\xa0", " ") for line in lines]


def _pieces(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    """A word in parts that fit, each of a letter at least."""
    parts = [""]
    for letter in word:
        if parts[-1] and width_of(parts[-1] + letter, size, bold=bold) > width:
            parts.append("")
        parts[-1] += letter
    return parts


def in_lines(name: str, inches: float = NAME_WIDTH, size: float = 8.0) -> str:
    """A label on as many lines as it needs beside or above a chart; its last word, often a number, never alone."""
    whole = "\xa0".join(name.rsplit(" ", 1))
    lines, split = fitted(whole, POINTS * inches, size), fitted(name, POINTS * inches, size)
    is_broken = " ".join(lines).split() != name.split()  # inside a word, as the last two together are too wide
    return "\n".join(split if is_broken or len(lines) > len(split) else lines)


def title_panel(axes: Axes, name: str, size: float) -> None:
    """A name above a panel on two lines, in smaller letters where it is long; of one too long for that, three lines in the smallest."""
    room = _inches(axes)[0] - 0.05
    size = next((one for one in (size, size - 1, size - 2, size - 3) if in_lines(name, room, one).count("\n") < 2), 4.0)
    axes.set_title("\n".join(in_lines(name, room, size).split("\n")[:3]), fontsize=size, loc="left", color=INK, pad=3)


def on_one_line(text: str, inches: float, size: float) -> str:
    """As much of a text as fits on one line."""
    if width_of(text, size) <= POINTS * inches:
        return text
    return _pieces(text, POINTS * inches - width_of(TOO_LONG, size), size, bold=False)[0].rstrip() + TOO_LONG


def size_for(texts: Sequence[str], inches: float, size: float, *, bold: bool = False) -> float:
    """The size in which all these lines fit, no larger than this."""
    widest = max((width_of(text, size, bold=bold) for text in texts), default=0.0)
    return size * min(1.0, POINTS * inches / widest) if widest else size


def room_for(texts: Sequence[str], size: float, most: float, drawing: Figure) -> float:
    """Where axes end that have these words to their right, as a part of the picture's width: no further than `most`."""
    widest = max((width_of(text, size) for text in texts), default=0.0) / POINTS
    return min(most, 1 - (widest + WORDS_APART) / drawing.get_figwidth())


WORDS_APART = 0.25  # inches between axes and the edge of a picture beside the words there


# -- empty pictures ----------------------------------------------------------------------------------------------------


def _kept_together(title: str) -> str:
    """A number stays with the word behind it, and a month with its year: `4 Apr 2026` is on one line."""
    return re.sub(r"(\d) (?=\w)|(?<=[A-Z][a-z][a-z]) (?=\d{4})", lambda found: found[0].replace(" ", "\xa0"), title)


def _head(title: str, subtitle: str) -> tuple[list[str], list[str], float]:
    """Lines of title and subtitle of a whole picture, and how many inches they take beyond a line of each."""
    room = POINTS * WIDTH * (1 - 1.5 * EDGE)
    lines = fitted(_kept_together(title), room, TITLE_SIZE, bold=True)
    told = fitted(subtitle, room, SUBTITLE_SIZE)
    return lines, told, TITLE_LINE * (len(lines) - 1) + SUBTITLE_LINE * (len(told) - 1)


def headed(title: str, subtitle: str, height: float) -> tuple[Figure, float]:
    """A whole picture with only its title and subtitle, as high as asked where each takes a line; and inches above the rest."""
    lines, told, more = _head(title, subtitle)
    height += more
    drawing = Figure(figsize=(WIDTH, height))
    down = SUBTITLE_DOWN + TITLE_LINE * (len(lines) - 1)
    drawing.text(EDGE, 1 - TITLE_DOWN / height, "\n".join(lines), fontsize=TITLE_SIZE, fontweight="bold", va="top")
    drawing.text(EDGE, 1 - down / height, "\n".join(told), fontsize=SUBTITLE_SIZE, color=GREY, va="top")
    return drawing, HEAD + more


def compact(
    title: str,
    subtitle: str,
    height: float = 2.6,
    panels: int = 1,
    ratios: Sequence[float] = (1,),
    *,
    is_dated: bool = False,
) -> tuple[Figure, list[Axes]]:
    """A picture half as wide as a page, its panels one below the other; it can be read at its own size."""
    room, below = POINTS * COMPACT_WIDTH * (1 - 2 * EDGE), DATED if is_dated else 0.25
    lines, told = fitted(_kept_together(title), room, 8.5, bold=True), fitted(subtitle, room, 7)
    above = 0.1 + 0.16 * len(lines) + 0.135 * len(told)  # inches
    height += above + below - 0.25
    drawing = Figure(figsize=(COMPACT_WIDTH, height))
    axes = drawing.subplots(panels, 1, squeeze=False, height_ratios=ratios, sharex=panels > 1)
    drawing.text(EDGE, 1 - 0.05 / height, "\n".join(lines), fontsize=8.5, fontweight="bold", va="top")
    drawing.text(EDGE, 1 - (0.08 + 0.16 * len(lines)) / height, "\n".join(told), fontsize=7, color=GREY, va="top")
    drawing.subplots_adjust(left=0.12, right=0.945, top=1 - (above + 0.1) / height, bottom=below / height, hspace=0.18)
    for one in axes[:, 0]:
        one.tick_params(labelsize=7)
    return drawing, list(axes[:, 0])


def small_multiples(
    title: str, subtitle: str, names: Sequence[str], *, row: float = 1.1, left: float = 0.07, one_scale: bool = True
) -> tuple[Figure, list[Axes]]:
    """A small picture of the same scale for each name, in rows."""
    rows = ceil(len(names) / COLUMNS)
    drawing, above = headed(title, subtitle, HEAD + rows * (row + ABOVE) + 0.36)
    height = drawing.get_figheight()
    grid = drawing.subplots(rows, COLUMNS, squeeze=False, sharex=True, sharey=one_scale)
    drawing.subplots_adjust(left=left, right=0.97, top=1 - (above + ABOVE) / height, bottom=0.41 / height,
                            wspace=0.08 if one_scale else 0.15, hspace=ABOVE / row)  # fmt: skip
    panels = list(grid.flat)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    for axes, name in zip(panels, names, strict=False):
        title_panel(axes, name, 8.0)
        axes.tick_params(labelsize=7)
    return drawing, panels[: len(names)]


def canvas(title: str, subtitle: str, height: float = 4.2, legend: Sequence[str] = ()) -> tuple[Figure, Axes]:
    """An empty chart with its title and, smaller, what is shown; room below them for a legend of these names."""
    rows = ceil(len(legend) / LEGEND_COLUMNS) if len(legend) > 1 else 0
    rows *= max((name.count("\n") + 1 for name in legend), default=1)
    drawing, above = headed(title, subtitle, height + LEGEND_ROW * rows)
    height = drawing.get_figheight()
    axes = drawing.subplots()
    drawing.subplots_adjust(left=0.09, right=0.80, top=1 - (above + LEGEND_ROW * rows) / height, bottom=0.5 / height)
    return drawing, axes


def under_head(drawing: Figure) -> float:
    """Where a legend below the title and subtitle of a whole picture begins, as a part of its height."""
    title, subtitle = (text.get_text().count("\n") for text in drawing.texts[:2])
    return 1 - (HEAD - 0.2 + TITLE_LINE * title + SUBTITLE_LINE * subtitle) / drawing.get_figheight()


def legend_above(axes: Axes, handles: Sequence[Any] | None = None) -> None:
    """A legend between the subtitle and the chart."""
    drawing = axes.get_figure(root=True)
    assert drawing is not None
    where = blended_transform_factory(drawing.transFigure, axes.transAxes)
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), bbox_transform=where, ncols=LEGEND_COLUMNS,
                frameon=False, fontsize=8)  # fmt: skip


def with_days(title: str, findings: Findings) -> str:
    """The title, with the days where only a part of the measured window is drawn."""
    period = findings.period
    if not period:
        return title
    days = f"{period.short} ({counted(period.days, 'day')})"
    return f"{title} {capital(days)}" if title.endswith("?") else f"{title}, {days}"


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

LEADING = 1.25  # of the size of letters: from one line of words at a date to the next
ROWS = 3  # such words one below the other where dates are close
HALFWAY = 0.5  # of the window: words at a later date stand to the left of its line


def mark_dates(axes: Axes, findings: Findings, shown: Sequence[Scenario], size: float | None) -> list[str]:
    """Draw a line at each date on which a plan changes, with words of this size or none; return the words."""
    dates = _dates(findings, shown)
    calendar, words, places, row = findings.baseline.calendar, [], [], 0
    for number, (day, marks) in enumerate(dates.items()):
        words.append(f"{date_words(calendar, day, brief=True)}: {', '.join(marks)}")
        when: Any = calendar.start + timedelta(days=day)
        axes.axvline(when, color=INK, linewidth=1.1, linestyle=(0, (4, 2)))
        part = (day - calendar.warm_up_days) / calendar.measured_days
        lines = _beside_line(axes, words[-1], max(part, 1 - part), size or 1)
        row = row if number % ROWS else 0
        places.append((lines, when, row, part > HALFWAY))
        row += lines.count("\n") + 1
    if size is not None:
        low, high = axes.get_ylim()
        line = LEADING * size / POINTS / _inches(axes)[1]
        above = min(0.6, line * max((row + lines.count("\n") + 1 for lines, _, row, _ in places), default=0))
        axes.set_ylim(low, high + (high - low) * above / (1 - above))
        for lines, when, row, is_late in places:
            _say_date(axes, lines, when, 1 - line * row, size, is_late=is_late)
    return words


def _beside_line(axes: Axes, words: str, part: float, size: float) -> str:
    """Words on as many lines as fit into this part of the width of the axes."""
    return "\n".join(fitted(_kept_together(words), POINTS * (_inches(axes)[0] * part - 0.1), size))


def _inches(axes: Axes) -> tuple[float, float]:
    """How wide and how high axes are."""
    drawing, box = axes.get_figure(root=True), axes.get_position()
    assert drawing is not None
    return box.width * drawing.get_figwidth(), box.height * drawing.get_figheight()


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


DAY_STEPS, MONTH_STEPS = (1, 2, 7, 14), (1, 2, 3, 6, 12, 24, 60)
MONTH = 31  # days, the longest
BEYOND = (0.19, 0.06)  # inches that a date may reach beyond its axis in a compact picture, and where the next may stand


def date_axis(axes: Axes, most: int = 9) -> None:
    """Days with their month, or months, at the foot of a picture; below the first and each first of a year its year."""
    dates: Any = mpl.dates  # its makers carry no types
    low, high = (dates.num2date(end).date() for end in axes.get_xlim())
    ticks, are_days = _ticks_of_dates(low, high, most)
    drawing, wide = axes.get_figure(root=True), _inches(axes)[0]
    assert drawing is not None
    last = 1 + (BEYOND[int(drawing.get_figwidth() > COMPACT_WIDTH)] - width_of("28 May", 7) / POINTS / 2) / wide
    ticks = [day for day in ticks if (day - low).days <= max(1, (high - low).days) * last]
    labels, year = [], None
    for day in ticks:
        word = f"{day.day} {MONTHS[day.month - 1][:3]}" if are_days else MONTHS[day.month - 1][:3]
        labels.append(word if day.year == year else f"{word}\n{day.year}")
        year = day.year
    axes.set_xticks([dates.date2num(day) for day in ticks], labels)


def _ticks_of_dates(low: date, high: date, most: int) -> tuple[list[date], bool]:
    """At most so many dates of one step, a week's on Mondays and a month's on its first; and whether they are days."""
    days = (high - low).days
    for step in DAY_STEPS:
        if days // step + 1 <= most:
            first = low + timedelta(days=-low.weekday() % 7 if step >= DAY_STEPS[2] else 0)
            return [first + timedelta(days=day) for day in range(0, (high - first).days + 1, step)], True
    months = [low.year * 12 + low.month - 1 + number for number in range(days // MONTH + 3)]
    firsts = [date(month // 12, month % 12 + 1, 1) for month in months]
    firsts = [day for day in firsts if low <= day <= high]
    for step in MONTH_STEPS:
        found = [day for day in firsts if (day.year * 12 + day.month - 1) % step == 0]
        if len(found) <= most:
            return found, False
    return firsts[:: -(-len(firsts) // most)], False


END_WIDTH = 1.3  # inches of a name beside the end of a line
END_LINE = 0.175  # inches that one line of such a label takes


def labels_at_ends(axes: Axes, ends: list[tuple[float, int, str]]) -> None:
    """Write names at the ends of lines, pushed apart where they would touch."""
    low, high = axes.get_ylim()
    line = END_LINE / _inches(axes)[1] * (high - low)
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
