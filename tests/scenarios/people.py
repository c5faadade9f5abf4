"""The same people through shipped scenarios: one replication of each, and when everybody first left hospital."""

from dataclasses import replace
from functools import cache

import numpy as np

from sim.inputs.loading import read_scenario
from sim.model.records import NEVER, Ledger
from sim.runs.engines import ledger_of
from sim.runs.workers import Stopwatch
from tests.engines import engines
from tests.scenarios.runs import SCENARIOS

Person = tuple[int, int]  # group, and number in it
BASELINE = "baseline.yaml"
SHORT = ("calendar.warm_up_days=30", "calendar.measured_days=330")


@cache
def ledger(file: str, *sets: str) -> Ledger:
    """The first replication of a shipped file, without a cross-check: tests/model/test_compiled.py has one of each."""
    scenario = read_scenario(str(SCENARIOS / file), (*SHORT, *sets))
    return ledger_of(replace(engines(), cross_check=False), scenario, 0, 0, Stopwatch())


@cache
def left_hospital(file: str, *sets: str) -> dict[Person, int]:
    """The second at which each person first left hospital."""
    found = ledger(file, *sets)
    stays, people = found.stays, found.people
    first = (stays["stay"] == 0) & (stays["left"] < NEVER)
    rows = stays["person"][first]
    who = zip(people["group"][rows].tolist(), people["number"][rows].tolist(), strict=True)
    return dict(zip(who, stays["left"][first].tolist(), strict=True))


def nights_saved(file: str, *sets: str) -> dict[Person, float]:
    """Days by which people leave hospital sooner than in the baseline, of those who left in both."""
    before, after = left_hospital(BASELINE), left_hospital(file, *sets)
    return {person: (before[person] - after[person]) / 86_400 for person in before.keys() & after.keys()}


def levels(file: str, trait: str) -> list[str]:
    """The level of a trait of each profile of the first group."""
    return [dict(profile)[trait] for profile in read_scenario(str(SCENARIOS / file), SHORT).people[0].profiles]


def marked(file: str, trait: str, *wanted: str, sets: tuple[str, ...] = ()) -> set[Person]:
    """Who came with one of these levels of a trait."""
    people, known = ledger(file, *sets).people, levels(file, trait)
    rows = zip(people["group"].tolist(), people["number"].tolist(), people["profile"].tolist(), strict=True)
    return {(of, number) for of, number, profile in rows if known[profile] in wanted}


def stay_days(file: str, trait: str, level: str) -> float:
    """Mean days of the first stay in hospital, delay included, of those with a level who left it."""
    found, whom = ledger(file), marked(file, trait, level)
    stays, people = found.stays, found.people
    rows = np.flatnonzero((stays["stay"] == 0) & (stays["left"] < NEVER))
    who = zip(
        people["group"][stays["person"][rows]].tolist(), people["number"][stays["person"][rows]].tolist(), strict=True
    )
    theirs = rows[[person in whom for person in who]]
    return float((stays["left"][theirs] - stays["admitted"][theirs]).mean() / 86_400)
