"""The charts: findings in, pictures out, the same bytes for the same findings.

This package is the only one that imports matplotlib.
"""

import warnings
from collections.abc import Callable

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.results.charts.differences import (
    differences_chart,
    hospitals_chart,
    ranking_chart,
    what_costs_chart,
    who_pays_chart,
    years_chart,
)
from sim.results.charts.flows import flows_chart, reasons_brief_chart, reasons_chart
from sim.results.charts.over_time import delayed_chart, midnights_chart, occupancy_chart, use_chart, warm_up_chart
from sim.results.charts.style import SETTINGS, as_chart
from sim.results.comparison.findings import Findings
from sim.results.report.study import Chart

Made = tuple[str, str, Figure] | None  # title, description, drawing
OVER_TIME = (
    "delayed",
    "use",
    "occupancy",
    "midnights",
    "years",
    "warm_up",
)  # all days; others are of those that all headlines share
MAKERS: dict[str, Callable[[Findings], Made]] = {
    "ranking": ranking_chart,
    "delayed": delayed_chart,
    "use": use_chart,
    "reasons_brief": reasons_brief_chart,
    "occupancy": occupancy_chart,
    "midnights": midnights_chart,
    "years": years_chart,
    "hospitals": hospitals_chart,
    "flows": flows_chart,
    "reasons": reasons_chart,
    "differences": differences_chart,
    "who_pays": who_pays_chart,
    "what_costs": what_costs_chart,
    "warm_up": warm_up_chart,
}


def draw_charts(findings: Findings) -> list[Chart]:
    """Every chart that the findings have numbers for."""
    charts = []
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters that the font lacks are drawn as boxes, without a word
        for name, make in MAKERS.items():
            made = make(findings if name in OVER_TIME else findings.side_by_side)
            if made:
                charts.append(as_chart(name, *made))
    return charts
