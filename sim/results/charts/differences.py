"""What changes: differences from the baseline with their intervals, one line a measure."""

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple, TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.inputs.scenario import Scenario
from sim.results.charts.style import (
    INK,
    Look,
    canvas,
    days_of,
    in_lines,
    legend_above,
    looks,
    remarks,
    with_baseline,
)
from sim.results.comparison.compare import CANNOT_TELL, Estimate, PairedDifference
from sim.results.comparison.findings import Findings
from sim.results.measure_table import ITEMS, Place, shown_in
from sim.results.words import labels
from sim.results.words.labels import change_and_interval, measure_label

MOST_LINES = 10
LABEL_WIDTH = 44  # letters on one line
LEAST_CHANGE = 0.001  # of the baseline
# Where a queue of hardly anybody grows tenfold, all other changes would be squeezed onto the line of none.
FURTHEST = 200  # %
NOTHING_LEFT = -100  # %: nothing here is ever below 0

Line: TypeAlias = tuple[str, str, str, str]  # service, measure, by, item


class Point(NamedTuple):
    """A scenario's difference in one line of the chart: in % of the baseline with its interval, and as it is."""

    scenario: int
    line: int
    low: float
    middle: float
    high: float
    change: PairedDifference


def differences_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Each measure's difference as a share of the baseline, with its interval and, in words, its verdict."""
    shown = with_baseline(findings)[1:]
    lines = [line for line in _forest_lines(findings) if any(_pair(findings, s.id, line) for s in shown)]
    if not findings.compared or not shown or not lines:
        return None
    title = f"What changes against {findings.label(findings.baseline)}?" + days_of(findings)
    points = [point for index, scenario in enumerate(shown) for point in _points(findings, lines, scenario, index)]
    names = [in_lines(findings.label(scenario)) for scenario in shown]
    is_cut = any(point.high > FURTHEST for point in points)
    drawing, axes = canvas(
        title,
        "% of the baseline, same people, with 95% interval; right: the difference itself"
        + (f"; cut at {FURTHEST}% (arrow: further)" if is_cut else "")
        + remarks(findings, len(shown)),
        1.5 + len(lines) * (0.2 + 0.17 * len(shown)),
        names,
    )
    look = [looks(findings)[one.id] for one in shown]
    for name, one in zip(names, look, strict=True):
        axes.plot([], [], one.marker, color=one.colour, markersize=6, label=name)
    for point in points:
        height = point.line + (point.scenario - (len(shown) - 1) / 2) * 0.8 / len(shown)
        _draw(axes, point, height, look[point.scenario])
        _say(axes, _words(findings, point), height, 8 if len(shown) == 1 else 7)
    axes.axvline(0, color=INK, linewidth=1)
    labels = ["\n".join(wrap(_label(findings, line), LABEL_WIDTH)) for line in lines]
    axes.set_yticks(range(len(lines)), labels, fontsize=9)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(f"less than in {findings.label(findings.baseline)}   <   change, %   >   more")
    if len(shown) > 1:
        legend_above(axes)
    drawing.subplots_adjust(left=0.40, right=0.72)
    texts = [f"{_label(findings, point.change[2:6])}: {_words(findings, point)}" for point in points[:6]]
    return title, "Differences with 95% intervals. " + "; ".join(texts) + ".", drawing


def _label(findings: Findings, line: Line) -> str:
    service, measure, by, item = line
    return measure_label(measure, service, by, item, measured_days=findings.baseline.calendar.measured_days)


def _forest_lines(findings: Findings) -> list[Line]:
    """What the lines are about, the main service first, as many as fit on a page: of others those that change most."""
    main = findings.main_place
    shown = {findings.main_service.name, *(service.name for service in findings.hospitals)}
    others = [service.name for service in findings.limited_services if service.name not in shown]
    first, rest = _lines("chart_main", [main]) + _lines("chart_all", ["all"]), _lines("chart_others", others)
    first, rest = ([line for line in lines if _is_useful(findings, line)] for lines in (first, rest))
    most = sorted(rest, key=lambda line: -_largest_change(findings, line))[: max(0, MOST_LINES - len(first))]
    return [*first, *(line for line in rest if line in most)][:MOST_LINES]


def _largest_change(findings: Findings, line: Line) -> float:
    """As a share of the baseline, in any scenario; those about which these runs cannot tell come last."""
    pairs = [pair for s in findings.scenarios[1:] if (pair := _pair(findings, s.id, line))]
    known = [(before, change) for before, change in pairs if change.verdict != CANNOT_TELL]
    return max((abs(change.mean / before.mean) for before, change in known), default=0.0)


def _lines(place: Place, services: Sequence[str]) -> list[Line]:
    """Measure by measure, the lines of these services."""
    return [
        (service, measure.name, by, item)
        for measure, divisions in shown_in(place)
        for service in services
        for by in divisions
        for item in ITEMS[by]
    ]


def _is_useful(findings: Findings, line: Line) -> bool:
    """Return whether a row is shown; small changes are shown for the main service only."""
    pairs = [pair for s in findings.scenarios[1:] if (pair := _pair(findings, s.id, line))]
    if line[0] == findings.main_place:
        return bool(pairs)
    return any(abs(change.mean) >= LEAST_CHANGE * abs(before.mean) for before, change in pairs)


def _pair(findings: Findings, scenario: str, line: Line) -> tuple[Estimate, PairedDifference] | None:
    """The baseline's row and the difference; None where a percentage of the baseline says nothing."""
    before = findings.estimate(findings.baseline.id, *line)
    change = findings.difference(scenario, *line)
    if before is None or change is None or not abs(before.mean) > 1e-9:
        return None
    return before, change


def _points(findings: Findings, lines: list[Line], scenario: Scenario, index: int) -> list[Point]:
    points = []
    for row, line in enumerate(lines):
        pair = _pair(findings, scenario.id, line)
        if pair is not None:
            before, change = pair
            low = change.mean if change.low is None else change.low
            high = change.mean if change.high is None else change.high
            percent = 100 / abs(before.mean)
            points.append(Point(index, row, percent * low, percent * change.mean, percent * high, change))
    return points


def _draw(axes: Axes, point: Point, height: float, look: Look) -> None:
    """The interval and its middle, at the edge as an arrow where it is further away."""
    low, middle, high = (max(NOTHING_LEFT, min(FURTHEST, value)) for value in (point.low, point.middle, point.high))
    colour, marker = look.colour, look.marker
    if middle != point.middle:
        marker = ">" if middle > 0 else "<"
    axes.plot([low, high], [height, height], color=colour, linewidth=2, solid_capstyle="butt")
    axes.plot(middle, height, marker, color=colour, markersize=6)


def _words(findings: Findings, point: Point) -> str:
    change = point.change
    factor = labels.factor(change.measure, findings.baseline.calendar.measured_days)
    text, span = change_and_interval(change.mean, change.low, change.high, change.unit, factor)
    return f"{text} ({span}), {change.verdict}" if span else text


def _say(axes: Axes, words: str, height: float, size: float) -> None:
    axes.annotate(
        words,
        xy=(1.02, height),
        xycoords=("axes fraction", "data"),
        fontsize=size,
        va="center",
        color=INK,
        annotation_clip=False,
    )
