"""Reports of a regression check: text for the terminal, JSON, JUnit XML, Markdown and annotations for a CI system.

JSON keys are added, never renamed.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from sim.inputs.problems import padded
from sim.regression.baselines import NOTHING
from sim.regression.verdicts import MOVED, SAME, TOLERATED, MovedMeasure, MovedValue, Verdict
from sim.results.event_history import EventDifference
from sim.results.measure_table import shown_in
from sim.results.words.labels import counted

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
    lines += [f"  {text}" for text in measure_table(delay_first(verdict.measures)[:MEASURES_SHOWN])]
    if len(verdict.measures) > MEASURES_SHOWN:
        lines.append(f"  and {len(verdict.measures) - MEASURES_SHOWN} measures more")
    return lines + [f"  {text}" for text in first_difference_lines(result)]


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
    lines = [f"{value_text(value)}  ({place.file}:{place.line})" for value, place in pairs[:VALUES_SHOWN]]
    more = len(pairs) - VALUES_SHOWN
    return [*lines, f"and {more} more values"] if more > 0 else lines


def value_text(value: MovedValue) -> str:
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


def delay_that_moved(measures: Sequence[MovedMeasure]) -> MovedMeasure | None:
    """The delay of the first service that has it moved, undivided: of the first such measure that moved."""
    for measure, _ in shown_in("check_first"):
        rows = [moved for moved in measures if moved.key[1:3] == (measure.name, "") and moved.size >= 0]
        if rows:
            return min(rows, key=lambda moved: moved.number)
    return None


def delay_first(measures: tuple[MovedMeasure, ...]) -> tuple[MovedMeasure, ...]:
    """Delay, then the others as they come: those that moved most are often only what was changed."""
    delay = delay_that_moved(measures)
    return measures if delay is None else (delay, *(measure for measure in measures if measure is not delay))


def measure_table(measures: tuple[MovedMeasure, ...]) -> list[str]:
    """Measure, expected, got, difference in standard errors, in columns."""
    if not measures:
        return []
    rows = [("measure", "expected", "got", "standard errors"), *(measure_cells(measure) for measure in measures)]
    return ["  ".join(row) for row in padded(rows, (0,))]


def measure_cells(measure: MovedMeasure) -> tuple[str, str, str, str]:
    """One measure that moved, as text."""
    return measure_name(measure), measure.expected, measure.got, standard_errors_text(measure)


def measure_name(one: MovedMeasure) -> str:
    """`hospital delayed_bed_days, reason hub_assessment`."""
    service, measure, by, item = one.key
    return f"{service} {measure}" + (f", {by} {item}" if by else "")


def standard_errors_text(measure: MovedMeasure) -> str:
    """The difference in standard errors of the recorded mean, or why there is none."""
    if measure.standard_errors is None:
        return "new" if measure.expected == NOTHING else "gone" if measure.got == NOTHING else "had no spread"
    if measure.standard_errors == 0.0:
        return "single runs"  # the mean is the same, the replications are not
    return (
        f"{measure.standard_errors:+.2g}" if abs(measure.standard_errors) < 1000 else f"{measure.standard_errors:+,.0f}"
    )


def first_difference_lines(result: CheckResult) -> list[str]:
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
        return "; ".join(first_difference_lines(result)) or result.outcome
    delay, most = delay_that_moved(verdict.measures), verdict.measures[0]
    first = f"{_moved_text(delay)}; " if delay and delay is not most else ""
    return f"{counted(len(verdict.measures), 'measure')} moved: {first}most of all {_moved_text(most)}"


def _moved_text(measure: MovedMeasure) -> str:
    name, expected, got, apart = measure_cells(measure)
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
        yield f"- {_cell(value_text(value))} (`{place.file}:{place.line}`)"
    if not verdict.values:
        yield "- no value of the scenario differs: the program or its packages give other results"
    for text in first_difference_lines(result):
        yield f"- {_cell(text)}"
    yield ""
    yield "| measure | expected | got | standard errors |"
    yield "|---|--:|--:|--:|"
    for measure in delay_first(verdict.measures)[:MEASURES_SHOWN]:
        yield f"| {' | '.join(_cell(text) for text in measure_cells(measure))} |"
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
                _annotation("error", place, "results moved", f"{value_text(value)}: {_in_short(result)}")
                for value, place in list(zip(result.verdict.values, result.places, strict=True))[:ANNOTATIONS_OF_ONE]
            ]
            if not result.verdict.values:
                told.append(_of_the_program(result, result.verdict))
    return told


def _of_the_program(result: CheckResult, verdict: Verdict) -> str:
    """No line of the scenario differs: point at the expected line that moved most."""
    number = verdict.measures[0].number if verdict.measures else 0
    words = "; ".join([_in_short(result), "no value of the scenario differs", *first_difference_lines(result)[:2]])
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
