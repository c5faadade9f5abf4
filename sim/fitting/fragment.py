"""A fitted scenario as a file that extends the one it was fitted from: values, what they were, how well they are pinned.

What may be changed here: wording freely; the first words mark a file that a later fit may write over.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from sim.fitting.words import Fitted, remark, target_rows
from sim.inputs.scenario import Change, Scenario

MARK = "# Fitted by `"
SET = "--set "


def may_be_replaced(file: Path) -> bool:
    """Whether a file is not there yet, or was written by a fit."""
    return not file.exists() or file.read_bytes().startswith(MARK.encode())


def fragment(fitted: Fitted, file: Path, command: str) -> str:
    """The text of the file."""
    scenario = fitted.settings.question.read(fitted.found.best.moved)
    changes = [change for change in scenario.changes if change.file.startswith(SET)]
    notes = dict(_notes(fitted))
    lines = [
        f"{MARK}{command}`.",
        *_heading(fitted),
        *(f"# As it was: {text}" for text in _unmoved(fitted)),
        f"name: {json.dumps(f'{scenario.name}, fitted', ensure_ascii=False)}",
    ]
    lines += [f"question: {json.dumps(scenario.question, ensure_ascii=False)}"] if scenario.question else []
    lines += [f"extends: {_beside(scenario, file)}"]
    for key, chosen in (("change", True), ("add", False)):
        mine = [change for change in changes if bool(change.old) == chosen]
        if mine:
            lines += [f"{key}:", *(_line(change, notes) for change in mine)]
    return "\n".join(lines) + "\n"


def _heading(fitted: Fitted) -> Iterator[str]:
    """The binding targets, before and after, as a comment."""
    yield "# Binding targets: accepted; before -> fitted; misfit (1: about the edge of what is accepted)"
    pairs = fitted.binding()
    for row in target_rows([old for old, _ in pairs], [new for _, new in pairs]):
        yield f"#   {row[0]}: {row[1]}; {row[2]} -> {row[3]}; {row[7]}, {row[5]}"


def _unmoved(fitted: Fitted) -> Iterator[str]:
    """The settings that the fit left where they were."""
    notes = dict(_notes(fitted))
    for setting, position, _ in fitted.each():
        value, path = setting.value(position), setting.parts[0].path
        if value == setting.stated:
            yield f"{path} {setting.shown(value)}, {notes[path]}"


def _notes(fitted: Fitted) -> Iterator[tuple[str, str]]:
    """The comment beside each path that a setting moves."""
    for setting, position, plus_minus in fitted.each():
        first, *others = setting.parts
        words = [] if plus_minus is None else [f"plus or minus {setting.amount(plus_minus)}"]
        words += [text for text in [remark(fitted, position, plus_minus)] if text]
        yield first.path, f"fitted, {'; '.join(words)}"
        for part in others:
            yield part.path, f"moves with {setting.of.says}"


def _line(change: Change, notes: dict[str, str]) -> str:
    note = next((text for path, text in notes.items() if _is_at(change.path, path)), "")
    was = f"; was {change.old}" if change.old else ""
    return f"  {change.path}: {change.new}  # assumption: {note or 'as it was set, or so that shares add up'}{was}"


def _is_at(path: str, of: str) -> bool:
    return path == of or path.startswith(f"{of}.") or path == f"{of}.share"


def _beside(scenario: Scenario, file: Path) -> str:
    """The scenario's path from the folder of a file."""
    try:
        return Path(os.path.relpath(scenario.file, file.parent)).as_posix()
    except ValueError:  # another drive
        return Path(scenario.file).resolve().as_posix()
