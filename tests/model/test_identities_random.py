"""The identities hold on random small scenarios over every mechanism, on every event and in the ledger: fifty in CI, thousands at night.

In CI the same scenarios are drawn each time; at night new ones, and what fails is printed as YAML.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.model.engine import run, run_observed
from sim.model.records import NEVER, NO_PLACE, NONE, WAIT_ENDINGS, Ledger
from tests.model.random_scenarios import towns
from tests.results.sweeps import check

IN_CI = settings(
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # no shrinking, which may take minutes: the night does that
    suppress_health_check=list(HealthCheck),
)
FEW = settings(IN_CI, max_examples=10)
BATCH = 50
AT_NIGHT = settings(IN_CI, max_examples=5000, derandomize=False, phases=[Phase.generate, Phase.shrink])

A_FEW = pytest.param(FEW, id="few")
FIFTY = pytest.param(IN_CI, id="fifty", marks=pytest.mark.slow)
THOUSANDS = pytest.param(AT_NIGHT, id="thousands", marks=pytest.mark.nightly)

IN_EACH_TIER = pytest.mark.parametrize("how", [A_FEW, FIFTY, THOUSANDS])
A_FEW_AND_AT_NIGHT = pytest.mark.parametrize(
    "how", [A_FEW, THOUSANDS]
)  # what IN_EACH_TIER's tests would mostly find too


def read_or_assume(folder: Path, text: str) -> Scenario:
    """The scenario, or another one drawn if the loader refuses it."""
    path = folder / "town.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        return read_scenario(path)
    except ScenarioError:
        assume(False)
        raise


def on_towns(folder: Path, how: settings, what: Callable[[Scenario], None]) -> None:
    """Does something with many random scenarios."""

    @how
    @given(towns())
    def each(text: str) -> None:
        what(read_or_assume(folder, text))

    each()


def keeps_the_identities(scenario: Scenario) -> None:
    check(scenario, run_observed(scenario, replication=0))


@IN_EACH_TIER
def test_identities_hold_on_random_scenarios(tmp_path: Path, how: settings) -> None:
    on_towns(tmp_path, how, keeps_the_identities)


def sights(scenario: Scenario, ledger: Ledger) -> set[str]:
    """What happened in a ledger, in words: so that nobody boasts of mechanisms that were never met."""
    waits, stays, steps, outside = ledger.waits, ledger.stays, ledger.steps, ledger.arrival_steps
    seen = {f"wait {WAIT_ENDINGS[ending]}" for ending in waits["ending"].tolist()}
    names = scenario.destinations
    for is_seen, what in (
        ((stays["to"] == names.index("died")).any(), "a death"),
        ((stays["left"] > stays["ready"]).any(), "a delay"),
        (
            ((stays["to"] >= 0) & (stays["to"] != stays["planned_to"])).any(),
            "another destination than planned",
        ),
        ((stays["visit"] > 0).any(), "a second visit"),
        ((steps["dropped_at"] < NEVER).any(), "a step dropped"),
        (
            ((steps["team_joined"] > steps["started"]) & (steps["team_joined"] < NEVER)).any(),
            "a wait for a team",
        ),
        (
            ((waits["clear"] > waits["joined"]) & (waits["clear"] < NEVER)).any(),
            "joining a list before being clear",
        ),
        (ledger.people["from_census"].any(), "a starting census"),
        (
            ((waits["ending"] == NO_PLACE) & (waits["ended"] > waits["joined"])).any(),
            "a place closed for good for who waits",
        ),
        ((stays["found"] != stays["after"]).any(), "a stay that changed levels"),
        ((outside["finished"] > outside["started"]).any(), "a step before the first wait"),
        (
            ((outside["team_joined"] > outside["started"]) & (outside["team_joined"] < NEVER)).any(),
            "a wait for a team before the first wait",
        ),
        (any(one.steps_left for one in scenario.census), "steps that are not done when the clock starts"),
        (any(one.steps_begun for one in scenario.census), "steps that began so many days before the clock started"),
        (_say_something_of_others(scenario), "levels of the census that say something of others"),
        (_are_later_routes_taken(scenario, ledger), "routes from a later date on"),
        ((waits["to"] > names.index("out")).any(), "a wait on a list"),
        (_is_admitted_out_of_order(scenario, ledger), "a place in another service of a list than the first"),
        (_is_too_early(scenario, ledger), "a wait for a place that has not opened"),
        (len(ledger.places["at"]) > len(scenario.services), "places that open or close"),
    ):
        if is_seen:
            seen.add(what)
    return seen


def _say_something_of_others(scenario: Scenario) -> bool:
    """Is a level given of which the share depends on a trait that is not?"""
    traits = {group.name: group.traits for group in scenario.people}
    return any(
        trait.name in dict(entry.levels) and not trait.depends_on <= set(dict(entry.levels))
        for entry in scenario.census for trait in traits[entry.group]
    )  # fmt: skip


def _are_later_routes_taken(scenario: Scenario, ledger: Ledger) -> bool:
    stays, groups = ledger.stays, ledger.people["group"][ledger.stays["person"]]
    return any(
        ((groups == number) & (stays["service"] == scenario.destinations.index(visit.service))
         & (stays["admitted"] >= visit.later[0].from_second)).any()
        for number, group in enumerate(scenario.people) for visit in group.journey if visit.later
    )  # fmt: skip


def _is_admitted_out_of_order(scenario: Scenario, ledger: Ledger) -> bool:
    """Was somebody who waited on a list in a service admitted to another than its first?"""
    stays, names = ledger.stays, scenario.destinations
    firsts = {names.index(one.name): names.index(one.services[0]) for one in scenario.lists}
    pairs = zip(stays["planned_to"].tolist(), stays["to"].tolist(), strict=True)
    return any(to not in (NONE, names.index("died"), firsts[planned]) for planned, to in pairs if planned in firsts)


def _is_too_early(scenario: Scenario, ledger: Ledger) -> bool:
    opens = np.array(
        [*(service.opens_second for service in scenario.services), 0, 0, *(one.opens_second for one in scenario.lists)]
    )
    return bool((ledger.waits["joined"] < opens[ledger.waits["to"]]).any())


CLEANED_AT_ONCE = """
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 5}
replications: 1
services:
  hospital: {kind: acute, beds: 5}
  unit: {kind: reablement_unit, turnaround_hours: 12, bays: [{beds: 1}, {beds: 2}]}
people:
  g:
    arrives_at: hospital
    arrivals: [{day: 0, count: 1}]
    journey:
      hospital: {stay_days: 1, then: {unit: 100%}}
      unit: {stay_days: 3, then: {out: 100%}}
census:
  - {group: g, service: unit, count: 5, elapsed_days: 3, remaining_days: 0}
"""


def test_a_census_above_a_bay_that_leaves_at_once_breaks_nothing(tmp_path: Path) -> None:
    """Five people of a census in three beds leave in the first instant, and their beds are cleaned until noon."""
    path = tmp_path / "cleaned.yaml"
    path.write_text(CLEANED_AT_ONCE, encoding="utf-8")
    scenario = read_scenario(path)
    check(scenario, run_observed(scenario, replication=0))


@pytest.mark.nightly  # of what is drawn, not of the model; a batch more or less is chance
def test_random_scenarios_meet_every_mechanism_and_few_are_refused(tmp_path: Path) -> None:
    """Rare ones come up in one batch in a few, and which batch it is changes with every constant in our code."""
    expected = {f"wait {ending}" for ending in WAIT_ENDINGS} | {
        "a death",
        "a delay",
        "another destination than planned",
        "a second visit",
        "a stay that changed levels",
        "a step before the first wait",
        "a wait for a team before the first wait",
        "levels of the census that say something of others",
        "a step dropped",
        "a wait for a team",
        "joining a list before being clear",
        "a starting census",
        "steps that are not done when the clock starts",
        "steps that began so many days before the clock started",
        "places that open or close",
        "a place closed for good for who waits",
        "a wait on a list",
        "a place in another service of a list than the first",
        "routes from a later date on",
        "a wait for a place that has not opened",
    }
    path, seen, refused, looked_at = tmp_path / "town.yaml", set(), [], 0
    while (looked_at < IN_CI.max_examples or not expected <= seen) and looked_at < 5 * IN_CI.max_examples:

        @seed(looked_at)
        @settings(IN_CI, max_examples=BATCH, derandomize=False)
        @given(towns())
        def look(text: str) -> None:
            path.write_text(text, encoding="utf-8")
            try:
                scenario = read_scenario(path)
            except ScenarioError:
                refused.append(text)
                return
            seen.update(sights(scenario, run(scenario, replication=0)))

        look()
        looked_at += BATCH
    assert len(refused) < 0.2 * looked_at
    assert seen == expected
