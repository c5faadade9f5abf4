"""The verb sensitivity: assumptions each alone at its ends, or all moving together; answers on the screen, and a folder.

The folder of `alone` has the tornado, and sensitivity.csv is read again for the report of a comparison. That of worlds, morris and
sobol has tables, a chart and run.json. Users' scripts rely on the columns.
"""

import time
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from sim.cli.arguments import UsageError, number_of, repeat_with
from sim.cli.screen import Screen
from sim.cli.studying import about, how_to_run, plan_words, publish_study, try_places
from sim.cli.tables import columns, finished, wrapped
from sim.cli.verbs.studies import DEFAULT_RANGES, Sensitivity
from sim.home import HOME, shortest
from sim.inputs.files import Range, read_ranges
from sim.inputs.loading import read_scenario, sets_for_each
from sim.inputs.problems import capital, did_you_mean, listed
from sim.inputs.scenario import ALL_HOSPITALS
from sim.results.files import writing
from sim.results.measure_table import HEADLINE, HIGHER, LOWER, measures
from sim.results.measures.hospitals import has_several, main_place
from sim.results.measures.periods import days_of, words_of
from sim.results.report.study import Chart, StudyPage
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
from sim.runs.experiment import HowToRun
from sim.runs.specification import files_read
from sim.sensitivity import NEVER_FLIPS, Bar, Outcome, Question, Tornado, fitting, range_warnings, sensitivity, work_of
from sim.studies.assumptions import (
    BETTER,
    CASH,
    MORRIS,
    SEEDS,
    SOBOL,
    WORSE,
    Floats,
    Index,
    Indices,
    JointQuestion,
    JointRanges,
    Wanted,
    Worlds,
    design_of,
    drawn,
    indices,
    positions,
    runs_of,
    work_at,
    worlds,
)

COLUMNS = ("assumption", "low", "stated", "high", "difference_at_low", "difference_stated", "difference_at_high",
           "verdict_at_low", "verdict_stated", "verdict_at_high", "verdict_changes", "source", "note")  # fmt: skip
HEADS = ("assumption", "low", "stated", "high", "at low", "at high", "verdict changes")


def sensitivity_verb(options: Sensitivity, screen: Screen) -> int:
    """Varies each assumption, prints the table, widest first, and writes the folder."""
    began = time.time()
    question = _question_of(options)
    ranges = _ranges_of(options, question, screen)
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
    page = _page_of_bars(question, found)
    folder = _write_bars(options, question, found, page, began, run.engines.words(found.scenarios))
    _say_bars(screen, page)
    screen.say(f"Page, table and chart: {folder}")
    return finished(options, screen, run.store, _results_of_bars(found, page))


def _ranges_of(options: Sensitivity, question: Question, screen: Screen) -> tuple[Range, ...]:
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


def _question_of(options: Sensitivity) -> Question:
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


def _page_of_bars(question: Question, found: Tornado) -> StudyPage:
    """What was found, for the screen and for the page."""
    names = in_sentences((found.base, found.other))
    rows = [
        (bar.of.says, bar.at_low.value, bar.stated.value, bar.at_high.value, _change_of(question, found, bar.at_low),
         _change_of(question, found, bar.at_high), bar.flips)
        for bar in found.bars
    ]  # fmt: skip
    return StudyPage(
        title_of_all((found.base, found.other), compared=True),
        f"{_label_of_bars(question, found)}: {names[found.other.id]} minus {names[found.base.id]}{_when(found)}",
        [
            f"As stated: {_change_of(question, found, found.stated, with_interval=True)}, {found.stated.verdict}.",
            f"Each assumption alone, {counted(found.base.replications, 'replication')}, the same people throughout. Where a verdict changes "
            "is read off straight lines between the values that were run.",
        ],
        [("", HEADS, rows)],
    )


def _say_bars(screen: Screen, page: StudyPage) -> None:
    stated, how_to_read = page.says
    screen.say(page.title)
    wrapped(screen, page.question)
    screen.say(f"{stated}\n")
    for _, heads, rows in page.tables:
        columns(screen, [heads, *rows])
    screen.say()
    wrapped(screen, how_to_read)


def _results_of_bars(found: Tornado, page: StudyPage) -> dict[str, Any]:
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


def _label_of_bars(question: Question, found: Tornado) -> str:
    return measure_label(question.measure, question.service, measured_days=found.days)


def _change_of(question: Question, found: Tornado, outcome: Outcome, *, with_interval: bool = False) -> str:
    unit = measures()[question.measure].unit
    low, high = (None, None) if outcome.found.interval is None else (outcome.low, outcome.high)
    text, span = change_and_interval(outcome.found.mean, low, high, unit, _times(question, found))
    if outcome.found.replications < found.base.replications:
        text += f" (in {outcome.found.replications} of {found.base.replications})"
    return f"{text} ({span})" if with_interval and span else text


def _write_bars(
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
        charts=[draw_picture("tornado", tornado_chart, _tornado(question, found))],
        files={
            "results.json": writing.json_bytes(_results_of_bars(found, page)),
            "sensitivity.csv": writing.csv_bytes(COLUMNS, _rows(found.bars)),
        },
        began=began,
        more={"engine": engine, "measured": words_of(found.period)},
        asked="\0".join(str(bar.of) for bar in found.bars),
    )


def _tornado(question: Question, found: Tornado) -> Any:
    from sim.results.charts.studies import TornadoPicture

    names = in_sentences((found.base, found.other))
    label = _label_of_bars(question, found)
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


# -- all assumptions at once -------------------------------------------------------------------------------------------


# -- the folder --------------------------------------------------------------------------------------------------------


Study = Worlds | Indices
SIZES = {"worlds": 64, MORRIS: 8, SOBOL: 64}  # where none is asked for


def _label_of(study: Study, wanted: Wanted) -> str:
    """A measure in words, of the days that the study is of."""
    return measure_label(wanted.measure, wanted.service, measured_days=_days(study.joint))


def _times_of(study: Study, wanted: Wanted) -> float:
    """What a difference is multiplied with, to be reported as its label says."""
    return labels.factor(wanted.measure, _days(study.joint))


def _days(joint: JointRanges) -> int:
    return days_of(joint.period, joint.stated[0])


def write(options: Sensitivity, study: Study, page: StudyPage, began: float) -> Path:
    """Writes the folder of a study that began at this time."""
    name, chart = (
        ("worlds", _worlds_chart(study)) if isinstance(study, Worlds) else (study.method, _indices_chart(study))
    )
    base, other = study.joint.stated
    return publish_study(
        options.outputs,
        [f"{name}-{base.id}", other.id],
        scenarios=study.joint.stated,
        command=repeat_with(
            "sensitivity",
            options,
            method=options.method,
            size=options.size or SIZES[options.method],
            ranges=options.ranges,
            measure=options.measure,
            service=options.service,
        ),
        page=page,
        charts=[chart],
        files={
            "results.json": writing.json_bytes(_results_of(study, page)),
            **{name: writing.csv_bytes(heads, cells) for name, (heads, cells) in _tables(study).items()},
        },
        began=began,
        asked="\0".join(map(str, study.joint.ranges)),
    )


def _results_of(study: Study, page: StudyPage) -> dict[str, Any]:
    """What the JSON file holds: the rows of every table by its name, and what was said."""
    return {
        **about(study.joint.stated),
        **{
            name.removesuffix(".csv"): [dict(zip(heads, row, strict=True)) for row in rows]
            for name, (heads, rows) in _tables(study).items()
        },
        "says": list(page.says),
    }


Table = tuple[Sequence[str], Iterator[tuple[Any, ...]]]


def _tables(study: Study) -> dict[str, Table]:
    """Every table by the name of its file."""
    return _worlds_tables(study) if isinstance(study, Worlds) else _indices_tables(study)


def _worlds_chart(study: Worlds) -> Chart:
    from sim.results.charts.studies import worlds_chart
    from sim.results.charts.style import draw_picture  # matplotlib comes only now

    return draw_picture("worlds", worlds_chart, _worlds_picture(study))


def _worlds_tables(study: Worlds) -> dict[str, Table]:
    keys = [f"{wanted.service}.{wanted.measure}" for wanted in study.wanted]
    heads = ("world", *(one.says for one in study.joint.ranges), *(f"{key} {part}" for key in keys for part in _PARTS))
    return {
        "worlds.csv": (heads, _world_rows(study)),
        "depends_on.csv": (
            ("measure", "assumption", "rank_correlation", "chance_below"),
            _dependence_rows(study, keys),
        ),
    }


_PARTS = ("difference", "low", "high", "verdict")


def _world_rows(study: Worlds) -> Iterator[tuple[Any, ...]]:
    for number, (point, world) in enumerate(zip(study.points, study.found, strict=True), start=1):
        found = (cell for one in world for cell in (one.mean, one.low, one.high, one.verdict))
        yield (number, *study.joint.shown(point), *found)


def _dependence_rows(study: Worlds, keys: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for place, key in enumerate(keys):
        for one, value in study.dependence(place):
            yield key, study.joint.ranges[one].says, value, study.noise


def _worlds_picture(study: Worlds) -> Any:
    from sim.results.charts.studies import WorldsPicture

    first, second = study.wanted
    across, up = (_times_of(study, one) for one in study.wanted)
    counts = [study.verdicts(place) for place in (0, 1)]
    number, names = len(study.found), in_sentences(study.joint.stated)
    said = [{BETTER: "better", WORSE: "worse"}.get(world[0].verdict, "cannot tell") for world in study.found]
    return WorldsPicture(
        title=f"Would {names[study.joint.stated[1].id]} still help if we are wrong about everything?",
        subtitle=f"{number} possible worlds, {len(study.joint.ranges)} assumptions drawn together; surely better in {counts[0][BETTER]}, "
        f"surely {'cheaper' if second == CASH else 'better in the other figure'} in {counts[1][BETTER]}",
        across=f"difference in {_label_of(study, first)}",
        up=f"difference in {_label_of(study, second)}",
        points=[
            (world[0].mean * across, world[1].mean * up, f"{_label_of(study, first)}: {verdict}")
            for world, verdict in zip(study.found, said, strict=True)
        ],
        stated=(study.stated[0].mean * across, study.stated[1].mean * up),
        is_money=second == CASH,
        corners=[(x, y) for x in _ends_of(first) for y in _ends_of(second)],
    )


def _ends_of(wanted: Wanted) -> tuple[str, str]:
    """What a low and a high difference mean."""
    if wanted == CASH:
        return "costs less", "costs more"
    lower = {LOWER: "better", HIGHER: "worse"}.get(measures()[wanted.measure].better, "lower")
    return lower, {"better": "worse", "worse": "better"}.get(lower, "higher")


def _indices_chart(study: Indices) -> Chart:
    from sim.results.charts.studies import bars_chart
    from sim.results.charts.style import draw_picture

    return draw_picture(study.method, bars_chart, _indices_picture(study))


def _indices_tables(study: Indices) -> dict[str, Table]:
    names = ("mu_star", "sigma") if study.method == MORRIS else ("total", "first_order")
    heads = (
        "assumption",
        "low",
        "high",
        names[0],
        f"{names[0]}_half_interval",
        names[1],
        f"{names[1]}_half_interval",
        "source",
    )
    return {f"{study.method}.csv": (heads, _index_rows(study))}


def _index_rows(study: Indices) -> Iterator[tuple[Any, ...]]:
    for one in study.found:
        of = study.joint.ranges[one.assumption]
        yield of.says, of.low[0], of.high[0], one.total, one.total_half, one.alone, one.alone_half, of.source


def _indices_picture(study: Indices) -> Any:
    from sim.results.charts.studies import BarsPicture

    is_morris = study.method == MORRIS
    times, most = (_times_of(study, study.wanted), inf) if is_morris else (1.0, 1.0)
    names = in_sentences(study.joint.stated)
    return BarsPicture(
        title=f"Which assumptions decide what {names[study.joint.stated[1].id]} does?",
        subtitle=f"All of them moved together, {study.points:,} points, the same people; 95% intervals",
        axis=f"{'change' if is_morris else 'part of the variance'} of the difference in {_label_of(study, study.wanted)}",
        bars=[
            (
                study.joint.ranges[one.assumption].says,
                one.total * times,
                _ends(one.total * times, one.total_half * times, most),
                one.alone * times,
                None if one.alone_half is None else _ends(one.alone * times, one.alone_half * times, most),
            )
            for one in study.found
        ],
        names=("mu*, mean change over the range", "sigma, by the others")
        if is_morris
        else ("with interactions", "alone"),
        is_money=is_morris and study.wanted == CASH,
        is_share=not is_morris,
    )


def _ends(value: float, half: float, most: float) -> tuple[float, float]:
    """The ends of an interval of a size, which is never below 0, nor above what it can be."""
    return max(value - half, 0.0), min(value + half, most)


# -- on the screen -----------------------------------------------------------------------------------------------------


REPLICATIONS = 10  # where none are asked for: more worlds tell more than more replications of each
MOST_NAMED = 6
PERCENTILES = (5, 50, 95)
WORLDS = "worlds"


def uncertainty_verb(options: Sensitivity, screen: Screen) -> int:
    """Moves all assumptions together, says what came out, and writes the folder; with --plan only how much that is."""
    began = time.time()
    options.replications = options.replications or REPLICATIONS
    question = _question_of(options)
    ranges = _ranges_of(options, question, screen)
    asked = JointQuestion(question.base, question.other, question.sets, question.replications, question.seed)
    joint = JointRanges(asked, ranges)
    size = options.size or SIZES[options.method]
    number = size + 1 if options.method == WORLDS else runs_of(options.method, size, len(ranges))
    run = how_to_run(options, screen, 2 * number * options.replications)
    _say_what(options, joint, number, screen)
    if options.plan:
        work, seconds = work_at(
            joint, _points(options, joint, size), run, number_of(run.workers), stated=_with_stated(options)
        )
        screen.say(plan_words(work, seconds, run.workers))
        return 0
    try_places(options, files_read(joint.stated))
    with screen.running():
        study = _found(options, question, joint, size, run)
    page = _page(study)
    folder = write(options, study, page, began)
    _say(screen, page)
    screen.say(f"Page, table and chart: {folder}")
    return finished(options, screen, run.store, _results_of(study, page))


def _found(options: Sensitivity, question: Question, joint: JointRanges, size: int, run: HowToRun) -> Study:
    first = Wanted(question.service, question.measure)
    if options.method != WORLDS:
        return indices(joint, first, options.method, size, run)
    return worlds(joint, _two_measures(first, joint), size, run)


def _two_measures(first: Wanted, joint: JointRanges) -> tuple[Wanted, Wanted]:
    """What was asked for and cash; of cash alone, delay beside it. Where nothing has a price, who waits for the hospital."""
    place = main_place(joint.stated[0])
    if not any(one.costs.prices for one in joint.stated):
        return first, Wanted(place, "queue_mean" if first.measure != "queue_mean" else HEADLINE)
    if first != CASH:
        return first, CASH
    return Wanted(place, HEADLINE), CASH


# -- the plan ----------------------------------------------------------------------------------------------


def _say_what(options: Sensitivity, joint: JointRanges, number: int, screen: Screen) -> None:
    what = "worlds, one of them as stated" if options.method == WORLDS else f"points of a design for {options.method}"
    each = counted(joint.stated[0].replications, "replication")
    screen.note(
        f"{counted(len(joint.ranges), 'assumption')}, {number:,} {what}: {2 * number:,} scenarios with {each} each ..."
    )


def _with_stated(options: Sensitivity) -> bool:
    """Whether the two files are run as they are stated too."""
    return options.method == WORLDS


def _points(options: Sensitivity, joint: JointRanges, size: int) -> Floats:
    if options.method == WORLDS:
        return positions(drawn(joint, size), joint.starts)
    design = design_of(options.method, len(joint.ranges), size, joint.stated[0].seed % SEEDS)
    return design if options.method == MORRIS else positions(design, joint.starts)


# -- words -------------------------------------------------------------------------------------------------


def _shown(study: Study, wanted: Wanted, value: float) -> str:
    return change_and_interval(value, None, None, measures()[wanted.measure].unit, _times_of(study, wanted))[0]


def _page(study: Study) -> StudyPage:
    """What was found, for the screen and for the page."""
    return _worlds_page(study) if isinstance(study, Worlds) else _indices_page(study)


def _say(screen: Screen, page: StudyPage) -> None:
    screen.say(page.title)
    wrapped(screen, page.question)
    for _, heads, rows in page.tables:
        screen.say()
        columns(screen, [heads, *rows])
    for text in page.says:
        screen.say()
        wrapped(screen, text)
    screen.say()


def _differences(study: Study) -> str:
    """Of what the differences are."""
    names = in_sentences(study.joint.stated)
    base, other = study.joint.stated
    period = f", {study.joint.period.words}" if study.joint.period else ""
    return f"Differences are {names[other.id]} minus {names[base.id]}, on the same people{period}."


WORLD_HEADS = (
    "", "better", "worse", "cannot tell", "as stated", "5% of worlds below", "middle world", "5% of worlds above",
)  # fmt: skip


def _worlds_page(study: Worlds) -> StudyPage:
    base, _ = study.joint.stated
    drawn_together = counted(len(study.joint.ranges), "assumption")
    what = f"{len(study.found):,} possible worlds, all {drawn_together} drawn together, {counted(base.replications, 'replication')} each."
    rows = [
        (
            _label_of(study, wanted),
            *_counts(study, place),
            _shown(study, wanted, study.stated[place].mean),
            *_percentiles(study, place),
        )
        for place, wanted in enumerate(study.wanted)
    ]
    if len(study.wanted) == 2:
        rows.append(("better on both", _counts(study, 0, 1)[0], "", "", "", "", "", ""))
    says = [_in_how_many(study)]
    says += [f"What decides {_label_of(study, one)}: {_decides(study, at)}." for at, one in enumerate(study.wanted)]
    says.append(
        "In half of the worlds an assumption lies below its stated value, and in the other half above it; one that is stated at an end of "
        "its range is evenly spread over it. Assumptions are drawn independently of each other. A world counts as better or worse where "
        "its 95% interval leaves no doubt. The shares describe these worlds and these ranges; they are not probabilities for the real world."
    )
    return StudyPage(
        title_of_all(study.joint.stated, compared=True),
        f"{_differences(study)} {what}",
        says,
        [("", WORLD_HEADS, rows)],
    )


def _in_how_many(study: Worlds) -> str:
    """The answer: in how many worlds the other scenario is better."""
    name = in_sentences(study.joint.stated)[study.joint.stated[1].id]
    each = [f"{_counts(study, at)[0]} on {_label_of(study, one)}" for at, one in enumerate(study.wanted)]
    both = f", and in {_counts(study, *range(len(study.wanted)))[0]} on both" if len(study.wanted) == 2 else ""
    return f"{name} is surely better in {listed(each, 'and')}{both}."


def _counts(study: Worlds, *places: int) -> tuple[str, ...]:
    counts = study.verdicts(*places)
    return tuple(f"{counts[name]} of {len(study.found)}" for name in (BETTER, WORSE, "cannot tell"))


def _percentiles(study: Worlds, place: int) -> tuple[str, ...]:
    found = np.nanpercentile(study.means(place), PERCENTILES)
    return tuple(_shown(study, study.wanted[place], float(value)) for value in found)


def _decides(study: Worlds, place: int) -> str:
    if study.noise >= 0.7:
        return f"{len(study.found)} worlds are too few to tell; ask for 64 or more"
    strong = [(one, value) for one, value in study.dependence(place) if abs(value) > study.noise][:MOST_NAMED]
    if not strong:
        return f"nothing is distinguishable from chance in {len(study.found)} worlds (rank correlations below {study.noise:.2f})"
    named = (f"{study.joint.ranges[one].says} ({value:+.2f})" for one, value in strong)
    return "; ".join(named) + f" (rank correlations; below {study.noise:.2f} is chance)"


WIDE = 0.5  # half an interval of a part of the variance, beyond which it says nothing


def _indices_page(study: Indices) -> StudyPage:
    each = counted(study.joint.stated[0].replications, "replication")
    average = f"{_label_of(study, study.wanted)}: {_shown(study, study.wanted, study.mean)} on average over {study.points:,} points."
    question, title = (f"{_differences(study)} {capital(average)}", title_of_all(study.joint.stated, compared=True))
    if not study.sd:
        same = "The difference is the same at every point: none of these assumptions changes it within its range."
        return StudyPage(title, question, [same], [])
    if study.method == MORRIS:
        words = (
            "mu* is the mean change of the difference when the assumption moves over its range; a large sigma says that this change "
            "depends on the other assumptions (Morris 1991)."
        )
    else:
        words = (
            "First order is the part of the variance of the difference that the assumption explains alone; total is the part that it explains "
            "together with all that it interacts with (Sobol; the design of Saltelli 2010). The intervals are 95%, by SALib's bootstrap."
        )
    rows = [_index_cells(study, one) for one in study.found]
    says = [_matters_most(study), f"{words} {each} at each point, the same people throughout."]
    return StudyPage(title, question, says, [("", _index_heads(study), rows)])


def _matters_most(study: Indices) -> str:
    """The answer: which assumption the difference depends on most."""
    name, _, _, size, *_ = _index_cells(study, study.found[0])
    if study.method != MORRIS and any(one.total > 1 or one.total_half > WIDE for one in study.found):
        return (
            "These points are too few to tell: a part above 100%, or so wide an interval, means that the indices are not known yet. "
            "Ask for a larger --size, as in 64 or 256."
        )
    if study.method == MORRIS:
        return f"{name} matters most: over its range it changes the difference by {size} on average."
    return (
        f"{name} matters most: it explains {size} of the variance of the difference, with all that it interacts with."
    )


def _index_heads(study: Indices) -> tuple[str, ...]:
    if study.method == MORRIS:
        return ("assumption", "low", "high", "mu*", "95% interval", "sigma")
    return ("assumption", "low", "high", "total", "95% interval", "first order")


def _index_cells(study: Indices, index: Index) -> tuple[str, ...]:
    of: Range = study.joint.ranges[index.assumption]
    if study.method == MORRIS:
        half, unit = index.total_half, measures()[study.wanted.measure].unit
        times = _times_of(study, study.wanted)
        text, span = change_and_interval(index.total, max(index.total - half, 0.0), index.total + half, unit, times)
        sigma = change_and_interval(index.alone, None, None, unit, times)[0]
        return of.says, of.low[0], of.high[0], text.lstrip("+"), span.replace("+", ""), sigma.lstrip("+")
    ends = f"{max(index.total - index.total_half, 0):.0%} to {min(index.total + index.total_half, max(index.total, 1)):.0%}"
    return of.says, of.low[0], of.high[0], f"{index.total:.0%}", ends, f"{max(index.alone, 0):.0%}"
