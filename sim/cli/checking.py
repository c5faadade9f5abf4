"""The verb `check`: rerun baselines, say what moved, and on request move them with a reason. And `validate`: read files, run nothing.

Users' scripts rely on options and exit codes, and programs read the keys of the JSON of `validate`: add to them, but rename none.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.cli.arguments import Options, UsageError, engines_for, expanded
from sim.cli.screen import Screen, write_to
from sim.cli.verbs.checking import Check
from sim.diagnostics.warnings import override_notes, warnings_before_a_run
from sim.home import HOME, command_line
from sim.inputs.loading import read_many, read_scenario
from sim.inputs.problems import Problem, ScenarioError
from sim.inputs.scenario import Scenario
from sim.regression import run
from sim.regression.baselines import MOVED, Baseline, baseline_of, expected_files_without_scenario, scenarios_in
from sim.regression.run import (
    CheckResult,
    ScenarioResult,
    check_result,
    check_result_lines,
    run_scenarios,
    updates,
    write,
)
from sim.results.files import writing
from sim.results.words.labels import counted
from sim.runs.engines import BY_REFERENCE
from sim.runs.specification import files_read, try_files
from sim.runs.workers import default_workers

DONE, RESULTS_MOVED, BAD_INPUT = 0, 1, 2
OURS = "tests/expected"  # checked where nothing is named


def check(options: Check, screen: Screen) -> int:
    """Reruns baselines; 0 where no result moved, 1 where one did, 2 where one cannot be checked or something not be reported."""
    files, orphans = _files(options)
    scenarios = read_many(files)
    baselines = [baseline_of(file) for file in files]
    _try_places(options, scenarios, baselines)
    if options.update:
        return _update(options, screen, scenarios, baselines)
    unusable = [CheckResult(orphan, orphan, None, "its scenario is gone; remove it too") for orphan in orphans]
    unusable += [CheckResult(one.scenario_file, str(one.file), None, one.trouble) for one in baselines if one.trouble]
    if unusable:  # before an hour is spent on the others
        others = [one for one in baselines if not one.trouble]
        _report(
            options, screen, [*unusable, *(CheckResult(other.scenario_file, str(other.file), None) for other in others)]
        )
        return BAD_INPUT
    found = _rerun(options, screen, scenarios)
    results = [check_result(result, baseline) for result, baseline in zip(found, baselines, strict=True)]
    is_told = _report(options, screen, results)
    if any(result.outcome == MOVED for result in results):
        return RESULTS_MOVED
    return DONE if is_told else BAD_INPUT


def _try_places(options: Check, scenarios: Sequence[Scenario], baselines: Sequence[Baseline]) -> None:
    """OSError before anything runs where something could not be written in the end."""
    read = files_read(scenarios, *(str(baseline.file) for baseline in baselines))
    try_files((options.junit, options.summary, options.json), read)
    if options.update:
        try_files(
            [str(file) for baseline in baselines for file in (baseline.log, baseline.file, baseline.histories_file)], ()
        )


def _files(options: Check) -> tuple[list[str], list[str]]:
    """The scenarios that are meant, and the expected files without one."""
    named = options.files or [_ours()]
    files: list[str] = []
    orphans: list[str] = []
    for name in named:
        if not Path(name).is_dir():
            files += expanded([name])
            continue
        folder = Path(name)
        inside = scenarios_in(folder, all_of_them=not options.files)
        lost = expected_files_without_scenario(folder, scenarios_in(folder, all_of_them=True))
        if not inside and not lost:
            command = command_line("check", f"{name}/NAME.yaml", "--update", ending='--reason "..."')
            raise UsageError(f"{name}: no scenario here has an expected file; `{command}` makes one")
        files += inside
        orphans += lost
    return expanded(files), orphans


def _ours() -> str:
    folder = HOME / OURS
    if not folder.is_dir():
        raise UsageError(f"check needs a file or a folder, as in: {command_line('check', 'scenarios')}")
    return OURS if Path(OURS).resolve() == folder else str(folder)


def _rerun(options: Check, screen: Screen, scenarios: Sequence[Scenario]) -> list[ScenarioResult]:
    total = sum(scenario.replications for scenario in scenarios)
    workers = options.workers or default_workers(total)
    much = f"{counted(total, 'replication')} of {counted(len(scenarios), 'scenario')}"
    # what is recorded comes from the reference engine
    engines = BY_REFERENCE if options.update else engines_for(options, screen)
    screen.note(f"Running {much} in {counted(workers, 'process', 'processes')} ...")
    with screen.running():
        return run_scenarios(scenarios, workers, screen.progress, observe=options.observe, engines=engines)


def _report(options: Check, screen: Screen, results: Sequence[CheckResult]) -> bool:
    """Tells machines first, then people; whether all could be reported. What cannot be written keeps nothing else from it."""
    troubles = []
    for tell in (_to_junit, _to_summary, _to_json, _to_people):
        try:
            tell(options, screen, results)
        except OSError as problem:
            troubles.append(f"{problem.filename}: {problem.strerror}")
    for trouble in troubles:
        screen.problem(trouble)
    return not troubles


def _to_junit(options: Check, _: Screen, results: Sequence[CheckResult]) -> None:
    if options.junit:
        writing.write_file(Path(options.junit), writing.utf8(run.junit_xml(results)))


def _to_summary(options: Check, _: Screen, results: Sequence[CheckResult]) -> None:
    if options.summary:
        writing.append_file(Path(options.summary), writing.utf8(run.markdown(results)))


def _to_json(options: Check, _: Screen, results: Sequence[CheckResult]) -> None:
    data = writing.json_bytes(run.json_object(results))
    if options.json == "-":
        write_to(sys.stdout, data)
    elif options.json:
        writing.write_file(Path(options.json), data)


def _to_people(options: Check, screen: Screen, results: Sequence[CheckResult]) -> None:
    for line in run.annotations(results) if options.annotations else ():
        screen.say(line)
    for result in results:
        for line in check_result_lines(result):
            screen.say(line)
    screen.say(run.summary_line(results))
    moved = [one.file for one in results if one.outcome == MOVED]
    if moved:
        command = command_line("check", *moved, "--update", ending='--reason "why"')
        screen.say(f"If that is meant: {command}")


def _update(options: Check, screen: Screen, scenarios: Sequence[Scenario], baselines: Sequence[Baseline]) -> int:
    """Writes what is found now, and why, into the expected files and the log."""
    found = _rerun(options, screen, scenarios)
    wanted = updates(list(zip(found, baselines, strict=True)))
    write(wanted, options.reason or "")
    for update in wanted:
        screen.say(f"{update.baseline.file}: written; {update.baseline.log} says why")
    unmoved = len(baselines) - len(wanted)
    if unmoved:
        screen.say(f"{counted(unmoved, 'scenario')} as recorded: nothing to write.")
    return DONE


# -- validate ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Validated:
    """One file: the scenario in it, or what is wrong with it."""

    file: str
    scenario: Scenario | None
    problems: tuple[Problem, ...] = ()

    @property
    def notes(self) -> list[str]:
        """What its reader did, and what anybody who changes it should know."""
        return [] if self.scenario is None else [*self.scenario.notices, *override_notes(self.scenario)]

    @property
    def warnings(self) -> list[str]:
        """What to know before it is run."""
        return [] if self.scenario is None else warnings_before_a_run(self.scenario)


def validate_verb(options: Options, screen: Screen) -> int:
    """Reads every file and tells all of it; 2 where one has a problem."""
    found = [_validated(file, options) for file in options.files]
    problems = list(dict.fromkeys(problem for one in found for problem in one.problems))
    if options.json:
        _write(options.json, found, problems)
    for problem in problems:
        screen.problem(str(problem))
    if not problems:
        _say(screen, found)
    return BAD_INPUT if problems else DONE


def _validated(file: str, options: Options) -> Validated:
    try:
        return Validated(
            file, read_scenario(file, tuple(options.sets), replications=options.replications, seed=options.seed)
        )
    except ScenarioError as error:
        return Validated(file, None, error.problems)


def _say(screen: Screen, found: Sequence[Validated]) -> None:
    for one in found:
        assert one.scenario is not None
        screen.say(f"{one.file}: in order, {counted(len(one.scenario.values), 'value')}")
        for note in one.notes:
            screen.say(f"  note: {note}")
        for warning in one.warnings:
            screen.say(f"  warning: {warning}")


def _write(file: str, found: Sequence[Validated], problems: Sequence[Problem]) -> None:
    data = writing.json_bytes(_json_object(found, problems))
    if file == "-":
        write_to(sys.stdout, data)
        return
    scenarios = [one.scenario for one in found if one.scenario is not None]
    try_files([file], files_read(scenarios, *(one.file for one in found)))
    writing.write_file(Path(file), data)


def _json_object(found: Sequence[Validated], problems: Sequence[Problem]) -> dict[str, Any]:
    """All of it for a machine."""
    return {
        "ok": not problems,
        "problems": [_problem(problem) for problem in problems],
        "files": [
            {"file": one.file, "ok": one.scenario is not None, "notes": one.notes, "warnings": one.warnings}
            for one in found
        ],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    """One problem; null is the place of what is in no file, the path of what is about no value, a cure that is not known."""
    return {
        "file": problem.file,
        "line": problem.line or None,
        "column": problem.column or None,
        "path": problem.path or None,
        "what": problem.text,
        "cure": problem.cure or None,
    }
