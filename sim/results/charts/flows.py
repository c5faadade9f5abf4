"""Who goes where, and what people wait for.

Flows are people a week from hospital into services and onwards, and where they wait, on one scale for all scenarios. The widths
are the records': what leaves a service is what its rows say, and what comes from hospital is what a service admits less what
other services send there. So each service admits what is drawn into it, and hospital's flows add up to its discharges.

Reasons are delayed days by reason, the scenarios side by side, parted into what lacked. The large picture has two panels of one
scale, no place is free and everything else, so that the parts need no colour of their own. The small one, for the first page, has
one bar for each scenario: solid where no place is free, pale for the rest. Of more scenarios than fit together, each has such a
picture beside the baseline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from sim.inputs.scenario import HOME, Scenario
from sim.results.charts.style import (
    GREY,
    HEAD,
    INK,
    LEGEND_COLUMNS,
    TOGETHER,
    WIDTH,
    Look,
    canvas,
    compact,
    headed,
    in_lines,
    looks,
    on_one_line,
    others,
    remarks,
    size_for,
    small_multiples,
    under_head,
    with_baseline,
    with_days,
)
from sim.results.comparison.findings import Findings
from sim.results.words import labels
from sim.results.words.delays import OTHERS, ReasonDays, days_by_reason
from sim.results.words.labels import figure, spoken

MOST = 3  # scenarios beside the baseline
HIGHEST = 2.3  # inches of the column with most people
LABEL = 0.135  # inches that a label needs
COLUMNS = (0.15, 2.35, 5.75)  # inches from the left
BAR = 0.14  # inches
HOSPITAL, DIED, OUT = "hospital", "died", "out"
FIRST, LAST = (HOME,), (HOSPITAL, DIED, OUT)
LEAST = 0.05  # people a week: smaller flows are drawn, but have no label


@dataclass(frozen=True)
class Flows:
    """People a week: from all hospitals to each destination, and from each service onwards; and how many wait for each service."""

    out_of_hospital: Mapping[str, float]
    onwards: Mapping[str, Mapping[str, float]]
    waiting: Mapping[str, float]


def flows_of(findings: Findings, scenario: Scenario) -> Flows | None:
    """The flows of one scenario; none where people come from outside to another service than a hospital.

    There it is not recorded who of a service's people came from hospital.
    """
    hospitals = [one.name for one in scenario.services if one.kind == "acute"]
    others = [one.name for one in scenario.services if one.kind != "acute" and one.name != HOME]
    weeks = scenario.calendar.measured_days / 7

    def count(service: str, measure: str) -> float:
        row = findings.estimate(scenario.id, service, measure)
        return row.mean / weeks if row else 0.0

    if not hospitals or any(count(name, "arrivals") for name in (*others, HOME)):
        return None
    onwards: dict[str, dict[str, float]] = {name: {} for name in others}
    for row in findings.estimates_of("leavers", "next_service"):
        if row.scenario == scenario.id and row.service in onwards:
            place = HOSPITAL if row.item in hospitals else row.item
            onwards[row.service][place] = onwards[row.service].get(place, 0.0) + row.mean / weeks
    found = {
        name: count(name, "admissions") - sum(ways.get(name, 0.0) for ways in onwards.values())
        for name in (HOME, *others)
    }
    found[DIED] = sum(count(name, "deaths") for name in hospitals)
    found[OUT] = sum(count(name, "leavers") for name in hospitals) - sum(found.values())
    return Flows(
        {name: flow for name, flow in found.items() if flow > 1e-9},
        {name: ways for name, ways in onwards.items() if ways and found.get(name, 0.0) > 1e-9},
        _waiting(findings, scenario, others),
    )


def _waiting(findings: Findings, scenario: Scenario, services: Sequence[str]) -> dict[str, float]:
    """People waiting for each service; those on a list stand at its first service."""
    found: dict[str, float] = {}
    first = {one.name: one.services[0] for one in scenario.lists}
    for name, at in (*((service, service) for service in services), *first.items()):
        row = findings.estimate(scenario.id, name, "queue_mean")
        if row and row.mean >= LEAST:
            found[at] = found.get(at, 0.0) + row.mean
    return found


def flows_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """One drawing for each scenario, one below the other."""
    shown = with_baseline(findings)[: MOST + 1]
    pairs = [(one, found) for one in shown if (found := flows_of(findings, one))]
    if not pairs or not any(found.out_of_hospital for _, found in pairs):
        return None
    most = max(sum(found.out_of_hospital.values()) for _, found in pairs)
    scale = HIGHEST / most  # inches for a person a week
    heights = [_height(found, scale) for _, found in pairs]
    total = HEAD + sum(heights) + 0.3 * len(pairs)
    title = with_days(f"Who goes where from hospital, and where do they wait?{_answer(findings, pairs)}", findings)
    subtitle = "People a week, all drawings on one scale; in brackets how many wait for the service on an average day"
    drawing, above = headed(title, subtitle, total)
    total = drawing.get_figheight()
    top, known = total - above, {service.name for service in findings.baseline.services}
    for (scenario, found), height in zip(pairs, heights, strict=True):
        axes = drawing.add_axes((0, (top - 0.3 - height) / total, 1, (0.3 + height) / total))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(-height, 0.3)
        _draw(axes, findings.label(scenario), found, scale, looks(findings)[scenario.id], known)
        top -= 0.3 + height
    return title, f"{subtitle}. {_told(findings, pairs)}", drawing


def _answer(findings: Findings, pairs: Sequence[tuple[Scenario, Flows]]) -> str:
    """Of one scenario that opens one service: how many go there."""
    if len(pairs) != len(("baseline", "scenario")) or not findings.compared:
        return ""
    known = {service.name for service in findings.baseline.services}
    opened = {name: flow for name, flow in pairs[1][1].out_of_hospital.items() if name not in (*known, *FIRST, *LAST)}
    return (
        "".join(f" {figure(flow, '')} a week to {spoken(name)}" for name, flow in opened.items())
        if len(opened) == 1
        else ""
    )


def _told(findings: Findings, pairs: Sequence[tuple[Scenario, Flows]]) -> str:
    each = []
    for scenario, found in pairs:
        ways = sorted(found.out_of_hospital.items(), key=lambda way: -way[1])
        words = ", ".join(f"{_name(name)} {figure(flow, '')}" for name, flow in ways if flow >= LEAST)
        each.append(f"{findings.label(scenario)}: {words}")
    return "; ".join(each) + "."


def _name(place: str) -> str:
    return {OUT: "left the model"}.get(place, spoken(place))


def _order(places: Mapping[str, float]) -> list[str]:
    """Home on top, then services by size, at the bottom back to hospital, and the dead."""
    return sorted(places, key=lambda name: (name not in FIRST, LAST.index(name) if name in LAST else -1, -places[name]))


def _second(found: Flows) -> dict[str, float]:
    """The third column: all that the services of the second send on."""
    places: dict[str, float] = {}
    for ways in found.onwards.values():
        for place, flow in ways.items():
            places[place] = places.get(place, 0.0) + flow
    return places


def _columns(found: Flows, scale: float) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]:
    """The bars of the second and third column; the third begins beside the first bar from which people go on."""
    middle = _spots(_through(found), scale, 0.0)
    sending = [top for name, (top, _) in middle.items() if name in found.onwards]
    return middle, _spots(_second(found), scale, max(sending, default=0.0))


def _spots(places: Mapping[str, float], scale: float, at: float) -> dict[str, tuple[float, float]]:
    """The top and height of each bar of a column, in inches; apart by as much as labels need."""
    found = {}
    for name in _order(places):
        height = places[name] * scale
        at -= max(0.0, (LABEL - height) / 2)
        found[name] = (at, height)
        at -= height + max(0.04, (LABEL - height) / 2)
    return found


def _height(found: Flows, scale: float) -> float:
    return (
        max(
            (-min((top - height for top, height in spots.values()), default=0.0) for spots in _columns(found, scale)),
            default=0.0,
        )
        + 0.1
    )


def _through(found: Flows) -> dict[str, float]:
    """The second column: of each place the larger of what comes from hospital and what goes on."""
    sent = {name: sum(ways.values()) for name, ways in found.onwards.items()}
    return {name: max(flow, sent.get(name, 0.0)) for name, flow in found.out_of_hospital.items()}


def _draw(axes: Axes, name: str, found: Flows, scale: float, look: Look, known: set[str]) -> None:
    axes.plot(COLUMNS[0] + 0.06, 0.19, look.marker, color=look.colour, markersize=6)
    size = size_for([name], WIDTH - COLUMNS[0] - 0.4, 9.5, bold=True)
    axes.text(COLUMNS[0] + 0.2, 0.19, name, fontsize=size, fontweight="bold", va="center")
    middle, right = _columns(found, scale)
    leaves = sum(found.out_of_hospital.values())
    _bar(axes, COLUMNS[0], (0.0, leaves * scale), INK)
    axes.text(COLUMNS[0] + 0.2, -0.12, f"leave hospital {figure(leaves, '')}", fontsize=8, va="center", zorder=4)
    at, into = 0.0, dict.fromkeys(right, 0.0)
    for place, (top, height) in middle.items():
        is_new = place not in known and place not in LAST and place != HOME
        colour = look.colour if is_new else GREY
        flow = found.out_of_hospital[place] * scale
        _ribbon(axes, COLUMNS[0] + BAR, at, COLUMNS[1], top, flow, colour)
        at -= flow
        _bar(axes, COLUMNS[1], (top, height), colour)
        waiting = found.waiting.get(place, 0.0)
        words = f"{_name(place)} {figure(found.out_of_hospital[place], '')}" + (
            f" ({figure(waiting, '')} wait)" if waiting else ""
        )
        size = size_for([words], COLUMNS[2] - COLUMNS[1] - 0.3, 7.5)
        axes.text(COLUMNS[1] + 0.2, top - height / 2, words, fontsize=size, va="center", zorder=4)
        start = top
        for to in _order(found.onwards.get(place, {})):
            flow = found.onwards[place][to] * scale
            _ribbon(axes, COLUMNS[1] + BAR, start, COLUMNS[2], right[to][0] - into[to], flow, colour)
            start, into[to] = start - flow, into[to] + flow
    for place, (top, height) in right.items():
        _bar(axes, COLUMNS[2], (top, height), GREY)
        label = "back in hospital" if place == HOSPITAL else _name(place)
        words = f"{label} {figure(_second(found)[place], '')}"
        size = size_for([words], WIDTH - COLUMNS[2] - 0.3, 7.5)
        axes.text(COLUMNS[2] + 0.2, top - height / 2, words, fontsize=size, va="center")


def _bar(axes: Axes, left: float, spot: tuple[float, float], colour: str) -> None:
    top, height = spot
    axes.add_patch(Rectangle((left, top - height), BAR, height, facecolor=colour, linewidth=0, zorder=3))


def _ribbon(axes: Axes, left: float, start: float, right: float, end: float, size: float, colour: str) -> None:  # noqa: PLR0913, PLR0917
    """A band of one width from one bar to another."""
    bend = (left + right) / 2
    corners = [
        (left, start), (bend, start), (bend, end), (right, end),
        (right, end - size), (bend, end - size), (bend, start - size), (left, start - size), (left, start),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(corners, codes), facecolor=colour, alpha=0.3, linewidth=0, zorder=1))


# -- what people wait for ----------------------------------------------------------------------------------------------


PANELS = (
    ("no place is free", ("place",)),
    ("arranging it, closed hours, or no team", ("arranging", "hours", "team")),
)


def reasons_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Delayed bed days of the main service by reason, a bar for each scenario in each panel."""
    if len(findings.scenarios) > TOGETHER:
        return _each_beside_the_baseline(findings)
    shown = with_baseline(findings)
    service = spoken(findings.main_place)
    rows = days_by_reason(findings, shown)
    if not rows:
        return None
    _, per = labels.side_by_side(one.calendar.measured_days for one in shown)
    title = with_days("What do people wait for, and what is lacking?", findings)
    names = [findings.label(scenario) for scenario in shown]
    drawing, one = canvas(
        title,
        f"Delayed bed days {per} in {service}, by reason" + remarks(findings, len(shown) - 1),
        2.05 + len(rows) * (0.18 + 0.14 * len(shown)),
        [in_lines(name) for name in names],
    )
    top = one.get_position().y1 - 0.17 / drawing.get_figheight()  # room for the headings
    one.remove()
    panels = drawing.subplots(1, len(PANELS), sharex=True, sharey=True)
    for axes, (heading, lacks) in zip(panels, PANELS, strict=True):
        _bars(axes, rows, lacks, [in_lines(name) for name in names], [looks(findings)[one.id] for one in shown])
        axes.set_title(heading, fontsize=9, fontweight="bold", loc="left", color=INK)
    panels[0].set_yticks(range(len(rows)), [in_lines(row.label, 1.95, 9) for row in rows], fontsize=9)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    panels[0].margins(x=0.16)
    drawing.supxlabel(f"delayed bed days {per}", fontsize=10, color=INK, y=0.1 / drawing.get_figheight())
    drawing.subplots_adjust(top=top, left=0.26, right=0.97, wspace=0.06, bottom=0.62 / drawing.get_figheight())
    _legend(drawing, panels[0])
    return title, f"Delayed bed days {per} by reason ({', '.join(names)}). {_told_reasons(rows, len(shown))}.", drawing


def _told_reasons(rows: list[ReasonDays], many: int) -> str:
    """The largest reasons in words: `reablement bed (P2): 920 (229 with no place free), 912 (220 with no place free)`."""

    def said(row: ReasonDays, scenario: int) -> str:
        no_place = figure(row.days[scenario].get("place", 0.0), "")
        return f"{figure(row.total(scenario), '')} ({no_place} with no place free)"

    return "; ".join(f"{row.label}: " + ", ".join(said(row, number) for number in range(many)) for row in rows[:3])


def _bars(axes: Axes, rows: list[ReasonDays], lacks: tuple[str, ...], names: list[str], look: list[Look]) -> None:
    many = len(names)
    width = 0.8 / many
    whole = max(row.total(number) for row in rows for number in range(many)) >= 100
    for index in range(many):
        heights = [row + (index - (many - 1) / 2) * width for row in range(len(rows))]
        values = [sum(row.days[index].get(lack, 0.0) for lack in lacks) for row in rows]
        axes.barh(
            heights,
            values,
            width * 0.92,
            color=look[index].colour if not look[index].hatch else "white",
            edgecolor=look[index].colour,
            hatch=look[index].hatch,
            label=names[index],
        )
        for height, value in zip(heights, values, strict=True):
            text = f"{value:,.0f}" if whole else figure(value, "")
            if value > 0:
                axes.annotate(text, (value, height), (3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _legend(drawing: Figure, panel: Axes) -> None:
    """The scenarios, between the subtitle and the panels."""
    bars, names = panel.get_legend_handles_labels()
    if len(names) > 1:
        drawing.legend(
            bars,
            names,
            loc="upper center",
            bbox_to_anchor=(0.5, under_head(drawing)),
            ncols=LEGEND_COLUMNS,
            frameon=False,
            fontsize=8,
        )


# -- small pictures ------------------------------------------------------------------------------------------

LABEL_WIDTH = 0.93  # inches of a reason on one line
MOST_BRIEF = 5  # reasons; the rest are one bar
PALE = 0.35


def reasons_brief_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The largest reasons of one or two scenarios, for the first page."""
    shown = list(findings.scenarios)
    rows = _brief(days_by_reason(findings, shown)) if len(shown) <= 2 else []
    if not rows:
        return None
    _, per = labels.side_by_side(one.calendar.measured_days for one in shown)
    place = sum(row.days[-1].get("place", 0.0) for row in rows) / max(
        1e-9, sum(row.total(len(shown) - 1) for row in rows)
    )
    name = f" with {findings.label(shown[-1])}" if len(shown) > 1 else ""
    title = f"What do people wait for? No place is free on {100 * place:.0f}% of delayed days{name}"
    title = with_days(title, findings)
    subtitle = f"Delayed bed days {per} in {spoken(findings.main_place)}. Solid: no place free; pale: arranging it, closed hours or no team"
    drawing, (axes,) = compact(title, subtitle, 0.45 + len(rows) * (0.08 + 0.11 * len(shown)))
    look = looks(findings)
    _stacks(axes, rows, [look[one.id] for one in shown])
    axes.set_yticks(range(len(rows)), [in_lines(row.label, LABEL_WIDTH, 7) for row in rows], fontsize=7)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    drawing.subplots_adjust(left=0.29)
    if len(shown) > 1:
        marks = [axes.plot([], [], look[one.id].marker, color=look[one.id].colour, markersize=4)[0] for one in shown]
        names = [on_one_line(findings.label(one), 1.4, 7) for one in shown]
        axes.legend(marks, names, loc="lower right", bbox_to_anchor=(1.03, 0.97), ncols=2, frameon=False, fontsize=7,
                    borderpad=0.2, handletextpad=0.2, columnspacing=1)  # fmt: skip
    return title, f"{subtitle}. {_told_reasons(rows, len(shown))}.", drawing


def _brief(rows: list[ReasonDays]) -> list[ReasonDays]:
    """The first few, and all others as one."""
    first, rest = rows[:MOST_BRIEF], rows[MOST_BRIEF:]
    if not rest:
        return first
    together = tuple(
        {lack: sum(row.days[number].get(lack, 0.0) for row in rest) for lack in ("place", *PANELS[1][1])}
        for number in range(len(rest[0].days))
    )
    return [*first, ReasonDays(OTHERS, together)]


def _stacks(axes: Axes, rows: list[ReasonDays], look: Sequence[Look], size: float = 6.5) -> None:
    """A bar for each scenario and reason: solid, then pale; its mark at the end, and how much it is."""
    width = 0.8 / len(look)
    for index, one in enumerate(look):
        heights = [row + (index - (len(look) - 1) / 2) * width for row in range(len(rows))]
        place = [row.days[index].get("place", 0.0) for row in rows]
        whole = [row.total(index) for row in rows]
        rest = [total - solid for total, solid in zip(whole, place, strict=True)]
        axes.barh(heights, place, width * 0.8, color=one.colour)
        axes.barh(heights, rest, width * 0.8, left=place, color=one.colour, alpha=PALE)
        axes.plot(whole, heights, one.marker, color=one.colour, markersize=3.5, linestyle="none")
        for height, value in zip(heights, whole, strict=True):
            axes.annotate(
                figure(value, ""), (value, height), (4, 0), textcoords="offset points", va="center", fontsize=size
            )
    axes.grid(axis="y", visible=False)
    longest = max(row.total(index) for row in rows for index in range(len(look)))
    axes.set_xlim(0, 1.18 * longest or 1)  # not by margins: a pale part of no width would stick to the end of its bar
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.locator_params(axis="x", nbins=5)


def _each_beside_the_baseline(findings: Findings) -> tuple[str, str, Figure] | None:
    """A small picture for each scenario, with the baseline in each, all on one scale."""
    rest = others(findings)
    rows = _brief(days_by_reason(findings, [findings.baseline, *rest]))
    if not rows:
        return None
    _, per = labels.side_by_side(one.calendar.measured_days for one in (findings.baseline, *rest))
    title = with_days("What do people wait for, and what is lacking?", findings)
    subtitle = (
        f"Delayed bed days {per} in {spoken(findings.main_place)}; above {findings.label(findings.baseline)}, below the scenario\n"
        "Solid: no place free; pale: arranging it, closed hours or no team"
    )
    names = [findings.label(one) for one in rest]
    drawing, panels = small_multiples(title, subtitle, names, row=0.1 + 0.26 * len(rows), left=0.2)
    look = looks(findings)
    for number, (axes, one) in enumerate(zip(panels, rest, strict=True), 1):
        pair = [ReasonDays(row.label, (row.days[0], row.days[number])) for row in rows]
        _stacks(axes, pair, [look[findings.baseline.id], look[one.id]], 6)
    panels[0].set_yticks(range(len(rows)), [in_lines(row.label, 1.45, 7) for row in rows], fontsize=7)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    return title, f"{subtitle}. {_told_reasons(rows, 1 + len(rest))}.", drawing
