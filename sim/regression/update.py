"""Expected results moved on purpose: which files are to be written, and what goes into the log.

The log comes first, so that no expected file ever changes without its reason; nothing is written where nothing moved.

What may be changed here: freely; old entries of a log are never touched.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sim.regression.baseline_file import NOTHING, Expected, text_of
from sim.regression.baselines import Baseline
from sim.regression.fingerprints import PEOPLE_IN_BLOCK
from sim.regression.judging import MovedMeasure, Verdict, judge
from sim.regression.result import measure_cells, value_text
from sim.regression.run import Found
from sim.results.event_history import packed, unpacked
from sim.results.files import writing

HEADLINES = (
    "occupancy",
    "queue_mean",
    "wait_mean_days",
    "admissions",
    "leavers",
    "deaths",
    "delayed_bed_days",
    "cost_cash_gbp",
)
HEADLINES_OF_NEW = ("occupancy", "delayed_bed_days", "cost_cash_gbp")  # the expected file beside it holds them all
MEASURES_LOGGED = 40
VALUES_LOGGED = 100
LOG_TITLE = """\
# Log of expected results

Written by `run_sim.py check --update --reason "..."` only, newest last: why an expected file beside a scenario of this
folder was made or changed, with old and new values. `standard errors` are those of the recorded mean.
"""


class Update(NamedTuple):
    """One expected file to be written, and what the log says about it."""

    baseline: Baseline
    found: Found
    entry: str


def updates(pairs: Sequence[tuple[Found, Baseline]]) -> list[Update]:
    """The updates that there is a need for."""
    return [
        Update(baseline, found, entry)
        for found, baseline in pairs
        if not _is_current(found, baseline) and (entry := _entry(found, baseline))
    ]


def write(wanted: Sequence[Update], reason: str) -> None:
    """Writes the logs, then the expected files and the stories beside them."""
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
    baseline, found = update.baseline, update.found
    if found.stories:
        told = unpacked(found.stories)
        if told != baseline.stories:  # another zlib packs the same stories into other bytes
            writing.write_file(baseline.stories_file, packed(told))
    else:
        baseline.stories_file.unlink(missing_ok=True)
    writing.write_file(baseline.file, text_of(found.expected).encode())


def _is_current(found: Found, baseline: Baseline) -> bool:
    if baseline.expected is None or (found.stories and baseline.stories is None):
        return False
    return text_of(baseline.expected) == text_of(found.expected)


def _entry(found: Found, baseline: Baseline) -> str:
    """What the log says about one scenario."""
    name = Path(baseline.scenario_file).name
    if baseline.expected is None:
        was = (
            "is new"
            if not baseline.file.exists()
            else f"is made anew: the old one could not be used ({baseline.trouble})"
        )
        return f"`{baseline.file.name}` {was}.\n\n{_table(_as_new(found.expected))}"
    verdict = judge(baseline.expected, found.expected, PEOPLE_IN_BLOCK)
    lines = [f"`{name}`: {_summary(verdict)}"]
    differing = [f"- {value_text(one)}" for one in (*verdict.versions, *verdict.values)]
    lines += differing[:VALUES_LOGGED]
    if len(differing) > VALUES_LOGGED:
        lines.append(f"- and {len(differing) - VALUES_LOGGED} more values")
    return "\n".join(lines) + "\n" + ("\n" + _table(verdict.measures) if verdict.measures else "")


def _summary(verdict: Verdict) -> str:
    if not verdict.measures and verdict.block is None:
        grown = f"; new: {', '.join(dict.fromkeys(key[1] for key in verdict.new))}" if verdict.new else ""
        return f"no result moved{grown}."
    if not verdict.measures:
        return "no measure moved, but the ledger did."
    moved = len(verdict.measures)
    return f"{moved} {'measure' if moved == 1 else 'measures'} moved{'' if verdict.block else ', the ledger did not'}."


def _as_new(expected: Expected) -> tuple[MovedMeasure, ...]:
    lines = [line for line in expected.lines.values() if line.key[1] in HEADLINES_OF_NEW and not line.key[2]]
    return tuple(MovedMeasure(line.key, NOTHING, line.mean, None, 0) for line in lines)


def _is_headline(key: Sequence[str]) -> bool:
    return key[1] in HEADLINES and not key[2]


def _table(measures: Sequence[MovedMeasure]) -> str:
    """Headlines first, then what moved most; the rest is in the expected file's own history."""
    ordered = sorted(measures, key=lambda one: not _is_headline(one.key))  # stable: within each, as they came
    rows = ["| measure | was | is | standard errors |", "|---|--:|--:|--:|"]
    rows += [f"| {' | '.join(measure_cells(one))} |" for one in ordered[:MEASURES_LOGGED]]
    more = len(ordered) - MEASURES_LOGGED
    return "\n".join(rows) + "\n" + (f"\nand {more} more.\n" if more > 0 else "")
