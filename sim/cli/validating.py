"""The verb validate: scenario files are read and what is wrong, or worth knowing, is reported; to machines as JSON.

Programs read the keys of the JSON: add to them, but rename none.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.cli.arguments import Options
from sim.cli.screen import Screen, write_to
from sim.diagnostics.warnings import override_notes, warnings_before_a_run
from sim.inputs.loading import read_scenario
from sim.inputs.problems import Problem, ScenarioError
from sim.inputs.scenario import Scenario
from sim.results.files import writing
from sim.results.words.labels import counted
from sim.runs.specification import files_read, try_files

DONE, BAD_INPUT = 0, 2


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
    data = writing.json_bytes(json_object(found, problems))
    if file == "-":
        write_to(sys.stdout, data)
        return
    scenarios = [one.scenario for one in found if one.scenario is not None]
    try_files([file], files_read(scenarios, *(one.file for one in found)))
    writing.write_file(Path(file), data)


def json_object(found: Sequence[Validated], problems: Sequence[Problem]) -> dict[str, Any]:
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
