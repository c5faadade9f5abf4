"""How well the targets pin the settings down: plus or minus, and directions in which they say nothing.

The accepted range of a target counts as its 95% interval, beside which stands the noise of the replications. A
direction is flat where one may go half of a range along it without leaving these, or where what it moves is no more
than noise. First each setting alone is looked at, then the others together, by singular values.
What may be changed here: freely, with a reason in docs/decisions/fitting.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from sim.fitting.runs import Evaluation, Floats
from sim.fitting.search import Slopes, means, misfit
from sim.results.comparison.statistics import LEVEL, t_quantile

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
        for place, one in enumerate(others):
            if one not in loose:  # of a flat direction that it hardly takes part in, a whole range of it
                aside = sum(float(vector[one]) ** 2 for vector in trades)
                plus_minus[one] = sqrt(Z * Z * float(spread[place]) + aside)
    return Pinned(tuple(plus_minus), tuple(flat))


def conflicts(slopes: Slopes) -> tuple[Conflict, ...]:
    """Each target that stays missed, and what stands against it; slopes that may be noise count as none."""
    found, jacobian = misfit(slopes.at), np.where(np.abs(slopes.mean) > SURE * _errors(slopes), slopes.mean, 0.0)
    return tuple(_conflict(int(one), found, jacobian) for one in np.nonzero(np.abs(found) > MISSED)[0])


def _conflict(target: int, found: Floats, jacobian: Floats) -> Conflict:
    slope = jacobian[target]
    length = float(slope @ slope)
    if length <= 1e-12:
        return Conflict(target, bool(found[target] > 0), (), ())
    move = -np.sign(found[target]) * slope / length  # brings this target one unit nearer
    change = jacobian @ move
    worse = [
        (int(one), float(change[one]))
        for one in np.argsort(-np.abs(change))
        if change[one] * found[one] > 0 and one != target
    ]
    largest = float(np.max(np.abs(slope)))
    settings = tuple(int(one) for one in np.argsort(-np.abs(slope)) if abs(slope[one]) >= TAKES_PART * largest)
    return Conflict(target, bool(found[target] > 0), tuple(worse), settings)


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
