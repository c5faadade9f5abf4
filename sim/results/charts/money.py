"""Money: the change in cash by payer, and by service, with intervals; and where an effect pays for itself.

Who pays and what costs are two pictures of the same money. Break-even shows what is left over at each size of an effect,
in cash and with the beds that it frees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.inputs.problems import listed
from sim.results.charts.style import (
    COLOURS,
    GREY,
    HEAD,
    INK,
    LINES,
    MARKERS,
    TOGETHER,
    Look,
    compact,
    headed,
    in_lines,
    looks,
    on_one_line,
    others,
    pounds,
    remarks,
    small_multiples,
    with_days,
)
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import LEAST_GBP, Money, MoneyChange, money_of
from sim.results.words.labels import figure, payer_label, spoken

MOST_BARS = 8
LABEL_WIDTH, PANEL_LABEL = 0.85, 1.4  # inches
Changes = dict[str, MoneyChange]


def who_pays_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The change in cash of everyone whose money it is, pooled funds split."""
    return _chart(findings, "Who pays more, and who pays less?", _payers)


def what_costs_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """The change in cash of the services whose cost changes most: the same money as that of the payers, by what it buys."""
    return _chart(findings, "What costs more, and what costs less?", _services)


def _payers(money: Money) -> Changes:
    whose = money.by_contributor if money.scenario.costs.pools else money.by_payer
    return {payer_label(one.name): one for one in whose}


def _services(money: Money) -> Changes:
    """Every service, team and programme whose cost changes by enough to be seen."""
    return {spoken(change.name): change for change in money.by_service if abs(change.mean) >= LEAST_GBP}


def _chart(findings: Findings, question: str, rows_of: Callable[[Money], Changes]) -> tuple[str, str, Figure] | None:
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
    drawing = (_apart if is_apart else _together)(findings, shown, tables, labels, (title, subtitle))
    words = [f"{label}: {figure(change.mean, 'GBP', signed=True)}" for label, change in tables[0].items()]
    return title, f"{subtitle}. {findings.label(shown[0].scenario)}: " + "; ".join(words) + ".", drawing


def _together(
    findings: Findings, shown: list[Money], tables: list[Changes], labels: list[str], said: tuple[str, str]
) -> Figure:
    """All scenarios in one picture."""
    title, subtitle = said
    names = [in_lines(findings.label(money.scenario), 2.6, 7) for money in shown]
    height = 0.3 + len(labels) * (0.1 + 0.13 * len(shown))
    height += 0.13 * sum(name.count("\n") + 1 for name in names) if len(shown) > 1 else 0.0
    drawing, (axes,) = compact(title, subtitle + remarks(findings, len(shown)), height)
    look = looks(findings)
    _bars(axes, labels, tables, [look[money.scenario.id] for money in shown], names, 6.5)
    axes.set_yticks(range(len(labels)), [in_lines(label, LABEL_WIDTH, 7) for label in labels], fontsize=7)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    if len(shown) > 1:
        axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.4 / height), frameon=False, fontsize=7)
        below = 0.3 + 0.15 * sum(name.count("\n") + 1 for name in names)
        drawing.subplots_adjust(bottom=below / drawing.get_figheight())
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


# -- break-even --------------------------------------------------------------------------------------------------------


COLUMNS, MOST = 2, 12  # panels beside each other, and of all
ROW, ABOVE = 1.9, 0.75  # inches of a panel, and above each
EFFECT_LABEL_WIDTH = 3.3  # inches of a panel's name, where two stand beside each other
Balance = Sequence[tuple[float, float, float, float]]  # size, low, mean, high


@dataclass(frozen=True, slots=True)
class EffectPanel:
    """One effect: its words, what its size is, the two balances, where it stands and where each balance turns."""

    name: str
    across: str
    balances: tuple[Balance, Balance]
    stands_at: float | None
    turns_at: tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class BreakEvenPicture:
    """All effects."""

    title: str
    subtitle: str
    time: str  # that pounds are of
    names: tuple[str, str]  # of the balances
    panels: Sequence[EffectPanel]


def break_even_chart(picture: BreakEvenPicture) -> tuple[str, str, Figure]:
    """A panel for each effect: two lines with intervals, the line of zero, rings where they cross it."""
    shown = picture.panels[:MOST]
    columns = min(COLUMNS, len(shown))
    rows = ceil(len(shown) / columns)
    drawing, above = headed(picture.title, picture.subtitle, HEAD + rows * (ROW + ABOVE) + 0.5)
    height = drawing.get_figheight()
    grid = drawing.subplots(rows, columns, squeeze=False)
    drawing.subplots_adjust(
        left=0.1, right=0.97, top=1 - (above + 0.5) / height, bottom=0.85 / height, wspace=0.25, hspace=ABOVE / ROW
    )
    for axes, panel in zip(grid.flat, shown, strict=False):
        _draw(axes, panel, picture.names, EFFECT_LABEL_WIDTH * COLUMNS / columns)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_visible(False)
    handles, labels = grid[0][0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="lower left", bbox_to_anchor=(0.02, 0.02), ncols=2, frameon=False, fontsize=8)
    words = "; ".join(f"{one.name}: {_told(one)}" for one in shown[:6])
    return picture.title, f"What is left over {picture.time} against the size of each effect. {words}.", drawing


def _draw(axes: Axes, panel: EffectPanel, names: tuple[str, str], width: float) -> None:
    for number, (name, balance, turns) in enumerate(zip(names, panel.balances, panel.turns_at, strict=True)):
        sizes, low, mean, high = (list(values) for values in zip(*balance, strict=True))
        ends = [[m - lo for lo, m in zip(low, mean, strict=True)], [h - m for m, h in zip(mean, high, strict=True)]]
        axes.errorbar(sizes, mean, yerr=ends, color=COLOURS[number], linestyle=LINES[number], marker=MARKERS[number],
                      markersize=3, linewidth=1.4, elinewidth=0.7, capsize=1.5, label=name)  # fmt: skip
        for turn in turns:
            axes.plot([turn], [0], marker="o", markersize=10, fillstyle="none", color=INK, zorder=4)
    axes.axhline(0, color=INK, linewidth=1)
    if panel.stands_at is not None:
        axes.axvline(panel.stands_at, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
    axes.set_title(on_one_line(panel.name, width, 8.5), fontsize=8.5, loc="left", pad=4)
    axes.set_xlabel(on_one_line(panel.across, width, 8), fontsize=8)
    axes.tick_params(labelsize=7.5)
    is_whole = all(float(size).is_integer() for balance in panel.balances for size, *_ in balance)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=is_whole))  # there are no half beds
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: pounds(value)))


def _told(panel: EffectPanel) -> str:
    cash, beds = (
        f"at {listed([f'{turn:g}' for turn in turns], 'and')}" if turns else "nowhere" for turns in panel.turns_at
    )
    return f"in cash it turns {cash}, with freed beds {beds}"
