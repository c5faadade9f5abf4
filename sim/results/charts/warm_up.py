"""Welch's picture of the warm-up: people by day, averaged over replications and neighbouring days, where these are not steady."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.results.charts.style import COLOURS, GREY, LINES, canvas, in_lines, legend_above
from sim.results.comparison.findings import Findings
from sim.results.comparison.statistics import unsteady
from sim.results.words.labels import spoken

NEIGHBOURS = 15  # days on each side
LAST = 30  # days, which the others are set against
WORDS = {"midnight_census": "people in {}", "delayed": "delayed people in {}"}


def warm_up_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The counts of the first scenario that are not steady, as parts of their last days; none where all are steady."""
    scenario, daily = findings.baseline, findings.daily.get(findings.baseline.id, {})
    shown = list(unsteady(scenario, daily))[: len(COLOURS)]
    if not shown:
        return None
    names = [in_lines(WORDS[one.measure].format(spoken(one.service))) for one in shown]
    title = "Is the warm-up long enough? Not for these"
    warm_up = scenario.calendar.warm_up_days
    said = f"{findings.label(scenario)}: people of each measured day, after {warm_up} days of warm-up, average over {2 * NEIGHBOURS + 1} days"
    drawing, axes = canvas(title, said, legend=names)
    for number, (one, name) in enumerate(zip(shown, names, strict=True)):
        people = np.asarray(daily[one.service, one.measure], dtype=np.float64).mean(axis=0)
        smooth = welch(people) / people[-LAST:].mean()
        axes.plot(np.arange(len(smooth)) + 1, smooth, color=COLOURS[number], linestyle=LINES[number], label=name)
    axes.axhline(1.0, color=GREY, linewidth=0.8)
    axes.set_xlabel("measured day")
    axes.set_ylabel(f"part of the mean of the last {LAST} days")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_ylim(bottom=0)
    legend_above(axes)
    return title, f"{said}, as parts of the last {LAST} days: {', '.join(names)}.", drawing


def welch(people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Welch's moving average (1983): over as many days on both sides as there are, at most so many."""
    sums, days = np.concatenate([[0.0], np.cumsum(people)]), np.arange(len(people))
    reach = np.minimum(NEIGHBOURS, np.minimum(days, len(people) - 1 - days))
    smooth: NDArray[np.float64] = (sums[days + reach + 1] - sums[days - reach]) / (2 * reach + 1)
    return smooth
