"""The verb break-even: a table of effects, each with the size at which it pays."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.cli.arguments import UsageError, engines_for, repeat_with
from sim.cli.files import number_of, place_for
from sim.cli.plans import duration, with_start
from sim.cli.screen import Screen
from sim.cli.study_folder import publish_study, try_places
from sim.cli.tables import columns, finished, wrapped
from sim.cli.verbs.break_even import BreakEven
from sim.inputs.loading import Question, read_scenario, sets_for_each
from sim.inputs.part import SHARE, typed_setting
from sim.inputs.problems import Problems
from sim.inputs.scenario import Scenario
from sim.results.files import writing
from sim.results.report.study import StudyPage
from sim.results.words.labels import counted, per_one_of, shortened, title
from sim.runs.experiment import HowToRun, Work
from sim.runs.specification import FORMAT
from sim.runs.store import default_store
from sim.studies.break_even import (
    COLUMNS,
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
from sim.studies.settings import PointRuns, settings_of

Found = tuple[str, Answer]  # an effect in words, and where it pays


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
    found: list[Found] = []
    try:
        for effect in effects:
            base, question = _asked(options, effect)
            found.append((effect.says, break_even(base, question, effect.setting, run)))
    except ValueError as error:
        raise UsageError(str(error)) from None
    page = _page(found)
    columns(screen, [(*page.tables[0][1],), *page.tables[0][2]])
    screen.say()
    wrapped(screen, page.says[-1])
    screen.say(f"Page, table and chart: {_write(options, found, page, began)}")
    return finished(options, screen, run.store, _results(found))


def _results(found: Sequence[Found]) -> dict[str, Any]:
    return {"format": FORMAT, "break_even": [as_object(what, says) for says, what in found]}


def _page(found: Sequence[Found]) -> StudyPage:
    replications = counted(found[-1][1].base.replications, "replication")
    others = list(dict.fromkeys(title(what.other) for _, what in found))
    return StudyPage(
        others[0] if len(others) == 1 else f"{len(others)} scenarios",
        "How large would the effect have to be to pay for itself?",
        [*(sentence(what, says) for says, what in found), NOTE.format(replications=replications)],
        [("", ("scenario", *HEADS), [(what.other.name, *row(what, says)) for says, what in found])],
    )


def _write(options: BreakEven, found: Sequence[Found], page: StudyPage, began: float) -> Path:
    from sim.results.charts.money import break_even_chart  # matplotlib comes only now
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
        charts=[draw_picture("break-even", break_even_chart, _picture(found, page))],
        files={
            "results.json": writing.json_bytes(_results(found)),
            "break_even.csv": writing.csv_bytes(COLUMNS, [line for says, what in found for line in cells(what, says)]),
            "sizes.csv": writing.csv_bytes(SIZES, [line for says, what in found for line in sizes(what, says)]),
        },
        began=began,
        asked="\0".join(f"{says}{what.setting.of.text}" for says, what in found),
    )


def _picture(found: Sequence[Found], page: StudyPage) -> Any:
    from sim.results.charts.money import BreakEvenPicture, EffectPanel

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

    time = per_one_of(what.base.calendar.measured_days for _, what in found)
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
        base, question = _asked(options, effect)
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


def _asked(options: BreakEven, effect: Effect) -> tuple[Scenario, Question]:
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
