"""Day by day: how full the main service is, or all hospitals together, and how many people in it are delayed."""

from datetime import timedelta
from typing import Any

import matplotlib as mpl
import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.inputs.scenario import Scenario
from sim.results.charts.marks import mark_dates
from sim.results.charts.style import COLOURS, GREY, LINES, canvas, in_lines, remarks, with_baseline
from sim.results.comparison.findings import Findings
from sim.results.words.labels import figure, spoken

MANY = 20  # replications; from here on a band is the middle 95%, below it all of them
END_WIDTH = 17  # letters beside the end of a line
END_LINE = 0.175  # inches that one line of such a label takes


def occupancy_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """People in the main service, or in all hospitals, at midnight, with planned places where those stay the same."""
    place = spoken(findings.main_place)
    question = "How full are all hospitals together?" if findings.hospitals else f"How full is the {place}?"
    return _over_time(findings, "midnight_census", question, f"people in {place} at midnight", _planned(findings))


def delayed_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed people in the main service, or in all hospitals, at midnight."""
    place = spoken(findings.main_place)
    return _over_time(findings, "delayed", "How many are delayed?", f"delayed people in {place} at midnight")


def _planned(findings: Findings) -> tuple[int, str] | None:
    """The planned places, added up where there are several hospitals, if the same all the time and in every scenario."""
    total = 0
    for main in findings.hospitals or (findings.main_service,):
        every = [one.capacity for s in findings.scenarios for one in s.services if one.name == main.name]
        same = len(set(every)) == 1 and len(every) == len(findings.scenarios) and len(main.capacity) == 1
        places = main.capacity[0].places if same else None
        if places is None or main.counted_in == "hours_per_week":
            return None
        total += places
    return total, findings.main_service.counted_in


def _over_time(
    findings: Findings, measure: str, question: str, axis: str, planned: tuple[int, str] | None = None
) -> tuple[str, str, Figure] | None:
    place = findings.main_place, measure
    shown = [s for s in with_baseline(findings) if place in findings.daily[s.id]]
    if not shown or findings.baseline.calendar.measured_days < 2:
        return None
    means = [figure(float(_told_days(findings, findings.daily[s.id][place]).mean()), "") for s in shown]
    days = f" {findings.common.short}" if findings.common else ""
    title = _with_finding(question, [findings.label(s) for s in shown], means, days)
    days_each = _days_each_point(findings.baseline.calendar.measured_days)
    drawing, axes = canvas(title, _time_subtitle(findings, days_each) + remarks(findings, len(shown) - 1))
    ends = []
    for index, scenario in enumerate(shown):
        when, values = _averaged(scenario, findings.daily[scenario.id][place], days_each)
        _line_with_band(axes, when, values, index, with_band=index == 0 or len(shown) == 2)
        name = in_lines(findings.label(scenario), END_WIDTH)
        ends.append((float(values[:, -1].mean()), index, f"{name}\n{means[index]} on average"))
    axes.set_ylabel(axis)
    axes.margins(x=0.0)
    _sensible_bottom(axes)
    if planned:
        _planned_line(axes, *planned)
    _date_axis(axes)
    marks = mark_dates(axes, findings, shown)
    _labels_at_ends(axes, ends)
    words = [f"{findings.label(s)}: {mean} on average{days}" for s, mean in zip(shown, means, strict=True)]
    return title, f"{axis}. " + "; ".join(words) + "." + "".join(f" {mark}." for mark in marks), drawing


def _told_days(findings: Findings, days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the days of the averages: all, or those on which every dated change is in force."""
    common = findings.common
    if common is None:
        return days
    first = common.first_day - findings.baseline.calendar.warm_up_days
    return days[:, first : first + common.days]


def _with_finding(question: str, names: list[str], means: list[str], days: str) -> str:
    """The question, and its answer where it is short."""
    if len(names) == 1:
        return f"{question} {means[0]} people on average"
    if len(names) == 2 and len(names[1]) <= END_WIDTH:
        return f"{question} {means[0]} people, {means[1]} with {names[1]}{days}"
    return question


def _line_with_band(axes: Axes, when: list[Any], values: NDArray[np.float64], index: int, *, with_band: bool) -> None:
    """The mean of the replications; only the first band is filled, as two fills would hide each other."""
    colour, line = COLOURS[index], LINES[index]
    if len(values) > 1 and with_band:
        low, high = np.percentile(values, [2.5, 97.5] if len(values) >= MANY else [0, 100], axis=0)
        if index == 0:
            axes.fill_between(when, low, high, color=colour, alpha=0.14, linewidth=0)
        for edge in (low, high):
            axes.plot(when, edge, color=colour, linestyle=line, linewidth=0.7, alpha=0.8)
    axes.plot(when, values.mean(axis=0), color=colour, linestyle=line, linewidth=2.2)


def _planned_line(axes: Axes, places: int, noun: str) -> None:
    """A thin line at the planned places, if it lies near the rest."""
    low, high = axes.get_ylim()
    if places > high + 0.4 * (high - low):
        return
    axes.set_ylim(low, max(high, places + 0.06 * (high - low)))
    axes.axhline(places, color=GREY, linewidth=1, linestyle=(0, (1, 2)))
    axes.annotate(
        f"{places:,} {noun}",
        xy=(0.01, places),
        xytext=(0, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=9,
        color=GREY,
    )


def _time_subtitle(findings: Findings, days_each: int) -> str:
    what = {1: "Daily figures", 7: "Weekly averages"}.get(days_each, f"Averages of {days_each} days")
    replications = findings.baseline.replications
    if replications >= MANY:
        what += f"; band: 95% of {replications} simulated runs lie inside"
    elif replications > 1:
        what += f"; band: from the lowest to the highest of {replications} simulated runs"
    return what + (f"; averages at the right: {findings.common.short}" if findings.common else "")


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
    """From zero, unless that would squeeze the lines into the top; then the axis says that it does not."""
    low, high = axes.get_ylim()
    from_zero = low < 0.6 * high
    axes.set_ylim(0 if from_zero else low, high)
    if not from_zero:
        axes.set_xlabel(f"(the upright axis starts at {low:,.0f}, not at 0)", fontsize=8, color=GREY)


def _date_axis(axes: Axes) -> None:
    dates: Any = mpl.dates  # its makers carry no types
    locator = dates.AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))


def _labels_at_ends(axes: Axes, ends: list[tuple[float, int, str]]) -> None:
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
