"""The report: findings and charts in, one HTML page out that can be mailed and printed.

First one A4 page: the answer with its uncertainty, three pictures, the money in one table and what all of it rests on. Then
every figure; at the end warnings, the lines of the scenario files, assumptions, checks and how to repeat it. The page needs
no network. The first page is a slide too, an SVG and a PNG, made of the charts that are drawn already.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont

from sim.inputs.scenario import Scenario
from sim.results.charts.style import ON_PIXELS, fitted, font_file
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import building_up, in_one_sentence, money_of
from sim.results.comparison.ranking import ranking, ranking_answer, ranking_with_summary
from sim.results.report.figures import (
    RunProvenance,
    answered,
    assumptions,
    basis_pages,
    cohort_pages,
    delay_pages,
    figure_pages,
    hospital_pages,
    money_in_brief,
    money_pages,
    ranking_pages,
    who_waits_pages,
    without_note,
    years_pages,
)
from sim.results.report.study import (
    Block,
    Chart,
    Code,
    Heading,
    Items,
    Paragraph,
    Pictures,
    Study,
    StudyPage,
    Table,
    html_page,
    page,
)
from sim.results.words.headline import answer, averages, description, on_other_days
from sim.results.words.labels import counted, question, title_of_all

__all__ = ["RunProvenance", "delay_pages", "powerpoint_of", "report_html", "report_title", "slides", "study_html"]

RANKING = "ranking"
ON_THE_FIRST_PAGE = (RANKING, "delayed", "use", "reasons_brief")
MOST_PANELS = 7  # scenarios whose small pictures fit on the first page beside the ranking
MOST_ANSWERS = 2  # scenarios on the first page; of more, the ranking stands there


@dataclass(frozen=True, slots=True)
class Front:
    """The first page."""

    answers: Sequence[Block]
    charts: Sequence[Chart]
    is_one_column: bool
    money: Table | None
    money_notes: Sequence[Block]
    rests_on: Sequence[Block]


def report_html(
    findings: Findings, charts: Sequence[Chart], provenance: RunProvenance, studies: Sequence[Study] = ()
) -> bytes:
    """The whole page; `studies`: what else was asked of the same scenarios."""
    first = _front(findings, charts, provenance, studies)
    body: list[Block] = [
        *_each_answer(findings),
        *ranking_pages(findings),
        *figure_pages(findings),
        *hospital_pages(findings),
        *years_pages(findings),
        *money_pages(findings),
        *cohort_pages(findings),
        *delay_pages(findings),
        *_asked_pages(studies),
        *_pictures([chart for chart in charts if chart not in first.charts]),
        *who_waits_pages(findings),  # long where people have many traits
        *_warnings(findings),
        *basis_pages(findings, provenance),
    ]
    return html_page(report_title(findings), first, body)


def report_title(findings: Findings) -> str:
    """Whom the results are about."""
    return title_of_all(findings.scenarios, compared=findings.compared)


# -- the first page ------------------------------------------------------------------------------------------


def _front(
    findings: Findings, charts: Sequence[Chart], provenance: RunProvenance, studies: Sequence[Study] = ()
) -> Front:
    brief, notes = money_in_brief(findings)
    is_ranked = bool(ranking(findings))
    few = len(findings.scenarios) <= MOST_PANELS
    names = (RANKING, *(("delayed",) if few else ())) if is_ranked else ON_THE_FIRST_PAGE
    return Front(
        answers=list(_ranked_answers(findings) if is_ranked else _answers(findings)),
        charts=[chart for name in names for chart in charts if chart.name == name],
        is_one_column=is_ranked,
        money=brief,
        money_notes=[Paragraph(note, "small") for note in notes],
        rests_on=[
            Heading("What this rests on"),
            Items([*_rests_on(findings, provenance), *_untried(findings, studies), *_asked_in_brief(studies)]),
        ],
    )


def _answers(findings: Findings) -> Iterator[Block]:
    """Of the first scenarios: the question, the answer in a sentence with its uncertainty and its money, then more of it."""
    for scenario in answered(findings)[:MOST_ANSWERS]:
        yield from _answer(findings, scenario)


def _answer(findings: Findings, scenario: Scenario) -> Iterator[Block]:
    if scenario.question:
        yield Paragraph(question(scenario), "question")
    if not findings.compared:
        yield Paragraph(f"{description(findings, scenario)} {on_other_days(findings, scenario)}".rstrip(), "answer")
        return
    first = answer(findings, scenario)
    more = ranking_answer(ranking(findings), findings, scenario).removeprefix(first).strip()
    money = next((one for one in money_of(findings) if one.scenario.id == scenario.id), None)
    yield Paragraph(f"{first} {in_one_sentence(money) if money else ''}".rstrip(), "answer")
    if more:
        yield Paragraph(more)


def _ranked_answers(findings: Findings) -> Iterator[Block]:
    _, summary = ranking_with_summary(findings)
    for number, text in enumerate(summary):
        yield Paragraph(text, "" if number else "answer")


def _each_answer(findings: Findings) -> Iterator[Block]:
    """What each scenario does, where not all of them are on the first page."""
    told = answered(findings) if ranking(findings) else answered(findings)[MOST_ANSWERS:]
    if told:
        yield Heading("What each scenario does")
    for scenario in told:
        yield Heading(findings.label(scenario), 3)
        yield from _answer(findings, scenario)


def _rests_on(findings: Findings, provenance: RunProvenance, where: str = "below") -> Iterator[str]:
    """What a reader must know before the figures are believed, a sentence each; the lists are further down."""
    yield f"{averages(findings.baseline)}. Intervals say how sure the simulation is of its averages, not how well it fits real life."
    assumed, bare = len(assumptions(findings, provenance.show)), len(without_note(findings, provenance.show))
    if assumed or bare:
        known = f"{counted(assumed, 'value')} in the files {'is' if assumed == 1 else 'are'} marked as assumed"
        yield f"{known}{f', and {bare:,} more have no source' if bare else ''}; all are listed {where}."
    yield from findings.flips[:1]
    yield from filter(None, map(building_up, list(money_of(findings))[:MOST_ANSWERS]))
    if findings.warnings:
        many = counted(len(findings.warnings), "warning")
        yield f"{many}, in full {where}. {'It' if len(findings.warnings) == 1 else 'The first'}: {findings.warnings[0].rstrip('.')}."
    if findings.left_out:
        yield f"Not compared: {', '.join(scenario.file for scenario in findings.left_out)}; why is said {where}."


def _untried(findings: Findings, studies: Sequence[Study]) -> Iterator[str]:
    """That no study of the assumptions is in the report, where there is none."""
    if findings.compared and assumptions(findings) and not findings.flips and not studies:
        yield "Nobody has tried whether other assumed values would change the answer; how to try it is said below."


# -- the first page as a slide -----------------------------------------------------------------------------------------


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


def slide_of(findings: Findings, charts: Sequence[Chart], provenance: RunProvenance) -> Slide:
    """The first page as a slide: of several scenarios their ranking, else the first one's answer."""
    first = _front(findings, charts, provenance)
    answers = [block for block in first.answers if isinstance(block, Paragraph)]
    told = next((block.text for block in answers if block.style == "answer"), report_title(findings))
    asked = next((block.text for block in answers if block.style == "question"), report_title(findings))
    money = ""
    if first.money:
        heads, rows = first.money.heads, first.money.rows
        each = "; ".join(f"{row[0]} {row[heads.index('difference')]} ({row[-1]})" for row in rows)
        money = f"{first.money.caption}: {each}."
    return Slide(asked, told, first.charts, money, " ".join(_rests_on(findings, provenance, "in the report")))


def slides(findings: Findings, charts: Sequence[Chart], provenance: RunProvenance) -> dict[str, bytes]:
    """The slide as files beside the charts."""
    one = slide_of(findings, charts, provenance)
    return {"charts/slide.svg": slide_svg(one), "charts/slide.png": slide_png(one)}


def powerpoint_of(findings: Findings, charts: Sequence[Chart], provenance: RunProvenance) -> bytes:
    """The slide as a PowerPoint file."""
    from sim.results.report.powerpoint import powerpoint  # which needs a package of its own

    brief, _ = money_in_brief(findings)
    return powerpoint(findings, slide_of(findings, charts, provenance), (brief.heads, brief.rows) if brief else None)


# -- the rest ------------------------------------------------------------------------------------------------


def _warnings(findings: Findings) -> Iterator[Block]:
    if findings.warnings or findings.left_out:
        yield Heading("Warnings")
    for warning in findings.warnings:
        yield Paragraph(warning, "warning", lead="Warning.")
    for file in findings.left_out:
        yield Paragraph(f"{file.file}: {file.reason}", "warning", lead="Not compared:")


def _pictures(charts: Sequence[Chart]) -> Iterator[Block]:
    if charts:
        yield Heading("Charts")
        yield Pictures(charts)


# -- studies -------------------------------------------------------------------------------------------------

ASKED = "Questions asked of this comparison"
MOST_ROWS = 40  # of a table of a study, in the report of a comparison


def study_html(study: Study) -> bytes:
    """The page of a study: its sentences, what can be explored, charts and tables, and how to get them again."""
    said = study.page
    first: list[Block] = [Paragraph(said.question, "question")] if said.question else []
    body = [*first, *_sentences(said), *_explore(study, 0, 2), *_drawn(study), *_tables(study, 2)]
    body += [Heading("How to get the same numbers again"), Code(study.command)]
    return html_page(said.title, None, body)


def _asked_pages(studies: Sequence[Study]) -> Iterator[Block]:
    """Each study as a part of another report: its question, answer, sliders, charts and tables."""
    if studies:
        yield Heading(ASKED)
    for number, study in enumerate(studies):
        yield Heading(study.page.heading, 3)
        yield from _sentences(study.page)
        yield from _explore(study, number, 4)
        yield from _drawn(study)
        yield from _tables(study, 4)
        yield Paragraph("To get it again:", "small", code=study.command)


def _asked_in_brief(studies: Sequence[Study]) -> Iterator[str]:
    """A sentence for the first page."""
    if studies:
        moved = "; one has sliders to move" if any(study.page.explore for study in studies) else ""
        yield f"{counted(len(studies), 'further question')} {'was' if len(studies) == 1 else 'were'} asked of these scenarios{moved}: “{ASKED}” below."


def _sentences(said: StudyPage) -> Iterator[Block]:
    for number, text in enumerate(said.says):
        yield Paragraph(text, "" if number else "answer")


def _explore(study: Study, number: int, level: int) -> Iterator[Block]:
    if study.page.explore:
        yield replace(study.page.explore, number=number, level=level)


def _drawn(study: Study) -> Iterator[Block]:
    if study.charts:
        yield Pictures(study.charts)


def _tables(study: Study, level: int) -> Iterator[Block]:
    for name, heads, rows in study.page.tables:
        shown = rows if level == 2 else rows[:MOST_ROWS]
        if name or level == 2:
            yield Heading(name or "The figures", level)
        yield Table(heads, shown, ("", *("number" for _ in heads[1:])), name, is_wide=True)
        if len(shown) < len(rows):
            yield Paragraph(f"And {len(rows) - len(shown):,} more rows, in the study's own folder.", "small")
