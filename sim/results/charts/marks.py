"""The dates that divide the measured window, marked in a chart over time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from matplotlib.axes import Axes

from sim.inputs.scenario import Scenario
from sim.results.charts.style import INK
from sim.results.comparison.findings import Findings
from sim.results.measures.periods import date_words

ROOM = 0.09  # of the axis's height, above the lines, for the words at a date
ROWS = 3  # rows of such words, one below the other where dates are close
LATE = 0.6  # of the window: words at a later date stand to the left of its line


def mark_dates(axes: Axes, findings: Findings, shown: Sequence[Scenario]) -> list[str]:
    """Draw a labelled line at each date on which a plan changes; return the labels for the description."""
    dates = _dates(findings, shown)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + (high - low) * ROOM * min(len(dates), ROWS))
    calendar, words = findings.baseline.calendar, []
    for number, (day, marks) in enumerate(dates.items()):
        words.append(f"{date_words(calendar, day, brief=True)}: {', '.join(marks)}")
        when: Any = calendar.start + timedelta(days=day)
        axes.axvline(when, color=INK, linewidth=1.1, linestyle=(0, (4, 2)))
        is_late = day - calendar.warm_up_days > calendar.measured_days * LATE
        _say(axes, words[-1], when, 1 - ROOM * 0.9 * (number % ROWS), is_late=is_late)
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


def _say(axes: Axes, words: str, when: Any, height: float, *, is_late: bool) -> None:
    axes.annotate(
        words,
        xy=(when, height),
        xytext=(-4 if is_late else 4, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right" if is_late else "left",
        va="top",
        fontsize=8.5,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )
