"""What run and compare do, as a chain of named steps.

Where no file is named, the question can mean several things. Each reading is asked against a baseline of its own, and one table
tells the answers side by side, so that nobody takes the first for the only one. Another reading is a line of READINGS.

Nothing is written before everything is computed.
"""

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
from typing import NamedTuple

from sim.cli import tables
from sim.cli.arguments import Options, UsageError, engines_for, number_of, place_for, words_for
from sim.cli.screen import Screen, write_to
from sim.cli.studying import (
    Batches,
    Precise,
    chosen_for,
    flips_of,
    say_plan,
    studies_in,
    studies_of,
    tell_precision,
    with_precision,
)
from sim.cli.tables import columns, wrapped
from sim.cli.verbs.running import ORDERS, Simulate
from sim.home import HOME, command_line, shortest
from sim.inputs.loading import read_scenario, sets_for_each
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import ExcludedScenario, Findings
from sim.results.files import writing
from sim.results.files.people_tables import FIRST, PeopleFiles, files_of, traits_of
from sim.results.measure_table import measures
from sim.results.measures.periods import divisions
from sim.results.words import labels
from sim.results.words.labels import counted, figure, interval
from sim.runs.collecting import (
    Collector,
    ReplicationsAside,
    beside,
    gathered,
    named_apart,
    nothing_to_compare,
    paired,
    warning_words,
)
from sim.runs.engines import Engines
from sim.runs.experiment import Listener, Shared, run_all
from sim.runs.piece import Replications
from sim.runs.specification import MOST_IN_CSV, Job, files_read, try_files, try_folder, try_tables
from sim.runs.store import default_store, has_rows_of_people
from sim.runs.workers import Place
from sim.studies.precision import FEWEST

INTERRUPTED = 130


def simulate(options: Simulate, screen: Screen) -> int:
    """Runs scenarios, each on its own or on the same people as the first, and writes their folder."""
    if options.precision is not None:
        return _simulate_precisely(options, screen, compared=options.verb == "compare")
    return _simulate(_read(options.files, options), options, screen, compared=options.verb == "compare")


def _simulate_precisely(options: Simulate, screen: Screen, *, compared: bool) -> int:
    """Choose the number of replications; then all is as if it had been typed."""
    screen = Screen(quiet_output=options.json == "-")
    scenarios, _ = _chosen(_read(options.files, replace(options, replications=FEWEST)), compared=compared)
    try_folder(Path(options.outputs))  # now, not after all the work
    try_files([options.json], files_read(scenarios))
    engines, store = engines_for(options, screen), default_store(fresh=options.fresh)
    batches = Batches(scenarios, engines, place_for(options, len(scenarios) * FEWEST), store, screen)
    screen.note(f"Choosing the number of replications for a precision of {100 * (options.precision or 0):.3g}% ...")
    try:
        with options.watch.stage("replications"):
            precise = Precise(chosen_for(options, batches, scenarios, compared=compared), batches.done, store)
    except KeyboardInterrupt:
        tables.interrupted(screen, *screen.how_far, goes_on=store is not None and not options.fresh)
        return INTERRUPTED
    options = replace(options, replications=precise.chosen.replications)
    return _simulate(_read(options.files, options), options, screen, compared=compared, precise=precise)


def _read(files: Sequence[str], options: Simulate) -> list[Scenario]:
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


def _chosen(scenarios: list[Scenario], *, compared: bool) -> tuple[tuple[Scenario, ...], tuple[ExcludedScenario, ...]]:
    """The scenarios that are run, and those that cannot be compared."""
    scenarios = named_apart(scenarios)
    chosen, left_out = paired(scenarios) if compared else (tuple(scenarios), ())
    if compared and len(chosen) < 2:
        raise UsageError(nothing_to_compare(left_out))
    return chosen, left_out


def _simulate(
    scenarios: list[Scenario], options: Simulate, screen: Screen, *, compared: bool, precise: Precise | None = None
) -> int:
    """Pair, estimate, run, gather, write, print."""
    screen = Screen(quiet_output=options.json == "-")
    chosen, left_out = _chosen(scenarios, compared=compared)
    job = _job(chosen, options, engines_for(options, screen), compared=compared)
    job = replace(job, store=precise.store) if precise else job
    if options.plan:
        return _plan(job, options, screen)
    _check_places(job, options)
    flips = flips_of(options.sensitivity)
    warnings = warning_words(chosen)
    watch = options.watch
    watch.add({"start-up": watch.elapsed})
    try:
        with _people(job, options) as people:
            lines = ReplicationsAside(chosen) if job.writes_replications else None
            collector = Collector(chosen, compared=compared, also=lines.add if lines else None)
            with watch.stage("replications"):
                if not precise:
                    _tell_what_runs(job, options, screen, len(warnings))
                _replications(job, options, screen, people, collector, precise)
            with watch.stage("gathering"):
                findings = collector.findings(warnings=warnings, left_out=left_out)
                findings = replace(findings, flips=flips, order=options.order, indifference=options.indifference)
            lost = _answer(screen, findings, precise)
            folder = _publish(job, options, findings, people, collector, lines)
    except KeyboardInterrupt:
        tables.interrupted(screen, *screen.how_far, goes_on=_goes_on(job, options))
        return INTERRUPTED
    _give(options, folder, precise)
    if lost:
        raise lost
    _tell(job, options, screen, findings, folder)
    return 0


def _answer(screen: Screen, findings: Findings, precise: Precise | None) -> OSError | None:
    """Says what was found before charts are drawn; why it was lost, where it was: the files are written all the same."""
    try:
        if precise:
            tell_precision(screen, precise.chosen, findings.scenarios)
        tables.answer(screen, findings)
    except OSError as lost:
        return lost
    screen.note("Drawing charts and writing the files ...")
    return None


def _check_places(job: Job, options: Simulate) -> None:
    """OSError now where something could not be written in the end, or would be written over somebody's table."""
    of_people = files_of(Path(options.people)) if options.people else ()
    job.check_places(*of_people)
    try_tables(of_people, FIRST)


def _plan(job: Job, options: Simulate, screen: Screen) -> int:
    """Says what would be run, the other readings of the question too."""
    say_plan(screen, _shared(job, options), _place(job, options), job.store)
    if _has_readings(job, options):
        screen.say(f"Then as much again for each of {len(READINGS)} other readings of the question.")
    return 0


def _give(options: Simulate, folder: Path, precise: Precise | None) -> None:
    """The results for a program on standard output; with a chosen precision, also in the file that was asked for."""
    data = (folder / "results.json").read_bytes()
    if precise and options.json:
        data = with_precision(data, precise.chosen)
        if options.json != "-":
            writing.write_file(Path(options.json), data)
    if options.json == "-":
        write_to(sys.stdout, data)


def _tell(job: Job, options: Simulate, screen: Screen, findings: Findings, folder: Path) -> None:
    """Where the files of the answer are, the other readings of the question, and what came from the store."""
    screen.say(f"Tables, charts and a report to print: {folder}")
    if not (job.writes_replications or job.parquet):
        screen.say(
            f"Of more than {MOST_IN_CSV:,} replications, those one by one are written where asked: --replications-csv, --parquet"
        )
    if _has_readings(job, options):
        _tell_readings(findings, options, job, screen)
    _tell_studies(job, options, screen)
    tables.from_the_store(screen, job.store)


def _tell_studies(job: Job, options: Simulate, screen: Screen) -> None:
    """The answers of the studies that the report took in; or that there are some which it could."""
    for study in job.studies:
        screen.say()
        tables.wrapped(screen, f"Also asked: {study.page.heading}")
        tables.wrapped(screen, study.page.says[0], indent="  ")
    if options.studies:
        left = f"; left out, of other scenarios: {job.studies_left:,}" if job.studies_left else ""
        screen.say(f"The report holds {counted(len(job.studies), 'study', 'studies')} of these scenarios{left}.")
    elif job.compared and (number := studies_in(options.outputs, job.scenarios)):
        them = "it" if number == 1 else "them"
        screen.say(
            f"{counted(number, 'finished study', 'finished studies')} of these scenarios in {options.outputs}: --study {options.outputs} puts {them} into the report."
        )


def _goes_on(job: Job, options: Simulate) -> bool:
    """Whether the same command need not repeat what this one has done."""
    anew = options.people or options.observe or options.fresh or any(map(has_rows_of_people, job.scenarios))
    return job.store is not None and job.store.is_writable and not anew


def _job(chosen: tuple[Scenario, ...], options: Simulate, engines: Engines, *, compared: bool) -> Job:
    if options.slides and find_spec("pptx") is None:
        raise UsageError("--slides needs the package python-pptx, which is not here: pip install 'bedflow[slides]'")
    if options.parquet and find_spec("pyarrow") is None:
        raise UsageError("--parquet needs the package pyarrow, which is not here: pip install 'bedflow[parquet]'")
    taken = studies_of(options.studies, chosen)
    typed = {
        "replications": options.replications,
        "seed": options.seed,
        "indifference": options.indifference,
        "order": options.order if options.order != ORDERS[0] else None,
    }
    return Job(
        scenarios=chosen,
        compared=compared,
        outputs=Path(options.outputs),
        engines=engines,
        json_file=options.json,
        sets=tuple(options.sets),
        overrides=tuple((name, value) for name, value in typed.items() if value is not None),
        typed=tuple(options.typed),
        sensitivity=options.sensitivity,
        began=time.time(),
        watch=options.watch,
        store=default_store(fresh=options.fresh),
        replications_csv=options.replications_csv,
        parquet=options.parquet,
        slides=options.slides,
        study_folders=taken.folders,
        studies=taken.studies,
        studies_left=taken.left,
    )


@contextmanager
def _people(job: Job, options: Simulate) -> Iterator[PeopleFiles | None]:
    """Where the tables of people go, if they are asked for; their parts wait in a folder of this run."""
    if not options.people:
        yield None
        return
    target, with_lists = Path(options.people), any(scenario.lists for scenario in job.scenarios)
    with_bays = any(service.bays for scenario in job.scenarios for service in scenario.services)
    with TemporaryDirectory(prefix=".people-", dir=target.absolute().parent) as parts:
        yield PeopleFiles(target, Path(parts), with_lists, with_bays, traits_of(job.scenarios))


def _shared(job: Job, options: Simulate) -> Shared:
    """What every replication needs."""
    divided = divisions(job.scenarios, compared=job.compared)
    return Shared(job.scenarios, None, options.observe, job.engines, divided)


def _has_readings(job: Job, options: Simulate) -> bool:
    """Whether the question is asked that has other readings, and asked as shipped."""
    return job.compared and options.files_are_ours and not (options.sets or options.people or options.observe)


def _place(job: Job, options: Simulate) -> Place:
    return place_for(options, job.replications)


def _tell_what_runs(job: Job, options: Simulate, screen: Screen, warnings: int) -> None:
    much = counted(job.replications, "replication")
    to_come = f" ({counted(warnings, 'warning')} will follow the results)" if warnings else ""
    screen.note(f"Running {much} {words_for(_place(job, options), options.cluster)} ...{to_come}")


def _replications(
    job: Job,
    options: Simulate,
    screen: Screen,
    people: PeopleFiles | None,
    collector: Collector,
    precise: Precise | None,
) -> None:
    """Every replication, run or taken from the store, and added up while others still run."""
    place = _place(job, options)
    shared = replace(_shared(job, options), keep=people.keep if people else None)
    progress = screen.progress if place == 1 else _ImportingAhead(screen.progress)
    try:
        run_all(shared, place, job.store, progress, precise.done if precise else None, collector)
    finally:
        screen.end_progress()


class _ImportingAhead:
    """Follows a run, and begins to import beside it when the first replication has come back.

    Then all workers have started: they are copies of this process, and none is made of a process with several threads.
    """

    def __init__(self, follow: Listener) -> None:
        self._follow, self._heard = follow, 0

    def __call__(self, done: int, total: int, seconds_left: float | None = None, /) -> None:
        """Hears how far the run is: first before anybody has started."""
        self._follow(done, total, seconds_left)
        self._heard += 1
        if self._heard == 2:
            Thread(target=_import_ahead, daemon=True).start()


def _import_ahead() -> None:
    """What is needed after the replications takes half a second to import, while this process only waits for workers."""
    with suppress(ImportError):  # said when it is missed
        for module in ("scipy.special", "sim.runs.outputs"):
            import_module(module)


def _publish(
    job: Job,
    options: Simulate,
    findings: Findings,
    people: PeopleFiles | None,
    collector: Collector,
    lines: ReplicationsAside | None,
) -> Path:
    """Writes the folder and the people's tables."""
    with options.watch.stage("charts"):
        from sim.runs.outputs import publish  # matplotlib comes only now

    folder = publish(job, findings, collector.pieces, number_of(_place(job, options)), lines)
    if people:
        people.join(job.scenarios)
    return folder


# -- other readings of the question ------------------------------------------------------------------------------------


UNIT = "cedarwood"


class Reading(NamedTuple):
    """One reading: in words, and the two files that are compared."""

    says: str
    base: str
    other: str


AS_SHIPPED = "for those who wait today"
READINGS = (
    Reading("the same, beside 42 beds", "scenarios/variants/pathway2_42_beds.yaml", "scenarios/cedarwood/beside_42_beds.yaml"),
    Reading("when treatment is over", "scenarios/variants/counted_from_treatment.yaml", "scenarios/cedarwood/early_step_down.yaml"),
    Reading(
        "the same, beside 42 beds",
        "scenarios/variants/counted_from_treatment_42_beds.yaml",
        "scenarios/cedarwood/early_step_down_beside_42_beds.yaml",
    ),
)  # fmt: skip
TOLD = ("midnight_delayed_mean", "admissions", "occupancy", "cost_cash_gbp")
HEADS = ("29 beds of Cedarwood", "fewer delayed people", "people a week", "how full", "more cash a year")
WHICH_IS_YOURS = (
    "Which is yours? Three things that no source tells decide it: how many of those who need reablement or a bed could go as soon as "
    "their treatment is over, four days before the ward calls them ready (here three in ten), how long they then stay (here 16 days; with 20 little is left: cedarwood/early_step_down_20_days.yaml), and how many pathway 2 beds there "
    "are already (26 and 42 fit the published figures alike). Each line is held against a baseline with the same clock and beds."
)


def _tell_readings(first: Findings, options: Options, job: Job, screen: Screen) -> None:
    """Runs the other readings and prints one table of all of them, below the answer to the first."""
    screen.note(
        f"Now {len(READINGS)} other readings of the question, each against a baseline of its own, then it is done."
    )
    found = [first, *(_found(one, options, job, screen) for one in READINGS)]
    screen.say("What the question can mean:")
    columns(
        screen,
        [HEADS, *(_row(*pair) for pair in zip((AS_SHIPPED, *(one.says for one in READINGS)), found, strict=True))],
    )
    screen.say()
    wrapped(screen, WHICH_IS_YOURS)
    for reading in READINGS:
        screen.say(f"  {command_line('compare', shortest(HOME / reading.base), shortest(HOME / reading.other))}")


def _found(reading: Reading, options: Options, job: Job, screen: Screen) -> Findings:
    scenarios, _ = paired([
        read_scenario(shortest(HOME / file), replications=options.replications, seed=options.seed)
        for file in (reading.base, reading.other)
    ])  # fmt: skip
    workers = place_for(options, sum(scenario.replications for scenario in scenarios))
    try:
        pieces = run_all(Shared(scenarios, engines=job.engines), workers, job.store, screen.progress)
    finally:
        screen.end_progress()
    told = [_for_the_table(theirs) for theirs in beside(scenarios, pieces)]
    return gathered(scenarios, told, compared=True)


def _for_the_table(pieces: Replications) -> Replications:
    """The replications without thousands of rows that the table does not tell, which take longest to put together."""
    return Replications(len(pieces), lambda number: pieces[number].only(_is_told), pieces.seconds)


def _is_told(measure: str) -> bool:
    return measure in TOLD


def _row(says: str, findings: Findings) -> Sequence[str]:
    return says, *_cells(findings)


def _cells(findings: Findings) -> Iterator[str]:
    """Fewer delayed people, admissions a week, occupancy and cash."""
    other = findings.scenarios[1]
    yield _change(findings, findings.main_service.name, "midnight_delayed_mean", sign=-1)
    came, full = (findings.estimate(other.id, UNIT, name) for name in ("admissions", "occupancy"))
    yield figure(came.mean / (other.calendar.measured_days / 7), "people") if came else ""
    yield figure(full.mean, full.unit) if full else ""
    yield _change(findings, "all", "cost_cash_gbp")


def _change(findings: Findings, service: str, measure: str, sign: int = 1) -> str:
    row = findings.difference(findings.scenarios[1].id, service, measure)
    if row is None:
        return ""
    unit, factor = measures()[measure].unit, labels.factor(measure, findings.windows[0])
    text = figure(sign * factor * row.mean, unit)
    if row.low is None or row.high is None:
        return text
    low, high = sorted((sign * row.low, sign * row.high))
    return f"{text} ({interval(low, high, unit, factor)})"
