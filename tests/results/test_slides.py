"""The first page as a slide: an SVG, a PNG, and a PowerPoint file whose charts and table can be edited."""

import io
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from sim.results.charts import draw_charts
from sim.results.comparison.findings import Findings
from sim.results.report.page import RunProvenance, powerpoint_of, slide_of, slides
from sim.results.report.study import Chart
from sim.runs.collecting import gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, small

FROM = RunProvenance("python3 run_sim.py compare base.yaml more.yaml", "9.9", "reference", ())
HOSTILE = "<script>&amp; Ysbyty Gwynedd \N{HOSPITAL}"


@pytest.fixture(scope="module")
def findings() -> Findings:
    base = replace(small(replications=3), name=HOSTILE)
    scenarios = (base, bigger(base))
    return gathered(scenarios, run_all(Shared(scenarios), workers=1), compared=True)


@pytest.fixture(scope="module")
def charts(findings: Findings) -> list[Chart]:
    return draw_charts(findings)


@pytest.mark.slow
def test_the_svg_holds_the_whole_answer_and_its_charts_and_names_nothing_twice(
    findings: Findings, charts: list[Chart]
) -> None:
    picture = slides(findings, charts, FROM)["charts/slide.svg"].decode()
    words = " ".join(
        " ".join(text.itertext()) for text in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    )
    assert "95% interval" in words and "How many are delayed?" in words and "What do people wait for?" in words
    assert slide_of(findings, charts, FROM).answer in " ".join(words.split())
    assert "<script>" in words  # as text
    assert "<script" not in picture
    names = re.findall(r'id="([^"]+)"', picture)
    assert len(names) == len(set(names))
    assert not re.search(r'(?:src|href)="(?!#)', picture)


@pytest.mark.slow
def test_the_png_is_16_to_9_and_not_empty(findings: Findings, charts: list[Chart]) -> None:
    picture = Image.open(io.BytesIO(slides(findings, charts, FROM)["charts/slide.png"]))
    assert picture.size == (1920, 1080)
    assert np.asarray(picture.convert("L")).std() > 20


@pytest.mark.slow
def test_the_same_findings_give_the_same_slides(findings: Findings, charts: list[Chart]) -> None:
    assert slides(findings, charts, FROM) == slides(findings, charts, FROM)


def test_powerpoint_has_native_charts_whose_numbers_are_the_daily_ones(findings: Findings, charts: list[Chart]) -> None:
    pptx = pytest.importorskip("pptx", reason="comes with --slides; .ci/run asks for it")
    data = powerpoint_of(findings, charts, FROM)
    assert data == powerpoint_of(findings, charts, FROM)
    (slide,) = pptx.Presentation(io.BytesIO(data)).slides
    drawn = [shape.chart for shape in slide.shapes if shape.has_chart]
    assert len(drawn) == 2 and not any(shape.shape_type == 13 for shape in slide.shapes)  # no picture
    days = np.asarray(findings.daily["more"]["hospital", "delayed"])[:, :56]
    weeks = days.reshape(len(days), 8, 7).mean(axis=(0, 2))
    assert list(drawn[0].plots[0].series[1].values) == pytest.approx(weeks, abs=0.006)
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert [cell.text for cell in table.rows[0].cells][-1] == "95% interval"
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {one.date_time for one in package.infolist()} == {(2000, 1, 1, 0, 0, 0)}
