"""What a sweep writes: every figure at every point, steps, chart, a page, and a scenario file with `sweep:`."""

import json
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import nan
from pathlib import Path
from typing import Any

from sim.cli.study_folder import publish_study
from sim.cli.verbs.sweep import Sweeping
from sim.fitting.words import beside
from sim.home import COMMAND
from sim.inputs.scenario import Scenario
from sim.results.charts import Chart, draw_sweep
from sim.results.charts.sweep import Band, LinePicture, MapPicture, Steps
from sim.results.comparison.compare import Estimate, PairedDifference
from sim.results.files import writing
from sim.results.measure_table import SHARES, measures
from sim.results.report.study import Explore, Explored, Level, Slider, StudyPage, StudyTable
from sim.results.words.labels import MONEY, change_and_interval, question, shortened, spoken, title
from sim.runs.specification import FORMAT
from sim.runs.tables import SUMMARY, estimate_cells
from sim.studies.settings import Point, Setting, Settings
from sim.studies.sweep import (
    OCCUPANCY,
    STEP,
    Figure,
    Sweep,
    cells,
    factor,
    heads,
    label,
    level_text,
    matrix,
    point_columns,
    point_rows,
    rows,
    sentences,
    short,
    shown,
    step_rows,
)


def write_sweep(outputs: str, found: Sweep, figures: Sequence[Figure], command: str, engine: str, began: float) -> Path:
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
            "results.json": writing.json_bytes(results_of(found, figures)),
            "sweep.csv": writing.csv_bytes(point_columns(found), (list(cells(row)) for row in point_rows(found))),
            "steps.csv": writing.csv_bytes([*STEP, "other"], ([*row.values()] for row in step_rows(found, figures))),
        },
        began=began,
        more={"engine": engine},
    )


def results_of(found: Sweep, figures: Sequence[Figure]) -> dict[str, Any]:
    """What the JSON file holds: every figure at every point, those of the base, the steps, and what was said."""
    scenarios = {one.file: one for one in (found.base.scenario, found.scenario)}.values()
    return {
        "format": FORMAT,
        "scenarios": [{"id": one.id, "name": title(one), "file": one.file} for one in scenarios],
        "measures": [dict(zip(SUMMARY, estimate_cells(row), strict=True)) for row in found.base.estimates],
        "sweep": list(point_rows(found)),
        "steps": list(step_rows(found, figures)),
        "says": sentences(found, figures),
    }


# -- pictures ----------------------------------------------------------------------------------------------


def _charts(found: Sweep, figures: Sequence[Figure]) -> Iterator[Chart]:
    if len(found.all) == 1:
        yield draw_sweep(_lines(found, figures), "sweep")
        return
    for one in figures:
        yield draw_sweep(_map(found, one), f"sweep-{one.service}-{one.measure}")


def _subtitle(found: Sweep) -> str:
    return f"{shortened(title(found.scenario), 60)}; {found.scenario.replications} replications, the same people at every value"


def _spoken(setting: Setting) -> str:
    """What is varied, in words: `cedarwood beds`."""
    return spoken(short(setting.path).replace(".", " "))


def _lines(found: Sweep, figures: Sequence[Figure]) -> LinePicture:
    (setting,) = found.all
    positions = [setting.position(point[0]) for point in found.points]
    stated = setting.stated_position
    marks = "; dashed: as stated" if stated is not None else ""
    bands = [_band(found, one, positions) for one in figures]
    grey = (
        "; grey: values that cannot be told from the last" if any(band.flat_from is not None for band in bands) else ""
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


def _band(found: Sweep, one: Figure, positions: Sequence[float]) -> Band:
    """A figure along the setting; beside a base, how far it is from it."""
    is_compared = found.has_difference(one)
    ends = [_ends(found.from_base(point, one) if is_compared else found.estimate(point, one)) for point in found.points]
    times, words = _scale(found, one)
    flats = found.flat(found.points, 0, one) if one.measure != OCCUPANCY else ()
    start = next((positions[flat.first] for flat in flats if flat.last == len(positions) - 1), None)
    low, mean, high = ([value * times for value in values] for values in zip(*ends, strict=True))
    less = f", less {shortened(title(found.base.scenario), 40)}" if is_compared else ""
    return Band(f"{label(found, one)}{words}{less}", mean, low, high, start, _steps(found, one, positions, times))


def _steps(found: Sweep, one: Figure, positions: Sequence[float], times: float) -> Steps | None:
    """What each next value changes; of a share of places nothing, which is what it is."""
    if one.measure == OCCUPANCY or len(positions) < 2:
        return None
    middle = [(before + after) / 2 for before, after in pairwise(positions)]
    ends = [_ends(step.change) for step in found.steps(0, one)]
    low, mean, high = ([value * times for value in values] for values in zip(*ends, strict=True))
    return Steps(middle, mean, low, high)


def _ends(row: Estimate | PairedDifference | None) -> tuple[float, float, float]:
    """Low, mean and high; all the mean where there is one replication, NaN where there is none."""
    if row is None:
        return nan, nan, nan
    return row.mean if row.low is None else row.low, row.mean, row.mean if row.high is None else row.high


def _scale(found: Sweep, one: Figure) -> tuple[float, str]:
    """What a figure is multiplied with on an axis, and the unit that it then has."""
    unit, times = measures()[one.measure].unit, factor(found, one)
    if unit in SHARES:
        return times * 100, " (%)"
    return (times / 1e6, " (£m)") if unit in MONEY else (times, "")


def _map(found: Sweep, one: Figure) -> MapPicture:
    up, across = found.all
    times, words = _scale(found, one)
    grid: list[list[Point]] = [
        [(row, column) for column in range(len(across.numbers))] for row in range(len(up.numbers))
    ]

    def value(point: Point) -> float:
        row = found.estimate(point, one)
        return row.mean * times if row else nan

    return MapPicture(
        f"What do {_spoken(across)} and {_spoken(up)} change?",
        _subtitle(found),
        label(found, one) + words,
        _spoken(across),
        _spoken(up),
        [across.shown(number) for number in range(len(across.numbers))],
        [up.shown(number) for number in range(len(up.numbers))],
        [[value(point) for point in row] for row in grid],
        [[shown(found, point, one) for point in row] for row in grid],
    )


# -- the page ----------------------------------------------------------------------------------------------


def _page_tables(found: Sweep, figures: Sequence[Figure]) -> Iterator[StudyTable]:
    if len(found.all) == 1:
        head = [" ".join(filter(None, cells)) for cells in zip(*heads(found, figures), strict=True)]
        yield "", head, rows(found, figures)
        return
    for one in figures:
        first, *body = matrix(found, one)
        yield label(found, one), first, body


def _explore(found: Sweep, figures: Sequence[Figure]) -> Explore:
    """Every point that was run, for the page's sliders; beside a base, with the difference from it in words."""
    sliders = [
        Slider(short(one.path), [one.shown(number) for number in range(len(one.numbers))], len(one.numbers) // 2)
        for one in found.all
    ]
    return Explore(
        sliders,
        [Explored(label(found, one), {point: _level(found, point, one) for point in found.points}) for one in figures],
    )


def _level(found: Sweep, point: Point, one: Figure) -> Level:
    row, times, words = found.estimate(point, one), factor(found, one), level_text(found, point, one)
    change = found.from_base(point, one) if found.has_difference(one) else None
    if change:
        size, span = change_and_interval(change.mean, change.low, change.high, change.unit, times)
        words += f"; {size}{f' ({span})' if span else ''} from {shortened(title(found.base.scenario), 40)}"
    if row is None:
        return Level(None, None, None, words)
    low, mean, high = (value * times for value in _ends(row))
    return Level(low, mean, high, words)


def command_of(options: Sweeping, settings: Any) -> str:
    """What to type to get the same numbers again."""
    words = [*COMMAND, "sweep", *options.files]
    words += [word for setting in settings.all for word in ("--vary", setting.of.text)]
    words += ["--base", options.base] if options.base else []
    words += [word for one in options.measures for word in ("--measure", one)]
    words += ["--service", options.service] if options.service else []
    words += [word for change in options.sets for word in ("--set", change)]
    for name, value in (("replications", options.replications), ("seed", options.seed)):
        words += [] if value is None else [f"--{name}", str(value)]
    return shlex.join(words)


MARK = "# Written by `"
TYPED = "--"  # begins the place of a change from the command line


def may_be_replaced(file: Path) -> bool:
    """Whether a file is not there yet, or was written by a sweep."""
    return not file.exists() or file.read_bytes().startswith(MARK.encode())


def block_text(settings: Settings, file: Path, command: str) -> str:
    """The text of the file."""
    scenario = settings.stated
    lines = [
        f"{MARK}{' '.join(command.split())}`; `sweep` of this file does the same.",
        f"name: {_quoted(scenario.name)}",
    ]
    lines += [f"question: {_quoted(scenario.question)}"] if scenario.question else []
    lines += [f"extends: {_quoted(str(beside(scenario, file)))}", *_changes(scenario), "sweep:"]
    lines += [f"  {'|'.join(one.of.paths)}: {_quoted(one.of.text.partition('=')[2])}" for one in settings.all]
    return "\n".join(lines) + "\n"


def _changes(scenario: Scenario) -> Iterator[str]:
    """What was typed beside the sweep."""
    typed = [change for change in scenario.changes if change.file.startswith(TYPED)]
    for key, is_there in (("change", True), ("add", False)):
        mine = [change for change in typed if bool(change.old) == is_there]
        if mine:
            yield f"{key}:"
            yield from (f"  {change.path}: {change.new}  # assumption: as it was typed" for change in mine)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
