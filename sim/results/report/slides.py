"""The first page as one slide: an SVG and a PNG, made of the charts that are drawn already."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from sim.results.charts.style import ON_PIXELS, fitted, font_file
from sim.results.report.blocks import page
from sim.results.report.study import Chart

WIDE, HIGH = 1280, 720  # points of the SVG; the PNG has half as many again
SHARP = 1.5
EDGE, TOP = 40, 184
ROOM = (WIDE - 2 * EDGE) * ON_PIXELS  # a slide has finer pixels than a chart
BLUE, GREY = "#12436D", "#3D3D3D"
LONGEST_ANSWER = 4  # lines; a longer one is written smaller


@dataclass(frozen=True, slots=True)
class Slide:
    """What stands on it: the answer, more of it, pictures, money in a line, and what it rests on."""

    question: str
    answer: str
    charts: Sequence[Chart]
    money: str
    rests_on: str


@dataclass(frozen=True, slots=True)
class _Words:
    """A line of text and where it stands."""

    x: int
    y: int
    size: int
    bold: bool
    colour: str
    text: str


def _lines(slide: Slide) -> Iterator[_Words]:
    """All text of a slide."""
    y = 44
    for line in fitted(slide.question, ROOM, 15)[:1]:
        yield _Words(EDGE, y, 15, False, GREY, line)
    y += 32
    size = 19 if len(fitted(slide.answer, ROOM, 19, bold=True)) <= LONGEST_ANSWER else 13
    for line in fitted(slide.answer, ROOM, size, bold=True):
        yield _Words(EDGE, y, size, True, BLUE, line)
        y += round(size * 1.3)
    y = HIGH - 88
    for text in (slide.money, slide.rests_on):
        for line in fitted(text, ROOM, 12):
            yield _Words(EDGE, y, 12, False, GREY, line)
            y += 16


def _places(slide: Slide) -> Iterator[tuple[Chart, float, float, float, float]]:
    """Each picture with its left, top, width and height."""
    if not slide.charts:
        return
    room = (WIDE - 2 * EDGE - 20 * (len(slide.charts) - 1)) / len(slide.charts)
    for number, chart in enumerate(slide.charts):
        wide, high = _size(chart)
        scale = min(room / wide, (HIGH - TOP - 110) / high)
        yield chart, EDGE + number * (room + 20), TOP, wide * scale, high * scale


def _size(chart: Chart) -> tuple[float, float]:
    found = re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', chart.svg)
    assert found is not None
    return float(found[1]), float(found[2])


def slide_svg(slide: Slide) -> bytes:
    """The slide with its charts as they are, inside one SVG."""
    charts = [
        (f'x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"', _size(chart), _inside(chart))
        for chart, x, y, w, h in _places(slide)
    ]
    return page("slide.svg", wide=WIDE, high=HIGH, lines=list(_lines(slide)), charts=charts)


def _inside(chart: Chart) -> str:
    """What stands between the outer tags of an SVG that matplotlib wrote, its names made those of this chart."""
    text = chart.svg.decode()
    inner = text[text.index(">", text.index("<svg ")) + 1 : text.rindex("</svg>")]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    return re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{chart.name}-", inner)


def slide_png(slide: Slide) -> bytes:
    """The same in 1920 by 1080 points."""
    picture = Image.new("RGB", (round(SHARP * WIDE), round(SHARP * HIGH)), "white")
    pen = ImageDraw.Draw(picture)
    for line in _lines(slide):
        font = ImageFont.truetype(font_file(bold=line.bold), round(SHARP * line.size) - 1)
        pen.text((SHARP * line.x, SHARP * line.y), line.text, fill=line.colour, font=font, anchor="ls")
    for chart, x, y, wide, high in _places(slide):
        drawn = (
            Image.open(io.BytesIO(chart.png))
            .convert("RGB")
            .resize((round(SHARP * wide), round(SHARP * high)), Image.Resampling.BILINEAR)
        )
        picture.paste(drawn, (round(SHARP * x), round(SHARP * y)))
    data = io.BytesIO()
    picture.save(data, format="png", compress_level=3)
    return data.getvalue()
