"""calibrate with --fit: settings moved towards the targets, what was found printed, and a scenario fragment written.

What may be changed here: wording freely.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from sim.calibration import page
from sim.cli.arguments import Options, engines_for
from sim.cli.screen import Screen
from sim.cli.tables import columns, from_the_store, wrapped
from sim.cli.usage import UsageError
from sim.diagnostics.littles_law import conflicting_targets
from sim.diagnostics.overridden import overridden
from sim.fitting.fragment import fragment, may_be_replaced
from sim.fitting.runs import Runs
from sim.fitting.search import INTERRUPTED, Found, Progress, Search
from sim.fitting.settings import Question, Setting, Settings, settings_of
from sim.fitting.words import HOW_TO_READ, SETTING_HEADS, TARGET_HEADS, Fitted, sentences, setting_rows, target_rows
from sim.home import meant
from sim.inputs.problems import Mark, Problems, quoted
from sim.inputs.ranges import Range, read_ranges
from sim.inputs.scenario import Scenario
from sim.inputs.targets import Target
from sim.results.files.writing import utf8, write_file
from sim.results.words.labels import counted
from sim.runs.engines import Engines
from sim.runs.store import default_store
from sim.runs.workers import processors
from sim.runs.writable_places import files_read, try_files

TYPED = re.compile(r"([^=]+)=(.+?)\.\.(.+)")  # PATH=LOW..HIGH
EVERYBODY = 1 - 1e-9
EXIT_INTERRUPTED = 130


def fit(options: Options, screen: Screen, scenario: Scenario, targets: Sequence[Target], command: str) -> int:
    """Moves the settings, prints what was found, and writes what was asked for."""
    question = Question(options.files[0], tuple(options.sets), options.replications, options.seed)
    settings = settings_of(question, _ranges(options))
    _check(settings, scenario, targets, screen)
    _try_places(options, scenario)
    excluding = conflicting_targets(targets, [scenario, *settings.at_ends()])
    for text in excluding:
        screen.note(f"Warning: {text}")
    engines, store = engines_for(options, screen), default_store(fresh=options.fresh)
    runs = Runs(settings, targets, options.place or options.workers or processors(), engines, screen.progress, store)
    fitted = _fitted(runs, settings, engines, options, screen)
    whole = f"{command} {_words_of(options)}"
    if options.write:
        write_file(Path(options.write), utf8(fragment(fitted, Path(options.write), whole)))
    if options.page:
        as_fitted = question.read(fitted.found.best.moved)
        write_file(Path(options.page), utf8(page(as_fitted, fitted.lines, whole)))
    _say(screen, fitted, excluding)
    from_the_store(screen, store)
    for file, what in ((options.write, "a scenario"), (options.page, "a page")):
        if file:
            screen.say(f"Written as {what}: {file}")
    return EXIT_INTERRUPTED if fitted.found.ended == INTERRUPTED else 0


def _fitted(runs: Runs, settings: Settings, engines: Engines, options: Options, screen: Screen) -> Fitted:
    """Runs the scenario as it is, searches, and runs the best again as it was asked for."""
    screen.note(f"Fitting {counted(len(settings.all), 'setting')}; each evaluation has the same people ...")
    try:
        stated = runs.lines({}, engines)
        lacking = [line.target.says for line in stated if line.target.binds and line.found is None]
        if lacking:
            raise UsageError(*(f"{one}: binds, but this scenario has no such figure" for one in lacking))
        found = _search(runs, settings, options, screen)
        if found.ended != INTERRUPTED and engines.cross_check:
            runs.lines(found.best.moved, engines)
    finally:
        screen.end_progress()
    return Fitted(settings, found, stated)


def _search(runs: Runs, settings: Settings, options: Options, screen: Screen) -> Found:
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


def _ranges(options: Options) -> list[Range]:
    """The settings of all files and words behind --fit."""
    return [one for word in options.fit for one in _range_of(word)]


def _range_of(word: str) -> Sequence[Range]:
    found = TYPED.fullmatch(word)
    if found is None or Path(word).is_file():
        return read_ranges(meant(word))
    paths, low, high = (tuple(part.strip() for part in text.split("|")) for text in found.groups())
    mark = Mark(file=f"--fit {word}")
    problems = Problems()
    for name, values in (("low", low), ("high", high)):
        if len(values) != len(paths):
            problems.add(mark, f"{quoted(name)} holds {len(values)} values for {len(paths)} paths")
    problems.stop_if_any()
    return [Range(found[1].strip(), paths, low, high, "assumption", "", mark)]


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
                f"Warning: {setting.of.says}: the value in force, {said}, lies outside {ends[0]} to {ends[1]}; the fit starts at the nearest end"
            )
    problems.stop_if_any()


def _overridden(setting: Setting, scenario: Scenario) -> Iterator[tuple[str, bool]]:
    """A sentence where routes override what a setting moves, and whether on all of them."""
    paths = [part.path for part in setting.parts]
    for value in overridden(scenario):
        moves = any(path == value.path or path.startswith(f"{value.path}.") for path in paths)
        if moves and not all(any(by.startswith(path) or path.startswith(by) for path in paths) for by in value.by):
            yield f"{quoted(value.path)} is {value.where}; {value.cure}", value.share >= EVERYBODY


def _try_places(options: Options, scenario: Scenario) -> None:
    if options.write and not may_be_replaced(Path(options.write)):
        raise UsageError(f"--write {options.write}: this file is there, and no fit wrote it; name another")
    read = [word for word in options.fit if Path(word).is_file()]
    try_files([options.page, options.write], files_read([scenario], options.targets, *read))


def _words_of(options: Options) -> str:
    words = [word for one in options.fit for word in ("--fit", one)]
    words += ["--evaluations", str(options.evaluations)] if options.evaluations else []
    return shlex.join(words)


def _say(screen: Screen, fitted: Fitted, excluding: Sequence[str]) -> None:
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
