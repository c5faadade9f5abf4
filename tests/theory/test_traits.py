"""Traits against theory: a mixture of stays is one stay of another kind, and a change moves as many as its chance says."""

import math
from pathlib import Path

from tests.theory.formulas import pollaczek_khinchine
from tests.theory.tools import QUICK_AND_SLOW, assert_agrees, assert_rejects, calendar, each, replicate

ONE_BED = """
services:
  ward: {kind: community_beds, beds: 1}
people:
  p:
    arrives_at: ward
    arrivals_per_day: 0.6
    traits: {need: {high: 20%, low: 80%}}
    journey:
      ward: {stay_days: {by: need, high: {exponential: {mean: 3}}, low: {exponential: {mean: 0.5}}}, then: {out: 100%}}
"""
CHANGED = """
services:
  ward: {kind: community_beds, beds: unlimited}
  care_home: {kind: care_home, places: unlimited}
people:
  p:
    arrives_at: ward
    arrivals_per_day: 20
    traits: {need: {high: 40%, low: 60%}}
    journey:
      ward:
        stay_days: {exponential: {mean: 2}}
        changes: [{trait: need, from: high, to: low, chance: 30%}, {trait: need, from: low, to: high, chance: 10%}]
        then: {by: need, high: {care_home: 100%}, low: {out: 100%}}
      care_home: {stay_days: {exponential: {mean: 5}}, then: {out: 100%}}
"""


@QUICK_AND_SLOW
def test_stays_by_need_wait_as_one_hyperexponential_stay(tmp_path: Path, times: int) -> None:
    seen = replicate(tmp_path, calendar(100, 3000) + ONE_BED, 20 * times)
    waits = each(seen, lambda one: float(one.wait_days("ward").mean()))
    mean, second = 0.2 * 3 + 0.8 * 0.5, 0.2 * 2 * 3**2 + 0.8 * 2 * 0.5**2
    sd = math.sqrt(second - mean**2)
    assert_agrees(waits, pollaczek_khinchine(0.6, mean, sd), width=0.6 / times**0.5)
    assert_rejects(waits, pollaczek_khinchine(0.6, mean, 1.0))  # as many people, all alike


@QUICK_AND_SLOW
def test_a_change_moves_as_many_as_its_chance_says(tmp_path: Path, times: int) -> None:
    seen = replicate(tmp_path, calendar(60, 600) + CHANGED, 10 * times)
    high = 0.4 * 0.7 + 0.6 * 0.1
    there = each(seen, lambda one: one.occupied("care_home"))
    assert_agrees(there, 20 * high * 5, width=0.9 / times**0.5)
    assert_rejects(there, 20 * 0.4 * 5)  # as if nothing changed
