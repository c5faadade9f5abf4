"""The estimate of how long a run will take, held against made-up clocks."""

import heapq
from collections.abc import Iterator

import pytest

from sim.runs.engines import SAMPLE, Engines
from sim.runs.workers import Remaining

Task = tuple[int, int]
Done = tuple[float, Task, dict[str, float]]  # the second, what is done, its stages


def run(
    cross_checked: dict[Task, bool], workers: int, plain: float, cross_check: float, start_up: float, busy_from: float
) -> list[Done]:
    """When each task is done, where processes take chunks of ten in order; from a second on, all takes three times as long."""
    free = [(start_up, number) for number in range(workers)]
    done: list[Done] = []
    waiting = list(cross_checked)
    while waiting:
        chunk, waiting = waiting[:10], waiting[10:]
        now, number = heapq.heappop(free)
        stages = []
        for task in chunk:
            slower = 3 if now >= busy_from else 1
            took = {"engine": plain * slower / 2, "measures": plain * slower / 2}
            took |= {"cross-check": cross_check * slower} if cross_checked[task] else {}
            now += sum(took.values())
            stages.append((task, took))
        done += [(now, task, took) for task, took in stages]  # a chunk is handed over as a whole
        heapq.heappush(free, (now, number))
    return sorted(done)


def estimates(done: list[Done], cross_checked: dict[Task, bool], workers: int) -> Iterator[tuple[float, float, float]]:
    """After each task: the second, the estimate, what it turned out to be."""
    remaining = Remaining(cross_checked, workers)
    end = done[-1][0]
    for second, task, took in done:
        remaining.heard(task, took)
        left = remaining.seconds()
        assert left is not None
        yield second, left, end - second


def tasks(engines: Engines, scenarios: int, replications: int) -> dict[Task, bool]:
    return {(s, r): engines.is_cross_checked(s, r) for s in range(scenarios) for r in range(replications)}


EVERY, SAMPLED, NONE = Engines("compiled"), Engines("compiled", cross_check=False), Engines("reference")


@pytest.mark.parametrize("workers", [1, 2, 8])
@pytest.mark.parametrize(
    ("engines", "scenarios", "replications", "plain", "cross_check"),
    [
        (EVERY, 78, 30, 0.12, 9.0),  # the shipped sensitivity, every scenario cross-checked
        (SAMPLED, 78, 30, 0.12, 9.0),
        (SAMPLED, 78, 2, 0.12, 9.0),
        (EVERY, 40, 30, 0.06, 6.0),
        (NONE, 10, 30, 9.0, 0.0),
    ],
)  # fmt: skip
def test_after_ten_seconds_it_is_right_within_a_factor_of_two(
    engines: Engines, scenarios: int, replications: int, plain: float, cross_check: float, workers: int
) -> None:
    cross_checked = tasks(engines, scenarios, replications)
    done = run(cross_checked, workers, plain, cross_check, start_up=2.0, busy_from=1e9)
    end = done[-1][0]
    for second, left, truth in estimates(done, cross_checked, workers):
        if second >= 10 and truth > max(20.0, end / 10):  # at the very end a single chunk decides
            assert truth / 2 < left < truth * 2, (second, left, truth)


def test_a_machine_that_becomes_busy_is_noticed() -> None:
    cross_checked = tasks(SAMPLED, 78, 30)
    done = run(cross_checked, 2, 0.12, 9.0, start_up=2.0, busy_from=40.0)
    late = [(left, truth) for second, left, truth in estimates(done, cross_checked, 2) if second > 55 and truth > 40]
    assert late
    assert all(truth / 2 < left < truth * 2 for left, truth in late)


def test_before_anything_is_done_nothing_is_said() -> None:
    remaining = Remaining({1: False}, 2)
    assert remaining.seconds() is None
    remaining.heard(1, {"engine": 3.0})
    assert remaining.seconds() == 0


def test_every_twentieth_scenario_is_a_sample() -> None:
    assert sum(tasks(SAMPLED, 78, 2).values()) == 78 // SAMPLE
