"""The verb solve: the question, the answer, the table behind it, and a folder with table and chart."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from sim.cli.arguments import UsageError
from sim.cli.files import number_of
from sim.cli.plans import duration, how_to_run, with_start
from sim.cli.screen import Screen
from sim.cli.study_folder import publish_study, try_places
from sim.cli.tables import columns, finished, wrapped
from sim.cli.verbs.solve import Solve
from sim.home import typed
from sim.inputs.loading import sets_for_each
from sim.inputs.problems import capital
from sim.model.engine import COMPILED
from sim.results.files import writing
from sim.results.report.study import StudyPage
from sim.results.words.labels import counted, shortened, title
from sim.runs.experiment import HowToRun, Work
from sim.runs.outputs import results_object
from sim.runs.specification import Job, files_read
from sim.studies.solve import Asked, MixRuns, Solved, Study, Tried, said, solve, study_of
from sim.studies.solve_search import CANNOT_TELL, DOMINATED, MEETS, MISSES, ON_FRONTIER
from sim.studies.solve_words import aim_words, answer_words, heads, label, names, question_words, rows, values

MOST_ROWS = 20
SUBTITLE = 105  # letters of a line
BESIDE = 3  # rows on each side of the answer
COLUMNS = ("mean", "low", "high", "replications", "verdict", "cost", "frontier")


def solve_verb(options: Solve, screen: Screen) -> int:
    """Finds the answer, writes the folder and says it; with --plan only what would be run."""
    began = time.time()
    study = study_of(_asked(options))
    screen.say(question_words(study))
    how = how_to_run(options, screen, study.looks.first)
    wrapped(screen, _plan(study, how))
    if options.plan:
        return 0
    try_places(options, files_read([study.stated]))
    with screen.running():
        found = solve(study, how, screen.note)
        whole = _whole(found, options, how)
    folder = _write(found, whole, options, began)
    _say(screen, found, folder)
    return finished(options, screen, how.store, whole)


def _asked(options: Solve) -> Asked:
    (file,) = options.files
    sets = sets_for_each([file, *([options.base] if options.base else [])], options.sets)
    prices = dict(_price(price) for price in options.prices)
    return Asked(
        file=file,
        changes=list(zip(options.changes, options.betweens, strict=True)),
        target=options.target,
        confidence=options.confidence,
        base=options.base,
        cost=options.cost,
        prices=prices,
        sets=sets[0],
        base_sets=sets[-1] if options.base else (),
        replications=options.replications,
        most=options.most,
        seed=options.seed,
        indifference=_amount("--indifference", options.indifference) if options.indifference else 0.0,
    )


def _price(typed: str) -> tuple[str, float]:
    path, sign, amount = typed.partition("=")
    if not sign:
        raise UsageError(f"--price needs a path and an amount, as in services.unit.beds=68000; not {typed!r}")
    return path.strip(), _amount(f"--price {path.strip()}", amount)


def _amount(option: str, text: str) -> float:
    try:
        found = float(text.strip().removeprefix("£").replace(",", ""))
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0):
        raise UsageError(f"{option} is an amount of 0 or more, as in 68000; not {text!r}")
    return found


def _plan(study: Study, how: HowToRun) -> str:
    """What will be run, and how long that takes on this computer."""
    first, last = study.looks.first, study.looks.sizes[-1]
    values = study.fewest // first
    what = counted(values, "mix", "mixes") if study.several else f"about {counted(values, 'value')}"
    # each look at a value, or at several together, has the base's replications as well
    sides = 2 if study.world.base else 1
    runs, processes = MixRuns(study.world, how), max(1, number_of(how.workers))
    # the answer and the base, in the end
    checks = sides if how.engines.cross_check and how.engines.name == COMPILED else 0
    few, many = (
        duration(with_start(runs.seconds_for(Work(number + extra * (sides - 1), 0, checks), processes)))
        for number, extra in ((study.fewest, first), (study.most, last))
    )
    return (
        f"Plan: {what}, {first} replications each, and up to {last} where fewer cannot tell: about {few} in "
        f"{counted(processes, 'process', 'processes')}, {many} at most. What an earlier command has found is not run again."
    )


def _whole(found: Solved, options: Solve, how: HowToRun) -> dict[str, Any]:
    """What the JSON file holds: the answer, and all that compare has, at the answer or the best."""
    scenarios, findings = found.findings
    job = Job(scenarios, len(scenarios) > 1, Path(options.outputs), how.engines, store=how.store)
    said = results_object(job, findings)
    return {"format": said.pop("format"), "solve": found.as_object(), **said}


def _say(screen: Screen, found: Solved, folder: Path) -> None:
    screen.say()
    for number, text in enumerate(answer_words(found)):
        wrapped(screen, text, indent="  " if number else "")
    screen.say()
    shown = _shown(found)
    columns(screen, [heads(found), *rows(found, shown)])
    if len(shown) < len(found.tried):
        screen.say(f"and {len(found.tried) - len(shown)} more, all of them in solve.csv")
    screen.say()
    wrapped(screen, f"{_how_to_read(found)}")
    screen.say(f"Page, table and chart: {folder}")


def _shown(found: Solved) -> Sequence[Tried]:
    """Every value, or those around the best and some others; of many mixes those that are not dominated, the cheapest first."""
    if not found.study.several:
        here = found.tried.index(found.best)
        step = max(1, len(found.tried) // (MOST_ROWS - 2 * BESIDE))
        last = len(found.tried) - 1
        return [one for at, one in enumerate(found.tried) if abs(at - here) <= BESIDE or at % step == 0 or at == last]
    kept = [one for one in found.tried if one.mark != DOMINATED or one is found.best]
    return sorted(kept, key=lambda one: (one.cost or 0.0, one.mean))[:MOST_ROWS]


def _how_to_read(found: Solved) -> str:
    looks, statements = found.study.looks, found.found.statements
    sure = f"{100 * looks.confidence:g}%"
    together = f", all {statements} statements together" if statements > 1 else ""
    text = (
        f"The same people at every value. Bounds: the mean is above the lower and below the upper one with {sure} confidence each, "
        f"however often one looks{together}. Of different replications, means are not side by side; what is said of two values is of those that both have."
    )
    if found.study.several:
        text += (
            f" {ON_FRONTIER.capitalize()}: surely better than every cheaper mix. {DOMINATED.capitalize()}: another surely costs no more and is "
            "as good. Each mark for itself."
        )
        text += (
            f" Cost: all of it {'of the answer' if found.answer is not None else 'of the best mix'}, and how much more it is with each other mix."
            if found.study.cost
            else ""
        )
    return text


# -- files -------------------------------------------------------------------------------------------------


def _write(found: Solved, whole: dict[str, Any], options: Solve, began: float) -> Path:
    from sim.results.charts.studies import solution_chart
    from sim.results.charts.style import draw_picture  # matplotlib comes only now

    study = found.study
    names = [one.path for one in study.world.all]
    asked = question_words(study).removeprefix("Asked: ")
    return publish_study(
        options.outputs,
        [f"solve-{study.stated.id}"],
        scenarios=[study.stated],
        command=_command(options),
        page=StudyPage(
            title(study.stated),
            question_words(study),
            [*answer_words(found), _how_to_read(found)],
            [("", heads(found), rows(found, found.tried))],
            asks=capital(asked),
        ),
        charts=[draw_picture("solve", solution_chart, _picture(found))],
        files={
            "solve.csv": writing.csv_bytes((*names, *COLUMNS), map(_cells, [found] * len(found.tried), found.tried)),
            "results.json": writing.json_bytes(whole),
        },
        began=began,
        replications=found.replications,
    )


def _cells(found: Solved, one: Tried) -> tuple[Any, ...]:
    settings = zip(found.study.world.all, one.point, strict=True)
    values = [setting.value(at) for setting, at in settings]
    return (*values, one.mean, one.low, one.high, one.replications, one.verdict, one.cost, one.mark)


def _picture(found: Solved) -> Any:
    from sim.results.charts.studies import SolutionPicture, TriedPoint

    study, answer = found.study, found.answer
    several, setting = study.several, study.world.all[0]
    least = min((one.cost for one in found.tried if one.cost is not None), default=0.0)
    points = [
        TriedPoint(
            across=((one.cost or 0.0) - least) / (1 if study.cost and study.cost.unit != "GBP" else 1000)
            if several
            else setting.position(one.point[0]),
            mean=one.mean,
            low=one.low if math.isfinite(one.low) else one.mean,
            high=one.high if math.isfinite(one.high) else one.mean,
            kind=one.mark if several else one.verdict,
            label=values(found, one) if several and one.mark == ON_FRONTIER else "",
            is_answer=one.point == answer,
        )
        for one in found.tried
        if math.isfinite(one.mean)
    ]
    return SolutionPicture(
        title="Which mix meets the target?" if several else f"Which value of {said(setting)} meets the target?",
        subtitle=fill(
            f"{shortened(title(study.stated), 60)}. Wanted: {aim_words(study)}"
            + (f"; beside a point: {names(study)}" if several else ""),
            SUBTITLE,
        ),
        across=_across_cost(study) if several else said(setting),
        axis=label(study),
        target=study.target.goal.value,
        target_words=study.target.shown,
        kinds=(ON_FRONTIER, CANNOT_TELL, DOMINATED) if several else (MEETS, CANNOT_TELL, MISSES),
        points=points,
        with_line=not several,
    )


def _across_cost(study: Study) -> str:
    if study.cost is None:
        return "£1,000 more than the cheapest mix that was tried"
    if study.cost.unit == "GBP":
        return f"{study.cost.label(study.days)}: £1,000 more than with the cheapest mix that was tried"
    return f"{study.cost.label(study.days)}: more than with the mix that has least of it"


def _command(options: Solve) -> str:
    pairs = zip(options.changes, options.betweens, strict=True)
    settings = [word for change, between in pairs for word in ("--change", change, "--between", between)]
    asked = {"target": options.target, "confidence": f"{100 * options.confidence:g}%", "base": options.base}
    chosen = {"cost": options.cost, "indifference": options.indifference, "most_replications": options.most}
    numbers = {"replications": options.replications, "seed": options.seed}
    changed = {"price": options.prices, "set": options.sets}
    return typed("solve", [*options.files, *settings], **asked, **chosen, **numbers, **changed)
