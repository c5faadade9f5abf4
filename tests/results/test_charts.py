"""Charts: every picture drawn, the same bytes twice, names that cannot do harm, and a text for each."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

from sim.inputs.scenario import Scenario
from sim.results.charts import Chart, draw_charts
from sim.results.charts.differences import differences_chart
from sim.results.charts.over_time import delayed_chart
from sim.results.charts.payers import payers_chart
from sim.results.charts.reasons import reasons_chart
from sim.results.charts.style import COLOURS
from sim.results.comparison.findings import Findings
from sim.results.comparison.ranking import ranking
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


def test_a_comparison_has_five_charts_in_two_formats(charts: dict[str, Chart]) -> None:
    assert list(charts) == ["occupancy", "delayed", "reasons", "differences", "payers"]
    for chart in charts.values():
        assert chart.png.startswith(b"\x89PNG")
        assert chart.svg.startswith(b"<?xml")


def test_each_chart_asks_its_question_and_says_in_words_what_it_shows(charts: dict[str, Chart]) -> None:
    assert charts["occupancy"].title.startswith("How full is the hospital? ")
    assert "More beds: " in charts["delayed"].description
    assert "hub assessment" in charts["reasons"].title + charts["reasons"].description
    assert "95% intervals" in charts["differences"].description


def test_charts_hold_no_date_and_no_program_name(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        assert b"<dc:date>" not in chart.svg
        assert b"Software" not in chart.png


def test_the_same_findings_give_the_same_bytes(charts: dict[str, Chart], findings: Findings) -> None:
    assert {chart.name: chart for chart in draw_charts(findings)} == charts


def test_a_scenario_alone_has_no_chart_of_differences() -> None:
    alone = findings_of(small(replications=1))
    assert [chart.name for chart in draw_charts(alone)] == ["occupancy", "delayed", "reasons"]


def test_a_dollar_in_a_name_is_a_dollar(findings: Findings) -> None:
    base, other = findings.scenarios
    names = (replace(base, name=r"$\frac{1}$"), replace(other, name=r"a $b_$ & <b>"))
    assert len(draw_charts(replace(findings, scenarios=names))) == 5


def test_many_scenarios_are_cut_to_those_that_can_be_told_apart() -> None:
    assert len(draw_charts(many_findings(8))) == 6


@cache
def many_findings(count: int) -> Findings:
    base = small(replications=2, days=30, warm_up=5)
    return findings_of(
        base, *(bigger(base, id=f"other{n}", name=f"One with a longer name {n}", unit=4 + n) for n in range(count))
    )


@pytest.mark.parametrize("make", [payers_chart, differences_chart])
def test_a_legend_of_many_scenarios_covers_neither_title_nor_subtitle(
    make: Callable[[Findings], tuple[str, str, Figure] | None],
) -> None:
    made = make(many_findings(6))
    assert made is not None
    drawing = made[2]
    pen = FigureCanvasAgg(drawing).get_renderer()
    legend = drawing.axes[0].get_legend()
    assert legend is not None
    assert not [
        text.get_text() for text in drawing.texts if text.get_window_extent(pen).overlaps(legend.get_window_extent(pen))
    ]


def test_names_beside_the_ends_of_lines_do_not_cover_each_other() -> None:
    made = delayed_chart(many_findings(5))
    assert made is not None
    pen = FigureCanvasAgg(made[2]).get_renderer()
    boxes = [text.get_window_extent(pen) for text in made[2].axes[0].texts]
    assert len(boxes) == 6
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_where_not_all_fit_the_charts_show_those_that_avoid_most_delayed_people() -> None:
    found = many_findings(8)
    best = [row.label for row in ranking(found)[:5]]
    made = delayed_chart(found)
    assert made is not None
    _, description, _ = made
    shown = [name for name in found.labels.values() if f"{name}: " in description]
    assert sorted(shown) == sorted(["Base", *best])


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
    made = reasons_chart(many_findings(5))
    assert made is not None
    drawing = made[2]
    pen = FigureCanvasAgg(drawing).get_renderer()
    (legend,) = drawing.legends
    box = legend.get_window_extent(pen)
    assert len(legend.get_texts()) == 6
    others = [drawing.texts[1], *(axes.title for axes in drawing.axes), *(axes._left_title for axes in drawing.axes)]
    assert not [text.get_text() for text in others if text.get_text() and text.get_window_extent(pen).overlaps(box)]


def test_a_world_in_which_nobody_is_delayed_still_has_its_other_charts() -> None:
    calm = small(replications=2, beds=60, unit=60, days=20, warm_up=5)
    home_only = replace(calm.people[0].journey[0], then=(replace(calm.people[0].journey[0].then[1], share=1.0),))
    people = (replace(calm.people[0], journey=(home_only,)),)
    assert [chart.name for chart in draw_charts(findings_of(replace(calm, people=people)))] == [
        "occupancy",
        "delayed",
    ]


def test_a_scenario_has_one_colour_in_every_chart() -> None:
    base = small(replications=2)
    found = findings_of(base, bigger(base), bigger(base, id="few", name="Few beds", unit=2))
    colours: dict[str, set[str]] = {"More beds": set(), "Few beds": set()}
    seen = 0
    for make in (reasons_chart, differences_chart, payers_chart):
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
