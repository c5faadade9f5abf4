"""Charts: every picture drawn, the same bytes twice, names that cannot do harm, and a text for each."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.inputs.scenario import Places, Scenario
from sim.results.charts import draw_charts
from sim.results.charts.differences import differences_chart, what_costs_chart, who_pays_chart
from sim.results.charts.flows import flows_chart, flows_of, reasons_chart
from sim.results.charts.over_time import delayed_chart, occupancy_chart, use_chart
from sim.results.charts.studies import BarsPicture, bars_chart
from sim.results.charts.style import COLOURS, GREY, HATCHES, INK, LINES, MARKERS, OTHER, in_lines, looks
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import MoneyChange
from sim.results.comparison.ranking import ranking
from sim.results.report.study import Chart
from sim.runs.collecting import gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, small


def findings_of(*scenarios: Scenario) -> Findings:
    pieces = run_all(Shared(scenarios), workers=1)
    return gathered(scenarios, pieces, compared=len(scenarios) > 1)


@pytest.fixture(scope="module")
def findings() -> Findings:
    base = small(replications=3)
    return findings_of(base, bigger(base))


@pytest.fixture(scope="module")
def charts(findings: Findings) -> dict[str, Chart]:
    return {chart.name: chart for chart in draw_charts(findings)}


COMPARED = [
    "delayed",
    "reasons_brief",
    "occupancy",
    "midnights",
    "flows",
    "reasons",
    "differences",
    "who_pays",
    "what_costs",
]


@pytest.mark.slow
def test_a_comparison_has_its_charts_in_two_formats(charts: dict[str, Chart]) -> None:
    assert list(charts) == COMPARED
    for chart in charts.values():
        assert chart.png.startswith(b"\x89PNG")
        assert chart.svg.startswith(b"<?xml")


@pytest.mark.slow
def test_each_chart_asks_its_question_and_says_in_words_what_it_shows(charts: dict[str, Chart]) -> None:
    assert charts["occupancy"].title.startswith("How full is the hospital? ")
    assert "More beds: " in charts["delayed"].description
    assert "hub assessment" in charts["reasons"].title + charts["reasons"].description
    assert "95% intervals" in charts["differences"].description


@pytest.mark.slow
def test_charts_hold_no_date_and_no_program_name(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        assert b"<dc:date>" not in chart.svg
        assert b"Software" not in chart.png


@pytest.mark.slow
def test_the_same_findings_give_the_same_bytes(charts: dict[str, Chart], findings: Findings) -> None:
    assert {chart.name: chart for chart in draw_charts(findings)} == charts


@pytest.mark.slow
def test_a_scenario_alone_has_no_chart_of_differences() -> None:
    alone = findings_of(small(replications=1))
    assert [chart.name for chart in draw_charts(alone)] == [
        "delayed",
        "reasons_brief",
        "occupancy",
        "midnights",
        "flows",
        "reasons",
    ]


@pytest.mark.slow
def test_a_dollar_in_a_name_is_a_dollar(findings: Findings) -> None:
    base, other = findings.scenarios
    names = (replace(base, name=r"$\frac{1}$"), replace(other, name=r"a $b_$ & <b>"))
    assert len(draw_charts(replace(findings, scenarios=names))) == len(COMPARED)


@pytest.mark.slow
@pytest.mark.usefixtures("blank_charts")
def test_of_many_scenarios_each_has_small_pictures_of_its_own() -> None:
    found = many_findings(8)
    assert [one.name for one in draw_charts(found)] == ["ranking", *(one for one in COMPARED if one != "reasons_brief")]
    for make in (delayed_chart, occupancy_chart, reasons_chart, who_pays_chart, what_costs_chart):
        made = make(found)
        assert made is not None
        panels = [axes for axes in made[2].axes if axes.get_visible()]
        assert len(panels) == 8
        assert len({(*axes.get_ylim(), *axes.get_xlim()) for axes in panels}) == 1  # one scale
        assert all(axes.get_title(loc="left").startswith("One with a longer name") for axes in panels)


@cache
def many_findings(count: int) -> Findings:
    base = small(replications=2, days=30, warm_up=5)
    return findings_of(
        base, *(bigger(base, id=f"other{n}", name=f"One with a longer name {n}", unit=4 + n) for n in range(count))
    )


@pytest.mark.parametrize(("make", "count"), [(who_pays_chart, 3), (differences_chart, 5)])
def test_a_legend_of_several_scenarios_covers_neither_title_nor_subtitle(
    make: Callable[[Findings], tuple[str, str, Figure] | None], count: int
) -> None:
    made = make(many_findings(count))
    assert made is not None
    drawing = made[2]
    pen = FigureCanvasAgg(drawing).get_renderer()
    legend = drawing.axes[0].get_legend()
    assert legend is not None
    assert not [
        text.get_text() for text in drawing.texts if text.get_window_extent(pen).overlaps(legend.get_window_extent(pen))
    ]


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("rows", [3, 8])
def test_a_legend_below_bars_is_whole_however_many_bars_there_are(
    count: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = many_findings(count)
    changes = {f"service {row}": MoneyChange(f"service {row}", 1e5 * (row + 1), 9e4, 2e5) for row in range(rows)}
    monkeypatch.setattr("sim.results.charts.differences._services", lambda _: changes)
    made = what_costs_chart(found)
    assert made is not None
    pen = FigureCanvasAgg(made[2]).get_renderer()
    made[2].draw(pen)
    (legend,) = [*made[2].legends, *filter(None, (axes.get_legend() for axes in made[2].axes))]
    below = legend.get_window_extent(pen)
    ticks = [label.get_window_extent(pen) for label in made[2].axes[0].get_xticklabels()]
    assert below.y0 >= 0
    assert not any(below.overlaps(tick) for tick in ticks)


def test_a_label_breaks_between_words_where_it_can() -> None:
    assert in_lines("home reablement", 0.85, 7) == "home\nreablement"
    assert in_lines("Cedarwood with 12 beds and 40", 0.85, 7).split("\n")[-1].endswith("and 40")


def test_names_above_small_pictures_cover_neither_each_other_nor_the_subtitle() -> None:
    for count in (3, 8):
        made = delayed_chart(many_findings(count))
        assert made is not None
        pen = FigureCanvasAgg(made[2]).get_renderer()
        names = [axes._left_title for axes in made[2].axes if axes.get_visible()]
        boxes = [text.get_window_extent(pen) for text in (*names, *made[2].texts)]
        assert len(boxes) == count + 2
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_the_difference_is_drawn_with_the_interval_of_its_mean(findings: Findings) -> None:
    made = delayed_chart(findings)
    assert made is not None
    levels, change = made[2].axes
    assert levels.get_ylim()[0] == 0
    days = [np.asarray(findings.daily[one.id]["hospital", "delayed"]) for one in findings.scenarios]
    each = days[1] - days[0]
    (line,) = [one for one in change.lines if len(one.get_xdata()) == each.shape[1]]
    assert line.get_ydata() == pytest.approx(each.mean(axis=0))
    half = 4.302653 * each.std(axis=0, ddof=1) / np.sqrt(3)  # Student's t of 2 degrees of freedom
    heights = change.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx((each.mean(axis=0) + half).max(), rel=1e-6)
    assert heights.min() == pytest.approx((each.mean(axis=0) - half).min(), rel=1e-6)


def test_what_opens_is_drawn_beside_its_places_and_the_date_on_which_they_open() -> None:
    base = small(replications=2)
    unit = next(one for one in base.services if one.name == "unit")
    capacity = (Places(from_second=0, places=0), Places(from_second=50 * 86_400, places=7))
    other = replace(
        base,
        id="new",
        name="Opens",
        services=(*base.services[:-1], replace(unit, name="annexe", capacity=capacity), base.services[-1]),
    )
    made = use_chart(findings_of(base, other))
    assert made is not None
    title, _, drawing = made
    assert title.startswith("Is annexe used? 0.0 of ")  # nobody is sent there
    (places,) = [line for line in drawing.axes[0].lines if line.get_drawstyle() == "steps-post"]
    assert list(places.get_ydata()) == [0.0] * 20 + [7.0] * 40  # after 30 days of warm-up
    assert use_chart(findings_of(base, bigger(base))) is None


def test_a_scenario_has_one_look_and_those_that_avoid_most_come_first() -> None:
    found = many_findings(8)
    best = [row.scenario.id for row in ranking(found)[:5]]
    look = looks(found)
    assert [look[one].colour for one in ("base", *best)] == list(COLOURS)
    assert {look[one.id] for one in found.scenarios if one.id not in ("base", *best)} == {OTHER}


def test_flows_add_up_to_what_the_records_say(findings: Findings) -> None:
    for scenario in findings.scenarios:
        found = flows_of(findings, scenario)
        assert found is not None
        weeks = scenario.calendar.measured_days / 7

        def a_week(service: str, measure: str, of: str = scenario.id, weeks: float = weeks) -> float:
            row = findings.estimate(of, service, measure)
            return row.mean / weeks if row else 0.0

        assert sum(found.out_of_hospital.values()) == pytest.approx(a_week("hospital", "leavers"))
        assert found.out_of_hospital["unit"] > 0
        for name, ways in found.onwards.items():
            assert sum(ways.values()) == pytest.approx(a_week(name, "leavers"))
        for name in ("unit", "home"):
            came = found.out_of_hospital[name] + sum(ways.get(name, 0.0) for ways in found.onwards.values())
            assert came == pytest.approx(a_week(name, "admissions"))


def test_flows_are_drawn_on_one_scale(findings: Findings) -> None:
    made = flows_chart(findings)
    assert made is not None
    heights = []
    for axes, scenario in zip(made[2].axes, findings.scenarios, strict=True):
        found = flows_of(findings, scenario)
        assert found is not None
        first = next(patch for patch in axes.patches if isinstance(patch, Rectangle))
        inches = axes.get_position().height * made[2].get_figheight() / (axes.get_ylim()[1] - axes.get_ylim()[0])
        heights.append(first.get_height() * inches / sum(found.out_of_hospital.values()))
    assert heights[0] == pytest.approx(heights[1])


def luminance(colour: str) -> float:
    """The relative luminance of the Web Content Accessibility Guidelines."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_and_shapes_stand_out_from_the_page_and_the_first_four_from_each_other_in_grey() -> None:
    assert min(contrast(colour, "#FFFFFF") for colour in (INK, GREY)) >= 4.5  # text
    assert (
        min(contrast(colour, "#FFFFFF") for colour in COLOURS) >= 2.9
    )  # shapes: 3 is asked, orange and teal have 2.97 and 3.1
    assert contrast(COLOURS[0], COLOURS[1]) >= 3  # two scenarios can be told by their grey alone
    for known in (MARKERS, LINES, HATCHES):
        assert len(set(map(str, known))) == len(COLOURS)  # of more, by mark, line and hatch


def test_a_queue_that_grows_tenfold_is_an_arrow_and_leaves_the_other_changes_visible() -> None:
    base = small(replications=2)
    fewer = small(id="fewer", name="Fewer beds", replications=2, beds=14)
    made = differences_chart(findings_of(base, fewer))
    assert made is not None
    axes = made[2].axes[0]
    arrows = [line for line in axes.lines if line.get_marker() == ">"]
    assert [list(arrow.get_xdata()) for arrow in arrows] == [[200.0]] * len(arrows)
    assert arrows
    assert axes.get_xlim()[1] < 250
    assert "cut at 200% (arrow: further)" in made[2].texts[1].get_text()
    assert len(made[2].axes[0].texts) == len(axes.get_yticks())  # what it really is stands beside


def test_labels_of_the_differences_stay_on_the_page_and_nothing_falls_by_more_than_all_of_it() -> None:
    base = small(replications=2)
    made = differences_chart(findings_of(base, bigger(base)))
    assert made is not None
    pen = FigureCanvasAgg(made[2]).get_renderer()
    axes = made[2].axes[0]
    labels = [label for label in axes.get_yticklabels() if label.get_text()]
    assert any("gave up waiting" in label.get_text() for label in labels)
    assert all(label.get_window_extent(pen).x0 >= 0 for label in labels)
    assert min(float(x) for line in axes.lines for x in line.get_xdata()) >= -100


def test_the_legend_of_reasons_lies_between_the_subtitle_and_the_panels() -> None:
    made = reasons_chart(many_findings(3))
    assert made is not None
    drawing = made[2]
    pen = FigureCanvasAgg(drawing).get_renderer()
    (legend,) = drawing.legends
    box = legend.get_window_extent(pen)
    assert len(legend.get_texts()) == 4
    others = [drawing.texts[1], *(axes.title for axes in drawing.axes), *(axes._left_title for axes in drawing.axes)]
    assert not [text.get_text() for text in others if text.get_text() and text.get_window_extent(pen).overlaps(box)]


def test_a_world_in_which_nobody_is_delayed_still_has_its_other_charts() -> None:
    calm = small(replications=2, beds=60, unit=60, days=20, warm_up=5)
    home_only = replace(calm.people[0].journey[0], then=(replace(calm.people[0].journey[0].then[1], share=1.0),))
    people = (replace(calm.people[0], journey=(home_only,)),)
    assert [chart.name for chart in draw_charts(findings_of(replace(calm, people=people)))] == [
        "delayed",
        "occupancy",
        "midnights",
        "flows",
    ]


def test_a_scenario_has_one_colour_in_every_chart() -> None:
    base = small(replications=2)
    found = findings_of(base, bigger(base), bigger(base, id="few", name="Few beds", unit=2))
    colours: dict[str, set[str]] = {"More beds": set(), "Few beds": set()}
    seen = 0
    for make in (reasons_chart, differences_chart, who_pays_chart):
        made = make(found)
        assert made
        handles, names = made[2].axes[0].get_legend_handles_labels()
        for handle, name in zip(handles, names, strict=True):
            if name in colours:
                artist = handle[0] if isinstance(handle, BarContainer) else handle
                colour = artist.get_edgecolor() if isinstance(handle, BarContainer) else artist.get_color()
                colours[name].add(to_hex(colour).upper())
                seen += 1
    assert seen == 6
    assert list(colours.values()) == [{COLOURS[1]}, {COLOURS[2]}]


def test_the_words_below_bars_of_indices_fit_into_the_picture() -> None:
    long = "part of the variance of the difference in delayed people in the general hospital on an average day"
    bars = [("Stay in step-down", 0.7, (0.2, 1.0), 0.6, None)]
    picture = BarsPicture(title="Which?", subtitle="", axis=long, bars=bars, names=("with", "alone"), is_share=True)
    _, _, drawing = bars_chart(picture)
    drawing.draw_without_rendering()
    words = drawing.axes[0].xaxis.label.get_window_extent()
    assert words.x0 >= 0 and words.x1 <= drawing.bbox.x1 and words.y0 >= 0
    assert drawing.axes[0].get_xticklabels()[0].get_text().endswith("%")
