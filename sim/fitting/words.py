"""What a fit found: in words, and as a scenario file that extends the one it was fitted from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.calibration import Line, summary, table
from sim.fitting.search import (
    DONE,
    OUT_OF_EVALUATIONS,
    Conflict,
    Direction,
    Found,
    Pinned,
    conflicts,
    misfit_of,
    pinned,
)
from sim.fitting.settings import Setting, Settings
from sim.inputs.loading import extending
from sim.inputs.problems import joined
from sim.inputs.scenario import Change
from sim.results.words.labels import counted

SETTING_HEADS = ("setting", "was", "fitted", "plus or minus", "may lie", "")
TARGET_HEADS = ("target", "accepted", "before", "fitted", "95% interval", "", "misfit before", "misfit")
NOT_PINNED = "not pinned down by these targets"
MOST_NAMED = 3
SHOWN_MOVE = 0.1  # of the range of the setting that moves most
HOW_TO_READ = (
    "Plus or minus: how far a value may lie from the fitted one, alone or with others, with the binding targets still in "
    "their accepted ranges; noise of the replications included. Misfit: distance from what is aimed at (the aim, or the "
    "middle), in halves of the accepted range; 1 is about its edge."
)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A finished fit with all that is reported of it."""

    settings: Settings
    found: Found
    stated: tuple[Line, ...]  # all targets, the scenario as it was

    @property
    def lines(self) -> tuple[Line, ...]:
        """All targets, with the fitted values."""
        return self.found.best.lines

    @property
    def pinned(self) -> Pinned | None:
        """What the targets say of each setting; None where the fit was stopped before that was known."""
        return pinned(self.found.slopes) if self.found.slopes else None

    def each(self) -> Iterator[tuple[Setting, float, float | None]]:
        """Every setting with its position and plus or minus."""
        known = self.pinned
        plus_minus = known.plus_minus if known else (None,) * len(self.settings.all)
        for setting, position, one in zip(self.settings.all, self.found.best.position, plus_minus, strict=True):
            yield setting, float(position), one

    def binding(self) -> list[tuple[Line, Line]]:
        """The binding targets, before and after."""
        return [pair for pair in zip(self.stated, self.lines, strict=True) if pair[1].target.binds]


def setting_rows(fitted: Fitted) -> list[tuple[str, ...]]:
    """A row of text for each setting, in the order of SETTING_HEADS."""
    return [
        (
            setting.of.says,
            setting.shown(setting.stated),
            setting.shown(setting.value(position)),
            "" if plus_minus is None else setting.amount(plus_minus),
            f"{setting.shown(setting.parts[0].low)} to {setting.shown(setting.parts[0].high)}",
            remark(fitted, position, plus_minus),
        )
        for setting, position, plus_minus in fitted.each()
    ]


def remark(fitted: Fitted, position: float, plus_minus: float | None) -> str:
    """What to know of a fitted value beside its plus or minus."""
    end = {0.0: "at the low end of its range", 1.0: "at the high end of its range"}.get(position, "")
    unknown = NOT_PINNED if fitted.pinned else "stopped before it was known how well it is pinned down"
    return "; ".join(text for text in (unknown if plus_minus is None else "", end) if text)


def target_rows(stated: Sequence[Line], lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """A row of text for each target, in the order of TARGET_HEADS."""
    rows = zip(stated, lines, table(stated), table(lines), strict=True)
    return [
        (now[0], now[1], before[2], now[2], now[3], now[4], misfit_text(old), misfit_text(new))
        for old, new, before, now in rows
    ]


def misfit_text(line: Line) -> str:
    """A misfit with its sign."""
    if line.found is None:
        return "-"
    if line.target.low == line.target.high and not line.target.binds:
        return ""  # nothing is accepted but the figure itself
    return f"{misfit_of(line.target, line.found.mean):+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0")


def sentences(fitted: Fitted) -> list[str]:
    """How it ended, what is not pinned down, and which targets stand against each other."""
    said = [_how_it_ended(fitted)]
    if fitted.pinned:
        said += [flat_sentence(direction, fitted.settings.all) for direction in fitted.pinned.flat]
    if fitted.found.slopes:
        binding = [after for _, after in fitted.binding()]
        said += [
            conflict_sentence(conflict, binding, fitted.settings.all)
            for conflict in conflicts(fitted.found.slopes, fitted.found.tried)
        ]
    return said


def flat_sentence(direction: Direction, settings: Sequence[Setting]) -> str:
    """Settings that the targets cannot tell apart, or one that they do not show."""
    if len(direction.parts) == 1:
        setting = settings[direction.parts[0][0]]
        return (
            f"Not pinned down: {setting.of.says}. Half of its range moves the binding targets by no more than they accept, "
            "or than noise; the value is no finding."
        )
    names = joined([settings[one].of.says for one, _ in direction.parts])
    moves = [
        f"{settings[one].of.says} {'up' if part > 0 else 'down'} by {settings[one].amount(part * SHOWN_MOVE)}"
        for one, part in direction.parts
    ]
    return (
        f"Not pinned down: {names} trade against each other. {joined(moves)}, together, leave the binding targets "
        "about as they are."
    )


def conflict_sentence(conflict: Conflict, binding: Sequence[Line], settings: Sequence[Setting]) -> str:
    """A target that stays missed, and what it would cost to bring it nearer."""
    line = binding[conflict.target]
    where = f"{line.target.says} stays {'above' if conflict.above else 'below'} what is aimed at (misfit {misfit_text(line)})"
    if not conflict.settings:
        return f"{where}: no setting here moves it by more than noise."
    if not conflict.nearer:
        movers = [settings[setting].of.says for setting in conflict.settings[:MOST_NAMED]]
        return f"{where}: no value of {joined(movers, 'or')} that was tried brings it nearer."
    movers = [settings[one].of.says for one in conflict.nearer[:MOST_NAMED]]
    pushed = [
        f"{binding[one].target.says} by {change:+.1f}"
        for one, change in conflict.pushes[:MOST_NAMED]
        if abs(change) >= SHOWN_MOVE
    ]
    if pushed:
        return (
            f"{where}: what would bring it nearer by one unit of misfit ({joined(movers)}) moves the misfit of "
            f"{joined(pushed)}, away from what is aimed at."
        )
    return f"{where}: {joined(movers)} would bring it nearer, as far as their ranges go."


def _how_it_ended(fitted: Fitted) -> str:
    made = counted(fitted.found.evaluations, "evaluation")
    if fitted.found.ended == DONE:
        return f"Fitted in {made}. {summary(fitted.lines)}"
    why = "--evaluations allows no more" if fitted.found.ended == OUT_OF_EVALUATIONS else "interrupted"
    return f"Stopped after {made} ({why}): the best so far. {summary(fitted.lines)}"


MARK = "# Fitted by `"
SET = "--set "


def fragment(fitted: Fitted, file: Path, command: str) -> str:
    """The text of the file."""
    scenario = fitted.settings.question.read(fitted.found.best.moved)
    changes = [change for change in scenario.changes if change.file.startswith(SET)]
    notes = dict(_notes(fitted))
    change, add = ([_line(one, notes) for one in changes if bool(one.old) == is_there] for is_there in (True, False))
    lines = [
        f"{MARK}{command}`.",
        *_heading(fitted),
        *(f"# As it was: {text}" for text in _unmoved(fitted)),
        *extending(scenario.file, file, f"{scenario.name}, fitted", scenario.question, change, add),
    ]
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
    return f"{change.path}: {change.new}  # assumption: {note or 'as it was set, or so that shares add up'}{was}"


def _is_at(path: str, of: str) -> bool:
    return path == of or path.startswith(f"{of}.") or path == f"{of}.share"
