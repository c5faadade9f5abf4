"""The first page as a PowerPoint file: native charts and a native table, which can be edited, and no pictures.

The only module that imports python-pptx, an extra: it is imported where a file is asked for (`--slides`). The file holds no
clock time, so that the same results are the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Emu, Inches, Pt

from sim.results.charts.style import COLOURS
from sim.results.comparison.findings import Findings
from sim.results.report.page import Slide
from sim.results.words.delays import days_by_reason
from sim.results.words.labels import spoken

WEEK = 7
CREATED = "2000-01-01T00:00:00Z"


def powerpoint(findings: Findings, slide: Slide, money: tuple[Sequence[str], Sequence[Sequence[str]]] | None) -> bytes:
    """One slide with native charts, each with its numbers in a sheet behind it, and the money as a native table."""
    book = Presentation()
    book.slide_width, book.slide_height = Emu(12192000), Emu(6858000)  # 16 to 9
    shown = book.slides.add_slide(book.slide_layouts[6])
    _text(shown, (0.4, 0.2, 12.5, 0.35), slide.question, 12)
    _text(shown, (0.4, 0.5, 12.5, 1.1), slide.answer, 20, bold=True)
    _delayed(shown, findings, (0.4, 1.7, 4.2, 3.0))
    _reasons(shown, findings, (4.7, 1.7, 4.2, 3.0))
    if money:
        _table(shown, money, (9.0, 1.8, 4.0, 0.3))
    _text(shown, (0.4, 4.9, 12.5, 0.5), slide.money, 12)
    _text(shown, (0.4, 5.4, 12.5, 1.3), slide.rests_on, 11)
    data = io.BytesIO()
    book.save(data)
    return _settled(data.getvalue())


def _text(slide: Any, box: tuple[float, float, float, float], text: str, size: int, *, bold: bool = False) -> None:
    frame = slide.shapes.add_textbox(*map(Inches, box)).text_frame
    frame.word_wrap = True
    frame.text = text
    frame.paragraphs[0].font.size, frame.paragraphs[0].font.bold = Pt(size), bold


def _delayed(slide: Any, findings: Findings, box: tuple[float, float, float, float]) -> None:
    """Delayed people, weekly averages, a line a scenario."""
    key = (findings.main_place, "delayed")
    known = [one for one in findings.scenarios if key in findings.daily[one.id]]
    weeks = findings.baseline.calendar.measured_days // WEEK
    if not known or not weeks:
        return
    data = CategoryChartData()
    data.categories = [f"week {number}" for number in range(1, weeks + 1)]
    for scenario in known:
        days = np.asarray(findings.daily[scenario.id][key], dtype=np.float64)[:, : weeks * WEEK]
        data.add_series(
            findings.label(scenario), days.reshape(len(days), weeks, WEEK).mean(axis=(0, 2)).round(2).tolist()
        )
    _chart(slide, XL_CHART_TYPE.LINE, data, box, f"Delayed people in {spoken(findings.main_place)}, by week")


def _reasons(slide: Any, findings: Findings, box: tuple[float, float, float, float]) -> None:
    """Delayed days by reason, a bar a scenario."""
    part = findings.side_by_side
    shown = list(part.scenarios)[:4]
    rows = days_by_reason(part, shown)[:6]
    if not rows:
        return
    data = CategoryChartData()
    data.categories = [row.label for row in reversed(rows)]
    for number, one in enumerate(shown):
        data.add_series(findings.label(one), [round(row.total(number), 1) for row in reversed(rows)])
    _chart(slide, XL_CHART_TYPE.BAR_CLUSTERED, data, box, "Delayed bed days by reason")


def _chart(slide: Any, kind: Any, data: Any, box: tuple[float, float, float, float], title: str) -> None:
    chart: Any = slide.shapes.add_chart(kind, *map(Inches, box), data).chart
    is_line = kind == XL_CHART_TYPE.LINE
    chart.has_title, chart.has_legend = True, True
    chart.chart_title.text_frame.text = title
    chart.chart_title.text_frame.paragraphs[0].font.size = Pt(12)
    chart.font.size = Pt(9)
    chart.legend.include_in_layout = False
    for series, colour in zip(chart.plots[0].series, COLOURS, strict=False):
        if is_line:
            series.smooth = False
            series.format.line.color.rgb = RGBColor.from_string(colour[1:])
        else:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = RGBColor.from_string(colour[1:])


def _table(
    slide: Any, money: tuple[Sequence[str], Sequence[Sequence[str]]], box: tuple[float, float, float, float]
) -> None:
    heads, rows = money
    left, top, wide, high = box
    size = (Inches(left), Inches(top), Inches(wide), Inches(high * (1 + len(rows))))
    table = slide.shapes.add_table(1 + len(rows), len(heads), *size).table
    for at, row in enumerate((heads, *rows)):
        for column, text in enumerate(row):
            cell = table.cell(at, column)
            cell.text = text
            cell.text_frame.paragraphs[0].font.size = Pt(10)


def _settled(data: bytes) -> bytes:
    """The same package without the time at which it was made, in the workbooks behind its charts too."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith(".xlsx"):
                part = _settled(part)
            elif name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:(\w+)[^>]*>)[^<]*<", rb"\g<1>" + CREATED.encode() + b"<", part)
            new.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return found.getvalue()
