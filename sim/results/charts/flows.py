"""Who goes where: people a week from hospital into services and onwards, and where they wait, on one scale for all scenarios.

The widths are the records': what leaves a service is what its rows say, and what comes from hospital is what a service admits
less what other services send there. So each service admits what is drawn into it, and hospital's flows add up to its discharges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from sim.inputs.scenario import HOME, Scenario
from sim.results.charts.style import GREY, INK, TITLE_DOWN, Look, days_of, looks, with_baseline
from sim.results.comparison.findings import Findings
from sim.results.words.labels import figure, spoken

MOST = 3  # scenarios beside the baseline
WIDTH = 8.2  # inches
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
    for row in findings.estimates:
        if (row.scenario, row.measure, row.by) == (scenario.id, "leavers", "next_service") and row.service in onwards:
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
    for name, at in (*((one, one) for one in services), *first.items()):
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
    total = 0.75 + sum(heights) + 0.3 * len(pairs)
    drawing = Figure(figsize=(WIDTH, total))
    title = "Who goes where from hospital, and where do they wait?" + _answer(findings, pairs) + days_of(findings)
    subtitle = "People a week, all drawings on one scale; in brackets how many wait for the service on an average day"
    drawing.text(0.02, 1 - TITLE_DOWN / total, title, fontsize=12.5, fontweight="bold", va="top")
    drawing.text(0.02, 1 - (TITLE_DOWN + 0.3) / total, subtitle, fontsize=9, color=GREY, va="top")
    top, known = total - 0.75, {one.name for one in findings.baseline.services}
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
    known = {one.name for one in findings.baseline.services}
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
    axes.text(COLUMNS[0] + 0.2, 0.19, name, fontsize=9.5, fontweight="bold", va="center")
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
        axes.text(COLUMNS[1] + 0.2, top - height / 2, words, fontsize=7.5, va="center", zorder=4)
        start = top
        for to in _order(found.onwards.get(place, {})):
            size = found.onwards[place][to] * scale
            _ribbon(axes, COLUMNS[1] + BAR, start, COLUMNS[2], right[to][0] - into[to], size, colour)
            start, into[to] = start - size, into[to] + size
    for place, (top, height) in right.items():
        _bar(axes, COLUMNS[2], (top, height), GREY)
        label = "back in hospital" if place == HOSPITAL else _name(place)
        axes.text(
            COLUMNS[2] + 0.2,
            top - height / 2,
            f"{label} {figure(_second(found)[place], '')}",
            fontsize=7.5,
            va="center",
        )


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
