"""What people wait for: delayed days by reason, the scenarios side by side, parted into what lacked.

The large picture has two panels of one scale, no place is free and everything else, so that the parts need no colour of their
own. The small one, for the first page, has one bar for each scenario: solid where no place is free, pale for the rest. Of more
scenarios than fit together, each has such a picture beside the baseline.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.results.charts.style import (
    INK,
    LEGEND_COLUMNS,
    TOGETHER,
    Look,
    canvas,
    compact,
    days_of,
    in_lines,
    looks,
    others,
    remarks,
    small_multiples,
    with_baseline,
)
from sim.results.comparison.findings import Findings
from sim.results.words import labels
from sim.results.words.delays import OTHERS, ReasonDays, days_by_reason
from sim.results.words.labels import figure, shortened, spoken

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
    title = "What do people wait for, and what is lacking?" + days_of(findings)
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
    panels[0].set_yticks(range(len(rows)), [row.label for row in rows], fontsize=9)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    panels[0].margins(x=0.16)
    drawing.supxlabel(f"delayed bed days {per}", fontsize=10, color=INK, y=0.1 / drawing.get_figheight())
    drawing.subplots_adjust(top=top, left=0.26, right=0.97, wspace=0.06, bottom=0.62 / drawing.get_figheight())
    _legend(drawing, panels[0])
    return title, f"Delayed bed days {per} by reason ({', '.join(names)}). {_told(rows, len(shown))}.", drawing


def _told(rows: list[ReasonDays], many: int) -> str:
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
        top = 1 - 0.55 / drawing.get_figheight()
        drawing.legend(
            bars,
            names,
            loc="upper left",
            bbox_to_anchor=(0.25, top),
            ncols=LEGEND_COLUMNS,
            frameon=False,
            fontsize=8,
        )


# -- small pictures ------------------------------------------------------------------------------------------

LABEL_WIDTH = 16  # letters of a reason on one line
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
    title = f"What do people wait for? No place is free on {100 * place:.0f}% of delayed days{name}" + days_of(findings)
    subtitle = f"Delayed bed days {per} in {spoken(findings.main_place)}. Solid: no place free; pale: arranging it, closed hours or no team"
    drawing, (axes,) = compact(title, subtitle, 0.45 + len(rows) * (0.08 + 0.11 * len(shown)))
    look = looks(findings)
    _stacks(axes, rows, [look[one.id] for one in shown])
    axes.set_yticks(range(len(rows)), [in_lines(row.label, LABEL_WIDTH) for row in rows], fontsize=7)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    drawing.subplots_adjust(left=0.29)
    if len(shown) > 1:
        marks = [axes.plot([], [], look[one.id].marker, color=look[one.id].colour, markersize=4)[0] for one in shown]
        names = [shortened(findings.label(one), 24) for one in shown]
        axes.legend(marks, names, loc="lower right", bbox_to_anchor=(1.03, 0.97), ncols=2, frameon=False, fontsize=7,
                    borderpad=0.2, handletextpad=0.2, columnspacing=1)  # fmt: skip
    return title, f"{subtitle}. {_told(rows, len(shown))}.", drawing


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
    title = "What do people wait for, and what is lacking?" + days_of(findings)
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
    panels[0].set_yticks(range(len(rows)), [row.label for row in rows], fontsize=7)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    return title, f"{subtitle}. {_told(rows, 1 + len(rest))}.", drawing
