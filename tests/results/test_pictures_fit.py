"""Nothing that a picture says leaves it: long names, dates, and windows of any length."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import num2date
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.inputs.scenario import Places, Route, Scenario
from sim.results.charts import MAKERS, OVER_TIME
from sim.results.charts.over_time import delayed_chart
from sim.results.charts.studies import (
    Band,
    BarsPicture,
    BreakEvenPicture,
    EffectPanel,
    FanPanel,
    FanPicture,
    LinePicture,
    MapPicture,
    QuantilePanel,
    QuantilePicture,
    SolutionPicture,
    Steps,
    TornadoBar,
    TornadoPicture,
    TriedPoint,
    WorldsPicture,
    bars_chart,
    break_even_chart,
    fan_chart,
    line_chart,
    map_chart,
    quantile_chart,
    solution_chart,
    tornado_chart,
    worlds_chart,
)
from sim.results.charts.style import ON_PIXELS, SETTINGS, compact, date_axis, fitted, width_of, with_days
from sim.results.comparison.findings import Findings
from sim.results.measures.periods import divisions
from sim.results.report.page import EDGE, WIDE, Slide, slide_png, slide_svg
from sim.runs.collecting import gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import small

LONG = "Cedarwood with wards and months of waiting moved to the community"  # wide letters
WIDE_WORD = "MWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMW"
A_PIXEL = 1.0


def outside(drawing: Figure) -> list[str]:
    """Every text that is drawn and leaves its picture."""
    with mpl.rc_context(SETTINGS):
        pen = FigureCanvasAgg(drawing).get_renderer()
        drawing.draw(pen)
        found = []
        for text in _drawn(drawing):
            box = text.get_window_extent(pen)
            left, right, low, high = box.x0, drawing.bbox.x1 - box.x1, box.y0, drawing.bbox.y1 - box.y1
            if min(left, right, low, high) < -A_PIXEL:
                found.append(
                    f"{text.get_text()!r} by {-min(left, right, low, high):.0f} of {drawing.bbox.x1:.0f} pixels"
                )
        return found


def _drawn(drawing: Figure) -> Iterator[Text]:
    hidden = set()
    for axes in drawing.axes:
        for axis in (axes.xaxis, axes.yaxis):
            known = {id(tick) for tick in axis._update_ticks()} if axes.get_visible() and axes.axison else set()
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if id(tick) not in known:
                    hidden |= {id(tick.label1), id(tick.label2)}
        if not axes.get_visible():
            hidden |= {id(text) for text in axes.findobj(Text)}
    for text in drawing.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            yield text


@pytest.mark.parametrize(("across", "found"), [(0.02, 0), (0.9, 1), (-0.1, 1)])
def test_a_text_that_leaves_its_picture_is_found(across: float, found: int) -> None:
    drawing = Figure(figsize=(2, 1))
    drawing.text(across, 0.5, "a word or two", fontsize=9)
    assert len(outside(drawing)) == found


def named(scenario: Scenario, name: str, unit: str) -> Scenario:
    """A scenario and its unit with these names."""
    services = [replace(one, name=unit) if one.name == "unit" else one for one in scenario.services]
    (group,) = scenario.people
    to: tuple[Route, ...] = tuple(
        replace(route, to=unit) if route.to == "unit" else route for route in group.journey[0].then
    )
    journey = (replace(group.journey[0], then=to), replace(group.journey[1], service=unit))
    prices = tuple(replace(price, of=unit) if price.of == "unit" else price for price in scenario.costs.prices)
    return replace(
        scenario,
        name=name,
        services=tuple(services),
        people=(replace(group, journey=journey),),
        costs=replace(scenario.costs, prices=prices),
    )


@cache
def findings_of(name: str, unit: str, others: int, days: int, at: int | None) -> Findings:
    base = named(small(replications=2, days=days, warm_up=5), name, unit)
    rest = (replace(named(base, f"{name} {n}", unit), id=f"other{n}") for n in range(others))
    dated = [_from(one, unit, at) for one in rest]
    scenarios = (base, *dated)
    divided = divisions(scenarios, compared=bool(others))
    pieces = run_all(Shared(scenarios, divisions=divided), workers=1)
    return gathered(scenarios, pieces, compared=bool(others))


def _from(scenario: Scenario, unit: str, at: int | None) -> Scenario:
    capacity = (Places(from_second=0, places=4 if at else 9),)
    capacity += (Places(from_second=at * 86_400, places=9, is_dated=True),) if at else ()
    services = (replace(one, capacity=capacity) if one.name == unit else one for one in scenario.services)
    return replace(scenario, services=tuple(services))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(MAKERS))
@pytest.mark.parametrize(
    ("called", "unit", "others", "days", "at"),
    [
        (LONG, "community_reablement_ward_of_the_north_west", 1, 60, 30),
        (LONG, "community_reablement_ward_of_the_north_west", 3, 20, None),
        (LONG, "community_reablement_ward_of_the_north_west", 5, 60, 12),
        (WIDE_WORD, "mwmwmwmwmwmwmwmwmwmwmwmwmwmwmwmw", 1, 60, 50),
        (WIDE_WORD, "mwmwmwmwmwmwmwmwmwmwmwmwmwmwmwmw", 5, 60, 50),
        (LONG, "unit", 0, 400, None),
    ],
)
def test_nothing_leaves_a_picture_of_results(
    name: str, called: str, unit: str, others: int, days: int, at: int | None
) -> None:
    found = findings_of(called, unit, others, days, at)
    with mpl.rc_context(SETTINGS):
        made = MAKERS[name](found if name in OVER_TIME else found.side_by_side)
    if made is not None:
        assert outside(made[2]) == []


def test_words_of_a_dated_change_stay_in_the_picture_and_their_title_reads_as_a_sentence() -> None:
    found = findings_of("Closed", "community_reablement_ward_of_the_north_west", 1, 20, 16)
    with mpl.rc_context(SETTINGS):
        made = delayed_chart(found)
    assert made is not None
    assert outside(made[2]) == []
    assert made[0].endswith(", from 22 Apr 2026")
    assert (
        with_days("Who pays less? NHS -£41k", found.side_by_side)
        == "Who pays less? NHS -£41k, from 22 Apr 2026 (9 days)"
    )
    assert with_days("Who pays less?", found.side_by_side) == "Who pays less? From 22 Apr 2026 (9 days)"


@pytest.mark.parametrize("text", [LONG, WIDE_WORD, f"a {WIDE_WORD} b", "\N{HOSPITAL} " * 40, "", "a\nb c"])
def test_lines_are_no_wider_than_asked_and_hold_every_word(text: str) -> None:
    lines = fitted(text, 120.0, 9.0, bold=True)
    assert max(width_of(line, 9.0, bold=True) for line in lines) <= 120.0
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert len(lines) > text.count("\n")


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (2, ["24 Dec\n2026", "25 Dec"]),
        (20, ["28 Dec\n2026", "4 Jan\n2027", "11 Jan"]),
        (60, ["28 Dec\n2026", "11 Jan\n2027", "25 Jan", "8 Feb"]),
        (365, ["Jan\n2027", "Mar", "May", "Jul", "Sep", "Nov"]),
        (1500, ["Jan\n2027", "Jan\n2028", "Jan\n2029", "Jan\n2030", "Jan\n2031"]),
    ],
)
def test_dates_below_a_picture_say_month_and_year_and_stay_inside(days: int, labels: Sequence[str]) -> None:
    with mpl.rc_context(SETTINGS):
        drawing, axes = compact("When?", "", 2.0, 2, (1, 1), is_dated=True)
        when = [date(2026, 12, 24) + timedelta(days=day) for day in range(days)]
        for one in axes:
            one.plot(when, range(days))  # type: ignore[arg-type]
            one.margins(x=0)
        date_axis(axes[-1], 7)
        assert outside(drawing) == []
    assert [label.get_text() for label in axes[-1].get_xticklabels()] == labels
    assert not axes[-1].xaxis.get_offset_text().get_text()
    shown = [num2date(tick).date() for tick in axes[-1].get_xticks()]
    assert all(when[0] <= day <= when[-1] for day in shown)


Balance = [(5.0, -1e6, -5e5, 0.0), (9.0, 0.0, 5e5, 1e6)]
TRIED = [TriedPoint(float(n), 5.0, 4.0, 6.0, ("meets it", "does not")[n % 2], LONG, n == 8) for n in range(1, 9)]
STUDIES = {
    "sweep": lambda: line_chart(
        LinePicture(
            LONG * 2,
            LONG * 3,
            LONG,
            (4, 6, 8),
            6,
            [Band(LONG * 2, (1, 2, 3), (0, 1, 2), (2, 3, 4), None, Steps((5, 7), (1, 1), (0, 0), (2, 2)))],
        )
    ),
    "map": lambda: map_chart(
        MapPicture(
            LONG * 2, LONG * 3, LONG, LONG, LONG, ("4", "6"), ("1", "2"), ((1, 2), (3, 4)), (("1", "2"), ("3", "4"))
        )
    ),
    "solve": lambda: solution_chart(
        SolutionPicture(LONG * 2, LONG * 3, LONG, LONG, 5.0, LONG[:30], ("meets it", "does not"), TRIED, with_line=True)
    ),
    "worlds": lambda: worlds_chart(
        WorldsPicture(
            LONG * 2,
            LONG * 3,
            LONG,
            LONG,
            [(1.0, 2e6, "better"), (-1.0, -2e6, "worse")],
            (0.0, 0.0),
            True,
            [("fewer delayed", "less money")] * 4,
        )
    ),
    "bars": lambda: bars_chart(
        BarsPicture(LONG * 2, LONG * 3, LONG * 2, [(LONG, 1.0, (0.5, 1.5), 2.0, None)] * 3, (LONG[:40], LONG[:40]))
    ),
    "tornado": lambda: tornado_chart(
        TornadoPicture(
            LONG * 2, LONG * 3, LONG, 0.0, (-1.0, 1.0), [TornadoBar(LONG, LONG, LONG, -2.0, 2.0, "turns")] * 3
        )
    ),
    "break-even": lambda: break_even_chart(
        BreakEvenPicture(
            LONG * 2,
            LONG * 3,
            "a year",
            (LONG[:50], LONG[:50]),
            [EffectPanel(LONG, LONG, (Balance, Balance), 7.0, ((7.0,), ()))] * 3,
        )
    ),
    "fit": lambda: quantile_chart(QuantilePicture(LONG * 2, LONG * 3, [QuantilePanel(LONG, (1, 2), (1, 3))] * 4)),
    "forecast": lambda: fan_chart(
        FanPicture(
            LONG * 2,
            LONG * 3,
            [date(2026, 12, day) for day in range(1, 32)],
            [FanPanel(LONG * 2, [tuple(range(7))] * 31)] * 2,
        )
    ),
}


@pytest.mark.parametrize("name", list(STUDIES))
def test_nothing_leaves_a_picture_of_a_study(name: str) -> None:
    with mpl.rc_context(SETTINGS):
        assert outside(STUDIES[name]()[2]) == []


def test_every_line_of_a_slide_ends_before_its_edge() -> None:
    slide = Slide(WIDE_WORD * 4, f"{WIDE_WORD.lower()} {LONG} " * 4, (), LONG * 3, WIDE_WORD * 3)
    from sim.results.report.page import _lines

    assert all(width_of(line.text, line.size, bold=line.bold) / ON_PIXELS <= WIDE - 2 * EDGE for line in _lines(slide))
    assert slide_svg(slide).startswith(b"<") and slide_png(slide).startswith(b"\x89PNG")


def test_lines_of_a_subtitle_stay_lines_in_a_small_picture() -> None:
    drawing, _ = compact("How many?", "average of each week\nin all: calendar measured days 365 (was 60)")
    assert drawing.texts[1].get_text() == "average of each week\nin all: calendar measured days 365 (was 60)"


def test_below_a_setting_that_is_whole_stand_whole_numbers() -> None:
    with mpl.rc_context(SETTINGS):
        drawing = STUDIES["break-even"]()[2]
        drawing.draw_without_rendering()
        drawing.canvas.draw()
    assert {label.get_text() for label in drawing.axes[0].get_xticklabels()} >= {"5", "6", "7", "8", "9"}
