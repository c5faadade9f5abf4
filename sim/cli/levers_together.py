"""The verb together: a table of what each lever does alone, in order, last and as a share; a folder with table and chart.

Users' scripts rely on the columns.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.cli.arguments import number_of, repeat_with
from sim.cli.screen import Screen
from sim.cli.studying import about, how_to_run, plan_words, publish_study, try_places
from sim.cli.tables import columns, finished, wrapped
from sim.cli.verbs.studies import Levers
from sim.inputs.loading import sets_for_each
from sim.inputs.problems import capital
from sim.inputs.scenario import Scenario
from sim.results.files import writing
from sim.results.measure_table import HEADLINE, measures
from sim.results.measures.hospitals import main_place
from sim.results.report.study import StudyPage
from sim.results.words import labels
from sim.results.words.labels import change_and_interval, counted, in_sentences, measure_label, title_of_all
from sim.runs.specification import files_read
from sim.studies.assumptions import (
    CASH,
    LEVER_COLUMNS,
    MOST_IN_ALL_ORDERS,
    Effect,
    Together,
    Wanted,
    lever_rows,
    read_selections,
    together,
    work_together,
)

HEADS = ("", "alone", "in this order", "on top of all others", "share of the whole", "95% interval")


def together_verb(options: Levers, screen: Screen) -> int:
    """Runs every selection of the levers, prints a table for delay and one for cash, and writes the folder."""
    began = time.time()
    base, *levers = options.files
    (sets, *_) = sets_for_each((base,), options.sets)
    scenarios = read_selections(base, levers, sets, options.replications, options.seed)
    every = tuple(scenarios.values())
    run = how_to_run(options, screen, sum(one.replications for one in every))
    selections = f"{counted(len(levers), 'lever')}: {counted(len(every), 'scenario')}, {_what_is_run(len(levers))}"
    if options.plan:
        work, seconds = work_together(scenarios, run, number_of(run.workers))
        screen.say(f"Plan: {selections}, {counted(every[0].replications, 'replication')} each.")
        screen.say(plan_words(work, seconds, run.workers))
        return 0
    try_places(options, files_read(every))
    screen.note(f"{selections} ...")
    with screen.running():
        found = together(scenarios, _wanted(every), run)
    _say(screen, found, _write(options, found, began))
    return finished(options, screen, run.store, _results_of(found))


def _what_is_run(levers: int) -> str:
    if levers <= MOST_IN_ALL_ORDERS:
        return "one for each combination of them"
    return "each alone, each on top of all others, and one on top of the other in this order and in its reverse"


def _say(screen: Screen, found: Sequence[Together], folder: Path) -> None:
    screen.say(title_of_all((found[0].base, *(lever.lever for lever in found[0].levers)), compared=True))
    for one in found:
        screen.say()
        columns(screen, _table(one))
    screen.say()
    for one in found:
        wrapped(screen, _answer(one))
    wrapped(screen, _how_to_read(found[0]))
    screen.say(f"Page, table and charts: {folder}")


def _results_of(found: Sequence[Together]) -> dict[str, Any]:
    """What the JSON file holds: a row for each measure, lever and kind."""
    scenarios = [found[0].base, *(lever.lever for lever in found[0].levers)]
    return {
        **about(scenarios),
        "together": [dict(zip(LEVER_COLUMNS, row, strict=True)) for one in found for row in lever_rows(one)],
    }


def _wanted(scenarios: Sequence[Scenario]) -> tuple[Wanted, Wanted]:
    """Delay and cash; where nothing has a price, who waits for the hospital."""
    place = main_place(scenarios[0])
    second = CASH if any(scenario.costs.prices for scenario in scenarios) else Wanted(place, "queue_mean")
    return Wanted(place, HEADLINE), second


def _names(found: Together) -> dict[str, str]:
    return in_sentences(tuple(lever.lever for lever in found.levers))


def _label(found: Together) -> str:
    return measure_label(found.wanted.measure, found.wanted.service, measured_days=found.base.calendar.measured_days)


def _told(found: Together, effect: Effect, beside: Sequence[float] = ()) -> tuple[str, str]:
    """A change and its interval, of amounts in the unit of those beside it."""
    unit, times = _unit(found)
    return change_and_interval(
        effect.mean, effect.low, effect.high, unit, times, beside if unit in labels.MONEY else ()
    )


def _mean(found: Together, effect: Effect, beside: Sequence[float]) -> str:
    """A change without its interval; an amount is in the unit of those beside it, and not of its own interval."""
    unit, times = _unit(found)
    if unit not in labels.MONEY:
        return _told(found, effect)[0]
    return change_and_interval(effect.mean, None, None, unit, times, beside)[0]


def _unit(found: Together) -> tuple[str, float]:
    """The measure's unit, and what to multiply its totals by."""
    measure = found.wanted.measure
    return measures()[measure].unit, labels.factor(measure, found.base.calendar.measured_days)


def _numbers(*effects: Effect, whole: Effect) -> list[float]:
    """What a row shows: means, and of the last the ends of its interval as well."""
    shown = (*(effect.mean for effect in effects), whole.mean, whole.low, whole.high)
    return [number for number in shown if number is not None]


def _table(found: Together) -> list[tuple[str, ...]]:
    """The heads, and a row for each lever and for all of them."""
    names = _names(found)
    rows: list[tuple[str, ...]] = [(_label(found), *HEADS[1:])]
    for lever in found.levers:
        effects = (lever.alone, lever.step, lever.last)
        shown = _numbers(*effects, whole=lever.share)
        means = (_mean(found, effect, shown) for effect in effects)
        rows.append((names[lever.lever.id], *means, *_told(found, lever.share, shown)))
    shown = _numbers(found.parts_alone, whole=found.whole)
    parts, (whole, ends) = _mean(found, found.parts_alone, shown), _told(found, found.whole, shown)
    rows.append(("all together", f"{parts} (added up)", whole, "", whole, ends))
    return rows


def _answer(found: Together) -> str:
    """What all levers do together, and whose share of it is the largest."""
    largest = max(found.levers, key=lambda lever: abs(lever.share.mean))
    whole, ends = _told(found, found.whole)
    span = f" ({ends})" if ends else ""
    label = _label(found)
    return f"{capital(label)}: all together {whole}{span}; the largest share is that of {_names(found)[largest.lever.id]}, {_told(found, largest.share)[0]}."


def _how_to_read(found: Together) -> str:
    in_all_orders = len(found.levers) <= MOST_IN_ALL_ORDERS
    orders = "all orders in which they could come (Shapley 1953)" if in_all_orders else "this order and its reverse"
    return (
        f"{counted(found.base.replications, 'replication')}, the same people throughout. Effects do not add up: people who leave earlier for one "
        "reason then wait for the next, and a day can be saved only once. A share is what a lever adds on average over "
        f"{orders}; the shares add up to what all of them do together."
    )


def _write(options: Levers, found: Sequence[Together], began: float) -> Path:
    from sim.results.charts.studies import bars_chart
    from sim.results.charts.style import draw_picture  # matplotlib comes only now

    base, levers = found[0].base, [lever.lever for lever in found[0].levers]
    tables = [_table(one) for one in found]
    return publish_study(
        options.outputs,
        [f"together-{base.id}", *(lever.id for lever in levers)],
        scenarios=[base, *levers],
        command=repeat_with("together", options),
        page=StudyPage(
            title_of_all((base, *levers), compared=True),
            "What does each lever do, alone and together, and which part of the whole is whose?",
            [*map(_answer, found), _how_to_read(found[0])],
            [(_label(one), ["", *HEADS[1:]], rows) for one, (_, *rows) in zip(found, tables, strict=True)],
        ),
        charts=[
            draw_picture(name, bars_chart, _picture(one))
            for name, one in zip(("delay", "cash" if found[1].wanted == CASH else "waiting"), found, strict=True)
        ],
        files={
            "results.json": writing.json_bytes(_results_of(found)),
            "together.csv": writing.csv_bytes(LEVER_COLUMNS, (row for one in found for row in lever_rows(one))),
        },
        began=began,
    )


def _picture(found: Together) -> Any:
    from sim.results.charts.studies import BarsPicture

    names = _names(found)
    times = labels.factor(found.wanted.measure, found.base.calendar.measured_days)
    effects = [(names[lever.lever.id], lever.alone, lever.share) for lever in found.levers]
    effects.append(("all: alone added up, and together", found.parts_alone, found.whole))
    return BarsPicture(
        title="What does each lever do, alone and as its share of the whole?",
        subtitle=f"{counted(found.base.replications, 'replication')} of every selection, the same people; 95% intervals",
        axis=f"change in {_label(found)}",
        bars=[
            (name, alone.mean * times, _ends(alone, times), share.mean * times, _ends(share, times))
            for name, alone, share in effects
        ],
        names=("alone", "share of the whole (the shares add up)"),
        is_money=found.wanted == CASH,
    )


def _ends(effect: Effect, times: float) -> tuple[float, float] | None:
    return None if effect.low is None or effect.high is None else (effect.low * times, effect.high * times)
