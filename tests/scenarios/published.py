"""Exact answers for the validation scenarios, solved from first principles: blocking chains, renewals, queues in time."""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import diags_array
from scipy.sparse.linalg import expm_multiply
from scipy.special import ndtr

from tests.theory.formulas import State, markov_chain
from tests.theory.tools import Numbers


def blocking_chain(
    arrivals: float, limits: tuple[int, int, int], means: tuple[float, float], to_unit: float
) -> dict[tuple[int, int, int, int], float]:
    """Shares of time of (waiting outside, needing care, delayed, in the unit); limits: outside, hospital, unit."""
    outside, beds, places = limits

    def entered(queue: int, care: int, delayed: int, unit: int) -> State:
        """After a move, whoever can be admitted to the hospital is."""
        if queue and care + delayed < beds:
            return queue - 1, care + 1, delayed, unit
        return queue, care, delayed, unit

    def moves(state: State) -> Iterator[tuple[State, float]]:
        queue, care, delayed, unit = (int(str(part)) for part in state)
        if care + delayed < beds:
            yield (queue, care + 1, delayed, unit), arrivals
        elif queue < outside:
            yield (queue + 1, care, delayed, unit), arrivals
        ready = care / means[0]
        yield entered(queue, care - 1, delayed, unit), ready * (1 - to_unit)
        moved = entered(queue, care - 1, delayed, unit + 1) if unit < places else (queue, care - 1, delayed + 1, unit)
        yield moved, ready * to_unit
        left = entered(queue, care, delayed - 1, unit) if delayed else (queue, care, delayed, unit - 1)
        yield left, unit / means[1]

    chain = markov_chain((0, 0, 0, 0), moves)
    return {(int(str(q)), int(str(c)), int(str(d)), int(str(u))): share for (q, c, d, u), share in chain.items()}


def saturated_line_of_three() -> float:
    """People a mean stay through three single beds in line, somebody always at the door (Hunt 1956)."""

    def settled(first: int, second: int, third: int) -> State:
        if second == 2 and third == 0:
            second, third = 0, 1
        if first == 2 and second == 0:
            first, second = 1, 1  # the next is already at the door
        return first, second, third

    def moves(state: State) -> Iterator[tuple[State, float]]:
        first, second, third = (int(str(part)) for part in state)
        if first == 1:
            yield settled(2, second, third), 1.0
        if second == 1:
            yield settled(first, 2, third), 1.0
        if third == 1:
            yield settled(first, second, 0), 1.0

    return sum(share for state, share in markov_chain((1, 0, 0), moves).items() if state[2] == 1)


def lognormal_cdf(days: Numbers, mean: float, median: float) -> Numbers:
    """The share of lognormal stays that are over by each day."""
    sigma = np.sqrt(2 * np.log(mean / median))
    return ndtr(np.log(np.maximum(days, 1e-12) / median) / sigma)


def admissions_of_one_bed(days: float, mean: float, median: float, elapsed: float, step: float = 0.05) -> Numbers:
    """People a bed that is never left empty admits in so many days: after a fresh start, and from a stay under way."""
    grid = np.linspace(0.0, days, round(days / step) + 1)
    over = lognormal_cdf(grid, mean, median)
    first = 1 - (1 - lognormal_cdf(grid + elapsed, mean, median)) / (1 - lognormal_cdf(np.array(elapsed), mean, median))
    fresh = np.zeros(len(grid))
    parts = np.diff(over)
    for at in range(1, len(grid)):  # m(t) = F(t) + integral of m(t - u) dF(u), m taken midway in each step
        known = parts[0] * fresh[at - 1] / 2 + parts[1:at] @ ((fresh[:-1] + fresh[1:])[: at - 1][::-1] / 2)
        fresh[at] = (over[at] + known) / (1 - parts[0] / 2)
    midway = ((fresh[:-1] + fresh[1:]) / 2)[::-1]
    return np.array([fresh[-1], first[-1] + midway @ np.diff(first)])


def queue_course(start: int, beds: int, mean: float, arrivals: Sequence[float], largest: int) -> Numbers:
    """The chance of each number of people after so many days of an M/M/c queue, arrivals given by day."""
    states = np.arange(largest + 1)
    leaving = np.minimum(states, beds) / mean
    shares = (states == start).astype(float)
    for rate in arrivals:
        flow = diags_array([np.full(largest, rate), leaving[1:]], offsets=[-1, 1])
        shares = expm_multiply(flow - diags_array(flow.sum(axis=0)), shares)
    return shares
