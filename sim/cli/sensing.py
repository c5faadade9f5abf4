"""The verb sensitivity: each assumption alone at its ends, a table on the screen and a folder with the tornado.

What it found is read again for the report of a comparison.
"""

import csv
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sim.cli.arguments import UsageError, number_of, repeat_with
from sim.cli.screen import Screen
from sim.cli.studying import about, how_to_run, plan_words, publish_study, try_places
from sim.cli.tables import columns, finished, wrapped
from sim.cli.verbs.studies import DEFAULT_RANGES, Sensitivity
from sim.home import HOME, command_line, shortest
from sim.inputs.files import Range, read_ranges
from sim.inputs.loading import read_scenario, sets_for_each
from sim.inputs.problems import did_you_mean, listed
from sim.inputs.scenario import ALL_HOSPITALS
from sim.results.files import writing
from sim.results.measure_table import measures
from sim.results.measures.hospitals import has_several, main_place
from sim.results.report.study import StudyPage
from sim.results.words import labels
from sim.results.words.labels import (
    change_and_interval,
    counted,
    in_all,
    in_sentences,
    measure_label,
    settings_text,
    title_of_all,
)
from sim.sensitivity import NEVER_FLIPS, Bar, Outcome, Question, Tornado, fitting, range_warnings, sensitivity, work_of

COLUMNS = ("assumption", "low", "stated", "high", "difference_at_low", "difference_stated", "difference_at_high",
           "verdict_at_low", "verdict_stated", "verdict_at_high", "verdict_changes", "source", "note")  # fmt: skip
NEEDED = {"assumption", "low", "high", "verdict_changes"}  # columns, of a file that is read again
LONGEST_BYTES = 1_000_000
HEADS = ("assumption", "low", "stated", "high", "at low", "at high", "verdict changes")


def sensitivity_verb(options: Sensitivity, screen: Screen) -> int:
    """Varies each assumption, prints the table, widest first, and writes the folder."""
    began = time.time()
    question = question_of(options)
    ranges = ranges_of(options, question, screen)
    most = (2 * len(ranges) + 1) * 2
    run = how_to_run(options, screen, most)
    if options.plan:
        work, seconds = work_of(question, ranges, run, number_of(run.workers))
        screen.say(
            f"Plan: {counted(len(ranges), 'assumption')}, each alone at its two ends, and both scenarios as stated."
        )
        screen.say(plan_words(work, seconds, run.workers))
        return 0
    try_places(options, [])
    screen.note(f"Running up to {counted(most, 'scenario')}; one assumption at a time ...")
    with screen.running():
        found = sensitivity(question, ranges, run)
    page = _page(question, found)
    folder = _write(options, question, found, page, began, run.engines.words(found.scenarios))
    _say(screen, page)
    screen.say(f"Page, table and chart: {folder}")
    return finished(options, screen, run.store, results_of(found, page))


def ranges_of(options: Sensitivity, question: Question, screen: Screen) -> tuple[Range, ...]:
    """The ranges to try; of the shipped ones, where no file is named, those that the two scenarios have."""
    ranges = read_ranges(options.ranges)
    if options.ranges == shortest(HOME / DEFAULT_RANGES):
        ranges, strangers = fitting(question, ranges)
        if strangers and ranges:
            screen.note(
                f"Left out, as neither scenario has them: {listed((stranger.says for stranger in strangers), 'and')}."
            )
        if not ranges:
            raise UsageError(
                f"{options.ranges} is about other scenarios; --ranges names a file of yours: docs/sensitivity.md"
            )
    for warning in range_warnings(question, ranges):
        screen.note(f"Warning: {warning}")
    return ranges


def question_of(options: Sensitivity) -> Question:
    """What was asked; UsageError where the measure or the service does not exist."""
    base, other = options.files
    if options.measure not in measures():
        raise UsageError(
            f"{options.measure} is no measure{did_you_mean(options.measure, tuple(measures()))}; docs/measures.md lists them"
        )
    scenario = read_scenario(base, sets_for_each((base, other), options.sets)[0])
    service = options.service or main_place(scenario)
    total = (ALL_HOSPITALS,) if has_several(scenario) else ()
    if service not in (*scenario.destinations, "outside", "all", *total):
        raise UsageError(f"{service} is no service of {base}")
    return Question(base, other, service, options.measure, tuple(options.sets), options.replications, options.seed)


def _page(question: Question, found: Tornado) -> StudyPage:
    """What was found, for the screen and for the page."""
    names = in_sentences((found.base, found.other))
    rows = [
        (bar.of.says, bar.at_low.value, bar.stated.value, bar.at_high.value, _change(question, found, bar.at_low),
         _change(question, found, bar.at_high), bar.flips)
        for bar in found.bars
    ]  # fmt: skip
    return StudyPage(
        title_of_all((found.base, found.other), compared=True),
        f"{_label(question, found)}: {names[found.other.id]} minus {names[found.base.id]}{_when(found)}",
        [
            f"As stated: {_change(question, found, found.stated, with_interval=True)}, {found.stated.verdict}.",
            f"Each assumption alone, {counted(found.base.replications, 'replication')}, the same people throughout. Where a verdict changes "
            "is read off straight lines between the values that were run.",
        ],
        [("", HEADS, rows)],
    )


def _say(screen: Screen, page: StudyPage) -> None:
    stated, how_to_read = page.says
    screen.say(page.title)
    wrapped(screen, page.question)
    screen.say(f"{stated}\n")
    for _, heads, rows in page.tables:
        columns(screen, [heads, *rows])
    screen.say()
    wrapped(screen, how_to_read)


def results_of(found: Tornado, page: StudyPage) -> dict[str, Any]:
    """What the JSON file holds: a row for each assumption, and what was said."""
    return {
        **about((found.base, found.other)),
        "sensitivity": [dict(zip(COLUMNS, row, strict=True)) for row in _rows(found.bars)],
        "says": list(page.says),
    }


def _when(found: Tornado) -> str:
    """What a part of the window it is of, behind a comma; nothing where it is all of it."""
    return f", {found.period.words}" if found.period else ""


def _times(question: Question, found: Tornado) -> float:
    """What a difference of the window is multiplied with, to be reported as its label says."""
    return labels.factor(question.measure, found.days)


def _label(question: Question, found: Tornado) -> str:
    return measure_label(question.measure, question.service, measured_days=found.days)


def _change(question: Question, found: Tornado, outcome: Outcome, *, with_interval: bool = False) -> str:
    unit = measures()[question.measure].unit
    low, high = (None, None) if outcome.found.interval is None else (outcome.low, outcome.high)
    text, span = change_and_interval(outcome.found.mean, low, high, unit, _times(question, found))
    if outcome.found.replications < found.base.replications:
        text += f" (in {outcome.found.replications} of {found.base.replications})"
    return f"{text} ({span})" if with_interval and span else text


def _write(
    options: Sensitivity, question: Question, found: Tornado, page: StudyPage, began: float, engine: str
) -> Path:
    from sim.results.charts.studies import tornado_chart
    from sim.results.charts.style import draw_picture  # matplotlib comes only now

    return publish_study(
        options.outputs,
        [f"sensitivity-{found.base.id}", found.other.id],
        scenarios=[found.base, found.other],
        command=repeat_with(
            "sensitivity", options, ranges=options.ranges, measure=options.measure, service=options.service
        ),
        page=page,
        charts=[draw_picture("tornado", tornado_chart, _picture(question, found))],
        files={
            "results.json": writing.json_bytes(results_of(found, page)),
            "sensitivity.csv": writing.csv_bytes(COLUMNS, _rows(found.bars)),
        },
        began=began,
        more={"engine": engine, "measured": found.period.words if found.period else "the whole window"},
        asked="\0".join(str(bar.of) for bar in found.bars),
    )


def _picture(question: Question, found: Tornado) -> Any:
    from sim.results.charts.studies import TornadoPicture

    names = in_sentences((found.base, found.other))
    label = _label(question, found)
    times, common = _times(question, found), settings_text(in_all((found.base, found.other)))
    return TornadoPicture(
        title=f"Which assumption changes what {names[found.other.id]} does?",
        subtitle="One assumption at a time, the same people; right: the range that was tried"
        + (f"; {found.period.short}" if found.period else "")
        + (common and f"\nin both: {common}"),
        axis=f"difference in {label}",
        stated=found.stated.found.mean * times,
        interval=None if found.stated.found.interval is None else (found.stated.low * times, found.stated.high * times),
        bars=[_bar(bar, times) for bar in found.bars],
    )


def _bar(bar: Bar, times: float) -> Any:
    from sim.results.charts.studies import TornadoBar

    flips = "" if bar.flips == NEVER_FLIPS else bar.flips
    return TornadoBar(
        bar.of.says,
        bar.at_low.value,
        bar.at_high.value,
        bar.at_low.found.mean * times,
        bar.at_high.found.mean * times,
        flips,
    )


def _rows(bars: Sequence[Bar]) -> Iterator[tuple[Any, ...]]:
    for bar in bars:
        ends: list[Outcome] = [bar.at_low, bar.stated, bar.at_high]
        of: Range = bar.of
        yield (of.says, *(end.value for end in ends), *(end.found.mean for end in ends),
               *(end.verdict for end in ends), bar.flips, of.source, of.note)  # fmt: skip


def flips_of(file: str | None) -> tuple[str, ...]:
    """A sentence for each assumption whose range changes the verdict, from a `sensitivity.csv`; one that says so if none does."""
    if file is None:
        return ()
    rows = _read_rows(file)
    found = [f"{row['assumption']}: {row['verdict_changes']}" for row in rows if row["verdict_changes"] != NEVER_FLIPS]
    return tuple(found) or (f"None of the {len(rows)} that were tried, each alone within its range.",)


def _read_rows(file: str) -> list[dict[str, str]]:
    path = Path(file)
    if not path.is_file() or path.stat().st_size > LONGEST_BYTES:
        raise UsageError(
            f"--sensitivity {file}: there is no such file; `{command_line('sensitivity', 'BASE', 'OTHER')}` writes one"
        )
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or not rows[0].keys() >= NEEDED:
        raise UsageError(
            f"--sensitivity {file} is no sensitivity.csv; `{command_line('sensitivity', 'BASE', 'OTHER')}` writes one"
        )
    return rows
