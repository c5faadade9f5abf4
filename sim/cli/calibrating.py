"""The verb calibrate: a scenario's figures held against its targets, printed and, if asked, written as a page.

What may be changed here: wording freely.
"""

import shlex
from pathlib import Path

from sim.calibration import HEADS, Line, calibrate, checked_targets, page, summary, table
from sim.cli.arguments import Options, engines_for
from sim.cli.fitting import fit
from sim.cli.places import place_for
from sim.cli.screen import Screen
from sim.cli.tables import columns, from_the_store
from sim.diagnostics.littles_law import conflicting_targets
from sim.diagnostics.warnings import warnings_before_a_run
from sim.home import COMMAND, as_shipped
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.results.files.writing import utf8, write_file
from sim.results.words.headline import averages
from sim.results.words.labels import counted
from sim.results.words.names import title
from sim.runs.store import default_store
from sim.runs.writable_places import files_read, try_files


def calibrate_verb(options: Options, screen: Screen) -> int:
    """Runs one scenario and shows target, range, simulated figure, interval and whether it is met."""
    (file,) = options.files
    scenario = read_scenario(file, tuple(options.sets), replications=options.replications, seed=options.seed)
    targets = checked_targets(options.targets, scenario)
    if options.fit:
        return fit(options, screen, scenario, targets, _command(options))
    try_files([options.page], files_read([scenario], options.targets))
    workers = place_for(options, scenario.replications)
    engines, store = engines_for(options, screen), default_store(fresh=options.fresh)
    screen.note(f"Running {counted(scenario.replications, 'replication')} ...")
    try:
        lines = calibrate(scenario, targets, workers, screen.progress, engines, store)
    finally:
        screen.end_progress()
    for warning in (*warnings_before_a_run(scenario), *conflicting_targets(targets, [scenario])):
        screen.say(f"Warning: {warning}")
    if options.page:
        write_file(Path(options.page), utf8(page(scenario, lines, _command(options))))
    _say(screen, scenario, lines)
    from_the_store(screen, store)
    if options.page:
        screen.say(f"Written as a page: {options.page}")
    return 0


def _say(screen: Screen, scenario: Scenario, lines: list[Line]) -> None:
    for binds, heading in ((True, "Targets that bind"), (False, "The rest: looked at, not fitted")):
        chosen = [line for line in lines if line.target.binds == binds]
        if chosen:
            screen.say(f"\n{heading}\n")
            columns(screen, [HEADS, *table(chosen)])
    screen.say(f"\n{summary(lines)}")
    screen.say(f"{title(scenario)}: {averages(scenario)}.")


def _command(options: Options) -> str:
    words = [*COMMAND, "calibrate", *map(_from_repository, options.files)]
    words += ["--targets", _from_repository(options.targets)]
    words += [word for change in options.sets for word in ("--set", change)]
    for name, value in (("replications", options.replications), ("seed", options.seed)):
        words += [] if value is None else [f"--{name}", str(value)]
    words += ["--page", _from_repository(options.page or "")] if options.page else []
    return shlex.join(words)


def _from_repository(file: str) -> str:
    return as_shipped(file) or Path(file).name
