"""Interleaved rounds: in each one the programs take turns, a slice of work at a time, so that a busy second of the machine hits all alike.

A ratio is taken within a round; what is reported is its median over the rounds, and its lowest and highest.
"""

import gc
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Program:
    """What is timed (`work`, given the number of the repetition) and how much it did (`count`, outside the timing).

    Long work is a generator, which pauses after each slice and returns what it found.
    """

    key: str
    work: Callable[[int], Any]
    count: Callable[[Any], int]
    _: KW_ONLY
    repeats: int = 1  # in each round
    slices: int = 1  # of each repetition
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
        found.append(one_round([*programs[first:], *programs[:first]], number))
    return found


def one_round(programs: Sequence[Program], number: int) -> Round:
    """Everybody's work, slice by slice: whose work is least advanced goes on."""
    gc.collect()  # nobody clears away what the one before left
    everybody = [Turns(program, number * program.repeats) for program in programs]
    while waiting := [one for one in everybody if one.share < 1]:
        min(waiting, key=lambda one: one.share).go_on()
    return {one.program.key: one.seconds / one.done for one in everybody}


class Turns:
    """A program's work in one round."""

    def __init__(self, program: Program, first: int) -> None:
        self.program = program
        self.seconds, self.done = 0.0, 0  # of this process's processor time; pieces of work
        self._begun: Generator[Any, Any, Any] | None = None
        self._repeat, self._last = first, first + program.repeats
        self._slices = 0

    @property
    def share(self) -> float:
        """How much of the work is done."""
        whole = self.program.repeats * self.program.slices
        return 1.0 if self._repeat == self._last else min(self._slices, whole - 1) / whole

    def go_on(self) -> None:
        """One more slice."""
        started = time.process_time()
        result = self._begun or self.program.work(self._repeat)
        is_over = True
        if isinstance(result, Generator):
            self._begun = result
            try:
                next(result)
                is_over = False
            except StopIteration as end:
                result = end.value
        self.seconds += time.process_time() - started
        self._slices += 1
        if is_over:
            self._begun = None
            self._repeat += 1
            self.done += self.program.count(result)


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
