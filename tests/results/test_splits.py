"""Counts by group and by trait: against the same counting of those people alone, against a plain recount, and with faults."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.inputs.fields import NO_TRAITS
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.engine import run
from sim.model.records import DIED_WAITING, GAVE_UP, NONE, OUTSIDE, Column, Ledger
from sim.results import split
from sim.results.comparison.compare import CANNOT_TELL, differences, gather
from sim.results.invariants import cohort as cohort_identities
from sim.results.invariants import people as identities
from sim.results.invariants.records import IdentityBroken
from sim.results.measure_table import BY, SPLITS, is_of_people, measures
from sim.results.measures.all import measure, split_measures, with_the_only_group
from sim.results.measures.order import canonical
from sim.results.split import SplitMeasure, percentiles, split_of
from sim.results.window import Row, Window
from sim.results.words.labels import measure_label
from tests.engines import first_ledger
from tests.model.test_identities_random import FEW, on_towns
from tests.mutation import Fault, nothing_worked_out, planted
from tests.results.made_up import town_of
from tests.results.tiny import Town, group, hospital
from tests.worked_examples.expectation import read_expectation

EVERY_KEY = Path(__file__).parents[1] / "inputs/every_key.yaml"
TWO_GROUPS = Path(__file__).parents[1] / "expected/teams_and_queues.yaml"
EXAMPLES = [
    Path(__file__).parents[1] / "worked_examples" / f"{name}.yaml"
    for name in ("118_who_counts_under_which_level", "119_giving_up_and_dying_by_level")
]
Key = tuple[str, str, str]  # service, measure, item


@cache
def ran(file: Path) -> tuple[Scenario, Ledger]:
    scenario = read_scenario(file)
    return scenario, first_ledger(scenario)


def by(rows: list[Row], what: str) -> dict[Key, float]:
    """The rows of one split; those of nobody may be missing."""
    return {(row.service, row.measure, row.item): row.value for row in rows if row.by == what}


# -- those people alone ----------------------------------------------------------------------------------------


def alone(ledger: Ledger, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> Ledger:
    """The records of some people, as if nobody else had been there."""
    people = {name: values[chosen] for name, values in ledger.people.items()}
    number = np.where(chosen, np.cumsum(chosen) - 1, NONE)
    stays, stay_number = _kept(ledger.stays, chosen[ledger.stays["person"]])
    stays["person"] = number[stays["person"]]
    waits, _ = _kept(ledger.waits, chosen[ledger.waits["person"]])
    waits["person"] = number[waits["person"]]
    waits["stay"] = np.append(stay_number, NONE)[waits["stay"]]
    steps, _ = _kept(ledger.steps, chosen[ledger.stays["person"][ledger.steps["stay"]]])
    steps["stay"] = stay_number[steps["stay"]]
    outside, _ = _kept(ledger.arrival_steps, chosen[ledger.arrival_steps["person"]])
    outside["person"] = number[outside["person"]]
    return replace(ledger, people=people, stays=stays, waits=waits, steps=steps, arrival_steps=outside)


def _kept(table: Any, rows: Any) -> tuple[dict[str, Column], Column]:
    """These rows of a table, and the new number of each old one."""
    return {name: values[rows] for name, values in table.items()}, np.cumsum(rows) - 1


def whole_rows(scenario: Scenario, ledger: Ledger) -> dict[tuple[str, str], float]:
    told = (row for row in measure(scenario, ledger) if row.by == "" and measures()[row.measure].split)
    return {row[:2]: row.value for row in told if row.value or not measures()[row.measure].absent_is_zero}


WAITS = ("wait_mean_days", "wait_median_days", "wait_p90_days", "waited_share")


def agrees_with_them_alone(scenario: Scenario, ledger: Ledger, what: str, item: str, chosen: Any) -> None:
    rows = by(measure(scenario, ledger), what)
    found = {key[:2]: value for key, value in rows.items() if key[2] == item}
    expected = whole_rows(scenario, alone(ledger, chosen))
    # Waits for home and out have rows where anybody waits for some time: beside others, somebody who did not waited for 0 days.
    beside_others = {key: 0.0 for key in found if key not in expected and key[0] in ("home", "out") and key[1] in WAITS}
    assert found == pytest.approx({**expected, **beside_others})


@pytest.mark.slow
@pytest.mark.parametrize("file", [EVERY_KEY, TWO_GROUPS])
def test_a_group_is_counted_as_if_it_were_alone(file: Path) -> None:
    scenario, ledger = ran(file)
    assert len(scenario.people) > 1
    for number, one in enumerate(scenario.people):
        agrees_with_them_alone(scenario, ledger, "group", one.name, ledger.people["group"] == number)


@pytest.mark.slow
def test_a_level_that_no_stay_changes_is_counted_as_if_its_people_were_alone() -> None:
    scenario, ledger = ran(EVERY_KEY)
    has = [[dict(profile).get("dementia", "else") for profile in one.profiles] for one in scenario.people]
    mine = zip(ledger.people["group"].tolist(), ledger.people["profile"].tolist(), strict=True)
    levels = np.array([has[one][profile] for one, profile in mine])
    for level in ("yes", "no", "else"):
        assert (levels == level).any()
        agrees_with_them_alone(scenario, ledger, "dementia", level, levels == level)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False))
@example(Random(5))  # one group goes home at once, the other waits for it
@example(Random(19))
def test_every_made_up_group_is_counted_as_if_it_were_alone(draw: Any) -> None:
    town = town_of(draw)
    ledger = town.ledger()
    for number, one in enumerate(town.scenario.people):
        agrees_with_them_alone(town.scenario, ledger, "group", one.name, ledger.people["group"] == number)


# -- a plain recount, with levels that change --------------------------------------------------------------------


RECOUNTED = (
    "occupied_bed_days",
    "delayed_bed_days",
    "midnight_census_mean",
    "leavers",
    "deaths",
    "queue_mean",
    "gave_up",
)


class Recount:
    """What can be added up, one record after the other, by the words of the rule; seconds as days."""

    def __init__(self, scenario: Scenario, ledger: Ledger, trait: str) -> None:
        self.scenario, self.ledger, self.trait = scenario, ledger, trait
        self.first, self.end = scenario.calendar.window
        self.days = scenario.calendar.measured_days
        self.found: Counter[Key] = Counter()
        for stay in _records(ledger.stays):
            self.stay(scenario.destinations[stay["service"]], stay)
        for wait in _records(ledger.waits):
            self.wait(scenario.destinations[wait["to"]], wait)

    def level(self, person: int, profile: int) -> str:
        group = self.scenario.people[int(self.ledger.people["group"][person])]
        return dict(group.profiles[profile]).get(self.trait, "else")

    def inside(self, start: int, end: int) -> float:
        return max(0, min(end, self.end) - max(start, self.first)) / SECONDS_PER_DAY

    def stay(self, place: str, stay: dict[str, int]) -> None:
        before, after = (self.level(stay["person"], stay[profile]) for profile in ("found", "after"))
        ready = min(stay["ready"], stay["left"])
        self.found[place, "occupied_bed_days", before] += self.inside(stay["admitted"], ready)
        self.found[place, "occupied_bed_days", after] += self.inside(ready, stay["left"])
        if place != "home":
            self.found[place, "delayed_bed_days", after] += self.inside(ready, stay["left"])
        for midnight in range(self.first, self.end, SECONDS_PER_DAY):
            if stay["admitted"] <= midnight < stay["left"]:
                now = after if stay["ready"] <= midnight else before
                self.found[place, "midnight_census_mean", now] += 1 / self.days
        if self.first <= stay["left"] < self.end:
            self.found[place, "leavers", after] += 1
            self.found[place, "deaths", after] += self.scenario.destinations[stay["to"]] == "died"

    def wait(self, to: str, wait: dict[str, int]) -> None:
        item, outside = self.level(wait["person"], wait["profile"]), wait["held"] == OUTSIDE
        for place in (to, "outside") if outside else (to,):
            self.found[place, "queue_mean", item] += self.inside(wait["joined"], wait["ended"]) / self.days
        if self.first <= wait["ended"] < self.end:
            self.found[to, "gave_up", item] += wait["ending"] == GAVE_UP and to not in ("home", "out")
            self.found["outside", "deaths", item] += wait["ending"] == DIED_WAITING and outside


def _records(table: Any) -> Iterator[dict[str, int]]:
    names = list(table)
    for cells in zip(*(table[name].tolist() for name in names), strict=True):
        yield dict(zip(names, cells, strict=True))


@pytest.mark.slow
def test_levels_that_change_are_counted_as_the_rule_says(tmp_path: Path) -> None:
    met: Counter[str] = Counter()

    def agrees(scenario: Scenario) -> None:
        ledger = first_ledger(scenario)
        rows = measure(scenario, ledger)
        for trait in split.trait_names(scenario.people):
            met["traits"] += 1
            met["changed"] += bool((ledger.stays["found"] != ledger.stays["after"]).any())
            expected = Recount(scenario, ledger, trait).found
            found = by(rows, trait)
            shown = {key: found[key] for key in found if key[0] != "all" and key[1] in RECOUNTED}
            assert shown == pytest.approx({key: value for key, value in expected.items() if value})

    on_towns(tmp_path, settings(FEW, max_examples=45), agrees)
    assert met["traits"] > 5
    assert met["changed"] > 0  # one town in four has such levels


# -- percentiles --------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**9)), min_size=1, max_size=40))
def test_percentiles_are_those_of_numpy_to_the_last_bit(drawn: list[tuple[int, int]]) -> None:
    town = Town(hospital())
    cells, values = (np.array(column, dtype=np.int64) for column in zip(*drawn, strict=True))
    found = percentiles(split_of(Window(town.scenario, town.ledger())), 0 * cells, cells, values, (5, 50, 90))
    for cell in range(4):
        here = values[cells == cell]
        expected = np.percentile(here, (5, 50, 90)).tolist() if len(here) else [np.nan] * 3
        assert np.array_equal([table[0, cell] for table in found], expected, equal_nan=True)


# -- what is written ---------------------------------------------------------------------------------------------


def test_no_trait_may_have_the_name_of_another_division() -> None:
    assert set(NO_TRAITS) == set(BY) - {""}


@pytest.mark.slow
def test_only_what_counts_people_is_split_and_all_of_it() -> None:
    rows = measure(*ran(EVERY_KEY))
    divided = {name for name, one in measures().items() if one.split}
    assert {row.measure for row in rows if is_of_people(row.by)} == divided
    window = Window(*ran(EVERY_KEY))
    followed = {name for name in divided if name.startswith("cohort_")}
    assert {one.measure for one in split_measures(window)} == divided - followed
    assert all(one.split in SPLITS for one in measures().values() if one.split)


def test_one_group_without_traits_has_no_row_more() -> None:
    town = Town(hospital())
    town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "home").stay("home", 6)
    rows = measure(town.scenario, town.ledger())
    assert len(split_of(Window(town.scenario, town.ledger())).divisions) == 1
    assert [row[:4] for row in rows if is_of_people(row.by)] == [
        ("hospital", "delayed_bed_days", "group", "everyone"),
        ("all", "arrivals", "group", "everyone"),
        ("all", "delayed_bed_days", "group", "everyone"),
    ]


# -- differences ---------------------------------------------------------------------------------------------------


TOWN = """
name: {name}
calendar: {{start: 2026-04-06, warm_up_days: 20, measured_days: 100}}
replications: 6
services:
  hospital: {{kind: acute, beds: 20}}
  unit: {{kind: reablement_unit, beds: {beds}}}
people:
  everyone:
    arrives_at: hospital
    arrivals_per_day: 2
    {traits}
    journey:
      hospital: {{stay_days: {{exponential: {{mean: 4}}}}, then: {{unit: 100%}}}}
      unit: {{stay_days: {{exponential: {{mean: 6}}}}, then: {{out: 100%}}}}
"""


def table_of(folder: Path, name: str, beds: int, traits: str = "traits: {need: {high: 30%, low: 70%}}") -> Any:
    file = folder / f"{name}.yaml"
    file.write_text(TOWN.format(name=name, beds=beds, traits=traits), encoding="utf-8")
    scenario = read_scenario(file)
    rows = [measure(scenario, run(scenario, number)) for number in range(scenario.replications)]
    return scenario, gather(scenario.id, canonical(scenario), rows)


def test_differences_by_level_have_verdicts(tmp_path: Path) -> None:
    (base, before), (other, after) = table_of(tmp_path, "few", 11), table_of(tmp_path, "many", 16)
    found = {row[2:6]: row for row in differences(before, after, canonical(base, other))}
    for level in ("high", "low"):
        row = found["hospital", "delayed_people_mean", "need", level]
        assert row.verdict == "better"
        assert row.high is not None and row.mean < row.high < 0
        assert found["all", "arrivals", "need", level].mean == 0
        assert found["all", "arrivals", "need", level].verdict == CANNOT_TELL
    whole = found["hospital", "delayed_people_mean", "", ""].mean
    assert whole == pytest.approx(
        sum(found["hospital", "delayed_people_mean", "need", level].mean for level in ("high", "low"))
    )


@pytest.mark.slow
def test_a_trait_that_only_one_scenario_has_is_not_compared(tmp_path: Path) -> None:
    (base, before), (other, after) = table_of(tmp_path, "without", 11, ""), table_of(tmp_path, "with", 11)
    for pair in ((before, after), (after, before)):
        assert not [row for row in differences(*pair, canonical(base, other)) if row.by == "need"]


def test_the_only_group_stands_beside_one_of_several() -> None:
    town = Town(hospital())
    town.comes(0, admitted=0).stay("hospital", 0, 2, 6, "home").stay("home", 6)
    rows = measure(town.scenario, town.ledger())
    found = by(with_the_only_group(town.scenario, rows), "group")
    assert found["hospital", "occupied_bed_days", "everyone"] == 6
    assert found["hospital", "wait_mean_days", "everyone"] == 0
    two = replace(town.scenario, people=(group(), group("others")))
    assert with_the_only_group(two, rows) == rows


def test_a_level_is_told_with_its_trait() -> None:
    told = measure_label("delayed_bed_days", "hospital", "need", "high", measured_days=365)
    assert told == "delayed bed days a year in hospital, need: high"
    assert measure_label("gave_up", "all", "dementia", "else", measured_days=365).endswith(
        "gave up waiting, dementia: others"
    )


# -- followed for years -------------------------------------------------------------------------------------------


def test_who_is_followed_counts_under_the_level_with_which_they_became_ready() -> None:
    """Abe came with high need and is ready with low, then delayed for 4 days; Bea is low all along, Gus has no such trait."""
    scenario = read_scenario(EXAMPLES[0], ("calendar.follow_up_days=10",))
    found = by(measure(scenario, run(scenario, replication=0)), "need")
    people = {item: value for (_, name, item), value in found.items() if name == "cohort_people"}
    assert people == {"low": 2, "else": 1}
    assert found["all", "cohort_days_in_hospital", "low"] == 2
    assert found["all", "cohort_days_in_hospital", "else"] == 0


# -- would a fault be seen? ----------------------------------------------------------------------------------------

FAULTS: dict[str, Fault] = {
    "the level found counts after ready, too": (
        "present",
        "np.where(split.found[rows] == split.after[rows], left, np.minimum(ready, left))",
        "left",
    ),
    "who leaves counts under the level found": (
        "left",
        "self.after[rows]",
        "self.found[rows]",
    ),
    "who waits counts under the level with which they came": (
        "split_of",
        "first[waits['person']] + waiting",
        "(first + came)[waits['person']]",
    ),
    "who has no such trait counts under its first level": (
        "_levels_of_profiles",
        "dict(profile).get(trait, NO_SUCH_TRAIT)",
        "dict(profile).get(trait, items[0])",
    ),
    "the first group has no profiles": (
        "split_of",
        "np.cumsum(sizes, dtype=np.int64) - sizes",
        "np.cumsum(sizes, dtype=np.int64) - sizes[0]",
    ),
    "a part of one person is left out": ("_values", "parts == 0", "parts <= 1"),
}


def caught() -> bool:
    """Whether an identity or a number that was worked out by hand tells."""
    for file in EXAMPLES:
        scenario, ledger = ran(file)
        scenario = nothing_worked_out(scenario)
        try:
            identities.check_splits(Window(scenario, ledger))
        except (IdentityBroken, IndexError):
            return True
        found = {row[:4]: row.value for row in measure(scenario, ledger)}
        for row in read_expectation(file.with_suffix(".expect"))["measures"].rows:
            key = tuple(row[name].replace("-", "") for name in ("service", "measure", "by", "item"))
            if found.get(key) != pytest.approx(float(row["value"])):
                return True
    return False


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_splitting_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not caught()
    (source,) = planted([Path(split.__file__).read_text(encoding="utf-8")], [FAULTS[fault]])
    wrong: dict[str, Any] = {"__name__": split.__name__}
    exec(compile(source, "splits with a fault", "exec"), wrong)
    right = {name: getattr(split, name) for name in ("Split", "split_of", "present", "percentiles")}
    for module in [sys.modules[name] for name in list(sys.modules) if name.startswith("sim.results.")]:
        for name, one in right.items():
            if getattr(module, name, None) is one:
                monkeypatch.setattr(module, name, wrong[name])
    assert caught()


@pytest.mark.parametrize("measure_name", ["delayed_bed_days", "occupied_bed_days"])
def test_a_lost_second_of_one_level_is_found_out(measure_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    window, right = Window(*ran(EXAMPLES[0])), identities.all.split_measures
    lost = np.zeros((len(split_of(window).items), 1))
    lost[1] = 1 / SECONDS_PER_DAY

    def wrong(window: Window) -> list[SplitMeasure]:
        return [one._replace(values=one.values - lost) if one.measure == measure_name else one for one in right(window)]

    monkeypatch.setattr(identities.all, "split_measures", wrong)
    with pytest.raises(IdentityBroken) as broken:
        identities.check_splits(window)
    assert broken.value.identity == identities.SPLITS_ADD_UP


def test_a_level_that_takes_time_from_another_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held under the wrong level adds up, but it is neither care nor delay."""
    window = Window(*ran(EXAMPLES[0]))
    right, items = identities.all.split_measures, split_of(window).items
    order = np.arange(len(items))
    high, low = items.index(("need", "high")), items.index(("need", "low"))
    order[[high, low]] = low, high

    def wrong(window: Window) -> list[SplitMeasure]:
        return [
            one._replace(values=one.values[order]) if one.measure == "occupied_bed_days" else one
            for one in right(window)
        ]

    monkeypatch.setattr(identities.all, "split_measures", wrong)
    with pytest.raises(IdentityBroken) as broken:
        identities.check_splits(window)
    assert broken.value.identity == identities.SPLITS_NEED_AND_WAIT
    assert "need high" in broken.value.where


@pytest.mark.parametrize("measure_name", ["cohort_people", "cohort_days_in_hospital"])
def test_somebody_who_is_followed_under_no_level_is_found_out(
    measure_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, right = Window(*ran(EVERY_KEY)), cohort_identities.cohort.rows
    cohort_identities.check_cohort(window)

    def wrong(window: Window) -> list[Row]:
        return [row for row in right(window) if row[1:4] != (measure_name, "dementia", "else")]

    assert len(wrong(window)) < len(right(window))
    monkeypatch.setattr(cohort_identities.cohort, "rows", wrong)
    with pytest.raises(IdentityBroken) as broken:
        cohort_identities.check_cohort(window)
    assert broken.value.identity == cohort_identities.SPLITS_ADD_UP


@pytest.mark.parametrize("seconds", [2**42 + 1, 6_664_644_604_000 + 319, 2**50 - 1])
def test_bed_days_of_a_whole_country_are_told_apart_to_the_second(seconds: int) -> None:
    """A year of forty hospitals and their towns is 7,000,000,000,000 seconds: times its days a float no longer tells them apart."""
    each = identities._part_of_a_second("occupied_bed_days", 365)
    assert identities._whole_numbers(np.array([[seconds / 86_400, np.nan]]), each).tolist() == [[seconds, 0]]
