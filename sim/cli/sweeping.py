"""The verb sweep: what would be run, then the table, the sentences, and a folder with chart, page and all figures.

What may be changed here: wording freely.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from sim.cli.arguments import engines_for
from sim.cli.files import number_of, place_for, words_for
from sim.cli.plans import plan_words
from sim.cli.screen import Screen
from sim.cli.sweep_files import block_text, command_of, may_be_replaced, results_of, write_sweep
from sim.cli.tables import columns, from_the_store, give_json, wrapped
from sim.cli.usage import UsageError
from sim.cli.verbs.sweep import Sweeping
from sim.inputs.loading import Question, read_scenario, sets_for_each
from sim.inputs.part import typed_of, typed_setting
from sim.inputs.problems import Problems
from sim.inputs.scenario import Scenario
from sim.results.files import writing
from sim.results.files.writing import utf8
from sim.results.words.labels import counted, question, title
from sim.runs.experiment import HowToRun
from sim.runs.specification import files_read, try_files, try_folder
from sim.runs.store import Store, default_store, has_rows_of_people
from sim.studies.settings import PointRuns, Settings, settings_of
from sim.studies.sweep import Figure, Sweep, figures_of, heads, label, matrix, rows, sentences, sweep

EXIT_INTERRUPTED = 130


def sweep_verb(options: Sweeping, screen: Screen) -> int:
    """Runs every point, says what they show and writes the folder; with --plan only what would be run."""
    screen = Screen(quiet_output=options.json == "-")
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
    screen.note(f"Running {counted(work.to_come, 'replication')} {words_for(place, options.cluster)} ...")
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


def _check_places(options: Sweeping, settings: Settings, base: Scenario | None) -> None:
    """UsageError where what is asked for could not be written; now, not after all the work."""
    try_folder(Path(options.outputs))
    if options.write == "-":
        raise UsageError("--write needs the name of a file that ends in .yaml")
    if options.write and not may_be_replaced(Path(options.write)):
        raise UsageError(f"--write {options.write}: this file is there, and no sweep wrote it; name another")
    try_files([options.json, options.write], files_read([settings.stated] if base is None else [settings.stated, base]))


def _finish(
    options: Sweeping, screen: Screen, found: Sweep, figures: Sequence[Figure], began: float, engine: str
) -> None:
    """Says what was found, and writes it."""
    told = [one for one in figures if found.has(one)]
    if not told:
        raise UsageError(f"no replication has {figures[0].measure} of {figures[0].service}; ask for another --measure")
    _say(screen, found, told)
    command = command_of(options, found.settings)
    folder = write_sweep(options.outputs, found, told, command, engine, began)
    if options.json:
        give_json(options.json, results_of(found, told))
    screen.say(f"Page, chart and all figures: {folder}")
    if options.write:
        writing.write_file(Path(options.write), utf8(block_text(found.settings, Path(options.write), command)))
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
    for one in figures if len(found.all) > 1 else ():
        screen.say(f"{label(found, one)}")
        columns(screen, matrix(found, one))
        screen.say()
    screen.say()
    for text in sentences(found, figures):
        wrapped(screen, text, indent="  ")
    screen.say()
    wrapped(screen, how_to_read(found))


def how_to_read(found: Sweep) -> str:
    """What the table is made of."""
    ends = "In brackets: 95% intervals. " if len(found.all) == 1 else ""
    return (
        f"{counted(found.scenario.replications, 'replication')}, the same people at every point. {ends}A step is the paired difference "
        "to the next value; where its interval holds 0, nobody can tell. Nothing changes: the difference of each value there to the "
        "last (or first) one has an interval that holds 0."
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
    done, total = screen.how_far
    goes_on = store is not None and store.is_writable and not has_rows_of_people(scenario)
    then = "goes on from here" if goes_on else "begins anew"
    screen.end_progress()
    screen.note(f"Stopped after {done} of {total} replications. No results were written; the same command {then}.")
