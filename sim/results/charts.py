"""The charts: findings in, pictures out, the same bytes for the same findings.

The only module that imports matplotlib.

Colours are the UK Government Analysis Function's; line styles, hatches, markers and labels say the same
without colour. What may be changed here: freely.
"""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.inputs.scenario import Scenario
from sim.results.findings import Contrast, Estimate, Findings
from sim.results.wording import change_and_interval, figure, measure_label, shortened, spoken, yearly

COLOURS = ("#12436D", "#F46A25", "#801650", "#28A197", "#3D3D3D", "#A285D1")
LINES = ("solid", (0, (5, 2)), (0, (1, 1.3)), (0, (7, 2, 1.5, 2)), (0, (3, 1.5, 1, 1.5, 1, 1.5)), (0, (9, 3)))
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
MARKERS = ("o", "s", "^", "D", "v", "P")
GREY, INK = "#5E5E5E", "#1A1A1A"
MOST_SCENARIOS = len(COLOURS)
MOST_BARS = 10
MANY = 20  # replications; from here on a band is the middle 95%, below it all of them
END_WIDTH = 17  # letters beside the end of a line

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
    "svg.fonttype": "path",
    "figure.dpi": 100,
}


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture in two formats, with a text for those who cannot see it."""

    name: str
    title: str
    description: str
    svg: bytes
    png: bytes


def draw_charts(findings: Findings) -> list[Chart]:
    """Every chart that the findings have numbers for."""
    makers: tuple[Callable[[Findings], tuple[str, str, Figure] | None], ...] = (
        _occupancy,
        _delayed,
        _reasons,
        _differences,
    )
    names = ("occupancy", "delayed", "reasons", "differences")
    charts = []
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters that the font lacks are drawn as boxes, without a word
        for name, make in zip(names, makers, strict=True):
            made = make(findings)
            if made:
                title, description, drawing = made
                charts.append(Chart(name, title, description, _svg(drawing), _png(drawing)))
    return charts


def _svg(drawing: Figure) -> bytes:
    data = io.BytesIO()
    drawing.savefig(data, format="svg", metadata={"Date": None, "Creator": None})
    return data.getvalue()


def _png(drawing: Figure) -> bytes:
    data = io.BytesIO()
    drawing.savefig(data, format="png", dpi=150, metadata={"Software": None})
    return data.getvalue()


def _canvas(title: str, subtitle: str, height: float = 4.2) -> tuple[Figure, Axes]:
    """An empty chart with its title and, smaller, what is shown."""
    drawing = Figure(figsize=(8.2, height))
    axes = drawing.subplots()
    drawing.text(0.02, 0.975, title, fontsize=12.5, fontweight="bold", va="top")
    drawing.text(0.02, 0.975 - 0.3 / height, subtitle, fontsize=9, color=GREY, va="top")
    drawing.subplots_adjust(left=0.09, right=0.80, top=1 - 0.75 / height, bottom=0.5 / height)
    return drawing, axes


# -- over time -----------------------------------------------------------------------------------------------


def _occupancy(findings: Findings) -> tuple[str, str, Figure] | None:
    service = findings.main_service
    place = spoken(service.name)
    noun = "beds" if service.counted_in == "beds" else "places"
    return _over_time(
        findings,
        "midnight_census",
        service.name,
        f"How full is the {place}?" if not findings.compared else f"Does the {place} get emptier?",
        f"{noun} taken in {place} at midnight",
    )


def _delayed(findings: Findings) -> tuple[str, str, Figure] | None:
    name = findings.main_service.name
    return _over_time(
        findings,
        "delayed",
        name,
        f"How many people wait in {spoken(name)} though they need no more care there?",
        f"delayed people in {spoken(name)} at midnight",
    )


def _over_time(findings: Findings, measure: str, service: str, title: str, axis: str) -> tuple[str, str, Figure] | None:
    shown = [s for s in findings.scenarios if (service, measure) in findings.daily[s.id]][:MOST_SCENARIOS]
    if not shown or findings.baseline.calendar.measured_days < 2:
        return None
    days_each = _days_each_point(findings.baseline.calendar.measured_days)
    drawing, axes = _canvas(title, _time_subtitle(findings, days_each))
    ends: list[tuple[float, int, str]] = []
    words = []
    for index, scenario in enumerate(shown):
        days = findings.daily[scenario.id][service, measure]
        when, values = _averaged(scenario, days, days_each)
        middle = values.mean(axis=0)
        if len(values) > 1:
            low, high = np.percentile(values, [2.5, 97.5] if len(values) >= MANY else [0, 100], axis=0)
            axes.fill_between(when, low, high, color=COLOURS[index], alpha=0.16, linewidth=0)
            for edge in (low, high):
                axes.plot(when, edge, color=COLOURS[index], linestyle=LINES[index], linewidth=0.6, alpha=0.7)
        axes.plot(when, middle, color=COLOURS[index], linestyle=LINES[index], linewidth=2.2)
        name = "\n".join(wrap(findings.label(scenario), END_WIDTH))
        ends.append((float(middle[-1]), index, f"{name}\n{figure(float(days.mean()), '')} on average"))
        words.append(f"{findings.label(scenario)}: {figure(float(days.mean()), '')} on average")
    axes.set_ylabel(axis)
    axes.margins(x=0.0)
    _sensible_bottom(axes)
    _date_axis(axes)
    _labels_at_ends(axes, ends)
    return title, f"{axis}. " + "; ".join(words) + ".", drawing


def _time_subtitle(findings: Findings, days_each: int) -> str:
    what = {1: "Daily figures", 7: "Weekly averages"}.get(days_each, f"Averages of {days_each} days")
    replications = findings.baseline.replications
    if replications >= MANY:
        what += f"; band: 95% of {replications} simulated runs lie inside"
    elif replications > 1:
        what += f"; band: from the lowest to the highest of {replications} simulated runs"
    return what + _first_only(findings)


def _first_only(findings: Findings) -> str:
    number = len(findings.scenarios)
    return f"; the first {MOST_SCENARIOS} of {number} scenarios" if number > MOST_SCENARIOS else ""


def _days_each_point(days: int) -> int:
    """A day, a week or four weeks: about fifty points tell a story, hundreds tell noise."""
    return 1 if days <= 60 else 7 if days <= 800 else 28


def _averaged(scenario: Scenario, days: NDArray[np.float64], size: int) -> tuple[list[Any], NDArray[np.float64]]:
    """Averages over blocks of days, each dated at its middle; an incomplete last block is left out."""
    blocks = days.shape[1] // size
    values = days[:, : blocks * size].reshape(days.shape[0], blocks, size).mean(axis=2)
    first = scenario.calendar.start + timedelta(days=scenario.calendar.warm_up_days)
    return [first + timedelta(days=block * size + size // 2) for block in range(blocks)], values


def _sensible_bottom(axes: Axes) -> None:
    """From zero, unless that would squeeze the lines into the top."""
    low, high = axes.get_ylim()
    axes.set_ylim(0 if low < 0.6 * high else low, high)


def _date_axis(axes: Axes) -> None:
    dates: Any = mpl.dates  # its makers carry no types
    locator = dates.AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))


def _labels_at_ends(axes: Axes, ends: list[tuple[float, int, str]]) -> None:
    """Names beside the lines' ends, pushed apart where they would touch."""
    low, high = axes.get_ylim()
    gap = 0.12 * (high - low)
    heights: list[float] = []
    for height, _, _ in sorted(ends):
        heights.append(max(height, heights[-1] + gap) if heights else height)
    over = max(0.0, heights[-1] - high)
    for (height, index, text), place in zip(sorted(ends), heights, strict=True):
        axes.annotate(
            text,
            xy=(1.0, height),
            xytext=(1.02, place - over),
            xycoords=("axes fraction", "data"),
            textcoords=("axes fraction", "data"),
            fontsize=9,
            va="center",
            annotation_clip=False,
        )
        axes.plot(
            [1.0, 1.015],
            [height, place - over],
            transform=axes.get_yaxis_transform(),
            color=COLOURS[index],
            linewidth=1,
            linestyle=LINES[index],
            clip_on=False,
        )


# -- by reason -----------------------------------------------------------------------------------------------


def _reasons(findings: Findings) -> tuple[str, str, Figure] | None:
    shown = findings.scenarios[:MOST_SCENARIOS]
    service = findings.main_service.name
    tables = [_reason_days(findings, scenario, service) for scenario in shown]
    reasons = sorted({reason for table in tables for reason in table}, key=lambda r: (-tables[0].get(r, 0.0), r))
    reasons = [reason for reason in reasons if any(table.get(reason, 0.0) > 0 for table in tables)]
    if not reasons:
        return None
    rest, reasons = reasons[MOST_BARS:], reasons[:MOST_BARS]
    rows = [(spoken(reason), [table.get(reason, 0.0) for table in tables]) for reason in reasons]
    if rest:
        rows.append(("all others", [sum(table.get(reason, 0.0) for reason in rest) for table in tables]))
    title = "What do people wait for?"
    drawing, axes = _canvas(
        title,
        f"Delayed bed days a year in {spoken(service)}, by reason" + _first_only(findings),
        1.5 + len(rows) * (0.16 + 0.2 * len(shown)),
    )
    _bars(axes, rows, [findings.label(scenario) for scenario in shown])
    drawing.subplots_adjust(left=0.26, right=0.95)
    top = "; ".join(f"{name}: " + ", ".join(figure(v, "") for v in values) for name, values in rows[:3])
    return (
        title,
        f"Delayed bed days a year by reason ({', '.join(findings.label(s) for s in shown)}). {top}.",
        drawing,
    )


def _reason_days(findings: Findings, scenario: Scenario, service: str) -> dict[str, float]:
    factor = yearly("delayed_bed_days", scenario.calendar.measured_days)
    rows = findings.items(scenario.id, service, "delayed_bed_days", "reason")
    return {row.item: row.mean * factor for row in rows}


def _bars(axes: Axes, rows: list[tuple[str, list[float]]], names: list[str]) -> None:
    many = len(names)
    width = 0.8 / many
    whole = max(value for _, values in rows for value in values) >= 100
    for index, name in enumerate(names):
        heights = [row + (index - (many - 1) / 2) * width for row in range(len(rows))]
        values = [values[index] for _, values in rows]
        axes.barh(
            heights,
            values,
            width * 0.92,
            color=COLOURS[index] if not HATCHES[index] else "white",
            edgecolor=COLOURS[index],
            hatch=HATCHES[index],
            label=name,
        )
        for height, value in zip(heights, values, strict=True):
            text = f"{value:,.0f}" if whole else figure(value, "")
            axes.annotate(text, (value, height), (3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("delayed bed days a year")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if many > 1:
        axes.legend(loc="lower right", frameon=False)


# -- differences ---------------------------------------------------------------------------------------------

FOREST_MEASURES = (
    "queue_mean",
    "wait_mean_days",
    "midnight_census_mean",
    "midnight_delayed_mean",
    "delayed_bed_days",
    "delayed_share",
    "delay_mean_if_delayed_nights",
    "turned_away",
    "gave_up",
)
MOST_LINES = 12


def _differences(findings: Findings) -> tuple[str, str, Figure] | None:
    shown = findings.scenarios[1 : MOST_SCENARIOS + 1]
    lines = [line for line in _forest_lines(findings) if any(_pair(findings, s.id, line) for s in shown)]
    if not findings.compared or not shown or not lines:
        return None
    title = f"What changes against {findings.label(findings.baseline)}?"
    drawing, axes = _canvas(
        title,
        "Difference as % of the baseline, same people, with 95% interval; right: the difference itself",
        1.5 + len(lines) * (0.2 + 0.17 * len(shown)),
    )
    words = []
    for index, scenario in enumerate(shown):
        words += _forest_series(axes, findings, lines, scenario, index, len(shown))
    axes.axvline(0, color=INK, linewidth=1)
    labels = [shortened(measure_label(measure, service), 50) for service, measure in lines]
    axes.set_yticks(range(len(lines)), labels, fontsize=9)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(f"less than in {findings.label(findings.baseline)}   <   change, %   >   more")
    if len(shown) > 1:
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=8)
    drawing.subplots_adjust(left=0.40, right=0.72)
    return title, "Differences with 95% intervals. " + "; ".join(words[:6]) + ".", drawing


def _forest_lines(findings: Findings) -> list[tuple[str, str]]:
    """(service, measure) of the lines, the main service first, as many as fit on a page."""
    main = findings.main_service.name
    lines = [(main, measure) for measure in FOREST_MEASURES]
    lines += [(s.name, "queue_mean") for s in findings.limited_services if s.name != main]
    lines += [(s.name, "midnight_census_mean") for s in findings.limited_services if s.name != main]
    useful = [line for line in lines if any(_pair(findings, s.id, line) for s in findings.scenarios[1:])]
    return useful[:MOST_LINES]


def _pair(findings: Findings, scenario: str, line: tuple[str, str]) -> tuple[Estimate, Contrast] | None:
    """The baseline's row and the difference; None where a percentage of the baseline says nothing."""
    before = findings.estimate(findings.baseline.id, *line)
    change = findings.contrast(scenario, *line)
    if before is None or change is None or not abs(before.mean) > 1e-9:
        return None
    return before, change


def _forest_series(
    axes: Axes, findings: Findings, lines: list[tuple[str, str]], scenario: Scenario, index: int, many: int
) -> list[str]:
    words = []
    for row, line in enumerate(lines):
        pair = _pair(findings, scenario.id, line)
        if pair is None:
            continue
        before, change = pair
        height = row + (index - (many - 1) / 2) * 0.8 / many
        ends = (
            change.mean if change.low is None else change.low,
            change.mean if change.high is None else change.high,
        )
        percent = [100 * value / abs(before.mean) for value in (ends[0], change.mean, ends[1])]
        axes.plot(
            [percent[0], percent[2]],
            [height, height],
            color=COLOURS[index],
            linewidth=2,
            solid_capstyle="butt",
        )
        axes.plot(
            percent[1],
            height,
            MARKERS[index],
            color=COLOURS[index],
            markersize=6,
            linestyle="none",
            label=findings.label(scenario) if row == 0 else None,
        )
        factor = yearly(change.measure, scenario.calendar.measured_days)
        text, span = change_and_interval(change.mean, change.low, change.high, change.unit, factor)
        axes.annotate(
            f"{text} ({span}), {change.verdict}" if span else text,
            xy=(1.02, height),
            xycoords=("axes fraction", "data"),
            fontsize=8 if many == 1 else 7,
            va="center",
            color=INK,
            annotation_clip=False,
        )
        words.append(f"{measure_label(change.measure, change.service)}: {text} ({span}), {change.verdict}")
    return words
