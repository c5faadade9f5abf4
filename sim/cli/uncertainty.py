"""sensitivity --method worlds, morris or sobol: all assumptions move together; answers on the screen, and a folder.

The folder has tables, a chart and run.json. Users' scripts rely on the columns.
"""

import time
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from sim.cli.arguments import number_of, repeat_with
from sim.cli.screen import Screen
from sim.cli.sensing import question_of, ranges_of
from sim.cli.studying import about, how_to_run, plan_words, publish_study, try_places
from sim.cli.tables import columns, finished, wrapped
from sim.cli.verbs.studies import Sensitivity
from sim.inputs.files import Range
from sim.inputs.problems import capital, listed
from sim.results.files import writing
from sim.results.measure_table import HEADLINE, HIGHER, LOWER, measures
from sim.results.measures.hospitals import main_place
from sim.results.report.study import Chart, StudyPage
from sim.results.words import labels
from sim.results.words.labels import change_and_interval, counted, in_sentences, measure_label, title_of_all
from sim.runs.experiment import HowToRun
from sim.runs.specification import files_read
from sim.sensitivity import Question
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

# -- the folder --------------------------------------------------------------------------------------------------------


Study = Worlds | Indices
SIZES = {"worlds": 64, MORRIS: 8, SOBOL: 64}  # where none is asked for


def label_of(study: Study, wanted: Wanted) -> str:
    """A measure in words, of the days that the study is of."""
    return measure_label(wanted.measure, wanted.service, measured_days=_days(study.joint))


def times_of(study: Study, wanted: Wanted) -> float:
    """What a difference is multiplied with, to be reported as its label says."""
    return labels.factor(wanted.measure, _days(study.joint))


def _days(joint: JointRanges) -> int:
    return joint.period.days if joint.period else joint.stated[0].calendar.measured_days


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
            "results.json": writing.json_bytes(results_of(study, page)),
            **{name: writing.csv_bytes(heads, cells) for name, (heads, cells) in _tables(study).items()},
        },
        began=began,
        asked="\0".join(map(str, study.joint.ranges)),
    )


def results_of(study: Study, page: StudyPage) -> dict[str, Any]:
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
    across, up = (times_of(study, one) for one in study.wanted)
    counts = [study.verdicts(place) for place in (0, 1)]
    number, names = len(study.found), in_sentences(study.joint.stated)
    said = [{BETTER: "better", WORSE: "worse"}.get(world[0].verdict, "cannot tell") for world in study.found]
    return WorldsPicture(
        title=f"Would {names[study.joint.stated[1].id]} still help if we are wrong about everything?",
        subtitle=f"{number} possible worlds, {len(study.joint.ranges)} assumptions drawn together; surely better in {counts[0][BETTER]}, "
        f"surely {'cheaper' if second == CASH else 'better in the other figure'} in {counts[1][BETTER]}",
        across=f"difference in {label_of(study, first)}",
        up=f"difference in {label_of(study, second)}",
        points=[
            (world[0].mean * across, world[1].mean * up, f"{label_of(study, first)}: {verdict}")
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
    times, most = (times_of(study, study.wanted), inf) if is_morris else (1.0, 1.0)
    names = in_sentences(study.joint.stated)
    return BarsPicture(
        title=f"Which assumptions decide what {names[study.joint.stated[1].id]} does?",
        subtitle=f"All of them moved together, {study.points:,} points, the same people; 95% intervals",
        axis=f"{'change' if is_morris else 'part of the variance'} of the difference in {label_of(study, study.wanted)}",
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
    question = question_of(options)
    ranges = ranges_of(options, question, screen)
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
    return finished(options, screen, run.store, results_of(study, page))


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
    return change_and_interval(value, None, None, measures()[wanted.measure].unit, times_of(study, wanted))[0]


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
            label_of(study, wanted),
            *_counts(study, place),
            _shown(study, wanted, study.stated[place].mean),
            *_percentiles(study, place),
        )
        for place, wanted in enumerate(study.wanted)
    ]
    if len(study.wanted) == 2:
        rows.append(("better on both", _counts(study, 0, 1)[0], "", "", "", "", "", ""))
    says = [_in_how_many(study)]
    says += [f"What decides {label_of(study, one)}: {_decides(study, at)}." for at, one in enumerate(study.wanted)]
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
    each = [f"{_counts(study, at)[0]} on {label_of(study, one)}" for at, one in enumerate(study.wanted)]
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
    average = f"{label_of(study, study.wanted)}: {_shown(study, study.wanted, study.mean)} on average over {study.points:,} points."
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
        times = times_of(study, study.wanted)
        text, span = change_and_interval(index.total, max(index.total - half, 0.0), index.total + half, unit, times)
        sigma = change_and_interval(index.alone, None, None, unit, times)[0]
        return of.says, of.low[0], of.high[0], text.lstrip("+"), span.replace("+", ""), sigma.lstrip("+")
    ends = f"{max(index.total - index.total_half, 0):.0%} to {min(index.total + index.total_half, max(index.total, 1)):.0%}"
    return of.says, of.low[0], of.high[0], f"{index.total:.0%}", ends, f"{max(index.alone, 0):.0%}"
