"""Calibration: a scenario's results held against published figures, target by target.

The targets themselves are in `scenarios/targets`.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

from sim.inputs.files import Address, Target, read_targets
from sim.inputs.problems import Mark, Problems, did_you_mean, quoted
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.results.comparison.compare import cut
from sim.results.comparison.statistics import Spread, spread
from sim.results.measure_table import BY, SHARES, measures
from sim.results.measures.hospitals import has_several
from sim.results.split import trait_names
from sim.results.words.labels import counted, figure, title
from sim.runs.engines import BY_REFERENCE, Engines
from sim.runs.experiment import Listener, Shared, run_all
from sim.runs.piece import Piece
from sim.runs.store import Store
from sim.runs.workers import Place

Rows = dict[tuple[str, str, str, str], float]  # by service, measure, by and item

MET, NEAR, MISSED, DIFFERS, NOTHING = "met", "within error", "missed", "differs", "no figure"


@dataclass(frozen=True, slots=True)
class Line:
    """One target beside what the scenario shows over its replications."""

    target: Target
    found: Spread | None  # None: the results hold no such row
    replications: int  # that were run; `found` may lack some

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The 95% interval."""
        if self.found is None:
            return None, None
        return cut(self.found.interval, (0.0, 1.0 if self.target.unit in SHARES else inf))

    @property
    def verdict(self) -> str:
        """Met: the mean lies in the range. Within error: only its interval reaches it."""
        if self.found is None:
            return NOTHING
        if self.target.low <= self.found.mean <= self.target.high:
            return MET
        low, high = self.ends
        if low is not None and high is not None and low <= self.target.high and high >= self.target.low:
            return NEAR
        return MISSED if self.target.binds else DIFFERS


def calibrate(
    scenario: Scenario,
    targets: Sequence[Target],
    workers: Place,
    listener: Listener | None = None,
    engines: Engines = BY_REFERENCE,
    store: Store | None = None,
) -> list[Line]:
    """Runs the scenario and puts its figures beside the targets."""
    (pieces,) = run_all(Shared((scenario,), engines=engines), workers, store, listener)
    return [line_of(target, found) for target, found in zip(targets, figures(targets, pieces), strict=True)]


def line_of(target: Target, found: Sequence[float | None]) -> Line:
    """A target beside its figure in each replication."""
    known = [value for value in found if value is not None]
    return Line(target, spread(known) if known else None, len(found))


def figures(targets: Sequence[Target], pieces: Sequence[Piece]) -> list[list[float | None]]:
    """For each target its figure in every replication; None where a replication has no such row."""
    found: list[list[float | None]] = [[] for _ in targets]
    for piece in pieces:
        rows = {key[:4]: float(value) for key, value in zip(piece.keys, piece.values, strict=True)}
        for target, values in zip(targets, found, strict=True):
            values.append(_value(target, rows))
    return found


def checked_targets(file: str, scenario: Scenario) -> tuple[Target, ...]:
    """The targets of a file that this scenario can show; ScenarioError for names that it does not have."""
    targets, problems = read_targets(file), Problems()
    services = {*scenario.destinations, "all", "outside"} | ({ALL_HOSPITALS} if has_several(scenario) else set())
    divisions = {*BY, *trait_names(scenario.people)}
    for target in targets:
        mark = Mark(file=file, line=target.line, column=1)
        for one in (target.of, target.divided_by):
            if one is None:
                continue
            for word, known in ((one.service, services), (one.measure, set(measures())), (one.by, divisions)):
                if word not in known:
                    problems.add(mark, f"{quoted(word)} is not known{did_you_mean(word, sorted(known))}")
    problems.stop_if_any()
    return targets


def _value(target: Target, rows: Rows) -> float | None:
    value = _sum(target.of, rows)
    if value is None or target.divided_by is None:
        return value
    below = _sum(target.divided_by, rows)
    return value / below if below else None


def _sum(wanted: Address, rows: Rows) -> float | None:
    """The rows added up; items that no replication's row names are nothing, a missing measure is None."""
    keys = [(wanted.service, wanted.measure, wanted.by, item) for item in wanted.items]
    if not any(key in rows for key in keys) and (wanted.service, wanted.measure, "", "") not in rows:
        return None
    return sum(rows.get(key, 0.0) for key in keys)


# -- a period that was kept back ----------------------------------------------------------------------------

PREDICTED, OUTSIDE = "as predicted", "outside"
HELD_OUT_HEADS = ("held out", "observed", "predicted", "95% prediction", "", "source")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a scenario predicts of a figure that it was not fitted to, beside what came.

    Observed is the aim of the target, or the middle of its range. The 95% prediction interval is where one more replication would
    lie: mean plus or minus t(n - 1) sd sqrt(1 + 1/n), of n replications as long as the period.
    """

    line: Line

    @property
    def observed(self) -> float:
        """What came."""
        target = self.line.target
        return (target.low + target.high) / 2 if target.aim is None else target.aim

    @property
    def ends(self) -> tuple[float, float] | None:
        """The prediction interval, in the measure's unit; None with fewer than two replications that have the figure."""
        from scipy.special import stdtrit  # slow to import

        found = self.line.found
        if found is None or found.sd is None:
            return None
        half = float(stdtrit(found.replications - 1, 0.975)) * found.sd * sqrt(1 + 1 / found.replications)
        most = 1.0 if self.line.target.unit in SHARES else inf
        return max(0.0, found.mean - half), min(most, found.mean + half)

    @property
    def verdict(self) -> str:
        """Whether what came lies in the interval."""
        if self.ends is None:
            return NOTHING
        low, high = self.ends
        return PREDICTED if low <= self.observed <= high else OUTSIDE


def held_out_table(predictions: Sequence[Prediction]) -> list[tuple[str, ...]]:
    """The predictions as rows of text, in the order of HELD_OUT_HEADS."""
    rows: list[tuple[str, ...]] = []
    for prediction in predictions:
        unit, found = prediction.line.target.unit, prediction.line.found
        ends = "" if prediction.ends is None else " to ".join(_text(end, unit) for end in prediction.ends)
        mean = "-" if found is None else _text(found.mean, unit)
        rows.append(
            (
                prediction.line.target.says,
                _text(prediction.observed, unit),
                mean,
                ends,
                prediction.verdict,
                prediction.line.target.source,
            )
        )
    return rows


def held_out_summary(predictions: Sequence[Prediction]) -> str:
    """How many held-out figures came as predicted, and how to read that."""
    good = sum(prediction.verdict == PREDICTED for prediction in predictions)
    return (
        f"{good} of {counted(len(predictions), 'held-out figure')} came as predicted: inside the interval in which 95% of such periods would "
        "lie by chance, were the scenario true. Figures of one period are alike, and miss together. The interval does not hold how well "
        "the settings are known."
    )


# -- for a program and a spreadsheet --------------------------------------------------------------------------

ACCEPTED, HELD_OUT = "target", "held out"
LINE_COLUMNS = (
    *("part", "target", "binds", "service", "measure", "unit", "low", "aim", "high"),
    *("mean", "lower", "upper", "replications", "verdict", "source"),
)


def line_cells(one: Line | Prediction) -> tuple[str | float | bool | None, ...]:
    """A target and its figure in the order of LINE_COLUMNS: with the 95% interval of the mean; held out, the prediction interval."""
    line = one.line if isinstance(one, Prediction) else one
    target, found = line.target, line.found
    part = HELD_OUT if isinstance(one, Prediction) else ACCEPTED
    lower, upper = one.ends or (None, None)
    said = (part, target.says, target.binds, target.of.service, target.of.measure, target.unit)
    simulated = (found.mean if found else None, lower, upper, found.replications if found else 0)
    return (*said, target.low, target.aim, target.high, *simulated, one.verdict, target.source)


# -- the table ---------------------------------------------------------------------------------------------

HEADS = ("target", "accepted", "simulated", "95% interval", "", "source")


def table(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """The lines as rows of text, in the order of HEADS."""
    return [
        (
            line.target.says,
            _range(line.target),
            "-" if line.found is None else _text(line.found.mean, line.target.unit) + _in_how_many(line, line.found),
            _interval(line),
            line.verdict,
            line.target.source,
        )
        for line in lines
    ]


def summary(lines: Sequence[Line]) -> str:
    """How many of the binding targets, and of the rest, are met."""
    said = []
    for binds, what in ((True, "binding target"), (False, "other figure")):
        chosen = [line for line in lines if line.target.binds == binds]
        if chosen:
            good = sum(line.verdict in (MET, NEAR) for line in chosen)
            missed = [line.target.says for line in chosen if line.verdict in (MISSED, NOTHING)]
            words = f"{good} of {counted(len(chosen), what)} met"
            said.append(words + (f" (missed: {'; '.join(missed)})" if missed else ""))
    return ". ".join(said) + "."


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its heading, the rows of its table (heads first), and a sentence below."""

    heading: str
    rows: Sequence[tuple[str, ...]]
    says: str = ""


def page(scenario: Scenario, lines: Sequence[Line], command: str, more: Sequence[Section] = ()) -> str:
    """The table as a page of Markdown, with what a fit adds to it."""
    parts = [
        "# Calibration\n",
        f"{title(scenario)}: {counted(scenario.replications, 'replication')} of\n"
        f"{scenario.calendar.measured_days} measured days. This command makes the page, so do not edit it:\n\n"
        f"```\n{command}\n```\n",
        f"{summary(lines)}\n",
    ]
    for binds, heading in ((True, "Targets that bind"), (False, "The rest: looked at, not fitted")):
        chosen = [line for line in lines if line.target.binds == binds]
        if chosen:
            parts += [f"## {heading}\n", _markdown([HEADS, *table(chosen)])]
    for section in more:
        parts += [
            f"## {section.heading}\n",
            _markdown(section.rows),
            *([f"{_wrapped(section.says)}\n"] if section.says else []),
        ]
    notes = [_note(f"- {line.target.says}: {line.target.note}") for line in lines if line.target.note]
    if notes:
        parts += ["## Notes\n", "\n".join(notes) + "\n"]
    parts.append(
        "*Met*: the average is in the accepted range. *Within error*: its 95% interval reaches the range.\n"
        "Sources are rows of [the evidence table](evidence/parameters.csv).\n"
    )
    return "\n".join(parts)


def _note(text: str) -> str:
    """An item of a list in lines of at most 120 columns."""
    return textwrap.fill(text, 119, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 119, break_long_words=False, break_on_hyphens=False)


def _markdown(rows: Sequence[tuple[str, ...]]) -> str:
    """A table whose first row is its heads."""
    heads, *others = rows
    whole = [heads, tuple("---" for _ in heads), *others]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in whole) + "\n"


def _range(target: Target) -> str:
    low, high = _text(target.low, target.unit), _text(target.high, target.unit)
    if low == high:
        return low
    return f"{low} to {high}" if target.aim is None else f"{_text(target.aim, target.unit)} ({low} to {high})"


def _interval(line: Line) -> str:
    low, high = line.ends
    if low is None or high is None:
        return ""
    return f"{_text(low, line.target.unit)} to {_text(high, line.target.unit)}"


def _in_how_many(line: Line, found: Spread) -> str:
    """What follows a figure that some replications lack."""
    return f" (in {found.replications} of {line.replications})" if found.replications < line.replications else ""


def _text(value: float, unit: str) -> str:
    return f"{value:.2f}" if unit in ("ratio", "nights", "days") else figure(value, unit)
