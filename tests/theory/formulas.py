"""Exact results for queues, each written from its textbook definition; a load is arrivals per day times mean days."""

import math
from collections.abc import Callable, Hashable, Iterable

import numpy as np
from numpy.typing import NDArray


def erlang_b(servers: int, load: float) -> float:
    """The share lost when nobody waits (Erlang 1917), by the stable recursion."""
    lost = 1.0
    for number in range(1, servers + 1):
        lost = load * lost / (number + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """The share who wait when everybody waits and stays are exponential."""
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


def stationary(births: Callable[[int], float], deaths: Callable[[int], float], largest: int) -> NDArray[np.float64]:
    """The long-run shares of time of a birth-death process on 0 .. largest."""
    weights = [1.0]
    for state in range(largest):
        weights.append(weights[-1] * births(state) / deaths(state + 1))
    total = np.array(weights)
    return total / total.sum()


State = tuple[Hashable, ...]


def markov_chain(start: State, moves: Callable[[State], Iterable[tuple[State, float]]]) -> dict[State, float]:
    """The long-run shares of time of a finite Markov chain: its states are found by following its moves."""
    states: dict[State, int] = {start: 0}
    found: list[tuple[int, int, float]] = []
    todo = [start]
    while todo:
        state = todo.pop()
        for other, rate in moves(state):
            if rate <= 0:
                continue
            if other not in states:
                states[other] = len(states)
                todo.append(other)
            found.append((states[state], states[other], rate))
    size = len(states)
    flow = np.zeros((size, size))
    for row, column, rate in found:
        flow[row, column] += rate
        flow[row, row] -= rate
    balance = np.vstack([flow.T, np.ones(size)])
    shares = np.linalg.lstsq(balance, np.append(np.zeros(size), 1.0), rcond=None)[0]
    return {state: float(shares[index]) for state, index in states.items()}


def mean_over(shares: dict[State, float], value: Callable[[State], float]) -> float:
    """A long-run average over the states of a chain."""
    return sum(share * value(state) for state, share in shares.items())


def pollaczek_khinchine(arrivals_per_day: float, mean: float, sd: float) -> float:
    """The mean wait in days at one server with any stay."""
    return arrivals_per_day * (mean**2 + sd**2) / (2 * (1 - arrivals_per_day * mean))


def lognormal_survival(days: float, mean: float, sd: float) -> float:
    """The share of lognormal stays longer than `days`."""
    variance = math.log1p((sd / mean) ** 2)
    score = (math.log(days) - (math.log(mean) - variance / 2)) / math.sqrt(variance)
    return 0.5 * math.erfc(score / math.sqrt(2))


def lognormal_mean_beyond(days: float, mean: float, sd: float) -> float:
    """The mean of what is left of those lognormal stays that are longer than `days`."""
    variance = math.log1p((sd / mean) ** 2)
    score = (math.log(mean) + variance / 2 - math.log(days)) / math.sqrt(variance)
    longer = mean * 0.5 * math.erfc(-score / math.sqrt(2))  # the part of the mean that comes from longer stays
    return longer / lognormal_survival(days, mean, sd) - days
