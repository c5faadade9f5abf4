"""Reports of what is odd: one replication, nobody delayed, twenty scenarios, a service that never opens, names in any alphabet."""

import re
from dataclasses import replace

import pytest

from sim.inputs.scenario import Places, Scenario
from sim.results.charts import draw_charts
from sim.results.charts.flows import reasons_brief_chart
from sim.results.charts.over_time import use_chart
from sim.results.comparison.findings import Findings
from sim.results.report.page import RunProvenance, report_html, slides
from sim.runs.collecting import gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, small

FROM = RunProvenance("python3 run_sim.py compare base.yaml more.yaml", "9.9", "reference", ())
NAMES = (
    "Ysbyty Ystrad Fawr, T\N{LATIN SMALL LETTER Y WITH CIRCUMFLEX} Gwyn",
    "\u0645\u0633\u062a\u0634\u0641\u0649 \u0627\u0644\u0623\u0631\u0632",
    "Beds \N{HOSPITAL}\N{BED}",
    '<img src=x onerror=alert(1)> & "quotes" {{ 7 * 7 }}',
)


def findings_of(*scenarios: Scenario) -> Findings:
    return gathered(scenarios, run_all(Shared(scenarios), workers=1), compared=len(scenarios) > 1)


def page_of(found: Findings) -> str:
    return report_html(found, draw_charts(found), FROM).decode()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.replace("<wbr>", "")).split())


@pytest.mark.slow
@pytest.mark.usefixtures("blank_png")
def test_of_one_replication_it_says_that_there_is_no_interval() -> None:
    base = small(replications=1)
    found = findings_of(base, bigger(base))
    text = text_of(page_of(found))
    assert "Every figure is of one simulated run" in text and "no interval can be given" in text
    (delayed,) = [chart for chart in draw_charts(found) if chart.name == "delayed"]
    assert b"band" not in delayed.svg


@pytest.mark.slow
@pytest.mark.usefixtures("blank_charts")
def test_where_nobody_is_delayed_it_says_so_and_has_no_reasons() -> None:
    calm = small(replications=2, beds=60, unit=60, days=20, warm_up=5)
    (people,) = calm.people
    home_only = replace(people.journey[0], then=(replace(people.journey[0].then[1], share=1.0),))
    base = replace(calm, people=(replace(people, journey=(home_only,)),))
    found = findings_of(base, replace(base, id="same", name="Same again"))
    page = page_of(found)
    assert "changes nothing" in text_of(page) and "What do people wait for" not in page
    assert "Exactly as much is spent" in text_of(page) and "whether spending changes" not in text_of(page)
    assert slides(found, draw_charts(found), FROM)["charts/slide.svg"]


def test_the_longest_bar_of_the_first_page_has_room_for_its_figure() -> None:
    base = small(replications=2, days=20, warm_up=5, unit=1)  # some wait for a place only, whose bar has no pale part
    made = reasons_brief_chart(findings_of(base, bigger(base)))
    assert made is not None
    (axes,) = made[2].axes
    assert axes.get_xlim()[1] > 1.1 * max(bar.get_x() + bar.get_width() for bar in axes.patches)


@pytest.mark.slow
@pytest.mark.usefixtures("blank_png")
def test_of_twenty_scenarios_the_first_page_is_the_ranking_and_each_has_its_small_pictures() -> None:
    base = small(replications=2, days=20, warm_up=5)
    others = [bigger(base, id=f"other{n}", name=f"Number {n}", unit=4 + n % 5) for n in range(19)]
    found = findings_of(base, *others)
    charts = draw_charts(found)
    page = report_html(found, charts, FROM).decode()
    assert len(page) < 3_000_000
    first = page[page.index('<section class="front"') : page.index("</section>")]
    assert first.count("<figure") == 1 and "Which scenario avoids most" in first
    assert first.count("<tr>") == 1 + 7 and "The 7 that rank best; all stand below." in first
    (delayed,) = [chart for chart in charts if chart.name == "delayed"]
    assert all(f">Number {n}: " in delayed.svg.decode() for n in range(19))


@pytest.mark.slow
@pytest.mark.usefixtures("blank_charts")
def test_a_service_that_never_opens_is_told_and_drawn_as_that() -> None:
    base = small(replications=2, days=20, warm_up=5)
    unit = next(one for one in base.services if one.name == "unit")
    never = replace(unit, name="annexe", capacity=(Places(from_second=0, places=0),))
    found = findings_of(
        base, replace(base, id="new", name="New", services=(*base.services[:-1], never, base.services[-1]))
    )
    made = use_chart(found)
    assert made is not None and made[0] == "Is annexe used? It never opens"
    assert "changes nothing" in text_of(page_of(found))


@pytest.mark.slow
@pytest.mark.usefixtures("blank_png")
@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_alphabet_are_text_in_the_page_the_charts_and_the_slide(name: str) -> None:
    base = small(replications=2, days=20, warm_up=5)
    found = findings_of(base, replace(bigger(base), name=name))
    charts = draw_charts(found)
    page = report_html(found, charts, FROM).decode()
    assert "<img src=x" not in page and "49" not in re.findall(r"<h1>(.*?)</h1>", page)[0]
    picture = slides(found, charts, FROM)["charts/slide.svg"].decode()
    assert "<img" not in picture
    said = name.split(",", maxsplit=1)[0].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert said.split('"')[0] in page and said.split('"')[0][:20] in picture
