"""The verb sweep: what would be run, then the table, the sentences, and a folder.

The folder has every figure at every point, steps, chart, a page, and a scenario file with `sweep:`.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import nan
from pathlib import Path
from typing import Any

from sim.cli.arguments import UsageError, engines_for, number_of, place_for, repeat_with, words_for
from sim.cli.screen import Screen
from sim.cli.studying import about, plan_words, publish_study, try_places
from sim.cli.tables import columns, from_the_store, give_json, interrupted, wrapped
from sim.cli.verbs.studies import Sweeping
from sim.inputs.loading import Question, as_yaml, extending, read_scenario, sets_for_each
from sim.inputs.part import typed_of, typed_setting
from sim.inputs.problems import Problems
from sim.inputs.scenario import Scenario
from sim.results.charts.studies import Band, LinePicture, MapPicture, Steps, line_chart, map_chart
from sim.results.charts.style import draw_picture
from sim.results.comparison.compare import Estimate, PairedDifference
from sim.results.files import writing
from sim.results.files.writing import may_be_replaced, utf8
from sim.results.measure_table import SHARES, measures
from sim.results.measures.periods import words_of
from sim.results.report.study import Chart, Explore, Explored, Level, Slider, StudyPage, StudyTable
from sim.results.words.labels import MONEY, change_and_interval, counted, question, shortened, spoken, title
from sim.runs.collecting import SUMMARY, estimate_cells
from sim.runs.experiment import HowToRun, Work
from sim.runs.specification import files_read
from sim.runs.store import Store, default_store, has_rows_of_people
from sim.studies.settings import Point, PointRuns, Setting, Settings, settings_of
from sim.studies.sweep import (
    OCCUPANCY,
    STEP,
    Figure,
    Sweep,
    base_name,
    cells,
    factor,
    figures_of,
    heads,
    label,
    level_text,
    matrices,
    point_columns,
    point_rows,
    rows,
    sentences,
    short,
    shown,
    shown_change,
    step_rows,
    sweep,
)

EXIT_INTERRUPTED = 130


def sweep_verb(options: Sweeping, screen: Screen) -> int:
    """Runs every point, says what they show and writes the folder; with --plan only what would be run."""
    began = time.time()
    sets = sets_for_each([*options.files, *([options.base] if options.base else [])], options.sets)
    settings = _settings(options, sets[0])
    base = read_scenario(options.base, sets[-1], options.replications, options.seed) if options.base else None
    figures = _figures(settings, options)
    engines, store = engines_for(options, screen), default_store(fresh=options.fresh)
    place = place_for(options, len(settings.points) * settings.stated.replications)
    runs = _runs(settings, HowToRun(place, screen.progress, engines, store), base)
    for warning in settings.warnings():
        screen.note(f"Warning: {warning}")
    work = runs.work(settings.points)
    if options.plan:
        _say_plan(screen, settings)
        screen.say(plan_words(work, runs.seconds_for(work, number_of(place)), place))
        return 0
    _check_places(options, settings, base)
    screen.note(_what_runs(work, words_for(place, options.cluster)))
    try:
        found = sweep(runs, settings, has_base=base is not None)
    except KeyboardInterrupt:
        _interrupted(screen, settings.stated, store)
        return EXIT_INTERRUPTED
    finally:
        screen.end_progress()
    _finish(options, screen, found, figures, began, engines.words(1))
    from_the_store(screen, store)
    return 0


def _what_runs(work: Work, where: str) -> str:
    if work.to_come:
        return f"Running {counted(work.to_come, 'replication')} {where} ..."
    return f"All {counted(work.replications, 'replication')} are in the store; nothing is run anew ..."


def _check_places(options: Sweeping, settings: Settings, base: Scenario | None) -> None:
    """UsageError where what is asked for could not be written; now, not after all the work."""
    if options.write and not may_be_replaced(Path(options.write), MARK):
        raise UsageError(f"--write {options.write}: this file is there, and no sweep wrote it; name another")
    try_places(options, files_read([settings.stated] if base is None else [settings.stated, base]), options.write)


def _finish(
    options: Sweeping, screen: Screen, found: Sweep, figures: Sequence[Figure], began: float, engine: str
) -> None:
    """Says what was found, and writes it."""
    told = [figure for figure in figures if found.has(figure)]
    if not told:
        raise UsageError(f"no replication has {figures[0].measure} of {figures[0].service}; ask for another --measure")
    _say(screen, found, told)
    command = _command_of(options, found.settings)
    folder = _write_sweep(options.outputs, found, told, command, engine, began)
    if options.json:
        give_json(options.json, _results_of(found, told))
    screen.say(f"Page, chart and all figures: {folder}")
    if options.write:
        writing.write_file(Path(options.write), utf8(_block_text(found.settings, Path(options.write), command)))
        screen.say(f"The sweep as a scenario: {options.write}")


def _settings(options: Sweeping, sets: tuple[str, ...]) -> Settings:
    """What is varied: as typed, else as the file says."""
    problems, asked = Problems(), Question(options.files[0], sets, options.replications, options.seed)
    typed = [typed_setting(text, "--vary", problems) for text in options.vary]
    typed = typed or [typed_of(one, problems) for one in asked.read().sweep]
    problems.stop_if_any()
    if not typed:
        raise UsageError("sweep needs --vary, as in --vary services.hospital.beds=290..320:5, or `sweep:` in the file")
    return settings_of(asked, [one for one in typed if one])


def _figures(settings: Settings, options: Sweeping) -> list[Figure]:
    """What is reported; UsageError where that is no measure or service."""
    try:
        return figures_of(settings, options.measures, options.service)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _say(screen: Screen, found: Sweep, figures: Sequence[Figure]) -> None:
    screen.say(title(found.scenario))
    if question(found.scenario):
        wrapped(screen, question(found.scenario))
    screen.say()
    if len(found.all) == 1:
        columns(screen, [*heads(found, figures), *rows(found, figures)])
    for figure in figures if len(found.all) > 1 else ():
        for heading, matrix in matrices(found, figure):
            screen.say(heading)
            columns(screen, matrix)
            screen.say()
    screen.say()
    for text in sentences(found, figures):
        wrapped(screen, text, indent="  ")
    screen.say()
    wrapped(screen, how_to_read(found))


def how_to_read(found: Sweep) -> str:
    """What the table is made of."""
    ends = "In brackets: 95% intervals. " if len(found.all) == 1 else ""
    if found.has_base:
        ends += f"The base is {base_name(found)}. "
        ends += "A question mark: the 95% interval of the difference from it holds 0. " if len(found.all) > 1 else ""
    return (
        f"{counted(found.scenario.replications, 'replication')}, the same people at every point. {ends}A step is the paired difference "
        "to the next value; where its interval holds 0, nobody can tell. Nothing changes: no two of the values there can be told "
        "apart, as the interval of each of their differences holds 0."
    )


# -- the plan ----------------------------------------------------------------------------------------------


def _runs(settings: Settings, how: HowToRun, base: Scenario | None) -> PointRuns:
    """The runs of a sweep; UsageError where the base cannot be compared with it."""
    try:
        return PointRuns(settings, how, base)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _say_plan(screen: Screen, settings: Settings) -> None:
    """What would be run."""
    screen.say(title(settings.stated))
    for setting in settings.all:
        values = [setting.shown(number) for number in range(len(setting.numbers))]
        few = ", ".join(values if len(values) <= 12 else [*values[:5], "...", *values[-2:]])
        stated = f"; present value: {setting.stated}" if setting.stated else ""
        screen.say(f"  {setting.path}: {counted(len(values), 'value')}: {few}{stated}")
    points, each = counted(len(settings.points), "point"), counted(settings.stated.replications, "replication")
    screen.say(f"Plan: {points} and the base, {each} each.")


def _interrupted(screen: Screen, scenario: Scenario, store: Store | None) -> None:
    goes_on = store is not None and store.is_writable and not has_rows_of_people(scenario)
    interrupted(screen, *screen.how_far, goes_on=goes_on)


# -- what a sweep writes -----------------------------------------------------------------------------------------------


def _write_sweep(
    outputs: str, found: Sweep, figures: Sequence[Figure], command: str, engine: str, began: float
) -> Path:
    """Writes the folder of a sweep that began at this time."""
    return publish_study(
        outputs,
        [f"sweep-{found.scenario.id}"],
        scenarios=[found.scenario, found.base.scenario],
        command=command,
        page=StudyPage(
            title(found.scenario),
            question(found.scenario),
            sentences(found, figures),
            list(_page_tables(found, figures)),
            _explore(found, figures),
            f"What does each value of {' and of '.join(one.path for one in found.all)} do?",
        ),
        charts=list(_charts(found, figures)),
        files={
            "results.json": writing.json_bytes(_results_of(found, figures)),
            "sweep.csv": writing.csv_bytes(point_columns(found), (list(cells(row)) for row in point_rows(found))),
            "steps.csv": writing.csv_bytes([*STEP, "other"], ([*row.values()] for row in step_rows(found, figures))),
        },
        began=began,
        more={"engine": engine, "measured": words_of(found.period)},
    )


def _results_of(found: Sweep, figures: Sequence[Figure]) -> dict[str, Any]:
    """What the JSON file holds: every figure at every point, those of the base, the steps, and what was said."""
    scenarios = {one.file: one for one in (found.base.scenario, found.scenario)}.values()
    return {
        **about(scenarios),
        "measured": words_of(found.period),
        "measures": [dict(zip(SUMMARY, estimate_cells(row), strict=True)) for row in found.base.estimates],
        "sweep": list(point_rows(found)),
        "steps": list(step_rows(found, figures)),
        "says": sentences(found, figures),
    }


# -- pictures ----------------------------------------------------------------------------------------------


def _charts(found: Sweep, figures: Sequence[Figure]) -> Iterator[Chart]:
    if len(found.all) == 1:
        yield draw_picture("sweep", line_chart, _lines(found, figures))
        return
    for figure in figures:
        yield draw_picture(f"sweep-{figure.service}-{figure.measure}", map_chart, _map(found, figure))


def _subtitle(found: Sweep) -> str:
    return (
        f"{shortened(title(found.scenario), 60)}; {counted(found.scenario.replications, 'replication')}, the same people at every value"
        + (f"; {found.period.short}" if found.period else "")
    )


def _spoken(setting: Setting) -> str:
    """What is varied, in words: `cedarwood beds`."""
    return spoken(short(setting.path).replace(".", " "))


def _lines(found: Sweep, figures: Sequence[Figure]) -> LinePicture:
    (setting,) = found.all
    positions = [setting.position(point[0]) for point in found.points]
    stated = setting.stated_position
    marks = "; dashed: as stated" if stated is not None else ""
    bands = [_band(found, figure, positions) for figure in figures]
    grey = (
        "; grey: values up to the last that cannot be told apart"
        if any(band.flat_from is not None for band in bands)
        else ""
    )
    percent = " (%)" if setting.part.form == "share" else ""
    return LinePicture(
        f"What do other values of {_spoken(setting)} change?",
        f"{_subtitle(found)}\nleft: averages, with 95% intervals as bands{marks}{grey}\n"
        "right: paired differences to the next value, with 95% intervals",
        _spoken(setting) + percent,
        positions,
        stated,
        bands,
    )


def _band(found: Sweep, figure: Figure, positions: Sequence[float]) -> Band:
    """A figure along the setting; beside a base, how far it is from it."""
    is_compared = found.has_difference(figure)
    ends = [
        _ends(found.from_base(point, figure) if is_compared else found.estimate(point, figure))
        for point in found.points
    ]
    times, words = _scale(found, figure)
    first = found.flat_from(figure) if figure.measure != OCCUPANCY else len(positions) - 1
    start = positions[first] if first < len(positions) - 1 else None
    low, mean, high = ([value * times for value in values] for values in zip(*ends, strict=True))
    less = f", less {base_name(found)}" if is_compared else ""
    return Band(f"{label(found, figure)}{words}{less}", mean, low, high, start, _steps(found, figure, positions, times))


def _steps(found: Sweep, figure: Figure, positions: Sequence[float], times: float) -> Steps | None:
    """What each next value changes; of a share of places nothing, which is what it is."""
    if figure.measure == OCCUPANCY or len(positions) < 2:
        return None
    middle = [(before + after) / 2 for before, after in pairwise(positions)]
    ends = [_ends(step.change) for step in found.steps(0, figure)]
    low, mean, high = ([value * times for value in values] for values in zip(*ends, strict=True))
    return Steps(middle, mean, low, high)


def _ends(row: Estimate | PairedDifference | None) -> tuple[float, float, float]:
    """Low, mean and high; all the mean where there is one replication, NaN where there is none."""
    if row is None:
        return nan, nan, nan
    return row.mean if row.low is None else row.low, row.mean, row.mean if row.high is None else row.high


def _scale(found: Sweep, figure: Figure) -> tuple[float, str]:
    """What a figure is multiplied with on an axis, and the unit that it then has."""
    unit, times = measures()[figure.measure].unit, factor(found, figure)
    if unit in SHARES:
        return times * 100, " (%)"
    return (times / 1e6, " (£m)") if unit in MONEY else (times, "")


def _map(found: Sweep, figure: Figure) -> MapPicture:
    up, across = found.all
    times, words = _scale(found, figure)
    is_compared = found.has_difference(figure)
    grid: list[list[Point]] = [
        [(row, column) for column in range(len(across.numbers))] for row in range(len(up.numbers))
    ]

    def value(point: Point) -> float:
        row = found.from_base(point, figure) if is_compared else found.estimate(point, figure)
        return row.mean * times if row else nan

    text = shown_change if is_compared else shown
    less = f", less {base_name(found)}" if is_compared else ""

    return MapPicture(
        f"What do {_spoken(across)} and {_spoken(up)} change?",
        _subtitle(found),
        label(found, figure) + words + less,
        _spoken(across),
        _spoken(up),
        [across.shown(number) for number in range(len(across.numbers))],
        [up.shown(number) for number in range(len(up.numbers))],
        [[value(point) for point in row] for row in grid],
        [[text(found, point, figure) for point in row] for row in grid],
    )


# -- the page ----------------------------------------------------------------------------------------------


def _page_tables(found: Sweep, figures: Sequence[Figure]) -> Iterator[StudyTable]:
    if len(found.all) == 1:
        head = [" ".join(filter(None, cells)) for cells in zip(*heads(found, figures), strict=True)]
        yield "", head, rows(found, figures)
        return
    for figure in figures:
        for heading, (first, *body) in matrices(found, figure):
            yield heading, first, body


def _explore(found: Sweep, figures: Sequence[Figure]) -> Explore:
    """Every point that was run, for the page's sliders; beside a base, with the difference from it in words."""
    sliders = [
        Slider(short(one.path), [one.shown(number) for number in range(len(one.numbers))], len(one.numbers) // 2)
        for one in found.all
    ]
    return Explore(
        sliders,
        [
            Explored(label(found, figure), {point: _level(found, point, figure) for point in found.points})
            for figure in figures
        ],
    )


def _level(found: Sweep, point: Point, figure: Figure) -> Level:
    row, times, words = found.estimate(point, figure), factor(found, figure), level_text(found, point, figure)
    change = found.from_base(point, figure) if found.has_difference(figure) else None
    if change:
        size, span = change_and_interval(change.mean, change.low, change.high, change.unit, times)
        words += f"; {size}{f' ({span})' if span else ''} from {base_name(found)}"
    if row is None:
        return Level(None, None, None, words)
    low, mean, high = (value * times for value in _ends(row))
    return Level(low, mean, high, words)


def _command_of(options: Sweeping, settings: Any) -> str:
    """What to type to get the same numbers again."""
    asked = {"vary": [one.of.text for one in settings.all], "base": options.base, "measure": options.measures}
    return repeat_with("sweep", options, **asked, service=options.service)


MARK = "# Written by `"
TYPED = "--"  # begins the place of a change from the command line


def _block_text(settings: Settings, file: Path, command: str) -> str:
    """The text of the file."""
    stated = settings.stated
    typed = [one for one in stated.changes if one.file.startswith(TYPED)]
    change, add = (
        [f"{one.path}: {one.new}  # assumption: as it was typed" for one in typed if bool(one.old) == is_there]
        for is_there in (True, False)
    )
    lines = [
        f"{MARK}{' '.join(command.split())}`; `sweep` of this file does the same.",
        *extending(stated.file, file, stated.name, stated.question, change, add),
        "sweep:",
        *(f"  {'|'.join(one.of.paths)}: {as_yaml(one.of.text.partition('=')[2])}" for one in settings.all),
    ]
    return "\n".join(lines) + "\n"
