"""The verbs: what run, compare, validate, show, schema and test do, each as a chain of named steps.

What may be changed here: freely, as long as nothing is written before everything is computed.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from sim.cli import streams, tables
from sim.cli.arguments import Options, engines_for
from sim.cli.places import cluster_of, number_of, place_for, words_for
from sim.cli.readings import tell_readings
from sim.cli.screen import Screen
from sim.cli.sensing import flips_of, sensitivity_verb
from sim.cli.usage import UsageError
from sim.diagnostics.overridden import remarks
from sim.home import HOME, IN_CHECKOUT, PROGRAM, SHIPPED
from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.inputs.sets import sets_for_each
from sim.results.comparison.findings import Findings
from sim.results.files.people_tables import PeopleFiles, files_of, traits_of
from sim.results.measures.periods import divisions
from sim.results.words.labels import counted
from sim.runs.collecting import beside, gathered, named_apart, nothing_to_compare, paired, warning_words
from sim.runs.engines import Engines
from sim.runs.experiment import Shared, run_all
from sim.runs.meaning import has_rows_of_people
from sim.runs.replications import Replications
from sim.runs.specification import MOST_IN_CSV, Job
from sim.runs.store import default_store
from sim.runs.workers import Place, processors

INTERRUPTED = 130
PYTEST_FAULTS = {2: INTERRUPTED}  # pytest's own code for an interrupt


def carry_out(options: Options, screen: Screen) -> int:
    """Does what was asked and returns the exit code."""
    verbs = {
        "run": run,
        "compare": compare,
        "calibrate": calibrate,
        "sensitivity": sensitivity_verb,
        "validate": validate,
        "show": show,
        "schema": schema,
        "scenarios": scenarios,
        "check": check,
        "test": test,
    }
    with cluster_of(options, screen):
        return verbs[options.verb](options, screen)


def calibrate(options: Options, screen: Screen) -> int:
    """Holds a scenario's figures against published targets."""
    from sim.cli.calibrating import calibrate_verb

    return calibrate_verb(options, screen)


def check(options: Options, screen: Screen) -> int:
    """Reruns recorded scenarios and fails if a result moved."""
    from sim.cli.check import check as check_verb

    return check_verb(options, screen)


def test(options: Options, _: Screen) -> int:
    """Runs the tests in this interpreter, from the repository; pytest's own exit code."""
    if not IN_CHECKOUT:
        raise UsageError("the tests are in the project's repository, not in what was installed")
    arguments = [_from_anywhere(argument) for argument in options.rest]
    named = any(Path(argument.split("::")[0]).exists() for argument in arguments if not argument.startswith("-"))
    where = [] if named else [str(HOME / "tests")]
    code = subprocess.call([sys.executable, "-m", "pytest", *_side_by_side(arguments), *where, *arguments], cwd=HOME)
    return PYTEST_FAULTS.get(code, code)


def _side_by_side(arguments: Sequence[str]) -> list[str]:
    """One process for each processor, unless pytest is told how many or asked to stop in a debugger.

    Tests of a file stay together as long as they can, because they share what they run; who is done takes over from the others.
    """
    said = any(word.startswith(("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-p")) for word in arguments)
    return [] if said or processors() < 2 else ["-n", str(processors()), "--dist", "worksteal"]


def _from_anywhere(argument: str) -> str:
    """A path from where we stand as a path from anywhere; anything else as it is."""
    file, colons, name = argument.partition("::")
    return str(Path(file).absolute()) + colons + name if os.path.exists(file) and os.sep in file else argument


def schema(_: Options, screen: Screen) -> int:
    """Prints the JSON Schema of scenario files."""
    from sim.inputs.schema import json_schema

    screen.say(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0


def scenarios(options: Options, screen: Screen) -> int:
    """Copies the shipped scenarios, with all that they read, into a new folder."""
    folder = Path(options.files[0] if options.files else SHIPPED)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"{folder} is there already, and nothing in it is replaced; name another: {PROGRAM} scenarios FOLDER"
        )
    shutil.copytree(
        HOME / SHIPPED, folder, ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile, dirs_exist_ok=True
    )
    files = sum(file.is_file() for file in folder.rglob("*"))
    screen.say(f"{counted(files, 'file')} copied to {folder}; {folder / 'README.md'} lists the scenarios.")
    base, other = (folder / name for name in ("baseline.yaml", "cedarwood.yaml"))
    screen.say(f"Next: {PROGRAM} compare {base} {other}")
    return 0


def show(options: Options, screen: Screen) -> int:
    """Prints every value in force with its place."""
    from sim.inputs.show import show_text

    scenario = _read(options.files, options)[0]
    screen.say(show_text(scenario, remarks(scenario)).rstrip("\n"))
    return 0


def validate(options: Options, screen: Screen) -> int:
    """Checks scenario files, runs nothing."""
    from sim.cli.validating import validate_verb

    return validate_verb(options, screen, [tuple(options.sets) for _ in options.files])


def run(options: Options, screen: Screen) -> int:
    """Runs scenarios, each on its own, and writes their folder."""
    return _simulate(_read(options.files, options), options, screen, compared=False)


def compare(options: Options, screen: Screen) -> int:
    """Runs the base and every file that can be paired with it on the same people, and writes what differs."""
    return _simulate(_read(options.files, options), options, screen, compared=True)


def _read(files: Sequence[str], options: Options) -> list[Scenario]:
    """Every file as a scenario, or every problem of every file."""
    typed = tuple(options.sets)
    sets_of = sets_for_each(files, typed) if options.verb == "compare" else [typed for _ in files]
    scenarios, problems = [], []
    for file, sets in zip(files, sets_of, strict=True):
        try:
            scenarios.append(read_scenario(file, sets, replications=options.replications, seed=options.seed))
        except ScenarioError as problem:
            problems += [one for one in problem.problems if one not in problems]
    if problems:
        raise ScenarioError(problems)
    return scenarios


def _simulate(scenarios: list[Scenario], options: Options, screen: Screen, *, compared: bool) -> int:
    """Pair, estimate, run, gather, write, print."""
    screen = Screen(quiet_output=options.json == "-")
    scenarios = named_apart(scenarios)
    chosen, left_out = paired(scenarios) if compared else (tuple(scenarios), ())
    if compared and len(chosen) < 2:
        raise UsageError(nothing_to_compare(left_out))
    job = _job(chosen, options, engines_for(options, screen), compared=compared)
    job.check_places(*(files_of(Path(options.people)) if options.people else ()))
    flips = flips_of(options.sensitivity)
    warnings = warning_words(chosen)
    watch = options.watch
    watch.add({"start-up": watch.elapsed})
    try:
        with _people(job, options) as people:
            with watch.stage("replications"):
                pieces = _replications(job, options, screen, people, len(warnings))
            with watch.stage("gathering"):
                pieces = beside(chosen, pieces) if compared else pieces
                findings = gathered(chosen, pieces, compared=compared, warnings=warnings, left_out=left_out)
                findings = replace(findings, flips=flips, order=options.order)
            folder = _publish(job, options, findings, pieces, people)
    except KeyboardInterrupt:
        tables.interrupted(screen, *screen.how_far, goes_on=_goes_on(job, options))
        return INTERRUPTED
    if options.json == "-":
        streams.write(sys.stdout, (folder / "results.json").read_bytes())
    _tell(job, options, screen, findings, folder)
    return 0


def _tell(job: Job, options: Options, screen: Screen, findings: Findings, folder: Path) -> None:
    """The answer, where its files are, the other readings of the question, and what came from the store."""
    tables.after(screen, findings, folder)
    if not (job.writes_replications or job.parquet):
        screen.say(
            f"Of more than {MOST_IN_CSV:,} replications, those one by one are written where asked: --replications-csv, --parquet"
        )
    if job.compared and options.files_are_ours and not (options.sets or options.people or options.observe):
        tell_readings(findings, options, job, screen)
    tables.from_the_store(screen, job.store)


def _goes_on(job: Job, options: Options) -> bool:
    """Whether the same command need not repeat what this one has done."""
    anew = options.people or options.observe or options.fresh or any(map(has_rows_of_people, job.scenarios))
    return job.store is not None and job.store.is_writable and not anew


def _job(chosen: tuple[Scenario, ...], options: Options, engines: Engines, *, compared: bool) -> Job:
    if options.parquet and find_spec("pyarrow") is None:
        raise UsageError("--parquet needs the package pyarrow, which is not here: pip install 'bedflow[parquet]'")
    typed_numbers = (("replications", options.replications), ("seed", options.seed))
    return Job(
        scenarios=chosen,
        compared=compared,
        outputs=Path(options.outputs),
        engines=engines,
        json_file=options.json,
        sets=tuple(options.sets),
        overrides=tuple((name, value) for name, value in typed_numbers if value is not None),
        typed=tuple(options.typed),
        sensitivity=options.sensitivity,
        began=time.time(),
        watch=options.watch,
        store=default_store(fresh=options.fresh),
        replications_csv=options.replications_csv,
        parquet=options.parquet,
    )


@contextmanager
def _people(job: Job, options: Options) -> Iterator[PeopleFiles | None]:
    """Where the tables of people go, if they are asked for; their parts wait in a folder of this run."""
    if not options.people:
        yield None
        return
    target, with_lists = Path(options.people), any(one.lists for one in job.scenarios)
    with TemporaryDirectory(prefix=".people-", dir=target.absolute().parent) as parts:
        yield PeopleFiles(target, Path(parts), with_lists, traits_of(job.scenarios))


def _place(job: Job, options: Options) -> Place:
    return place_for(options, job.replications)


def _replications(
    job: Job, options: Options, screen: Screen, people: PeopleFiles | None, warnings: int
) -> list[Replications]:
    """Every replication, run or taken from the store."""
    place = _place(job, options)
    much = counted(job.replications, "replication")
    to_come = f" ({counted(warnings, 'warning')} will follow the results)" if warnings else ""
    screen.note(f"Running {much} {words_for(place, options.cluster)} ...{to_come}")
    divided = divisions(job.scenarios, compared=job.compared)
    shared = Shared(job.scenarios, people.keep if people else None, options.observe, job.engines, divided)
    if place != 1:
        Thread(target=_import_ahead, daemon=True).start()
    try:
        return run_all(shared, place, job.store, screen.progress)
    finally:
        screen.end_progress()


def _import_ahead() -> None:
    """What is needed after the replications takes half a second to import, while this process only waits for workers."""
    with suppress(ImportError):  # said when it is missed
        for module in ("scipy.special", "sim.runs.outputs"):
            import_module(module)


def _publish(
    job: Job, options: Options, findings: Findings, pieces: Sequence[Replications], people: PeopleFiles | None
) -> Path:
    """Writes the folder and the people's tables."""
    with options.watch.stage("charts"):
        from sim.runs.outputs import publish  # matplotlib comes only now

    folder = publish(job, findings, pieces, number_of(_place(job, options)))
    if people:
        people.join(job.scenarios)
    return folder
