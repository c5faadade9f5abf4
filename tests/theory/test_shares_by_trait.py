"""Shares of traits by other traits against theory: how often levels come together is the product of conditional shares.

Of the starting census some levels are known, and the others are held against Bayes' rule.
"""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.inputs import scenario as nouns
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.model import arrivals, plan, random_numbers
from tests.mutation import Fault, planted

TOWN = """
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 10}
services: {hospital: {kind: acute, beds: unlimited}}
people:
  older:
    arrives_at: hospital
    arrivals_per_day: 2000
    traits:
      dementia: 25%
      lives_alone: {by: dementia, yes: 80%, no: 30%}
      need:
        by: dementia
        yes: {by: lives_alone, yes: {none: 40%, bed: 40%, care_home: 20%}, no: {none: 50%, bed: 50%}}
        else: {bed: 20%, none: 80%}
    journey: {hospital: {stay_days: 1, then: {out: 100%}}}
census:
  - {group: older, service: hospital, count: 20000, elapsed_days: 0}
  - {group: older, service: hospital, count: 20000, elapsed_days: 0, levels: {need: bed}}
  - {group: older, service: hospital, count: 20000, elapsed_days: 0, levels: {need: none, dementia: yes}}
  - {group: older, service: hospital, count: 20000, elapsed_days: 0, levels: {lives_alone: yes}}
"""
# dementia, lives alone, need: of those with the first so many have the second, and of these so many the third
JOINT = {
    ("yes", "yes", "none"): 0.25 * 0.8 * 0.4,
    ("yes", "yes", "bed"): 0.25 * 0.8 * 0.4,
    ("yes", "yes", "care_home"): 0.25 * 0.8 * 0.2,
    ("yes", "no", "none"): 0.25 * 0.2 * 0.5,
    ("yes", "no", "bed"): 0.25 * 0.2 * 0.5,
    ("yes", "no", "care_home"): 0.0,
    ("no", "yes", "none"): 0.75 * 0.3 * 0.8,
    ("no", "yes", "bed"): 0.75 * 0.3 * 0.2,
    ("no", "yes", "care_home"): 0.0,
    ("no", "no", "none"): 0.75 * 0.7 * 0.8,
    ("no", "no", "bed"): 0.75 * 0.7 * 0.2,
    ("no", "no", "care_home"): 0.0,
}
NEVER_IN = 1e-4  # how unlikely what is seen may be, if the shares are right; a wrong draw is unlikelier by far


def shares_given(known: dict[str, str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Bayes' rule: what comes with the known levels, as parts of all that does."""
    names = ("dementia", "lives_alone", "need")
    shares = [
        share if all(dict(zip(names, levels, strict=True))[name] == level for name, level in known.items()) else 0.0
        for levels, share in JOINT.items()
    ]
    return np.array(shares) / sum(shares)


def likelihoods(scenario: Scenario, faults: dict[ModuleType, Fault] | None = None) -> list[float]:
    """How likely the people drawn are by a chi-square test, those who come first, then each entry of the census."""
    faults = faults or {}
    modules = (nouns, plan, arrivals, random_numbers)
    known, planning, coming, drawing = (_module(one, faults.get(one)) for one in modules)
    planning["traits_given"] = known["traits_given"]
    people = coming["people_of"](planning["Plan"](scenario), drawing["RandomNumbers"](scenario.seed, 0))
    entries = [{}, *(dict(entry.levels) for entry in scenario.census)]
    found = []
    for number, levels in enumerate(entries, -1):
        seen = np.bincount(people.profile[people.census_entry == number], minlength=len(JOINT))
        expected = shares_given(levels) * seen.sum()
        may = expected > 0
        found.append(float(stats.chisquare(seen[may], expected[may]).pvalue) if not seen[~may].any() else 0.0)
    return found


def _module(module: ModuleType, fault: Fault | None) -> dict[str, Any]:
    """What a module holds, perhaps with a fault in it."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    (tree,) = planted([source], [fault] if fault else [])
    inside: dict[str, Any] = {"__name__": module.__name__}
    exec(compile(tree, "with a fault", "exec"), inside)
    return inside


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("town") / "town.yaml"
    path.write_text(TOWN, encoding="utf-8")
    return read_scenario(path)


def test_the_shares_of_profiles_are_products_of_conditional_shares(town: Scenario) -> None:
    (group,) = town.people
    assert [tuple(level for _, level in levels) for levels in group.profiles] == list(JOINT)
    assert group.shares_of_profiles == pytest.approx(tuple(JOINT.values()), abs=1e-15)
    assert sum(group.shares_of_profiles) == pytest.approx(1, abs=1e-15)


def test_people_come_with_levels_in_these_shares(town: Scenario) -> None:
    assert min(likelihoods(town)) > NEVER_IN


FAULTS: dict[str, tuple[ModuleType, Fault]] = {
    "every branch as the first": (random_numbers, ("chosen", "of.row_of[profile]", "np.zeros_like(profile)")),
    "the branches the wrong way round": (random_numbers, ("chosen", "row == number", "row == len(of.cumulative) - 1 - number")),
    "one random number for every trait": (plan, ("_traits", 'quantity_key(f"trait {trait.name}")', 'quantity_key("trait")')),
    "what is known says nothing of the others": (nouns, ("swayed_by", "trait.name in parsed or trait.name in found", "False")),
    "what was drawn before does not count": (nouns, ("_conditional", "levels[:place]", "()")),
    "how often the others occur does not count": (nouns, ("weights_given", "prod(trait.share_of(levels) for trait in telling)", "1.0")),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_draw_is_caught(town: Scenario, fault: str) -> None:
    assert min(likelihoods(town, dict([FAULTS[fault]]))) < NEVER_IN / 1000
