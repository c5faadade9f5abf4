"""How often are more than so many people there at midnight? The share of midnights above each number."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from sim.results.charts.over_time import planned_places
from sim.results.charts.style import COLOURS, GREY, LINES, canvas, in_lines, legend_above, remarks, with_baseline
from sim.results.comparison.findings import Findings
from sim.results.midnights import shares_by_number
from sim.results.words.labels import spoken

OFTEN = 0.05  # the share of midnights that the words are about: one in twenty
HARDLY_EVER = 0.001  # numbers that fewer midnights reach, or fall short of, are not drawn


def midnights_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The share of midnights with more than each number of people in the main service, or in all hospitals together."""
    place = findings.main_place, "midnight_census"
    shown = [one for one in with_baseline(findings) if place in findings.daily[one.id]]
    if not shown or findings.baseline.calendar.measured_days < 2:
        return None
    above = [_share_above(*shares_by_number(findings.daily[one.id][place])) for one in shown]
    where = spoken(findings.main_place)
    names = [findings.label(one) for one in shown]
    numbers = [_reached_by(*one, OFTEN) for one in above]
    title = f"How often are more than so many people in {where}?"
    if len(shown) == 1:
        title = f"At most one midnight in twenty has more than {numbers[0]:,} people in {where}"
    drawing, axes = canvas(
        title,
        f"Share of the midnights of {findings.baseline.replications:,} simulated runs with more people than the number below"
        + remarks(findings, len(shown) - 1),
        legend=[in_lines(name) for name in names],
    )
    for index, (name, (least, shares)) in enumerate(zip(names, above, strict=True)):
        axes.step(
            np.arange(least - 1, least + len(shares)),
            np.concatenate(([1.0], shares)),
            where="post",
            color=COLOURS[index],
            linestyle=LINES[index],
            linewidth=2,
            label=in_lines(name),
        )
    _frame(axes, above, f"people in {where} at midnight")
    planned = planned_places(findings)
    if planned:
        _mark(axes, *planned)
    if len(shown) > 1:
        legend_above(axes)
    drawing.subplots_adjust(right=0.95, bottom=0.13)
    words = [
        f"{name}: more than {number:,} on at most 5% of midnights" for name, number in zip(names, numbers, strict=True)
    ]
    return title, f"Share of midnights with more people in {where} than each number. {'; '.join(words)}.", drawing


def _share_above(least: int, shares: NDArray[np.float64]) -> tuple[int, NDArray[np.float64]]:
    """The share of midnights with more people than each number, from the least number seen on."""
    return least, np.maximum(0.0, 1.0 - np.cumsum(shares.mean(axis=0)))


def _reached_by(least: int, above: NDArray[np.float64], share: float) -> int:
    """The smallest number that no more than this share of midnights exceed."""
    return least + int(np.argmax(above <= share + 1e-12))


def _frame(axes: Axes, above: list[tuple[int, NDArray[np.float64]]], label: str) -> None:
    """The numbers that midnights reach, without the few that hardly any does."""
    first = min(_reached_by(*one, 1 - HARDLY_EVER) for one in above)
    last = max(_reached_by(*one, HARDLY_EVER) for one in above)
    axes.set_xlim(max(0, first - 1), max(last, first + 1))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel(label)
    axes.set_ylabel("share of midnights with more")


def _mark(axes: Axes, places: int, noun: str) -> None:
    """An upright line at the planned places, if midnights come near it."""
    low, high = axes.get_xlim()
    if not low <= places <= high + 0.4 * (high - low):
        return
    axes.set_xlim(low, max(high, places + 1))
    axes.axvline(places, color=GREY, linewidth=1, linestyle=(0, (1, 2)))
    axes.annotate(
        f"{places:,} {noun}",
        xy=(places, 1.0),
        xytext=(-3, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=9,
        color=GREY,
    )
