"""The folder of a study in which all assumptions move together: tables, a chart and run.json.

What may be changed here: wording freely; columns are a contract.
"""

import shlex
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

from sim.cli.study_folder import publish_study
from sim.cli.verbs.sensitivity import Sensitivity
from sim.home import COMMAND
from sim.results.charts import Chart
from sim.results.files import writing
from sim.results.measure_table import HIGHER, LOWER, measures
from sim.results.report.study import StudyPage
from sim.results.words import labels
from sim.results.words.labels import in_sentences, measure_label, title
from sim.runs.specification import FORMAT
from sim.studies.assumptions import BETTER, MORRIS, SOBOL, WORSE, Indices, JointRanges, Wanted, Worlds

Study = Worlds | Indices
SIZES = {"worlds": 64, MORRIS: 8, SOBOL: 64}  # where none is asked for
CASH = Wanted("all", "cost_cash_gbp")


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
    base, other = study.scenarios
    return publish_study(
        options.outputs,
        [f"{name}-{base.id}", other.id],
        scenarios=study.scenarios,
        command=_command(options),
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
        "format": FORMAT,
        "scenarios": [{"id": one.id, "name": title(one), "file": one.file} for one in study.scenarios],
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
    from sim.results.charts import draw_worlds  # matplotlib comes only now

    return draw_worlds(_worlds_picture(study))


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
    from sim.results.charts.uncertainty import WorldsPicture

    first, second = study.wanted
    across, up = (times_of(study, one) for one in study.wanted)
    counts = [study.verdicts(place) for place in (0, 1)]
    number, names = len(study.found), in_sentences(study.scenarios)
    said = [{BETTER: "better", WORSE: "worse"}.get(world[0].verdict, "cannot tell") for world in study.found]
    return WorldsPicture(
        title=f"Would {names[study.scenarios[1].id]} still help if we are wrong about everything?",
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
    from sim.results.charts import draw_bars

    return draw_bars(study.method, _indices_picture(study))


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
    from sim.results.charts.uncertainty import BarsPicture

    is_morris = study.method == MORRIS
    times, most = (times_of(study, study.wanted), inf) if is_morris else (1.0, 1.0)
    names = in_sentences(study.scenarios)
    return BarsPicture(
        title=f"Which assumptions decide what {names[study.scenarios[1].id]} does?",
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


def _command(options: Sensitivity) -> str:
    words = [*COMMAND, "sensitivity", *options.files, "--method", options.method]
    words += [
        "--size",
        str(options.size or SIZES[options.method]),
        "--ranges",
        options.ranges,
        "--measure",
        options.measure,
    ]
    words += ["--service", options.service] if options.service else []
    words += [word for change in options.sets for word in ("--set", change)]
    for name, value in (("replications", options.replications), ("seed", options.seed)):
        words += [] if value is None else [f"--{name}", str(value)]
    return shlex.join(words)
