"""Interleaved rounds: every program runs once in each round, so that a busy minute of the machine hits all alike.

A ratio is taken within a round; what is reported is its median over the rounds, and its lowest and highest.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Program:
    """What is timed (`work`, given the number of the repetition) and how much it did (`count`, outside the timing)."""

    key: str
    work: Callable[[int], Any]
    count: Callable[[Any], int]
    repeats: int = 1  # in each round
    warms_up: bool = False  # one run before the first round: its first call compiles, or is the first to touch memory


@dataclass(frozen=True)
class Spread:
    """A median over rounds, with the lowest and the highest."""

    middle: float
    low: float
    high: float


Round = Mapping[str, float]  # processor seconds for each piece of work, by program


def measure(
    programs: Sequence[Program], rounds: int, until: float = float("inf"), told: Callable[[str], None] = lambda _: None
) -> list[Round]:
    """So many rounds; no further one begins after `until`, but the first always does."""
    for program in programs:
        if program.warms_up:
            told(f"warming up: {program.key}")
            program.work(0)
    found: list[Round] = []
    for number in range(rounds):
        if found and time.monotonic() > until:
            break
        told(f"round {number + 1} of {rounds}")
        first = number % len(programs)  # nobody is always the first
        order = [*programs[first:], *programs[:first]]
        found.append({program.key: seconds_each(program, number) for program in order})
    return found


def seconds_each(program: Program, number: int) -> float:
    """Processor seconds of this process for each piece of work that one turn did."""
    gc.collect()  # nobody clears away what the one before left
    spent, done = 0.0, 0
    for repeat in range(program.repeats):
        started = time.process_time()
        result = program.work(number * program.repeats + repeat)
        spent += time.process_time() - started
        done += program.count(result)
        del result
    return spent / done


def spread(values: Sequence[float]) -> Spread:
    """The middle one, the lowest and the highest."""
    return Spread(median(values), min(values), max(values))


def times_faster(rounds: Sequence[Round], one: str, other: str) -> Spread | None:
    """How many times as fast as the other the one was; None where one of them did not run."""
    if not rounds or one not in rounds[0] or other not in rounds[0]:
        return None
    return spread([each[other] / each[one] for each in rounds])


def speed(rounds: Sequence[Round], key: str) -> float | None:
    """Pieces of work in a processor second, the median of the rounds."""
    return None if not rounds or key not in rounds[0] else 1 / median(each[key] for each in rounds)
