"""Scenarios beside each other: what changes from the baseline, who avoids most, every hospital, year by year, and money.

Differences have a line a measure, with their intervals. The ranking has a line a scenario, with its simultaneous interval, in
order; the shape of the mark and words show the verdict, never colour alone. The hospitals stand in two panels of one order, that
with most delayed people on top and the total last: how many are delayed, and how full it is; marks tell the scenarios apart, as
in every chart. Years are shown where arrivals grow. Who pays and what costs are two pictures of the same money.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.charts.style import (
    COLOURS,
    END_WIDTH,
    GREY,
    INK,
    LINES,
    MARKERS,
    TOGETHER,
    Look,
    canvas,
    compact,
    in_lines,
    labels_at_ends,
    legend_above,
    looks,
    others,
    remarks,
    room_for,
    small_multiples,
    under_head,
    width_of,
    with_baseline,
    with_days,
)
from sim.results.comparison.compare import CANNOT_TELL, Estimate, PairedDifference
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import LEAST_GBP, Money, MoneyChange, money_of
from sim.results.comparison.ranking import RankedScenario, ranking
from sim.results.measure_table import ITEMS, SHARES, Place, shown_in
from sim.results.words import labels
from sim.results.words.delays import DELAYED, year_label
from sim.results.words.labels import change_and_interval, figure, measure_label, payer_label, spoken

MOST_LINES = 10
LABEL_WIDTH = 3.1  # inches on one line
AXIS_WIDTH = 5.6 * 72  # points
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
    title = with_days(f"What changes against {findings.label(findings.baseline)}?", findings)
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
    size = 8 if len(shown) == 1 else 7
    for name, one in zip(names, look, strict=True):
        axes.plot([], [], one.marker, color=one.colour, markersize=6, label=name)
    for point in points:
        height = point.line + (point.scenario - (len(shown) - 1) / 2) * 0.8 / len(shown)
        _draw(axes, point, height, look[point.scenario])
        _say(axes, _words(findings, point), height, size)
    axes.axvline(0, color=INK, linewidth=1)
    labels = [in_lines(_label(findings, line), LABEL_WIDTH, 9) for line in lines]
    axes.set_yticks(range(len(lines)), labels, fontsize=9)
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(_across(findings.label(findings.baseline)))
    if len(shown) > 1:
        legend_above(axes)
    right = room_for([_words(findings, point) for point in points], size, 0.72, drawing)
    drawing.subplots_adjust(left=0.40, right=right)
    texts = [f"{_label(findings, point.change[2:6])}: {_words(findings, point)}" for point in points[:6]]
    return title, "Differences with 95% intervals. " + "; ".join(texts) + ".", drawing


def _across(base: str) -> str:
    """Words below the axis, with the baseline's name where there is room for it."""
    words = f"less than in {base}   <   change, %   >   more"
    return words if width_of(words, 10) < AXIS_WIDTH else "less   <   change, %   >   more"


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


# -- ranking -----------------------------------------------------------------------------------------------------------


MARKS = {"better": ("o", COLOURS[0]), "worse": ("s", COLOURS[1])}  # filled; everything else is hollow
HOLLOW = ("D", GREY)
KEY = "filled circle: fewer; filled square: more; hollow diamond: cannot tell, or no change"
WIDEST = 6.0  # times the largest difference: what an interval reaches beyond is reported in words and by an arrow


def ranking_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The scenarios in order, the one that avoids most delayed people on top."""
    rows = ranking(findings)
    if not rows:
        return None
    place, base = spoken(findings.main_place), findings.label(findings.baseline)
    title = f"Which scenario avoids most delayed people in {place}?"
    period = findings.side_by_side.period
    days = f" {period.short}" if period else ""
    subtitle = f"Difference from {base} on an average day{days}; 95% intervals that hold for all {len(rows)} at once"
    drawing, axes = canvas(title, subtitle + remarks(findings, len(rows)), 1.7 + 0.34 * len(rows))
    limit = _limit(rows)
    words = [_line(axes, height, row, limit) for height, row in enumerate(rows)]
    axes.axvline(0, color=INK, linewidth=1)
    names = [in_lines(f"{row.place}. {row.label_with_mark}", 2.35, 9) for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=9)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.margins(x=0.05)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("fewer delayed people   <   difference   >   more")
    height = drawing.get_figheight()
    cut = "; arrow: the interval goes on, see its figures" if _widest(rows) > limit else ""
    drawing.text(0.02, 0.1 / height, KEY + cut, fontsize=8, color=GREY)
    right = room_for([_said(row) for row in rows], 8.5, 0.68, drawing)
    drawing.subplots_adjust(left=0.31, right=right, bottom=0.8 / height)
    return title, f"{subtitle}. " + "; ".join(words) + ".", drawing


def _said(row: RankedScenario) -> str:
    """The difference, its interval and the verdict."""
    one = row.delayed
    size, span = change_and_interval(one.mean, one.low, one.high, one.unit)
    return f"{size} ({span}), {one.verdict_text}" if span else f"{size}, {one.verdict_text}"


def _ends(row: RankedScenario) -> list[float]:
    return [row.delayed.mean if end is None else end for end in (row.delayed.low, row.delayed.high)]


def _widest(rows: Sequence[RankedScenario]) -> float:
    return max(abs(end) for row in rows for end in _ends(row))


def _limit(rows: Sequence[RankedScenario]) -> float:
    """How far from nothing the axis goes, so that one wide interval does not squeeze all others."""
    largest = max(abs(row.delayed.mean) for row in rows)
    return min(_widest(rows), WIDEST * largest) if largest else _widest(rows)


def _line(axes: Axes, height: int, row: RankedScenario, limit: float) -> str:
    """One scenario's interval, mark and words; the words are the description's too."""
    one = row.delayed
    mark, colour = MARKS.get(one.verdict, HOLLOW)
    is_open = one.verdict not in MARKS
    ends = [min(max(end, -limit), limit) for end in _ends(row)]
    for end, whole, arrow in zip(ends, _ends(row), "<>", strict=True):
        if end != whole:
            axes.plot(end, height, arrow, color=colour, markersize=6, linestyle="none")
    axes.plot(ends, [height, height], color=colour, linewidth=2, solid_capstyle="butt",
              linestyle=(0, (2, 0.8)) if is_open else "solid")  # fmt: skip
    axes.plot(one.mean, height, mark, color=colour, markersize=6.5, linestyle="none",
              markerfacecolor="white" if is_open else colour, markeredgewidth=1.5)  # fmt: skip
    text = _said(row)
    axes.annotate(text, xy=(1.03, height), xycoords=("axes fraction", "data"), fontsize=8.5, va="center", color=INK,
                  annotation_clip=False)  # fmt: skip
    return f"{row.place}. {row.label_with_mark}: {text}"


# -- hospitals ---------------------------------------------------------------------------------------------------------


PANELS = (("midnight_delayed_mean", "delayed people on an average day"), ("occupancy", "occupancy"))
ROW = 0.2  # inches
MOST_BIG_ROWS = 12  # hospitals; of more the letters are smaller


def hospitals_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed people and occupancy of each hospital; nothing where there is only one."""
    if not findings.hospitals:
        return None
    shown = with_baseline(findings)
    names = sorted(
        (hospital.name for hospital in findings.hospitals), key=lambda name: -_delayed(findings, shown[0], name)
    )
    labels = [findings.label(scenario) for scenario in shown]
    title = with_days("Where are people delayed, and how full is each hospital?", findings)
    drawing, axes = canvas(
        title,
        f"Each of {len(names)} hospitals, the one with most delayed people on top" + remarks(findings, len(shown) - 1),
        1.75 + ROW * len(names),
        [in_lines(label) for label in labels],
    )
    top = axes.get_position().y1 - 0.17 / drawing.get_figheight()  # room for the headings
    axes.remove()
    panels = drawing.subplots(1, len(PANELS), sharey=True)
    for panel, (measure, heading) in zip(panels, PANELS, strict=True):
        _panel(panel, findings, shown, names, measure)
        panel.set_title(f"{heading}\n{_together(findings, shown, measure)}", fontsize=9, loc="left")
    panels[0].set_yticks(
        range(len(names)),
        [in_lines(spoken(name), 1.6, 9) for name in names],
        fontsize=9 if len(names) <= MOST_BIG_ROWS else 7.5,
    )
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    panels[0].set_xlim(left=0)
    drawing.subplots_adjust(top=top, left=0.22, right=0.97, wspace=0.06, bottom=0.4 / drawing.get_figheight())
    if len(shown) > 1:
        _legend(drawing, panels[0], labels)
    words = [f"{heading}: {_together(findings, shown, measure)}" for measure, heading in PANELS]
    worst = ", ".join(f"{spoken(name)} {figure(_delayed(findings, shown[0], name), 'people')}" for name in names[:3])
    return title, f"{'; '.join(words)}. Most are delayed in {worst}.", drawing


def _delayed(findings: Findings, scenario: Scenario, name: str) -> float:
    row = findings.estimate(scenario.id, name, PANELS[0][0])
    return row.mean if row else 0.0


def _together(findings: Findings, shown: Sequence[Scenario], measure: str) -> str:
    """`all together: 9.4, 7.4`: the totals, in the order of the scenarios."""
    rows = [findings.estimate(scenario.id, ALL_HOSPITALS, measure) for scenario in shown]
    return "all together: " + ", ".join(figure(row.mean, row.unit) if row else "-" for row in rows)


def _panel(axes: Axes, findings: Findings, shown: Sequence[Scenario], names: Sequence[str], measure: str) -> None:
    """A line a hospital from the lowest to the highest scenario, and a mark for each."""
    is_share = False
    for height, name in enumerate(names):
        rows = [findings.estimate(scenario.id, name, measure) for scenario in shown]
        known = [row.mean for row in rows if row]
        is_share = is_share or any(row.unit in SHARES for row in rows if row)
        if known:
            axes.plot([min(known), max(known)], [height, height], color=GREY, linewidth=1)
        for index, row in enumerate(rows):
            if row:
                axes.plot(row.mean, height, MARKERS[index], color=COLOURS[index], markersize=5, alpha=0.9)
    axes.margins(x=0.05)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    if is_share:
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:,.0f}%")


def _legend(drawing: Figure, panel: Axes, labels: Sequence[str]) -> None:
    """The scenarios, between the subtitle and the panels."""
    marks = [
        panel.plot([], [], MARKERS[index], color=COLOURS[index], markersize=6, label=in_lines(label))[0]
        for index, label in enumerate(labels)
    ]
    names = [str(mark.get_label()) for mark in marks]
    where = 0.5, under_head(drawing)
    drawing.legend(marks, names, loc="upper center", bbox_to_anchor=where, ncols=3, frameon=False, fontsize=8)


# -- years -------------------------------------------------------------------------------------------------------------


APART = 0.05  # of a year, between the bars of two scenarios
YearPoint = tuple[int, Estimate]


def years_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed people on an average day of each calendar year, with the interval of each average."""
    lines = [(one, _points_of_years(findings, one.id)) for one in with_baseline(findings)]
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
        _draw_years(axes, points, index, APART * (index - (len(lines) - 1) / 2))
        name = in_lines(findings.label(scenario), END_WIDTH, 9)
        end = figure(points[-1][1].mean, "")
        ends.append((points[-1][1].mean, index, f"{name}\n{end} in {points[-1][0]}"))
        told = ", ".join(f"{year} {figure(row.mean, '')}" for year, row in points)
        words.append(f"{findings.label(scenario)}: {told}.")
    axes.set_ylabel(in_lines(f"delayed people in {spoken(findings.main_place)} on an average day", 3.0, 10))
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.02)
    labels_at_ends(axes, ends)
    return title, " ".join(words), drawing


def _points_of_years(findings: Findings, scenario: str) -> list[YearPoint]:
    """The average of each year that has one."""
    parts = [(int(period.short), findings.parts[period]) for period in findings.years.get(scenario, ())]
    found = [(year, part.estimate(scenario, part.main_place, DELAYED)) for year, part in parts]
    return [(year, row) for year, row in found if row is not None]


def _draw_years(axes: Axes, points: list[YearPoint], index: int, aside: float) -> None:
    """A line with its intervals, a little aside, so that bars of several lines can be told apart."""
    years, means = [year + aside for year, _ in points], [row.mean for _, row in points]
    colour, line, marker = COLOURS[index], LINES[index], MARKERS[index]
    axes.plot(years, means, color=colour, linestyle=line, marker=marker, markersize=5, linewidth=2.2)
    for year, (_, row) in zip(years, points, strict=True):
        if row.low is not None and row.high is not None:
            axes.plot([year, year], [row.low, row.high], color=colour, linewidth=1.2, alpha=0.8)


# -- money -------------------------------------------------------------------------------------------------------------


MOST_BARS = 8
MONEY_LABEL_WIDTH, PANEL_LABEL = 0.85, 1.4  # inches
LEGEND_EDGE, LEGEND_LINE, LEGEND_APART, BELOW_TICKS = 0.1, 0.125, 0.05, 0.3  # inches, of letters of 7 points
Changes = dict[str, MoneyChange]


def who_pays_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The change in cash of everyone whose money it is, pooled funds split."""
    return _money_chart(findings, "Who pays more, and who pays less?", _payers)


def what_costs_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The change in cash of the services whose cost changes most: the same money as that of the payers, by what it buys."""
    return _money_chart(findings, "What costs more, and what costs less?", _services)


def _payers(money: Money) -> Changes:
    whose = money.by_contributor if money.scenario.costs.pools else money.by_payer
    return {payer_label(one.name): one for one in whose}


def _services(money: Money) -> Changes:
    """Every service, team and programme whose cost changes by enough to be seen."""
    return {spoken(change.name): change for change in money.by_service if abs(change.mean) >= LEAST_GBP}


def _money_chart(
    findings: Findings, question: str, rows_of: Callable[[Money], Changes]
) -> tuple[str, str, Figure] | None:
    """Bars to the right: more is spent; to the left: less."""
    chosen = others(findings)
    shown = [money for money in money_of(findings) if money.scenario in chosen]
    shown.sort(key=lambda money: chosen.index(money.scenario))
    tables = [rows_of(money) for money in shown]
    labels = list(dict.fromkeys(label for table in tables for label in table))
    labels = sorted(labels, key=lambda label: -_size(tables, label))[:MOST_BARS]
    if not labels:
        return None
    year = findings.baseline.costs.price_year
    subtitle = f"Change in cash {shown[0].per} against {findings.label(findings.baseline)}"
    subtitle += f"{f', prices of {year}' if year else ''}; line: 95% interval. Left: less is spent; right: more"
    title = with_days(question + _largest(tables, labels), findings)
    is_apart = len(findings.scenarios) > TOGETHER
    drawing = (_apart if is_apart else _together_in_money)(findings, shown, tables, labels, (title, subtitle))
    words = [f"{label}: {figure(change.mean, 'GBP', signed=True)}" for label, change in tables[0].items()]
    return title, f"{subtitle}. {findings.label(shown[0].scenario)}: " + "; ".join(words) + ".", drawing


def _together_in_money(
    findings: Findings, shown: list[Money], tables: list[Changes], labels: list[str], said: tuple[str, str]
) -> Figure:
    """All scenarios in one picture."""
    title, subtitle = said
    names = [in_lines(findings.label(money.scenario), 2.6, 7) for money in shown]
    height = 0.3 + len(labels) * (0.1 + 0.13 * len(shown))
    lines = sum(name.count("\n") + 1 for name in names)
    room = LEGEND_EDGE + LEGEND_LINE * lines + LEGEND_APART * len(names) if len(shown) > 1 else 0.0
    height += room
    drawing, (axes,) = compact(title, subtitle + remarks(findings, len(shown)), height)
    look = looks(findings)
    _bars(axes, labels, tables, [look[money.scenario.id] for money in shown], names, 6.5)
    axes.set_yticks(range(len(labels)), [in_lines(label, MONEY_LABEL_WIDTH, 7) for label in labels], fontsize=7)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    if len(shown) > 1:
        whole = drawing.transFigure  # by the edge of the picture, so that no height of the bars moves it out
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 0.0), bbox_transform=whole, frameon=False, fontsize=7)
        drawing.subplots_adjust(bottom=(BELOW_TICKS + room) / drawing.get_figheight())
    drawing.subplots_adjust(left=0.27, right=0.93)
    return drawing


def _apart(
    findings: Findings, shown: list[Money], tables: list[Changes], labels: list[str], said: tuple[str, str]
) -> Figure:
    """A small picture for each scenario, with what all of it comes to."""
    look = looks(findings)
    sums = [figure(money.cash.mean, "GBP", signed=True) if money.cash else "" for money in shown]
    names = [f"{findings.label(money.scenario)}: {all_of_it}" for money, all_of_it in zip(shown, sums, strict=True)]
    words = [in_lines(label, PANEL_LABEL, 7.5) for label in labels]
    row = max(0.17, 0.13 * max(word.count("\n") + 1 for word in words))
    drawing, panels = small_multiples(*said, names, row=0.15 + row * len(labels), left=0.19)
    for axes, table, money in zip(panels, tables, shown, strict=True):
        _bars(axes, labels, [table], [look[money.scenario.id]], [""], 6.5)
        axes.margins(x=0.35)
    panels[0].set_yticks(range(len(labels)), words, fontsize=7.5)
    panels[0].set_ylim(len(labels) - 0.5, -0.5)
    panels[0].xaxis.set_major_locator(MaxNLocator(nbins=3))
    return drawing


def _largest(tables: list[Changes], labels: list[str]) -> str:
    """The answer where it is short: of one scenario, the largest changes up and down."""
    if len(tables) > 1:
        return ""
    ends = sorted((tables[0][label].mean, label) for label in labels)
    told = dict.fromkeys(end for end in (ends[-1], ends[0]) if abs(end[0]) >= LEAST_GBP)
    words = [f"{label} {figure(mean, 'GBP', signed=True)}" for mean, label in told]
    return f" {', '.join(words)}"


def _size(tables: list[Changes], label: str) -> float:
    """The largest change in any scenario."""
    return max(abs(table[label].mean) for table in tables if label in table)


def _bars(
    axes: Axes, labels: list[str], tables: list[Changes], look: list[Look], names: list[str], size: float
) -> None:
    """The bars of every scenario, one below the other in each row."""
    many = len(tables)
    width = 0.8 / many
    for index, (table, one, name) in enumerate(zip(tables, look, names, strict=True)):
        axes.barh(
            0, 0, color="white" if one.hatch else one.colour, edgecolor=one.colour, hatch=one.hatch, label=name or None
        )
        for row, label in enumerate(labels):
            change = table.get(label)
            if change is not None:
                height = row + (index - (many - 1) / 2) * width
                _bar(axes, change, height, width * 0.85, one, size)
    axes.axvline(0, color=INK, linewidth=1)
    axes.margins(x=0.3)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_formatter(lambda value, _: figure(value, "GBP", signed=True) if value else "£0")


def _bar(axes: Axes, change: MoneyChange, height: float, width: float, look: Look, size: float) -> None:
    axes.barh(height, change.mean, width, color="white" if look.hatch else look.colour, edgecolor=look.colour,
              hatch=look.hatch)  # fmt: skip
    ends = [change.mean if end is None else end for end in (change.low, change.high)]
    for colour, line in (("white", 3.0), (INK, 1.2)):  # a dark line in a white one, to be seen on the bar
        axes.plot(ends, [height, height], color=colour, linewidth=line, solid_capstyle="butt")
    outer = max(*ends, change.mean, 0.0) if change.mean >= 0 else min(*ends, change.mean, 0.0)
    side = 1 if change.mean >= 0 else -1
    axes.annotate(figure(change.mean, "GBP", signed=True), (outer, height), (3 * side, 0), textcoords="offset points",
                  va="center", ha="left" if side > 0 else "right", fontsize=size)  # fmt: skip
