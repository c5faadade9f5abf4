"""How often the 95% interval of a mean holds the true mean: on exact queues with the engine, and on values as skewed as theirs.

People come at random, are cared for in a hospital without limit, and wait there for one of ten beds of a unit that is 86%
full: what leaves the hospital is again Poisson (Burke 1956), so the unit is M/M/10 and the queue, which is the delay, is
Erlang's. With one bed more it is M/M/11, on the same people.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.inputs.loading import read_scenario
from sim.results.comparison.compare import CANNOT_TELL, difference_verdict
from sim.results.comparison.statistics import spread
from sim.runs.experiment import Shared, run_all
from tests.engines import engines
from tests.theory.formulas import erlang_c
from tests.theory.tools import calendar

Numbers = NDArray[np.float64]
ARRIVALS, CARE, BEDS, DAYS = 1.72, 5.0, (10, 11), 365
REPLICATIONS, EXPERIMENTS = 30, 200  # of one seed, so that the shares are the same every night
TARGET = (0.93, 0.97)

MEASURES = {
    "queue": ("unit", "queue_mean"),
    "wait": ("unit", "wait_mean_days"),
    "occupancy": ("unit", "occupancy"),
    "delay": ("hospital", "delayed_people_mean"),
    "cost": ("all", "cost_cash_gbp"),
}


def text(beds: int) -> str:
    return (
        calendar(600, DAYS, seed=7)
        + "services:\n  hospital: {kind: acute, beds: unlimited}\n"
        + f"  unit: {{kind: reablement_unit, beds: {beds}}}\n"
        + f"people:\n  p:\n    arrives_at: hospital\n    arrivals_per_day: {ARRIVALS}\n    journey:\n"
        + f"      hospital: {{stay_days: {{exponential: {{mean: {CARE}}}}}, then: {{unit: 100%}}}}\n"
        + f"      unit: {{stay_days: {{exponential: {{mean: {CARE}}}}}, then: {{out: 100%}}}}\n"
        + "costs:\n  price_year: 2025-26\n  services:\n"
        + "    hospital: {per_occupied_day: 400, payer: nhs}\n    unit: {per_occupied_day: 200, payer: nhs}\n"
    )


def exact(beds: int) -> dict[str, float]:
    """Long-run means; of the wait there is none, because the end of the window cuts waits short."""
    load = ARRIVALS * CARE
    queue = erlang_c(beds, load) * load / (beds - load)
    cost = DAYS * (400 * (load + queue) + 200 * load)
    return {"queue": queue, "occupancy": load / beds, "delay": queue, "cost": cost}


def replications(tmp_path: Path, beds: int) -> dict[str, Numbers]:
    """Each measure in every replication, as a planner's results have it."""
    path = tmp_path / f"beds_{beds}.yaml"
    path.write_text(text(beds), encoding="utf-8")
    scenario = replace(read_scenario(path), replications=REPLICATIONS * EXPERIMENTS)
    (pieces,) = run_all(Shared((scenario,), engines=engines()), 1)
    wanted = {(*where, "", ""): name for name, where in MEASURES.items()}
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    for piece in pieces:
        for key, value in zip(piece.keys, piece.values.tolist(), strict=True):
            if key[:4] in wanted:
                found[wanted[key[:4]]].append(value)
    return {name: np.array(values) for name, values in found.items()}


def held(values: Numbers, mean: float) -> float:
    """In what share of experiments the interval holds the mean."""
    hits = 0
    for row in values.reshape(-1, REPLICATIONS):
        interval = spread(row.tolist()).interval
        assert interval is not None
        hits += interval.low <= mean <= interval.high
    return hits / len(values.reshape(-1, REPLICATIONS))


@pytest.mark.nightly
def test_intervals_of_exact_queues_hold_as_often_as_they_say(tmp_path: Path) -> None:
    base, other = (replications(tmp_path, beds) for beds in BEDS)
    before, after = (exact(beds) for beds in BEDS)
    shares = {}
    for name in MEASURES:
        change = other[name] - base[name]
        mean = before.get(name, float(base[name].mean()))
        difference = after[name] - before[name] if name in after else float(change.mean())
        shares |= {name: held(base[name], mean), f"difference of {name}": held(change, difference)}
    wrong = {name: share for name, share in shares.items() if not TARGET[0] <= share <= TARGET[1]}
    assert not wrong, shares


# -- values as skewed as those, for every day ------------------------------------------------------------------------

TIMES = 1_000
DRAWS: dict[str, tuple[Callable[[np.random.Generator], Numbers], float]] = {
    "even": (lambda draw: draw.normal(3.0, 1.0, (TIMES, REPLICATIONS)), 3.0),
    "skewed as a queue": (lambda draw: draw.gamma(0.45, 2.0, (TIMES, REPLICATIONS)), 0.9),  # skewness 3
    "skewed as its difference": (lambda draw: -draw.gamma(0.3, 2.0, (TIMES, REPLICATIONS)), -0.6),  # -3.7
}


def drawn(name: str) -> tuple[Numbers, float]:
    draws, mean = DRAWS[name]
    return draws(np.random.Generator(np.random.PCG64(4))), mean


@pytest.mark.parametrize("name", DRAWS)
def test_intervals_of_skewed_values_hold_as_often_as_they_say(name: str) -> None:
    values, mean = drawn(name)
    assert TARGET[0] <= held(values.ravel(), mean) <= TARGET[1]


def verdicts(values: Numbers) -> list[str]:
    found = []
    for row in values:
        interval = spread(row.tolist()).interval
        assert interval is not None
        found.append(difference_verdict(interval.low, interval.high, "lower"))
    return found


@pytest.mark.parametrize("name", DRAWS)
def test_no_difference_is_called_one_at_most_as_often_as_stated(name: str) -> None:
    values, mean = drawn(name)
    said = verdicts(values - mean)
    assert 0.93 <= said.count(CANNOT_TELL) / TIMES <= 0.97


FOUND = {  # of a difference of one standard deviation, below 0 and above
    "even": (0.99, 0.99),
    "skewed as a queue": (0.6, 0.99),  # where the long tail reaches over 0, it takes more replications
    "skewed as its difference": (0.99, 0.6),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_planted_difference_is_found_as_often_as_stated(name: str) -> None:
    values, mean = drawn(name)
    for sign, word, share in zip((-1.0, 1.0), ("better", "worse"), FOUND[name], strict=True):
        said = verdicts(values - mean + sign * float(values.std()))
        assert said.count(word) / TIMES >= share
        assert {*said} <= {word, CANNOT_TELL}
