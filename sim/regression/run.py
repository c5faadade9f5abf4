"""The regression check without a screen: run scenarios again, compare them with their recorded results, and report what moved.

Replication 1 always runs with the invariants tested at every event. The verdict never depends on the number of workers.

Reports are text for the terminal, JSON, JUnit XML, Markdown and annotations for a CI system. JSON keys are added, never renamed.

An update writes its log first, so that no expected file changes without its reason. A file whose results did not move is not
written, and old entries of a log are never changed.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from sim.inputs.problems import padded
from sim.inputs.scenario import Scenario
from sim.model import engine
from sim.regression.baselines import (
    MOVED,
    NOTHING,
    PEOPLE_IN_BLOCK,
    SAME,
    TOLERATED,
    Baseline,
    ExpectedResults,
    Fingerprints,
    MovedMeasure,
    MovedValue,
    Verdict,
    bytes_fingerprint,
    compare_results,
    expected_file_text,
    expected_results,
    fingerprints,
    versions,
)
from sim.results.comparison.compare import gather
from sim.results.event_history import (
    EventDifference,
    event_histories,
    first_difference,
    pack_histories,
    unpack_histories,
)
from sim.results.files import writing
from sim.results.measure_table import OF_NEW, measures, shown_in
from sim.results.measures.order import canonical
from sim.results.window import Window
from sim.results.words.labels import counted
from sim.runs.engines import BY_REFERENCE, Engines, check_equal
from sim.runs.experiment import Listener, check_identities, measured
from sim.runs.piece import Piece, Task
from sim.runs.workers import run_tasks, workers_of

UNUSABLE, NOT_RUN = "cannot be checked", "not run"
MEASURES_SHOWN = 15
VALUES_SHOWN = 20


class SourceLine(NamedTuple):
    """A line of a file."""

    file: str
    line: int


class CheckResult(NamedTuple):
    """The verdict on one scenario, or the trouble that prevents one."""

    file: str
    expected_file: str
    verdict: Verdict | None
    trouble: str = ""
    places: tuple[SourceLine, ...] = ()  # of the verdict's values, in their order
    # the first person by rank, and the first event in time
    first: tuple[EventDifference, EventDifference] | None = None
    note: str = ""  # why no person is named

    @property
    def outcome(self) -> str:
        """The outcome in one or two words."""
        if self.verdict is not None:
            return self.verdict.outcome
        return UNUSABLE if self.trouble else NOT_RUN


def _kind(key: tuple[str, str, str, str]) -> str:
    """A measure, and what it is parted by."""
    return f"{key[1]} by {key[2]}" if key[2] else key[1]


def check_result_lines(result: CheckResult) -> list[str]:
    """Return the lines about one scenario; the first has its name and outcome."""
    verdict = result.verdict
    if verdict is None:
        return [f"{result.file}: {result.outcome}{f': {result.trouble}' if result.trouble else ''}"]
    lines = [f"{result.file}: {verdict.outcome}{_beside(verdict)}"]
    if verdict.new:
        lines.append(f"  of {', '.join(dict.fromkeys(_kind(key) for key in verdict.new))} nothing is recorded yet")
    if verdict.outcome == SAME:
        return lines + [f"  {text}" for text in _values(result)]
    lines += [f"  {text}" for text in (*_values(result), *_why(verdict))]
    lines += [f"  {text}" for text in measure_table(_delay_first(verdict.measures)[:MEASURES_SHOWN])]
    if len(verdict.measures) > MEASURES_SHOWN:
        lines.append(f"  and {len(verdict.measures) - MEASURES_SHOWN} measures more")
    return lines + [f"  {text}" for text in _first_difference_lines(result)]


def _beside(verdict: Verdict) -> str:
    if not verdict.versions:
        return ""
    return (
        " (recorded with "
        + ", ".join(f"{version.path} {version.recorded}, not {version.now}" for version in verdict.versions)
        + ")"
    )


def _values(result: CheckResult) -> list[str]:
    assert result.verdict is not None
    pairs = list(zip(result.verdict.values, result.places, strict=True))
    lines = [f"{_value_text(value)}  ({place.file}:{place.line})" for value, place in pairs[:VALUES_SHOWN]]
    more = len(pairs) - VALUES_SHOWN
    return [*lines, f"and {more} more values"] if more > 0 else lines


def _value_text(value: MovedValue) -> str:
    """A value that is not as recorded, old -> new."""
    return f"{value.path}: {value.recorded or 'nothing'} -> {value.now or 'nothing'}"


def _why(verdict: Verdict) -> list[str]:
    """Return lines about the likely cause of the move."""
    found = []
    if verdict.outcome == TOLERATED:
        found.append("not identical, but within what other versions may change (docs/check.md)")
    elif verdict.outcome == MOVED and not verdict.values:
        found.append("no value of the scenario differs: the program or its packages give other results")
    if verdict.beyond:
        found.append(f"{len(verdict.beyond)} of these measures are beyond what other versions may change")
    if verdict.block is None:
        found.append("every person's records are as recorded: what moved is how they are counted or priced")
    return found


def _delay_that_moved(measures: Sequence[MovedMeasure]) -> MovedMeasure | None:
    """The delay of the first service that has it moved, undivided: of the first such measure that moved."""
    for measure, _ in shown_in("check_first"):
        rows = [moved for moved in measures if moved.key[1:3] == (measure.name, "") and moved.size >= 0]
        if rows:
            return min(rows, key=lambda moved: moved.number)
    return None


def _delay_first(measures: tuple[MovedMeasure, ...]) -> tuple[MovedMeasure, ...]:
    """Delay, then the others as they come: those that moved most are often only what was changed."""
    delay = _delay_that_moved(measures)
    return measures if delay is None else (delay, *(measure for measure in measures if measure is not delay))


def measure_table(measures: tuple[MovedMeasure, ...]) -> list[str]:
    """Measure, expected, got, difference in standard errors, in columns."""
    if not measures:
        return []
    rows = [("measure", "expected", "got", "standard errors"), *(_measure_cells(measure) for measure in measures)]
    return ["  ".join(row) for row in padded(rows, (0,))]


def _measure_cells(measure: MovedMeasure) -> tuple[str, str, str, str]:
    """One measure that moved, as text."""
    return measure_name(measure), measure.expected, measure.got, _standard_errors_text(measure)


def measure_name(one: MovedMeasure) -> str:
    """`hospital delayed_bed_days, reason hub_assessment`."""
    service, measure, by, item = one.key
    return f"{service} {measure}" + (f", {by} {item}" if by else "")


def _standard_errors_text(measure: MovedMeasure) -> str:
    """The difference in standard errors of the recorded mean, or why there is none."""
    if measure.standard_errors is None:
        return "new" if measure.expected == NOTHING else "gone" if measure.got == NOTHING else "had no spread"
    if measure.standard_errors == 0.0:
        return "single runs"  # the mean is the same, the replications are not
    return (
        f"{measure.standard_errors:+.2g}" if abs(measure.standard_errors) < 1000 else f"{measure.standard_errors:+,.0f}"
    )


def _first_difference_lines(result: CheckResult) -> list[str]:
    """Return lines about the first block of people whose records differ, the first person and the first event."""
    block = result.verdict.block if result.verdict else None
    if block is None:
        return []
    if block.what == "places":
        return [f"first records that differ: replication {block.replication}, in its open places only"]
    found = [f"first block whose records differ: replication {block.replication}, people {block.first} to {block.last}"]
    if result.note:
        return [*found, f"({result.note})"]
    if result.first is None:
        return [*found, "(the people of replication 1 are as recorded)"]
    by_rank, in_time = result.first
    found += [f"first person: {text}" for text in _difference(by_rank)]
    if in_time.person != by_rank.person:
        found += [f"first in time: {text}" for text in _difference(in_time)]
    return found


def _difference(difference: EventDifference) -> list[str]:
    return [f"{difference.person}, expected: {difference.expected}", f"{difference.person}, got: {difference.got}"]


FORMAT = 1  # of the JSON
ANNOTATIONS_OF_ONE = 5  # GitHub shows ten in all
MARKS = {UNUSABLE: "❌", MOVED: "❌", NOT_RUN: "⚪"}


def summary_line(found: Sequence[CheckResult]) -> str:
    """One sentence about all of them."""
    counts: dict[str, int] = {}
    for result in found:
        counts[result.outcome] = counts.get(result.outcome, 0) + 1
    parts = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    return f"{len(found)} {'scenario' if len(found) == 1 else 'scenarios'}: {parts}."


def json_object(found: Sequence[CheckResult]) -> dict[str, Any]:
    """Everything, for programs."""
    return {"format": FORMAT, "scenarios": [_json_of(result) for result in found]}


def _json_of(result: CheckResult) -> dict[str, Any]:
    verdict = result.verdict
    head = {
        "file": result.file,
        "expected_file": result.expected_file,
        "outcome": result.outcome,
        "trouble": result.trouble,
    }
    if verdict is None:
        return head
    block = verdict.block
    return {
        **head,
        "versions": [value._asdict() for value in verdict.versions],
        "values": [
            {**value._asdict(), "file": place.file, "line": place.line}
            for value, place in zip(verdict.values, result.places, strict=True)
        ],
        "moved": [_json_measure(measure, verdict) for measure in verdict.measures],
        "new_measures": sorted({key[1] for key in verdict.new}),
        "first_block": None if block is None else block._asdict(),
        "first_person": None if result.first is None else result.first[0]._asdict(),
        "first_in_time": None if result.first is None else result.first[1]._asdict(),
    }


def _json_measure(one: MovedMeasure, verdict: Verdict) -> dict[str, Any]:
    service, measure, by, item = one.key
    return {
        "service": service,
        "measure": measure,
        "by": by,
        "item": item,
        "expected": _number(one.expected),
        "got": _number(one.got),
        "standard_errors": one.standard_errors,
        "beyond_tolerance": one.key in verdict.beyond if verdict.beyond or verdict.outcome != MOVED else None,
    }


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def junit_xml(found: Sequence[CheckResult]) -> str:
    """One test case for each scenario; no times, so that the same verdicts are the same bytes."""
    moved = sum(result.outcome == MOVED for result in found)
    unusable = sum(result.outcome == UNUSABLE for result in found)
    not_run = sum(result.outcome == NOT_RUN for result in found)
    counts = f'tests="{len(found)}" failures="{moved}" errors="{unusable}" skipped="{not_run}"'
    cases = "".join(_junit_case(result) for result in found)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites {counts}>\n<testsuite name="run_sim.py check" {counts}>\n{cases}</testsuite>\n</testsuites>\n'
    )


def _junit_case(result: CheckResult) -> str:
    folder, _, name = result.file.rpartition("/")
    case = f"<testcase classname={quoteattr(folder or '.')} name={quoteattr(name)} file={quoteattr(result.file)}"
    text = escape(_printable("\n".join(check_result_lines(result))))
    tags = {MOVED: "failure", UNUSABLE: "error", NOT_RUN: "skipped"}
    if result.outcome not in tags:
        return f"{case}><system-out>{text}</system-out></testcase>\n"
    tag = tags[result.outcome]
    message = quoteattr(_printable(_in_short(result)))
    return f'{case}><{tag} type="{result.outcome}" message={message}>{text}</{tag}></testcase>\n'


def _printable(text: str) -> str:
    """Without what XML forbids."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")


def _in_short(result: CheckResult) -> str:
    """What moved, in one line."""
    verdict = result.verdict
    if verdict is None:
        return result.trouble or "another scenario's expected file has to be mended first"
    if not verdict.measures:
        return "; ".join(_first_difference_lines(result)) or result.outcome
    delay, most = _delay_that_moved(verdict.measures), verdict.measures[0]
    first = f"{_moved_text(delay)}; " if delay and delay is not most else ""
    return f"{counted(len(verdict.measures), 'measure')} moved: {first}most of all {_moved_text(most)}"


def _moved_text(measure: MovedMeasure) -> str:
    name, expected, got, apart = _measure_cells(measure)
    unit = " standard errors" if measure.standard_errors else ""
    return f"{name}: expected {expected}, got {got} ({apart}{unit})"


def markdown(found: Sequence[CheckResult]) -> str:
    """A summary for the page of a CI step."""
    parts = ["## Expected results", "", summary_line(found), "", "| scenario | outcome | |", "|---|---|---|"]
    for result in found:
        short = (
            "" if result.verdict and not result.verdict.measures and result.verdict.block is None else _in_short(result)
        )
        mark = MARKS.get(result.outcome, "✅")
        parts.append(f"| `{_cell(result.file)}` | {mark} {result.outcome} | {_cell(short)} |")
    for result in found:
        if result.verdict and result.verdict.outcome == MOVED:
            parts += ["", *_details(result, result.verdict)]
    return "\n".join(parts) + "\n"


def _details(result: CheckResult, verdict: Verdict) -> Iterable[str]:
    yield f"### `{result.file}`"
    yield ""
    for value, place in list(zip(verdict.values, result.places, strict=True))[:VALUES_SHOWN]:
        yield f"- {_cell(_value_text(value))} (`{place.file}:{place.line}`)"
    if not verdict.values:
        yield "- no value of the scenario differs: the program or its packages give other results"
    for text in _first_difference_lines(result):
        yield f"- {_cell(text)}"
    yield ""
    yield "| measure | expected | got | standard errors |"
    yield "|---|--:|--:|--:|"
    for measure in _delay_first(verdict.measures)[:MEASURES_SHOWN]:
        yield f"| {' | '.join(_cell(text) for text in _measure_cells(measure))} |"
    if len(verdict.measures) > MEASURES_SHOWN:
        yield f"\nand {len(verdict.measures) - MEASURES_SHOWN} more."


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def annotations(found: Sequence[CheckResult]) -> list[str]:
    """GitHub's workflow commands: each points at the line that differs from the recorded scenario."""
    told = []
    for result in found:
        if result.outcome == UNUSABLE:
            told.append(_annotation("error", SourceLine(result.file, 1), "cannot be checked", result.trouble))
        elif result.verdict is not None and result.outcome == MOVED:
            told += [
                _annotation("error", place, "results moved", f"{_value_text(value)}: {_in_short(result)}")
                for value, place in list(zip(result.verdict.values, result.places, strict=True))[:ANNOTATIONS_OF_ONE]
            ]
            if not result.verdict.values:
                told.append(_of_the_program(result, result.verdict))
    return told


def _of_the_program(result: CheckResult, verdict: Verdict) -> str:
    """No line of the scenario differs: point at the expected line that moved most."""
    number = verdict.measures[0].number if verdict.measures else 0
    words = "; ".join([_in_short(result), "no value of the scenario differs", *_first_difference_lines(result)[:2]])
    return _annotation("error", SourceLine(result.expected_file, number or 1), "results moved", words)


def _annotation(level: str, place: SourceLine, title: str, message: str) -> str:
    file = _escaped(_from_here(place.file)).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} file={file},line={place.line},title={title}::{_escaped(message)}"


def _from_here(file: str) -> str:
    """A path as CI systems know it: from the folder in which the command runs."""
    shown = os.path.relpath(file) if os.path.isabs(file) else os.path.normpath(file)
    return shown.replace(os.sep, "/")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


# -- the check ---------------------------------------------------------------------------------------------------------


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


def _run_replication(shared: RerunSettings, task: Task) -> ReplicationResult:
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
    for looked in run_tasks(workers_of(workers), _run_replication, settings, tasks):
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


# -- updates of expected results ---------------------------------------------------------------------------------------


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
    differing = [f"- {_value_text(value)}" for value in (*verdict.versions, *verdict.values)]
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
    rows += [f"| {' | '.join(_measure_cells(moved))} |" for moved in ordered[:MEASURES_LOGGED]]
    more = len(ordered) - MEASURES_LOGGED
    return "\n".join(rows) + "\n" + (f"\nand {more} more.\n" if more > 0 else "")
