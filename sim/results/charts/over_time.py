"""Over time: day by day, how many are delayed, how full the hospital is, and whether what opens is used; and what days come to.

Two scenarios stand in one picture: their levels, and below them the difference on the same people with its own band, which is
what can be told. Of more scenarios each has a small picture of its own, all on one scale. A scenario alone has the band of its
simulated runs. The share of midnights above each number says how often more people are there than that. Welch's picture of the
warm-up shows people by day, averaged over replications and neighbouring days, where these are not steady.
"""

from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from sim.inputs.problems import capital
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario, Service
from sim.results.charts.style import (
    COLOURS,
    GREY,
    INK,
    LINES,
    MOST_PANELS,
    Look,
    canvas,
    compact,
    date_axis,
    in_lines,
    legend_above,
    looks,
    mark_dates,
    on_one_line,
    others,
    remarks,
    small_multiples,
    with_baseline,
)
from sim.results.comparison.findings import Findings
from sim.results.comparison.statistics import t_quantile, unsteady
from sim.results.midnights import shares_by_number
from sim.results.words.labels import counted, figure, spoken

MANY = 20  # replications; from here on a band is the middle 95%, below it all of them
LEVEL_SIZE = 7  # points
NAME_ABOVE = 1.15  # inches of each of two names above a compact picture
LEAST_PART = 0.85  # of the highest: an axis that would begin higher does not begin at 0

Days = NDArray[np.float64]  # replications x days, or x blocks of days


class Line(NamedTuple):
    """One scenario's daily counts in blocks of days, each dated at its middle."""

    scenario: Scenario
    look: Look
    when: list[Any]
    values: Days
    mean: float  # of the days that the headline is about


def delayed_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed people in the main service, or in all hospitals, at midnight, and the difference on the same people."""
    lines = _lines(findings, (findings.main_place, "delayed"))
    place = spoken(findings.main_place)
    return _chart(findings, lines, "How many are delayed?", f"delayed people in {place} at midnight") if lines else None


def occupancy_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """People in the main service, or in all hospitals, at midnight, with planned places where those stay the same."""
    lines = _lines(findings, (findings.main_place, "midnight_census"))
    place = spoken(findings.main_place)
    question = "How full are all hospitals together?" if findings.hospitals else f"How full is the {place}?"
    axis = f"people in {place} at midnight"
    return _chart(findings, lines, question, axis, _planned_places(findings)) if lines else None


def _lines(findings: Findings, place: tuple[str, str]) -> list[Line]:
    """The lines of every scenario that has such days, the baseline first."""
    shown = [one for one in (findings.baseline, *others(findings)) if place in findings.daily[one.id]]
    if not shown or findings.baseline.calendar.measured_days < 2:
        return []
    size, look = _days_each_point(findings.baseline.calendar.measured_days), looks(findings)
    found = []
    for scenario in shown:
        days = np.asarray(findings.daily[scenario.id][place], dtype=np.float64)
        told = float(_told_days(findings, days).mean())
        found.append(Line(scenario, look[scenario.id], *_averaged(scenario, days, size), told))
    return found


def _chart(
    findings: Findings, lines: list[Line], question: str, axis: str, planned: tuple[int, str] | None = None
) -> tuple[str, str, Figure]:
    days = f" {findings.common.short}" if findings.common else ""
    names = [findings.label(line.scenario) for line in lines]
    means = [figure(line.mean, "") for line in lines]
    said = "; ".join(f"{name}: {mean} on average{days}" for name, mean in zip(names, means, strict=True))
    if len(lines) > 2:
        drawing, marks = _each_beside_the_baseline(findings, lines, question, axis)
        return question, f"{axis}. {said}.{marks}", drawing
    if len(lines) == 1:
        title = f"{question} {means[0]} people on average"
    else:
        title = (
            f"{question} {means[1]} people, not {means[0]}"
            if means[0] != means[1]
            else f"{question} {means[0]} people in both"
        )
        title += f",{days}" if days else ""
    drawing, marks = _levels_and_difference(findings, lines, names, title, axis, planned)
    return title, f"{axis}. {said}.{marks}", drawing


def _levels_and_difference(
    findings: Findings, lines: list[Line], names: list[str], title: str, axis: str, planned: tuple[int, str] | None
) -> tuple[Figure, str]:
    """One or two scenarios, and below two of them what differs on the same people."""
    is_pair = len(lines) == 2
    what = f"{capital(axis)}, {_each_point(findings)}"
    if not is_pair:
        what += _runs(findings)
    drawing, axes = compact(
        title,
        what + remarks(findings, len(lines) - 1),
        2.35,
        1 + is_pair,
        (1.25, 1)[: 1 + is_pair],
        is_dated=True,
    )
    top = axes[0]
    for line in lines:
        if not is_pair and len(line.values) > 1:
            low, high = np.percentile(line.values, [2.5, 97.5] if len(line.values) >= MANY else [0, 100], axis=0)
            top.fill_between(line.when, low, high, color=line.look.colour, alpha=0.2, linewidth=0)
        _draw(top, line)
    top.margins(x=0.0)
    _sensible_bottom(top)
    if planned:
        _planned_line(top, *planned)
    if is_pair:
        _names(top, lines, names)
        _difference(axes[1], *lines)
    date_axis(axes[-1], 7)
    marks = mark_dates(top, findings, [line.scenario for line in lines], LEVEL_SIZE)
    for lower in axes[1:]:
        mark_dates(lower, findings, [line.scenario for line in lines], None)
    return drawing, "".join(f" {mark}." for mark in marks)


def _draw(axes: Axes, line: Line, width: float = 1.6) -> None:
    """The mean of the replications, with a mark now and then, so that it can be told in grey."""
    axes.plot(
        line.when,
        line.values.mean(axis=0),
        color=line.look.colour,
        linestyle=line.look.line,
        marker=line.look.marker,
        markevery=max(1, len(line.when) // 8),
        markersize=3.2,
        linewidth=width,
    )


def _names(axes: Axes, lines: list[Line], names: list[str]) -> None:
    """Which line is whose, above the picture."""
    handles = [
        axes.plot([], [], color=line.look.colour, marker=line.look.marker, linestyle=line.look.line, markersize=3.2)[0]
        for line in lines
    ]
    axes.legend(handles, [on_one_line(name, NAME_ABOVE, LEVEL_SIZE) for name in names], loc="lower right", bbox_to_anchor=(1.02, 0.96),
                ncols=2, frameon=False, fontsize=LEVEL_SIZE, handlelength=2.2, columnspacing=1.2, borderpad=0.2)  # fmt: skip


def _difference(axes: Axes, base: Line, other: Line, *, is_small: bool = False) -> None:
    """The paired difference of each point: its mean, and the 95% interval of that mean over the replications."""
    change = other.values - base.values
    mean = change.mean(axis=0)
    if len(change) > 1:
        reach = t_quantile(0.975, len(change) - 1) * change.std(axis=0, ddof=1) / np.sqrt(len(change))
        axes.fill_between(other.when, mean - reach, mean + reach, color=other.look.colour, alpha=0.3, linewidth=0)
    axes.plot(other.when, mean, color=other.look.colour, linestyle=other.look.line, linewidth=1.4, marker=other.look.marker,
              markevery=max(1, len(mean) // 8), markersize=3.2)  # fmt: skip
    axes.axhline(0, color=INK, linewidth=0.9)
    axes.margins(x=0.0)
    if not is_small:
        band = " (band: 95% interval)" if len(change) > 1 else ""
        axes.set_title(f"Difference on the same people{band}", fontsize=LEVEL_SIZE, color=INK, loc="left", pad=2)


def _each_beside_the_baseline(findings: Findings, lines: list[Line], question: str, axis: str) -> tuple[Figure, str]:
    """Of several scenarios: each one's difference from the baseline with its band, all on one scale."""
    base, *rest = lines
    names = [f"{findings.label(line.scenario)}: {figure(line.mean - base.mean, '', signed=True)}" for line in rest]
    told = (
        f"{capital(axis)}: difference from {findings.label(base.scenario)} ({figure(base.mean, '')}) on the same people"
    )
    band = "; band: 95% interval" if len(base.values) > 1 else ""
    subtitle = f"{told}\n{_each_point(findings)}{band}{_not_shown(findings, len(rest))}"
    drawing, panels = small_multiples(question, subtitle, names)
    for axes, line in zip(panels, rest, strict=True):
        _difference(axes, base, line, is_small=True)
    date_axis(panels[0], 5)
    marks = dict.fromkeys(
        mark
        for axes, line in zip(panels, rest, strict=True)
        for mark in mark_dates(axes, findings, [line.scenario], None)
    )
    return drawing, "".join(f" {mark}." for mark in marks)


def _not_shown(findings: Findings, shown: int) -> str:
    more = len(findings.scenarios) - 1 - shown
    return f"; first {shown} of {shown + more}" if more else ""


def _told_days(findings: Findings, days: Days) -> Days:
    """Return the days of the averages: all, or those on which every dated change is in force."""
    common = findings.common
    if common is None:
        return days
    first = common.first_day - findings.baseline.calendar.warm_up_days
    return days[:, first : first + common.days]


def _planned_places(findings: Findings) -> tuple[int, str] | None:
    """The planned places, added up where there are several hospitals, if the same all the time and in every scenario."""
    total = 0
    for main in findings.hospitals or (findings.main_service,):
        every = [service.capacity for s in findings.scenarios for service in s.services if service.name == main.name]
        same = len(set(every)) == 1 and len(every) == len(findings.scenarios) and len(main.capacity) == 1
        places = main.capacity[0].places if same else None
        if places is None or main.counted_in == "hours_per_week":
            return None
        total += places
    return total, findings.main_service.counted_in


def _planned_line(axes: Axes, places: int, noun: str) -> None:
    """A thin line at the planned places, if it lies near the rest."""
    low, high = axes.get_ylim()
    if places > high + 0.4 * (high - low):
        return
    axes.set_ylim(low, max(high, places + 0.12 * (high - low)))
    axes.axhline(places, color=GREY, linewidth=1, linestyle=(0, (1, 2)))
    axes.annotate(f"{places:,} {noun}", xy=(0.01, places), xytext=(0, 2), xycoords=("axes fraction", "data"),
                  textcoords="offset points", fontsize=LEVEL_SIZE, color=GREY)  # fmt: skip


def _each_point(findings: Findings) -> str:
    days = _days_each_point(findings.baseline.calendar.measured_days)
    return {1: "day by day", 7: "average of each week"}.get(days, f"averages of {days} days")


def _runs(findings: Findings) -> str:
    """What the band of a scenario alone is."""
    replications = findings.baseline.replications
    if replications >= MANY:
        return f"; band: 95% of {replications} simulated runs lie inside"
    return f"; band: lowest to highest of {replications} simulated runs" if replications > 1 else ""


def _days_each_point(days: int) -> int:
    """A day, a week or four weeks: about fifty points tell a story, hundreds tell noise."""
    return 1 if days <= 60 else 7 if days <= 800 else 28


def _averaged(scenario: Scenario, days: Days, size: int) -> tuple[list[Any], Days]:
    """Averages over blocks of days, each dated at its middle; an incomplete last block is left out."""
    blocks = days.shape[1] // size
    values = days[:, : blocks * size].reshape(days.shape[0], blocks, size).mean(axis=2)
    first = scenario.calendar.start + timedelta(days=scenario.calendar.warm_up_days)
    return [first + timedelta(days=block * size + size // 2) for block in range(blocks)], values


def _sensible_bottom(axes: Axes) -> None:
    """From zero, unless that would squeeze the lines into the top; then the picture says that it does not."""
    low, high = axes.get_ylim()
    from_zero = low < LEAST_PART * high
    axes.set_ylim(0 if from_zero else low, high)
    if not from_zero:
        axes.annotate(f"from {low:,.0f}, not from 0", xy=(0.99, 0.03), xycoords="axes fraction", fontsize=LEVEL_SIZE,
                      color=GREY, ha="right", va="bottom")  # fmt: skip


# -- what opens ----------------------------------------------------------------------------------------------


def use_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """People in each service that a scenario opens, at midnight, beside its places; nothing where nothing opens."""
    opened = [(scenario, service) for scenario in others(findings) for service in _opened(findings, scenario)]
    opened = [pair for pair in opened if (pair[1].name, "midnight_census") in findings.daily[pair[0].id]]
    if not opened or findings.baseline.calendar.measured_days < 2:
        return None
    said = [_used(findings, *pair) for pair in opened]
    band = f", {_each_point(findings)}{_runs(findings)}"
    if len(opened) == 1:
        title = f"Is {spoken(opened[0][1].name)} used? {capital(said[0])}"
        subtitle = f"People there at midnight{band}"
        drawing, panels = compact(title, subtitle, 2.0, is_dated=True)
    else:
        title, subtitle = "Is what opens used?", f"People there at midnight{band}"
        names = [f"{spoken(service.name)}: {text}" for (scenario, service), text in zip(opened, said, strict=True)]
        drawing, panels = small_multiples(title, subtitle, names[:MOST_PANELS], one_scale=False)
    look = looks(findings)
    for axes, (scenario, service) in zip(panels, opened, strict=False):
        _use(axes, findings, scenario, service, look[scenario.id])
    date_axis(panels[0], 7 if len(opened) == 1 else 5)
    words = "; ".join(f"{spoken(service.name)}: {text}" for (_, service), text in zip(opened, said, strict=True))
    return title, f"{subtitle}. {words}.", drawing


def _opened(findings: Findings, scenario: Scenario) -> list[Service]:
    """Services with a limit that the baseline does not have."""
    before = {service.name for service in findings.baseline.services}
    return [
        service
        for service in scenario.services
        if service.name not in before and not service.is_unlimited and service.counted_in != "hours_per_week"
    ]


def _used(findings: Findings, scenario: Scenario, service: Service) -> str:
    """`11.8 of 29 beds on average`; of dated places those there on an average day."""
    here = findings.side_by_side
    people = here.estimate(scenario.id, service.name, "midnight_census_mean")
    days = here.estimate(scenario.id, service.name, "available_bed_days")
    if people is None or days is None or not days.mean:
        return "it never opens"
    window = next(one for one in here.scenarios if one.id == scenario.id).calendar.measured_days
    return f"{figure(people.mean, '')} of {figure(days.mean / window, '').removesuffix('.0')} {service.counted_in} on average"


def _use(axes: Axes, findings: Findings, scenario: Scenario, service: Service, look: Look) -> None:
    days = np.asarray(findings.daily[scenario.id][service.name, "midnight_census"], dtype=np.float64)
    size = _days_each_point(days.shape[1])
    line = Line(scenario, look, *_averaged(scenario, days, size), 0.0)
    if len(days) > 1:
        low, high = np.percentile(line.values, [2.5, 97.5] if len(days) >= MANY else [0, 100], axis=0)
        axes.fill_between(line.when, low, high, color=look.colour, alpha=0.25, linewidth=0)
    _draw(axes, line)
    first = scenario.calendar.start + timedelta(days=scenario.calendar.warm_up_days)
    places = _places_by_day(scenario, service, days.shape[1])
    dates: list[Any] = [first + timedelta(days=day) for day in range(days.shape[1])]
    axes.step(dates, places, where="post", color=GREY, linewidth=1.2, linestyle=(0, (1, 1.5)))
    axes.set_ylim(0, 1.18 * max(float(places.max()), float(line.values.max()), 1.0))
    axes.annotate(f"{places[-1]:,.0f} {service.counted_in}", xy=(0.99, places[-1]), xytext=(0, 2), xycoords=("axes fraction", "data"),
                  textcoords="offset points", fontsize=LEVEL_SIZE, color=GREY, ha="right")  # fmt: skip
    axes.margins(x=0.0)
    mark_dates(axes, findings, [scenario], LEVEL_SIZE)


def _places_by_day(scenario: Scenario, service: Service, days: int) -> NDArray[np.float64]:
    """The planned places at the end of each measured day."""
    ends = (scenario.calendar.warm_up_days + 1 + np.arange(days)) * SECONDS_PER_DAY - 1
    starts = np.array([one.from_second for one in service.capacity])
    planned = np.array([float(one.places or 0) for one in service.capacity])
    return np.asarray(planned[np.maximum(np.searchsorted(starts, ends, side="right") - 1, 0)])


# -- how often more people are there -----------------------------------------------------------------------------------


OFTEN = 0.05  # the share of midnights that the words are about: one in twenty
HARDLY_EVER = 0.001  # numbers that fewer midnights reach, or fall short of, are not drawn


def midnights_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The share of midnights with more than each number of people in the main service, or in all hospitals together."""
    place = findings.main_place, "midnight_census"
    shown = [scenario for scenario in with_baseline(findings) if place in findings.daily[scenario.id]]
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
    planned = _planned_places(findings)
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


# -- the warm-up -------------------------------------------------------------------------------------------------------


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
    said = f"{findings.label(scenario)}: people of each measured day, after {counted(warm_up, 'day')} of warm-up, average over {2 * NEIGHBOURS + 1} days"
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
