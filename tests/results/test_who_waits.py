"""Who waits longer? The table by group and trait, in the terminal's lines and in the report."""

import re
from dataclasses import replace

import pytest

from sim.cli.screen import Screen
from sim.cli.tables import answer
from sim.inputs.scenario import Group, LevelChange, Scenario, Trait
from sim.results.comparison.findings import Findings
from sim.results.report.page import RunProvenance, report_html
from sim.results.words.delays import MOST_ITEMS, how_to_read, in_short, longest_queue, splits_of, who_waits
from sim.results.words.delays import WHO_WAITS_TITLE as TITLE
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, small

FROM = RunProvenance("python3 run_sim.py compare base.yaml more.yaml", "9.9", "reference", (("base.yaml", "ab12"),))
DEMENTIA = Trait(name="dementia", level_names=("yes", "no"), shares=(((), (0.4, 0.6)),))


def compared(*scenarios: Scenario) -> Findings:
    found = beside(scenarios, run_all(Shared(scenarios), 1))
    return gathered(scenarios, found, compared=len(scenarios) > 1)


def with_traits(scenario: Scenario, *traits: Trait) -> Scenario:
    return replace(scenario, people=tuple(replace(one, traits=traits) for one in scenario.people))


def with_guests(scenario: Scenario) -> Scenario:
    (people,) = scenario.people
    guests: Group = replace(people, name="guests", arrivals_per_day=people.arrivals_per_day / 4)
    return replace(scenario, id="guests", name="Guests", people=(people, guests))


@pytest.fixture(scope="module")
def pair() -> Findings:
    base = with_traits(small(replications=4), DEMENTIA)
    return compared(base, bigger(base))


def test_each_level_stands_beside_the_others_with_its_difference(pair: Findings) -> None:
    lines = {line.label: line for line in who_waits(pair, pair.scenarios[1])}
    labels = [label for label in lines if label.startswith("delayed people in hospital")]
    assert [label.partition(", ")[2] for label in labels] == ["dementia: yes", "dementia: no"]
    assert {label.partition(",")[0] for label in lines} >= {
        "delayed people in hospital on an average day",
        "nights of delay in hospital",
        f"days waited for {longest_queue(pair)}",
    }
    for label in labels:
        line = lines[label]
        row = pair.difference("more", "hospital", "midnight_delayed_mean", "dementia", label.rpartition(" ")[2])
        assert row is not None
        assert line.verdict == row.verdict
        assert re.fullmatch(r"[+-]?[\d.]+", line.difference)
        assert " to " in line.interval


def test_a_level_that_counted_nobody_in_one_scenario_is_nothing_there(pair: Findings) -> None:
    base, more = pair.baseline.id, pair.scenarios[1].id
    key = ("hospital", "midnight_delayed_mean", "dementia", "yes")
    without = replace(pair, estimates=[row for row in pair.estimates if row[:5] != (more, *key)])
    (line,) = [one for one in who_waits(without, pair.scenarios[1]) if one.label.endswith("day, dementia: yes")]
    assert pair.estimate(base, *key) is not None
    assert line.after == "0.0"
    assert line.before != "-"


def test_one_group_without_traits_has_no_table() -> None:
    found = compared(small(replications=2), bigger(small(replications=2)))
    assert not splits_of(found)
    assert not who_waits(found, found.scenarios[1])
    assert TITLE not in report_html(found, (), FROM).decode()


def test_where_nobody_is_ready_in_hospital_there_is_no_word_about_a_table_that_is_not_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = with_traits(small(replications=2), DEMENTIA)
    (people,) = base.people
    to_the_unit = replace(people, arrives_at=(("unit", 1.0),), journey=people.journey[1:])
    found = compared(replace(base, people=(to_the_unit,)))
    answer(Screen(quiet_output=False), found)
    assert splits_of(found) and not in_short(found, found.baseline)
    assert TITLE not in capsys.readouterr().out


def test_a_group_that_is_new_stands_beside_nobody() -> None:
    base = small(replications=2)
    found = compared(base, with_guests(base))
    (name,) = (one.name for one in base.people)
    assert splits_of(found) == {"group": [name, "guests"]}
    rows = {row.item: row for row in found.differences if row[2:5] == ("all", "arrivals", "group")}
    assert rows[name].mean == 0
    assert rows["guests"].mean > 0
    own = found.estimate(found.baseline.id, "hospital", "wait_mean_days", "group", name)
    whole = found.estimate(found.baseline.id, "hospital", "wait_mean_days")
    assert own is not None
    assert whole is not None
    assert own.mean == whole.mean


def test_a_trait_of_one_scenario_only_is_told_without_a_difference() -> None:
    base = small(replications=2)
    found = compared(base, with_traits(bigger(base), DEMENTIA))
    lines = who_waits(found, found.scenarios[1])
    assert lines
    assert {(line.before, line.difference, line.verdict) for line in lines} == {("-", "", "")}


def test_it_is_in_the_terminal_and_in_the_report(pair: Findings, capsys: pytest.CaptureFixture[str]) -> None:
    answer(Screen(quiet_output=False), pair)
    said = capsys.readouterr().out
    assert TITLE in said
    assert "nights of delay in hospital, delayed or not, dementia: yes" in said
    assert (
        "delayed people in hospital on an average day, dementia" not in said
    )  # one line a level; the rest is in the report
    page = report_html(pair, (), FROM).decode()
    assert f"<h2>{TITLE}</h2>" in page
    assert "delayed people in hospital on an average day, dementia: no" in page


def test_a_trait_that_a_stay_changes_is_in_the_report_only(pair: Findings) -> None:
    (people,) = pair.baseline.people
    moves = LevelChange(trait="dementia", from_level="no", to_level="yes", chance=0.1)
    first, *others = people.journey
    changed = replace(people, journey=(replace(first, changes=(moves,)), *others))
    found = replace(pair, scenarios=(replace(pair.baseline, people=(changed,)), *pair.scenarios[1:]))
    assert in_short(pair, pair.scenarios[1])
    assert not in_short(found, found.scenarios[1])
    assert who_waits(found, found.scenarios[1])


def test_it_says_which_queue_and_what_is_left_out(pair: Findings) -> None:
    assert f"More people wait for {longest_queue(pair)} than" in how_to_read(pair)
    levels = tuple(f"level_{number}" for number in range(MOST_ITEMS + 2))
    many = Trait(name="ward", level_names=levels, shares=(((), (1 / len(levels),) * len(levels)),))
    found = replace(pair, scenarios=tuple(with_traits(one, many) for one in pair.scenarios))
    assert "Of ward, 2 items more are in summary.csv." in how_to_read(found)
