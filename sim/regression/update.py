"""Updates of expected results: which files are written, and what the log says about them.

The log is written first, so that no expected file changes without its reason. A file whose results did not move is not
written, and old entries of a log are never changed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sim.regression.baselines import NOTHING, PEOPLE_IN_BLOCK, Baseline, ExpectedResults, expected_file_text
from sim.regression.reports import measure_cells, value_text
from sim.regression.run import ScenarioResult
from sim.regression.verdicts import MovedMeasure, Verdict, compare_results
from sim.results.event_history import pack_histories, unpack_histories
from sim.results.files import writing
from sim.results.measure_table import OF_NEW, measures

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
