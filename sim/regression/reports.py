"""The check's verdicts for machines: JSON, JUnit XML, a Markdown summary and annotations for a CI system.

What may be changed here: wording freely; JSON keys are added, never renamed.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from sim.regression.judging import MOVED, MovedMeasure, Verdict
from sim.regression.result import (
    MEASURES_SHOWN,
    NOT_RUN,
    UNUSABLE,
    VALUES_SHOWN,
    Checked,
    Place,
    delay_first,
    delay_that_moved,
    lines_about,
    measure_cells,
    value_text,
    who,
)
from sim.results.words.labels import counted

FORMAT = 1  # of the JSON
ANNOTATIONS_OF_ONE = 5  # GitHub shows ten in all
MARKS = {UNUSABLE: "❌", MOVED: "❌", NOT_RUN: "⚪"}


def summary_line(found: Sequence[Checked]) -> str:
    """One sentence about all of them."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    parts = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    return f"{len(found)} {'scenario' if len(found) == 1 else 'scenarios'}: {parts}."


def json_object(found: Sequence[Checked]) -> dict[str, Any]:
    """Everything, for programs."""
    return {"format": FORMAT, "scenarios": [_json_of(one) for one in found]}


def _json_of(one: Checked) -> dict[str, Any]:
    verdict = one.verdict
    head = {"file": one.file, "expected_file": one.expected_file, "outcome": one.outcome, "trouble": one.trouble}
    if verdict is None:
        return head
    block = verdict.block
    return {
        **head,
        "versions": [value._asdict() for value in verdict.versions],
        "values": [
            {**value._asdict(), "file": place.file, "line": place.line}
            for value, place in zip(verdict.values, one.places, strict=True)
        ],
        "moved": [_json_measure(measure, verdict) for measure in verdict.measures],
        "new_measures": sorted({key[1] for key in verdict.new}),
        "first_block": None if block is None else block._asdict(),
        "first_person": None if one.first is None else one.first[0]._asdict(),
        "first_in_time": None if one.first is None else one.first[1]._asdict(),
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


def junit_xml(found: Sequence[Checked]) -> str:
    """One test case for each scenario; no times, so that the same verdicts are the same bytes."""
    moved = sum(one.outcome == MOVED for one in found)
    unusable = sum(one.outcome == UNUSABLE for one in found)
    not_run = sum(one.outcome == NOT_RUN for one in found)
    counts = f'tests="{len(found)}" failures="{moved}" errors="{unusable}" skipped="{not_run}"'
    cases = "".join(_junit_case(one) for one in found)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites {counts}>\n<testsuite name="run_sim.py check" {counts}>\n{cases}</testsuite>\n</testsuites>\n'
    )


def _junit_case(one: Checked) -> str:
    folder, _, name = one.file.rpartition("/")
    case = f"<testcase classname={quoteattr(folder or '.')} name={quoteattr(name)} file={quoteattr(one.file)}"
    text = escape(_printable("\n".join(lines_about(one))))
    tags = {MOVED: "failure", UNUSABLE: "error", NOT_RUN: "skipped"}
    if one.outcome not in tags:
        return f"{case}><system-out>{text}</system-out></testcase>\n"
    tag = tags[one.outcome]
    message = quoteattr(_printable(_in_short(one)))
    return f'{case}><{tag} type="{one.outcome}" message={message}>{text}</{tag}></testcase>\n'


def _printable(text: str) -> str:
    """Without what XML forbids."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")


def _in_short(one: Checked) -> str:
    """What moved, in one line."""
    verdict = one.verdict
    if verdict is None:
        return one.trouble or "another scenario's expected file has to be mended first"
    if not verdict.measures:
        return "; ".join(who(one)) or one.outcome
    delay, most = delay_that_moved(verdict.measures), verdict.measures[0]
    first = f"{_moved_text(delay)}; " if delay and delay is not most else ""
    return f"{counted(len(verdict.measures), 'measure')} moved: {first}most of all {_moved_text(most)}"


def _moved_text(one: MovedMeasure) -> str:
    name, expected, got, apart = measure_cells(one)
    unit = " standard errors" if one.standard_errors else ""
    return f"{name}: expected {expected}, got {got} ({apart}{unit})"


def markdown(found: Sequence[Checked]) -> str:
    """A summary for the page of a CI step."""
    parts = ["## Expected results", "", summary_line(found), "", "| scenario | outcome | |", "|---|---|---|"]
    for one in found:
        short = "" if one.verdict and not one.verdict.measures and one.verdict.block is None else _in_short(one)
        mark = MARKS.get(one.outcome, "✅")
        parts.append(f"| `{_cell(one.file)}` | {mark} {one.outcome} | {_cell(short)} |")
    for one in found:
        if one.verdict and one.verdict.outcome == MOVED:
            parts += ["", *_details(one, one.verdict)]
    return "\n".join(parts) + "\n"


def _details(one: Checked, verdict: Verdict) -> Iterable[str]:
    yield f"### `{one.file}`"
    yield ""
    for value, place in list(zip(verdict.values, one.places, strict=True))[:VALUES_SHOWN]:
        yield f"- {_cell(value_text(value))} (`{place.file}:{place.line}`)"
    if not verdict.values:
        yield "- no value of the scenario differs: the program or its packages give other results"
    for text in who(one):
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


def annotations(found: Sequence[Checked]) -> list[str]:
    """GitHub's workflow commands: each points at the line that differs from the recorded scenario."""
    told = []
    for one in found:
        if one.outcome == UNUSABLE:
            told.append(_annotation("error", Place(one.file, 1), "cannot be checked", one.trouble))
        elif one.verdict is not None and one.outcome == MOVED:
            told += [
                _annotation("error", place, "results moved", f"{value_text(value)}: {_in_short(one)}")
                for value, place in list(zip(one.verdict.values, one.places, strict=True))[:ANNOTATIONS_OF_ONE]
            ]
            if not one.verdict.values:
                told.append(_of_the_program(one, one.verdict))
    return told


def _of_the_program(one: Checked, verdict: Verdict) -> str:
    """No line of the scenario differs: point at the expected line that moved most."""
    number = verdict.measures[0].number if verdict.measures else 0
    words = "; ".join([_in_short(one), "no value of the scenario differs", *who(one)[:2]])
    return _annotation("error", Place(one.expected_file, number or 1), "results moved", words)


def _annotation(level: str, place: Place, title: str, message: str) -> str:
    file = _escaped(_from_here(place.file)).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} file={file},line={place.line},title={title}::{_escaped(message)}"


def _from_here(file: str) -> str:
    """A path as CI systems know it: from the folder in which the command runs."""
    shown = os.path.relpath(file) if os.path.isabs(file) else os.path.normpath(file)
    return shown.replace(os.sep, "/")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
