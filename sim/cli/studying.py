"""What commands that run much have in common: what would be run (--plan), how many replications a precision needs, and a study's folder.

The folder has tables, charts, results.json, run.json, and the page that tells all of it. Its name depends on the question, the files'
contents and the version only. The report of a comparison takes in finished studies of the same scenarios with the same seed, and no
others.
"""

import csv
import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

from sim import __version__
from sim.cli.arguments import Options, UsageError, engines_for, number_of, place_for
from sim.cli.screen import Screen
from sim.cli.verbs.running import Simulate
from sim.home import command_line
from sim.inputs.problems import Problems, listed
from sim.inputs.scenario import Scenario
from sim.results.files import writing
from sim.results.measures.periods import divisions
from sim.results.report.study import FILE, AskedOf, Chart, Study, StudyPage, as_object, read_study
from sim.results.words.labels import counted, measure_label, slug, title
from sim.runs.engines import BY_REFERENCE, Engines
from sim.runs.experiment import HowToRun, ScenarioRuns, SetAside, Shared, Work, run_all
from sim.runs.piece import Replications
from sim.runs.specification import FORMAT, try_files, try_folder
from sim.runs.store import Store, default_store, meaning
from sim.runs.workers import Place
from sim.sensitivity import NEVER_FLIPS
from sim.studies.precision import MOST, Asks, Chosen, Reached, choose
from sim.studies.settings import figure_of

MINUTE, HOUR = 60.0, 3600.0


def say_plan(screen: Screen, shared: Shared, place: Place, store: Store | None) -> None:
    """Prints the plan of run and compare."""
    each = dict.fromkeys(scenario.replications for scenario in shared.scenarios)
    screen.say(f"Plan: {counted(len(shared.scenarios), 'scenario')}, {' or '.join(map(str, each))} replications each.")
    kept = None if shared.observe or shared.keep else store
    engines = BY_REFERENCE if shared.observe else shared.engines
    runs = ScenarioRuns(HowToRun(engines=engines, store=kept), shared.divisions)
    work = runs.work(shared.scenarios, checked=True, at_once=len(shared.scenarios))
    screen.say(plan_words(work, runs.seconds_for(shared.scenarios[0], work, number_of(place)), place))


def plan_words(work: Work, seconds: float, place: Place) -> str:
    """How many replications, how many of them the store has, and about how long the others take; the same for every verb."""
    text = f"{counted(work.replications, 'replication')}, {work.done:,} of them in the store, {work.to_come:,} to run"
    if not work.to_come:
        return f"{text}: only tables and charts have to be made. Nothing was written."
    number = max(1, number_of(place))
    text += (
        f": about {duration(seconds)} in {counted(number, 'process', 'processes')} of this computer when it is quiet"
    )
    if work.cross_checks:
        text += f", with the SimPy model's cross-check of {counted(work.cross_checks, 'scenario')}"
    return f"{text}; tables and charts take some seconds more. Nothing was written."


def with_start(seconds: float) -> float:
    """So long, and what this process took so far: the command itself will start, read and load as much again."""
    return seconds + process_time()


def duration(seconds: float) -> str:
    """`12 s`, `4 min`, `2.5 h`."""
    if seconds < 1.5 * MINUTE:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / MINUTE:.0f} min" if seconds < 1.5 * HOUR else f"{seconds / HOUR:.1f} h"


class Precise(NamedTuple):
    """What was chosen, and the replications that are done."""

    chosen: Chosen
    done: SetAside
    store: Store | None


class Batches:
    """Replications of scenarios, more and more of them; what has been run stays at hand."""

    def __init__(
        self, scenarios: Sequence[Scenario], engines: Engines, place: Place, store: Store | None, screen: Screen
    ) -> None:
        self.done = SetAside()
        self._scenarios, self._engines, self._place = scenarios, engines, place
        self._store, self._screen = store, screen

    def run(self, replications: int, *, compared: bool) -> list[Replications]:
        """So many of each scenario."""
        scenarios = tuple(replace(scenario, replications=replications) for scenario in self._scenarios)
        shared = Shared(scenarios, engines=self._engines, divisions=divisions(scenarios, compared=compared))
        with self._screen.running():
            return run_all(shared, self._place, self._store, self._screen.progress, self.done)


def chosen_for(options: Simulate, batches: Batches, scenarios: Sequence[Scenario], *, compared: bool) -> Chosen:
    """How many replications the precision that was asked for takes."""
    assert options.precision is not None
    most, asks = options.replications or MOST, _asks_of(options, scenarios)
    try:
        return choose(
            lambda number: batches.run(number, compared=compared),
            scenarios,
            options.precision,
            most,
            compared=compared,
            asks=asks,
        )
    except ValueError as error:
        raise UsageError(f"--precision-of, --precision-without: {error}") from None


def _asks_of(options: Simulate, scenarios: Sequence[Scenario]) -> Asks:
    """Which measures decide, as typed; ScenarioError names each that there is not."""
    problems, found = Problems(), []
    for option, texts in (("--precision-of", options.precision_of), ("--precision-without", options.precision_without)):
        known = [figure_of(text, _having(text, scenarios), option, problems) for text in texts]
        found.append(frozenset(one.key[:2] for one in known if one))
    problems.stop_if_any()
    return Asks(*found)


def _having(typed: str, scenarios: Sequence[Scenario]) -> Scenario:
    """The first scenario that has the service which is named, as new ones have; else the first."""
    service = typed.strip().rpartition(".")[0]
    return next((scenario for scenario in scenarios if service in scenario.destinations), scenarios[0])


def tell_precision(screen: Screen, chosen: Chosen, scenarios: Sequence[Scenario]) -> None:
    """What was chosen, and what each measure reached."""
    if not chosen.reached:
        screen.say("No headline measure has a figure, so none could say how many replications are enough.")
        return
    deciding = [one for one in chosen.reached if one.decides]
    asked, missed = chosen.reached[0].asked, [one for one in deciding if not one.is_enough]
    what = counted(chosen.replications, "replication")
    if chosen.is_capped:
        far = f"{len(missed)} of {counted(len(deciding), 'measure')} did not reach it" if missed else _UNSTEADY
        screen.say(
            f"Precision of {asked * 100:.3g}%: {far} with {what}, the most allowed (--replications N allows more or fewer)."
        )
        if missed:
            worst = max(missed, key=lambda one: one.reached)
            screen.say(
                f"A measure that matters less can be left out: --precision-without {worst.service}.{worst.measure}"
            )
    else:
        screen.say(
            f"Precision of {asked * 100:.3g}%: reached by {what} for every {'headline measure' if deciding == list(chosen.reached) else 'measure that decides'}, and kept "
            "for the next ones."
        )
    for one in chosen.reached:
        screen.say(_line(one, scenarios))
    screen.say()


_UNSTEADY = "every measure reached it, but not for long enough to be relied on,"


def _line(one: Reached, scenarios: Sequence[Scenario]) -> str:
    label = measure_label(one.measure, one.service, measured_days=scenarios[0].calendar.measured_days)
    reached = f"+-{one.reached:.1%}" if isfinite(one.reached) else "no mean to take it of"
    where = f" in {one.scenario}" if len(scenarios) > 1 else ""
    return f"  {label}: {reached}{where}{'  (left out)' if not one.decides else '' if one.is_enough else '  (not reached)'}"


def with_precision(results: bytes, chosen: Chosen) -> bytes:
    """The results for a program, and what of each measure was asked and reached."""
    rows = [
        {
            "service": one.service,
            "measure": one.measure,
            "asked": one.asked,
            "reached": one.reached if isfinite(one.reached) else None,
            "replications": one.replications,
            "scenario": one.scenario,
            "decides": one.decides,
        }
        for one in chosen.reached
    ]
    return writing.json_bytes({**json.loads(results), "precision": rows})


def how_to_run(options: Options, screen: Screen, tasks: int) -> HowToRun:
    """Where so many replications of a study run, by which engine, and with which store."""
    store = default_store(fresh=options.fresh)
    return HowToRun(place_for(options, tasks), screen.progress, engines_for(options, screen), store)


# -- the folder of a study ---------------------------------------------------------------------------------------------


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
        AskedOf(title(one), _meaning_of(one)) for one in {scenario.file: scenario for scenario in scenarios}.values()
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


def _meaning_of(scenario: Scenario) -> str:
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
    here = {_meaning_of(scenario) for scenario in scenarios}
    strangers = [scenario.name for scenario in study.scenarios if scenario.meaning not in here]
    if strangers:
        return (
            f"it is about {listed(strangers, 'and')}, which this comparison has not, or not as it was then (the file or a --set differs); "
            f"to run it anew: {study.command}"
        )
    if study.seed != scenarios[0].seed:
        return f"its people are those of seed {study.seed}, here of seed {scenarios[0].seed}; to run it anew, add --seed to: {study.command}"
    return ""


NEEDED = {"assumption", "low", "high", "verdict_changes"}  # columns, of a sensitivity.csv that is read again
LONGEST_BYTES = 1_000_000


def flips_of(file: str | None) -> tuple[str, ...]:
    """A sentence for each assumption whose range changes the verdict, from a `sensitivity.csv`; one that says so if none does."""
    if file is None:
        return ()
    rows = _read_rows(file)
    found = [f"{row['assumption']}: {row['verdict_changes']}" for row in rows if row["verdict_changes"] != NEVER_FLIPS]
    return tuple(found) or (f"None of the {len(rows)} that were tried, each alone within its range.",)


def _read_rows(file: str) -> list[dict[str, str]]:
    path = Path(file)
    if not path.is_file() or path.stat().st_size > LONGEST_BYTES:
        raise UsageError(
            f"--sensitivity {file}: there is no such file; `{command_line('sensitivity', 'BASE', 'OTHER')}` writes one"
        )
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or not rows[0].keys() >= NEEDED:
        raise UsageError(
            f"--sensitivity {file} is no sensitivity.csv; `{command_line('sensitivity', 'BASE', 'OTHER')}` writes one"
        )
    return rows
