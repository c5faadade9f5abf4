"""The search of a fit: what the simulator says at a position, weighted least squares, what the targets pin down; and what was found, in words.

At a position the simulator gives the figures of all targets, and the misfit of those that bind, by replication. Every run has
the same seed, and so the same people and random numbers: differences between positions are the settings' doing.

The search is SciPy's `least_squares` (dogbox), on positions from 0 to 1. Its Jacobian is of differences, all columns in one
batch: first over a tenth of each range, which finds the way through noise and whole beds, then over less and less, each time
from the best of all that was run; round and round while that helps. The range of a setting counts like that of a target, as a
95% interval around what the scenario says: what the targets do not tell stays there.

How well the targets pin the settings down is said as plus or minus, and as directions in which they say nothing. The accepted
range of a target counts as its 95% interval, beside which stands the noise of the replications. A direction is flat where one may
go half of a range along it without leaving these, or where what it moves is no more than noise. First each setting alone is looked
at, then the others together, by singular values.
No figure depends on the number of workers. docs/decisions/fitting.md gives the reasons.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.calibration import Line, figures, line_of, summary, table
from sim.fitting.settings import Setting, Settings
from sim.inputs.files import Target
from sim.inputs.loading import extending
from sim.inputs.problems import joined
from sim.inputs.scenario import Change
from sim.results.comparison.statistics import LEVEL, t_quantile
from sim.results.words.labels import counted
from sim.runs.engines import Engines
from sim.runs.experiment import HowToRun, Listener, ScenarioRuns
from sim.runs.piece import Piece
from sim.runs.store import Store
from sim.runs.workers import Place

Floats = NDArray[np.float64]
WIDTH_WITHOUT_RANGE = 0.01  # of the aim, where low and high are one


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one position shows."""

    position: Floats
    misfits: Floats  # binding targets x replications; NaN where a replication has no figure
    lines: tuple[Line, ...]  # all targets
    moved: Mapping[str, str]  # what was set, by path


def _aim_of(target: Target) -> float:
    """What a fit aims at: the aim, or the middle of what is accepted."""
    return (target.low + target.high) / 2 if target.aim is None else target.aim


def _scale_of(target: Target) -> float:
    """One unit of misfit: half of the accepted range."""
    return (target.high - target.low) / 2 or abs(_aim_of(target)) * WIDTH_WITHOUT_RANGE or WIDTH_WITHOUT_RANGE


def _misfit_of(target: Target, figure: float) -> float:
    """How far a figure is from what is aimed at, in halves of the accepted range."""
    return (figure - _aim_of(target)) / _scale_of(target)


class Runs:
    """Evaluates positions, several at once."""

    def __init__(
        self,
        settings: Settings,
        targets: Sequence[Target],
        workers: Place,
        engines: Engines,
        listener: Listener | None = None,
        store: Store | None = None,
    ) -> None:
        self._settings, self._targets = settings, tuple(targets)
        self._runs = ScenarioRuns(HowToRun(workers, listener, engines, store))

    def lines(self, moved: Mapping[str, str]) -> tuple[Line, ...]:
        """What the scenario shows with some values moved, cross-checked where that was asked for."""
        (pieces,) = self._runs([self._settings.question.read(moved)], checked=True)
        return tuple(line_of(*both) for both in zip(self._targets, figures(self._targets, pieces), strict=True))

    def __call__(self, positions: Sequence[Floats]) -> list[Evaluation]:
        """An evaluation of each position."""
        moved = [self._settings.moved(position) for position in positions]
        found = self._runs([self._settings.question.read(one) for one in moved])
        return [self._evaluation(*one) for one in zip(positions, moved, found, strict=True)]

    def _evaluation(self, position: Floats, moved: Mapping[str, str], pieces: Sequence[Piece]) -> Evaluation:
        found = figures(self._targets, pieces)
        pairs = list(zip(self._targets, found, strict=True))
        misfits = [
            [nan if value is None else _misfit_of(target, value) for value in values]
            for target, values in pairs
            if target.binds
        ]
        return Evaluation(position, np.array(misfits), tuple(line_of(*pair) for pair in pairs), moved)


Evaluate = Callable[[Sequence[Floats]], list[Evaluation]]


# -- the search --------------------------------------------------------------------------------------------------------


WIDTHS = (0.1, 0.04, 0.02)  # of a range, for differences
WORTH_A_ROUND = 0.1  # a round that lowers the sum of squares by less is the last
PULL = 2.0  # half a range from what the scenario says costs as much as one unit of misfit
NO_FIGURE = 10.0  # the misfit where the results lack a target's figure
LEAST_GAIN, LEAST_MOVE = 1e-2, 5e-3  # below these, of the sum of squares and of a range, the search ends

DONE, OUT_OF_EVALUATIONS, INTERRUPTED = "done", "out of evaluations", "interrupted"


@dataclass(frozen=True, slots=True)
class Slopes:
    """How each target's misfit moves with each setting, at a position, in every replication."""

    at: Evaluation
    by_replication: Floats  # targets x settings x replications

    @property
    def mean(self) -> Floats:
        """Targets x settings."""
        return means(self.by_replication, 0.0)


@dataclass(slots=True)
class Progress:
    """How far a search is: reported after every trial."""

    evaluations: int
    most: int
    cost: float
    best: float


@dataclass(slots=True)
class Found:
    """The best position that was tried, how targets move with settings there, and how the search ended."""

    best: Evaluation
    slopes: Slopes | None  # None: it ended before they were known
    evaluations: int
    ended: str
    tried: tuple[Evaluation, ...]  # all of them, in order


class _Enough(Exception):
    """As many evaluations as were allowed have been made."""


def means(values: Floats, otherwise: float) -> Floats:
    """Means over replications, the last axis; `otherwise` where no replication has a figure."""
    known = ~np.isnan(values)
    counts = known.sum(axis=-1)
    sums = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), otherwise)


def misfit(evaluation: Evaluation) -> Floats:
    """The mean misfit of each binding target."""
    return means(evaluation.misfits, NO_FIGURE)


def cost(evaluation: Evaluation) -> float:
    """The sum of squares of the misfits."""
    return float(np.sum(misfit(evaluation) ** 2))


@dataclass
class Search:
    """A search from a start; `rounded` and `steps` are of the settings."""

    evaluate: Evaluate
    start: Floats
    rounded: Callable[[Floats], Floats]
    steps: Floats  # the least move of each setting
    most: int
    told: Callable[[Progress], None] | None = None
    _known: dict[bytes, Evaluation] = field(default_factory=dict)

    def run(self) -> Found:
        """The best that was found, also where it was stopped."""
        ended, slopes = DONE, None
        try:
            try:
                self._rounds()
            except _Enough:
                ended = OUT_OF_EVALUATIONS
            slopes = self._slopes(self._best, WIDTHS[0], kept=0)
            self._try_nearer(slopes)
        except _Enough:
            ended = OUT_OF_EVALUATIONS
        except KeyboardInterrupt:
            if not self._known:
                raise
            ended = INTERRUPTED
        best = slopes.at if slopes else self._best
        return Found(best, slopes, len(self._known), ended, tuple(self._known.values()))

    def _try_nearer(self, slopes: Slopes) -> None:
        """Evaluates the nearest value that should bring a missed target nearer, where none that was tried does."""
        for conflict in conflicts(slopes, tuple(self._known.values())):
            for number in conflict.settings if not conflict.nearer else ():
                up = conflict.above == (slopes.mean[conflict.target, number] < 0)
                step = max(WIDTHS[-1], self.steps[number])
                there = slopes.at.position.copy()
                there[number] += step if up else -step
                if 0.0 <= there[number] <= 1.0:
                    self._at([self.rounded(there)], kept=0)

    @property
    def _best(self) -> Evaluation:
        return min(self._known.values(), key=self._cost)

    def _rounds(self) -> None:
        """Searches over all widths, again and again until that gains little."""
        before = np.inf
        while True:
            for width in WIDTHS:
                self._least_squares(width)
            now = self._cost(self._best)
            if now > (1 - WORTH_A_ROUND) * before:
                return
            before = now

    def _least_squares(self, width: float) -> None:
        from scipy.optimize import least_squares  # slow to import

        least_squares(
            self._residuals,
            self._best.position if self._known else self.start,
            lambda position: self._jacobian(position, width),
            bounds=(0.0, 1.0),
            method="dogbox",
            ftol=LEAST_GAIN,
            xtol=LEAST_MOVE,
            gtol=1e-9,
        )

    def _residuals(self, position: Floats) -> Floats:
        before = len(self._known)
        (found,) = self._at([self.rounded(position)])
        if self.told and len(self._known) > before:
            self.told(Progress(len(self._known), self.most, cost(found), cost(self._best)))
        return np.concatenate([misfit(found), self._pull(found)])

    def _jacobian(self, position: Floats, width: float) -> Floats:
        """Slopes of the residuals at a position."""
        (here,) = self._at([self.rounded(position)])
        return np.vstack([self._slopes(here, width).mean, PULL * np.eye(len(position))])

    def _slopes(self, here: Evaluation, width: float, kept: int | None = None) -> Slopes:
        """Slopes by differences to one neighbour for each setting."""
        places = [self._neighbour(here.position, number, width) for number in range(len(here.position))]
        beside = self._at(places, kept)
        columns = [
            (there.misfits - here.misfits) / (there.position[number] - here.position[number])
            for number, there in enumerate(beside)
        ]
        return Slopes(here, np.stack(columns, axis=1))

    def _neighbour(self, position: Floats, number: int, width: float) -> Floats:
        """A position a step along one setting, towards its farther end."""
        there = position.copy()
        step = max(width, self.steps[number])
        there[number] += step if there[number] + step <= 1.0 else -step
        return self.rounded(there)

    def _at(self, positions: Sequence[Floats], kept: int | None = None) -> list[Evaluation]:
        """The evaluations of positions; `kept` are left for the last slopes, one for each setting. The start is always evaluated."""
        kept = len(self.start) if kept is None else kept
        new = {position.tobytes(): position for position in positions if position.tobytes() not in self._known}
        if self._known and len(self._known) + len(new) > self.most - kept:
            raise _Enough
        if new:
            found = self.evaluate(list(new.values()))
            self._known.update(zip(new, found, strict=True))
        return [self._known[position.tobytes()] for position in positions]

    def _pull(self, found: Evaluation) -> Floats:
        return PULL * (found.position - self.start)

    def _cost(self, found: Evaluation) -> float:
        return cost(found) + float(np.sum(self._pull(found) ** 2))


# -- how well the targets pin the settings down ------------------------------------------------------------------------


Z = 1.96
HALF_A_RANGE = 0.5
SURE = 2.0  # standard errors, beyond which a slope is no noise
TAKES_PART = 0.3  # of the largest part in a direction
MISSED = 1.0  # a misfit beyond the accepted range


@dataclass(frozen=True, slots=True)
class Direction:
    """Settings that trade against each other: all that take part, by number, with their moves."""

    parts: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Pinned:
    """For each setting plus or minus as part of its range, None where it is not pinned down; and the flat directions."""

    plus_minus: tuple[float | None, ...]
    flat: tuple[Direction, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A target that stays missed, and the others that would be missed by more if it were brought nearer."""

    target: int  # among those that bind
    above: bool
    pushes: tuple[tuple[int, float], ...]  # targets, with the change of their misfit for each unit of this one
    settings: tuple[int, ...]  # that move it
    nearer: tuple[int, ...]  # those of which a value that was tried, all else alike, brings it nearer


def pinned(slopes: Slopes) -> Pinned:
    """What the slopes at a position say of every setting."""
    jacobian, noise = slopes.mean, _noise(slopes.at)
    number = jacobian.shape[1]
    alone = [one for one in range(number) if _is_flat(slopes, np.eye(number)[one], noise)]
    others = [one for one in range(number) if one not in alone]
    flat = [Direction(((one, 1.0),)) for one in alone]
    plus_minus: list[float | None] = [None] * number
    if others:
        left, sizes, right = np.linalg.svd(jacobian[:, others], full_matrices=False)
        vectors = [_spread_out(vector, others, number) for vector in right]
        flats = [_is_flat(slopes, vector, noise) for vector in vectors]
        trades = [vector for vector, is_flat in zip(vectors, flats, strict=True) if is_flat]
        trades += _unseen(right, others, number)
        flat += [Direction(_parts(vector)) for vector in trades]
        kept = [one for one, is_flat in enumerate(flats) if not is_flat]
        spread = _spreads(left[:, kept], sizes[kept], right[kept], noise)
        loose = {one for vector in trades for one, _ in _parts(vector)}
        for place, other in enumerate(others):
            if other not in loose:  # of a flat direction that it hardly takes part in, a whole range of it
                aside = sum(float(vector[other]) ** 2 for vector in trades)
                plus_minus[other] = sqrt(Z * Z * float(spread[place]) + aside)
    return Pinned(tuple(plus_minus), tuple(flat))


def conflicts(slopes: Slopes, tried: Sequence[Evaluation]) -> tuple[Conflict, ...]:
    """Each target that stays missed, and what stands against it; slopes that may be noise count as none."""
    found, jacobian = misfit(slopes.at), np.where(np.abs(slopes.mean) > SURE * _errors(slopes), slopes.mean, 0.0)
    beside = _beside(slopes.at, tried)
    return tuple(_conflict(int(one), found, jacobian, beside) for one in np.nonzero(np.abs(found) > MISSED)[0])


Beside = Sequence[tuple[int, Floats]]  # a setting, and the misfits with it alone elsewhere


def _beside(at: Evaluation, tried: Sequence[Evaluation]) -> Beside:
    """What was tried with one setting alone elsewhere than here."""
    moved = [(evaluation, np.flatnonzero(evaluation.position != at.position)) for evaluation in tried]
    return [(int(places[0]), misfit(one)) for one, places in moved if len(places) == 1]


def _conflict(target: int, found: Floats, jacobian: Floats, beside: Beside) -> Conflict:
    slope = jacobian[target]
    length = float(slope @ slope)
    if length <= 1e-12:
        return Conflict(target, bool(found[target] > 0), (), (), ())
    move = -np.sign(found[target]) * slope / length  # brings this target one unit nearer
    change = jacobian @ move
    worse = [
        (int(one), float(change[one]))
        for one in np.argsort(-np.abs(change))
        if change[one] * found[one] > 0 and one != target
    ]
    largest = float(np.max(np.abs(slope)))
    settings = tuple(int(one) for one in np.argsort(-np.abs(slope)) if abs(slope[one]) >= TAKES_PART * largest)
    helped = {number for number, misfits in beside if abs(misfits[target]) < abs(found[target])}
    nearer = tuple(setting for setting in settings if setting in helped)
    return Conflict(target, bool(found[target] > 0), tuple(worse), settings, nearer)


def _noise(at: Evaluation) -> Floats:
    """The covariance of the mean misfits over replications, as wide as so few can tell."""
    number, replications = at.misfits.shape
    if replications < 2:
        return np.zeros((number, number))
    filled = np.where(np.isnan(at.misfits), means(at.misfits, 0.0)[:, None], at.misfits)
    of_few = t_quantile(0.5 + LEVEL / 2, replications - 1) / Z  # few replications know little of their own noise
    covariance: Floats = np.atleast_2d(np.cov(filled)) / replications * of_few**2
    return covariance


def _is_flat(slopes: Slopes, vector: Floats, noise: Floats) -> bool:
    """Whether half a range along a direction moves the targets by less than what is accepted or noise."""
    moved = slopes.mean @ vector
    size = float(np.linalg.norm(moved))
    if size <= 1e-9:
        return True
    unit = moved / size
    known = sqrt(1.0 + Z * Z * float(unit @ noise @ unit))
    return size * HALF_A_RANGE <= known or size <= SURE * _noise_of(slopes, vector)


def _errors(slopes: Slopes) -> Floats:
    """The standard error of each slope, over the replications."""
    replications = slopes.by_replication.shape[2]
    if replications < 2:
        return np.zeros(slopes.by_replication.shape[:2])
    errors: Floats = np.std(np.nan_to_num(slopes.by_replication), axis=2, ddof=1) / sqrt(replications)
    return errors


def _noise_of(slopes: Slopes, vector: Floats) -> float:
    """The standard error of what a direction moves, over the replications."""
    along = np.einsum("tsr,s->tr", np.nan_to_num(slopes.by_replication), vector)
    replications = along.shape[1]
    if replications < 2:
        return 0.0
    return sqrt(float(np.sum(np.var(along, axis=1, ddof=1))) / replications)


def _spreads(left: Floats, sizes: Floats, right: Floats, noise: Floats) -> Floats:
    """The variance of each setting within the directions that are not flat."""
    back = right.T / sizes @ left.T  # from misfits to settings
    known = np.eye(len(noise)) / (Z * Z) + noise
    spread: Floats = np.einsum("st,tu,su->s", back, known, back)
    return spread


def _unseen(right: Floats, others: Sequence[int], number: int) -> Iterator[Floats]:
    """Directions beyond the number of targets, which no target can see."""
    if len(right) < len(others):
        complete = np.linalg.svd(right, full_matrices=True)[2]
        for vector in complete[len(right) :]:
            yield _spread_out(vector, others, number)


def _spread_out(vector: Floats, others: Sequence[int], number: int) -> Floats:
    full = np.zeros(number)
    full[list(others)] = vector
    return full


def _parts(vector: Floats) -> tuple[tuple[int, float], ...]:
    """Those that take part in a direction, the largest first and going up."""
    order = [int(one) for one in np.argsort(-np.round(np.abs(vector), 6), kind="stable")]
    largest = vector[order[0]]
    return tuple((one, float(vector[one] / largest)) for one in order if abs(vector[one]) >= TAKES_PART * abs(largest))


# -- what was found, in words ------------------------------------------------------------------------------------------


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
        (now[0], now[1], before[2], now[2], now[3], now[4], _misfit_text(old), _misfit_text(new))
        for old, new, before, now in rows
    ]


def _misfit_text(line: Line) -> str:
    """A misfit with its sign."""
    if line.found is None:
        return "-"
    if line.target.low == line.target.high and not line.target.binds:
        return ""  # nothing is accepted but the figure itself
    return f"{_misfit_of(line.target, line.found.mean):+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0")


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
    where = f"{line.target.says} stays {'above' if conflict.above else 'below'} what is aimed at (misfit {_misfit_text(line)})"
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
