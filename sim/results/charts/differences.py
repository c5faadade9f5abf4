"""What changes: differences from the baseline with their intervals, one line a measure.

What may be changed here: freely.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.inputs.scenario import Scenario
from sim.results.charts.style import (
    COLOURS,
    INK,
    MARKERS,
    MOST_SCENARIOS,
    canvas,
    chosen_of,
    legend_above,
    most_telling,
)
from sim.results.findings import Contrast, Estimate, Findings
from sim.results.wording import change_and_interval, measure_label, shortened, yearly

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
LEAST_CHANGE = 0.001  # of the baseline


def differences_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Each measure's difference as a share of the baseline, with its interval and, in words, its verdict."""
    shown = most_telling(findings, MOST_SCENARIOS)
    lines = [line for line in _forest_lines(findings) if any(_pair(findings, s.id, line) for s in shown)]
    if not findings.compared or not shown or not lines:
        return None
    title = f"What changes against {findings.label(findings.baseline)}?"
    drawing, axes = canvas(
        title,
        "% of the baseline, same people, with 95% interval; right: the difference itself"
        + chosen_of(findings, len(shown)),
        1.5 + len(lines) * (0.2 + 0.17 * len(shown)),
        len(shown),
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
        legend_above(axes)
    drawing.subplots_adjust(left=0.40, right=0.72)
    return title, "Differences with 95% intervals. " + "; ".join(words[:6]) + ".", drawing


def _forest_lines(findings: Findings) -> list[tuple[str, str]]:
    """(service, measure) of the lines, the main service first, as many as fit on a page."""
    main = findings.main_service.name
    lines = [(main, measure) for measure in FOREST_MEASURES]
    lines += [(s.name, "queue_mean") for s in findings.limited_services if s.name != main]
    lines += [(s.name, "midnight_census_mean") for s in findings.limited_services if s.name != main]
    return [line for line in lines if _is_useful(findings, line)][:MOST_LINES]


def _is_useful(findings: Findings, line: tuple[str, str]) -> bool:
    """Whether something can be said; what hardly changes is worth a line in the main service only."""
    pairs = [pair for s in findings.scenarios[1:] if (pair := _pair(findings, s.id, line))]
    if line[0] == findings.main_service.name:
        return bool(pairs)
    return any(abs(change.mean) >= LEAST_CHANGE * abs(before.mean) for before, change in pairs)


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
