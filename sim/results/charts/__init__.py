"""The charts: findings in, pictures out, the same bytes for the same findings.

This package is the only one that imports matplotlib.
"""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.results.charts.differences import differences_chart
from sim.results.charts.hospitals import hospitals_chart
from sim.results.charts.over_time import delayed_chart, occupancy_chart
from sim.results.charts.payers import payers_chart
from sim.results.charts.ranking import ranking_chart
from sim.results.charts.reasons import reasons_chart
from sim.results.charts.style import SETTINGS
from sim.results.charts.tornado import TornadoPicture, tornado_chart
from sim.results.comparison.findings import Findings

OVER_TIME = ("occupancy", "delayed")  # day by day: all days; every other chart is of those that all headlines share


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture in two formats, with a text for those who cannot see it."""

    name: str
    title: str
    description: str
    svg: bytes
    png: bytes


def draw_charts(findings: Findings) -> list[Chart]:
    """Every chart that the findings have numbers for."""
    makers: tuple[Callable[[Findings], tuple[str, str, Figure] | None], ...] = (
        ranking_chart,
        occupancy_chart,
        delayed_chart,
        hospitals_chart,
        reasons_chart,
        differences_chart,
        payers_chart,
    )
    names = ("ranking", "occupancy", "delayed", "hospitals", "reasons", "differences", "payers")
    charts = []
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters that the font lacks are drawn as boxes, without a word
        for name, make in zip(names, makers, strict=True):
            made = make(findings if name in OVER_TIME else findings.side_by_side)
            if made:
                title, description, drawing = made
                charts.append(Chart(name, title, description, _svg(drawing), _png(drawing)))
    return charts


def draw_tornado(picture: TornadoPicture) -> Chart:
    """The tornado of a sensitivity."""
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        title, description, drawing = tornado_chart(picture)
        return Chart("tornado", title, description, _svg(drawing), _png(drawing))


def _svg(drawing: Figure) -> bytes:
    data = io.BytesIO()
    drawing.savefig(data, format="svg", metadata={"Date": None, "Creator": None})
    return data.getvalue()


def _png(drawing: Figure) -> bytes:
    data = io.BytesIO()
    drawing.savefig(data, format="png", dpi=150, metadata={"Software": None})
    return data.getvalue()
