"""The folder of a study: its tables, charts, results.json, run.json, and the page that tells all of it; and studies read again.

The report of a comparison takes in finished studies of the same scenarios with the same seed, and no others.

The name of a folder depends on the question, the files' contents and the version only.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from sim import __version__
from sim.cli.arguments import Options, UsageError
from sim.inputs.problems import listed
from sim.inputs.scenario import Scenario
from sim.results.files import writing
from sim.results.report.study import FILE, AskedOf, Chart, Study, StudyPage, as_object, read_study
from sim.results.words.labels import slug, title
from sim.runs.specification import FORMAT, try_files, try_folder
from sim.runs.store import meaning


def try_places(options: Options, read: Iterable[str], *files: str | None) -> None:
    """UsageError where the folder, the JSON or another file could not be written; now, not after all the work."""
    try_folder(Path(options.outputs))
    try_files([options.json, *files], read)


def about(scenarios: Iterable[Scenario]) -> dict[str, Any]:
    """How the JSON of a study begins."""
    return {
        "format": FORMAT,
        "scenarios": [{"id": scenario.id, "name": title(scenario), "file": scenario.file} for scenario in scenarios],
    }


def publish_study(  # noqa: PLR0913 - each of them a keyword
    outputs: str,
    names: Sequence[str],
    *,
    scenarios: Sequence[Scenario],
    command: str,
    page: StudyPage,
    charts: Sequence[Chart],
    files: Mapping[str, bytes],
    began: float,
    more: Mapping[str, object] | None = None,
    asked: str = "",
    replications: int | None = None,
) -> Path:
    """Writes the folder of a study that began at this time; `asked`: what decides its name beside the command and the files."""
    from sim.results.report.page import study_html

    first = scenarios[0]
    run = {
        "repeat_with": command,
        "version": __version__,
        **(more or {}),
        "seed": first.seed,
        "replications": first.replications if replications is None else replications,
        "wall_seconds": round(time.time() - began, 3),
    }
    asked_of = [
        AskedOf(title(one), meaning_of(one)) for one in {scenario.file: scenario for scenario in scenarios}.values()
    ]
    study = Study(page, charts, asked_of, first.seed, command)
    whole: dict[str, Any] = {
        **files,
        **{f"charts/{chart.name}.{kind}": getattr(chart, kind) for chart in charts for kind in ("svg", "png")},
        "report.html": study_html(study),
        FILE: writing.json_bytes(as_object(study)),
        writing.RUN_FILE: writing.json_bytes(run),
    }
    inputs = [digest for scenario in scenarios for _, digest in scenario.files]
    said = "\0".join([__version__, command, *inputs, *([asked] if asked else [])])
    fingerprint = hashlib.sha256(said.encode(errors="backslashreplace")).hexdigest()[:8]
    return writing.publish(Path(outputs), writing.folder_name(names, fingerprint, slug(tuple(scenarios))), whole)


def meaning_of(scenario: Scenario) -> str:
    """A hash of all that decides the results of a scenario but the seed and the number of replications."""
    return hashlib.sha256(meaning(replace(scenario, seed=0)).encode(errors="backslashreplace")).hexdigest()


# -- read again, for the report of a comparison --------------------------------------------------------------

MOST_FOLDERS = 5_000  # that are looked into
MOST_STUDIES = 12  # in one report


@dataclass(frozen=True, slots=True)
class Taken:
    """The studies that a comparison's report takes in, their folders, and how many were left out as being of something else."""

    folders: tuple[str, ...] = ()
    studies: tuple[Study, ...] = ()
    left: int = 0


def studies_of(named: Sequence[str], scenarios: Sequence[Scenario]) -> Taken:
    """The studies in these folders, or, of a folder of folders, those in it that are of these scenarios; UsageError says what is wrong."""
    found: dict[str, Study] = {}
    left = 0
    for folder in named:
        if Path(folder, FILE).is_file():
            study = _read(folder)
            why = _why_not(study, scenarios)
            if why:
                raise UsageError(f"--study {folder}: {why}")
            found[folder] = study
            continue
        inside = _folders_of_studies(folder)
        if not inside:
            raise UsageError(
                f"--study {folder}: there is no finished study; sweep, solve, sensitivity, together and break-even write one, "
                "in a folder of outputs"
            )
        studies = {one: _read(one) for one in inside}
        fitting = {one: study for one, study in studies.items() if not _why_not(study, scenarios)}
        left += len(studies) - len(fitting)
        found |= fitting
    if len(found) > MOST_STUDIES:
        raise UsageError(
            f"--study: {len(found)} studies are too many for one report; name up to {MOST_STUDIES} of their folders"
        )
    return Taken(tuple(found), tuple(found.values()), left)


def studies_in(outputs: str, scenarios: Sequence[Scenario]) -> int:
    """How many finished studies of these scenarios are among the results."""
    number = 0
    for folder in _folders_of_studies(outputs):
        with suppress(UsageError):
            number += not _why_not(_read(folder), scenarios)
    return number


def _folders_of_studies(folder: str) -> list[str]:
    try:
        inside = sorted(islice(Path(folder).iterdir(), MOST_FOLDERS))
    except OSError:
        return []
    return [str(one) for one in inside if (one / FILE).is_file()]


def _read(folder: str) -> Study:
    try:
        return read_study(Path(folder))
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else problem
        raise UsageError(f"--study {folder}: this study cannot be read: {why}; run it anew") from None


def _why_not(study: Study, scenarios: Sequence[Scenario]) -> str:
    """Why the study is not about these scenarios; nothing where it is."""
    here = {meaning_of(scenario) for scenario in scenarios}
    strangers = [scenario.name for scenario in study.scenarios if scenario.meaning not in here]
    if strangers:
        return (
            f"it is about {listed(strangers, 'and')}, which this comparison has not, or not as it was then (the file or a --set differs); "
            f"to run it anew: {study.command}"
        )
    if study.seed != scenarios[0].seed:
        return f"its people are those of seed {study.seed}, here of seed {scenarios[0].seed}; to run it anew, add --seed to: {study.command}"
    return ""
