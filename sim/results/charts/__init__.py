"""The charts: findings in, pictures out, the same bytes for the same findings.

This package is the only one that imports matplotlib.
"""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.results.charts.differences import differences_chart, hospitals_chart, ranking_chart, years_chart
from sim.results.charts.flows import flows_chart, reasons_brief_chart, reasons_chart
from sim.results.charts.money import BreakEvenPicture, break_even_chart, what_costs_chart, who_pays_chart
from sim.results.charts.over_time import delayed_chart, midnights_chart, occupancy_chart, use_chart, warm_up_chart
from sim.results.charts.own_data import FanPicture, QuantilePicture, fan_chart, quantile_chart
from sim.results.charts.style import COMPACT_WIDTH, SETTINGS
from sim.results.charts.sweep import LinePicture, MapPicture, SolutionPicture, line_chart, map_chart, solution_chart
from sim.results.charts.uncertainty import (
    BarsPicture,
    TornadoPicture,
    WorldsPicture,
    bars_chart,
    tornado_chart,
    worlds_chart,
)
from sim.results.comparison.findings import Findings

FONTS = b"'DejaVu Sans', Verdana, Geneva, sans-serif"  # Verdana and DejaVu Sans are equally wide
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


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture in two formats, with a text for those who cannot see it."""

    name: str
    title: str
    description: str
    svg: bytes
    png: bytes
    is_compact: bool = False  # half as wide as a page


def draw_charts(findings: Findings) -> list[Chart]:
    """Every chart that the findings have numbers for."""
    charts = []
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters that the font lacks are drawn as boxes, without a word
        for name, make in MAKERS.items():
            made = make(findings if name in OVER_TIME else findings.side_by_side)
            if made:
                charts.append(_chart(name, *made))
    return charts


def draw_tornado(picture: TornadoPicture) -> Chart:
    """The tornado of a sensitivity."""
    return _drawn("tornado", lambda: tornado_chart(picture))


def draw_worlds(picture: WorldsPicture) -> Chart:
    """Possible worlds on a plane."""
    return _drawn("worlds", lambda: worlds_chart(picture))


def draw_bars(name: str, picture: BarsPicture) -> Chart:
    """Indices of assumptions, or shares of levers."""
    return _drawn(name, lambda: bars_chart(picture))


def draw_solution(picture: SolutionPicture) -> Chart:
    """What was tried to meet a target."""
    return _drawn("solve", lambda: solution_chart(picture))


def draw_break_even(picture: BreakEvenPicture) -> Chart:
    """What is left over at each size of an effect."""
    return _drawn("break-even", lambda: break_even_chart(picture))


def draw_quantiles(picture: QuantilePicture, name: str) -> Chart:
    """Fitted lengths beside observed ones."""
    return _drawn(name, lambda: quantile_chart(picture))


def draw_fan(picture: FanPicture) -> Chart:
    """A forecast with its bands."""
    return _drawn("forecast", lambda: fan_chart(picture))


def _drawn(name: str, make: Callable[[], tuple[str, str, Figure]]) -> Chart:
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _chart(name, *make())


def draw_sweep(picture: LinePicture | MapPicture, name: str) -> Chart:
    """What figures do as settings move."""
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = line_chart(picture) if isinstance(picture, LinePicture) else map_chart(picture)
        return _chart(name, *made)


def _chart(name: str, title: str, description: str, drawing: Figure) -> Chart:
    return Chart(name, title, description, _svg(drawing), _png(drawing), drawing.get_figwidth() <= COMPACT_WIDTH)


def _svg(drawing: Figure) -> bytes:
    data = io.BytesIO()
    drawing.savefig(data, format="svg", metadata={"Date": None, "Creator": None})
    return data.getvalue().replace(b"'DejaVu Sans'", FONTS)


def _png(drawing: Figure) -> bytes:
    """At least 700 points wide, so that a small picture is as sharp as a large one."""
    data = io.BytesIO()
    dpi = 200 if drawing.get_figwidth() <= COMPACT_WIDTH else 130
    drawing.savefig(data, format="png", dpi=dpi, metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return data.getvalue()
