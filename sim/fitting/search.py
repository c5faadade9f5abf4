"""The search: weighted least squares by SciPy's `least_squares` (dogbox), on positions from 0 to 1.

Its Jacobian is of differences, all columns in one batch: first over a tenth of each range, which finds the way through
noise and whole beds, then over less and less, each time from the best of all that was run; round and round while that
helps. The range of a setting counts like that of a target, as a 95% interval around what the scenario says: what the
targets do not tell stays there.
What may be changed here: freely, with a reason in docs/decisions/fitting.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.fitting.runs import Evaluate, Evaluation, Floats

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
        except _Enough:
            ended = OUT_OF_EVALUATIONS
        except KeyboardInterrupt:
            if not self._known:
                raise
            ended = INTERRUPTED
        return Found(self._best, slopes, len(self._known), ended)

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
        new = {one.tobytes(): one for one in positions if one.tobytes() not in self._known}
        if self._known and len(self._known) + len(new) > self.most - kept:
            raise _Enough
        if new:
            found = self.evaluate(list(new.values()))
            self._known.update(zip(new, found, strict=True))
        return [self._known[one.tobytes()] for one in positions]

    def _pull(self, found: Evaluation) -> Floats:
        return PULL * (found.position - self.start)

    def _cost(self, found: Evaluation) -> float:
        return cost(found) + float(np.sum(self._pull(found) ** 2))
