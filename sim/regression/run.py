"""The regression check without a screen: run scenarios again, measure them, and compare with their recorded results.

Replication 1 always runs with the invariants tested at every event. The verdict never depends on the number of workers.

An update writes its log first, so that no expected file changes without its reason. A file whose results did not move is not
written, and old entries of a log are never changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.regression.baselines import (
    NOTHING,
    PEOPLE_IN_BLOCK,
    Baseline,
    ExpectedResults,
    Fingerprints,
    bytes_fingerprint,
    expected_file_text,
    expected_results,
    fingerprints,
    versions,
)
from sim.regression.reports import CheckResult, SourceLine, measure_cells, value_text
from sim.regression.verdicts import MovedMeasure, MovedValue, Verdict, compare_results
from sim.results.comparison.compare import gather
from sim.results.event_history import (
    EventDifference,
    event_histories,
    first_difference,
    pack_histories,
    unpack_histories,
)
from sim.results.files import writing
from sim.results.measure_table import OF_NEW, measures
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
    table = gather(scenario.id, canonical(scenario), [result.piece.rows() for result in looked])
    kept = looked[0].histories
    fingerprint = bytes_fingerprint("\n\n".join(unpack_histories(kept)).encode()) if kept else ""
    expected = expected_results(scenario, table, [result.fingerprints for result in looked], versions(), fingerprint)
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


# -- updates of expected results ------------------------------------------------------------------------------------------


MEASURES_LOGGED = 40
VALUES_LOGGED = 100
LOG_TITLE = """\
# Log of expected results

Written by `run_sim.py check --update --reason "..."` only, newest last: why an expected file beside a scenario of this
folder was made or changed, with old and new values. `standard errors` are those of the recorded mean.
"""


class Update(NamedTuple):
    """An expected file to be written, and its entry in the log."""

    baseline: Baseline
    result: ScenarioResult
    entry: str


def updates(pairs: Sequence[tuple[ScenarioResult, Baseline]]) -> list[Update]:
    """Return the updates of all expected files that are not current."""
    return [
        Update(baseline, result, entry)
        for result, baseline in pairs
        if not _is_current(result, baseline) and (entry := _entry(result, baseline))
    ]


def write(wanted: Sequence[Update], reason: str) -> None:
    """Write the logs, then the expected files and their event histories."""
    by_log: dict[Path, list[Update]] = {}
    for update in wanted:
        by_log.setdefault(update.baseline.log, []).append(update)
    for log, together in by_log.items():
        before = log.read_text(encoding="utf-8") if log.exists() else LOG_TITLE
        number = before.count("\n## ") + 1
        entries = "\n".join(update.entry for update in together)
        text = f"{before.rstrip()}\n\n## {number}. {' '.join(reason.split())}\n\n{entries}"
        writing.write_file(log, writing.utf8(text))
    for update in wanted:
        _write_one(update)


def _write_one(update: Update) -> None:
    baseline, result = update.baseline, update.result
    if result.histories:
        histories = unpack_histories(result.histories)
        if histories != baseline.histories:  # another version of zlib packs the same histories into other bytes
            writing.write_file(baseline.histories_file, pack_histories(histories))
    else:
        baseline.histories_file.unlink(missing_ok=True)
    writing.write_file(baseline.file, expected_file_text(result.expected).encode())


def _is_current(result: ScenarioResult, baseline: Baseline) -> bool:
    if baseline.expected is None or (result.histories and baseline.histories is None):
        return False
    return expected_file_text(baseline.expected) == expected_file_text(result.expected)


def _entry(result: ScenarioResult, baseline: Baseline) -> str:
    """Return the entry of the log about one scenario."""
    name = Path(baseline.scenario_file).name
    if baseline.expected is None:
        was = (
            "is new"
            if not baseline.file.exists()
            else f"is made anew: the old one could not be used ({baseline.trouble})"
        )
        return f"`{baseline.file.name}` {was}.\n\n{_table(_as_new(result.expected))}"
    verdict = compare_results(baseline.expected, result.expected, PEOPLE_IN_BLOCK)
    lines = [f"`{name}`: {_summary(verdict)}"]
    differing = [f"- {value_text(value)}" for value in (*verdict.versions, *verdict.values)]
    lines += differing[:VALUES_LOGGED]
    if len(differing) > VALUES_LOGGED:
        lines.append(f"- and {len(differing) - VALUES_LOGGED} more values")
    return "\n".join(lines) + "\n" + ("\n" + _table(verdict.measures) if verdict.measures else "")


def _summary(verdict: Verdict) -> str:
    if not verdict.measures and verdict.block is None:
        grown = f"; new: {', '.join(dict.fromkeys(key[1] for key in verdict.new))}" if verdict.new else ""
        return f"no result moved{grown}."
    if not verdict.measures:
        return "no measure moved, but the records did."
    moved = len(verdict.measures)
    return f"{moved} {'measure' if moved == 1 else 'measures'} moved{'' if verdict.block else ', the records did not'}."


def _as_new(expected: ExpectedResults) -> tuple[MovedMeasure, ...]:
    lines = [
        line for line in expected.lines.values() if measures()[line.key[1]].update_log == OF_NEW and not line.key[2]
    ]
    return tuple(MovedMeasure(line.key, NOTHING, line.mean, None, 0) for line in lines)


def _is_headline(key: Sequence[str]) -> bool:
    measure = measures().get(key[1])  # none where an older version counted what this one does not
    return measure is not None and bool(measure.update_log) and not key[2]


def _table(measures: Sequence[MovedMeasure]) -> str:
    """Return a Markdown table: headline measures first, then those that moved most."""
    ordered = sorted(measures, key=lambda moved: not _is_headline(moved.key))  # stable: within each, as they came
    rows = ["| measure | was | is | standard errors |", "|---|--:|--:|--:|"]
    rows += [f"| {' | '.join(measure_cells(moved))} |" for moved in ordered[:MEASURES_LOGGED]]
    more = len(ordered) - MEASURES_LOGGED
    return "\n".join(rows) + "\n" + (f"\nand {more} more.\n" if more > 0 else "")
