"""Year by year: how many are delayed, where arrivals grow."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.results.charts.over_time import END_WIDTH, labels_at_ends
from sim.results.charts.style import COLOURS, LINES, MARKERS, canvas, in_lines, remarks, with_baseline
from sim.results.comparison.compare import Estimate
from sim.results.comparison.findings import Findings
from sim.results.words.delays import DELAYED, year_label
from sim.results.words.labels import figure, spoken

APART = 0.05  # of a year, between the bars of two scenarios
Point = tuple[int, Estimate]


def years_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed people on an average day of each calendar year, with the interval of each average."""
    lines = [(one, _points(findings, one.id)) for one in with_baseline(findings)]
    lines = [(one, points) for one, points in lines if len(points) > 1]
    if not lines:
        return None
    first, last = lines[0][1][0], lines[0][1][-1]
    change = f"{figure(first[1].mean, '')} people in {first[0]}, {figure(last[1].mean, '')} in {last[0]}"
    title = (
        f"How many are delayed, year by year? {change}" if len(lines) == 1 else "How many are delayed, year by year?"
    )
    short = [year_label(one) for one in findings.years[lines[0][0].id] if year_label(one) != one.short]
    subtitle = "Averages of calendar years; bars: 95% interval of each" + (f"; {', '.join(short)}" if short else "")
    drawing, axes = canvas(title, subtitle + remarks(findings, len(lines) - 1))
    ends, words = [], []
    for index, (scenario, points) in enumerate(lines):
        _draw(axes, points, index, APART * (index - (len(lines) - 1) / 2))
        name = in_lines(findings.label(scenario), END_WIDTH)
        end = figure(points[-1][1].mean, "")
        ends.append((points[-1][1].mean, index, f"{name}\n{end} in {points[-1][0]}"))
        told = ", ".join(f"{year} {figure(row.mean, '')}" for year, row in points)
        words.append(f"{findings.label(scenario)}: {told}.")
    axes.set_ylabel(f"delayed people in {spoken(findings.main_place)} on an average day")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.02)
    labels_at_ends(axes, ends)
    return title, " ".join(words), drawing


def _points(findings: Findings, scenario: str) -> list[Point]:
    """The average of each year that has one."""
    parts = [(int(period.short), findings.parts[period]) for period in findings.years.get(scenario, ())]
    found = [(year, part.estimate(scenario, part.main_place, DELAYED)) for year, part in parts]
    return [(year, row) for year, row in found if row is not None]


def _draw(axes: Axes, points: list[Point], index: int, aside: float) -> None:
    """A line with its intervals, a little aside, so that bars of several lines can be told apart."""
    years, means = [year + aside for year, _ in points], [row.mean for _, row in points]
    colour, line, marker = COLOURS[index], LINES[index], MARKERS[index]
    axes.plot(years, means, color=colour, linestyle=line, marker=marker, markersize=5, linewidth=2.2)
    for year, (_, row) in zip(years, points, strict=True):
        if row.low is not None and row.high is not None:
            axes.plot([year, year], [row.low, row.high], color=colour, linewidth=1.2, alpha=0.8)
