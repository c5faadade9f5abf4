"""Baselines rerun: scenarios with what was recorded of them, run, measured, fingerprinted and judged.

The chain behind `check`, without a screen. Replication 1 is always observed: every identity is tested on every event.

What may be changed here: freely, as long as the verdict does not depend on the number of workers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.regression.baseline_file import Expected, expectation
from sim.regression.baselines import Baseline, versions
from sim.regression.fingerprints import PEOPLE_IN_BLOCK, Digests, bytes_digest, digests
from sim.regression.judging import MovedValue, judge
from sim.regression.result import Checked, Place
from sim.results.comparison.compare import gather
from sim.results.comparison.order import canonical
from sim.results.event_history import Differing, first_differing, packed, stories, unpacked
from sim.results.window import Cut
from sim.runs.engines import BY_REFERENCE, Engines, testify
from sim.runs.experiment import Listener, Piece, Task, check_identities, measured
from sim.runs.parallel import scatter

MOST_PEOPLE_KEPT = 1_000  # of replication 1, for whom stories are kept beside the expected file


@dataclass(frozen=True, slots=True)
class Shared:
    """What every task needs: the scenarios, whether all replications are observed, and the engine of those that are not."""

    scenarios: tuple[Scenario, ...]
    observe: bool = False
    engines: Engines = BY_REFERENCE


@dataclass(frozen=True, slots=True)
class Looked:
    """What one replication found: its measures, its fingerprints, and its stories where they are kept."""

    piece: Piece
    digests: Digests
    stories: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What is found now, as it would be recorded."""

    scenario: Scenario
    expected: Expected
    stories: bytes


def look(shared: Shared, task: Task) -> Looked:
    """Runs one replication, observed or not, checks its identities, measures it and takes its fingerprints."""
    scenario = shared.scenarios[task.scenario]
    is_first = task.replication == 0
    if is_first or shared.observe:
        ledger = engine.run_observed(scenario, task.replication)
        if shared.engines.is_witnessed(task.scenario, task.replication):
            testify(scenario, task.replication, engine.run(scenario, task.replication, shared.engines.name), ledger)
    else:
        ledger = engine.run(scenario, task.replication, shared.engines.name)
    cut = Cut(scenario, ledger)
    check_identities(task, cut)
    is_kept = is_first and len(ledger.people["group"]) <= MOST_PEOPLE_KEPT
    told = packed(stories(scenario, ledger)) if is_kept else b""
    return Looked(measured(task, cut), digests(ledger), told)


def rerun(
    scenarios: Sequence[Scenario],
    workers: int,
    listener: Listener | None = None,
    *,
    observe: bool = False,
    engines: Engines = BY_REFERENCE,
) -> list[Found]:
    """Every replication of every scenario, as it would be recorded now."""
    tasks = [Task(i, r) for i, scenario in enumerate(scenarios) for r in range(scenario.replications)]
    done: dict[Task, Looked] = {}
    for looked in scatter(look, Shared(tuple(scenarios), observe, engines), tasks, workers):
        done[looked.piece.task] = looked
        if listener:
            listener(len(done), len(tasks))
    return [
        _found(scenario, [done[Task(i, r)] for r in range(scenario.replications)])
        for i, scenario in enumerate(scenarios)
    ]


def _found(scenario: Scenario, looked: Sequence[Looked]) -> Found:
    table = gather(scenario.id, canonical(scenario), [one.piece.rows() for one in looked])
    kept = looked[0].stories
    fingerprint = bytes_digest("\n\n".join(unpacked(kept)).encode()) if kept else ""
    expected = expectation(scenario, table, [one.digests for one in looked], versions(), fingerprint)
    return Found(scenario, expected, kept)


def checked(found: Found, baseline: Baseline) -> Checked:
    """One scenario, judged."""
    recorded = baseline.expected
    assert recorded is not None
    verdict = judge(recorded, found.expected, PEOPLE_IN_BLOCK)
    first, note = None, ""
    if verdict.block is not None:
        first, note = _first_person(found, baseline)
    place = _places(found.scenario)
    return Checked(
        baseline.scenario_file, str(baseline.file), verdict, "", tuple(map(place, verdict.values)), first, note
    )


def _places(scenario: Scenario) -> Callable[[MovedValue], Place]:
    """Where a value stands that is in force; the scenario's first line for one that is gone."""
    known = {value.path: Place(value.file, value.line) for value in scenario.values if value.line}
    known |= {f"data in {file.rpartition('/')[2]}": Place(file, 1) for file, _ in scenario.files}
    return lambda value: known.get(value.path, Place(scenario.file, 1))


def _first_person(found: Found, baseline: Baseline) -> tuple[tuple[Differing, Differing] | None, str]:
    """Whose story differs first, or why that cannot be told."""
    recorded = baseline.expected
    assert recorded is not None
    if not recorded.stories:
        return None, "no stories were kept: too many people"
    if baseline.stories is None:
        return None, f"{baseline.stories_file.name} is missing or damaged, so no person can be named"
    if not found.stories:
        return None, "more people come now than stories are kept of"
    return first_differing(baseline.stories, unpacked(found.stories)), ""
