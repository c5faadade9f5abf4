"""The verbs solve and break-even, which search for a value: the question, the answer, the table behind it, and a folder."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from sim.cli.arguments import UsageError, engines_for, number_of, place_for, repeat_with
from sim.cli.screen import Screen
from sim.cli.studying import duration, how_to_run, publish_study, try_places, with_start
from sim.cli.tables import columns, finished, wrapped
from sim.cli.verbs.studies import BreakEven, Solve
from sim.home import typed
from sim.inputs.loading import Question, read_scenario, sets_for_each
from sim.inputs.part import SHARE, typed_setting
from sim.inputs.problems import Problems, capital
from sim.inputs.scenario import Scenario
from sim.model.engine import COMPILED
from sim.results.files import writing
from sim.results.report.study import StudyPage
from sim.results.words.labels import counted, per_one_of, shortened, title
from sim.runs.experiment import HowToRun, Work
from sim.runs.specification import FORMAT, Job, files_read
from sim.runs.store import default_store
from sim.studies.break_even import (
    COLUMNS as BREAK_EVEN_COLUMNS,
)
from sim.studies.break_even import (
    HEADS,
    NOTE,
    SIZES,
    Effect,
    as_object,
    break_even,
    cells,
    read_effects,
    row,
    sentence,
    sizes,
    usual_values,
)
from sim.studies.break_even import BreakEven as Answer
from sim.studies.settings import MixRuns, PointRuns, settings_of
from sim.studies.solve import (
    Asked,
    Solved,
    Study,
    Tried,
    aim_words,
    answer_words,
    heads,
    label,
    names,
    question_words,
    rows,
    said,
    solve,
    study_of,
    values,
)
from sim.studies.solve_search import CANNOT_TELL, DOMINATED, MEETS, MISSES, ON_FRONTIER

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
    from sim.runs.outputs import results_object  # matplotlib comes only now

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


# -- break-even --------------------------------------------------------------------------------------------------------


EffectFound = tuple[str, Answer]  # an effect in words, and where it pays


def break_even_verb(options: BreakEven, screen: Screen) -> int:
    """Bisects each effect that is asked for, and prints where it pays."""
    effects = _effects(options)
    workers = place_for(options, 1)  # others would start anew at every value
    run = HowToRun(workers, None, engines_for(options, screen), default_store(fresh=options.fresh))
    if options.plan:
        _say_plan(options, screen, effects, run)
        return 0
    began = time.time()
    try_places(options, [one.scenario for one in effects])
    screen.note(f"Bisecting {counted(len(effects), 'effect')}, each against its base on the same people ...")
    found: list[EffectFound] = []
    try:
        for effect in effects:
            base, question = _effect_asked(options, effect)
            found.append((effect.says, break_even(base, question, effect.setting, run)))
    except ValueError as error:
        raise UsageError(str(error)) from None
    page = _page_of_effects(found)
    columns(screen, [(*page.tables[0][1],), *page.tables[0][2]])
    screen.say()
    wrapped(screen, page.says[-1])
    screen.say(f"Page, table and chart: {_write_effects(options, found, page, began)}")
    return finished(options, screen, run.store, _results_of_effects(found))


def _results_of_effects(found: Sequence[EffectFound]) -> dict[str, Any]:
    return {"format": FORMAT, "break_even": [as_object(what, says) for says, what in found]}


def _page_of_effects(found: Sequence[EffectFound]) -> StudyPage:
    replications = counted(found[-1][1].base.replications, "replication")
    others = list(dict.fromkeys(title(what.other) for _, what in found))
    return StudyPage(
        others[0] if len(others) == 1 else f"{len(others)} scenarios",
        "How large would the effect have to be to pay for itself?",
        [*(sentence(what, says) for says, what in found), NOTE.format(replications=replications)],
        [("", ("scenario", *HEADS), [(what.other.name, *row(what, says)) for says, what in found])],
    )


def _write_effects(options: BreakEven, found: Sequence[EffectFound], page: StudyPage, began: float) -> Path:
    from sim.results.charts.studies import break_even_chart  # matplotlib comes only now
    from sim.results.charts.style import draw_picture

    scenarios = [one for _, what in found for one in (what.base, what.other)]
    names = list(dict.fromkeys(scenario.id for scenario in scenarios))
    return publish_study(
        options.outputs,
        [f"break-even-{names[0]}", *names[1:]],
        scenarios=scenarios,
        command=repeat_with(
            "break-even", options, effect=options.effect, effects=[] if options.effect else options.effects
        ),
        page=page,
        charts=[draw_picture("break-even", break_even_chart, _picture_of_effects(found, page))],
        files={
            "results.json": writing.json_bytes(_results_of_effects(found)),
            "break_even.csv": writing.csv_bytes(
                BREAK_EVEN_COLUMNS, [line for says, what in found for line in cells(what, says)]
            ),
            "sizes.csv": writing.csv_bytes(SIZES, [line for says, what in found for line in sizes(what, says)]),
        },
        began=began,
        asked="\0".join(f"{says}{what.setting.of.text}" for says, what in found),
    )


def _picture_of_effects(found: Sequence[EffectFound], page: StudyPage) -> Any:
    from sim.results.charts.studies import BreakEvenPicture, EffectPanel

    def panel(says: str, what: Answer) -> EffectPanel:
        at = what.setting.position
        cash, beds = (
            [(at(one.number), one.mean if one.low is None else one.low, one.mean, one.mean if one.high is None else one.high) for one in balance]
            for balance in (what.cash, what.less_beds)
        )  # fmt: skip
        turns = [[at(number) for number in one.turns] for one in (what.in_cash, what.with_beds)]
        percent = " (%)" if what.setting.part.form == SHARE else ""
        return EffectPanel(
            says,
            shortened(what.setting.path, 50) + percent,
            (cash, beds),
            what.setting.stated_position,
            (turns[0], turns[1]),
        )

    time = per_one_of(what.days for _, what in found)
    return BreakEvenPicture(
        page.question,
        f"what is left to pay {time} at each size, the same people throughout; whiskers: 95% intervals"
        "\nbelow the line of £0 it pays; rings: where it turns; dashed: where the effect stands",
        time,
        ("more cash than the base", "less what freed bed days are worth"),
        [panel(says, what) for says, what in found],
    )


def _say_plan(options: BreakEven, screen: Screen, effects: Sequence[Effect], run: HowToRun) -> None:
    """How many values would be tried where each balance turns once, and how long that takes."""
    work, seconds = Work(0, 0, 0), 0.0
    for effect in effects:
        base, question = _effect_asked(options, effect)
        values = usual_values(question, effect.setting) + 1  # and the base
        mine = Work(values * base.replications, 0, 0)
        seconds += PointRuns(settings_of(question, [effect.setting], fine=True), run, base).seconds_for(
            mine, number_of(run.workers)
        )
        work = Work(work.replications + mine.replications, 0, 0)
    screen.say(
        f"Plan: {counted(len(effects), 'effect')}, each bisected: about {counted(work.replications, 'replication')} and "
        f"{duration(with_start(seconds))} where the store has none of them, and more where an effect turns more than once. Nothing was written."
    )


def _effect_asked(options: BreakEven, effect: Effect) -> tuple[Scenario, Question]:
    """The base, and how the other is read at each value."""
    sets = sets_for_each((effect.base, effect.scenario), options.sets)
    base = read_scenario(effect.base, sets[0], options.replications, options.seed)
    return base, Question(effect.scenario, tuple(sets[1]), options.replications, options.seed)


def _effects(options: BreakEven) -> Sequence[Effect]:
    """The one that was typed; else those of the two files, or all, as the file of effects lists them."""
    if options.effect:
        problems = Problems()
        setting = typed_setting(options.effect, "--effect", problems)
        problems.stop_if_any()
        assert setting is not None
        base, other = options.files
        return [Effect(other, base, setting.paths[0], setting, "", "")]
    listed = read_effects(options.effects)
    if not options.files:
        return listed
    base, other = options.files
    found = [effect for effect in listed if Path(effect.scenario).resolve() == Path(other).resolve()]
    if not found:
        raise UsageError(f"{options.effects} lists no effect of {other}; name one with --effect PATH=LOW..HIGH")
    return [Effect(other, base, one.says, one.setting, one.source, one.note) for one in found]
