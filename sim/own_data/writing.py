"""Scenarios that are made from people's files: read back before anything is written, and written whole or not at all."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.results.files.writing import naming, whole_files


def comment(words: str) -> str:
    """Words for the end of a line, on one line."""
    return " ".join(words.split())


def number(value: float) -> str:
    """A number to four digits, without an exponent."""
    short = f"{value:.4g}"
    return f"{value:.0f}" if "e" in short else short


def write_checked(scenario: Path, content: str, others: Mapping[Path, bytes] | None = None) -> Scenario:
    """Write a scenario and other files together, after it was read; ScenarioError, and nothing written, where it makes no sense."""
    folder = scenario.resolve().parent
    with naming(scenario):
        handle, name = tempfile.mkstemp(prefix=".checking-", suffix=".yaml", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        found = read_scenario(name)
    except ScenarioError as error:
        problems = (
            replace(problem, file=str(scenario)) if Path(problem.file).name == Path(name).name else problem
            for problem in error.problems
        )
        raise ScenarioError(problems) from None
    finally:
        Path(name).unlink(missing_ok=True)
    files = {scenario: content.encode(), **(others or {})}
    with naming(scenario), whole_files(list(files)) as parts:
        for part, data in zip(parts, files.values(), strict=True):
            part.write(data)
    return replace(found, file=str(scenario))
