"""The verb calibrate: figures held against targets; with --fit, settings moved towards them and a scenario fragment written."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sim.calibration import (
    HEADS,
    HELD_OUT_HEADS,
    LINE_COLUMNS,
    Line,
    Prediction,
    Section,
    calibrate,
    checked_targets,
    conflicting_targets,
    held_out_summary,
    held_out_table,
    line_cells,
    page,
    summary,
    table,
    waits_on_lists,
)
from sim.cli.arguments import UsageError, engines_for, place_for
from sim.cli.screen import Screen
from sim.cli.studying import say_plan
from sim.cli.tables import columns, from_the_store, give_json, wrapped
from sim.cli.verbs.own_data import PERIOD, Calibrate
from sim.diagnostics.warnings import left_behind, warnings_before_a_run
from sim.fitting.search import (
    HOW_TO_READ,
    INTERRUPTED,
    MARK,
    SETTING_HEADS,
    TARGET_HEADS,
    Fitted,
    Found,
    Progress,
    Runs,
    Search,
    fragment,
    sentences,
    setting_rows,
    target_rows,
)
from sim.fitting.settings import Setting, Settings, settings_of
from sim.home import common_folder, meant, name_from, typed
from sim.inputs.files import Range, Target, read_ranges
from sim.inputs.loading import Question, read_scenario
from sim.inputs.part import each, typed_setting
from sim.inputs.problems import Problems, quoted
from sim.inputs.scenario import Scenario
from sim.results.files.writing import csv_bytes, may_be_replaced, utf8, write_file
from sim.results.words.headline import averages
from sim.results.words.labels import counted, title
from sim.runs.engines import Engines
from sim.runs.experiment import Shared
from sim.runs.specification import files_read, try_files
from sim.runs.store import default_store
from sim.runs.workers import processors

SETTING_KEYS = ("setting", "stated", "fitted", "plus_or_minus", "range", "remark")
EVERYBODY = 1 - 1e-9
EXIT_INTERRUPTED = 130


def fit(options: Calibrate, screen: Screen, scenario: Scenario, targets: Sequence[Target], command: str) -> int:
    """Moves the settings, prints what was found, and writes what was asked for."""
    question = Question(options.files[0], tuple(options.sets), options.replications, options.seed)
    settings = settings_of(question, _ranges(options))
    _check(settings, scenario, targets, screen)
    _try_places(options, scenario)
    kept_back = _kept_back(options, scenario)
    excluding = conflicting_targets(targets, [scenario, *settings.at_ends()])
    for text in excluding:
        screen.note(f"Warning: {text}")
    engines, store = engines_for(options, screen), default_store(fresh=options.fresh)
    runs = Runs(settings, targets, options.place or options.workers or processors(), engines, screen.progress, store)
    fitted = _fitted(runs, settings, engines, options, screen)
    whole = f"{command} {_words_of(options)}"
    if options.write:
        write_file(Path(options.write), utf8(fragment(fitted, Path(options.write), whole)))
    _say_fit(screen, fitted, excluding)
    predictions = []
    if kept_back and fitted.found.ended != INTERRUPTED:
        predictions = _predict(screen, options, kept_back, fitted, engines)
    from_the_store(screen, store)
    sections = [Section("Settings", [SETTING_HEADS, *setting_rows(fitted)], " ".join(sentences(fitted)))]
    if predictions:
        table_of = [HELD_OUT_HEADS, *held_out_table(predictions)]
        sections.append(Section(f"Held out: {_held_out_name(options)}", table_of, held_out_summary(predictions)))
    settings_found = [dict(zip(SETTING_KEYS, row, strict=True)) for row in setting_rows(fitted)]
    as_fitted = question.read(fitted.found.best.moved)
    _write(options, screen, as_fitted, fitted.lines, whole, predictions, sections, {"settings": settings_found})
    if options.write:
        screen.say(f"Written as a scenario: {options.write}")
    return EXIT_INTERRUPTED if fitted.found.ended == INTERRUPTED else 0


@dataclass(frozen=True, slots=True)
class _KeptBack:
    """Targets that no setting was fitted to, and the days that they are of."""

    targets: Sequence[Target]
    days: Mapping[str, str]  # values of the calendar


def _kept_back(options: Calibrate, scenario: Scenario) -> _KeptBack | None:
    """What --held-out and --period say, read before anything runs; ScenarioError or UsageError where they make no sense."""
    if not options.held_out:
        return None
    targets = checked_targets(options.held_out, scenario)
    found = PERIOD.fullmatch(options.period) if options.period else None
    if found is None:
        return _KeptBack(targets, {})
    try:
        first, last = (date.fromisoformat(text) for text in found.groups())
    except ValueError:
        raise UsageError(f"--period {options.period}: there is no such day") from None
    if last < first:
        raise UsageError(f"--period {options.period}: the second date is the last day, and is before the first")
    start = first - timedelta(days=scenario.calendar.warm_up_days)
    days = {"calendar.start": start.isoformat(), "calendar.measured_days": str((last - first).days + 1)}
    Question(options.files[0], tuple(options.sets), options.replications, options.seed).read(days)
    return _KeptBack(targets, days)


def _held_out_name(options: Calibrate) -> str:
    name = name_from(None, options.held_out) if options.held_out else ""
    return f"{name}{f', {options.period}' if options.period else ''}"


def _write(  # noqa: PLR0913, PLR0917 - what all three files hold
    options: Calibrate,
    screen: Screen,
    scenario: Scenario,
    lines: Sequence[Line],
    command: str,
    predictions: Sequence[Prediction] = (),
    sections: Sequence[Section] = (),
    more: Mapping[str, object] | None = None,
) -> None:
    """The page, the table and the JSON file that were asked for."""
    every: list[Line | Prediction] = [*lines, *predictions]
    cells = [line_cells(one) for one in every]
    if options.page:
        write_file(Path(options.page), utf8(page(scenario, lines, command, sections)))
        screen.say(f"Written as a page: {options.page}")
    if options.csv:
        write_file(Path(options.csv), csv_bytes(LINE_COLUMNS, cells))
        screen.say(f"Written as a table: {options.csv}")
    if options.json:
        rows = [dict(zip(LINE_COLUMNS, row, strict=True)) for row in cells]
        about = {"repeat_with": command, "replications": scenario.replications, "seed": scenario.seed}
        give_json(options.json, {**about, **(more or {}), "targets": rows})


def _predict(
    screen: Screen, options: Calibrate, kept_back: _KeptBack, fitted: Fitted, engines: Engines
) -> list[Prediction]:
    """Runs the days that were kept back with the fitted settings, and judges."""
    question = fitted.settings.question
    scenario = question.read({**fitted.found.best.moved, **kept_back.days})
    screen.note(f"Predicting the days kept back: {counted(scenario.replications, 'replication')} ...")
    with screen.running():
        place = place_for(options, scenario.replications)
        lines = calibrate(
            scenario, kept_back.targets, place, screen.progress, engines, default_store(fresh=options.fresh)
        )
    predictions = [Prediction(line) for line in lines]
    screen.say(f"\nHeld out: {_held_out_name(options)}\n")
    columns(screen, [HELD_OUT_HEADS, *held_out_table(predictions)])
    screen.say()
    wrapped(screen, held_out_summary(predictions), indent="  ")
    return predictions


def _fitted(runs: Runs, settings: Settings, engines: Engines, options: Calibrate, screen: Screen) -> Fitted:
    """Runs the scenario as it is, searches, and runs the best again as it was asked for."""
    screen.note(f"Fitting {counted(len(settings.all), 'setting')}; each evaluation has the same people ...")
    with screen.running():
        stated = runs.lines({})
        lacking = [line.target.says for line in stated if line.target.binds and line.found is None]
        if lacking:
            raise UsageError(*(f"{one}: binds, but this scenario has no such figure" for one in lacking))
        found = _search(runs, settings, options, screen)
        if found.ended != INTERRUPTED and engines.cross_check:
            runs.lines(found.best.moved)
    return Fitted(settings, found, stated)


def _search(runs: Runs, settings: Settings, options: Calibrate, screen: Screen) -> Found:
    every = settings.all
    search = Search(
        evaluate=runs,
        start=np.array([setting.start for setting in every]),
        rounded=lambda position: np.array([one.rounded(float(at)) for one, at in zip(every, position, strict=True)]),
        steps=np.array([setting.step for setting in every]),
        most=options.evaluations or 20 * (len(every) + 1),
        told=lambda progress: screen.note(_progress(progress)),
    )
    return search.run()


def _progress(now: Progress) -> str:
    text = f"Evaluation {now.evaluations} of at most {now.most}: sum of squared misfits {now.cost:.3g}"
    return text if now.cost <= now.best else f"{text} (best so far {now.best:.3g})"


def _ranges(options: Calibrate) -> list[Range]:
    """The settings of all files and words behind --fit."""
    return [one for word in options.fit for one in _range_of(word)]


def _range_of(word: str) -> Sequence[Range]:
    problems = Problems()
    found = None if Path(word).is_file() or "=" not in word else typed_setting(word, "--fit", problems)
    if found is None or not found.is_range:
        return read_ranges(meant(word))
    paths, low, high = found.paths, each(found.low), each(found.high)
    mark = found.mark
    if found.step:
        problems.add(mark, "has a step, and a fit goes through all values; write PATH=LOW..HIGH")
    for name, values in (("low", low), ("high", high)):
        if len(values) != len(paths):
            problems.add(mark, f"{quoted(name)} holds {len(values)} values for {len(paths)} paths")
    problems.stop_if_any()
    return [Range("|".join(paths), paths, low, high, "assumption", "", mark)]


def _check(settings: Settings, scenario: Scenario, targets: Sequence[Target], screen: Screen) -> None:
    """Refuses settings that move nobody and targets of which none binds; warns of what moves few."""
    if not any(target.binds for target in targets):
        raise UsageError("no target binds, so there is nothing to fit to; write `yes` in the column binds")
    problems = Problems()
    for setting in settings.all:
        for text, everybody in _overridden(setting, scenario):
            if everybody:
                problems.add(setting.of.mark, text)
            else:
                screen.note(f"Warning: {setting.of.says}: {text}")
        if setting.is_outside:
            said, ends = (
                setting.shown(setting.stated),
                [setting.shown(part) for part in (setting.parts[0].low, setting.parts[0].high)],
            )
            screen.note(
                f"Warning: {setting.of.says}: the present value, {said}, lies outside {ends[0]} to {ends[1]}; the fit starts at the nearest end"
            )
    problems.stop_if_any()


def _overridden(setting: Setting, scenario: Scenario) -> Iterator[tuple[str, bool]]:
    """A sentence where routes override what a setting moves, and whether on all of them."""
    for value in left_behind(scenario, [part.path for part in setting.parts]):
        yield f"{quoted(value.path)} is {value.where}; {value.cure}", value.share >= EVERYBODY


def _try_places(options: Calibrate, scenario: Scenario) -> None:
    if options.write and not may_be_replaced(Path(options.write), MARK):
        raise UsageError(f"--write {options.write}: this file is there, and no fit wrote it; name another")
    read = [word for word in options.fit if Path(word).is_file()]
    try_files(
        [options.page, options.csv, options.json, options.write],
        files_read([scenario], options.targets, options.held_out, *read),
    )


def _words_of(options: Calibrate) -> str:
    words = [word for one in options.fit for word in ("--fit", one)]
    words += ["--evaluations", str(options.evaluations)] if options.evaluations else []
    return shlex.join(words)


def _say_fit(screen: Screen, fitted: Fitted, excluding: Sequence[str]) -> None:
    screen.say("\nSettings\n")
    columns(screen, [SETTING_HEADS, *setting_rows(fitted)])
    for binds, heading in ((True, "Targets that bind"), (False, "The rest: looked at, not fitted")):
        chosen = [pair for pair in zip(fitted.stated, fitted.lines, strict=True) if pair[1].target.binds == binds]
        if chosen:
            screen.say(f"\n{heading}\n")
            columns(screen, [TARGET_HEADS, *target_rows(*zip(*chosen, strict=True))])
    screen.say()
    for text in (*sentences(fitted), *excluding, HOW_TO_READ):
        wrapped(screen, text, indent="  ")


def calibrate_verb(options: Calibrate, screen: Screen) -> int:
    """Runs one scenario and shows target, range, simulated figure, interval and whether it is met."""
    (file,) = options.files
    scenario = read_scenario(file, tuple(options.sets), replications=options.replications, seed=options.seed)
    targets = checked_targets(options.targets, scenario)
    if options.fit:
        return fit(options, screen, scenario, targets, _command(options))
    try_files([options.page, options.csv, options.json], files_read([scenario], options.targets))
    workers = place_for(options, scenario.replications)
    engines, store = engines_for(options, screen), default_store(fresh=options.fresh)
    if options.plan:
        say_plan(screen, Shared((scenario,), engines=engines), workers, store)
        return 0
    screen.note(f"Running {counted(scenario.replications, 'replication')} ...")
    with screen.running():
        lines = calibrate(scenario, targets, workers, screen.progress, engines, store)
    for warning in (*warnings_before_a_run(scenario), *conflicting_targets(targets, [scenario])):
        screen.say(f"Warning: {warning}")
    _say(screen, scenario, lines)
    from_the_store(screen, store)
    _write(options, screen, scenario, lines, _command(options))
    return 0


def _say(screen: Screen, scenario: Scenario, lines: list[Line]) -> None:
    for binds, heading in ((True, "Targets that bind"), (False, "The rest: looked at, not fitted")):
        chosen = [line for line in lines if line.target.binds == binds]
        if chosen:
            screen.say(f"\n{heading}\n")
            columns(screen, [HEADS, *table(chosen)])
    screen.say(f"\n{summary(lines)}")
    for said in waits_on_lists(scenario, lines):
        screen.say(f"{said}.")
    screen.say(f"{title(scenario)}: {averages(scenario)}.")


def _command(options: Calibrate) -> str:
    folder = common_folder([*options.files, options.targets])
    files, page = [name_from(folder, file) for file in options.files], options.page and name_from(folder, options.page)
    numbers = {"replications": options.replications, "seed": options.seed}
    return typed("calibrate", files, targets=name_from(folder, options.targets), set=options.sets, **numbers, page=page)
