"""Who pays more and who pays less: the change in cash, by payer and by service, with intervals."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.results.charts.style import (
    COLOURS,
    HATCHES,
    INK,
    canvas,
    days_of,
    in_lines,
    legend_above,
    remarks,
    with_baseline,
)
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import LEAST_GBP, Money, MoneyChange, money_of
from sim.results.words.labels import figure, payer_label, spoken

MOST_BARS = 12
PAID_BY = "paid by "


def payers_chart(findings: Findings) -> tuple[str, str, Figure] | None:
    """Bars to the right: more is spent; to the left: less. Payers first, then the services whose cost changes most."""
    chosen = with_baseline(findings)[1:]
    shown = [money for money in money_of(findings) if money.scenario in chosen]
    shown.sort(key=lambda money: chosen.index(money.scenario))
    tables = [_rows(money) for money in shown]
    labels = list(dict.fromkeys(label for table in tables for label in table))
    largest = sorted(labels, key=lambda label: (not label.startswith(PAID_BY), -_size(tables, label)))[:MOST_BARS]
    labels = sorted((one for one in labels if one in largest), key=lambda label: not label.startswith(PAID_BY))
    if not labels:
        return None
    names = [in_lines(findings.label(money.scenario)) for money in shown]
    title = "Who pays more, and who pays less?" + days_of(findings)
    year = findings.baseline.costs.price_year
    drawing, axes = canvas(
        title,
        f"Change in cash {shown[0].per} against {findings.label(findings.baseline)}"
        + (f", prices of {year}" if year else "")
        + "; line: 95% interval"
        + remarks(findings, len(chosen)),
        1.5 + len(labels) * (0.22 + 0.14 * len(shown)),
        names,
    )
    for index, (name, table) in enumerate(zip(names, tables, strict=True)):
        _bars(axes, labels, table, index, len(shown), name)
    _frame(axes, labels, shown)
    drawing.subplots_adjust(left=0.27, right=0.86)
    words = [f"{label}: {figure(change.mean, 'GBP', signed=True)}" for label, change in tables[0].items()]
    return (
        title,
        f"Change in cash {shown[0].per}, {findings.label(shown[0].scenario)}. " + "; ".join(words) + ".",
        drawing,
    )


def _size(tables: list[dict[str, MoneyChange]], label: str) -> float:
    """The largest change in any scenario."""
    return max(abs(table[label].mean) for table in tables if label in table)


def _rows(money: Money) -> dict[str, MoneyChange]:
    """Everyone whose money it is, pooled funds split, and every service whose cost changes by enough to be seen."""
    whose = money.by_contributor if money.scenario.costs.pools else money.by_payer
    rows = {f"{PAID_BY}{payer_label(one.name)}": one for one in whose}
    rows |= {f"cost of {spoken(one.name)}": one for one in money.by_service if abs(one.mean) >= LEAST_GBP}
    return rows


def _bars(axes: Axes, labels: list[str], table: dict[str, MoneyChange], index: int, many: int, name: str) -> None:
    width, look = 0.8 / many, index + 1  # the first look is the baseline's
    for row, label in enumerate(labels):
        change = table.get(label)
        if change is None:
            continue
        height = row + (index - (many - 1) / 2) * width
        axes.barh(
            height,
            change.mean,
            width * 0.85,
            color="white" if HATCHES[look] else COLOURS[look],
            edgecolor=COLOURS[look],
            hatch=HATCHES[look],
            label=name if row == 0 else None,
        )
        ends = [change.mean if end is None else end for end in (change.low, change.high)]
        for colour, line in (("white", 3.6), (INK, 1.4)):  # a dark line in a white one, to be seen on the bar
            axes.plot(ends, [height, height], color=colour, linewidth=line, solid_capstyle="butt")
        outer = max(*ends, change.mean, 0.0) if change.mean >= 0 else min(*ends, change.mean, 0.0)
        side = 1 if change.mean >= 0 else -1
        axes.annotate(
            figure(change.mean, "GBP", signed=True),
            (outer, height),
            (4 * side, 0),
            textcoords="offset points",
            va="center",
            ha="left" if side > 0 else "right",
            fontsize=8,
        )


def _frame(axes: Axes, labels: list[str], shown: list[Money]) -> None:
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(labels)), labels, fontsize=9)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.margins(x=0.18)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_formatter(lambda value, _: figure(value, "GBP", signed=True) if value else "£0")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.set_xlabel(f"less is spent   <   change in cash {shown[0].per}, £   >   more is spent")
    if len(shown) > 1:
        legend_above(axes)
