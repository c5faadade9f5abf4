"""The verbs: what run, compare, validate, show, schema and test do, each as a chain of named steps.

What may be changed here: freely, as long as nothing is written before everything is computed.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sim.cli.arguments import REPOSITORY, Options, UsageError
from sim.cli.screen import Screen
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.results.wording import counted

INTERRUPTED = 130
PYTEST_FAULTS = {2: INTERRUPTED}  # pytest's own code for an interrupt


def carry_out(options: Options, screen: Screen) -> int:
    """Does what was asked and returns the exit code."""
    verbs = {
        "run": run,
        "compare": compare,
        "validate": validate,
        "show": show,
        "schema": schema,
        "test": test,
    }
    return verbs[options.verb](options, screen)


def test(options: Options, _: Screen) -> int:
    """Runs the tests in this interpreter, from the repository; pytest's own exit code."""
    arguments = [_from_anywhere(argument) for argument in options.rest]
    named = any(
        Path(argument.split("::")[0]).exists() for argument in arguments if not argument.startswith("-")
    )
    where = [] if named else [str(REPOSITORY / "tests")]
    code = subprocess.call([sys.executable, "-m", "pytest", *where, *arguments], cwd=REPOSITORY)
    return PYTEST_FAULTS.get(code, code)


def _from_anywhere(argument: str) -> str:
    """A path from where we stand as a path from anywhere; anything else as it is."""
    file, colons, name = argument.partition("::")
    return str(Path(file).absolute()) + colons + name if os.path.exists(file) and os.sep in file else argument


def schema(_: Options, screen: Screen) -> int:
    """Prints the JSON Schema of scenario files."""
    from sim.inputs.loading import json_schema

    screen.say(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0


def show(options: Options, screen: Screen) -> int:
    """Prints every value in force with its place."""
    from sim.inputs.loading import show_text

    screen.say(show_text(_read(options.files, options)[0]).rstrip("\n"))
    return 0


def validate(options: Options, screen: Screen) -> int:
    """Checks files and says so; what they ask for beyond their places is mentioned."""
    from sim.load import load_warnings

    for file, scenario in zip(options.files, _read(options.files, options), strict=True):
        screen.say(f"{file}: in order, {counted(len(scenario.values), 'value')}")
        for warning in load_warnings(scenario):
            screen.say(f"  take care: {warning}")
    return 0


def run(options: Options, screen: Screen) -> int:
    """Runs scenarios, each on its own, and writes their folder."""
    return _simulate(_read(options.files, options), options, screen, compared=False)


def compare(options: Options, screen: Screen) -> int:
    """Runs the base and every file that can be paired with it on the same people, and writes what differs."""
    return _simulate(_read(options.files, options), options, screen, compared=True)


def _read(files: Sequence[str], options: Options) -> list[Scenario]:
    """Every file as a scenario, or every problem of every file."""
    from sim.inputs.loading import read_scenario

    sets_of = _sets_for_each(files, options)
    scenarios, problems = [], []
    for file, sets in zip(files, sets_of, strict=True):
        try:
            scenarios.append(read_scenario(file, sets, replications=options.replications, seed=options.seed))
        except ScenarioError as problem:
            problems += [one for one in problem.problems if one not in problems]
    if problems:
        raise ScenarioError(problems)
    return scenarios


def _sets_for_each(files: Sequence[str], options: Options) -> list[tuple[str, ...]]:
    """In a comparison a changed value goes to every file that has it; to all, to be refused, where none has it."""
    everything = tuple(options.sets)
    if options.verb != "compare" or not everything:
        return [everything for _ in files]
    from sim.inputs.loading import read_scenario

    paths = [{value.path for value in read_scenario(file).values} for file in files]
    chosen: list[list[str]] = [[] for _ in files]
    for change in everything:
        path = change.split("=", 1)[0].strip()
        having = [index for index, known in enumerate(paths) if _has(known, path)] or list(range(len(files)))
        for index in having:
            chosen[index].append(change)
    return [tuple(sets) for sets in chosen]


def _has(known: set[str], path: str) -> bool:
    """Whether a path, or something inside it, or something it is inside of, has a value."""
    return any(one == path or one.startswith(f"{path}.") or path.startswith(f"{one}.") for one in known)


def _simulate(scenarios: list[Scenario], options: Options, screen: Screen, *, compared: bool) -> int:
    """Estimate, run, gather, write, print."""
    from sim.cli import tables
    from sim.experiment import Shared, run_all
    from sim.model import engine
    from sim.gathering import gathered, load_words, named_apart, paired
    from sim.results.people_files import PeopleFiles
    from sim.publishing import Job, fingerprint_of, publish
    from sim.running import ResumeStore, default_workers

    screen = Screen(quiet_output=options.json == "-")
    scenarios = named_apart(scenarios)
    chosen, left_out = paired(scenarios) if compared else (tuple(scenarios), ())
    if compared and len(chosen) < 2:
        raise UsageError("nothing to compare:\n" + "\n".join(f"{one.file}: {one.reason}" for one in left_out))
    job = Job(
        scenarios=chosen,
        compared=compared,
        outputs=Path(options.outputs),
        json_file=options.json,
        sets=tuple(options.sets),
        typed=tuple(options.typed),
        overrides=tuple((k, v) for k in ("replications", "seed") if (v := getattr(options, k)) is not None),
        began=time.time(),
        engine=engine.ENGINE,
    )
    job.check_places(options.people)
    warnings = load_words(chosen)
    tables.before(screen, chosen, left_out, warnings, compared=compared)
    total = sum(scenario.replications for scenario in chosen)
    workers = min(options.workers or default_workers(total), total)
    store = ResumeStore(
        job.outputs / ".cache" / fingerprint_of(job, with_code=True, extra=options.people or "")
    )
    people = PeopleFiles(Path(options.people), store.folder) if options.people else None
    screen.note(f"Running {counted(total, 'replication')} in {counted(workers, 'process', 'processes')} ...")
    try:
        pieces = run_all(Shared(chosen, people.keep if people else None), workers, store, screen.progress)
    except KeyboardInterrupt:
        tables.interrupted(screen, *screen.how_far)
        return INTERRUPTED
    screen.end_progress()
    findings = gathered(chosen, pieces, compared=compared, warnings=warnings, left_out=left_out)
    folder = publish(job, findings, pieces, workers)
    if people:
        people.join(chosen)
    store.remove()
    tables.after(screen, findings, folder, already_said=len(warnings))
    if options.json == "-":
        sys.stdout.flush()
        _binary(folder / "results.json")
    return 0


def _binary(file: Path) -> None:
    """Puts a file on standard output as it is, in UTF-8 on every system."""
    data = file.read_bytes()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(data.decode())
        return
    buffer.write(data)
    buffer.flush()
