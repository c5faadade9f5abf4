"""The regression check without a screen: run scenarios again, measure them, and compare with their recorded results.

Replication 1 always runs with the invariants tested at every event. The verdict never depends on the number of workers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.regression.baselines import (
    PEOPLE_IN_BLOCK,
    Baseline,
    ExpectedResults,
    Fingerprints,
    bytes_fingerprint,
    expected_results,
    fingerprints,
    versions,
)
from sim.regression.reports import CheckResult, SourceLine
from sim.regression.verdicts import MovedValue, compare_results
from sim.results.comparison.compare import gather
from sim.results.event_history import (
    EventDifference,
    event_histories,
    first_difference,
    pack_histories,
    unpack_histories,
)
from sim.results.measures.order import canonical
from sim.results.window import Window
from sim.runs.engines import BY_REFERENCE, Engines, check_equal
from sim.runs.experiment import Listener, check_identities, measured
from sim.runs.piece import Piece, Task
from sim.runs.workers import run_tasks, workers_of

MOST_PEOPLE_KEPT = 1_000  # of replication 1, whose event histories are kept beside the expected file


@dataclass(frozen=True, slots=True)
class RerunSettings:
    """Input shared by all tasks: the scenarios, whether invariants are tested at every event, and the engine otherwise."""

    scenarios: tuple[Scenario, ...]
    observe: bool = False
    engines: Engines = BY_REFERENCE


@dataclass(frozen=True, slots=True)
class ReplicationResult:
    """Result of one replication: measures, fingerprints, and packed event histories where they are kept."""

    piece: Piece
    fingerprints: Fingerprints
    histories: bytes


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """Result of all replications of one scenario, as it would be recorded; `histories` are those of replication 1."""

    scenario: Scenario
    expected: ExpectedResults
    histories: bytes


def run_replication(shared: RerunSettings, task: Task) -> ReplicationResult:
    """Run one replication, test its invariants, measure it and take its fingerprints."""
    scenario = shared.scenarios[task.scenario]
    is_first = task.replication == 0
    if is_first or shared.observe:
        ledger = engine.run_observed(scenario, task.replication)
        if shared.engines.is_cross_checked(task.scenario, task.replication):
            check_equal(scenario, task.replication, engine.run(scenario, task.replication, shared.engines.name), ledger)
    else:
        ledger = engine.run(scenario, task.replication, shared.engines.name)
    window = Window(scenario, ledger)
    check_identities(task, window)
    is_kept = is_first and len(ledger.people["group"]) <= MOST_PEOPLE_KEPT
    histories = pack_histories(event_histories(scenario, ledger)) if is_kept else b""
    return ReplicationResult(measured(task, window), fingerprints(ledger), histories)


def run_scenarios(
    scenarios: Sequence[Scenario],
    workers: int,
    listener: Listener | None = None,
    *,
    observe: bool = False,
    engines: Engines = BY_REFERENCE,
) -> list[ScenarioResult]:
    """Run every replication of every scenario."""
    tasks = [Task(i, r) for i, scenario in enumerate(scenarios) for r in range(scenario.replications)]
    done: dict[Task, ReplicationResult] = {}
    settings = RerunSettings(tuple(scenarios), observe, engines)
    for looked in run_tasks(workers_of(workers), run_replication, settings, tasks):
        done[looked.piece.task] = looked
        if listener:
            listener(len(done), len(tasks))
    return [
        _found(scenario, [done[Task(i, r)] for r in range(scenario.replications)])
        for i, scenario in enumerate(scenarios)
    ]


def _found(scenario: Scenario, looked: Sequence[ReplicationResult]) -> ScenarioResult:
    table = gather(scenario.id, canonical(scenario), [one.piece.rows() for one in looked])
    kept = looked[0].histories
    fingerprint = bytes_fingerprint("\n\n".join(unpack_histories(kept)).encode()) if kept else ""
    expected = expected_results(scenario, table, [one.fingerprints for one in looked], versions(), fingerprint)
    return ScenarioResult(scenario, expected, kept)


def check_result(found: ScenarioResult, baseline: Baseline) -> CheckResult:
    """Compare one scenario with its baseline."""
    recorded = baseline.expected
    assert recorded is not None
    verdict = compare_results(recorded, found.expected, PEOPLE_IN_BLOCK)
    first, note = None, ""
    if verdict.block is not None:
        first, note = _first_person(found, baseline)
    place = _places(found.scenario)
    return CheckResult(
        baseline.scenario_file, str(baseline.file), verdict, "", tuple(map(place, verdict.values)), first, note
    )


def _places(scenario: Scenario) -> Callable[[MovedValue], SourceLine]:
    """Return a function that finds the line of a value; the first line of the scenario for a value that is gone."""
    known = {value.path: SourceLine(value.file, value.line) for value in scenario.values if value.line}
    known |= {f"data in {file.rpartition('/')[2]}": SourceLine(file, 1) for file, _ in scenario.files}
    return lambda value: known.get(value.path, SourceLine(scenario.file, 1))


def _first_person(
    found: ScenarioResult, baseline: Baseline
) -> tuple[tuple[EventDifference, EventDifference] | None, str]:
    """Return the first difference between event histories, or the reason why there is none to show."""
    recorded = baseline.expected
    assert recorded is not None
    if not recorded.histories_fingerprint:
        return None, "no stories were kept: too many people"
    if baseline.histories is None:
        return None, f"{baseline.histories_file.name} is missing or damaged, so no person can be named"
    if not found.histories:
        return None, "more people come now than stories are kept of"
    return first_difference(baseline.histories, unpack_histories(found.histories)), ""
